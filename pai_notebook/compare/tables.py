"""A comparison as a table of plain cells, for frames, CSV, LaTeX and Excel."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.compare.digits import choose_format
from pai_notebook.compare.rows import Row, is_blank
from pai_notebook.errors import ConfigurationError
from pai_notebook.model.metrics import State

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.compare.comparison import Comparison

__all__ = ["comparison_frame", "coverage_frame", "excel_of", "flat_table", "latex_of", "safe_text", "to_latex"]

_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"^[-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?$")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
}


def comparison_frame(rows: Sequence[Row], names: Sequence[str], values: Sequence[str], *, flat: bool) -> pd.DataFrame:
    """Give rows as a DataFrame: indexed by section, path and dataset, columns by version and kind of value."""
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    columns: dict[tuple[str, str], Any] = {}
    for place, name in enumerate(names):
        for value in values:
            columns[name, value] = _column([row.cells[place] for row in rows], [row.changes[place] for row in rows], rows, value)
    levels = [[row.section for row in rows], [row.path for row in rows], [row.dataset for row in rows]]
    index = _levels(levels, ["section", "path", "dataset"])
    frame = pd.DataFrame(dict(enumerate(columns.values())), index=index)
    keys = list(columns)
    if flat:
        frame.columns = pd.Index([f"{name}.{value}" for name, value in keys], dtype=object)
        frame.index = pd.Index([row.full_name for row in rows], dtype=object, name="row")
        return frame
    frame.columns = _levels([[name for name, _ in keys], [value for _, value in keys]], ["version", "what"])
    return frame


def _levels(levels: Sequence[Sequence[str]], names: Sequence[str]) -> pd.MultiIndex:
    """Build an index of Python texts: arrow would refuse a lone surrogate, which JSON allows."""
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    return pd.MultiIndex.from_arrays([pd.Index(level, dtype=object) for level in levels], names=list(names))


def _column(cells: Sequence[Any], changes: Sequence[Any], rows: Sequence[Row], value: str) -> Any:
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    numeric = {"delta": "delta", "percent": "percent", "delta_pct": "percent"}
    if value in numeric:
        found = [getattr(change, numeric[value]) for change in changes]
        return pd.array([float("nan") if number is None else number for number in found], dtype="float64")
    if value == "state":
        return pd.array([str(cell.state) for cell in cells], dtype=pd.StringDtype("python"))
    if value == "change":
        return pd.array([str(change.kind) for change in changes], dtype=pd.StringDtype("python"))
    if value == "text" or any(row.section != "metrics" for row in rows):
        return pd.array([pd.NA if is_blank(cell) else cell.text for cell in cells], dtype=pd.StringDtype("python"))
    return pd.array([float("nan") if cell.value is None else cell.value for cell in cells], dtype="float64")


def coverage_frame(rows: Sequence[Row], names: Sequence[str], failed: Sequence[str]) -> pd.DataFrame:
    """Give the state of every metric in every version, those that could not be fetched included."""
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    states = [[*(str(cell.state) for cell in row.cells), *([str(State.FETCH_FAILED)] * len(failed))] for row in rows]
    index = _levels([[row.path for row in rows], [row.dataset for row in rows]], ["metric", "dataset"])
    return pd.DataFrame(states, index=index, columns=pd.Index([*names, *failed], dtype=object), dtype=pd.StringDtype("python"))


def flat_table(comparison: Comparison) -> tuple[list[str], list[list[Any]]]:
    """Give header and rows of plain cells: what is compared, its direction, and for each version value, delta and verdict."""
    rows = comparison.changed if comparison.only == "diff" else comparison.rows
    header = ["section", "name", "dataset", "better"]
    for place, name in enumerate(comparison.names):
        header.append(name)
        if place != comparison.baseline_place:
            header += [f"{name} delta", f"{name} percent", f"{name} change"]
    return header, [_plain(comparison, row) for row in rows]


def _plain(comparison: Comparison, row: Row) -> list[Any]:
    plain: list[Any] = [row.section, row.path, row.dataset, row.direction.mode or ("unknown" if row.section == "metrics" else "")]
    for place, (cell, change) in enumerate(zip(row.cells, row.changes, strict=True)):
        exact = row.section == "metrics" and cell.value is not None and cell.state in (State.NUMBER, State.NUMERIC_TEXT)
        plain.append(cell.value if exact else str(cell.state) if is_blank(cell) else cell.text)
        if place != comparison.baseline_place:
            plain += [change.delta, change.percent, str(change.kind)]
    return plain


def safe_text(value: Any) -> Any:
    """Keep a spreadsheet from taking a text for a formula, by a leading quote; numbers stay numbers.

    Examples
    --------
    >>> safe_text("=1+1"), safe_text("-0.5"), safe_text(-0.5), safe_text("a"), safe_text("@x")
    ("'=1+1", '-0.5', -0.5, 'a', "'@x")
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _PLAIN_NUMBER.match(value):
        return "'" + value
    return value


def to_latex(header: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    r"""Write a LaTeX table; every character with a meaning is escaped.

    Examples
    --------
    >>> print(to_latex(["name", "0.1.0"], [["a_b", "50 %"]], "x & y"))
    \begin{table}
    \caption{x \& y}
    \begin{tabular}{lr}
    \hline
    name & 0.1.0 \\
    \hline
    a\_b & 50 \% \\
    \hline
    \end{tabular}
    \end{table}
    """
    lines = [r"\begin{table}", rf"\caption{{{_latex(caption)}}}", rf"\begin{{tabular}}{{l{'r' * (len(header) - 1)}}}", r"\hline"]
    lines += [" & ".join(map(_latex, header)) + r" \\", r"\hline"]
    lines += [" & ".join(map(_latex, row)) + r" \\" for row in rows]
    return "\n".join([*lines, r"\hline", r"\end{tabular}", r"\end{table}"])


def _latex(text: str) -> str:
    return "".join(_LATEX.get(mark, " " if mark in "\n\r\t" else mark) for mark in text)


def latex_of(comparison: Comparison) -> str:
    """Write the comparison as a LaTeX table: digits as shown, the difference in parentheses behind each value."""
    rows = comparison.changed if comparison.only == "diff" else comparison.rows
    header = ["name", "dataset", *comparison.names]
    return to_latex(header, [[row.path, row.dataset, *_latex_cells(row)] for row in rows], _caption(comparison))


def _latex_cells(row: Row) -> Iterator[str]:
    form = choose_format(cell.value for cell in row.cells if cell.value is not None)
    for cell, change in zip(row.cells, row.changes, strict=True):
        if row.section != "metrics" or cell.value is None:
            yield str(cell.state) if is_blank(cell) else cell.text
        else:
            yield form.value(cell.value) + (f" ({form.delta(change.delta)})" if change.delta else "")


def _caption(comparison: Comparison) -> str:
    return f"{len(comparison.versions)} versions against {comparison.baseline_name}, {comparison.baseline_reason}"


def excel_of(comparison: Comparison) -> bytes:
    """Write an Excel file to memory; every text is stored as text, never as a formula."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigurationError("writing Excel needs openpyxl", hint="Install pai-notebook[excel].") from None
    book = Workbook()
    sheet = book.active
    sheet.title = "comparison"
    header, rows = flat_table(comparison)
    for line, cells in enumerate([header, *rows], start=1):
        for column, value in enumerate(cells, start=1):
            _put(sheet.cell(line, column), value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, float):
        cell.value = value if math.isfinite(value) else str(value)
    elif value is not None:
        cell.value = _UNWRITABLE.sub("�", str(value).encode("utf-8", "replace").decode())[:32767]
        cell.data_type = "s"
