"""What can be asked of a comparison: the best version by a metric, ranks, trade-offs, and how sure a difference is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

from pai_notebook.arguments import checked, described, number_argument
from pai_notebook.comparison.aligned import Aligned, Told
from pai_notebook.comparison.baseline import Chosen
from pai_notebook.comparison.leaders import Leaders, find_leaders, leader_notes, luck_of
from pai_notebook.comparison.pareto import Pareto, make_pareto
from pai_notebook.comparison.rank import Best, Ranking, make_best, make_ranking
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.selection import RankingKey, ask, find_row
from pai_notebook.comparison.sources import Runs, Side
from pai_notebook.comparison.uncertainty import Evidence
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.metric_words import Mode
from pai_notebook.model.nearest import listed
from pai_notebook.model.numbers import choose_format

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.paired import Paired
    from pai_notebook.model.names import Name


# How far the share of right answers may be from the stated one: rounding, and standard errors where only a part is there.
_ROOM, _FAR = 0.001, 3


@checked
class Questions(Aligned):
    """Versions that are compared, and what can be asked of them; a base of `Comparison`."""

    def _ask(self, metric: str, mode: Told, dataset: str | None) -> RankingKey:
        return ask(self.metrics, metric, mode, dataset)

    def between(self, row: Row, place: int, other: int, level: float = 0.95) -> Evidence:
        """Tell how sure the difference of a version to another is in one metric.

        Parameters
        ----------
        row : Row
            Row of the metric.
        place, other : int
            Positions of the two versions in `versions`.
        level : float
            Confidence of the interval, between 0 and 1.

        Returns
        -------
        Evidence
            As for `interval`.

        Raises
        ------
        ConfigurationError
            For a level that is not between 0 and 1.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.between(c["accuracy@d-wineholdout0001"], 2, 1).interval.words)
        95 % interval -0.1263 to +0.0870
        """
        level = number_argument("level", level, above=0, below=1)
        return self._uncertainty.between((row.path, row.dataset), place, other, level=level)

    def leaders(self, row: Row, mode: Mode | None = None) -> Leaders | None:
        """Find the best versions of a row and those not told apart from them. Computed once for each row.

        Parameters
        ----------
        row : Row
            Row of the metric.
        mode : {"max", "min"}, optional
            Which way it is better; by default the direction of the row.

        Returns
        -------
        Leaders or None
            Positions of the versions in `versions`; None where the direction is unknown or all values are equal.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.leaders(c["latency_ms@d-wineholdout0001"]).best
        (0,)
        """
        key = row.key, mode or row.direction.mode
        if key not in self._leaders:
            self._leaders[key] = self._find_leaders(row, key[1])
        return self._leaders[key]

    @cached_property
    def _leaders(self) -> dict[tuple[Name, Mode | None], Leaders | None]:
        return {}

    def _find_leaders(self, row: Row, mode: Mode | None) -> Leaders | None:
        numbers = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and not math.isnan(cell.value)}
        if mode is None or len(set(numbers.values())) < 2:  # noqa: PLR2004 - nothing to choose between
            return None
        tolerance = self._tolerance.bound(row.path, row.dataset, max(numbers.values()) if mode == "max" else min(numbers.values()))
        leaders = find_leaders(numbers, mode, partial(self._uncertainty.told_apart, (row.path, row.dataset)), tolerance)
        return None if len(leaders.best) == len(numbers) else leaders

    def best(self, metric: str, mode: Told = None, *, dataset: str | None = None) -> Best:
        """Find the best version by a metric.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        mode : {"max", "min"}, optional
            Which way it is better; needed where it is not known.
        dataset : str, optional
            The dataset, instead of `@` in the name.

        Returns
        -------
        Best
            The best version, its value, the runner-up, and the versions that cannot be told apart from it.

        Raises
        ------
        ComparisonError
            When the metric is not there (nearest names in the hint), is not a number, or its direction is unknown.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.best("latency_ms@d-wineholdout0001")
        <Best latency_ms@d-wineholdout0001: 1.5.0 (0.005548)>
        >>> c.best("accuracy", dataset="d-wineholdout0001").ties
        ('1.9.0',)
        """
        question = self._ask(metric, mode, dataset)
        leaders = self.leaders(question.row, question.direction.mode)
        ranking = make_ranking(question, self._names, self._place, self._tolerance, leaders, top=True)
        notes: list[Phrase] = []
        if leaders is not None:
            sides = {place: self._side(question.row, place) for place in leaders.shown}
            errors = {place: None if side is None else side.error for place, side in sides.items()}
            first, second = (self._names.index(entry.version) for entry in ranking[:2])
            lead = self.between(question.row, first, second)
            unknown = self.between(question.row, leaders.best[0], leaders.unknown[0]).reason if leaders.unknown else None
            higher = question.direction.mode == "max"
            luck = luck_of(leaders, errors)
            everywhere = not question.unranked
            notes = leader_notes(leaders, self._names, lead, second, luck=luck, unknown=unknown, higher=higher, everywhere=everywhere)
        return make_best(question, ranking, self._names, leaders, notes)

    def _runs(self, row: Row, place: int) -> Runs | None:
        """Repeats whose mean a version has in a row: of a group, or of a list that is said to hold them."""
        found = self._repeats.get((row.path, row.dataset))
        return None if found is None else found[place]

    def _side(self, row: Row, place: int) -> Side | None:
        """What is known of one value by itself, None where nothing is."""
        return self._uncertainty.side((row.path, row.dataset), place)

    def rank(self, metric: str, mode: Told = None, *, dataset: str | None = None) -> Ranking:
        """Rank versions by a metric, best first.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        mode : {"max", "min"}, optional
            Which way it is better; needed where it is not known.
        dataset : str, optional
            The dataset, instead of `@` in the name.

        Returns
        -------
        Ranking
            Equal values share a rank; versions without a number are listed in `unranked`.

        Raises
        ------
        ComparisonError
            When the metric is not there (nearest names in the hint), is not a number, or its direction is unknown.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> [(entry.rank, entry.version) for entry in c.rank("accuracy", dataset="d-winenoisy00001")]
        [(1, '1.5.0'), (1, '1.7.0'), (1, '1.9.0'), (4, '1.8.0')]
        """
        question = self._ask(metric, mode, dataset)
        leaders = self.leaders(question.row, question.direction.mode)
        return make_ranking(question, self._names, self._place, self._tolerance, leaders)

    def pareto(self, metrics: Sequence[str], *, modes: Mapping[str, Told] | None = None, dataset: str | None = None) -> Pareto:
        """Find the versions that no other equals or beats in all these metrics, with a sentence for each step between them.

        Parameters
        ----------
        metrics : list of str
            Names as for `best`.
        modes : mapping, optional
            Which way a metric is better, by its name in `metrics`; needed where it is not known.
        dataset : str, optional
            The dataset of all metrics, instead of `@` in the names.

        Returns
        -------
        Pareto
            The front, from the best to the worst version of the first metric.

        Raises
        ------
        ComparisonError
            As for `best`.
        ConfigurationError
            When no metric is given, or `modes` names another metric.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.pareto(["accuracy", "latency_ms"], dataset="d-wineholdout0001").versions
        ('1.5.0',)
        """
        if not metrics:
            raise ConfigurationError(say("pareto needs metrics to trade off"), hint=say("Pass metrics, as in pareto(['cer', 'rtf'])."))
        modes = {} if modes is None else modes
        if not isinstance(modes, Mapping):
            raise ConfigurationError(
                say("modes={modes} is not a mapping", modes=described(modes)), hint=say("Pass modes={{'cer': 'min'}}.")
            )
        for name in modes:
            if name not in metrics:
                raise ConfigurationError(
                    say("modes: {name} is not one of the metrics", name=described(name)),
                    hint=say("Pass one of {metrics}.", metrics=listed(list(metrics))),
                )
        questions = [self._ask(metric, modes.get(metric), dataset) for metric in metrics]
        return make_pareto(questions, self._names, self.between)

    def interval(self, metric: str, version: str, *, dataset: str | None = None, n: float | None = None, level: float = 0.95) -> Evidence:
        """Find an interval for the difference of a version to the baseline, or say why there is none.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        version : str
            Name of the version.
        dataset : str, optional
            The dataset, instead of `@` in the name.
        n : float, optional
            Number of examples behind both values; by default what the comparison was told, or what stands beside the metric.
        level : float
            Confidence, between 0 and 1.

        Returns
        -------
        Evidence
            `interval` (None where the data does not allow one), `reason`, and `words`: `beyond chance (95 %)`, `could be
            chance` or `no interval known`.

        Raises
        ------
        ComparisonError
            When the metric does not exist.
        ConfigurationError
            When the version does not exist, and for an `n` or a level that means nothing.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.interval("accuracy@d-wineholdout0001", "1.8.0").interval.words)
        95 % interval -0.1420 to +0.0620
        """
        level = number_argument("level", level, above=0, below=1)
        n = None if n is None else number_argument("n", n, least=1, whole=True)
        row = find_row(self.metrics, metric, dataset)
        places = [place for place, each in enumerate(self._versions) if version in (self._names[place], each.version_name)]
        if self._place is None or len(places) != 1:
            raise ConfigurationError(
                say("no version {version!r} in this comparison", version=version),
                hint=say("Available: {names}.", names=joined(self._names[:5])),
            )
        return self._uncertainty.between((row.path, row.dataset), places[0], self._place, n=n, level=level)

    def paired(
        self,
        metric: str,
        frames: Mapping[str, pd.DataFrame],
        *,
        on: str,
        correct: str | None = None,
        score: str | None = None,
        statistic: Callable[[pd.DataFrame], float] | None = None,
        cluster: str | None = None,
        label: str | None = None,
        dataset: str | None = None,
    ) -> Paired:
        """Compare two versions by their results on the same examples, which says more than their metrics do.

        Parameters
        ----------
        metric : str
            The metric that the results are of: `accuracy`, or `accuracy@d-a` where it was measured on several datasets.
        frames : mapping of str to pandas.DataFrame
            Two versions by name, with a table each: one row an example.
        on : str
            Column, or name of the index, that identifies an example.
        correct : str, optional
            Column that says whether the answer is right: truth values, or 0 and 1.
        score : str, optional
            Column of a number for each example, whose mean is the metric.
        statistic : function, optional
            Gives the metric of a table, for one that is no mean, such as F1; it is called on 2,000 resamples of each table.
        cluster : str, optional
            Column of what examples belong together (a user, a document): their means are compared, since they are not independent.
            Ids that occur more than once are clusters too.
        label : str, optional
            With `statistic` the column of the true class, of whose rarest at least 20 examples are needed.
        dataset : str, optional
            The dataset, instead of `@` in the name.

        Returns
        -------
        Paired
            Of the version that is not the baseline against the other, with interval, counts and the examples that differ. It shows
            itself; `with_paired` makes it evidence of a comparison.

        Raises
        ------
        ComparisonError
            When no example is in both tables, or a metric does not exist.
        ConfigurationError
            For tables, columns and arguments that cannot be used.

        Notes
        -----
        Answers are judged by Bonett and Price's interval (2012), scores by Student's t on the differences, other numbers by the
        standard error of a bootstrap with a fixed seed. Nothing is said where fewer than 6 answers, 30 scores or 10 clusters differ.
        If examples were chosen by the mistakes of one version, no interval helps.

        Examples
        --------
        >>> import pandas as pd
        >>> from pai_notebook import VersionSet
        >>> right = {"0.1.0": [True] * 900 + [False] * 100, "0.2.0": [True] * 890 + [False] * 10 + [True] * 30 + [False] * 70}
        >>> docs = [{"VersionName": name, "Metrics": {"accuracy": sum(found) / 1000}} for name, found in right.items()]
        >>> c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
        >>> frames = {name: pd.DataFrame({"id": range(1000), "ok": found}) for name, found in right.items()}
        >>> p = c.paired("accuracy", frames, on="id", correct="ok")
        >>> print(p.sentence)
        0.2.0 right and 0.1.0 wrong in 30 of 1000, the other way in 10: +2.0 pp (95 % interval +0.7 to +3.3 pp)
        """
        from pai_notebook.comparison.paired_methods import pair, told_names  # noqa: PLC0415 - loads on first use

        row = find_row(self.metrics, metric, dataset)
        frames = self._called(frames)
        version, other = told_names(frames, self._names, self.baseline_name)
        if correct is not None and row.direction.mode == "min":
            hint = "Pass score= with a column that has 1 where the answer is wrong."
            raise ConfigurationError(f"correct= says which answers are right, and {row.key.shown} is lower where more are", hint=hint)
        found = pair(
            row.name, frames, version, other, on=on, correct=correct, score=score, statistic=statistic, cluster=cluster, label=label
        )
        return replace(found, shown=row.key.shown)

    def _called(self, frames: Any) -> Any:
        """Tables by the names of this comparison; a version's own name is one where no other version has it."""
        if not isinstance(frames, Mapping):
            return frames
        own = [version.version_name for version in self._versions]
        return {
            self._names[own.index(name)] if name not in self._names and own.count(name) == 1 else name: table
            for name, table in frames.items()
        }

    def with_paired(self, *results: Paired) -> Self:
        """Return this comparison with results on the same examples as evidence: verdict, table, gates and report use them.

        Parameters
        ----------
        *results : Paired
            What `paired` gave, of this comparison or one of the same versions.

        Returns
        -------
        Comparison
            An equal one but for this evidence. `to_code` cannot write your tables down, and leaves the results out.

        Raises
        ------
        ComparisonError
            When a version or a metric is not compared here, or when the difference that the versions state lies outside the interval
            of the results: then they are of other examples.

        Examples
        --------
        >>> import pandas as pd
        >>> from pai_notebook import VersionSet
        >>> right = {"0.1.0": [True] * 900 + [False] * 100, "0.2.0": [True] * 890 + [False] * 10 + [True] * 30 + [False] * 70}
        >>> docs = [{"VersionName": name, "Metrics": {"accuracy": sum(found) / 1000}} for name, found in right.items()]
        >>> c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
        >>> frames = {name: pd.DataFrame({"id": range(1000), "ok": found}) for name, found in right.items()}
        >>> p = c.paired("accuracy", frames, on="id", correct="ok")
        >>> c["accuracy"].changes[1].word, c.with_paired(p)["accuracy"].changes[1].word
        ('no interval known', 'better')
        """
        for result in results:
            if not hasattr(result, "evidence"):
                raise ConfigurationError(
                    say("results: {result} is no result of paired()", result=described(result)), hint=say("Pass what c.paired(...) gave.")
                )
            self._check_paired(result)
        kept = {(each.metric, *sorted((each.version, each.other))): each for each in (*self.paired_results, *results)}
        return self._again(paired=tuple(kept.values()))

    def _check_paired(self, result: Paired) -> None:
        row = find_row(self.metrics, result.metric)
        for name in (result.version, result.other):
            if name not in self._names:
                raise ComparisonError(
                    say("the result is about {name}, which is not compared here", name=name),
                    hint=say("Compared: {names}.", names=listed(self._names, 5)),
                )
            if isinstance(self._versions[self._names.index(name)], VersionGroup):
                hint = "Compare two of its members by name."
                raise ComparisonError(f"{name} is a group: the results of one run say nothing of the others", hint=hint)
        cell, base = (row.cells[self._names.index(name)] for name in (result.version, result.other))
        for name, each in ((result.version, cell), (result.other, base)):
            if each.value is None:
                raise ComparisonError(f"{name} has no {row.key.shown}", hint="Results are evidence for a metric that both versions state.")
        if cell.value is None or base.value is None or result.interval is None:
            return
        for name, stated, found in zip((result.version, result.other), (cell.value, base.value), result.values, strict=True):
            room = _ROOM + _FAR * math.sqrt(max(found * (1 - found), 1 / result.n) / result.n) if result.counts else math.inf
            if abs(stated - found) > room:
                form = choose_format([stated, found])
                raise ComparisonError(
                    f"{row.key.shown}: {name} states {form.value(stated)}, its examples give {form.value(found)}",
                    hint="Take the examples that the metric was measured on, and its unit.",
                )
        delta = cell.value - base.value
        if not result.interval.low <= delta <= result.interval.high:
            form = choose_format([delta, result.delta])
            raise ComparisonError(
                say(
                    "{name}: the versions state a difference of {delta}, the examples give {delta_2} ({words})",
                    name=row.key.shown,
                    delta=form.delta(delta),
                    delta_2=form.delta(result.delta),
                    words=result.interval.words,
                ),
                hint=say("Take the examples that the metric was measured on, and its unit."),
            )

    def _again(self, **changed: Any) -> Self:
        """The same comparison with some arguments changed."""
        baseline = None if self.baseline is None else Chosen(self.baseline, self.baseline_reason)
        terms = {**self.arguments, "baseline": baseline, "errors": self._errors, "removed": self._removed, "path": self._path}
        made = type(self)(self._versions, **{**terms, "paired": self.paired_results, **changed})
        made._asked = self._asked  # noqa: SLF001 - how it was chosen, not that it was handed over
        return made
