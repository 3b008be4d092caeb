"""Shapes as text for a terminal: aligned by cell width, wrapped, without a control character."""

from __future__ import annotations

import functools
import itertools
import shutil
import sys
from typing import TYPE_CHECKING, Any

from pai_notebook.display import layout
from pai_notebook.display.blocks import Block, Card, Facts, Heading, Node, Note, Section, Stack, Table, Tree
from pai_notebook.display.line import digits, line, long, remarks
from pai_notebook.display.plain import inline
from pai_notebook.display.spans import Inline, Number
from pai_notebook.display.width import cells, pad, wrap
from pai_notebook.i18n.phrases import joined, told
from pai_notebook.sanitize import encodable, stdout_encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_GAP = "  "
# Before what stands below a row.
_INDENT = "    "
_GLUE = "\u00a0"


class Grid:
    """Cells of a table as text. Columns that do not fit are set below, with the row headers repeated."""

    def __init__(self, table: Table, width: int) -> None:
        self._table = table
        self._width = width
        self._columns: tuple[Any, ...] = tuple(table.columns)
        short = layout.paddings(table)
        self._cells = [row if isinstance(row, Heading) else _row(row, place, short) for place, row in enumerate(table.rows[: table.limit])]
        self._tails = [self._tail_width(column) for column in range(len(self._columns))]
        self._widths = [self._natural(column) for column in range(len(self._columns))]
        self._make_room_for_groups()
        self._below = self._put_below()
        self._spend_spare_room()

    def _put_below(self) -> dict[int, list[str]]:
        """Take from the last column what would not fit beside the others and may stand below its row, by row."""
        last = len(self._columns) - 1
        room = self._width - self._total(list(range(last))) - len(_GAP)
        head = _widest(line(self._columns[last].header)) if self._columns else 0
        if last < 1 or not self._columns[last].below or room < head or self._widths[last] <= room:
            return {}
        below: dict[int, list[str]] = {}
        for place, row in enumerate(self._cells):
            if not isinstance(row, Heading) and _widest(row[last][0]) > room:
                first, *rest = row[last][0].split("\n")
                stays = cells(first) <= 2 * room  # in two lines
                below[place] = rest if stays else [first, *rest]
                self._cells[place] = [*row[:last], (first if stays else "", "")]
        self._widths[last] = min(self._natural(last), room)
        return below

    def _tail_width(self, column: int) -> int:
        return max((cells(row[column][1]) for row in self._cells if not isinstance(row, Heading)), default=0)

    def _natural(self, column: int) -> int:
        """Width of a column: that of its longest line, text at most a good third of the whole."""
        return max(1, min(max(self._whole(column), _widest(line(self._columns[column].header))), self._most()))

    def _whole(self, column: int) -> int:
        """Width at which no cell of a column is wrapped."""
        tail = self._tails[column]
        heads = [_widest(row[column][0]) for row in self._cells if not isinstance(row, Heading)]
        return max([*heads, 0]) + (1 + tail if tail else 0)

    def _make_room_for_groups(self) -> None:
        """Widen the last column of a group whose name is wider than its columns."""
        last = 0
        for name, span in layout.groups(self._table):
            room = sum(self._widths[last : last + span]) + len(_GAP) * (span - 1)
            last += span
            self._widths[last - 1] += max(0, min(cells(inline(name)), self._most()) - room)

    def _spend_spare_room(self) -> None:
        """Widen columns whose cells would be wrapped, where all columns fit side by side and leave room."""
        spare = self._width - self._total(list(range(len(self._columns))))
        # the last columns are the texts; the first ones name the rows and are short
        for column in reversed(range(len(self._columns))):
            if spare > 0:
                more = max(0, min(spare, self._whole(column) - self._widths[column]))
                self._widths[column] += more
                spare -= more

    def _most(self) -> int:
        return self._width if len(self._columns) == 1 else max(12, self._width * 2 // 5)

    def parts(self) -> list[list[int]]:
        """Which columns go side by side."""
        lead = list(range(min(self._table.row_headers, len(self._columns))))
        parts: list[list[int]] = []
        current = lead
        spans = [(name, list(same)) for name, same in itertools.groupby(range(len(self._columns)), key=lambda at: self._columns[at].group)]
        whole = {span[0]: span for name, span in spans if name and self._total([*lead, *span]) <= self._width}
        for column in range(len(lead), len(self._columns)):
            # a group that fits below is not torn apart
            if len(current) > len(lead) and self._total([*current, *whole.get(column, [column])]) > self._width:
                parts.append(current)
                current = lead
            current = [*current, column]
        return [*parts, current]

    def _total(self, columns: list[int]) -> int:
        return sum(self._widths[column] for column in columns) + len(_GAP) * (len(columns) - 1)

    def drawn(self, columns: list[int]) -> list[str]:
        """Draw the columns that go side by side."""
        widths = self._fitted(columns)
        total = sum(widths.values()) + len(_GAP) * (len(columns) - 1)
        lines = self._group_lines(columns, widths)
        lines += self._line([(line(self._columns[column].header), "") for column in columns], columns, widths)
        lines.append("─" * total)
        for place, row in enumerate(self._cells):
            if isinstance(row, Heading):
                lines += wrap(" · ".join(inline(part) for part in (row.text, row.summary) if part), self._width)
            else:
                lines += self._line([row[column] for column in columns], columns, widths)
            for remark in self._below.get(place, ()):
                lines += _indented(wrap(remark, self._width - len(_INDENT)), _INDENT, _INDENT)
        return lines

    def _fitted(self, columns: list[int]) -> dict[int, int]:
        """Widths that together fit, taken from the widest as long as they do not."""
        widths = {column: self._widths[column] for column in columns}
        room = self._width - len(_GAP) * (len(columns) - 1)
        while sum(widths.values()) > max(room, len(columns)):
            # a cell at a time, so that the widest columns end equally wide
            widest = max(widths, key=lambda column: widths[column])
            widths[widest] -= 1
        return widths

    def _group_lines(self, columns: list[int], widths: dict[int, int]) -> list[str]:
        """Names of groups, each centred over its columns."""
        if not any(self._columns[column].group for column in columns):
            return []
        spans = [(name, list(same)) for name, same in itertools.groupby(columns, key=lambda column: self._columns[column].group)]
        rooms = [sum(widths[column] for column in span) + len(_GAP) * (len(span) - 1) for _, span in spans]
        names = [wrap(inline(name), room) for (name, _), room in zip(spans, rooms, strict=True)]
        rows = itertools.zip_longest(*names, fillvalue="")
        return [_GAP.join(_centred(part, room) for part, room in zip(row, rooms, strict=True)) for row in rows]

    def _line(self, row: list[tuple[str, str]], columns: list[int], widths: dict[int, int]) -> list[str]:
        """One row of the table, as many lines high as its highest cell."""
        parts = [self._fill(*cell, column, widths[column]) for cell, column in zip(row, columns, strict=True)]
        blank = [" " * widths[column] for column in columns]
        return [
            _GAP.join(part[place] if place < len(part) else blank[nth] for nth, part in enumerate(parts)).rstrip(" ")
            for place in range(max(map(len, parts), default=0))
        ]

    def _fill(self, head: str, tail: str, column: int, width: int) -> list[str]:
        align, after = self._columns[column].align, self._tails[column]
        room = width - (after + 1 if after else 0)
        if after and room >= 1 and cells(head) <= room and "\n" not in head:
            lines = [pad(pad(head, room, align) + " " + pad(tail, after), width)]
        else:
            lines = [pad(part, width, align) for part in wrap(f"{head} {tail}".rstrip(" ") if tail else head, width)]
        return [each.replace(_GLUE, " ") for each in lines]


def _row(row: Sequence[Inline], place: int, short: dict[tuple[int, int], int]) -> list[tuple[str, str]]:
    return [_cell(cell, short.get((place, column), 0)) for column, cell in enumerate(row)]


def _cell(cell: Inline, short: int) -> tuple[str, str]:
    """Split a cell into what is aligned and what follows it."""
    if isinstance(cell, Number):
        return digits(cell) + " " * short, " ".join(part.replace(" ", _GLUE) for part in remarks(cell))
    return line(cell), ""


def _centred(text: str, room: int) -> str:
    return pad(" " * ((room - cells(text)) // 2) + text, room)


def _widest(text: str) -> int:
    return max((cells(part) for part in text.split("\n")), default=0)


_NARROWEST, _USUAL, _WIDEST = 20, 80, 160


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
    shape = layout.in_spoken_language(shape)
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
    text = "\n".join(part for part in (inline(shape.lead, 1000), long(shape.text)) if part)
    if shape.tone == "info":
        return _indented(_whole(text, shape.codes, width - 2), "│ ", "│ ")
    sign = f"{layout.symbol(shape)} " if shape.tone else ""
    return _indented(_whole(text, shape.codes, width - len(sign)), sign, " " * len(sign))


def _whole(text: str, codes: Sequence[str], width: int) -> list[str]:
    """Wrap a text but for its code: what does not fit into a line is one of its own, however long, so that it can be copied."""
    lines = wrap(text, width)
    for code in codes:
        if text.count(code) > sum(each.count(code) for each in lines):
            before, _, after = text.partition(code)
            rest = after.lstrip(" .,;:。，；：")
            parts = [_whole(before.rstrip(), codes, width) if before.strip() else [], [code], _whole(rest, codes, width) if rest else []]
            return list(itertools.chain.from_iterable(parts))
    return lines


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
    below = told(joined([part for part in (layout.remark(shape), line(shape.note) if shape.note else "") if part], "; "))
    return lines + (wrap(below, width) if below else [])
