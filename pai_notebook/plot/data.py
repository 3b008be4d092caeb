"""What a chart is drawn from: plain numbers by metric and version."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import Literal

from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.metric_cells import BEST, BEST_AS_MEASURED
from pai_notebook.model.metric_scales import mixed_units, percent_among
from pai_notebook.model.metric_words import BY_DIRECTIONS
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import nearest_hint
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.model.order import front_of
from pai_notebook.model.patterns import Patterns
from pai_notebook.model.resolving import resolve

Mode = Literal["max", "min"] | None
_UP = {"max": say("↑ higher is better"), "min": say("↓ lower is better")}
_RIGHT = {"max": say("higher is better →"), "min": say("← lower is better")}
_MOST = 30
# What the star of a version says; the filled one first.
STARS = {BEST: say("★ best, told apart from all others"), BEST_AS_MEASURED: say("☆ best as measured, or not told apart from it")}


# What ≈ and the words of a difference say that is better or worse only if compared alone, in tables and charts.
CHANCE = "≈ could be chance"
WITHIN = "≈ could be chance or within the tolerance"
ALONE = "(better), (worse): only if compared alone, counted as ≈"


# What an axis can hold: matplotlib's own arithmetic overflows not far above.
_LARGEST = 1e100


@dataclass(frozen=True)
class Point:
    """What one version has of a metric.

    Attributes
    ----------
    value : float
        NaN where there is no number.
    state : str
        Why there is none, in a word.
    verdict : str
        `better` or `worse` beyond chance, `could be chance`, `no interval known`, `same`, `baseline` or another word.
    difference : str
        The difference to the baseline as it is written, empty where there is none.
    arrow : str
        `▲` where the value is better than the baseline's as measured, `▼` where it is worse, empty where it is neither.
    interval : (float, float) or None
        The baseline's value with the interval of the difference added, where it is known; no wider than the metric can be.
    is_cut : bool
        Whether the interval would be wider than the metric can be.
    gain : float
        A difference beyond chance as a share of the largest one of its metric, positive where it is better; NaN elsewhere.
    series : tuple of float
        The values of a series, empty where the metric is none.
    runs : tuple of float
        The single runs or folds whose mean the value is, empty where it is no mean.
    sd : str
        Their standard deviation as it is written, empty where there is none.
    star : str
        `★` for the best that is told apart from all others, `☆` for those that may be the best, as in tables; empty for others.
    alone : str
        What tables say where it is better or worse only if compared alone, and so could be chance; empty elsewhere.
    is_within : bool
        Whether a difference that could be chance is beyond it but for the tolerance, or what is the same differs within it.
    extent : float
        A difference as measured as a share of the largest one of its metric, 0 where there is none.
    """

    value: float
    state: str = "number"
    verdict: str = "same"
    difference: str = ""
    arrow: str = ""
    interval: tuple[float, float] | None = None
    gain: float = math.nan
    series: tuple[float, ...] = ()
    runs: tuple[float, ...] = ()
    sd: str = ""
    star: str = ""
    is_cut: bool = False
    alone: str = ""
    is_within: bool = False
    extent: float = 0.0

    @property
    def is_number(self) -> bool:
        """Whether it has a place on an axis."""
        return math.isfinite(self.value)

    @property
    def is_beyond_chance(self) -> bool:
        """Whether it may be called better or worse."""
        return self.verdict in ("better", "worse")


@dataclass(frozen=True)
class Measure:
    """One metric over all versions.

    Attributes
    ----------
    path, dataset : str
        What was measured, and on what.
    short : str
        The dataset as tables shorten it.
    mode : "max", "min" or None
        Which way it is better.
    values : sequence of float
        Numbers of the versions, NaN where there is none.
    make : callable
        Gives the points, when they are first asked for: of many metrics few are drawn.
    label : str
        What the registry calls the dataset, by which it can be asked for as well.
    written : NumberFormat, optional
        How tables write its numbers, on all datasets alike; by default as those here need.
    """

    path: str
    dataset: str
    short: str
    mode: Mode
    values: Sequence[float]
    make: Callable[[], Sequence[Point]] = field(repr=False, compare=False)
    label: str = ""
    written: NumberFormat | None = None

    @cached_property
    def points(self) -> Sequence[Point]:
        """One a version."""
        return self.make()

    @property
    def name(self) -> str:
        """`path@dataset`, the dataset shortened, or the path alone."""
        return f"{self.path}@{self.short}" if self.dataset else self.path

    @property
    def upward(self) -> Phrase:
        """The name with its direction, for an axis that goes up."""
        return say("{name}  {direction}", name=self.name, direction=_UP[self.mode]) if self.mode else say("{name}", name=self.name)

    @property
    def stacked(self) -> Phrase:
        """The name and below it its direction, for text that stands beside an axis that goes up."""
        return joined([self.name, _UP[self.mode]], "\n") if self.mode else say("{name}", name=self.name)

    @property
    def rightward(self) -> Phrase:
        """The name with its direction, for an axis that goes right."""
        return say("{name}  {direction}", name=self.name, direction=_RIGHT[self.mode]) if self.mode else say("{name}", name=self.name)

    @property
    def has_numbers(self) -> bool:
        """Whether there is anything to draw."""
        return any(map(math.isfinite, self.values))

    @property
    def is_constant(self) -> bool:
        """Whether every version has the same number, so that no cell of it can differ."""
        return len(set(map(repr, self.values))) == 1 and math.isfinite(self.values[0])

    @cached_property
    def form(self) -> NumberFormat:
        """How its numbers are written: those that differ read differently."""
        return self.written or choose_format(self.values)

    def at(self, places: Sequence[int]) -> Measure:
        """Give the metric of some versions."""
        return replace(self, values=[self.values[place] for place in places], make=lambda: [self.points[place] for place in places])

    def without_intervals(self) -> Measure:
        """Give the metric for a chart that has no room for whiskers."""
        return replace(self, make=lambda: [replace(point, interval=None) for point in self.points])


@dataclass(frozen=True)
class ChartData:
    """Metrics of a comparison.

    Attributes
    ----------
    names : sequence of str
        Versions in natural order, those that may not go live with a ✗.
    baseline : int
        Position of the baseline.
    measures : sequence of Measure
        One a metric and dataset; those that changed first.
    rejected : frozenset of str
        Names with a ✗.
    """

    names: Sequence[str]
    baseline: int
    measures: Sequence[Measure]
    rejected: frozenset[str] = frozenset()

    def told_rejected(self, places: Sequence[int] | None = None) -> list[Phrase]:
        """Say what the ✗ of versions means, where one that is drawn has it."""
        drawn = self.names if places is None else [self.names[place] for place in places]
        return [say("✗ Rejected, may not go live")] if not self.rejected.isdisjoint(drawn) else []

    def at_most(self, measure: Measure | None = None, most: int = _MOST) -> tuple[list[int], list[Phrase]]:
        """Choose the versions that a chart has room for, and name the others.

        Parameters
        ----------
        measure : Measure, optional
            The metric whose best versions are kept where its direction is known; else those with the highest names.
        most : int
            How many versions, the baseline among them.

        Returns
        -------
        places : list of int
            Their positions.
        notes : list of str
            A sentence that names those left out, if any.
        """
        total = len(self.names)
        if total <= most:
            return list(range(total)), []
        sign = {"max": -1, "min": 1, None: 0}[measure.mode if measure else None]

        def order(place: int) -> tuple[bool, float, int]:
            value = measure.points[place].value if measure else 0.0
            return math.isnan(value), sign * value if sign and not math.isnan(value) else 0.0, -place

        others = sorted((place for place in range(total) if place != self.baseline), key=order)
        left = [self.names[place] for place in sorted(others[most - 1 :])]
        best = "The baseline and the best {count} of {total} versions; not drawn: {names}."
        last = "The baseline and the last {count} of {total} versions; not drawn: {names}."
        note = say(best if sign else last, count=most - 1, total=total, names=some(left))
        return sorted([self.baseline, *others[: most - 1]]), [note]

    def changing(self, most: int) -> tuple[list[Measure], list[Phrase]]:
        """Choose the metrics whose numbers can differ from the baseline's, those that changed first, and name the others.

        Parameters
        ----------
        most : int
            How many.

        Returns
        -------
        measures : list of Measure
            Metrics that have a number in the baseline and another one in some version.
        notes : list of str
            Sentences that name the metrics left out, if any.
        """
        alone: list[Measure] = []
        constant: list[Measure] = []
        changing: list[Measure] = []
        for each in self.measures:
            if each.has_numbers:
                kind = constant if each.is_constant else changing
                (kind if math.isfinite(each.values[self.baseline]) else alone).append(each)
        notes = []
        if alone:
            notes.append(say("No number in {baseline}: {names}.", baseline=self.names[self.baseline], names=_named(alone)))
        if constant:
            notes.append(say("The same in every version: {names}.", names=_named(constant)))
        if changing[most:]:
            notes.append(say("Metrics not drawn: {names}.", names=_named(changing[most:])))
        return changing[:most], notes

    def find(self, metric: str, dataset: str | None = None) -> Measure:
        """Find a metric by path, or `path@dataset`.

        Raises
        ------
        NameNotFound
            When there is none.
        ComparisonError
            When it was measured on several datasets and none was named, or a number is too large for an axis.
        """
        found = self._by_name[resolve(metric, list(self._by_name), dataset=dataset, missing="no version has a metric {text!r}")]
        if any(point.is_number and abs(point.value) > _LARGEST for point in found.points):
            raise ComparisonError(
                say("{name} has a number too large to draw (above 1e100)", name=found.name), hint=say("Look at c.to_frame().")
            )
        return found

    def several(self, metrics: str | Sequence[str]) -> list[Measure]:
        """Find the metrics that names or globs mean, in the order in which these were given; a name means all its datasets.

        Raises
        ------
        NameNotFound
            When one of them means nothing; the nearest names are in the hint.
        """
        found: dict[Name, Measure] = {}
        for pattern in Patterns(metrics, "metrics").patterns:
            fitting = {name: measure for name, measure in self._by_name.items() if pattern.fits(name)}
            if not fitting:
                raise NameNotFound(
                    say("no version has a metric {text!r}", text=pattern.text), hint=nearest_hint(pattern.text, self._by_name)
                )
            found |= fitting
        return list(found.values())

    @property
    def _by_name(self) -> dict[Name, Measure]:
        return {Name("metrics", each.path, each.dataset, each.label, each.short): each for each in self.measures}


def pareto_places(first: Measure, second: Measure) -> list[int]:
    """Positions of the versions that no other beats in both metrics, in order of the first.

    Raises
    ------
    ComparisonError
        When the direction of one is not known, or some of its values look like percent and others like fractions.
    """
    for each in (first, second):
        if percent_among(each.path, dict(enumerate(each.values))):
            raise mixed_units(each.name)
        if each.mode is None:
            raise ComparisonError(say("the direction of {name} is unknown", name=each.name), hint=say(BY_DIRECTIONS, path=each.path))
    signs = [-1 if each.mode == "max" else 1 for each in (first, second)]
    costs = {place: (signs[0] * a, signs[1] * b) for place, (a, b) in enumerate(zip(first.values, second.values, strict=True))}
    front, _ = front_of({place: cost for place, cost in costs.items() if all(map(math.isfinite, cost))})
    return sorted(front, key=lambda place: (first.values[place], second.values[place]))


def _named(measures: Sequence[Measure]) -> Phrase:
    return some([each.name for each in measures])


def some(names: Sequence[str], room: int = 400) -> Phrase:
    """Join the names that a note of a chart has room for, at least one, and say how many more there are.

    Examples
    --------
    >>> some(["0.1.0", "0.2.0", "0.3.0", "0.4.0"], 14)
    '0.1.0, 0.2.0 and 2 more'
    """
    ends = list(accumulate(len(name) + 2 for name in names))
    return first(names, max(sum(end <= room for end in ends), 1))
