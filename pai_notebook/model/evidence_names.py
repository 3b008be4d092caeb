"""Names of what says how sure a metric's value is: a number of examples, a standard error, an interval, a spread over runs.

Collected from what tools write: lm-evaluation-harness (`acc_stderr,none`), inspect_ai (`stderr`), OpenAI evals
(`boostrap_std`), scikit-learn (`std_test_score`), LightGBM (`auc-stdv`), XGBoost (`auc-std`), HF evaluate
(`standard_error`, `confidence_interval`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pai_notebook.model.evidence_words import (
    BOUND_ROLES,
    LEVELS,
    LOWEST_LEVEL,
    Role,
    Term,
    fold,
    level_of,
    may_say,
    split_term,
    term,
    unread,
)
from pai_notebook.model.flatten import split_path


@dataclass(frozen=True)
class EvidenceName:
    """What a name says about another one.

    Attributes
    ----------
    role : Role
        What it is.
    of : tuple of str
        Keys of the metric it belongs to, the last one as `fold` writes it; for a sibling the keys of the object both stand in.
    sibling : bool
        Whether it belongs to what stands beside it rather than to a metric it names.
    level : float or None
        Confidence of an interval, where the name says it.
    is_interval : bool
        Whether the name says that it is an interval or one of its bounds, so that a bound is none of anything else.
    is_vague : bool
        Whether it may be something else, so that its size decides.
    """

    role: Role
    of: tuple[str, ...]
    sibling: bool
    level: float | None = None
    is_interval: bool = False
    is_vague: bool = False


_LEVEL_TEXT = re.compile(
    r"(?P<number>[0-9]{1,3}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})[ \u00a0]?(?P<percent>(?:%|percent)?)(?: ?ci| confidence)?", re.IGNORECASE
)
# Keys of objects that hold the values themselves, beside such an object.
_HOLDERS = frozenset({"mean", "avg", "value", "values", "score", "scores", "metrics", "estimate", "estimates"})
_MEAN = re.compile(r"^(?:mean_|avg_)(?=.)|_(?:mean|avg)$")
# Levels that people use, in percent: another number called `confidence` or `alpha` may be anything.
USUAL_LEVELS = (68, 68.27, 68.3, 80, 90, 95, 95.4, 95.45, 97.5, 98, 99, 99.5, 99.7, 99.73, 99.9, 99.99)
# That of an interval that says none.
_TAKEN = 95
# Half of the width of an interval in standard errors.
_SIGMAS, _FEWEST_SIGMAS, _MOST_SIGMAS = ("sigma", "sigmas", "nsigma", "z"), 0.68, 4
# A metric with where it is cut off or held, and what is said of it: recall@5, mAP@0.5:0.95, pass@k, pass@1_stderr, tpr@fpr=0.01.
_CUT = re.compile(
    r"[^@]+@(?:(?:(?:top|iou|k|fpr|far|fnr|frr|precision|recall|specificity|sensitivity|threshold)[-_]?=?)?[0-9][0-9.:\\]*(?:e-[0-9]+)?%?|k)"
    r"(?:_[^@]*)?(?=@|$)",
    re.IGNORECASE,
)
# Few objects hold many metrics.
_outer_term = lru_cache(maxsize=4096)(split_term)


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
    found = split_term(key)
    if above and (found is None or not found[0]):
        inside = _read_inside(above, found[1] if found is not None else None)
        if inside is not None:
            return inside
    return None if found is None else _named(above, found[0], comma + filtered, found[1])


def _read_inside(above: Sequence[str], inner: Term | None) -> EvidenceName | None:
    """Read what stands in an object that is an interval: everything is a part of it."""
    key, comma, filtered = above[-1].partition(",")
    stem, outer = _outer_term(key) or ("", None)
    is_bound = inner is not None and inner.role in BOUND_ROLES
    if outer is None or outer.role is not Role.INTERVAL:
        return None
    role = inner.role if inner is not None and (is_bound or inner.role is Role.INTERVAL) else Role.PART
    level = outer.level or (inner.level if inner is not None and role is not Role.PART else None)
    return _named(above[:-1], stem, comma + filtered, Term(role, level, is_interval=True))


def _named(above: Sequence[str], stem: str, ending: str, said: Term) -> EvidenceName:
    of = (*above, stem + ending) if stem else tuple(above)
    is_vague = said.is_vague or (not stem and said.role is Role.INTERVAL and said.level is None)
    return EvidenceName(said.role, of, not stem, said.level, said.is_interval, is_vague)


@lru_cache(maxsize=65536)
def read_mapped_name(path: str) -> EvidenceName | None:
    """Read a name in an object that holds the same of several metrics, as in `stderr.accuracy` or `ci.accuracy.low`."""
    keys = unwrapped(split_path(path))
    for place, key in enumerate(keys[:-1]):
        words = fold(key)
        one = f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")
        said = term(words) or term(one)
        if said is not None and said.role not in (Role.EXAMPLES, Role.PART) and words != "cv":
            rest = (*keys[:place], *keys[place + 1 :])
            inner = term(fold(rest[-1])) if said.role is Role.INTERVAL and len(rest) > 1 else None
            if inner is not None and (inner.role in BOUND_ROLES or inner.role is Role.PART):
                return EvidenceName(inner.role, folded(rest[:-1]), sibling=False, level=said.level, is_interval=True)
            return EvidenceName(said.role, folded(rest), False, said.level, said.is_interval, said.is_vague)  # noqa: FBT003 - no sibling
    return None


@lru_cache(maxsize=65536)
def unread_of(path: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """Metrics of which a name may state something that is not read, the longest first, and whether its words are of nothing else.

    Examples
    --------
    >>> unread_of("f1_error"), unread_of("variance.f1"), unread_of("f1_macro")
    (((('f1',), False),), ((('f1',), True),), ())
    """
    keys = unwrapped(split_path(path)) if may_say(path) else ()
    found: dict[tuple[str, ...], bool] = {}
    for place, whole in enumerate(keys):
        key, comma, filtered = whole.partition(",")
        above, words = keys[:place], fold(key).split("_")
        for count in range(len(words) - 1, 0, -1):
            if (is_sure := unread("_".join(words[count:]))) is not None:
                found.setdefault((*above, "_".join(words[:count]) + comma + filtered), is_sure)
            if unread("_".join(words[:-count]), is_before=True) is not None:
                found.setdefault((*above, "_".join(words[-count:]) + comma + filtered), False)
        if place < len(keys) - 1 and (is_sure := unread("_".join(words), is_before=True)) is not None:
            found.setdefault(folded((*above, *keys[place + 1 :])), is_sure)
    return tuple(found.items())


def keys_of(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Metric and dataset in each of several names; a cut-off, as in `recall@5`, is no dataset and part of the metric.

    Examples
    --------
    >>> keys_of(["accuracy@d-a", "accuracy@d-a_stderr", "tpr@fpr=0.01"])["accuracy@d-a_stderr"]
    ('accuracy_stderr', 'd-a')
    """
    keys = {}
    for name in names:
        cut = _CUT.match(name)
        keys[name] = (cut[0], name[cut.end() + 1 :]) if cut else (name.partition("@")[0], name.partition("@")[2])
    known = set(keys.values())
    return {name: _behind_metric(*key, known) for name, key in keys.items()}


def _behind_metric(path: str, dataset: str, known: Collection[tuple[str, str]]) -> tuple[str, str]:
    """Write what is said of a metric behind it, where it stands behind the dataset of one that is known, as in `accuracy@d-a_stderr`."""
    place = dataset.find("_", 1)
    while place > 0:
        words = fold(dataset[place + 1 :])
        said = term(words)
        # `low` and `hi` are as often another dataset
        is_sure = said is not None and not said.is_vague and (said.is_interval or said.role not in BOUND_ROLES)
        if (is_sure or unread(words)) and (path, dataset[:place]) in known:
            return path + dataset[place:], dataset[:place]
        place = dataset.find("_", place + 1)
    return path, dataset


def is_level(path: str) -> bool:
    """Whether a part of an interval, or what stands beside one, says its level."""
    key = fold(last_key(path))
    return key in ("ci", "置信水平", "置信度") or not LEVELS.isdisjoint(key.split("_")) or key.endswith(("置信水平", "置信度"))


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
    if (word := fold(last_key(path))).rpartition("_")[2] in _SIGMAS:
        return round(math.erf(raw / math.sqrt(2)), 4) if _FEWEST_SIGMAS <= raw <= _MOST_SIGMAS else None
    level = level_of(raw) if not unit else level_of(raw / 100)  # a text has few digits
    if level is not None and ("alpha" in word or "significance" in word):
        level = round(1 - level, 9)
    return level if level is not None and LOWEST_LEVEL <= level < 1 else None


def may_be_level(path: str, raw: Any) -> bool:
    """Whether a part of an interval that is not called a level may be one all the same: it is one that people use and no count.

    Examples
    --------
    >>> [may_be_level("ci.what", raw) for raw in (0.68, "wilson, 90 %", 95, "wilson", 1000)], may_be_level("ci.n", 90)
    ([True, True, False, False, False], False)
    """
    word = fold(last_key(path))
    if is_level(path) or term(word) is not None or word.startswith(("n_", "num_")) or word == "seed":
        return False
    texts = [found["number"] for found in _LEVEL_TEXT.finditer(raw) if found["percent"]] if isinstance(raw, str) else []
    stated = [*map(float, texts), *([raw] if isinstance(raw, int | float) and not isinstance(raw, bool) else [])]
    levels = {100 * (level_of(number) or 0.0) for number in stated}
    return any(math.isclose(level, usual, rel_tol=1e-6) for level in levels for usual in USUAL_LEVELS if usual != _TAKEN)


def is_level_of_all(path: str) -> bool:
    """Whether it is the level of whatever intervals stand beside and below it, as `confidence_level` is."""
    name = read_evidence_name(path)
    if name is None or not name.sibling or name.role is not Role.PART:
        return False
    return len(unwrapped(split_path(path))) == len(name.of) + 1


def last_key(path: str) -> str:
    """The last key, without what wraps it and without a filter behind a comma."""
    return (unwrapped(split_path(path)) or ("",))[-1].partition(",")[0]


def folded(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Write the last key as names of evidence write it, whatever its capitals; a filter behind a comma stays."""
    if not keys:
        return keys
    word, comma, filtered = keys[-1].partition(",")
    return (*keys[:-1], fold(word) + comma + filtered)


def stems_of(path: str) -> tuple[tuple[str, ...], ...]:
    """Give the keys under which evidence for a metric may be named: its own, and those without a word for the mean.

    Examples
    --------
    >>> stems_of("cv.mean_test_score"), stems_of("acc,none")
    ((('cv', 'mean_test_score'), ('cv', 'test_score')), (('acc,none',),))
    >>> stems_of("mean.accuracy")
    (('mean', 'accuracy'), ('accuracy',))
    """
    own = folded(split_path(path))
    if not own:
        return ()
    if len(own) == 1:
        plain = _MEAN.sub("", own[0]) if "m" in own[0] or "avg" in own[0] else own[0]
        return (own,) if plain == own[0] else (own, (plain,))
    keys = folded(unwrapped(own))
    stems = [own, keys, (*keys[:-1], _MEAN.sub("", keys[-1]))]
    held = next((place for place, key in enumerate(keys[:-1]) if key.lower() in _HOLDERS), None)
    if held is not None:
        stems.append((*keys[:held], *keys[held + 1 :]))
    return tuple(dict.fromkeys(stems))


def unwrapped(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Take away a last key that only says that a value follows, as inspect_ai writes `accuracy.value` beside `stderr.value`.

    Examples
    --------
    >>> unwrapped(("stderr", "value")), unwrapped(("value",))
    (('stderr',), ('value',))
    """
    return keys[:-1] if len(keys) > 1 and keys[-1] == "value" else keys
