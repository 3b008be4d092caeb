"""How a comparison looks, described in the shapes of `display`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.explain import ONLY_ONE
from pai_notebook.comparison.leaders import star
from pai_notebook.comparison.rows import Kind, Row, Verdict, is_blank, passing_by_chance, told_difference
from pai_notebook.comparison.series import series_text
from pai_notebook.display import Block, Column, Diff, Heading, Inline, Lines, Mark, Missing, Note, Number, Section, Stack, Table
from pai_notebook.model.card import number_text
from pai_notebook.model.equality import shorten_apart
from pai_notebook.model.fields import field_named
from pai_notebook.model.metrics import Cell, State, series_points
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.phrases import Phrase, first, joined, say

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.leaders import Leaders

__all__ = ["describe_comparison"]

VERSIONS = 20
ROWS = 40
_CAUTIONS = 6
_FAILURES = 5
_TEXT = 120
_METRICS = 8
_ARROWS = {"↑": say("higher"), "↓": say("lower")}


def section_heading(section: str) -> str:
    """What stands above the rows of a section."""
    info = field_named(section)
    return say("Other fields") if section == "other" else section if info is None else info.heading


def describe_comparison(comparison: Comparison, *, cautions: bool = True) -> Block:
    """Describe a comparison: what to be careful about, then one table, rows by section, the baseline marked."""
    blocks: list[Block] = list(_banners(comparison))
    blocks += _cautions(comparison) if cautions else ()
    if comparison.versions:
        blocks += [_table(comparison), *_evidence(comparison)]
    return blocks[0] if len(blocks) == 1 else Stack(blocks)


def _banners(comparison: Comparison) -> Iterator[Note]:
    failed = comparison.errors
    if failed:
        shown: list[str] = [f"{address} ({getattr(error, 'message', error)})" for address, error in list(failed.items())[:_FAILURES]]
        shown += [say("and {count} more", count=len(failed) - _FAILURES)] if len(failed) > _FAILURES else []
        total = len(failed) + len(comparison.versions)
        yield Note(
            say("{count} of {total} versions could not be fetched: {shown}", count=len(failed), total=total, shown=joined(shown, "; ")),
            "bad",
        )
    if not comparison.versions:
        yield Note(say("There is no version to compare."), "warn")
    elif len(comparison.versions) == 1:
        yield Note(say(ONLY_ONE, name=comparison.names[0]), "warn")


def _cautions(comparison: Comparison) -> Iterator[Note]:
    cautions = comparison.comparability
    for text in cautions[:_CAUTIONS]:
        yield Note(say("Careful: {text}", text=text), "warn")
    if len(cautions) > _CAUTIONS:
        yield Note(say("and {count} more; .comparability has all", count=len(cautions) - _CAUTIONS), "warn")
    for text in comparison.notes:
        yield Note(text, "info")


def _shown_rows(comparison: Comparison, *, evidence: bool) -> list[Row]:
    rows = comparison.changed if comparison.only == "diff" else comparison.rows
    return [row for row in rows if row.is_evidence == evidence]


def _evidence(comparison: Comparison) -> Iterator[Section]:
    """Numbers of examples, errors and spreads: what the intervals rest on, folded below the table."""
    rows = _shown_rows(comparison, evidence=True)[:ROWS]
    if rows:
        places = _shown_versions(comparison)
        columns, body = _body(comparison, rows, places)
        count = say("{count} row" if len(rows) == 1 else "{count} rows", count=len(rows))
        yield Section(say("What the intervals rest on"), [Table(columns, body, row_headers=_headers(rows))], folded=True, summary=count)


def _headers(rows: Sequence[Row]) -> int:
    return 2 if any(row.dataset for row in rows) else 1


def _body(comparison: Comparison, rows: Sequence[Row], places: Sequence[int]) -> tuple[list[Column | str], list[list[Inline]]]:
    """Columns and cells of some rows, with what could not be fetched behind the versions."""
    datasets = _headers(rows) > 1
    columns: list[Column | str] = ["", *([say("dataset")] if datasets else [])]
    columns += [_column(comparison, place) for place in places]
    columns += [Column(address, align="right") for address in list(comparison.errors)[: VERSIONS - len(places)]]
    return columns, [_row(comparison, row, places, datasets=datasets, width=len(columns)) for row in rows[:ROWS]]


def _table(comparison: Comparison) -> Table:
    rows = _shown_rows(comparison, evidence=False)
    places = _shown_versions(comparison)
    columns, body = _body(comparison, rows, places)
    return Table(
        columns,
        list(_with_headings(rows[:ROWS], body)),
        caption=_caption(comparison),
        note=Lines(list(_notes(comparison, rows, places))),
        row_headers=_headers(rows),
        limit=2 * ROWS,
    )


def _caption(comparison: Comparison) -> str:
    models = list(dict.fromkeys(version.model_id for version in comparison.versions))
    count = len(comparison.versions)
    what = models[0] if len(models) == 1 else say("{count} models", count=len(models))
    said = say(
        "{count} version against {baseline}, {reason}" if count == 1 else "{count} versions against {baseline}, {reason}",
        count=count,
        baseline=comparison.baseline_name,
        reason=comparison.baseline_reason,
    )
    return say("{what}: {said}", what=what, said=said) if what else said


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
        name = (comparison.names[place], Mark("*", say("baseline")))
    return Column(name, align="right")


def _with_headings(rows: Sequence[Row], body: Sequence[list[Inline]]) -> Iterator[list[Inline] | Heading]:
    section = ""
    for row, cells in zip(rows, body, strict=True):
        if row.section != section:
            section = row.section
            yield Heading(section_heading(section))
        yield cells


def _notes(comparison: Comparison, rows: Sequence[Row], places: Sequence[int]) -> Iterator[Inline]:
    folded = len(comparison.identical) if comparison.only == "diff" else 0
    if folded:
        several = "{count} identical rows hidden; only='all' shows them."
        yield say("{count} identical row hidden; only='all' shows it." if folded == 1 else several, count=folded)
    if len(rows) > ROWS:
        yield say("Showing {shown} of {total} rows; all of them are in the object, as .rows and .to_frame().", shown=ROWS, total=len(rows))
    if len(places) < len(comparison.versions):
        shown, total = len(places), len(comparison.versions)
        yield say("Showing {shown} of {total} versions; all of them are in the object.", shown=shown, total=total)
    metrics = [row for row in rows[:ROWS] if row.section == "metrics"]
    if metrics:
        yield say("Directions: {groups}.", groups=joined(list(_directions(metrics)), "; "))
    yield from _chance_notes(metrics, places)
    if any(cell.state is State.NUMERIC_TEXT for row in metrics for cell in row.cells):
        yield say("† a number that was sent as text.")


def _directions(rows: Sequence[Row]) -> Iterator[Phrase]:
    """Say for each metric which way it is better and where that comes from, metrics of one answer together."""
    groups: dict[Phrase, list[str]] = {}
    for row in rows:
        mode, source = row.direction.mode, say(row.direction.source)
        source = say("{mode} ({source})", mode=mode, source=source) if mode else source
        names = groups.setdefault(source, [])
        if row.path not in names:
            names.append(row.path)
    for source, names in sorted(groups.items(), key=lambda group: (group[0] == "unknown", group[0])):
        yield say("{names} {source}", names=first(names, _METRICS), source=source)


def _row(comparison: Comparison, row: Row, places: Sequence[int], *, datasets: bool, width: int) -> list[Inline]:
    arrow = row.direction.arrow
    name: Inline = (row.path, Mark(arrow, _ARROWS[arrow])) if arrow else row.path
    head: list[Inline] = [name, row.dataset] if datasets else [name]
    form = choose_format(row.cells[place].value or 0.0 for place in places if row.cells[place].value is not None)
    leaders = comparison.leaders(row)
    words, base = _words(row, places), comparison.baseline_place
    cells = [
        _cell(comparison, row, place, form, text=words[place], marks=[*_marks(row, place, base), *_star(leaders, place)])
        for place in places
    ]
    failed: list[Inline] = [Missing(say("fetch failed"))] * (width - len(head) - len(cells))
    return [*head, *cells, *failed]


def _marks(row: Row, place: int, baseline: int | None) -> list[Mark]:
    """Say what the difference means; only what is beyond chance is better or worse and has a tone."""
    change = row.changes[place]
    sign = "▲" if (change.delta or 0) > 0 else "▼"
    if change.verdict is Verdict.BETTER:
        return [Mark(sign, say("better"), tone="good")]
    if change.verdict is Verdict.WORSE:
        return [Mark(sign, say("worse"), tone="bad")]
    if change.verdict is Verdict.CHANCE:
        return [Mark("≈", say("could be chance"))]
    if change.verdict is Verdict.UNKNOWN:
        return [Mark(sign, say("higher as measured") if sign == "▲" else say("lower as measured")), Mark("?", say("no interval known"))]
    if change.kind is Kind.GAINED:
        return [Mark("+", say("new"))]
    return [Mark("≠", _changed(row, place, baseline))] if change.kind is Kind.CHANGED and not change.delta else []


def _changed(row: Row, place: int, baseline: int | None) -> Phrase:
    """Say that a value is another one, and of which type where that is another one too."""
    kinds = None if baseline is None else row.kinds(place, baseline)
    return say("changed") if kinds is None else say("changed from {before} to {after}", before=kinds[0], after=kinds[1])


def _star(leaders: Leaders | None, place: int) -> list[Mark]:
    """A filled star for a version told apart from every other, a hollow one for those that may be the best."""
    if leaders is None or place not in leaders.shown:
        return []
    return [star(is_best=place in leaders.best, is_alone=leaders.is_alone, is_measured=bool(leaders.unknown))]


def _chance_notes(rows: Sequence[Row], places: Sequence[int]) -> Iterator[Phrase]:
    """What the marks of chance mean, how many cells would pass by chance alone, and how many metrics have no interval."""
    changes = [[row.changes[place] for place in places if row.changes[place].verdict is not None] for row in rows]
    judged = [each for each in changes if each]
    known = [change for each in judged for change in each if change.evidence is not None and change.evidence.interval is not None]
    chance = [change.evidence.interval for change in known if change.verdict is Verdict.CHANCE and change.evidence is not None]
    if any(interval is not None and interval.excludes_zero for interval in chance):
        yield say("≈ could be chance: the 95 % interval of the difference includes zero or a difference within the tolerance.")
    elif chance:
        yield say("≈ could be chance: the 95 % interval of the difference includes zero.")
    expected = passing_by_chance(known)
    if expected:
        yield expected
    unknown = sum(any(change.verdict is Verdict.UNKNOWN for change in each) for each in judged)
    if unknown:
        yield say("? no interval known in {count} of {total} rows.", count=unknown, total=len(judged))


def _cell(comparison: Comparison, row: Row, place: int, form: NumberFormat, *, text: str, marks: list[Mark]) -> Inline:
    cell, change = row.cells[place], row.changes[place]
    base = None if comparison.baseline_place is None else row.cells[comparison.baseline_place]
    if is_blank(cell):
        return (Missing(say(cell.state)), Mark("-", say("gone"))) if change.kind is Kind.LOST else Missing(say(cell.state))
    if cell.state in (State.NULL, State.NAN):
        return (Missing(say(cell.state)), *marks) if marks else Missing(say(cell.state))
    if row.section == "metrics" and cell.value is not None:
        return Number(_number(cell, form), delta=_delta(comparison, row, place, form), marks=marks)
    if row.path == "description" and row.section == "other" and change.kind is Kind.CHANGED and base is not None:
        return Diff(base.text, cell.text)
    return (text, *marks) if marks else text


def _number(cell: Cell, form: NumberFormat) -> str:
    text = number_text(cell, form)
    if cell.state is State.NUMERIC_TEXT:
        return f"{text}†"
    if cell.state is State.SERIES:
        return series_text(cell, text)
    return text


def _delta(comparison: Comparison, row: Row, place: int, form: NumberFormat) -> str:
    if row.changes[place].kind is Kind.SAME or comparison.baseline_place is None:
        return ""
    return told_difference(row, place, comparison.baseline_place, form)


def _words(row: Row, places: Sequence[int]) -> dict[int, str]:
    """What versions state, in words: those that differ look different, however long they are."""
    found = {place: row.shown(place) for place in places}
    cut = dict(zip(found, shorten_apart(list(found.values()), _TEXT), strict=True))
    return {place: (row.section == "metrics" and _measured(row.cells[place])) or _counted(found[place], cut[place]) for place in places}


def _counted(text: str, cut: str) -> str:
    """Say how much was cut off the end."""
    more = len(text) - len(cut) + 1
    return say("{text}… {count} more characters", text=cut[:-1], count=more) if more > 1 and text.startswith(cut[:-1]) else cut


def _measured(cell: Cell) -> str:
    """Write a metric that is no number and no text: a truth value, the size of a matrix; empty for everything else."""
    if cell.state is State.BOOLEAN:
        return say("✓ true") if cell.text == "true" else say("✗ false")
    if cell.state is State.MATRIX and isinstance(cell.raw, list):
        widths = {len(line) for line in cell.raw if isinstance(line, list)}
        if len(widths) == 1 and all(isinstance(line, list) for line in cell.raw):
            return say("{rows}×{columns} matrix", rows=len(cell.raw), columns=widths.pop())
    if cell.state is State.SERIES:
        return say("{count} values", count=len(series_points(cell.raw) or ()))
    return ""
