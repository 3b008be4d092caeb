"""Rows of a comparison: one metric, label, setting or field across all versions, each cell with its change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from pai_notebook.comparison.direction import Direction
from pai_notebook.comparison.tolerance import Tolerance, exceeds
from pai_notebook.model.document import canonical_json
from pai_notebook.model.evidence_names import Role
from pai_notebook.model.metrics import Cell, State
from pai_notebook.model.names import Name
from pai_notebook.sanitize import Printed

__all__ = ["BLANK", "Change", "Kind", "Row", "compare_cells", "is_blank", "merge_cells"]

BLANK = frozenset({State.ABSENT, State.NO_METRICS, State.FETCH_FAILED})
"""States of cells in which nothing was stated."""

_NUMERIC = frozenset({State.NUMBER, State.NUMERIC_TEXT, State.INFINITE, State.SERIES})


class Kind(StrEnum):
    """How a cell compares with the baseline's."""

    BASELINE = "baseline"
    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    GAINED = "gained"
    LOST = "lost"


@dataclass(frozen=True)
class Change(Printed):
    """The difference of a cell to the baseline's.

    Attributes
    ----------
    kind : Kind
        In words; `better` and `worse` only where the direction is known and the difference is beyond the tolerance.
    delta : float or None
        Value minus baseline, None where one of them is no number or both are infinite on the same side.
    percent : float or None
        100 x delta / abs(baseline), None where the baseline is 0 or infinite.
    """

    kind: Kind
    delta: float | None = None
    percent: float | None = None


@dataclass(frozen=True)
class Row(Printed):
    """One metric, label, setting or field across all versions of a comparison.

    Attributes
    ----------
    section : str
        `metrics`, `labels`, the name of a spec, or `other`.
    path, dataset : str
        What is compared, and on which dataset it was measured.
    cells : tuple of Cell
        One for each version, in the order of the comparison; state `absent` where a version has none.
    changes : tuple of Change
        One for each version, against the baseline.
    direction : Direction
        Which way it is better; unknown for everything but metrics.
    role : Role or None
        What a row of evidence says of another metric: its number of examples, a standard error and so on. Evidence is never
        better or worse. None for every other row.
    """

    section: str
    path: str
    dataset: str
    cells: tuple[Cell, ...]
    changes: tuple[Change, ...]
    direction: Direction
    role: Role | None = None

    @property
    def is_evidence(self) -> bool:
        """Whether it says how sure another metric is, rather than how good the version is."""
        return self.role is not None

    @cached_property
    def key(self) -> Name:
        """The name that every argument of this package understands."""
        return Name("" if self.section == "other" else self.section, self.path, self.dataset)

    @property
    def name(self) -> str:
        """`path@dataset`, or the path alone."""
        return self.key.short

    @property
    def full_name(self) -> str:
        """The name as a column of the wide frame has it: `metrics.cer@d-a`, `labels.env`, `uri`."""
        return str(self.key)

    @property
    def differs(self) -> bool:
        """Whether any version differs from the baseline; a missing value is a difference."""
        return any(change.kind not in (Kind.SAME, Kind.BASELINE) for change in self.changes)


def is_blank(cell: Cell) -> bool:
    """Whether nothing was stated."""
    return cell.state in BLANK


def merge_cells(cells: list[Cell]) -> Cell:
    """Make one cell of those that one version has under one name; where they disagree it has no value."""
    first = cells[0]
    if len({(cell.state, cell.text) for cell in cells}) == 1:
        return first
    text = " / ".join(cell.text for cell in cells)
    return Cell(
        first.dataset,
        first.path,
        State.TEXT,
        None,
        text,
        [cell.raw for cell in cells],
        duplicate=True,
        note="stated more than once, differently",
    )


def compare_cells(cell: Cell, baseline: Cell, direction: Direction, tolerance: Tolerance) -> Change:
    """Compare a metric's cell with the baseline's."""
    if is_blank(cell) or is_blank(baseline):
        return Change(_blank_kind(cell, baseline))
    if cell.value is None or baseline.value is None or not {cell.state, baseline.state} <= _NUMERIC:
        return Change(Kind.SAME if _same(cell, baseline) else Kind.CHANGED)
    delta = difference(cell, baseline)
    if delta is None:
        return Change(Kind.SAME)
    bound = tolerance.bound(cell.path, cell.dataset, baseline.value)
    if not exceeds(delta, bound, max(abs(cell.value), abs(baseline.value))):
        whole = State.SERIES in (cell.state, baseline.state) and not bound and cell.text != baseline.text
        return Change(Kind.CHANGED if whole else Kind.SAME, delta, percent_of(delta, baseline.value))
    better = None if direction.mode is None else (delta > 0) == (direction.mode == "max")
    kind = Kind.CHANGED if better is None else Kind.BETTER if better else Kind.WORSE
    return Change(kind, delta, percent_of(delta, baseline.value))


def _blank_kind(cell: Cell, baseline: Cell) -> Kind:
    if is_blank(cell):
        return Kind.SAME if is_blank(baseline) else Kind.LOST
    return Kind.GAINED


def _same(cell: Cell, other: Cell) -> bool:
    """Whether two cells without a number state the same; two NaN do, True and 1 do not."""
    if cell.state != other.state or cell.duplicate != other.duplicate:
        return False
    if cell.state is State.MATRIX:
        return canonical_json(_plain(cell.raw)) == canonical_json(_plain(other.raw))
    return cell.text == other.text


def _plain(raw: Any) -> Any:
    """Make equal numbers of a matrix read the same: 1 and 1.0."""
    if isinstance(raw, list):
        return [_plain(item) for item in raw]
    return float(raw) if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 2**53 else raw


def difference(cell: Cell, baseline: Cell) -> float | None:
    """Value minus baseline; exact for whole numbers of any size, None where both are infinite on the same side."""
    if type(cell.raw) is int and type(baseline.raw) is int:
        try:
            return float(cell.raw - baseline.raw)
        except OverflowError:
            return math.inf if cell.raw > baseline.raw else -math.inf
    if cell.value is None or baseline.value is None:
        return None
    delta = cell.value - baseline.value
    return None if math.isnan(delta) else delta


def percent_of(delta: float, baseline: float) -> float | None:
    """100 x delta / abs(baseline), None where that has no meaning.

    Examples
    --------
    >>> percent_of(1.0, -4.0), percent_of(1.0, 0.0)
    (25.0, None)
    """
    if baseline == 0 or math.isinf(baseline):
        return None
    return 100 * delta / abs(baseline)
