"""The result of every version in every quality metric, all of them tested together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.comparison.rows import Change, Kind, Row, Verdict, is_alike
from pai_notebook.comparison.together import Together, is_tested

if TYPE_CHECKING:
    from pai_notebook.model.metric_cells import Cell


class Standing(StrEnum):
    """The result of a version in one metric, with all results of the comparison tested together."""

    BETTER = "better"
    WORSE = "worse"
    CHANCE = "could be chance"
    UNKNOWN = "no interval known"
    SAME = "same"
    MISSING = "missing"
    NEW = "not in the baseline"
    NO_DIRECTION = "unknown direction"


class Judged(NamedTuple):
    """The result of a version in one metric.

    Attributes
    ----------
    row : Row
        The metric.
    place : int
        Position of the version.
    standing : Standing
        The result.
    alone : bool
        Whether the difference is beyond chance by itself, but not among all that were judged.
    """

    row: Row
    place: int
    standing: Standing
    alone: bool = False

    @property
    def change(self) -> Change:
        """The difference to the baseline."""
        return self.row.changes[self.place]

    @property
    def is_tested(self) -> bool:
        """Whether it was measured and an interval of the difference is known, be the difference zero."""
        # rows that are the same everywhere first, so that their differences are not made
        return not is_alike(self.row) and is_tested(self.row, self.change)

    @property
    def is_ahead(self) -> bool:
        """Whether it is better as measured."""
        return self.change.kind is Kind.BETTER


def judge(rows: Sequence[Row], places: Sequence[int], baseline: int, together: Together) -> list[Judged]:
    """Compute the result of every version in every quality metric, all of them together.

    Parameters
    ----------
    rows : sequence of Row
        Metrics that say how good a version is, see `is_judged`.
    places : sequence of int
        Positions of the versions.
    baseline : int
        Position of the version that they are compared with.
    together : Together
        What of all that is compared is better or worse together.
    """
    found: list[Judged] = []
    for row in rows:
        if is_alike(row):
            found += [Judged(row, place, Standing.SAME) for place in places]
            continue
        for place in places:
            standing = _standing(row, place, baseline)
            if standing is None:
                continue
            alone = together.is_alone(row, place)
            found.append(Judged(row, place, Standing.CHANCE if alone else standing, alone=alone))
    return found


_OF_VERDICT = {verdict: Standing(str(verdict)) for verdict in Verdict}


def has_number(cell: Cell) -> bool:
    """Whether it holds a number, which NaN and what overflowed are not."""
    return cell.value is not None and math.isfinite(cell.value)


def _standing(row: Row, place: int, baseline: int) -> Standing | None:
    """The result of a version from its row alone; None where neither it nor the baseline has a number."""
    change = row.changes[place]
    numbers = [has_number(row.cells[place]), has_number(row.cells[baseline])]
    if not all(numbers):
        return Standing.NEW if numbers[0] else Standing.MISSING if numbers[1] else None
    if change.verdict is not None:
        return _OF_VERDICT[change.verdict]
    if row.direction.mode is None:
        return Standing.NO_DIRECTION if change.kind is not Kind.SAME else Standing.SAME
    return Standing.SAME if change.kind in (Kind.SAME, Kind.CHANGED) else None
