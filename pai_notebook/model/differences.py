"""The unit in which the differences of a metric are written, on every surface: points, percent, or the metric's own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.metric_words import is_cost, is_percentable, points_of, scale_of
from pai_notebook.model.numbers import NumberFormat, cleared, format_number, format_percent, format_points, rounded_outward


@dataclass(frozen=True)
class Scale:
    """How differences of one metric are written.

    Attributes
    ----------
    path : str
        The metric.
    points : int or None
        How many percentage points one unit of its values is, None where they are no shares.
    ratio : bool
        Whether differences are written in percent of what they are differences to.
    is_rate : bool
        Whether its values are error rates from 0 to 1, whose intervals are written in points.
    """

    path: str
    points: int | None = None
    ratio: bool = False
    is_rate: bool = False

    @property
    def absolute(self) -> Scale:
        """How an interval is written, and what stands beside it: never in percent, as what that would be a percentage of is measured too.

        Examples
        --------
        >>> scale_of_differences("error_rate", [0.02, 0.01]).absolute.points, scale_of_differences("loss", [2.0, 1.0]).absolute.unit
        (100, '')
        """
        return replace(self, points=100 if self.is_rate else self.points, ratio=False) if self.ratio else self

    @property
    def unit(self) -> Phrase | str:
        """The unit, empty where differences are written in that of the metric itself."""
        return say("pp") if self.points else "%" if self.ratio else ""

    @cached_property
    def _is_cost(self) -> bool:
        return is_cost(self.path)

    def factor(self, base: float | None) -> float | None:
        """How many of its units one unit of the metric is, for differences to a value; None where there is no other unit.

        Examples
        --------
        >>> Scale("accuracy", points=100).factor(0.9), Scale("cer", ratio=True).factor(0.2), Scale("auc").factor(0.9)
        (100.0, 500.0, None)
        """
        if self.points:
            return float(self.points)
        return 100 / base if self.ratio and base and 0 < base < math.inf else None

    def write(self, delta: float, base: float | None, form: NumberFormat, *, unit: bool = True) -> str:
        """Write a difference with its sign.

        Parameters
        ----------
        delta : float
            The difference.
        base : float or None
            What it is a difference to, None where that is no number.
        form : NumberFormat
            How the values beside it are written, for a difference without another unit.
        unit : bool
            Whether the unit stands behind it; without it stands elsewhere, once for many.

        Examples
        --------
        >>> form = NumberFormat(3)
        >>> scale_of_differences("accuracy", [0.9, 0.92]).write(0.02, 0.9, form)
        '+2.0 pp'
        >>> scale_of_differences("latency_ms", [20, 30]).write(10, 20, form, unit=False)
        '+50.0'
        >>> scale_of_differences("auc", [0.9, 0.92]).write(0.02, 0.9, form)
        '+0.020'
        """
        factor = self.factor(base)
        if factor is None:
            return form.delta(delta)
        if self.points:
            return format_points(delta * factor, unit=unit)
        return format_percent(100 * delta / (base or 1.0), factor=self._is_cost, unit=unit)

    def with_unit(self, number: str, base: float | None = None) -> str:
        """Write its unit behind a number that is in it, nothing where there is none.

        Examples
        --------
        >>> Scale("accuracy", points=100).with_unit("1.6"), Scale("cer", ratio=True).with_unit("1.6", 0.2), Scale("auc").with_unit("1.6")
        ('1.6 pp', '1.6 %', '1.6')
        """
        if self.factor(base) is None:
            return number
        return say("{points} pp", points=number) if self.points else say("{number} %", number=number)

    def at_most(self, size: float) -> str:
        """Write how large a difference is at most, rounded up so that it is never more than is said.

        Examples
        --------
        >>> Scale("accuracy", points=100).at_most(0.0217), Scale("loss", ratio=True).at_most(0.0217), Scale("auc").at_most(0.0217)
        ('2.2 pp', '0.022', '0.022')
        """
        scale = self.absolute
        return scale.with_unit(format_number(rounded_outward(size * (scale.points or 1), up=True)))

    def write_range(self, low: float, high: float, form: NumberFormat, *, unit: bool = True) -> Phrase:
        """Write the two ends of an interval, with the unit once.

        Examples
        --------
        >>> scale_of_differences("accuracy", [0.9, 0.92]).write_range(-0.01, 0.02, NumberFormat(3))
        '-1.0 to +2.0 pp'
        """
        first, second = (self.absolute.write(cleared(end), None, form, unit=shown) for end, shown in ((low, False), (high, unit)))
        return say("{low} to {high}", low=first, high=second)


def scale_of_differences(path: str, values: Iterable[float]) -> Scale:
    """Find how the differences of some values of a metric are written.

    Parameters
    ----------
    path : str
        The metric.
    values : iterable of float
        Its values, all that are looked at together.

    Examples
    --------
    >>> [str(scale_of_differences(path, [0.2, 0.3]).unit) for path in ("accuracy", "cer", "auc")]
    ['pp', '%', '']
    """
    numbers = [value for value in values if math.isfinite(value)]
    ratio = scale_of(path) == "ratio" and bool(numbers) and all(value >= 0 for value in numbers)
    return Scale(path, points_of(path, numbers), ratio, ratio and is_percentable(path) and max(numbers) <= 1)
