"""Typed columns: text, times, numbers and truth values, each with a way to be missing; no type depends on what other sets hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pai_notebook.model.document import read_time
from pai_notebook.model.equality import shown
from pai_notebook.model.fields import FieldInfo
from pai_notebook.model.metric_cells import text_of
from pai_notebook.model.numbers import EXACT
from pai_notebook.model.source import unique_names
from pai_notebook.model.text_columns import text_array

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

_TEXTS = frozenset({str, type(None)})
_INT64 = 2**63
_FIRST, _LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")


def model_texts(versions: Sequence[ModelVersion], *, named: bool) -> list[str]:
    """Give the model of each version: its id, or its name where no other model has it."""
    ids = [version.model_id for version in versions]
    if not named:
        return ids
    names = unique_names((version.model_id, version.provenance.model_name) for version in versions)
    return [names.get(model, model) for model in ids]


def as_texts(values: Sequence[Any]) -> Any:
    """Texts as sent, ``<NA>`` for None, JSON for everything else."""
    return text_array(_texts(values))


def _texts(values: Sequence[Any]) -> Sequence[str | None]:
    if set(map(type, values)) <= _TEXTS:
        return values
    return [None if value is None else text_of(value) for value in values]


def repeated_texts(uniques: Sequence[str], codes: np.ndarray[Any, Any]) -> Any:
    """Texts given by position in a short list, much faster than one by one; -1 is missing."""
    return text_array(list(uniques) or [""]).take(codes, allow_fill=True)


def as_words(values: Sequence[Any]) -> Any:
    """Give the words of an open set, such as approval; None and the empty text are missing.

    A categorical would be another type in every set, and frames that are put together would lose it.
    """
    return text_array([text or None for text in _texts(values)])


def as_times(values: Sequence[Any]) -> Any:
    """UTC times in microseconds; what cannot be read is NaT."""
    texts = [value if isinstance(value, str) else None for value in values]
    moments = np.full(len(texts), np.datetime64("NaT", "us"), "datetime64[us]")
    # the service's form; pandas 2.2 misreads mixtures of offsets
    if any(texts) and all(text is None or text.endswith("Z") for text in texts):
        times = pd.to_datetime(np.array(texts, object), utc=True, errors="coerce", format="ISO8601")
        moments = times.tz_convert(None).to_numpy().astype("datetime64[us]")
        moments[(moments < _FIRST) | (moments > _LAST)] = np.datetime64("NaT", "us")  # pandas reads years that Python has not
    for place in np.flatnonzero(np.isnat(moments)).tolist():
        moment, _ = read_time(texts[place])
        if moment is not None:
            moments[place] = np.datetime64(moment.replace(tzinfo=None), "us")
    return pd.DatetimeIndex(moments).tz_localize("UTC").array


def as_values(values: Sequence[Any]) -> Any:
    """Find the narrowest type that holds free values exactly: truth, whole number, float64, else text; None is missing.

    Where not all of them are texts, those that could be another value stand in quotes.

    Examples
    --------
    >>> [str(as_values(column).dtype) for column in ([True, None], [1, None], [1, 0.5], ["5e-5", 1])]
    ['boolean', 'Int64', 'float64', 'string']
    >>> list(as_values(["1", 1]))
    ['"1"', '1']
    """
    types = {type(value) for value in values if value is not None}
    if types == {bool}:
        return pd.array(list(values), dtype="boolean")
    if types == {int} and all(value is None or -_INT64 <= value < _INT64 for value in values):
        return pd.array([pd.NA if value is None else value for value in values], dtype="Int64")
    if types and types <= {int, float} and all(-EXACT <= value <= EXACT for value in values if type(value) is int):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return as_texts(values if types <= {str} else [None if value is None else shown(value) for value in values])


def field_values(info: FieldInfo, values: Sequence[Any]) -> Any:
    """Give what versions say under a plain field, as sent, as a column."""
    if info.kind in ("category", "time"):
        return as_words(values) if info.kind == "category" else as_times(values)
    return as_texts(values) if info.known else as_values(values)


def side_by_side(columns: Sequence[Any], index: pd.Index) -> pd.DataFrame:
    """Put columns into a frame, called by their positions, numbers as one block: pandas takes longer for each block than for its cells."""
    # pandas would look whether objects are texts, and make them texts of arrow's
    columns = [pd.Series(each, index, object) if isinstance(each, np.ndarray) and each.dtype.kind == "O" else each for each in columns]
    numbers = [place for place, column in enumerate(columns) if isinstance(column, np.ndarray) and column.dtype == np.float64]
    if not numbers:
        return pd.DataFrame(dict(enumerate(columns)), index=index, copy=False)
    known = set(numbers)
    before = {place: columns[place] for place in range(numbers[0])}
    behind = {place: columns[place] for place in range(numbers[0], len(columns)) if place not in known}
    block = pd.DataFrame(np.array([columns[place] for place in numbers]).T, index=index, columns=numbers, copy=False)
    parts = [pd.DataFrame(part, index=index, copy=False) for part in (before, behind) if part]
    parts.insert(1 if before else 0, block)
    frame = pd.concat(parts, axis=1) if len(parts) > 1 else block
    order = [*before, *numbers, *behind]
    return frame if order == list(range(len(order))) else frame.take(np.argsort(order), axis=1)
