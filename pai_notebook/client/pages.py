"""Pages of a list: what one is, what a list call gave, what a reading has of it so far, and what a service's pages turn out to be."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import PaiError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Fetch = Callable[[int, int, bool], Awaitable["Page"]]
    Key = Callable[[dict[str, Any]], str]

PAGE_SIZE = 100
_SMALLER = {100: 50, 50: 10}
_OBJECTION = re.compile(r"page|size|limit|exceed|range|\b100\b|^InvalidParameter|^\d+$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list call gave.

    Parameters
    ----------
    items : tuple of dict
        The documents, in the order asked for.
    total : int or None
        How many there are by the service's count, also beyond a limit; None when it does not say.
    request_ids : tuple of str
        One for each page read.
    fetched : datetime
        When the last page arrived, UTC.
    complete : bool
        Whether everything asked for is here; False when the service reports more than it returns, and when a page failed.
    failed : dict of str to PaiError
        The pages that could not be fetched, as in `page 5 of 10`.
    place : int
        Of a page that is handed on by itself, its number from the front; 0 for a list.
    """

    items: tuple[dict[str, Any], ...]
    total: int | None
    request_ids: tuple[str, ...]
    fetched: datetime
    complete: bool = True
    failed: dict[str, PaiError] = field(default_factory=dict)
    place: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its documents, the service's count of all, the request id, and when it arrived."""

    items: tuple[dict[str, Any], ...]
    total: int | None
    request_id: str = ""
    fetched: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True)
class Traits:
    """What one list call of a service turned out to do, learnt from its answers.

    Attributes
    ----------
    size : int
        The largest page size that it accepts.
    mirrors : bool
        Whether its newest-first order is the other one backwards, as far as is known.
    """

    size: int = PAGE_SIZE
    mirrors: bool = True


@dataclass(slots=True)
class Reading:
    """The pages of one list that have arrived at once; a reading that was cut short goes on from them.

    Attributes
    ----------
    newest : Page or None
        The newest page, whose last item is the anchor.
    size : int
        Items on each of the pages in front of it.
    pages : dict of int to Page
        Those pages, by number from the front.
    failed : dict of int to PaiError
        Pages that could not be fetched.
    began : float
        When the first of its pages was asked for, by the monotonic clock.
    """

    newest: Page | None = None
    size: int = 0
    pages: dict[int, Page] = field(default_factory=dict)
    failed: dict[int, PaiError] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    @property
    def place(self) -> int:
        """The anchor's place from the front, counted from 0; hence how many items stand before it."""
        return 0 if self.newest is None else (self.newest.total or 0) - len(self.newest.items)

    @property
    def count(self) -> int:
        """How many pages stand in front of the newest."""
        return -(-self.place // self.size) if self.size else 0

    def begin(self, newest: Page, size: int) -> bool:
        """Start with the newest page, or go on where what arrived before still reaches up to it; true when it goes on."""
        before, self.failed = self.newest, {}
        if before is not None and self.pages and self.size == size:
            added = (newest.total or 0) - (before.total or 0)
            # one less than a whole page: were some of the items before deleted, a new item could be on neither page
            if 0 <= added < len(newest.items):
                return True
        self.newest, self.pages, self.size, self.began = newest, {}, size, time.monotonic()
        return False

    def missing(self, above: int) -> int:
        """How many of so many newest items are on pages that have not arrived."""
        low = self.place + (len(self.newest.items) if self.newest else 0) - above
        lacking = [number for number in range(1, self.count + 1) if number not in self.pages]
        return sum(max(0, min(number * self.size, self.place) - max((number - 1) * self.size, low)) for number in lacking)

    def failures(self) -> dict[str, PaiError]:
        """Failures by page; neighbours that failed with the same error are one."""
        found: dict[str, PaiError] = {}
        numbers = sorted(self.failed)
        total = self.count + 1
        while numbers:
            first = last = numbers.pop(0)
            while numbers and numbers[0] == last + 1 and self.failed[numbers[0]] is self.failed[first]:
                last = numbers.pop(0)
            several = say("pages {first} to {last} of {total}", first=first, last=last, total=total)
            found[several if last > first else say("page {first} of {total}", first=first, total=total)] = self.failed[first]
        return found


def smaller_size(size: int, error: PaiError) -> int | None:
    """Return the page size to try after a refusal, or None when it was not about the size (whose maximum is not documented).

    Examples
    --------
    >>> smaller_size(100, PaiError("PageSize must not exceed 50", code="InvalidParameter", status=400))
    50
    """
    may_be = error.status == 400 and type(error) is PaiError and _OBJECTION.search(f"{error.code}\n{error.message}")  # noqa: PLR2004 - Bad Request
    return _SMALLER.get(size) if may_be else None
