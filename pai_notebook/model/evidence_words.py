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
    PERHAPS_EXAMPLES = "perhaps a number of examples"
    RUNS = "number of runs"
    FOLDS = "number of folds"
    PERHAPS_FOLDS = "perhaps a number of folds"
    ERROR = "standard error"
    SPREAD = "standard deviation"
    INTERVAL = "interval"
    LOW = "lower bound"
    HIGH = "upper bound"
    PART = "part of an interval"
    UNREAD = "spread that is not read"


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
    is_level : bool
        Whether they are the level of an interval.
    """

    role: Role
    level: float | None = None
    is_interval: bool = False
    is_vague: bool = False
    is_level: bool = False


def _terms(words: str, role: Role, *, is_vague: bool = False) -> dict[str, Term]:
    return dict.fromkeys(words.split(), Term(role, is_vague=is_vague))


_EXAMPLES = _terms("n num_samples n_samples num_examples n_examples support 样本数", Role.EXAMPLES)
_PERHAPS = _terms("count total", Role.PERHAPS_EXAMPLES)
# `k` is not read as folds: it is as often a number of neighbours, or where a list is cut off
_CV = _terms("cv", Role.PERHAPS_FOLDS)
_RUNS = {
    f"{before}{word}": Term(Role.RUNS, is_vague=not before)
    for word in ("runs", "seeds", "repeats", "repetitions", "replicates", "trials", "experiments")
    for before in ("", "n_", "num_")
}
_RUNS |= _terms("运行次数 重复次数", Role.RUNS)
_FOLDS = {
    f"{before}{word}": Term(Role.FOLDS, is_vague=not before) for word in ("folds", "splits") for before in ("", "n_", "num_", "k_", "cv_")
}
_FOLDS |= _terms("折数", Role.FOLDS)
_ERROR = "stderr std_err std_error stderror standard_err standard_error standarderror"
_ERRORS = {
    **_terms(_ERROR, Role.ERROR),
    **_terms("boostrap_std bootstrap_std 标准误 标准误差", Role.ERROR),
    # `err` is half of a width as often, which would be the narrower reading
    **_terms("sem se err", Role.ERROR, is_vague=True),
    **_terms(" ".join(f"{how}_{word}" for how in ("bootstrap", "boostrap", "clustered") for word in (*_ERROR.split(), "se")), Role.ERROR),
    **_terms(" ".join(f"{word}_{how}" for how in ("bootstrap", "clustered", "mean") for word in (*_ERROR.split(), "se")), Role.ERROR),
}
_SPREADS = {
    **_terms("std stdev stddev stdv std_dev st_dev std_deviation standard_dev standard_deviation 标准差", Role.SPREAD),
    **_terms("sd", Role.SPREAD, is_vague=True),
}
# Half of the width of an interval.
_MARGINS = {
    **_terms("margin_of_error error_margin half_width halfwidth ci_half_width ci_halfwidth ci_half error_bar errorbar", Role.INTERVAL),
    **_terms("plus_minus plusminus 误差范围", Role.INTERVAL),
    **_terms("moe pm", Role.INTERVAL, is_vague=True),
}
# Words of spread of which nobody says how they belong to a standard error.
UNREAD = {
    **_terms("var variance uncertainty spread iqr mad sigma dispersion prediction_interval ci_width ci_range 方差", Role.UNREAD),
    **_terms("std_mean stdev_mean sd_mean std_of_mean sd_of_mean", Role.UNREAD),
    **_terms("margin range width bounds limits pi", Role.UNREAD, is_vague=True),
}
# What may stand behind the name of a metric, or before it as `std_accuracy`; the rest stands beside it.
_BEFORE = {**_ERRORS, **_SPREADS}
_BEHIND = {**_BEFORE, **_MARGINS, **UNREAD, **_RUNS, **_FOLDS}
_BESIDE = {**_EXAMPLES, **_PERHAPS, **_CV, **_BEFORE, **_MARGINS, **_RUNS, **_FOLDS}

_LOW = "lower_?bound|lower_?limit|lower|lwr|low|lo|lb|lcl|lci|lcb"
_HIGH = "upper_?bound|upper_?limit|upper|upr|high|hi|ub|ucl|uci|ucb"
_LEVEL = r"[0-9]{2}(?:\.[0-9]{1,3})?|0?\.[0-9]{1,5}"
_NAMED = "ci|conf_?int(?:erval)?|conf(?:idence)?_?interval|interval|cred(?:ible)?_?interval|hdi|hpdi?|置信区间|可信区间"
# `ci95`, `95_ci`, `ci_lower_95`, `lower_ci`, `ci_min` and the like, behind the name of a metric, before it or alone.
_INTERVAL = re.compile(
    rf"(?:(?P<level1>{_LEVEL})%?_?)?(?:(?:(?P<low1>{_LOW}|l)|(?P<high1>{_HIGH}|u))_?)?(?:(?P<level2>{_LEVEL})%?_?)?"
    rf"(?:{_NAMED})_?(?:(?P<level3>{_LEVEL})%?)?"
    rf"(?:_?(?:(?P<low2>{_LOW}|min|left|start|l|0|下限)|(?P<high2>{_HIGH}|max|right|end|u|1|上限)|half_?width))?"
    rf"(?:_?(?P<level4>{_LEVEL})%?)?"
)
# `conf_low` is a bound, `conf` alone a confidence.
_CONF = re.compile(rf"conf_(?:(?P<low>{_LOW})|(?P<high>{_HIGH}))")
# Bounds that do not say of what; with a level, or with a word that is used of nothing else, they do.
_BOUND = re.compile(rf"(?:(?P<low>{_LOW}|l)|(?P<high>{_HIGH}|u))(?:_?(?P<level>{_LEVEL})%?)?")
_SURE_BOUNDS = re.compile("[lu](?:cl|ci|cb)|(?:lower|upper)_?(?:bound|limit)")
_CHINESE_BOUND = re.compile("(?:置信)?(?:(?P<low>下限|下界)|(?P<high>上限|上界))")
# The ends that leave a fortieth on each side.
_QUANTILE = re.compile(
    r"[pq]_?(?:(?P<low>(?:0?\.?02[._]?5|2[._]5)%?)|(?P<high>(?:0?\.?97[._]?5|97[._]5)%?))|(?:(?P<low2>2\.5%)|(?P<high2>97\.5%))"
)
# Words that say a level in an object that is an interval, and behind `ci`, as in `auc_ci_level`.
LEVELS = frozenset(
    {
        *("level", "confidence", "conf", "coverage", "percent", "percentage", "pct", "prob", "probability", "mass", "cl", "nominal"),
        *("alpha", "significance"),
    }
)
_LEVEL_BESIDE = re.compile(
    rf"(?:(?P<before>{_LEVEL})%?_?)?(?:ci|conf(?:idence)?(?:_?int(?:erval)?)?|interval)_?(?:(?P<level>{_LEVEL})%?)?"
    rf"_?(?:{'|'.join(sorted(LEVELS))})|置信水平|置信度"
)
# Words that are the level of an interval where one stands beside them.
_PLAIN_LEVELS = frozenset({"level", "confidence", "alpha"})
_CHINESE = re.compile(
    "(?<=.)(?:标准误差?|标准差|误差范围|(?:[0-9]{2}%?)?(?:置信|可信)区间(?:[0-9]{2}%?)?[上下]?限?|(?:置信)?[上下][限界]|置信水平|置信度|方差|(?:运行|重复)次数|折数)$"
)
# The last or first words of what is read; most names have none, which is told in a tenth of the time.
_LAST = frozenset(
    word.rpartition("_")[2]
    for word in (
        *(*_BESIDE, *_BEHIND, *LEVELS, "", "p", "q", "interval", "int", "confint", "ci", "hdi", "hpd", "hpdi", "lowerci", "upperci"),
        *("min", "max", "left", "right", "start", "end", "l", "u", "cil", "ciu", "lowerbound", "upperbound", "lowerlimit", "upperlimit"),
        *(*_LOW.replace("_?", "_").split("|"), *_HIGH.replace("_?", "_").split("|"), "confidenceinterval", "half"),
    )
)
_FIRST = frozenset(
    word.partition("_")[0] for word in (*_BEFORE, "ci", "lower", "upper", "lb", "ub", "lwr", "upr", "lcl", "ucl", "lci", "uci", "p", "q")
)
_DIGITS = "0123456789.%"
_ODD = re.compile(r"[ :\-]+|\.(?![0-9])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# A level below it is what is left over, or something else.
LOWEST_LEVEL = 0.5


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
    return key if key.isidentifier() else _ODD.sub("_", key)


@lru_cache(maxsize=4096)
def term(words: str) -> Term | None:
    """Read words that say what a number beside a metric is, None for all others."""
    return _BESIDE.get(words) or _interval_term(words)


@lru_cache(maxsize=4096)
def _interval_term(words: str) -> Term | None:
    if words in _PLAIN_LEVELS:
        return Term(Role.PART, is_interval=True, is_vague=True, is_level=True)
    if (level := _LEVEL_BESIDE.fullmatch(words)) is not None:
        return Term(Role.PART, _level_in(level["before"], level["level"]), is_interval=True, is_level=True)
    if (quantile := _QUANTILE.fullmatch(words)) is not None:
        return Term(_role_of(quantile.groupdict()), 0.95)
    if (interval := _INTERVAL.fullmatch(words)) is not None:
        return _of_interval(interval.groupdict())
    return _bound_term(words)


def _bound_term(words: str) -> Term | None:
    """Read a bound that does not say of what."""
    if (sure := _CHINESE_BOUND.fullmatch(words) or _CONF.fullmatch(words)) is not None:
        return Term(_role_of(sure.groupdict()), is_interval=words[0] not in "上下")
    bound = _BOUND.fullmatch(words)
    if bound is None or words in ("l", "u"):
        return None
    level = _level_in(bound["level"])
    if bound["level"] and (level is None or level < LOWEST_LEVEL):
        return None
    return Term(_role_of(bound.groupdict()), level, is_interval=bool(level or _SURE_BOUNDS.fullmatch(words)))


def _level_in(*texts: str | None) -> float | None:
    """The level that one of some texts says."""
    return next((level_of(float(text)) for text in texts if text), None)


def _role_of(found: Mapping[str, str | None]) -> Role:
    return Role.LOW if any(text for name, text in found.items() if name.startswith("low")) else Role.HIGH


def _of_interval(found: Mapping[str, str | None]) -> Term | None:
    bounds = [text for name, text in found.items() if text and name.startswith(("low", "high"))]
    levels = [text for name, text in found.items() if text and name.startswith("level")]
    if len(bounds) > 1 or len(levels) > 1:
        return None
    return Term(_role_of(found) if bounds else Role.INTERVAL, _level_in(*levels), is_interval=True)


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
    if not words.isascii() and term(words) is None and (chinese := _CHINESE.search(words)) is not None:
        ending = words[chinese.start() :]
        found = _BEHIND.get(ending) or term(ending)
        return None if found is None else (words[: chinese.start()].rstrip("_"), found)
    last, first = words.rpartition("_")[2].strip(_DIGITS), words.partition("_")[0].strip(_DIGITS)
    if last in _LAST or not words.isascii():
        if (alone := term(words)) is not None:
            return "", alone
        place = words.find("_", 1)
        while place >= 0:
            rest = words[place + 1 :]
            behind = _BEHIND.get(rest) or (_interval_term(rest) if rest != "confidence" else None)
            if behind is not None and not (last == "" and not behind.is_interval and behind.level is None):
                return words[:place], behind
            place = words.find("_", place + 1)
    if first in _FIRST:
        place = words.rfind("_", 0, -1)
        while place > 0:
            before = _BEFORE.get(words[:place]) or _interval_term(words[:place])
            if before is not None and not before.is_level:
                return words[place + 1 :], Term(before.role, before.level, before.is_interval, is_vague=True)
            place = words.rfind("_", 0, place)
    return None
