"""Names of what says how sure a metric's value is: a number of examples, a standard error, an interval, a spread over runs.

Collected from what tools write: lm-evaluation-harness (`acc_stderr,none`), inspect_ai (`stderr`), OpenAI evals
(`boostrap_std`), scikit-learn (`std_test_score`), LightGBM (`auc-stdv`), XGBoost (`auc-std`), HF evaluate
(`standard_error`, `confidence_interval`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_words import bounds_of

# Path and dataset of a metric.
_Key = tuple[str, str]
# Names of a value to which a sibling such as `stderr` belongs.
OWNERS = ("score", "value", "mean", "accuracy")


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


_OTHER = {Role.LOW: Role.HIGH, Role.HIGH: Role.LOW}


@dataclass(frozen=True)
class EvidenceName:
    """What a name says about another one.

    Attributes
    ----------
    role : Role
        What it is.
    of : tuple of str
        Keys of the metric it belongs to; for a sibling the keys of the object both stand in.
    sibling : bool
        Whether it belongs to what stands beside it rather than to a metric it names.
    level : float or None
        Confidence of an interval, where the name says it.
    is_interval : bool
        Whether the name says that it is an interval or one of its bounds, so that a bound is none of anything else.
    """

    role: Role
    of: tuple[str, ...]
    sibling: bool
    level: float | None = None
    is_interval: bool = False


_SIBLINGS = {
    **dict.fromkeys(("n", "num_samples", "n_samples", "num_examples", "n_examples", "support", "样本数"), Role.EXAMPLES),
    **dict.fromkeys(("count", "total"), Role.PERHAPS_EXAMPLES),
    **dict.fromkeys(("runs", "n_runs", "num_runs", "n_seeds", "num_seeds"), Role.RUNS),
    **dict.fromkeys(("n_folds", "num_folds"), Role.FOLDS),
    # `k` is not read as folds: it is as often a number of neighbours, or where a list is cut off
    "cv": Role.PERHAPS_FOLDS,
    **dict.fromkeys(
        ("stderr", "std_err", "std_error", "sem", "standard_error", "boostrap_std", "bootstrap_std", "bootstrap_stderr"), Role.ERROR
    ),
    **dict.fromkeys(("std", "stdev", "stddev", "stdv"), Role.SPREAD),
}
# What stands behind the name of another metric, each kind as a group that is called as its role.
_ENDING = re.compile(
    r"(?:[_:.\-](?:(?P<ERROR>bo(?:ot)?strap_std|(?:bootstrap_)?std_?err(?:or)?|standard_?error|sem|se)|(?P<SPREAD>std|stdev|stddev|stdv))"
    r"|_(?:(?P<RUNS>(?:n_)?(?:runs|seeds))|(?P<FOLDS>(?:n_)?folds)))$",
    re.IGNORECASE,
)
# How a key ends that may have one of these endings: most have none, which is told in a tenth of the time.
_ENDS = ("std", "err", "error", "sem", "se", "dev", "stdv", "runs", "seeds", "folds")
# `ci`, `ci95`, `95_ci` and the like behind the name of a metric, or alone.
_LEVEL = r"[0-9]{2}(?:\.[0-9]{1,3})?|0?\.[0-9]{1,5}"
_INTERVAL = re.compile(
    rf"(?:^|[_:.\-])(?:(?P<before>{_LEVEL})%?_?)?(?:ci|conf_?int(?:erval)?|confidence_?interval)_?(?:(?P<level>{_LEVEL})%?)?$",
    re.IGNORECASE,
)
# A bound of an interval behind the name of a metric or of its interval, or alone.
_BOUND = re.compile(
    r"(?:^|_|(?<=[0-9i%]))(?:(?P<LOW>lower_?bound|lower|low|lo|lb)|(?P<HIGH>upper_?bound|upper|high|hi|ub))$", re.IGNORECASE
)
_BOUNDS = ("low", "lower", "lo", "lb", "high", "upper", "hi", "ub", "bound")
# Words that say a level in an object that is an interval, and behind `ci`, as in `auc_ci_level`.
_LEVELS = frozenset(
    {
        *("level", "confidence", "conf", "coverage", "percent", "percentage", "pct", "prob", "probability", "mass", "cl", "nominal"),
        *("alpha", "significance"),
    }
)
# What stands beside an interval: `auc_ci_level`, `auc_confidence_level`, `auc_level`, or `confidence_level` for all of them.
_LEVEL_BESIDE = re.compile(
    rf"(?:^|[_:.\-])(?:(?P<before>{_LEVEL})%?_?)?(?:ci|conf(?:idence)?(?:_?int(?:erval)?)?|interval)_?(?:(?P<level>{_LEVEL})%?)?"
    rf"_?(?:{'|'.join(sorted(_LEVELS))})$",
    re.IGNORECASE,
)
_LEVEL_OF = re.compile(r"(?<=.)[_:.\-](?P<before>)(?P<level>)(?:level|alpha)$", re.IGNORECASE)
_LEVEL_ENDS = tuple(_LEVELS)
_LEVEL_TEXT = re.compile(
    r"(?P<number>[0-9]{1,3}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})[ \u00a0]?(?P<percent>(?:%|percent)?)(?: ?ci| confidence)?", re.IGNORECASE
)
# A level below it is what is left over, or something else.
_LOWEST_LEVEL = 0.5
# Endings of names that are codes of languages where others stand beside them: Hindi, Lao and Northern Sami.
_AMBIGUOUS = ("hi", "lo", "se")
_LANGUAGES = (
    " ar bg bn ca cs da de el en es et fa fi fr gu he hr hu it ja kk km kn ko lt lv mk ml mr ms my nb ne nl nn pa pl ps pt ro ru sk sl "
    "sq sr sv sw ta te th tl tr uk ur uz vi zh zu "
)
# Numbers of examples and runs stand beside whatever metrics there are.
_OF_ALL = (Role.EXAMPLES, Role.PERHAPS_EXAMPLES, Role.RUNS, Role.FOLDS, Role.PERHAPS_FOLDS)
_MEAN = re.compile(r"^(?:mean_|avg_)(?=.)|[_:.\-](?:mean|avg)$")


@lru_cache(maxsize=65536)
def read_evidence_name(path: str) -> EvidenceName | None:
    """Read a name that says something about another metric, None for every other name.

    Examples
    --------
    >>> name = read_evidence_name("gsm8k.exact_match_stderr,strict-match")
    >>> name.role.value, name.of
    ('standard error', ('gsm8k', 'exact_match,strict-match'))
    >>> read_evidence_name("std_test_score").of, read_evidence_name("f1_ci90").level, read_evidence_name("f1")
    (('test_score',), 0.9, None)
    >>> name = read_evidence_name("val.n")
    >>> name.role.value, name.of, name.sibling
    ('number of examples', ('val',), True)
    """
    keys = unwrapped(split_path(path))
    if not keys:
        return None
    *above, last = keys
    key, comma, filtered = last.partition(",")
    role = _SIBLINGS.get(_snake(key))
    if role is not None:
        return EvidenceName(role, tuple(above), sibling=True)
    match = _ENDING.search(key) if key.lower().endswith(_ENDS) else None
    if match is not None and match.start() and match.lastgroup is not None:
        return EvidenceName(Role[match.lastgroup], (*above, key[: match.start()] + comma + filtered), sibling=False)
    if key.startswith("std_") and key != "std_":
        return EvidenceName(Role.SPREAD, (*above, key.removeprefix("std_") + comma + filtered), sibling=False)
    return _read_interval(keys)


def _read_interval(keys: tuple[str, ...]) -> EvidenceName | None:
    """Read `X_ci`, `X_95ci`, `X_low`, `X_ci95_lower`, `X_lower_ci`, or `low` in an object `X_ci`; `ci` beside a value has no X."""
    *above, last = keys
    key, comma, filtered = last.partition(",")
    role, alone = Role.INTERVAL, _bound(key)
    if above and (alone is None or not key[: alone.start()]):
        outer, comma_above, filtered_above = above[-1].partition(",")
        found = _interval(outer)
        if found is not None:
            # in an object that is an interval everything is a part of it
            role = Role.PART if alone is None or alone.lastgroup is None else Role[alone.lastgroup]
            above, key, comma, filtered = above[:-1], outer, comma_above, filtered_above
            return _of_interval(above, key[: found.start()], comma + filtered, role, found)
    beside = _level_beside(key)
    if beside is not None:
        return _of_interval(above, key[: beside.start()], comma + filtered, Role.PART, beside)
    rest, found = key, None
    for _ in range(2):  # the bound stands before or behind what says that it is one of an interval
        bound = _bound(rest) if role is Role.INTERVAL else None
        if bound is not None and bound.lastgroup is not None:
            role, rest = Role[bound.lastgroup], rest[: bound.start()]
        if found is None and (found := _interval(rest)) is not None:
            rest = rest[: found.start()]
    if found is None and (role is Role.INTERVAL or not rest):
        return None
    return _of_interval(above, rest, comma + filtered, role, found)


def _level_beside(key: str) -> re.Match[str] | None:
    return (_LEVEL_BESIDE.search(key) or _LEVEL_OF.search(key)) if key.lower().endswith(_LEVEL_ENDS) else None


def _bound(key: str) -> re.Match[str] | None:
    return _BOUND.search(key) if key.lower().endswith(_BOUNDS) else None


def _interval(key: str) -> re.Match[str] | None:
    lower = key.lower()
    return _INTERVAL.search(key) if "ci" in lower or "conf" in lower else None


def _of_interval(above: Sequence[str], stem: str, ending: str, role: Role, found: re.Match[str] | None) -> EvidenceName:
    said = (found["level"] or found["before"]) if found else None
    level = level_of(float(said)) if said else None
    return EvidenceName(
        role, (*above, stem + ending) if stem else tuple(above), sibling=not stem, level=level, is_interval=found is not None
    )


def level_of(number: float) -> float | None:
    """Read a level in percent or as a fraction, None for what is none.

    Examples
    --------
    >>> level_of(90), level_of(0.9), level_of(0), level_of(10**400)
    (0.9, 0.9, None, None)
    """
    if not 0 < number <= 100:  # noqa: PLR2004 - percent; an integer beyond that may be beyond what a float holds
        return None
    level = number / 100 if number > 1 else number
    return level if level < 1 else None


def is_level(path: str) -> bool:
    """Whether a part of an interval, or what stands beside one, says its level."""
    key = _snake(_last(path))
    return key == "ci" or not _LEVELS.isdisjoint(key.split("_"))


def read_level(path: str, raw: Any) -> float | None:
    """Read the level that is stated under such a name, a fraction, a percentage or a text; None where it cannot be one.

    Examples
    --------
    >>> read_level("auc_ci.level", "90 %"), read_level("auc_ci_level", 0.9), read_level("auc_ci.alpha", 0.1)
    (0.9, 0.9, 0.9)
    >>> read_level("auc_ci.level", "wide"), read_level("auc_ci.level", 0.05)
    (None, None)
    """
    unit = ""
    if isinstance(raw, str):
        found = _LEVEL_TEXT.fullmatch(raw.strip())
        raw, unit = (float(found["number"]), found["percent"]) if found else (None, "")
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    level = level_of(raw) if not unit else level_of(raw / 100)
    if level is not None and ("alpha" in (word := _last(path).lower()) or "significance" in word):
        level = round(1 - level, 9)
    return level if level is not None and _LOWEST_LEVEL <= level < 1 else None


def evidence_among(names: Iterable[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> dict[_Key, EvidenceName]:
    """Read the names that say how sure others are: those whose metric is there, as is the other one of two bounds.

    Numbers of examples and runs need no metric that they name.

    Parameters
    ----------
    names : iterable of (path, dataset)
        Every metric.
    numbers : callable
        Gives the numbers of a metric by version: what cannot be a bound or an error of its metric is none.

    Examples
    --------
    >>> stated = {"bleu": 30.1, "bleu_hi": 28.4, "f1": 0.8, "f1_hi": 0.83, "f1_lo": 0.77, "f1_se": 0.7, "acc_sem": 0.01}
    >>> numbers = {(path, ""): {0: value} for path, value in stated.items()}
    >>> [path for path, _ in evidence_among(numbers, numbers.__getitem__)]
    ['f1_hi', 'f1_lo']
    """
    names = list(names)
    read = {key: name for key in names if (name := read_evidence_name(key[0])) is not None}
    if not read or all(name.role is Role.EXAMPLES for name in read.values()):
        return read
    metrics = _Metrics(names)
    read = {key: name for key, name in read.items() if (name.role in _OF_ALL and name.sibling) or metrics.of(key, name)}
    read = {key: name for key, name in read.items() if not metrics.is_language(key, name)}
    # `ci` with an error of its own is a concordance index
    with_errors = {(key[1], name.of) for key, name in read.items() if name.role in (Role.ERROR, Role.SPREAD) and not name.sibling}
    read = {
        key: name
        for key, name in read.items()
        if not (name.sibling and name.role is Role.INTERVAL and any((key[1], stem) in with_errors for stem in stems_of(key[0])))
    }
    read = {key: name for key, name in read.items() if not _is_too_large(key, name, metrics.of(key, name), numbers)}
    _leave_bounds(read, metrics, numbers)
    spreads = {(key[1], _place(name)) for key, name in read.items() if name.role is Role.SPREAD}
    above = {(key[1], _place(name)) for key, name in read.items() if name.is_interval and name.role is not Role.PART}
    intervals = {(dataset, place[:depth]) for dataset, place in above for depth in range(len(place) + 1)}
    with_interval = {(key[1], name.of) for key, name in read.items() if name.role in (*_OTHER, Role.INTERVAL)}
    return {
        key: name
        for key, name in read.items()
        if not (_wants_spread(key, name) and (key[1], name.of) not in spreads)
        and not (is_level_of_all(key[0]) and (key[1], name.of) not in intervals)
        and not (_level_beside(_last(key[0])) and not name.sibling and (key[1], name.of) not in with_interval)
    }


class _Metrics:
    """Metrics by the names under which others may say something of them."""

    def __init__(self, names: Collection[_Key]) -> None:
        self._named: dict[tuple[str, tuple[str, ...]], list[_Key]] = {}
        self._owners: dict[tuple[str, tuple[str, ...]], list[_Key]] = {}
        self._languages: set[tuple[str, tuple[str, ...]]] = set()
        for key in names:
            path, dataset = key
            for stem in stems_of(path):
                self._named.setdefault((dataset, stem), []).append(key)
            for own in owners_in(path):
                self._owners.setdefault((dataset, own[:-1]), []).append(key)
            *above, last = split_path(path) or ("",)
            word, comma, filtered = last.partition(",")
            if word[-3:-2] in ("_", "-") and f" {word[-2:].lower()} " in _LANGUAGES:
                self._languages.add((dataset, (*above, word[:-3] + comma + filtered)))

    def of(self, key: _Key, name: EvidenceName) -> Sequence[_Key]:
        """Metrics of which such a name says something; of the level of all intervals beside it the row itself."""
        if is_level_of_all(key[0]):
            return (key,)
        return (self._owners if name.sibling else self._named).get((key[1], name.of), ())

    def is_language(self, key: _Key, name: EvidenceName) -> bool:
        """Whether a name ends as a bound or an error does, and languages stand beside it that end so too."""
        if name.sibling or name.is_interval or (key[1], name.of) not in self._languages:
            return False
        word = _last(key[0]).lower()
        return word[-2:] in _AMBIGUOUS and word[-3:-2] in ("_", "-")


def _place(name: EvidenceName) -> tuple[str, ...]:
    """Keys of the object in which the metric stands."""
    return name.of if name.sibling else name.of[:-1]


def _wants_spread(key: _Key, name: EvidenceName) -> bool:
    """Whether a name may be something else unless a spread stands beside it."""
    return name.role is Role.PERHAPS_FOLDS or (name.sibling and name.role is Role.RUNS and _last(key[0]).lower() == "runs")


def is_level_of_all(path: str) -> bool:
    """Whether it is the level of whatever intervals stand beside and below it, as `confidence_level` is."""
    name = read_evidence_name(path)
    if name is None or not name.sibling or name.role is not Role.PART:
        return False
    return len(unwrapped(split_path(path))) == len(name.of) + 1


def _is_too_large(key: _Key, name: EvidenceName, metrics: Sequence[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> bool:
    """Whether a name that is short, and may be something else, is larger than half of the scale of its metric."""
    word = _last(key[0]).lower()
    is_short = (name.role is Role.ERROR and word.endswith(("se", "sem"))) or word == "ci" or word.startswith("std_")
    if not is_short:
        return False
    mine = numbers(key)
    for metric in metrics:
        for place, value in numbers(metric).items():
            low, high = bounds_of(metric[0], [value])
            if mine.get(place, 0.0) > (high - low) / 2:
                return True
    return False


def _leave_bounds(read: dict[_Key, EvidenceName], metrics: _Metrics, numbers: Callable[[_Key], Mapping[int, float]]) -> None:
    """Take away bounds without the other one, and those that do not enclose their metric."""
    pairs: dict[tuple[str, tuple[str, ...]], dict[Role, list[_Key]]] = {}
    for key, name in read.items():
        if name.role in _OTHER:
            pairs.setdefault((key[1], name.of), {}).setdefault(name.role, []).append(key)
    for rows in pairs.values():
        vague = [key for keys in rows.values() for key in keys if not read[key].is_interval]
        if vague and (len(rows) < len(_OTHER) or not _enclose(rows, metrics.of(vague[0], read[vague[0]]), numbers)):
            for key in vague:
                del read[key]


def _enclose(rows: Mapping[Role, Sequence[_Key]], metrics: Sequence[_Key], numbers: Callable[[_Key], Mapping[int, float]]) -> bool:
    """Whether some version has two bounds, and they enclose the metric in all that have; what is no number is told elsewhere."""
    ends: dict[Role, dict[int, list[float]]] = {role: {} for role in _OTHER}
    for role, keys in rows.items():
        for key in keys:
            for place, number in numbers(key).items():
                ends[role].setdefault(place, []).append(number)
    lows, highs = ends[Role.LOW], ends[Role.HIGH]
    both = lows.keys() & highs.keys()
    values = [numbers(metric) for metric in metrics]
    for place in both:
        there = [each[place] for each in values if place in each]
        if there and not any(min(lows[place]) <= value <= max(highs[place]) for value in there):
            return False
    return bool(both) or not (lows or highs)


def owners_in(path: str) -> Iterator[tuple[str, ...]]:
    """Give the keys of a value to which what stands beside it belongs, as they are and without what wraps it; nothing for other metrics."""
    keys = split_path(path)
    return (own for own in dict.fromkeys((keys, unwrapped(keys))) if own and own[-1] in OWNERS)


def _last(path: str) -> str:
    """The last key, without what wraps it and without a filter behind a comma."""
    return (unwrapped(split_path(path)) or ("",))[-1].partition(",")[0]


def _snake(key: str) -> str:
    return key if key.islower() else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()


def stems_of(path: str) -> tuple[tuple[str, ...], ...]:
    """Give the keys under which evidence for a metric may be named: its own, and those without a word for the mean.

    Examples
    --------
    >>> stems_of("cv.mean_test_score"), stems_of("acc,none")
    ((('cv', 'mean_test_score'), ('cv', 'test_score')), (('acc,none',),))
    """
    own = split_path(path)
    if not own:
        return ()
    keys = unwrapped(own)
    plain = (*keys[:-1], _MEAN.sub("", keys[-1]))
    return tuple(dict.fromkeys((own, keys, plain)))


def unwrapped(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Take away a last key that only says that a value follows, as inspect_ai writes `accuracy.value` beside `stderr.value`.

    Examples
    --------
    >>> unwrapped(("stderr", "value")), unwrapped(("value",))
    (('stderr',), ('value',))
    """
    return keys[:-1] if len(keys) > 1 and keys[-1] == "value" else keys
