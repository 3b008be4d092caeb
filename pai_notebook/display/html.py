"""Shapes as HTML: semantic elements first, inline styles second, one small style sheet third.

An untrusted notebook drops the style sheet, a page on GitHub drops the inline styles too; what is left is still a table
with a caption and headers. No script, no id, nothing fetched, and the same bytes in every process.
"""

from __future__ import annotations

import functools
import hashlib
import html
import importlib.resources
import re
from typing import TYPE_CHECKING, Any

from pai_notebook.display import layout
from pai_notebook.display.blocks import Heading, Table
from pai_notebook.display.diffs import word_diff
from pai_notebook.display.line import digits, line, remarks
from pai_notebook.display.links import target
from pai_notebook.display.plain import inline, prose
from pai_notebook.display.spans import Chips, Code, Inline, Lines, Link, Number, Tone
from pai_notebook.display.width import cells
from pai_notebook.i18n.phrases import blank_between, joined, now, spoken, told
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import jinja2

    from pai_notebook.display.blocks import Block
    from pai_notebook.display.spans import Inline

# A longer text is folded.
_LONG_TEXT = 1200
_LONG_LINES = 12
_BEGINNING = 160
# Up to so many columns, and characters in all, a table fits a narrow window and need not scroll; with so many it fits hardly any,
# and with so many no narrow one.
_FITTING_COLUMNS, _FITTING, _TOO_WIDE, _NOT_NARROW = 3, 60, 160, 80
# Characters that the edges of a cell take.
_EDGES = 2
_SHORT_TEXT, _SHORT_CHIP, _SHORT_CODE, _SHORT_CHIPS = 32, 40, 72, 24
# Up to how many columns leave room for long texts.
_ROOMY_COLUMNS = 3
# What a browser draws Han characters by; English is what the pages around say already.
HTML_LANGUAGE = {"zh": "zh-CN"}
# Spaces as wide as a digit and as a decimal point: padding that survives without a style sheet.
_JOINT = re.compile(r"(?<=\w)([._/-])(?=\w)")
_FIGURE_SPACE, _POINT_SPACE = "\u2007", "\u2008"
# Keeps what stands on both sides in one line. Of longer remarks a narrow cell has no room.
_UNBROKEN, _SHORT_REMARK = "\u00a0", 24
# Characters of a difference for which each cell of a comparison has room.
_ROOM = 8
_REMARKS: dict[Tone, str] = {
    "neutral": "small",
    "info": "small",
    "good": "strong",
    "bad": "b",
    "warn": "small",
    "ahead": "var",
    "behind": "cite",
}


def _is_long(text: str) -> bool:
    return len(text) > _LONG_TEXT or prose(text).count("\n") >= _LONG_LINES


def _beginning(text: str) -> str:
    """Take the first words of the first line."""
    first = text[:_BEGINNING].split("\n", 1)[0]
    words = first.rsplit(" ", 1)[0] if len(first) == _BEGINNING else first
    return visible(words if len(words) > _BEGINNING // 2 else first)


def _paddings(table: Table) -> dict[tuple[int, int], str]:
    """Fill with spaces as wide as digits, and a narrow one for the decimal point of a number that has none."""
    with_remarks = {column for row in table.rows if not isinstance(row, Heading) for column, cell in enumerate(row) if _has_remarks(cell)}
    places = layout.paddings(table).items()
    return {(row, column): _padding(table.rows[row], column, count) for (row, column), count in places if column not in with_remarks}


def _has_remarks(cell: Inline) -> bool:
    """Whether something stands below the digits, flush right, to which they should not be shifted."""
    return isinstance(cell, Number) and bool(cell.delta or cell.marks)


def _wide_places(table: Table) -> str:
    """Classes of a table: each column, from 1, in which a difference needs more room than the style sheet gives all of them."""
    rows = [row for row in table.rows[: table.limit] if not isinstance(row, Heading)]
    return "".join(f" w{at + 1}" for at in range(len(table.columns)) if any(_needs_room(row[at]) for row in rows))


def _needs_room(cell: Inline) -> bool:
    return isinstance(cell, Number) and cells(" ".join(remarks(cell))) > _ROOM


def _is_long_cell(cell: Inline) -> bool:
    """Whether a cell is too long for one line; numbers never are, and chips stand in one line if each of them is short."""
    if isinstance(cell, Number):
        return False
    if isinstance(cell, Chips):
        return not all(map(_is_short_chip, cell.items)) or cells(line(cell)) > _SHORT_CHIPS
    if isinstance(cell, Lines):
        return any(map(_is_long_cell, cell.items))
    text = line(cell)
    return cells(text) > (_SHORT_CODE if isinstance(cell, Code) else _SHORT_TEXT) or "\n" in text


def _is_wide(table: Table) -> bool:
    """Whether a table may be wider than a narrow window, so that it has to scroll."""
    return len(table.columns) > _FITTING_COLUMNS or any(sum(widths) > _FITTING for widths in _widths(table))


def _widths(table: Table) -> Iterator[list[int]]:
    """How many characters the widest cell of each column has so far, row by row: who knows enough does not read on."""
    yield (widths := [0] * len(table.columns))
    for row in table.rows[: table.limit]:
        if not isinstance(row, Heading):
            widths = [max(width, cells(line(cell))) for width, cell in zip(widths, row, strict=True)]
            yield widths


def _hint(table: Table) -> Any:
    """Say that a table goes on at the right: a cell may end where the window does. With a style sheet it is said only where it is so."""

    def is_above(most: int) -> bool:
        # longer texts go on in the next line
        return any(sum(min(width, _SHORT_TEXT) + _EDGES for width in widths) > most for widths in _widths(table))

    said = now("scrolls\u00a0→") if is_above(_TOO_WIDE) else now("may scroll\u00a0→") if is_above(_NOT_NARROW) else ""
    return " " + _remark(said, "neutral") if said else ""


def _is_short_chip(text: str | tuple[str, str]) -> bool:
    return cells(layout.chip(text)) <= _SHORT_CHIP


def _padding(row: Any, column: int, count: int) -> str:
    return _FIGURE_SPACE * count if "." in row[column].text else _POINT_SPACE + _FIGURE_SPACE * (count - 1)


def _remark(text: str, tone: Tone, step: int = 1) -> Any:
    """Write what follows a value: an element for each tone instead of a style, so that they differ without the style sheet too."""
    import markupsafe  # noqa: PLC0415 - comes with jinja2

    tag, strength = _REMARKS[tone], f' class="f{step}"' if step > 1 else ""
    return markupsafe.Markup(f"<{tag}{strength}>{markupsafe.escape(text)}</{tag}>")  # noqa: S704 - escaped here


def _number(number: Number, padding: str = "") -> Any:
    """Write a number, here and not in a template, as a big table has a thousand.

    In a cell, which gives a padding, the difference stands in a place of its own width, so that the numbers line up.
    """
    import markupsafe  # noqa: PLC0415 - comes with jinja2

    text = str(markupsafe.escape(digits(number, _UNBROKEN)))
    text = f'<span style="font-weight:700">{text}</span>{padding}' if number.strong else text + padding
    if number.delta or number.marks:
        said = " ".join(remarks(number))
        # in one line also where a page drops our styles; a long one may break
        text += f" {_remark(said.replace(' ', _UNBROKEN) if len(said) <= _SHORT_REMARK else said, _tone(number), _step(number))}"
    if number.bar is not None and layout.is_share(number.bar):
        text += f'<div style="height:3px;background:linear-gradient(90deg,#888 {100 * number.bar:.3g}%,#8883 0)"></div>'
    return markupsafe.Markup(text)  # noqa: S704 - escaped here


def _tone(number: Number) -> Tone:
    """Find what the marks of a number say about it: good and bad before the rest."""
    tones = [mark.tone for mark in number.marks]
    return next((tone for tone in tones if tone not in ("neutral", "info", "warn")), "neutral")


def _step(number: Number) -> int:
    return max((mark.step for mark in number.marks), default=1)


def _breakable(shown: str) -> Any:
    """Let a name of several words go on in the next line behind a dot, dash, underscore or slash, and not within a word."""
    import markupsafe  # noqa: PLC0415 - comes with jinja2

    parts = re.split("(<[^<>]*>)", shown)
    return markupsafe.Markup("".join(part if part.startswith("<") else _JOINT.sub(r"\1<wbr>", part) for part in parts))  # noqa: S704 - escaped already


FILTERS: dict[str, Callable[..., Any]] = {
    "beginning": _beginning,
    "cells": cells,
    "breakable": _breakable,
    "decimal_paddings": _paddings,
    "gap": lambda left, right: blank_between(left.text if isinstance(left, Link) else line(left), line(right)),
    "groups": layout.groups,
    "has_groups": layout.has_groups,
    "hint": _hint,
    "is_long_cell": _is_long_cell,
    "is_number": lambda cell: isinstance(cell, Number),
    "in_cell": lambda number, paddings, row, column: _number(number, paddings.get((row, column), "")),
    "is_heading": lambda row: isinstance(row, Heading),
    "is_long": _is_long,
    "is_short_chip": _is_short_chip,
    "is_roomy": lambda table: len(table.columns) <= _ROOMY_COLUMNS,
    "is_wide": _is_wide,
    "line": line,
    "more": layout.more,
    "beside": lambda text: told(joined([text, ""], "; ")),
    "pieces": lambda shape: word_diff(shape.before, shape.after),
    "plain": inline,
    "prose": prose,
    "remark": layout.remark,
    "remarks_below": lambda row, table: layout.remarks_below(table, row, is_long=_is_long_cell),
    "remark_of": _remark,
    "target": target,
    "wide_places": _wide_places,
    "symbol": lambda shape: inline(layout.symbol(shape)),
}


# What stays in sight of a wide comparison: metric, dataset and baseline, the first two down to 6 and 5 em where the frame is narrow.
# From a frame of 31 em on (434 px) they leave room for a candidate; in a narrower one the baseline is scrolled, as each cell says its
# difference to it, while nothing else says what a row is of. Lengths in cqi are parts of the frame, which no caption is wider than.
# Style sheets that only some pages need, by what such a page has, and by its language: Chinese has no italics.
_SHEETS = {'class="pin': "comparison", 'class="facts': "facts", 'tabindex="0"': "wide", "</small></a>": "hint"}
_OF_LANGUAGE = {"zh": ("chinese",)}


def render_html(shape: Block | Inline) -> str:
    """Render a shape as one self-contained piece of HTML.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> "a &lt;b&gt;" in render_html(Note("a <b>"))
    True
    """
    page, show = _machinery()
    body = show(layout.in_spoken_language(shape))
    css, prefix = _style("style", *(name for mark, name in _SHEETS.items() if mark in body), *_OF_LANGUAGE.get(spoken(), ()))
    return page.render(css=css, prefix=prefix, body=body, lang=HTML_LANGUAGE.get(spoken(), ""))


def text_html(text: str) -> str:
    """A text as HTML, in the language that is spoken.

    Examples
    --------
    >>> text_html("a <b>")
    'a &lt;b&gt;'
    """
    return html.escape(visible(told(text)))


@functools.cache
def _machinery() -> tuple[jinja2.Template, Callable[..., str]]:
    """Load the wrapper template, and the function that renders any shape with the macro of its name."""
    import jinja2  # noqa: PLC0415 - importing the package must not wait for it

    environment = jinja2.Environment(loader=jinja2.PackageLoader("pai_notebook.display"), autoescape=True, undefined=jinja2.StrictUndefined)
    macros: dict[str, Callable[..., str]] = {}

    def show(shape: Any, *extra: Any) -> str:
        # a text may be of a kind of its own, such as a phrase
        return macros["str" if isinstance(shape, str) else type(shape).__name__.lower()](shape, *extra)

    def long(shape: Any) -> str:
        return macros["long"](shape)

    environment.globals.update(show=show, long=long)
    environment.filters.update(FILTERS)
    for name in ("inline", "table", "blocks"):
        macros.update(vars(environment.get_template(f"{name}.html.j2").module))
    macros["number"] = _number
    return environment.get_template("page.html.j2"), show


@functools.cache
def _style(*names: str) -> tuple[Any, str]:
    """Load style sheets as one, its class renamed to one that carries the hash of its text, and that class."""
    import markupsafe  # noqa: PLC0415 - comes with jinja2

    folder = importlib.resources.files("pai_notebook.display")
    text = "".join(folder.joinpath(f"{name}.css").read_text("utf-8") for name in names)
    prefix = "pai-" + hashlib.sha256(text.encode()).hexdigest()[:6]
    return markupsafe.Markup(re.sub(r"\.pai\b", f".{prefix}", text).replace("\n", "")), prefix  # noqa: S704 - our own file
