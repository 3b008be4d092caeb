"""What the columns of a stranger's table are: names of versions, metrics, labels, settings, or nothing of these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import plain_array
from pai_notebook.model.column_words import (
    OF_NAMES,
    is_bookkeeping,
    is_of_datasets,
    is_remark,
    is_result,
    rank_of_names,
    tells_rows,
    word_of_names,
)
from pai_notebook.model.evidence_among import evidence_among, is_quality
from pai_notebook.model.evidence_names import keys_of
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import read_value
from pai_notebook.model.metric_words import kind_of_metric
from pai_notebook.model.nearest import nearest, nearest_or_known
from pai_notebook.model.resolving import without_dataset
from pai_notebook.model.settings import is_repeat, looks_set, tells_runs
from pai_notebook.model.table_cells import (
    are_numbers,
    are_texts,
    as_json,
    hold_numbers,
    is_json,
    is_number,
    is_of_numbers,
    is_stated,
    is_there,
)

if TYPE_CHECKING:
    import pandas as pd

# What MLflow, Optuna, scikit-learn and loggers of configurations put before the names of settings; param_count is none.
_BEFORE = re.compile(r"(?:(?:params?|hparams|config)[./]|params?_(?!(?:count|total|size|[mMB]|millions?|billions?)$))(?=.)")
_SETTINGS = ("TrainingSpec", "HyperParameters")
# Words for fields of the API that are ordinary words, so that columns may be called so.
_ORDINARY = frozenset({"model", "model_id", "framework", "format", "label"})
# Different texts among the numbers of a metric that is called by no word.
_FEW = 2
_TRUTHS = frozenset({"True", "False", "true", "false", "TRUE", "FALSE"})
# What pandas calls a column without a name in a file, as the index of a saved table is.
_UNNAMED = re.compile(r"Unnamed: [0-9]{1,6}")
# A column of a run, as seed0 and fold_1 of one metric are, and as scikit-learn writes the folds of one: split0_test_score.
_RUN = re.compile(r"(seed|run|fold|split)[_.-]?([0-9]{1,4})(?:_(.{1,100}))?")
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
    code : str
        What gives the table in code that is printed, where the DataFrame that was given is `df`.
    """

    frame: pd.DataFrame
    columns: list[str]
    cells: dict[str, list[Any]]
    typed: frozenset[str]
    code: str

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Self:
        """Read a DataFrame whose columns have one level; headings of files that are set in columns have blanks around them."""
        stripped = [column.strip() if isinstance(column, str) else column for column in frame.columns]
        strip = "str.strip" if are_texts(stripped) else "lambda each: each.strip() if isinstance(each, str) else each"
        code = "df" if stripped == list(frame.columns) else f"df.rename(columns={strip})"
        frame = frame.set_axis(stripped, axis=1)
        columns = list(map(str, frame.columns))
        values = {column: plain_array(frame.iloc[:, place]) for place, column in enumerate(columns)}
        typed = frozenset(column for column, kind in zip(columns, frame.dtypes, strict=True) if is_of_numbers(kind))
        return cls(frame, columns, values, typed, code)

    @property
    def only_counts(self) -> bool:
        """Whether the index only counts the rows, also those of tables that were put together."""
        index = list(self.frame.index)
        counted = list(range(len(index)))
        return self.frame.index.name is None and (index == counted or (len({*index}) < len(index) and {*index} <= {*counted}))


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
    datasets : list of str
        Columns that say on which dataset a row was measured, whatever metric does not say it itself.
    metrics : dict of str to (str, str)
        Metric and dataset of each column of metrics.
    labels, settings : list of str
        Columns of labels and of settings.
    shared : list of str
        Settings that are texts which some rows share, as nothing but that makes them settings.
    texts : list of str
        Metrics in which a text is named, as numbers are meant there.
    numbers : list of str
        Columns that hold numbers, whatever they are taken as.
    left : list of str
        Columns that are nothing of these.
    differing : list of str
        Columns that are no settings and may say in what rows differ: some of those that were left out, and numbers of a grid that no
        word calls a metric.
    """

    name: str | None
    is_found: bool
    likely: list[str]
    datasets: list[str]
    metrics: dict[str, tuple[str, str]]
    labels: list[str]
    settings: list[str]
    shared: list[str]
    texts: list[str]
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
    # each step takes from what those before it left: names, settings, metrics, then texts that tell rows apart
    said = _said(table.columns, metrics, labels, settings)
    likely, is_found = list[str](), False
    if name is None:
        name, likely, is_found = _name_of(table, said.used)
    taken = [column for column in table.columns if column.startswith("metrics.")] if said.metrics is None else said.metrics
    is_read_back = said.metrics is None and bool(taken)
    known = {name, *likely, *said.labels, *(said.metrics or ())}
    free = [column for column in table.columns if column not in known and not is_unnamed(column)]
    others = [column for column in free if column not in (*said.settings, *taken)]
    evidence = _evidence(table, [column for column in others if column in table.typed or hold_numbers(table.cells[column])])
    told = _settings_of(table, said.settings, others, evidence)
    rest = [column for column in table.columns if column not in (name, *said.labels, *told)]
    called = [column for column in rest if not is_unnamed(column)]
    numbers = [column for column in called if column in table.typed or are_numbers(table.cells[column])]
    texts = [column for column in said.metrics or () if column not in numbers and any(map(_is_word, table.cells[column]))]
    if said.metrics is None and not taken:
        texts = [column for column in called if column not in numbers and column in free and _is_measured(column, table.cells[column])]
        taken = _metrics_of(table, called, numbers, texts, evidence)
    keys = _checked_keys(table, taken, said.labels, told)
    # texts in a table that `to_frame` made are states and names of the registry
    untold = [column for column in called if column in free and column not in taken and not is_read_back]
    is_named = name is not None or not table.only_counts
    datasets = _datasets_of(table, untold) if is_named and any(not dataset for _, dataset in keys.values()) else []
    shared = [column for column in untold if column not in datasets and _tell_groups(column, table.cells[column])]
    told = [column for column in table.columns if column in (*told, *shared)]
    left = [column for column in rest if column not in (*taken, *told, *datasets)]
    plain = [column for column in numbers if said.metrics is None and column in keys and column not in evidence]
    differing = _differing(table, left, numbers, _grid(plain, keys, table.cells))
    return TableColumns(name, is_found, likely, datasets, keys, said.labels, told, shared, texts, numbers, left, differing)


class _Said(NamedTuple):
    """Columns of which an argument says what they are, labels and settings also by a name as `to_frame` and other tools give it."""

    metrics: list[str] | None
    labels: list[str]
    settings: list[str]

    @property
    def used(self) -> set[str]:
        """All of them."""
        return {*self.labels, *self.settings, *(self.metrics or ())}


def _said(columns: list[str], metrics: Sequence[str] | None, labels: Sequence[str] | None, settings: Sequence[str] | None) -> _Said:
    measured = None if metrics is None else check_columns("metrics", metrics, columns)
    labelled = (
        [column for column in columns if column.startswith("labels.")] if labels is None else check_columns("labels", labels, columns)
    )
    if settings is not None:
        return _Said(measured, labelled, check_columns("settings", settings, columns))
    named = [column for column in columns if column not in (measured or ()) and (_section_of(column) or _BEFORE.match(column))]
    return _Said(measured, labelled, named)


def _is_word(value: Any) -> bool:
    """Whether a cell is a text that is no number."""
    return isinstance(value, str) and is_stated(value) and not is_number(value)


def _name_of(table: GivenTable, used: Collection[str]) -> tuple[str | None, list[str], bool]:
    """The column with the names of versions, those that may have them, and whether the first was found among these."""
    likely = _columns_of_names(table, used)
    if not likely:
        return _claimed(table, used), [], False
    is_found = len(likely) == 1 and (_is_called(likely[0]) or are_texts(table.cells[likely[0]]))
    return likely[0] if is_found else None, likely, is_found


def _settings_of(table: GivenTable, told: Sequence[str], others: Sequence[str], evidence: Collection[str]) -> list[str]:
    """Columns that are said to be settings, and those that can be: one for each place in a document."""
    # beside config.lr, a logger's own lr says where a schedule ended
    places = {place_of(column): column for column in reversed(others) if _is_setting(column, table.cells[column], evidence)}
    places |= {place_of(column): column for column in told}
    return [column for column in table.columns if column in (*told, *places.values())]


def _metrics_of(
    table: GivenTable, called: Sequence[str], numbers: Sequence[str], texts: Sequence[str], evidence: Mapping[str, Role]
) -> list[str]:
    """Columns of numbers that were not set and count nothing, what stands beside them, and texts that are metrics."""
    runs = columns_of_runs(numbers)
    measured = [each for each in numbers if each not in runs and (each in evidence or not (is_bookkeeping(each) or _is_set(each)))]
    beside = [column for column in called if column not in numbers and evidence.get(column) in _BESIDE]
    return sorted({*measured, *beside, *texts}, key=table.columns.index)


def _checked_keys(table: GivenTable, metrics: Sequence[str], labels: Sequence[str], settings: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Metric and dataset of each column of metrics, once no two columns are one metric, label or setting."""
    check_columns("metrics", metrics, table.columns)
    _refuse_twice("labels", [column.removeprefix("labels.") for column in labels])
    keys = _keys_of(metrics)
    _refuse_twice("metrics", ["@".join(key).removesuffix("@") for key in keys.values()])
    _refuse_twice("settings", settings)
    return keys


def _datasets_of(table: GivenTable, columns: Sequence[str]) -> list[str]:
    return [column for column in columns if is_of_datasets(column) and _are_several(table.cells[column])]


def _differing(table: GivenTable, left: Sequence[str], numbers: Collection[str], grid: Collection[str]) -> list[str]:
    """Columns that may say in what rows differ: of those that are left the ones that may have been set, and those of a grid."""
    known = [column for column in left if _may_differ(column, table.cells[column]) and (column not in numbers or looks_set(column))]
    return [column for column in table.columns if column in (*known, *grid)]


def columns_of_runs(columns: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Columns that hold one metric for one run each and are called by that run: the word for it, and the metric, empty where none is named.

    Examples
    --------
    >>> columns_of_runs(["seed0", "seed1", "acc"]), columns_of_runs(["seed0", "acc"])
    ({'seed0': ('seed', ''), 'seed1': ('seed', '')}, {})
    >>> columns_of_runs(["split0_test_score", "split1_test_score", "mean_test_score"])
    {'split0_test_score': ('fold', 'test_score'), 'split1_test_score': ('fold', 'test_score')}
    """
    found = {column: match for column in columns if (match := _RUN.fullmatch(column))}
    kinds = {column: ("seed" if match[1] in ("seed", "run") else "fold", match[3] or "") for column, match in found.items()}
    counts = Counter(kinds.values())
    return {column: kind for column, kind in kinds.items() if counts[kind] > 1}


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


def _section_of(column: str) -> str:
    """The API's word for the spec that a column is named after, as `to_frame` does it; empty for another column."""
    info = field_named(column.partition(".")[0])
    return info.key if info is not None and info.kind == "spec" and "." in column else ""


def place_of(column: str) -> tuple[str, ...]:
    """Where a setting stands in a document: in the spec that its column names, else by its name without what tools put before it.

    Examples
    --------
    >>> place_of("params.lr"), place_of("inference_spec.cpu"), place_of("param_count")
    (('TrainingSpec', 'HyperParameters', 'lr'), ('InferenceSpec', 'cpu'), ('TrainingSpec', 'HyperParameters', 'param_count'))
    """
    key, before = _section_of(column), _BEFORE.match(column)
    return (key, *split_path(column.partition(".")[2])) if key else (*_SETTINGS, column[before.end() if before else 0 :])


def is_unnamed(column: str) -> bool:
    """Whether pandas named a column that had no name."""
    return _UNNAMED.fullmatch(column) is not None


def _columns_of_names(table: GivenTable, used: Collection[str]) -> list[str]:
    """Columns that may have the names of the versions, where the index only counts the rows."""
    if not table.only_counts:
        return []
    cells, rows = table.cells, len(table.frame)
    likely = [column for column in cells if column not in used and all(map(is_stated, cells[column]))]
    likely = [column for column in likely if len(set(map(str, cells[column]))) == rows]
    by_word = [column for column in likely if word_of_names(column)]
    # beside it the model, in a table of few rows, is another one in each
    if found := [column for column in by_word if word_of_names(column) == "version"] or by_word:
        return found
    if any(map(word_of_names, cells)) and _claimed(table, used) is not None:
        return []
    ranks = {column: rank for column in likely if (rank := rank_of_names(column)) is not None}
    counted = list(range(rows))
    return sorted(ranks, key=ranks.__getitem__)[:1] or [column for column in likely if is_unnamed(column) and cells[column] != counted]


def _is_called(column: str) -> bool:
    return bool(word_of_names(column)) or rank_of_names(column) is not None


def _claimed(table: GivenTable, used: Collection[str]) -> str | None:
    """The column that is called like names although some are blank or there twice, so that rows may be results of one version."""
    if not table.only_counts:
        return None
    called = [
        column for column, given in table.cells.items() if column not in used and word_of_names(column) and any(map(is_stated, given))
    ]
    return min(called, key=lambda column: OF_NAMES.index(word_of_names(column)), default=None)


def _is_setting(column: str, values: Sequence[Any], evidence: Collection[str]) -> bool:
    """Whether a column tells runs apart or was set, by its name, and states something that can be a setting."""
    is_called = tells_runs(column) or (looks_set(column) and column not in evidence)
    # the version of a task or a library, and the number of a model, tell rows apart as texts do
    if not is_called and not tells_rows(column):
        return False
    stated = list(filter(is_stated, values))
    is_plain = all(is_json(each) and not isinstance(each, list) for each in stated)
    return is_plain and bool(stated) and (is_called or (1 < len({*stated}) < len(values) and not are_texts(stated)))


def _is_set(column: str) -> bool:
    """Whether a number is called as a setting or as a name is, and so is no metric where it is not taken as such."""
    return looks_set(column) or bool(word_of_names(column))


def _tell_groups(column: str, values: Sequence[Any]) -> bool:
    """Whether each cell is a text that tells groups of rows apart, as the name of an optimizer does, and no result or remark."""
    texts = are_texts(values) and all(map(is_stated, values)) and not _TRUTHS.issuperset(values) and not any(map(is_number, values))
    return texts and _may_differ(column, values) and len({*values}) < len(values)


def _are_several(values: Sequence[Any]) -> bool:
    """Whether there are several texts."""
    return are_texts(filter(is_there, values)) and len({*filter(is_stated, values)}) > 1


def _is_measured(column: str, values: Sequence[Any]) -> bool:
    """Whether a column of texts is a metric: it is called as one, or a number stands among a word or two, such as `failed`."""
    stated = list(filter(is_stated, values))
    if not stated or not all(map(is_json, stated)) or is_remark(column) or is_bookkeeping(column) or _is_set(column):
        return False
    others = {str(each) for each in stated if not is_number(each)}
    is_among = any(map(is_number, stated)) and len(others) <= _FEW and not any(isinstance(each, list | bool) for each in stated)
    return is_among or (is_result(column) and are_texts(stated))


def _may_differ(column: str, values: Sequence[Any]) -> bool:
    """Whether a column may say in what rows differ: it is no result, remark, id, date or field of the API, and not the same throughout."""
    said = {str(value) for value in values}
    texts = [value for value in values if is_stated(value)]
    # with digits and without letters a text is a number that is written otherwise, such as 95%
    is_result = are_texts(texts) and not any(map(str.isalpha, "".join(texts))) and any(map(str.isdigit, "".join(texts)))
    is_field = field_named(column) is not None and column not in _ORDINARY
    return len(said) > 1 and not (is_result or is_field or is_unnamed(column) or is_repeat(column) or is_remark(column))


def _grid(columns: Sequence[str], keys: Mapping[str, tuple[str, str]], cells: Mapping[str, Sequence[Any]]) -> list[str]:
    """Columns of numbers that no word calls a metric and that may have been set: few values that rows share while a metric differs."""

    def is_shared(column: str) -> bool:
        counts = Counter(map(str, filter(is_stated, cells[column])))
        return len(counts) > 1 and min(counts.values()) > 1

    def is_called(column: str) -> bool:
        path, dataset = keys[column]
        return bool(dataset) or is_quality(path) or kind_of_metric(path) > 0

    def differs(column: str, other: str) -> bool:
        values = list(map(str, cells[column]))
        return len({*zip(values, map(str, cells[other]), strict=True)}) > len({*values})

    grid = [column for column in columns if not is_called(column) and is_shared(column)]
    others = dict.fromkeys(columns).keys() - grid
    return [column for column in grid if any(differs(column, other) for other in others)]


def _evidence(table: GivenTable, columns: Sequence[str]) -> dict[str, Role]:
    """Columns that say how sure numbers are, texts and lists among them as in a document, and what they say."""
    keys = _keys_of(columns)
    named = {key: column for column, key in keys.items()}

    def read(key: tuple[str, str]) -> dict[int, float]:
        stated = ((place, value) for place, value in enumerate(table.cells[named[key]]) if is_stated(value))
        found = ((place, read_value(as_json("metrics", named[key], value))[1]) for place, value in stated)
        return {place: number for place, number in found if number is not None}

    return {named[key]: name.role for key, name in evidence_among(named, read).items()}


def _keys_of(columns: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Metric and dataset of each column."""
    names = {column: _as_name(column) for column in columns}
    keys = keys_of(names.values())
    return {column: keys[name] for column, name in names.items()}


def _as_name(column: str) -> str:
    """Write the name of a column with its dataset behind the metric."""
    # what `to_frame` writes has no dataset in brackets
    is_written = column.startswith("metrics.") or "@" in column or not column.endswith("]")
    base, bracketed = ("", "") if is_written else without_dataset(column)
    return f"{base}@{bracketed}" if base and any(map(str.isalpha, bracketed)) else column.removeprefix("metrics.")
