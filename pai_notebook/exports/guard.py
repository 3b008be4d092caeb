"""Text that no spreadsheet takes for a formula.

A spreadsheet evaluates a cell that starts with ``= + - @`` (or their full-width forms, a tab or a carriage return), in header
rows as well as below, and it may split a cell at a separator of its own. So a ``'`` is put before each such sign; what reads as
a plain number is left.
"""

from __future__ import annotations

import re

__all__ = ["guard_text", "is_formula"]

_TRIGGERS = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b"
_BLANKS = '[\\s\\x00-\\x20\\x7f-\\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff"]*'
_PIECE = re.compile(f"((?:^|[,;|\\t\\r\\n\u2028\u2029\\x0b\\x0c\\x85]){_BLANKS}+)([{_TRIGGERS}]?)")
"""The start of a cell with all blanks of it, whatever follows: what matches is not looked at twice, so that time grows with the text."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def guard_text(text: str) -> str:
    """Put a quotation mark where a spreadsheet would start to calculate.

    Examples
    --------
    >>> guard_text("=1+1"), guard_text("a;=1+1"), guard_text("-0.5"), guard_text("rock-n-roll")
    ("'=1+1", "a;'=1+1", '-0.5', 'rock-n-roll')
    """
    if _NUMBER.fullmatch(text):
        return text
    guarded = _PIECE.sub(lambda start: f"{start[1]}'{start[2]}" if start[2] else start[1], text)
    return f"'{guarded}" if guarded[:1] in ("\t", "\r", "\n") else guarded


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate some part of a text."""
    return guard_text(text) != text
