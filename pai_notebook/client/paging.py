"""A whole list, or an end of it, held: read at once, and one by one where others insert and delete meanwhile."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.client.pages import PAGE_SIZE, Listing, Reading, Traits
from pai_notebook.client.passes import PASSES, WINDOW, Reader
from pai_notebook.errors import PaiError, ProtocolError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from pai_notebook.client.pages import Fetch, Key, Page


class _Seen(dict[str, None]):
    """The keys of one pass."""

    def add(self, name: str, /) -> bool:
        new = name not in self
        self[name] = None
        return new


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
            say("the service answers every page number with the same page"),
            hint=say("Ask for fewer with limit=, or report it to the service."),
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


def _cut(items: dict[str, dict[str, Any]], limit: int | None, *, newest_first: bool) -> Iterable[dict[str, Any]]:
    documents = list(items.values())
    return documents[::-1][:limit] if newest_first else documents[:limit]


def _listing(reader: Reader, items: Iterable[dict[str, Any]], *, complete: bool, failed: dict[str, PaiError] | None = None) -> Listing:
    total = reader.totals[-1] if reader.totals else None
    return Listing(tuple(items), total, tuple(reader.request_ids), datetime.now(UTC), complete, failed or {})
