"""What is under way: at most one job a lane, recognised by its ticket, and what went wrong last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pai_notebook.errors import PaiError

if TYPE_CHECKING:
    from pai_notebook.explorer.jobs import Job

__all__ = ["PendingJobs"]


class PendingJobs:
    """Jobs that were started and whose answers are awaited.

    A new job of a lane takes the place of the one before, whose answer will not be believed any more.

    Attributes
    ----------
    generation : int
        Jobs started so far; every job has the number at its start as its ticket.
    status : str
        What happened last, in a sentence.
    error : Exception or None
        What went wrong last; cleared by the next success of the same kind.
    """

    def __init__(self, status: str = "") -> None:
        self.generation = 0
        self.status = status
        self.error: Exception | None = None
        self._error_lane = ""
        self._pending: dict[str, Job] = {}
        self._measured: tuple[Job, int, int | None] | None = None

    @property
    def pending(self) -> tuple[Job, ...]:
        """Jobs whose answers are awaited, at most one for each lane."""
        return tuple(self._pending.values())

    @property
    def busy(self) -> bool:
        """Whether any answer is awaited."""
        return bool(self._pending)

    def awaits(self, job: Job) -> bool:
        """Whether the answer to this very job would still be taken."""
        return self._pending.get(job.lane) is job

    def cancel(self) -> bool:
        """Give up everything awaited; what was there before stays. Returns whether there was anything."""
        had = self.busy
        self._pending.clear()
        self.status = "Cancelled; nothing was changed." if had else "Nothing to cancel."
        return had

    def _start(self, job: Job, status: str) -> Job:
        self._pending[job.lane] = job
        self.status = status
        return job

    def _ticket(self) -> int:
        self.generation += 1
        return self.generation

    def _take(self, job: Job) -> bool:
        """Whether an answer is awaited; from then on it no longer is."""
        if not self.awaits(job):
            return False
        del self._pending[job.lane]
        self.forgive(job.lane)
        return True

    def forgive(self, lane: str) -> None:
        """Forget an error once something of the same kind went well."""
        if self._error_lane == lane:
            self.error, self._error_lane = None, ""

    def progressed(self, job: Job, done: int, total: int | None = None) -> bool:
        """Note how far a job is."""
        if not self.awaits(job):
            return False
        self._measured = (job, done, total)
        return True

    @property
    def progress(self) -> tuple[int, int | None] | None:
        """How many of how many, None when nothing is under way whose amount is known."""
        if self._measured is None or not self.awaits(self._measured[0]):
            return None
        return self._measured[1:]

    def failed(self, job: Job, error: Exception) -> bool:
        """Take a failure; what was there before stays."""
        if not self._take(job):
            return False
        self.note(error, job.lane)
        return True

    def note(self, error: Exception, lane: str = "") -> None:
        """Keep what went wrong, until the next success of the same kind."""
        self.error, self._error_lane = error, lane
        self.status = error.message if isinstance(error, PaiError) else f"{type(error).__name__}: {error}"
