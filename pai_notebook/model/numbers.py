"""Numbers as people read them: few digits, and the same few for the same value."""

from __future__ import annotations

import math

__all__ = ["DIGITS", "format_number"]

DIGITS = 6


def format_number(value: float, digits: int = DIGITS) -> str:
    """Text of a number with at most `digits` significant digits; whole numbers in full, no exponent where it can be avoided.

    Examples
    --------
    >>> [format_number(value) for value in (0.91326530612, 1234567, 0.000012345678, float("-inf"), -0.0)]
    ['0.913265', '1234567', '1.23457e-05', '-∞', '0']
    """
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if math.isnan(value):
        return "NaN"
    if value == int(value) and abs(value) < 1e15:  # noqa: PLR2004 - whole numbers are exact up to here
        return str(int(value))
    text = f"{value:.{digits}g}"
    return text if "e" not in text or abs(value) < 1e-4 or abs(value) >= 1e15 else f"{value:.0f}"  # noqa: PLR2004 - where exponents start to help
