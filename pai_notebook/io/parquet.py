"""Metrics and versions as Parquet, batch by batch: what Spark, Dask and MaxCompute read when a registry outgrows a notebook."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pai_notebook.files import check_target, file_path, new_file
from pai_notebook.io.arrow import MetricTable, VersionTable, pyarrow
from pai_notebook.model.fields import FIELDS, FieldInfo
from pai_notebook.model.patterns import Chooser

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# Bytes of each file that wait in memory for others: a row of versions may be far longer than one of metrics.
_BYTES = 2 << 20


def write_parquet(
    path: str | os.PathLike[str],
    batches: Iterable[Sequence[ModelVersion]],
    *,
    fields: str | Sequence[str] | None = None,
    infos: Sequence[FieldInfo] = FIELDS,
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
    fields : str or list of str, optional
        Fields for a second file with one row a version, which `versions_path` names; by default there is none.
    infos : sequence of FieldInfo
        The fields there are.
    include, exclude : str or list of str
        Globs over metric paths.
    overwrite : bool
        Whether to replace existing files.

    Returns
    -------
    pathlib.Path
        The file of metrics.

    Raises
    ------
    ConfigurationError
        When pyarrow, the extra `parquet`, is missing, a field does not exist, a file does, or its name says another format.
    """
    tables: dict[Path, MetricTable | VersionTable] = {file_path(path): MetricTable(Chooser(include, exclude))}
    if fields is not None:
        tables[versions_path(path)] = VersionTable(fields, infos)
    check_target(path, "to_parquet", overwrite=overwrite)
    with contextlib.ExitStack() as names:
        # left in the reverse order: the file of metrics is the last to appear
        parts = [(table, names.enter_context(new_file(place, overwrite=overwrite))) for place, table in tables.items()]
        # and none before all are written to their ends, which may fail where a disk is full
        with contextlib.ExitStack() as files:
            writers = [(table, files.enter_context(_writer(beside, table.schema))) for table, beside in parts]
            for batch in batches:
                for table, writer in writers:
                    writer.write(table.of(batch))
        # a name that nothing has is refused before there is a file
        for table in tables.values():
            table.warn_of_unused()
    return file_path(path)


def versions_path(path: str | os.PathLike[str]) -> Path:
    """Give the file of versions beside a file of metrics.

    Examples
    --------
    >>> versions_path("all.parquet").name
    'all.versions.parquet'
    """
    metrics = file_path(path)
    return metrics.parent / f"{metrics.stem}.versions{metrics.suffix}"


class _RowGroups:
    """Joins small tables before they are written, because the end of a file describes every group and readers pay for each."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._waiting: list[Any] = []

    def write(self, table: Any) -> None:
        self._waiting += [table] if table.num_rows else []
        if sum(each.nbytes for each in self._waiting) >= _BYTES:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self._file.write_table(pyarrow().concat_tables(self._waiting))
            self._waiting = []
            # else what a group took stays with the process
            pyarrow().default_memory_pool().release_unused()


@contextlib.contextmanager
def _writer(path: Path, schema: Any) -> Iterator[_RowGroups]:
    from pyarrow import parquet  # noqa: PLC0415 - an optional extra

    with parquet.ParquetWriter(path, schema) as file:
        writer = _RowGroups(file)
        yield writer
        writer.flush()
