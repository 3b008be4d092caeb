"""Names that are a metric only as a whole, such as `em`, `pass@k`, benchmarks and `ctr`; and what may stand behind a metric."""

from __future__ import annotations

import re

from pai_notebook.model.metric_words import UNITS, Mode, word_set

# Names that point upwards where no other word of the name says something else: `em`, `top1`, `pass@k`, `hit@10`.
TOP = re.compile(r"(?:^|_)(?:em|top_?[0-9]+|(?:pass|hit|hits|hr|success|solve|maj|cons)(?:@|_at_)(?:[0-9]+|k))(?=_|$|\d)")

# Benchmarks whose score is better when it is higher; they decide only where every other word of the key is in HARMLESS.
BENCHMARK = re.compile(
    r"(?:^|_)(?:mmlu|cmmlu|c_?eval|agi_?eval|gsm_?8_?k|gsm_?plus|mgsm|math_?500|aime|human_?eval|mbpp|multipl_?e|big_?code_?bench"
    r"|live_?code_?bench|swe_?bench|hella_?swag|arc|truthful_?qa|wino_?grande|bool_?q|piqa|siqa|open_?book_?qa|commonsense_?qa|logi_?qa"
    r"|trivia_?qa|natural_?questions|squad|bbh|gpqa|if_?eval|musr|mt_?bench|alpaca_?eval|arena_?hard|long_?bench|super_?glue|glue|cola"
    r"|sst_?2|mnli|qnli|qqp|rte|mrpc|wnli|xnli|belebele|gaokao|supergpqa|simple_?qa|mmmu|math_?vista)(?=_|$)"
)

# Names that say which way is better only where they are all that the last key says, in front of and behind parts of the data and averages.
WHOLE: dict[str, Mode] = {
    **dict.fromkeys(word_set("pq sq rq pq_th sq_th rq_th pq_st sq_st rq_st"), "max"),  # panoptic segmentation
    **dict.fromkeys(word_set("nds c_index cindex nsd ctr cvr click_through_rate clickthrough_rate 点击率 转化率 留存率"), "max"),
    **dict.fromkeys(word_set("95hd 95_hd hd_95 mcd min_ade min_fde minade minfde hallucination_rate 幻觉率"), "min"),
    # what is consumed is forecast as often, which another word says
    **dict.fromkeys(
        word_set("energy_consumption energy_consumed power_consumption carbon_emissions carbon_footprint co2_emissions"), "min"
    ),
    **dict.fromkeys(word_set("memory_usage gpu_memory_usage ram_usage vram_usage 能耗 功耗 碳排放 碳排放量"), "min"),
}
_AROUND = "test|val|valid|validation|dev|eval|holdout|online|offline|mean|avg|average|overall|final|best|last|macro|weighted|pct|percent"
_UNITS = "|".join(sorted(UNITS | word_set("g j joules kg kwh mwh w wh")))
_WHOLE = re.compile(
    rf"(?:(?:{_AROUND})_)*(?P<name>{'|'.join(sorted(WHOLE, key=len, reverse=True))})(?:(?:_|@)(?:{_AROUND}|{_UNITS}|[0-9]+))*"
)

# What may stand behind a metric: averages, parts of the data, languages, numbers and labels of one letter; `accuracy_s` is in seconds.
HARMLESS = re.compile(
    r"[a-rt-zà-ɏ]?[0-9]*|[0-9]*+(?:abs|absolute|acc|adjusted|all|amb|ambig|average|avg|balanced|base|bbox|best|bf|binary|byte|bytes|challenge|char"
    r"|chat|chinese|class|clean|cn|coefficient|corrcoef|cot|cpu|db|definici|dev|diamond|disamb|disambig|easy|eval|extract|few|final|flexible|fp|frase|frases"
    r"|full|global|gpu|greedy|hard|holdout|inst|instruct|int|label|large|last|latest|level|lite|loose|lsum|macro|main|maj|match|max|mean|median|medium|micro|min"
    r"|mini|kiwi|nb|wb|xl|xxl|multiclass|multilabel|noisy|none|norm|normalised|normalized|oracions|original|overall|ovo|ovr|pct|percent|percentage|plus|pr|pro|prompt"
    r"|radgraph|rate|raw|request|requests|redux|relative|result|roc|rolling|score|scores|segm|set|shot|shots|small|strict|sum|test|text|token|top|total|unweighted|val|valid"
    r"|validation|value|verified|weighted|word|zero|english|ar|bg|bn|ca|cs|da|de|el|en|es|et|eu|fa|fi|fr|gl|he|hi|hu|it|ja|jp|ko|nl|pl"
    r"|pt|ro|ru|sv|sw|ta|te|th|tr|uk|ur|vi|zh|tw|(?:[值率分集上的总宏微]|得分|分数|平均|均值|加权|整体|总体|测试|验证|评测|评估|开发"
    r"|留出|最佳|最终|最大|最小|中位数)+)[0-9]*"
)


def named_as_a_whole(name: str) -> str:
    """Find the benchmark or the `top1`, `pass@k`, `hit@10` that a plain name is; an empty text where it is of something else.

    Examples
    --------
    >>> named_as_a_whole("pass@10"), named_as_a_whole("mmlu_zh"), named_as_a_whole("arc_length")
    ('pass@10', 'mmlu', '')
    """
    match, bare = TOP.search(name), False
    if match is None:
        match, bare = BENCHMARK.search(name), True
    if match is None:
        return ""
    rest = name[match.end() :] + ("_" + name[: match.start()] if bare else "")
    return match[0].strip("_") if all(HARMLESS.fullmatch(word) or word == "at" for word in re.split("[_@]", rest)) else ""


def whole_mode(name: str) -> tuple[str, Mode] | None:
    """Find the name of a field that a plain name is and which way it is better; None for every other name.

    Examples
    --------
    >>> whole_mode("val_ctr"), whole_mode("ctr_loss"), whole_mode("pq")
    (('ctr', 'max'), None, ('pq', 'max'))
    """
    found = _WHOLE.fullmatch(name)
    return None if found is None else (found["name"], WHOLE[found["name"]])
