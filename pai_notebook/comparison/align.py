"""Lining versions up: metrics by dataset and path, labels by key, specs by structure."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.cell_changes import compare_cells, kind_of_change, merge_cells
from pai_notebook.comparison.direction import SIGNED, Direction, Directions
from pai_notebook.comparison.evidence import Key
from pai_notebook.comparison.rows import Change, Kind, Row, lazy_row
from pai_notebook.comparison.series import Series
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.document import frozen_json
from pai_notebook.model.equality import shown
from pai_notebook.model.fields import catalogue, leaves, stated
from pai_notebook.model.flatten import ROOT, SCALARS, list_names, natural_key
from pai_notebook.model.lookup import MetricColumns
from pai_notebook.model.metric_cells import Cell, State, cell_order, make_cell, read_value, text_of
from pai_notebook.model.metric_scales import MIXED, below_zero
from pai_notebook.model.metric_words import kind_of_metric
from pai_notebook.model.names import Name

if TYPE_CHECKING:
    from pai_notebook.comparison.tolerance import Tolerance
    from pai_notebook.comparison.uncertainty import Uncertainty
    from pai_notebook.model.differences import Scale
    from pai_notebook.model.version import ModelVersion

_LEVEL = 0.95
_NUMBERS = frozenset({int, float})
_INFINITE = (math.inf, -math.inf)
_NO_DIRECTION = Direction(reason=say("not a metric"))
_BASELINE = Change(Kind.BASELINE)
# No direction, and no value that a gate can pass: -1 is what many write where an evaluation failed.
IMPOSSIBLE = Direction(reason=say("it is negative, which an error of that name never is"))
_EVIDENCE = Direction(reason=say("it says how sure another metric is"))


class MetricCells(Mapping[Key, tuple[Cell, ...]]):
    """One cell a version for each (path, dataset) that any version states; never by position in `Results`.

    A metric is read when it is asked for.

    Parameters
    ----------
    versions : sequence of ModelVersion
        The versions, in the order of the cells.
    series : Series, optional
        Which number of a list is meant.
    columns : MetricColumns, optional
        What the versions state, where it was read already.
    """

    def __init__(self, versions: Sequence[ModelVersion], series: Series | None = None, columns: MetricColumns | None = None) -> None:
        self._columns = columns or MetricColumns(versions)
        self._count = len(versions)
        self.series = series or Series()
        self._names = dict.fromkeys(sorted(self._columns.names, key=lambda name: (natural_key(name[0]), natural_key(name[1]))))
        self._made: dict[Key, tuple[Cell, ...]] = {}

    def __getitem__(self, key: Key) -> tuple[Cell, ...]:
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._make(*key)
        return made

    def __iter__(self) -> Iterator[Key]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def trained(self) -> Mapping[Key, str]:
        """Metrics of the training data, by what stands beside them."""
        return self._columns.trained

    def name(self, key: Key) -> Name:
        """Give the name of a metric, with what the registry calls its dataset."""
        return self._columns.name(*key)

    def _make(self, path: str, dataset: str) -> tuple[Cell, ...]:
        if (path, dataset) not in self._names:
            raise KeyError((path, dataset))
        cells: list[Cell | None] = [None] * self._count
        repeated: set[int] = set()
        stated = self._columns.stated(path, dataset)
        if len(stated) == self._count and self._columns.is_same_number((path, dataset)) is not None:
            return tuple([self.series.read(make_cell(dataset, path, raw, duplicate=False)) for _, raw in stated])
        for place, raw in stated:
            if cells[place] is None:
                cells[place] = self.series.read(make_cell(dataset, path, raw, duplicate=False))
            else:
                repeated.add(place)
        for place in repeated:
            several = [make_cell(dataset, path, raw, duplicate=True) for where, raw in stated if where == place]
            cells[place] = self.series.read(merge_cells(sorted(several, key=cell_order)))
        return tuple(
            [_blank(path, dataset, empty=place not in self._columns.measured) if cell is None else cell for place, cell in enumerate(cells)]
        )

    def same_number(self, key: Key) -> float | None:
        """The number that every version states, where that is told without making cells; None for other metrics."""
        return self._columns.same_numbers.get(key)

    def is_same(self, key: Key, types: Collection[Any] = SCALARS) -> bool:
        """Whether every version states the same number, text or truth value, which is told without making cells."""
        known = self._columns.is_same_number(key)
        if known or (known is False and types is _NUMBERS):
            return known
        found = self._columns.stated(*key)
        first = found[0][1]
        return (
            len(found) == self._count
            and type(first) in types
            and all(type(raw) is type(first) and raw == first for _, raw in found)
            and len({place for place, _ in found}) == self._count
        )


@dataclass(frozen=True)
class _MetricMaker:
    """Makes rows of metrics, each version compared with the baseline; what says how sure another metric is, is never better or worse."""

    found: MetricCells
    uncertainty: Uncertainty
    baseline: int
    directions: Directions
    tolerance: Tolerance

    def name(self, row: Row) -> Name:
        return self.found.name((row.path, row.dataset))

    def cells(self, row: Row) -> tuple[Cell, ...]:
        return self.found[row.path, row.dataset]

    def direction(self, row: Row) -> Direction:
        found = self.directions.of(row.path, row.dataset) if row.role is None else _EVIDENCE
        if found.mode != "min" or found.source != "inferred" or not any(cell.value is not None and cell.value < 0 for cell in row.cells):
            return found
        return {"never": IMPOSSIBLE, "closer": SIGNED}.get(below_zero(row.path), found)

    def kind(self, row: Row) -> int:
        return 2 if self.directions.beside(row.path, row.dataset) else kind_of_metric(row.path)

    def changes(self, row: Row) -> tuple[Change, ...]:
        changes = tuple([self.change(row, place) for place in range(len(row.cells))])
        return _with_clear_baseline(changes, self.uncertainty, (row.path, row.dataset), self.baseline)

    def change(self, row: Row, place: int) -> Change:
        if place == self.baseline:
            return _BASELINE
        evidence: Callable[[], Evidence] = partial(self.uncertainty.between, (row.path, row.dataset), place, self.baseline)
        if row._in_percent:  # noqa: SLF001 - what is said of a row is found once
            evidence = _mixed
        return compare_cells(row.cells[place], row.cells[self.baseline], row.direction, self.tolerance, evidence)

    def scale(self, row: Row) -> Scale:
        return self.uncertainty.scale((row.path, row.dataset))

    def is_same(self, row: Row) -> bool:
        return self.found.is_same((row.path, row.dataset))

    def is_alike(self, row: Row) -> bool:
        key = row.path, row.dataset
        # sums that overflowed are not alike
        return self.found.is_same(key, _NUMBERS) and not self.uncertainty.knows(key) and self.found.same_number(key) not in _INFINITE


def _mixed() -> Evidence:
    """Where some values may be a hundred times others nothing is known of any difference."""
    return Evidence(MIXED)


def metric_rows(found: MetricCells, uncertainty: Uncertainty, baseline: int, directions: Directions, tolerance: Tolerance) -> Iterator[Row]:
    """One row a metric, made when it is looked at; where patterns could contradict each other it is made at once."""
    maker = _MetricMaker(found, uncertainty, baseline, directions, tolerance)
    at_once = any(told.several for told in (found.series, directions, tolerance))
    for key in found:
        row = lazy_row(*key, uncertainty.role(key), maker)
        if at_once:
            _ = row.changes
        yield row


def _with_clear_baseline(changes: tuple[Change, ...], uncertainty: Uncertainty, key: tuple[str, str], baseline: int) -> tuple[Change, ...]:
    """Take the percentages away where the baseline's own interval reaches zero: nothing is known of what they are percent of."""
    if all(change.percent is None for change in changes):
        return changes
    side = uncertainty.side(key, baseline)
    if side is None or side.own(_LEVEL)[0] > 0 or side.own(_LEVEL)[1] < 0:
        return changes
    return tuple(replace(change, percent=None) for change in changes)


def _blank(path: str, dataset: str, *, empty: bool = False) -> Cell:
    return Cell(dataset, path, State.NO_METRICS if empty else State.ABSENT, None, "", None)


def other_rows(versions: Sequence[ModelVersion], baseline: int) -> Iterator[Row]:
    """Rows of labels, of specs by structure, and of plain fields; fields beyond the catalogue take part as the others do."""
    compared = [info for info in catalogue(versions) if info.compared]
    yield from _section("labels", versions, baseline, lambda version: version.labels.by_key)
    for info in compared:
        if info.kind == "spec":
            yield from _section(info.name, versions, baseline, partial(leaves, info=info))
    plain = [info for info in compared if info.is_plain]
    yield from _section("other", versions, baseline, partial(stated, infos=plain), order=[info.name for info in plain])


def positional(versions: Sequence[ModelVersion], rows: Sequence[Row]) -> Iterator[Phrase]:
    """Say which lists of objects were compared by position although they differ, because their objects have no name of their own."""
    differing = {(row.section, row.path) for row in rows if row.section != "metrics" and row.differs}
    for info in catalogue(versions):
        if info.kind != "spec":
            continue
        named: dict[str, set[str]] = {}
        for version in versions:
            for path, key in list_names(info.of(version)).items():
                named.setdefault(path, set()).add(key)
        for path, keys in named.items():
            below = "" if path == ROOT else f"{path}."
            if "" in keys and any(section == info.name and name.startswith(below) for section, name in differing):
                name = info.name if path == ROOT else f"{info.name}.{path}"
                yield say("{name} is compared by position: not every object in it has a name of its own", name=name)


def _section(
    section: str,
    versions: Sequence[ModelVersion],
    baseline: int,
    read: Callable[[ModelVersion], Mapping[str, Any]],
    order: Sequence[str] = (),
) -> Iterator[Row]:
    columns = [read(version) for version in versions]
    found = {path for column in columns for path in column}
    for path in [path for path in order if path in found] or sorted(found, key=natural_key):
        cells = tuple(_setting(path, column[path]) if path in column else _blank(path, "") for column in columns)
        changes = tuple(
            _BASELINE if place == baseline else Change(kind_of_change(cell, cells[baseline])) for place, cell in enumerate(cells)
        )
        yield Row(section, path, "", cells, changes, _NO_DIRECTION)


def _setting(path: str, raw: Any) -> Cell:
    state, value, _ = (State.TEXT, None, "") if isinstance(raw, tuple) else read_value(raw)
    return Cell("", path, state, value, shown(raw) if isinstance(raw, tuple) else text_of(raw), frozen_json(raw))
