"""The versions of the chosen model: narrowed, shown a window at a time, and picked by hand or by typing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pai_notebook.errors import PaiError
from pai_notebook.explorer.jobs import PendingJobs, VersionLine
from pai_notebook.model.address import Address, Selector, parse_selector
from pai_notebook.model.nearest import counted
from pai_notebook.model.order import version_key
from pai_notebook.versions.resolve import Known, resolve

__all__ = ["WINDOW", "Narrowing", "Picker", "Window", "in_order"]

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


class Picker(PendingJobs):
    """What is listed and what is picked.

    Attributes
    ----------
    model_id, lines, narrowing : str, tuple of VersionLine, Narrowing
        The chosen model, all its versions with the highest first, and how the list is narrowed.
    picks : dict of str to tuple of str
        Picked version names by model, in natural order.
    all_given : bool
        Whether the picks are all versions of a set, as it was given.
    keep_picks : bool
        Whether picks of one model stay when another is chosen, to compare across models.
    """

    def __init__(self, status: str = "") -> None:
        super().__init__(status)
        self.keep_picks = False
        self.model_id = ""
        self.lines: tuple[VersionLine, ...] = ()
        self.narrowing = Narrowing()
        self.picks: dict[str, tuple[str, ...]] = {}
        self.all_given = False
        self._page = 0
        self._matching: tuple[VersionLine, ...] = ()

    def _turn_to(self, model_id: str) -> None:
        """Another model: its list is not known yet, and picks of the one before go unless they are kept."""
        self.model_id, self.lines, self._page = model_id, (), 0
        if not self.keep_picks:
            self.picks, self.all_given = {}, False
        self._narrow(replace(self.narrowing, text=""))

    def _list(self, model_id: str, lines: Iterable[VersionLine]) -> None:
        """The versions of the chosen model; picks of versions that are gone are dropped."""
        self.lines = tuple(sorted(lines, key=lambda line: version_key(line.name), reverse=True))
        there = {line.name for line in self.lines}
        self._picked(model_id, [name for name in self.picks.get(model_id, ()) if name in there])
        self._narrow(self.narrowing)

    def narrow(self, **fields: str) -> None:
        """Narrow the list by `text`, `approval` or `label`; picks stay, shown or not."""
        self._page = 0
        self._narrow(replace(self.narrowing, **fields))

    def _narrow(self, narrowing: Narrowing) -> None:
        self.narrowing = narrowing
        self._matching = narrowing.keep(self.lines)

    def turn(self, pages: int) -> None:
        """Show another window of the list."""
        self._page = self.window.page + pages

    @property
    def window(self) -> Window:
        """The part of the list that is shown, never more than `narrow.WINDOW` lines."""
        return Window.of(self._matching, self._page)

    @property
    def approvals(self) -> tuple[str, ...]:
        """Approval words that occur in the list, for the filter."""
        return tuple(sorted({line.approval for line in self.lines if line.approval}))

    def pick(self, names: Iterable[str]) -> None:
        """Make these the picks among the versions in the window; picks outside it stay."""
        shown = {line.name for line in self.window.lines}
        before = self.picks.get(self.model_id, ())
        outside = [name for name in before if name not in shown]
        self._picked(self.model_id, [*outside, *(name for name in names if name in shown)])
        self.all_given = self.all_given and self.picks.get(self.model_id, ()) == before
        self.status = self._picked_text()
        self.forgive("pick")

    def pick_more(self, text: str) -> None:
        """Pick by typing as well: `latest`, `approved`, `last:3`, names with commas, a range or a glob.

        What is typed first over a set replaces its picks, as nobody has picked them yet.
        """
        text = "".join(text.split())
        if not text or not self.model_id:
            return
        try:
            address = Address(self.model_id, parse_selector(text))
        except PaiError as error:
            self.note(error, "pick")
            return
        known = Known.all_of(self.lines)
        wanted, errors = resolve([address], lambda model_id: (model_id, known), {})
        if wanted:
            before = () if self.all_given else self.picks.get(self.model_id, ())
            self.picks = {} if self.all_given else self.picks
            self._picked(self.model_id, [*before, *(line.name for line in wanted)])
            self.all_given = False
            self.status = self._picked_text()
        first = next(iter(errors.values()), None)
        if first is None:
            self.forgive("pick")
        else:
            self.note(first, "pick")

    def clear(self) -> None:
        """Pick nothing."""
        self.picks, self.all_given = {}, False
        self.forgive("pick")
        self.status = self._picked_text()

    def keep(self, *, picks: bool) -> None:
        """Say whether picks stay when another model is chosen; without it only those of the chosen model do."""
        self.keep_picks = picks
        if not picks:
            self.picks = {model: names for model, names in self.picks.items() if model == self.model_id}

    def _picked(self, model_id: str, names: Iterable[str]) -> None:
        ordered = in_order(names)
        self.picks = {model: kept for model, kept in self.picks.items() if model != model_id}
        if ordered and model_id:
            self.picks[model_id] = ordered

    def _picked_text(self) -> str:
        count = sum(map(len, self.picks.values()))
        where = f" of {len(self.picks)} models" if len(self.picks) > 1 else ""
        return f"{counted(count, 'version')}{where} picked." if count else "Nothing picked."

    @property
    def shown_picks(self) -> tuple[str, ...]:
        """Picks that are in the window, in its order."""
        picked = set(self.picks.get(self.model_id, ()))
        return tuple(line.name for line in self.window.lines if line.name in picked)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """What is picked, as addresses."""
        return tuple(Address(model, Selector("names", names=names)) for model, names in self.picks.items())
