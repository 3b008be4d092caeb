"""What belongs to one event loop: the connections of a client and what is in flight on them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from pai_notebook.client.attempt import Exchange
from pai_notebook.client.connections import ConnectionPool, Proxy, proxy_for, transport_maker
from pai_notebook.client.loop import shared_loop
from pai_notebook.client.single_flight import Flights
from pai_notebook.client.tasks import LoopUser

if TYPE_CHECKING:
    import httpx

    from pai_notebook.client.credentials import Provider
    from pai_notebook.client.settings import Settings

__all__ = ["Session", "SessionHolder"]


class Session:
    """One client on one event loop.

    Parameters
    ----------
    settings : Settings
        Of the client.
    provider : Provider
        Of the client.
    transport : httpx.AsyncBaseTransport or None
        What sends instead of sockets.
    """

    def __init__(self, settings: Settings, provider: Provider, transport: httpx.AsyncBaseTransport | None) -> None:
        self.loop = asyncio.get_running_loop()
        proxy = proxy_for(settings.endpoint) if transport is None else Proxy()
        make = transport_maker(settings.endpoint, proxy) if transport is None else lambda: transport
        self.lanes = ConnectionPool(make, settings.limits.max_workers, shared=transport is not None, proxy=proxy)
        self.exchange = Exchange(settings, provider, self.lanes)
        self.flights = Flights()

    async def aclose(self) -> None:
        """Abort what is in flight and close the connections."""
        await self.flights.aclose()
        await self.lanes.aclose()


class SessionHolder(LoopUser):
    """The current session, apart from the client so that a forgotten client can be collected and its sockets closed."""

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None
        self._left: list[Session] = []
        self._released = False

    @property
    def usable(self) -> bool:
        """Whether a session may be made: not after the one of a closed client was closed."""
        return not (self.closed and self._released)

    def replace(self, session: Session) -> Session:
        """Use another session; one of a loop that a fork left behind is kept untouched, because its sockets are the parent's too."""
        if self.session is not None:
            self._left.append(self.session)
        self.session = session
        return session

    async def release(self) -> None:
        """Close the session if it is of the running loop."""
        self._released = True
        session, self.session = self.session, None
        if session is not None and session.loop is asyncio.get_running_loop():
            await session.aclose()

    def abandon(self) -> None:
        """Close from whatever thread the garbage collector runs on, without waiting."""
        shared_loop.forget(self)
        session = self.session
        if session is not None and shared_loop.is_current(session.loop):
            with contextlib.suppress(RuntimeError):  # the loop may close at this moment, and then closes the session too
                session.loop.call_soon_threadsafe(lambda: session.loop.create_task(self.release()))
