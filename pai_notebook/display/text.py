"""Shapes as text for a terminal: aligned by cell width, wrapped, without a control character."""

from __future__ import annotations

import functools
import itertools
import shutil
import sys
from typing import TYPE_CHECKING, Any

from pai_notebook.display import layout
from pai_notebook.display.blocks import Block, Card, Facts, Node, Note, Section, Stack, Table, Tree
from pai_notebook.display.grid import Grid
from pai_notebook.display.line import line, long
from pai_notebook.display.plain import inline
from pai_notebook.display.spans import Inline
from pai_notebook.display.width import cells, pad, wrap
from pai_notebook.sanitize import encodable, stdout_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["default_width", "render_text"]

_NARROWEST, _USUAL, _WIDEST = 20, 80, 160
_GAP = "  "


def default_width() -> int:
    """Columns to fill: those of a real terminal, at most 160; 80 anywhere else, so that saved notebooks do not vary."""
    if not _is_terminal(sys.stdout):
        return _USUAL
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((_USUAL, 24)).columns))


def _is_terminal(stream: Any) -> bool:
    """Whether a stream is a terminal; there may be none (pythonw, services), or one that is closed."""
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError, OSError):
        return False


def render_text(shape: Block | Inline, width: int | None = None) -> str:
    """Render a shape as lines of at most `width` cells, at least 20.

    Without a width the text is for stdout: as wide as the terminal, else 80, and in characters that stdout can encode.

    Examples
    --------
    >>> from pai_notebook.display import Facts, Number
    >>> print(render_text(Facts([("cer", Number("0.175")), ("模型", "语音")])))
    cer   0.175
    模型  语音
    """
    if width is not None:
        return _rendered(shape, width)
    encoding = stdout_encoding()
    text = _rendered(shape, default_width())
    if encodable(text, encoding) == text:
        return text
    # texts are replaced before the layout, which counts cells, and the signs that the layout adds after it
    fitting = layout.map_texts(shape, lambda part: encodable(part, encoding))
    return encodable(_rendered(fitting, default_width()), encoding)


def _rendered(shape: Block | Inline, width: int) -> str:
    return "\n".join(each.rstrip(" ") for each in _lines(shape, max(_NARROWEST, width)))


@functools.singledispatch
def _lines(shape: Any, width: int) -> list[str]:
    """Lines of a shape; what stands in a line is wrapped."""
    return wrap(line(shape), width)


@_lines.register
def _(shape: Note, width: int) -> list[str]:
    lead = f"{layout.symbol(shape)} " if shape.tone else ""
    return _indented(wrap(long(shape.text), width - len(lead)), lead, " " * len(lead))


@_lines.register
def _(shape: Facts, width: int) -> list[str]:
    names = [inline(name) for name, _ in shape.pairs]
    column = min(max(map(cells, names), default=0), width // 3)
    lines: list[str] = []
    for name, (_, value) in zip(names, shape.pairs, strict=True):
        values = wrap(long(value), width - column - len(_GAP))
        lines += [pad(left, column) + _GAP + right for left, right in itertools.zip_longest(wrap(name, column or 1), values, fillvalue="")]
    return lines


@_lines.register
def _(shape: Tree, width: int) -> list[str]:
    return _nodes(shape.items, width) + (wrap(inline(shape.remark), width) if shape.remark else [])


def _nodes(nodes: Sequence[Node], width: int) -> list[str]:
    lines: list[str] = []
    for node in nodes:
        key = inline(node.key)
        if node.children:
            lines += wrap(key, width) + _indented(_nodes(node.children, max(width - 2, _NARROWEST // 2)), "  ", "  ")
        else:
            lines += _indented(wrap((f"{key}: " if key else "") + long(node.value), width - 2), "", "  ")
    return lines


@_lines.register
def _(shape: Section, width: int) -> list[str]:
    title = " · ".join(part for part in (inline(shape.title), inline(shape.summary)) if part)
    if not shape.folded:
        return wrap(title, width) + _stacked(shape.blocks, width)
    return _indented(wrap(title, width - 2), "▾ ", "  ") + _indented(_stacked(shape.blocks, width - 2), "  ", "  ")


@_lines.register
def _(shape: Stack, width: int) -> list[str]:
    return _stacked(shape.blocks, width)


@_lines.register
def _(shape: Card, width: int) -> list[str]:
    lead = "" if shape.tone == "neutral" else f"{layout.symbol(shape)} "
    head = wrap(_GAP.join([lead + inline(shape.title), *map(line, shape.badges)]), width)
    subtitle = wrap(line(shape.subtitle), width) if shape.subtitle else []
    footer = ["", *wrap(line(shape.footer), width)] if shape.footer else []
    return [*head, *subtitle, "─" * width, *_stacked(shape.blocks, width), *footer]


def _stacked(blocks: Iterable[Block], width: int) -> list[str]:
    """Blocks with an empty line between them, folded sections one right below the other."""
    lines: list[str] = []
    for block in blocks:
        lines += [*([""] if lines else []), *_lines(block, width)]
    return lines


def _indented(lines: list[str], first: str, others: str) -> list[str]:
    return [(others if place else first) + each for place, each in enumerate(lines)]


@_lines.register
def _(shape: Table, width: int) -> list[str]:
    grid = Grid(shape, width)
    lines = wrap(inline(shape.caption), width) if shape.caption else []
    for place, part in enumerate(grid.parts()):
        lines += [*([""] if place else []), *grid.drawn(part)]
    below = "; ".join(part for part in (layout.remark(shape), line(shape.note) if shape.note else "") if part)
    return lines + (wrap(below, width) if below else [])
