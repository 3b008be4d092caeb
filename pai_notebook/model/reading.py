"""Reads documents of the service in any form: dicts, responses of the vendor's SDK, JSON text, list pages, files."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NoReturn, TypeGuard

from pai_notebook.errors import ConfigurationError
from pai_notebook.files import UnreadableFile, read_file
from pai_notebook.guides import snake_case
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import MAX_DEPTH, InvalidJson, parse_json, plain_array
from pai_notebook.model.document import DocumentView
from pai_notebook.model.evidence_parts import OF_CLASSES
from pai_notebook.model.fields import FIELDS
from pai_notebook.model.nameless import code_of_named, is_nameless, told_readings
from pai_notebook.model.nearest import listed

_FITS = say("Pass what GetModelVersion or ListModelVersions answered: a dict, the SDK's response, JSON text, or the path of a JSON file.")
_PAGES = ("Versions", "ModelVersions", "versions", "model_versions")
# Levels that pages, bodies and lists may have around a document.
_AROUND = 8

_JSON = (str, int, float, bool, type(None))
_VERSION_KEYS = {word: info.key for info in FIELDS if info.key for word in (info.name, snake_case(info.key))}

# A document and the id of its model, empty where nothing says it.
Found = tuple[dict[str, Any], str]


def read_versions(given: Any, model_id: str | None = None, where: str = "docs", *, among: bool = False) -> Iterator[Found]:
    """Find every version in what was given.

    Parameters
    ----------
    given : object
        A document, a response of the SDK or its body, what their `to_map` gives, JSON text, a page of ListModelVersions, the
        path of a JSON file, or an iterable of these.
    model_id : str, optional
        The model that the versions belong to; by default a document's own `ModelId`.
    where : str
        What the argument is called, for errors.
    among : bool
        Whether it is one of several, of which the last page is often empty.

    Yields
    ------
    tuple of (dict, str)
        Document and model id.

    Raises
    ------
    ConfigurationError
        When the document is not a version; the message says what it looks like.

    Examples
    --------
    >>> [document["VersionName"] for document, _ in read_versions({"Versions": [{"VersionName": "0.1.0"}, {"version_name": "0.2.0"}]})]
    ['0.1.0', '0.2.0']
    """
    try:
        yield from _found_in(given, model_id, where, among=among)
    except ConfigurationError as error:
        # results of other tools are known as a whole, and an iterator is at its end
        argument = (
            f"json.loads(pathlib.Path({where}).read_text('utf-8'))"
            if is_path(given)
            else f"json.loads({where})"
            if isinstance(given, str | bytes)
            else where
        )
        if hint := told_readings(plain(given, where), argument):
            raise ConfigurationError(error.message, hint=hint) from error
        raise


def _found_in(given: Any, model_id: str | None, where: str, *, among: bool) -> Iterator[Found]:
    value = plain(given, where)
    if isinstance(value, dict):
        yield from _in_mapping(value, model_id, where, among=among)
    elif isinstance(value, DocumentView):
        hint = say("VersionSet([...]) takes versions themselves; add two sets with +.")
        raise ConfigurationError(
            say("{where} is not a document: it is already a {kind}", where=where, kind=type(value).__name__), hint=hint
        )
    elif isinstance(value, Iterable) and not isinstance(value, _JSON):
        for place, item in enumerate(value):
            yield from _found_in(item, model_id, f"{where}[{place}]", among=True)
    else:
        _refuse(where, _kind(value))


def read_one(given: Any, model_id: str | None = None, where: str = "document") -> Found:
    """Find the one version in what was given; arguments and errors as those of `read_versions`."""
    found = list(read_versions(given, model_id, where))
    if len(found) != 1:
        raise ConfigurationError(
            say("{where} holds {count} versions, not one", where=where, count=len(found)),
            hint=say("VersionSet.from_documents reads several."),
        )
    return found[0]


def read_model(given: Any, keys: Iterable[str], where: str = "document") -> dict[str, Any]:
    """Find the one model in what was given: an answer of GetModel, in any of the forms that `read_versions` takes.

    Parameters
    ----------
    given : object
        The answer.
    keys : iterable of str
        The service's own words for the fields of a model.
    where : str
        What the argument is called, for errors.

    Returns
    -------
    dict

    Raises
    ------
    ConfigurationError
        When the document is not a model; the message says what it looks like.

    Examples
    --------
    >>> read_model({"body": {"model_id": "model-a"}}, ["ModelId"])
    {'ModelId': 'model-a'}
    """
    value = plain(given, where)
    if not isinstance(value, dict):
        _refuse(where, _kind(value), "Pass what GetModel answered.", "model")
    document = respelled(value, {snake_case(key): key for key in keys})
    if document.get("ModelId") or document.get("ModelName"):
        return document
    if document.get("body") is not None:
        return read_model(document["body"], keys, f"{where}.body")
    what, hint = _looks_like(document, where)
    return _refuse(where, what, hint, "model")


def _kind(value: Any) -> str:
    return "None" if value is None else say("a value of type {kind}", kind=type(value).__name__)


def is_path(given: Any) -> TypeGuard[str | os.PathLike[str]]:
    """Whether a document is given by the path of a file rather than as JSON text, which editors of Windows begin with a mark.

    Examples
    --------
    >>> [is_path(text) for text in (' {"a": 1}', "\ufeff[]", "versions.json")]
    [False, False, True]
    """
    return isinstance(given, os.PathLike) or (isinstance(given, str) and not given.removeprefix("\ufeff").lstrip().startswith(("{", "[")))


def plain(given: Any, where: str) -> Any:
    """Give the JSON value behind an SDK object, a JSON text, bytes or the path of a file; everything else as it is."""
    if hasattr(given, "to_map") and not isinstance(given, type):
        given = given.to_map()
    if is_path(given):
        return _parsed(_bytes(given, where), where)
    if isinstance(given, str | bytes):
        return _parsed(given, where)
    if isinstance(given, Mapping):
        try:
            return {key: _json_value(value, MAX_DEPTH + _AROUND) for key, value in given.items()}
        except InvalidJson as refusal:
            raise ConfigurationError(say("{where} {reason}", where=where, reason=refusal.reason), hint=_FITS) from None
    if type(given).__name__ == "DataFrame":
        _refuse(
            where, say("a DataFrame"), say("VersionSet.from_frame reads a frame with a row a version; v.raw of a version is its document.")
        )
    return given


def _json_value(value: Any, left: int) -> Any:
    """Give a value as JSON has it: SDK objects as dicts, numpy's numbers as Python's, times as text."""
    if isinstance(value, _JSON) and type(value).__module__ != "numpy":
        return value
    if not left:
        raise InvalidJson(say("is nested deeper than {max_depth} levels", max_depth=MAX_DEPTH))
    if isinstance(value, Mapping):
        return {key: _json_value(item, left - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(item, left - 1) for item in value]
    if hasattr(value, "tolist"):
        return _json_value(plain_array(value), left - 1)
    for method in ("to_map", "isoformat"):
        if hasattr(value, method):
            return _json_value(getattr(value, method)(), left - 1)
    return value


def _bytes(path: str | os.PathLike[str], where: str) -> bytes:
    try:
        return read_file(path)
    except (UnreadableFile, ConfigurationError) as error:
        text = str(path)
        shown = text if len(text) <= 60 else text[:60] + "..."  # noqa: PLR2004 - a line
        reason = error.sentence if isinstance(error, ConfigurationError) else str(error).removeprefix("cannot be read: ")
        is_report = all(word in text for word in OF_CLASSES)
        raise ConfigurationError(
            say("{where}={shown!r} is neither JSON nor a file: {reason}", where=where, shown=shown, reason=reason),
            hint=say("Use {code}.", code="classification_report(..., output_dict=True)") if is_report else _FITS,
        ) from error


def _parsed(data: bytes | str, where: str) -> Any:
    if isinstance(data, bytes) and data.startswith(b"\x1f\x8b"):
        _refuse(where, say("a compressed file"), say("Pass its path, or uncompress it."))
    text = data.removeprefix("\ufeff") if isinstance(data, str) else data.removeprefix(codecs.BOM_UTF8)
    try:
        return parse_json(text, max_depth=MAX_DEPTH + _AROUND)
    except InvalidJson as refusal:
        raise ConfigurationError(say("{where} is a text that {reason}", where=where, reason=refusal.reason), hint=_FITS) from refusal


def respelled(document: Mapping[str, Any], spellings: Mapping[str, str]) -> dict[str, Any]:
    """Give a document the service's own keys, where it has the snake_case of the SDK's models; their None is absent.

    Of a key in several spellings the service's own counts, else the first, unless it is empty; one that says something else is kept.

    Examples
    --------
    >>> respelled({"version_name": "0.1.0", "user_id": None}, {"version_name": "VersionName", "user_id": "UserId"})
    {'VersionName': '0.1.0'}
    """
    given = {key: _with_capitals(value) if spellings.get(key, key) in ("Labels", "Tags") else value for key, value in document.items()}
    found: dict[str, Any] = {}
    twice = {spellings[key] for key, value in given.items() if key in spellings and not _is_empty(value)}
    for key, value in given.items():
        word = spellings.get(key)
        if word is None:
            if not (key in twice and _is_empty(value)):
                found[key] = value
        elif value is not None and not (_is_empty(value) and word in given):
            first = found.get(word) if _is_empty(given.get(word)) else given[word]
            if _is_empty(first):
                found[word] = value
            elif value != first:
                found[key] = value
    return found


def _with_capitals(pairs: Any) -> Any:
    """Labels and tags with the service's own keys."""
    if not isinstance(pairs, list):
        return pairs
    words = {"key": "Key", "value": "Value"}
    return [{words.get(word, word): text for word, text in each.items()} if isinstance(each, dict) else each for each in pairs]


def spelt_twice(documents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Keys that `respelled` kept because they say something else than the service's own, each with that one.

    Examples
    --------
    >>> spelt_twice([{"VersionName": "a", "version_name": "b", "Uri": "oss://x/"}])
    {'version_name': 'VersionName'}
    """
    return {key: _VERSION_KEYS[key] for document in documents for key in document if _VERSION_KEYS.get(key) in document}


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", {}, [])


def misspelt_keys(documents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Keys that are not known and are much like one that is and that the document lacks, each with that one.

    Examples
    --------
    >>> misspelt_keys([{"VersionName": "a", "Metric": {}, "trainingSpec": {}, "QuantizationSpec": {}}])
    {'Metric': 'Metrics', 'trainingSpec': 'TrainingSpec'}
    """
    known = {info.key.casefold(): info.key for info in FIELDS if info.key}
    own, close = set(known.values()), dict[str, str]()
    found: dict[str, str] = {}
    for document in documents:
        for key in document.keys() - own:
            if key not in close:
                # what a new field of the service is called is less like any other
                near = get_close_matches(re.sub(r"[\W_]", "", str(key)).casefold(), known, 1, cutoff=0.8)
                close[key] = known[near[0]] if near else ""
            if close[key] and close[key] not in document:
                found[key] = close[key]
    return dict(sorted(found.items()))


def _in_mapping(value: dict[Any, Any], model_id: str | None, where: str, *, among: bool) -> Iterator[Found]:
    if _is_version(value):
        yield _owned(respelled(value, _VERSION_KEYS), model_id, where)
        return
    if "body" in value:
        if value["body"] is None:
            _refuse(
                where, say("a response without a body"), say("The SDK drops a body that it cannot read; pass the JSON text of the answer.")
            )
        yield from _found_in(value["body"], model_id, f"{where}.body", among=among)
        return
    page = next((key for key in _PAGES if isinstance(value.get(key), list)), None)
    if page is None or _is_snapshot(value):
        _refuse(where, *_looks_like(value, where))
    if not value[page] and not among:
        _refuse(where, say("a list page without versions"), say("The model has no versions, or the page number is beyond the last one."))
    for place, item in enumerate(value[page]):
        yield from _found_in(item, model_id, f"{where}.{page}[{place}]", among=False)


def _owned(document: dict[str, Any], model_id: str | None, where: str) -> Found:
    """Find the id of the model, and take it out of the document where it is the only one that says it."""
    own = next((document[key] for key in ("ModelId", "model_id") if isinstance(document.get(key), str)), "")
    if model_id and own and own != model_id:
        raise ConfigurationError(
            say("{where} belongs to {own}, not to model_id={model_id!r}", where=where, own=own, model_id=model_id),
            hint=say("Leave model_id out."),
        )
    gone = ("model_id",) if model_id else ("model_id", "ModelId")
    return {key: value for key, value in document.items() if key not in gone}, model_id or own


def _is_version(value: Mapping[Any, Any]) -> bool:
    return bool(value.get("VersionName") or value.get("version_name"))


def _is_snapshot(value: Mapping[Any, Any]) -> bool:
    return "format" in value and "schema" in value and "digest" in value


# What other programs call the name of a version.
_NEARLY_NAMES = ("version", "name")
_ERROR = ({"Code", "Message"}, {"code", "message"})
# What a wrong mapping looks like, and what to do about it; the first that matches.
_LOOKS: tuple[tuple[Callable[[Mapping[Any, Any]], Any], str, str], ...] = (
    (_is_version, say("a version"), say("ModelVersion.from_document reads it.")),
    (_is_snapshot, say("a snapshot"), say("Use pai_notebook.load(path).")),
    (
        lambda value: value.keys() & {"LatestVersion", "latest_version", "ModelName", "model_name"},
        say("a GetModel answer"),
        say("Its latest version is in LatestVersion; ListModelVersions has all of them."),
    ),
    (
        lambda value: value.keys() & {"Models", "models"},
        say("a ListModels page"),
        say("Each of its models has a LatestVersion; ListModelVersions has the versions of one model."),
    ),
    (lambda value: any(keys <= value.keys() for keys in _ERROR), say("an error of the service"), say("Make the request again.")),
    (
        lambda value: value.keys() & {"TotalCount", "total_count"},
        say("a list page without versions"),
        say("Pass the whole answer of ListModelVersions, with Versions."),
    ),
    (lambda value: value.keys() & {"Results", "Dataset", "results", "dataset"}, say("metrics"), ""),
    (lambda value: not value, say("an empty dict"), _FITS),
)


def _looks_like(value: Mapping[Any, Any], where: str) -> tuple[str, str]:
    keys = listed([str(key) for key in value], 6)
    under = say("Put them under 'Metrics', beside a 'VersionName': {code}.", code=code_of_named([value], [where]))
    hint = under if is_nameless(value) else say("A version has at least a VersionName.")
    name = next((key for key in value if str(key).casefold() in _NEARLY_NAMES), None) or next(iter(misspelt_keys([value])), "")
    if name and not value.keys() & {"Results", "results"}:
        hint = say("A version has at least a VersionName; rename {key} to it.", key=name)
    otherwise = say("a dict without VersionName; its keys are {keys}", keys=keys), hint
    return next(((what, hint or under) for holds, what, hint in _LOOKS if holds(value)), otherwise)


def _refuse(where: str, what: str, hint: str = _FITS, wanted: str = say("version")) -> NoReturn:
    raise ConfigurationError(say("{where} is not a {wanted}: it looks like {what}", where=where, wanted=wanted, what=what), hint=hint)
