"""One line of progress for what takes longer than half a second; it ends as a summary or vanishes, never as "0/3"."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

__all__ = ["Progress"]

_QUIET = 0.5


class Progress:
    """A line updated in place while the caller waits.

    In a notebook the line is one display that is updated and ends as a summary; in a terminal it is written to stderr and
    erased. Nothing is shown for what ends within half a second.

    Parameters
    ----------
    count : callable
        How many are there so far.
    what : str
        The plural of what is counted.
    clock : callable
        Seconds; replaced in tests.

    Examples
    --------
    >>> with Progress(lambda: 3, what="versions") as progress:
    ...     progress.tick()
    """

    def __init__(self, count: Callable[[], int], *, what: str = "versions", clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._what = what
        self._clock = clock
        self._began = clock()
        self._shown: Any = None
        self._last = ""

    def tick(self) -> None:
        """Show or update the line, when there is something new to say."""
        elapsed = self._clock() - self._began
        if elapsed < _QUIET:
            return
        text = f"fetching: {self._count():,} {self._what} so far, {elapsed:.0f} s"
        if text != self._last:
            self._last = text
            self._show(text)

    def _show(self, text: str) -> None:
        if self._shown is None:
            self._shown = _notebook_line(text) or _terminal_line(text)
        else:
            self._shown(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the line as a summary, so that what is saved in a notebook never says how far a fetch once was."""
        if self._shown is not None:
            word = "fetched" if error is None else "stopped with"
            self._shown(f"{word} {self._count():,} {self._what} in {self._clock() - self._began:.1f} s")
            self._shown = None


def _notebook_line(text: str) -> Callable[[str], None] | None:
    """Update function of a display in a notebook, None outside of one."""
    if "ipykernel" not in sys.modules:
        return None
    from IPython import get_ipython  # noqa: PLC0415 - only where a kernel already runs
    from IPython.display import display  # noqa: PLC0415 - as above

    if get_ipython() is None or not hasattr(get_ipython(), "kernel"):
        return None
    handle: Any = display({"text/plain": text}, raw=True, display_id=True)  # type: ignore[no-untyped-call]
    return lambda text: handle.update({"text/plain": text}, raw=True)


def _terminal_line(text: str) -> Callable[[str], None]:
    """Update function of a line on stderr; a stderr that is no terminal stays clean."""

    def write(text: str) -> None:
        if sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[2K" + (text if text.startswith("fetching") else ""))
            sys.stderr.flush()

    write(text)
    return write
