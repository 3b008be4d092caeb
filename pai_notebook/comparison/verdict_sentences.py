"""The sentences of a verdict, by fixed rules: never a score, never an order across metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.interval import level_of_each
from pai_notebook.comparison.rows import Kind, Row, in_percent, is_alike, is_blank, told_difference
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import is_list
from pai_notebook.comparison.verdict import ONLY_ONE, Finding, Judged, OverallVerdict, Standing, has_number, in_short, is_judged, judge
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.metric_words import is_cost
from pai_notebook.model.numbers import choose_format, format_computed
from pai_notebook.model.source import unique_names

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.leaders import Leaders
    from pai_notebook.comparison.tolerance import Tolerance
    from pai_notebook.model.version import ModelVersion

# How many of each one sentence names.
_VERSIONS, _METRICS, _DATASETS = 4, 3, 3
# From more candidates on, sentences count the versions and a fold goes through them.
_MANY = 6
# How many versions that fold goes through.
_LISTED = 20
# How many metrics of versions one sentence tells singly.
_PAIRS = 6


def make_verdict(comparison: Comparison, by: Sequence[Row], asked: str, tolerance: Tolerance) -> OverallVerdict:
    """Say what a comparison answers.

    Parameters
    ----------
    comparison : Comparison
        With at least one version.
    by : sequence of Row
        The metric that matters on each of its datasets.
    asked : str
        Its name as it was asked for, empty where none was.
    tolerance : Tolerance
        How much may differ and still count as the same.
    """
    baseline = comparison.baseline_place
    if baseline is None:
        return OverallVerdict(asked, "", (), (), ())
    candidates = [row for row in comparison.metrics if is_judged(row)]
    mixed = {row.key: row for row in candidates if looks_mixed(row)}
    metrics = [row for row in candidates if row.key not in mixed]
    places = [place for place in range(len(comparison.names)) if place != baseline]
    judged = judge(metrics, places, baseline, tolerance)
    sentences = _Sentences(comparison, judged, metrics, list(mixed.values()), by, tolerance=tolerance)
    found = list(sentences.findings())
    if len(places) <= _MANY:
        return OverallVerdict(asked, comparison.names[baseline], comparison.names, judged, found)
    verdict = OverallVerdict(asked, comparison.names[baseline], comparison.names, judged, found, each=list(sentences.one_by_one()))
    # of many versions it is counted first how many are what, before it is said of which metric
    best, short = list(sentences.best()), in_short(verdict)
    rest = sorted(found[len(best) :], key=lambda finding: finding.listing)
    verdict.findings = (*best, *([short] if short else []), *rest)
    return verdict


def _all_of(texts: Sequence[str], count: int) -> Phrase:
    """Join all of a few texts with "and" before the last, or the first of many."""
    return joined([joined(texts[:-1]), texts[-1]], " and ") if 1 < len(texts) <= count + 1 else first(texts, count)


def _with_models(versions: Sequence[ModelVersion], names: Sequence[str]) -> Sequence[str]:
    """Names of versions as sentences say them: where several models are there, with the model."""
    models = unique_names((version.model_id, version.provenance.model_name) for version in versions)
    if len({version.model_id for version in versions if version.is_registered}) < 2:  # noqa: PLR2004 - one needs no name
        return names
    return [
        joined([models.get(version.model_id, version.model_id), name.removeprefix(f"{version.model_id}@")], " ")
        if version.is_registered and version.model_id
        else name
        for version, name in zip(versions, names, strict=True)
    ]


def _is_measured(judged: Judged) -> bool:
    return judged.standing is Standing.UNKNOWN


class _Sentences:
    """Makes the sentences, the most important first."""

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
        self._called = _with_models(comparison.versions, comparison.names)
        self._baseline = comparison.baseline_place or 0
        self._metrics = metrics
        self._mixed = mixed
        self._judged = judged
        self._by = [row for row in by if not looks_mixed(row)]
        self._datasets = comparison.short_datasets
        self._paths = comparison.plain_paths
        self._measured_on = Counter(self._path(row) for row in metrics)
        self._tested = [each for each in judged if each.is_tested]

    def findings(self) -> Iterator[Finding]:
        if len(self._names) == 1:
            yield Finding(say(ONLY_ONE, name=self._called[0]))
            return
        yield from self.best()
        compared = [each for each in self._judged if each.standing is not Standing.MISSING]
        if compared:
            yield from self._what_differs(compared)
        elif not self._mixed:
            yield Finding(self._nothing())
        yield from self._missing()
        yield from self._unknown()
        yield from self._measured()
        yield from self._not_read()
        yield from self._costs()
        if compared and not self._by and len({row.path for row in self._metrics}) > 1:
            yield Finding(say("Name the metric that matters: by={name!r}.", name=self._path(self._metrics[0])), advice=True)

    def one_by_one(self) -> Iterator[tuple[str, Phrase]]:
        """Say of each version, of many of the last, what the sentences say of all."""
        costs = [each for several in self._cost_judged for each in several]
        for place in [place for place in range(len(self._names)) if place != self._baseline][-_LISTED:]:
            mine = [each for each in self._judged if each.place == place]
            parts = [
                (write, said, found)
                for said, write, chosen in (
                    ("worse: {metrics}", self._with_differences, lambda each: each.standing is Standing.WORSE),
                    ("better: {metrics}", self._with_differences, lambda each: each.standing is Standing.BETTER),
                    ("worse taken singly: {metrics}", self._with_differences, lambda each: each.alone and not each.is_ahead),
                    ("better taken singly: {metrics}", self._with_differences, lambda each: each.alone and each.is_ahead),
                    ("behind as measured: {metrics}", self._with_differences, lambda each: _is_measured(each) and not each.is_ahead),
                    ("ahead as measured: {metrics}", self._with_differences, lambda each: _is_measured(each) and each.is_ahead),
                    ("missing: {metrics}", self._with_datasets, self._is_missing),
                )
                if (found := list(filter(chosen, mine)))
            ]
            parts += [(self._as_cost, "cost: {metrics}", found)] if (found := [each for each in costs if each.place == place]) else []
            told = [say(said, metrics=first(self._by_path(found, write), _METRICS)) for write, said, found in parts]
            standings = {each.standing for each in mine}
            if standings & {Standing.CHANCE, Standing.SAME} and not standings & {Standing.WORSE, Standing.BETTER}:
                told.insert(0, say("not told apart"))
            elif not told:
                told.append(say("no interval known"))
            yield self._called[place], joined(told, "; ")

    def _by_path(self, judged: Iterable[Judged], write: Callable[[list[Judged]], str]) -> list[str]:
        """Write each metric with what is said of it."""
        paths: dict[str, list[Judged]] = {}
        for each in judged:
            paths.setdefault(self._path(each.row), []).append(each)
        return [write(several) for several in paths.values()]

    def _is_missing(self, judged: Judged) -> bool:
        return judged.standing is Standing.MISSING and has_number(judged.row.cells[self._baseline])

    def _what_differs(self, compared: Sequence[Judged]) -> Iterator[Finding]:
        """Say what is better and worse, sure together first, and what could still be worse where nothing is."""
        tested = self._tested
        decided = [*self._decided(Standing.WORSE), *self._decided(Standing.BETTER)]
        if decided:
            yield from decided
        elif tested:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in tested)), _METRICS)
            said = "In {metrics} nothing is better or worse than {baseline} beyond chance (95 % together)."
            yield Finding(say(said, metrics=metrics, baseline=self._base), self._rows(tested))
        elif all(each.standing is Standing.SAME for each in compared):
            yield Finding(say("Equal to {baseline} as measured in every quality metric.", baseline=self._base), self._rows(compared))
        yield from self._alone()
        yield from self._unseen()
        yield from self._not_covered()

    @property
    def _base(self) -> str:
        return self._called[self._baseline]

    def _nothing(self) -> Phrase:
        """Say why there is no verdict."""
        if not any(has_number(cell) for row in self._metrics for cell in row.cells):
            return say("No verdict: no metric says how good these versions are.")
        return say("No verdict: no metric was measured in {baseline} and in another version.", baseline=self._base)

    def _rows(self, judged: Iterable[Judged]) -> tuple[tuple[str, str], ...]:
        return tuple((each.row.full_name, self._names[each.place]) for each in judged)

    def _path(self, row: Row) -> str:
        return self._paths[row.path]

    def _dataset(self, row: Row) -> str:
        """Name a dataset; that there is none only where the metric has some elsewhere."""
        named = self._datasets.get(row.dataset, row.dataset)
        return named or (say("no dataset") if self._measured_on[self._path(row)] > 1 else "")

    def _told(self, template: str, judged: Sequence[Judged], write: Callable[[list[Judged]], str], *, most: int = _VERSIONS) -> Finding:
        """Fill a template of ours with versions and, in each, the metrics, each once over its datasets; of many the last are named.

        Where that would be long, versions that have the same in the same metrics on the same datasets are told together.
        """
        versions: dict[int, dict[str, list[Judged]]] = {}
        for each in judged:
            versions.setdefault(each.place, {}).setdefault(self._path(each.row), []).append(each)
        most = most if len(versions) > most + 1 else len(versions)  # one more is told itself
        named = sorted(versions)[-most:]
        alike: dict[object, list[int]] = {}
        # what differs from version to version is told singly where there is room
        together = write == self._with_datasets or sum(min(len(versions[place]), _METRICS) for place in named) > _PAIRS
        for place in named:
            rows = tuple(each.row.key for several in versions[place].values() for each in several)
            alike.setdefault(rows if together else place, []).append(place)
        texts = [self._in_metrics(places, versions, write) for places in alike.values()]
        shown = joined(texts, "; ")
        if len(versions) > most:
            shown = say("{shown}; and {count} more versions", shown=shown, count=len(versions) - most)
        return Finding(say(template, baseline=self._base, versions=shown), self._rows(judged), listing=True)

    def _in_metrics(
        self, places: Sequence[int], versions: dict[int, dict[str, list[Judged]]], write: Callable[[list[Judged]], str]
    ) -> Phrase:
        """Name versions and the metrics that they have in common."""
        paths = list(versions[places[0]])
        named = _METRICS if len(paths) > _METRICS + 1 else len(paths)  # one more is told itself
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
        if (several or len(rows) > _DATASETS or (everywhere and len(rows) == _DATASETS)) and (ends := self._ends(judged)):
            if several and not everywhere:
                datasets = first([self._dataset(row) for row in rows.values()], _DATASETS)
                ends = say("{datasets}: {differences}", datasets=datasets, differences=ends)
            return say("{metric} ({differences})", metric=metric, differences=ends)
        differences = []
        for each in judged:
            difference, dataset = self._difference(each), "" if self._measured_on[metric] == 1 else self._dataset(each.row)
            differences.append(say("{dataset} {difference}", dataset=dataset, difference=difference) if dataset else difference)
        return say("{metric} ({differences})", metric=metric, differences=first(differences, _DATASETS))

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

    def _with_datasets(self, judged: list[Judged]) -> Phrase | str:
        """Write a metric with its datasets, where it was measured on others too."""
        path = self._path(judged[0].row)
        rows = {each.row.key: each.row for each in judged}
        everywhere = self._measured_on[path] == len(rows)
        datasets = [] if everywhere else [self._dataset(row) for row in rows.values()]
        return say("{metric} ({datasets})", metric=path, datasets=first(datasets, _DATASETS)) if datasets else path

    def _decided(self, standing: Standing) -> Iterator[Finding]:
        found = [each for each in self._judged if each.standing is standing]
        worse = "Worse than {baseline} beyond chance (95 % together): {versions}."
        better = "Better than {baseline} beyond chance (95 % together): {versions}."
        if found:
            # what is shown to be better or worse is never left out
            yield self._told(worse if standing is Standing.WORSE else better, found, self._with_differences, most=len(self._names))

    def best(self) -> Iterator[Finding]:
        """Say which version is best by the metric that matters, on each of its datasets."""
        if not self._by:
            return
        metric = self._path(self._by[0])
        several = len({row.dataset for row in self._comparison.metrics if row.path == self._by[0].path}) > 1
        told = [(self._comparison.leaders(row), self._dataset(row) if several and row.dataset else "", row) for row in self._by]
        best = [self._best_of(row, leaders, dataset) for leaders, dataset, row in told if leaders is not None]
        others = [self._alike(row, dataset) for leaders, dataset, row in told if leaders is None]
        rows = tuple((row.full_name, name) for row in self._by for name in self._names)
        if best:
            yield Finding(say("Best by {metric}: {versions}.", metric=metric, versions=joined(best, "; ")), rows)
        if others:
            yield Finding(say("By {metric}: {versions}.", metric=metric, versions=joined(others, "; ")), rows)

    def _best_of(self, row: Row, leaders: Leaders, dataset: str) -> Phrase:
        form = choose_format([cell.value for cell in row.cells if cell.value is not None])
        told = [
            say("{version} (baseline)", version=self._base) if place == self._baseline else self._called[place] for place in leaders.equal
        ]
        names = first(told, _VERSIONS)
        text = say("{versions} ({value})", versions=names, value=form.value(row.cells[leaders.best[0]].value or 0.0))
        text = say("{text} on {dataset}", text=text, dataset=dataset) if dataset else text
        if leaders.near:
            near, bound = first([self._called[place] for place in leaders.near], _VERSIONS), format_computed(leaders.tolerance)
            text = say("{text}, with {versions} within the tolerance of {bound}", text=text, bound=bound, versions=near)
        if leaders.together:
            others = first([self._called[place] for place in leaders.together], _VERSIONS)
            if len(leaders.together) > _VERSIONS + 1:
                others = say("{count} others", count=len(leaders.together))
            text = say("{text}, from which {others} cannot be told apart", text=text, others=others)
        elif leaders.is_alone:
            text = say("{text}, told apart from every other with a number (95 % in this metric alone)", text=text)
        if not leaders.unknown:
            return text
        if not leaders.together:
            text = say("{text}, as measured", text=text)
        if len(leaders.best) + len(leaders.unknown) < sum(map(has_number, row.cells)):
            unknown = first([self._called[place] for place in leaders.unknown], _VERSIONS)
            text = say("{text}; of {others} no interval is known", text=text, others=unknown)
        return text

    def _alike(self, row: Row, dataset: str) -> Phrase:
        """Say why there is no best: equal values, or too few of them."""
        numbers = [place for place, cell in enumerate(row.cells) if has_number(cell)]
        if len(numbers) > 1:
            text = say(
                "equal as measured or within the tolerance in {versions}",
                versions=first([self._called[place] for place in numbers], _VERSIONS),
            )
        else:
            text = say("known for {versions} only", versions=joined([self._called[place] for place in numbers]) or say("no version"))
        return say("{text} on {dataset}", text=text, dataset=dataset) if dataset else text

    def _unseen(self) -> Iterator[Finding]:
        """Say by how much versions could still be worse in what is neither told as worse nor better, beyond what is tolerated."""
        together = level_of_each(len(self._tested))
        losses: dict[str, list[tuple[float, Judged]]] = {}
        few: list[Judged] = []
        for each in self._tested:
            told = each.standing in (Standing.WORSE, Standing.BETTER) or (each.alone and not each.is_ahead)
            if told or each.change.evidence is None:
                continue
            interval = each.change.evidence.telling(together)
            if interval is None:
                few.append(each)
            else:
                loss = -interval.low if each.row.direction.mode == "max" else interval.high
                if loss > self._tolerance.bound(each.row.path, each.row.dataset, each.row.cells[self._baseline].value or 0.0):
                    losses.setdefault(self._path(each.row), []).append((loss, each))
        found = [each for several in losses.values() for _, each in several]
        if found:
            places = sorted({each.place for each in found})
            could = [self._loss(path, several, alone=len(places) == 1) for path, several in losses.items()]
            unknown = any(each.standing is Standing.UNKNOWN and each.place in places for each in self._judged)
            of_all = "{versions} could still be worse by up to about {losses}."
            of_some = "Where an interval is known, {versions} could still be worse by up to about {losses}."
            named = _all_of([self._called[place] for place in places], _VERSIONS)
            yield Finding(say(of_some if unknown else of_all, versions=named, losses=_all_of(could, _METRICS)), self._rows(found))
        if few:
            yield self._told("Too few runs to tell how much worse these could still be: {versions}.", few, self._with_datasets)

    def _not_covered(self) -> Iterator[Finding]:
        """Say of which metrics the intervals cover other runs only: on other examples the difference may be another one."""
        found = []
        for each in self._tested:
            sides = each.change.evidence.sides if each.change.evidence is not None else None
            if sides is not None and isinstance(sides[0], Runs) and isinstance(sides[1], Runs) and not sides[0].covers_examples(sides[1]):
                found.append(each)
        if found:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in found)), _METRICS)
            yield Finding(say("The intervals of {metrics} cover other runs, not other examples.", metrics=metrics), self._rows(found))

    def _loss(self, path: str, losses: Sequence[tuple[float, Judged]], *, alone: bool) -> Phrase:
        """Write how much worse a metric could still be, and of which version that is."""
        loss, each = max(losses, key=lambda item: item[0])
        row = each.row
        size = row.scale.at_most(loss)
        if any(other.standing is Standing.WORSE and other.place == each.place and other.row.path == row.path for other in self._judged):
            path = say("{path} on {dataset}", path=path, dataset=self._dataset(row))  # not where it is worse for sure
        if alone:
            return say("{size} in {metric}", size=size, metric=path)
        return say("{size} in {metric} ({version})", size=size, metric=path, version=self._called[each.place])

    def _unknown(self) -> Iterator[Finding]:
        found = [each for each in self._judged if each.standing is Standing.UNKNOWN]
        tested = {self._path(each.row) for each in self._tested}
        nowhere = [each for each in found if self._path(each.row) not in tested]
        if nowhere:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in nowhere)), _METRICS)
            none = "No interval is known, so that nothing can be called better or worse: {metrics}."
            yield Finding(say("No interval is known for {metrics}." if tested else none, metrics=metrics), self._rows(nowhere))
        if partly := [each for each in found if self._path(each.row) in tested]:
            yield self._told("No interval is known for {versions}.", partly, self._with_datasets)
        refused: dict[Phrase, list[Judged]] = {}
        for each in found:
            if each.change.evidence is not None and not each.change.evidence.reason.startswith("no interval known"):
                refused.setdefault(each.change.evidence.reason, []).append(each)
        if refused:
            # what is given and does not fit is an error of somebody
            reason, several = next(iter(refused.items()))
            metric = first(list(dict.fromkeys(self._path(each.row) for each in several)), _METRICS)
            yield Finding(
                say("What is given for {metrics} gives no interval: {reason}.", metrics=metric, reason=reason), self._rows(several)
            )

    def _measured(self) -> Iterator[Finding]:
        """Say what is ahead and behind as measured only."""
        found = [each for each in self._judged if each.standing is Standing.UNKNOWN]
        for ahead in (True, False):
            some = [each for each in found if each.is_ahead is ahead]
            if some:
                template = "As measured, ahead of {baseline}: {versions}." if ahead else "As measured, behind {baseline}: {versions}."
                yield self._told(template, some, self._with_differences)

    def _alone(self) -> Iterator[Finding]:
        """Say what would be beyond chance if nothing else had been looked at."""
        for ahead in (False, True):
            found = [each for each in self._judged if each.alone and each.is_ahead is ahead]
            if found:
                worse = "Worse beyond chance taken singly (95 %), but not with all that was compared taken together: {versions}."
                better = "Better beyond chance taken singly (95 %), but not with all that was compared taken together: {versions}."
                yield self._told(better if ahead else worse, found, self._with_differences)

    def _missing(self) -> Iterator[Finding]:
        found = [each for each in self._judged if each.standing is Standing.MISSING]
        here = [each for each in found if has_number(each.row.cells[self._baseline])]
        there = [each for each in found if not has_number(each.row.cells[self._baseline])]
        measured = {each.place for each in self._judged if each.standing is not Standing.MISSING}
        apart = {each.place for each in here} - measured if measured else set()
        if apart:
            versions = first([self._called[place] for place in sorted(apart)], _VERSIONS)
            said = "In {versions} no metric can be compared with {baseline}: none was measured in both."
            yield Finding(say(said, baseline=self._base, versions=versions), self._rows(each for each in here if each.place in apart))
        left = [each for each in here if each.place not in apart]
        for blank, template in ((True, "Missing: {versions}."), (False, "Not a number: {versions}.")):
            if some := [each for each in left if is_blank(each.row.cells[each.place]) is blank]:
                yield self._told(template, some, self._with_datasets)
        for blank, template in ((True, "Not measured in {baseline}: {metrics}."), (False, "Not a number in {baseline}: {metrics}.")):
            by_path: dict[str, dict[str, Judged]] = {}
            for each in there:
                if is_blank(each.row.cells[self._baseline]) is blank:
                    by_path.setdefault(self._path(each.row), {})[each.row.dataset] = each
            if by_path:
                metrics = first([self._with_datasets(list(several.values())) for several in by_path.values()], _METRICS)
                rows = self._rows(each for each in there if is_blank(each.row.cells[self._baseline]) is blank)
                yield Finding(say(template, baseline=self._base, metrics=metrics), rows)

    def _not_read(self) -> Iterator[Finding]:
        """Say what could not be judged, and what would let it."""
        found = [each for each in self._judged if each.standing is Standing.NO_DIRECTION]
        if found:
            metrics = first(list(dict.fromkeys(self._path(each.row) for each in found)), _METRICS)
            yield Finding(say("The direction of {metrics} is unknown; pass directions=.", metrics=metrics), self._rows(found))
        lists = [row for row in self._metrics if not is_alike(row) and any(map(is_list, row.cells))]
        if lists:
            metrics = first(list(dict.fromkeys(self._path(row) for row in lists)), _METRICS)
            rows = tuple((row.full_name, name) for row in lists for name, cell in zip(self._names, row.cells, strict=True) if is_list(cell))
            yield Finding(say("Lists of numbers are not judged: {metrics}; pass series= to choose a number.", metrics=metrics), rows)
        if self._mixed:
            metrics = first([row.key.shown for row in self._mixed], _METRICS)
            rows = tuple((row.full_name, name) for row in self._mixed for name in self._names)
            yield Finding(say("Not judged, as some values look like percent and others like fractions: {metrics}.", metrics=metrics), rows)

    @cached_property
    def _cost_judged(self) -> tuple[list[Judged], list[Judged]]:
        """What the versions cost otherwise than the baseline, beyond chance and as measured."""
        found = [
            Judged(row, place, Standing.UNKNOWN)
            for row in self._comparison.metrics
            if is_cost(row.path) and not is_alike(row) and not row.is_evidence and row.direction.mode is not None
            for place, change in enumerate(row.changes)
            if change.kind in (Kind.BETTER, Kind.WORSE)
        ]
        return (
            [each for each in found if each.is_tested and each.change.is_beyond_chance],
            [each for each in found if not each.is_tested],
        )

    def _costs(self) -> Iterator[Finding]:
        """Say what the versions cost, first what is beyond chance."""
        sure, measured = self._cost_judged
        if sure:
            yield self._told("Cost, beyond chance (95 % each): {versions}.", sure, self._as_cost)
        if measured:
            yield self._told("Cost as measured: {versions}.", measured, self._as_cost)

    def _as_cost(self, judged: list[Judged]) -> Phrase:
        """Write a cost with its change, from the smallest to the largest over its datasets."""
        known = [each for each in judged if in_percent(each.row, each.place)]
        if len(known) < len(judged):  # a baseline of zero has no percent
            return self._with_differences(judged)
        return say("{metric} ({differences})", metric=self._path(judged[0].row), differences=self._ends(known))
