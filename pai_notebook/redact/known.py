"""Words that one document gave away, found wherever else they occur."""

from __future__ import annotations

import re
from collections.abc import Callable

from pai_notebook.redact.rules import MASK

__all__ = ["KnownWords"]

_RUN = re.compile(r"[A-Za-z0-9]+")
_SHORTEST = {"bucket": 6, "key": 8}
_SHORTEST_ID = 4
_TELLING = 12


class KnownWords:
    """Ids, buckets and keys by what they are; looked up by their first run of letters and digits, so that many cost as little as one.

    Examples
    --------
    >>> words = KnownWords()
    >>> words.add("4711", "owner")
    >>> words.masked("see 4711, not 47110", lambda word, kind: f"({kind})")
    'see (owner), not 47110'
    """

    def __init__(self) -> None:
        self._kinds: dict[str, str] = {}
        self._starts: dict[str, list[tuple[str, int]]] = {}

    def kind_of(self, word: str) -> str:
        """Kind of a known word, empty for any other."""
        return self._kinds.get(word, "")

    def add(self, word: str, kind: str) -> None:
        """Know a word from now on, where it is one that nobody writes by chance."""
        if word in self._kinds:
            if self._kinds[word] == "account":  # as any number of so many digits is, until a name says more
                self._kinds[word] = kind
            return
        if not _is_telling(word, kind):
            return
        run = _RUN.search(word)
        if run is not None:
            self._kinds[word] = kind
            same = self._starts.setdefault(run[0], [])
            same.append((word, run.start()))
            same.sort(key=lambda known: -len(known[0]))

    def masked(self, text: str, mask: Callable[[str, str], str]) -> str:
        """Mask the known words in a text, the longest that fits first."""
        if not self._kinds:
            return text
        hits = [run for run in _RUN.finditer(text) if run[0] in self._starts]
        if not hits:
            return text
        masks = {place for found in MASK.finditer(text) for place in range(*found.span())}
        out: list[str] = []
        done = 0
        for run in hits:
            start, word = self._at(text, run)
            if word and start >= done and start not in masks:
                out += [text[done:start], mask(word, self._kinds[word])]
                done = start + len(word)
        return "".join([*out, text[done:]])

    def _at(self, text: str, run: re.Match[str]) -> tuple[int, str]:
        """Which known word stands around a run, and from where."""
        for word, offset in self._starts[run[0]]:
            start = run.start() - offset
            end = start + len(word)
            if start >= 0 and text.startswith(word, start) and not _goes_on(text[max(0, start - 1) : start], text[end : end + 1]):
                return start, word
        return 0, ""


def _goes_on(before: str, after: str) -> bool:
    """Whether a word is only a part of a longer one."""
    return any(char.isascii() and char.isalnum() for char in before + after)


def _is_telling(word: str, kind: str) -> bool:
    """Whether a word is what it is wherever it stands; a bucket called `models` or a password `test` are words like others."""
    if len(word) < _SHORTEST.get(kind, _SHORTEST_ID) or kind in ("query", "login", "mail") or MASK.fullmatch(word):
        return False
    if kind == "key":
        signs = any(not char.isalnum() and char not in "-_./ " for char in word)
        return sum((any(map(str.islower, word)), any(map(str.isupper, word)), any(map(str.isdigit, word)), signs)) >= 3  # noqa: PLR2004 - of 4
    return len(word) >= _TELLING or any(char.isdigit() or char in "-_" for char in word)
