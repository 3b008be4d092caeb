"""The long frame as Parquet, batch by batch: what Spark, Dask and MaxCompute read when a registry outgrows a notebook."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pai_notebook.errors import ConfigurationError
from pai_notebook.files import file_path, new_file
from pai_notebook.frames.long import long_frame
from pai_notebook.i18n.phrases import say
from pai_notebook.model.metrics import State
from pai_notebook.model.names import Chooser, Name

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.model.version import ModelVersion

_ROWS = 100_000


def write_parquet(
    path: str | os.PathLike[str],
    batches: Iterable[Sequence[ModelVersion]],
    *,
    include: str | Sequence[str] | None = None,
    exclude: str | Sequence[str] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write one row a metric cell, and one a version that states none; only one batch and one group of rows are in memory at a time.

    `value` is null where a cell has no number and NaN only where the registry says NaN, so that sums and means of a query leave out
    what is missing.

    Parameters
    ----------
    path : path
        The file; it appears when everything is written.
    batches : iterable of sequences of ModelVersion
        For example pages of a listing.
    include, exclude : str or list of str
        Globs over metric paths.
    overwrite : bool
        Whether to replace an existing file.

    Returns
    -------
    pathlib.Path
        The file. Columns: model, version, dataset, metric, value (double), text, state, duplicate.

    Raises
    ------
    ConfigurationError
        When pyarrow, the extra `parquet`, is missing, or the file exists.
    """
    try:
        from pyarrow import parquet  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigurationError(say("writing Parquet needs pyarrow"), hint=say("Install pai-notebook[parquet].")) from None
    schema, wanted = _schema(), Chooser(include, exclude)
    names: dict[Name, None] = {}

    def tables() -> Iterator[Any]:
        for batch in batches:
            frame, found = long_frame(tuple(batch), wanted)
            names.update(dict.fromkeys(found))
            yield _table(frame, schema)

    with new_file(path, overwrite=overwrite) as beside, parquet.ParquetWriter(beside, schema) as writer:
        for group in _groups(tables()):
            writer.write_table(group)
    wanted.warn_of_unused(names)
    return file_path(path)


def _groups(tables: Iterable[Any]) -> Iterator[Any]:
    """Join small tables, because the end of the file describes every group and readers pay for each."""
    import pyarrow as pa  # noqa: PLC0415 - an optional extra

    waiting: list[Any] = []
    rows = 0
    for table in tables:
        if table.num_rows:
            waiting.append(table)
            rows += table.num_rows
        if rows >= _ROWS:
            yield pa.concat_tables(waiting)
            waiting, rows = [], 0
    if waiting:
        yield pa.concat_tables(waiting)


def _schema() -> Any:
    import pyarrow as pa  # noqa: PLC0415 - an optional extra

    texts = [(name, pa.string()) for name in ("model", "version", "dataset", "metric")]
    schema = pa.schema([*texts, ("value", pa.float64()), ("text", pa.string()), ("state", pa.string()), ("duplicate", pa.bool_())])
    return schema.with_metadata(pa.Schema.from_pandas(long_frame((), Chooser())[0], preserve_index=False).metadata)


def _table(frame: pd.DataFrame, schema: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - an optional extra

    columns = {field.name: _texts(frame[field.name]) for field in schema if pa.types.is_string(field.type)}
    values = frame["value"].to_numpy()
    columns["value"] = pa.array(values, mask=np.isnan(values) & (frame["state"] != State.NAN).to_numpy(bool))
    columns["duplicate"] = pa.array(frame["duplicate"].to_numpy())
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)


def _texts(column: pd.Series[Any]) -> Any:
    """A column of texts; a lone surrogate, which JSON allows and UTF-8 does not, is written as an escape."""
    import pyarrow as pa  # noqa: PLC0415 - an optional extra

    values = [value if isinstance(value, str) else None for value in column.tolist()]
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        whole = [None if value is None else value.encode("utf-8", "backslashreplace").decode() for value in values]
        return pa.array(whole, pa.string())
