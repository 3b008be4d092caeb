"""Shapes as Markdown: CommonMark with GitHub's tables, nothing that runs, and text that stays text.

Text is escaped for CommonMark, for GitHub's extensions (tables, strike-through, automatic links, mathematics) and for
Jupyter's mathematics. Inline HTML is used for what Markdown lacks: line breaks in cells, folding, deleted and new text.
"""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING, Any

from pai_notebook.display import layout
from pai_notebook.display.blocks import Block, Card, Facts, Heading, Node, Note, Section, Stack, Table, Tree
from pai_notebook.display.diffs import word_diff
from pai_notebook.display.line import digits, line, remarks, side_by_side
from pai_notebook.display.links import target
from pai_notebook.display.plain import inline, prose
from pai_notebook.display.spans import Badge, Chips, Code, Diff, Inline, Lines, Link, Mark, Missing, Number
from pai_notebook.i18n.phrases import joined, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A character, and then what stands around it: a set that comes first is looked for much faster than words are.
_SPECIAL = re.compile(
    r"[\\|$`*\[\]<>~:.@#&_]"
    r"(?:(?<=[\\|$`*\[\]<>~])"
    r"|(?<=https:)|(?<=http:)|(?<=ftp:)|(?<=mailto:)|(?<=xmpp:)|(?<=www\.)"
    r"|(?<=[\w.+-]@)(?=[\w.-]*\.[\w.-]*[a-z])"
    # what a pull request would call somebody by, or take for another one's number
    r"|(?<=@)(?<!\w@)(?=\w)|(?<=#)(?=\d)"
    r"|(?<=&)(?=[#\w])"
    r"|(?<=_)(?:(?<![^\W_]_)|(?![^\W_])))",
    re.IGNORECASE,
)
_INSTEAD = {"@": "<span>@</span>", "#": "<span>#</span>", "$": "<span>&#36;</span>", "\\": "&#92;", "|": "&#124;"}
_LINE_START = re.compile(r"(?m)^([-+=:#>]|\d{1,9}(?=[.)]))")


def render_markdown(shape: Block | Inline) -> str:
    r"""Render a shape as Markdown.

    Examples
    --------
    >>> from pai_notebook.display import Facts, Number
    >>> print(render_markdown(Facts([("cer", Number("0.175")), ("val_loss", "*")])))
    - cer: 0.175
    - val_loss: \*
    """
    return "\n\n".join(_blocks(layout.in_spoken_language(shape)))


@functools.singledispatch
def _blocks(shape: Any) -> list[str]:
    """Paragraphs, lists and tables, to be set apart by empty lines."""
    return [_paragraph(_inline(shape))]


@functools.singledispatch
def _inline(shape: Any) -> str:
    raise TypeError(f"not a shape: {type(shape).__name__}")


def _escaped(text: str) -> str:
    """Visible text that no Markdown reader takes for anything else."""
    return _SPECIAL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return _INSTEAD.get(match[0]) or f"\\{match[0]}"


def _paragraph(text: str) -> str:
    """Keep line breaks, and keep the start of a line from becoming a list, heading, quotation or table."""
    lines = [re.sub(r"^ +", lambda match: "&nbsp;" * len(match[0]), each) for each in text.split("\n")]
    return "\\\n".join(_LINE_START.sub(_escape_start, each) or "&nbsp;" for each in lines)


def _escape_start(match: re.Match[str]) -> str:
    found = match[0]
    return f"{found}\\" if found[0].isdigit() else f"\\{found}"


def _strong(text: str) -> str:
    return f"**{text.strip()}**" if text.strip() else ""


def _code(shown: str) -> str:
    """Write visible text as a code span whose fence is longer than any run of backticks inside."""
    if not shown:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    inner = f" {shown} " if shown[0] in "` " or shown[-1] in "` " else shown
    return f"{fence}{inner}{fence}" if shown.strip() else shown


@_inline.register
def _(shape: str) -> str:
    return _escaped(inline(shape))


@_inline.register
def _(shape: tuple) -> str:  # type: ignore[type-arg]
    parts = [part for part in shape if part]
    return side_by_side([_inline(part) for part in parts], [line(part) for part in parts])


@_inline.register
def _(shape: Code) -> str:
    return _code(inline(shape.text, 1000))


@_inline.register
def _(shape: Link) -> str:
    words, href, address = target(shape)
    if href:
        return f"[{_escaped(inline(words))}](<{href}>)"
    return " ".join(part for part in (_escaped(inline(words)), _code(inline(address, 1000))) if part)


@_inline.register
def _(shape: Badge) -> str:
    return _strong(f"{_escaped(inline(layout.symbol(shape)))} {_escaped(inline(shape.word))}")


@_inline.register
def _(shape: Mark) -> str:
    return " ".join(part for part in (_escaped(inline(shape.symbol)), _escaped(inline(shape.word, 1000))) if part)


@_inline.register
def _(shape: Number) -> str:
    shown = _escaped(digits(shape))
    return " ".join(filter(None, (_strong(shown) if shape.strong else shown, *map(_escaped, remarks(shape)))))


@_inline.register
def _(shape: Missing) -> str:
    word = _escaped(inline(shape.word)).strip()
    return f"*{word}*" if word else ""


@_inline.register
def _(shape: Chips) -> str:
    shown = [_code(layout.chip(item)) for item in shape.items[: shape.limit]]
    return " ".join(part for part in [*shown, _escaped(layout.more(shape))] if part)


_TAGS = {"same": "{}", "gone": "<del>{}</del>", "new": "<ins>{}</ins>", "skip": " *{}* "}


@_inline.register
def _(shape: Diff) -> str:
    return "".join(_TAGS[kind].format(_escaped(inline(text, 4000))) for kind, text in word_diff(shape.before, shape.after))


@_inline.register
def _(shape: Lines) -> str:
    return "<br>".join(_inline(item) for item in shape.items)


def _long(value: Inline) -> str:
    return _escaped(prose(value)) if isinstance(value, str) else _inline(value)


def _item(text: str) -> str:
    """Text of a list item, on one line."""
    return _paragraph(text.replace("\n", "<br>"))


@_blocks.register
def _(shape: Note) -> list[str]:
    lead = _strong(_escaped(inline(shape.lead, 1000))) + ("\n" if shape.text else "") if shape.lead else ""
    if not shape.tone:
        return [_paragraph(f"{lead}{_long(shape.text)}")]
    sign = f"{found} " if (found := layout.symbol(shape)) else ""
    return ["> " + _paragraph(f"{sign}{lead}{_long(shape.text)}").replace("\n", "\n> ")]


@_blocks.register
def _(shape: Facts) -> list[str]:
    return ["\n".join("- " + _item(f"{_escaped(inline(name))}: {_long(value)}") for name, value in shape.pairs)]


@_blocks.register
def _(shape: Tree) -> list[str]:
    return ["\n".join(_nodes(shape.items, 0)), *([_paragraph(_escaped(shape.remark))] if shape.remark else [])]


def _nodes(nodes: Sequence[Node], depth: int) -> list[str]:
    lines: list[str] = []
    for node in nodes:
        key = _escaped(inline(node.key))
        value = "" if node.children else _long(node.value)
        shown = f"{key}: {value}" if key and not node.children else key or value
        lines += [f"{'  ' * depth}- {_item(shown)}", *_nodes(node.children, depth + 1)]
    return lines


@_blocks.register
def _(shape: Section) -> list[str]:
    inner = [part for block in shape.blocks for part in _blocks(block)]
    if not shape.folded:
        title = _strong(_escaped(inline(shape.title)))
        return [_paragraph(" · ".join(part for part in (title, _escaped(inline(shape.summary))) if part)), *inner]
    title = " · ".join(html.escape(inline(part)).replace("$", "<span>&#36;</span>") for part in (shape.title, shape.summary) if part)
    return [f"<details><summary>{title}</summary>", *inner, "</details>"]


@_blocks.register
def _(shape: Stack) -> list[str]:
    return [part for block in shape.blocks for part in _blocks(block)]


@_blocks.register
def _(shape: Card) -> list[str]:
    lead = "" if shape.tone == "neutral" else f"{layout.symbol(shape)} "
    head = " ".join([_strong(lead + _escaped(inline(shape.title))), *map(_inline, shape.badges)])
    subtitle = [_paragraph(_inline(shape.subtitle))] if shape.subtitle else []
    footer = [f"<sub>{_inline(shape.footer)}</sub>"] if shape.footer else []
    return [_paragraph(head), *subtitle, *(part for block in shape.blocks for part in _blocks(block)), *footer]


@_blocks.register
def _(shape: Table) -> list[str]:
    columns: tuple[Any, ...] = tuple(shape.columns)
    head = [" · ".join(part for part in (_escaped(inline(each.group)), _inline(each.header)) if part) for each in columns]
    rule = ["--:" if each.align == "right" else ":--" for each in columns]
    rows = [_heading(row, len(columns)) if isinstance(row, Heading) else _row(map(_inline, row)) for row in shape.rows[: shape.limit]]
    caption = [_strong(_escaped(inline(shape.caption)))] if shape.caption else []
    below = told(joined([part for part in (_escaped(layout.remark(shape)), _inline(shape.note) if shape.note else "") if part], "; "))
    return [*caption, "\n".join([_row(head), "|" + "|".join(rule) + "|", *rows]), *([_paragraph(below)] if below else [])]


def _heading(row: Heading, width: int) -> str:
    text = " · ".join(part for part in (_strong(_escaped(inline(row.text))), _escaped(inline(row.summary))) if part)
    return _row([text, *[""] * (width - 1)])


def _row(cells: Iterable[str]) -> str:
    """Raw `|` is left only in code spans, where GitHub's tables want it escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
