"""Names of what says how sure a metric's value is: a number of examples, a standard error, an interval, a spread over runs.

Collected from what tools write: lm-evaluation-harness (`acc_stderr,none`), inspect_ai (`stderr`), OpenAI evals
(`boostrap_std`), scikit-learn (`std_test_score`), LightGBM (`auc-stdv`), XGBoost (`auc-std`), HF evaluate
(`standard_error`, `confidence_interval`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from pai_notebook.model.flatten import split_path

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
    """

    role: Role
    of: tuple[str, ...]
    sibling: bool
    level: float | None = None


_SIBLINGS = {
    **dict.fromkeys(("n", "num_samples", "n_samples", "num_examples", "n_examples", "support", "样本数"), Role.EXAMPLES),
    **dict.fromkeys(("count", "total"), Role.PERHAPS_EXAMPLES),
    **dict.fromkeys(("runs", "n_runs", "num_runs", "n_seeds", "num_seeds"), Role.RUNS),
    **dict.fromkeys(("n_folds", "num_folds"), Role.FOLDS),
    **dict.fromkeys(("cv", "k"), Role.PERHAPS_FOLDS),
    **dict.fromkeys(("stderr", "sem", "standard_error", "boostrap_std", "bootstrap_std", "bootstrap_stderr"), Role.ERROR),
    **dict.fromkeys(("std", "stdev", "stddev", "stdv"), Role.SPREAD),
}
# What stands behind the name of another metric, each kind as a group that is called as its role.
_ENDING = re.compile(
    r"(?:[_:.\-](?:(?P<ERROR>boostrap_std|bootstrap_std|bootstrap_stderr|stderr|standard_error|sem|se)|(?P<SPREAD>std|stdev|stddev|stdv))"
    r"|_(?:(?P<RUNS>(?:n_)?(?:runs|seeds))|(?P<FOLDS>(?:n_)?folds)|(?P<LOW>(?:ci_?)?(?:lower|low))|(?P<HIGH>(?:ci_?)?(?:upper|high))))$"
)
# How a key ends that may have one of these endings: most have none, which is told in a tenth of the time.
_ENDS = ("std", "stderr", "error", "sem", "se", "dev", "stdv", "runs", "seeds", "folds", "low", "lower", "high", "upper")
_INTERVAL = re.compile(r"(?:^|_)(?:ci|confidence_interval)_?(?P<level>[0-9]{2}(?:\.[0-9]+)?)?$")
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
    match = _ENDING.search(key) if key.endswith(_ENDS) else None
    if match is not None and match.start() and match.lastgroup is not None:
        return EvidenceName(Role[match.lastgroup], (*above, key[: match.start()] + comma + filtered), sibling=False)
    if key.startswith("std_") and key != "std_":
        return EvidenceName(Role.SPREAD, (*above, key.removeprefix("std_") + comma + filtered), sibling=False)
    match = _INTERVAL.search(key) if "ci" in key or "interval" in key else None
    if match is None:
        return None
    # `X_ci`, `X_ci95`, `X_confidence_interval`, or `confidence_interval` beside a value
    level = float(match["level"]) / 100 if match["level"] else None
    stem = key[: match.start()]
    return EvidenceName(Role.INTERVAL, (*above, stem + comma + filtered) if stem else tuple(above), sibling=not stem, level=level)


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
