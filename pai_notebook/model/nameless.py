"""Results that are given without the version that has them, and the code that reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from numbers import Real
from string import ascii_lowercase
from typing import Any, NamedTuple, TypeGuard

from pai_notebook.arguments import is_number
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.column_words import word_of_names
from pai_notebook.model.evidence_among import is_quality
from pai_notebook.model.evidence_parts import IN_EVERY_REPORT
from pai_notebook.model.fields import numbers_beside_metrics
from pai_notebook.model.metric_words import kind_of_metric, known_words
from pai_notebook.model.nearest import listed
from pai_notebook.model.settings import is_seed, is_step, looks_set
from pai_notebook.python_source import Expression, literal

# Characters of code in a hint that are still read.
_READABLE = 240
# Levels of objects in which a number is still a result.
_DEEP = 3
# Keys of documents and pages of the service.
_DOCUMENTS = frozenset({"VersionName", "version_name", "body", "TotalCount", "total_count"})
# What metrics have that are written as the service does it: all of them, or those of a dataset.
_OF_A_DOCUMENT = frozenset({"Results", "Dataset"})
# What tools call the parts of the data of one run, and what a report by class has beside the classes.
_PART = re.compile(r"(?:train|training|learn|valid|validation|val|eval|evaluation|test|dev)(?:[_-]?[0-9]{1,3})?|[a-z]+ avg")
# What lm-evaluation-harness calls a metric, with its filter: acc,none and exact_match,strict-match.
OF_HARNESS = re.compile(r"[^,\s]{1,80},[^,\s]{1,80}")
# What scikit-learn measures of each fold.
_OF_FOLDS = frozenset({"fit_time", "score_time"})
# What such lists need of `compare`.
_FOLDS, _RUNS, _LAST = 'repeats="test_*"', 'repeats={"*": "runs"}', 'series="last"'


class ReadingCode(NamedTuple):
    """Code that reads results which are no documents of the service.

    Attributes
    ----------
    code : str
        What gives a VersionSet.
    options : str
        Arguments of `compare` that such results need; mostly none.
    takes_last : bool
        Whether it takes the last of several steps.
    """

    code: str
    options: str = ""
    takes_last: bool = False


def is_nameless(given: Any) -> TypeGuard[Mapping[Any, Any]]:
    """Whether a mapping holds numbers, on its own or some levels down, and no version.

    Examples
    --------
    >>> is_nameless({"accuracy": 0.9}), is_nameless({"old": {"accuracy": 0.9}}), is_nameless({"VersionName": "0.1.0", "n": 5})
    (True, True, False)
    >>> is_nameless({"a": {"accuracy": {"mean": 0.9, "std": 0.01}}})
    True
    """
    if not isinstance(given, Mapping) or _DOCUMENTS & given.keys():
        return False
    return not _OF_A_DOCUMENT.isdisjoint(given) or _holds_numbers(given, _DEEP)


def _holds_numbers(given: Mapping[Any, Any], left: int) -> bool:
    is_deep = left > 1 and any(_holds_numbers(each, left - 1) for each in given.values() if isinstance(each, Mapping))
    return is_deep or any(isinstance(each, Real) and not isinstance(each, bool) for each in given.values())


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


def told_lists(documents: Iterable[Mapping[str, Any]]) -> Phrase | None:
    """Say of which versions all metrics are lists of numbers, as a history of Keras has them, and what takes the last; None of none."""
    metrics = [(str(each.get("VersionName", "")), each.get("Metrics")) for each in documents]
    of_lists = [name for name, given in metrics if isinstance(given, Mapping) and given and all(map(_is_list_of_numbers, given.values()))]
    told = "The metrics of {names} are lists, not numbers: {code} takes the last of each, compare(repeats=...) the mean of runs."
    return say(told, names=listed(of_lists, 3), code="{name: each[-1] for name, each in history.items()}") if of_lists else None


def _is_list_of_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(is_number, value))


def named(several: Iterable[Any]) -> list[Any]:
    """Give metrics as documents, with the names they state or letters; everything else as it is.

    Examples
    --------
    >>> named([{"accuracy": 0.9}, {"name": "b", "metrics": {"accuracy": 0.92}}, "model-a@latest"])
    [{'VersionName': 'a', 'Metrics': {'accuracy': 0.9}}, {'VersionName': 'b', 'Metrics': {'accuracy': 0.92}}, 'model-a@latest']
    >>> named([{"old": {"accuracy": 0.9}, "new": {"accuracy": 0.92}}])
    [{'VersionName': 'old', 'Metrics': {'accuracy': 0.9}}, {'VersionName': 'new', 'Metrics': {'accuracy': 0.92}}]
    >>> named([{"accuracy": {"mean": 0.9, "std": 0.01}}])
    [{'VersionName': 'a', 'Metrics': {'accuracy': {'mean': 0.9, 'std': 0.01}}}]
    """
    letters = (ascii_lowercase[place] if place < len(ascii_lowercase) else f"v{place}" for place in count())
    found: list[Any] = []
    for each in several:
        if not is_nameless(each):
            found.append(each)
        elif _are_by_version(each):
            found += [{"VersionName": str(name), "Metrics": dict(metrics)} for name, metrics in each.items()]
        else:
            name = next((key for key in each if word_of_names(str(key)) and isinstance(each[key], str)), None)
            metrics = {key: value for key, value in each.items() if key != name}
            under = next((value for key, value in metrics.items() if str(key).casefold() == "metrics"), None)
            metrics = {"Results": [each]} if "Dataset" in each else dict(under) if isinstance(under, Mapping) else metrics
            found.append({"VersionName": next(letters) if name is None else each[name], "Metrics": metrics})
    return found


def _are_by_version(given: Mapping[Any, Any]) -> bool:
    """Whether metrics stand under the names of their versions, not under those of metrics or of parts of the data."""
    return (
        _OF_A_DOCUMENT.isdisjoint(given)
        and all(isinstance(value, Mapping) for value in given.values())
        and not any(_PART.fullmatch(str(key)) or str(key).casefold() == "metrics" or is_quality(str(key)) for key in given)
    )


def code_of_named(several: Sequence[Any], names: Sequence[str] = ascii_lowercase) -> str:
    """Write `named` as arguments of a call: with all numbers, or where these are many with the names of what was given for them.

    Examples
    --------
    >>> print(code_of_named([{"accuracy": 0.9}, "model-a@latest"]))
    {"VersionName": "a", "Metrics": {"accuracy": 0.9}}, "model-a@latest"
    >>> print(code_of_named([{f"metric {nth}": nth for nth in range(50)}], ["docs"]))
    {"VersionName": "a", "Metrics": docs}
    """
    documents = named(several)
    code = ", ".join(literal(each) if isinstance(each, str | Mapping) else "..." for each in documents)
    if len(code) <= _READABLE:
        return code
    given = [(each, called) for each, called in zip(several, [*names, *("..." for _ in several)], strict=False) for _ in named([each])]
    short = []
    for document, (each, called) in zip(documents, given, strict=True):
        is_one = isinstance(each, Mapping) and isinstance(document, dict) and document is not each
        inside = f"{called}[{document['VersionName']!r}]" if is_one and _are_by_version(each) else called
        metrics = {"VersionName": document["VersionName"], "Metrics": Expression(inside)} if is_one else document
        short.append(literal(metrics) if isinstance(metrics, str | Mapping) else "...")
    code = ", ".join(short)
    return code if len(code) <= _READABLE else '{"VersionName": "a", "Metrics": a}, ...'


def readings(given: Any, argument: str) -> list[ReadingCode]:
    """Find what reads results of one run or of several that are no documents of the service; nothing for others.

    Parameters
    ----------
    given : object
        What was given: results, a list of them, or a mapping from the name of each to them.
    argument : str
        What that is called in the code.

    Returns
    -------
    list of ReadingCode
        Two where nothing says whether lists hold steps or runs, the first for steps.

    Examples
    --------
    >>> readings({"name": "a", "accuracy": 0.9}, "docs")[0].code
    'VersionSet.from_frame(pandas.DataFrame([docs]))'
    >>> readings([{"lr": 0.1, "seed": 0, "accuracy": 0.9}], "docs")[0].code  # rows of a sweep
    'VersionSet.from_frame(pandas.DataFrame(docs))'
    >>> readings({"loss": [0.5, 0.4], "accuracy": [0.8, 0.9]}, "docs")[0].code  # a history of Keras
    'VersionSet.from_frame(pandas.DataFrame(docs).tail(1))'
    >>> readings({"results": {"arc_easy": {"acc,none": 0.61}}}, "docs")[0].code
    'VersionSet.from_lm_eval(docs)'
    >>> readings({"accuracy": 0.9}, "docs"), readings({"VersionName": "a"}, "docs")
    ([], [])
    """
    is_named = isinstance(given, Mapping)
    several: Sequence[Any] = list(given.values()) if is_named else given if isinstance(given, list | tuple) else ()
    if found := _of_one(given, argument):
        return found
    if not several or (is_named and not all(isinstance(name, str) for name in given)):
        return []
    pairs, name = (f"{argument}.items()", "name") if is_named else (f"enumerate({argument}, 1)", "str(name)")
    every = f"for name, each in {pairs}"
    by_name = f'[{{**each, "model_name": name}} {every}]' if is_named else argument
    tasks = f'[{{"results": each, "model_name": {name}}} {every}]'
    documents = f'VersionSet.from_documents([{{"VersionName": {name}, "Metrics": each}} {every}])'
    of_lists, of_rows = (
        ReadingCode(f"VersionSet.from_frame(pandas.DataFrame({{name: {last} {every}}}).T)", takes_last=True)
        for last in ("pandas.Series(each).str[-1]", "pandas.DataFrame(each).ffill().iloc[-1]")
    )
    kinds: list[tuple[Callable[[Any], bool], list[ReadingCode]]] = [
        (_is_of_harness, [ReadingCode(f"VersionSet.from_lm_eval({by_name})")]),
        (_are_tasks, [ReadingCode(f"VersionSet.from_lm_eval({tasks})")]),
        (_is_report, [ReadingCode(documents)]),
        (_is_of_folds, [ReadingCode(documents, _FOLDS)]),
        (_is_by_part, [ReadingCode(documents, _LAST)]),
        (_is_history, [of_lists] if any(map(_is_training, several)) else [of_lists, ReadingCode(documents, _RUNS)]),
        (_is_log, [of_rows]),
    ]
    return next((found for fits, found in kinds if all(map(fits, several))), [])


def told_readings(given: Any, argument: str, *, compared: bool = False) -> Phrase | None:
    """Say which code reads results that are no documents, in a comparison with the call of `compare`; None where none is known."""
    found = readings(given, argument)
    codes = [f"{each.code}.compare({each.options})" if compared or each.options else each.code for each in found]
    if not found:
        return None
    if len(found) > 1:
        said = "Nothing says what the lists are: use {steps} for steps of a training, {runs} for runs with other seeds or folds."
        return say(said, steps=codes[0], runs=codes[1])
    return say("Use {code}, which takes the last step of each run." if found[0].takes_last else "Use {code}.", code=codes[0])


def _of_one(given: Any, argument: str) -> list[ReadingCode]:
    """Find what reads the results of one run, or a table of several."""
    frame, document = f"pandas.DataFrame({argument})", f'VersionSet.from_documents({{"VersionName": "a", "Metrics": {argument}}})'
    kinds: list[tuple[Callable[[Any], bool], list[ReadingCode]]] = [
        (_is_of_harness, [ReadingCode(f"VersionSet.from_lm_eval({argument})")]),
        (_are_tasks, [ReadingCode(f'VersionSet.from_lm_eval({{"results": {argument}}})')]),
        (_is_report, [ReadingCode(document)]),
        (_is_of_folds, [ReadingCode(document, _FOLDS)]),
        (_is_history, _of_history(given, argument, document)),
        (_is_columns, [ReadingCode(f"VersionSet.from_frame({frame})")]),
        (_is_by_part, [ReadingCode(document, _LAST)]),
        (_is_named_row, [ReadingCode(f"VersionSet.from_frame(pandas.DataFrame([{argument}]))")]),
        # a log has the metrics of training and of evaluation in different rows
        (_is_log, [ReadingCode(f"VersionSet.from_frame({frame}.ffill().tail(1))", takes_last=True)]),
        (_is_sweep, [ReadingCode(f"VersionSet.from_frame({frame})")]),
    ]
    return next((found for fits, found in kinds if fits(given)), [])


def _of_history(given: Any, argument: str, document: str) -> list[ReadingCode]:
    """Find what reads lists of numbers: steps of a training, or what may be runs too, of versions where no metric is called so."""
    if not _is_history(given):
        return []
    is_even = len({len(_listed(values)) for values in given.values()}) == 1
    last = f"pandas.DataFrame({argument}).tail(1)" if is_even else f"pandas.DataFrame([pandas.Series({argument}).str[-1]])"
    steps = ReadingCode(f"VersionSet.from_frame({last})", takes_last=True)
    if _is_training(given):
        return [steps]
    if any(is_quality(str(key)) or kind_of_metric(str(key)) for key in given):
        return [steps, ReadingCode(document, _RUNS)]
    long = f"pandas.Series({argument}, name='score').explode().rename_axis('model').reset_index()"
    groups = ReadingCode(f"VersionSet.from_frame({long}, settings=['model']).groupby('model')")
    return [steps, groups] if is_even else [groups]


def _listed(value: Any) -> list[Any]:
    """Items of a list or an array; nothing for what is none."""
    if getattr(value, "ndim", 0) == 1 and hasattr(value, "tolist"):
        return list(value.tolist())
    return list(value) if isinstance(value, list | tuple) else []


def _is_history(given: Any) -> bool:
    """Whether every key has a list of numbers."""
    lists = list(map(_listed, given.values())) if isinstance(given, Mapping) else []
    return bool(lists) and all(values and all(map(is_number, values)) for values in lists)


def _is_training(history: Any) -> bool:
    """Whether lists by metric are what was measured after each epoch."""
    return isinstance(history, Mapping) and any("loss" in known_words(str(key)) or f"val_{key}" in history for key in history)


def _is_of_folds(given: Any) -> bool:
    return _is_history(given) and given.keys() >= _OF_FOLDS


def _is_report(given: Any) -> bool:
    """Whether it is a classification report of scikit-learn, with the metrics by class and their averages."""
    return isinstance(given, Mapping) and all(isinstance(given.get(average), Mapping) for average in IN_EVERY_REPORT)


def _is_columns(given: Any) -> bool:
    """Whether every key has a list as long as the others, and some of them numbers."""
    lists = list(map(_listed, given.values())) if isinstance(given, Mapping) else []
    is_long = bool(lists) and len({len(values) for values in lists}) == 1 and bool(lists[0])
    return is_long and any(all(map(is_number, values)) for values in lists)


def _is_by_part(given: Any) -> bool:
    """Whether parts of the data have a history each, as gradient boosting keeps them."""
    return (
        isinstance(given, Mapping) and bool(given) and all(_PART.fullmatch(str(key)) and _is_history(each) for key, each in given.items())
    )


def _are_rows(given: Any) -> TypeGuard[Sequence[Mapping[Any, Any]]]:
    """Whether there are rows of numbers and texts."""
    is_several = isinstance(given, list | tuple) and bool(given) and all(isinstance(row, Mapping) for row in given)
    values = [value for row in given for value in row.values()] if is_several else []
    return any(map(is_number, values)) and not any(isinstance(value, Mapping | list | tuple) for value in values)


def _is_named(row: Mapping[Any, Any]) -> bool:
    return any(word_of_names(str(key)) and isinstance(value, str) for key, value in row.items())


def _is_named_row(given: Any) -> bool:
    return isinstance(given, Mapping) and _are_rows([given]) and _is_named(given)


def _is_sweep(given: Any) -> bool:
    """Whether rows are runs that have names or settings."""
    return _are_rows(given) and any(_is_named(row) or has_settings(row) for row in given)


def _is_log(given: Any) -> bool:
    """Whether rows are steps of one training, in their order."""
    if not _are_rows(given) or any(map(_is_named, given)) or any(is_seed(str(key)) for row in given for key in row):
        return False
    steps = [[row[key] for row in given if key in row] for key in {key: 0 for row in given for key in row if is_step(str(key))}]
    return any(values == sorted(values) and (len({*values}) > 1 or len(given) == 1) for values in steps if all(map(is_number, values)))


def _is_of_harness(given: Any) -> bool:
    """Whether it is a file of results of lm-evaluation-harness."""
    return isinstance(given, Mapping) and _are_tasks(given.get("results"))


def _are_tasks(given: Any) -> bool:
    """Whether it is the part of such a file with the metrics by task, which have the name of a filter behind their own."""
    keys = [str(key) for each in given.values() if isinstance(each, Mapping) for key in each] if isinstance(given, Mapping) else []
    return any(map(OF_HARNESS.fullmatch, keys))
