"""What the numbers of a metric are by its name: shares, fractions or percent, ratios, and between which ends they lie."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Literal

from pai_notebook.errors import ComparisonError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.flatten import join_path, split_path
from pai_notebook.model.metric_wholes import TOP, named_as_a_whole, whole_mode
from pai_notebook.model.metric_words import (
    AMOUNTS,
    ANYTHING,
    CAPPED,
    CHINESE,
    COSTS,
    DIFFERENCES,
    FLIPS,
    FRACTIONS,
    HIGHER,
    LOWER,
    NO_PARTS,
    NO_SHARES,
    PERCENTABLE,
    RATED,
    THROUGHPUTS,
    TIMES,
    VETOES,
    ScaleName,
    chinese_ending,
    has_word,
    holds_chinese,
    known_words,
    plain_name,
    word_pairs,
    word_set,
    words_of,
)

_SHARE_ENDINGS = word_set("准确率 正确率 错误率 命中率 通过率 成功率 失败率")
_POINT_ENDINGS = _SHARE_ENDINGS | word_set("准确度 精确率 精度 查准率 召回率 查全率 灵敏度 特异度 检出率 胜率 合格率 解决率 采纳率")
_LARGE_ENDINGS = word_set("准确率 正确率 准确度 精确率 精度 查准率 召回率 查全率 灵敏度 特异度")
_PERCENTABLE_ENDINGS = _POINT_ENDINGS | {word for word in CHINESE if word.endswith("率")} - TIMES - THROUGHPUTS
_SHARE = re.compile(
    r"(?:^|_)(?:acc|accuracy|acc_norm|em|exact_match|top_?[0-9]+|error_rate|zero_one_loss|(?:hit|win|pass|success|miss|failure)_rate"
    r"|pass@1|(?:acc|accuracy|hits?)@(?:[0-9]+|k))$"
)
# Keys of an object that hold the number itself, beside its evidence: `{"accuracy": {"value": 0.9, "n": 1000}}`.
HOLDERS = ("score", "value", "estimate", "point", "point_estimate")
# Behind a share: which part of the data, which of several, and that it is in percent.
_BEHIND_SHARES = re.compile(
    "(?:_(?:pct|percent|percentage|test|val|valid|validation|dev|eval|holdout|score|value|final|last|best|overall|all|v[0-9]{1,9})){1,9}$"
)
_CHINESE_BEHIND = re.compile("(?:测试集?|验证集?|评测|评估|留出集?|整体|总体|最终|最佳|[值（）()]){1,9}$")
# Shares of a part of the examples, by what that part is.
Part = Literal["positive", "negative", "predicted positive", "predicted negative"]
_OF_PART: dict[str, Part] = {
    **dict.fromkeys(("recall", "sensitivity", "tpr", "fnr", "true_positive_rate", "false_negative_rate"), "positive"),
    **dict.fromkeys(("specificity", "tnr", "fpr", "true_negative_rate", "false_positive_rate"), "negative"),
    **dict.fromkeys(("precision", "ppv", "positive_predictive_value"), "predicted positive"),
    **dict.fromkeys(("npv", "negative_predictive_value"), "predicted negative"),
    **dict.fromkeys(("召回率", "查全率", "灵敏度"), "positive"),
    **dict.fromkeys(("特异度",), "negative"),
    **dict.fromkeys(("精确率", "查准率"), "predicted positive"),
}
_PART_OF = re.compile(rf"(?:^|_)({'|'.join(word for word in _OF_PART if word.isascii())})$")
_BARE_ERROR = re.compile(r"(?:(?:test|val|dev|eval|mean|avg|classification)_)*err(?:or)?")
# Between -1 and 1.
_AGREEMENTS = word_set("ami ari kappa kendall matthews mcc pearson qwk silhouette spearman ssim uqi")
# What is better when higher, of which all is 1; then those of two words, and those in Chinese.
_PARTS = (HIGHER - NO_PARTS - RATED - {"hits"}) | _AGREEMENTS
_PART_PAIRS = frozenset(
    word_pairs("max", "io", "u")
    | word_pairs("max", "rand", "index score")
    | word_pairs("max", "panoptic v reciprocal f positive negative", "quality measure rank beta predictive")
)
_WHOLE_PARTS = word_set("pq sq rq pq_th sq_th rq_th pq_st sq_st rq_st nds nsd c_index cindex")
_PART_ENDINGS = word_set("交并比 相似度")
_NO_PARTS = NO_PARTS | AMOUNTS | LOWER | VETOES | FLIPS
# `top_10%` is a part of the data, `percentage_error` a fraction
_HARDLY = 50  # how many times as large one rate below 1 % hardly is as another
_PERCENT_NAME = re.compile(r"(?<![0-9])(?<![0-9][ _-])(?:[%％]|(?:percent(?:age)?|pct)(?=[\W_]{0,3}$))", re.IGNORECASE)
_PERCENT_END = re.compile(r"[ _.-]{0,3}[(（\[]?(?:%|％|percent(?:age)?|pct)[)）\]]?\s{0,3}$", re.IGNORECASE)
_NEVER_SHARES = NO_SHARES | VETOES
# What a whole table has, and no mean of numbers of its examples is; then what may be one, but not of right and wrong answers.
_NO_MEANS = word_set("""
    ami ari auc aucpr aupr auprc auroc correlation eer gini kappa kendall matthews mcc nmi nrmse pearson perplexity ppl prauc r2 rmse rmsle
    rocauc spearman
""")
_NO_ANSWERS = word_set("""
    ap balanced bertscore bleu bleurt chrf dcg dice f05 f1 f2 fbeta fmeasure fscore iou jaccard macro macrof1 map mapk meteor miou mrr ndcg
    reciprocal rouge rouge1 rouge2 rougel rougelsum sacrebleu
""")
_NEVER_POINTS = DIFFERENCES | FLIPS
_NO_RATES = (LOWER - ANYTHING - PERCENTABLE) | COSTS | {"loss", "losses"}
_OF_CLASSES = re.compile(r"(?:^|_)[am]_?acc$")  # segmentation's mean over classes, and its share of pixels
# What is below 0 and lower still better: losses, prices, estimates of what itself is not, decibels and other logarithms.
_ANY_LOW = word_set("bpb bpc cost costs deviance divergence energy kid loss losses nll xent 损失 成本 费用")
_LOGARITHM = re.compile(
    r"(?:^|(?<!absolute)(?<!squared)_)(?:log(?:10|2|1p)?|ln)_(?:(?:avg|mean|median|root|squared|absolute|test|val)_)*"
    rf"(?!loss)(?:{'|'.join(sorted((LOWER | TIMES | {'mse', 'time'}) - {'loss', 'losses'}))})(?=_|$)"
)
_DECIBELS = re.compile(r"(?:^|_)d_?b(?:_[a-z]{1,4})?$|(?:^|_)decibels?(?=_|$)|分贝")
_OF_CHANCES = re.compile("log_?loss|cross_?entropy")  # losses of classes, which are never below 0
# An error that may have a sign; then what says that it has none.
_ERRORS = word_set("err error")
_MAGNITUDES = word_set("abs absolute calibration classification l1 l2 norm percentile rate rates rms root square squared")
_CHINESE_MAGNITUDE = re.compile("绝对|均方|平方|校准")
_COUNTED = frozenset(word_pairs("max", "per", "second sec s minute"))
_RATES = frozenset(word_pairs("max", "hit win success pass solve", "rate") | word_pairs("max", "exact", "match"))


@lru_cache(maxsize=65536)
def is_share(path: str) -> bool:
    """Whether a metric is the share of examples for which something holds, so that its spread follows from their number.

    Recall, precision and F1 are not: their denominators are other numbers than n. Nor are averages over classes, shares of
    words, pixels or slots, which are not independent, and what was measured on training data.

    Examples
    --------
    >>> [is_share(name) for name in ("val.accuracy", "acc.value", "acc,none", "em", "balanced_accuracy", "f1", "word_error_rate")]
    [True, True, True, True, False, False, False]
    """
    name = _share_name(path)
    if not name.isascii():
        ending = chinese_ending(name)
        return ending in _SHARE_ENDINGS and not holds_chinese(name.removesuffix(ending), NO_SHARES)
    return _SHARE.search(name) is not None and _OF_CLASSES.search(name) is None


def _share_name(path: str) -> str:
    """Write a name without what stands behind that of a share, in Chinese its last word; empty where a word of it is of no share."""
    *outer, last = split_path(path) or ("",)
    path = join_path(tuple(outer)) if outer and last in HOLDERS else path
    keys, known = words_of(path), known_words(path)
    if not keys or not _NEVER_SHARES.isdisjoint(known):
        return ""
    # 准确率_测试, 准确率_pct
    shares = (_CHINESE_BEHIND.sub("", word) for word in reversed(keys[-1]) if not _BEHIND_SHARES.fullmatch(f"_{word}"))
    word = next(filter(None, shares), "")
    return _BEHIND_SHARES.sub("", plain_name(path)) if word.isascii() else word


@lru_cache(maxsize=65536)
def part_of_share(path: str) -> Part | None:
    """Of which part of the examples a metric is the share for which something holds, None where it is no such share.

    Averages over classes are none, and neither are those over queries, as recall at 10 is.

    Examples
    --------
    >>> [part_of_share(name) for name in ("cat.recall", "specificity", "召回率", "macro_recall", "recall@10", "accuracy", "f1")]
    ['positive', 'negative', 'positive', None, None, None, None]
    """
    name = _share_name(path)
    if not name.isascii():
        return None if holds_chinese(name, NO_SHARES) else _OF_PART.get(chinese_ending(name))
    found = _PART_OF.search(name)
    return None if found is None or name.endswith("average_precision") else _OF_PART[found[1]]


def is_mean(path: str, *, of_answers: bool) -> bool:
    """Whether a metric may be a mean over examples, of whether their answers are right or of any numbers.

    Examples
    --------
    >>> [is_mean(name, of_answers=True) for name in ("accuracy", "mmlu", "f1", "micro_f1", "roc_auc")]
    [True, True, False, True, False]
    >>> is_mean("f1", of_answers=False), is_mean("roc_auc", of_answers=False)
    (True, False)
    """
    words = set().union(*words_of(path))
    # over all examples together F1 is the share of right answers where each has one class
    return words.isdisjoint(_NO_MEANS) and (not of_answers or "micro" in words or words.isdisjoint(_NO_ANSWERS))


@lru_cache(maxsize=65536)
def scale_of(path: str) -> ScaleName:
    """How a difference of a metric is told: in percent of the baseline, in percentage points, or as it is.

    Percent has a meaning where zero is the natural end: errors, losses, times, sizes, counts. A fraction differs by points.

    Examples
    --------
    >>> [scale_of(name) for name in ("cer", "latency_ms", "accuracy", "r2", "auc", "ks")]
    ['ratio', 'ratio', 'points', 'difference', 'difference', 'difference']
    """
    told = "difference" if is_logarithm(path) else _scale_of_words(known_words(path))
    if told in ("difference", "ratio"):
        return told
    pairs = [pair for key in words_of(path) if len(key) > 1 for pair in pairwise(key)]
    if not _COUNTED.isdisjoint(pairs):
        return "ratio"
    return told or ("points" if not _RATES.isdisjoint(pairs) or TOP.search(plain_name(path)) else "difference")


@lru_cache(maxsize=4096)
def _scale_of_words(words: frozenset[str]) -> ScaleName | None:
    """What single words say; percentage points give way to pairs of words that say a ratio."""
    if words & _NEVER_POINTS:
        return "difference"
    if words & (LOWER - CAPPED) or any(CHINESE.get(chinese_ending(word)) == "min" for word in words) or has_word(words, AMOUNTS):
        return "ratio"
    return "points" if words & FRACTIONS or any(chinese_ending(word, _POINT_ENDINGS) for word in words) else None


@lru_cache(maxsize=65536)
def below_zero(path: str) -> Literal["never", "lower", "closer"]:
    """What a value below 0 is of a metric of which lower is better: none at all, better still, or an error with a sign.

    Examples
    --------
    >>> [below_zero(name) for name in ("rmse", "latency_ms", "log_loss", "test_loss", "mse_db", "log_mse", "neg_log_loss", "-mse")]
    ['never', 'never', 'never', 'lower', 'lower', 'lower', 'lower', 'lower']
    >>> [below_zero(name) for name in ("mean_error", "forecast_error", "平均误差", "mean_absolute_error", "平均绝对误差", "error_rate")]
    ['closer', 'closer', 'closer', 'never', 'never', 'never']
    """
    known = known_words(path)
    if has_word(known, FLIPS) or path.lstrip().startswith(("-", "\u2212", "\u2013")) or _DECIBELS.search(plain_name(path)):
        return "lower"
    if _OF_CHANCES.search(plain_name(path)) is not None:
        return "never"
    words = frozenset(chain.from_iterable(words_of(path)))
    if words & _ERRORS and not words & (_MAGNITUDES | LOWER - _ERRORS):
        return "closer"
    if any(chinese_ending(word) == "误差" and not _CHINESE_MAGNITUDE.search(word) for word in words):
        return "closer"
    # the scale of a logarithm is no ratio
    return "lower" if has_word(known, _ANY_LOW) or scale_of(path) != "ratio" else "never"


@lru_cache(maxsize=65536)
def is_logarithm(path: str) -> bool:
    """Whether a metric is in decibels or the logarithm of an error or a time, so that 0 is no end of it.

    Examples
    --------
    >>> [is_logarithm(name) for name in ("mse_db", "MSE (dB)", "log_rmse", "log10_latency", "log_loss", "rmsle", "db_latency_ms")]
    [True, True, True, True, False, False, False]
    """
    name = plain_name(path)
    return _LOGARITHM.search(name) is not None or (_DECIBELS.search(name) is not None and known_words(path).isdisjoint(TIMES))


def is_percentable(path: str) -> bool:
    """Whether a metric is written by some as a fraction and by others in percent."""
    return _are_percentable(known_words(path)) or _BARE_ERROR.fullmatch(plain_name(path)) is not None or _is_part(path)


def has_points(path: str) -> bool:
    """Whether a margin in percentage points has a meaning for a metric: for what may be written in percent, or says that it is.

    Examples
    --------
    >>> [has_points(name) for name in ("accuracy", "gpu_utilization_pct", "latency_ms")]
    [True, True, False]
    """
    return is_percentable(path) or says_percent(path)


@lru_cache(maxsize=65536)
def _is_part(path: str) -> bool:
    """Whether a metric is better when higher and at most 1 as a fraction, or a benchmark.

    Examples
    --------
    >>> [_is_part(name) for name in ("mIoU", "metrics/mAP50(B)", "hr@10", "mmlu", "kappa", "交并比")]
    [True, True, True, True, True, True]
    >>> [_is_part(name) for name in ("psnr", "inception_score", "mt_bench", "iou_count", "mmlu_seconds", "arc_length")]
    [False, False, False, False, False, False]
    """
    keys = words_of(path)
    words = {form for key in keys for word in key for form in (word, word.rstrip("0123456789"))}
    if has_word(frozenset(words), _NO_PARTS):
        return False
    pairs = {pair for key in keys for pair in pairwise(key)}
    named = not _PARTS.isdisjoint(words) or not _PART_PAIRS.isdisjoint(pairs) or any(chinese_ending(word, _PART_ENDINGS) for word in words)
    whole = whole_mode(plain_name(path)) or ("", "max")
    return named or whole[0] in _WHOLE_PARTS or named_as_a_whole(plain_name(path)) not in ("", "mt_bench", "mtbench")


def says_percent(path: str, values: Iterable[float] | None = None) -> bool:
    """Whether the name of a metric says that its values are in percent, whatever their size.

    A rate may be below 1 %; of an accuracy whose values are all below 1 the name is mistaken, and they are fractions.

    Examples
    --------
    >>> [says_percent(name) for name in ("error_rate (%)", "错误率(%)", "win_rate_pct", "top_10%_accuracy", "mean_percentage_error")]
    [True, True, True, False, False]
    >>> says_percent("error_rate (%)", [0.9, 0.7]), says_percent("accuracy (%)", [0.9, 0.7]), says_percent("accuracy (%)", [90, 0.7])
    (True, False, True)
    """
    return _names_percent(path) and not (values is not None and is_large_share(path) and max(values, default=2.0) <= 1)


@lru_cache(maxsize=65536)
def _names_percent(path: str) -> bool:
    return _PERCENT_NAME.search((split_path(path) or [""])[-1]) is not None


def without_percent(path: str) -> str:
    """The name of a metric without what says at its end that it is in percent.

    Examples
    --------
    >>> [without_percent(name) for name in ("accuracy (%)", "win_rate_pct", "accuracy")]
    ['accuracy', 'win_rate', 'accuracy']
    """
    return _PERCENT_END.sub("", path).strip() if _names_percent(path) else path


@lru_cache(maxsize=65536)
def is_large_share(path: str) -> bool:
    """Whether a metric is a share that is hardly ever below 1 %, as an accuracy is and a rate of clicks or of errors is not.

    Examples
    --------
    >>> [is_large_share(name) for name in ("accuracy (%)", "准确率（%）", "mAP_pct", "win_rate_pct", "error_rate (%)", "ctr (%)")]
    [True, True, True, False, False, False]
    """
    known = known_words(path)
    if known & (LOWER | VETOES | FLIPS | {"rate"}):
        return False
    endings = {chinese_ending(word, _LARGE_ENDINGS) for word in known if not word.isascii()}
    return bool(known & (FRACTIONS - CAPPED)) or not endings <= {""} or _is_part(path)


@lru_cache(maxsize=4096)
def _are_percentable(words: frozenset[str]) -> bool:
    return bool(words & PERCENTABLE) or any(chinese_ending(word, _PERCENTABLE_ENDINGS) for word in words)


def is_percent_beside(path: str, value: float, fractions: Sequence[float]) -> bool:
    """Whether a value above 1 looks like percent beside some fractions in their order.

    Some error rates may be above 1, though hardly above 2 beside a fifth of it; of anything else no fraction is.

    Examples
    --------
    >>> [is_percent_beside(name, value, [0.3, 0.9]) for name, value in (("wer", 12), ("wer", 1.2), ("accuracy", 1.2), ("latency_ms", 31))]
    [True, False, True, False]
    """
    if _names_percent(path) and not is_large_share(path):
        # such a rate in percent may be below 1 too, though hardly so far below another one
        return any(value >= (20 if _NO_RATES.isdisjoint(known_words(path) & LOWER) else 50) * fraction for fraction in fractions[:1])
    if _is_rated(path):
        return value > 10  # noqa: PLR2004 - a rating
    if is_share(path) or (is_percentable(path) and scale_of(path) != "ratio"):
        return True
    is_rate = is_percentable(path) and _NO_RATES.isdisjoint(known_words(path))
    return is_rate and value > 2 and any(fraction <= value / 5 for fraction in fractions[:1])  # noqa: PLR2004


def _is_rated(path: str) -> bool:
    return not RATED.isdisjoint(known_words(path)) and not is_percentable(path)


def percent_among(path: str, values: Mapping[int, float]) -> tuple[int, ...]:
    """Positions of values that look like percent beside others that look like fractions, and of shares above 100, which are neither.

    Examples
    --------
    >>> percent_among("accuracy", {0: 91.0, 1: 9500.0, 3: 0.94}), percent_among("loss", {0: 91.0, 1: 0.9})
    ((0, 1), ())
    """
    above = [place for place, value in values.items() if 1 < value <= 100 or (1 < value < math.inf and is_share(path))]  # noqa: PLR2004
    if not above and len(values) > 1 and _names_percent(path) and not is_large_share(path):
        # 0.8 and 0.008: hardly two percentages
        least = min((value for value in values.values() if value > 0), default=math.inf)
        return tuple(place for place, value in values.items() if _HARDLY * least <= value <= 1)
    # most have no value above 1, which is told at once
    if not above or not (is_percentable(path) or _is_rated(path)):
        return ()
    small = sorted(value for value in values.values() if 0 < value <= 1)
    return tuple(place for place in above if small and is_percent_beside(path, values[place], small))


MIXED = say("some values look like percent and others like fractions")


def mixed_units(name: str) -> ComparisonError:
    """Return the error of who asks for an order of values in two units."""
    hint = say("Only values in one unit can be ordered; state all of them in it.")
    return ComparisonError(say("{what}: {said}", what=name, said=MIXED), hint=hint)


def points_of(path: str, values: Sequence[float]) -> int | None:
    """How many percentage points one unit of some values of a metric is: 100 of fractions, 1 of percent.

    None where they are no shares: beyond 0 to 100, or some like percent and others like fractions.

    Examples
    --------
    >>> [points_of("accuracy", values) for values in ([0.9, 0.92], [90, 92], [0.9, 92], [1000, 1500])]
    [100, 1, None, None]
    """
    if scale_of(path) != "points" or not values or not all(0 <= value <= 100 for value in values):  # noqa: PLR2004 - as percent is written
        return None
    if says_percent(path, values):
        return 1
    return 100 if max(values) <= 1 else None if 0 < min(values) <= 1 else 1


def is_percent(path: str, values: Iterable[float]) -> bool:
    """Whether values of a metric are surely in percent: some are above 1, which a fraction of this name never is.

    Rates are fractions or not, as one of frames.

    Examples
    --------
    >>> is_percent("f1", [0.8]), is_percent("f1", [3.0]), is_percent("frame_rate", [25.0]), is_percent("cer", [1.2])
    (False, True, False, False)
    """
    numbers = list(values)
    is_known = is_share(path) or scale_of(path) == "points" or _is_part(path) or not known_words(path).isdisjoint(PERCENTABLE - {"rate"})
    return is_known and max(numbers, default=0.0) > 1 and bounds_of(path, numbers) == (0.0, 100.0)


def bounds_of(path: str, values: Iterable[float]) -> tuple[float, float]:
    """Between which ends the true value of a metric lies: fractions 0 and 1, or 0 and 100; errors, times and sizes 0 and no end.

    Values that are outside show that the name is misread: then nothing is known.

    Examples
    --------
    >>> bounds_of("accuracy", [0.98, 0.99]), bounds_of("accuracy", [98, 99]), bounds_of("cer", [0.1, 1.2])
    ((0.0, 1.0), (0.0, 100.0), (0.0, inf))
    >>> bounds_of("r2", [0.5]), bounds_of("accuracy", [1000])
    ((-inf, inf), (-inf, inf))
    """
    numbers = [value for value in values if math.isfinite(value)]
    scale = scale_of(path)
    ends = (0.0, math.inf) if scale == "ratio" and below_zero(path) != "closer" else (-math.inf, math.inf)
    if not _AGREEMENTS.isdisjoint(words := known_words(path)) and words.isdisjoint(LOWER):
        ends = -1.0, 1.0
    elif (
        scale == "points" or is_share(path) or plain_name(path).endswith("hamming_loss") or (scale == "difference" and is_percentable(path))
    ):
        ends = 0.0, 1.0 if max(numbers, default=0.0) <= 1 and not says_percent(path, numbers) else 100.0
    low, high = ends
    return ends if all(low <= value <= high for value in numbers) else (-math.inf, math.inf)
