"""Shapes as HTML: semantic elements first, inline styles second, one small style sheet third.

An untrusted notebook drops the style sheet, a page on GitHub drops the inline styles too; what is left is still a table
with a caption and headers. No script, no id, nothing fetched, and the same bytes in every process.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import re
from typing import TYPE_CHECKING, Any

from pai_notebook.display import layout
from pai_notebook.display.diffs import word_diff
from pai_notebook.display.line import line
from pai_notebook.display.links import target
from pai_notebook.display.plain import inline, prose, showing, visible
from pai_notebook.display.shapes import Badge, Block, Heading, Inline, Number, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    import jinja2

__all__ = ["render_html"]

_LONG_TEXT = 600
_LONG_LINES = 12
_BEGINNING = 160
_FITTING_COLUMNS = 6
_SHORT_TEXT = 40
_FIGURE_SPACE, _POINT_SPACE = "\u2007", "\u2008"


def render_html(shape: Block | Inline) -> str:
    """Render a shape as one self-contained piece of HTML.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> "a &lt;b&gt;" in render_html(Note("a <b>"))
    True
    """
    page, show = _machinery()
    css, prefix = _style()
    return page.render(css=css, prefix=prefix, body=show(shape))


@functools.cache
def _machinery() -> tuple[jinja2.Template, Callable[..., str]]:
    """Load the wrapper template, and the function that renders any shape with the macro of its name."""
    import jinja2  # noqa: PLC0415 - importing the package must not wait for it

    environment = jinja2.Environment(loader=jinja2.PackageLoader("pai_notebook.display"), autoescape=True, undefined=jinja2.StrictUndefined)
    macros: dict[str, Callable[..., str]] = {}

    def show(shape: Any, *extra: Any) -> str:
        return macros[type(shape).__name__.lower()](shape, *extra)

    def long(shape: Any) -> str:
        return macros["long"](shape)

    environment.globals.update(show=show, long=long, showing=showing)
    environment.filters.update(_FILTERS)
    for name in ("inline", "table", "blocks"):
        macros.update(vars(environment.get_template(f"{name}.html.j2").module))
    return environment.get_template("page.html.j2"), show


@functools.cache
def _style() -> tuple[Any, str]:
    """Load the style sheet, its class renamed to one that carries the hash of its text, and that class."""
    import markupsafe  # noqa: PLC0415 - comes with jinja2

    text = importlib.resources.files("pai_notebook.display").joinpath("style.css").read_text("utf-8")
    prefix = "pai-" + hashlib.sha256(text.encode()).hexdigest()[:6]
    return markupsafe.Markup(re.sub(r"\.pai\b", f".{prefix}", text).replace("\n", "")), prefix  # noqa: S704 - our own file


def _is_long(text: str) -> bool:
    return len(text) > _LONG_TEXT or text.count("\n") >= _LONG_LINES


def _beginning(text: str) -> str:
    return visible(text[:_BEGINNING].split("\n", 1)[0])


def _paddings(table: Table) -> dict[tuple[int, int], str]:
    """Fill with spaces as wide as digits, and a narrow one for the decimal point of a number that has none."""
    with_remarks = {column for row in table.rows if not isinstance(row, Heading) for column, cell in enumerate(row) if _has_remarks(cell)}
    places = layout.paddings(table).items()
    return {(row, column): _padding(table.rows[row], column, count) for (row, column), count in places if column not in with_remarks}


def _has_remarks(cell: Inline) -> bool:
    """Whether something stands below the digits, flush right, to which they should not be shifted."""
    return isinstance(cell, Number) and bool(cell.delta or cell.marks)


def _size(cell: Inline) -> str:
    """Whether a cell is a number or a badge, short text that should not break, or long text."""
    if isinstance(cell, Number | Badge):
        return "number"
    text = line(cell)
    return "long" if len(text) > _SHORT_TEXT or "\n" in text else "short"


def _padding(row: Any, column: int, count: int) -> str:
    return _FIGURE_SPACE * count if "." in row[column].text else _POINT_SPACE + _FIGURE_SPACE * (count - 1)


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"


_FILTERS: dict[str, Callable[..., Any]] = {
    "beginning": _beginning,
    "decimal_paddings": _paddings,
    "groups": layout.groups,
    "has_groups": layout.has_groups,
    "is_heading": lambda row: isinstance(row, Heading),
    "is_long": _is_long,
    "is_short": lambda text: len(text if isinstance(text, str) else "=".join(text)) <= _SHORT_TEXT,
    "is_wide": lambda table: len(table.columns) > _FITTING_COLUMNS,
    "is_share": layout.is_share,
    "percent": _percent,
    "pieces": lambda shape: word_diff(shape.before, shape.after),
    "plain": inline,
    "prose": prose,
    "remark": layout.remark,
    "size": _size,
    "target": target,
    "unbroken": lambda text: inline(text).replace(" ", "\u00a0"),
    "symbol": lambda shape: inline(layout.symbol(shape)),
}
