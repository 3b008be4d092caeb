"""The words that say what a number beside a metric is: a standard error, a spread, an interval and its bounds, runs, a level."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Role(StrEnum):
    """What a row says about another one."""

    EXAMPLES = "number of examples"
    RUNS = "number of runs"
    FOLDS = "number of folds"
    ERROR = "standard error"
    SPREAD = "standard deviation"
    INTERVAL = "interval"
    LOW = "lower bound"
    HIGH = "upper bound"
    PART = "part of an interval"
    UNREAD = "not read"


BOUND_ROLES = (Role.LOW, Role.HIGH)


@dataclass(frozen=True)
class Term:
    """What some words say beside a metric.

    Attributes
    ----------
    role : Role
        What they are.
    level : float or None
        Confidence of an interval, where they say it.
    is_interval : bool
        Whether they say that it is an interval or one of its bounds, so that a bound is none of anything else.
    is_vague : bool
        Whether they may be something else, so that the size of the number decides.
    """

    role: Role
    level: float | None = None
    is_interval: bool = False
    is_vague: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _terms(words: str, role: Role, *, is_vague: bool = False) -> dict[str, Term]:
    return dict.fromkeys(words.split(), Term(role, is_vague=is_vague))


def _counts(words: str, role: Role) -> dict[str, Term]:
    return {f"{before}{word}": Term(role, is_vague=not before) for word in words.split() for before in ("", "n_", "num_")}


_EXAMPLES = _terms("n num_samples n_samples num_examples n_examples sample_size n_obs nobs support 样本数 样本数量 样本量", Role.EXAMPLES)
# The same of the positive or negative ones.
POSITIVES = _words("pos positive positives positive_samples positive_examples pos_samples pos_examples")
NEGATIVES = _words("neg negative negatives negative_samples negative_examples neg_samples neg_examples")
CHINESE_POSITIVES = _words("正_样本数 正_样本数量 正例数 阳性_样本数 阳性数")
CHINESE_NEGATIVES = _words("负_样本数 负_样本数量 负例数 阴性_样本数 阴性数")
_OF_PARTS = dict.fromkeys(
    [f"{before}_{word}" for before in ("n", "num") for word in POSITIVES | NEGATIVES] + [*CHINESE_POSITIVES, *CHINESE_NEGATIVES],
    Term(Role.EXAMPLES),
)
# `k` is not read as folds: it is as often a number of neighbours, or where a list is cut off
_CV = _terms("cv", Role.FOLDS, is_vague=True)
_RUNS = _counts("runs seeds repeats repetitions replicates trials experiments", Role.RUNS) | _terms(
    "运行次数 重复次数 种子数 种子数量 随机_种子数 随机_种子数量", Role.RUNS
)
_FOLDS = _counts("folds splits", Role.FOLDS) | _terms("k_folds k_splits cv_folds cv_splits 折数", Role.FOLDS)
_ERRORS = {
    **_terms("stderr std_err std_error stderror standard_err standard_error standarderror", Role.ERROR),
    **_terms("boostrap_std bootstrap_std 标准误 标准误差 均值标准误", Role.ERROR),
    # `err` is half of a width as often, which would be the narrower reading
    **_terms("sem se err", Role.ERROR, is_vague=True),
}
_SPREADS = {
    **_terms("std stdev stddev stdv std_dev standarddev st_dev std_deviation standard_dev standard_deviation 标准差", Role.SPREAD),
    **_terms("sd", Role.SPREAD, is_vague=True),
}
# Half of the width of an interval.
_MARGINS = {
    **_terms("margin_of_error error_margin half_width halfwidth ci_half_width ci_halfwidth ci_half error_bar errorbar", Role.INTERVAL),
    **_terms("plus_minus plusminus 误差范围", Role.INTERVAL),
    **_terms("moe pm", Role.INTERVAL, is_vague=True),
}
# How an error or an interval was found, which does not change how it is read.
_HOW = re.compile("^(?:bootstrap|boostrap|clustered)_|_(?:bootstrap|clustered)$|(?<=err|ror)_mean$")
# What may stand behind the name of a metric, or before it as `std_accuracy`; the rest stands beside it.
_BEFORE = {**_ERRORS, **_SPREADS}
_BEHIND = {**_BEFORE, **_MARGINS, **_RUNS, **_FOLDS, **_EXAMPLES}
_BESIDE = {**_EXAMPLES, **_OF_PARTS, **_CV, **_BEFORE, **_MARGINS, **_RUNS, **_FOLDS}

_LOW = "lower_?bound|lower_?limit|lower|lwr|low|lo|lb|lcl|lci|lcb"
_HIGH = "upper_?bound|upper_?limit|upper|upr|high|hi|ub|ucl|uci|ucb"
_LEVEL = r"[0-9]{2}(?:\.[0-9]{1,3})?|0?\.[0-9]{1,5}"
_NAMED = "ci|conf_?int(?:erval)?|conf(?:idence)?_?interval|interval|cred(?:ible)?_?int(?:erval)?|hdi|hpdi?|置信区间|可信区间"
# The parts of `ci95`, `95_ci`, `ci_lower_95`, `lower_ci`, `ci_min`, `lower_95`; `conf_low` is a bound, `conf` alone a confidence.
_PARTS = re.compile(
    rf"(?P<name>{_NAMED}|conf(?=_?[hlu])|置信(?=_?[上下]))|(?P<low>{_LOW}|下限|下界|[pq]_?(?:0?\.?02[._]?5|2[._]5)%?|(?<![0-9_])2\.5%)"
    rf"|(?P<high>{_HIGH}|上限|上界|[pq]_?(?:0?\.?97[._]?5|97[._]5)%?|(?<![0-9_])97\.5%)|(?P<level>{_LEVEL})%?|(?P<half>half_?width)"
    r"|(?P<low2>min|left|start|0)|(?P<high2>max|right|end|1)|(?P<low1>l)|(?P<high1>u)|_|(?P<odd>.)"
)
_LOWER, _UPPER = _words(_LOW.replace("_?", "").replace("|", " ") + " minus"), _words(_HIGH.replace("_?", "").replace("|", " ") + " plus")
_SURE_BOUNDS = re.compile("[lu](?:cl|ci|cb)|(?:lower|upper)_?(?:bound|limit)")
# Words that say a level in an object that is an interval, and behind `ci`, as in `auc_ci_level`.
LEVELS = _words(
    "level confidence conf coverage percent percentage pct prob probability mass cl nominal alpha significance sigma sigmas nsigma z"
)
_LEVEL_BESIDE = re.compile(
    rf"(?:(?P<before>{_LEVEL})%?_?)?(?:ci|conf(?:idence)?(?:_?int(?:erval)?)?|interval)_?(?:(?P<level>{_LEVEL})%?)?"
    rf"_?(?:{'|'.join(sorted(LEVELS))})|置信水平|置信度"
)
# Words that are the level of an interval where one stands beside them.
_PLAIN_LEVELS = frozenset({"level", "confidence", "alpha", "coverage", "sigma"})
# Chinese is written without spaces.
_CHINESE = re.compile(
    "(?<=[^_的])(?<!均值)(?:的|均值)?(?=(?:标准误差?|标准差|误差(?:范围|限|棒)|(?:[0-9]{2}%?)?(?:置信|可信)区间(?:[0-9]{2}%?)?[上下]?限?"
    "|(?:置信)?[上下][限界]|置信水平|置信度|方差|(?:运行|重复)次数|种子数量?|折数|样本(?:数量?|量)|不确定[度性]|半宽|极差|变异系数|四分位距)$)"
)
# Words that are of nothing but how sure something is, whatever stands with them.
_SURE = _words("""
    bci boostrap boot bootstrap bootstrapped ci cis clopper confint credible dispersion ebars errbar errbars errorbar halfwidth hdi hpd
    hpdi interval intervals iqr jackknife mad mcse moe newcombe rsd spread std stddev stderr stderror stderrs stdev stdv unc uncert
    uncertainties uncertainty var variance variances wilson yerr 方差 误差棒 误差限 不确定度 不确定性 半宽 极差 变异系数 四分位距
""")
# Words that are where no other stands with them, beside a metric whose scale has two ends.
_ALONE = _words("""
    band bands bound bounds conf confidence deviation err error errors fold folds half high int limit limits list low lower lowerbound
    lowerlimit lwr margin minus n of per percentiles pi plus pm pvalues quantiles range repeats replicates run runs samples scores sd se
    seed seeds sem significance standard trials upper upperbound upperlimit upr values width
""")
# Those that say before a metric which part of the data or which average it is.
_SPLITS = _words("half high int list low n of per plus minus run samples scores standard trials values")
# The words of all that is read or named; most names have none, which is told in a tenth of the time.
_WORDS = (_SURE | _ALONE).union(
    _LOWER | _UPPER | _words("p q l u cil ciu lowerci upperci confidenceinterval min max left right start end"),
    [word for words in (*_BESIDE, *_BEHIND, *LEVELS, *_PLAIN_LEVELS) for word in words.split("_")],
    [""],
) - _words("k num st of per")
_DIGITS = "0123456789.%"
_BARE = str.maketrans({**dict.fromkeys(".- :,+\\", "_"), **dict.fromkeys("0123456789%")})
_ODD = re.compile(r"[ :\-]+|\.(?![0-9])")
_PLUS_MINUS = re.compile(r"[ _]?(?:±|\+/?-)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# A level below it is what is left over, or something else.
LOWEST_LEVEL = 0.5


def may_say(path: str) -> bool:
    """Whether any word of a name may say how sure something is."""
    return not path.islower() or not path.isascii() or not _WORDS.isdisjoint(path.translate(_BARE).split("_"))


def end_of(words: str) -> Role | None:
    """Which end of an interval words that are not read are, None where they are a size."""
    known = {("low" if float(word[1:]) < 50 else "high") if _is_quantile(word) else word for word in words.split("_")}  # noqa: PLR2004 - percent
    if "err" in words or known.isdisjoint(_LOWER | _UPPER):
        return None
    return Role.HIGH if known.isdisjoint(_LOWER) else Role.LOW


def _is_quantile(word: str) -> bool:
    # `q1` is a quarter of a year as often
    return (word[:1] == "p" or word[2:] != "") and word[:1] in ("p", "q") and word[1:].replace(".", "", 1).isdecimal()


def unread(words: str, *, is_before: bool = False) -> bool | None:
    """Whether words that are not read say how sure a metric is and nothing else; None where they may well be of something else.

    Examples
    --------
    >>> unread("wilson_ci_low"), unread("std_5seeds"), unread("error"), unread("p05"), unread("low_resource"), unread("p_value")
    (True, True, False, False, None, None)
    """
    known = words.split("_")
    # behind `sigma` a number is that of a noise
    if not _SURE.isdisjoint([word.strip(_DIGITS) for word in known]) or known[-1].lstrip(_DIGITS) == "sigma":
        return True
    if is_before and not _SPLITS.isdisjoint(known):
        return None
    return False if all(word.lstrip(_DIGITS) in _ALONE or _is_quantile(word) for word in known) else None


def level_of(number: float) -> float | None:
    """Read a level in percent or as a fraction, None for what is none.

    Examples
    --------
    >>> level_of(90), level_of(0.9), level_of(0), level_of(10**400)
    (0.9, 0.9, None, None)
    """
    if not 0 < number < 100:  # noqa: PLR2004 - percent
        return None
    level = number / 100 if number > 1 else float(number)
    return level if level < 1 else None


def fold(key: str) -> str:
    """Write a key in small letters with an underscore between its words, however they are put together.

    Examples
    --------
    >>> fold("accuracyStdErr"), fold("Top-5 Accuracy"), fold("auc_p2.5"), fold("auc.std"), fold("F1")
    ('accuracy_std_err', 'top_5_accuracy', 'auc_p2.5', 'auc_std', 'f1')
    """
    if not key.islower():
        key = _CAMEL.sub("_", key).lower()
    if not key.isascii():
        key = _CHINESE.sub("_", key)
    return key if key.isidentifier() else _ODD.sub("_", _PLUS_MINUS.sub("_pm", key))


def counted_part(words: str) -> str:
    """Whether a number of examples is that of the positive or of the negative ones alone, empty for that of all of them.

    Examples
    --------
    >>> counted_part("n_pos"), counted_part(fold("负样本数")), counted_part("n")
    ('positive', 'negative', '')
    """
    rest = words.partition("_")[2]
    if rest in POSITIVES or words in CHINESE_POSITIVES:
        return "positive"
    return "negative" if rest in NEGATIVES or words in CHINESE_NEGATIVES else ""


@lru_cache(maxsize=4096)
def term(words: str) -> Term | None:
    """Read words that say what a number beside a metric is, None for all others."""
    return _term_of(words, _BESIDE)


@lru_cache(maxsize=4096)
def _interval_term(words: str) -> Term | None:
    told = _LEVEL_BESIDE.fullmatch(words)
    if told is not None or words in _PLAIN_LEVELS:
        level = None if told is None else _level_in(told["before"], told["level"])
        return Term(Role.PART, level, is_interval=True, is_vague=told is None)
    found = [(part.lastgroup, part[part.lastgroup]) for part in _PARTS.finditer(words) if part.lastgroup]
    said = dict(found)
    ends = [kind for kind in said if kind.startswith(("low", "high"))]
    level = _level_in(said.get("level"))
    if not found or "odd" in said or len(said) < len(found) or len(ends) + ("half" in said) > 1:
        return None
    if "name" not in said:
        # bounds that do not say of what
        one_letter = ends[:1] in (["low1"], ["high1"]) and "level" in said
        if found[0][0] not in ("low", "high") and not one_letter:
            return None
        if "level" in said and (level is None or level < LOWEST_LEVEL):
            return None
    is_interval = "name" in said or level is not None or _SURE_BOUNDS.fullmatch(words) is not None
    role = Role.INTERVAL if not ends else Role.LOW if ends[0].startswith("low") else Role.HIGH
    return Term(role, level, is_interval)


def _level_in(*texts: str | None) -> float | None:
    """The level that one of some texts says."""
    return next((level_of(float(text)) for text in texts if text), None)


def _term_of(words: str, known: Mapping[str, Term]) -> Term | None:
    found = _HOW.sub("", words)
    return known.get(words) or _ERRORS.get(found) or _interval_term(found)


def split_term(key: str) -> tuple[str, Term] | None:
    """Split a key into the name of a metric, empty where there is none, and what it says of it; None for most keys.

    Examples
    --------
    >>> stem, found = split_term("accuracy_ci95_lower")
    >>> stem, found.role.value, found.level
    ('accuracy', 'lower bound', 0.95)
    >>> split_term("se_accuracy")[0], split_term("准确率标准误")[0], split_term("accuracy")
    ('accuracy', '准确率', None)
    """
    words = fold(key)
    if not may_say(words):
        return None
    if (alone := term(words)) is not None:
        return "", alone
    place = words.find("_", 1)
    while place >= 0:
        rest = words[place + 1 :]
        behind = _term_of(rest, _BEHIND) if rest not in ("confidence", "coverage", "sigma") else None
        if behind is not None:
            return words[:place], behind
        place = words.find("_", place + 1)
    place = words.rfind("_", 0, -1)
    while place > 0:
        before = _term_of(words[:place], _BEFORE)
        if before is not None and before.role is not Role.PART:
            return words[place + 1 :], Term(before.role, before.level, before.is_interval, is_vague=True)
        place = words.rfind("_", 0, place)
    return None
