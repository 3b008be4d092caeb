"""A comparison as a table of plain cells, for frames, CSV and Excel; importing this needs pandas."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
import pandas as pd

from pai_notebook.comparison.rows import Row, is_blank
from pai_notebook.display import Block, Column, Displayed, Inline, Lines, Missing, Note, Section, Stack, Table
from pai_notebook.frames.columns import side_by_side
from pai_notebook.i18n.phrases import Phrase, first, joined, say, with_text
from pai_notebook.io.methods import FrameExports, Globs
from pai_notebook.io.table import PlainTable
from pai_notebook.model.metric_cells import State, whole_number
from pai_notebook.model.names import naming_of
from pai_notebook.model.nearest import counted, plain_paths, short_datasets
from pai_notebook.model.patterns import Chooser
from pai_notebook.model.text_columns import text_array, text_index
from pai_notebook.model.version_view import dataset_notes

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.together import Together
    from pai_notebook.comparison.two_sides import Evidence

T = TypeVar("T")


def comparison_frame(
    comparison: Comparison, rows: Sequence[Row], values: Sequence[str], *, flat: bool, named: bool = False
) -> pd.DataFrame:
    """Give rows as a DataFrame: indexed by section, path and dataset, which may be `named`; columns by version and kind of value."""
    names, together = comparison.names, comparison._together  # noqa: SLF001 - for what is said of a change
    words = partial(_words, together)
    kinds = {value: _columns(rows, len(names), value, words if value == "change" else _TEXTS.get(value)) for value in values}
    columns = {(name, value): kinds[value][place] for place, name in enumerate(names) for value in values}
    keys_of = [replace(row.key, dataset=row.key.label) if named and row.key.label else row.key for row in rows]
    levels = [[row.section for row in rows], [row.path for row in rows], [key.dataset for key in keys_of]]
    index = _levels(levels, ["section", "path", "dataset"])
    frame = side_by_side(list(columns.values()), index)
    keys = list(columns)
    if flat:
        frame.columns = text_index([f"{name}.{value}" for name, value in keys])
        frame.index = text_index([key.full for key in keys_of], "row")
        return frame
    frame.columns = _levels([[name for name, _ in keys], [value for _, value in keys]], ["version", "what"])
    return frame


def _levels(levels: Sequence[Sequence[str]], names: Sequence[str]) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([text_index(level) for level in levels], names=list(names))


def _words(together: Together, rows: Sequence[Row]) -> list[str | None]:
    return [together.word(row, place) for row in rows for place in range(len(row.cells))]


def _columns(rows: Sequence[Row], count: int, value: str, told_of: Told | None) -> Sequence[Any]:
    """One kind of value, a column for each version: made as one array and cut, since an array costs more than its values."""
    if told_of or value == "text" or (value == "value" and any(row.section != "metrics" for row in rows)):
        told = (told_of or _texts)(rows)
        made = text_array([text for place in range(count) for text in told[place::count]])
        return [made[place * len(rows) : (place + 1) * len(rows)] for place in range(count)]
    numbers = _NUMBERS[value](rows)
    return list(np.array(numbers, np.float64).reshape(len(rows), count).T)


def _of_evidence(rows: Sequence[Row], ask: Callable[[Evidence], T | None]) -> list[T | None]:
    """Ask the evidence of each change, once where several have the same, as most of a metric without an interval have."""
    evidence = [change.evidence for row in rows for change in row.changes]
    found = {key: ask(each) for key, each in {id(each): each for each in evidence}.items() if each is not None}
    return [found.get(id(each)) for each in evidence]


def _bounds(rows: Sequence[Row], side: str) -> list[float | None]:
    return _of_evidence(rows, lambda evidence: None if (known := evidence.interval) is None else float(getattr(known, side)))


@cache
def _word(known: StrEnum | None) -> str | None:
    return None if known is None else str(known)


def _texts(rows: Sequence[Row]) -> list[str | None]:
    return [None if is_blank(cell) else row.shown(place) for row in rows for place, cell in enumerate(row.cells)]


# What is found of rows, one version after the other within each.
_NUMBERS: dict[str, Callable[[Sequence[Row]], list[float | None]]] = {
    "value": lambda rows: [cell.value for row in rows for cell in row.cells],
    "delta": lambda rows: [change.delta for row in rows for change in row.changes],
    "percent": lambda rows: [change.percent for row in rows for change in row.changes],
    "low": lambda rows: _bounds(rows, "low"),
    "high": lambda rows: _bounds(rows, "high"),
}
_NUMBERS["delta_pct"] = _NUMBERS["percent"]
Told = Callable[[Sequence[Row]], list[str | None]]
_TEXTS: dict[str, Told] = {
    "state": lambda rows: [_word(cell.state) for row in rows for cell in row.cells],
    "verdict": lambda rows: [_word(change.verdict) for row in rows for change in row.changes],
    "evidence": lambda rows: _of_evidence(rows, lambda evidence: evidence.reason.in_language("en")),
}


class Coverage(FrameExports, Displayed, pd.DataFrame):  # type: ignore[misc]  # exports take what those of comparisons take
    """State of every metric in every version: a data frame that shows and writes itself as comparisons do."""

    _metadata: ClassVar[list[str]] = ["_called"]  # pandas adds its own where it pickles
    _called: tuple[Sequence[str], Mapping[str, str]] = ((), {})
    """How versions are shown, and what the registry calls datasets: a frame keeps plain texts and ids."""

    @property
    def _constructor(self) -> Callable[..., pd.DataFrame]:
        # a part of it is a frame like any other
        return pd.DataFrame

    def transpose(self, *args: Any, **options: Any) -> pd.DataFrame:  # type: ignore[override]
        """Give a plain frame with a row a version."""
        return pd.DataFrame(self).transpose(*args, **options)

    def _brief(self) -> str:
        return say("of {count} in {total}", count=counted(len(self), "metric"), total=counted(self.shape[1], "version"))

    def _tables(self, include: Globs = None, exclude: Globs = None) -> Iterator[PlainTable]:
        """Every state in full; `include` and `exclude` are globs over names of metrics."""
        naming = naming_of((dataset for _, dataset in self.index), self._called[1])
        keys = [naming(*key) for key in self.index]
        wanted = Chooser(include, exclude)
        wanted.warn_of_unused(keys)
        shown = self[[wanted(key) for key in keys]]
        yield PlainTable.from_frame(shown, name="states", caption=say("What each version states of each metric."))

    def _describe(self) -> Block:
        states = self.to_numpy()
        incomplete = [place for place in range(self.shape[1]) if any(state not in _WITH_NUMBER for state in states[:, place])]
        complete = [place for place in range(self.shape[1]) if place not in incomplete]
        places = sorted([*incomplete, *complete][:_VERSIONS])
        names, datasets = self._called
        short = short_datasets([dataset for _, dataset in self.index], datasets)
        plain = plain_paths([metric for metric, _ in self.index])
        gaps: list[list[Inline]] = []
        whole: list[list[Inline]] = []
        named: set[tuple[str, bool]] = set()
        for (metric, dataset), of_row in zip(self.index, states, strict=True):
            is_whole = all(state in _WITH_NUMBER for state in of_row)
            name = "" if (metric, is_whole) in named else plain[metric]
            named.add((metric, is_whole))
            (whole if is_whole else gaps).append([name, short.get(dataset, dataset), *(_sign(of_row[place]) for place in places)])
        notes: list[Inline] = [say("● number · ○ no number · – nothing recorded")]
        left_out = self.shape[1] - len(places)
        notes += (
            [say(_ALL_GAPS if len(incomplete) <= _VERSIONS else _FIRST_GAPS, count=len(places), total=self.shape[1])] if left_out else []
        )
        columns: list[Column | str] = [say("metric"), say("dataset"), *((names or list(map(str, self.columns)))[place] for place in places)]
        below = Lines([*notes, *dataset_notes(short, datasets)])
        # what has gaps is looked for; the rest is named above the table
        caption = say("Which metrics each version has") if not gaps or not whole else say("Metrics that some version lacks")
        blocks: list[Block] = [_marked(columns, gaps or whole, caption, below)]
        if gaps and whole:
            summary = say("{count} row" if len(whole) == 1 else "{count} rows", count=len(whole))
            blocks.append(Section(say("In every version"), [_marked(columns, whole, "", "")], folded=True, summary=summary))
        answer = self._in_short(plain, short)
        return Stack([*([Note(joined(answer, "\n"), "info")] if answer else []), *blocks])

    def _in_short(self, paths: Mapping[str, str], datasets: Mapping[str, str]) -> list[Phrase]:
        """Say which metrics every version has as numbers, which only one has and which, which none, and which versions lack most."""
        total = self.shape[1]
        names = self._called[0] or list(map(str, self.columns))
        having = [[place for place, state in enumerate(states) if state in _WITH_NUMBER] for states in self.to_numpy()]
        alone = sorted({places[0] for places in having if len(places) == 1})
        answer = list(self._gaps(having, paths, datasets))
        sentences: list[tuple[str, list[list[int]]]] = [
            *(("In {version} only: {metrics}.", [[place]]) for place in alone[: _ALONE if len(alone) <= _ALONE else 0]),
            ("In one version only: {metrics}.", [[place] for place in alone] if len(alone) > _ALONE else []),
            ("A number in no version: {metrics}.", [[]]),
            ("A number in all {count} versions: {metrics}.", [list(range(total))]),
        ]
        for said, wanted in sentences:
            metrics = self._metrics(having, wanted, paths, datasets) if total > 1 else []
            version = names[wanted[0][0]] if wanted and wanted[0] else ""
            answer += [say(said, count=total, version=version, metrics=first(metrics, 8))] if metrics else []
        return answer

    def _gaps(self, having: Sequence[list[int]], paths: Mapping[str, str], datasets: Mapping[str, str]) -> Iterator[Phrase]:
        """Say which versions lack which metrics that others have, those that lack the same together, the largest gaps first."""
        total, names = self.shape[1], self._called[0] or list(map(str, self.columns))
        some = Counter(tuple(places) for places in having if 1 < len(places) < total)
        for places, _ in some.most_common(_GAPS):
            lacking = [names[place] for place in range(total) if place not in places]
            metrics = self._metrics(having, [list(places)], paths, datasets)
            yield say("No number in {versions}: {metrics}.", versions=first(lacking, 5), metrics=first(metrics, 8))
        if left := sum(some.values()) - sum(count for _, count in some.most_common(_GAPS)):
            lack = Counter(place for places in having if 1 < len(places) < total for place in range(total) if place not in places)
            most = [say("{count} in {version}", count=count, version=names[place]) for place, count in lack.most_common()]
            yield say("Other gaps in {count} rows; of all gaps: {versions}.", count=left, versions=first(most, 5))

    def _metrics(
        self, having: Sequence[list[int]], wanted: Sequence[list[int]], paths: Mapping[str, str], datasets: Mapping[str, str]
    ) -> list[Phrase | str]:
        """Name the metrics that these versions and no others have as numbers, with their datasets where not on all of them."""
        found: dict[str, list[Phrase | str]] = {}
        for (metric, dataset), places in zip(self.index, having, strict=True):
            if places in wanted:
                found.setdefault(metric, []).append(datasets.get(dataset, dataset) or say("without a dataset"))
        everywhere = Counter(metric for metric, _ in self.index)
        return [
            paths[metric]
            if len(several) == everywhere[metric]
            else say("{metric} ({datasets})", metric=paths[metric], datasets=first(several, 3))
            for metric, several in found.items()
        ]


def _marked(columns: Sequence[Column | str], rows: Sequence[list[Inline]], caption: Phrase | str, note: Inline) -> Table:
    return Table(columns, rows, caption=caption, note=note, row_headers=2, pinned=2, unit=say("metrics"))


# How many groups of versions that lack the same are told.
_GAPS = 3
_VERSIONS = 20
# Of so many versions that alone have a number it is said which they are.
_ALONE = 3
_ALL_GAPS = "showing {count} of {total} versions, all among them that lack a number"
_FIRST_GAPS = "showing {count} of {total} versions, the first that lack a number"
_WITH_NUMBER = {State.NUMBER: "●", State.NUMERIC_TEXT: say("● as text")}
_NOTHING = (State.ABSENT, State.NO_METRICS)


def _sign(state: str) -> Inline:
    """A sign for a number and for nothing; every other state in its own word."""
    if state in _WITH_NUMBER:
        return _WITH_NUMBER[State(state)]
    return "–" if state in _NOTHING else Missing(say(state)) if state == State.FETCH_FAILED else say("○ {state}", state=say(state))


def coverage_frame(rows: Sequence[Row], names: Sequence[str], failed: Mapping[str, str], datasets: Mapping[str, str]) -> Coverage:
    """Give the state of every metric in every version, those that could not be fetched included: how they are called by their addresses."""
    states = [[*(str(cell.state) for cell in row.cells), *([str(State.FETCH_FAILED)] * len(failed))] for row in rows]
    index = _levels([[row.path for row in rows], [row.dataset for row in rows]], ["metric", "dataset"])
    columns = zip(*states, strict=True) if states else [()] * (len(names) + len(failed))
    frame = pd.DataFrame(dict(enumerate(text_array(list(column)) for column in columns)), index=index)
    frame.columns = text_index([*names, *failed])
    coverage = Coverage(frame)
    coverage._called = ([*names, *failed.values()], datasets)  # noqa: SLF001 - its own
    return coverage


def flat_table(comparison: Comparison) -> tuple[list[str], list[list[Any]]]:
    """Give header and rows of plain cells: what is compared, its direction, and for each version value, delta and verdict."""
    header: list[str] = [say("section"), say("name"), say("dataset"), with_text(say("direction"), "better")]
    for place, name in enumerate(comparison.names):
        header.append(name)
        if place != comparison.baseline_place:
            header += [f"{name} delta", f"{name} percent", f"{name} change"]
    return header, [_plain(comparison, row) for row in comparison.shown]


def plain_value(row: Row, place: int) -> float | str:
    """Give what a version states as exports have it: a number in full, the state of what is not there, else what is shown of it."""
    cell = row.cells[place]
    if row.section == "metrics" and cell.state in (State.NUMBER, State.NUMERIC_TEXT) and cell.value is not None:
        whole = whole_number(cell.raw)
        return cell.value if whole is None else whole
    if is_blank(cell):
        return say(cell.state)
    # an infinite number as programs read it, not as JSON has it
    return cell.raw if isinstance(cell.raw, float) and math.isinf(cell.raw) else row.shown(place)


def _plain(comparison: Comparison, row: Row) -> list[Any]:
    plain: list[Any] = [row.section, row.path, row.dataset, row.direction.mode or (say("unknown") if row.section == "metrics" else "")]
    for place, change in enumerate(row.changes):
        plain.append(plain_value(row, place))
        if place != comparison.baseline_place:
            plain += [change.delta, change.percent, comparison._together.word(row, place)]  # noqa: SLF001 - as every surface says it
    return plain
