"""Reading a list that is too long to hold: every page is handed on as it arrives, and forgotten.

The pages are read as in `paging`, from the last to the first, with the same promise: what was there all the time is met, and once.
Only names are kept, packed to about their own length, so that what is seen twice is handed on once.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ProtocolError
from pai_notebook.wire.paging import PAGE_SIZE, Listing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from pai_notebook.wire.paging import Page

    Fetch = Callable[[int, int, bool], Awaitable[Page]]

__all__ = ["PackedNames", "stream_pages"]

_PASSES = 4
_MOST_PAGES = 1_000_000  # a hundred million versions
_BUCKETS = 1 << 16
_BETWEEN = b"\xff"  # a byte that UTF-8 never has


class PackedNames:
    """A set of texts for names by the million: exact, and about as large as the texts themselves.

    Examples
    --------
    >>> names = PackedNames()
    >>> names.add("0.1.0"), names.add("0.1.0"), len(names)
    (True, False, 1)
    """

    def __init__(self) -> None:
        self._buckets = [_BETWEEN] * _BUCKETS
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, name: str) -> bool:
        """Remember a name; False when it is known already."""
        packed = name.encode("utf-8", "surrogatepass") + _BETWEEN
        place = zlib.crc32(packed) % _BUCKETS
        bucket = self._buckets[place]
        if _BETWEEN + packed in bucket:
            return False
        self._buckets[place] = bucket + packed
        self._count += 1
        return True


async def stream_pages(fetch: Fetch, *, key: Callable[[dict[str, Any]], str], size: int = PAGE_SIZE) -> AsyncIterator[Listing]:
    """Read a list page by page without holding it.

    Parameters
    ----------
    fetch, key, size
        As `read_pages`.

    Yields
    ------
    Listing
        The documents of one page that were not handed on before. When the service counts more than it hands out, the last
        one is empty and not `complete`.

    Raises
    ------
    ProtocolError
        As `read_pages`.
    """
    stream = _Stream(fetch, key, size)
    before = -1
    for _ in range(_PASSES):
        stream.totals.clear()
        async for listing in stream.once():
            if listing.items:
                yield listing
        if len(stream.seen) >= min(stream.totals, default=0):
            return
        if len(stream.seen) == before:
            break
        before = len(stream.seen)
    if stream.repeats and len(stream.seen) <= stream.size:
        raise ProtocolError("the service answers every page number with the same page", hint="Report it to the service.")
    yield Listing((), stream.totals[-1], (), datetime.now(UTC), complete=False)


@dataclass(slots=True)
class _Stream:
    """One list under way: what was met, what the service counted in this pass, and whether every page of it was the same."""

    fetch: Fetch
    key: Callable[[dict[str, Any]], str]
    size: int
    seen: PackedNames = field(default_factory=PackedNames)
    totals: list[int] = field(default_factory=list)
    repeats: bool = False

    async def once(self) -> AsyncIterator[Listing]:
        """One pass; the first page of several is read again at the end, as deletions move others towards it."""
        first = await self._page(1)
        if first.total is None or first.total < len(first.items):
            async for listing in self._forward(first):
                yield listing
            return
        if 0 < len(first.items) < min(self.size, first.total):
            self.size = len(first.items)
        pages = -(-first.total // self.size)
        if pages > _MOST_PAGES:
            raise ProtocolError(
                f"the service counts {first.total:,} items, more than can be read page by page", hint="Narrow the question."
            )
        if pages <= 1:
            yield self._new(first)
        repeated = 0
        for number in range(pages, 0, -1) if pages > 1 else ():
            page = await self._page(number)
            repeated += number > 1 and bool(page.items) and self._keys(page) == self._keys(first)
            yield self._new(page)
        self.repeats = pages > 1 and repeated == pages - 1

    async def _forward(self, page: Page) -> AsyncIterator[Listing]:
        """Without a count: until a page brings nothing new."""
        for number in range(2, _MOST_PAGES):
            listing = self._new(page)
            if not listing.items:
                return
            yield listing
            page = await self._page(number)
        raise ProtocolError("the service's list does not end", hint="Narrow the question.")

    async def _page(self, number: int) -> Page:
        page = await self.fetch(number, self.size, False)  # noqa: FBT003 - as `read_pages` calls it
        self.totals += [] if page.total is None else [page.total]
        return page

    def _keys(self, page: Page) -> set[str]:
        return {self.key(item) for item in page.items}

    def _new(self, page: Page) -> Listing:
        items = tuple(item for item in page.items if self.seen.add(self.key(item)))
        return Listing(items, page.total, (page.request_id,), datetime.now(UTC))
