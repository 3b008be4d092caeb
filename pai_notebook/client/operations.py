"""The seven read operations of the service: action, path, query, and the check that an answer belongs to them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pai_notebook.arguments import check_model_id, check_version_name
from pai_notebook.errors import ConfigurationError, ProtocolError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Mapping

_FILTERS = {
    "approval": "ApprovalStatus",
    "query": "Query",
    "name": "ModelName",
    "workspace_id": "WorkspaceId",
    "label": "Label",
    "provider": "Provider",
    "collections": "Collections",
}
# Whose RAM actions they are, where it is not the models'.
_PRODUCTS = {"GetDataset": "paidataset", "GetDatasetVersion": "paidataset", "ListMembers": "paiworkspace"}


class WrongAnswer(ProtocolError):
    """An answer to another operation; a fresh connection may give the right one."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One read call.

    Parameters
    ----------
    action, path : str
        The API action and its path, which needs no encoding because ids are checked.
    query : tuple of (str, str)
        Decoded pairs.
    model_id, version_name : str
        What it is about, where that applies.
    field : str
        The field that a good answer has, such as `VersionName` or `Models`.
    expected : str
        The value that the field must have; empty for lists.
    """

    action: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    model_id: str = ""
    version_name: str = ""
    field: str = ""
    expected: str = ""

    @property
    def permission(self) -> str:
        """The RAM action that a key needs for it.

        Examples
        --------
        >>> ask_model("model-a").permission, ask_dataset("d-a").permission
        ('paimodel:GetModel', 'paidataset:GetDataset')
        """
        return f"{_PRODUCTS.get(self.action, 'paimodel')}:{self.action}"

    def page(self, number: int, size: int, *, newest_first: bool = False) -> Operation:
        """Return the operation for one page, counted from 1."""
        order = "DESC" if newest_first else "ASC"
        return replace(self, query=(*self.query, ("Order", order), ("PageNumber", str(number)), ("PageSize", str(size))))

    def key(self, item: Mapping[str, Any]) -> str:
        """Return what identifies an item of a list answer."""
        name = item.get("VersionName" if self.field == "Versions" else "ModelId")
        return name if isinstance(name, str) and name else json.dumps(item, sort_keys=True)

    def check(self, document: Mapping[str, Any]) -> None:
        """Raise unless the document answers the operation.

        Raises
        ------
        ProtocolError
            When the field is missing or of a wrong type.
        WrongAnswer
            When it names something else.
        """
        value = document.get(self.field)
        if not self.expected:
            self._check_list(value, empty=document.get("TotalCount") == 0)
        elif not isinstance(value, str) or not value:
            raise ProtocolError(
                say("the answer has no valid {field}", field=self.field), hint=say("Check the endpoint: another service may be answering.")
            )
        elif value != self.expected:
            raise WrongAnswer(
                say("the answer is about {ascii}, not about {expected}", ascii=ascii(value)[:60], expected=self.expected),
                hint=say("Try again; a proxy may mix up answers."),
            )

    def _check_list(self, value: Any, *, empty: bool) -> None:
        if not (value is None and empty) and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            raise ProtocolError(
                say("{field} in the answer is not a list of objects", field=self.field),
                hint=say("Check the endpoint: another service may be answering."),
            )


def ask_version(model_id: str, version_name: str) -> Operation:
    """Return the operation for one version.

    Raises
    ------
    AddressError
        When an id cannot be one.

    Examples
    --------
    >>> ask_version("model-a", "0.1.0").path
    '/api/v1/models/model-a/versions/0.1.0'
    """
    model, version = check_model_id(model_id), check_version_name(version_name)
    return Operation("GetModelVersion", f"/api/v1/models/{model}/versions/{version}", (), model, version, "VersionName", version)


def ask_model(model_id: str) -> Operation:
    """Return the operation for one model.

    Examples
    --------
    >>> ask_model("model-a").action
    'GetModel'
    """
    model = check_model_id(model_id)
    return Operation("GetModel", f"/api/v1/models/{model}", (), model, "", "ModelId", model)


def ask_list_versions(model_id: str, *, approval: str | None = None) -> Operation:
    """Return the operation for the versions of a model, without paging."""
    model = check_model_id(model_id)
    return Operation("ListModelVersions", f"/api/v1/models/{model}/versions", _query({"approval": approval}), model, "", "Versions")


def ask_list_models(filters: Mapping[str, Any]) -> Operation:
    """Return the operation for a list of models, without paging; `filters` has values by Python names, None for no filter."""
    return Operation("ListModels", "/api/v1/models", _query(filters), "", "", "Models")


def ask_dataset(dataset_id: str) -> Operation:
    """Return the operation for one dataset; its id is encoded, since metrics may hold any text.

    Examples
    --------
    >>> ask_dataset("d-a").path
    '/api/v1/datasets/d-a'
    """
    return Operation("GetDataset", f"/api/v1/datasets/{_segment(dataset_id)}", field="DatasetId", expected=dataset_id)


def ask_dataset_version(dataset_id: str, version_name: str) -> Operation:
    """Return the operation for one version of a dataset.

    Examples
    --------
    >>> ask_dataset_version("d-a", "v1").path
    '/api/v1/datasets/d-a/versions/v1'
    """
    path = f"/api/v1/datasets/{_segment(dataset_id)}/versions/{_segment(version_name)}"
    return Operation("GetDatasetVersion", path, field="VersionName", expected=version_name)


def ask_members(workspace_id: str, number: int, size: int) -> Operation:
    """Return the operation for one page, counted from 1, of the members of a workspace.

    Examples
    --------
    >>> ask_members("10241", 1, 100).query
    (('PageNumber', '1'), ('PageSize', '100'))
    """
    query = (("PageNumber", str(number)), ("PageSize", str(size)))
    return Operation("ListMembers", f"/api/v1/workspaces/{_segment(workspace_id)}/members", query, field="Members")


def _segment(text: str) -> str:
    return quote(text, safe="")


def _query(filters: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    texts = [(_FILTERS[key], _text(key, value)) for key, value in filters.items() if value is not None]
    # the only field to sort by that the service documents
    return (("SortBy", "GmtCreateTime"), *((key, text) for key, text in texts if text))


def _text(key: str, value: Any) -> str:
    """A filter as the service reads it: text as it is, lists of names joined by commas."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        text = ",".join(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
    else:
        raise ConfigurationError(
            say("{key} of type {kind} cannot be a filter", key=key, kind=type(value).__name__), hint=say("Pass a text.")
        )
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ConfigurationError(say("{key} contains a lone surrogate", key=key), hint=say("Pass a text that can be encoded."))
    return text
