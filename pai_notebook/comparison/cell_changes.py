"""What a cell is against that of the baseline: the kind of change, the difference, and whether chance could explain it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from pai_notebook.comparison.direction import Direction
from pai_notebook.comparison.rows import Change, Kind, Row, Verdict, is_blank
from pai_notebook.comparison.tolerance import Tolerance, exceeds
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.equality import same, value_key
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.metric_scales import says_percent, scale_of
from pai_notebook.model.numbers import NumberFormat

_UNKNOWN = Evidence(say("no interval known"), is_given=False)
_NUMERIC = (State.NUMBER, State.NUMERIC_TEXT, State.INFINITE, State.SERIES)


def merge_cells(cells: list[Cell]) -> Cell:
    """Make one cell of those that one version has under one name; where they disagree it has no value."""
    first = cells[0]
    if len({value_key(cell.raw) for cell in cells}) == 1:
        return first
    text = " / ".join(cell.text for cell in cells)
    return Cell(
        first.dataset,
        first.path,
        State.TEXT,
        None,
        text,
        tuple(cell.raw for cell in cells),
        duplicate=True,
        note="stated more than once, differently",
    )


def compare_cells(
    cell: Cell, baseline: Cell, direction: Direction, tolerance: Tolerance, evidence: Callable[[], Evidence] = lambda: _UNKNOWN
) -> Change:
    """Compare a metric's cell with the baseline's; `evidence` is asked where both have a number."""
    if cell.value is None or baseline.value is None or cell.state not in _NUMERIC or baseline.state not in _NUMERIC:
        return Change(kind_of_change(cell, baseline))
    delta = difference(cell, baseline)
    if delta is None:
        return Change(kind_of_change(cell, baseline))
    bound = tolerance.bound(cell.path, cell.dataset, baseline.value)
    if not exceeds(delta, bound, max(abs(cell.value), abs(baseline.value))):
        # a number sent as text, or another point of a series, is a change although the numbers are equal
        rounded = isinstance(cell.raw, float) and isinstance(baseline.raw, float)
        other = not bound and not rounded and not same(cell.raw, baseline.raw)
        verdict = None if direction.mode is None else Verdict.SAME
        return Change(
            Kind.CHANGED if other else Kind.SAME, delta, _percent(delta, cell, baseline), verdict, evidence_within(evidence(), bound)
        )
    # what overflowed or diverged is no measurement: neither ahead nor behind
    is_open = direction.mode is None or math.isinf(delta)
    better = None if is_open else (delta > 0) == (direction.mode == "max")
    kind = Kind.CHANGED if better is None else Kind.BETTER if better else Kind.WORSE
    known = evidence_within(evidence(), bound)
    verdict = None if better is None else _verdict(known, better=better)
    return Change(kind, delta, _percent(delta, cell, baseline), verdict, known)


def tolerated(row: Row, tolerance: Tolerance, baseline: int | None, instead: float) -> float:
    """Give the largest difference that counts as the same in a row: of the baseline's number, or of another where it has no finite one."""
    base = None if baseline is None else row.cells[baseline].value
    return tolerance.bound(row.path, row.dataset, instead if base is None or not math.isfinite(base) else base)


def evidence_within(evidence: Evidence, bound: float) -> Evidence:
    """Give what is known of a difference with the tolerance, so that its words are those of the verdict."""
    return replace(evidence, margin=bound) if bound else evidence


def _verdict(evidence: Evidence, *, better: bool) -> Verdict:
    """Say better or worse only where the interval excludes zero and what counts as the same."""
    if evidence.interval is None:
        return Verdict.UNKNOWN
    if not evidence.is_sure:
        return Verdict.CHANCE
    return Verdict.BETTER if better else Verdict.WORSE


def kind_of_change(cell: Cell, baseline: Cell) -> Kind:
    """Tell how a cell compares with the baseline's where neither is measured: a missing value is a difference."""
    if is_blank(cell):
        return Kind.SAME if is_blank(baseline) else Kind.LOST
    if is_blank(baseline):
        return Kind.GAINED
    return Kind.SAME if same(cell.raw, baseline.raw) else Kind.CHANGED


def difference(cell: Cell, baseline: Cell) -> float | None:
    """Value minus baseline; exact for whole numbers, None where both are infinite on the same side or beyond what a float holds."""
    if cell.value is not None and cell.value == baseline.value and math.isinf(cell.value):
        return None
    if type(cell.raw) is int and type(baseline.raw) is int:
        try:
            return float(cell.raw - baseline.raw)
        except OverflowError:
            return math.inf if cell.raw > baseline.raw else -math.inf
    if cell.value is None or baseline.value is None:
        return None
    delta = cell.value - baseline.value
    return None if math.isnan(delta) else delta


def _percent(delta: float, cell: Cell, baseline: Cell) -> float | None:
    """100 x difference / baseline, None where that has no meaning: see `Change.percent`."""
    base, value = baseline.value, cell.value
    if scale_of(cell.path) != "ratio" or says_percent(cell.path):
        return None  # percent of percent would be taken for points
    if value is None or not base or base < 0 or value < 0 or math.isinf(base) or math.isinf(value):
        return None
    percent = 100 * (delta / base)
    return percent if math.isfinite(percent) else None


def told_between(row: Row, place: int, other: int, form: NumberFormat, *, unit: bool = True) -> str:
    """Write the difference of two cells: in points for fractions, in percent on a ratio scale, else as it is."""
    cell, base = row.cells[place], row.cells[other]
    delta = difference(cell, base)
    return "" if delta is None else row.scale.write(delta, base.value, form, unit=unit)


def in_percent(row: Row, place: int) -> bool:
    """Whether the difference of a cell to the baseline's is written in percent."""
    return row.changes[place].percent is not None and row.scale.ratio


def told_difference(row: Row, place: int, baseline: int, form: NumberFormat, *, unit: bool = True) -> str:
    """Write the difference of a cell to the baseline's, nothing where there is none; its unit may stand elsewhere."""
    delta = row.changes[place].delta
    return "" if delta is None else row.scale.write(delta, row.cells[baseline].value, form, unit=unit)


def is_one_unit(rows: Sequence[Row]) -> bool:
    """Whether the differences of all rows are written in the same unit."""
    return len({row.scale.unit for row in rows}) < 2  # noqa: PLR2004 - one


def unit_of(rows: Sequence[Row], places: Sequence[int]) -> Phrase | str:
    """The unit of all differences of some rows, empty where there are none or where it is that of the metric itself."""
    told = [row for row in rows if row.section == "metrics" and any(row.changes[place].delta for place in places)]
    return told[0].scale.unit if told and is_one_unit(told) else ""
