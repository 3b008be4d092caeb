"""What is set in many versions: a line a version, as on paper a page has room for more lines than columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.cells import describe_cells
from pai_notebook.comparison.rows import Kind, Row, is_blank
from pai_notebook.display import Column, Diff, Inline, Mark, Missing, Table
from pai_notebook.display.line import line
from pai_notebook.display.width import cells
from pai_notebook.i18n.phrases import say
from pai_notebook.model.fields import field_named, titled
from pai_notebook.model.flatten import split_path
from pai_notebook.model.numbers import NumberFormat

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

# How many characters stand beside each other on A4 across at 8 points, how many of these a column has between itself and the next,
# and how many a value has that goes on in a second line.
_PAPER, _GAP, _LONG = 205, 2, 64
_PLAIN = NumberFormat()
# A column: what it belongs to, its name, and what stands in it by the position of the version.
_Filled = tuple[str, str, dict[int, Inline]]


def describe_by_version(comparison: Comparison, rows: Sequence[Row], places: Sequence[int], failed: Sequence[str]) -> Iterator[Table]:
    """Describe settings or other fields in as many tables as they need beside each other, each with every version, the baseline first.

    Parameters
    ----------
    comparison : Comparison
        What is shown.
    rows : sequence of Row
        Rows that are no metrics.
    places : sequence of int
        Positions of the versions.
    failed : sequence of str
        Addresses that could not be fetched.
    """
    base = comparison.baseline_place
    ordered = [*(place for place in places if place == base), *(place for place in places if place != base)]
    filled = [_filled(comparison, row, ordered) for row in rows]
    names = {place: comparison.names[place] for place in ordered}
    room = _PAPER - max(map(cells, [*names.values(), *failed])) - cells(say("baseline")) - _GAP
    tables = list(_side_by_side(filled, ordered, room))
    for several in tables:
        columns = [Column(say("version")), *(Column(name, group=group) for group, name, _ in several)]
        lines: list[list[Inline]] = [
            [(names[place], Mark("", say("baseline"))) if place == base else names[place], *(found[place] for *_, found in several)]
            for place in ordered
        ]
        lines += [[address, *[Missing(say("fetch failed"))] * len(several)] for address in failed]
        note = say("≠ another value than in the baseline · – nothing recorded") if several is tables[-1] else ""
        yield Table(columns, lines, note=note, limit=len(lines))


def _filled(comparison: Comparison, row: Row, places: Sequence[int]) -> _Filled:
    shapes = dict(zip(places, describe_cells(comparison, row, places, _PLAIN), strict=True))
    return (*_named(comparison, row), {place: _cell(row, place, shape) for place, shape in shapes.items()})


def _named(comparison: Comparison, row: Row) -> tuple[str, str]:
    """What a setting belongs to, which its neighbours share, and the last part of its path."""
    info = field_named(row.section)
    if row.section == "other":
        return "", titled(row.path) if field_named(row.path) is not None else comparison.plain_paths[row.path]
    heading = row.section if info is None else info.heading
    *above, last = split_path(row.path) if row.section != "labels" else (row.path,)
    return (say("{what}: {said}", what=heading, said=".".join(above)) if above else heading), last


def _cell(row: Row, place: int, shape: Inline) -> Inline:
    """What a version states, with a sign where it differs; a change of type keeps its words."""
    kind = row.changes[place].kind
    differs = kind not in (Kind.SAME, Kind.BASELINE)
    if not shape:
        return ""  # it states nothing of the kind at all
    if is_blank(row.cells[place]):
        return (Missing("–"), Mark("≠", "")) if differs else Missing("–")
    if isinstance(shape, Diff):
        return (shape.after, Mark("≠", ""))
    if not isinstance(shape, tuple) or not differs:
        return shape
    value, *marks = shape
    typed = [mark for mark in marks if isinstance(mark, Mark) and mark.symbol == "≠" and mark.word != "changed"]
    return (value, *(typed or [Mark("≠", "")]))


def _side_by_side(filled: Sequence[_Filled], places: Sequence[int], room: int) -> Iterator[list[_Filled]]:
    """Divide columns into tables that are about equally wide and fit on paper."""
    widths = [_width(name, [found[place] for place in places]) for _, name, found in filled]
    count = math.ceil(sum(widths) / room)
    most = min(room, math.ceil(sum(widths) / count) + _LONG // 2)
    several: list[_Filled] = []
    taken = 0
    for width, each in zip(widths, filled, strict=True):
        if several and taken + width > most:
            yield several
            several, taken = [], 0
        several.append(each)
        taken += width
    yield several


def _width(name: str, shapes: Sequence[Inline]) -> int:
    return _GAP + min(max(cells(name), *map(cells, map(line, shapes))), _LONG)
