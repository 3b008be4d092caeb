"""Repeats of a measurement behind each metric: the members of groups, and lists that are said to hold them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from pai_notebook.arguments import described
from pai_notebook.comparison.align import MetricCells
from pai_notebook.comparison.evidence import EvidenceFinder
from pai_notebook.comparison.readings import Readings
from pai_notebook.comparison.rows import is_blank
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import told_gaps, told_unmeasured
from pai_notebook.comparison.sources import Bounds, Side, Stated
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.group import VersionGroup
from pai_notebook.model.metric_cells import Cell, State, series_points
from pai_notebook.model.names import Name, Naming, metric_named
from pai_notebook.model.patterns import ByName, Patterns
from pai_notebook.model.shared import Key
from pai_notebook.model.version import ModelVersion

Kind = Literal["folds", "runs"]
# Metrics whose lists are repeats, and of what kind; a name alone means folds.
RepeatsLike = str | Sequence[str] | Mapping[str, Kind] | None

_KINDS = ("folds", "runs")
# Values whose squares no float holds have no spread.
_LARGEST = 1e100


class ListedRepeats(ByName[Kind]):
    """Metrics whose lists hold repeats of a measurement, one number a fold or a run.

    Parameters
    ----------
    given : str, list of str, mapping or None
        Names or globs of metrics, or a mapping of these to "folds" or "runs"; a name alone means folds, which are compared fold by fold.

    Raises
    ------
    ConfigurationError
        For another kind.

    Examples
    --------
    >>> ListedRepeats("accuracy").said, ListedRepeats({"f1": "runs"}).said
    ({'accuracy': 'folds'}, {'f1': 'runs'})
    """

    def __init__(self, given: RepeatsLike = None, naming: Naming = metric_named) -> None:
        if hasattr(given, "columns"):
            raise ConfigurationError(say("repeats={given} is not a name", given=described(given)), hint=say("Pass names of metrics."))
        told: Mapping[str, Kind] = given if isinstance(given, Mapping) else dict.fromkeys(Patterns(given, "repeats").texts, "folds")
        for kind in told.values():
            if not isinstance(kind, str) or kind not in _KINDS:
                raise ConfigurationError(
                    say("repeats={kind} cannot be used", kind=described(kind)), hint=say("Pass names, or a mapping to 'folds' or 'runs'.")
                )
        by_name: dict[str, Kind] = {str(name): kind for name, kind in sorted(told.items(), key=lambda item: str(item[0]))}
        super().__init__("repeats", by_name, naming)

    def kind(self, key: Key) -> Kind | None:
        """What the lists of a metric hold, None where nothing is said of it."""
        found = self._choose(*key)
        return None if found is None else found[1]


def repeats_of(
    cells: Mapping[Key, Sequence[Cell]],
    versions: Sequence[ModelVersion],
    listed: ListedRepeats,
    by_name: Mapping[str, str] | None = None,
) -> dict[Key, tuple[Runs | None, ...]]:
    """Find the repeats behind every metric: of groups, and of lists that are said to hold them.

    Parameters
    ----------
    cells : mapping of (path, dataset) to sequence of Cell
        Every metric, one cell a version.
    versions : sequence of ModelVersion
        The versions.
    listed : ListedRepeats
        Which lists hold repeats.
    by_name : mapping of str to str, optional
        Datasets that are called otherwise in `cells` than by some versions.

    Raises
    ------
    ComparisonError
        When lists of folds are not equally long, or what is said to be a list is none.
    """
    found: dict[Key, tuple[Runs | None, ...]] = {}
    groups = [_Members(version, by_name or {}) if isinstance(version, VersionGroup) else None for version in versions]
    grouped = {key for group in groups if group is not None for key in group.repeats}
    for key in cells:
        kind = listed.kind(key)
        if kind is not None:
            found[key] = tuple(_listed(cell, kind) for cell in cells[key])
            _check_lengths(key, kind, found[key], cells[key])
        elif key in grouped and not any(group.is_beyond_spread(key) for group in groups if group is not None):
            found[key] = tuple(None if group is None or key not in group.repeats else group.runs(key) for group in groups)
    return found


class _Members:
    """The numbers of the members of a group, and what these state of how sure they are."""

    def __init__(self, group: VersionGroup, by_name: Mapping[str, str]) -> None:
        self._group = group
        # as the group calls it, by what it is called among the versions that are compared
        self._own = {(path, by_name.get(dataset, dataset)): (path, dataset) for path, dataset in group.repeats}
        self.repeats = {key: group.repeats[own] for key, own in self._own.items()}
        self._names = [member.version_name for member in group.members]
        self._cells = MetricCells(group.members)
        self._readings = Readings(EvidenceFinder(self._cells), None, {}, {})

    def is_beyond_spread(self, key: Key) -> bool:
        """Whether a number of a metric is so large that no computer holds its square."""
        return key in self.repeats and any(abs(value) >= _LARGEST for value in self.repeats[key].values)

    def runs(self, key: Key) -> Runs:
        """Give the runs or folds of a metric."""
        own, found = self._own[key], self.repeats[key]
        # a run belongs to none of another group
        keys = tuple(dict.fromkeys(self._group.runs[place] for place in found.places)) if self._group.folds else ()
        runs = Runs.of(found.values, folds=self._group.folds, keys=keys, uneven=bool(self._group.uneven))
        absent = all(is_blank(cell) for place, cell in enumerate(self._cells[own]) if place not in found.places)
        return replace(self._beside(own, found.places, runs), failed=found.failed, only_absent=absent)

    def _beside(self, key: Key, places: Sequence[int], runs: Runs) -> Runs:
        """Give runs with the widest error or interval of each name; the mean of folds is of the examples of all of them."""
        share = 1 / math.sqrt(runs.count) if runs.folds else 1.0
        found: dict[str, Side] = {}
        refused: list[tuple[str, Phrase]] = []
        for place in places:
            refused += [(self._names[place], each) for each in self._readings.refused(key, place)]
            for name, side in self._readings.stated(key, place):
                before = found.get(name)
                if isinstance(side, Bounds):
                    low, high = runs.value - share * (side.value - side.low), runs.value + share * (side.high - side.value)
                    if isinstance(before, Bounds):
                        low, high = min(low, before.low), max(high, before.high)
                    found[name] = Bounds(runs.value, low, high, side.said)
                elif isinstance(side, Runs):
                    known = replace(side, value=runs.value, variance=side.variance * share**2, examples=None, doubt=None)
                    found[name] = before if isinstance(before, Runs) and before.error > known.error else known
                elif isinstance(side, Stated):
                    found[name] = Stated(runs.value, max(share * side.stated, before.stated if isinstance(before, Stated) else 0.0))
        return replace(runs, beside=tuple(found.items()), refused=tuple(refused)) if found or refused else runs


def remarks_on_lists(cells: Mapping[Key, Sequence[Cell]], names: Sequence[str], listed: ListedRepeats) -> Iterator[Phrase]:
    """Say which lists have gaps, as `failed_runs` does of the members of groups."""
    for key in cells:
        kind = listed.kind(key)
        for cell, name in zip(cells[key], names, strict=True):
            runs = None if kind is None else _listed(cell, kind)
            failed = told_gaps(cell) if runs is None else runs.told_failed
            if failed is not None:
                without = "{failed} for {names} in {name}: the number that is compared is of the others"
                without = "{failed} for {names} in {name}: the mean is of the others" if cell.note == "mean" else without
                yield say(without, failed=failed, names=Name("metrics", *key).short, name=name)
            unmeasured = told_unmeasured(cell) if kind is None else None
            if unmeasured is not None:
                told = "{unmeasured} for {names} in {name}, which is not measured: the number that is compared is of the others"
                yield say(told, unmeasured=unmeasured, names=Name("metrics", *key).short, name=name)


def _listed(cell: Cell, kind: Kind) -> Runs | None:
    points = list(enumerate(series_points(cell.raw) or ())) if cell.state is State.SERIES else []
    known = {place: point for place, point in points if abs(point) < _LARGEST}
    if not known:
        return None
    runs = Runs.of(list(known.values()), folds=kind == "folds", keys=list(known) if kind == "folds" else ())
    return replace(runs, failed=len(points) - len(known))


def _check_lengths(key: Key, kind: Kind, runs: Sequence[Runs | None], cells: Sequence[Cell]) -> None:
    # a fold without a number is a fold nevertheless
    counts = {len(series_points(cell.raw) or ()) for each, cell in zip(runs, cells, strict=True) if each is not None}
    name = Name("metrics", *key).short
    if not counts and any(cell.value is not None and series_points(cell.raw) is None for cell in cells):
        raise ComparisonError(
            say("repeats: {name} is one number, not a list", name=name), hint=say("Name metrics that are lists of numbers.")
        )
    if kind == "folds" and len(counts) > 1:
        said = joined(list(map(str, sorted(counts))), " and ")
        raise ComparisonError(
            say("repeats: {name} has lists of {said} numbers", name=name, said=said),
            hint=say("Pass repeats={{{name!r}: 'runs'}} for runs.", name=name),
        )
