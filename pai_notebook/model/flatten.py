"""Paths into nested data: how a key becomes part of a name, and how a name is read back.

The separator is ``.``; a key that holds one is escaped, so ``{"a.b": 1}`` and ``{"a": {"b": 1}}`` never share a name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

__all__ = ["ROOT", "escape_key", "flatten", "join_path", "natural_key", "split_path"]

ROOT = "(value)"
"""The name of a value that stands where an object was expected and so has no key of its own."""

_DIGITS = re.compile(r"([0-9]+)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_KEY = re.compile(r"((?:[^\\.]|\\.)*)\.", re.DOTALL)
_NAME_KEYS = ("Name", "name")
_VALUE_KEYS = ("Value", "value")


def escape_key(key: str) -> str:
    r"""Escape the separator and the escape itself.

    Examples
    --------
    >>> print(escape_key("a.b"))
    a\.b
    """
    return key.replace("\\", "\\\\").replace(".", "\\.") if "\\" in key or "." in key else key


def join_path(keys: tuple[str, ...]) -> str:
    r"""Join keys to a dotted name; no key at all is `ROOT`.

    Examples
    --------
    >>> print(join_path(("a", "b.c")))
    a.b\.c
    """
    if not keys:
        return ROOT
    path = ".".join(map(escape_key, keys))
    return "\\" + path if path == ROOT else path


def split_path(path: str) -> tuple[str, ...]:
    r"""Read a dotted name back into its keys, the inverse of `join_path`.

    Examples
    --------
    >>> split_path(r"a.b\.c")
    ('a', 'b.c')
    """
    if path == ROOT:
        return ()
    if "\\" not in path:
        return tuple(path.split("."))
    return tuple(_ESCAPED.sub(r"\1", key) for key in _KEY.findall(path + "."))


@lru_cache(maxsize=65536)
def natural_key(text: str) -> tuple[tuple[Any, ...], str]:
    """Sort key that reads runs of ASCII digits as numbers: ``m2`` before ``m10``.

    Examples
    --------
    >>> sorted(["m10", "m2", "m"], key=natural_key)
    ['m', 'm2', 'm10']
    """
    parts = _DIGITS.split(text)
    return tuple((len(part.lstrip("0")), part.lstrip("0")) if index % 2 else part for index, part in enumerate(parts)), text


def flatten(value: Any) -> dict[str, Any]:
    """Flatten a spec or another free object into leaves by dotted path.

    Objects become paths. A list whose members are objects with unique names is a map by that name, so a list of
    ``{"Name", "Value"}`` pairs is a plain map; other lists of objects go by position; a list of plain values is one leaf.
    Empty objects yield nothing, an empty list is a leaf.

    Examples
    --------
    >>> flatten({"HyperParameters": [{"Name": "learning_rate", "Value": "5e-5"}]})
    {'HyperParameters.learning_rate': '5e-5'}
    """
    leaves: dict[str, Any] = {}
    pending: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while pending:
        keys, node = pending.pop()
        children = _children(node)
        if children is None:
            leaves[join_path(keys)] = node
        else:
            pending.extend(((*keys, key), child) for key, child in reversed(children.items()))
    return leaves


def _children(node: Any) -> dict[str, Any] | None:
    """Give the members to descend into, None for a leaf."""
    if isinstance(node, dict):
        return {str(key): child for key, child in node.items()}
    if isinstance(node, list) and node and all(isinstance(item, dict) for item in node):
        return _named(node) or {str(position): item for position, item in enumerate(node)}
    return None


def _named(items: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Turn a list of uniquely named objects into a map, None when names are missing or repeated."""
    for name_key in _NAME_KEYS:
        names = [item.get(name_key) for item in items]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return {str(name): _unnamed(item, name_key) for name, item in zip(names, items, strict=True)}
    return None


def _unnamed(item: dict[str, Any], name_key: str) -> Any:
    """Give what a named object says beside its name: the value alone where that is all."""
    rest = {key: child for key, child in item.items() if key != name_key}
    for value_key in _VALUE_KEYS:
        if rest.keys() == {value_key}:
            return rest[value_key]
    return rest or True
