"""Reading a list page by page so that nothing is lost or doubled while others insert and delete.

The list is ordered by creation, so a new item appears at its end and a deletion moves later items towards the front.

At once: the newest page is read first, from the other end; its oldest item is the anchor, at a known place from the front. The pages in
front of the anchor are read in parallel, in any order. If the anchor is still at its place afterwards, nothing in front of it was deleted
meanwhile, so that nothing moved from one page to another, and every item that was there all the time was met.

One by one, when the anchor has moved or the numbers do not agree: the first page, then the last page and onwards to the front, and the
first page again. A deletion can only move an item to a page that is still to be read.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from pai_notebook.errors import PaiError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    Fetch = Callable[[int, int, bool], Awaitable["Page"]]
    Key = Callable[[dict[str, Any]], str]

PAGE_SIZE = 100
WINDOW = 8
PASSES = 4
_MOST_PAGES = 10_000
_AT_ONCE = 200
_IN_A_ROW = 3
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
    """

    items: tuple[dict[str, Any], ...]
    total: int | None
    request_ids: tuple[str, ...]
    fetched: datetime
    complete: bool = True
    failed: dict[str, PaiError] = field(default_factory=dict)


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
    """

    newest: Page | None = None
    size: int = 0
    pages: dict[int, Page] = field(default_factory=dict)
    failed: dict[int, PaiError] = field(default_factory=dict)

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
            if 0 <= added <= len(newest.items):
                return True
        self.newest, self.pages, self.size = newest, {}, size
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
            name = f"page {first}" if first == last else f"pages {first} to {last}"
            found[f"{name} of {total}"] = self.failed[first]
        return found


class SeenNames(Protocol):
    """A set of keys that tells whether one is new."""

    def add(self, name: str, /) -> bool:
        """Remember a key; False when it is known already."""

    def __len__(self) -> int: ...


class _Seen(dict[str, None]):
    """The keys of one pass."""

    def add(self, name: str, /) -> bool:
        new = name not in self
        self[name] = None
        return new


class Reader:
    """Reads one list, in passes; each pass hands on its pages as they arrive, with their place from the front.

    Parameters
    ----------
    fetch : callable
        Takes the number of a page, from 1, its size, and whether the newest come first, and returns a `Page`.
    key : callable
        What identifies a document.
    size : int
        Documents per page; smaller when the service returns fewer.
    seen : SeenNames
        What was met; a pass is whole when it has as many as the service counted at its lowest.
    most : int
        Pages that are read at most.
    window : int
        Requests in flight.
    hold : bool
        Whether pages are kept in the reading.
    on_page : callable or None
        Told every page as soon as it arrives.
    """

    def __init__(
        self,
        fetch: Fetch,
        key: Key,
        size: int,
        seen: SeenNames,
        *,
        most: int = _MOST_PAGES,
        window: int = WINDOW,
        hold: bool = True,
        on_page: Callable[[Page], None] | None = None,
    ) -> None:
        self._fetch = fetch
        self._key = key
        self.size = size
        self.seen = seen
        self._most = most
        self._window = window
        self._hold = hold
        self._on_page = on_page
        self.request_ids: list[str] = []
        self.totals: list[int] = []
        self.whole = False
        self.repeats = False

    async def page(self, number: int, *, size: int | None = None, newest: bool = False) -> Page:
        """Ask for one page and note what it says."""
        page = await self._fetch(number, size or self.size, newest)
        self.totals += [] if page.total is None else [page.total]
        self._tell(page)
        return page

    def _tell(self, page: Page) -> None:
        """Tell of a page; at once and not where pages are handed on, so that an interrupt in between loses none."""
        self.request_ids.append(page.request_id)
        if self._on_page is not None:
            self._on_page(page)

    def new(self, page: Page) -> tuple[dict[str, Any], ...]:
        """The documents of a page that were not met before."""
        return tuple(item for item in page.items if self.seen.add(self._key(item)))

    def keys(self, page: Page) -> set[str]:
        """What identifies the documents of a page."""
        return {self._key(item) for item in page.items}

    async def at_once(self, reading: Reading, traits: Traits, *, above: int = 0) -> AsyncGenerator[tuple[int, Page], None]:
        """Read the newest page, and those in front of it in parallel; `whole` tells whether this met everything.

        Parameters
        ----------
        reading : Reading
            What arrived before, and what arrives now.
        traits : Traits
            Told when the newest-first order is not the other one backwards.
        above : int
            How many of the newest are enough; 0 for all.
        """
        newest = await self.page(1, newest=True)
        if newest.total is None or newest.total < len(newest.items) or (newest.total and not newest.items):
            return
        if len(newest.items) < min(self.size, newest.total):
            self.size = len(newest.items)
        self._check_length(newest.total)
        if newest.total > _AT_ONCE * self.size:
            return
        before, resumed = reading.newest, reading.begin(newest, self.size)
        last = reading.count
        yield last + 2, _backwards(newest)
        if before is not None and resumed:
            self._tell(before)
            yield last + 1, _backwards(before)
        wanted = range(last, max(0, newest.total - above) // self.size if above else 0, -1)
        for number in filter(reading.pages.__contains__, wanted):
            self._tell(reading.pages[number])
            yield number, reading.pages[number]
        full = True
        async with aclosing(self._gather([number for number in wanted if number not in reading.pages], reading)) as pages:
            async for number, page in pages:
                full = full and len(page.items) == self.size
                yield number, page
        if reading.failed:
            return
        stays = not wanted or await self._anchor_stays(reading)
        enough = min(above or newest.total, *self.totals)
        # what was deleted since an earlier reading may be among the pages of that reading
        doubtful = resumed and not above and len(self.seen) > self.totals[-1]
        self.whole = stays and len(self.seen) >= enough and not doubtful
        if full and not self.whole and not resumed and len(set(self.totals)) == 1:
            traits.mirrors = False

    async def _anchor_stays(self, reading: Reading) -> bool:
        """Whether the oldest item of the newest page is still where it was, so that nothing before it was deleted."""
        assert reading.newest is not None  # noqa: S101 - for the type checker
        number, place = divmod(reading.place, self.size)
        page = await self.page(number + 1)
        return [self._key(item) for item in page.items[place : place + 1]] == [self._key(reading.newest.items[-1])]

    async def _gather(self, numbers: list[int], reading: Reading) -> AsyncGenerator[tuple[int, Page], None]:
        """Pages of these numbers as they arrive, a few in flight; one that fails does not cost the others."""
        waiting = iter(numbers)
        running: dict[asyncio.Task[Page | None], int] = {}
        in_a_row = 0
        try:
            while True:
                while len(running) < self._window and in_a_row < _IN_A_ROW and (number := next(waiting, None)) is not None:
                    running[asyncio.create_task(self._one(number, reading))] = number
                if not running:
                    break
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in sorted(done, key=running.__getitem__, reverse=True):
                    number, page = running.pop(task), task.result()
                    in_a_row = in_a_row + 1 if page is None else 0
                    if page is not None:
                        yield number, page
            last = next(reversed(reading.failed.values()), None)
            reading.failed.update((number, last) for number in waiting if last is not None)
        finally:
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)

    async def _one(self, number: int, reading: Reading) -> Page | None:
        try:
            page = await self.page(number)
        except PaiError as error:
            reading.failed[number] = error
            return None
        if self._hold:
            reading.pages[number] = page
        return page

    async def one_by_one(self, *, last: int | None = None, enough: int | None = None) -> AsyncGenerator[tuple[int, Page], None]:
        """Read from the last page to the first; the first of several is read again at the end.

        Parameters
        ----------
        last : int or None
            How many from the front are enough.
        enough : int or None
            How many of the newest are enough.
        """
        first = await self.page(1)
        if first.total is None or first.total < len(first.items):
            async with aclosing(self._forward(first, last or enough)) as pages:
                async for number, page in pages:
                    yield number, page
            return
        if 0 < len(first.items) < min(self.size, first.total):
            self.size = len(first.items)
        self._check_length(first.total)
        wanted = min(last or first.total, enough or first.total, first.total)
        pages_there = -(-(min(last, first.total) if last else first.total) // self.size)
        if pages_there <= 1:
            yield 1, first
        repeated = 0
        for number in range(pages_there, 0, -1) if pages_there > 1 else ():
            page = await self.page(number)
            repeated += number > 1 and bool(page.items) and self.keys(page) == self.keys(first)
            yield number, page
            if enough is not None and len(self.seen) >= enough:
                break
        self.repeats = pages_there > 1 and repeated == pages_there - 1
        self.whole = len(self.seen) >= min(wanted, *self.totals)

    async def _forward(self, page: Page, enough: int | None) -> AsyncGenerator[tuple[int, Page], None]:
        """Without a count: until a page brings nothing new."""
        for number in range(2, self._most):
            before = len(self.seen)
            yield number - 1, page
            if len(self.seen) == before or (enough is not None and len(self.seen) >= enough):
                self.whole = True
                return
            page = await self.page(number)
        raise ProtocolError("the service's list does not end", hint="Narrow the query or pass limit=.")

    def _check_length(self, total: int) -> None:
        if total > self._most * self.size:
            raise ProtocolError(f"the service reports {total:,} items, more than can be read page by page", hint="Narrow the query.")


async def read_pages(
    fetch: Fetch,
    *,
    key: Key,
    size: int = PAGE_SIZE,
    limit: int | None = None,
    newest_first: bool = False,
    on_page: Callable[[Page], None] | None = None,
    reading: Reading | None = None,
    traits: Traits | None = None,
    window: int = WINDOW,
) -> Listing:
    """Read a list page by page, and hold it.

    Parameters
    ----------
    fetch, key, size, window
        As for `Reader`.
    limit : int or None
        Documents at most.
    newest_first : bool
        Return (and, with a limit, choose) the newest first.
    on_page : callable or None
        Told every page that arrives, as soon as it does.
    reading : Reading or None
        Filled with what arrives; a reading that was cut short goes on where it ended.
    traits : Traits or None
        What is known of the service's lists.

    Returns
    -------
    Listing
        With `failed` when some pages could not be fetched, the first of them excepted.

    Raises
    ------
    PaiError
        When the first page could not be fetched.
    ProtocolError
        When the service repeats one page for every number, or never comes to an end.
    """
    traits = traits or Traits()
    reader = Reader(fetch, key, size if limit is None or newest_first else min(size, limit), _Seen(), window=window, on_page=on_page)
    if newest_first and limit is not None and limit <= size:
        page = await reader.page(1, size=limit, newest=True)
        items = {key(item): item for item in page.items}
        if page.total is None or len(items) >= min(limit, page.total):
            return _listing(reader, list(items.values())[:limit], complete=True)
        reader.totals.clear()
    seen: dict[str, dict[str, Any]] | None = None
    if traits.mirrors and (limit is None or newest_first):
        reading = reading if reading is not None else Reading()
        items = await _collect(reader, reader.at_once(reading, traits, above=limit or 0), key)
        if reader.whole or reading.failed:
            return _listing(reader, _cut(items, limit, newest_first=newest_first), complete=reader.whole, failed=reading.failures())
        seen = items or None
    for _ in range(PASSES):
        reader.totals.clear()
        reader.seen = _Seen()
        walk = reader.one_by_one(enough=limit) if newest_first else reader.one_by_one(last=limit)
        items = await _collect(reader, walk, key)
        if reader.whole:
            return _listing(reader, _cut(items, limit, newest_first=newest_first), complete=True)
        if seen is not None and items.keys() <= seen.keys():
            break
        seen = {**items, **{name: item for name, item in (seen or {}).items() if name not in items}}
    if reader.repeats:
        raise ProtocolError(
            "the service answers every page number with the same page", hint="Ask for fewer with limit=, or report it to the service."
        )
    return _listing(reader, _cut(seen or {}, limit, newest_first=newest_first), complete=False)


async def _collect(reader: Reader, walk: AsyncGenerator[tuple[int, Page], None], key: Key) -> dict[str, dict[str, Any]]:
    """The documents of one pass in the order of creation; one that was met twice is kept as it was read last."""
    latest: dict[str, dict[str, Any]] = {}
    places: list[tuple[int, list[str]]] = []
    async with aclosing(walk) as pages:
        async for place, page in pages:
            reader.new(page)
            names = [key(item) for item in page.items]
            latest.update(zip(names, page.items, strict=True))
            places.append((place, names))
    return {name: latest[name] for _, names in sorted(places, key=lambda part: part[0]) for name in names}


def _backwards(page: Page) -> Page:
    return replace(page, items=page.items[::-1])


def _cut(items: dict[str, dict[str, Any]], limit: int | None, *, newest_first: bool) -> Iterable[dict[str, Any]]:
    documents = list(items.values())
    return documents[::-1][:limit] if newest_first else documents[:limit]


def _listing(reader: Reader, items: Iterable[dict[str, Any]], *, complete: bool, failed: dict[str, PaiError] | None = None) -> Listing:
    total = reader.totals[-1] if reader.totals else None
    return Listing(tuple(items), total, tuple(reader.request_ids), datetime.now(UTC), complete, failed or {})


def smaller_size(size: int, error: PaiError) -> int | None:
    """Return the page size to try after a refusal, or None when it was not about the size (whose maximum is not documented).

    Examples
    --------
    >>> smaller_size(100, PaiError("PageSize must not exceed 50", code="InvalidParameter", status=400))
    50
    """
    may_be = error.status == 400 and type(error) is PaiError and _OBJECTION.search(f"{error.code}\n{error.message}")  # noqa: PLR2004 - Bad Request
    return _SMALLER.get(size) if may_be else None
