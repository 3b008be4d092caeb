"""The natural order of version names."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

__all__ = ["Neighbours", "version_key"]

_RUNS = re.compile(r"(\d+)")

VersionKey = tuple[tuple[tuple[int, int, str], ...], tuple[tuple[int, int, str], ...], str]


def version_key(name: str) -> VersionKey:
    """Sort key that orders version names as people read them.

    Numbers compare as numbers, a bare version comes before its suffixed forms, and suffixes compare naturally. It is
    neither string order nor PEP 440: suffixes have no agreed meaning in the registry, so a release candidate sorts
    after its release (creation time settles the doubt).

    Parameters
    ----------
    name : str
        A version name; any text is accepted.

    Returns
    -------
    tuple
        Comparable with the key of any other name; equal only for equal names.

    Examples
    --------
    >>> names = ["1.0.0_rc10", "0.10.0", "1.0.0", "0.2.0", "1.0.0_rc2"]
    >>> sorted(names, key=version_key)
    ['0.2.0', '0.10.0', '1.0.0', '1.0.0_rc2', '1.0.0_rc10']
    """
    numbers, _, suffix = name.partition("_")
    return _runs(numbers), _runs(suffix), name


class Neighbours:
    """Names in natural order, to look up what stands next to many others.

    Examples
    --------
    >>> Neighbours(["0.1.0", "1.3.0", "1.2.0"]).of("1.2.1")
    ('1.2.0', '1.3.0')
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names, key=version_key)
        self._keys = [version_key(name) for name in self.names]

    def of(self, name: str) -> tuple[str, ...]:
        """The name before and the name after this one, where there are such."""
        key = version_key(name)
        below, above = bisect_left(self._keys, key), bisect_right(self._keys, key)
        return (*self.names[max(0, below - 1) : below], *self.names[above : above + 1])


def _runs(text: str) -> tuple[tuple[int, int, str], ...]:
    """Runs of digits as numbers and the rest as text, numbers first where the kinds differ."""
    parts = (part for part in _RUNS.split(text) if part)
    return tuple((0, int(part), "") if part.isdecimal() and len(part) < 4000 else (1, 0, part) for part in parts)  # noqa: PLR2004 - int() refuses more digits
