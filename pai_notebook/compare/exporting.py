"""The ways out of a comparison: DataFrame, HTML, Markdown, LaTeX, CSV and Excel."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from pai_notebook.display import render_html, render_markdown
from pai_notebook.errors import ConfigurationError
from pai_notebook.files import write_file

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.compare.comparison import Comparison

__all__ = ["Exports"]

_VALUES = ("value", "delta", "percent", "delta_pct", "state", "text", "change")


class Exports:
    """What a comparison can become; mixed into `Comparison`."""

    def to_frame(
        self,
        values: str | Sequence[str] = ("value", "delta", "percent"),
        *,
        section: Literal["metrics", "labels", "specs", "other", "all"] = "metrics",
        only: Literal["diff", "all"] | None = None,
        flat: bool = False,
    ) -> pd.DataFrame:
        """Give the comparison as a DataFrame, one row a metric (or label, or setting), not capped.

        Parameters
        ----------
        values : str or list of str
            What each version has: `value`, `delta`, `percent` (also as `delta_pct`), `state`, `text`, `change`.
        section : {"metrics", "labels", "specs", "other", "all"}
            Which rows; metrics have float64 values, everything else text.
        only : {"diff", "all"}, optional
            Rows that differ or all rows; by default as the comparison shows.
        flat : bool
            Column names such as `0.2.0.delta` instead of a MultiIndex of version and value.

        Raises
        ------
        ConfigurationError
            For a value or section of another name.
        """
        from pai_notebook.compare.tables import comparison_frame  # noqa: PLC0415 - pandas loads on first use

        comparison = cast("Comparison", self)
        wanted = (values,) if isinstance(values, str) else tuple(values)
        for value in wanted:
            if value not in _VALUES:
                raise ConfigurationError(f"no value is called {value!r}", hint=f"Choose from {', '.join(_VALUES)}.")
        rows = [row for row in comparison.rows if (only or comparison.only) == "all" or row.differs]
        return comparison_frame([row for row in rows if _is_in(row.section, section)], comparison.names, wanted, flat=flat)

    def to_html(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Any:
        """Give the comparison as HTML, or write it to a file."""
        return _written(render_html(cast("Comparison", self)._describe()), path, overwrite=overwrite)  # noqa: SLF001 - the hook of shown objects

    def to_markdown(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Any:
        """Give the comparison as a Markdown table, or write it to a file."""
        return _written(render_markdown(cast("Comparison", self)._describe()), path, overwrite=overwrite)  # noqa: SLF001 - as above

    def to_csv(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Any:
        """Give the comparison as CSV in full precision, not capped, or write it to a file; no text can be taken for a formula."""
        from pai_notebook.compare.tables import flat_table, safe_text  # noqa: PLC0415 - loads on first use

        header, rows = flat_table(cast("Comparison", self))
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([safe_text(name) for name in header])
        writer.writerows([["" if cell is None else safe_text(cell) for cell in row] for row in rows])
        return _written(out.getvalue(), path, overwrite=overwrite)

    def to_latex(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Any:
        """Give the comparison as a LaTeX table, or write it to a file."""
        from pai_notebook.compare.tables import latex_of  # noqa: PLC0415 - loads on first use

        return _written(latex_of(cast("Comparison", self)), path, overwrite=overwrite)

    def to_excel(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the comparison to an Excel file, numbers as numbers and texts as texts; needs the extra `excel`.

        Raises
        ------
        ConfigurationError
            When openpyxl is not installed, or the file cannot be written.
        """
        from pai_notebook.compare.tables import excel_of  # noqa: PLC0415 - loads on first use

        return write_file(path, excel_of(cast("Comparison", self)), overwrite=overwrite)

    def __copy__(self) -> Self:
        return self


def _is_in(section: str, wanted: str) -> bool:
    if wanted == "specs":
        return section not in ("metrics", "labels", "other")
    if wanted not in ("metrics", "labels", "other", "all"):
        raise ConfigurationError(f"no section is called {wanted!r}", hint="Choose from metrics, labels, specs, other, all.")
    return wanted in (section, "all")


def _written(text: str, path: str | os.PathLike[str] | None, *, overwrite: bool) -> str | Path:
    return text if path is None else write_file(path, text, overwrite=overwrite)
