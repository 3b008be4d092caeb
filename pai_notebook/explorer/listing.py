"""The lists of models and versions that the explorer shows, as lines of text, and what is picked from them, by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pai_notebook.comparison.cells import course_of, least_step
from pai_notebook.display.width import cells, pad
from pai_notebook.i18n.phrases import joined, now, say, told
from pai_notebook.model.equality import shorten_apart
from pai_notebook.model.list_view import SAMPLE, metric_names
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.nearest import counted
from pai_notebook.model.order import version_key
from pai_notebook.model.registered_model import Model
from pai_notebook.model.version import ModelVersion
from pai_notebook.model.version_view import approval_text, format_of, number_text
from pai_notebook.sanitize import visible
from pai_notebook.versions.versions import VersionSet

# Versions in the list; a selection widget with thousands of options is slow to draw, so a longer list is to be narrowed.
WINDOW = 200
# Columns by which the list is sorted, and whether the first click sorts downwards.
COLUMNS = {"version": True, "approval": False, "created": True, "metric": True}
# Characters of a name, with those of the other columns about what a narrow window has room for.
_LONGEST_NAME = 44
# Names in natural order, by model.
Picks = dict[str, tuple[str, ...]]
# What a click picks, as selectors; nothing is by approval, because no selector means all that are pending.
QUICK = {"latest 5": "last:5", "approved + latest": "approved,latest", "all pending": ""}
_MODEL_ID = re.compile(r"model-[A-Za-z0-9]{4,}")


def kept(wanted: str, offered: Sequence[str]) -> str:
    """What is wanted where it is offered, else the first offer, empty when there is none."""
    return wanted if wanted in offered else next(iter(offered), "")


def put(picks: Picks, model_id: str, names: Iterable[str]) -> Picks:
    """Picks with these as those of a model, which comes last then."""
    ordered = tuple(sorted(dict.fromkeys(names), key=version_key))
    others = {model: kept for model, kept in picks.items() if model != model_id}
    return {**others, model_id: ordered} if ordered and model_id else others


def each(picks: Picks) -> tuple[tuple[str, str], ...]:
    """Model and name of everything that is picked."""
    return tuple((model, name) for model, names in picks.items() for name in names)


def amount(picks: Picks) -> str:
    """How many versions are picked, and of how many models."""
    count = counted(len(each(picks)), "version")
    return say("{count} of {total} models", count=count, total=len(picks)) if len(picks) > 1 else count


@dataclass
class VersionList:
    """Versions of one model, the highest name first, and how they are shown: sorted and narrowed."""

    lines: tuple[ModelVersion, ...] = ()
    # what they are sorted by, and the words that they have
    column: str = "version"
    descending: bool = True
    text: str = ""
    # what is in the last column, on one dataset, so that values of different datasets are never in one column; and how it is called
    metric: str = ""
    dataset: str = ""
    words: str = ""
    _matching: tuple[ModelVersion, ...] = field(default=(), repr=False)
    # a bar beside each number of the last column, by the name of its version
    _bars: dict[str, str] = field(default_factory=dict, repr=False)

    def show(self, lines: Iterable[ModelVersion], metric: str = "") -> None:
        """List other versions, in the same order and narrowed by the same text."""
        self.lines = tuple(sorted(lines, key=lambda line: version_key(line.version_name), reverse=True))
        self.measure(metric)

    def measure(self, metric: str) -> None:
        """Put a metric into the last column; the first there is where the versions do not have it."""
        self.metric = kept(metric, metric_names(self.lines))
        # a bar shows no smaller difference than the tables do of the versions with the highest names
        comparison = VersionSet(self.lines[:SAMPLE]).compare()
        rows = [row for row in comparison.metrics if row.path == self.metric]
        row = max(rows, key=lambda row: sum(cell.state is State.NUMBER for cell in row.cells), default=None)
        self.dataset = row.dataset if row is not None else ""
        short = comparison.short_datasets.get(self.dataset, "")
        self.words = visible(f"{self.metric}@{short}" if short else self.metric)
        cells = {line.version_name: cell for line in self.lines if (cell := self.cell(line)) is not None}
        step = least_step(comparison, row, range(len(comparison.versions))) if row is not None else 0.0
        bars = course_of(self.metric, list(cells.values()), step) if cells else ""
        self._bars = dict(zip(cells, bars, strict=True)) if len(set(bars)) > 1 else {}
        self._sort()

    def sort(self, column: str) -> None:
        """Sort by a column; by the same one again the other way round. Versions with nothing in it are last."""
        self.column, self.descending = column, not self.descending if column == self.column else COLUMNS[column]
        self._sort()

    def _sort(self) -> None:
        keys: dict[str, Callable[[ModelVersion], Any]] = {
            "version": lambda line: version_key(line.version_name),
            "approval": lambda line: line.approval_status.casefold() or None,
            "created": lambda line: line.created,
            "metric": lambda line: None if (cell := self.cell(line)) is None else cell.value,
        }
        keyed = [(keys[self.column](line), line) for line in self.lines if self._has_words(line)]
        known = sorted(((key, line) for key, line in keyed if key is not None), key=lambda pair: pair[0], reverse=self.descending)
        self._matching = (*(line for _, line in known), *(line for key, line in keyed if key is None))

    def _has_words(self, line: ModelVersion) -> bool:
        labels = [f"{key}={value}".casefold() for key, value in line.labels.pairs]
        texts = (line.version_name.casefold(), line.approval_status.casefold(), *labels)
        wanted = self.text.casefold().split()
        return all(word in labels if "=" in word else any(word in text for text in texts) for word in wanted)

    def narrow(self, text: str) -> None:
        """Keep versions with every word in their name, approval or labels; `key=value` is a label exactly."""
        self.text = text
        self._sort()

    @property
    def window(self) -> tuple[ModelVersion, ...]:
        """What is shown: at most `WINDOW` versions, however many there are."""
        return self._matching[:WINDOW]

    def __str__(self) -> str:
        told = [say("{count:,} of {total:,}", count=len(self.window), total=len(self.lines))]
        told += [say("sort or filter to see others")] if len(self._matching) > WINDOW else []
        return str(joined([*told, say("▁ low to ▇ high")] if self._bars else told, " · "))

    def cell(self, version: ModelVersion) -> Cell | None:
        """What a version has in the last column, None unless it is a number."""
        cell = version.metrics.first(self.metric, self.dataset) if self.metric else None
        return cell if cell is not None and cell.state is State.NUMBER else None

    @property
    def name_width(self) -> int:
        """Width of the column of names in characters."""
        return 2 + max(map(cells, self._short_names()), default=8)

    def _short_names(self) -> list[str]:
        """Names of the versions in the window, those that differ cut so that they still do; Han characters are twice as wide."""
        names = [visible(line.version_name) for line in self.window]
        return shorten_apart(names, _LONGEST_NAME if all(map(str.isascii, names)) else _LONGEST_NAME // 2)

    def options(self) -> list[tuple[str, str]]:
        """Lines of text in columns, each with the name it stands for."""
        found = [(line, self.cell(line)) for line in self.window]
        form = format_of(cell for _, cell in found)
        wide, options = self.name_width, []
        for name, (line, cell) in zip(self._short_names(), found, strict=True):
            day = f"{line.created:%Y-%m-%d}" if line.created else "–"
            value = f"{number_text(cell, form)} {self._bars.get(line.version_name, '')}" if cell is not None else ""
            text = pad(name, wide) + pad(approval_text(line.approval_status), 12) + pad(day, 12) + value
            options.append((text.rstrip(), line.version_name))
        return options


@dataclass
class FoundModels:
    """Models that were found, what was looked for, and what is known of names and numbers of versions."""

    search: str = ""
    found: tuple[Model, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def show(self, models: Iterable[Model], counts: Mapping[str, int] | None = None, *, more: bool = False) -> str:
        """List other models, with the number of versions where it is known; gives a sentence, with what to try where there are none."""
        self.found = tuple(models)
        self.names |= {model.model_id: model.name for model in self.found if model.name}
        self.counts |= counts or {}
        if self.found:
            words = "{count} found and more; narrow the search to see the rest." if more else "{count} found."
            return say(words, count=counted(len(self.found), "model"))
        if not self.search:
            return say("No models yet.")
        words = "No model matches “{search}”. Searched in names, domains, tasks and labels; try a shorter word, a model id or no text."
        return say(words, search=self.search)

    def learn(self, versions: Iterable[ModelVersion]) -> None:
        """Take the names of models from their versions."""
        self.names |= {version.model_id: name for version in versions if (name := version.provenance.model_name)}

    def name(self, model_id: str) -> str:
        """Name of a model where it is known, else its id."""
        return self.names.get(model_id) or model_id

    @property
    def only(self) -> str:
        """The model that a search can only mean: the single one found, one of exactly this name, or the id that was typed."""
        named = [model.model_id for model in self.found if self.search in (model.name, model.model_id)]
        meant = named or [model.model_id for model in self.found] or [self.search] * bool(_MODEL_ID.fullmatch(self.search))
        return meant[0] if self.search and len(meant) == 1 else ""

    def options(self) -> list[tuple[str, str]]:
        """Lines of text, each with the id it stands for; the id is in the line only where the name does not say which."""
        names, options = Counter(visible(model.name) for model in self.found), []
        for model in self.found:
            latest, name, newest = model.latest_version, visible(model.name), now("no version yet")
            if latest is not None:
                approval = approval_text(latest.approval_status)
                newest = now("latest {version} {approval}", version=visible(latest.version_name), approval=approval)
            count = told(counted(self.counts[model.model_id], "version")) if model.model_id in self.counts else ""
            parts = [name, count, newest, "" if name and names[name] == 1 else visible(model.model_id)]
            options.append((" · ".join(filter(None, parts)), model.model_id))
        return options
