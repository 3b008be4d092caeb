"""The ways out: one plain table as CSV, Excel, LaTeX or Markdown, and shapes as one self-contained page."""

from pai_notebook.exports.excel import excel_bytes, sheet_names
from pai_notebook.exports.guard import guard_text
from pai_notebook.exports.latex import escape_latex, latex_text
from pai_notebook.exports.methods import FrameExports, written
from pai_notebook.exports.page import html_page
from pai_notebook.exports.table import PlainTable, csv_text, markdown_text, number_text, table_block

__all__ = [
    "FrameExports",
    "PlainTable",
    "csv_text",
    "escape_latex",
    "excel_bytes",
    "guard_text",
    "html_page",
    "latex_text",
    "markdown_text",
    "number_text",
    "sheet_names",
    "table_block",
    "written",
]
