"""The long frame as Parquet, batch by batch: what Spark, Dask and MaxCompute read when a registry outgrows a notebook."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ConfigurationError
from pai_notebook.frames import to_frame

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

__all__ = ["write_parquet"]


def write_parquet(path: str | os.PathLike[str], batches: Iterable[Sequence[ModelVersion]], *, overwrite: bool = False) -> Path:
    """Write one row a metric cell; only one batch is in memory at a time.

    Parameters
    ----------
    path : path
        The file; it appears when everything is written.
    batches : iterable of sequences of ModelVersion
        For example pages of a listing.
    overwrite : bool
        Whether a file that exists may be replaced.

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
        raise ConfigurationError("writing Parquet needs pyarrow", hint="Install pai-notebook[parquet].") from None
    target = Path(path).expanduser()
    if target.exists() and not overwrite:
        raise ConfigurationError(f"{target} exists already", hint="Say overwrite=True to replace it, or choose another name.")
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    schema = _schema()
    try:
        with parquet.ParquetWriter(beside, schema) as writer:
            for batch in batches:
                writer.write_table(_table(batch, schema))
        beside.replace(target)
    except OSError as error:
        raise ConfigurationError(f"cannot write {target}: {error}", hint="Choose another path, or make the folder first.") from error
    finally:
        beside.unlink(missing_ok=True)
    return target


def _schema() -> Any:
    import pyarrow as pa  # noqa: PLC0415 - an optional extra

    texts = [(name, pa.string()) for name in ("model", "version", "dataset", "metric")]
    return pa.schema([*texts, ("value", pa.float64()), ("text", pa.string()), ("state", pa.string()), ("duplicate", pa.bool_())])


def _table(batch: Sequence[ModelVersion], schema: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - an optional extra

    frame = to_frame(batch, layout="long")
    arrays = []
    for field in schema:
        values = frame[field.name].tolist()
        if pa.types.is_string(field.type):
            values = [value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None for value in values]
        arrays.append(pa.array(values, field.type, from_pandas=False))
    return pa.Table.from_arrays(arrays, schema=schema)
