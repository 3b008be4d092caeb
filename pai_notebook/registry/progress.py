"""One line of progress for calls that take longer than half a second; it ends as a summary or vanishes, never as "0/3"."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from pai_notebook.i18n.phrases import Phrase, now, say, told
from pai_notebook.sanitize import visible

# Seconds without a progress line: a line that vanishes at once only disturbs.
_QUIET = 0.5


class Progress:
    """A line updated in place while the caller waits.

    In a notebook the line is one display that is updated and ends as a summary; in a terminal it is written to stderr and
    erased. Nothing is shown for what ends within half a second.

    Parameters
    ----------
    count : callable
        Returns how many have arrived.
    wanted : callable, optional
        Returns how many there will be, None while that is not known.
    ended : callable, optional
        Returns, at the end, how many were fetched, how many failed, and the first reason.
    naming : callable, optional
        Whether all have arrived and the registry is being asked for names: the count stands still, and the line says why.
    of_models : bool
        Whether models are counted, and not versions.
    clock : callable
        Seconds; replaced in tests.

    Examples
    --------
    >>> with Progress(lambda: 3) as progress:
    ...     progress.tick()
    """

    def __init__(
        self,
        count: Callable[[], int],
        *,
        wanted: Callable[[], int | None] = lambda: None,
        ended: Callable[[], tuple[int, int, str]] | None = None,
        naming: Callable[[], bool] = lambda: False,
        of_models: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._count = count
        self._wanted = wanted
        self._ended = ended
        self._naming = naming
        self._of_models = of_models
        self._clock = clock
        self._began = clock()
        self._shown: Any = None
        self._vanishes = False
        self._last = ""

    def tick(self) -> None:
        """Show or update the line, when there is something new to say."""
        elapsed = self._clock() - self._began
        if elapsed < _QUIET:
            return
        words = "fetching: {versions}, {seconds} s" if self._wanted() else "fetching: {versions} so far, {seconds} s"
        words = "asking for names: {versions}, {seconds} s" if self._naming() else words
        text = now(words, versions=self._so_far(), seconds=f"{elapsed:.0f}")
        # an update with unchanged text would still send a message to the front-end
        if text != self._last:
            self._last = text
            self._show(text)

    def _show(self, text: str) -> None:
        if self._shown is None:
            line = _notebook_line(text)
            self._vanishes = line is None
            self._shown = line or _terminal_line(text)
        else:
            self._shown(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the line as a summary, so that what is saved in a notebook never says how far a fetch once was."""
        if self._shown is not None:
            took = f"{self._clock() - self._began:.1f}"
            stopped = now("stopped with {versions} in {seconds} s", versions=self._so_far(), seconds=took)
            self._shown("" if self._vanishes else self._summary(took) if error is None else stopped)
            self._shown = None

    def _so_far(self) -> Phrase:
        count, wanted = self._count(), self._wanted()
        if wanted and self._of_models:
            return say("{count:,} of {total:,} models", count=count, total=wanted)
        if wanted and wanted >= count:
            return say("{count:,} of {total:,} versions", count=count, total=wanted)
        return say("{count:,} versions", count=count)

    def _summary(self, took: str) -> str:
        good, failed, reason = self._ended() if self._ended is not None else (self._count(), 0, "")
        if self._of_models:
            return now("searched {count:,} models in {seconds} s", count=good, seconds=took)
        if not failed:
            return now("fetched {count:,} versions in {seconds} s", count=good, seconds=took)
        words = "fetched {count:,} versions in {seconds} s; {failed:,} failed: {reason}"
        if not good:
            words = "0 of {failed:,} fetched in {seconds} s: {reason}"
        return now(words, count=good, failed=failed, seconds=took, reason=visible(told(reason)))


def _notebook_line(text: str) -> Callable[[str], None] | None:
    """Update function of a display in a notebook, None outside of one."""
    from pai_notebook.display import notebook_display  # noqa: PLC0415 - templates load when something is shown

    display, _ = notebook_display()
    if display is None:
        return None
    handle = display({"text/plain": text}, raw=True, display_id=True)
    return lambda text: handle.update({"text/plain": text}, raw=True)


def _terminal_line(text: str) -> Callable[[str], None]:
    """Update function of a line on stderr; a stderr that is not a terminal stays clean."""

    def write(text: str) -> None:
        if sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[2K" + text)
            sys.stderr.flush()

    write(text)
    return write
