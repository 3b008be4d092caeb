"""Candidates that no registry knows, as documents of its shape: rows of a DataFrame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.column_words import word_of_names
from pai_notebook.model.evidence_parts import IN_EVERY_REPORT
from pai_notebook.model.flatten import split_path
from pai_notebook.model.pivoting import code_of_again, code_of_wide, column_of_datasets, columns_of_long
from pai_notebook.model.source import Provenance
from pai_notebook.model.table_cells import as_json, is_stated, is_there
from pai_notebook.model.table_columns import GivenTable, check_columns, columns_of, place_of
from pai_notebook.model.table_notes import doubts_of, origin_of
from pai_notebook.model.table_shapes import hint_of, refuse_shapes
from pai_notebook.model.version import NOT_REGISTERED

if TYPE_CHECKING:
    import pandas as pd


def documents_of_frame(
    frame: pd.DataFrame,
    name: str | None,
    metrics: str | Sequence[str] | None,
    labels: str | Sequence[str] | None,
    settings: str | Sequence[str] | None,
) -> tuple[list[tuple[dict[str, Any], Provenance]], Phrase]:
    """Convert each row to a document with what is known of it, and say which columns were taken as what, and which were left out.

    Arguments are those of `VersionSet.from_frame`.

    Raises
    ------
    ConfigurationError
        When it is no DataFrame or has a row a metric, a column is not there or is there twice, a version has no name or that of
        another, or a metric is neither number, truth value, text nor list of numbers.
    """
    metrics, labels, settings = ([given] if isinstance(given, str) else given for given in (metrics, labels, settings))
    refuse_shapes(frame, name, metrics)
    if not len(frame) and frame.index.name is None:  # `to_frame` gives a set of none so, with the name of its index
        raise ConfigurationError(say("df: it has no rows"), hint=say("Pass a row a version, a column a metric."))
    table = GivenTable.of(frame)
    frame, cells = table.frame, table.cells
    [name] = [None] if name is None else check_columns("name", [name], table.columns)
    long = code_of_wide(frame, name, None, settings or (), table.code) if metrics is None and columns_of_long(cells) else ""
    if ".pivot(" in long:
        raise ConfigurationError(say("df: it has a row a metric, not a row a version"), hint=hint_of(long))
    columns = columns_of(table, name, metrics, labels, settings)
    name, keys = columns.name, columns.metrics
    # texts that rows share may be names of datasets too
    told = [each for each in columns.settings if each not in columns.shared]
    counted = range(len(frame)) if table.only_counts else frame.index
    given = list(counted) if name is None else cells[name]
    column = str(frame.index.name or "version") if name is None else name
    # pandas reads 1.9 and 1.10 as numbers, of which the second is 1.1
    is_cut = word_of_names(column) != "" and any(isinstance(each, float) and is_there(each) for each in given)
    cure = f'pd.read_csv(..., dtype={{"{column}": str}})' if is_cut else ""
    rest = {each: cells[each] for each in table.columns if each not in (name, *columns.labels, *told)}
    if name is None and table.only_counts and (of := column_of_datasets(rest)) and of not in keys:
        # which rows are of one version nothing says
        raise ConfigurationError(
            say("df: a row for each {column}, and no name of a version", column=of),
            hint=hint_of(code_of_wide(frame, None, list(keys), told, table.code)),
        )

    def hint() -> Phrase:
        """Say what makes a row a version of a table with several."""
        wide = code_of_wide(frame, name, list(keys), told, table.code)
        again = "" if wide or cure or name is None else code_of_again(cells, name, told, table.code)
        return say("Use {code}.", code=again) if again else hint_of(wide, cure)

    names = _names_of_rows(given, hint)
    documents = [
        candidate_document(
            each,
            results=_by_dataset(
                keys, {column: cells[column][place] for column in keys}, _dataset_of(cells[of][place] for of in columns.datasets)
            ),
            labels={
                column.removeprefix("labels."): str(cells[column][place]) for column in columns.labels if is_there(cells[column][place])
            },
            specs=_specs((column, cells[column][place]) for column in columns.settings),
        )
        for place, each in enumerate(names)
    ]
    doubts = doubts_of(table, columns, names)
    origin = origin_of(table, columns, names, [said for said, _ in doubts], chosen=metrics is not None, cure=cure)
    common = Provenance(left_out=tuple(columns.left), differing=tuple(columns.differing))
    known = [replace(common, doubts=tuple(said for said, of in doubts if each in of)) if doubts else common for each in names]
    return list(zip(documents, known, strict=True)), origin


def _names_of_rows(given: Iterable[Any], hint: Callable[[], Phrase]) -> list[str]:
    names, seen = [str(value) if is_stated(value) else "" for value in given], set[str]()
    for place, each in enumerate(names):
        if not each or each in seen:
            what = say("two rows are named {name!r}", name=each) if each else say("row {place} has no name", place=place)
            raise ConfigurationError(what, hint=hint())
        seen.add(each)
    return names


def reading_hint(name: str) -> Phrase | None:
    """Say how results of one's own are read from a file of this name; None for a file of another kind, or a snapshot.

    Examples
    --------
    >>> reading_hint("m.csv"), reading_hint("m.paisnap.json"), reading_hint("m.pdf")
    ("Read it in Python: VersionSet.from_frame(pandas.read_csv('m.csv')).", None, None)
    """
    ending = PurePath(name).suffix.lower()
    if ending == ".json" and ".paisnap" not in name.lower():
        return say("Read it in Python: {code}.", code=f"VersionSet.from_lm_eval({name!r})")
    reader = {".csv": "csv", ".xlsx": "excel", ".xls": "excel", ".parquet": "parquet"}.get(ending)
    return say("Read it in Python: {code}.", code=f"VersionSet.from_frame(pandas.read_{reader}({name!r}))") if reader else None


def _specs(cells: Iterable[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """Settings by spec, as the names of columns have it: `lr`, or `training_spec.HyperParameters.lr`."""
    found: dict[str, dict[str, Any]] = {}
    for column, value in cells:
        if is_there(value):
            _put(found, place_of(column), "settings", column, value)
    return found


def _put(found: dict[str, Any], place: Sequence[str], argument: str, column: str, value: Any) -> None:
    """Write a cell into objects in objects."""
    *above, last = place
    node: Any = found
    for key in above:
        node = node.setdefault(key, {}) if isinstance(node, dict) else {last: None}
    if not isinstance(node, dict) or last in node:
        said = say("{argument}: two columns are {name!r}", argument=argument, name=column)
        raise ConfigurationError(said, hint=say("Leave one of them out."))
    node[last] = as_json(argument, column, value)


def _dataset_of(cells: Iterable[Any]) -> str:
    """The dataset of a row, of which several columns may say a part."""
    return "@".join(str(each).strip() for each in cells if is_stated(each))


def _by_dataset(keys: Mapping[str, tuple[str, str]], cells: Mapping[str, Any], of_row: str) -> list[tuple[str, dict[str, Any]]]:
    """Metrics by dataset, as the names of columns have it: `accuracy@d-a`, with or without `metrics.`; else by that of the row."""
    found: dict[str, dict[str, Any]] = {}
    is_report = all(f"{average}.support" in keys for average in IN_EVERY_REPORT)
    for column, value in cells.items():
        path, dataset = keys[column]
        if is_stated(value):
            # `to_frame` writes objects in objects with dots, and so does pandas those of a report by class
            place = split_path(path) if column.startswith("metrics.") or is_report else (path,)
            _put(found.setdefault(dataset or of_row, {}), place, "metrics", column, value)
    return list(found.items())


def candidate_document(
    name: str,
    *,
    results: Sequence[tuple[str, Mapping[str, Any]]],
    labels: Mapping[str, str] | None = None,
    specs: Mapping[str, Mapping[str, Any]] | None = None,
    created: datetime | None = None,
) -> dict[str, Any]:
    """Write a version as the service would, without what only the service gives."""
    measured = [
        {"Dataset": {"DatasetId": dataset}, "Metrics": dict(values)} if dataset else {"Metrics": dict(values)}
        for dataset, values in results
    ]
    document: dict[str, Any] = {"VersionName": name, "ApprovalStatus": NOT_REGISTERED, "Metrics": {"Results": measured}}
    if labels:
        document["Labels"] = [{"Key": key, "Value": value} for key, value in labels.items()]
    document.update({key: dict(spec) for key, spec in (specs or {}).items() if spec})
    if created is not None:
        document["GmtCreateTime"] = f"{created:%Y-%m-%dT%H:%M:%S}Z"
    return document
