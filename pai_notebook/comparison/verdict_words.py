"""How the sentences of a verdict write versions, metrics, datasets and differences: each once, the last ones of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.comparison.cell_changes import in_percent, told_difference
from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.judged import Judged, Standing, has_number
from pai_notebook.comparison.near_names import near_rows
from pai_notebook.comparison.rows import Row, is_alike, is_blank, left_to_lose
from pai_notebook.comparison.together import is_judged
from pai_notebook.comparison.verdict import Finding
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.numbers import choose_format

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.tolerance import Tolerance

# How many of each one sentence names.
VERSIONS, METRICS, DATASETS = 4, 3, 3
# How many metrics of versions one sentence tells singly.
_PAIRS = 6


def all_of(texts: Sequence[str], count: int) -> Phrase:
    """Join all of a few texts with "and" before the last, or the first of many."""
    return joined([joined(texts[:-1]), texts[-1]], " and ") if 1 < len(texts) <= count + 1 else first(texts, count)


class Loss(NamedTuple):
    """How much worse a version could still be in one metric, in its own unit."""

    size: float
    judged: Judged


class VerdictWords:
    """Writes what a sentence names. A base of what makes the sentences, which knows the results."""

    def __init__(
        self,
        comparison: Comparison,
        judged: Sequence[Judged],
        metrics: Sequence[Row],
        mixed: Sequence[Row],
        by: Sequence[Row],
        *,
        tolerance: Tolerance,
    ) -> None:
        self._comparison = comparison
        self._tolerance = tolerance
        self._names = comparison.names
        self._called = tuple(comparison._spoken.values())  # noqa: SLF001 - how sentences call them
        self._baseline = comparison.baseline_place or 0
        self._reason = comparison.baseline_reason
        self._metrics = metrics
        self._varied = [row for row in metrics if not is_alike(row)]
        self._mixed = mixed
        self.judged = judged
        self._of: dict[Standing, list[Judged]] = {standing: [] for standing in Standing}
        for each in judged:
            self._of[each.standing].append(each)
        self._by = [row for row in by if not looks_mixed(row)]
        self._datasets = comparison.short_datasets
        self._paths = comparison.plain_paths
        self._measured_on = Counter([self._paths[row.path] for row in comparison.metrics if row.role is None])
        self._tested = [each for each in judged if each.is_tested]
        self._singly = [each for each in self._of[Standing.CHANCE] if each.alone]

    @property
    def _base(self) -> str:
        return self._called[self._baseline]

    def _rows(self, judged: Iterable[Judged]) -> tuple[tuple[str, str], ...]:
        return tuple((each.row.full_name, self._names[each.place]) for each in judged)

    def _path(self, row: Row) -> str:
        return self._paths[row.path]

    def _dataset(self, row: Row) -> str:
        """Name a dataset; that there is none only where the metric has some elsewhere."""
        named = self._datasets.get(row.dataset, row.dataset)
        return named or (say("no dataset") if self._measured_on[self._path(row)] > 1 else "")

    def _told(self, template: str, judged: Sequence[Judged], write: Callable[[list[Judged]], str], *, most: int = VERSIONS) -> Finding:
        """Fill a template of ours with versions and, in each, the metrics."""
        return Finding(say(template, baseline=self._base, versions=self._listed(judged, write, most)), self._rows(judged), listing=True)

    def _listed(self, judged: Sequence[Judged], write: Callable[[list[Judged]], str], most: int = VERSIONS) -> Phrase:
        """Write versions and, in each, the metrics, each once over its datasets; of many the largest or the last.

        Where that would be long, versions that have the same in the same metrics on the same datasets are told together.
        """
        versions: dict[int, dict[str, list[Judged]]] = {}
        missing = write == self._as_missing
        for each in judged:
            name = self._lacked(each) if missing else self._path(each.row)
            versions.setdefault(each.place, {}).setdefault(name, []).append(each)
        most = most if len(versions) > most + 1 else len(versions)  # one more is told itself
        named = sorted(versions)
        if len(versions) > most:
            # what is left out is smaller than what is named, or lacks less; the names stand in their order all the same
            named = sorted(sorted(versions, key=lambda place: (-self._weight_of(versions[place], write), -place))[:most])
        alike: dict[object, list[int]] = {}  # by the rows or the metrics in which they are, or by themselves
        # what differs from version to version is told singly where there is room
        together = write in (self._with_datasets, self._as_missing) or sum(min(len(versions[place]), METRICS) for place in named) > _PAIRS
        for place in named:
            rows = tuple(each.row.key for several in versions[place].values() for each in several) if together else place
            # what one lacks may be called otherwise than what another lacks, though the rows are the same
            alike.setdefault((tuple(versions[place]), None if write == self._plainly else rows), []).append(place)
        texts = [self._in_metrics(places, versions, write) for places in alike.values()]
        shown = joined(texts, "; ")
        if len(versions) > most:
            shown = say("{shown}; and {count} more versions", shown=shown, count=len(versions) - most)
        return shown

    def _in_metrics(
        self, places: Sequence[int], versions: dict[int, dict[str, list[Judged]]], write: Callable[[list[Judged]], str]
    ) -> Phrase:
        """Name versions and the metrics that they have in common."""
        paths = list(versions[places[0]])
        named = METRICS if len(paths) > METRICS + 1 else len(paths)  # one more is told itself
        together = [[each for place in places for each in versions[place][path]] for path in paths[:named]]
        metrics: Phrase = joined([write(several) for several in together])
        if paths[named:]:
            metrics = say("{metrics} and {count} more metrics", metrics=metrics, count=len(paths) - named)
        return say("{version} in {metrics}", version=joined([self._called[place] for place in places]), metrics=metrics)

    def _with_differences(self, judged: list[Judged]) -> Phrase:
        """Write a metric with its difference on each dataset, or from the smallest to the largest of many."""
        metric = self._path(judged[0].row)
        rows = {each.row.key: each.row for each in judged}
        everywhere, several = self._measured_on[metric] == len(rows), len({each.place for each in judged}) > 1
        if (several or len(rows) > DATASETS or (everywhere and len(rows) == DATASETS)) and (ends := self._ends(judged)):
            if several and not everywhere:
                datasets = first([self._dataset(row) for row in rows.values()], DATASETS)
                ends = say("{datasets}: {differences}", datasets=datasets, differences=ends)
            return say("{metric} ({differences})", metric=metric, differences=ends)
        differences = []
        for each in judged:
            difference, dataset = self._difference(each), "" if self._measured_on[metric] == 1 else self._dataset(each.row)
            differences.append(say("{dataset} {difference}", dataset=dataset, difference=difference) if dataset else difference)
        return say("{metric} ({differences})", metric=metric, differences=first(differences, DATASETS))

    def _difference(self, judged: Judged, *, unit: bool = True) -> str:
        cells = (judged.row.cells[self._baseline], judged.row.cells[judged.place])
        form = choose_format([cell.value for cell in cells if cell.value is not None])
        return told_difference(judged.row, judged.place, self._baseline, form, unit=unit)

    def _ends(self, judged: Sequence[Judged]) -> Phrase | str:
        """Write the smallest and the largest of several differences of one metric; nothing where they have several units."""
        units = {"%" if in_percent(each.row, each.place) else each.row.scale.absolute.unit for each in judged}
        if len(units) > 1:
            return ""
        sizes = [each.change.percent if in_percent(each.row, each.place) else each.change.delta for each in judged]
        ends = [judged[sizes.index(pick(sizes, key=lambda size: size or 0.0))] for pick in (min, max)]
        low, high = map(self._difference, ends)
        count = len({each.row.key for each in judged})
        several = len({each.place for each in judged}) > 1
        total = self._measured_on[self._path(judged[0].row)]
        if low == high:
            return low if several or count == 1 else say("{difference} over {count} datasets", difference=low, count=count)
        if several:
            # of which version and dataset each end is, as a range alone would be read as that of each
            told = "{difference} in {version} on {dataset}" if count > 1 else "{difference} in {version}"
            low, high = (
                say(told, difference=text, version=self._called[each.place], dataset=self._dataset(each.row))
                for text, each in zip((low, high), ends, strict=True)
            )
            return say("{low} to {high}", low=low, high=high)
        over = "{low} to {high} over {count} of {total} datasets" if count < total else "{low} to {high} over {count} datasets"
        if high != self._difference(ends[1], unit=False):
            low = self._difference(ends[0], unit=False)  # the unit once; a factor has none
        return say(over, low=low, high=high, count=count, total=total)

    def _plainly(self, judged: list[Judged]) -> str:
        """Write a metric alone."""
        return self._path(judged[0].row)

    def _with_datasets(self, judged: list[Judged]) -> Phrase | str:
        """Write a metric with its datasets, where it was measured on others too."""
        path = self._path(judged[0].row)
        rows = {each.row.key: each.row for each in judged}
        everywhere = self._measured_on[path] == len(rows)
        datasets = [] if everywhere else [self._dataset(row) for row in rows.values()]
        return say("{metric} ({datasets})", metric=path, datasets=first(datasets, DATASETS)) if datasets else path

    def _weight_of(self, found: dict[str, list[Judged]], write: Callable[[list[Judged]], str]) -> float:
        """What decides which of many versions are named: the largest difference or how much is missing; else the last ones are."""
        rows = list(chain.from_iterable(found.values()))
        if write == self._with_differences:
            return max(map(self._size, rows))
        return len(rows) if write == self._as_missing else 0.0

    @cached_property
    def is_tolerant(self) -> bool:
        """Whether a tolerance holds for anything that is tested."""
        return any(
            self._tolerance.bound(each.row.path, each.row.dataset, each.row.cells[self._baseline].value or 0.0) for each in self._tested
        )

    @cached_property
    def _bare(self) -> frozenset[int]:
        """Positions of the versions that have none of the several quality metrics of the baseline."""
        # what is stated in two units is there
        missing = [row for row in (*self._varied, *self._mixed) if has_number(row.cells[self._baseline])]
        if len({row.path for row in missing}) < 2 or len(self._varied) < len(self._metrics):  # noqa: PLR2004 - one is named
            return frozenset()
        bare = [place for place in range(len(self._names)) if all(is_blank(row.cells[place]) for row in missing)]
        # under another name, as in percent, it may state one
        return frozenset(bare).difference(near_rows(self._metrics, self._baseline) if bare else ())

    def _lacked(self, judged: Judged) -> str:
        """What a metric that is missing is told by: its path, or all that a version lacks together."""
        if judged.place in self._bare and is_judged(judged.row):
            return say("every quality metric of {baseline}", baseline=self._base)
        return self._path(judged.row)

    def _as_missing(self, judged: list[Judged]) -> Phrase | str:
        """Write a metric with its datasets, or all that a version lacks in one."""
        name = self._lacked(judged[0])
        return name if name != self._path(judged[0].row) else self._with_datasets(judged)

    def _with_versions(self, judged: list[Judged]) -> Phrase | str:
        """Write a metric, and the versions of which something is true where it is not true of all that are tested in it."""
        path, places = self._path(judged[0].row), sorted({each.place for each in judged})
        tested = {each.place for each in self._tested if self._path(each.row) == path}
        versions = first([self._called[place] for place in places], VERSIONS)
        return path if set(places) == tested else say("{metric} ({versions})", metric=path, versions=versions)

    def _weight(self, loss: Loss) -> float:
        """How large a loss is beside those of other metrics: in parts of all that a share can lose, else of the baseline's value."""
        row = loss.judged.row
        if row.scale.points:
            return loss.size * row.scale.points / 100
        base = abs(row.cells[self._baseline].value or 0.0)
        return loss.size / base if base else loss.size

    def _size(self, judged: Judged) -> float:
        return self._weight(Loss(abs(judged.change.delta or 0.0), judged))

    def _loss(self, loss: Loss, *, alone: bool) -> Phrase:
        """Write how much worse a metric could still be, on which dataset, and of which version that is where several could."""
        row = loss.judged.row
        size, path, dataset = row.scale.at_most(loss.size), self._path(row), self._dataset(row)
        if loss.size >= left_to_lose(row, row.cells[self._baseline].value or 0.0):
            size = say("{loss} (all there is to lose)", loss=size)
        several = self._measured_on[path] > 1
        if alone:
            metric = say("{path} on {dataset}", path=path, dataset=dataset) if several else path
            return say("{size} in {metric}", size=size, metric=metric)
        version = self._called[loss.judged.place]
        whose = say("{version} on {dataset}", version=version, dataset=dataset) if several else version
        return say("{size} in {metric} ({version})", size=size, metric=path, version=whose)

    def _as_cost(self, judged: list[Judged]) -> Phrase:
        """Write a cost with its change, from the smallest to the largest over its datasets."""
        known = [each for each in judged if in_percent(each.row, each.place)]
        if len(known) < len(judged):  # a baseline of zero has no percent
            return self._with_differences(judged)
        return say("{metric} ({differences})", metric=self._path(judged[0].row), differences=self._ends(known))

    def _by_path(self, judged: Iterable[Judged], write: Callable[[list[Judged]], str]) -> list[str]:
        """Write each metric with what is said of it."""
        paths: dict[str, list[Judged]] = {}
        missing = write == self._as_missing
        for each in judged:
            paths.setdefault(self._lacked(each) if missing else self._path(each.row), []).append(each)
        return [write(several) for several in paths.values()]
