"""The documented query parameters of the list calls: which documents, in which order, which page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any

from pai_notebook.demo.http import ApiError

Document = Mapping[str, Any]
Parameters = Mapping[str, str]
Test = Callable[[Document], bool]

_VERSION_FIELDS = ("VersionName", "FormatType", "FrameworkType", "SourceType", "SourceId", "ApprovalStatus")
_MODEL_FIELDS = ("WorkspaceId", "Domain", "Task", "Origin", "ModelType")
_SEARCHED_FIELDS = ("ModelName", "Domain", "Task")


def _invalid(name: str, reason: str) -> ApiError:
    return ApiError(400, "InvalidParameter", f"Specified parameter {name} is not valid: {reason}.")


def page(documents: Sequence[Document], parameters: Parameters, *, largest: int) -> list[Document]:
    """Cut one page out of documents that stand oldest first.

    Parameters
    ----------
    documents : sequence of mapping
        All that match, in order of creation.
    parameters : mapping
        PageNumber (from 1), PageSize (10 by default), Order (ASC or DESC), SortBy (GmtCreateTime only).
    largest : int
        The largest PageSize that is accepted.

    Raises
    ------
    ApiError
        InvalidParameter.

    Examples
    --------
    >>> page([{"n": 1}, {"n": 2}, {"n": 3}], {"PageSize": "2", "Order": "DESC"}, largest=100)
    [{'n': 3}, {'n': 2}]
    """
    number = _whole(parameters, "PageNumber", default=1, largest=10**9)
    size = _whole(parameters, "PageSize", default=10, largest=largest)
    if parameters.get("SortBy", "GmtCreateTime") != "GmtCreateTime":
        raise _invalid("SortBy", "only GmtCreateTime is supported")
    order = parameters.get("Order", "ASC")
    if order not in {"ASC", "DESC"}:
        raise _invalid("Order", "ASC or DESC")
    positions = range(len(documents))[:: -1 if order == "DESC" else 1]
    return [documents[position] for position in positions[(number - 1) * size : number * size]]


def _whole(parameters: Parameters, name: str, *, default: int, largest: int) -> int:
    text = parameters.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 12 and 1 <= int(text) <= largest):  # noqa: PLR2004 - far beyond any page
        raise _invalid(name, f"a whole number from 1 to {largest}")
    return int(text)


def select_versions(documents: Sequence[Document], parameters: Parameters) -> Sequence[Document]:
    """Keep the versions that every filter of ListModelVersions lets through.

    Examples
    --------
    >>> versions = [{"VersionName": "0.1.0", "Labels": [{"Key": "阶段", "Value": "灰度"}]}, {"VersionName": "0.2.0"}]
    >>> [version["VersionName"] for version in select_versions(versions, {"Label": "灰"})]
    ['0.1.0']
    """
    tests = [_equals(name, parameters[name]) for name in _VERSION_FIELDS if parameters.get(name)]
    if parameters.get("Label"):
        tests.append(_label(parameters["Label"]))
    return _passing(documents, tests)


def select_models(documents: Sequence[Document], parameters: Parameters) -> Sequence[Document]:
    """Keep the models that every filter of ListModels lets through.

    Without a Provider these are one's own models, with one that provider's public models.

    Raises
    ------
    ApiError
        InvalidParameter when Tag or Conditions is not the JSON text it should be.

    Examples
    --------
    >>> models = [{"ModelName": "digits"}, {"ModelName": "digits-small"}, {"ModelName": "digits", "Provider": "pai"}]
    >>> len(select_models(models, {"ModelName": "digit"})), len(select_models(models, {"ModelName": '"digits"'}))
    (2, 1)
    """
    tests = [_equals(name, parameters[name]) for name in _MODEL_FIELDS if parameters.get(name)]
    tests.append(_equals("Provider", parameters.get("Provider", "")))
    tests.extend(make(parameters[name]) for name, make in _MODEL_TESTS.items() if parameters.get(name))
    return _passing(documents, tests)


def select_members(documents: Sequence[Document], parameters: Parameters) -> Sequence[Document]:
    """Keep the members that every filter of ListMembers lets through.

    Examples
    --------
    >>> select_members([{"UserId": "1", "Roles": ["PAI.WorkspaceOwner"]}, {"UserId": "2"}], {"Roles": "PAI.WorkspaceOwner"})
    [{'UserId': '1', 'Roles': ['PAI.WorkspaceOwner']}]
    """
    tests = [_equals("UserId", parameters["UserId"])] if parameters.get("UserId") else []
    if name := parameters.get("MemberName"):
        tests.append(lambda document: _within(name, document.get("MemberName")))
    if roles := set(filter(None, parameters.get("Roles", "").split(","))):
        tests.append(lambda document: bool(roles.intersection(document.get("Roles") or ())))
    return _passing(documents, tests)


def _passing(documents: Sequence[Document], tests: list[Test]) -> Sequence[Document]:
    """Keep what passes every test; give the sequence itself when there is none, so that it may stay lazy."""
    return [document for document in documents if all(test(document) for test in tests)] if tests else documents


def _equals(name: str, wanted: str) -> Test:
    return lambda document: str(document.get(name) or "") == wanted


def label_holds(document: Document, text: str) -> bool:
    """Tell whether a label's key or value holds the text, whatever its case.

    Examples
    --------
    >>> label_holds({"Labels": [{"Key": "env", "Value": "Test"}]}, "tes")
    True
    """
    labels = document.get("Labels")
    pairs = [label for label in labels if isinstance(label, Mapping)] if isinstance(labels, list) else []
    return any(_within(text, label.get(side)) for label in pairs for side in ("Key", "Value"))


def _within(text: str, value: Any) -> bool:
    return text.casefold() in str(value or "").casefold()


def _label(text: str) -> Test:
    return lambda document: label_holds(document, text)


def _model_name(text: str) -> Test:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _equals("ModelName", text[1:-1])
    return lambda document: _within(text, document.get("ModelName"))


def _query(text: str) -> Test:
    return lambda document: any(_within(text, document.get(name)) for name in _SEARCHED_FIELDS) or label_holds(document, text)


def _collections(text: str) -> Test:
    wanted = {name.strip() for name in text.split(",")}
    return lambda document: bool(wanted.intersection(document.get("Collections") or ()))


def _tag(text: str) -> Test:
    wanted = [(item["Key"], item.get("Value", "")) for item in _items("Tag", text, needed={"Key"})]
    return lambda document: set(wanted) <= {(tag.get("Key"), tag.get("Value")) for tag in document.get("Tags") or ()}


def _conditions(text: str) -> Test:
    limits = [_limit(item) for item in _items("Conditions", text, needed={"Column", "Operator", "Value"})]
    return lambda document: all(_below(document.get(column), limit) for column, limit in limits)


def _limit(item: Mapping[str, str]) -> tuple[str, float]:
    """Read one condition; LessThan on ParameterSize is the only pair that is published."""
    if (item["Column"], item["Operator"]) != ("ParameterSize", "LessThan"):
        raise _invalid("Conditions", "only ParameterSize LessThan is supported")
    try:
        return item["Column"], float(item["Value"])
    except ValueError:
        raise _invalid("Conditions", "the value is not a number") from None


def _below(value: Any, limit: float) -> bool:
    return isinstance(value, int | float) and value < limit


def _items(name: str, text: str, *, needed: set[str]) -> list[dict[str, str]]:
    """Read a parameter that is the JSON text of a list of objects of strings."""
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        items = None
    if not isinstance(items, list) or not all(_is_item(item, needed) for item in islice(items, 100)):
        raise _invalid(name, f"the JSON text of a list of objects with {', '.join(sorted(needed))}")
    return items


def _is_item(item: Any, needed: set[str]) -> bool:
    return isinstance(item, dict) and needed <= item.keys() and all(isinstance(value, str) for value in item.values())


_MODEL_TESTS: dict[str, Callable[[str], Test]] = {
    "ModelName": _model_name,
    "Query": _query,
    "Label": _label,
    "Collections": _collections,
    "Tag": _tag,
    "Conditions": _conditions,
}
