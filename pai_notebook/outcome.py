"""What a bulk fetch has so far, at its end or when something ends it early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pai_notebook.versions import VersionSet

if TYPE_CHECKING:
    from pai_notebook.model.address import Address
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.planning import Arrivals

__all__ = ["Outcome", "keeping_partial", "raise_when_empty"]


class Outcome:
    """The answer to a bulk fetch, at any moment of it."""

    def __init__(self, addresses: Sequence[Address], arrivals: Arrivals) -> None:
        self._addresses = addresses
        self._arrivals = arrivals

    @property
    def versions(self) -> VersionSet:
        """What has arrived, with the errors so far."""
        return self.of(self._addresses)

    def of(self, addresses: Sequence[Address]) -> VersionSet:
        """What has arrived of some of the addresses, with the errors so far."""
        return VersionSet(*self._arrivals.answer(addresses))

    def raise_first(self) -> ModelVersion:
        """Return the first version, or raise the first error where there is one."""
        found, errors = self._arrivals.answer(self._addresses)
        for error in errors.values():
            raise error
        return found[0]


def raise_when_empty(versions: VersionSet) -> None:
    """Raise when nothing could be fetched: a single failure as itself."""
    if not versions:
        for error in versions.errors.values() if len(versions.errors) == 1 else ():
            raise error
        versions.raise_for_errors()


@contextmanager
def keeping_partial(so_far: Callable[[], VersionSet]) -> Iterator[None]:
    """Put what has arrived on whatever ends a bulk call, so that nothing fetched is lost."""
    try:
        yield
    except (KeyboardInterrupt, Exception) as error:
        ended = _single(error)
        if getattr(ended, "partial", None) is None:
            ended.partial = so_far()  # type: ignore[attr-defined]
        if ended is error:
            raise
        raise ended from None


def _single(error: BaseException) -> BaseException:
    """Return what a group of tasks ended with: the first exception itself, so that people see the reason and not the plumbing."""
    return _single(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
