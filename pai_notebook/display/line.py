"""Inline shapes as text."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

from pai_notebook.display import layout
from pai_notebook.display.diffs import word_diff
from pai_notebook.display.links import target
from pai_notebook.display.plain import inline, prose
from pai_notebook.display.spans import Badge, Chips, Code, Diff, Inline, Lines, Link, Mark, Missing, Number
from pai_notebook.i18n.phrases import blank_between


@functools.singledispatch
def line(shape: Any) -> str:
    """Write an inline shape as text; only `Lines` and texts that keep their breaks give more than one line."""
    raise TypeError(f"not a shape: {type(shape).__name__}")


@line.register
def _(shape: str) -> str:
    return inline(shape)


@line.register
def _(shape: tuple) -> str:  # type: ignore[type-arg]
    return side_by_side([line(part) for part in shape if part])


@line.register
def _(shape: Code) -> str:
    return inline(shape.text, 1000)


@line.register
def _(shape: Link) -> str:
    words, href, address = target(shape)
    if words == shape.href or (href and shape.quiet):
        return inline(words, 1000)
    return " ".join(part for part in (inline(words), href, inline(address, 1000)) if part)


@line.register
def _(shape: Badge) -> str:
    return f"{inline(layout.symbol(shape))} {inline(shape.word)}"


@line.register
def _(shape: Mark) -> str:
    return " ".join(filter(None, (inline(shape.symbol), inline(shape.word, 1000))))


@line.register
def _(shape: Number) -> str:
    return " ".join(filter(None, (digits(shape), *remarks(shape))))


@line.register
def _(shape: Missing) -> str:
    return inline(shape.word)


@line.register
def _(shape: Chips) -> str:
    return "  ".join(part for part in [*map(layout.chip, shape.items[: shape.limit]), layout.more(shape)] if part)


_BRACKETS = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}"), "skip": (" ", " ")}


@line.register
def _(shape: Diff) -> str:
    out = ""
    for kind, text in word_diff(shape.before, shape.after):
        opening, closing = _BRACKETS[kind]
        gap = " " if out.endswith("]") and kind == "new" else ""
        out += gap + opening + inline(text, 4000) + closing
    return out


@line.register
def _(shape: Lines) -> str:
    return "\n".join(line(item) for item in shape.items)


def side_by_side(texts: Sequence[str], plain: Sequence[str] = ()) -> str:
    """Put texts in a line with blanks between them; what stands at their ends may be read in plain ones."""
    gaps = [blank_between(left, right) for left, right in itertools.pairwise(plain or texts)]
    return "".join(gap + text for gap, text in zip(["", *gaps], texts, strict=True)) if texts else ""


def remarks(number: Number) -> list[str]:
    """Write what follows the digits: the difference, then each mark."""
    return list(filter(None, (inline(number.delta), *map(line, number.marks))))


def digits(number: Number, gap: str = " ") -> str:
    """Write the digits, behind the star if there is one."""
    return gap.join(filter(None, (inline(number.star), inline(number.text))))


def long(value: Inline) -> str:
    """Like `line`, but a text keeps its line breaks."""
    return prose(value) if isinstance(value, str) else line(value)
