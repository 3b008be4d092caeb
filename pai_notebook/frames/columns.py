"""Typed columns: text, categories, times, numbers and truth values, each with a way to be missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from pai_notebook.model.document import read_time
from pai_notebook.model.equality import shown
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.metrics import text_of

__all__ = ["TEXT", "as_categories", "as_texts", "as_times", "as_values", "repeated_texts"]

TEXT = pd.StringDtype("python")
"""Text with ``<NA>``; held in Python objects, because arrow refuses a lone surrogate that JSON allows."""

_TEXTS = frozenset({str, type(None)})
_INT64 = 2**63
_EXACT = 2**53
_FIRST, _LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")


def as_texts(values: Sequence[Any]) -> Any:
    """Texts as sent, ``<NA>`` for None, JSON for everything else."""
    return pd.array(_texts(values), dtype=TEXT)


def _texts(values: Sequence[Any]) -> Sequence[str | None]:
    if set(map(type, values)) <= _TEXTS:
        return values
    return [None if value is None else text_of(value) for value in values]


def repeated_texts(uniques: Sequence[str], codes: np.ndarray[Any, Any]) -> Any:
    """Texts given by position in a short list, much faster than one by one."""
    return pd.array(list(uniques), dtype=TEXT).take(codes)


def as_categories(values: Sequence[Any]) -> Any:
    """Categories, open and in natural order; None and the empty text are missing."""
    texts = _texts(values)
    categories = sorted({text for text in texts if text}, key=natural_key)
    place = {text: code for code, text in enumerate(categories)}
    return pd.Categorical.from_codes([place.get(text or "", -1) for text in texts], categories=pd.Index(categories, dtype=object))


def as_times(values: Sequence[Any]) -> Any:
    """UTC times in microseconds; what cannot be read is NaT."""
    texts = [value if isinstance(value, str) else None for value in values]
    moments = np.full(len(texts), np.datetime64("NaT", "us"), "datetime64[us]")
    if all(text is None or text.endswith("Z") for text in texts):  # the service's form; pandas 2.2 misreads mixtures of offsets
        times = pd.to_datetime(pd.Series(texts, dtype=object), utc=True, errors="coerce", format="ISO8601").dt.tz_convert(None)
        moments = times.to_numpy("datetime64[us]").copy()
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
    if types and types <= {int, float} and all(-_EXACT <= value <= _EXACT for value in values if type(value) is int):
        return np.array([np.nan if value is None else value for value in values], np.float64)
    return as_texts(values if types <= {str} else [None if value is None else shown(value) for value in values])
