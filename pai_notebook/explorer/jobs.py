"""Jobs: what the explorer wants to have fetched or computed, as values, and what its panels show.

A job carries the ticket by which its answer is recognised. Jobs are run in `runner.py`, so the state can be tested without a
network, a loop or a widget. At most one job a lane is under way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.address import BASELINES

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.explorer.listing import ModelLine
    from pai_notebook.model.address import Address
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions.versions import VersionSet

# The choice of a baseline by the rule of `VersionSet.compare`.
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Search:
    """Which models are looked for; empty fields look for everything.

    Attributes
    ----------
    query : str
        Fuzzy over name, domain, task and labels.
    workspace_id, label, provider : str
        The service's own filters.

    Examples
    --------
    >>> Search.read("digits provider=pai")
    Search(query='digits', workspace_id='', label='', provider='pai')
    >>> str(Search.read("digits provider=pai"))
    '“digits” with provider=pai'
    """

    query: str = ""
    workspace_id: str = ""
    label: str = ""
    provider: str = ""

    @classmethod
    def read(cls, text: str) -> Search:
        """Read what was typed: words, and `workspace=`, `label=` or `provider=`."""
        parts = [word.partition("=") for word in text.split()]
        filters = {_FILTERS[key]: value for key, equals, value in parts if equals and key in _FILTERS}
        return cls(" ".join("".join(part) for part in parts if not (part[1] and part[0] in _FILTERS)), **filters)

    def __str__(self) -> str:
        filters = [f"{name}={getattr(self, field)}" for name, field in _FILTERS.items() if getattr(self, field)]
        query = f"“{self.query}”" if self.query else ""
        return str(say("{query} with {filters}", query=query, filters=joined(filters)) if query and filters else query or joined(filters))


_FILTERS = {"workspace": "workspace_id", "label": "label", "provider": "provider"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How versions are compared.

    Attributes
    ----------
    baseline : str
        A version name or address, or a key of `BASELINE_OPTIONS`.
    differences_only : bool
        Fold rows that are the same in every version.
    metrics : tuple of str
        Globs of the metrics to keep; empty for all.
    directions : tuple of (str, str)
        Metric and `max` or `min`, where the user said so.
    by : str
        The metric that decides which is the best; empty where none was chosen.
    """

    baseline: str = DEFAULT
    differences_only: bool = True
    metrics: tuple[str, ...] = ()
    directions: tuple[tuple[str, str], ...] = ()
    by: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `Registry.compare`; what is as by default is None or empty."""
        only = None if self.differences_only else "all"
        baseline = None if self.baseline == DEFAULT else self.baseline
        # what decides is shown, whatever else is
        include = [*self.metrics, self.by] if self.metrics and self.by and self.by not in self.metrics else list(self.metrics)
        told = {"directions": dict(self.directions), "only": only, "include": include}
        return {"baseline": baseline, "by": self.by or None, **told}

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


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Write a comparison into a file."""

    lane: ClassVar[str] = "report"
    ticket: int
    comparison: Comparison = field(repr=False)


Job: TypeAlias = FindModels | ListVersions | FetchVersions | CompareVersions | WriteReport


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What the panels show: a tab, and everything it is made of."""

    tab: str
    models: tuple[ModelLine, ...]
    results: VersionSet
    comparison: Comparison | None
    comparing: CompareVersions | None
    metric: str
    version: ModelVersion | None
    error: Exception | None

    def is_like(self, other: Shown | None) -> bool:
        """Whether the other is made of the very same things, so that nothing has to be drawn again."""
        return other is not None and all(getattr(self, name) is getattr(other, name) for name in self.__slots__)


BASELINE_OPTIONS = {DEFAULT: say("by default the approved one"), **BASELINES}
