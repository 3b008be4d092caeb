"""What the columns of a stranger's table are: names of versions, metrics, labels, settings, or nothing of these."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import plain_array
from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.evidence_names import behind_metric
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.fields import field_named
from pai_notebook.model.metric_cells import read_value
from pai_notebook.model.names import snake_case
from pai_notebook.model.nearest import nearest, nearest_or_known
from pai_notebook.model.pivoting import OF_NAMES, word_of_names
from pai_notebook.model.resolving import without_dataset
from pai_notebook.model.settings import is_repeat, looks_set, tells_runs
from pai_notebook.model.table_cells import are_numbers, are_texts, as_json, hold_numbers, is_json, is_of_numbers, is_stated

if TYPE_CHECKING:
    import pandas as pd

# What MLflow, Optuna, scikit-learn and loggers of configurations put before the names of settings; param_count is none.
_BEFORE = re.compile(r"(?:(?:params?|hparams|config)[./]|params?_(?!(?:count|total|size|[mMB]|millions?|billions?)$))(?=.)")
# Words of columns of texts that say how a run went.
_OF_RESULTS = frozenset(
    {"status", "state", "error", "exception", "message", "note", "notes", "comment", "comments", "remark", "remarks", "reason"}
)
_TRUTHS = frozenset({"True", "False", "true", "false", "TRUE", "FALSE"})
# What pandas calls a column without a name in a file, as the index of a saved table is.
_UNNAMED = re.compile(r"Unnamed: [0-9]{1,6}")
# A metric with its cut-off, and what is said of it: recall@5, mAP@0.5:0.95, pass@1_stderr.
_CUT = re.compile(r"[^@]+@[0-9][0-9.:\\]*%?(?:_[^@]*)?(?=@|$)")
# What is read from a text or a list too: two bounds, an error in percent, the level of an interval.
_BESIDE = (Role.INTERVAL, Role.ERROR, Role.PART)


@dataclass(frozen=True)
class GivenTable:
    """A DataFrame as its columns are read.

    Attributes
    ----------
    frame : pandas.DataFrame
        The table, without blanks around the names of its columns.
    columns : list of str
        Names of columns.
    cells : dict of str to list
        Cells by column.
    typed : frozenset of str
        Columns whose type is one of numbers.
    """

    frame: pd.DataFrame
    columns: list[str]
    cells: dict[str, list[Any]]
    typed: frozenset[str]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Read a DataFrame whose columns have one level; headings of files that are set in columns have blanks around them."""
        frame = frame.set_axis([column.strip() if isinstance(column, str) else column for column in frame.columns], axis=1)
        columns = list(map(str, frame.columns))
        values = {column: plain_array(frame.iloc[:, place]) for place, column in enumerate(columns)}
        typed = frozenset(column for column, kind in zip(columns, frame.dtypes, strict=True) if is_of_numbers(kind))
        return cls(frame, columns, values, typed)

    @property
    def only_counts(self) -> bool:
        """Whether the index only counts the rows."""
        return self.frame.index.name is None and list(self.frame.index) == list(range(len(self.frame)))


@dataclass(frozen=True)
class TableColumns:
    """What the columns of a table are.

    Attributes
    ----------
    name : str or None
        The column with the names of versions; None where the index has them.
    is_found : bool
        Whether that column was found, not given.
    likely : list of str
        Columns that may have the names where none was given.
    metrics : dict of str to (str, str)
        Metric and dataset of each column of metrics.
    labels, settings : list of str
        Columns of labels and of settings.
    shared : list of str
        Settings that are texts which some rows share, as nothing but that makes them settings.
    numbers : list of str
        Columns that hold numbers, whatever they are taken as.
    left : list of str
        Columns that are nothing of these.
    differing : list of str
        Those of them that may say in what rows differ.
    """

    name: str | None
    is_found: bool
    likely: list[str]
    metrics: dict[str, tuple[str, str]]
    labels: list[str]
    settings: list[str]
    shared: list[str]
    numbers: list[str]
    left: list[str]
    differing: list[str]


def columns_of(
    table: GivenTable,
    name: str | None = None,
    metrics: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
) -> TableColumns:
    """Decide what the columns are, by what is said of them, by how they are called and by what is in them.

    Raises
    ------
    ConfigurationError
        When a column is not there or is there twice, or two are one metric, label or setting.
    """
    columns, values = table.columns, table.cells
    metrics = None if metrics is None else check_columns("metrics", metrics, columns)
    chosen = [column for column in columns if column.startswith("labels.")] if labels is None else check_columns("labels", labels, columns)
    told = (
        [column for column in columns if column not in (metrics or ()) and (section_of(column) or _BEFORE.match(column))]
        if settings is None
        else check_columns("settings", settings, columns)
    )
    used = {*chosen, *told, *(metrics or ())}
    likely = _columns_of_names(table, used) if name is None else []
    found = likely[0] if len(likely) == 1 and (word_of_names(likely[0]) or are_texts(values[likely[0]])) else None
    if name is None:
        name = found if likely else _claimed(table, used)
    free = {*columns} - {name, *chosen, *likely, *(metrics or ())}
    told = [column for column in columns if column in told or (column in free and _tells_runs(column, values[column]))]
    rest = [column for column in columns if column not in (name, *chosen, *told)]
    called = [column for column in rest if not is_unnamed(column)]
    numbers = [column for column in called if column in table.typed or are_numbers(values[column])]
    taken = [column for column in columns if column.startswith("metrics.")] if metrics is None else metrics
    # such texts are states and names of the registry
    tried = [] if taken and metrics is None else [column for column in called if column in free and _tell_groups(column, values[column])]
    if not taken and metrics is None:
        taken = sorted({*numbers, *_beside(numbers, called, values)}, key=columns.index)
    check_columns("metrics", taken, columns)
    _refuse_twice("labels", [column.removeprefix("labels.") for column in chosen])
    keys = _keys_of(taken)
    _refuse_twice("metrics", ["@".join(key).removesuffix("@") for key in keys.values()])
    _refuse_twice("settings", told)
    shared = [column for column in tried if column not in taken and column not in told]
    told = [column for column in columns if column in told or column in shared]
    left = [column for column in rest if column not in (*taken, *told)]
    differing = [column for column in left if _may_differ(column, values[column]) and (column not in numbers or looks_set(column))]
    return TableColumns(name, found is not None, likely, keys, chosen, told, shared, numbers, left, differing)


def check_columns(argument: str, given: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Names of columns that are asked for, each of which has to be there once."""
    if not isinstance(given, Sequence) or not all(isinstance(column, str) for column in given):
        shown = described(given[0] if argument == "name" else given)
        raise ConfigurationError(
            say("{argument}={given} does not name columns", argument=argument, given=shown), hint=say("Pass names of columns as texts.")
        )
    for column in map(str.strip, given):
        if column not in columns:
            hint = nearest_or_known(nearest(column, columns), columns)
            raise ConfigurationError(say("{argument}: no column {column!r}", argument=argument, column=column), hint=hint)
        if columns.count(column) > 1:
            said = say("{argument}: several columns are named {column!r}", argument=argument, column=column)
            raise ConfigurationError(said, hint=say("Give every column a name of its own."))
    return list(map(str.strip, given))


def _refuse_twice(argument: str, names: Sequence[str]) -> None:
    """Refuse two columns that are one metric or label, as `accuracy` and `metrics.accuracy` are, and one that names none."""
    for place, name in enumerate(names):
        # a version may have a label whose key is empty, which `to_frame` names so
        if not name.partition("@")[0] and argument != "labels":
            raise ConfigurationError(
                say("{argument}: a column is named {column!r}", argument=argument, column=name),
                hint=say("Give every column a name of its own."),
            )
        if name in names[:place]:
            said = say("{argument}: two columns are {name!r}", argument=argument, name=name)
            raise ConfigurationError(said, hint=say("Leave one of them out."))


def section_of(column: str) -> str:
    """The API's word for the spec that a column is named after, as `to_frame` does it; empty for another column."""
    info = field_named(column.partition(".")[0])
    return info.key if info is not None and info.kind == "spec" and "." in column else ""


def setting_named(column: str) -> str:
    """The setting that a column is named after, without what tools put before it.

    Examples
    --------
    >>> setting_named("params.lr"), setting_named("lr"), setting_named("param_count")
    ('lr', 'lr', 'param_count')
    """
    before = _BEFORE.match(column)
    return column[before.end() if before else 0 :]


def is_unnamed(column: str) -> bool:
    """Whether pandas named a column that had no name."""
    return _UNNAMED.fullmatch(column) is not None


def _columns_of_names(table: GivenTable, used: Collection[str]) -> list[str]:
    """Columns that may have the names of the versions, where the index only counts the rows."""
    if not table.only_counts:
        return []
    values, rows = table.cells, len(table.frame)
    words = {column: word_of_names(column) for column in values if column not in used}
    counted = list(range(rows))
    likely = [column for column, word in words.items() if word or (is_unnamed(column) and values[column] != counted)]
    likely = [column for column in likely if all(map(is_stated, values[column])) and len(set(map(str, values[column]))) == rows]
    by_word = [column for column in likely if words[column]]
    # beside it the model, in a table of few rows, is another one in each
    return [column for column in by_word if words[column] == "version"] or by_word or likely


def _claimed(table: GivenTable, used: Collection[str]) -> str | None:
    """The column that is called like names although some are blank or there twice, so that rows may be results of one version."""
    if not table.only_counts:
        return None
    called = [
        column for column, given in table.cells.items() if column not in used and word_of_names(column) and any(map(is_stated, given))
    ]
    return min(called, key=lambda column: OF_NAMES.index(word_of_names(column)), default=None)


def _tells_runs(column: str, values: Sequence[Any]) -> bool:
    """Whether a column tells runs apart by its name, and states something that can be a setting."""
    stated = list(filter(is_stated, values))
    return tells_runs(column) and bool(stated) and all(map(is_json, stated))


def _tell_groups(column: str, values: Sequence[Any]) -> bool:
    """Whether each cell is a text that tells groups of rows apart, as the name of an optimizer does, and no result or remark."""
    texts = are_texts(values) and all(map(is_stated, values)) and not _TRUTHS.issuperset(values)
    return texts and _may_differ(column, values) and len({*values}) < len(values)


def _may_differ(column: str, values: Sequence[Any]) -> bool:
    """Whether a column may say in what rows differ: it is no result, remark, id, date or field of the API, and not the same throughout."""
    said = {str(value) for value in values}
    # without letters a text is a number that is written otherwise, such as 95%
    is_result = all(isinstance(value, str) and not any(map(str.isalpha, value)) for value in filter(is_stated, values))
    is_other = is_result or is_unnamed(column) or is_repeat(column) or field_named(column) is not None
    return len(said) > 1 and not is_other and _OF_RESULTS.isdisjoint(snake_case(column).split("_"))


def _beside(numbers: Sequence[str], columns: Sequence[str], values: Mapping[str, Sequence[Any]]) -> list[str]:
    """Columns of texts or lists that say how sure the numbers are, as such texts and lists do in a document."""
    others = [column for column in columns if column not in numbers and hold_numbers(values[column])]
    if not others:
        return []
    keys = _keys_of((*numbers, *others))
    named = {key: column for column, key in keys.items()}

    def read(key: tuple[str, str]) -> dict[int, float]:
        cells = ((place, value) for place, value in enumerate(values[named[key]]) if is_stated(value))
        found = ((place, read_value(as_json("metrics", named[key], value))[1]) for place, value in cells)
        return {place: number for place, number in found if number is not None}

    evidence = evidence_among(named, read)
    return [column for column in others if (name := evidence.get(keys[column])) is not None and name.role in _BESIDE]


def _keys_of(columns: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Metric and dataset of each column."""
    keys = {column: _key_of(column) for column in columns}
    known = set(keys.values())
    return {column: behind_metric(*key, known) for column, key in keys.items()}


def _key_of(column: str) -> tuple[str, str]:
    """Metric and dataset in the name of a column; a number, as in `recall@5`, is no dataset and part of the metric."""
    name = column.removeprefix("metrics.")
    cut = _CUT.match(name)
    path, dataset = (cut[0], name[cut.end() + 1 :]) if cut else (name.partition("@")[0], name.partition("@")[2])
    base, bracketed = without_dataset(column) if column.endswith("]") else ("", "")
    return (base, bracketed) if base and any(map(str.isalpha, bracketed)) and path == column else (path, dataset)
