"""A comparison as a table of plain cells, for frames, CSV and Excel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.rows import Change, Row, is_blank
from pai_notebook.model.metrics import Cell, State

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.comparison import Comparison

__all__ = ["comparison_frame", "coverage_frame", "flat_table"]


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


def _column(cells: Sequence[Cell], changes: Sequence[Change], rows: Sequence[Row], value: str) -> Any:
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    if value in _NUMBERS:
        found = [_NUMBERS[value](change) for change in changes]
        return pd.array([float("nan") if number is None else number for number in found], dtype="float64")
    if value in _TEXTS or value == "text" or any(row.section != "metrics" for row in rows):
        text = _TEXTS.get(value, _text)
        found_texts = [text(cell, change) for cell, change in zip(cells, changes, strict=True)]
        return pd.array([pd.NA if each is None else each for each in found_texts], dtype=pd.StringDtype("python"))
    return pd.array([float("nan") if cell.value is None else cell.value for cell in cells], dtype="float64")


def _bound(change: Change, side: str) -> float | None:
    interval = None if change.evidence is None else change.evidence.interval
    return None if interval is None else float(getattr(interval, side))


def _text(cell: Cell, _change: Change) -> str | None:
    return None if is_blank(cell) else cell.text


_NUMBERS: dict[str, Callable[[Change], float | None]] = {
    "delta": lambda change: change.delta,
    "percent": lambda change: change.percent,
    "delta_pct": lambda change: change.percent,
    "low": lambda change: _bound(change, "low"),
    "high": lambda change: _bound(change, "high"),
}
_TEXTS: dict[str, Callable[[Cell, Change], str | None]] = {
    "state": lambda cell, _: str(cell.state),
    "change": lambda _, change: change.word,
    "verdict": lambda _, change: None if change.verdict is None else str(change.verdict),
    "evidence": lambda _, change: None if change.evidence is None else str(change.evidence.reason),
}


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
            plain += [change.delta, change.percent, change.word]
    return plain
