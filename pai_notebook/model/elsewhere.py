"""Candidates that no registry knows, as documents of its shape: rows of a DataFrame, results of lm-evaluation-harness."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import described, is_number
from pai_notebook.errors import ConfigurationError
from pai_notebook.files import file_path, why
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.json_text import plain_number
from pai_notebook.model.fields import field_named
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import State, read_value
from pai_notebook.model.nearest import nearest, nearest_or_known
from pai_notebook.model.reading import is_json_text, plain
from pai_notebook.model.version import NOT_REGISTERED

if TYPE_CHECKING:
    import pandas as pd

_OF_RESULTS = say("Pass results_*.json of lm-evaluation-harness, a folder of them, or several of these.")
# What of the arguments of a model says which one it is; the others may be keys and tokens.
_SETTINGS, _NAMED = ("TrainingSpec", "HyperParameters"), 5
# By these columns a table is known to have a row a metric, as `to_frame(layout="long")` makes it.
_LONG = {"version", "dataset", "metric", "value"}
_ABOUT_MODEL = ("pretrained", "model", "revision", "peft", "dtype")


def documents_of_frame(
    frame: pd.DataFrame,
    name: str | None,
    metrics: Sequence[str] | None,
    labels: Sequence[str] | None,
    settings: Sequence[str] | None,
) -> tuple[list[dict[str, Any]], Phrase, tuple[str, ...]]:
    """Convert each row to a document, say which columns were taken as what, and give those that were left out.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row a version.
    name : str or None
        The column with the names of the versions; None is the index.
    metrics : sequence of str or None
        Columns of metrics; None takes those that `to_frame` would call so, else every column of numbers, also of those written as text.
    labels : sequence of str or None
        Columns of labels; None takes those that `to_frame` would call so.
    settings : sequence of str or None
        Columns of settings; None takes those that `to_frame` would call so.

    Raises
    ------
    ConfigurationError
        When it is no DataFrame or has a row a metric, a column is not there or is there twice, a version has no name or that of
        another, or a metric is neither number, truth value, text nor list of numbers.
    """
    if not hasattr(frame, "columns") or not hasattr(frame, "to_dict"):
        raise ConfigurationError(
            say("df={given} is not a DataFrame", given=described(frame)), hint=say("Pass a row a version, a column a metric.")
        )
    if frame.columns.nlevels > 1:
        raise ConfigurationError(
            say("df: its columns have {count} levels", count=frame.columns.nlevels), hint=say("Pass flat names, such as accuracy@d-a.")
        )
    if metrics is None and {*map(str, frame.columns), *map(str, frame.index.names)} >= _LONG:
        said = say("df: it has a row a metric, as to_frame(layout='long') has, not a row a version")
        raise ConfigurationError(said, hint=say("Use {code}.", code="VersionSet.from_frame(versions.to_frame())"))
    if metrics is None and any({f"{column} delta", f"{column} percent"} <= {*frame.columns} for column in frame.columns):
        said = say("df: it is the table of a comparison, with a row a metric, not a row a version")
        raise ConfigurationError(said, hint=say("Use {code}.", code="VersionSet(comparison.versions)"))
    if name is None and frame.index.nlevels > 1:
        hint = say("Pass name= the column that names each version once.")
        raise ConfigurationError(say("df: its index has {count} levels", count=frame.index.nlevels), hint=hint)
    columns = list(map(str, frame.columns))
    values = {column: frame.iloc[:, place].astype(object).tolist() for place, column in enumerate(columns)}
    if name is not None:
        _check_columns("name", [name], columns)
    chosen = [column for column in columns if column.startswith("labels.")] if labels is None else _check_columns("labels", labels, columns)
    told = [column for column in columns if _section_of(column)] if settings is None else _check_columns("settings", settings, columns)
    taken = metrics
    if taken is None:
        kinds = zip(columns, frame.dtypes, strict=True)
        numbers = [
            column
            for column, kind in kinds
            if column not in (name, *chosen, *told) and (_is_of_numbers(kind) or _are_numbers(values[column]))
        ]
        taken = [column for column in columns if column.startswith("metrics.")] or numbers
    _check_columns("metrics", taken, columns)
    _refuse_twice("labels", [column.removeprefix("labels.") for column in chosen])
    _refuse_twice("metrics", [column.removeprefix("metrics.") for column in taken])
    _refuse_twice("settings", told)
    given = list(frame.index) if name is None else values[name]
    column = str(frame.index.name or "version") if name is None else name
    # pandas reads 1.9 and 1.10 as numbers, of which the second is 1.1
    cure = f'pd.read_csv(..., dtype={{"{column}": str}})' if any(isinstance(each, float) for each in given) else ""
    names = _names_of_rows(given, cure)
    documents = [
        _document(
            each,
            results=_by_dataset((column, values[column][place]) for column in taken),
            labels={column.removeprefix("labels."): str(values[column][place]) for column in chosen if _is_there(values[column][place])},
            specs=_specs((column, values[column][place]) for column in told),
        )
        for place, each in enumerate(names)
    ]
    left = [column for column in columns if column not in (name, *chosen, *told, *taken)]
    groups: dict[str, Sequence[str]] = {
        "metrics: {names}": taken,
        "labels: {names}": chosen,
        "settings: {names}": told,
        "left out: {names}": left,
    }
    parts = [say(kind, names=first(found, _NAMED)) for kind, found in groups.items() if found]
    parts += [say("the names are numbers, of which 1.10 is 1.1: {code} keeps them as text", code=cure)] if cure else []
    origin = say("From a table; {parts}.", parts=joined(parts, "; ")) if parts else say("From a table without columns.")
    return documents, origin, tuple(left)


def _section_of(column: str) -> str:
    """The API's word for the spec that a column is named after, as `to_frame` does it; empty for another column."""
    info = field_named(column.partition(".")[0])
    return info.key if info is not None and info.kind == "spec" and "." in column else ""


def _is_of_numbers(kind: Any) -> bool:
    """Whether the type of a column is one of numbers; that of categories is that of what they are."""
    return getattr(getattr(getattr(kind, "categories", None), "dtype", kind), "kind", "O") in "iuf"


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether everything in a column reads as a number, texts as `read_value` takes them; a column without a value is none."""
    there = [value for value in values if _is_there(value)]
    return bool(there) and all(isinstance(value, Decimal) or read_value(value)[0] in (State.NUMBER, State.NUMERIC_TEXT) for value in there)


def _names_of_rows(given: Iterable[Any], cure: str = "") -> list[str]:
    names, seen = [str(value) for value in given], set[str]()
    for place, each in enumerate(names):
        twice = each in seen
        seen.add(each)
        if not each or each in ("nan", "None", "<NA>", "NaT") or twice:
            what = say("two rows are named {name!r}", name=each) if twice else say("row {place} has no name", place=place)
            hint = say("Pass name= the column that names each version once.")
            if cure and twice:
                hint = joined([say("{code} keeps names as text.", code=cure), hint], " ")
            raise ConfigurationError(what, hint=hint)
    return names


def _check_columns(argument: str, given: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Names of columns that are asked for, each of which has to be there once."""
    if isinstance(given, str) or not isinstance(given, Sequence) or not all(isinstance(column, str) for column in given):
        shown = described(given[0] if argument == "name" else given)
        raise ConfigurationError(
            say("{argument}={given} does not name columns", argument=argument, given=shown), hint=say("Pass names of columns as texts.")
        )
    for column in given:
        if column not in columns:
            hint = nearest_or_known(nearest(column, columns), columns)
            raise ConfigurationError(say("{argument}: no column {column!r}", argument=argument, column=column), hint=hint)
        if columns.count(column) > 1:
            said = say("{argument}: several columns are named {column!r}", argument=argument, column=column)
            raise ConfigurationError(said, hint=say("Give every column a name of its own."))
    return list(given)


def _refuse_twice(argument: str, names: Sequence[str]) -> None:
    """Refuse two columns that are one metric or label, as `accuracy` and `metrics.accuracy` are, and one that names none."""
    for place, name in enumerate(names):
        if not name.partition("@")[0]:
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
        if not _is_there(value):
            continue
        key = _section_of(column)
        section, *above, last = (key, *split_path(column.partition(".")[2])) if key else (*_SETTINGS, column)
        node = found.setdefault(section, {})
        for key in above:
            node = node.setdefault(key, {}) if isinstance(node, dict) else {last: None}
        if not isinstance(node, dict) or last in node:
            said = say("{argument}: two columns are {name!r}", argument="settings", name=column)
            raise ConfigurationError(said, hint=say("Leave one of them out."))
        node[last] = _as_json("settings", column, value)
    return found


def _by_dataset(cells: Iterable[tuple[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Metrics by dataset, as the names of columns have it: `accuracy@d-a`, with or without `metrics.`."""
    found: dict[str, dict[str, Any]] = {}
    for column, value in cells:
        path, _, dataset = column.removeprefix("metrics.").partition("@")
        if _is_there(value):
            found.setdefault(dataset, {})[path] = _as_json("metrics", column, value)
    return list(found.items())


def _as_json(argument: str, column: str, value: Any) -> Any:
    """Give a cell of a metric or a setting as JSON has it.

    Raises
    ------
    ConfigurationError
        For what is neither: a moment, a complex number, an array of several dimensions.
    """
    if isinstance(value, Decimal):
        return plain_number(value)
    plain_value = value.tolist() if hasattr(value, "tolist") else value
    items = plain_value if isinstance(plain_value, list) else [plain_value]
    if not all(isinstance(item, str | int | float) for item in items):
        said = say("{argument}: the column {column!r} holds {value}", argument=argument, column=column, value=described(value))
        raise ConfigurationError(said, hint=say("Pass numbers, truth values, texts or lists of numbers."))
    return plain_value


def _is_there(value: Any) -> bool:
    """Whether a cell of a DataFrame holds something: None, NaN, NA and NaT are how pandas says that it does not."""
    missing = value is None or type(value).__name__ in ("NAType", "NaTType")
    return not missing and not ((isinstance(value, float) and math.isnan(value)) or (isinstance(value, Decimal) and value.is_nan()))


def documents_of_lm_eval(given: Any) -> Iterator[dict[str, Any]]:
    """Make a document of each file of results.

    Parameters
    ----------
    given : path, mapping, or iterable of these
        A file of results, a folder whose `results_*.json` are read, or what `simple_evaluate` returned.

    Raises
    ------
    ConfigurationError
        When it is no such file, with what it looks like.
    """
    found = [_read(each, where) for where, each in _sources(given)]
    if not found:
        raise ConfigurationError(say("results: there are none"), hint=_OF_RESULTS)
    moments = [_moment(results.get("date")) for results in found]
    for results, name, created in zip(found, _distinct(list(map(_model_of, found)), moments), moments, strict=True):
        yield _document(
            name,
            results=[(task, _numbers(results, task, values)) for task, values in results["results"].items() if isinstance(values, dict)],
            specs={"EvaluationSpec": _evaluation(results)},
            created=created,
        )


def _distinct(models: Sequence[str], moments: Sequence[datetime | None]) -> list[str]:
    """Names of results: the model, with the time where it was measured more than once, and with a number where that does not tell them."""
    timed = [
        f"{name} {created:%Y-%m-%d %H:%M:%S}" if models.count(name) > 1 and created is not None else name
        for name, created in zip(models, moments, strict=True)
    ]
    numbers = [timed[: place + 1].count(name) for place, name in enumerate(timed)]
    return [f"{name} ({number})" if number > 1 else name for name, number in zip(timed, numbers, strict=True)]


def _sources(given: Any) -> list[tuple[str, Any]]:
    if isinstance(given, Mapping):
        return [("results", given)]
    if isinstance(given, list | tuple):
        return [pair for each in given for pair in _sources(each)]
    if not isinstance(given, str | os.PathLike):
        raise ConfigurationError(say("results={given} is not a file of results", given=described(given)), hint=_OF_RESULTS)
    if isinstance(given, str) and is_json_text(given):
        return [("results", given)]
    path = file_path(given)
    try:
        if not path.exists():
            raise ConfigurationError(say("results: there is no file or folder {path}", path=path), hint=_OF_RESULTS)
        if not path.is_dir():
            return [(f"results {path.name}", path)]
        files = sorted(path.rglob("results_*.json"))
    except OSError as error:  # a name that is too long, a folder one may not enter
        said = say("{path} {error}", path=path, error=say("cannot be read: {reason}", reason=why(error)))
        raise ConfigurationError(said, hint=_OF_RESULTS) from error
    if not files:
        hint = say("Pass the folder that --output_path named, or a file in it.")
        raise ConfigurationError(say("results: no results_*.json in {path}", path=path), hint=hint)
    return [(f"results {file.name}", file) for file in files]


def _read(given: Any, where: str) -> dict[str, Any]:
    try:
        value = plain(given, where)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, hint=_OF_RESULTS) from error
    if not isinstance(value, dict) or not isinstance(value.get("results"), dict) or not value["results"]:
        hint = say("Such a file has `results`: a task with `acc,none` and `acc_stderr,none`.")
        raise ConfigurationError(say("{where} is not a file of results of lm-evaluation-harness", where=where), hint=hint)
    if not any(isinstance(task, dict) and any(map(is_number, task.values())) for task in value["results"].values()):
        hint = say("Such a file has `results`: a task with `acc,none` and `acc_stderr,none`.")
        raise ConfigurationError(say("{where} has no task with a number", where=where), hint=hint)
    return value


def _moment(value: Any) -> datetime | None:
    """When it was measured; nothing for a number that is no time."""
    try:
        return datetime.fromtimestamp(value, UTC) if is_number(value) else None
    except (OverflowError, ValueError, OSError):
        return None


def _model_of(results: Mapping[str, Any]) -> str:
    config = _mapping(results.get("config"))
    told = results.get("model_name") or _arguments(config).get("pretrained") or config.get("model")
    return _without_login(str(told)) if told else "lm-eval"


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _arguments(config: Mapping[str, Any]) -> dict[str, str]:
    """What of the arguments of the model says which one it is."""
    told = config.get("model_args")
    if isinstance(told, str):
        words = shlex.shlex(told, posix=True)
        words.whitespace, words.whitespace_split, words.commenters = ",", True, ""
        try:
            told = dict(part.partition("=")[::2] for part in words)
        except ValueError:  # a quotation mark that is not closed
            told = {}
    return {str(key): _without_login(str(value)) for key, value in _mapping(told).items() if key in _ABOUT_MODEL}


def _without_login(text: str) -> str:
    """Leave out what a name or an address must not give away: a login before the host, and everything behind a question mark."""
    scheme, separator, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}".partition("?")[0]


def _numbers(results: Mapping[str, Any], task: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Metrics of a task by the names of the harness (`acc,none`), standard errors beside them, and the number of examples."""
    # a standard error that is not known is the text N/A
    numbers = {key: value for key, value in values.items() if is_number(value) and key != "sample_len"}
    count = _mapping(_mapping(results.get("n-samples")).get(task)).get("effective") or values.get("sample_len")
    return {**numbers, **({"n": count} if is_number(count) else {})}


def _evaluation(results: Mapping[str, Any]) -> dict[str, Any]:
    """How it was measured, so that a difference in it is seen in a comparison."""
    config = _mapping(results.get("config"))
    tasks: dict[str, dict[str, Any]] = {}
    for key, name in (("versions", "version"), ("n-shot", "num_fewshot")):
        for task, value in _mapping(results.get(key)).items():
            tasks.setdefault(str(task), {})[name] = value
    told = {"model": _arguments(config), "tasks": tasks, "limit": config.get("limit"), "harness": results.get("lm_eval_version")}
    return {key: value for key, value in told.items() if value not in (None, "", {})}


def _document(
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
