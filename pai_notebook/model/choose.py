"""Which columns are wanted: globs over names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

__all__ = ["chooser"]


def chooser(include: str | Sequence[str] | None = None, exclude: str | Sequence[str] | None = None) -> Callable[..., bool]:
    """Build a test of names: any of them included (all by default) and none excluded.

    A pattern is a glob (``*``, ``?``, ``[ab]``); a name also matches itself, so names with brackets need no quoting.

    Examples
    --------
    >>> wanted = chooser(["metrics.*", "created"], "*loss*")
    >>> wanted("metrics.cer"), wanted("metrics.loss"), wanted("uri")
    (True, False, False)
    """
    included, excluded = _patterns(include), _patterns(exclude)

    def wanted(*names: str) -> bool:
        return (included is None or _any(names, included)) and not (excluded is not None and _any(names, excluded))

    return wanted


def _patterns(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    return (given,) if isinstance(given, str) else None if given is None else tuple(given)


def _any(names: Sequence[str], patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for name in names for pattern in patterns)
