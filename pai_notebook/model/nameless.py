"""Metrics that are given without the version that has them, and the documents that they were meant to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from numbers import Real
from string import ascii_lowercase
from typing import Any

from pai_notebook.model.column_words import word_of_names
from pai_notebook.python_source import Expression, literal

# Characters of code in a hint that are still read.
_READABLE = 240
# What metrics have that are written as the service does it: all of them, or those of a dataset.
_OF_A_DOCUMENT = frozenset({"Results", "Dataset"})


def is_nameless(given: Any) -> bool:
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
