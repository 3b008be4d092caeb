"""Tables as an Excel workbook: numbers as numbers, texts as texts, never a formula or a link."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pai_notebook.errors import ConfigurationError
from pai_notebook.files import why
from pai_notebook.i18n.phrases import now, say, told
from pai_notebook.io.table import PlainTable, cell_text, is_formula
from pai_notebook.model.numbers import EXACT
from pai_notebook.sanitize import spell

_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]")
_MOST_COLUMNS, _MOST_LINES = 16_384, 1_048_576
_FIRST_YEAR = 1900
_LONGEST_CELL = 32767
_LONGEST_NAME = 31
_MOST_DECIMALS = 6
_WIDEST = 60


def excel_bytes(tables: Sequence[PlainTable]) -> bytes:
    """Write tables to a workbook, one sheet each, and a last sheet that says what they are.

    Parameters
    ----------
    tables : sequence of PlainTable
        Names become sheet names; captions and notes go to the sheet `about`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ConfigurationError
        When openpyxl, the extra `excel`, is not installed, a table has more columns or rows than a sheet of Excel, or there is no room.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigurationError(say("writing Excel needs openpyxl"), hint=say("Run pip install openpyxl.")) from None
    everything = [*tables, _about(tables)]
    for table in everything:
        _check_size(table)
    book = Workbook()
    book.remove(book.active)
    for table, name in zip(everything, sheet_names([table.name for table in everything]), strict=True):
        _fill(book.create_sheet(name), table)
    book.properties.creator = "pai_notebook"
    out = io.BytesIO()
    try:
        book.save(out)
    except Exception as error:  # openpyxl writes through temporary files, and through lxml where it finds it, which has errors of its own
        reason = why(error) if isinstance(error, OSError) else error
        raise ConfigurationError(
            say("the workbook could not be written: {reason}", reason=reason), hint=say("Make room on the disk, or use to_csv.")
        ) from error
    return out.getvalue()


def _check_size(table: PlainTable) -> None:
    for count, most, what in ((len(table.header), _MOST_COLUMNS, "columns"), (len(table.rows) + 1, _MOST_LINES, "rows")):
        if count > most:
            hint = say("Choose some by include=, or use to_csv or to_parquet.")
            raise ConfigurationError(
                say(
                    "the table {name} has {count:,} {what}; a sheet of Excel holds {most:,}",
                    name=table.name,
                    count=count,
                    what=what,
                    most=most,
                ),
                hint=hint,
            )


def sheet_names(names: Sequence[str]) -> list[str]:
    r"""Give names that Excel accepts, each once: at most 31 characters, without ``[]:*?/\``, not ``History``.

    Examples
    --------
    >>> sheet_names(["metrics", "Metrics", "a/b", "", "History", "'x'"])
    ['metrics', 'Metrics (2)', 'a_b', 'sheet', 'History_', 'x']
    """
    found: list[str] = []
    for name in names:
        plain = _UNWRITABLE.sub("_", _NOT_IN_NAMES.sub("_", name)).strip("' ")[:_LONGEST_NAME].strip("' ") or "sheet"
        plain = f"{plain}_" if plain.casefold() == "history" else plain
        taken = {other.casefold() for other in found}
        number, unique = 1, plain
        while unique.casefold() in taken:
            number += 1
            unique = f"{plain[: _LONGEST_NAME - len(str(number)) - 3]} ({number})"
        found.append(unique)
    return found


def _about(tables: Sequence[PlainTable]) -> PlainTable:
    rows = [(table.name, text) for table in tables for text in (table.caption, *table.notes) if text]
    return PlainTable((say("what"), say("says")), [*rows, (say("times"), "UTC")], name="about")


def _fill(sheet: Any, table: PlainTable) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - an optional extra
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an optional extra

    for line, row in enumerate([table.header, *table.rows], start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                _put(sheet.cell(line, column), value)
    for column, name in enumerate(table.header, start=1):
        head = sheet.cell(1, column)
        head.font = Font(bold=True)
        head.alignment = Alignment(horizontal="right" if table.is_numeric(column - 1) else "left", vertical="top")
        values = [row[column - 1] for row in table.rows]
        _format_numbers(sheet, column, values)
        longest = max((len(str(value)) for value in (name, *values) if value is not None), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(longest + 2, 8), _WIDEST)
    sheet.freeze_panes = sheet.cell(2, table.row_headers + 1)
    if table.rows:
        sheet.auto_filter.ref = sheet.dimensions


def _put(cell: Any, value: Any) -> None:
    if isinstance(value, datetime) and value.year >= _FIRST_YEAR:  # Excel has no earlier times
        cell.value = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        cell.number_format = "yyyy-mm-dd hh:mm:ss"
    elif _is_number(value):
        cell.value = value
        if isinstance(value, float) and float(f"{value:.16g}") != value:
            cell.value, cell.data_type = repr(value), "n"  # the writer keeps 16 digits, a double may need 17
    elif not (isinstance(value, float) and math.isnan(value)):
        text = cell_text(told(value))
        cell.value = _writable(text)
        cell.data_type = "s"
        cell.quotePrefix = is_formula(text)


def _is_number(value: Any) -> bool:
    """Whether a cell holds this as it is; whole numbers beyond 2**53 would be rounded."""
    return (isinstance(value, int) and abs(value) <= EXACT) or (isinstance(value, float) and math.isfinite(value))


def _writable(text: str) -> str:
    """Spell what XML cannot hold, keep Excel from reading ``_x0041_`` as a character, and cut where a cell ends."""
    shown = _ESCAPE.sub("_x005F_", _UNWRITABLE.sub(lambda match: spell(match[0]), text))
    if len(shown) <= _LONGEST_CELL:
        return shown
    kept = _LONGEST_CELL - 60
    return shown[:kept] + now("… {count:,} more characters", count=len(shown) - kept)


def _format_numbers(sheet: Any, column: int, values: Sequence[Any]) -> None:
    """Show as many decimals as the column needs; what needs more than six, or an exponent, is left to Excel."""
    found = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    texts = [repr(value) for value in found]
    if not texts or any("e" in text for text in texts):
        return
    decimals = max(len(text.partition(".")[2]) for text in texts)
    if decimals <= _MOST_DECIMALS:
        for line, value in enumerate(values, start=2):
            if isinstance(value, float) and math.isfinite(value):
                sheet.cell(line, column).number_format = "0." + "0" * decimals
