"""The sentences of a verdict about the metric that matters: which version is best by it, on each of its datasets."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.comparison.comparability import with_state
from pai_notebook.comparison.judged import Judged, Standing, has_number
from pai_notebook.comparison.leaders import how_sure, told_first
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.tolerance import exceeds
from pai_notebook.comparison.verdict import Finding
from pai_notebook.comparison.verdict_words import VERSIONS, VerdictWords
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.numbers import choose_format

if TYPE_CHECKING:
    from pai_notebook.comparison.leaders import Leaders

# How many groups of best versions the short sentence names, and how many versions of each.
_GROUPS, _FIRSTS = 3, 2

# Positions of the versions that are first, with the datasets on which all of these and no others are.
_Group = tuple[tuple[int, ...], list[str]]


class _OnDataset(NamedTuple):
    """The best of the metric that matters on one of its datasets."""

    leaders: Leaders | None
    dataset: str
    row: Row


class BestSentences(VerdictWords):
    """Says which version is best."""

    details: Sequence[Finding] = ()
    """What is said of each dataset where the metric was measured on several."""

    def best(self) -> Iterator[Finding]:
        """Say in one short sentence which version is best by the metric that matters and how sure that is; each dataset is a detail."""
        if not self._by:
            return
        several = len({row.dataset for row in self._comparison.metrics if row.path == self._by[0].path}) > 1
        told = [_OnDataset(self._comparison.leaders(row), self._dataset(row) if several and row.dataset else "", row) for row in self._by]
        led = [each for each in told if each.leaders is not None]
        is_sure = len(led) == len(told) and all(self._is_sure(each) for each in led)
        metric = self._path(self._by[0]) if len(told) > 1 else self._where(told[0])
        head = say("By {metric}", metric=metric)
        if led:
            head = told_first(metric, self._by[0].direction.mode, is_worse=bool(self._worse), is_sure=is_sure)
        rows = tuple((row.full_name, name) for row in self._by for name in self._names)
        said = "{head}: {versions}."
        if self._worse:
            rows = (*rows, *self._rows(self._worse))
            said = "{head}: {versions}; all metrics together, worse than {baseline}: {worse}."
        if len(told) == 1:
            versions = self._of_one(told[0])
        else:
            versions = self._of_several(led, len(told)) if led else joined(list(self._without_best(told)), "; ")
            self.details = [self._detail(each) for each in told] if led else ()
        words = {"head": head, "baseline": self._base, "worse": self._listed(self._worse, self._plainly)}
        yield Finding(say(said, **words, versions=versions), rows)

    def _is_sure(self, told: _OnDataset) -> bool:
        """Whether the best of a dataset is told apart from every other, and better than the baseline with all metrics together."""
        if told.leaders is None or not told.leaders.is_alone:
            return False
        best = told.leaders.best[0]
        judged = [each for each in self.judged if each.row is told.row and each.is_tested]
        if best == self._baseline:
            return not judged or any(each.standing is Standing.WORSE for each in judged)
        return all(each.standing is Standing.BETTER for each in judged if each.place == best)

    def _where(self, told: _OnDataset) -> Phrase | str:
        """Name the metric, and the dataset where it was measured on several."""
        path = self._path(told.row)
        return say("{path} on {dataset}", path=path, dataset=told.dataset) if told.dataset else path

    def _detail(self, told: _OnDataset) -> Finding:
        """Say of one dataset which version is best."""
        metric = self._where(told) if told.dataset else say("{text} without a dataset", text=self._path(told.row))
        text = say("{head}: {versions}.", head=say("By {metric}", metric=metric), versions=self._of_one(told))
        return Finding(text, tuple((told.row.full_name, name) for name in self._names), detail=True)

    def _of_several(self, led: Sequence[_OnDataset], total: int) -> Phrase:
        """Name all that are first on each dataset, and on which datasets one is told apart from every other."""
        firsts: dict[tuple[int, ...], list[str]] = {}
        for each in led:
            firsts.setdefault(tuple(sorted(each.leaders.equal if each.leaders else ())), []).append(each.dataset)
        groups = sorted(firsts.items(), key=lambda group: -len(group[1]))
        always = set(groups[0][0]).intersection(*firsts)
        is_everywhere = always and len(led) == total and all(each.dataset for each in led)
        text = self._with_sharers(always, groups, total) if is_everywhere else self._by_group(groups, total)
        alone = [each for each in led if each.leaders and each.leaders.is_alone]
        if len(alone) == total:
            return say("{text}; on each told apart from every other (95 % in this metric)", text=text)
        if datasets := [each.dataset for each in alone if each.dataset]:
            return say(
                "{text}; on {datasets} told apart from every other (95 % in this metric)", text=text, datasets=_datasets(datasets, total)
            )
        # without any interval there is nothing to be told apart by
        is_known = alone or any(each.leaders and (each.leaders.together or not each.leaders.unknown) for each in led)
        return say("{text}; on none told apart from every other", text=text) if is_known and not alone else text

    def _with_sharers(self, always: Collection[int], groups: Sequence[_Group], total: int) -> Phrase:
        """Name the versions that are first on every dataset, and where others share the first place with them."""
        text = _on(self._first_ones(sorted(always), groups), [dataset for _, datasets in groups for dataset in datasets], total)
        others_on = [([place for place in places if place not in always], datasets) for places, datasets in groups]
        shared = [(others, datasets) for others, datasets in others_on if others]
        if len(shared) > _GROUPS + 1:
            everywhere = [dataset for _, datasets in shared for dataset in datasets]
            return say("{text}, on {datasets} with {others}", text=text, datasets=_datasets(everywhere, total), others=say("others"))
        for others, datasets in shared:
            named = self._first_ones(others, groups)
            text = say("{text}, on {datasets} with {others}", text=text, datasets=_datasets(datasets, total), others=named)
        return text

    def _by_group(self, groups: Sequence[_Group], total: int) -> Phrase:
        """Name the first versions with their datasets, those of most datasets first; together are datasets with exactly the same ones."""
        named = groups[: _GROUPS if len(groups) > _GROUPS + 1 else len(groups)]
        texts = [_on(self._first_ones(places, groups), datasets, total) for places, datasets in named]
        if left := [dataset for _, datasets in groups[len(named) :] for dataset in datasets]:
            texts.append(_on(say("different"), left, total))
        return joined(texts, "; ")

    def _first_ones(self, places: Sequence[int], groups: Sequence[_Group]) -> Phrase:
        """Name versions; of many those that are first on most datasets."""
        on = {place: sum(len(datasets) for group, datasets in groups if place in group) for place in places}
        named = places if len(places) <= _FIRSTS + 1 else sorted(places, key=lambda place: (-on[place], place))[:_FIRSTS]
        return first([self._with_state(place) for place in sorted(places, key=lambda place: (place not in named, place))], _FIRSTS)

    @cached_property
    def _worse(self) -> list[Judged]:
        """In which other metrics those with the best value are worse than the baseline, with all metrics taken together."""
        first_ones = {place for row in self._by if (leaders := self._comparison.leaders(row)) for place in leaders.equal}
        by = {row.path for row in self._by}
        return [each for each in self._of[Standing.WORSE] if each.place in first_ones and each.row.path not in by]

    def _equal(self, leaders: Leaders) -> list[Phrase | str]:
        return [self._with_state(place) for place in leaders.equal]

    def _with_state(self, place: int) -> Phrase | str:
        """A version that is called the best, with what is to be known before it is chosen."""
        name = with_state(self._comparison.versions[place], self._called[place])
        return say("{version} (baseline)", version=name) if place == self._baseline else name

    def _of_one(self, told: _OnDataset) -> Phrase:
        """Say which version is best on one dataset, its value, and how sure that is; or why there is none."""
        leaders, _, row = told
        if leaders is None:
            return self._alike(row)
        form = choose_format([cell.value for cell in row.cells if cell.value is not None])
        best = say(
            "{versions} ({value})",
            versions=first(self._equal(leaders), VERSIONS),
            value=form.value(row.cells[leaders.best[0]].value or 0.0),
        )
        near, together = ([self._called[place] for place in places] for places in (leaders.near, leaders.together))
        text = how_sure(best, leaders, near=near, together=together)
        if leaders.is_alone:
            text = say("{text}, told apart from every other measured version (95 % in this metric alone)", text=text)
        if leaders.unknown and len(leaders.best) + len(leaders.unknown) < sum(map(has_number, row.cells)):
            unknown = first([self._called[place] for place in leaders.unknown], VERSIONS)
            text = say("{text}; of {others} no interval is known", text=text, others=unknown)
        return text

    def _without_best(self, told: Sequence[_OnDataset]) -> Iterator[Phrase]:
        """Say why there is no best, datasets of which the same is true together."""
        datasets: dict[Phrase, list[str]] = {}
        for _, dataset, row in told:
            datasets.setdefault(self._alike(row), []).append(dataset)
        for text, names in datasets.items():
            yield _on(text, names, len(told))

    def _alike(self, row: Row) -> Phrase:
        """Say why there is no best: equal values, or too few of them."""
        numbers = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and math.isfinite(cell.value)}
        versions = [self._called[place] for place in numbers]
        if len(versions) > 1:
            # whatever differs here is within the tolerance, else there would be a best one
            low, high = min(numbers.values()), max(numbers.values())
            is_within = exceeds(high - low, 0, max(abs(low), abs(high)))
            told = "within the tolerance as measured in {versions}" if is_within else "equal as measured in {versions}"
            return say(told, versions=first(versions, VERSIONS))
        is_infinite = any(cell.value is not None and math.isinf(cell.value) for cell in row.cells)
        told = "a finite number only in {versions}" if is_infinite else "known only for {versions}"
        return say(told, versions=joined(versions) or say("no version"))


def _on(text: Phrase, datasets: Sequence[str], total: int) -> Phrase:
    """Say on which of all datasets something is; nameless is what was measured without one."""
    named = [name for name in datasets if name]
    if len(named) == total:
        return say("{text}, on both datasets" if total == 2 else "{text}, on all {count} datasets", text=text, count=total)  # noqa: PLR2004
    told = [say("{text} on {dataset}", text=text, dataset=_datasets(named, total))] if named else []
    told += [say("{text} without a dataset", text=text)] if len(named) < len(datasets) else []
    return joined(told, "; ")


def _datasets(names: Sequence[str], total: int) -> Phrase:
    """Name one or two datasets; count more."""
    few = len(names) <= 2  # noqa: PLR2004 - as it says
    return joined(names) if few else say("{count} of {total} datasets", count=len(names), total=total)
