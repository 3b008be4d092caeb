"""What a notebook asks an object for: HTML, Markdown and text from one description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pai_notebook.display.html import render_html
from pai_notebook.display.markdown import render_markdown
from pai_notebook.display.text import render_text
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    from collections.abc import Container

    from pai_notebook.display.blocks import Block

__all__ = ["Displayed", "mimebundle"]

_RENDERERS = {"text/html": render_html, "text/markdown": render_markdown, "text/plain": render_text}


def mimebundle(block: Block, include: Container[str] | None = None, exclude: Container[str] | None = None) -> dict[str, str]:
    """Render a block in every type asked for; without `include` in all three.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> mimebundle(Note("ready"), include={"text/plain", "text/markdown"})
    {'text/markdown': 'ready', 'text/plain': 'ready'}
    """
    return {
        kind: render(block)
        for kind, render in _RENDERERS.items()
        if (include is None or kind in include) and (exclude is None or kind not in exclude)
    }


class Displayed(Printed):
    """Gives an object its card in a notebook and its text in a terminal. The class defines `_describe`, which must not fetch.

    `repr` is as wide as the terminal it is printed in and 80 columns everywhere else, so that what a notebook stores does
    not depend on a window; signs that stdout cannot encode have stand-ins.

    Examples
    --------
    >>> from pai_notebook.display import Note
    >>> class Answer(Displayed):
    ...     def _describe(self):
    ...         return Note("42")
    >>> Answer()
    42
    """

    def _describe(self) -> Block:
        raise TypeError(f"{type(self).__name__} does not say how it looks")

    def _repr_html_(self) -> str:
        return render_html(self._describe())

    def _repr_mimebundle_(self, include: Container[str] | None = None, exclude: Container[str] | None = None, **_: Any) -> dict[str, str]:
        return mimebundle(self._describe(), include, exclude)

    def __repr__(self) -> str:
        return render_text(self._describe())
