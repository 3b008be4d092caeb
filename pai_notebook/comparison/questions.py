"""What can be asked of a comparison: the best version by a metric, ranks, trade-offs, and how sure a difference is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pai_notebook.arguments import described, number_argument
from pai_notebook.calls import checked
from pai_notebook.comparison.aligned import Told
from pai_notebook.comparison.best import Best, make_best
from pai_notebook.comparison.cell_changes import evidence_within, tolerated
from pai_notebook.comparison.comparability import looks_mixed, with_models, with_state
from pai_notebook.comparison.leaders import Leaders, find_leaders, leader_notes, luck_of, without_decided
from pai_notebook.comparison.paired_questions import PairedQuestions
from pai_notebook.comparison.pareto import Pareto, make_pareto
from pai_notebook.comparison.rank import Ranking, make_ranking
from pai_notebook.comparison.rows import Row, Verdict, is_alike
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.selection import BY_MODE, BY_MODES, RankingKey, ask, find_row
from pai_notebook.comparison.series import told_gaps
from pai_notebook.comparison.sources import Side
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.document import FrozenDict
from pai_notebook.model.metric_scales import mixed_units
from pai_notebook.model.metric_words import Mode
from pai_notebook.model.nearest import listed, nearest, nearest_or_known
from pai_notebook.model.numbers import EXACT, HIGHEST_LEVEL

if TYPE_CHECKING:
    from pai_notebook.model.names import Name

# How many metrics a sentence names.
_NAMED = 3


@checked
class Questions(PairedQuestions):
    """Versions that are compared, and what can be asked of them; a base of `Comparison`."""

    _public_class = "pai_notebook.comparison.comparison.Comparison"

    @cached_property
    def _spoken(self) -> Mapping[str, str]:
        """Names of versions as sentences say them, by their names: where several models are there, with the model."""
        return FrozenDict(zip(self._names, with_models(self._versions, self._names), strict=True))

    @cached_property
    def _names_said(self) -> Mapping[str, str]:
        """The same of versions that may be chosen; rejected ones say so."""
        told = map(with_state, self._versions, self._spoken.values())
        return FrozenDict(zip(self._names, told, strict=True))

    def _ask(self, metric: str, mode: Told, dataset: str | None, cure: str = BY_MODE) -> RankingKey:
        question = ask(self.metrics, metric, mode, dataset, cure=cure)
        if looks_mixed(question.row):
            raise mixed_units(question.row.key.shown)
        return question

    def between(self, row: Row | str, place: int | str, other: int | str, level: float = 0.95) -> Evidence:
        """Tell how sure the difference of a version to another is in one metric.

        Parameters
        ----------
        row : Row or str
            Row of the metric, or its name.
        place, other : int or str
            Names of the two versions, or their positions in `versions`.
        level : float
            Confidence of the interval, between 0 and 1.

        Returns
        -------
        Evidence
            As for `interval`.

        Raises
        ------
        ConfigurationError
            For a level that is not between 0 and 1, and a name or position that no version has.
        NameNotFound
            When this comparison has no such metric.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.between("accuracy@d-wineholdout0001", "1.9.0", "1.8.0").interval.words)
        95 % interval -12.6 to +8.7 pp
        """
        level = number_argument("level", level, above=0, most=HIGHEST_LEVEL)
        last = len(self._versions) - 1
        place, other = (
            self._place_of(value) if isinstance(value, str) else int(number_argument(name, value, least=-last - 1, most=last, whole=True))
            for name, value in (("place", place), ("other", other))
        )
        if isinstance(row, str):
            row = find_row(self.metrics, row)
        elif not any(each is row for each in self._measured):
            row = find_row(self.metrics, row.path, row.dataset)  # of another comparison
        return self._known(row, place, other, level)

    def _known(self, row: Row, place: int, other: int, level: float = 0.95, n: float | None = None) -> Evidence:
        """What is known of a difference, with the tolerance that holds for it."""
        found = self._uncertainty.between((row.path, row.dataset), place, other, n=n, level=level)
        value = row.cells[other].value
        return found if value is None else evidence_within(found, tolerated(row, self._tolerance, self._place, value))

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
            Positions of the versions in `versions`; None where the direction is unknown, all values are equal, or some look like
            percent and others like fractions.

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
        numbers = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and math.isfinite(cell.value)}
        if mode is None or len(set(numbers.values())) < 2 or looks_mixed(row):  # noqa: PLR2004 - nothing to choose between
            return None
        tolerance = tolerated(row, self._tolerance, self._place, max(numbers.values()) if mode == "max" else min(numbers.values()))
        leaders = find_leaders(numbers, mode, partial(self._uncertainty.told_apart, (row.path, row.dataset)), tolerance)
        if self._place is not None and mode == row.direction.mode:
            # what the verdict calls better or worse than the baseline is told apart from it here too
            leaders = without_decided(leaders, self._place, lambda place: self._together.is_beyond_chance(row, place))
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
            When the metric is not there (nearest names in the hint), is not a number, its direction is unknown, or some values look
            like percent and others like fractions.

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
        ranking = make_ranking(question, self._names, self._place, self._tolerance, leaders, top=True, called=self._names_said)
        notes: list[Phrase] = []
        key = question.row.path, question.row.dataset
        # the differences of all versions are made only where an interval may be among them
        scale = question.row.scale if self._uncertainty.knows(key) else self._uncertainty.scale(key)
        if leaders is not None:
            errors, where = self._uncertainty.errors(key, leaders.shown)
            top, second = (self._names.index(entry.version) for entry in ranking[:2])
            lead = self.between(question.row, top, second)
            unknown = self._uncertainty.why_untold(key, leaders.equal, leaders.unknown)
            higher = question.direction.mode == "max"
            luck = luck_of(leaders, errors)
            everywhere = not question.unranked
            notes = leader_notes(
                leaders,
                list(self._names_said.values()),
                lead,
                second,
                luck=luck,
                where=where,
                unknown=unknown,
                higher=higher,
                everywhere=everywhere,
                scale=scale,
            )
            scale = scale if lead.interval is None or lead.is_exact else scale.absolute  # as the interval of the lead
        repeats = self._repeats.get(key) or [None] * len(self._names)
        for name, cell, runs in zip(self._names_said.values(), question.row.cells, repeats, strict=True):
            # why nothing is known of a single one that is left is among the notes
            told = told_gaps(cell) if runs is None else None if leaders is not None and runs.is_survivor else runs.told_failed
            if told is not None:
                notes.append(say("{what}: {said}", what=name, said=told))
        worse = self._worse_in(leaders.equal if leaders else (), question.row)
        if worse:
            told_worse = "All metrics together, worse than {baseline}: {worse}."
            notes.append(say(told_worse, baseline=self._names_said[ranking.baseline], worse=joined(worse, "; ")))
        return make_best(question, ranking, self._names, leaders, notes, scale=scale, called=self._names_said, is_worse=bool(worse))

    def _worse_in(self, places: Sequence[int], best: Row) -> list[Phrase]:
        """Name the other metrics in which the best of one are worse than the baseline, with all metrics taken together."""
        found: list[Phrase] = []
        # differences of which no interval can be known are not made: they may be very many
        known = [row for row in self.metrics if row.path != best.path and self._uncertainty.knows((row.path, row.dataset))]
        rows = [row for row in known if not is_alike(row) and self._together.is_quality(row)]
        for place in (each for each in places if each != self._place and self._place is not None):
            worse = [row for row in rows if row.changes[place].verdict is Verdict.WORSE and self._together.is_beyond_chance(row, place)]
            metrics = first(list(dict.fromkeys(self.plain_paths[row.path] for row in worse)), _NAMED)
            found += [say("{version} in {metrics}", version=list(self._names_said.values())[place], metrics=metrics)] if worse else []
        return found

    def _runs(self, row: Row, place: int) -> Runs | None:
        """Repeats whose mean a version has in a row: of a group, or of a list that is said to hold them."""
        found = self._repeats.get((row.path, row.dataset))
        return None if found is None else found[place]

    def _side(self, row: Row, place: int) -> Side | Phrase | None:
        """What is known of one value by itself, or why that is nothing; None where nothing stands beside it."""
        key = row.path, row.dataset
        return self._uncertainty.side(key, place) or self._uncertainty.lacking(key, place)

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
            Only equal values share a rank; versions without a number are listed in `unranked`.

        Raises
        ------
        ComparisonError
            When the metric is not there (nearest names in the hint), is not a number, its direction is unknown, or some values look
            like percent and others like fractions.

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
        return make_ranking(question, self._names, self._place, self._tolerance, leaders, called=self._names_said)

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
        questions = [self._ask(metric, modes.get(metric), dataset, BY_MODES) for metric in metrics]
        tolerant = [each.row.key for each in questions if tolerated(each.row, self._tolerance, self._place, each.numbers[0][1])]
        return make_pareto(questions, self._names, self.between, self._names_said, tolerant)

    def interval(self, metric: str, version: str, *, dataset: str | None = None, n: float | None = None, level: float = 0.95) -> Evidence:
        """Find an interval for the difference of a version to the baseline, or say why there is none, as for the baseline itself.

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
            chance` (or within the tolerance), `no interval known`, or `exact` of what is read off.

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
        >>> print(c.interval("accuracy@d-wineholdout0001", "1.8.0").interval)
        95 % interval -14.2 to +6.2 pp
        """
        level = number_argument("level", level, above=0, most=HIGHEST_LEVEL)
        n = None if n is None else number_argument("n", n, least=1, most=EXACT, whole=True)
        row = find_row(self.metrics, metric, dataset)
        place = self._place_of(version)
        return self._known(row, place, place if self._place is None else self._place, level, n)

    def _place_of(self, version: str) -> int:
        """Give the position of a version that is named."""
        own = self._names if version in self._names else [each.version_name for each in self._versions]
        places = [place for place, name in enumerate(own) if name == version]
        if len(places) != 1:
            raise ConfigurationError(
                say("no version {version!r} in this comparison", version=version),
                hint=nearest_or_known(nearest(str(version), self._names, 1), self._names, most=5),
            )
        return places[0]
