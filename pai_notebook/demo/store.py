"""What the registry holds: models and their versions as plain documents.

The handler reads any `Catalog`. `Store` keeps documents in memory and may be changed while it is being served.
"""

from __future__ import annotations

import bz2
import copy
import functools
import json
import marshal
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Protocol

Document = dict[str, Any]
_NEVER = datetime.min.replace(tzinfo=UTC)


class Catalog(Protocol):
    """What the handler needs to know of a store."""

    def models(self) -> Sequence[Document]:
        """Give the models, oldest first, without their versions."""

    def model(self, model_id: str) -> Document | None:
        """Give one model, None when there is none of this id."""

    def versions(self, model_id: str) -> Sequence[Document]:
        """Give the versions of a model, oldest first."""

    def version(self, model_id: str, version_name: str) -> Document | None:
        """Give one version, None when there is none of this name."""

    def dataset(self, dataset_id: str) -> Document | None:
        """Give one dataset with its `Versions`, oldest first; None when there is none of this id."""

    def members(self, workspace_id: str) -> Sequence[Document]:
        """Give the members of a workspace; empty for an unknown one."""


def _created(document: Document) -> datetime:
    """When a document was created; what cannot be read counts as oldest."""
    try:
        moment = datetime.fromisoformat(document["GmtCreateTime"])
    except (KeyError, TypeError, ValueError):
        return _NEVER
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Shelf:
    """One model with its versions in order of creation; replaced, never changed."""

    model: Document
    versions: tuple[Document, ...] = ()
    by_name: dict[str, Document] = field(default_factory=dict)

    def holding(self, versions: Iterable[Document]) -> _Shelf:
        ordered = tuple(sorted(versions, key=_created))
        return _Shelf(self.model, ordered, {version.get("VersionName", ""): version for version in ordered})


@functools.cache
def _packed() -> bytes:
    """The demo data, packed so that a store unpacks its own in a tenth of the time that reading and copying take."""
    content = json.loads(bz2.decompress(resources.files("pai_notebook.demo").joinpath("registry.json.bz2").read_bytes()))
    return marshal.dumps([content[name] for name in ("models", "versions", "datasets", "members")])


class Store:
    """Models and versions in memory; every change takes effect on the next request.

    Parameters
    ----------
    models : iterable of mapping
        Model documents as ListModels gives them, each with a ModelId; no LatestVersion is needed. Two fields are read by
        the registry alone and never sent by GetModel: Tags, and Collections (a list of names).
    versions : mapping of str to iterable of mapping
        The version documents of each model id.
    datasets : iterable of mapping
        Datasets as GetDataset gives them, but with all their `Versions`, oldest first, instead of the latest.
    members : mapping of str to iterable of mapping
        The members of each workspace, as ListMembers gives them.

    Notes
    -----
    Documents are copied on the way in. Those returned are the registry's own: change them with `update_version`.

    Examples
    --------
    >>> store = Store([{"ModelId": "model-a"}], {"model-a": [{"VersionName": "0.1.0"}]})
    >>> store.put_version("model-a", {"VersionName": "0.2.0", "GmtCreateTime": "2025-01-01T00:00:00Z"})
    >>> [version["VersionName"] for version in store.versions("model-a")]
    ['0.1.0', '0.2.0']
    """

    def __init__(
        self,
        models: Iterable[Mapping[str, Any]] = (),
        versions: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
        *,
        datasets: Iterable[Mapping[str, Any]] = (),
        members: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    ) -> None:
        self._lock = threading.Lock()
        documents = [copy.deepcopy(dict(model)) for model in models]
        self._shelves = {document["ModelId"]: _Shelf(document) for document in documents}
        for model_id, held in (versions or {}).items():
            self._shelves[model_id] = self._shelf(model_id).holding(copy.deepcopy(dict(version)) for version in held)
        self._datasets = {dataset["DatasetId"]: copy.deepcopy(dict(dataset)) for dataset in datasets}
        self._members = {workspace: [copy.deepcopy(dict(each)) for each in held] for workspace, held in (members or {}).items()}

    @classmethod
    def bundled(cls) -> Store:
        """Give a fresh store with the demo data, which tests/data/make_demo_registry.py measured.

        Examples
        --------
        >>> len(Store.bundled().models()) >= 6
        True
        """
        models, versions, datasets, members = marshal.loads(_packed())  # noqa: S302 - written above
        store = cls()
        store._shelves = {model["ModelId"]: _Shelf(model).holding(versions.get(model["ModelId"], ())) for model in models}
        store._datasets = {dataset["DatasetId"]: dataset for dataset in datasets}
        store._members = members
        return store

    def models(self) -> Sequence[Document]:
        """Give the models, oldest first, without their versions."""
        return sorted((shelf.model for shelf in list(self._shelves.values())), key=_created)

    def model(self, model_id: str) -> Document | None:
        """Give one model, None when there is none of this id."""
        shelf = self._shelves.get(model_id)
        return shelf.model if shelf else None

    def versions(self, model_id: str) -> Sequence[Document]:
        """Give the versions of a model, oldest first; empty for an unknown model."""
        shelf = self._shelves.get(model_id)
        return shelf.versions if shelf else ()

    def version(self, model_id: str, version_name: str) -> Document | None:
        """Give one version, None when there is none of this name."""
        shelf = self._shelves.get(model_id)
        return shelf.by_name.get(version_name) if shelf else None

    def dataset(self, dataset_id: str) -> Document | None:
        """Give one dataset with its `Versions`, oldest first; None when there is none of this id."""
        return self._datasets.get(dataset_id)

    def members(self, workspace_id: str) -> Sequence[Document]:
        """Give the members of a workspace; empty for an unknown one."""
        return self._members.get(workspace_id, ())

    def put_version(self, model_id: str, document: Mapping[str, Any]) -> None:
        """Add a version, or replace the version of the same VersionName; KeyError for an unknown model."""
        new = copy.deepcopy(dict(document))
        with self._lock:
            self._replace(model_id, new["VersionName"], [new])

    def update_version(self, model_id: str, version_name: str, changes: Mapping[str, Any]) -> None:
        """Set fields of a version to new values, and the time when it was modified; KeyError when there is no such version.

        Examples
        --------
        >>> store = Store([{"ModelId": "model-a"}], {"model-a": [{"VersionName": "0.1.0", "ApprovalStatus": "Pending"}]})
        >>> store.update_version("model-a", "0.1.0", {"ApprovalStatus": "Approved"})
        >>> store.version("model-a", "0.1.0")["ApprovalStatus"]
        'Approved'
        """
        with self._lock:
            old = self._shelf(model_id).by_name[version_name]
            now = {"GmtModifiedTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"} if "GmtModifiedTime" in old else {}
            self._replace(model_id, version_name, [{**old, **now, **copy.deepcopy(dict(changes))}])

    def delete_version(self, model_id: str, version_name: str) -> None:
        """Remove a version; KeyError when there is no such version."""
        with self._lock:
            _ = self._shelf(model_id).by_name[version_name]
            self._replace(model_id, version_name, [])

    def _shelf(self, model_id: str) -> _Shelf:
        return self._shelves[model_id]

    def _replace(self, model_id: str, version_name: str, new: list[Document]) -> None:
        shelf = self._shelf(model_id)
        kept = [version for version in shelf.versions if version.get("VersionName") != version_name]
        self._shelves[model_id] = shelf.holding(kept + new)
