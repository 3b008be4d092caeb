"""A plain table: names over columns of numbers, texts, times and gaps, and its forms as CSV and Markdown.

A spreadsheet evaluates a cell that starts with ``= + - @`` (or their full-width forms, a tab or a carriage return), in header rows as well
as below, and it may split a cell at a separator of its own. So a ``'`` is put before each such sign; what reads as a plain number is left.
"""

from __future__ import annotations

import csv
import io
import math
import numbers
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import is_number
from pai_notebook.display import Block, Column, Inline, Lines, Note, Stack, Table, render_markdown
from pai_notebook.model.numbers import DECIMAL

if TYPE_CHECKING:
    import pandas as pd

_TRIGGERS = "=+\\-@\uff1d\uff0b\uff0d\uff20\u2212\ufe62\ufe63\ufe66\ufe6b"
_BLANKS = '[\\s\\x00-\\x20\\x7f-\\xa0\u200b-\u200f\u2028-\u202e\u2060\ufeff"]*'
# The start of a cell with all blanks of it, whatever follows: what matches is not looked at twice, so that time grows with the text.
_PIECE = re.compile(f"((?:^|[,;|\\t\\r\\n\u2028\u2029\\x0b\\x0c\\x85]){_BLANKS}+)([{_TRIGGERS}]?)")


def guard_text(text: str) -> str:
    """Put a quotation mark where a spreadsheet would start to calculate.

    Examples
    --------
    >>> guard_text("=1+1"), guard_text("a;=1+1"), guard_text("-0.5"), guard_text("rock-n-roll")
    ("'=1+1", "a;'=1+1", '-0.5', 'rock-n-roll')
    """
    if DECIMAL.fullmatch(text):
        return text
    guarded = _PIECE.sub(lambda start: f"{start[1]}'{start[2]}" if start[2] else start[1], text)
    return f"'{guarded}" if guarded[:1] in ("\t", "\r", "\n") else guarded


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate some part of a text."""
    return guard_text(text) != text


@dataclass(frozen=True)
class PlainTable:
    r"""A table of plain cells.

    Attributes
    ----------
    header : sequence of str
        One name a column.
    rows : sequence of sequences
        Cells: float, int, bool, str, datetime, or None for a gap. A NaN is a gap too.
    name : str
        What it holds, in a word; the name of its sheet.
    caption : str
        What it shows, in a sentence.
    notes : sequence of str
        What a reader should know, a sentence each.
    row_headers : int
        How many leading columns name the row.
    right : sequence of int
        Columns of text that are aligned like numbers.

    Examples
    --------
    >>> csv_text(PlainTable(["version", "cer"], [["0.2.0", 0.172], ["=1+1", None]]))
    "version,cer\r\n0.2.0,0.172\r\n'=1+1,\r\n"
    """

    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    name: str = "table"
    caption: str = ""
    notes: Sequence[str] = ()
    row_headers: int = 1
    right: Sequence[int] = ()

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, name: str = "table", caption: str = "", notes: Sequence[str] = ()) -> PlainTable:
        """Take a DataFrame with its index; levels of column names are joined by a dot."""
        levels = range(frame.index.nlevels) if list(frame.index.names) != [None] else ()
        header = [str(frame.index.names[level]) for level in levels]
        header += [".".join(str(part) for part in key if str(part)) if isinstance(key, tuple) else str(key) for key in frame.columns]
        names = [frame.index.get_level_values(level).tolist() for level in levels]
        cells = frame.to_numpy(dtype=object)
        rows = [tuple([_plain(value) for value in (*(name[place] for name in names), *line)]) for place, line in enumerate(cells)]
        return cls(header, rows, name, caption, tuple(notes), len(levels))

    def is_numeric(self, column: int) -> bool:
        """Whether a column is aligned as numbers: every cell that holds something holds a number, or it was said so."""
        if column in self.right:
            return True
        cells = [row[column] for row in self.rows if row[column] is not None]
        return bool(cells) and all(is_number(cell) for cell in cells)


def _plain(value: Any) -> Any:
    """Give a cell as Python writes it, None for every kind of gap."""
    if value is None or isinstance(value, str | bool):
        return value
    if type(value) is float:
        return value if value == value else None  # noqa: PLR0124 - NaN
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return None if math.isnan(value) else float(value)
    if isinstance(value, datetime):
        return None if value != value else value.to_pydatetime() if hasattr(value, "to_pydatetime") else value  # noqa: PLR0124 - NaT
    return None if type(value).__name__ in ("NAType", "NaTType") else str(value)


def cell_text(value: Any) -> str:
    """Write any cell; a gap is empty, a time is ISO 8601 in UTC."""
    if type(value) is float and value == value:  # noqa: PLR0124 - NaN
        return repr(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value.tzinfo else value.isoformat()
    return value if isinstance(value, str) else repr(value)


def csv_text(table: PlainTable, *, guard: bool = True) -> str:
    """Write a table as CSV (RFC 4180): numbers in full, gaps empty.

    Parameters
    ----------
    table : PlainTable
        What to write.
    guard : bool
        Whether texts and names that a spreadsheet would calculate get a leading quotation mark. Turn it off for programs that
        must read the text back unchanged.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (table.header, *table.rows):
        writer.writerow([guard_text(value) if guard and isinstance(value, str) else cell_text(value) for value in row])
    return out.getvalue()


def table_block(table: PlainTable) -> Table:
    """Describe a table in the shapes of `display`, with every row."""
    columns = [Column(name, align="right" if table.is_numeric(place) else "left") for place, name in enumerate(table.header)]
    rows: list[list[Inline]] = [[cell_text(value) for value in row] for row in table.rows]
    note = Lines(list(table.notes)) if table.notes else ""
    return Table(columns, rows, caption=table.caption, note=note, row_headers=table.row_headers, limit=len(rows))


def markdown_text(table: PlainTable, above: Sequence[Block] = ()) -> str:
    """Write a table as GitHub Markdown, its caption first, then the blocks `above`; texts beyond 240 characters are cut and say so."""
    blocks = [Note("", lead=table.caption), *above, table_block(replace(table, caption=""))] if above else [table_block(table)]
    return render_markdown(Stack(blocks)) + "\n"
