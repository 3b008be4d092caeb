"""Finds the versions whose value equals a literal without a pass over all of them, however many literals a condition has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pai_notebook.arguments import without_v
from pai_notebook.model.fields import FIELDS
from pai_notebook.model.names import Name
from pai_notebook.model.remarks import as_number, values_of

# Fields whose words are the same in any case.
CATEGORIES = frozenset(info.name for info in FIELDS if info.kind == "category")
_INDEXED = (str, int, float)  # truth values are whole numbers to Python


class ValueIndex:
    """Positions of the values under one name by what they are equal to in a condition.

    Parameters
    ----------
    name : Name
        What the values are of: names of versions and words of the API are equal in more than one spelling.
    values : sequence
        The value of each version, as `Lookup.values` gives them.

    Attributes
    ----------
    values : sequence
        As given.
    is_whole : bool
        Whether all values can be looked up: those of times cannot.

    Examples
    --------
    >>> index = ValueIndex(Name("labels", "env"), [("prod",), None, ("1", "test"), ("true",)])
    >>> [index.places(literal) for literal in ("prod", 1.0, True, None, "other")]
    [[0], [2], [3], [1], []]
    """

    def __init__(self, name: Name, values: Sequence[Any]) -> None:
        self.values = values
        self._path = "" if name.section else name.path
        self._by: dict[tuple[str, Any], list[int]] = {}
        self.is_whole = all(each is None or isinstance(each, _INDEXED) for value in values for each in values_of(value))
        for place, value in enumerate(values if self.is_whole else ()):
            for each in values_of(value):
                for key in self._keys(each):
                    self._by.setdefault(key, []).append(place)

    def places(self, literal: Any) -> list[int]:
        """Positions of the versions that have a value which equals a literal."""
        return [place for key in self._wanted(literal) for place in self._by.get(key, ())]

    def _keys(self, value: Any) -> Iterable[tuple[str, Any]]:
        """What a value is found by: texts as such, and as what else they may be written for."""
        if not isinstance(value, str):
            return [(_kind(value), value)]
        read = [("text", self._text(value)), ("written number", as_number(value)), ("written truth", truth(value))]
        return [key for key in read if key[1] is not None]

    def _wanted(self, literal: Any) -> Iterable[tuple[str, Any]]:
        if isinstance(literal, str):
            return [("text", self._text(literal)), ("number", as_number(literal)), ("truth", truth(literal))]
        kind = _kind(literal)
        return [(kind, literal), (f"written {kind}", literal)]

    def _text(self, text: str) -> str:
        return without_v(text) if self._path == "version_name" else text.casefold() if self._path in CATEGORIES else text


def _kind(value: Any) -> str:
    return "nothing" if value is None else "truth" if isinstance(value, bool) else "number"


def truth(value: Any) -> bool | None:
    """Read a truth value, or the text of one."""
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(value.casefold()) if isinstance(value, str) else None
