"""What a bulk fetch has so far, at its end or when something ends it early."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pai_notebook.errors import PaiError
from pai_notebook.memory import Key
from pai_notebook.missing import nothing_selected
from pai_notebook.model.address import Address, Selector
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions import VersionSet

if TYPE_CHECKING:
    from pai_notebook.wire.paging import Reading

__all__ = ["Arrivals", "Known", "Outcome", "keeping_partial", "raise_when_empty", "single"]


@dataclass
class Known:
    """What has arrived of one model, and which questions that answers.

    Attributes
    ----------
    versions : dict of str to ModelVersion
        By name.
    listed : dict of str to None
        Names that lists have shown.
    newest : int
        How many of the newest are known to be here.
    approved : bool
        Whether the newest approved one is here, if there is one.
    ended : bool
        Whether a list was read to its end, so that every selector can be answered.
    whole : bool
        Whether that list had everything, so that a name that is not here does not exist.
    lacking : dict of str to PaiError
        Pages of the list that could not be had, as in `page 5 of 10`.
    reading : Reading or None
        The list that is being read.
    unsure : set of str
        Versions that came in a list, before it was known whether lists carry whole versions.
    wanted : int or None
        How many versions are being fetched; None while that is not known.
    """

    versions: dict[str, ModelVersion] = field(default_factory=dict)
    listed: dict[str, None] = field(default_factory=dict)
    newest: int = 0
    approved: bool = False
    ended: bool = False
    whole: bool = False
    lacking: dict[str, PaiError] = field(default_factory=dict)
    reading: Reading | None = None
    unsure: set[str] = field(default_factory=set)
    wanted: int | None = 0

    def answers(self, selector: Selector) -> bool:
        """Whether a selector can be answered from what is here."""
        need = selector.need
        return self.ended or (not need.whole and need.newest <= self.newest and (self.approved or not need.approved))

    def pick(self, selector: Selector) -> list[ModelVersion]:
        """Versions that a selector means among those that are here."""
        return [self.versions[name] for name in selector.pick(self.versions.values()) if name in self.versions]

    def part(self, selector: Selector) -> list[ModelVersion] | None:
        """Versions that a selector means whatever is still missing; None when that cannot be told."""
        if selector.is_divisible:
            return self.pick(selector)
        if selector.kind != "last" or self.reading is None or self.reading.newest is None:
            return None
        count = selector.count - self.reading.missing(selector.count)
        return self.pick(Selector("last", count=count)) if count > 0 else []

    def end(self, names: Iterable[str], *, whole: bool) -> None:
        """Take a list that was read to its end: what an earlier page showed and the list does not have is gone."""
        last = dict.fromkeys(names)
        for name in self.listed.keys() - last.keys():
            self.versions.pop(name, None)
        self.listed, self.ended, self.whole, self.newest, self.approved = last, True, whole, sys.maxsize, True


@dataclass
class Arrivals:
    """What a bulk fetch has so far; filled on the loop thread, read anywhere once the fetch has ended.

    Attributes
    ----------
    models : dict of str to Known
        What is known of each model, by id.
    failures : dict of (model_id, version_name) to PaiError
        Versions that could not be had, and models as a whole under an empty version name.
    ids : dict of str to str
        Ids of the models that were asked for by name.
    progress : callable, optional
        Called with the number of versions that arrived, and how many there will be where that is known.
    remember : bool
        Whether the versions may answer later questions.
    """

    models: dict[str, Known] = field(default_factory=dict)
    failures: dict[Key, PaiError] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    progress: Callable[[int, int | None], None] | None = None
    remember: bool = True

    def of(self, model_id: str) -> Known:
        """What is known of a model, nothing at first."""
        return self.models.setdefault(model_id, Known())

    def add(self, version: ModelVersion) -> None:
        """Keep one version and report progress."""
        self.of(version.model_id).versions[version.version_name] = version
        if self.progress is not None:
            self.progress(self.count, self.wanted)

    def has(self, key: Key) -> bool:
        """Whether a version is here."""
        return key[1] in self.of(key[0]).versions

    @property
    def count(self) -> int:
        """How many versions are here."""
        return sum(len(known.versions) for known in self.models.values())

    @property
    def wanted(self) -> int | None:
        """How many versions are being fetched, None while that is not known."""
        counts = [known.wanted for known in self.models.values()]
        return None if None in counts else sum(filter(None, counts))

    def answer(self, addresses: Sequence[Address]) -> tuple[list[ModelVersion], dict[str, PaiError]]:
        """Versions in the order of the addresses, and the errors by address, name or page."""
        found: list[ModelVersion] = []
        errors: dict[str, PaiError] = {}
        for address in addresses:
            for part in address.selector.members:
                versions, failed = self._answer(Address(address.model, part))
                found += versions
                errors.update(failed)
        return found, errors

    def _answer(self, address: Address) -> tuple[list[ModelVersion], dict[str, PaiError]]:
        selector, said = address.selector, str(address)
        model_id = self.ids.get(address.model, address.model)
        known = self.models.get(model_id) or Known()
        failed = self.failures.get((model_id, ""))
        if selector.kind == "names":
            reasons = {name: self.failures.get((model_id, name)) or failed for name in selector.names if name not in known.versions}
            return known.pick(selector), {f"{address.model}@{name}": error for name, error in reasons.items() if error is not None}
        met = known.answers(selector)
        part = known.pick(selector) if met else known.part(selector)
        versions = part or []
        # a list whose items are not whole is completed one by one, and each of these may fail
        errors = {
            f"{address.model}@{name}": error for (model, name), error in self.failures.items() if model == model_id and name in known.listed
        }
        if met:
            if not versions and not errors and selector.kind != "all":
                errors[said] = nothing_selected(address, list(known.versions))
        elif known.lacking and part is not None:
            errors.update({f"{said} ({page})": error for page, error in known.lacking.items()})
        elif failed is not None or known.lacking:
            errors[said] = failed or next(iter(known.lacking.values()))
        return versions, errors


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

    @property
    def tally(self) -> tuple[int, int, str]:
        """How many versions were fetched, how many addresses failed, and the first reason."""
        versions = self.versions
        reasons = [error.message for error in versions.errors.values()]
        return len(versions), len(reasons), next(iter(reasons), "")

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
        ended = single(error)
        if getattr(ended, "partial", None) is None:
            ended.partial = so_far()  # type: ignore[attr-defined]
        if ended is error:
            raise
        raise ended from None


def single(error: BaseException) -> BaseException:
    """Return what a group of tasks ended with: the first exception itself, so that people see the reason and not the plumbing."""
    return single(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
