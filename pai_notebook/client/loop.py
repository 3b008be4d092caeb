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
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from pai_notebook.client.tasks import GRACE, DaemonExecutor, LoopUser, RunningCoroutine, closed_error, no_thread, start_thread
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from pai_notebook.client.tasks import Work

    _Running = tuple[threading.Thread, asyncio.AbstractEventLoop, asyncio.Event]

T = TypeVar("T")

# Seconds between two looks for an interrupt and two updates of the progress line.
_POLL = 0.2


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

    def __init__(self) -> None:
        self._in_browser = False
        self._retired: list[Any] = []
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        self._users: dict[int, LoopUser] = {}
        self._leaving: asyncio.Task[None] | None = None
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
        """Whether the caller is on the loop's own thread, also when that is about to end."""
        return self._in_browser or getattr(threading.current_thread(), "serves", None) is self

    def is_current(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether `loop` is the one running now in this process."""
        return self.running and loop is self._loop

    def _started(self) -> asyncio.AbstractEventLoop:
        """Return the running loop, starting the thread when there is none; the caller holds the lock."""
        if self._loop is None or not self.running:
            self._start()
        assert self._loop is not None  # noqa: S101 - for the type checker
        return self._loop

    def _start(self) -> None:
        if sys.platform == "emscripten":
            raise no_thread()
        ready = threading.Event()

        def main() -> None:
            try:
                with asyncio.Runner() as runner:
                    loop = runner.get_loop()
                    loop.set_default_executor(DaemonExecutor(max_workers=1))
                    self._loop, self._end = loop, asyncio.Event()
                    ready.set()
                    runner.run(self._serve(self._end))
            except RuntimeError as error:
                # Python 3.12 starts a thread to end the executor, which it refuses when the interpreter is leaving
                if "interpreter shutdown" not in str(error):
                    raise
            finally:
                ready.set()  # also when there is no loop, or the caller would wait forever

        _check_descriptors()
        self._loop = None
        thread = threading.Thread(target=main, name="pai-loop", daemon=True)
        thread.serves = self  # type: ignore[attr-defined]
        start_thread(thread)
        self._thread, self._pid = thread, os.getpid()
        ready.wait()
        if self._loop is None:
            self._thread = None
            raise _no_loop(say("its thread ended at once"))

    async def _serve(self, end: asyncio.Event) -> None:
        """Run until told to end, then let users that are still there close their connections."""
        await end.wait()
        for user in list(self._users.values()):
            with contextlib.suppress(Exception):
                await asyncio.wait_for(user.aclose(), GRACE / 2)
        # what outlasted its cancelling, as on a busy machine, ends here: asyncio.Runner would tell of its error on stderr
        for task in _others():
            task.cancel()
        await _wait_for_others()
        await _wait_for_others()  # the connections that these gave back are closed in tasks of their own

    def submit(self, work: Work[T], *, user: LoopUser | None = None) -> concurrent.futures.Future[T]:
        """Start a coroutine on the loop; cancelling the future aborts it.

        Parameters
        ----------
        work : coroutine or function
            What to run, or what makes it on the loop, which leaves nothing behind when an interrupt comes first.
        user : LoopUser or None
            Whom it belongs to; the thread stays until it leaves.

        Raises
        ------
        ConfigurationError
            When the user has left, or no thread can be started.
        """
        call = RunningCoroutine(work, user)
        try:
            self._begin(call, user)
        except BaseException:
            call.abort()
            raise
        return call.future

    def _begin(self, call: RunningCoroutine[Any], user: LoopUser | None) -> None:
        # under the lock, so that a user who leaves finds on the loop whatever it has started
        with self._lock:
            if user is not None and user.closed:
                raise closed_error()
            loop = self._started()
            if user is not None:
                self._users[id(user)] = user
            call.schedule(loop)

    def run(
        self,
        work: Work[T],
        *,
        user: LoopUser | None = None,
        tick: Callable[[], None] | None = None,
    ) -> T:
        """Run a coroutine on the loop and wait for it; an interrupt aborts it.

        Parameters
        ----------
        work, user
            As `submit`.
        tick : callable or None
            Called on the caller's thread a few times a second while waiting; where progress may be shown.

        Raises
        ------
        ConfigurationError
            As `submit`.
        RuntimeError
            When called on the loop's own thread, which would wait for itself, or when that thread has died.
        """
        call = RunningCoroutine(work, user)
        if self.inside:
            call.drop()
            raise RuntimeError("a blocking call was made on the thread of the private event loop")
        if sys.platform == "emscripten":
            return self._run_in_browser(work() if callable(work) else work, user)
        try:
            self._begin(call, user)
            thread = self._thread
            # short waits: an unlimited one cannot be interrupted on Windows
            while not concurrent.futures.wait([call.future], timeout=_POLL).done:
                if tick is not None:
                    tick()
                _check_alive(thread, call.future)
            return call.future.result()
        except BaseException:
            call.abort()  # an aborted coroutine closes its connections before the interrupt goes on
            raise

    def _run_in_browser(self, coroutine: Coroutine[Any, Any, T], user: LoopUser | None) -> T:
        """Run a coroutine on the browser's loop, which goes on while this call waits; there are no threads."""
        from pyodide.ffi import can_run_sync, run_sync  # noqa: PLC0415 - there only

        if (user is not None and user.closed) or not can_run_sync():
            coroutine.close()
            raise closed_error() if user is not None and user.closed else _cannot_wait()
        self._in_browser = True
        try:
            result: T = run_sync(coroutine if user is None else user.accompany(coroutine))
        finally:
            self._in_browser = False
        return result

    def forget(self, user: LoopUser) -> None:
        """Drop `user` without ending the thread; safe in a finalizer, which must not wait for a lock."""
        self._users.pop(id(user), None)

    def leave(self, user: LoopUser) -> None:
        """End what `user` runs, and the thread when it was the last one."""
        with self._lock:
            if user.closed:
                return
            user.closed = True
            loop = self._loop if self.running and id(user) in self._users else None
        # the loop's own thread cannot wait for itself, so leaving ends in a task
        if loop is not None and self.inside:
            self._leaving = loop.create_task(self._leave_from_inside(user))
            return
        try:
            if loop is not None:
                call = RunningCoroutine(user.aclose, None)
                call.schedule(loop)
                call.ended.wait(2 * GRACE)
        finally:
            self._end_thread(self._without(user), 2 * GRACE)

    async def _leave_from_inside(self, user: LoopUser) -> None:
        await user.aclose()
        self._end_thread(self._without(user), 0)

    def _without(self, user: LoopUser) -> _Running | None:
        with self._lock:
            self._users.pop(id(user), None)
            return None if self._users else self._take()

    def stop(self) -> None:
        """Cancel what runs and end the thread; it starts again when needed."""
        with self._lock:
            taken = self._take()
        self._end_thread(taken, 2 * GRACE)

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
        # a thread cannot join itself
        if threading.current_thread() is not thread:
            thread.join(timeout)


def _others() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


async def _wait_for_others() -> None:
    if others := _others():
        await asyncio.wait(others, timeout=GRACE)


def _check_descriptors() -> None:
    """Raise unless there are the three descriptors that an event loop takes: asyncio complains on stderr about a loop half made."""
    try:
        one, two = socket.socketpair()
        with one, two:
            one.dup().close()
    except OSError as error:
        why = error.strerror or ""
    else:
        return
    raise _no_loop(why)


def _cannot_wait() -> ConfigurationError:
    return ConfigurationError(
        say("Python in this browser cannot wait for an answer"),
        hint=say("Use a browser with WebAssembly JSPI, such as Chrome 137, or read a snapshot: pnb.load(path)."),
    )


def _no_loop(why: str) -> ConfigurationError:
    return ConfigurationError(
        say("no event loop can be created ({why})", why=why), hint=say("Close some files, or raise the limit (`ulimit -n`).")
    )


def _check_alive(thread: threading.Thread | None, future: concurrent.futures.Future[Any]) -> None:
    if thread is not None and not thread.is_alive() and not future.done():
        raise RuntimeError("the private event loop ended while a request was under way")


shared_loop = LoopThread()
atexit.register(shared_loop.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared_loop.after_fork)
