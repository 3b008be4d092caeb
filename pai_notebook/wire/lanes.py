"""Connections: at most so many, each used for one request at a time, each thrown away at the first sign of trouble.

One transport per connection instead of one pool for all: httpcore's pool scans every connection for every request, and a request that is
cancelled while it waits for a connection may leave a slot of the pool taken for good.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx

from pai_notebook.wire.proxy import Proxy, proxy_for
from pai_notebook.wire.tls import tls_context

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pai_notebook.wire.endpoint import Endpoint

__all__ = ["ConnectionPool", "Lane", "proxy_for", "transport_maker"]

_IDLE = 20.0


class Lane:
    """One transport with at most one connection.

    Parameters
    ----------
    transport : httpx.AsyncBaseTransport
        What sends.
    """

    __slots__ = ("fit", "since", "transport")

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.fit = True
        self.since = 0.0

    def check(self) -> None:
        """Mark the lane unfit when bytes beyond the last answer have arrived: the next request would take them for its own answer."""
        pool = getattr(self.transport, "_pool", None)
        for connection in getattr(pool, "connections", ()):
            # httpcore has no public name for this; a test with a chatty server fails when it moves
            parser = getattr(getattr(connection, "_connection", None), "_h11_state", None)
            if parser is not None and parser.trailing_data[0]:
                self.fit = False


class ConnectionPool:
    """A fixed number of lanes, the most recently used first.

    Parameters
    ----------
    make : callable
        Returns a transport for one connection.
    count : int
        Connections at most, hence requests in flight.
    shared : bool
        `make` always returns the same transport, which is closed only with the lanes.
    proxy : Proxy
        What the connections go through, for errors.

    Attributes
    ----------
    own : bool
        Whether the transports are of this package, not given by the user.
    """

    def __init__(
        self, make: Callable[[], httpx.AsyncBaseTransport], count: int, *, shared: bool = False, proxy: Proxy | None = None
    ) -> None:
        self.own = not shared
        self.proxy = proxy if proxy is not None else Proxy()
        self._make = make
        self._shared = shared
        self._free = asyncio.Semaphore(count)
        self._idle: list[Lane] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._reaper: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def lane(self) -> AsyncIterator[Lane]:
        """Lend a lane; it comes back only when nothing went wrong with it."""
        async with self._free:
            lane = self._idle.pop() if self._idle else Lane(self._make())
            good = False
            try:
                yield lane
                good = lane.fit
            finally:
                if good:
                    self._keep(lane)
                else:
                    self._discard(lane)

    def drop_idle(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._discard(self._idle.pop())

    async def aclose(self) -> None:
        """Close everything and wait for it."""
        if self._reaper is not None:
            self._reaper.cancel()
        self.drop_idle()
        if self._shared:
            await self._make().aclose()
        while self._closing:
            await asyncio.wait(self._closing)

    def _keep(self, lane: Lane) -> None:
        lane.since = time.monotonic()
        self._idle.append(lane)
        if self._reaper is None and not self._shared:
            self._reaper = asyncio.get_running_loop().call_later(_IDLE, self._reap)

    def _reap(self) -> None:
        self._reaper = None
        while self._idle and self._idle[0].since + _IDLE <= time.monotonic():
            self._discard(self._idle.pop(0))
        if self._idle:
            self._reaper = asyncio.get_running_loop().call_later(_IDLE, self._reap)

    def _discard(self, lane: Lane) -> None:
        """Close in a task of its own, which no interrupt of the caller can cut short."""
        if self._shared:
            return
        task = asyncio.get_running_loop().create_task(lane.transport.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def transport_maker(endpoint: Endpoint, proxy: Proxy) -> Callable[[], httpx.AsyncBaseTransport]:
    """Return a maker of transports for an endpoint: one connection each, certificates checked.

    Raises
    ------
    ConfigurationError
        When the certificates that the environment names cannot be used.
    """
    context = tls_context() if endpoint.secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE)

    def make() -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits, proxy=proxy.argument)

    return make
