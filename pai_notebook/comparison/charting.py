"""A comparison as plain numbers for charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from pai_notebook.comparison.cell_changes import told_difference
from pai_notebook.comparison.cells import forms_of
from pai_notebook.comparison.comparability import looks_mixed, with_sign
from pai_notebook.comparison.legend import within_tolerance
from pai_notebook.comparison.rows import Kind, Row, metric_kind
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.together import ALONE
from pai_notebook.i18n.phrases import say
from pai_notebook.model.metric_cells import State, nulls_at_end, series_points
from pai_notebook.model.metric_scales import bounds_of
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.plot.data import ChartData, Measure, Point
from pai_notebook.plot.theme import load_matplotlib

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.io.report import Figure


def figures_of(
    comparison: Comparison, metrics: Sequence[str] | None = None, *, by: Sequence[str] | None, lang: str | None = None
) -> tuple[list[Figure], list[str]]:
    """Draw charts as `report_figures` does; a sentence where there can be none."""
    if comparison.baseline_place is None:
        return [], []
    try:
        load_matplotlib()
        from pai_notebook.plot.pictures import report_figures  # noqa: PLC0415 - matplotlib is an optional extra
    except ImportError:
        return [], [say("Charts need matplotlib: pip install matplotlib.")]
    return report_figures(chart_data(comparison), metrics, by=by, lang=lang), []


def chart_data(comparison: Comparison) -> ChartData:
    """Every metric of a comparison, those that changed first, in the order of tables; evidence, which is drawn as intervals, is none."""
    rows = sorted((row for row in comparison.metrics if not row.is_evidence), key=lambda row: (not row.differs, metric_kind(row)))
    place = comparison.baseline_place or 0
    forms = forms_of(rows, range(len(comparison.names)), differences=False)
    names = [with_sign(version, name) for name, version in zip(comparison.names, comparison.versions, strict=True)]
    measures = tuple(_measure(comparison, row, forms.get(row.key)) for row in rows)
    return ChartData(names, place, measures, frozenset(names).difference(comparison.names))


def _measure(comparison: Comparison, row: Row, form: NumberFormat | None) -> Measure:
    short = comparison.short_datasets.get(row.dataset, row.dataset)
    values = tuple([math.nan if cell.value is None else cell.value for cell in row.cells])
    # of values in two units none is the best
    mode = None if looks_mixed(row) else row.direction.mode
    return Measure(row.path, row.dataset, short, mode, values, partial(_points, comparison, row), row.key.label, form)


def _points(comparison: Comparison, row: Row) -> tuple[Point, ...]:
    form = choose_format(cell.value for cell in row.cells if cell.value is not None)
    leaders = comparison.leaders(row)
    stars = [leaders.star_at(place) if leaders else "" for place in range(len(row.cells))]
    return tuple(_point(comparison, row, place, form, stars[place]) for place in range(len(row.cells)))


def _point(comparison: Comparison, row: Row, place: int, form: NumberFormat, star: str) -> Point:
    cell, change, base = row.cells[place], row.changes[place], comparison.baseline_place
    together = comparison._together  # noqa: SLF001 - as tables fill their cells
    interval, is_cut = _interval(comparison, row, place)
    return Point(
        math.nan if cell.value is None else cell.value,
        str(cell.state),
        together.word(row, place),
        "" if base is None else told_difference(row, place, base, form),
        {Kind.BETTER: "▲", Kind.WORSE: "▼"}.get(change.kind, ""),
        interval,
        together.share(row, place),
        (series_points(cell.raw) or ())[: len(cell.raw) - nulls_at_end(cell.raw)] if cell.state is State.SERIES else (),
        *_spread(comparison._runs(row, place)),  # noqa: SLF001 - as a table shows it
        star=star,
        is_cut=is_cut,
        alone=ALONE[change.verdict] if change.verdict is not None and together.is_alone(row, place) else "",
        is_within=change.is_within_tolerance or (change.kind is Kind.SAME and within_tolerance(comparison, [row])),
        extent=together.extent(row, place),
    )


def _spread(runs: Runs | None) -> tuple[tuple[float, ...], str]:
    """The single runs behind a mean, and their standard deviation."""
    if runs is None or runs.is_single:
        return (), ""
    sd = math.sqrt(runs.variance)
    return runs.values, choose_format([sd]).value(sd)


def _interval(comparison: Comparison, row: Row, place: int) -> tuple[tuple[float, float] | None, bool]:
    """The interval of a version around the baseline's value, and whether it ends where the metric does."""
    base = comparison.baseline_place
    evidence = row.changes[place].evidence
    if base is None or evidence is None or evidence.interval is None:
        return None, False
    value = row.cells[base].value or 0.0
    # an accuracy is never above 1, whatever its difference to the baseline may be
    low, high = bounds_of(row.path, [cell.value for cell in row.cells if cell.value is not None])
    ends = value + evidence.interval.low, value + evidence.interval.high
    found = max(ends[0], low), min(ends[1], high)
    return found, found != ends
