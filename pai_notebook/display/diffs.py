"""Word-level differences between two texts, with long unchanged stretches left out and counted."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from pai_notebook.display.plain import clip
from pai_notebook.i18n.phrases import now

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Kind: TypeAlias = Literal["same", "gone", "new", "skip"]

# Characters of each text that are compared; the rest is counted.
_LONGEST = 4000
# Words shown on each side of a change.
_AROUND = 6
# Up to here common words may take part in the comparison without making it slow.
_FEW_WORDS = 400
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
    (old, old_rest), (new, new_rest) = clip(before, _LONGEST), clip(after, _LONGEST)
    pieces = list(_pieces(_words(old), _words(new)))
    remarks = [now("{rest} before", rest=old_rest) if old_rest else "", now("{rest} after", rest=new_rest) if new_rest else ""]
    return pieces + [Piece("skip", remark) for remark in remarks if remark]


def _words(text: str) -> list[str]:
    return [part for word in _WORD.findall(text) for part in _IDEOGRAPHS.findall(word)]


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    # without leaving common words out, the time grows with the square of a text that repeats itself
    repetitive = len(new) > _FEW_WORDS
    steps = _joined(difflib.SequenceMatcher(None, old, new, autojunk=repetitive).get_opcodes(), old)
    for place, (is_same, a, b, c, d) in enumerate(steps):
        if is_same:
            yield from _unchanged(old[a:b], is_first=place == 0, is_last=place == len(steps) - 1)
            continue
        if a < b:
            yield Piece("gone", "".join(old[a:b]))
        if c < d:
            yield Piece("new", "".join(new[c:d]))


def _joined(opcodes: Sequence[tuple[str, int, int, int, int]], old: list[str]) -> list[tuple[bool, int, int, int, int]]:
    """Make one change of changes that only white space keeps apart."""
    steps: list[tuple[bool, int, int, int, int]] = []
    for place, (tag, a, b, c, d) in enumerate(opcodes):
        is_same = tag == "equal" and not (0 < place < len(opcodes) - 1 and "".join(old[a:b]).isspace())
        if steps and not is_same and not steps[-1][0]:
            steps[-1] = (False, steps[-1][1], b, steps[-1][3], d)
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
