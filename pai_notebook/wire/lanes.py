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
from urllib.request import getproxies, proxy_bypass

import httpx

from pai_notebook.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pai_notebook.wire.endpoint import Endpoint

__all__ = ["Lane", "Lanes", "proxy_for", "transport_maker"]

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


class Lanes:
    """A fixed number of lanes, the most recently used first.

    Parameters
    ----------
    make : callable
        Returns a transport for one connection.
    count : int
        Lanes at most, hence requests in flight.
    shared : bool
        `make` always returns the same transport, which is closed only with the lanes.
    """

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport], count: int, *, shared: bool = False) -> None:
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


def transport_maker(endpoint: Endpoint) -> Callable[[], httpx.AsyncBaseTransport]:
    """Return a maker of transports for an endpoint: one connection each, certificates checked, proxies as the environment says.

    Raises
    ------
    ConfigurationError
        When the proxy of the environment cannot be used.
    """
    context = httpx.create_ssl_context() if endpoint.secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    proxy = _proxy(endpoint)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE)

    def make() -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits, proxy=proxy)

    return make


def proxy_for(endpoint: Endpoint) -> str:
    """Return the address of the proxy for an endpoint, empty when there is none.

    Only https endpoints have one (so a proxy sees a CONNECT, never the Authorization header) and loopback never has.

    Examples
    --------
    >>> from pai_notebook.wire.endpoint import parse_endpoint
    >>> proxy_for(parse_endpoint("http://127.0.0.1:8080"))
    ''
    """
    if endpoint.loopback or not endpoint.secure:
        return ""
    proxies = getproxies()
    address = proxies.get("https") or proxies.get("all") or ""
    if not address or proxy_bypass(endpoint.name):
        return ""
    return address if "://" in address else f"http://{address}"


def _proxy(endpoint: Endpoint) -> httpx.Proxy | None:
    address = proxy_for(endpoint)
    if not address:
        return None
    why = ""
    try:
        proxy = httpx.Proxy(address)
        # a SOCKS proxy needs a package that may be missing; better said now than at the first request
        httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, proxy=proxy)
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        why = type(error).__name__
    else:
        return proxy
    raise ConfigurationError(
        f"the proxy in the environment cannot be used ({why})", hint="Check HTTPS_PROXY and ALL_PROXY; socks5 needs httpx[socks]."
    )
