"""The unit in which the differences of a metric are written, on every surface: points, percent, or the metric's own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.metric_scales import is_percentable, percent_among, points_of, says_percent, scale_of
from pai_notebook.model.numbers import NumberFormat, format_outward, format_percent, format_points


@dataclass(frozen=True)
class Scale:
    """How differences of one metric are written.

    Attributes
    ----------
    path : str
        The metric.
    points : int or None
        How many percentage points one unit of its values is, None where they are no shares, or where it is in doubt of what.
    ratio : bool
        Whether differences are written in percent of what they are differences to.
    """

    path: str
    points: int | None = None
    ratio: bool = False

    @property
    def absolute(self) -> Scale:
        """How an interval is written, and what stands beside it: never in percent, as what that would be a percentage of is measured too.

        Examples
        --------
        >>> [str(scale_of_differences(path, [0.02, 0.01]).absolute.unit) for path in ("error_rate", "loss")]
        ['pp', '']
        """
        return replace(self, ratio=False) if self.ratio else self

    @property
    def unit(self) -> str:
        """The unit, empty where differences are written in that of the metric itself."""
        return "%" if self.ratio else "pp" if self.points else ""

    def factor(self, base: float | None) -> float | None:
        """How many of its units one unit of the metric is, for differences to a value; None where there is no other unit.

        Examples
        --------
        >>> Scale("accuracy", points=100).factor(0.9), Scale("cer", ratio=True).factor(0.2), Scale("auc").factor(0.9)
        (100.0, 500.0, None)
        """
        if self.ratio:
            return 100 / base if base and 0 < base < math.inf else None
        return float(self.points) if self.points else None

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
        if factor is None or math.isinf(delta):
            return form.delta(delta)
        if self.ratio:
            return format_percent(100 * delta / (base or 1.0), unit=unit)
        return format_points(delta * factor, unit=unit)

    def with_unit(self, number: str, base: float | None = None) -> str:
        """Write its unit behind a number that is in it, nothing where there is none.

        Examples
        --------
        >>> Scale("accuracy", points=100).with_unit("1.6"), Scale("cer", ratio=True).with_unit("1.6", 0.2), Scale("auc").with_unit("1.6")
        ('1.6 pp', '1.6 %', '1.6')
        """
        if self.factor(base) is None:
            return number
        return say("{number} %", number=number) if self.ratio else say("{points} pp", points=number)

    def at_most(self, size: float) -> str:
        """Write how large a difference is at most: never less than it is, and as `end` writes it.

        Examples
        --------
        >>> Scale("accuracy", points=100).at_most(0.0217), Scale("loss", ratio=True).at_most(0.0217), Scale("auc").at_most(0.02171)
        ('2.2 pp', '0.0217', '0.0218')
        """
        return self.absolute.with_unit(self.end(size, up=True).lstrip("+"))

    def end(self, value: float, *, up: bool, base: float | None = None, width: float = math.inf) -> str:
        """Write one end of an interval of differences, without its unit: rounded away from the interval, so that it holds what it held.

        Whatever states an interval or a bound writes its ends by this, so that one interval has the same ends everywhere.

        Parameters
        ----------
        value : float
            The end, in the metric's own unit.
        up : bool
            Whether it is the upper end.
        base : float, optional
            What it is a difference to, where a rule asks for percent of that; without it nothing is in percent.
        width : float
            How wide the interval is, in the metric's own unit.

        Examples
        --------
        >>> Scale("accuracy", points=100).end(-0.0231, up=False), Scale("loss").end(0.01234, up=True), Scale("auc").end(0.00021, up=False)
        ('-2.4', '+0.0124', '+0.00021')
        """
        factor = self.absolute.factor(None) if base is None else self.factor(base)
        unit = factor or 1.0
        return format_outward(value * unit, up=up, decimals=None if factor is None else 1, width=width * unit)

    def write_range(self, low: float, high: float, base: float | None = None, *, unit: bool = True) -> Phrase:
        """Write the two ends of an interval, with the unit once; `base` as in `end`.

        Examples
        --------
        >>> scale_of_differences("accuracy", [0.9, 0.92]).write_range(-0.01, 0.02)
        '-1.0 to +2.0 pp'
        """
        first, last = (self.end(end, up=up, base=base, width=high - low) for end, up in ((low, False), (high, True)))
        scale = self.absolute if base is None else self
        return say("{low} to {high}", low=first, high=scale.with_unit(last, base) if unit else last)


def scale_of_differences(path: str, values: Iterable[float], *, in_doubt: bool = False) -> Scale:
    """Find how the differences of some values of a metric are written.

    Parameters
    ----------
    path : str
        The metric.
    values : iterable of float
        Its values, all that are looked at together.
    in_doubt : bool
        Whether values up to 1 may be percent too, as other shares beside them are: then nothing is said of points.

    Examples
    --------
    >>> [str(scale_of_differences(path, [0.2, 0.3]).unit) for path in ("accuracy", "cer", "auc")]
    ['pp', '%', '']
    >>> scale_of_differences("accuracy", [0.2, 0.3], in_doubt=True).unit, scale_of_differences("accuracy", [20, 30], in_doubt=True).points
    ('', 1)
    """
    numbers = [value for value in values if math.isfinite(value)]
    if numbers and says_percent(path, numbers):
        # whatever it is that is in percent, unless some of them are none
        return Scale(path, points=None if percent_among(path, dict(enumerate(numbers))) else 1)
    ratio = scale_of(path) == "ratio" and bool(numbers) and all(value >= 0 for value in numbers)
    is_fraction = max(numbers, default=0.0) <= 1
    # without a name that says so an error rate in percent cannot be told from one above 1
    points = (100 if is_fraction and is_percentable(path) else None) if ratio else points_of(path, numbers)
    return Scale(path, None if in_doubt and is_fraction else points, ratio)
