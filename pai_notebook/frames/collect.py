"""The metrics of many versions in parallel arrays, gathered in bulk: the common ground of the wide and the long frame."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from pai_notebook.model.flatten import join_path, metric_leaves, natural_key
from pai_notebook.model.metric_cells import State, read_value, text_of
from pai_notebook.model.metrics_document import read_entries
from pai_notebook.model.numbers import EXACT

_Array = np.ndarray[Any, np.dtype[Any]]
STATES = tuple(State)
_CODE = {state: code for code, state in enumerate(STATES)}
_NUMBER, _NAN, _INFINITE = _CODE[State.NUMBER], _CODE[State.NAN], _CODE[State.INFINITE]
_NUMBERS = frozenset({float, int})
_only_floats = frozenset({float}).issuperset


@dataclass(frozen=True)
class Collected:
    """Metric cells of many versions, ordered by row and then by name.

    Attributes
    ----------
    names : tuple of (path, dataset)
        Every metric that occurs, in natural order.
    rows, columns : arrays of int
        Position of the version, and position in `names`, of each cell.
    numbers : array of float64
        The number of each cell, NaN where it has none.
    states : array of int8
        Position in `STATES` of each cell's state.
    duplicates : array of bool
        Whether the same name occurs more than once in the version.
    texts : dict of int to str
        What the value alone does not say, by position of the cell.
    """

    names: tuple[tuple[str, str], ...]
    rows: _Array
    columns: _Array
    numbers: _Array
    states: _Array
    duplicates: _Array
    texts: dict[int, str]

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, places: _Array) -> Collected:
        """Give the cells at some places, in that order."""
        new = np.full(len(self), -1, np.int64)
        new[places] = np.arange(len(places))
        texts = {int(new[old]): text for old, text in self.texts.items() if new[old] >= 0}
        arrays = (self.rows, self.columns, self.numbers, self.states, self.duplicates)
        rows, columns, numbers, states, duplicates = (array[places] for array in arrays)
        return Collected(self.names, rows, columns, numbers, states, duplicates, texts)


# Rows and values of versions whose metrics have the same names: one block of an array.
_Bulk = tuple[list[int], list[Any]]

_Bulks = dict[tuple[str, tuple[str, ...]], _Bulk]


@dataclass
class _Rest:
    """Cells that are not plain numbers or stand deeper, one by one."""

    rows: list[int] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    raws: list[Any] = field(default_factory=list)


def collect(metrics: Iterable[Any]) -> Collected:
    """Gather the cells of many `Metrics` documents: plain numbers in bulk, everything else one by one."""
    bulks: _Bulks = {}
    rest = _Rest()
    for row, raw in enumerate(metrics):
        if raw is None:
            continue
        for dataset, content in read_entries(raw)[0]:
            if type(content) is not dict:
                _one_by_one(row, dataset, content, rest)
                continue
            bulk = bulks.get(key := (dataset, tuple(content)))
            if bulk is None:
                bulk = bulks[key] = [], []
            bulk[0].append(row)
            bulk[1].extend(content.values())
    return _joined(_plain(bulks, rest), rest)


def _plain(bulks: _Bulks, rest: _Rest) -> _Bulks:
    """Keep plain numbers in blocks; what else versions have stands with the rest."""
    # looking at the types of a block, or of its columns, costs a fraction of looking at each version
    kept = {key: bulk for key, bulk in bulks.items() if _only_floats(map(type, bulk[1]))}
    for (dataset, names), (rows, values) in [(key, bulk) for key, bulk in bulks.items() if key not in kept]:
        columns = {name: values[nth :: len(names)] for nth, name in enumerate(names)}
        plain = {name: column for name, column in columns.items() if _is_plain(column)}
        joined = values if len(plain) == len(names) else list(chain.from_iterable(zip(*plain.values(), strict=True)))
        _add(kept, dataset, tuple(plain), rows, joined)
        for name in columns.keys() - plain.keys():
            alone: _Bulk = [], []
            for row, value in zip(rows, columns[name], strict=True):
                if type(value) is float or _is_plain([value]):
                    alone[0].append(row)
                    alone[1].append(value)
                else:
                    _one_by_one(row, dataset, {name: value}, rest)
            if alone[0]:
                _add(kept, dataset, (name,), *alone)
    return kept


def _add(bulks: _Bulks, dataset: str, names: tuple[str, ...], rows: list[int], values: list[Any]) -> None:
    bulk = bulks.setdefault((dataset, names), ([], []))
    bulk[0].extend(rows)
    bulk[1].extend(values)


def _is_plain(values: Sequence[Any]) -> bool:
    """Whether all are numbers that a float holds exactly."""
    types = set(map(type, values))
    if int not in types:
        return types == {float}
    whole = [value for value in values if type(value) is int]
    return types <= _NUMBERS and min(whole) >= -EXACT and max(whole) <= EXACT


def _one_by_one(row: int, dataset: str, content: Any, rest: _Rest) -> None:
    for path, raw in metric_leaves(content):
        rest.rows.append(row)
        rest.names.append((path, dataset))
        rest.raws.append(raw)


def _joined(bulks: _Bulks, rest: _Rest) -> Collected:
    """Put the blocks and the rest into one set of arrays, ordered by version and name."""
    named = {key: [(join_path((str(name),)), key[0]) for name in key[1]] for key in bulks}
    found = dict.fromkeys(rest.names) | dict.fromkeys(name for names in named.values() for name in names)
    names = tuple(sorted(found, key=lambda name: (natural_key(name[0]), natural_key(name[1]))))
    position = {name: place for place, name in enumerate(names)}
    read = [read_value(raw) for raw in rest.raws]
    first = [math.nan if value is None else value for _, value, _ in read]
    parts = [_part(rows, [position[name] for name in named[key]], values, len(key[1])) for key, (rows, values) in bulks.items() if key[1]]
    if first or not parts:
        parts.insert(0, _part(rest.rows, [position[name] for name in rest.names], first, 1))
    rows, columns, values = (np.concatenate(arrays) if len(arrays) > 1 else arrays[0] for arrays in zip(*parts, strict=True))
    states = _states(values, [state for state, _, _ in read])
    texts = {
        place: text_of(raw) for place, (raw, (state, _, note)) in enumerate(zip(rest.raws, read, strict=True)) if _tells_more(state, note)
    }
    return _ordered(Collected(names, rows, columns, values, states, np.zeros(len(rows), np.bool_), texts))


def _part(rows: Sequence[int], columns: Sequence[int], values: Sequence[float], width: int) -> tuple[_Array, _Array, _Array]:
    """Give rows, columns and values of a block, `width` cells a row, in the order of the columns within each row."""
    lined, numbers = np.array(columns, np.int64), np.fromiter(values, np.float64, len(values))
    if width == 1:
        return np.array(rows, np.int64), lined if len(columns) == len(rows) else np.repeat(lined, len(rows)), numbers
    order = np.argsort(lined, kind="stable")
    if (np.diff(order) != 1).any():
        numbers = numbers.reshape(len(rows), width)[:, order].ravel()
    return np.repeat(np.array(rows, np.int64), width), np.tile(lined[order], len(rows)), numbers


def _states(values: _Array, first: Sequence[State]) -> _Array:
    """States of plain numbers by their value, with the known states of the first cells put in."""
    states = np.full(len(values), _NUMBER, np.int8)
    states[np.isnan(values)] = _NAN
    states[np.isinf(values)] = _INFINITE
    states[: len(first)] = [_CODE[state] for state in first]
    return states


def _tells_more(state: State, note: str) -> bool:
    """Whether the text of a cell says more than its state and number."""
    return bool(note) or state not in (State.NUMBER, State.NULL, State.NAN, State.INFINITE)


def _ordered(cells: Collected) -> Collected:
    """Put cells in the order of versions and names, and flag names that occur twice in a version."""
    keys = cells.rows * max(len(cells.names), 1) + cells.columns
    if (keys[1:] > keys[:-1]).all():
        return cells
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    same = keys[1:] == keys[:-1]
    duplicates = np.zeros(len(keys), np.bool_)
    if same.any():
        duplicates[1:] |= same
        duplicates[:-1] |= same
        order = _settled(cells, order, keys, np.flatnonzero(duplicates))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    texts = {int(place[old]): text for old, text in cells.texts.items()}
    return Collected(cells.names, cells.rows[order], cells.columns[order], cells.numbers[order], cells.states[order], duplicates, texts)


def _settled(cells: Collected, order: _Array, keys: _Array, places: _Array) -> _Array:
    """Order cells of one name in one version by what they hold, so that the order of `Results` does not matter."""

    def held(place: int) -> tuple[int, int, float, str]:
        cell = int(order[place])
        number = float(cells.numbers[cell])
        return int(keys[place]), int(cells.states[cell]), 0.0 if math.isnan(number) else number, cells.texts.get(cell, "")

    settled = order.copy()
    settled[places] = [order[place] for place in sorted(places.tolist(), key=held)]
    return settled
