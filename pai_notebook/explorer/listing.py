"""The lists of models and versions that the explorer shows: short lines, narrowed, a window at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion

# Versions in the list at a time: a selection widget with thousands of options is slow to draw.
WINDOW = 200


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


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which versions of a model the list shows.

    Attributes
    ----------
    text : str
        Words that the version name contains, all of them.
    approval : str
        Approval status, without regard to case; empty for any.
    label : str
        `key=value` exactly, or a piece of either.

    Examples
    --------
    >>> lines = [VersionLine("0.1.0", "Approved", labels=(("env", "prod"),)), VersionLine("0.2.0", "Pending")]
    >>> [line.name for line in Narrowing(label="env=prod").keep(lines)]
    ['0.1.0']
    """

    text: str = ""
    approval: str = ""
    label: str = ""

    def keep(self, lines: Iterable[VersionLine]) -> tuple[VersionLine, ...]:
        """Lines that meet every condition, in the order given."""
        words = self.text.casefold().split()
        approval = self.approval.casefold()
        return tuple(
            line
            for line in lines
            if all(word in line.name.casefold() for word in words)
            and approval in ("", line.approval.casefold())
            and _has_label(line, self.label.strip())
        )


def _has_label(line: VersionLine, wanted: str) -> bool:
    if not wanted:
        return True
    key, equals, value = wanted.partition("=")
    if equals:
        return (key.strip(), value.strip()) in line.labels
    return any(wanted.casefold() in part.casefold() for pair in line.labels for part in pair)


@dataclass(frozen=True, slots=True)
class Window:
    """One page of lines: at most `WINDOW` of them, however many there are.

    Attributes
    ----------
    lines : tuple of VersionLine
        What is shown.
    first, total, page, pages : int
        Position of the first line from 1 (0 when there is none), how many there are, the page from 0, the number of pages.

    Examples
    --------
    >>> window = Window.of([VersionLine(f"0.{n}.0") for n in range(450)], page=7)
    >>> window.page, window.first, len(window.lines), str(window)
    (2, 401, 50, '401–450 of 450')
    """

    lines: tuple[VersionLine, ...]
    first: int
    total: int
    page: int
    pages: int

    @classmethod
    def of(cls, lines: Sequence[VersionLine], page: int) -> Window:
        """Cut one page; a page that does not exist becomes the nearest one."""
        pages = max(1, math.ceil(len(lines) / WINDOW))
        page = min(max(page, 0), pages - 1)
        shown = tuple(lines[page * WINDOW : (page + 1) * WINDOW])
        return cls(shown, page * WINDOW + 1 if shown else 0, len(lines), page, pages)

    def __str__(self) -> str:
        return f"{self.first:,}–{self.first + len(self.lines) - 1:,} of {self.total:,}" if self.lines else "none"


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
