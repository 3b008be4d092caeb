"""Narrowing thousands of version lines to the window that a list box shows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pai_notebook.explorer.jobs import VersionLine
from pai_notebook.model.order import version_key

__all__ = ["WINDOW", "Narrowing", "Window", "in_order"]

WINDOW = 200


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


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names without repetition in natural order."""
    return tuple(sorted(dict.fromkeys(names), key=version_key))
