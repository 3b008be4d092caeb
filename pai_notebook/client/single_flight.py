"""Identical requests in flight are made once; the last caller to leave aborts them."""

from __future__ import annotations

import asyncio
import copy
from typing import TYPE_CHECKING, Any, TypeVar

from pai_notebook.client.tasks import closed_error
from pai_notebook.errors import PaiError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

__all__ = ["Flights"]

T = TypeVar("T")


class _Flight:
    __slots__ = ("callers", "shared", "task")

    def __init__(self, task: asyncio.Task[Any]) -> None:
        self.task = task
        self.callers = 0
        self.shared = False


class Flights:
    """What is being fetched now, by key; used from one event loop only."""

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
