"""Models that were seen: what they are called and where they belong, of a bounded number. Makes no request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TypeAlias

# Models that are remembered, those seen last; 0.3 kB each. Of a registry with more, a name is asked for when it is used.
MOST_MODELS = 4096

# Id, name and workspace; the latter two are empty where they are not known.
Told: TypeAlias = "tuple[str, str, str]"


class KnownModels:
    """The models seen last, at most `MOST_MODELS`, and which ids the names have.

    Parameters
    ----------
    seconds : float
        How long a list of all models can tell that there is no such name.

    Examples
    --------
    >>> models = KnownModels(seconds=60.0)
    >>> models.see([("model-a", "digits", "7"), ("model-b", "wine", "7")], whole=True)
    >>> models.name_of("model-a"), models.ids_of("wine"), models.are_fresh
    ('digits', ('model-b',), True)
    """

    def __init__(self, *, seconds: float) -> None:
        self._seconds = seconds
        self._models: OrderedDict[str, tuple[str, str | None]] = OrderedDict()
        self._ids: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._listed: datetime | None = None
        self.are_too_many = False

    def see(self, models: Iterable[Told], *, whole: bool = False) -> None:
        """Remember models; `whole` when they are all that there are, so that it can be told which names are unique."""
        seen = list(models)
        for model_id, name, workspace in seen[-MOST_MODELS:]:
            before = self._models.get(model_id, ("", None))
            self._models[model_id] = name or before[0], workspace or before[1]
            self._models.move_to_end(model_id)
        while len(self._models) > MOST_MODELS:
            self._models.popitem(last=False)
        if whole:
            self.are_too_many = len(seen) > MOST_MODELS
            self._ids.clear()
            self._listed = None if self.are_too_many else datetime.now(UTC)
            for model_id, name, _ in () if self.are_too_many else seen:
                self._ids[name] = (*self._ids.get(name, ()), model_id)

    def see_name(self, name: str, models: Iterable[Told]) -> None:
        """Remember which models have a name, of a registry with more than can be remembered."""
        found = [model for model in models if model[1] == name]
        self.see(found)
        self._ids[name] = tuple(model_id for model_id, _, _ in found)
        self._ids.move_to_end(name)
        while len(self._ids) > MOST_MODELS:
            self._ids.popitem(last=False)

    def ids_of(self, name: str) -> tuple[str, ...]:
        """Ids of the models of a name, as the last list has it."""
        return self._ids.get(name, ())

    @property
    def are_fresh(self) -> bool:
        """Whether the last list of all models is young enough to say that there is no such name."""
        return self._listed is not None and (datetime.now(UTC) - self._listed).total_seconds() <= self._seconds

    def name_of(self, model_id: str) -> str:
        """Name of a model that was seen, else empty."""
        return self._models.get(model_id, ("", None))[0]

    def workspace_of(self, model_id: str) -> str | None:
        """Workspace of a model that was seen, None where that is not known."""
        return self._models.get(model_id, ("", None))[1]

    def called(self, model_id: str) -> str:
        """Name of a model where it is known to be the only one of that name, else the id."""
        name = self.name_of(model_id)
        return name if self.ids_of(name) == (model_id,) else model_id

    def names(self) -> dict[str, str]:
        """Names of models by id; empty where only the id is known."""
        return {model_id: name for model_id, (name, _) in list(self._models.items())}
