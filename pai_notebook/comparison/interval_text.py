"""Reads an interval as people write it: two numbers in a list or a text, or half of its width behind a sign."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any

from pai_notebook.model.evidence_words import LOWEST_LEVEL, level_of
from pai_notebook.model.metric_cells import read_value

_NUMBER = r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:e[+-]?[0-9]{1,3})?"
_END = rf"({_NUMBER}) ?(%?)"
_ONE = re.compile(_END, re.IGNORECASE)
# `95% CI` before the numbers or behind them.
_LEVEL = r"(?P<{}>[0-9]{{2}}(?:\.[0-9]{{1,3}})?) ?% ?的?(?:CI|conf(?:idence|\.)? ?int(?:erval|\.)?|[置可]信区间)"
_BEFORE = re.compile(_LEVEL.format("level") + r" ?(?:[:=]|为|是)? ?", re.IGNORECASE)
_BEHIND = re.compile(
    r"(?P<rest>.+?) ?(?:[(,]? ?" + _LEVEL.format("level") + r"|[(@,] ?(?P<bare>[0-9]{2}(?:\.[0-9]{1,3})?) ?%)\)?", re.IGNORECASE
)
# The value may stand before its interval.
_VALUE = re.compile(rf"{_END} ?(?=[(\[])", re.IGNORECASE)
_VALUE_LISTED = re.compile(rf"{_END} ?[,;] ?(?={_LEVEL.format('level')})", re.IGNORECASE)
_LEADING = re.compile(rf"{_END} ?(?:[(\[]|\u00b1|\+/?-|[,;] ?{_LEVEL.format('level')})", re.IGNORECASE)
_TWO = re.compile(rf"{_END} ?(?:,|;|-|\u2013|\u2014+|\u2015+|\.\.|to|bis|~|\u81f3|\u5230) ?{_END}", re.IGNORECASE)
_HALF = re.compile(rf"(?:{_END} ?)?(?:\u00b1|\+/-|\+-) ?{_END}", re.IGNORECASE)
# `0,77` may be one number with a decimal comma.
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_PERCENT = 100
# The level of intervals that say none.
_TAKEN = 0.95
# Full width, as Chinese is written, and what stands for `-`, `~`, `,` and brackets.
_WIDE: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WRITTEN = str.maketrans({**_WIDE, 0x2212: "-", 0x301C: "~", 0x223C: "~", 0x3001: ",", 0x3010: "[", 0x3011: "]"})
# Nobody writes an interval in more.
_LONGEST = 100


@dataclass(frozen=True)
class TextInterval:
    """Bounds of an interval, and its level where that is written beside them."""

    low: float
    high: float
    level: float | None = None


def read_interval(raw: Any, value: float) -> TextInterval | None:
    """Read two bounds, or half of the width of an interval of a value; None for what is neither, or could be either.

    Percentages are fractions beside a value from 0 to 1.

    Examples
    --------
    >>> read_interval("0.77-0.83", 0.8), read_interval("90% CI [77%, 83%]", 0.8)
    (TextInterval(low=0.77, high=0.83, level=None), TextInterval(low=0.77, high=0.83, level=0.9))
    >>> read_interval("0.5 \u00b1 0.25", 0.5), read_interval("wide", 0.5)
    (TextInterval(low=0.25, high=0.75, level=None), None)
    """
    if isinstance(raw, str):
        return _read_text(" ".join(raw.translate(_WRITTEN).split()), value) if len(raw) <= _LONGEST else None
    if not isinstance(raw, list) or len(raw) != 2:  # noqa: PLR2004 - two bounds
        return None
    numbers = [read_value(each)[1] for each in raw]
    if None in numbers and all(isinstance(each, str) for each in raw):
        return read_interval(f"[{raw[0]}; {raw[1]}]", value)
    low, high = numbers
    return _of(low, high, None)


def value_beside(text: str) -> float | None:
    """Read the value in a text that holds its interval too, as a fraction where it is in percent; None for any other text.

    Examples
    --------
    >>> value_beside("91.2 (90.1-92.3)"), value_beside("91.2%\uff0890.1%\uff5e92.3%\uff09"), value_beside("91.2"), value_beside("n/a")
    (91.2, 0.912, None, None)
    """
    found = _LEADING.match(" ".join(text.translate(_WRITTEN).split())) if len(text) <= _LONGEST else None
    if found is None:
        return None
    value = float(found[1]) / (_PERCENT if found[2] else 1)
    read = read_interval(text, value)
    return value if read is not None and read.low <= value <= read.high else None


def read_percentage(raw: Any, value: float) -> float | None:
    """Read the error of a fraction that is written in percent; None for everything else.

    Examples
    --------
    >>> read_percentage("4.5%", 0.9), read_percentage("4.5%", 90.0), read_percentage("wide", 0.9)
    (0.045, None, None)
    """
    found = _ONE.fullmatch(raw.strip()) if isinstance(raw, str) and len(raw) <= _LONGEST else None
    if found is None or not found[2] or not 0 <= value <= 1:
        return None
    error = float(found[1]) / _PERCENT
    return error if math.isfinite(error) else None


def _of(low: float | None, high: float | None, level: float | None) -> TextInterval | None:
    return TextInterval(low, high, level) if low is not None and high is not None and math.isfinite(low) and math.isfinite(high) else None


def _read_text(text: str, value: float) -> TextInterval | None:
    level = None
    if (before := _BEFORE.match(text)) is not None:
        level, text = level_of(float(before["level"])), text[before.end() :]
    elif (behind := _BEHIND.fullmatch(text)) is not None:
        level, text = level_of(float(behind["level"] or behind["bare"])), behind["rest"]
    elif (leading := _VALUE_LISTED.match(text) or _VALUE.match(text)) is not None:
        return _read_behind_value(leading, text[leading.end() :], value)
    bracketed = (text[:1], text[-1:]) in (("[", "]"), ("(", ")"), ("[", ")"), ("(", "]"))
    text = text[1:-1].strip() if bracketed else text
    if (half := _HALF.fullmatch(text)) is not None:
        return _of_half(half, value, level)
    two = _TWO.fullmatch(text)
    if two is None or (_COMMA.fullmatch(text) is not None and not bracketed):
        return None
    low, unit, high, unit_high = two.groups()
    if unit and not unit_high:
        return None
    scale = _scale(unit_high, value)
    return _of(float(low) / scale, float(high) / scale, level)


def _read_behind_value(leading: re.Match[str], text: str, value: float) -> TextInterval | None:
    """Read an interval in brackets, or with its level, behind a number."""
    bracketed = (text[0], text[-1]) in (("(", ")"), ("[", "]"))
    if text[0] in "([" and not bracketed:
        return None
    found = (_read_text(text[1:-1].strip(), value) if bracketed else None) or _read_text(text, value)
    units = text if bracketed else text.partition("%")[2]
    return None if found is None else _with_leading(found, leading[1], leading[2], value, is_percent="%" in units)


def _with_leading(found: TextInterval, number: str, unit: str, value: float, *, is_percent: bool) -> TextInterval | None:
    """Give an interval behind a number, which is the value where it lies in it, else a level in percent; None where it may be either."""
    is_value = found.low <= float(number) / _scale(unit, value) <= found.high
    level = level_of(float(number)) if unit and found.level is None else None
    if level is None or level < LOWEST_LEVEL or (is_value and (is_percent or level == _TAKEN)):
        return found if is_value else None
    return None if is_value else replace(found, level=level)


def _of_half(found: re.Match[str], value: float, level: float | None) -> TextInterval | None:
    """Read half of a width: a percentage without a middle may be of the value, of which that of a fraction itself is the wider reading."""
    middle, unit, half, unit_half = found.groups()
    if (middle is not None and unit != unit_half) or (middle is None and unit_half and not 0 <= value <= 1):
        return None
    scale = _scale(unit_half, value)
    center, width = value if middle is None else float(middle) / scale, float(half) / scale
    return _of(center - width, center + width, level)


def _scale(unit: str, value: float) -> int:
    return _PERCENT if unit and 0 <= value <= 1 else 1
