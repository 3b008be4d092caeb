"""A comparison as plain numbers for charts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pai_notebook.comparison.rows import Row
from pai_notebook.model.metrics import State, series_points
from pai_notebook.plot.data import ChartData, Measure

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

__all__ = ["chart_data"]


def chart_data(comparison: Comparison) -> ChartData:
    """Every metric of a comparison, those that changed first; evidence, which is drawn as intervals, is none."""
    rows = sorted((row for row in comparison.metrics if not row.is_evidence), key=lambda row: not row.differs)
    place = comparison.baseline_place or 0
    return ChartData(comparison.names, place, tuple(_measure(comparison, row) for row in rows))


def _measure(comparison: Comparison, row: Row) -> Measure:
    return Measure(
        row.path,
        row.dataset,
        row.direction.mode,
        tuple(math.nan if cell.value is None else cell.value for cell in row.cells),
        tuple(str(cell.state) for cell in row.cells),
        tuple(change.word for change in row.changes),
        tuple(_interval(comparison, row, place) for place in range(len(row.cells))),
        tuple((series_points(cell.raw) or ()) if cell.state is State.SERIES else () for cell in row.cells),
    )


def _interval(comparison: Comparison, row: Row, place: int) -> tuple[float, float] | None:
    base = comparison.baseline_place
    evidence = row.changes[place].evidence
    if base is None or evidence is None or evidence.interval is None:
        return None
    value = row.cells[base].value or 0.0
    return value + evidence.interval.low, value + evidence.interval.high
