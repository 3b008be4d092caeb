"""What a version has that the baseline does not: a row in a few words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.cell_changes import told_difference
from pai_notebook.comparison.rows import Kind, Row, Verdict, is_blank, kind_of_row
from pai_notebook.comparison.series import series_text
from pai_notebook.comparison.together import ALONE
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.equality import cut_between_words, shorten_apart
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.nearest import listed
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.model.settings import is_run_id
from pai_notebook.model.version import NOT_REGISTERED
from pai_notebook.model.version_view import number_text

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

_LONGEST = 60
_LACK = {Kind.LOST: "no {kinds} recorded, {count} in {baseline}", Kind.GAINED: "{count} {kinds}, none recorded in {baseline}"}
_VERDICTS = {Verdict.WORSE: 0, Verdict.BETTER: 1, Verdict.CHANCE: 2, Verdict.UNKNOWN: 2}
_METRIC, _SETTING, _LABEL, _FIELD, _EVIDENCE = range(3, 8)


def changed_rows(comparison: Comparison, rows: Sequence[Row], place: int) -> list[Row]:
    """Rows in which a version differs from the baseline: what is worse first, then other metrics, settings, labels, fields and evidence."""
    differing = (row for row in rows if row.differs and row.changes[place].kind not in (Kind.SAME, Kind.BASELINE))
    return sorted(differing, key=lambda row: _group(comparison, row, place))


def _group(comparison: Comparison, row: Row, place: int) -> int:
    if row.is_evidence:
        return _EVIDENCE
    if row.section == "metrics":
        return _VERDICTS.get(comparison._together.verdict(row, place) or Verdict.SAME, _METRIC)  # noqa: SLF001 - for what is told of metrics
    return {"labels": _LABEL, "other": _FIELD}.get(row.section, _SETTING)


def is_bookkeeping(row: Row) -> bool:
    """Whether a row says where a version is kept, which run made it or how sure a number is, not what was changed."""
    if row.section in ("metrics", "other"):
        info = field_named(row.path) if row.section == "other" else None
        return row.is_evidence or (info is not None and info.bookkeeping)
    return is_run_id(row.path)


def lacking_settings(comparison: Comparison, rows: Sequence[Row], place: int) -> list[Row]:
    """Rows in which a version, or the baseline, states nothing because it states nothing of their kind; they are told once."""
    silent = comparison._silent  # noqa: SLF001 - for what is told of settings
    told = [row for row in rows if row.section != "metrics" and row.changes[place].kind in _LACK]
    return [row for row in told if {place, comparison.baseline_place} & silent.get(kind_of_row(row), frozenset())]


def told_lack(comparison: Comparison, lacking: Sequence[Row], place: int) -> list[tuple[Phrase, list[Row]]]:
    """Say which kinds of values a version has none of, and how many the baseline has; and which it has and the baseline has not."""
    told: list[tuple[Phrase, list[Row]]] = []
    for kind, words in _LACK.items():
        rows = [row for row in lacking if row.changes[place].kind is kind]
        if rows:
            kinds = listed(list(dict.fromkeys(map(kind_of_row, rows))))
            told.append((say(words, kinds=kinds, count=len(rows), baseline=comparison._spoken[comparison.baseline_name]), rows))  # noqa: SLF001 - how sentences call it
    return told


# What stands for the words of a difference that is not beyond chance, where lines have to be short.
_ALONE = {Verdict.BETTER: say("better if compared alone"), Verdict.WORSE: say("worse if compared alone")}
_SIGNS = {Verdict.CHANCE: "≈", Verdict.UNKNOWN: "?"}


def told_changes(comparison: Comparison, rows: Sequence[Row], place: int, most: int | None = None, *, signs: bool = False) -> list[Phrase]:
    """Say how the first rows of a version differ from the baseline; the last part of a setting's path names it where that is enough.

    With `signs` what is not beyond chance has a sign, as in tables, which a legend has to explain.
    """
    named = Counter(map(_last, rows))
    return [_told(comparison, row, place, _last(row) if named[_last(row)] == 1 else "", signs=signs) for row in rows[:most]]


def _last(row: Row) -> str:
    return row.path if row.section in ("metrics", "labels", "other") else (split_path(row.path) or (row.path,))[-1]


def _told(comparison: Comparison, row: Row, place: int, short: str, *, signs: bool) -> Phrase:
    base = comparison.baseline_place or 0
    change = row.changes[place]
    form = choose_format([cell.value for cell in (row.cells[base], row.cells[place]) if cell.value is not None])
    before, after = _values(row, (base, place), form)
    # a value of several words is told from the name before it
    told = "{name} {before} → {after}" if row.section == "metrics" else "{name}: {before} → {after}"
    said = say(told, name=_name(comparison, row, short), before=before, after=after)
    if row.section != "metrics" or row.is_evidence or not change.delta:
        return said
    said = say("{text} ({difference})", text=said, difference=told_difference(row, place, base, form))
    if change.verdict is None:
        return said
    if comparison._together.is_alone(row, place):  # noqa: SLF001 - for what is told of metrics
        words = ALONE[change.verdict] if signs else _ALONE[change.verdict]
        return joined([said, words], " " if signs else ", ")
    sign = _SIGNS.get(change.verdict) if signs else None
    return joined([said, sign], " ") if sign else say("{text}, {word}", text=said, word=change.told)


def _name(comparison: Comparison, row: Row, short: str) -> str:
    if row.section == "metrics":
        dataset = comparison.short_datasets.get(row.dataset, row.dataset)
        path = comparison.plain_paths[row.path]
        return say("{path} on {dataset}", path=path, dataset=dataset) if dataset else path
    info = field_named(row.key.section or row.path)
    if row.section == "other":
        return row.path if info is None else info.title
    if short:
        return short
    if row.section == "labels":
        return say("label {name}", name=row.path)
    return say("{section} {path}", section=row.section if info is None else info.title, path=comparison.plain_paths[row.path])


def _values(row: Row, places: tuple[int, int], form: NumberFormat) -> list[Phrase | str]:
    """Write two cells in few characters: texts without quotes where both are texts, other values so that they look different."""
    cells = [row.cells[place] for place in places]
    # apart from those of the other versions too, whose lines stand below each other
    texts = _apart([row.shown(place) for place in places], (row.shown(place) for place in range(len(row.cells))))
    if all(is_blank(cell) or isinstance(cell.raw, str) for cell in cells) and cells[0].text != cells[1].text:
        texts = _apart([cell.text for cell in cells], (cell.text for cell in row.cells))
    # the table has the values; here only where both say that they have several
    several = all(cell.state is State.DIFFERS for cell in cells)
    differs = [(cell.text if several else say(cell.state)) if cell.state is State.DIFFERS else "" for cell in cells]
    measured = row.section == "metrics" and (row.changes[places[1]].kind is not Kind.CHANGED or bool(row.changes[places[1]].delta))
    numbers = [_number(cell, form) if measured else say("Not registered") if cell.raw == NOT_REGISTERED else "" for cell in cells]
    said = zip(cells, differs, numbers, texts, strict=True)
    return ["—" if is_blank(cell) else differing or number or text for cell, differing, number, text in said]


def _number(cell: Cell, form: NumberFormat) -> Phrase | str:
    """Write the number of a metric, or how many a list has; empty where there is none."""
    if cell.value is not None:
        text = number_text(cell, form)
        return series_text(cell, text) if cell.state is State.SERIES else text
    return say("{count} values", count=len(cell.raw)) if cell.state is State.SERIES and cell.raw else ""


def _apart(texts: Sequence[str], every: Iterable[str]) -> list[str]:
    """Give two values in a line each; what is left out to make them short never makes them alike, nor like another of every version's."""
    lines = [" ".join(text.split()) for text in texts]
    if len(set(lines)) < len(set(texts)):
        lines = [repr(text)[1:-1] for text in texts]
    if max(map(len, lines)) <= _LONGEST:
        return lines
    others = dict.fromkeys(" ".join(text.split()) for text in every)
    return shorten_apart([*lines, *others], _LONGEST, cut_between_words)[: len(lines)]
