"""The export methods of objects that know how they look and which plain tables they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import overload

from pai_notebook.calls import checked
from pai_notebook.display import Block, Section, render_html
from pai_notebook.files import check_target, write_file
from pai_notebook.i18n.phrases import say
from pai_notebook.io.excel import excel_bytes
from pai_notebook.io.latex import latex_text
from pai_notebook.io.page import html_page
from pai_notebook.io.table import PlainTable, csv_text, markdown_text, table_block

PathLike = str | os.PathLike[str]
Globs = str | Sequence[str] | None


def written(content: Callable[[], str], path: PathLike | None, writer: str, *, overwrite: bool = False) -> str | Path:
    """Give a text, or write it to a file and give the path; it is made only when it can be written."""
    if path is None:
        return content()
    check_target(path, writer, overwrite=overwrite)
    return write_file(path, content(), overwrite=overwrite)


@checked
class FrameExports:
    """Export methods over `_describe` and `_tables`; every one gives text, or writes a file whole when told a path.

    Files that exist are kept unless `overwrite=True`. Numbers are written in full, so they read back equal to `to_frame`.
    """

    __slots__ = ()

    def _describe(self) -> Block:
        raise TypeError(f"{type(self).__name__} does not say how it looks")

    def _tables(self, include: Globs = None, exclude: Globs = None) -> Iterator[PlainTable]:  # noqa: ARG002 - a hook
        """Plain tables, the main one first, each made when it is asked for; `include` and `exclude` are globs over its columns."""
        raise TypeError(f"{type(self).__name__} does not say what it holds")

    def _printed(self, include: Globs = None, exclude: Globs = None) -> PlainTable:
        """The table as people read it, for Markdown and LaTeX; by default the main one."""
        return next(self._tables(include, exclude))

    def _above(self) -> Sequence[Block]:
        """The answer that Markdown has above the table, as a comment has to begin with it; empty where there is none."""
        return ()

    @overload
    def to_html(self, path: None = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str: ...
    @overload
    def to_html(self, path: PathLike, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> Path: ...
    def to_html(self, path: PathLike | None = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str | Path:
        """Return the HTML of what a notebook shows, or write a self-contained document that also has every value.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the HTML is returned.
        include, exclude : str or list of str, optional
            Names or globs of what the table of every value has.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The HTML, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, "model-a")
        >>> vs.to_html().startswith("<div")
        True
        """
        if path is None:
            return render_html(self._describe())

        def page() -> str:
            table = next(self._tables(include, exclude))
            every = Section(say("Every value"), [table_block(table)], folded=True, summary=say("{count} rows", count=len(table.rows)))
            return html_page([self._describe(), every], title=table.caption or table.name)

        return written(page, path, "to_html", overwrite=overwrite)

    @overload
    def to_markdown(self, path: None = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str: ...
    @overload
    def to_markdown(self, path: PathLike, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> Path: ...
    def to_markdown(
        self, path: PathLike | None = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False
    ) -> str | Path:
        """Return one GitHub Markdown table, below the verdict of a comparison, or write it to a file.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the Markdown is returned.
        include, exclude : str or list of str, optional
            Names or globs of what the table has.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The Markdown, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, "model-a")
        >>> print(vs.to_markdown(include="metrics.*").rstrip())
        **1 version of model-a**
        <BLANKLINE>
        | version | metrics.cer |
        |:--|--:|
        | 0.1.0 | 0.2 |
        """
        return written(lambda: markdown_text(self._printed(include, exclude), self._above()), path, "to_markdown", overwrite=overwrite)

    @overload
    def to_latex(self, path: None = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> str: ...
    @overload
    def to_latex(self, path: PathLike, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> Path: ...
    def to_latex(
        self, path: PathLike | None = None, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False
    ) -> str | Path:
        r"""Return one LaTeX table environment, which needs the package booktabs, or write it to a file.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the LaTeX is returned.
        include, exclude : str or list of str, optional
            Names or globs of what the table has.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The LaTeX, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, "model-a")
        >>> r"\toprule" in vs.to_latex(include="metrics.*")
        True
        """
        return written(lambda: latex_text(self._printed(include, exclude)) + "\n", path, "to_latex", overwrite=overwrite)

    @overload
    def to_csv(
        self, path: None = None, *, include: Globs = None, exclude: Globs = None, guard: bool = True, overwrite: bool = False
    ) -> str: ...
    @overload
    def to_csv(
        self, path: PathLike, *, include: Globs = None, exclude: Globs = None, guard: bool = True, overwrite: bool = False
    ) -> Path: ...
    def to_csv(
        self, path: PathLike | None = None, *, include: Globs = None, exclude: Globs = None, guard: bool = True, overwrite: bool = False
    ) -> str | Path:
        """Return CSV with every value, or write it to a file.

        CSV is data for programs: every character stands as it was sent, also those that no screen shows or that turn the direction
        of a line.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the CSV is returned.
        include, exclude : str or list of str, optional
            Names or globs of what the table has.
        guard : bool
            Whether text that a spreadsheet would calculate gets a leading ``'``.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The CSV, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, "model-a")
        >>> vs.to_csv(include="metrics.*").splitlines()
        ['version,metrics.cer', '0.1.0,0.2']
        """
        return written(lambda: csv_text(next(self._tables(include, exclude)), guard=guard), path, "to_csv", overwrite=overwrite)

    def to_excel(self, path: PathLike, *, include: Globs = None, exclude: Globs = None, overwrite: bool = False) -> Path:
        """Write an Excel workbook, a sheet a table; needs the extra `excel`.

        Parameters
        ----------
        path : path
            Where to write.
        include, exclude : str or list of str, optional
            Names or globs of what the main table has.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ConfigurationError
            When openpyxl is missing, the file exists, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import tempfile
        >>> from pai_notebook import VersionSet
        >>> vs = VersionSet.from_documents({"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, "model-a")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     vs.to_excel(f"{folder}/versions.xlsx").name
        'versions.xlsx'
        """
        check_target(path, "to_excel", overwrite=overwrite)
        return write_file(path, excel_bytes(list(self._tables(include, exclude))), overwrite=overwrite)
