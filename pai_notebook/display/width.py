"""How many terminal cells a text takes, and how to break it."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A word that is too long is broken behind these, as addresses are read.
_BREAKS = "/-?&"
# Characters of one cell each: Latin letters, punctuation, arrows and the signs that tables are drawn with.
_NARROW = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2319\u2500-\u25fc]*")


def cells(text: str) -> int:
    """Width in terminal cells: wide and full-width characters and emoji take two, combining ones none.

    Ambiguous characters count as one, as in every UTF-8 terminal that is not set up otherwise.

    Examples
    --------
    >>> cells("model"), cells("模型"), cells("👩\u200d🔬"), cells("e\u0301")
    (5, 4, 2, 1)
    """
    if text.isascii() or _NARROW.fullmatch(text):
        return len(text)
    return sum(_cluster_width(cluster) for cluster in clusters(text))


def clusters(text: str) -> Iterator[str]:
    r"""Split into what must stay together: a character with its combining marks, a joined emoji, a flag.

    Examples
    --------
    >>> [ascii(cluster) for cluster in clusters("e\u0301x")]
    ["'e\\u0301'", "'x'"]
    """
    current = ""
    for char in text:
        if current and _continues(current, char):
            current += char
        else:
            if current:
                yield current
            current = char
    if current:
        yield current


def _continues(current: str, char: str) -> bool:
    if char.isascii():
        return False
    if _char_width(char) == 0 or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if current[-1] == "\u200d":
        return not unicodedata.category(char).startswith("L")
    return len(current) == 1 and _is_regional(current) and _is_regional(char)


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@functools.lru_cache(maxsize=4096)
def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\u1160" <= char <= "\u11ff" or "\ufe00" <= char <= "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _cluster_width(cluster: str) -> int:
    if len(cluster) > 1 and ("\ufe0f" in cluster or "\u200d" in cluster[1:] or _is_regional(cluster[0])):
        return max(2, _char_width(cluster[0])) if not cluster[0].isalpha() else _char_width(cluster[0])
    return max(1, _char_width(cluster[0])) if cluster else 0


def pad(text: str, width: int, align: str = "left") -> str:
    """Fill with spaces to `width` cells.

    Examples
    --------
    >>> pad("模型", 6) + "|", pad("0.9", 5, "right")
    ('模型  |', '  0.9')
    """
    fill = " " * (width - cells(text))
    return fill + text if align == "right" else text + fill


def wrap(text: str, width: int) -> list[str]:
    """Break into lines of at most `width` cells: at spaces, between ideographs, and inside words that are longer than a line.

    Examples
    --------
    >>> wrap("one two three", 8), wrap("模型版本。", 9), wrap("", 5)
    (['one two', 'three'], ['模型版', '本。'], [''])
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_wrapped(paragraph, width))
    return lines


def _wrapped(text: str, width: int) -> Iterator[str]:
    if cells(text) <= width:
        yield text
        return
    line, room = "", width
    for word in _words(text):
        size = cells(word)
        if size > room and line.strip():
            yield line.rstrip(" ")
            line, room, word = "", width, word.lstrip(" ")  # noqa: PLW2901 - what is left of the word goes on
            size = cells(word)
        for part in _parts(word, width) if size > room else (word,):
            if cells(part) > room:
                yield line.rstrip(" ")
                line, room = "", width
            line, room = line + part, room - cells(part)
    if line.strip() or not text.strip():
        yield line.rstrip(" ")


# Chinese marks that no line may begin or end with.
NO_BEGINNING = "。，、；：？！）》”’…"
_NO_END = ("（", "《", "“", "‘")


def _words(text: str) -> Iterator[str]:
    """Words with the spaces before them; every wide character is a word of its own, with the marks that no line begins or ends with."""
    word = ""
    for cluster in clusters(text):
        bound = cluster in NO_BEGINNING or word.endswith(_NO_END)
        is_word = _cluster_width(cluster) > 1 or (cluster == " " and not word.endswith(" "))
        if word and not bound and (is_word or _cluster_width(word[-1]) > 1):
            yield word
            word = ""
        word += cluster
    if word:
        yield word


def _parts(word: str, width: int) -> Iterator[str]:
    """Cut a word into pieces that fit, after a slash or hyphen where one is near."""
    while cells(word) > width:
        end = _fitting(word, width)
        near = max(word.rfind(mark, end // 2, end) for mark in _BREAKS) + 1
        yield word[: near or end]
        word = word[near or end :]
    yield word


def _fitting(word: str, width: int) -> int:
    """How many characters of a word fit, at least one cluster."""
    end = used = 0
    for cluster in clusters(word):
        used += _cluster_width(cluster)
        if end and used > width:
            break
        end += len(cluster)
    return end
