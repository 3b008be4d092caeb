"""What a chart is drawn from: plain numbers by metric and version."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.names import Name, Patterns, resolve
from pai_notebook.model.nearest import nearest_hint
from pai_notebook.model.numbers import NumberFormat, choose_format

__all__ = ["ChartData", "Measure", "pareto_places"]

Mode = Literal["max", "min"] | None
_ARROWS = {"max": say("↑ higher is better"), "min": say("↓ lower is better"), None: say("direction unknown")}


@dataclass(frozen=True)
class Measure:
    """One metric over all versions.

    Attributes
    ----------
    path, dataset : str
        What was measured, and on what.
    mode : "max", "min" or None
        Which way it is better.
    values : sequence of float
        One a version, NaN where there is none.
    states : sequence of str
        Why there is none, in a word.
    verdicts : sequence of str
        `better` or `worse` beyond chance, `could be chance`, `no interval known`, `same`, `baseline` or another word, one a version.
    intervals : sequence of (float, float) or None
        Where the value may lie given the baseline's, where that is known.
    points : sequence of tuples
        The values of a series, empty where the metric is none.
    differences : sequence of str
        The difference of each version to the baseline as it is written, empty where there is none.
    gains : sequence of float
        How many half widths of its interval a difference is beyond chance, positive where it is better; NaN elsewhere.
    """

    path: str
    dataset: str
    mode: Mode
    values: Sequence[float]
    states: Sequence[str]
    verdicts: Sequence[str]
    intervals: Sequence[tuple[float, float] | None] = ()
    points: Sequence[tuple[float, ...]] = ()
    differences: Sequence[str] = ()
    gains: Sequence[float] = ()

    @property
    def name(self) -> str:
        """`path@dataset`, or the path alone."""
        return f"{self.path}@{self.dataset}" if self.dataset else self.path

    @property
    def label(self) -> Phrase:
        """The name with its direction."""
        return say("{name}  {direction}", name=self.name, direction=_ARROWS[self.mode])

    @cached_property
    def form(self) -> NumberFormat:
        """How its numbers are written: those that differ read differently."""
        return choose_format(self.values)


@dataclass(frozen=True)
class ChartData:
    """Metrics of a comparison.

    Attributes
    ----------
    names : sequence of str
        Versions in natural order.
    baseline : int
        Position of the baseline.
    measures : sequence of Measure
        One a metric and dataset; those that changed first.
    """

    names: Sequence[str]
    baseline: int
    measures: Sequence[Measure]

    def find(self, metric: str, dataset: str | None = None) -> Measure:
        """Find a metric by path, or `path@dataset`.

        Raises
        ------
        NameNotFound
            When there is none.
        ComparisonError
            When it was measured on several datasets and none was named.
        """
        return self._by_name[resolve(metric, list(self._by_name), dataset=dataset, missing="no version has a metric")]

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
                raise NameNotFound(f"no version has a metric {pattern.text!r}", hint=nearest_hint(pattern.text, self._by_name))
            found |= fitting
        return list(found.values())

    @property
    def _by_name(self) -> dict[Name, Measure]:
        return {Name("metrics", each.path, each.dataset): each for each in self.measures}


def pareto_places(first: Measure, second: Measure) -> list[int]:
    """Positions of the versions that no other beats in both metrics, in order of the first.

    Raises
    ------
    ComparisonError
        When the direction of one is not known.
    """
    for each in (first, second):
        if each.mode is None:
            raise ComparisonError(f"which way {each.name} is better is not known", hint="Pass directions={...} to compare().")
    signs = [1 if each.mode == "max" else -1 for each in (first, second)]
    points = {place: (signs[0] * a, signs[1] * b) for place, (a, b) in enumerate(zip(first.values, second.values, strict=True))}
    known = {place: point for place, point in points.items() if not any(map(math.isnan, point))}
    front = [
        place
        for place, point in known.items()
        if not any(other != point and other[0] >= point[0] and other[1] >= point[1] for other in known.values())
    ]
    return sorted(front, key=lambda place: (first.values[place], second.values[place]))
