"""The lists of models and versions that the explorer shows: lines of text in columns, filtered, sorted, a window at a time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from pai_notebook.display.width import cells, pad
from pai_notebook.i18n.phrases import now, say
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metric_words import is_cost, is_training
from pai_notebook.model.nearest import counted, short_datasets
from pai_notebook.model.version_view import format_of, number_text
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.model.metric_cells import Cell
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion

# Versions in the list at a time: a selection widget with thousands of options is slow to draw.
WINDOW = 200
# Versions that are looked at to find out which metrics there are.
_SAMPLE = 20
_WIDEST_NAME = 28


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model in the list; `count` of versions is None where it is not known."""

    model_id: str
    name: str = ""
    latest: str = ""
    approval: str = ""
    count: int | None = None

    @classmethod
    def of(cls, model: Model) -> ModelLine:
        """Keep of a model what its line shows."""
        latest = model.latest_version
        return cls(model.model_id, model.name, latest.version_name if latest else "", latest.approval_status if latest else "")


_NO_METRIC = say("no metric")


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """The metric in the last column: one dataset, so that values of different datasets are never in one column."""

    path: str = ""
    dataset: str = ""
    words: str = _NO_METRIC

    @classmethod
    def of(cls, lines: Sequence[ModelVersion], path: str) -> MetricColumn:
        """Choose the dataset on which most versions have a number."""
        found = Counter(cell.dataset for each in lines[:_SAMPLE] for cell in each.metrics.cells if cell.path == path and _is_number(cell))
        dataset = found.most_common(1)[0][0] if found else ""
        short = short_datasets(found).get(dataset, "")
        return cls(path, dataset, visible(f"{path}@{short}" if short else path) or _NO_METRIC)

    def cell(self, version: ModelVersion) -> Cell | None:
        """What a version states, None unless it is a number."""
        cell = version.metrics.first(self.path, self.dataset) if self.path else None
        return cell if cell is not None and _is_number(cell) else None


def _is_number(cell: Cell) -> bool:
    return cell.state is State.NUMBER


def metric_names(versions: Sequence[ModelVersion]) -> tuple[str, ...]:
    """Names of metrics: those of quality first, and of these the ones that most versions have.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> metric_names([ModelVersion.from_document({"VersionName": "1", "Metrics": {"latency_ms": 9, "cer": 0.1}}, "model-a")])
    ('cer', 'latency_ms')
    """
    names = Counter(name for version in versions[:_SAMPLE] for name in version.metrics.names)
    return tuple(sorted(names, key=lambda name: (is_cost(name) + 2 * is_training(name), -names[name])))


def matching(lines: Iterable[ModelVersion], text: str) -> tuple[ModelVersion, ...]:
    """Versions that have every word in their name, approval or labels; `key=value` is a label exactly.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> one = ModelVersion.from_document({"VersionName": "0.1.0", "ApprovalStatus": "Approved"}, "model-a")
    >>> [len(matching([one], text)) for text in ("", "0.1 approved", "env=prod")]
    [1, 1, 0]
    """
    words = [word.casefold() for word in text.split()]
    return tuple(line for line in lines if all(_has(line, word) for word in words)) if words else tuple(lines)


def _has(line: ModelVersion, word: str) -> bool:
    if word in line.version_name.casefold() or word in line.approval_status.casefold():
        return True
    pairs = [f"{key}={value}".casefold() for key, value in line.labels.pairs]
    return word in pairs if "=" in word else any(word in pair for pair in pairs)


# Columns by which the list is sorted, and whether the first click sorts downwards.
COLUMNS = {"version": True, "approval": False, "created": True, "metric": True}


def in_order(lines: Sequence[ModelVersion], column: str, measure: MetricColumn, *, descending: bool) -> tuple[ModelVersion, ...]:
    """Versions, the highest name first as they come, sorted by a column; those with nothing in it are last."""
    if column == "version":
        return tuple(lines if descending else reversed(lines))
    keys: dict[str, Callable[[ModelVersion], Any]] = {
        "approval": lambda line: line.approval_status.casefold() or None,
        "created": lambda line: line.created,
        "metric": lambda line: None if (cell := measure.cell(line)) is None else cell.value,
    }
    keyed = [(keys[column](line), line) for line in lines]
    known = sorted(((key, line) for key, line in keyed if key is not None), key=lambda pair: pair[0], reverse=descending)
    return (*(line for _, line in known), *(line for key, line in keyed if key is None))


@dataclass(frozen=True, slots=True)
class Window:
    """One page of versions: at most `WINDOW` of them, however many there are.

    Attributes
    ----------
    lines : tuple of ModelVersion
        What is shown.
    first, total, page, pages : int
        Position of the first line from 1 (0 when there is none), how many there are, the page from 0, the number of pages.

    Examples
    --------
    >>> window = Window.of(range(450), page=7)
    >>> window.page, window.first, len(window.lines), str(window)
    (2, 401, 50, '401–450 of 450')
    """

    lines: tuple[ModelVersion, ...]
    first: int
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, lines: Sequence[ModelVersion], page: int) -> Window:
        """Cut one page; a page that does not exist becomes the nearest one."""
        pages = max(1, math.ceil(len(lines) / WINDOW))
        page = min(max(page, 0), pages - 1)
        shown = tuple(lines[page * WINDOW : (page + 1) * WINDOW])
        return cls(shown, page * WINDOW + 1 if shown else 0, len(lines), page, pages)

    def __str__(self) -> str:
        if not self.lines:
            return now("none")
        last = self.first + len(self.lines) - 1
        return now("{first:,}–{last:,} of {total:,}", first=self.first, last=last, total=self.total)


_MARKS = {"approved": "✓", "rejected": "✗", "pending": "○"}


def approval_mark(status: str) -> str:
    """Approval as shape and word, for a line of plain text.

    Examples
    --------
    >>> approval_mark("Approved"), approval_mark("")
    ('✓ Approved', '○ no status')
    """
    return f"{_MARKS.get(status.casefold(), '○')} {visible(status) or now('no status')}"


def model_option(line: ModelLine) -> str:
    """One line of the list of models.

    Examples
    --------
    >>> model_option(ModelLine("model-a", "情感分析", "0.3.0", "Approved", 41))
    '情感分析 · 41 versions · latest 0.3.0 ✓ Approved · model-a'
    """
    latest = now("no version yet")
    if line.latest:
        latest = now("latest {version} {approval}", version=visible(line.latest), approval=approval_mark(line.approval))
    count = counted(line.count, "version") if line.count else ""
    return " · ".join(filter(None, [visible(line.name), count, latest, visible(line.model_id)]))


def version_options(window: Window, measure: MetricColumn, before: Callable[[ModelVersion], ModelVersion | None]) -> list[tuple[str, str]]:
    """Lines of the list of versions in columns, each with the name it stands for.

    Parameters
    ----------
    window : Window
        What is shown.
    measure : MetricColumn
        What is in the last column, with an arrow for up or down since the version created before.
    before : callable
        The version that was created before one.
    """
    found = [(line, measure.cell(line)) for line in window.lines]
    form = format_of(cell for _, cell in found)
    wide = name_width(window)
    fit = partial(pad, width=12)
    options = []
    for line, cell in found:
        name = visible(line.version_name)
        name = name if cells(name) <= _WIDEST_NAME else name[: _WIDEST_NAME - 1] + "…"
        value = f"{number_text(cell, form)} {_arrow(cell, measure, before(line))}" if cell is not None else ""
        text = pad(name, wide) + fit(approval_mark(line.approval_status)) + fit(f"{line.created:%Y-%m-%d}" if line.created else "–") + value
        options.append((text.rstrip(), line.version_name))
    return options


def name_width(window: Window) -> int:
    """Width of the column of names in characters."""
    return 2 + min(_WIDEST_NAME, max((cells(visible(line.version_name)) for line in window.lines), default=7))


def _arrow(cell: Cell, measure: MetricColumn, older: ModelVersion | None) -> str:
    then = measure.cell(older) if older is not None else None
    if then is None or then.value is None or cell.value is None:
        return ""
    return "↑" if cell.value > then.value else "↓" if cell.value < then.value else "="
