"""Cache of a registry: versions that were fetched and names that were seen. Makes no request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pai_notebook.model.order import Neighbours, version_key

if TYPE_CHECKING:
    from pai_notebook.errors import PaiError
    from pai_notebook.model.version import ModelVersion

Key = tuple[str, str]


@dataclass(frozen=True)
class KnownNames:
    """Version names of one model, whether a list of it was seen, and whether these are all that it had then."""

    names: tuple[str, ...] = ()
    listed: bool = False
    whole: bool = False

    @cached_property
    def neighbours(self) -> Neighbours:
        """The names in order; sorted once, however many others are looked up."""
        return Neighbours(self.names)


class Memory:
    """An LRU cache of versions by model and name, and the names seen in lists.

    Parameters
    ----------
    size : int
        How many versions are kept.
    seconds : float
        How long a version answers without a request.

    Attributes
    ----------
    workspaces : dict of str to str
        The workspace of each model that was seen in a list or singly.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> memory = Memory(size=1, seconds=60.0)
    >>> for name in ("0.1.0", "0.2.0"):
    ...     memory.keep(ModelVersion.from_document({"VersionName": name}, "model-a"))
    >>> len(memory), memory.known("model-a").names
    (1, ('0.2.0',))
    """

    def __init__(self, *, size: int, seconds: float) -> None:
        self._size = size
        self._seconds = seconds
        self._versions: OrderedDict[Key, ModelVersion] = OrderedDict()
        self._models: dict[str, str] = {}
        self.workspaces: dict[str, str] = {}
        self._named: dict[str, tuple[str, ...]] = {}
        self._named_at: datetime | None = None
        self._listed: dict[str, KnownNames] = {}
        self._known: dict[str, KnownNames] = {}

    def __len__(self) -> int:
        return len(self._versions)

    def keep(self, version: ModelVersion) -> None:
        """Remember a version."""
        key = (version.model_id, version.version_name)
        # a new name changes the sorted names of its model, which are computed on demand
        if key not in self._versions:
            self._known.pop(version.model_id, None)
        self._versions[key] = version
        self._versions.move_to_end(key)
        while len(self._versions) > self._size:
            self._versions.popitem(last=False)

    def recall(self, key: Key) -> ModelVersion | None:
        """Return a version when it is young enough; it then says when it was fetched."""
        version = self._versions.get(key)
        if version is None or version.fetched is None or (datetime.now(UTC) - version.fetched).total_seconds() > self._seconds:
            return None
        self._versions.move_to_end(key)
        return version.remembered()

    def recent(self) -> list[ModelVersion]:
        """The versions that were fetched or asked for last, at most 50 so that Tab stays quick."""
        return list(self._versions.values())[-50:]

    def see_models(self, names: Iterable[tuple[str, str]], *, whole: bool) -> None:
        """Remember ids and names of models; `whole` when they are all that there are, so that it can be told which names are unique."""
        seen = list(names)
        self._models.update(seen)
        if whole:
            named: dict[str, tuple[str, ...]] = {}
            for model_id, name in seen:
                named[name] = (*named.get(name, ()), model_id)
            self._named, self._named_at = named, datetime.now(UTC)

    def ids_of(self, name: str) -> tuple[str, ...]:
        """Ids of the models of a name, as the last list of all models has it."""
        return self._named.get(name, ())

    @property
    def names_are_fresh(self) -> bool:
        """Whether the last list of all models is young enough to say that there is no such name."""
        return self._named_at is not None and (datetime.now(UTC) - self._named_at).total_seconds() <= self._seconds

    def name_of(self, model_id: str) -> str:
        """Name of a model that was seen in a list, else empty."""
        return self._models.get(model_id, "")

    def name_in(self, error: PaiError) -> None:
        """Tell an error what its model is called, where a list has shown it."""
        error.model_name = error.model_name or self.name_of(error.model_id)

    def called(self, model_id: str) -> str:
        """Name of a model where it is known to be the only one of that name, else the id."""
        name = self.name_of(model_id)
        return name if self.ids_of(name) == (model_id,) else model_id

    def model_names(self) -> dict[str, str]:
        """Names of models that were seen, by id; empty where only the id is known."""
        return dict(self._models)

    def see_versions(self, model_id: str, names: Iterable[str], *, whole: bool) -> None:
        """Remember what a list has shown of a model."""
        self._listed[model_id] = KnownNames(tuple(names), listed=True, whole=whole)
        self._known.pop(model_id, None)

    def known(self, model_id: str) -> KnownNames:
        """Version names of a model that were seen, in lists or singly."""
        known = self._known.get(model_id)
        if known is None:
            listed = self._listed.get(model_id, KnownNames())
            fetched = (name for model, name in list(self._versions) if model == model_id)
            names = tuple(dict.fromkeys([*listed.names, *fetched]))
            known = self._known[model_id] = KnownNames(names, listed.listed, listed.whole)
        return known

    def names(self, model_id: str) -> list[str]:
        """Version names of a model that were seen, the highest first."""
        return sorted(self.known(model_id).names, key=version_key, reverse=True)

    def labels(self) -> list[str]:
        """Label keys of the versions asked for last."""
        return list(dict.fromkeys(key for version in self.recent() for key in version.labels))

    def values(self, key: str) -> list[str]:
        """Values of a label of the versions asked for last."""
        return list(dict.fromkeys(value for version in self.recent() for name, value in version.labels.pairs if name == key))

    def metrics(self) -> list[str]:
        """Metric names of the versions asked for last."""
        return list(dict.fromkeys(name for version in self.recent() for name in version.metrics.names))

    def datasets(self) -> list[str]:
        """Datasets of the metrics of the versions asked for last, by name where the registry has said it, then as metrics call them."""
        from pai_notebook.model.source import dataset_names  # noqa: PLC0415 - loading the extension loads nothing that shows

        recent = self.recent()
        names = dataset_names(version.provenance for version in recent).values()
        return list(dict.fromkeys([*names, *(name for version in recent for name in version.metrics.datasets)]))

    def models(self) -> list[str]:
        """Ids of models that were seen."""
        return list(dict.fromkeys([*self._models, *list(self._listed), *(model for model, _ in list(self._versions))]))
