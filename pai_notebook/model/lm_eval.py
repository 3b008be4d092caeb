"""Results of lm-evaluation-harness, as documents of the registry's shape."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pai_notebook.arguments import described, is_number
from pai_notebook.errors import ConfigurationError
from pai_notebook.files import file_path, why
from pai_notebook.i18n.phrases import say
from pai_notebook.model.elsewhere import candidate_document
from pai_notebook.model.names import numbered
from pai_notebook.model.nearest import listed, nearest, nearest_or_known
from pai_notebook.model.reading import is_path, plain
from pai_notebook.model.resolving import without_dataset

_OF_RESULTS = say("Pass results_*.json of lm-evaluation-harness, a folder of them, or several of these.")
# What of the arguments of a model says which one it is; the others may be keys and tokens.
_ABOUT_MODEL = ("pretrained", "model", "revision", "peft", "dtype")


def documents_of_lm_eval(
    given: Any, rename: Mapping[str, str] | None = None, direction: Callable[[str], str | None] = lambda _: None
) -> Iterator[dict[str, Any]]:
    """Make a document of each file of results.

    Parameters
    ----------
    given : path, mapping, or iterable of these
        A file of results, a folder whose `results_*.json` are read, or what `simple_evaluate` returned.
    rename : mapping of str to str, optional
        What metrics and tasks are to be called.
    direction : callable, optional
        Gives the direction that a name says; where a file says another one, that is among its settings.

    Raises
    ------
    ConfigurationError
        When it is no such file, with what it looks like; for names that are not there, or that two would have.
    """
    found = [_read(each, where) for where, each in _sources(given)]
    if not found:
        raise ConfigurationError(say("results: there are none"), hint=_OF_RESULTS)
    names = _names(rename, found)
    moments = [_moment(results.get("date")) for results in found]
    for results, name, created in zip(found, _distinct(list(map(_model_of, found)), moments), moments, strict=True):
        yield candidate_document(
            name,
            results=list(_called({task: _numbers(results, task, values) for task, values in _tasks(results)}, names).items()),
            specs={"EvaluationSpec": _evaluation(results) | _directions(results, names, direction)},
            created=created,
        )


def _tasks(results: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((task, values) for task, values in results["results"].items() if isinstance(values, dict))


def _names(rename: Mapping[str, str] | None, found: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Names to give, of standard errors as of their metrics."""
    if rename is None:
        return {}
    if not all(isinstance(name, str) and name for pair in rename.items() for name in pair):
        said = say("rename={given} is not a mapping of names to names", given=described(rename))
        raise ConfigurationError(said, hint=say("Use {code}.", code='rename={"acc,none": "accuracy"}'))
    known = {name for results in found for task, values in _tasks(results) for name in (task, *_numbers(results, task, values))}
    known -= set(map(_error_of, known))
    tasks = {task for results in found for task, _ in _tasks(results)}
    for name in rename:
        if name not in known:
            hint = nearest_or_known(nearest(name, known), sorted(known))
            raise ConfigurationError(say("rename: no metric or task {name!r}", name=name), hint=hint)
        metric, dataset = without_dataset(rename[name])
        if dataset and name not in tasks:
            code = f"rename={{{name!r}: {metric!r}, {min(tasks)!r}: {dataset!r}}}"
            said = say("rename: {new!r} is a metric on a dataset, and a metric is renamed on all", new=rename[name])
            raise ConfigurationError(said, hint=say("Rename the task too: {code}.", code=code))
    return {_error_of(name): _error_of(new) for name, new in rename.items()} | dict(rename)


def _error_of(name: str) -> str:
    """What the standard error of a metric is called: `acc_stderr,none` is that of `acc,none`."""
    metric, comma, kind = name.partition(",")
    return f"{metric}_stderr{comma}{kind}"


def _called(values: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Give tasks and the metrics in them their names; two may not come to have one."""
    called = {names.get(key, key): _called(value, names) if isinstance(value, Mapping) else value for key, value in values.items()}
    if len(called) < len(values):
        given = [names.get(key, key) for key in values]
        twice = next(name for name in given if given.count(name) > 1)
        raise ConfigurationError(say("rename: two are named {name!r}", name=twice), hint=say("Leave one of them out."))
    return called


def _distinct(models: Sequence[str], moments: Sequence[datetime | None]) -> Sequence[str]:
    """Names of results: the model, with the time where it was measured more than once, and with a number where that does not tell them."""
    timed = [
        f"{name} {created:%Y-%m-%d %H:%M:%S}" if models.count(name) > 1 and created is not None else name
        for name, created in zip(models, moments, strict=True)
    ]
    return numbered(timed)


def _sources(given: Any) -> list[tuple[str, Any]]:
    if isinstance(given, Mapping):
        if "results" not in given and given and all(isinstance(each, Mapping) and "results" in each for each in given.values()):
            code = 'VersionSet.from_lm_eval([{**each, "model_name": name} for name, each in results.items()])'
            raise ConfigurationError(
                say("results: {names} are several", names=listed(list(map(str, given)))), hint=say("Use {code}.", code=code)
            )
        return [("results", given)]
    if isinstance(given, list | tuple):
        return [pair for each in given for pair in _sources(each)]
    if not isinstance(given, str | os.PathLike):
        raise ConfigurationError(say("results={given} is not a file of results", given=described(given)), hint=_OF_RESULTS)
    if not is_path(given):
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


def _directions(results: Mapping[str, Any], names: Mapping[str, str], direction: Callable[[str], str | None]) -> dict[str, Any]:
    """Directions that a file states and the names of its metrics do not say, by task."""
    found: dict[str, dict[str, str]] = {}
    stated = _mapping(results.get("higher_is_better"))
    for task, values in _tasks(results):
        for key in _numbers(results, task, values):
            told, name = _mapping(stated.get(task)).get(key.partition(",")[0]), names.get(key, key)
            if isinstance(told, bool) and direction(name) != (mode := "max" if told else "min"):
                found.setdefault(names.get(task, task), {})[name] = mode
    return {"directions": found} if found else {}
