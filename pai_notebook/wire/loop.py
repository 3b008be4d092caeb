"""One private event loop on one daemon thread, shared by every client of the process.

A notebook's own loop cannot be used: the kernel runs cells and widget callbacks on different loops and threads from version to version,
and an interrupt would not reach a request. Here the caller waits on a future, so the stop button cancels it and the request is aborted.
"""

from __future__ import annotations

import asyncio
import atexit
import concurrent.futures
import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    _Running = tuple[threading.Thread, asyncio.AbstractEventLoop, asyncio.Event]

__all__ = ["LoopThread", "shared_loop"]

T = TypeVar("T")

_GRACE = 1.0
_POLL = 0.2


class _DaemonExecutor(concurrent.futures.ThreadPoolExecutor):
    """One daemon thread per call, gone after it: a hanging name lookup or metadata service never delays the exit."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[T]:
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

        threading.Thread(target=work, name="pai-call", daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - the signature of the base
        """Wait for nothing."""


class LoopThread:
    """An event loop on a daemon thread; started on first use, again after a fork, stopped when its last user leaves.

    Examples
    --------
    >>> async def answer():
    ...     return 42
    >>> thread = LoopThread()
    >>> thread.run(answer())
    42
    >>> thread.stop()
    """

    def __init__(self, name: str = "pai-loop") -> None:
        self._name = name
        self._retired: list[Any] = []
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._users: dict[int, Callable[[], Coroutine[Any, Any, None]]] = {}
        self._pid = os.getpid()

    def after_fork(self) -> None:
        """Forget the parent's loop without touching it: its selector is shared with the parent."""
        self._retired.append((self._loop, self._thread, self._end))
        self._reset()

    @property
    def running(self) -> bool:
        """Whether the thread is alive in this process."""
        return self._thread is not None and self._thread.is_alive() and self._pid == os.getpid()

    @property
    def inside(self) -> bool:
        """Whether the caller is on the loop's own thread."""
        return threading.current_thread() is self._thread

    def is_current(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether `loop` is the one running now in this process."""
        return self.running and loop is self._loop

    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the running loop, starting the thread when there is none."""
        with self._lock:
            if self._loop is None or not self.running:
                self._start()
            assert self._loop is not None  # noqa: S101 - for the type checker
            return self._loop

    def _start(self) -> None:
        ready = threading.Event()

        def main() -> None:
            try:
                with asyncio.Runner() as runner:
                    loop = runner.get_loop()
                    loop.set_default_executor(_DaemonExecutor(max_workers=1))
                    self._loop, self._end = loop, asyncio.Event()
                    ready.set()
                    runner.run(self._serve(self._end))
            except RuntimeError as error:
                # Python 3.12 starts a thread to end the executor, which it refuses when the interpreter is leaving
                if "interpreter shutdown" not in str(error):
                    raise

        self._thread = threading.Thread(target=main, name=self._name, daemon=True)
        self._pid = os.getpid()
        self._thread.start()
        ready.wait()

    async def _serve(self, end: asyncio.Event) -> None:
        """Run until told to end, then let those who forgot to leave close their connections."""
        await end.wait()
        for close in list(self._users.values()):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(close(), _GRACE / 2)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop; cancelling the future aborts it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop())

    def run(self, coroutine: Coroutine[Any, Any, T], *, grace: float = _GRACE, tick: Callable[[], None] | None = None) -> T:
        """Run a coroutine on the loop and wait for it; an interrupt aborts it.

        Parameters
        ----------
        coroutine : coroutine
            What to run.
        grace : float
            Seconds to let an aborted coroutine close its connections before the interrupt goes on.
        tick : callable or None
            Called on the caller's thread a few times a second while waiting; where progress may be shown.

        Raises
        ------
        RuntimeError
            When called on the loop's own thread, which would wait for itself, or when that thread has died.
        """
        if self.inside:
            coroutine.close()
            raise RuntimeError("a blocking call was made on the thread of the private event loop")
        finished = threading.Event()

        async def wrapped() -> T:
            try:
                return await coroutine
            finally:
                finished.set()

        future: concurrent.futures.Future[T] | None = None
        try:
            future = self.submit(wrapped())
            # short waits: an unlimited one cannot be interrupted on Windows
            while not concurrent.futures.wait([future], timeout=_POLL).done:
                if tick is not None:
                    tick()
                self._check_alive(future)
            return future.result()
        except BaseException:
            if future is not None and not future.done():
                future.cancel()
                finished.wait(grace)
            raise

    def _check_alive(self, future: concurrent.futures.Future[Any]) -> None:
        if not self.running and not future.done():
            raise RuntimeError("the private event loop ended while a request was under way")

    def join(self, user: object, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Keep the thread for `user` until it leaves; `close` is called on the loop if it never does."""
        with self._lock:
            self._users[id(user)] = close

    def forget(self, user: object) -> None:
        """Drop `user` without ending the thread; safe in a finalizer, which must not wait for a lock."""
        self._users.pop(id(user), None)

    def leave(self, user: object) -> None:
        """End the thread when `user` was the last one."""
        with self._lock:
            self._users.pop(id(user), None)
            taken = None if self._users else self._take()
        self._end_thread(taken, 2 * _GRACE)

    def stop(self, *, timeout: float = 2 * _GRACE) -> None:
        """Cancel what runs and end the thread; it starts again when needed."""
        with self._lock:
            taken = self._take()
        self._end_thread(taken, timeout)

    def _take(self) -> _Running | None:
        thread, loop, end = self._thread, self._loop, self._end
        self._thread = self._loop = self._end = None
        return (thread, loop, end) if thread and loop and end and thread.is_alive() else None

    @staticmethod
    def _end_thread(taken: _Running | None, timeout: float) -> None:
        if taken is None:
            return
        thread, loop, end = taken
        with contextlib.suppress(RuntimeError):  # the loop may have closed meanwhile
            loop.call_soon_threadsafe(end.set)
        if threading.current_thread() is not thread:
            thread.join(timeout)


shared_loop = LoopThread()
atexit.register(shared_loop.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared_loop.after_fork)
