"""Addresses: `model`, or `model@selector`, as people write them in calls and on the magic line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from pai_notebook.errors import AddressError
from pai_notebook.model.order import Neighbours, version_key

__all__ = ["Address", "Selector", "nearest", "parse_address", "parse_selector"]

_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:_[A-Za-z0-9_]+)?")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_GRAMMAR = (
    "Write MODEL or MODEL@SELECTOR, where a selector is latest, approved, last:N, VERSION[,VERSION...], VERSION..VERSION or a glob like 1.*"
)


@dataclass(frozen=True)
class Selector:
    """Which versions of a model are meant.

    Attributes
    ----------
    kind : str
        `all`, `latest`, `approved`, `last`, `names`, `range` or `glob`.
    names : tuple of str
        The version names of `names` and `range`, or the pattern of `glob`.
    count : int
        The number of `last`.
    """

    kind: str = "all"
    names: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        if self.kind == "last":
            return f"last:{self.count}"
        return {"names": ",", "range": ".."}.get(self.kind, "").join(self.names) if self.names else self.kind

    @property
    def is_single(self) -> bool:
        """Whether at most one version is meant."""
        return self.kind in ("latest", "approved") or (self.kind == "names" and len(self.names) == 1)

    def pick(self, available: Sequence[str], approved: Sequence[str] = ()) -> tuple[str, ...]:
        """Names meant among those available: in the written order for `names`, in natural order otherwise.

        Names that were written out are returned even when they are not available, so that the caller can name them.

        Examples
        --------
        >>> names = ["0.10.0", "0.2.0", "0.9.0", "1.0.0"]
        >>> parse_selector("0.2.0..0.10.0").pick(names)
        ('0.2.0', '0.9.0', '0.10.0')
        >>> parse_selector("last:2").pick(names), parse_selector("latest").pick(names)
        (('0.10.0', '1.0.0'), ('1.0.0',))
        """
        if self.kind == "names":
            return tuple(dict.fromkeys(self.names))
        ordered = sorted(dict.fromkeys(approved if self.kind == "approved" else available), key=version_key)
        if self.kind in ("latest", "approved"):
            return tuple(ordered[-1:])
        if self.kind == "last":
            return tuple(ordered[-self.count :])
        if self.kind == "range":
            low, high = (version_key(name) for name in self.names)
            return tuple(name for name in ordered if low <= version_key(name) <= high)
        if self.kind == "glob":
            return tuple(name for name in ordered if fnmatchcase(name, self.names[0]))
        return tuple(ordered)


@dataclass(frozen=True)
class Address:
    """A model and which of its versions are meant.

    Attributes
    ----------
    model : str
        Id of the model.
    selector : Selector
        Which versions; `all` when the address names only the model.
    """

    model: str
    selector: Selector = Selector()

    def __str__(self) -> str:
        return self.model if self.selector.kind == "all" else f"{self.model}@{self.selector}"


def parse_address(text: str) -> Address:
    """Read one address.

    Parameters
    ----------
    text : str
        `model` or `model@selector`.

    Raises
    ------
    AddressError
        When the text does not follow the grammar; nothing is sent anywhere.

    Examples
    --------
    >>> parse_address("model-a@0.1.0..0.9.0").selector.kind
    'range'
    >>> parse_address("model-a").selector.kind
    'all'
    """
    model, at, selector = text.partition("@")
    if not _MODEL.fullmatch(model):
        raise AddressError(f"{_shown(model)} is not a model id", hint=_GRAMMAR + ".")
    if not at:
        return Address(model)
    return Address(model, parse_selector(selector))


def parse_selector(text: str) -> Selector:
    """Read what stands behind the `@` of an address."""
    if text in ("latest", "approved", "all"):
        return Selector(text)
    last = re.fullmatch(r"last:([0-9]{1,6})", text)
    if last and int(last[1]):
        return Selector("last", count=int(last[1]))
    low, dots, high = text.partition("..")
    if dots and _VERSION.fullmatch(low) and _VERSION.fullmatch(high):
        if version_key(low) > version_key(high):
            raise AddressError(f"the range {text} runs backwards", hint=f"Write {high}..{low}.")
        return Selector("range", names=(low, high))
    names = tuple(text.split(","))
    if all(_VERSION.fullmatch(name) for name in names):
        return Selector("names", names=names)
    if re.fullmatch(r"[A-Za-z0-9._*?\[\]!-]{1,128}", text) and any(mark in text for mark in "*?["):
        return Selector("glob", names=(text,))
    raise AddressError(f"{_shown(text)} selects no versions", hint=_hint(text))


def nearest(name: str, available: Sequence[str], count: int = 2) -> tuple[str, ...]:
    """Available names closest to one that does not exist, in natural order.

    Examples
    --------
    >>> nearest("1.2.1", ["0.1.0", "1.2.0", "1.3.0", "2.0.0"])
    ('1.2.0', '1.3.0')
    """
    ordered = Neighbours(available)
    return (ordered.of(name) or tuple(get_close_matches(name, ordered.names, count)))[:count]


def _hint(text: str) -> str:
    if any(mark in text for mark in "{}$"):
        return "A {name} or $name that is not defined in this notebook reaches the line unchanged; define it first."
    return _GRAMMAR + "."


def _shown(text: str) -> str:
    """Return the text quoted, short, and without control characters."""
    return ascii(text if len(text) <= 60 else text[:60] + "...") if not text.isprintable() or len(text) > 60 else repr(text)  # noqa: PLR2004 - one line
