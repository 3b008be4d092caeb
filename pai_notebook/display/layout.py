"""What all three renderers need to know about a shape, so that they say the same."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from pai_notebook.display.blocks import Card, Column, Heading, Note, Table
from pai_notebook.display.plain import inline, showing
from pai_notebook.display.spans import Badge, Chips, Inline, Lines, Mark, Number
from pai_notebook.i18n.phrases import now, spoken, told

_SYMBOLS = {"neutral": "○", "info": "●", "good": "✓", "bad": "✗", "warn": "!", "ahead": "✓", "behind": "✗"}
_PLAIN_NUMBER = re.compile(r"[-+−±]?[\d,\u202f ]+(?:\.(\d*))?")
# More padding than this would widen the column for one number with many decimals.
_WIDEST_PADDING = 8
_NO_TEXTS = ("tone", "align", "symbol", "step")

S = TypeVar("S")


def map_texts(shape: S, change: Callable[[str], str]) -> S:
    """Change every text of a shape.

    Examples
    --------
    >>> map_texts(Note("a", "warn"), str.upper)
    Note(text='A', tone='warn')
    """
    made: S = _mapped(shape, change)
    return made


def in_spoken_language(shape: S) -> S:
    """Say every phrase of a shape in the language that is being spoken."""
    return shape if spoken() == "en" else map_texts(shape, told)


def _mapped(node: Any, change: Callable[[str], str]) -> Any:
    if isinstance(node, str):
        return change(node)
    if isinstance(node, tuple | list):
        return tuple(_mapped(item, change) for item in node)
    if is_dataclass(node) and not isinstance(node, type):
        texts = {each.name: getattr(node, each.name) for each in fields(node) if each.name not in _NO_TEXTS}
        return replace(node, **{name: _mapped(value, change) for name, value in texts.items()})
    return node


def symbol(shape: Badge | Note | Card) -> str:
    """Find the symbol that goes with a tone, so that nothing is said by colour alone.

    Examples
    --------
    >>> symbol(Badge("Approved", "good")), symbol(Badge("gold", symbol="★"))
    ('✓', '★')
    """
    if isinstance(shape, Note) and shape.tone == "info":
        return ""  # what is neither good nor bad needs no sign
    own = shape.symbol if isinstance(shape, Badge) else ""
    return own or _SYMBOLS[shape.tone or "neutral"]


def is_share(bar: float | None) -> bool:
    """Whether a bar can be drawn.

    Examples
    --------
    >>> is_share(0.5), is_share(1.5), is_share(None), is_share(float("nan"))
    (True, False, False, False)
    """
    return bar is not None and math.isfinite(bar) and 0 <= bar <= 1


def remark(table: Table) -> str:
    """How many rows are left out, if any.

    Examples
    --------
    >>> remark(Table(["a"], [["1"], ["2"]], total=9, unit="versions"))
    'showing 2 of 9 versions'
    """
    shown = sum(not isinstance(row, Heading) for row in table.rows[: table.limit])
    total = max(table.total or 0, sum(not isinstance(row, Heading) for row in table.rows))
    return showing(shown, total, table.unit) if shown < total else ""


def remarks_below(table: Table, row: Sequence[Inline], *, is_long: Callable[[Inline], bool]) -> tuple[Sequence[Inline], Inline]:
    """Split a row into its cells and the remarks of its last one, where these stand below the row as they are too long for a cell.

    Examples
    --------
    >>> from pai_notebook.display.spans import Lines, Mark
    >>> table = Table(["version", Column("allowed", below=True)], [["0.1.0", Lines([">= 0.9", Mark("", "below the bound")])]])
    >>> remarks_below(table, table.rows[0], is_long=lambda cell: True)
    (('0.1.0', '>= 0.9'), Mark(symbol='', word='below the bound', tone='neutral'))
    """
    last, column = row[-1], table.columns[-1]
    if not (isinstance(column, Column) and column.below) or not isinstance(last, Lines) or not is_long(last):
        return row, ""
    stays = [each for each in last.items if not isinstance(each, Mark)]
    goes = [each for each in last.items if isinstance(each, Mark)]
    return (*row[:-1], _stacked(stays)), _stacked(goes)


def _stacked(items: Sequence[Inline]) -> Inline:
    return items[0] if len(items) == 1 else Lines(items) if items else ""


def chip(item: str | tuple[str, str]) -> str:
    """Write one item of chips as visible text; a name and a value are made visible before they are joined.

    Examples
    --------
    >>> chip("gold"), chip(("env", "prod"))
    ('gold', 'env=prod')
    """
    return inline(item) if isinstance(item, str) else "=".join(map(inline, item))


def more(chips: Chips) -> str:
    """How many items are left out, if any.

    Examples
    --------
    >>> more(Chips(["a", "b", "c"], limit=1))
    '+2 more'
    """
    left_out = len(chips.items) - chips.limit
    return now("+{count:,} more", count=left_out) if left_out > 0 else ""


def has_groups(table: Table) -> bool:
    """Whether any column belongs to a group."""
    return any(column.group for column in _columns(table))


def groups(table: Table) -> list[tuple[str, int]]:
    """List groups from left to right, each with the number of columns that it spans.

    Examples
    --------
    >>> from pai_notebook.display.blocks import Column
    >>> groups(Table(["metric", Column("a", group="cer"), Column("b", group="cer")], []))
    [('', 1), ('cer', 2)]
    """
    return [(name, len(list(same))) for name, same in itertools.groupby(column.group for column in _columns(table))]


def decimals(text: str) -> int | None:
    """Places that a number takes after its integer part, the point included; None if it is not written plainly.

    Examples
    --------
    >>> decimals("0.175"), decimals("12"), decimals("1e-05")
    (4, 0, None)
    """
    match = _PLAIN_NUMBER.fullmatch(text)
    if not match:
        return None
    return 0 if match[1] is None else len(match[1]) + 1


def paddings(table: Table) -> dict[tuple[int, int], int]:
    """By row and column, how many places a number needs on its right for the decimal points to line up.

    Examples
    --------
    >>> from pai_notebook.display.blocks import Column
    >>> paddings(Table([Column("cer", align="right")], [[Number("0.175")], [Number("0.2")]], row_headers=0))
    {(1, 0): 2}
    """
    found: dict[tuple[int, int], int] = {}
    rows = [(place, row) for place, row in enumerate(table.rows[: table.limit]) if not isinstance(row, Heading)]
    for column, described in enumerate(_columns(table)):
        if described.align == "right" and not described.mixed:
            places = {place: decimals(cell.text) for place, row in rows if isinstance(cell := row[column], Number)}
            found |= {(place, column): short for place, short in _shortfalls(places).items()}
    return found


def _shortfalls(places: dict[int, int | None]) -> dict[int, int]:
    longest = max((count for count in places.values() if count is not None), default=0)
    if longest > _WIDEST_PADDING:
        return {}
    return {place: longest - count for place, count in places.items() if count is not None and count < longest}


def _columns(table: Table) -> tuple[Column, ...]:
    return tuple(column for column in table.columns if isinstance(column, Column))
