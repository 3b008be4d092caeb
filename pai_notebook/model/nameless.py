"""Metrics that are given without the version that has them, and the documents that they were meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from numbers import Real
from string import ascii_lowercase
from typing import Any, TypeGuard

from pai_notebook.arguments import is_number
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.column_words import word_of_names
from pai_notebook.model.evidence_among import is_quality
from pai_notebook.model.fields import numbers_beside_metrics
from pai_notebook.model.metric_words import kind_of_metric
from pai_notebook.model.nearest import listed
from pai_notebook.model.settings import is_seed, is_step, looks_set
from pai_notebook.python_source import Expression, literal

# Characters of code in a hint that are still read.
_READABLE = 240
# What metrics have that are written as the service does it: all of them, or those of a dataset.
_OF_A_DOCUMENT = frozenset({"Results", "Dataset"})


def is_nameless(given: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a mapping holds numbers, on its own or one level down, and no version.

    Examples
    --------
    >>> is_nameless({"accuracy": 0.9}), is_nameless({"old": {"accuracy": 0.9}}), is_nameless({"VersionName": "0.1.0", "n": 5})
    (True, True, False)
    """
    if not isinstance(given, Mapping) or {"VersionName", "version_name", "body", "TotalCount", "total_count"} & given.keys():
        return False
    below = [each for value in given.values() for each in (value.values() if isinstance(value, Mapping) else (value,))]
    return not _OF_A_DOCUMENT.isdisjoint(given) or any(isinstance(each, Real) and not isinstance(each, bool) for each in below)


def has_settings(given: Mapping[Any, Any]) -> bool:
    """Whether numbers of a mapping are called as settings or seeds are, as in the rows of a sweep.

    Examples
    --------
    >>> has_settings({"lr": 0.1, "seed": 0, "accuracy": 0.9}), has_settings({"accuracy": 0.9})
    (True, False)
    """
    return any(is_seed(str(key)) or looks_set(str(key)) for key in given)


def told_beside_metrics(documents: Iterable[Mapping[str, Any]]) -> Phrase | None:
    """Say which numbers at the top of documents are no metrics, and what reads them as such; None where there are none."""
    beside = numbers_beside_metrics(documents)
    told = "Not read as metrics: {names}. A version has its metrics under Metrics; {code} reads flat ones."
    return say(told, names=listed(beside), code="VersionSet.from_frame(pandas.DataFrame(docs))") if beside else None


def named(several: Iterable[Any]) -> list[Any]:
    """Give metrics as documents, with the names they state or letters; everything else as it is.

    Examples
    --------
    >>> named([{"accuracy": 0.9}, {"name": "b", "metrics": {"accuracy": 0.92}}, "model-a@latest"])
    [{'VersionName': 'a', 'Metrics': {'accuracy': 0.9}}, {'VersionName': 'b', 'Metrics': {'accuracy': 0.92}}, 'model-a@latest']
    >>> named([{"old": {"accuracy": 0.9}, "new": {"accuracy": 0.92}}])
    [{'VersionName': 'old', 'Metrics': {'accuracy': 0.9}}, {'VersionName': 'new', 'Metrics': {'accuracy': 0.92}}]
    """
    letters = (ascii_lowercase[place] if place < len(ascii_lowercase) else f"v{place}" for place in count())
    found: list[Any] = []
    for each in several:
        if not is_nameless(each):
            found.append(each)
        elif _OF_A_DOCUMENT.isdisjoint(each) and all(isinstance(value, Mapping) for value in each.values()):
            found += [{"VersionName": str(name), "Metrics": dict(metrics)} for name, metrics in each.items()]
        else:
            name = next((key for key in each if word_of_names(str(key)) and isinstance(each[key], str)), None)
            metrics = {key: value for key, value in each.items() if key != name}
            under = next((value for key, value in metrics.items() if str(key).casefold() == "metrics"), None)
            metrics = {"Results": [each]} if "Dataset" in each else dict(under) if isinstance(under, Mapping) else metrics
            found.append({"VersionName": next(letters) if name is None else each[name], "Metrics": metrics})
    return found


def code_of_named(several: Iterable[Any]) -> str:
    """Write `named` as arguments of a call: with all numbers, or where these are many with `{...}` for them.

    Examples
    --------
    >>> print(code_of_named([{"accuracy": 0.9}, "model-a@latest"]))
    {"VersionName": "a", "Metrics": {"accuracy": 0.9}}, "model-a@latest"
    """
    documents = [each if isinstance(each, str | Mapping) else Expression("...") for each in named(several)]
    code = ", ".join(map(literal, documents))
    if len(code) > _READABLE:
        hidden = {"Metrics": Expression("{...}")}
        short = ({"VersionName": each.get("VersionName")} | hidden if isinstance(each, dict) else each for each in documents)
        code = ", ".join(map(literal, short))
    return code if len(code) <= _READABLE else '{"VersionName": "a", "Metrics": {...}}, ...'


def is_history(given: Mapping[Any, Any]) -> bool:
    """Whether lists of numbers are the steps of one run, as metrics are; by other names they are perhaps the runs of several versions.

    Examples
    --------
    >>> is_history({"loss": [0.5, 0.4], "accuracy": [0.8, 0.9]}), is_history({"a": [0.5, 0.4]}), is_history({"loss": 0.5})
    (True, False, False)
    """
    return _are_lists(given) and any(is_quality(str(key)) or kind_of_metric(str(key)) for key in given)


def _are_lists(given: Mapping[Any, Any]) -> bool:
    return bool(given) and all(isinstance(value, list) and value and all(map(is_number, value)) for value in given.values())


def is_log(given: Mapping[Any, Any]) -> bool:
    """Whether a row has a step, so that the rows are those of a log, with the metrics of training and of evaluation in different ones.

    Examples
    --------
    >>> is_log({"step": 10, "loss": 0.5}), is_log({"step": 10, "lr": 0.1, "accuracy": 0.9}), is_log({"loss": 0.5})
    (True, False, False)
    """
    return any(is_step(str(key)) for key in given) and not _is_called(given) and not has_settings(given)


def _is_called(given: Mapping[Any, Any]) -> bool:
    return any(word_of_names(str(key)) and isinstance(value, str) for key, value in given.items())


def code_of_table(given: Mapping[Any, Any], where: str) -> str:
    """Write what reads results that are no document of the service, called `where` in the errors of a reader; empty for others.

    Examples
    --------
    >>> code_of_table({"name": "a", "accuracy": 0.9}, "docs[0]"), code_of_table({"VersionName": "a"}, "docs[0]")
    ('VersionSet.from_frame(pandas.DataFrame(docs))', '')
    >>> code_of_table({"loss": [0.5, 0.4], "accuracy": [0.8, 0.9]}, "docs")  # a history of Keras
    'VersionSet.from_frame(pandas.DataFrame(docs).tail(1))'
    >>> code_of_table({"lr": 0.1, "seed": 0, "accuracy": 0.9}, "docs[0]")  # rows of a sweep
    'VersionSet.from_frame(pandas.DataFrame(docs))'
    >>> code_of_table({"results": {"arc_easy": {"acc,none": 0.61}}}, "docs")
    'VersionSet.from_lm_eval(docs)'
    """
    argument, among, _ = where.partition("[")
    rows = argument if among else f"[{argument}]"
    tasks = given.get("results")
    if isinstance(tasks, Mapping) and any("," in str(key) for each in tasks.values() if isinstance(each, Mapping) for key in each):
        return f"VersionSet.from_lm_eval({argument})"
    if not among and _are_lists(given):
        return f"VersionSet.from_frame(pandas.DataFrame({argument}){'.tail(1)' if is_history(given) else ''})"
    if any(isinstance(value, Mapping | list) for value in given.values()) or not any(map(is_number, given.values())):
        return ""
    if _is_called(given) or (among and has_settings(given)):
        return f"VersionSet.from_frame(pandas.DataFrame({rows}))"
    return f"VersionSet.from_frame(pandas.DataFrame({rows}).ffill().tail(1))" if among and is_log(given) else ""
