"""Runs the actions and jobs of the state on the private event loop, which alone writes to the state and the widgets.

A callback of a widget runs on the kernel's main thread, on a thread of its own, or beside a running cell, depending on the
kernel's version. So a callback only hands its action over; the loop's thread alone changes the state and the widgets.
"""

from __future__ import annotations

import asyncio
import contextvars
import re
import threading
from collections.abc import Callable
from concurrent.futures import wait
from functools import partial
from typing import TYPE_CHECKING, Any

from pai_notebook.client.loop import shared_loop
from pai_notebook.errors import ConfigurationError
from pai_notebook.explorer.jobs import CompareVersions, FetchVersions, FindModels, Job, ListVersions, WriteReport

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from pai_notebook.comparison import Comparison
    from pai_notebook.explorer.source import VersionSource
    from pai_notebook.explorer.state import ExplorerState

# An arrow key held down in a list passes many models; only the one it rests on is asked for.
_SETTLE_SECONDS = 0.12
# Seconds that closing waits for cancelled jobs.
_END_SECONDS = 2.0


class Runner:
    """Runs the jobs that a state awaits and cancels those it no longer does.

    Parameters
    ----------
    state : ExplorerState
        Changed on the loop's thread only.
    source : VersionSource
        What answers, and the loop.
    changed : callable
        Called on the loop's thread after every change.
    """

    def __init__(self, state: ExplorerState, source: VersionSource, changed: Callable[[], None]) -> None:
        self._state = state
        self._source = source
        self._changed = changed
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._coming = 0
        self._counting = threading.Lock()
        self._comparing = threading.Lock()
        self._compared: tuple[CompareVersions, Comparison] | None = None
        # ipykernel looks up the cell that a message belongs to in context variables, which a plain thread lacks
        self._context = contextvars.copy_context()

    def act(self, action: Callable[[], Any]) -> Future[None]:
        """Change the state on the loop's thread, then start and cancel jobs accordingly; may be called from any thread."""
        self._count(1)
        try:
            return self._here().run(self._source.submit, self._act(action))
        except BaseException:
            self._count(-1)
            raise

    def _count(self, more: int) -> None:
        """Count actions that are on their way to the loop's thread."""
        with self._counting:
            self._coming += more

    def wait(self) -> None:
        """Wait until nothing is awaited any more; an interrupt ends the waiting, not the work."""
        self._here().run(self._source.run, self.idle())

    def _here(self) -> contextvars.Context:
        """The caller's context, completed by that in which the explorer was made."""
        here = self._context.copy()
        for variable, value in contextvars.copy_context().items():
            here.run(variable.set, value)
        return here

    async def _act(self, action: Callable[[], Any]) -> None:
        self._count(-1)
        try:
            action()
        except Exception as error:  # noqa: BLE001 - shown in the widget, kept on last_error
            self._state.note(error, "act")
        else:
            self._state.forgive("act")
        self._reconcile()

    def _reconcile(self) -> None:
        awaited = {job.ticket: job for job in self._state.pending}
        for ticket, task in list(self._tasks.items()):
            if ticket not in awaited:
                task.cancel()
        for ticket, job in awaited.items():
            if ticket not in self._tasks:
                task = self._tasks[ticket] = asyncio.get_running_loop().create_task(self._do(job))
                # a task that is cancelled before its first step never runs its own clean-up
                task.add_done_callback(partial(self._forget, ticket))
        self._tell()

    def _tell(self) -> None:
        """Say that the state changed; what was typed or clicked since is newer than it, and will say so itself."""
        if not self._coming:
            self._changed()

    def _forget(self, ticket: int, _: object) -> None:
        self._tasks.pop(ticket, None)

    async def _do(self, job: Job) -> None:
        try:
            await self._answer(job)
        except asyncio.CancelledError:
            if self._state.awaits(job):
                self._state.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - shown in the widget, kept on last_error
            self._state.failed(job, error)
        finally:
            self._tasks.pop(job.ticket, None)
            self._reconcile()

    async def _answer(self, job: Job) -> None:
        def progress(done: int, total: int | None) -> None:
            if self._state.progressed(job, done, total):
                self._tell()

        if isinstance(job, FindModels):
            models, more = await self._source.find_models(job)
            self._state.found(job, models, more=more)
        elif isinstance(job, ListVersions):
            await asyncio.sleep(_SETTLE_SECONDS)
            self._state.listed(job, await self._source.list_versions(job, progress))
        elif isinstance(job, FetchVersions):
            self._state.fetched(job, await self._source.fetch_versions(job, progress))
        elif isinstance(job, WriteReport):
            self._state.reported(job, await asyncio.to_thread(write_report, job.comparison))
        else:
            self._state.compared(job, await asyncio.to_thread(self.compare, job))

    def compare(self, job: CompareVersions) -> Comparison:
        """Do the job, once, for whichever thread comes first."""
        with self._comparing:
            if self._compared is None or self._compared[0] is not job:
                self._compared = job, self._source.compare(job.versions, job.terms)
            return self._compared[1]

    def spawn(self, work: Any) -> None:
        """Run a coroutine beside the jobs; `idle` waits for it too."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def idle(self) -> None:
        """Return once no job and nothing beside them runs."""
        while self._tasks or self._background:
            await asyncio.wait([*self._tasks.values(), *self._background])

    def end(self) -> None:
        """Cancel everything, from any thread; a loop that is already gone has nothing left to cancel."""
        try:
            future = self._source.submit(self._stop())
        except ConfigurationError:
            return
        if not shared_loop.inside:
            wait([future], timeout=_END_SECONDS)

    async def _stop(self) -> None:
        """Cancel everything and wait until it has ended."""
        self._state.cancel()
        running = [task for task in (*self._tasks.values(), *self._background) if task is not asyncio.current_task()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)


def write_report(comparison: Comparison) -> Path:
    """Write a report into the folder that the kernel works in, under a name that the same comparison always gets."""
    models = "-".join(list(dict.fromkeys(version.model_id for version in comparison.versions))[:2])
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", models)[:60]
    return comparison.report(f"comparison-{name}-{comparison.fingerprint[:8]}.html", overwrite=True)
