"""Untrusted text made fit for a shape: visible, cut where it is long, and saying so."""

from __future__ import annotations

import re

from pai_notebook.i18n.phrases import now, told
from pai_notebook.sanitize import visible

# Characters that are shown of a text in a cell, and of one on its own.
CELL = 240
PROSE = 4000
_MOST_LINES = 60
_EMPTY_LINES = re.compile(r"\n{5,}")


def showing(shown: int, total: int, unit: str) -> str:
    """Say what was left out, in visible text.

    Examples
    --------
    >>> showing(20, 1430, "versions")
    'showing 20 of 1,430 versions'
    """
    return now("showing {shown:,} of {total:,} {unit}", shown=shown, total=total, unit=inline(told(unit)))


def clip(text: str, limit: int) -> tuple[str, str]:
    """Cut after `limit` characters, with a remark about the rest that is empty when there is none, or when it would be as long as that.

    Examples
    --------
    >>> clip("abcdefghi" * 4, 4), clip("abcdef", 4)
    (('abcd', '… 32 more characters'), ('abcdef', ''))
    """
    if len(text) <= limit:
        return text, ""
    remark = now("… {count:,} more characters", count=len(text) - limit)
    return (text[:limit], remark) if len(remark) < len(text) - limit else (text, "")


def inline(text: str, limit: int = CELL) -> str:
    """One line of visible text for a cell, a title or a chip."""
    if len(text) <= limit:
        return visible(text)
    head, remark = clip(text, limit)
    return visible(head) + remark


def prose(text: str) -> str:
    """Visible text that keeps its line breaks, at most 60 lines of it; many empty lines are counted instead."""
    if type(text) is str and len(text) <= PROSE and text.isascii() and text.isprintable():
        return text
    head, remark = clip(text, PROSE)
    lines = _EMPTY_LINES.sub(_counted, head.replace("\r\n", "\n").expandtabs(4)).split("\n")
    if len(lines) > _MOST_LINES:
        left_out = len("\n".join(lines[_MOST_LINES:])) + 1 + len(text) - len(head)
        lines, remark = lines[:_MOST_LINES], now("… {count:,} more characters", count=left_out)
    shown = "\n".join(visible(line) for line in lines)
    return f"{shown} {remark}" if remark else shown


def _counted(lines: re.Match[str]) -> str:
    return now("\n… {count:,} empty lines …\n", count=len(lines[0]) - 1)
