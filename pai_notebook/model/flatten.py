"""Paths into nested data: how a key becomes part of a name, and how a name is read back.

The separator is ``.``; a key that holds one is escaped, so ``{"a.b": 1}`` and ``{"a": {"b": 1}}`` never share a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

# The name of a value that stands where an object was expected and so has no key of its own.
ROOT = "(value)"

# Types of values that have nothing below them.
SCALARS = frozenset({int, float, str, bool, type(None)})
_TEXT = frozenset({str})

_DIGITS = re.compile(r"[0-9]+")
_MOST_DIGITS = 0xFFFF  # whose number a character holds
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_KEY = re.compile(r"(?:\A|\.)((?:[^\\.]|\\.|\\\Z)*+)", re.DOTALL)
_NAMES = ("name", "key", "id", "mountpath")
_METRICS = ("name", "metric", "type")
_VALUES = ("value", "score")
_NAME_TYPES = frozenset({str, int})


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


def are_paths(keys: Collection[Any]) -> bool:
    r"""Whether each of some keys is a path as it stands, told of all at once.

    Examples
    --------
    >>> are_paths(["cer", "wer"]), are_paths(["cer", "f1.macro"]), are_paths([1])
    (True, False, False)
    """
    if not _TEXT.issuperset(map(type, keys)) or ROOT in keys:
        return False
    text = "\n".join(keys)
    return "." not in text and "\\" not in text


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
    return tuple(_ESCAPED.sub(r"\1", key) for key in _KEY.findall(path))


def unescaped(name: str) -> str:
    r"""Write a name without the escapes of dots that belong to a key, as people read it.

    Examples
    --------
    >>> unescaped(r"head\.a@d-a")
    'head.a@d-a'
    """
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name


@lru_cache(maxsize=65536)
def natural_key(text: str) -> tuple[str, str]:
    """Sort key that reads runs of ASCII digits as numbers: ``m2`` before ``m10``.

    Examples
    --------
    >>> sorted(["m10", "m2", "m"], key=natural_key)
    ['m', 'm2', 'm10']
    """
    return _DIGITS.sub(_longest_last, text), text


def _longest_last(found: re.Match[str]) -> str:
    """Write a run of digits so that texts sort it as a number: before anything else, and the shorter before the longer."""
    digits = found[0].lstrip("0")
    return f"\0{chr(min(len(digits), _MOST_DIGITS))}{digits}"


class Members(NamedTuple):
    """What an object, or a list of objects, has below it.

    Attributes
    ----------
    pairs : tuple of (str, object)
        Key and member.
    named_by : str or None
        The key whose values name the members of a list; empty where they go by position, None for an object.
    """

    pairs: tuple[tuple[str, Any], ...]
    named_by: str | None = None


def members(node: Any) -> Members | None:
    """Give the members that a setting has below it, None where it is a value.

    A list of objects is a map where each of them has a `name`, `key`, `id` or `mount_path` (in any spelling) of its own, so that a
    list of ``{"Name", "Value"}`` pairs is a plain map and one more entry changes no other; other lists of objects go by position. A
    list that holds anything else is one value, and so is an empty object.

    Examples
    --------
    >>> members([{"mount_path": "/a", "size": 1}, {"mount_path": "/b", "size": 2}])
    Members(pairs=(('/a', {'size': 1}), ('/b', {'size': 2})), named_by='mount_path')
    """
    if isinstance(node, dict):
        return Members(tuple((str(key), child) for key, child in node.items())) if node else None
    if not _is_objects(node):
        return None
    key = _naming_key(node, _NAMES)
    if key:
        return Members(tuple([(str(item[key]), _unnamed(item, key)) for item in node]), key)
    return Members(tuple((str(position), item) for position, item in enumerate(node)), "")


def flatten(value: Any) -> dict[str, Any]:
    """Flatten a spec or another free object into leaves by dotted path; see `members` for what is a leaf.

    Examples
    --------
    >>> flatten({"HyperParameters": [{"Name": "learning_rate", "Value": "5e-5"}]})
    {'HyperParameters.learning_rate': '5e-5'}
    """
    return {} if value == {} else dict(_walk(value, _steps))


def list_names(value: Any) -> dict[str, str]:
    """Tell for each list of objects by its path what its members are named by; empty for by position.

    Examples
    --------
    >>> list_names({"env": [{"name": "a", "value": 1}], "ports": [{"from": 1, "to": 2}]})
    {'env': 'name', 'ports': ''}
    """
    found: dict[str, str] = {}

    def steps(node: Any, prefix: str) -> list[_Step] | None:
        below = members(node)
        if below is not None and below.named_by is not None:
            found[_path(prefix)] = below.named_by
        return _steps(node, prefix)

    for _ in _walk(value, steps):
        pass
    return found


def metric_leaves(content: Any) -> Iterator[tuple[str, Any]]:
    """Walk metrics to their leaves; an empty map has none.

    A list of objects that each have a name of their own (`name`, `metric` or `type`) and a `value` or `score` is metrics by name;
    what else they say stands below the name. Every other list is one value.

    Examples
    --------
    >>> list(metric_leaves({"eval": [{"name": "acc", "score": 0.9, "num": 100}, {"name": "f1", "score": 0.5}]}))
    [('eval.acc', 0.9), ('eval.acc.num', 100), ('eval.f1', 0.5)]
    """
    if type(content) is dict and SCALARS.issuperset(map(type, content.values())):
        if are_paths(content):
            yield from content.items()
        else:
            yield from ((join_path((str(key),)), leaf) for key, leaf in content.items())
        return
    yield from _walk(content, _metric_steps)


# Path from a value to one of its members, and the member.
_Step = tuple[str, Any]


def _walk(value: Any, steps: Callable[[Any, str], list[_Step] | None]) -> Iterator[_Step]:
    """Go down to the leaves, in order, without recursion."""
    # documents may be nested more deeply than the interpreter recurses
    left: list[_Step] = [("", value)]
    while left:
        prefix, node = left.pop()
        below = steps(node, prefix) if isinstance(node, (dict, list)) else None
        if below is None:
            yield _path(prefix), node
        else:
            left += [(f"{prefix}{step}.", child) for step, child in reversed(below)]


def _path(prefix: str) -> str:
    """Give the path of which a prefix is made by a dot at its end; as `join_path` of its keys."""
    path = prefix[:-1]
    return f"\\{ROOT}" if path == ROOT else path if prefix else ROOT


def _steps(node: Any, _: str) -> list[_Step] | None:
    if isinstance(node, dict) and node:
        return [(escape_key(str(key)), child) for key, child in node.items()]
    below = members(node)
    return None if below is None else [(escape_key(key), child) for key, child in below.pairs]


def _metric_steps(node: Any, _: str) -> list[_Step] | None:
    if isinstance(node, dict):
        return [(escape_key(str(key)), child) for key, child in node.items()]
    key = _naming_key(node, _METRICS) if _is_objects(node) else ""
    value_key = key and next((value for value in _spelled(tuple(node[0]), _VALUES) if all(value in item for item in node)), "")
    if not value_key:
        return None
    found: list[_Step] = []
    for item in node:
        name = escape_key(str(item[key]))
        found.append((name, item[value_key]))
        found += [(f"{name}.{escape_key(str(other))}", child) for other, child in item.items() if other not in (key, value_key)]
    return found


def _is_objects(node: Any) -> bool:
    return isinstance(node, list) and bool(node) and all(isinstance(item, dict) for item in node)


def _naming_key(items: list[dict[str, Any]], words: tuple[str, ...]) -> str:
    """Find the key whose values tell the objects of a list apart, empty where there is none."""
    for key in _spelled(tuple(items[0]), words):
        names = [item.get(key) for item in items]
        # compared as text: the names 1 and "1" would become one path
        if _NAME_TYPES.issuperset(map(type, names)) and len(set(map(str, names))) == len(names):
            return key
    return ""


@lru_cache(maxsize=1024)
def _spelled(keys: tuple[str, ...], words: tuple[str, ...]) -> list[str]:
    """Those of an object's keys that are one of these words in any spelling, in the order of the words."""
    spelled: dict[str, list[str]] = {}
    for key in keys:
        spelled.setdefault(str(key).replace("_", "").casefold(), []).append(key)
    return [key for word in words for key in spelled.get(word, ())]


def _unnamed(item: dict[str, Any], name_key: str) -> Any:
    """Give what a named object says beside its name: the value alone where that is all."""
    rest = {key: child for key, child in item.items() if key != name_key}
    if len(rest) == 1:
        ((key, value),) = rest.items()
        return value if key in ("Value", "value") or str(key).casefold() == "value" else rest
    return rest
