"""The export methods of objects that know how they look and which plain tables they are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pai_notebook.display import Block, Section, render_html
from pai_notebook.exports.excel import excel_bytes
from pai_notebook.exports.latex import latex_text
from pai_notebook.exports.page import html_page
from pai_notebook.exports.table import PlainTable, csv_text, markdown_text, table_block
from pai_notebook.files import write_file

__all__ = ["FrameExports", "written"]

Where = str | os.PathLike[str] | None
Globs = str | Sequence[str] | None


def written(content: str, path: Where, *, overwrite: bool = False) -> str | Path:
    """Give a text, or write it to a file and give the path."""
    return content if path is None else write_file(path, content, overwrite=overwrite)


class FrameExports:
    """Export methods over `_describe` and `_tables`; every one gives text, or writes a file whole when told a path.

    Files that exist are kept unless `overwrite=True`. Numbers are written in full, so they read back equal to `to_frame`.
    """

    def _describe(self) -> Block:
        raise TypeError(f"{type(self).__name__} does not say how it looks")

    def _tables(self, include: Globs = None, exclude: Globs = None) -> Sequence[PlainTable]:  # noqa: ARG002 - a hook
        """Plain tables, the main one first; `include` and `exclude` are globs over its columns."""
        raise TypeError(f"{type(self).__name__} does not say what it holds")

    def _printed(self, include: Globs = None, exclude: Globs = None) -> PlainTable:
        """The table as people read it, for Markdown and LaTeX; by default the main one."""
        return self._tables(include, exclude)[0]

    def to_html(self, path: Where = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str | Path:
        """HTML of what a notebook shows; with a path, a self-contained document that also has every value."""
        if path is None:
            return render_html(self._describe())
        table = self._tables(include, exclude)[0]
        every = Section("Every value", [table_block(table)], folded=True, summary=f"{len(table.rows)} rows")
        return written(html_page([self._describe(), every], title=table.caption or table.name), path, overwrite=overwrite)

    def to_markdown(self, path: Where = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str | Path:
        """One GitHub Markdown table with every value."""
        return written(markdown_text(self._printed(include, exclude)), path, overwrite=overwrite)

    def to_latex(self, path: Where = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str | Path:
        """One LaTeX table environment; needs the package booktabs."""
        return written(latex_text(self._printed(include, exclude)) + "\n", path, overwrite=overwrite)

    def to_csv(
        self, path: Where = None, *, include: Globs = None, exclude: Globs = None, guard: bool = True, overwrite: bool = False
    ) -> str | Path:
        """CSV with every value. Text that a spreadsheet would calculate gets a leading ``'``; `guard=False` leaves it as it is."""
        return written(csv_text(self._tables(include, exclude)[0], guard=guard), path, overwrite=overwrite)

    def to_excel(self, path: str | os.PathLike[str], *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> Path:
        """Excel workbook, a sheet a table; needs the extra `excel`.

        Raises
        ------
        ConfigurationError
            When openpyxl is missing, the file exists, or it cannot be written.
        """
        return write_file(path, excel_bytes(self._tables(include, exclude)), overwrite=overwrite)
