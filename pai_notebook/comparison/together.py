"""Which differences are better or worse with all that was judged taken together: one family and one decision, for verdict and gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.evidence import Key
from pai_notebook.comparison.interval import OUTSIDE, holm, level_of_each
from pai_notebook.comparison.rows import Change, Row, Verdict, is_alike
from pai_notebook.model.metric_words import is_cost, is_training

if TYPE_CHECKING:
    from pai_notebook.comparison.tolerance import Tolerance


def is_judged(row: Row) -> bool:
    """Whether a metric says how good a version is: evidence, costs and what was measured in training do not."""
    return not (row.is_evidence or is_cost(row.path) or is_training(row.path))


def is_tested(row: Row, change: Change) -> bool:
    """Whether a difference was measured and an interval of it is known that chance has a part in, be the difference zero."""
    if is_alike(row) or change.verdict is None or change.verdict is Verdict.UNKNOWN:
        return False
    evidence = change.evidence
    return evidence is not None and evidence.interval is not None and not evidence.is_exact


class Together:
    """Decides of differences whether they are beyond chance together.

    The more is judged, the surer each difference has to be before it is called better or worse, so that with 95 % confidence
    none of these words is wrong (S. Holm 1979, A simple sequentially rejective multiple test procedure, Scandinavian Journal
    of Statistics 6, 65-70). Better and worse are one family, and of the metrics that say how good a version is every one is in it;
    what is judged beside these (costs, what was measured in training) is another family, which takes nothing from them.

    Parameters
    ----------
    differences : sequence of (Row, int)
        All that is judged: metrics, with the position of a version in each.
    baseline : int or None
        Position of the version that they are compared with.
    tolerance : Tolerance
        How much may differ and still count as the same.
    """

    def __init__(self, differences: Sequence[tuple[Row, int]], baseline: int | None, tolerance: Tolerance) -> None:
        self._is_quality: dict[Key, bool] = {}
        self._adjusted: dict[tuple[Key, int], float] = {}
        self._levels: dict[bool, float] = {}
        tested = [(row, place) for row, place in differences if is_tested(row, row.changes[place])]
        for of_quality in (True, False):
            family = [(row, place) for row, place in tested if self.is_quality(row) is of_quality]
            values = holm([_p_value(row, row.changes[place], baseline, tolerance) for row, place in family])
            self._adjusted.update({(_key(row), place): value for (row, place), value in zip(family, values, strict=True)})
            self._levels[of_quality] = level_of_each(len(family))

    def is_beyond_chance(self, row: Row, place: int) -> bool:
        """Whether a difference is better or worse together with all others; what chance has no part in is what it is alone."""
        return row.changes[place].is_beyond_chance and self._adjusted.get((_key(row), place), 0.0) <= OUTSIDE

    def is_quality(self, row: Row) -> bool:
        """Whether a metric is in the family of those that say how good a version is."""
        key = _key(row)
        if key not in self._is_quality:
            self._is_quality[key] = is_judged(row) and not looks_mixed(row)
        return self._is_quality[key]

    def level(self, row: Row) -> float:
        """Confidence of each interval in the family of a metric at which all of them hold together with 95 %."""
        return self._levels[self.is_quality(row)]


def _key(row: Row) -> Key:
    return row.path, row.dataset


def _p_value(row: Row, change: Change, baseline: int | None, tolerance: Tolerance) -> float:
    if not change.is_beyond_chance or change.evidence is None:
        return 1.0  # more than 0.05, whose size changes nothing for those below
    base = None if baseline is None else row.cells[baseline].value
    margin = 0.0 if base is None else tolerance.bound(row.path, row.dataset, base)
    found = change.evidence.p_value(margin)
    return 1.0 if found is None else found
