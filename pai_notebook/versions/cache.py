"""Cache of a registry: versions that were fetched and names that were seen. Makes no request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pai_notebook.model.order import Neighbours, version_key
from pai_notebook.versions.known_models import MOST_MODELS, KnownModels

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
    models : KnownModels
        The models seen last.

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
        self.models = KnownModels(seconds=seconds)
        self._listed: OrderedDict[str, KnownNames] = OrderedDict()
        self._known: OrderedDict[str, KnownNames] = OrderedDict()

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

    def name_in(self, error: PaiError) -> None:
        """Tell an error what its model is called, where a list has shown it."""
        error.model_name = error.model_name or self.models.name_of(error.model_id)

    def see_versions(self, model_id: str, names: Iterable[str], *, whole: bool) -> None:
        """Remember what a list has shown of a model."""
        _remember(self._listed, model_id, KnownNames(tuple(names), listed=True, whole=whole))
        self._known.pop(model_id, None)

    def known(self, model_id: str) -> KnownNames:
        """Version names of a model that were seen, in lists or singly."""
        known = self._known.get(model_id)
        if known is None:
            listed = self._listed.get(model_id, KnownNames())
            fetched = (name for model, name in list(self._versions) if model == model_id)
            names = tuple(dict.fromkeys([*listed.names, *fetched]))
            known = KnownNames(names, listed.listed, listed.whole)
            _remember(self._known, model_id, known)
        return known

    def names(self, model_id: str) -> list[str]:
        """Version names of a model, by its id or its name, that were seen, the highest first."""
        ids = self.models.ids_of(model_id)
        return sorted(self.known(ids[0] if len(ids) == 1 else model_id).names, key=version_key, reverse=True)

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

    def model_ids(self) -> list[str]:
        """Ids of models that were seen."""
        return list(dict.fromkeys([*self.models.names(), *list(self._listed), *(model for model, _ in list(self._versions))]))

    def model_words(self) -> list[str]:
        """What models that were seen can be called by: names that one model alone has, then ids."""
        ids = self.model_ids()
        return list(dict.fromkeys([*(self.models.called(model_id) for model_id in ids), *ids]))


def _remember(known: OrderedDict[str, KnownNames], model_id: str, names: KnownNames) -> None:
    """Keep what is known of a model's versions, of as many models as names are kept of."""
    known[model_id] = names
    known.move_to_end(model_id)
    while len(known) > MOST_MODELS:
        known.popitem(last=False)
