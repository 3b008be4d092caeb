"""Selectors: which versions of a model are meant, as it stands behind the `@` of an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from pai_notebook.errors import AddressError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.order import Dated, is_approved, last_key, newest, version_key
from pai_notebook.model.selector_words import SINGLE, WORDS, selector_hint, shown_address

T = TypeVar("T", bound=Dated)

VERSION = re.compile(r"[vV]?[0-9][\w.+-]{0,127}")
_GLOB = re.compile(r"[\w.+*?\[\]!-]{1,128}")
_LAST = re.compile(r"last:([0-9]{1,6})", re.IGNORECASE)


@dataclass(frozen=True)
class Need:
    """What selectors need to know of a model.

    Attributes
    ----------
    whole : bool
        Every version.
    newest : int
        So many of the newest.
    approved : bool
        The newest approved one.
    names : tuple of str
        Versions of these names.
    """

    whole: bool = False
    newest: int = 0
    approved: bool = False
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, needs: Iterable[Need]) -> Need:
        """The union of several needs."""
        all_of = list(needs)
        names = tuple(dict.fromkeys(name for need in all_of for name in need.names))
        whole, approved = any(need.whole for need in all_of), any(need.approved for need in all_of)
        return cls(whole, max((need.newest for need in all_of), default=0), approved, names)


@dataclass(frozen=True)
class Selector:
    """Selects versions of a model.

    Attributes
    ----------
    kind : str
        `all`, `latest`, `approved`, `previous`, `highest`, `last`, `names`, `range`, `glob` or `list`.
    names : tuple of str
        The version names of `names`, the two ends of `range` (a version name, a word, or empty for an open end), or the pattern
        of `glob`.
    count : int
        The number of `last`.
    parts : tuple of Selector
        The members of `list`.
    """

    kind: str = "all"
    names: tuple[str, ...] = ()
    count: int = 0
    parts: tuple[Selector, ...] = ()

    def __str__(self) -> str:
        if self.kind == "last":
            return f"last:{self.count}"
        if self.kind == "list":
            return ",".join(map(str, self.parts))
        return {"names": ",", "range": ".."}.get(self.kind, "").join(self.names) if self.names else self.kind

    @property
    def is_single(self) -> bool:
        """Whether it selects at most one version."""
        return self.kind in SINGLE or (self.kind == "names" and len(self.names) == 1)

    @property
    def members(self) -> tuple[Selector, ...]:
        """The members of a list, any other selector itself."""
        return self.parts or (self,)

    @property
    def need(self) -> Need:
        """What it needs to know; ranges and globs go by name, which the service does not sort by.

        Examples
        --------
        >>> parse_selector("last:5,approved,1.0.0").need
        Need(whole=False, newest=5, approved=True, names=('1.0.0',))
        """
        if self.kind == "list":
            return Need.of(part.need for part in self.parts)
        if self.kind == "names":
            return Need(names=self.names)
        if self.kind == "approved":
            return Need(approved=True)
        newest = {"latest": 1, "previous": 2, "last": self.count}.get(self.kind, 0)
        return Need(whole=not newest, newest=newest)

    @property
    def is_divisible(self) -> bool:
        """Whether what it selects among some versions is part of what it selects among all."""
        return self.kind in ("all", "glob", "names") or (self.kind == "range" and not set(self.names) & set(SINGLE))

    def pick(self, versions: Iterable[Dated]) -> tuple[str, ...]:
        """Names selected among the versions of one model: in the written order for names and lists, in the order of names otherwise.

        Names that were written out are returned even when there is no such version, so that the caller can name them.

        Parameters
        ----------
        versions : iterable
            Anything with `version_name`, `created` and `approval_status`.

        Examples
        --------
        >>> from pai_notebook.model.version import ModelVersion
        >>> make = lambda name, day: ModelVersion.from_document({"VersionName": name, "GmtCreateTime": f"2026-01-{day}T00:00:00Z"})
        >>> versions = [make("0.10.0", "03"), make("0.2.0", "01"), make("0.9.1", "04"), make("1.0.0", "02")]
        >>> parse_selector("0.2.0..0.10.0").pick(versions)
        ('0.2.0', '0.9.1', '0.10.0')
        >>> parse_selector("latest").pick(versions), parse_selector("last:2").pick(versions), parse_selector("highest").pick(versions)
        (('0.9.1',), ('0.9.1', '0.10.0'), ('1.0.0',))
        """
        if self.kind == "names":
            return tuple(dict.fromkeys(self.names))
        known = list(versions)
        if self.kind == "list":
            return tuple(dict.fromkeys(name for part in self.parts for name in part.pick(known)))
        names = {version.version_name for version in self.choose(known)}
        return tuple(sorted(names, key=version_key))

    def choose(self, versions: Sequence[T]) -> list[T]:
        """Choose among versions by a rule; for every kind but `names` and `list`.

        Examples
        --------
        >>> from pai_notebook.model.version import ModelVersion
        >>> versions = [ModelVersion.from_document({"VersionName": name}) for name in ("0.10.0", "0.9.0")]
        >>> [version.version_name for version in Selector("highest").choose(versions)]
        ['0.10.0']
        """
        if self.kind == "highest":
            return sorted(versions, key=lambda version: version_key(version.version_name))[-1:]
        if self.kind == "range":
            return _between(self.names, versions)
        if self.kind == "glob":
            return [version for version in versions if fnmatchcase(version.version_name, self.names[0])]
        if self.kind == "all":
            return list(versions)
        able = [version for version in versions if self.kind != "approved" or is_approved(version)]
        return newest(able, 2)[1:] if self.kind == "previous" else newest(able, self.count or 1)


def _between(ends: Sequence[str], versions: Sequence[T]) -> list[T]:
    """Versions whose names are from one end to the other, both included; an end that is a word is looked up, an empty one is open.

    An end such as 1.5 is its whole series.
    """
    found = [parse_selector(end).pick(versions) if end in SINGLE else (end,) for end in ends]
    if not all(found):
        return []
    low, high = found[0][0], found[1][0]
    if low and high and version_key(low) > last_key(high):
        low, high = high, low
    first, last = version_key(low) if low else None, last_key(high) if high else None
    keyed = ((version, version_key(version.version_name)) for version in versions)
    return [version for version, key in keyed if (first is None or first <= key) and (last is None or key <= last)]


def parse_selector(text: str) -> Selector:
    """Read the selector after the `@` of an address.

    Parameters
    ----------
    text : str
        A word, `last:N`, names with commas, a range or a glob. Words may be written in any case.

    Returns
    -------
    Selector
        What it selects.

    Raises
    ------
    AddressError
        When the text does not follow the grammar.

    Examples
    --------
    >>> [parse_selector(text).kind for text in ("LATEST", "last:5", "2.0.0..", "approved..latest", "latest,approved", "1.0.0,1.1.0")]
    ['latest', 'last', 'range', 'range', 'list', 'names']
    """
    parts = [part.strip() for part in re.split("[,，]", text)]
    if len(parts) > 1:
        read = [_part(part, text) for part in parts]
        if all(part.kind == "names" for part in read):
            return Selector("names", names=tuple(name for part in read for name in part.names))
        return Selector("list", parts=tuple(read))
    return _part(text.strip(), text)


def _part(text: str, whole: str) -> Selector:
    """Read one member of a list."""
    word = text.casefold()
    if word in WORDS:
        return Selector(word)
    last = _LAST.fullmatch(text)
    if last and int(last[1]):
        return Selector("last", count=int(last[1]))
    low, dots, high = text.partition("..")
    if dots and (low or high):
        return _range(_end(low, whole), _end(high, whole), text)
    if any(mark in text for mark in "*?[") and _GLOB.fullmatch(text):
        return Selector("glob", names=(text,))
    if VERSION.fullmatch(text):
        return Selector("names", names=(text,))
    raise AddressError(say("{text} is not a selector", text=shown_address(text)), hint=selector_hint(whole))


def _end(text: str, whole: str) -> str:
    if not text or VERSION.fullmatch(text):
        return text
    if text.casefold() in SINGLE:
        return text.casefold()
    raise AddressError(say("{text} cannot end a range", text=shown_address(text)), hint=selector_hint(whole))


def _range(low: str, high: str, text: str) -> Selector:
    literal = bool(low and high) and not {low, high} & set(SINGLE)
    if literal and version_key(low) > last_key(high):
        raise AddressError(say("the range {text} runs backwards", text=text), hint=say("Write {high}..{low}.", high=high, low=low))
    return Selector("range", names=(low, high))
