"""Word-level differences between two texts, with long unchanged stretches left out and counted."""

from __future__ import annotations

import difflib
import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from pai_notebook.display.plain import clip
from pai_notebook.i18n.phrases import now

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

Kind: TypeAlias = Literal["same", "gone", "new", "skip"]
_Step: TypeAlias = tuple[str, int, int, int, int]

# Characters of each text that are read, and of these that are compared from the first difference to the last; the rest is counted.
_READ = 400_000
_LONGEST = 4000
# Words shown on each side of a change.
_AROUND = 6
# Up to here common words may take part in the comparison without making it slow.
_FEW_WORDS = 400
# What ends a sentence, and with it what is compared as a line.
_ENDS = (".", "!", "?", ";", "。", "！", "？", "；")
_WORD = re.compile(r"\s+|[\w.]+|[^\w\s]", re.UNICODE)
_IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


class Piece(NamedTuple):
    """A stretch of text and what happened to it; `skip` holds a remark instead of text."""

    kind: Kind
    text: str


def word_diff(before: str, after: str) -> list[Piece]:
    """Compare word by word (character by character where a script writes no spaces).

    Examples
    --------
    >>> [(piece.kind, piece.text) for piece in word_diff("lr 0.1, 3 epochs", "lr 0.2, 3 epochs")]
    [('same', 'lr '), ('gone', '0.1'), ('new', '0.2'), ('same', ', 3 epochs')]
    """
    (before, *cut), (after, *cut_after) = clip(before, _READ), clip(after, _READ)
    old, new = _words(before), _words(after)
    head, tail = _ends(old, new)
    (changed, *rest), (changed_to, *rest_after) = (clip("".join(words[head : len(words) - tail]), _LONGEST) for words in (old, new))
    if any((*rest, *rest_after)):
        old, new, tail = [*old[:head], *_words(changed)], [*new[:head], *_words(changed_to)], 0
    remarks = [
        *(now("{rest} before", rest=each) for each in (*rest, *cut) if each),
        *(now("{rest} after", rest=each) for each in (*rest_after, *cut_after) if each),
    ]
    return [*_pieces(old, new, _opcodes(old, new, head, tail)), *(Piece("skip", remark) for remark in remarks)]


def _ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many words two long texts share at their beginnings, and at their ends; none of short ones, which are compared as a whole."""
    if max(len(old), len(new)) <= _FEW_WORDS:
        return 0, 0
    shorter = min(len(old), len(new))
    head = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    tail = next((place for place in range(shorter - head) if old[-1 - place] != new[-1 - place]), shorter - head)
    return head, tail


def _words(text: str) -> list[str]:
    return [part for word in _WORD.findall(text) for part in _IDEOGRAPHS.findall(word)]


def _opcodes(old: list[str], new: list[str], head: int, tail: int) -> list[_Step]:
    """Compare words between the ends that are shared: those of long texts line by line first, so that a change stays in its line."""
    changed, changed_to = old[head : len(old) - tail], new[head : len(new) - tail]
    found: list[_Step] = [("equal", 0, head, 0, head)] if head else []
    if max(len(changed), len(changed_to)) <= _FEW_WORDS:
        found += _matched(changed, changed_to, head, head)
    else:
        lines, lines_to = _lines(changed), _lines(changed_to)
        starts, starts_to = ([*accumulate(map(len, each), initial=head)] for each in (lines, lines_to))
        for tag, a, b, c, d in _matched(lines, lines_to):
            place, end, place_to, end_to = starts[a], starts[b], starts_to[c], starts_to[d]
            inside = _matched(old[place:end], new[place_to:end_to], place, place_to) if tag == "replace" else []
            found += inside or [(tag, place, end, place_to, end_to)]
    if tail:
        found.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return found


def _matched(old: Sequence[Hashable], new: Sequence[Hashable], place: int = 0, place_to: int = 0) -> list[_Step]:
    # without leaving common words out, the time grows with the square of a text that repeats itself
    found = difflib.SequenceMatcher(None, old, new, autojunk=len(new) > _FEW_WORDS).get_opcodes()
    return [(tag, a + place, b + place, c + place_to, d + place_to) for tag, a, b, c, d in found]


def _lines(words: list[str]) -> list[tuple[str, ...]]:
    """Words by lines and sentences."""
    ends = [place for place, word in enumerate(words, 1) if "\n" in word or word.endswith(_ENDS)]
    return [tuple(words[start:end]) for start, end in pairwise(dict.fromkeys((0, *ends, len(words))))]


def _pieces(old: list[str], new: list[str], opcodes: Sequence[_Step]) -> Iterator[Piece]:
    steps = _joined(opcodes, old)
    for place, (is_same, a, b, c, d) in enumerate(steps):
        if is_same:
            yield from _unchanged(old[a:b], is_first=place == 0, is_last=place == len(steps) - 1)
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))


def _joined(opcodes: Sequence[_Step], old: list[str]) -> list[tuple[bool, int, int, int, int]]:
    """Make one change of changes that only white space keeps apart."""
    steps: list[tuple[bool, int, int, int, int]] = []
    for place, (tag, a, b, c, d) in enumerate(opcodes):
        is_same = tag == "equal" and not (0 < place < len(opcodes) - 1 and "".join(old[a:b]).isspace())
        if steps and is_same == steps[-1][0]:
            steps[-1] = (is_same, steps[-1][1], b, steps[-1][3], d)
        else:
            steps.append((is_same, a, b, c, d))
    return steps


def _unchanged(words: list[str], *, is_first: bool, is_last: bool) -> Iterator[Piece]:
    """Keep what stands next to a change, count the rest."""
    head = 0 if is_first else 2 * _AROUND
    tail = 0 if is_last else 2 * _AROUND
    left_out = words[head : len(words) - tail]
    count = sum(not word.isspace() for word in left_out)
    if count <= _AROUND:
        yield Piece("same", "".join(words))
        return
    if head:
        yield Piece("same", "".join(words[:head]))
    yield Piece("skip", now("… {count:,} unchanged words …", count=count))
    if tail:
        yield Piece("same", "".join(words[len(words) - tail :]))
