"""Values of the explorer: what is looked for, how is compared, the jobs whose answers are awaited, and what is to be drawn.

Jobs are run in `runner.py`, so the state can be tested without a network, a loop or a widget. Of a lane at most one is under way; an answer
is recognised by the very object, so that a late answer to an earlier click is none to an equal later one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.address import BASELINES

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.model.address import Address
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions.versions import VersionSet

# The choice of a baseline by the rule of `VersionSet.compare`.
DEFAULT = "default"
BASELINE_OPTIONS = {DEFAULT: say("default: approved"), **BASELINES}
_FILTERS = {"workspace": "workspace_id", "label": "label", "provider": "provider"}


@dataclass(frozen=True, slots=True)
class Search:
    """Which models are looked for: a text, fuzzy over name, domain, task and labels, and the service's own filters; empty for all.

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
        filters = {_FILTERS[word.partition("=")[0]]: word.partition("=")[2] for word in text.split() if _is_filter(word)}
        return cls(" ".join(word for word in text.split() if not _is_filter(word)), **filters)

    def __str__(self) -> str:
        filters = [f"{name}={getattr(self, field)}" for name, field in _FILTERS.items() if getattr(self, field)]
        query = f"“{self.query}”" if self.query else ""
        return str(say("{query} with {filters}", query=query, filters=joined(filters)) if query and filters else query or joined(filters))


def _is_filter(word: str) -> bool:
    return "=" in word and word.partition("=")[0] in _FILTERS


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
        # what decides is shown, whatever else is
        include = [*self.metrics, self.by] if self.metrics and self.by and self.by not in self.metrics else list(self.metrics)
        return {
            "baseline": None if self.baseline == DEFAULT else self.baseline,
            "by": self.by or None,
            "directions": dict(self.directions),
            "only": None if self.differences_only else "all",
            "include": include,
        }


@dataclass(frozen=True, slots=True)
class FindModels:
    """Ask for the models that meet a search."""

    lane: ClassVar[str] = "models"
    search: Search


@dataclass(frozen=True, slots=True)
class ListVersions:
    """Ask for the versions of a model."""

    lane: ClassVar[str] = "versions"
    model_id: str


@dataclass(frozen=True, slots=True)
class FetchVersions:
    """Ask for whole versions: `count` of them where that is known, `refresh` past whatever is remembered, `adopt` as picks."""

    lane: ClassVar[str] = "fetch"
    addresses: tuple[Address, ...]
    count: int = 0
    refresh: bool = False
    adopt: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CompareVersions:
    """Compute a comparison."""

    lane: ClassVar[str] = "compare"
    versions: VersionSet = field(repr=False)
    terms: Terms


@dataclass(frozen=True, slots=True, eq=False)
class WriteReport:
    """Write a comparison into a file."""

    lane: ClassVar[str] = "report"
    comparison: Comparison = field(repr=False)


class Shown(NamedTuple):
    """What the panels show: a tab, and everything it is made of."""

    tab: str
    models: tuple[Model, ...]
    results: VersionSet
    comparison: Comparison | None
    comparing: CompareVersions | None
    metric: str
    version: ModelVersion | None
    error: Exception | None

    def is_like(self, other: Shown | None) -> bool:
        """Whether the other is made of the very same things, so that nothing has to be drawn again."""
        return other is not None and all(mine is its for mine, its in zip(self, other, strict=True))


Job: TypeAlias = FindModels | ListVersions | FetchVersions | CompareVersions | WriteReport
