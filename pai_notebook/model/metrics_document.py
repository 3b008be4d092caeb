"""The outer form of a `Metrics` document: which part of it belongs to which dataset."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import InvalidJson, parse_json
from pai_notebook.model.document import canonical_json
from pai_notebook.model.evidence_names import keys_of

# A dataset's identity and what is said about it: a map of metrics, or a bare value.
Entry = tuple[str, Any]

# The documented words of the form, with their snake_case, which people write.
_SNAKE = {"Results": "results", "Dataset": "dataset", "Metrics": "metrics", "DatasetId": "dataset_id", "Uri": "uri"}

# Words for a dataset's version, in the order in which they count.
_VERSIONS = ("datasetversion", "versionname", "version", "datasetversionname", "versionid")


def dataset_identity(dataset: Any) -> str:
    """Name a `Dataset`: its `DatasetId`, else its `Uri`, with its version where it names one, else its canonical JSON.

    Nothing where nothing is said. A version is written behind a colon, since the same dataset in another version is another one.

    Examples
    --------
    >>> dataset_identity({"DatasetId": "d-a", "DatasetVersion": "v2"})
    'd-a:v2'
    >>> dataset_identity({"DatasetId": "d-a", "Uri": "oss://x/"}), dataset_identity({"Uri": "oss://x/"}), dataset_identity({"Name": "dev"})
    ('d-a', 'oss://x/', '{"Name":"dev"}')
    >>> dataset_identity({"dataset_id": "d-a"})
    'd-a'
    """
    if isinstance(dataset, dict):
        for key in ("DatasetId", "Uri"):
            name = dataset[key] if key in dataset else dataset.get(_SNAKE[key])
            if isinstance(name, str) and name:
                version = _version_of(dataset) if len(dataset) > 1 else ""
                return f"{name}:{version}" if version else name
    if isinstance(dataset, str):
        return dataset
    return "" if dataset is None or dataset == {} else canonical_json(dataset)


def _spelled(document: dict[str, Any], word: str) -> str:
    """Find the key that a document has for one of the words of the form: the word itself, where it is there."""
    return word if word in document else _SNAKE[word]


def with_documented_words(raw: Any) -> Any:
    """Write the form of a `Metrics` document in the documented words, where it has their snake_case.

    Examples
    --------
    >>> with_documented_words({"results": [{"dataset": {"dataset_id": "d-a"}, "metrics": {"results": 1}}]})
    {'Results': [{'Dataset': {'DatasetId': 'd-a'}, 'Metrics': {'results': 1}}]}
    """
    results = raw.get(_spelled(raw, "Results")) if isinstance(raw, dict) else None
    if not isinstance(results, list):
        return raw
    entries = [_in_words(entry, "Dataset", "Metrics") if isinstance(entry, dict) else entry for entry in results]
    for entry in entries:
        if isinstance(entry, dict) and isinstance(entry.get("Dataset"), dict):
            entry["Dataset"] = _in_words(entry["Dataset"], "DatasetId", "Uri")
    return {**_in_words(raw, "Results"), "Results": entries}


def _in_words(document: dict[str, Any], *words: str) -> dict[str, Any]:
    spelled = {_spelled(document, word): word for word in words}
    return {spelled.get(key, key): value for key, value in document.items()}


def _version_of(dataset: dict[str, Any]) -> str:
    """The version that a `Dataset` names under one of the words that the service's own parts use."""
    spelled = {str(key).replace("_", "").casefold(): value for key, value in dataset.items()}
    found = (spelled.get(word) for word in _VERSIONS)
    return next((str(value) for value in found if isinstance(value, str | int) and not isinstance(value, bool) and value != ""), "")


def read_entries(raw: Any) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Split a `Metrics` document by dataset, and say what was not as documented; never raises."""
    documented = _documented(raw)
    if documented is not None:
        return documented, ()
    notes: list[str] = []
    if isinstance(raw, str):
        raw, notes = _parsed(raw)
    if raw is None:
        return (), ()
    if isinstance(raw, dict):
        entries = _from_object(raw, notes)
    elif isinstance(raw, list) and raw and all(map(_is_entry, raw)):
        notes.append(say("a list of results instead of an object that holds it"))
        entries = _from_results(raw, notes)
    else:
        notes.append(say("{kind} instead of an object", kind=_kind(raw)))
        entries = [("", raw)]
    return tuple(entry for entry in entries if not _is_empty(entry[1])), tuple(dict.fromkeys(notes))


def datasets_of(raw: Any) -> list[str]:
    """Name the datasets of a `Metrics` document, without reading what was measured where it has the documented form.

    Examples
    --------
    >>> datasets_of({"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.2}}], "train_seconds": 3})
    ['d-a']
    """
    results = raw.get("Results") if type(raw) is dict else None
    if type(results) is list and all(type(entry) is dict for entry in results):
        return [dataset_identity(entry.get(_spelled(entry, "Dataset"))) for entry in results]
    return [identity for identity, _ in read_entries(raw)[0]]


def _documented(raw: Any) -> tuple[Entry, ...] | None:
    """Read the documented form and nothing else, fast; None for everything that deserves a second look."""
    if type(raw) is not dict or len(raw) != 1 or type(results := raw.get("Results")) is not list:
        return None
    entries = []
    for entry in results:
        if type(entry) is not dict or len(entry) != 2:  # noqa: PLR2004 - Dataset and Metrics
            return None
        content, dataset = entry.get("Metrics"), entry.get("Dataset")
        if type(content) is not dict or type(dataset) is not dict:
            return None
        if content:
            # the usual form is read here, since a call costs more than that
            name = dataset.get("DatasetId") if len(dataset) == 1 else None
            entries.append((name if name and type(name) is str else dataset_identity(dataset), content))
    return tuple(entries)


def _parsed(text: str) -> tuple[Any, list[str]]:
    """Read JSON inside a text when it holds an object or a list, else keep the text."""
    if text.strip() in ("", "null"):
        return None, []
    repeated: list[str] = []
    try:
        value = parse_json(text, pairs=lambda pairs: _object(pairs, repeated))
    except InvalidJson as refusal:
        return text, [] if refusal.kind == "garbled" else [
            say("JSON inside a text that {reason}; it is shown as text", reason=refusal.reason)
        ]
    if not isinstance(value, dict | list):
        return text, []
    notes = [say("the key {key!r} occurs twice in the JSON text; its last value is shown", key=key) for key in repeated]
    return value, [say("JSON inside a text"), *notes]


def _object(pairs: list[tuple[str, Any]], repeated: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        repeated.extend(sorted(key for key, count in Counter(key for key, _ in pairs).items() if count > 1))
    return found


def _from_object(raw: dict[str, Any], notes: list[str]) -> list[Entry]:
    word = _spelled(raw, "Results")
    results = raw.get(word)
    if not isinstance(results, list) or (results and not any(map(_is_entry, results))):
        if "Results" in raw:
            notes.append(say("Results is not a list of dataset and metrics; it is read as plain data"))
        return _by_name(raw)
    beside = {key: value for key, value in raw.items() if key != word}
    return [*_from_results(results, notes), ("", beside)]


def _by_name(raw: dict[str, Any]) -> list[Entry]:
    """Read a map of metrics, some of which name their dataset, as `accuracy@d-a` does."""
    names = [key for key in raw if isinstance(key, str)]
    if not any("@" in name for name in names):
        return [("", raw)]
    by_dataset: dict[str, dict[str, Any]] = {"": {}}
    keys = keys_of(names)
    for name, value in raw.items():
        path, dataset = keys.get(name, ("", ""))
        # nothing is lost where two names mean the same
        if path and dataset and path not in (found := by_dataset.setdefault(dataset, {})):
            found[path] = value
        else:
            by_dataset[""][name] = value
    return list(by_dataset.items())


def _from_results(results: list[Any], notes: list[str]) -> list[Entry]:
    entries: list[Entry] = []
    for entry in filter(_is_entry, results):
        words = _spelled(entry, "Dataset"), _spelled(entry, "Metrics")
        dataset, content = dataset_identity(entry.get(words[0])), entry.get(words[1])
        if isinstance(content, str):
            content, _ = _parsed(content)
        entries.append((dataset, {} if content is None else content))
        beside = {key: value for key, value in entry.items() if key not in words}
        if beside:
            notes.append(say("an entry of Results holds more than Dataset and Metrics; it is shown beside the metrics"))
            entries.append((dataset, beside))
    odd = [entry for entry in results if not _is_entry(entry)]
    if odd:
        notes.append(say("an entry of Results is not dataset and metrics; it is shown as Results"))
        entries.append(("", {"Results": sorted(odd, key=canonical_json)}))
    return entries


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and any(_spelled(entry, word) in entry for word in ("Metrics", "Dataset"))


def _is_empty(content: Any) -> bool:
    return isinstance(content, dict | list) and not content


def _kind(raw: Any) -> str:
    kinds = {bool: say("a boolean"), int: say("a number"), float: say("a number"), str: say("a text"), list: say("a list")}
    return kinds.get(type(raw), type(raw).__name__)
