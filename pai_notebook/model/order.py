"""Orders of versions: by name, as people read names; by time of creation; and by several numbers at once, of which a front is best."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol, TypeVar

from pai_notebook.arguments import is_series, without_v

_RUNS = re.compile(r"(\d+)")
# The number that a setting has in the name of a group, as in lr=0.01 or lr=1e-5, wd=-1.
_SET_TO = re.compile(r"(?<==)([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?=[,\s]|\Z)", re.IGNORECASE)
_SPLIT = re.compile(r"(?P<numbers>\d+(?:\.\d+)*)(?:[-_.+]?(?P<suffix>.*))", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_DOUBLED = re.compile(r"(\d)(?=\1)")
# Suffixes of versions that precede the release, in the order in which they are made.
_BEFORE = {
    word: rank
    for rank, words in enumerate(
        (("dev",), ("a", "alpha"), ("b", "beta"), ("m", "milestone"), ("pre", "preview"), ("rc", "cr"), ("snapshot",))
    )
    for word in words
}
_EARLIEST = datetime.min.replace(tzinfo=UTC)

Runs = tuple[tuple[int, float, str], ...]
VersionKey = tuple[Runs, tuple[int, int], Runs, str]


class Dated(Protocol):
    """What the order of creation needs to know of a version."""

    @property
    def version_name(self) -> str:
        """Name of the version."""

    @property
    def created(self) -> datetime | None:
        """When it was created, None when unknown."""

    @property
    def approval_status(self) -> str:
        """Pending, Approved, Rejected or another word."""


D = TypeVar("D", bound=Dated)


def version_key(name: str) -> VersionKey:
    """Sort key that orders version names as people read them.

    Numbers compare as numbers. A suffix whose first word is dev, a, alpha, b, beta, m, milestone, pre, preview, rc, cr or
    snapshot, in any case, comes before the bare version, in that order; any other suffix comes after it, in natural order. This
    is Maven's rule. A `v` before the first number is no part of the name. Groups that are called after a setting are in the order
    of its values.

    Parameters
    ----------
    name : str
        A version name; any text is accepted.

    Returns
    -------
    tuple
        Comparable with the key of any other name; equal only for names that are equal but for that `v`.

    Examples
    --------
    >>> names = ["1.0.0_rc10", "0.10.0", "1.0.0", "1.0.0_int8", "0.2.0", "1.0.0_rc2", "1.0.0_beta"]
    >>> sorted(names, key=version_key)
    ['0.2.0', '0.10.0', '1.0.0_beta', '1.0.0_rc2', '1.0.0_rc10', '1.0.0', '1.0.0_int8']
    >>> sorted(["lr=0.5", "lr=0.25", "lr=1e-05"], key=version_key)
    ['lr=1e-05', 'lr=0.25', 'lr=0.5']
    """
    name = without_v(name)
    if "=" in name:
        parts = _SET_TO.split(name)
        return tuple((0, float(part), "") if place % 2 else (1, 0, part) for place, part in enumerate(parts) if part), (1, 0), (), name
    found = _SPLIT.fullmatch(name)
    numbers, suffix = (found["numbers"], found["suffix"]) if found else (name, "")
    if not suffix:
        return _runs(numbers), (1, 0), (), name
    word = _WORD.match(suffix)
    rank = _BEFORE.get(word[0].lower()) if word else None
    return _runs(numbers), ((2, 0) if rank is None else (0, rank)), _runs(suffix), name


def last_key(name: str) -> VersionKey:
    """Sort key of the last version that a bound covers: the name of a series is all of it, any other only itself.

    Examples
    --------
    >>> [version_key(name) <= last_key("1.5") for name in ("1.4.0", "1.5.0_rc1", "1.5.9", "1.6.0_rc1", "1.50.0")]
    [True, True, True, False, False]
    """
    key = version_key(name)
    # a kind of run that comes after numbers and texts
    return ((*key[0], (2, 0, "")), *key[1:]) if is_series(name) else key


def creation_key(version: Dated) -> tuple[datetime, VersionKey]:
    """Sort key by time of creation; equal and unknown times by name, the unknown first.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> make = lambda name, day: ModelVersion.from_document({"VersionName": name, "GmtCreateTime": f"2026-01-{day}T00:00:00Z"})
    >>> max([make("2.0.0", "01"), make("1.0.1", "02")], key=creation_key).version_name
    '1.0.1'
    """
    return version.created or _EARLIEST, version_key(version.version_name)


def newest(versions: Sequence[D], count: int) -> list[D]:
    """The newest by creation time, at most `count` of them, the newest first.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> make = lambda name, day: ModelVersion.from_document({"VersionName": name, "GmtCreateTime": f"2026-01-{day}T00:00:00Z"})
    >>> [version.version_name for version in newest([make("2.0.0", "01"), make("1.0.1", "02"), make("0.9.0", "02")], 2)]
    ['1.0.1', '0.9.0']
    """
    # names are only compared where times are the same: that is what costs
    if 0 < count < len(versions):
        last = sorted((version.created or _EARLIEST for version in versions), reverse=True)[count - 1]
        versions = [version for version in versions if (version.created or _EARLIEST) >= last]
    return sorted(versions, key=creation_key, reverse=True)[:count]


def is_same(value: str, wanted: str) -> bool:
    """Whether two words of the API are equal, ignoring case."""
    return value.casefold() == wanted.casefold()


def is_rejected(version: Dated) -> bool:
    """Whether a version is rejected."""
    return is_same(version.approval_status, "Rejected")


def is_approved(version: Dated) -> bool:
    """Whether a version is approved."""
    return is_same(version.approval_status, "Approved")


class Neighbours:
    """Names in order, to look up the neighbours of many others.

    Examples
    --------
    >>> Neighbours(["0.1.0", "1.3.0", "1.2.0"]).of("1.2.1")
    ('1.2.0', '1.3.0')
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names, key=version_key)
        self._keys = [version_key(name) for name in self.names]
        self._known = frozenset(self.names)

    def of(self, name: str) -> tuple[str, ...]:
        """The names before and after this one, where they exist; those alone that are near where any is; nothing near to a word.

        Examples
        --------
        >>> known = Neighbours(["1.4.0", "1.5.0", "2.0.0"])
        >>> known.of("v1.5.0"), known.of("v1.6"), known.of("1.9.0"), known.of("production")
        (('1.5.0',), ('1.5.0',), ('1.5.0', '2.0.0'), ())
        """
        return self.near(name) or self._around(name)

    def near(self, name: str) -> tuple[str, ...]:
        """Names that this one can be a slip of: itself without `v`, a neighbour in order at most a step away, or with a digit less doubled.

        Examples
        --------
        >>> known = Neighbours(["1.4.0", "1.5.0", "1.9.0"])
        >>> known.near("1.6.0"), known.near("1.55.0"), known.near("3.0.0")
        (('1.5.0',), ('1.5.0',), ())
        """
        bare = without_v(name)
        if bare != name and bare in self._known:
            return (bare,)
        if not bare[:1].isdecimal():
            return tuple(get_close_matches(name, self.names, 2, cutoff=0.6))
        close = tuple(each for each in self._around(name) if _is_near(version_key(bare), version_key(each)))
        single = (bare[: match.start()] + bare[match.end() :] for match in _DOUBLED.finditer(bare))
        return close or tuple(dict.fromkeys(each for each in single if each in self._known))

    def _around(self, name: str) -> tuple[str, ...]:
        """The names before and after a number; none around a word."""
        bare = without_v(name)
        if not bare[:1].isdecimal():
            return ()
        key = version_key(bare)
        below, above = bisect_left(self._keys, key), bisect_right(self._keys, key)
        return (*self.names[max(0, below - 1) : below], *self.names[above : above + 1])


def _is_near(one: VersionKey, other: VersionKey) -> bool:
    """Whether the first numbers of two names are the same and the second at most one apart."""
    (first, second), (major, minor) = (([run[1] for run in key[0] if not run[0]] + [0, 0])[:2] for key in (one, other))
    return first == major and abs(second - minor) <= 1


def _runs(text: str) -> Runs:
    """Runs of digits as numbers and the rest as text, numbers first where the kinds differ."""
    return tuple([_run(part) for part in _RUNS.split(text) if part])


@lru_cache(maxsize=4096)
def _run(part: str) -> tuple[int, float, str]:
    return (0, int(part), "") if part.isdecimal() and len(part) < 4000 else (1, 0, part)  # noqa: PLR2004 - int() refuses more digits


def front_of(costs: Mapping[int, tuple[float, ...]]) -> tuple[list[int], dict[int, int]]:
    """Split points (smaller is better) into the front, in order of the first coordinate, and those that one of it dominates.

    Examples
    --------
    >>> front_of({0: (1.0, 3.0), 1: (2.0, 2.0), 2: (2.0, 3.0)})
    ([0, 1], {2: 0})
    """
    front: list[int] = []
    dominated: dict[int, int] = {}
    for place in sorted(costs, key=lambda place: (costs[place], place)):
        point = costs[place]
        by = next(
            (other for other in front if costs[other] != point and all(a <= b for a, b in zip(costs[other], point, strict=True))), None
        )
        if by is None:
            front.append(place)
        else:
            dominated[place] = by
    return front, dominated
