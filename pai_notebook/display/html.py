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

from pai_notebook.display.filters import FILTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    import jinja2

    from pai_notebook.display.blocks import Block
    from pai_notebook.display.spans import Inline

__all__ = ["render_html"]


def render_html(shape: Block | Inline) -> str:
    """Render a shape as one self-contained piece of HTML.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> "a &lt;b&gt;" in render_html(Note("a <b>"))
    True
    """
    page, show = _machinery()
    body = show(shape)
    css, prefix = _style(compared='class="pin' in body)
    return page.render(css=css, prefix=prefix, body=body)


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
    return environment.get_template("page.html.j2"), show


@functools.cache
def _style(*, compared: bool) -> tuple[Any, str]:
    """Load the style sheet, with what only comparisons need, its class renamed to one that carries the hash of its text, and that class."""
    import markupsafe  # noqa: PLC0415 - comes with jinja2

    folder = importlib.resources.files("pai_notebook.display")
    text = "".join(folder.joinpath(f"{name}.css").read_text("utf-8") for name in ("style", *(["comparison"] if compared else [])))
    prefix = "pai-" + hashlib.sha256(text.encode()).hexdigest()[:6]
    return markupsafe.Markup(re.sub(r"\.pai\b", f".{prefix}", text).replace("\n", "")), prefix  # noqa: S704 - our own file
