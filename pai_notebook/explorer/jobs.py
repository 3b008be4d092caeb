"""Values of the explorer: what is looked for, how is compared, the jobs whose answers are awaited, and what is to be drawn.

Jobs are run in `runner.py`, so the state can be tested without a network, a loop or a widget. Of a lane at most one is under way; an answer
is recognised by the very object, so that a late answer to an earlier click is none to an equal later one.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pai_notebook.i18n.phrases import say
from pai_notebook.model.selector_words import BASELINES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from pai_notebook.comparison import Comparison
    from pai_notebook.explorer.source import Progress, VersionSource
    from pai_notebook.model.address import Address
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions.versions import VersionSet

    Ask = Callable[[VersionSource, Progress], Awaitable[Any]]

# The choice of a baseline by the rule of `VersionSet.compare`.
DEFAULT = "default"
BASELINE_OPTIONS = {DEFAULT: say("default: approved"), **BASELINES}
_FILTERS = {"workspace": "workspace_id", "label": "label", "provider": "provider"}


def read_search(text: str) -> dict[str, str]:
    """The service's own filters in a text, which are `workspace=`, `label=` and `provider=`, and the other words as its query.

    Examples
    --------
    >>> read_search("digits provider=pai")
    {'query': 'digits', 'provider': 'pai'}
    """
    words = [word.partition("=") for word in text.split()]
    query = " ".join("".join(word) for word in words if not word[1] or word[0] not in _FILTERS)
    return {
        **({"query": query} if query else {}),
        **{_FILTERS[name]: value for name, equals, value in words if equals and name in _FILTERS},
    }


@dataclass(frozen=True, slots=True)
class Terms:
    """How versions are compared."""

    # a version name or address, or a key of `BASELINE_OPTIONS`
    baseline: str = DEFAULT
    # whether rows that are the same in every version are folded
    differences_only: bool = True
    # globs of the metrics to keep; empty for all
    metrics: tuple[str, ...] = ()
    # metric and `max` or `min`, where the user said so
    directions: tuple[tuple[str, str], ...] = ()
    # the metric that decides which is the best; empty where none was chosen
    by: str = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `Registry.compare` that are not as by default."""
        # what decides is shown, whatever else is
        include = [*self.metrics, self.by] if self.metrics and self.by and self.by not in self.metrics else list(self.metrics)
        baseline, only = self.baseline if self.baseline != DEFAULT else "", "" if self.differences_only else "all"
        given = {"baseline": baseline, "by": self.by, "directions": dict(self.directions), "only": only, "include": include}
        return {name: value for name, value in given.items() if value}


@dataclass(eq=False, slots=True)
class Job:
    """A question whose answer is awaited: what it is about, how a source is asked, and what takes the answer.

    The same click made twice is about the same, and yet another job.
    """

    lane: str
    about: Any
    ask: Ask = field(repr=False)
    take: Callable[[Any], object] = field(repr=False)
    # how many of how many it has, once that is known
    progress: tuple[int, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """Versions that are wanted: how many where that is known, and whether past whatever is remembered."""

    addresses: tuple[Address, ...]
    count: int = 0
    refresh: bool = False


class Comparing:
    """A comparison to be made, once, for whichever thread comes first."""

    def __init__(self, versions: VersionSet, terms: Terms) -> None:
        self.versions, self.terms = versions, terms
        self._lock = threading.Lock()
        self._made: Comparison | None = None

    def made(self, source: VersionSource) -> Comparison:
        """The comparison."""
        with self._lock:
            if self._made is None:
                self._made = source.compare(self.versions, self.terms)
            return self._made


def report_of(comparison: Comparison) -> Path:
    """Write a report into the folder that the kernel works in, under a name that the same comparison always gets."""
    models = "-".join(list(dict.fromkeys(version.model_id for version in comparison.versions))[:2])
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", models)[:60]
    return comparison.report(f"comparison-{name}-{comparison.fingerprint[:8]}.html", overwrite=True)


@dataclass(frozen=True, eq=False)
class Shown:
    """What the panels show: a tab, and everything it is made of."""

    tab: str
    models: tuple[Model, ...]
    results: VersionSet
    comparison: Comparison | None
    comparing: Comparing | None
    metric: str
    version: ModelVersion | None
    error: Exception | None

    def is_like(self, other: Shown | None) -> bool:
        """Whether the other is made of the very same things, so that nothing has to be drawn again."""
        return other is not None and all(mine is vars(other)[name] for name, mine in vars(self).items())
