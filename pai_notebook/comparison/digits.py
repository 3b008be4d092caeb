"""How a row of numbers is written: the fewest digits at which distinct values still read differently."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["RowFormat", "choose_format", "format_percent"]

SIGNIFICANT = 3
DECIMALS = 8
_LARGE, _SMALL = 1e15, 1e-4
_ALL = 17


@dataclass(frozen=True)
class RowFormat:
    """A way to write the numbers of one row.

    Attributes
    ----------
    decimals : int or None
        Digits behind the point, the same for the whole row; None for significant digits instead.
    significant : int
        Significant digits where there are no fixed decimals.
    """

    decimals: int | None = SIGNIFICANT
    significant: int = SIGNIFICANT

    def value(self, number: float) -> str:
        """Write a value.

        Examples
        --------
        >>> RowFormat(3).value(0.16), RowFormat(3).value(float("inf")), RowFormat(3).value(-0.0)
        ('0.160', '∞', '0.000')
        """
        if math.isnan(number):
            return "NaN"
        if math.isinf(number):
            return "∞" if number > 0 else "-∞"
        number += 0.0
        if self.significant >= _ALL:
            return repr(number)
        return f"{number:.{self.significant}g}" if self.decimals is None else f"{number:.{self.decimals}f}"

    def delta(self, number: float) -> str:
        """Write a difference with its sign, never as zero when it is not zero.

        Examples
        --------
        >>> RowFormat(3).delta(0.0059999), RowFormat(3).delta(-0.0002), RowFormat(0).delta(0.0)
        ('+0.006', '-0.0002', '0')
        """
        if number == 0:
            return "0"
        if math.isinf(number):
            return "+∞" if number > 0 else "-∞"
        text = f"{number:+.2g}" if self.decimals is None else f"{number:+.{self.decimals}f}"
        return text if math.isclose(float(text), number, rel_tol=0.05) else f"{number:+.2g}"


def format_percent(percent: float) -> str:
    """Write a change in percent, never as zero when it is not zero.

    Examples
    --------
    >>> format_percent(3.4285714), format_percent(-0.0004), format_percent(1234567.0), format_percent(0.0)
    ('+3.43 %', '-0.0004 %', '+1.23e+06 %', '0 %')
    """
    if percent == 0:
        return "0 %"
    if math.isinf(percent):
        return "+∞ %" if percent > 0 else "-∞ %"
    if abs(percent) < 0.01:  # noqa: PLR2004 - two decimals would read zero
        return f"{percent:+.1g} %"
    return f"{percent:+.2f} %" if abs(percent) < 10_000 else f"{percent:+.3g} %"  # noqa: PLR2004 - digits nobody reads


def choose_format(values: Iterable[float]) -> RowFormat:
    """Find how to write a row: the same few decimals for all, more only where distinct values would read the same.

    Every value has at least three significant digits or is exact. Where eight decimals do not tell the values apart, or
    where they are very large or very small, significant digits are used, up to all there are.

    Examples
    --------
    >>> [choose_format([0.9123, 0.9149]).value(value) for value in (0.9123, 0.9149)]
    ['0.912', '0.915']
    >>> [choose_format([540, 500]).value(value) for value in (540, 500)]
    ['540', '500']
    >>> [choose_format([1e-300, 2e-300]).value(value) for value in (1e-300, 2e-300)]
    ['1e-300', '2e-300']
    """
    distinct = sorted({value + 0.0 for value in values if math.isfinite(value)})
    if not distinct:
        return RowFormat()
    sizes = [abs(value) for value in distinct if value]
    if not sizes or (max(sizes) < _LARGE and min(sizes) >= _SMALL):
        for decimals in range(DECIMALS + 1):
            if _tells(RowFormat(decimals), distinct):
                return RowFormat(decimals)
    for significant in range(SIGNIFICANT, _ALL):
        if _tells(RowFormat(None, significant), distinct):
            return RowFormat(None, significant)
    return RowFormat(None, _ALL)


def _tells(form: RowFormat, distinct: list[float]) -> bool:
    texts = [form.value(value) for value in distinct]
    return len(set(texts)) == len(distinct) and all(
        _significant(text) >= SIGNIFICANT or float(text) == value for text, value in zip(texts, distinct, strict=True)
    )


def _significant(text: str) -> int:
    return len(re.sub(r"e.*|\D", "", text).lstrip("0"))
