"""What stands for a value that the members of a group do not share."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial
from typing import Any, Self

from pai_notebook.i18n.phrases import Phrase


class Differing(Phrase):
    """The values that several versions have under one name, where they are not the same: a text that says so, and that is no value.

    Attributes
    ----------
    key : Hashable
        Equal for groups that this name does not tell apart.
    is_mixed : bool
        Whether some values look like percent and others like fractions.
    """

    __slots__ = ("is_mixed", "key")

    key: Hashable
    is_mixed: bool

    @classmethod
    def of(cls, said: Phrase, key: Hashable, *, is_mixed: bool = False) -> Self:
        """Make one of what is said of the values.

        Examples
        --------
        >>> from pai_notebook.i18n.phrases import say
        >>> Differing.of(say("absent"), 1).key
        1
        """
        made = cls(said.english, said.template, said.values, said.separator, said.wording)
        made.key, made.is_mixed = key, is_mixed
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Differing.of, is_mixed=self.is_mixed), (Phrase(*self.__getnewargs__()), self.key)


def known(value: Any) -> Any:
    """Give a value; None where members of a group have several.

    Examples
    --------
    >>> from pai_notebook.i18n.phrases import say
    >>> known(0.1), known(Differing.of(say("absent"), 1))
    (0.1, None)
    """
    return None if type(value) is Differing else value


def all_known(values: list[Any]) -> list[Any]:
    """As `known`, of many values."""
    return list(map(known, values)) if Differing in map(type, values) else values
