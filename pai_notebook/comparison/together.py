"""Which differences are better or worse with all that was judged taken together: one decision, for verdict, tables, charts and gate."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.evidence import Key
from pai_notebook.comparison.interval import OUTSIDE, holm, level_of_each
from pai_notebook.comparison.rows import Change, Row, Verdict, is_alike, metric_kind
from pai_notebook.i18n.phrases import say
from pai_notebook.model.metric_words import is_count

if TYPE_CHECKING:
    from pai_notebook.comparison.tolerance import Tolerance


# What is said in a cell of a difference that is better or worse only if compared alone; a legend has the rest of it.
ALONE = {Verdict.BETTER: say("(better)"), Verdict.WORSE: say("(worse)")}
# A metric, and whether its differences are written in percent, or in points.
_MetricUnit = tuple[str, bool, bool]


def is_judged(row: Row) -> bool:
    """Whether a metric says how good a version is: evidence, costs, counts and what was measured in training do not."""
    return row.role is None and metric_kind(row) == 0 and not (is_count(row.path) and row.direction.mode is None)


def is_tested(row: Row, change: Change) -> bool:
    """Whether a difference was measured and an interval of it is known that chance has a part in, be the difference zero."""
    if is_alike(row) or change.verdict is None or change.verdict is Verdict.UNKNOWN:
        return False
    evidence = change.evidence
    return evidence is not None and evidence.interval is not None and not evidence.is_exact


class Margined(NamedTuple):
    """A difference that is judged with a margin of its own, besides the tolerance."""

    row: Row
    place: int
    change: Change
    tolerance: Tolerance
    margin: str
    """The margin as it is written, to tell it apart from others."""


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
    margined : sequence of Margined
        What is judged with other margins.
    """

    def __init__(
        self, differences: Sequence[tuple[Row, int]], baseline: int | None, tolerance: Tolerance, margined: Sequence[Margined] = ()
    ) -> None:
        self._differences, self._baseline, self._tolerance, self._margined = differences, baseline, tolerance, margined
        self._is_quality: dict[Key, bool] = {}
        self._families: dict[bool, _Family] = {}

    def verdict(self, row: Row, place: int) -> Verdict | None:
        """Give what may be said of a difference together with all others: what holds only alone could be chance."""
        return Verdict.CHANCE if self.is_alone(row, place) else row.changes[place].verdict

    def word(self, row: Row, place: int) -> str:
        """The same in a word, or what changed where nothing can be better or worse: what every surface calls the change."""
        return str(self.verdict(row, place) or row.changes[place].kind)

    def is_alone(self, row: Row, place: int) -> bool:
        """Whether a difference is better or worse if compared alone, but not among all others."""
        return row.changes[place].is_beyond_chance and not self.is_beyond_chance(row, place)

    def is_beyond_chance(self, row: Row, place: int, change: Change | None = None, margin: str = "") -> bool:
        """Whether a difference is better or worse together with all others; what chance has no part in is what it is alone.

        Parameters
        ----------
        row, place : Row, int
            A metric, and the position of a version.
        change, margin : Change, str
            The same difference judged with a margin of its own, and that margin.
        """
        if not (change or row.changes[place]).is_beyond_chance:
            return False
        return self._family(self.is_quality(row)).adjusted.get((_key(row), place, margin), 0.0) <= OUTSIDE

    def share(self, row: Row, place: int) -> float:
        """How large a difference beyond chance is, as a share of the largest of its metric, positive where it is better; else NaN."""
        size = self._size(row, place)
        if math.isnan(size):
            return math.nan
        sign = 1 if row.changes[place].verdict is Verdict.BETTER else -1
        return sign * (size / self._largest[_metric_unit(row)] if math.isfinite(size) else 1.0)

    def extent(self, row: Row, place: int) -> float:
        """How large a difference is as measured, whatever chance has to do with it, as a share of the largest of its metric; else 0."""
        size = self._written(row, place)
        if not size > 0:  # NaN where there is none
            return 0.0
        return size / self._largest_measured[_metric_unit(row)] if math.isfinite(size) else 1.0

    @cached_property
    def _largest(self) -> dict[_MetricUnit, float]:
        """The largest finite difference beyond chance of each metric over its datasets, as it is written."""
        return self._largest_of(self._size)

    @cached_property
    def _largest_measured(self) -> dict[_MetricUnit, float]:
        """The largest finite difference of each metric, as measured."""
        return self._largest_of(self._written)

    def _largest_of(self, size_of: Callable[[Row, int], float]) -> dict[_MetricUnit, float]:
        found: dict[_MetricUnit, float] = {}
        for row, place in self._differences:
            if not is_alike(row) and math.isfinite(size := size_of(row, place)):
                of = _metric_unit(row)
                found[of] = max(found.get(of, 0.0), size)
        return found

    def _size(self, row: Row, place: int) -> float:
        """Give the size of a difference that is beyond chance; NaN where it is not."""
        return self._written(row, place) if self.is_beyond_chance(row, place) else math.nan

    def _written(self, row: Row, place: int) -> float:
        """Give the size of a difference in the unit in which its row shows it; NaN where there is none."""
        delta = row.changes[place].delta
        if self._baseline is None or delta is None:
            return math.nan
        return abs(delta) * (row.scale.factor(row.cells[self._baseline].value) or 1.0)

    def _family(self, of_quality: bool) -> _Family:  # noqa: FBT001 - which of the two
        """Judge one of the two families, when something in it is first asked for."""
        if of_quality not in self._families:
            plain = (Margined(row, place, row.changes[place], self._tolerance, "") for row, place in self._differences if not is_alike(row))
            family = [
                each for each in (*plain, *self._margined) if self.is_quality(each.row) is of_quality and is_tested(each.row, each.change)
            ]
            values = holm([_p_value(each.row, each.change, self._baseline, each.tolerance) for each in family])
            adjusted = {(_key(each.row), each.place, each.margin): value for each, value in zip(family, values, strict=True)}
            self._families[of_quality] = _Family(adjusted, level_of_each(len(family)))
        return self._families[of_quality]

    def is_quality(self, row: Row) -> bool:
        """Whether a metric is in the family of those that say how good a version is."""
        key = _key(row)
        if key not in self._is_quality:
            self._is_quality[key] = is_judged(row) and not looks_mixed(row)
        return self._is_quality[key]

    def level(self, row: Row) -> float:
        """Confidence of each interval in the family of a metric at which all of them hold together with 95 %."""
        return self._family(self.is_quality(row)).level

    def level_to_show(self, row: Row) -> float:
        """Confidence at which one more difference of its family is beyond chance: those that are already take no part (Holm)."""
        adjusted = self._family(self.is_quality(row)).adjusted.values()
        return level_of_each(sum(value > OUTSIDE for value in adjusted))


class _Family(NamedTuple):
    """P-values of differences, corrected for how many they are, and the confidence that each interval needs."""

    adjusted: dict[tuple[Key, int, str], float]
    level: float


def _metric_unit(row: Row) -> _MetricUnit:
    return row.path, row.scale.ratio, bool(row.scale.points)


def _key(row: Row) -> Key:
    return row.path, row.dataset


def _p_value(row: Row, change: Change, baseline: int | None, tolerance: Tolerance) -> float:
    if not change.is_beyond_chance or change.evidence is None:
        return 1.0  # more than 0.05, whose size changes nothing for those below
    base = None if baseline is None else row.cells[baseline].value
    margin = 0.0 if base is None else tolerance.bound(row.path, row.dataset, base)
    found = change.evidence.p_value(margin)
    return 1.0 if found is None else found
