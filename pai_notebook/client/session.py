"""What belongs to one event loop: the connections of a client, and the requests in flight on them.

Identical requests in flight are made once; the last caller to leave aborts them.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
from typing import TYPE_CHECKING, Any, TypeVar

from pai_notebook.client.attempt import Exchange
from pai_notebook.client.connections import ConnectionPool, Proxy, proxy_for, transport_maker
from pai_notebook.client.loop import shared_loop
from pai_notebook.client.tasks import LoopUser, closed_error
from pai_notebook.errors import PaiError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

    import httpx

    from pai_notebook.client.credentials import Provider
    from pai_notebook.client.settings import Settings

T = TypeVar("T")


class _Flight:
    __slots__ = ("callers", "shared", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.callers = 0
        self.shared = False


class Flights:
    """Requests in flight, by key; used from one event loop only."""

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight] = {}
        self._closed = False

    async def join(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return the result of the flight with this key, starting it when there is none.

        Parameters
        ----------
        key : hashable
            What makes two requests the same.
        make : callable
            Starts the work.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._start(key, make)
        else:
            flight.shared = True
        flight.callers += 1
        try:
            return await asyncio.shield(flight.task)
        except PaiError as error:
            if not flight.shared:
                raise
            failed: PaiError = error
        except asyncio.CancelledError:
            if not self._closed or _leaving():
                raise
            failed = closed_error()
        finally:
            flight.callers -= 1
            if not flight.callers and not flight.task.done():
                await self._abort(key, flight)
        # a copy each: callers on several threads must not write to one traceback
        raise copy.copy(failed)

    def _start(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, Any]]) -> _Flight:
        flight = _Flight(asyncio.get_running_loop().create_task(make()))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda task: self._land(key, task))
        return flight

    def _land(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        if key in self._flights and self._flights[key].task is task:
            del self._flights[key]
        if not task.cancelled():
            task.exception()

    async def _abort(self, key: Hashable, flight: _Flight) -> None:
        """Cancel and wait, so that the connection is closed before the caller goes on."""
        self._flights.pop(key, None)
        flight.task.cancel()
        await asyncio.wait([flight.task])

    async def aclose(self) -> None:
        """Cancel everything in flight; its callers get an error that says why."""
        self._closed = True
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


def _leaving() -> bool:
    """Whether the caller itself is being cancelled, not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


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
        """Close from the thread of the garbage collector, which may be any, without waiting."""
        shared_loop.forget(self)
        session = self.session
        if session is not None and shared_loop.is_current(session.loop):
            with contextlib.suppress(RuntimeError):  # the loop may close at this moment, and then closes the session too
                session.loop.call_soon_threadsafe(lambda: session.loop.create_task(self.release()))
