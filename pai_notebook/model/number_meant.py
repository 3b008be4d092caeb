"""The number that a text means which is none as it is written: for hints, never for a value."""

from __future__ import annotations

import re

# Full width as Chinese is written, and blanks of typesetting as blanks.
_WRITTEN = str.maketrans({**{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}, 0xA0: " ", 0x2009: " ", 0x202F: " ", 0x2212: "-"})
_NUMBER = r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{1,18})?|\.[0-9]{1,18})"
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([, '_])[0-9]{3})(?:\1[0-9]{3}){0,5}(?:\.[0-9]{1,18})?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,18},[0-9]{1,18}")
_OF_ALL = re.compile(rf"({_NUMBER}) ?/ ?({_NUMBER})")
# A number with marks of a table, a currency or a rough sign before it, and its unit, a bracket or an error behind.
_ROUGH = "~\u2248$\u20ac\xa3\xa5"
_LEADING = re.compile(rf"[{_ROUGH}]? ?({_NUMBER}) ?(.{{0,40}})")
_TIMES = {"k": 1e3, "m": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "g": 1e9, "t": 1e12, "\u5343": 1e3, "\u4e07": 1e4, "\u4ebf": 1e8, "%": 0.01}
_CLOCK = re.compile(r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-5][0-9](?:\.[0-9]{1,6})?)")
_MARKS = "*\u2020\u2021^\u2191\u2193\u2605"
_UNIT = re.compile(r"[^\W\d_]{1,6}(?:/[^\W\d_]{1,6})?|pp")
_BEHIND = re.compile(r"(?:\(|\[|\xb1|\+/?-).*")
# Nobody writes a number in more.
_LONGEST = 60


def number_meant(text: str) -> float | None:
    r"""Read the number that a text means; None where it may mean another, as `1:23` does, or none.

    Examples
    --------
    >>> [number_meant(text) for text in ("93.1 %", "0,931", "1,234", "1.2k", "12 ms", "93.1 \xb1 0.4", "0.93*", "93/100")]
    [0.931, 0.931, 1234.0, 1200.0, 12.0, 93.1, 0.93, 0.93]
    >>> number_meant("1:23"), number_meant("n/a"), number_meant("<0.001")
    (None, None, None)
    """
    if len(text) > _LONGEST:
        return None
    given, text = text.strip(), text.translate(_WRITTEN).strip().rstrip(_MARKS).strip()
    if _THOUSANDS.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        return float(re.sub("[, '_]", "", text) if _THOUSANDS.fullmatch(text) else text.replace(",", "."))
    if (share := _OF_ALL.fullmatch(text)) is not None:
        return float(share[1]) / float(share[2]) if float(share[2]) else None
    if (found := _LEADING.fullmatch(text)) is None:
        return None
    behind = found[2].strip()
    # m is also a metre and a minute
    times = _TIMES.get(behind.lower()) if behind != "m" else None
    # without anything around it, it is a number already, or an id
    is_read = _UNIT.fullmatch(behind) or _BEHIND.fullmatch(behind) if behind else text != given or text[0] in _ROUGH
    return round(float(found[1]) * (times or 1), 12) if times or is_read else None


def seconds_meant(text: str) -> float | None:
    """Read a time as a clock shows it, of two parts as minutes and seconds, in seconds; None for any other text.

    Examples
    --------
    >>> seconds_meant("1:23"), seconds_meant("1:02:03.5"), seconds_meant("12")
    (83.0, 3723.5, None)
    """
    found = _CLOCK.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    return None if found is None else float(found[1] or 0) * 3600 + float(found[2]) * 60 + float(found[3])
