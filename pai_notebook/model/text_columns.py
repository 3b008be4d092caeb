"""Texts as columns of pandas, where arrow may refuse a lone surrogate, which JSON allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

# Text with ``<NA>``, in pandas' own storage, so that what was written to a file is read back as the same type.
_TEXT = pd.StringDtype()

_PYTHON_TEXT = pd.StringDtype("python")


def text_array(values: Any) -> Any:
    """Give texts, None or `pd.NA` as a column; in Python objects where arrow refuses a lone surrogate, which JSON allows."""
    try:
        return _arrow_texts(values) if _TEXT.storage == "pyarrow" else pd.array(values, dtype=_TEXT)
    except UnicodeEncodeError:
        return pd.array(values, dtype=_PYTHON_TEXT)


def _arrow_texts(values: Any) -> Any:
    """Let arrow read the texts itself: `pd.array` looks at each of them before, which takes as long again."""
    import pyarrow as pa  # noqa: PLC0415 - only where pandas itself uses it

    return pd.arrays.ArrowStringArray(pa.array(values, pa.large_string(), from_pandas=True))


def text_index(values: Sequence[str], name: str | None = None) -> pd.Index:
    """Give names as an index, as pandas itself makes it from texts, so that it is the same after a file was read back."""
    try:
        found = pd.Index(list(values), name=name)
        return found if len(found) else found.astype(pd.Index(["text"]).dtype)
    except UnicodeEncodeError:
        return pd.Index(list(values), dtype=object, name=name)


def frame_of(rows: Sequence[Sequence[Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """Give rows as a DataFrame, with the columns and types named.

    Examples
    --------
    >>> frame_of([("a", None)], {"version": "string", "value": "float64"}).dtypes.map(str).tolist()
    ['string', 'float64']
    """
    columns = zip(types.items(), zip(*rows, strict=True) if rows else [()] * len(types), strict=True)
    return pd.DataFrame(
        {name: text_array(list(found)) if kind == "string" else pd.Series(list(found), dtype=kind) for (name, kind), found in columns}
    )
