"""The long frame: one row for each metric cell, with its state."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pai_notebook.frames.collect import STATES, Collected, collect
from pai_notebook.frames.columns import TEXT, repeated_texts
from pai_notebook.model.metrics import State
from pai_notebook.model.names import Name
from pai_notebook.model.results import write_entries

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

__all__ = ["long_frame", "rebuild"]

COLUMNS = ("model", "version", "dataset", "metric", "value", "text", "state", "duplicate")


def long_frame(versions: Sequence[ModelVersion], wanted: Callable[[Name], bool]) -> pd.DataFrame:
    """Build one row a cell: model, version, dataset, metric, value, text, state, duplicate.

    Rows follow the versions as given and, within one, the natural order of metric and dataset. `text` is there where
    `value` and `state` do not say everything. A version without metrics has no row.
    """
    cells = collect(version._document.get("Metrics") for version in versions)  # noqa: SLF001 - read only, in bulk
    return _frame(_chosen(cells, wanted), [version.model_id for version in versions], [version.version_name for version in versions])


def _chosen(cells: Collected, wanted: Callable[[Name], bool]) -> Collected:
    chosen = np.array([wanted(Name("metrics", path, dataset)) for path, dataset in cells.names], np.bool_)
    if chosen.all():
        return cells
    kept = np.flatnonzero(chosen[cells.columns])
    place = {int(old): new for new, old in enumerate(kept)}
    texts = {place[old]: text for old, text in cells.texts.items() if old in place}
    rows, columns, values = cells.rows[kept], cells.columns[kept], cells.numbers[kept]
    return Collected(cells.names, rows, columns, values, cells.states[kept], cells.duplicates[kept], texts)


def _frame(cells: Collected, models: Sequence[str], names: Sequence[str]) -> pd.DataFrame:
    texts = np.full(len(cells), pd.NA, object)
    texts[list(cells.texts)] = list(cells.texts.values())
    return pd.DataFrame(
        {
            "model": repeated_texts(models, cells.rows),
            "version": repeated_texts(names, cells.rows),
            "dataset": repeated_texts([dataset for _, dataset in cells.names], cells.columns),
            "metric": repeated_texts([path for path, _ in cells.names], cells.columns),
            "value": cells.numbers,
            "text": pd.array(texts, dtype=TEXT),
            "state": pd.Categorical.from_codes(cells.states, categories=pd.Index(list(map(str, STATES)), dtype=object)),
            "duplicate": cells.duplicates,
        },
        copy=False,
    )


def rebuild(frame: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """Build the `Metrics` documents that a long frame, or any subset of its rows, came from.

    Returns
    -------
    dict
        For each (model, version) in the frame a document whose cells are the frame's rows. Whole numbers come back as
        floats of the same value.

    Examples
    --------
    >>> from pai_notebook.frames import to_frame
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "Metrics": {"a": {"b": 0.5, "c": "x"}}}, "model-a")
    >>> rebuild(to_frame([version], layout="long"))
    {('model-a', '0.1.0'): {'a': {'b': 0.5, 'c': 'x'}}}
    """
    leaves: dict[tuple[str, str], list[tuple[str, str, Any]]] = {}
    columns: list[list[Any]] = [frame[name].tolist() for name in COLUMNS]
    for model, version, dataset, metric, value, text, state, _ in zip(*columns, strict=True):
        raw = _raw(State(state), value, text if isinstance(text, str) else None)
        leaves.setdefault((model, version), []).append((dataset, metric, raw))
    return {version: write_entries(found) for version, found in leaves.items()}


def _raw(state: State, value: float, text: str | None) -> Any:
    """Give the JSON value that a row stands for."""
    if state in (State.TEXT, State.NUMERIC_TEXT):
        return text
    if text is not None:
        return json.loads(text)
    return None if state is State.NULL else float(value)
