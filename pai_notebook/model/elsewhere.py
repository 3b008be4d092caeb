"""Candidates that no registry knows, as documents of its shape: rows of a DataFrame."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.json_text import plain_array, plain_number
from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.evidence_names import behind_metric
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import State, read_value
from pai_notebook.model.metrics import similar_names
from pai_notebook.model.names import snake_case
from pai_notebook.model.nearest import listed, nearest, nearest_or_known
from pai_notebook.model.pivoting import OF_NAMES, code_of_wide, column_of_datasets, columns_of_long, word_of_names
from pai_notebook.model.resolving import without_dataset
from pai_notebook.model.settings import is_repeat, looks_set, tells_runs
from pai_notebook.model.source import Provenance
from pai_notebook.model.version import NOT_REGISTERED

if TYPE_CHECKING:
    import pandas as pd

_SETTINGS, _NAMED = ("TrainingSpec", "HyperParameters"), 5
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
# A column of one of several runs, as acc_seed0: the metric, what parts it from the number, the word in that, and the number.
_OF_RUN = re.compile(r"(.*?[^_.-])([_.-]?(seed|run|fold)[_.-]?)([0-9]{1,4})")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
# Cells without a number that are named.
_ODD = 3
# By these columns a table is known to have a row a metric, as `to_frame(layout="long")` makes it.
_LONG = {"version", "dataset", "metric", "value", "state"}


def documents_of_frame(
    frame: pd.DataFrame,
    name: str | None,
    metrics: str | Sequence[str] | None,
    labels: str | Sequence[str] | None,
    settings: str | Sequence[str] | None,
) -> tuple[list[dict[str, Any]], Phrase, Provenance]:
    """Convert each row to a document, say which columns were taken as what, and name those that were left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row a version.
    name : str or None
        The column with the names of the versions; None is the index, or, where that only counts the rows, a column called
        version, else the only one called run, model, name or checkpoint, else the only one of texts without a name.
    metrics : str, sequence of str or None
        Columns of metrics; None takes those that `to_frame` would call so, else every column most of whose cells are numbers, also
        numbers written as text, and the columns of texts or lists that are their intervals, errors and levels.
    labels : str, sequence of str or None
        Columns of labels; None takes those that `to_frame` would call so.
    settings : str, sequence of str or None
        Columns of settings; None takes those that `to_frame` would call so. Seeds, folds, steps and ids of runs are among them anyhow.

    Raises
    ------
    ConfigurationError
        When it is no DataFrame or has a row a metric, a column is not there or is there twice, a version has no name or that of
        another, or a metric is neither number, truth value, text nor list of numbers.
    """
    metrics, labels, settings = ([given] if isinstance(given, str) else given for given in (metrics, labels, settings))
    _refuse_shapes(frame, name, metrics)
    # as headings of files have them that are set in columns
    frame = frame.set_axis([column.strip() if isinstance(column, str) else column for column in frame.columns], axis=1)
    columns = list(map(str, frame.columns))
    metrics = None if metrics is None else _check_columns("metrics", metrics, columns)
    values = {column: plain_array(frame.iloc[:, place]) for place, column in enumerate(columns)}
    [name] = [None] if name is None else _check_columns("name", [name], columns)
    if metrics is None and columns_of_long(values) and (code := code_of_wide(frame, name, None, settings or ())):
        raise ConfigurationError(say("df: it has a row a metric, not a row a version"), hint=_hint(code))
    chosen = [column for column in columns if column.startswith("labels.")] if labels is None else _check_columns("labels", labels, columns)
    told = (
        [column for column in columns if column not in (metrics or ()) and (_section_of(column) or _BEFORE.match(column))]
        if settings is None
        else _check_columns("settings", settings, columns)
    )
    likely = _columns_of_names(frame, values, {*chosen, *told, *(metrics or ())}) if name is None else []
    found = likely[0] if len(likely) == 1 and (word_of_names(likely[0]) or _are_texts(values[likely[0]])) else None
    if name is None:
        name = found if likely else _claimed(frame, values, {*chosen, *told, *(metrics or ())})
    free = {*columns} - {name, *chosen, *likely, *(metrics or ())}
    told = [column for column in columns if column in told or (column in free and _tells_runs(column, values[column]))]
    kinds = dict(zip(columns, frame.dtypes, strict=True))
    rest = [column for column in columns if column not in (name, *chosen, *told)]
    called = [column for column in rest if not _UNNAMED.fullmatch(column)]
    numbers = [column for column in called if _is_of_numbers(kinds[column]) or _are_numbers(values[column])]
    taken = [column for column in columns if column.startswith("metrics.")] if metrics is None else metrics
    # such texts are states and names of the registry
    tried = [] if taken and metrics is None else [column for column in called if column in free and _tell_groups(column, values[column])]
    if not taken and metrics is None:
        taken = sorted({*numbers, *_beside(numbers, called, values)}, key=columns.index)
    _check_columns("metrics", taken, columns)
    _refuse_twice("labels", [column.removeprefix("labels.") for column in chosen])
    keys = _keys_of(taken)
    _refuse_twice("metrics", ["@".join(key).removesuffix("@") for key in keys.values()])
    _refuse_twice("settings", told)
    given = list(frame.index) if name is None else values[name]
    column = str(frame.index.name or "version") if name is None else name
    # pandas reads 1.9 and 1.10 as numbers, of which the second is 1.1
    cure = f'pd.read_csv(..., dtype={{"{column}": str}})' if any(isinstance(each, float) and _is_there(each) for each in given) else ""
    if name is None and _only_counts(frame) and (of := column_of_datasets({column: values[column] for column in rest})) and of not in taken:
        # which rows are of one version nothing says
        raise ConfigurationError(
            say("df: a row for each {column}, and no name of a version", column=of), hint=_hint(code_of_wide(frame, None, taken, told))
        )
    names = _names_of_rows(given, lambda: _hint(code_of_wide(frame, name, [each for each in taken if each in numbers], told), cure))
    told = [column for column in columns if column in told or (column in tried and column not in taken)]
    documents = [
        candidate_document(
            each,
            results=_by_dataset(keys, {column: values[column][place] for column in taken}),
            labels={column.removeprefix("labels."): str(values[column][place]) for column in chosen if _is_there(values[column][place])},
            specs=_specs((column, values[column][place]) for column in told),
        )
        for place, each in enumerate(names)
    ]
    left = [column for column in rest if column not in (*taken, *told)]
    # what was asked for needs no reason, and neither does a number beside columns that are named as metrics
    reasons = [column if metrics is not None or column in numbers else _with_kind(column, values[column]) for column in left]
    groups: dict[str, Sequence[str]] = {
        "names: {names}": [found] if found else [],
        "metrics: {names}": taken,
        "labels: {names}": chosen,
        "settings: {names}": told,
        "left out: {names}": reasons,
    }
    parts = [say(kind, names=first(found, _NAMED)) for kind, found in groups.items() if found]
    odd = [
        say("{column}: {value} of {version} is not a number", column=column, value=described(value), version=each)
        for column in taken
        if column in numbers and not _is_of_numbers(kinds[column])
        for each, value in zip(names, values[column], strict=True)
        if _is_stated(value) and not _is_number(value) and not isinstance(value, list)
    ]
    commas = _on_commas([each for column in left for each in values[column] if isinstance(each, str)])
    parts += [*([first(odd, _ODD)] if odd else []), *commas, *similar_names(names), *([] if metrics else _on_runs(taken, name, frame))]
    parts += [say("name= is not given; the names may be in {names}", names=listed(likely))] if likely and name is None else []
    parts += [say("the names are numbers, so that 1.10 became 1.1: {code} keeps them as text", code=cure)] if cure else []
    origin = say("From a table; {parts}.", parts=joined(parts, "; ")) if parts else say("From a table without columns.")
    differing = (column for column in left if _may_differ(column, values[column]) and (column not in numbers or looks_set(column)))
    return documents, origin, Provenance(left_out=tuple(left), differing=tuple(differing))


def _refuse_shapes(frame: Any, name: str | None, metrics: Sequence[str] | None) -> None:
    """Refuse what is no table, tables without a row for each version, and files that were read as a single column."""
    if not hasattr(frame, "columns") or not hasattr(frame, "to_dict"):
        raise ConfigurationError(
            say("df={given} is not a DataFrame", given=described(frame)), hint=say("Pass a row a version, a column a metric.")
        )
    if frame.columns.nlevels > 1:
        level, index = next((each for each in frame.columns.names if tells_runs(str(each or ""))), None), frame.index.name or "level_0"
        code = f"VersionSet.from_frame(df.stack({level!r}).reset_index(), settings=[{index!r}]).groupby({index!r})"
        is_of_runs = level is not None and frame.columns.nlevels + frame.index.nlevels == 3  # noqa: PLR2004 - metrics, runs and versions
        hint = say("Use {code}.", code=code) if is_of_runs else say("Pass flat names, such as accuracy@d-a.")
        raise ConfigurationError(say("df: its columns have {count} levels", count=frame.columns.nlevels), hint=hint)
    if metrics is None and {*map(str, frame.columns), *map(str, frame.index.names)} >= _LONG:
        said = say("df: it has a row a metric, as to_frame(layout='long') has, not a row a version")
        raise ConfigurationError(said, hint=say("Use {code}.", code="VersionSet.from_frame(versions.to_frame())"))
    if metrics is None and any({f"{column} delta", f"{column} percent"} <= {*frame.columns} for column in frame.columns):
        said = say("df: this is the table of a comparison, with one row per metric instead of one per version")
        raise ConfigurationError(said, hint=say("Use {code}.", code="VersionSet(comparison.versions)"))
    separator = next((mark for mark in (";", "\t") if len(frame.columns) == 1 and mark in str(frame.columns[0])), "")
    if separator:
        # where cells are parted by semicolons, the comma is in the numbers
        code = f"pd.read_csv(..., sep={separator!r}{', decimal=' + repr(',') if separator == ';' else ''})"
        said = say("df: its only column is called {name!r}", name=str(frame.columns[0]))
        raise ConfigurationError(said, hint=say("Use {code}.", code=code))
    if name is None and frame.index.nlevels > 1:
        raise ConfigurationError(say("df: its index has {count} levels", count=frame.index.nlevels), hint=_hint(code_of_wide(frame, None)))


def _on_commas(texts: Iterable[str]) -> list[Phrase]:
    """Say how a file is read whose numbers have a comma before decimals, or between thousands; nothing without such texts."""
    written = [text.strip() for text in texts if _DECIMAL_COMMA.fullmatch(text.strip()) or _THOUSANDS.fullmatch(text.strip())]
    code = "pd.read_csv(..., thousands=',')" if all(map(_THOUSANDS.fullmatch, written)) else "pd.read_csv(..., sep=';', decimal=',')"
    return [say("{code} reads commas in numbers", code=code)] if written else []


def _on_runs(columns: Sequence[str], name: str | None, frame: pd.DataFrame) -> list[Phrase]:
    """Say which code makes a row a run of columns such as acc_seed0 and acc_seed1; nothing without such columns."""
    found = [match for match in map(_OF_RUN.fullmatch, columns) if match]
    alike = [match for match in found if match[2] == found[0][2]]
    if len({match[4] for match in alike}) == 1 or not alike or any(match[1] in frame.columns for match in alike):
        return []
    kind = "fold" if alike[0][3] == "fold" else "seed"
    index = name or frame.index.name or "index"
    table, metrics = "df" if name else "df.reset_index()", list(dict.fromkeys(match[1] for match in alike))
    long = f"pd.wide_to_long({table}, {metrics!r}, i={index!r}, j={kind!r}, sep={alike[0][2]!r}).reset_index()"
    code = f"VersionSet.from_frame({long}, settings=[{index!r}]).groupby({index!r})"
    return [say("columns such as {column} are runs: {code} takes them so", column=alike[0][0], code=code)]


def _tells_runs(column: str, values: Iterable[Any]) -> bool:
    stated = list(filter(_is_stated, values))
    return tells_runs(column) and bool(stated) and all(map(_is_json, stated))


def _tell_groups(column: str, values: Sequence[Any]) -> bool:
    """Whether each cell is a text that tells groups of rows apart, as the name of an optimizer does, and no result or remark."""
    texts = _are_texts(values) and all(map(_is_stated, values)) and not _TRUTHS.issuperset(values)
    return texts and _may_differ(column, values) and len({*values}) < len(values)


def _may_differ(column: str, values: Sequence[Any]) -> bool:
    """Whether a column may say in what rows differ: it is no result, remark, id, date or field of the API, and not the same throughout."""
    said = {str(value) for value in values}
    # without letters a text is a number that is written otherwise, such as 95%
    is_result = all(isinstance(value, str) and not any(map(str.isalpha, value)) for value in filter(_is_stated, values))
    is_other = is_result or _UNNAMED.fullmatch(column) or is_repeat(column) or field_named(column) is not None
    return len(said) > 1 and not is_other and _OF_RESULTS.isdisjoint(snake_case(column).split("_"))


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(each, str) for each in values)


def _only_counts(frame: pd.DataFrame) -> bool:
    return frame.index.name is None and list(frame.index) == list(range(len(frame)))


def _columns_of_names(frame: pd.DataFrame, values: Mapping[str, Sequence[Any]], used: Collection[str]) -> list[str]:
    """Columns that may have the names of the versions, where the index only counts the rows."""
    if not _only_counts(frame):
        return []
    words = {column: word_of_names(column) for column in values if column not in used}
    counted = list(range(len(frame)))
    likely = [column for column, word in words.items() if word or (_UNNAMED.fullmatch(column) and values[column] != counted)]
    likely = [column for column in likely if all(map(_is_stated, values[column])) and len(set(map(str, values[column]))) == len(frame)]
    by_word = [column for column in likely if words[column]]
    # beside it the model, in a table of few rows, is another one in each
    return [column for column in by_word if words[column] == "version"] or by_word or likely


def _claimed(frame: pd.DataFrame, values: Mapping[str, Sequence[Any]], used: Collection[str]) -> str | None:
    """The column that is called like names although some are blank or there twice, so that rows may be results of one version."""
    if not _only_counts(frame):
        return None
    called = [column for column in values if column not in used and word_of_names(column) and any(map(_is_stated, values[column]))]
    return min(called, key=lambda column: OF_NAMES.index(word_of_names(column)), default=None)


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


def _section_of(column: str) -> str:
    """The API's word for the spec that a column is named after, as `to_frame` does it; empty for another column."""
    info = field_named(column.partition(".")[0])
    return info.key if info is not None and info.kind == "spec" and "." in column else ""


def _is_of_numbers(kind: Any) -> bool:
    """Whether the type of a column is one of numbers; that of categories is that of what they are."""
    return getattr(getattr(getattr(kind, "categories", None), "dtype", kind), "kind", "O") in "iuf"


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether most of what is stated in a column reads as a number, or half of it is numbers, not texts."""
    stated = list(filter(_is_stated, values))
    numbers = list(filter(_is_number, stated))
    is_half = 2 * len(numbers) == len(stated) > 0 and not any(isinstance(each, str) for each in numbers)
    return (2 * len(numbers) > len(stated) or is_half) and all(map(_is_json, stated))


def _is_number(value: Any) -> bool:
    """Whether a cell reads as a number, a text as `read_value` takes it."""
    return isinstance(value, Decimal) or read_value(value)[0] in (State.NUMBER, State.NUMERIC_TEXT, State.INFINITE)


def _beside(numbers: Sequence[str], columns: Sequence[str], values: Mapping[str, Sequence[Any]]) -> list[str]:
    """Columns of texts or lists that say how sure the numbers are, as such texts and lists do in a document."""
    others = [column for column in columns if column not in numbers and _hold_numbers(values[column])]
    if not others:
        return []
    keys = _keys_of((*numbers, *others))
    named = {key: column for column, key in keys.items()}

    def read(key: tuple[str, str]) -> dict[int, float]:
        cells = ((place, value) for place, value in enumerate(values[named[key]]) if _is_stated(value))
        found = ((place, read_value(_as_json("metrics", named[key], value))[1]) for place, value in cells)
        return {place: number for place, number in found if number is not None}

    evidence = evidence_among(named, read)
    return [column for column in others if (name := evidence.get(keys[column])) is not None and name.role in _BESIDE]


def _hold_numbers(values: Sequence[Any]) -> bool:
    """Whether most of what is stated in a column are lists, or texts with digits; a message of an error is none."""
    stated = list(filter(_is_stated, values))
    told = [not isinstance(value, str) or any(map(str.isdigit, value)) for value in stated if not isinstance(value, bool)]
    return 2 * sum(told) > len(stated) and all(map(_is_json, stated))


def _with_kind(column: str, values: Sequence[Any]) -> Phrase:
    """Name a column that is no metric with what is in it."""
    if _UNNAMED.fullmatch(column):
        return say("{name} (no name)", name=column)
    stated = list(filter(_is_stated, values))
    texts = [value for value in stated if isinstance(value, str) and value.strip()[:1].isdigit()]
    odd = [value for value in texts if not _is_number(value)]
    if odd and 2 * len(texts) > len(stated):
        return say("{name} (texts such as {value})", name=column, value=described(odd[0]))
    kinds = {str: say("texts"), bool: say("truth values"), date: say("times"), list: say("lists"), tuple: say("lists")}
    kind = next((word for kind, word in kinds.items() if all(isinstance(value, kind) for value in stated)), say("mostly not numbers"))
    return say("{name} ({what})", name=column, what=kind if stated else say("empty"))


def _names_of_rows(given: Iterable[Any], hint: Callable[[], Phrase]) -> list[str]:
    names, seen = [str(value) if _is_stated(value) else "" for value in given], set[str]()
    for place, each in enumerate(names):
        if not each or each in seen:
            what = say("two rows are named {name!r}", name=each) if each else say("row {place} has no name", place=place)
            raise ConfigurationError(what, hint=hint())
        seen.add(each)
    return names


def _hint(code: str, cure: str = "") -> Phrase:
    """Say what to write for a table whose rows have no names of their own."""
    pivot = [say("Make it a row a version, a column a metric: {code}.", code=code)] if code else []
    kept = [say("{code} keeps names as text.", code=cure)] if cure else []
    return joined([*kept, *(pivot or [say("Pass name= the column that names each version once.")])], " ")


def _check_columns(argument: str, given: Sequence[str], columns: Sequence[str]) -> list[str]:
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


def _specs(cells: Iterable[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """Settings by spec, as the names of columns have it: `lr`, or `training_spec.HyperParameters.lr`."""
    found: dict[str, dict[str, Any]] = {}
    for column, value in cells:
        if _is_there(value):
            key, before = _section_of(column), _BEFORE.match(column)
            place = (key, *split_path(column.partition(".")[2])) if key else (*_SETTINGS, column[before.end() if before else 0 :])
            _put(found, place, "settings", column, value)
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
    node[last] = _as_json(argument, column, value)


def _by_dataset(keys: Mapping[str, tuple[str, str]], cells: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Metrics by dataset, as the names of columns have it: `accuracy@d-a`, with or without `metrics.`."""
    found: dict[str, dict[str, Any]] = {}
    for column, value in cells.items():
        path, dataset = keys[column]
        if _is_stated(value):
            # `to_frame` writes objects in objects with dots
            place = split_path(path) if column.startswith("metrics.") else (path,)
            _put(found.setdefault(dataset, {}), place, "metrics", column, value)
    return list(found.items())


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


def _as_json(argument: str, column: str, value: Any) -> Any:
    """Give a cell of a metric or a setting as JSON has it.

    Raises
    ------
    ConfigurationError
        For what is neither: a moment, a complex number, an array of several dimensions.
    """
    if isinstance(value, Decimal):
        return plain_number(value)
    if not _is_json(value):
        said = say("{argument}: the column {column!r} holds {value}", argument=argument, column=column, value=described(value))
        raise ConfigurationError(said, hint=say("Pass numbers, truth values, texts or lists of numbers."))
    return _plain(value)


def _plain(value: Any) -> Any:
    """Arrays and tuples as lists."""
    return plain_array(value) if hasattr(value, "tolist") else list(value) if isinstance(value, tuple) else value


def _is_json(value: Any) -> bool:
    """Whether a cell is a number, truth value or text, or a list of these."""
    plain_value = _plain(value)
    items = plain_value if isinstance(plain_value, list) else [plain_value]
    return isinstance(value, Decimal) or all(isinstance(item, str | int | float) for item in items)


def _is_there(value: Any) -> bool:
    """Whether a cell of a DataFrame holds something: None, NaN, NA and NaT are how pandas says that it does not."""
    missing = value is None or type(value).__name__ in ("NAType", "NaTType")
    return not missing and not ((isinstance(value, float) and math.isnan(value)) or (isinstance(value, Decimal) and value.is_nan()))


def _is_stated(value: Any) -> bool:
    """Whether a cell of a metric or a name says something; an empty text, as of a table read as texts, does not."""
    return _is_there(value) and not (isinstance(value, str) and not value.strip())


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
