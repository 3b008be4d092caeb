"""How things look: a handful of shapes, each rendered as HTML, Markdown and text that say the same facts."""

from pai_notebook.display.blocks import Block, Card, Column, Facts, Heading, Node, Note, Section, Stack, Table, Tree
from pai_notebook.display.bundle import Answered, Brief, Displayed, describe_error, mimebundle, notebook_display
from pai_notebook.display.html import render_html
from pai_notebook.display.markdown import render_markdown
from pai_notebook.display.plain import showing
from pai_notebook.display.spans import Badge, Chips, Code, Diff, Inline, Lines, Link, Mark, Missing, Number, Picture, Tone
from pai_notebook.display.text import render_text

__all__ = [
    "Answered",
    "Badge",
    "Block",
    "Brief",
    "Card",
    "Chips",
    "Code",
    "Column",
    "Diff",
    "Displayed",
    "Facts",
    "Heading",
    "Inline",
    "Lines",
    "Link",
    "Mark",
    "Missing",
    "Node",
    "Note",
    "Number",
    "Picture",
    "Section",
    "Stack",
    "Table",
    "Tone",
    "Tree",
    "describe_error",
    "mimebundle",
    "notebook_display",
    "render_html",
    "render_markdown",
    "render_text",
    "showing",
]
