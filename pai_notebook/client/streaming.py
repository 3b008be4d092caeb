"""Reading a list that is too long to hold: every page is handed on as it arrives, and forgotten.

The pages are read in the same passes as lists that are held, with the same promise: what was there all the time is met, and once. Only
names are kept, packed to about their own length, so that what is seen twice is handed on once.
"""

from __future__ import annotations

import zlib
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pai_notebook.client.pages import PAGE_SIZE, Listing, Reading, Traits
from pai_notebook.client.passes import PASSES, Reader
from pai_notebook.errors import ProtocolError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pai_notebook.client.pages import Fetch, Key

_WINDOW = 4
_MOST_PAGES = 1_000_000  # a hundred million versions
# Names in a bucket, on average: few enough to look through, and many enough that a bucket weighs little beside them.
_FULL = 12
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
        self._buckets = [_BETWEEN] * 64
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, name: str) -> bool:
        """Remember a name; False when it is known already."""
        packed = name.encode("utf-8", "surrogatepass") + _BETWEEN
        place = zlib.crc32(packed) % len(self._buckets)
        bucket = self._buckets[place]
        if _BETWEEN + packed in bucket:
            return False
        self._buckets[place] = bucket + packed
        self._count += 1
        if self._count > _FULL * len(self._buckets):
            self._spread()
        return True

    def _spread(self) -> None:
        """Take twice as many buckets, a bucket at a time: each one's names go to it or to its twin."""
        count = len(self._buckets)
        self._buckets += [_BETWEEN] * count
        for place in range(count):
            halves = [_BETWEEN], [_BETWEEN]
            for name in self._buckets[place][1:-1].split(_BETWEEN) if len(self._buckets[place]) > 1 else ():
                packed = name + _BETWEEN
                halves[zlib.crc32(packed) // count % 2].append(packed)
            self._buckets[place], self._buckets[place + count] = map(b"".join, halves)


async def stream_pages(fetch: Fetch, *, key: Key, size: int = PAGE_SIZE, traits: Traits | None = None) -> AsyncGenerator[Listing, None]:
    """Read a list page by page without holding it.

    Parameters
    ----------
    fetch, key, size, traits
        As `read_pages`.

    Yields
    ------
    Listing
        The documents of one page that were not handed on before. When the service reports more than it hands out, the last
        one is empty and not `complete`.

    Raises
    ------
    PaiError
        When a page could not be fetched.
    ProtocolError
        As `read_pages`.
    """
    traits = traits or Traits()
    reader = Reader(fetch, key, size, PackedNames(), most=_MOST_PAGES, window=_WINDOW, hold=False)
    reading, before = Reading(), -1
    for turn in range(not traits.mirrors, PASSES + 1):
        reader.totals.clear()
        async with aclosing(reader.one_by_one() if turn else reader.at_once(reading, traits)) as pages:
            async for place, page in pages:
                items = reader.new(page)
                if items:
                    yield Listing(items, page.total, (page.request_id,), page.fetched, place=place)
        for error in reading.failed.values():
            raise error
        if reader.whole:
            return
        if turn and len(reader.seen) == before:
            break
        before = len(reader.seen)
    if reader.repeats:
        raise ProtocolError(say("the service answers every page number with the same page"), hint=say("Report it to the service."))
    yield Listing((), reader.totals[-1], (), datetime.now(UTC), complete=False)
