"""Jobs whose answers are awaited, and the runner that works on them on the private event loop: of each lane, the latest one only.

A callback of a widget runs on the kernel's main thread, on a thread of its own, or beside a running cell, depending on the kernel's
version. So it only hands its action over, and the loop's thread alone writes to the state and the widgets.
"""

from __future__ import annotations

import asyncio
import contextvars
import operator
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pai_notebook.client.loop import shared_loop
from pai_notebook.client.tasks import LoopUser
from pai_notebook.explorer.source import Progress, VersionSource

if TYPE_CHECKING:
    from pai_notebook.explorer.state import ExplorerState, Shown

Ask = Callable[[VersionSource, Progress], Awaitable[Any]]
# An arrow key held down in a list passes many models; only the one it rests on is asked for.
_SETTLE_SECONDS = 0.12


@dataclass(eq=False, slots=True)
class Job:
    """A question whose answer is awaited: what it is about, how a source is asked, and what takes the answer; equal to no other."""

    lane: str
    about: Any
    ask: Ask = field(repr=False)
    take: Callable[[Any], object] = field(repr=False)
    # how many of how many it has, once that is known
    progress: tuple[int, int | None] | None = None


class Runner:
    """Runs the jobs that a state awaits, ends those it no longer does, and has drawn what is to be shown; every change is told."""

    def __init__(self, state: ExplorerState, source: VersionSource, changed: Callable[[], None], draw: Callable[[Shown], Any]) -> None:
        self.user = LoopUser()
        self._state, self._source, self._changed, self._draw = state, source, changed, draw
        self._tasks: dict[asyncio.Task[None], Job | Shown] = {}
        self._drawn: Shown | None = None
        # actions on their way to the loop's thread
        self._coming: set[Callable[[], Any]] = set()
        # ipykernel looks up the cell that a message belongs to in context variables, which a plain thread lacks
        self._context = contextvars.copy_context()

    def act(self, action: Callable[[], Any]) -> None:
        """Change the state on the loop's thread, then start and cancel jobs accordingly; may be called from any thread."""
        self._coming.add(action)
        here = self._context.copy()
        for variable, value in contextvars.copy_context().items():
            here.run(variable.set, value)
        try:
            here.run(shared_loop.submit, partial(self._act, action), user=self.user)
        except BaseException:
            self._coming.discard(action)
            raise

    async def _act(self, action: Callable[[], Any]) -> None:
        self._coming.discard(action)
        with self._state.trying("act"):
            action()
        self._reconcile()

    def draw_again(self) -> None:
        """Have what is shown drawn anew, as an action."""
        self._drawn = None

    def _reconcile(self) -> None:
        """Let run what is awaited and nothing else, and draw what is to be shown."""
        shown, wanted = self._state.shown, self._state.waiting.values()
        new: list[Job | Shown] = [job for job in wanted if job not in self._tasks.values()]
        if self._drawn is None or not all(map(operator.is_, shown, self._drawn)):
            self._drawn = shown
            new.append(shown)
        for task, work in self._tasks.items():
            if work is not self._drawn and work not in wanted:
                task.cancel()
        for work in new:
            task = asyncio.get_running_loop().create_task(self._run(work))
            self._tasks[task] = work
            # not at the end of the task, of which nothing runs when it is cancelled before its first step
            task.add_done_callback(self._ended)
        # what was typed or clicked since is newer, and will be told itself
        if not self._coming:
            self._changed()

    async def _run(self, work: Job | Shown) -> None:
        """Work in the user's name, so that it ends when that leaves."""
        await self.user.accompany(self._answer(work) if isinstance(work, Job) else self._show(work))

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not self.user.closed:
            self._reconcile()
        elif not task.cancelled():
            task.exception()  # that it was closed, which nobody waits to be told

    async def _show(self, shown: Shown) -> None:
        with self._state.trying("draw"):
            await self._draw(shown)
            return
        # what cannot be drawn is not tried again before something else is to be shown
        self._drawn = self._state.shown

    async def _answer(self, job: Job) -> None:
        def progress(done: int, total: int | None) -> None:
            job.progress = done, total
            if self._state.waiting.get(job.lane) is job and not self._coming:
                self._changed()

        try:
            if job.lane == "versions":
                await asyncio.sleep(_SETTLE_SECONDS)
            self._state.take(job, await job.ask(self._source, progress))
        except asyncio.CancelledError:
            if self._state.waiting.get(job.lane) is job:
                self._state.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - shown in the widget, kept on last_error
            self._state.failed(job, error)

    async def idle(self) -> None:
        """Wait until nothing is awaited or drawn any more."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
