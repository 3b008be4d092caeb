"""Labels of a version or model: a mapping over ordered pairs that keeps duplicates."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from pai_notebook.arguments import described
from pai_notebook.calls import checked
from pai_notebook.display import Brief
from pai_notebook.errors import NameNotFound
from pai_notebook.i18n.phrases import say
from pai_notebook.model.document import as_text
from pai_notebook.model.nearest import nearest, nearest_or_known

_KEY, _VALUE = itemgetter("Key"), itemgetter("Value")


@checked
class Labels(Brief, Mapping[str, str]):
    """Labels as a mapping; a key that occurs twice keeps both values.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Key and value of every label, in the order of the service.

    Examples
    --------
    >>> labels = Labels((("env", "prod"), ("owner", "张三"), ("env", "test")))
    >>> labels["env"], labels.get_all("env"), len(labels), labels.duplicates
    ('prod', ('prod', 'test'), 2, ('env',))
    """

    __slots__ = ("_values", "pairs")

    pairs: tuple[tuple[str, str], ...]

    def __init__(self, pairs: tuple[tuple[str, str], ...] = ()) -> None:
        self.pairs = tuple(pairs)
        values: dict[str, tuple[str, ...]] = {}
        for key, value in self.pairs:
            values[key] = (*values[key], value) if key in values else (value,)
        self._values = values

    _leads_to = (("ModelVersion", "version"),)

    def _stands_for(self, name: str) -> str:
        return f"labels[{name!r}]" if name in self._values else ""

    def __getitem__(self, key: str) -> str:
        """Return the first value of a key.

        Raises
        ------
        NameNotFound
            When the label does not exist; a KeyError too.
        """
        if not isinstance(key, str):
            raise TypeError(str(say("labels[{key}]: a label's key is text, such as labels['env']", key=described(key))))
        if key not in self._values:
            hint = nearest_or_known(nearest(key, self._values), list(self._values), none=say("There are no labels here."))
            raise NameNotFound(say("no label {key!r}", key=key), hint=hint)
        return self._values[key][0]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def get_all(self, key: str) -> tuple[str, ...]:
        """Return every value of a key.

        Parameters
        ----------
        key : str
            Key of the label.

        Returns
        -------
        tuple of str
            In order; empty when the key is absent.

        Examples
        --------
        >>> Labels((("team", "edge"), ("team", "vision"))).get_all("team")
        ('edge', 'vision')
        """
        return self._values.get(key, ())

    @property
    def by_key(self) -> dict[str, str | tuple[str, ...]]:
        """One value a key: the text, or every text in order where the key occurs more than once.

        Examples
        --------
        >>> Labels((("env", "test"), ("team", "a"), ("env", "prod"))).by_key
        {'env': ('prod', 'test'), 'team': 'a'}
        """
        return {key: values[0] if len(values) == 1 else tuple(sorted(values)) for key, values in self._values.items()}

    @property
    def duplicates(self) -> tuple[str, ...]:
        """Keys that occur more than once."""
        return tuple(key for key, values in self._values.items() if len(values) > 1)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return sorted(self.pairs) == sorted(other.pairs) if isinstance(other, Labels) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.pairs)))

    def _brief(self) -> str:
        return ", ".join(f"{key}={value}" for key, value in self.pairs) or say("none")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._values)


def read_labels(value: Any) -> tuple[Labels, str]:
    """Labels of whatever was sent, and a note when it is not the documented list of Key and Value.

    What cannot be read as a pair is kept as the value of the empty key, so nothing vanishes.
    """
    if value is None:
        return Labels(), ""
    try:
        pairs = tuple(zip(map(_KEY, value), map(_VALUE, value), strict=True))
        if type(value) is list and set(map(type, value)) == {dict} and set(map(type, itertools.chain(*pairs))) == {str}:
            return Labels(pairs), ""
    except (TypeError, KeyError):
        pass  # not as documented
    if isinstance(value, Mapping):
        return Labels(tuple((str(key), as_text(item)) for key, item in value.items())), say("a map instead of a list")
    if not isinstance(value, list):
        return Labels((("", as_text(value)),)), say("not a list")
    pairs = tuple(map(_pair, value))
    odd = sum(not _is_documented(entry) for entry in value)
    return Labels(pairs), say("{odd} of {len} entries are not a Key and Value of text", odd=odd, len=len(value)) if odd else ""


def _pair(entry: Any) -> tuple[str, str]:
    if isinstance(entry, Mapping) and "Key" in entry:
        return as_text(entry["Key"]), as_text(entry.get("Value"))
    return "", as_text(entry)


def _is_documented(entry: Any) -> bool:
    return isinstance(entry, Mapping) and isinstance(entry.get("Key"), str) and isinstance(entry.get("Value"), str)
