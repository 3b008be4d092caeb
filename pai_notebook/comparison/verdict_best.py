"""The sentences of a verdict about the metric that matters: which version is best by it, on each of its datasets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pai_notebook.comparison.comparability import with_state
from pai_notebook.comparison.judged import Judged, Standing, has_number
from pai_notebook.comparison.leaders import extreme_of, how_sure, told_first, told_open
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.tolerance import exceeds
from pai_notebook.comparison.verdict import LEAD, Finding
from pai_notebook.comparison.verdict_words import VERSIONS, VerdictWords
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.numbers import choose_format, format_computed

if TYPE_CHECKING:
    from pai_notebook.comparison.leaders import Leaders


class BestSentences(VerdictWords):
    """Says which version is best."""

    detail: Finding | None = None
    """What the short answer of several datasets leaves out."""

    def best(self) -> Iterator[Finding]:
        """Say which version is best by the metric that matters, on each of its datasets."""
        if not self._by:
            return
        metric = self._path(self._by[0])
        several = len({row.dataset for row in self._comparison.metrics if row.path == self._by[0].path}) > 1
        told = [(self._comparison.leaders(row), self._dataset(row) if several and row.dataset else "", row) for row in self._by]
        best = [self._best_of(row, leaders, dataset) for leaders, dataset, row in told if leaders is not None and not leaders.is_open]
        # where every version may be the best, none is called so
        others = [self._best_of(row, leaders, dataset) for leaders, dataset, row in told if leaders is not None and leaders.is_open]
        others += self._without_best([(dataset, row) for leaders, dataset, row in told if leaders is None])
        rows = tuple((row.full_name, name) for row in self._by for name in self._names)
        head = told_first(metric, self._by[0].direction.mode, is_worse=bool(self._worse)) if best else say("By {metric}", metric=metric)
        said = "{head}: {versions}."
        if self._worse:
            rows = (*rows, *self._rows(self._worse))
            said = "{head}: {versions}; all metrics together, worse than {baseline}: {worse}."
        told_of = {"head": head, "baseline": self._base, "worse": self._listed(self._worse, self._plainly)}
        versions = joined([*best, *others], "; ")
        whole = say(said, **told_of, versions=versions)
        # of several datasets the answer comes first; which versions and values these are, tables say, and the last sentence
        if len(told) > 1 and len(whole) > LEAD:
            self.detail = Finding(say("In detail: {versions}.", versions=versions), rows, detail=True)
            whole = say(said, **told_of, versions=self._best_in_short(told))
        yield Finding(whole, rows)

    @cached_property
    def _worse(self) -> list[Judged]:
        """In which other metrics those with the best value are worse than the baseline, with all metrics taken together."""
        first_ones = {place for row in self._by if (leaders := self._comparison.leaders(row)) for place in leaders.equal}
        by = {row.path for row in self._by}
        return [each for each in self._of[Standing.WORSE] if each.place in first_ones and each.row.path not in by]

    def _best_in_short(self, told: Sequence[tuple[Leaders | None, str, Row]]) -> Phrase:
        """Name the best on each dataset with how sure that is, datasets of which the same is true together; those without a best last."""
        datasets: dict[Phrase, list[str]] = {}
        for leaders, dataset, row in sorted(told, key=lambda each: 2 if each[0] is None else each[0].is_open):
            datasets.setdefault(self._shortly(leaders, row), []).append(dataset)
        said = []
        for text, names in datasets.items():
            named = [name for name in names if name]
            said += [say("{text} on {dataset}", text=text, dataset=joined(named))] if named else []
            said += [say("{text} without a dataset", text=text)] if len(named) < len(names) else []
        return joined(said, "; ")

    def _shortly(self, leaders: Leaders | None, row: Row) -> Phrase:
        """Name the best of one dataset, or how many it may be."""
        if leaders is None:
            return self._alike(row, shortly=True)
        if leaders.is_open:
            return say("no version can be told apart")
        others = len(leaders.together) + len(leaders.near)
        if others > VERSIONS:
            measured = sum(map(has_number, row.cells))
            text = say("{count} of {total} are not told apart", count=len(leaders.equal) + others, total=measured)
        else:
            return how_sure(first(self._equal(leaders), 1), leaders)
        return say("{text}, as measured", text=text) if leaders.unknown else text

    def _equal(self, leaders: Leaders) -> list[Phrase | str]:
        return [self._with_state(place) for place in leaders.equal]

    def _with_state(self, place: int) -> Phrase | str:
        """A version that is called the best, with what is to be known before it is chosen."""
        name = with_state(self._comparison.versions[place], self._called[place])
        return say("{version} (baseline)", version=name) if place == self._baseline else name

    def _best_of(self, row: Row, leaders: Leaders, dataset: str) -> Phrase:
        form = choose_format([cell.value for cell in row.cells if cell.value is not None])
        names = first(self._equal(leaders), VERSIONS)
        text = say("{versions} ({value})", versions=names, value=form.value(row.cells[leaders.best[0]].value or 0.0))
        if leaders.is_open:
            return self._open(text, leaders, dataset, extreme_of(row.direction.mode, is_worse=bool(self._worse)))
        text = say("{text} on {dataset}", text=text, dataset=dataset) if dataset else text
        if leaders.near:
            near, bound = first([self._called[place] for place in leaders.near], VERSIONS), format_computed(leaders.tolerance)
            text = say("{text}, with {versions} within the tolerance of {bound}", text=text, bound=bound, versions=near)
        if leaders.together:
            others = first([self._called[place] for place in leaders.together], VERSIONS)
            if len(leaders.together) > VERSIONS + 1:
                others = say("{count} others", count=len(leaders.together))
            apart = "{text}, from which {others} cannot be told apart"
            if leaders.tolerance:
                apart = "{text}, from which {others} cannot be told apart beyond the tolerance"
            text = say(apart, text=text, others=others)
        elif leaders.is_alone:
            text = say("{text}, told apart from every other measured version (95 % in this metric alone)", text=text)
        if not leaders.unknown:
            return text
        if not leaders.together:
            text = say("{text}, as measured", text=text)
        if len(leaders.best) + len(leaders.unknown) < sum(map(has_number, row.cells)):
            unknown = first([self._called[place] for place in leaders.unknown], VERSIONS)
            text = say("{text}; of {others} no interval is known", text=text, others=unknown)
        return text

    def _open(self, text: Phrase, leaders: Leaders, dataset: str, extreme: Phrase) -> Phrase:
        """Say that every version may be the best, and which is as measured."""
        if not dataset:
            return told_open(text, leaders, extreme)
        told_on = "on {dataset} no version can be told apart from the {extreme} as measured, {text}"
        if leaders.tolerance:
            told_on = "on {dataset} no version can be told apart beyond the tolerance from the {extreme} as measured, {text}"
        return say(told_on, text=text, dataset=dataset, extreme=extreme)

    def _without_best(self, rows: Sequence[tuple[str, Row]]) -> Iterator[Phrase]:
        """Say why there is no best, datasets of which the same is true together."""
        datasets: dict[Phrase, list[str]] = {}
        for dataset, row in rows:
            datasets.setdefault(self._alike(row), []).append(dataset)
        for text, names in datasets.items():
            yield say("{text} on {dataset}", text=text, dataset=joined(names)) if any(names) else text

    def _alike(self, row: Row, *, shortly: bool = False) -> Phrase:
        """Say why there is no best: equal values, or too few of them; shortly without the versions that are equal."""
        numbers = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and math.isfinite(cell.value)}
        versions = [self._called[place] for place in numbers]
        if len(versions) > 1:
            # whatever differs here is within the tolerance, else there would be a best one
            low, high = min(numbers.values()), max(numbers.values())
            is_within = exceeds(high - low, 0, max(abs(low), abs(high)))
            told = "within the tolerance as measured in {versions}" if is_within else "equal as measured in {versions}"
            return say(told, versions=say("{count} versions", count=len(versions)) if shortly else first(versions, VERSIONS))
        is_infinite = any(cell.value is not None and math.isinf(cell.value) for cell in row.cells)
        told = "a finite number only in {versions}" if is_infinite else "known only for {versions}"
        return say(told, versions=joined(versions) or say("no version"))
