"""What the explorer wants to have done, and the short lines it keeps of models and versions.

A job is a value: it says what to fetch or compute and carries the ticket by which its answer is recognised. Doing it is
somebody else's work, so the state can be tested without a network, a loop or a widget.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.model.address import Address
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions import VersionSet

__all__ = [
    "DEFAULT",
    "CompareVersions",
    "FetchVersions",
    "FindModels",
    "Job",
    "ListVersions",
    "ModelLine",
    "Search",
    "Shown",
    "Terms",
    "VersionLine",
]

DEFAULT = "default"
"""The choice of a baseline by the rule of `VersionSet.compare`."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which models are looked for; empty fields look for everything.

    Attributes
    ----------
    query : str
        Fuzzy over name, domain, task and labels.
    workspace_id, label, provider : str
        The service's own filters.
    """

    query: str = ""
    workspace_id: str = ""
    label: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How versions are compared.

    Attributes
    ----------
    baseline : str
        A version name or address, or a key of `words.BASELINE_OPTIONS`.
    differences_only : bool
        Fold rows that are the same in every version.
    metrics : tuple of str
        Globs of the metrics to keep; empty for all.
    directions : tuple of (str, str)
        Metric and `max` or `min`, where the user said so.
    """

    baseline: str = DEFAULT
    differences_only: bool = True
    metrics: tuple[str, ...] = ()
    directions: tuple[tuple[str, str], ...] = ()

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `Registry.compare`; what is as by default is None or empty."""
        only = None if self.differences_only else "all"
        baseline = None if self.baseline == DEFAULT else self.baseline
        return {"baseline": baseline, "directions": dict(self.directions), "only": only, "include": list(self.metrics)}

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that are not as by default."""
        return {name: value for name, value in self.arguments.items() if value}


@dataclass(frozen=True, slots=True)
class FindModels:
    """Ask for the models that meet a search."""

    lane: ClassVar[str] = "models"
    ticket: int
    search: Search


@dataclass(frozen=True, slots=True)
class ListVersions:
    """Ask for the version names of a model."""

    lane: ClassVar[str] = "versions"
    ticket: int
    model_id: str


@dataclass(frozen=True, slots=True)
class FetchVersions:
    """Ask for whole versions: `count` of them where that is known, `refresh` past whatever is remembered, `adopt` as picks."""

    lane: ClassVar[str] = "fetch"
    ticket: int
    addresses: tuple[Address, ...]
    count: int = 0
    refresh: bool = False
    adopt: bool = False


@dataclass(frozen=True, slots=True)
class CompareVersions:
    """Compute a comparison."""

    lane: ClassVar[str] = "compare"
    ticket: int
    versions: VersionSet = field(repr=False)
    terms: Terms


Job: TypeAlias = FindModels | ListVersions | FetchVersions | CompareVersions


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model in the list."""

    model_id: str
    name: str = ""
    latest: str = ""
    approval: str = ""

    @classmethod
    def of(cls, model: Model) -> ModelLine:
        """Keep of a model what its line shows."""
        latest = model.latest_version
        return cls(model.model_id, model.name, latest.version_name if latest else "", latest.approval_status if latest else "")


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list."""

    name: str
    approval: str = ""
    created: datetime | None = None
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, version: ModelVersion) -> VersionLine:
        """Keep of a version what its line and the filters need."""
        return cls(version.version_name, version.approval_status, version.created, tuple(version.labels.pairs))

    @property
    def version_name(self) -> str:
        """The name, under the word that selectors ask for."""
        return self.name

    @property
    def approval_status(self) -> str:
        """The approval, under the word that selectors ask for."""
        return self.approval


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the panels show: a tab, and everything it is made of."""

    tab: str
    models: tuple[ModelLine, ...]
    results: VersionSet
    comparison: Comparison | None
    metric: str
    version: ModelVersion | None
    error: Exception | None

    def is_like(self, other: Shown | None) -> bool:
        """Whether the other is made of the very same things, so that nothing has to be drawn again."""
        return other is not None and all(getattr(self, name) is getattr(other, name) for name in self.__slots__)
