"""Names of what says how sure a metric's value is: a number of examples, a standard error, an interval, a spread over runs.

Collected from what tools write: lm-evaluation-harness (`acc_stderr,none`), inspect_ai (`stderr`), OpenAI evals
(`boostrap_std`), scikit-learn (`std_test_score`), LightGBM (`auc-stdv`), XGBoost (`auc-std`), HF evaluate
(`standard_error`, `confidence_interval`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pai_notebook.model.flatten import split_path

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
    **dict.fromkeys(("cv", "k"), Role.PERHAPS_FOLDS),
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
# What an object that is an interval may say of its level.
_LEVELS = frozenset({"level", "confidence", "confidence_level", "conf_level"})
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
    >>> level_of(90), level_of(0.9), level_of(0)
    (0.9, 0.9, None)
    """
    level = number / 100 if number > 1 else number
    return level if 0 < level < 1 else None


def is_level(path: str) -> bool:
    """Whether a part of an interval says its level."""
    return _snake(split_path(path)[-1]) in _LEVELS


def evidence_among(names: Iterable[_Key]) -> dict[_Key, EvidenceName]:
    """Read the names that say how sure others are; a bound does where its metric and the other bound are there, a part where its metric is.

    Examples
    --------
    >>> [path for path, _ in evidence_among([(path, "") for path in ("bleu", "bleu_hi", "f1", "f1_hi", "f1_lo")])]
    ['f1_hi', 'f1_lo']
    """
    names = list(names)
    read = {key: name for key in names if (name := read_evidence_name(key[0])) is not None}
    there = {(key[1], name.of, name.role) for key, name in read.items() if name.role in _OTHER}
    if there or any(name.role is Role.PART for name in read.values()):
        stems = {(dataset, stem) for path, dataset in names for stem in stems_of(path)}
        stems |= {(dataset, keys[:-1]) for path, dataset in names for keys in owners_in(path)}
        for (path, dataset), name in list(read.items()):
            lacks = name.role in _OTHER and not name.is_interval and (dataset, name.of, _OTHER[name.role]) not in there
            if lacks or (name.role in (*_OTHER, Role.PART) and (dataset, name.of) not in stems):
                del read[path, dataset]
    return read


def owners_in(path: str) -> Iterator[tuple[str, ...]]:
    """Give the keys of a value to which what stands beside it belongs, as they are and without what wraps it; nothing for other metrics."""
    keys = split_path(path)
    return (own for own in dict.fromkeys((keys, unwrapped(keys))) if own and own[-1] in OWNERS)


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
