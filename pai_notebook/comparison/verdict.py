"""The answer of a comparison in a few sentences, each backed by rows: never a score, never an order across metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pai_notebook.comparison.datasets import short_datasets
from pai_notebook.comparison.judging import OUTSIDE, Judged, Standing, is_judged, judge
from pai_notebook.comparison.rows import Kind, Row, told_difference
from pai_notebook.display import Block, Displayed, Note, Section, Stack
from pai_notebook.model.metric_words import is_cost
from pai_notebook.model.numbers import choose_format, format_about
from pai_notebook.phrases import Phrase, check_language, first, joined, say
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.tolerance import Tolerance

__all__ = ["Finding", "OverallVerdict", "make_verdict"]

_VERSIONS, _METRICS, _DATASETS = 4, 3, 3
"""How many of each one sentence names."""
_TOP = 3
"""How many sentences stand at the top."""
_STANDINGS = tuple(Standing)


@dataclass(frozen=True)
class Finding(Printed):
    """One sentence of a verdict.

    Attributes
    ----------
    text : str
        The sentence.
    rows : tuple of (str, str)
        What it rests on: the full name of a row, and of which version.
    """

    text: Phrase
    rows: tuple[tuple[str, str], ...] = field(default=(), repr=False)


class OverallVerdict(Displayed):
    """What a comparison answers, at most three short sentences first.

    Attributes
    ----------
    by : str
        The metric that matters, as asked for with `by=`; empty where none was named.
    baseline : str
        What the versions are compared with.
    findings : tuple of Finding
        Every sentence, the most important ones first, with the rows that it rests on.
    counts : dict of str to dict of str to int
        For each version how many metrics are `better`, `worse`, `could be chance`, `no interval known`, `same`, `missing` and
        of `unknown direction`. Better and worse are so with 95 % confidence for everything that is counted.
    standings : dict of (str, str) to str
        The same for each version and full name of a row.
    """

    def __init__(self, by: str, baseline: str, names: Sequence[str], judged: Sequence[Judged], findings: Sequence[Finding]) -> None:
        self.by = by
        self.baseline = baseline
        self.findings = tuple(findings)
        self.standings = {(names[each.place], each.row.full_name): str(each.standing) for each in judged}
        self.counts = {name: dict.fromkeys(map(str, _STANDINGS), 0) for name in names if name != baseline}
        for (name, _), standing in self.standings.items():
            self.counts[name][standing] += 1

    @property
    def sentences(self) -> tuple[Phrase, ...]:
        """Every sentence, in English."""
        return tuple(finding.text for finding in self.findings)

    def in_language(self, lang: str) -> str:
        """Give the sentences in English (`en`) or Chinese (`zh`).

        Parameters
        ----------
        lang : {"en", "zh"}
            Which language.

        Returns
        -------
        str
            A sentence a line.
        """
        check_language(lang)
        return "\n".join(sentence.in_language(lang) for sentence in self.sentences)

    def to_frame(self) -> pd.DataFrame:
        """Give the counts as a DataFrame.

        Returns
        -------
        DataFrame
            One row a version but the baseline, one column a word.
        """
        import pandas as pd  # noqa: PLC0415 - pandas loads on first use

        frame = pd.DataFrame.from_dict(self.counts, orient="index", columns=list(map(str, _STANDINGS)), dtype="int64")
        return frame.rename_axis("version")

    def __contains__(self, text: str) -> bool:
        return any(text in sentence for sentence in self.sentences)

    def _brief(self) -> str:
        return self.sentences[0] if self.sentences else "of nothing"

    def _describe(self) -> Block:
        top, rest = self.sentences[:_TOP], self.sentences[_TOP:]
        count = say("{count} sentence" if len(rest) == 1 else "{count} sentences", count=len(rest))
        more = [Section(say("More"), [Note(text) for text in rest], folded=True, summary=count)] if rest else []
        return Stack([Note(joined(top, "\n"), "info"), *more])


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
    metrics = [row for row in comparison.metrics if is_judged(row)]
    judged = judge(metrics, baseline, tolerance)
    teller = _Teller(comparison, baseline, metrics, judged, by)
    return OverallVerdict(asked, comparison.names[baseline], comparison.names, judged, list(teller.findings()))


class _Teller:
    """Makes the sentences, in the order of their importance."""

    def __init__(self, comparison: Comparison, baseline: int, metrics: Sequence[Row], judged: Sequence[Judged], by: Sequence[Row]) -> None:
        self._comparison = comparison
        self._names = comparison.names
        self._baseline = baseline
        self._metrics = metrics
        self._judged = judged
        self._by = by
        self._datasets = short_datasets([row.dataset for row in comparison.metrics])

    def findings(self) -> Iterator[Finding]:
        if len(self._names) == 1:
            return
        compared = [each for each in self._judged if each.standing is not Standing.MISSING]
        yield from self._best()
        if not compared:
            yield Finding(self._nothing())
            yield from self._missing()
            yield from self._costs()
            return
        decided = [*self._decided(Standing.WORSE), *self._decided(Standing.BETTER)]
        known = [each for each in compared if each.standing in (Standing.BETTER, Standing.WORSE, Standing.CHANCE)]
        unknown = self._unknown(known)
        if decided:
            yield from decided
        elif known:
            rows = self._rows(known)
            yield Finding(say("Nothing is better or worse than {baseline} beyond chance (95 % together).", baseline=self._base), rows)
        elif not unknown and all(each.standing is Standing.SAME for each in compared):
            yield Finding(say("Nothing differs from {baseline} that could be better or worse.", baseline=self._base), self._rows(compared))
        yield from self._unseen()
        yield from unknown
        yield from self._measured()
        yield from self._alone()
        yield from self._missing()
        yield from self._undirected()
        yield from self._costs()
        if not self._by and len({row.path for row in self._metrics}) > 1:
            yield Finding(say("Name the metric that matters: by={name!r}.", name=self._metrics[0].path))

    @property
    def _base(self) -> str:
        return self._names[self._baseline]

    def _nothing(self) -> Phrase:
        """Say why there is no verdict."""
        if not self._metrics:
            return say("No verdict: no metric says how good these versions are.")
        return say("No verdict: no metric was measured in {baseline} and in another version.", baseline=self._base)

    def _rows(self, judged: Iterable[Judged]) -> tuple[tuple[str, str], ...]:
        return tuple((each.row.full_name, self._names[each.place]) for each in judged)

    def _dataset(self, row: Row) -> str:
        return self._datasets.get(row.dataset, row.dataset)

    def _told(self, template: str, judged: Sequence[Judged], write: Callable[[list[Judged]], str]) -> Finding:
        """Fill a template of ours with versions and, in each, the metrics, each once over its datasets."""
        versions: dict[int, dict[str, list[Judged]]] = {}
        for each in judged:
            versions.setdefault(each.place, {}).setdefault(each.row.path, []).append(each)
        texts = []
        for place in sorted(versions):
            metrics = first([write(several) for several in versions[place].values()], _METRICS)
            texts.append(say("{version} in {metrics}", version=self._names[place], metrics=metrics))
        shown = joined(texts[:_VERSIONS], "; ")
        if len(texts) > _VERSIONS:
            shown = say("{shown} and {count} more", shown=shown, count=len(texts) - _VERSIONS)
        return Finding(say(template, baseline=self._base, versions=shown), self._rows(judged))

    def _with_differences(self, judged: list[Judged]) -> Phrase:
        """Write a metric with its difference on each dataset."""
        differences = []
        for each in judged:
            cells = (each.row.cells[self._baseline], each.row.cells[each.place])
            form = choose_format([cell.value for cell in cells if cell.value is not None])
            difference = told_difference(each.row, each.place, self._baseline, form)
            dataset = self._dataset(each.row)
            differences.append(say("{dataset} {difference}", dataset=dataset, difference=difference) if dataset else difference)
        return say("{metric} ({differences})", metric=judged[0].row.path, differences=first(differences, _DATASETS))

    def _with_datasets(self, judged: list[Judged]) -> Phrase | str:
        """Write a metric with its datasets, where it was measured on others too."""
        path = judged[0].row.path
        everywhere = sum(row.path == path for row in self._metrics) == len(judged)
        datasets = [] if everywhere else [name for each in judged if (name := self._dataset(each.row))]
        return say("{metric} ({datasets})", metric=path, datasets=first(datasets, _DATASETS)) if datasets else path

    def _decided(self, standing: Standing) -> Iterator[Finding]:
        found = [each for each in self._judged if each.standing is standing]
        worse, better = "Worse than {baseline} beyond chance: {versions}.", "Better than {baseline} beyond chance: {versions}."
        if found:
            yield self._told(worse if standing is Standing.WORSE else better, found, self._with_differences)

    def _best(self) -> Iterator[Finding]:
        """Say which version is best by the metric that matters, on each of its datasets."""
        told = []
        for row in self._by:
            leaders = self._comparison.leaders(row)
            dataset = self._dataset(row) if len(self._by) > 1 else ""
            if leaders is None:
                continue
            form = choose_format([cell.value for cell in row.cells if cell.value is not None])
            best = row.cells[leaders.best[0]].value or 0.0
            names = first([self._names[place] for place in leaders.best], _VERSIONS)
            text = say("{versions} ({value})", versions=names, value=form.value(best))
            text = say("{text} on {dataset}", text=text, dataset=dataset) if dataset else text
            if leaders.together:
                others = first([self._names[place] for place in leaders.together], _VERSIONS)
                text = say("{text}, from which {others} cannot be told apart", text=text, others=others)
            if leaders.unknown:
                text = say("{text}, as measured", text=text)
            told.append(text)
        if self._by:
            rows = tuple((row.full_name, name) for row in self._by for name in self._names)
            name = self._by[0].path
            if told:
                yield Finding(say("Best by {metric}: {versions}.", metric=name, versions=joined(told, "; ")), rows)
            else:
                yield Finding(say("All versions with a number are equal in {metric}.", metric=name), rows)

    def _unseen(self) -> Iterator[Finding]:
        """Say how large a loss could hide behind the word chance, in versions that are not worse in anything."""
        worse = {each.place for each in self._judged if each.standing is Standing.WORSE}
        # so sure has each of them to be by Holm's rule as long as none is
        together = 1 - OUTSIDE / max(sum(each.is_tested for each in self._judged), 1)
        halves: dict[str, list[tuple[float, Judged]]] = {}
        for each in self._judged:
            evidence = each.change.evidence
            if each.standing is Standing.CHANCE and each.place not in worse and evidence is not None:
                interval = evidence.at(together)
                if interval is not None:
                    halves.setdefault(each.row.path, []).append(((interval.high - interval.low) / 2, each))
        found = [each for several in halves.values() for _, each in several]
        if found:
            places = sorted({each.place for each in found})
            losses = [self._loss(path, several) for path, several in halves.items()]
            yield Finding(
                say(
                    "No loss shown in {versions}; a loss of {losses} would not be seen.",
                    versions=first([self._names[place] for place in places], _VERSIONS),
                    losses=first(losses, _METRICS),
                ),
                self._rows(found),
            )

    def _loss(self, path: str, halves: Sequence[tuple[float, Judged]]) -> Phrase:
        rows = [each.row for _, each in halves]
        points = rows[0].scale == "points" and all(abs(cell.value or 0) <= 1 for row in rows for cell in row.cells)
        sizes = sorted(half * (100 if points else 1) for half, _ in halves)
        low, high = format_about(sizes[0]), format_about(sizes[-1])
        size: str = high if low == high else say("{low} to {high}", low=low, high=high)
        size = say("{points} pp", points=size) if points else size
        return say("{metric} of less than about {size}", size=size, metric=path)

    def _unknown(self, known: Sequence[Judged]) -> list[Finding]:
        found = [each for each in self._judged if each.standing is Standing.UNKNOWN]
        metrics = list(dict.fromkeys(each.row.path for each in found))
        if not found:
            return []
        none = say("No interval is known, so that nothing can be called better or worse: {metrics}.", metrics=first(metrics, _METRICS))
        some = say("No interval is known for {metrics}.", metrics=first(metrics, _METRICS))
        return [Finding(some if known else none, self._rows(found))]

    def _measured(self) -> Iterator[Finding]:
        """Say what is ahead and behind as measured only."""
        found = [each for each in self._judged if each.standing is Standing.UNKNOWN]
        for ahead in (True, False):
            some = [each for each in found if each.is_ahead is ahead]
            if some:
                template = "As measured, ahead of {baseline}: {versions}." if ahead else "As measured, behind {baseline}: {versions}."
                yield self._told(template, some, self._with_datasets)

    def _alone(self) -> Iterator[Finding]:
        found = [each for each in self._judged if each.alone]
        if found:
            yield self._told("Beyond chance by itself, but not among all that was judged: {versions}.", found, self._with_datasets)

    def _missing(self) -> Iterator[Finding]:
        found = [each for each in self._judged if each.standing is Standing.MISSING]
        here = [each for each in found if each.row.cells[self._baseline].value is not None]
        there = [each for each in found if each.row.cells[self._baseline].value is None]
        if here:
            yield self._told("Missing: {versions}.", here, self._with_datasets)
        if there:
            metrics = first(list(dict.fromkeys(each.row.path for each in there)), _METRICS)
            yield Finding(say("Not measured in {baseline}: {metrics}.", baseline=self._base, metrics=metrics), self._rows(there))

    def _undirected(self) -> Iterator[Finding]:
        found = [each for each in self._judged if each.standing is Standing.NO_DIRECTION]
        if found:
            metrics = first(list(dict.fromkeys(each.row.path for each in found)), _METRICS)
            yield Finding(say("It is not known which way {metrics} is better: directions= says it.", metrics=metrics), self._rows(found))

    def _costs(self) -> Iterator[Finding]:
        """Say what the versions cost, as measured."""
        found = [
            Judged(row, place, Standing.UNKNOWN)
            for row in self._comparison.metrics
            if is_cost(row.path) and not row.is_evidence and row.direction.mode is not None
            for place, change in enumerate(row.changes)
            if change.kind in (Kind.BETTER, Kind.WORSE)
        ]
        if found:
            yield self._told("Cost as measured: {versions}.", found, self._as_cost)

    def _as_cost(self, judged: list[Judged]) -> Phrase:
        """Write a cost with its change, from the smallest to the largest over its datasets."""
        known = sorted((each for each in judged if each.change.percent is not None), key=lambda each: each.change.percent or 0.0)
        if not known:
            return self._with_differences(judged)
        low, high = (each.row.percent_text(each.place) for each in (known[0], known[-1]))
        size: str = low if low == high else say("{low} to {high}", low=low, high=high)
        return say("{metric} ({differences})", metric=judged[0].row.path, differences=size)
