r"""Untrusted text made fit to leave: what cannot be seen is spelled out, what a stream cannot encode has a stand-in.

`visible` leaves letters of every script, emoji sequences and right-to-left text alone, and spells out what would act on
a terminal or a page without being seen: controls (`\x1b`), direction overrides (`\u202e`), zero-width and tag
characters, lone surrogates, non-characters, and combining marks piled higher than any script needs.

It is applied where text leaves, and nowhere before: by the renderers of `display`, by `str` and the traceback of every
error, by `Printed` for objects that are printed, and by Tab completion.
"""

from __future__ import annotations

import functools
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence

# Combining marks on one character; no script needs more, and a pile of them hides the lines around it.
_MOST_MARKS = 5
# Texts up to this length are cached.
_SHORT = 32
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
_ZWNJ, _ZWJ, _KEYCAP_BASE = "\u200c", "\u200d", "#*0123456789"
_STAND_INS: dict[str, tuple[str, ...]] = {
    "✓": ("√", "+"),
    "✗": ("×", "x"),
    "●": ("•", "*"),
    "○": ("o",),
    "★": ("*",),
    "☆": ("o",),
    "▲": ("^",),
    "▼": ("v",),
    "▾": ("▼", "v"),
    "↑": ("^",),
    "↓": ("v",),
    "→": ("->",),
    "←": ("<-",),
    "─": ("-",),
    "│": ("|",),
    "·": ("-",),
    "•": ("*",),
    "›": (">",),
    "†": ("+",),
    "…": ("...",),
    "–": ("-",),
    "—": ("-",),
    "−": ("-",),
    "±": ("+/-",),
    "×": ("x",),
    "≈": ("~",),
    "≠": ("!=",),
    "≤": ("<=",),
    "≥": (">=",),
    "∞": ("inf",),
    "\u202f": (" ",),
    "\u00a0": (" ",),
    "‘": ("'",),
    "’": ("'",),
    "“": ('"',),
    "”": ('"',),
}


# In an address, which a path writes with one slash: who logs in with what, also where the text was cut at its @; and a signed query.
_LOGIN = re.compile(
    r"""(?i)(?:(?<=[:=]//)|(?<=[a-z]{2}:/))(?:[^\s/?#"'<>\\]*@"""
    r"""|[^[\s/?#"'<>\\@:]*:(?![0-9]*+(?:[/?#\s"'\\,;)\]}<>.…]|\Z))[^\s"'<>\\]*)"""
)
_SIGNED = re.compile(
    r"""(?i)(?<=[?&;])([\w.-]{0,40}?(?:signature|credentials?|secret|token|passw\w{0,4}|pwd|auth|sig|key|key_?id)=)[^\s&#"'<>\\]+"""
)


def without_logins(text: str) -> str:
    """Mask in addresses who logs in, and what is signed: what a person typed is quoted where it may be saved, as in a notebook.

    Examples
    --------
    >>> print(without_logins("'https://li:x1@h/m' and https://b/m?Expires=9&Signature=x%3D but not http://h:80/m?a=1"))
    'https://***@h/m' and https://b/m?Expires=9&Signature=*** but not http://h:80/m?a=1
    """
    if ":/" in text or "=//" in text:
        text = _LOGIN.sub(lambda found: "***@" if found[0].endswith("@") else "***", text)
    return _SIGNED.sub(r"\1***", text) if "=" in text else text


def visible_lines(text: str) -> str:
    """Make every character visible but the ends of lines."""
    return "\n".join(map(visible, text.split("\n")))


class Printed:
    r"""Mixin for what people print. `str` is fit for a terminal; `_lines` says what it is made of, by default the repr.

    Examples
    --------
    >>> class Name(Printed):
    ...     def _lines(self):
    ...         return ["cer\x1b[8m"]
    >>> print(Name())
    cer\x1b[8m
    """

    __slots__ = ()

    def _lines(self) -> Sequence[str]:
        return repr(self).split("\n")

    def __str__(self) -> str:
        return "\n".join(printable(map(str, self._lines())))  # str, as a phrase says itself in the language that is set


def printable(lines: Iterable[str]) -> list[str]:
    """Make lines fit for a terminal: visible, and in characters that stdout can encode."""
    encoding = stdout_encoding()
    return [encodable(visible(line), encoding) for line in lines]


def stdout_encoding() -> str:
    """Encoding of stdout; `utf-8` where there is no stdout or it does not say."""
    encoding = getattr(sys.stdout, "encoding", None)
    return encoding if isinstance(encoding, str) and encoding else "utf-8"


def encodable(text: str, encoding: str) -> str:
    r"""Replace what an encoding lacks: our signs by similar ones, anything else by its escape.

    Examples
    --------
    >>> encodable("✓ 0.175 → 0.181", "ascii"), encodable("✓ 模型", "gbk"), encodable("模", "latin-1")
    ('+ 0.175 -> 0.181', '√ 模型', '\\u6a21')
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(char if char.isascii() else _stand_in(char, encoding) for char in text)
    except LookupError:
        return encodable(text, "ascii")
    return text


@functools.lru_cache(maxsize=4096)
def _stand_in(char: str, encoding: str) -> str:
    return next((text for text in (char, *_STAND_INS.get(char, ())) if _can(text, encoding)), spell(char))


def _can(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def is_visible(text: str) -> bool:
    r"""Whether every character of a text can be seen.

    Examples
    --------
    >>> is_visible("模型-1"), is_visible("a\nb"), is_visible("a\u202eb")
    (True, False, False)
    """
    return visible(text) == text


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


def apart(text: str) -> str:
    r"""Spell out a first character that would be drawn onto the text before it: for texts that are joined before they are shown.

    Examples
    --------
    >>> print("=" + apart("\u0338 a"))
    =\u0338 a
    """
    joins = text and (unicodedata.category(text[0]) in ("Mn", "Me") or _is_variation_selector(text[0]))
    return spell(text[0]) + text[1:] if joins else text


def _spelled(text: str) -> str:
    if all(_spelled_alone(char) == char for char in set(text)):
        return text
    out: list[str] = []
    marks = 0
    for place, char in enumerate(text):
        always = _spelled_alone(char)
        if always is None:
            marks = marks + 1 if _is_mark(char) else 0
            harmless = marks <= _MOST_MARKS and _is_harmless(char, text[place - 1 : place], text[place + 1 : place + 2])
            always = char if harmless else spell(char)
        else:
            marks = 0
        out.append(always)
    return "".join(out)


@functools.lru_cache(maxsize=4096)
def _spelled_alone(char: str) -> str | None:
    """A character as it is shown whatever stands beside it; None where that depends on its neighbours, as few do."""
    if _is_mark(char) or _is_variation_selector(char) or char in (_ZWJ, _ZWNJ):
        return None
    return char if _is_harmless(char, "", "") else spell(char)


def _is_mark(char: str) -> bool:
    return bool(unicodedata.combining(char)) or unicodedata.category(char) in ("Mn", "Me")


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
