"""Versions and their metrics as two tables of Arrow, which Parquet files, polars, DuckDB, Spark, Dask and MaxCompute read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

import numpy as np
import pandas as pd

from pai_notebook.arguments import described, warn
from pai_notebook.errors import ConfigurationError, PatternWarning
from pai_notebook.frames.columns import as_texts, field_values
from pai_notebook.frames.long import long_columns, long_frame
from pai_notebook.i18n.phrases import say, told
from pai_notebook.model.differing import all_known, known
from pai_notebook.model.fields import FIELDS, FieldInfo, FieldKind, catalogue, field_named, leaves
from pai_notebook.model.metric_cells import State, text_of
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import listed, nearest, nearest_or_known, nearest_sentence
from pai_notebook.model.patterns import Chooser, without_quotes
from pai_notebook.sanitize import printable

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# Kinds of fields that are asked for together.
_TOGETHER: dict[str, tuple[str, ...]] = {"all": get_args(FieldKind), "times": ("time",), "settings": ("spec",)}
# Names of labels and settings that are kept for the nearest to one that nothing has.
_MOST_SEEN = 10_000
# In every row under the names of the long frame, and the metrics, which are a table of their own.
_ELSEWHERE = frozenset({"request_id", "model_id", "version_name", "metrics"})


class ArrowTables(NamedTuple):
    """Two tables of Arrow, joined by `model` and `version`.

    Attributes
    ----------
    versions : pyarrow.Table
        One row a version: its fields under their names in the wide frame, times in UTC, `labels` and each spec as a map of texts.
    metrics : pyarrow.Table
        One row a metric cell, the columns of the long frame; `value` is null where a cell has no number, and NaN or infinite where
        the registry says that.
    """

    versions: Any
    metrics: Any

    def __str__(self) -> str:
        return "\n".join(printable(repr(self).split("\n")))


def pyarrow() -> Any:
    """Give pyarrow, which is an optional extra.

    Raises
    ------
    ConfigurationError
        When it is not installed.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigurationError(say("Parquet and Arrow need pyarrow"), hint=say("Run pip install pyarrow.")) from None
    return pa


class MetricTable:
    """Builds tables of metrics, all of one schema.

    Parameters
    ----------
    wanted : Chooser
        Which metrics.
    """

    def __init__(self, wanted: Chooser) -> None:
        pa = pyarrow()
        texts = [(name, pa.string()) for name in ("model", "version", "dataset", "metric")]
        schema = pa.schema([*texts, ("value", pa.float64()), ("text", pa.string()), ("state", pa.string()), ("duplicate", pa.bool_())])
        self.schema = schema.with_metadata(pa.Schema.from_pandas(long_frame((), Chooser())[0], preserve_index=False).metadata)
        self._wanted = wanted
        self._names: dict[Name, None] = {}

    def of(self, versions: Sequence[ModelVersion]) -> Any:
        """Table of some versions."""
        pa = pyarrow()
        columns, found = long_columns(tuple(versions), self._wanted)
        self._names.update(dict.fromkeys(found))
        values = columns["value"]
        columns["value"] = pa.array(values, mask=np.isnan(values) & np.asarray(columns["state"] != State.NAN, bool))
        return pa.Table.from_arrays([_column(columns[field.name], field.type) for field in self.schema], schema=self.schema)

    def warn_of_unused(self) -> None:
        """Warn of patterns that no version of any table so far has met."""
        self._wanted.warn_of_unused(self._names)


class VersionTable:
    """Builds tables of versions, all of one schema, which no version can change.

    Parameters
    ----------
    fields : str or list of str
        Which fields, as `VersionSet.to_arrow` takes them.
    infos : sequence of FieldInfo
        Those there are.

    Raises
    ------
    ConfigurationError
        For a field that is not there.
    """

    def __init__(self, fields: str | Sequence[str], infos: Sequence[FieldInfo] = FIELDS) -> None:
        pa = pyarrow()
        self._columns = _chosen([fields] if isinstance(fields, str) else fields, [info for info in infos if info.name not in _ELSEWHERE])
        self._unmet = {name for name, (_, path) in self._columns.items() if path}
        self._seen: dict[str, dict[str, None]] = {}
        plain = {name: field_values(info, ()) for name, (info, path) in self._columns.items() if info.is_plain}
        frame = pd.DataFrame(long_frame((), Chooser())[0][["model", "version"]].to_dict("series") | plain)
        types = {name: self._type(info, path) for name, (info, path) in self._columns.items()}
        schema = pa.schema([("model", pa.string()), ("version", pa.string()), *types.items()])
        self.schema = schema.with_metadata(pa.Schema.from_pandas(frame, preserve_index=False).metadata)

    @staticmethod
    def _type(info: FieldInfo, path: str) -> Any:
        pa = pyarrow()
        if info.kind == "time":
            return pa.timestamp("us", "UTC")
        # which keys there are is not known before the last version, so that a column a key cannot be had
        return pa.string() if path or info.is_plain else pa.map_(pa.string(), pa.string())

    def of(self, versions: Sequence[ModelVersion]) -> Any:
        """Table of some versions."""
        pa = pyarrow()
        found: dict[str, Any] = {
            "model": [version.model_id for version in versions],
            "version": [version.version_name for version in versions],
        }
        texts = {name: [_texts(version, info) for version in versions] for name, info in self._maps().items()}
        for name, (info, path) in self._columns.items():
            if info.is_plain:
                values = all_known([version._document.get(info.key) for version in versions])  # noqa: SLF001 - reads without a copy
                found[name] = field_values(info, values) if info.known else as_texts(values)
            elif path:
                found[name] = [each.get(path) for each in texts[info.name]]
                if any(value is not None for value in found[name]):
                    self._unmet.discard(name)
                seen = self._seen.setdefault(info.name, {})
                if name in self._unmet and len(seen) < _MOST_SEEN:
                    seen.update(dict.fromkeys(key for each in texts[info.name] for key in each))
            else:
                found[name] = [list(each.items()) or None for each in texts[info.name]]
        arrays = [_column(found[field.name], field.type) for field in self.schema]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    def _maps(self) -> dict[str, FieldInfo]:
        return {info.name: info for info, _ in self._columns.values() if not info.is_plain}

    def warn_of_unused(self) -> None:
        """Warn of labels and settings asked for by name that no version of any table so far has."""
        for name in sorted(self._unmet):
            info, path = self._columns[name]
            seen = list(self._seen.get(info.name, ()))
            close, there = ([f"{info.name}.{key}" for key in keys] for keys in (nearest(path, seen), seen))
            hint = nearest_or_known(close, there, most=5, none=say("No version has any {name}.", name=info.title))
            warn(told(say("{argument}={text!r} matches nothing. {hint}", argument="fields", text=name, hint=hint)), PatternWarning)


def arrow_tables(
    versions: Sequence[ModelVersion],
    *,
    fields: str | Sequence[str] = "all",
    include: str | Sequence[str] | None = None,
    exclude: str | Sequence[str] | None = None,
) -> ArrowTables:
    """Build both tables of a set; see `VersionSet.to_arrow`."""
    tables = VersionTable(fields, catalogue(versions)), MetricTable(Chooser(include, exclude))
    found = ArrowTables(*(table.of(versions) for table in tables))
    if versions:
        for table in tables:
            table.warn_of_unused()
    return found


def _chosen(given: Sequence[str], infos: Sequence[FieldInfo]) -> dict[str, tuple[FieldInfo, str]]:
    """Columns by their names: the field, and the key of one label or setting; in the order of the catalogue, whole fields first."""
    there = {info.name: info for info in infos}
    whole: set[str] = set()
    parts: dict[str, tuple[FieldInfo, str]] = {}
    for text in given:
        word, _, path = without_quotes(text).replace("`", "").partition(".")
        known = field_named(word)
        info = there.get(known.name if known else word)
        if text in _TOGETHER:
            whole.update(info.name for info in infos if info.kind in _TOGETHER[text])
        elif info is not None and path and not info.is_plain:
            parts[f"{info.name}.{path}"] = info, path
        elif info is not None and not path:
            whole.add(info.name)
        elif known is None or path or known.name not in ("model_id", "version_name"):
            words = [*_TOGETHER, *there]
            close = nearest(text, words)
            known_fields = say(
                "A setting or label is its field and its name, as in labels.env. Available: {names}.", names=listed(words, len(words))
            )
            hint = nearest_sentence(close) if close else known_fields
            raise ConfigurationError(say("{name}={value} cannot be used", name="fields", value=described(text)), hint=hint)
    return {info.name: (info, "") for info in infos if info.name in whole} | parts


def _texts(version: ModelVersion, info: FieldInfo) -> dict[str, str | None]:
    """Labels or settings of a version as texts: what was sent as text as it is, everything else as JSON.

    A null is None, and so is what differs among the members of a group.
    """
    if info.kind == "labels":
        # as in the wide frame
        return {key: known(value) if isinstance(value, str) else ", ".join(value) for key, value in version.labels.by_key.items()}
    return {path: None if known(leaf) is None else text_of(leaf) for path, leaf in leaves(version, info).items()}


def _column(values: Any, kind: Any) -> Any:
    """Array of a type; a lone surrogate, which JSON allows and UTF-8 does not, is written as an escape."""
    pa = pyarrow()
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_encodable(value) for value in values], kind)


def _encodable(value: Any) -> Any:
    if isinstance(value, list):
        return [tuple(map(_encodable, pair)) for pair in value]
    return value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else None
