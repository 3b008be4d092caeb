"""Reading a list page by page so that nothing is lost or doubled while others insert and delete.

The list is read in the order of creation. New items then appear at its end, and a deletion moves later items towards the front. Reading the
first page, then the last page and onwards to the front, and the first page again, meets every item that was there all the time: a deletion
can only move an item to a page that is still to be read. What is seen twice is kept once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import PaiError, ProtocolError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["PAGE_SIZE", "Listing", "Page", "read_pages", "smaller_size"]

PAGE_SIZE = 100
_PASSES = 4
_MOST_PAGES = 10_000
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
        Whether everything asked for is here; False when the service counts more than it hands out.
    """

    items: tuple[dict[str, Any], ...]
    total: int | None
    request_ids: tuple[str, ...]
    fetched: datetime
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its documents, the service's count of all, and the request id."""

    items: tuple[dict[str, Any], ...]
    total: int | None
    request_id: str = ""


@dataclass(slots=True)
class _Reading:
    """One listing under way."""

    fetch: Callable[[int, int, bool], Awaitable[Page]]
    key: Callable[[dict[str, Any]], str]
    size: int
    limit: int | None
    on_page: Callable[[tuple[dict[str, Any], ...], int | None], None] | None
    request_ids: list[str] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    repeats: bool = False

    async def page(self, number: int, *, size: int | None = None, newest_first: bool = False) -> Page:
        page = await self.fetch(number, size or self.size, newest_first)
        self.request_ids.append(page.request_id)
        if page.total is not None:
            self.totals.append(page.total)
        if self.on_page is not None:
            self.on_page(page.items, page.total)
        return page

    def result(self, items: dict[str, dict[str, Any]], *, newest_first: bool, complete: bool) -> Listing:
        documents = list(items.values())
        if newest_first:
            documents.reverse()
        return Listing(
            items=tuple(documents[: self.limit]),
            total=self.totals[-1] if self.totals else None,
            request_ids=tuple(self.request_ids),
            fetched=datetime.now(UTC),
            complete=complete,
        )


async def read_pages(
    fetch: Callable[[int, int, bool], Awaitable[Page]],
    *,
    key: Callable[[dict[str, Any]], str],
    size: int = PAGE_SIZE,
    limit: int | None = None,
    newest_first: bool = False,
    on_page: Callable[[tuple[dict[str, Any], ...], int | None], None] | None = None,
) -> Listing:
    """Read a list page by page.

    Parameters
    ----------
    fetch : callable
        Takes the number of a page, from 1, its size, and whether the newest come first, and returns a `Page`.
    key : callable
        What identifies a document.
    size : int
        Documents per page; smaller when the service hands out less.
    limit : int or None
        Documents at most.
    newest_first : bool
        Return (and, with a limit, choose) the newest first.
    on_page : callable or None
        Told the documents and the count of every page that arrives.

    Raises
    ------
    ProtocolError
        When the service repeats one page for every number, or never comes to an end.
    """
    reading = _Reading(fetch, key, size if limit is None or newest_first else min(size, limit), limit, on_page)
    if newest_first and limit is not None and limit <= size and (newest := await _read_newest(reading, limit)):
        return newest
    seen: dict[str, dict[str, Any]] | None = None
    for _ in range(_PASSES):
        reading.totals.clear()
        items, whole = await _read_once(reading, newest_first=newest_first)
        if whole:
            return reading.result(items, newest_first=newest_first, complete=True)
        if seen is not None and items.keys() <= seen.keys():
            break
        seen = _merge(items, seen or {})
    if reading.repeats:
        raise ProtocolError(
            "the service answers every page number with the same page", hint="Ask for fewer with limit=, or report it to the service."
        )
    return reading.result(seen or {}, newest_first=newest_first, complete=False)


async def _read_newest(reading: _Reading, limit: int) -> Listing | None:
    """A few of the newest from one page; None when the service hands out fewer than a page may hold."""
    page = await reading.page(1, size=limit, newest_first=True)
    items = _index(reading, page.items)
    if page.total is not None and len(items) < min(limit, page.total):
        return None
    return reading.result(items, newest_first=False, complete=True)


async def _read_once(reading: _Reading, *, newest_first: bool) -> tuple[dict[str, dict[str, Any]], bool]:
    """One pass, and whether it found as many as the service counted at its lowest."""
    first = await reading.page(1)
    if first.total is None or first.total < len(first.items):
        return await _read_forward(reading, first)
    if 0 < len(first.items) < min(reading.size, first.total):
        reading.size = len(first.items)
    wanted = first.total if reading.limit is None else min(reading.limit, first.total)
    pages = -(-first.total // reading.size)
    if pages > _MOST_PAGES:
        raise ProtocolError(f"the service counts {first.total:,} items, more than can be read page by page", hint="Narrow the question.")
    if pages <= 1 or (not newest_first and wanted <= len(first.items)):
        items = _index(reading, first.items)
        return items, len(items) >= wanted
    items = await _read_backward(reading, first, pages if newest_first else -(-wanted // reading.size), wanted if newest_first else None)
    return items, len(items) >= min(wanted, *reading.totals)


async def _read_backward(reading: _Reading, first: Page, last: int, enough: int | None) -> dict[str, dict[str, Any]]:
    """Pages from the last to the first; stops early when `enough` is given and reached."""
    behind: dict[str, dict[str, Any]] = {}
    repeated = 0
    for number in range(last, 0, -1):
        page = _index(reading, (await reading.page(number)).items)
        repeated += number > 1 and bool(page) and page.keys() == _index(reading, first.items).keys()
        behind = _merge(page, behind)
        if enough is not None and len(behind) >= enough:
            break
    reading.repeats = last > 1 and repeated == last - 1 and len(behind) <= reading.size
    return behind


async def _read_forward(reading: _Reading, first: Page) -> tuple[dict[str, dict[str, Any]], bool]:
    """Without a count: until a page is empty or brings nothing new."""
    items = _index(reading, first.items)
    page = first
    for number in range(2, _MOST_PAGES):
        if not page.items or (reading.limit is not None and len(items) >= reading.limit):
            return items, True
        page = await reading.page(number)
        merged = _merge(items, _index(reading, page.items))
        if len(merged) == len(items):
            return items, True
        items = merged
    raise ProtocolError("the service's list does not end", hint="Narrow the question or give limit=.")


def _index(reading: _Reading, documents: tuple[dict[str, Any], ...]) -> dict[str, dict[str, Any]]:
    return {reading.key(document): document for document in documents}


def _merge(front: dict[str, dict[str, Any]], behind: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Both in order, each key once; the document that was read later is kept where it is known."""
    return {**front, **{key: document for key, document in behind.items() if key not in front}}


def smaller_size(size: int, error: PaiError) -> int | None:
    """Return the page size to try after a refusal, or None when it was not about the size (whose maximum is not documented).

    Examples
    --------
    >>> smaller_size(100, PaiError("PageSize must not exceed 50", code="InvalidParameter", status=400))
    50
    """
    may_be = error.status == 400 and type(error) is PaiError and _OBJECTION.search(f"{error.code}\n{error.message}")  # noqa: PLR2004 - Bad Request
    return _SMALLER.get(size) if may_be else None
