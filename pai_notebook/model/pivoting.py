"""The code that makes a row a version out of a table with several rows a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.model.names import snake_case

if TYPE_CHECKING:
    import pandas as pd

# What columns with the names of versions are called, the likeliest first.
OF_NAMES = ("version", "run", "model", "name", "checkpoint")
_METRIC, _VALUE = ("metric", "measure"), ("value", "score", "result")
_FLAT = '; wide.columns = map("@".join, wide.columns)'
_RUN_AND_DATASET = 2
_DATASET = ("dataset", "dataset_id", "data", "split", "subset", "task")


def word_of_names(column: str) -> str:
    """The word for names of versions that a column is called by, empty for another column.

    Examples
    --------
    >>> word_of_names("VersionName"), word_of_names("accuracy")
    ('version', '')
    """
    return word if (word := snake_case(column).removesuffix("_name")) in OF_NAMES else ""


def code_of_pivot(
    name: str | None, names: Sequence[Any], values: Mapping[str, Sequence[Any]], metrics: Sequence[str], settings: Sequence[str] = ()
) -> str:
    """Write what makes a column of each metric and dataset; empty where no column of texts tells the rows of one version apart.

    Examples
    --------
    >>> table = {"run": ["a", "a", "b"], "dataset": ["d-a", "d-b", "d-a"], "f1": [0.5, 0.75, 1]}
    >>> print(code_of_pivot("run", table["run"], table, ["f1"]))
    wide = df.pivot(index='run', columns='dataset', values=['f1']); wide.columns = map("@".join, wide.columns); VersionSet.from_frame(wide)
    """
    others = [column for column in values if column not in (name, *metrics, *settings) and not word_of_names(column)]
    texts = [column for column in others if all(isinstance(each, str) and each for each in values[column])]
    for column in texts if metrics else ():
        # a text that is another one in every row is a remark about it
        if len(set(values[column])) < len(names) == len(set(zip(map(str, names), values[column], strict=True))):
            index = [*([] if name is None else [name]), *settings]
            return _pivot(index, column, list(metrics), name if settings else None, settings, flat=True)
    return ""


def column_of_datasets(values: Mapping[str, Sequence[Any]]) -> str:
    """The column that says on which of several datasets each row was measured, empty where none does.

    Examples
    --------
    >>> column_of_datasets({"lr": [0.1, 0.1], "Dataset": ["d-a", "d-b"]}), column_of_datasets({"dataset": ["d-a", "d-a"]})
    ('Dataset', '')
    """
    called = (column for column in values if snake_case(column).removesuffix("_name") in _DATASET)
    return next((column for column in called if len(set(map(str, values[column]))) > 1), "")


def code_of_long(values: Mapping[str, Sequence[Any]], name: str | None, settings: Sequence[str] = ()) -> str:
    """Write what makes a row a version out of a table with a row a metric, empty for another table.

    Examples
    --------
    >>> table = {"lr": [0.1, 0.1], "metric": ["f1", "auc"], "value": [0.5, 0.75]}
    >>> print(code_of_long(table, None))
    wide = df.pivot(index='lr', columns='metric', values='value').reset_index(); VersionSet.from_frame(wide, settings=['lr'])
    """
    called, rows = {column: snake_case(column).removesuffix("_name") for column in values}, len(next(iter(values.values()), ()))
    metric, value, dataset = ([column for column, word in called.items() if word in words][:1] for words in (_METRIC, _VALUE, _DATASET))
    if not metric or not value or not all(isinstance(each, str) for each in values[metric[0]]):
        return ""
    # a text that is another one in every row is a remark about it
    others = [column for column in values if column not in (name, *metric, *value, *dataset) and len(set(map(str, values[column]))) < rows]
    index = [*([] if name is None else [name]), *others]
    settings = settings or [column for column in index if column != name and not word_of_names(column)]
    columns = [*metric, *dataset] if dataset else metric[0]
    return _pivot(index, columns, value[0], name, settings, flat=bool(dataset)) if index else ""


def _pivot(index: Sequence[str], columns: Any, cells: Any, name: str | None, settings: Sequence[str], *, flat: bool) -> str:
    """Write a pivot whose columns are flat, and whose index becomes columns again where settings are in it."""
    again, read = len(index) > 1 or bool(settings), _read_with(name, settings)
    told = f"index={index[0] if len(index) == 1 else list(index)!r}, " if index else ""
    pivot = f"wide = df.pivot({told}columns={columns!r}, values={cells!r})"
    if not flat:
        return f"{pivot}{'.reset_index()' if again else ''}; {read}"
    return f"{pivot}{_FLAT}{'; wide = wide.reset_index()' if again else ''}; {read}"


def _read_with(name: str | None, settings: Sequence[str]) -> str:
    told = "".join(f", {argument}={value!r}" for argument, value in (("name", name), ("settings", list(settings))) if value)
    return f"VersionSet.from_frame(wide{told})"


def code_of_unstack(frame: pd.DataFrame) -> str:
    """Write what makes columns of the second level of an index, such as `groupby(["run", "dataset"]).mean()` has."""
    index: Any = frame.index
    is_told = index.nlevels == _RUN_AND_DATASET and index.is_unique and all(isinstance(each, str) for each in index.levels[1])
    return f"wide = df.unstack(){_FLAT}; {_read_with(None, ())}" if is_told else ""
