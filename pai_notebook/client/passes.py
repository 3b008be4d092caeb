"""Passes over a list that meet what is there all the time, and each thing once, while others insert and delete.

The list is ordered by creation, so a new item appears at its end and a deletion moves later items towards the front.

At once: the newest page is read first, from the other end; its oldest item is the anchor, at a known place from the front. The pages in
front of the anchor are read in parallel, in any order. If the anchor is still at its place afterwards, nothing in front of it was deleted
meanwhile, so that nothing moved from one page to another, and every item that was there all the time was met.

One by one, when the anchor has moved or the numbers do not agree: the first page, then the last page and onwards to the front, and the
first page again. A deletion can only move an item to a page that is still to be read. Where a page is empty, the count was too high, and
the last page with items is looked for: what is there all the time never moves backwards, so that none of it is behind an empty page.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from pai_notebook.errors import PaiError, ProtocolError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from pai_notebook.client.pages import Fetch, Key, Page, Reading, Traits

WINDOW = 8
PASSES = 4
_MOST_PAGES = 10_000
_AT_ONCE = 200
_IN_A_ROW = 3


class SeenNames(Protocol):
    """A set of keys that tells whether one is new."""

    def add(self, name: str, /) -> bool:
        """Remember a key; False when it is known already."""

    def __len__(self) -> int: ...


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
        skipped = max(0, newest.total - above) // self.size if above else 0
        wanted = range(last, skipped, -1)
        for number in filter(reading.pages.__contains__, wanted):
            self._tell(reading.pages[number])
            yield number, reading.pages[number]
        full, ended = True, False
        async with aclosing(self._gather([number for number in wanted if number not in reading.pages], reading)) as pages:
            async for number, page in pages:
                full = full and len(page.items) == self.size
                yield number, page
                # the anchor has moved, or was never at its place as the count is too high
                if ended := not page.items:
                    break
        if reading.failed or ended:
            return
        stays = not wanted or await self._anchor_stays(reading)
        enough = min(above or newest.total, *self.totals)
        # what was deleted since an earlier reading may be among its pages, and then there is more than the service counted at first
        doubtful = resumed and len(self.seen) > newest.total - min(skipped * self.size, reading.place)
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
        repeated, number = 0, pages_there if pages_there > 1 else 0
        while number:
            page = await self.page(number)
            if number > 1 and not page.items:
                number = await self._last_before(number)
                continue
            repeated += number > 1 and self.keys(page) == self.keys(first)
            yield number, page
            if enough is not None and len(self.seen) >= enough:
                break
            number -= 1
        self.repeats = pages_there > 1 and repeated == pages_there - 1
        self.whole = len(self.seen) >= min(wanted, *self.totals)

    async def _last_before(self, empty: int) -> int:
        """The last page that may have items, where a count is too high: what is there all the time never moves to an empty page."""
        there, step = 1, 1
        while empty - there > 1:
            probe = empty - step if step and empty - step > there else (there + empty) // 2
            page = await self.page(probe)
            if page.items:
                there, step = probe, 0
            else:
                empty, step = probe, 2 * step
        return empty - 1

    async def _forward(self, page: Page, enough: int | None) -> AsyncGenerator[tuple[int, Page], None]:
        """Without a count: until a page brings nothing new."""
        for number in range(2, self._most):
            before = len(self.seen)
            yield number - 1, page
            if len(self.seen) == before or (enough is not None and len(self.seen) >= enough):
                self.whole = True
                return
            page = await self.page(number)
        raise ProtocolError(say("the service's list does not end"), hint=say("Narrow the query or pass limit=."))

    def _check_length(self, total: int) -> None:
        if total > self._most * self.size:
            raise ProtocolError(
                say("the service reports {total:,} items, more than can be read page by page", total=total), hint=say("Narrow the query.")
            )


def _backwards(page: Page) -> Page:
    return replace(page, items=page.items[::-1])
