"""How a comparison looks, described in the shapes of `display`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pai_notebook.compare.digits import RowFormat, choose_format, format_percent
from pai_notebook.compare.rows import Change, Kind, Row, is_blank
from pai_notebook.display import Block, Column, Diff, Heading, Inline, Lines, Mark, Missing, Note, Number, Stack, Table
from pai_notebook.model.metrics import Cell, State, series_points

if TYPE_CHECKING:
    from pai_notebook.compare.comparison import Comparison

__all__ = ["describe_comparison"]

VERSIONS = 20
ROWS = 40
_CAUTIONS = 6
_FAILURES = 5
_TEXT = 120
_ARROWS = {"↑": "higher", "↓": "lower"}
_HEADINGS = {
    "metrics": "Metrics",
    "labels": "Labels",
    "training_spec": "Training spec",
    "inference_spec": "Inference spec",
    "evaluation_spec": "Evaluation spec",
    "compression_spec": "Compression spec",
    "distillation_spec": "Distillation spec",
    "extra_info": "Extra information",
    "options": "Options",
    "other": "Other",
}


def describe_comparison(comparison: Comparison) -> Block:
    """Describe a comparison: what to be careful about, then one table, rows by section, the baseline marked."""
    blocks: list[Block] = list(_banners(comparison))
    if comparison.versions:
        blocks.append(_table(comparison))
    return blocks[0] if len(blocks) == 1 else Stack(blocks)


def _banners(comparison: Comparison) -> Iterator[Note]:
    failed = comparison.errors
    if failed:
        shown = "; ".join(f"{address} ({getattr(error, 'message', error)})" for address, error in list(failed.items())[:_FAILURES])
        more = f"; and {len(failed) - _FAILURES} more" if len(failed) > _FAILURES else ""
        yield Note(f"{len(failed)} of {len(failed) + len(comparison.versions)} versions could not be fetched: {shown}{more}", "bad")
    if not comparison.versions:
        yield Note("There is no version to compare.", "warn")
    elif len(comparison.versions) == 1:
        yield Note(f"There is only one version, {comparison.names[0]}: nothing to compare it with.", "warn")
    cautions = comparison.comparability
    for text in cautions[:_CAUTIONS]:
        yield Note(f"Careful: {text}", "warn")
    if len(cautions) > _CAUTIONS:
        yield Note(f"and {len(cautions) - _CAUTIONS} more; .comparability has all", "warn")
    for text in comparison.notes:
        yield Note(text, "info")


def _table(comparison: Comparison) -> Table:
    rows = comparison.changed if comparison.only == "diff" else comparison.rows
    places = _shown_versions(comparison)
    datasets = any(row.dataset for row in rows)
    columns: list[Column | str] = ["", *(["dataset"] if datasets else [])]
    columns += [_column(comparison, place) for place in places]
    columns += [Column(address, align="right") for address in list(comparison.errors)[: VERSIONS - len(places)]]
    body = [_row(comparison, row, places, datasets=datasets, width=len(columns)) for row in rows[:ROWS]]
    return Table(
        columns,
        list(_with_headings(rows[:ROWS], body)),
        caption=_caption(comparison),
        note=Lines(list(_notes(comparison, rows, places))),
        row_headers=2 if datasets else 1,
        limit=ROWS + len(_HEADINGS),
    )


def _caption(comparison: Comparison) -> str:
    models = list(dict.fromkeys(version.model_id for version in comparison.versions))
    count = len(comparison.versions)
    what = f"{models[0]}: " if len(models) == 1 and models[0] else f"{len(models)} models: " if len(models) > 1 else ""
    return f"{what}{count} version{'' if count == 1 else 's'} against {comparison.baseline_name}, {comparison.baseline_reason}"


def _shown_versions(comparison: Comparison) -> list[int]:
    """Which versions are shown: the highest names, and always the baseline."""
    places = list(range(len(comparison.versions)))
    if len(places) <= VERSIONS:
        return places
    kept = places[-VERSIONS:]
    baseline = comparison.baseline_place
    return kept if baseline in kept or baseline is None else [baseline, *kept[1:]]


def _column(comparison: Comparison, place: int) -> Column:
    name: Inline = comparison.names[place]
    if place == comparison.baseline_place:
        name = (comparison.names[place], Mark("*", "baseline"))
    return Column(name, align="right")


def _with_headings(rows: Sequence[Row], body: Sequence[list[Inline]]) -> Iterator[list[Inline] | Heading]:
    section = ""
    for row, cells in zip(rows, body, strict=True):
        if row.section != section:
            section = row.section
            yield Heading(_HEADINGS[section])
        yield cells


def _notes(comparison: Comparison, rows: Sequence[Row], places: Sequence[int]) -> Iterator[Inline]:
    folded = len(comparison.identical) if comparison.only == "diff" else 0
    if folded:
        yield f"{folded} identical row{'' if folded == 1 else 's'} hidden; only='all' shows {'it' if folded == 1 else 'them'}."
    if len(rows) > ROWS:
        yield f"Showing {ROWS} of {len(rows)} rows; all of them are in the object, as .rows and .to_frame()."
    if len(places) < len(comparison.versions):
        yield f"Showing {len(places)} of {len(comparison.versions)} versions; all of them are in the object."
    metrics = [row for row in rows[:ROWS] if row.section == "metrics"]
    if metrics:
        yield f"Directions: {'; '.join(_directions(metrics))}."
    if any(_could_be_chance(comparison, row, place) for row in metrics for place in places):
        yield "~ a 95 % interval of the difference, from n or a spread beside the metric, includes zero; independent test sets are assumed."
    if any(cell.state is State.NUMERIC_TEXT for row in metrics for cell in row.cells):
        yield "† a number that was sent as text."


def _directions(rows: Sequence[Row]) -> Iterator[str]:
    """Say for each metric which way it is better and where that comes from, metrics of one answer together."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        source = f"{row.direction.mode} ({row.direction.source})" if row.direction.mode else "unknown"
        names = groups.setdefault(source, [])
        if row.path not in names:
            names.append(row.path)
    for source, names in sorted(groups.items(), key=lambda group: (group[0] == "unknown", group[0])):
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""  # noqa: PLR2004 - a line
        yield f"{', '.join(names[:8])}{more} {source}"


def _row(comparison: Comparison, row: Row, places: Sequence[int], *, datasets: bool, width: int) -> list[Inline]:
    arrow = row.direction.arrow
    name: Inline = (row.path, Mark(arrow, _ARROWS[arrow])) if arrow else row.path
    head: list[Inline] = [name, row.dataset] if datasets else [name]
    form = choose_format(row.cells[place].value or 0.0 for place in places if row.cells[place].value is not None)
    best = comparison.best_places(row)
    base = None if comparison.baseline_place is None else row.cells[comparison.baseline_place]
    cells = [_cell(row, place, form, base, _marks(comparison, row, place, best=place in best)) for place in places]
    failed: list[Inline] = [Missing("fetch failed")] * (width - len(head) - len(cells))
    return [*head, *cells, *failed]


def _marks(comparison: Comparison, row: Row, place: int, *, best: bool) -> list[Mark]:
    change = row.changes[place]
    marks = []
    if change.kind in (Kind.BETTER, Kind.WORSE):
        sign = "▲" if (change.delta or 0) > 0 else "▼"
        marks.append(Mark(sign, "better", tone="good") if change.kind is Kind.BETTER else Mark(sign, "worse", tone="bad"))
        if _could_be_chance(comparison, row, place):
            marks.append(Mark("~", "could be chance"))
    elif change.kind is Kind.GAINED:
        marks.append(Mark("+", "new"))
    elif change.kind is Kind.CHANGED and change.delta is None:
        marks.append(Mark("≠", "changed"))
    if best:
        marks.append(Mark("★", "best", tone="good"))
    return marks


def _could_be_chance(comparison: Comparison, row: Row, place: int) -> bool:
    evidence = comparison.chance(row, place) if row.changes[place].kind in (Kind.BETTER, Kind.WORSE) else None
    return evidence is not None and evidence.interval is not None and not evidence.interval.excludes_zero


def _cell(row: Row, place: int, form: RowFormat, base: Cell | None, marks: list[Mark]) -> Inline:
    cell, change = row.cells[place], row.changes[place]
    if is_blank(cell):
        return (Missing(str(cell.state)), Mark("-", "gone")) if change.kind is Kind.LOST else Missing(str(cell.state))
    if cell.state in (State.NULL, State.NAN):
        return Missing(str(cell.state))
    if row.section == "metrics" and cell.value is not None:
        return Number(_number(cell, form), delta=_delta(change, form), marks=marks)
    if row.path == "description" and row.section == "other" and change.kind is Kind.CHANGED and base is not None:
        return Diff(base.text, cell.text)
    text = _word(cell)
    return (text, *marks) if marks else text


def _number(cell: Cell, form: RowFormat) -> str:
    text = form.value(cell.value or 0.0)
    if cell.state is State.NUMERIC_TEXT:
        return f"{text}†"
    if cell.state is State.SERIES:
        return f"{len(series_points(cell.raw) or ())} values, last {text}"
    return cell.text if cell.note and cell.state is State.NUMBER else text


def _delta(change: Change, form: RowFormat) -> str:
    if change.delta is None or change.kind is Kind.SAME:
        return ""
    percent = format_percent(change.percent) if change.percent is not None else "n/a %"
    return f"{form.delta(change.delta)} ({percent})"


def _word(cell: Cell) -> str:
    """Write a cell that is no number: a truth value, the size of a matrix, or text."""
    if cell.state is State.BOOLEAN:
        return "✓ true" if cell.text == "true" else "✗ false"
    if cell.state is State.MATRIX and isinstance(cell.raw, list):
        widths = {len(line) for line in cell.raw if isinstance(line, list)}
        if len(widths) == 1 and all(isinstance(line, list) for line in cell.raw):
            return f"{len(cell.raw)}×{widths.pop()} matrix"
        return f"list of {len(cell.raw)}: {cell.text[:_TEXT]}"
    if cell.state is State.SERIES:
        return f"{len(series_points(cell.raw) or ())} values"
    return cell.text if len(cell.text) <= _TEXT else f"{cell.text[:_TEXT]}… {len(cell.text) - _TEXT} more characters"
