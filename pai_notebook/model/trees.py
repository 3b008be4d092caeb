"""JSON values as trees of keys and values that a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pai_notebook.display import Mark, Missing, Node, Tree, showing
from pai_notebook.i18n.phrases import say
from pai_notebook.model.equality import shown
from pai_notebook.model.flatten import members
from pai_notebook.sanitize import apart

# Levels that are drawn; more are counted.
_DEEPEST = 24
# Lists as short as this are written on one line.
_SHORT_LIST = 8
_SHORT_LIST_TEXT = 80
# Keys of objects with a single member that are joined to one line.
_LONGEST_CHAIN = 4
# How names of the service end whose values are ids: DatasetId, JobId.
_ID = "Id"


def tree_of(value: Any, *, limit: int = 200) -> Tree:
    """Describe a JSON value: maps by key, lists of named objects by name, other lists by position; values as `shown` writes them.

    Keys that lead to only one other are joined. At most `limit` values are described, and the remark says so.

    Examples
    --------
    >>> from pai_notebook.display import render_text
    >>> print(render_text(tree_of({"HyperParameters": [{"Name": "lr", "Value": "0.1"}], "Steps": [1, 2], "Eager": True})))
    HyperParameters › lr: "0.1"
    Steps: [1, 2]
    Eager: true
    """
    budget = _Budget(limit)
    nothing = Missing(say("empty")) if value in ({}, []) else _leaf(value)
    items = tuple(budget.children(value, 0)) if _is_deep(value) else tuple(budget.taken([Node("", nothing)]))
    total = count_values(value)
    return Tree(items, remark=showing(budget.used, total, say("values")) if total > budget.used else "")


def count_values(value: Any) -> int:
    """Count what `tree_of` describes without a limit: leaves, a short list as one.

    Examples
    --------
    >>> count_values({"a": 1, "b": {"c": [1, 2], "d": {}}})
    3
    """
    total, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if _is_deep(item):
            waiting.extend(child for _, child in _entries(item))
        else:
            total += 1
    return total


class _Budget:
    """Walks a value and stops when as many leaves as allowed are described."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.used = 0

    def taken(self, nodes: list[Node]) -> list[Node]:
        self._left -= 1
        self.used += 1
        return nodes

    def children(self, value: Any, depth: int) -> Iterator[Node]:
        for key, item in _entries(value):
            if self._left <= 0:
                return
            yield self._node(key, item, depth)

    def _node(self, key: str, item: Any, depth: int) -> Node:
        for _ in range(_LONGEST_CHAIN):
            if not _is_deep(item) or len(entries := _entries(item)) != 1:
                break
            key, item = f"{key} › {apart(entries[0][0])}", entries[0][1]
        if not _is_deep(item):
            leaf = _leaf(item)
            # an id is there to be copied, not to be read
            return self.taken([Node(key, Mark("", leaf) if key.endswith(_ID) and isinstance(leaf, str) else leaf)])[0]
        if depth >= _DEEPEST:
            self._left -= 1
            return Node(key, Missing(say("{count:,} values deeper down", count=count_values(item))))
        return Node(key, children=tuple(self.children(item, depth + 1)))


def _is_deep(value: Any) -> bool:
    """Whether a value is described by entries of its own."""
    return bool(value) and (isinstance(value, Mapping) or (isinstance(value, list | tuple) and not _is_short_list(value)))


def _is_short_list(value: list[Any] | tuple[Any, ...]) -> bool:
    return (
        len(value) <= _SHORT_LIST
        and not any(isinstance(item, Mapping | list | tuple) for item in value)
        and sum(len(str(i)) for i in value) <= _SHORT_LIST_TEXT
    )


def _entries(value: Any) -> list[tuple[str, Any]]:
    below = members(dict(value) if isinstance(value, Mapping) else list(value))
    if below is not None and below.named_by != "":
        return list(below.pairs)
    return [(f"[{place}]", item) for place, item in enumerate(value)]


def _leaf(value: Any) -> str | Missing:
    if value is None:
        return Missing("null")
    return shown(list(value) if isinstance(value, tuple) else value)
