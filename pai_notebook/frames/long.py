"""The long frame: one row for each metric cell, with its state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pai_notebook.frames.collect import STATES, Collected, collect
from pai_notebook.frames.columns import model_texts, repeated_texts
from pai_notebook.model.metric_cells import State
from pai_notebook.model.names import Name, naming_of
from pai_notebook.model.source import dataset_names

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

_Array = np.ndarray[Any, np.dtype[Any]]
_NO_METRICS = STATES.index(State.NO_METRICS)


def long_frame(versions: Sequence[ModelVersion], wanted: Callable[[Name], bool], *, named: bool = False) -> tuple[pd.DataFrame, list[Name]]:
    """Build one row a cell: model, version, dataset, metric, value, text, state, duplicate; and give the names there are.

    Rows follow the versions as given and, within one, the natural order of metric and dataset. `text` is there where
    `value` and `state` do not say everything. A version that states no metric has one row that says so, whatever is wanted.
    """
    columns, names = long_columns(versions, wanted, named=named)
    return pd.DataFrame(columns, copy=False), names


def long_columns(
    versions: Sequence[ModelVersion], wanted: Callable[[Name], bool], *, named: bool = False
) -> tuple[dict[str, Any], list[Name]]:
    """Give the columns of the long frame."""
    cells = collect(version._document.get("Metrics") for version in versions)  # noqa: SLF001 - read only, in bulk
    naming = naming_of((dataset for _, dataset in cells.names), dataset_names(version.provenance for version in versions))
    names = [naming(*name) for name in cells.names]
    silent = np.flatnonzero(np.bincount(cells.rows, minlength=len(versions)) == 0)
    chosen = _with_silent(_chosen(cells, names, wanted), silent)
    datasets = [(named and name.label) or name.dataset for name in names]
    return _columns(chosen, model_texts(versions, named=named), [version.version_name for version in versions], datasets), names


def _chosen(cells: Collected, names: Sequence[Name], wanted: Callable[[Name], bool]) -> Collected:
    chosen = np.array([wanted(name) for name in names], np.bool_)
    return cells if chosen.all() else cells.take(np.flatnonzero(chosen[cells.columns]))


def _with_silent(cells: Collected, silent: _Array) -> Collected:
    """Put in a row without a name for each version that states no metric."""
    if not len(silent):
        return cells
    count = len(silent)
    joined = Collected(
        cells.names,
        np.concatenate([cells.rows, silent]),
        np.concatenate([cells.columns, np.full(count, -1, np.int64)]),
        np.concatenate([cells.numbers, np.full(count, np.nan)]),
        np.concatenate([cells.states, np.full(count, _NO_METRICS, np.int8)]),
        np.concatenate([cells.duplicates, np.zeros(count, np.bool_)]),
        cells.texts,
    )
    return joined.take(np.argsort(joined.rows, kind="stable"))


def _columns(cells: Collected, models: Sequence[str], names: Sequence[str], datasets: Sequence[str]) -> dict[str, Any]:
    texts = np.full(len(cells), -1, np.int64)
    texts[list(cells.texts)] = np.arange(len(cells.texts))
    return {
        "model": repeated_texts(models, cells.rows),
        "version": repeated_texts(names, cells.rows),
        "dataset": repeated_texts(datasets, cells.columns),
        "metric": repeated_texts([path for path, _ in cells.names], cells.columns),
        "value": cells.numbers,
        "text": repeated_texts(list(cells.texts.values()), texts),
        "state": repeated_texts(list(map(str, STATES)), cells.states),
        "duplicate": cells.duplicates,
    }
