"""What changed, in sentences: one clause for one row, in a fixed order, in English or Chinese. Never says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pai_notebook.comparison.rows import Change, Kind, Row, Verdict, is_blank, passing_by_chance, told_difference
from pai_notebook.comparison.series import series_text
from pai_notebook.display import Block, Displayed, Note, Stack
from pai_notebook.i18n.phrases import Phrase, check_language, joined, say
from pai_notebook.model.equality import shorten_apart
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metrics import Cell, State
from pai_notebook.model.nearest import counted
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.model.version_view import number_text
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ONLY_ONE", "Clause", "Explanation", "explain_rows", "settings_that_changed"]

_LONGEST = 60
ONLY_ONE = "There is only one version, {name}: nothing to compare it with."
_SETTINGS = 4
_SHORT = 40
LISTED = 8
"""Rows of one group that are spelled out; the others are counted."""

_VERDICTS = {
    Verdict.BETTER: "{name} improved {change}, beyond chance (95 %)",
    Verdict.WORSE: "{name} worsened {change}, beyond chance (95 %)",
    Verdict.CHANCE: "{name} {change}, could be chance",
}
_EXACT = {Verdict.BETTER: "{name} improved {change}", Verdict.WORSE: "{name} worsened {change}"}
_HIGHER, _LOWER = "{name} {change}, higher, no interval known", "{name} {change}, lower, no interval known"
_CLAUSES = {
    Kind.CHANGED: "{name} changed {change}",
    Kind.LOST: "{name} is gone (was {before})",
    Kind.GAINED: "{name} is new ({after})",
}
_GROUPS = (*[say("metrics")] * 6, say("settings"), say("labels"), say("fields"))


@dataclass(frozen=True)
class Clause(Printed):
    """One part of a sentence and the row that backs it.

    Attributes
    ----------
    version : str
        The version it is about.
    row : str
        Full name of the row, for example `metrics.cer@d-a`; empty for a clause that counts rows.
    text : str
        The words.
    count : int
        How many rows it stands for.
    """

    version: str
    row: str
    text: str
    count: int = 1


class Explanation(Displayed):
    """Sentences about what changed, one for each version; `str` gives the text.

    Attributes
    ----------
    sentences : tuple of str
        One for each version.
    clauses : tuple of Clause
        Parts of the sentences, with the rows that back them.
    lang : str
        `en` or `zh`.
    note : str
        How many of the differences chance alone would produce; empty where that is less than one.
    """

    def __init__(self, sentences: Sequence[str], clauses: Sequence[Clause], lang: str, note: str = "") -> None:
        self.sentences = tuple(sentences)
        self.clauses = tuple(clauses)
        self.lang = lang
        self.note = note
        self._text = "\n".join(self._lines())

    def _lines(self) -> Sequence[str]:
        return (*self.sentences, self.note) if self.note else self.sentences

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Explanation | str):
            return NotImplemented
        return self._text == (other._text if isinstance(other, Explanation) else other)

    def __hash__(self) -> int:
        return hash(self._text)

    def __contains__(self, text: str) -> bool:
        return text in self._text

    def _brief(self) -> str:
        return f"of {counted(len(self.sentences), 'version')}: {self.sentences[0]}" if self.sentences else "of no versions"

    def _describe(self) -> Block:
        return Stack([Note(sentence) for sentence in self._lines()])


def explain_rows(rows: Sequence[Row], names: Sequence[str], baseline: int, lang: str = "en") -> Explanation:
    """Say for every version what differs from the baseline: what is worse or better beyond chance, other metrics, settings and so on.

    Raises
    ------
    ConfigurationError
        For a language other than en and zh.
    """
    check_language(lang)
    sentences, clauses = [], []
    if len(names) == 1:
        sentences.append(say(ONLY_ONE, name=names[0]).in_language(lang))
    for place, version in enumerate(names):
        if place == baseline:
            continue
        found = list(_clauses(rows, place, baseline))
        clauses += [Clause(version, row, said.in_language(lang), count) for row, said, count in found]
        told = joined([said for _, said, _ in found], "; ") if found else say("nothing differs")
        sentence = say("{version} against {baseline}: {clauses}.", version=version, baseline=names[baseline], clauses=told)
        sentences.append(sentence.in_language(lang))
    judged = [row.changes[place] for row in rows if row.section == "metrics" for place in range(len(names)) if place != baseline]
    note = passing_by_chance(judged)
    return Explanation(sentences, clauses, lang, note.in_language(lang) if note else "")


def _clauses(rows: Sequence[Row], place: int, baseline: int) -> Iterator[tuple[str, Phrase, int]]:
    """What differs: the row, the words, and how many rows they stand for."""
    groups: list[list[Row]] = [[] for _ in _GROUPS]
    for row in rows:
        change = row.changes[place]
        if change.kind not in (Kind.SAME, Kind.BASELINE) and not row.is_evidence:
            groups[_group(row, change)].append(row)
    for name, group in zip(_GROUPS, groups, strict=True):
        for row in group[:LISTED]:
            yield row.full_name, _clause(row, place, baseline), 1
        if len(group) > LISTED:
            count = len(group) - LISTED
            yield "", say("and {count} more {group}", count=count, group=name), count


def settings_that_changed(rows: Sequence[Row], place: int, baseline: int) -> list[Phrase]:
    """Say which settings and labels of a version differ from the baseline's, in few words, settings first."""
    found = [row for row in rows if row.section not in ("metrics", "other") and row.changes[place].kind not in (Kind.SAME, Kind.BASELINE)]
    found.sort(key=lambda row: row.section == "labels")
    told = [_setting(row, place, baseline) for row in found[:_SETTINGS]]
    return [*told, say("{count} more", count=len(found) - _SETTINGS)] if len(found) > _SETTINGS else told


def _setting(row: Row, place: int, baseline: int) -> Phrase:
    """Write a setting by the last part of its name; texts without quotes where both are texts."""
    cells = [row.cells[baseline], row.cells[place]]
    texts = _shown_apart(row, (baseline, place))
    if all(is_blank(cell) or isinstance(cell.raw, str) for cell in cells):
        texts = shorten_apart([cell.text for cell in cells], _SHORT, _shortened)
    before, after = ("—" if is_blank(cell) else text for cell, text in zip(cells, texts, strict=True))
    name = row.path if row.section == "labels" else (split_path(row.path) or (row.path,))[-1]
    return say("{name} {before} → {after}", name=name, before=before, after=after)


def _group(row: Row, change: Change) -> int:
    if row.section == "metrics":
        verdicts = {Verdict.WORSE: 0, Verdict.BETTER: 1, Verdict.CHANCE: 2, Verdict.UNKNOWN: 2}
        return verdicts[change.verdict] if change.verdict in verdicts else {Kind.CHANGED: 3, Kind.LOST: 4}.get(change.kind, 5)
    return 7 if row.section == "labels" else 8 if row.section == "other" else 6


def _clause(row: Row, place: int, baseline: int) -> Phrase:
    change, cells = row.changes[place], (row.cells[baseline], row.cells[place])
    form = choose_format([cell.value for cell in cells if cell.value is not None])
    before, after = _brief(row, (baseline, place), form)
    arrow = say("{before} → {after}", before=before, after=after)
    if change.percent is not None:
        arrow = say("{arrow} ({percent})", arrow=arrow, percent=row.percent_text(place))
    elif row.scale == "points" and change.delta:
        arrow = say("{arrow} ({percent})", arrow=arrow, percent=told_difference(row, place, baseline, form))
    return say(_template(change), name=_name(row), change=arrow, before=before, after=after)


def _template(change: Change) -> str:
    """Choose the words: improved and worsened only of what is beyond chance."""
    if change.verdict is Verdict.UNKNOWN:
        return _HIGHER if (change.delta or 0) > 0 else _LOWER
    if change.is_beyond_chance and change.evidence is not None and change.evidence.is_exact:
        return _EXACT[change.verdict or Verdict.BETTER]
    return _VERDICTS[change.verdict] if change.verdict in _VERDICTS else _CLAUSES[change.kind]


def _brief(row: Row, places: tuple[int, int], form: NumberFormat) -> list[Phrase | str]:
    """Write two cells in few characters: numbers as the row has them, their types where those differ, long texts cut with a mark."""
    cells = [row.cells[place] for place in places]
    kinds = row.kinds(places[1], places[0])
    change = row.changes[places[1]]
    numbers = row.section == "metrics" and (change.kind is not Kind.CHANGED or bool(change.delta))
    written = ["—" if is_blank(cell) else _number(cell, form) if numbers else "" for cell in cells]
    texts = _shown_apart(row, places)
    told: list[Phrase | str] = [one or other for one, other in zip(written, texts, strict=True)]
    if kinds is None or numbers:
        return told
    return [text if kind == "null" else say("{kind} {text}", kind=kind, text=text) for kind, text in zip(kinds, told, strict=True)]


def _number(cell: Cell, form: NumberFormat) -> Phrase | str:
    """Write the number of a metric, or how many a list has; empty where there is none."""
    if cell.value is not None:
        text = number_text(cell, form)
        return series_text(cell, text) if cell.state is State.SERIES else text
    return say("{count} values", count=len(cell.raw)) if cell.state is State.SERIES and cell.raw else ""


def _shown_apart(row: Row, places: tuple[int, int]) -> list[str]:
    """Give two values in a line each; what is left out to make them short never makes them alike."""
    full = [row.shown(place) for place in places]
    lines = [" ".join(text.split()) for text in full]
    if row.path == "description":
        lines = [line.rstrip(".。") for line in lines]
    if len(set(lines)) < len(set(full)):
        lines = [repr(text)[1:-1] for text in full]
    return shorten_apart(lines, _LONGEST, _shortened)


def _shortened(text: str, most: int) -> str:
    """Cut a long text: words at the end, an address or a path, which differ there, in the middle."""
    if len(text) <= most:
        return text
    return f"{text[: most - 1]}…" if " " in text else f"{text[: most // 2]}…{text[1 - most // 2 :]}"


def _name(row: Row) -> str:
    path = row.path
    if row.section == "metrics":
        return say("{path} on {dataset}", path=path, dataset=row.dataset) if row.dataset else path
    if row.section == "labels":
        return say("label {name}", name=path)
    info = field_named(row.key.section or row.path)
    if row.section == "other":
        return path if info is None else info.title
    return say("{section} {path}", section=row.section if info is None else info.title, path=path)
