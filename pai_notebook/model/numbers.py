"""Numbers as people read them: the fewest digits at which distinct values still read differently, in one form for a metric."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import zip_longest

from pai_notebook.i18n.phrases import say

# Numbers as people write them, without and with a sign: no `1_000`, `inf` or digits of other scripts, which `float` would take.
UNSIGNED = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
DECIMAL = re.compile(rf"[-+]?{UNSIGNED.pattern}")

# Significant digits of a number that stands alone and has too many of them to be read.
DIGITS = 6

# Significant digits up to which a number that stands alone is written in full.
READABLE = 10

# Whole numbers up to this are exact in a float; above it one equals its neighbours.
EXACT = 2**53
# The highest level of confidence that leaves a float something outside of an interval.
HIGHEST_LEVEL = 1 - 1e-15

# What part of the span of a row is read in its values where their differences stand beside them.
_PART = 10.0
# Significant digits of numbers that fewer would tell apart.
_LEAST = 3
# Significant digits of the largest value of a row up to which decimals are added, and what part of a difference is read in them.
_MOST, _READ = 4, 5
# Significant digits of the end of an interval below 1.
_FEWEST = 2
# Decimals up to which a metric is written without an exponent.
_DECIMALS = 8
# Between these Python's own repr has no exponent either.
_LARGE, _SMALL = 1e16, 1e-4
# Digits at which every two floats read differently.
_ALL = 17
# Digits of a computed number that are free of rounding errors.
_COMPUTED = 12
# From this ratio on, or below the second, a change is written as a factor: ×12 says more than +1100 %.
_TENFOLD = 10.0
_LITTLE = 0.0005


@dataclass(frozen=True)
class NumberFormat:
    """A way to write the numbers of one metric.

    Attributes
    ----------
    decimals : int or None
        Digits behind the point, the same for all of them; None for significant digits instead.
    significant : int
        Significant digits where there are no fixed decimals.
    own : float
        Below which size a value that the decimals do not hold has digits of its own; 0 where differences do not have the same decimals.
    """

    decimals: int | None = _LEAST
    significant: int = _LEAST
    own: float = 0.0

    def value(self, number: float) -> str:
        """Write a value.

        Examples
        --------
        >>> NumberFormat(3).value(0.16), NumberFormat(3).value(float("inf")), NumberFormat(3).value(-0.0)
        ('0.160', '∞', '0.000')
        >>> NumberFormat(3, own=0.01).value(0.0000123), NumberFormat(3, own=0.01).value(0.002)
        ('1.23e-05', '0.002')
        """
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "∞" if number > 0 else "-∞"
        number += 0.0
        if self.significant >= _ALL:
            return repr(number)
        if self.decimals is None:
            return f"{number:.{self.significant}g}"
        text = f"{number:.{self.decimals}f}"
        return f"{number:.{_LEAST}g}" if abs(number) < self.own and float(text) != number else text

    def delta(self, number: float) -> str:
        """Write a difference with its sign, never as zero when it is not zero.

        Examples
        --------
        >>> NumberFormat(3).delta(0.0059999), NumberFormat(3).delta(-0.0002), NumberFormat(0).delta(0.0)
        ('+0.006', '-0.0002', '0')
        >>> NumberFormat(3, own=0.01).delta(0.0076), NumberFormat(3, own=0.01).delta(0.0008)
        ('+0.008', '+0.0008')
        """
        if number == 0:
            return "0"
        if math.isinf(number):
            return "+∞" if number > 0 else "-∞"
        text = f"{number:+.2g}" if self.decimals is None else f"{number:+.{self.decimals}f}"
        if self.own and abs(number) >= 10.0 ** -(self.decimals or 0):
            return text  # of a row, where it is read beside the values
        return text if math.isclose(float(text), number, rel_tol=0.05) else f"{number:+.2g}"

    def end(self, number: float) -> str:
        """Write an end of an interval that is rounded outward already: with a sign, and not rounded once more as `delta` does.

        Examples
        --------
        >>> NumberFormat(None, 3).end(3.33e-06), NumberFormat(None, 3).delta(3.33e-06)
        ('+3.33e-06', '+3.3e-06')
        """
        if self.decimals is not None or not number or math.isinf(number):
            return self.delta(number)
        return f"{number:+.{self.significant}g}"


_FIXED = tuple(NumberFormat(decimals) for decimals in range(_DECIMALS + 1))


def choose_format(values: Iterable[float], *, least: int = _LEAST, readable: int = 0) -> NumberFormat:
    """Find how to write numbers of one metric: the same few decimals for all, more only where distinct values would read the same.

    Where eight decimals do not tell the values apart, or where they are very large or very small, significant digits are used, up
    to all there are.

    Parameters
    ----------
    values : iterable of float
        All that are shown together.
    least : int
        Significant digits that every value has at least, unless fewer are exact.
    readable : int
        Values that are exact with so many significant digits are written in full.

    Examples
    --------
    >>> [choose_format([0.9123, 0.9149]).value(value) for value in (0.9123, 0.9149)]
    ['0.912', '0.915']
    >>> [choose_format([540, 500]).value(value) for value in (540, 500)]
    ['540', '500']
    >>> [choose_format([1e-300, 2e-300]).value(value) for value in (1e-300, 2e-300)]
    ['1e-300', '2e-300']
    >>> choose_format([9.999999999999e-05]).value(9.999999999999e-05)
    '0.0001'
    """
    return _chosen([values], least, readable)


def choose_pair_format(value: float, other: float | None = None) -> NumberFormat:
    """Find how to write two values beside their difference: as `choose_format` does, in digits that show the difference to a tenth.

    Examples
    --------
    >>> [choose_pair_format(0.001453, 0.0014573).value(value) for value in (0.001453, 0.0014573)]
    ['0.001453', '0.001457']
    """
    if other is None:
        return choose_format([value])
    for digits in range(_LEAST, _ALL):
        form = choose_format([value, other], least=digits)
        shown = float(form.value(value)) - float(form.value(other)) if math.isfinite(value - other) else value - other
        if not math.isfinite(shown) or abs(shown - (value - other)) <= abs(value - other) / 10:
            break
    return form


def choose_row_formats(rows: Sequence[Iterable[float]], differences: Sequence[Iterable[float]] = ()) -> list[NumberFormat]:
    """Find how to write the rows of one metric: the same few decimals in all of them, also for the differences beside the values.

    A tenth of what a row spans can be read, and a fifth of each difference, as far as four significant digits of its largest value
    allow; a value much smaller than that has digits of its own.

    Parameters
    ----------
    rows : sequence of iterable of float
        The values of each row.
    differences : sequence of iterable of float
        For each row the differences that are written as the values are.

    Examples
    --------
    >>> first, second = choose_row_formats([[0.977713, 0.977717, 0.902], [0.9203, 0.8648]])
    >>> [first.value(value) for value in (0.977713, 0.977717, 0.902)], second.value(0.9203)
    (['0.978', '0.978', '0.902'], '0.920')
    >>> form, = choose_row_formats([[0.12, 0.1, 1e-05, 0.3]])
    >>> [form.value(value) for value in (0.12, 0.1, 1e-05, 0.3)]
    ['0.12', '0.10', '1e-05', '0.30']
    >>> form, = choose_row_formats([[3.5021, 3.4945, 3.5337]], [[-0.0076, 0.0316]])
    >>> form.value(3.4945), form.delta(-0.0076)
    ('3.494', '-0.008')
    """
    needed: list[tuple[int, int] | None] = []
    found = [sorted({value + 0.0 for value in row if math.isfinite(value)}) for row in rows]
    common = _most(max((abs(value) for row in found for value in row), default=0.0))
    for row, deltas in zip_longest(found, differences, fillvalue=()):
        largest = max(map(abs, row), default=0.0)
        if largest and not _SMALL <= largest < _LARGE:
            needed.append(None)
            continue
        # a row of smaller values has those of the others where that leaves it a digit less
        most = max(min(_most(largest), common), _most(largest) - 1) if largest else common
        own, steps = 10.0 ** (1 - most), [abs(delta) for delta in deltas if delta and math.isfinite(delta)]
        # what has digits of its own whatever the others have
        plain = [value for value in row if abs(value) >= own or round(value, most) == value]
        fitting = (decimals for decimals in range(most) if _fits(NumberFormat(decimals), plain, steps))
        needed.append((next(fitting, most), most))
    decimals = max((each[0] for each in needed if each), default=0)
    forms = [each and min(decimals, each[1]) for each in needed]
    return [
        _chosen([row], _LEAST, 0, part=_PART) if places is None else NumberFormat(places, own=10.0 ** (1 - places))
        for row, places in zip(found, forms, strict=True)
    ]


def _most(largest: float) -> int:
    """How many decimals a row may have whose largest value is this."""
    return min(max(_MOST - 1 - math.floor(math.log10(max(largest, _SMALL))), 0), _DECIMALS)


def _fits(form: NumberFormat, values: list[float], steps: Sequence[float]) -> bool:
    """Whether a format with decimals says enough of the values of a row and of its differences."""
    unit = 10.0 ** -(form.decimals or 0)
    return _tells(form, values, _LEAST, set(), _PART) and all(abs(round(step / unit) * unit - step) <= step / _READ for step in steps)


def _chosen(rows: Iterable[Iterable[float]], least: int, readable: int, part: float = math.inf) -> NumberFormat:
    """Find a format for some rows, which reads distinct values, or at least this part of what a row spans, differently."""
    found = [distinct for row in rows if (distinct := sorted({value + 0.0 for value in row if math.isfinite(value)}))]
    if not found:
        return NumberFormat()
    sizes = [abs(value) for distinct in found for value in distinct if value]
    exact = {value for distinct in found for value in distinct if _shortest(value) <= readable} if readable else set()

    def tells(form: NumberFormat) -> bool:
        return all(_tells(form, distinct, least, exact, part) for distinct in found)

    if not sizes or (max(sizes) < _LARGE and min(sizes) >= _SMALL):
        for form in _FIXED:
            if tells(form):
                return form
    for significant in range(_LEAST, _ALL):
        if tells(NumberFormat(None, significant)):
            return NumberFormat(None, significant)
    return NumberFormat(None, _ALL)


def _tells(form: NumberFormat, distinct: list[float], least: int, exact: set[float], part: float) -> bool:
    texts: list[str] = []
    for value in distinct:
        text = form.value(value)
        # the first value that is cut short answers for all, as few decimals are tried first
        # zeros at the end of significant digits are not written
        digits = _significant(text) if form.decimals is not None else form.significant
        if float(text) != value and (value in exact or digits < least):
            return False
        texts.append(text)
    fine = form.decimals is not None and bool(distinct) and part * 10.0**-form.decimals <= distinct[-1] - distinct[0]
    return fine or len(set(texts)) == len(distinct)


def _significant(text: str) -> int:
    return len(text.partition("e")[0].lstrip("-0.").replace(".", ""))


def _shortest(value: float) -> int:
    """Count the significant digits that a value needs to be read back."""
    return len(repr(value).partition("e")[0].lstrip("-").replace(".", "").strip("0"))


def format_number(value: float) -> str:
    """Write a number that stands alone: in full where that is readable, else with six significant digits.

    Examples
    --------
    >>> [format_number(value) for value in (1234.5678, 0.91326530612, 1234567, 0.000012345, float("-inf"), -0.0)]
    ['1234.5678', '0.913265', '1234567', '1.2345e-05', '-∞', '0']
    """
    return choose_format([value], least=DIGITS, readable=READABLE).value(value) if math.isfinite(value) else NumberFormat().value(value)


def format_computed(value: float) -> str:
    """Write the result of a calculation without the rounding in its last digits.

    Examples
    --------
    >>> format_computed(0.1 + 0.2), format_computed(100 * 0.57), format_computed(1e6)
    ('0.3', '57', '1000000')
    """
    return format_number(cleared(value))


def format_about(value: float, digits: int = 2) -> str:
    """Write an estimate, of which the first digits are all that is meant.

    Examples
    --------
    >>> format_about(0.01234), format_about(1234567.0), format_about(7.9649, 3)
    ('0.012', '1200000', '7.96')
    """
    return format_number(float(f"{value:.{digits}g}"))


def rounded_outward(value: float, digits: int = 2, *, up: bool) -> float:
    """Round one end of an interval away from it, so that what is written is no narrower than what is known.

    Examples
    --------
    >>> rounded_outward(0.01234, up=True), rounded_outward(-0.0104, up=False), rounded_outward(0.3, up=True)
    (0.013, -0.011, 0.3)
    """
    if not value or not math.isfinite(value):
        return value
    exact = Decimal(repr(cleared(value)))
    step = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    return float(exact.quantize(step, ROUND_CEILING if up else ROUND_FLOOR))


def format_outward(value: float, *, up: bool, decimals: int | None = None, width: float = math.inf) -> str:
    """Write one end of an interval with its sign, rounded away from the interval.

    Parameters
    ----------
    value : float
        The end.
    up : bool
        Whether it is the upper end.
    decimals : int, optional
        Digits behind the point, more below 1, where two significant digits are written; without them three significant digits.
    width : float
        How wide the interval is: a tenth of that is read, so that a narrow one does not end in the value itself.

    Examples
    --------
    >>> format_outward(-2.31, up=False, decimals=1), format_outward(0.0632, up=False, decimals=1), format_outward(12, up=True, decimals=1)
    ('-2.4', '+0.063', '+12.0')
    >>> format_outward(1234.5, up=True), format_outward(-0.0123456, up=False), format_outward(0.3, up=True)
    ('+1240', '-0.0124', '+0.3')
    >>> format_outward(3.326e-06, up=True), format_outward(-1.419e-05, up=False)
    ('+3.33e-06', '-1.42e-05')
    >>> format_outward(4.914, up=False, decimals=1, width=0.03), format_outward(1234.5, up=True, width=2)
    ('+4.914', '+1234.5')
    """
    value = cleared(value)
    if not value or not math.isfinite(value):
        return NumberFormat().delta(value)
    size, finest = Decimal(repr(value)).adjusted(), 1 - math.floor(math.log10(width)) if 0 < width < math.inf else -_COMPUTED
    digits = _LEAST if decimals is None else max(_FEWEST, size + 1 + decimals)
    digits = min(max(digits, size + 1 + finest), _COMPUTED)
    written = rounded_outward(value, digits, up=up)
    places = digits - 1 - size
    if decimals is not None and decimals <= places <= _DECIMALS:
        # one that was rounded up to the next power of ten needs a digit less
        return f"{written:+.{max(decimals, places - (abs(written) >= 10.0 ** (size + 1)))}f}"
    form = choose_format([written], readable=digits)
    return form.end(written)


def mean(values: Sequence[float]) -> float:
    """The mean of numbers; of equal ones it is that number, not the next one to it, and it is finite where they are.

    Examples
    --------
    >>> mean([0.1, 0.1, 0.1]), mean([1.0, 2.0]), mean([1e308, 1.5e308])
    (0.1, 1.5, 1.25e+308)
    """
    if min(values) == max(values):
        return values[0]
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return math.fsum(value / len(values) for value in values)


def cleared(value: float) -> float:
    """Round away what the last digits of a calculation carry.

    Examples
    --------
    >>> 0.1 + 0.2, cleared(0.1 + 0.2)
    (0.30000000000000004, 0.3)
    """
    return float(f"{value:.{_COMPUTED}g}")


def format_percent(percent: float, *, unit: bool = True) -> str:
    """Write a change relative to a baseline: one decimal, none from 100 % on, never as zero when it is not zero.

    From tenfold on, and where almost nothing is left, it is a factor.

    Parameters
    ----------
    percent : float
        100 x (value - baseline) / abs(baseline).
    unit : bool
        Whether `%` stands behind it.

    Examples
    --------
    >>> format_percent(3.4285714), format_percent(-0.0004), format_percent(43.21), format_percent(-60.0), format_percent(0.0)
    ('+3.4 %', '-0.0004 %', '+43.2 %', '-60.0 %', '0 %')
    >>> format_percent(1234567.0), format_percent(923.0), format_percent(-99.999)
    ('×12300', '×10.2', '×1e-05')
    """
    if percent == 0:
        return _percent("0", unit)
    if math.isinf(percent):  # of finite numbers, whose quotient is beyond a float
        return "> ×1e+306"
    times = 1 + percent / 100
    if times >= _TENFOLD or 0 < times < _LITTLE:
        return f"×{_three(times)}"
    if abs(percent) >= 99.95:  # noqa: PLR2004 - where rounding adds a digit
        return _percent(f"{'+' if percent > 0 else ''}{_three(percent)}", unit)
    return _percent(_one_decimal(percent), unit)


def _percent(number: str, unit: bool) -> str:  # noqa: FBT001 - this module's own
    return say("{number} %", number=number) if unit else number


def _one_decimal(number: float) -> str:
    """One decimal and a sign, never as zero when it is not zero."""
    text = f"{number:+.1f}"
    return text if float(text) else f"{number:+.1g}"


def format_points(points: float, *, unit: bool = True) -> str:
    """Write a difference of fractions in percentage points, never as zero when it is not zero; its unit may stand elsewhere.

    Examples
    --------
    >>> format_points(1.0), format_points(-0.04), format_points(0.125)
    ('+1.0 pp', '-0.04 pp', '+0.1 pp')
    """
    number = _one_decimal(points) if points else "0"
    return say("{points} pp", points=number) if unit else number


def _three(number: float) -> str:
    """Three significant digits, without an exponent where it can be avoided."""
    text = f"{number:.3g}"
    return f"{float(text):.0f}" if "e+" in text and abs(number) < _LARGE else text
