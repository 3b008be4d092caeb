"""What the explorer wants to have done, what is under way, and the short lines it keeps of models and versions.

A job is a value: it says what to fetch or compute and carries the ticket by which its answer is recognised. Doing it is
somebody else's work, so the state can be tested without a network, a loop or a widget. At most one job a lane is under way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pai_notebook.errors import PaiError
from pai_notebook.model.address import BASELINES
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.comparison import Comparison
    from pai_notebook.model.address import Address
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions.versions import VersionSet

__all__ = [
    "BASELINE_OPTIONS",
    "DEFAULT",
    "CompareVersions",
    "FetchVersions",
    "FindModels",
    "Job",
    "ListVersions",
    "ModelLine",
    "PendingJobs",
    "Search",
    "Shown",
    "Terms",
    "VersionLine",
    "approval_mark",
    "model_option",
    "version_option",
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


BASELINE_OPTIONS = {DEFAULT: "by default the approved one", **{word: str(phrase) for word, phrase in BASELINES.items()}}
_MARKS = {"approved": "✓", "rejected": "✗", "pending": "○"}


def approval_mark(status: str) -> str:
    """Approval as shape and word, for a line of plain text.

    Examples
    --------
    >>> approval_mark("Approved"), approval_mark("")
    ('✓ Approved', '○ no status')
    """
    return f"{_MARKS.get(status.casefold(), '○')} {visible(status) or 'no status'}"


def model_option(line: ModelLine) -> str:
    """One line of the list of models.

    Examples
    --------
    >>> model_option(ModelLine("model-a", "情感分析", "0.3.0", "Approved"))
    '情感分析 · latest 0.3.0 ✓ Approved · model-a'
    """
    latest = f"latest {visible(line.latest)} {approval_mark(line.approval)}" if line.latest else "no version yet"
    model_id = visible(line.model_id)
    return " · ".join([visible(line.name), latest, model_id] if line.name else [model_id, latest])


def version_option(line: VersionLine) -> str:
    """One line of the list of versions.

    Examples
    --------
    >>> version_option(VersionLine("0.3.0", "Pending", labels=(("env", "prod"),)))
    '0.3.0 · ○ Pending · env=prod'
    """
    labels = " ".join(f"{visible(key)}={visible(value)}" if value else visible(key) for key, value in line.labels[:3])
    created = f"{line.created:%Y-%m-%d}" if line.created else ""
    return " · ".join(part for part in (visible(line.name), approval_mark(line.approval), created, labels[:60]) if part)


class PendingJobs:
    """Jobs that were started and whose answers are awaited.

    A new job of a lane takes the place of the one before, whose answer will not be believed any more.

    Attributes
    ----------
    generation : int
        Jobs started so far; every job has the number at its start as its ticket.
    status : str
        What happened last, in a sentence.
    error : Exception or None
        What went wrong last; cleared by the next success of the same kind.
    """

    def __init__(self, status: str = "") -> None:
        self.generation = 0
        self.status = status
        self.error: Exception | None = None
        self._error_lane = ""
        self._pending: dict[str, Job] = {}
        self._measured: tuple[Job, int, int | None] | None = None

    @property
    def pending(self) -> tuple[Job, ...]:
        """Jobs whose answers are awaited, at most one for each lane."""
        return tuple(self._pending.values())

    @property
    def busy(self) -> bool:
        """Whether any answer is awaited."""
        return bool(self._pending)

    def awaits(self, job: Job) -> bool:
        """Whether the answer to this very job would still be taken."""
        return self._pending.get(job.lane) is job

    def cancel(self) -> bool:
        """Give up everything awaited; what was there before stays. Returns whether there was anything."""
        had = self.busy
        self._pending.clear()
        self.status = "Cancelled; nothing was changed." if had else "Nothing to cancel."
        return had

    def _start(self, job: Job, status: str) -> Job:
        self._pending[job.lane] = job
        self.status = status
        return job

    def _ticket(self) -> int:
        self.generation += 1
        return self.generation

    def _take(self, job: Job) -> bool:
        """Whether an answer is awaited; from then on it no longer is."""
        if not self.awaits(job):
            return False
        del self._pending[job.lane]
        self.forgive(job.lane)
        return True

    def forgive(self, lane: str) -> None:
        """Forget an error once something of the same kind went well."""
        if self._error_lane == lane:
            self.error, self._error_lane = None, ""

    def progressed(self, job: Job, done: int, total: int | None = None) -> bool:
        """Note how far a job is."""
        if not self.awaits(job):
            return False
        self._measured = (job, done, total)
        return True

    @property
    def progress(self) -> tuple[int, int | None] | None:
        """How many of how many, None when nothing is under way whose amount is known."""
        if self._measured is None or not self.awaits(self._measured[0]):
            return None
        return self._measured[1:]

    def failed(self, job: Job, error: Exception) -> bool:
        """Take a failure; what was there before stays."""
        if not self._take(job):
            return False
        self.note(error, job.lane)
        return True

    def note(self, error: Exception, lane: str = "") -> None:
        """Keep what went wrong, until the next success of the same kind."""
        self.error, self._error_lane = error, lane
        self.status = error.message if isinstance(error, PaiError) else f"{type(error).__name__}: {error}"
