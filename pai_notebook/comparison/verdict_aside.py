"""The sentences of a verdict about what takes no part in it: what is missing, what is not read, and what the versions cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from pai_notebook.comparison.direction import SIGNED
from pai_notebook.comparison.judged import Judged, Standing, has_number
from pai_notebook.comparison.rows import Kind, Row, is_blank
from pai_notebook.comparison.series import is_list
from pai_notebook.comparison.verdict import Finding
from pai_notebook.comparison.verdict_words import METRICS, VerdictWords
from pai_notebook.i18n.phrases import first, say
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metric_words import is_cost


def is_missing(judged: Judged, *, blank: bool) -> bool:
    """Whether the baseline's number has nothing beside it, or something that is no number."""
    return judged.standing is Standing.MISSING and is_blank(judged.row.cells[judged.place]) is blank


class AsideSentences(VerdictWords):
    """Says what takes no part in the verdict."""

    def _missing(self) -> Iterator[Finding]:
        found = [*self._of[Standing.MISSING], *self._of[Standing.NEW], *self._cost_missing]
        there = [each for each in found if each.standing is Standing.NEW]
        for blank, template, write in (
            (True, "Missing: {versions}.", self._as_missing),
            (False, "Not a finite number: {versions}.", self._with_datasets),
        ):
            if some := [each for each in found if is_missing(each, blank=blank)]:
                yield replace(self._told(template, some, write), caution=True)
        words = [row for row in self._varied if self._is_word(row)]
        if words:
            told = say(
                "Not a finite number in {baseline} and in others: {metrics}.",
                baseline=self._base,
                metrics=first([*dict.fromkeys(map(self._path, words))], METRICS),
            )
            yield Finding(told, tuple((row.full_name, name) for row in words for name in self._names))
        for blank, template in ((True, "Not measured in {baseline}: {metrics}."), (False, "Not a finite number in {baseline}: {metrics}.")):
            by_path: dict[str, dict[str, Judged]] = {}
            lacking = [each for each in there if is_blank(each.row.cells[self._baseline]) is blank and each.row not in words]
            for each in lacking:
                by_path.setdefault(self._path(each.row), {})[each.row.dataset] = each
            if by_path:
                metrics = first([self._with_datasets(list(several.values())) for several in by_path.values()], METRICS)
                rows = self._rows(lacking)
                yield Finding(say(template, baseline=self._base, metrics=metrics), rows)

    def _is_word(self, row: Row) -> bool:
        """Whether the baseline and another version state no number where there should be one, or a truth value that has changed."""
        base = row.cells[self._baseline]
        if has_number(base) or is_blank(base) or is_list(base):
            return False
        is_open = row.direction.mode is not None
        is_flag = base.state is State.BOOLEAN
        return any(
            place != self._baseline
            and not (has_number(cell) or is_blank(cell) or is_list(cell))
            and (row.changes[place].kind is not Kind.SAME if is_flag else is_open)
            for place, cell in enumerate(row.cells)
        )

    def _not_read(self) -> Iterator[Finding]:
        """Say what could not be judged, and what would let it."""
        unknown = self._of[Standing.NO_DIRECTION]
        signed = [each for each in unknown if each.row.direction is SIGNED]
        if signed:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in signed)), METRICS)
            told = "Not judged, as either sign is possible and closer to zero is better: {metrics}; an absolute value would be judged."
            yield Finding(say(told, metrics=metrics), self._rows(signed))
        found = [each for each in unknown if each.row.direction is not SIGNED]
        if found:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in found)), METRICS)
            told = "The direction of {metrics} is unknown; pass directions={{{path!r}: 'max'}} or 'min'."
            yield Finding(say(told, metrics=metrics, path=self._path(found[0].row)), self._rows(found))
        lists = [row for row in self._varied if any(map(is_list, row.cells))]
        if lists:
            metrics = first(list(dict.fromkeys(self._path(row) for row in lists)), METRICS)
            rows = tuple((row.full_name, name) for row in lists for name, cell in zip(self._names, row.cells, strict=True) if is_list(cell))
            told = "Lists of numbers are not judged: {metrics}; pass series= to choose a number, or repeats= if they are of runs or folds."
            yield Finding(say(told, metrics=metrics), rows)
        if self._mixed:
            metrics = first([row.key.shown for row in self._mixed], METRICS)
            rows = tuple((row.full_name, name) for row in self._mixed for name in self._names)
            yield Finding(say("Not judged, as some values look like percent and others like fractions: {metrics}.", metrics=metrics), rows)

    @cached_property
    def _cost_missing(self) -> list[Judged]:
        """Costs that a version has and the baseline lacks, or the other way round."""
        found = []
        for row in self._comparison._varied:  # noqa: SLF001 - a part of it
            if is_cost(row.path) and not row.is_evidence:
                base = has_number(row.cells[self._baseline])
                places = [place for place, cell in enumerate(row.cells) if has_number(cell) is not base]
                found += [Judged(row, place, Standing.MISSING if base else Standing.NEW) for place in places]
        return found

    @cached_property
    def _cost_judged(self) -> tuple[list[Judged], list[Judged]]:
        """What the versions cost otherwise than the baseline, beyond chance and as measured."""
        together = self._comparison._together  # noqa: SLF001 - as below
        found = [
            Judged(row, place, Standing.UNKNOWN)
            for row in self._comparison._varied  # noqa: SLF001 - a part of it
            if is_cost(row.path) and not row.is_evidence
            for place, change in enumerate(row.changes)
            # a size counts as a cost even where its direction is unknown
            if change.delta and change.kind in (Kind.BETTER, Kind.WORSE, Kind.CHANGED)
        ]
        return (
            [each for each in found if each.is_tested and together.is_beyond_chance(each.row, each.place)],
            [each for each in found if not each.is_tested],
        )

    def _costs(self) -> Iterator[Finding]:
        """Say what the versions cost, first what is beyond chance."""
        sure, measured = self._cost_judged
        if sure:
            told = self._told("Cost, beyond chance (95 % together): {versions}.", sure, self._as_cost)
            yield replace(told, caution=any(each.change.kind is Kind.WORSE for each in sure))
        if measured:
            yield self._told("Cost as measured: {versions}.", measured, self._as_cost)
