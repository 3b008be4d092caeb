"""Calls on the private loop and their users, and blocking calls on threads of their own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import sys
import threading
from collections.abc import AsyncGenerator
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")
# What runs on the loop: a coroutine, or what makes one there. An interrupt can come at any step of the caller's thread, also when
# it has just made a coroutine and nobody has it yet; on the loop's thread there are none, so that one made there is always awaited.
Work: TypeAlias = "Coroutine[Any, Any, T] | Callable[[], Coroutine[Any, Any, T]]"

# Seconds that an aborted coroutine has to close its connections.
GRACE = 1.0


class DaemonExecutor(concurrent.futures.ThreadPoolExecutor):
    """One daemon thread per call, gone after it: a hanging name lookup or metadata service never delays the exit."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[T]:
        """Start a thread for the call."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - handed to the waiter
                future.set_exception(error)
            else:
                future.set_result(result)

        start_thread(threading.Thread(target=work, name="pai-call", daemon=True))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of the base
        """Return without waiting."""


class LoopUser:
    """What keeps the thread alive, and what it runs there.

    Attributes
    ----------
    closed : bool
        Whether it has left for good; what it starts afterwards is refused.
    streams : set of asynchronous generators
        What it reads item by item; no task runs them between two items.
    """

    def __init__(self) -> None:
        self.closed = False
        self.streams: set[AsyncGenerator[Any, None]] = set()
        self._ending = False
        self._tasks: set[asyncio.Task[Any]] = set()

    async def accompany(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop; when the user leaves meanwhile, it ends with an error that says so."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker
        self._tasks.add(task)
        try:
            return await coroutine
        except asyncio.CancelledError:
            if not (self.closed or self._ending):
                raise
        finally:
            self._tasks.discard(task)
        raise closed_error()

    async def aclose(self) -> None:
        """End what it runs, then give back what it holds; runs on the loop."""
        self._ending = True
        try:
            loop, own = asyncio.get_running_loop(), asyncio.current_task()
            # after a fork there are tasks of the parent's loop, which are left alone
            running = [task for task in self._tasks if task is not own and task.get_loop() is loop]
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running, timeout=GRACE)
            for stream in list(self.streams):
                # a loop that ends closes a generator and those inside it at once, and tells on stderr that one waits for another
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(GRACE / 2):
                        await stream.aclose()
            await self.release()
        finally:
            self._ending = False

    async def release(self) -> None:
        """Give back what it holds; runs on the loop."""


def closed_error() -> ConfigurationError:
    """Return the error for calls on a closed registry."""
    return ConfigurationError(say("this registry was closed"), hint=say("Connect again with connect(...)."))


class RunningCoroutine(Generic[T]):
    """A coroutine on its way through the loop: what the caller waits for, and the task behind it.

    `asyncio.run_coroutine_threadsafe` leaves a coroutine un-awaited when it is cancelled before it began, and an exception that
    nobody has looked at when it was cancelled late; both are told on stderr.
    """

    def __init__(self, work: Work[T], user: LoopUser | None) -> None:
        self.future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self.ended = threading.Event()
        self._work = work
        self._user = user
        self._is_scheduled = False
        self._task: asyncio.Task[T] | None = None

    def schedule(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the loop begin."""
        # first, so that whatever has begun can be aborted
        self.future.add_done_callback(partial(self._noticed, loop))
        # before the loop is told, which an interrupt may cut in the middle: then it may have begun
        self._is_scheduled = True
        loop.call_soon_threadsafe(self._begin, loop)

    def abort(self) -> None:
        """Cancel what is not over, whether it has begun or not, and wait a moment until it has closed its connections."""
        if self.future.cancel() and self._is_scheduled and (self.ended.wait(GRACE) or self._task is not None):
            return
        self.drop()

    def drop(self) -> None:
        """Give up a coroutine that nothing has begun."""
        if not callable(self._work):
            with contextlib.suppress(ValueError):  # it runs
                self._work.close()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.future.cancelled():
            self.drop()
            self.ended.set()
            return
        coroutine = _made(self._work) if callable(self._work) else self._work
        self._task = loop.create_task(coroutine if self._user is None else self._user.accompany(coroutine))
        self._task.add_done_callback(partial(self._end, coroutine))

    def _noticed(self, loop: asyncio.AbstractEventLoop, future: concurrent.futures.Future[T]) -> None:
        """Pass on that the caller has cancelled."""
        if future.cancelled():
            with contextlib.suppress(RuntimeError):  # the loop may have closed meanwhile
                loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end(self, coroutine: Coroutine[Any, Any, T], task: asyncio.Task[T]) -> None:
        coroutine.close()
        cancelled = task.cancelled()
        error = None if cancelled else task.exception()
        if cancelled:
            self.future.cancel()
        if self.future.set_running_or_notify_cancel():
            if error is not None:
                self.future.set_exception(error)
            else:
                self.future.set_result(task.result())
        self.ended.set()


async def _made(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return await make()


def start_thread(thread: threading.Thread) -> None:
    """Start a thread.

    Raises
    ------
    ConfigurationError
        When there are too many, or none at all, as in a browser.
    """
    started = False
    with contextlib.suppress(RuntimeError):
        thread.start()
        started = True
    if not started:
        raise no_thread()


def no_thread() -> ConfigurationError:
    """Return the error for what needs a thread."""
    return ConfigurationError(
        say("this process cannot start another thread"),
        hint=say("Python in a browser has no threads.")
        if sys.platform == "emscripten"
        else say("End other processes, or raise the limit (`ulimit -u`)."),
    )
