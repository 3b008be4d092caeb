r"""Untrusted text made fit to be shown: what cannot be seen is spelled out, what is long is cut and says so.

`visible` leaves letters of every script, emoji sequences and right-to-left text alone, and spells out what would act on
a terminal or a page without being seen: controls (`\x1b`), direction overrides (`\u202e`), zero-width and tag
characters, lone surrogates, non-characters, and combining marks piled higher than any script needs.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from pai_notebook.phrases import now

__all__ = ["CELL", "PROSE", "clip", "inline", "prose", "showing", "visible"]

CELL = 240
PROSE = 4000
_MOST_LINES = 60
_MOST_MARKS = 5
_SHORT = 32
_EMPTY_LINES = re.compile(r"\n{5,}")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_VARYING = frozenset({"So", "Sm", "Sk", "Sc", "Lo", "Po"})
_ZWNJ, _ZWJ, _KEYCAP_BASE = "\u200c", "\u200d", "#*0123456789"


def showing(shown: int, total: int, unit: str) -> str:
    """Say what was left out, in visible text.

    Examples
    --------
    >>> showing(20, 1430, "versions")
    'showing 20 of 1,430 versions'
    """
    return now("showing {shown:,} of {total:,} {unit}", shown=shown, total=total, unit=inline(unit))


def clip(text: str, limit: int) -> tuple[str, str]:
    """Cut after `limit` characters, with a remark about the rest that is empty when there is none.

    Examples
    --------
    >>> clip("abcdef", 4)
    ('abcd', '… 2 more characters')
    """
    if len(text) <= limit:
        return text, ""
    return text[:limit], now("… {count:,} more characters", count=len(text) - limit)


def inline(text: str, limit: int = CELL) -> str:
    """One line of visible text for a cell, a title or a chip."""
    head, remark = clip(text, limit)
    return visible(head) + remark


def prose(text: str, limit: int = PROSE) -> str:
    """Visible text that keeps its line breaks, at most 60 lines of it; many empty lines are counted instead."""
    head, remark = clip(text, limit)
    lines = _EMPTY_LINES.sub(_counted, head.replace("\r\n", "\n").expandtabs(4)).split("\n")
    if len(lines) > _MOST_LINES:
        left_out = len("\n".join(lines[_MOST_LINES:])) + 1 + len(text) - len(head)
        lines, remark = lines[:_MOST_LINES], now("… {count:,} more characters", count=left_out)
    shown = "\n".join(visible(line) for line in lines)
    return f"{shown} {remark}" if remark else shown


def _counted(lines: re.Match[str]) -> str:
    return now("\n… {count:,} empty lines …\n", count=len(lines[0]) - 1)


def visible(text: str) -> str:
    r"""Spell out what could not be seen.

    Examples
    --------
    >>> print(visible("a\u202eb\x1b[2J 模型 👩\u200d🔬"))
    a\u202eb\x1b[2J 模型 👩‍🔬
    """
    if text.isascii() and text.isprintable():
        return text
    return _spelled_short(text) if len(text) <= _SHORT else _spelled(text)


def _spelled(text: str) -> str:
    out: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        marks = marks + 1 if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me") else 0
        harmless = marks <= _MOST_MARKS and _is_harmless(char, text[place - 1 : place], text[place + 1 : place + 2])
        out.append(char if harmless else spell(char))
    return "".join(out)


@functools.lru_cache(maxsize=1024)
def _spelled_short(text: str) -> str:
    """Remember short texts: a table says "▲ worse" hundreds of times."""
    return _spelled(text)


def spell(char: str) -> str:
    r"""Write a character that cannot be seen the way Python would.

    Examples
    --------
    >>> print(spell("\x1b"), spell("\u202e"), spell("\n"))
    \x1b \u202e \n
    """
    return _NAMED.get(char) or char.encode("unicode-escape").decode("ascii")


def _is_harmless(char: str, before: str, after: str) -> bool:
    """Whether a reader sees this character, given its neighbours."""
    if char.isascii() or char in _BLANK_LETTERS:
        return char.isascii() and char.isprintable()
    if _is_variation_selector(char):
        return _may_vary(before)
    if char in (_ZWJ, _ZWNJ):
        return _may_join(char, before, after)
    return _is_seen(char, unicodedata.category(char), before)


def _is_seen(char: str, kind: str, before: str) -> bool:
    if kind in ("Mn", "Me"):
        return bool(before)
    if kind == "Cn":
        return _is_astral_picture(char)
    return (kind[0] != "C" and kind not in ("Zl", "Zp")) or _is_visible_format(char)


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or "\u180b" <= char <= "\u180d"


def _may_vary(before: str) -> bool:
    """Emoji, symbols, keycap digits and ideographs take a variation selector."""
    return bool(before) and (
        before in _KEYCAP_BASE or unicodedata.category(before)[0] == "S" or unicodedata.category(before) in ("Lo", "Po")
    )


def _may_join(char: str, before: str, after: str) -> bool:
    """Emoji take a zero-width joiner; scripts from Arabic to Myanmar take both joiner and non-joiner."""
    if not before or not after:
        return False
    if char == _ZWJ and _is_picture(before) and _is_picture(after):
        return True
    return all("\u0600" <= neighbour <= "\u109f" for neighbour in (before, after))


def _is_picture(char: str) -> bool:
    return char == "\ufe0f" or unicodedata.category(char) in ("So", "Sk") or _is_astral_picture(char)


def _is_astral_picture(char: str) -> bool:
    """Emoji and ideographs newer than this Python's tables."""
    return "\U0001f000" <= char <= "\U0001faff" or "\U00020000" <= char <= "\U0003fffd"


def _is_visible_format(char: str) -> bool:
    """Arabic and Syriac signs that are classed as format characters but are printed."""
    return "\u0600" <= char <= "\u0605" or char in "\u06dd\u070f\u08e2"
