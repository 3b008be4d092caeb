"""Lining versions up: metrics by dataset and path, labels by key, specs by structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.direction import Direction, Directions
from pai_notebook.comparison.rows import Change, Kind, Row, compare_cells, kind_of_change, merge_cells
from pai_notebook.comparison.series import Series
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.equality import shown
from pai_notebook.model.fields import catalogue, leaves, stated
from pai_notebook.model.flatten import ROOT, list_names, natural_key
from pai_notebook.model.metrics import Cell, State, read_value, text_of

if TYPE_CHECKING:
    from pai_notebook.comparison.tolerance import Tolerance
    from pai_notebook.comparison.uncertainty import Uncertainty
    from pai_notebook.model.version import ModelVersion

_LEVEL = 0.95
_NO_DIRECTION = Direction(reason="not a metric")
_EVIDENCE = Direction(reason=say("it says how sure another metric is"))


def metric_cells(versions: Sequence[ModelVersion], series: Series | None = None) -> dict[tuple[str, str], tuple[Cell, ...]]:
    """One cell a version for each (path, dataset) that any version states; never by position in `Results`."""
    told = series or Series()
    columns = [{key: told.read(cell) for key, cell in _grouped(version).items()} for version in versions]
    names = sorted({name for column in columns for name in column}, key=lambda name: tuple(map(natural_key, name)))
    return {
        (path, dataset): tuple(column.get((path, dataset)) or _blank(path, dataset, empty=not column) for column in columns)
        for path, dataset in names
    }


def metric_rows(
    found: Mapping[tuple[str, str], tuple[Cell, ...]],
    uncertainty: Uncertainty,
    baseline: int,
    directions: Directions,
    tolerance: Tolerance,
) -> Iterator[Row]:
    """One row a metric, each version compared with the baseline; what says how sure another metric is, is never better or worse."""
    for (path, dataset), cells in found.items():
        role = uncertainty.role((path, dataset))
        direction = directions.of(path, dataset) if role is None else _EVIDENCE
        changes = tuple(
            Change(Kind.BASELINE)
            if place == baseline
            else compare_cells(cell, cells[baseline], direction, tolerance, partial(uncertainty.between, (path, dataset), place, baseline))
            for place, cell in enumerate(cells)
        )
        yield Row("metrics", path, dataset, cells, _with_clear_baseline(changes, uncertainty, (path, dataset), baseline), direction, role)


def _with_clear_baseline(changes: tuple[Change, ...], uncertainty: Uncertainty, key: tuple[str, str], baseline: int) -> tuple[Change, ...]:
    """Take the percentages away where the baseline's own interval reaches zero: nothing is known of what they are percent of."""
    side = uncertainty.side(key, baseline) if any(change.percent is not None for change in changes) else None
    if side is None or side.own(_LEVEL)[0] > 0 or side.own(_LEVEL)[1] < 0:
        return changes
    return tuple(replace(change, percent=None) for change in changes)


def _grouped(version: ModelVersion) -> dict[tuple[str, str], Cell]:
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in version.metrics.cells:
        groups.setdefault((cell.path, cell.dataset), []).append(cell)
    return {name: merge_cells(cells) for name, cells in groups.items()}


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
    differing = {(row.section, row.path) for row in rows if row.differs}
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
            Change(Kind.BASELINE) if place == baseline else Change(kind_of_change(cell, cells[baseline]))
            for place, cell in enumerate(cells)
        )
        yield Row(section, path, "", cells, changes, _NO_DIRECTION)


def _setting(path: str, raw: Any) -> Cell:
    state, value, _ = (State.TEXT, None, "") if isinstance(raw, tuple) else read_value(raw)
    return Cell("", path, state, value, shown(raw) if isinstance(raw, tuple) else text_of(raw), raw)
