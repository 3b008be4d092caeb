"""Result of a bulk fetch, complete or partial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from pai_notebook.errors import AddressError, NotFound, PaiError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.address import Address
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.cache import Key
from pai_notebook.versions.resolve import Known, resolve
from pai_notebook.versions.versions import VersionSet


@dataclass
class Arrivals:
    """What a bulk fetch has so far; filled on the loop thread, read anywhere once the fetch has ended.

    Attributes
    ----------
    models : dict of str to Known
        What is known of each model, by id.
    failures : dict of (model_id, version_name) to PaiError
        Versions that could not be fetched, and models as a whole under an empty version name.
    ids : dict of str to str
        Ids of the models that were asked for by name.
    gaps : dict of str to Phrase
        What is said of models of which the service returns fewer versions than it counts.
    progress : callable, optional
        Called with the number of versions that arrived, and how many there will be where that is known.
    remember : bool
        Whether the versions may answer later questions.
    name_in : callable, optional
        Tells an error what its model is called.
    is_naming : bool
        Whether all has arrived, and the registry is being asked for names.
    """

    models: dict[str, Known[ModelVersion]] = field(default_factory=dict)
    failures: dict[Key, PaiError] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, Phrase] = field(default_factory=dict)
    progress: Callable[[int, int | None], None] | None = None
    remember: bool = True
    name_in: Callable[[PaiError], None] | None = None
    is_naming: bool = False

    def of(self, model_id: str) -> Known[ModelVersion]:
        """What is known of a model, nothing at first."""
        known = self.models.get(model_id)
        if known is None:
            known = self.models[model_id] = Known()
        return known

    def add(self, *versions: ModelVersion) -> None:
        """Keep versions that arrived together and report progress once."""
        for version in versions:
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

    @property
    def all_answered(self) -> bool:
        """Whether the service has answered everything, be it with what does not exist."""
        answers = (NotFound, AddressError)
        return not any(known.lacking for known in self.models.values()) and all(
            isinstance(error, answers) for error in self.failures.values()
        )

    def answer(self, addresses: Sequence[Address]) -> tuple[list[ModelVersion], dict[str, PaiError]]:
        """Versions in the order of the addresses, and the errors by address, name or page."""

        def known_of(text: str) -> tuple[str, Known[ModelVersion] | None]:
            model_id = self.ids.get(text, text)
            return model_id, self.models.get(model_id)

        found, errors = resolve(addresses, known_of, self.failures)
        if self.name_in is not None:
            for error in errors.values():
                self.name_in(error)
        return found, errors


class FetchResult:
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
        models = {self.id_of(address.model) for address in addresses}
        gaps = [said for model, said in self._arrivals.gaps.items() if model in models]
        return VersionSet(*self._arrivals.answer(addresses), origin=told_gaps(gaps))

    def id_of(self, model: str) -> str:
        """Id of a model that was asked for by id or name; the text itself where no model has that name."""
        return self._arrivals.ids.get(model, model)

    @property
    def tally(self) -> tuple[int, int, str]:
        """How many versions were fetched, how many addresses failed, and the first reason."""
        versions = self.versions
        reasons = [error.headline for error in versions.errors.values()]
        return len(versions), len(reasons), next(iter(reasons), "")

    def raise_first(self) -> ModelVersion:
        """Return the first version, or raise the first error where there is one."""
        found, errors = self._arrivals.answer(self._addresses)
        for error in errors.values():
            raise error
        return found[0]


def told_gaps(gaps: Sequence[Phrase]) -> Phrase | str:
    """Say with a set what the service counts and does not return: what is newest or approved may be among it."""
    return say("Versions may be missing: {reasons}.", reasons=joined(gaps, "; ")) if gaps else ""


def raise_when_empty(versions: VersionSet) -> None:
    """Raise when nothing could be fetched: a single failure as itself."""
    if not versions:
        raise_failures(versions)


def raise_failures(versions: VersionSet) -> None:
    """Raise when something could not be fetched: a single failure as itself."""
    for error in versions.errors.values() if len(versions.errors) == 1 else ():
        raise error
    versions.raise_for_errors()


@contextmanager
def keeping_partial(so_far: Callable[[], VersionSet]) -> Iterator[None]:
    """Attach what has arrived to the exception that ends a bulk call, so that nothing fetched is lost."""
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
    """Return what a group of tasks ended with: the first exception itself, so that users see the reason and not the task group."""
    return single(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
