"""Resolves addresses to versions, for registries, sets and explorers alike; and the errors for those that do not exist."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from pai_notebook.errors import ModelNotFound, PaiError, VersionNotFound
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.address import Address
from pai_notebook.model.nearest import counted, nearest, nearest_sentence
from pai_notebook.model.selectors import Selector
from pai_notebook.versions.cache import Key, KnownNames

if TYPE_CHECKING:
    from pai_notebook.client.pages import Reading
    from pai_notebook.model.address import Address
    from pai_notebook.model.order import Dated
    from pai_notebook.versions.cache import KnownNames


_NO_VERSION_YET = say("The model has no version yet.")


def no_version(model_id: str, name: str, available: KnownNames) -> VersionNotFound:
    """Return the error for a version that a list of its model does not have.

    Examples
    --------
    >>> from pai_notebook.versions.cache import KnownNames
    >>> print(no_version("model-a", "0.9.0", KnownNames(("0.8.0", "0.10.0"), whole=True)))
    no version 0.9.0 in model-a. Nearest are 0.8.0 and 0.10.0.
    """
    error = VersionNotFound(
        _no_version(model_id, name),
        action="ListModelVersions",
        model_id=model_id,
        version_name=name,
    )
    hint_versions(error, available)
    return error


def nothing_selected(address: Address, available: Sequence[str], model_id: str) -> VersionNotFound:
    """Return the error for a selector that selects no version of an existing model."""
    if address.selector.kind == "approved":
        return VersionNotFound(
            say("no version of {model} is approved", model=address.model),
            model_id=model_id,
            hint=say("Choose one by name, or use @latest."),
        )
    hint = say("It has {counted}.", counted=counted(len(available), "version")) if available else _NO_VERSION_YET
    return VersionNotFound(say("{address} selects no version", address=address), model_id=model_id, hint=hint)


def hint_versions(error: VersionNotFound, known: KnownNames) -> bool:
    """Put the nearest of the known names into the hint of an error; false, and the hint as it was, when none is known."""
    close = known.neighbours.of(error.version_name)
    if close:
        error.hint = nearest_sentence(close, whole=known.whole)
    elif known.whole:
        error.hint = say("It has {counted}.", counted=counted(len(known.names), "version")) if known.names else _NO_VERSION_YET
    return bool(close) or known.whole


def hint_models(error: ModelNotFound, known: Mapping[str, str]) -> bool:
    """Put the names and ids nearest to a model that does not exist into the hint of an error; false when none is near.

    Examples
    --------
    >>> error = ModelNotFound("no model named model-alpa", model_id="model-alpa")
    >>> hint_models(error, {"model-alpha": "digits", "other": ""})
    True
    >>> error.hint
    'Nearest is digits (model-alpha). registry.list_models() shows all.'
    """
    owners = {text: model_id for model_id, name in known.items() for text in (model_id, name) if text and model_id != error.model_id}
    close = list(dict.fromkeys(owners[text] for text in nearest(error.model_id, owners, 4)))[:2]
    if close:
        names = [
            say("{what} ({evidence})", what=known[model_id], evidence=model_id) if known[model_id] not in ("", model_id) else model_id
            for model_id in close
        ]
        error.hint = say("{nearest_sentence} registry.list_models() shows all.", nearest_sentence=nearest_sentence(names))
    return bool(close)


# a version; no bound, because mypy checks bounds before it knows the types of ModelVersion's fields
T = TypeVar("T")


@dataclass
class Known(Generic[T]):
    """The versions of one model that are at hand, and which selectors they answer.

    Attributes
    ----------
    versions : dict of str to version
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
        Pages of the list that could not be fetched, as in `page 5 of 10`.
    reading : Reading or None
        The list that is being read.
    unsure : set of str
        Versions that came in a list, before it was known whether lists carry whole versions.
    wanted : int or None
        How many versions are being fetched; None while that is not known.
    """

    versions: dict[str, T] = field(default_factory=dict)
    listed: dict[str, None] = field(default_factory=dict)
    newest: int = 0
    approved: bool = False
    ended: bool = False
    whole: bool = False
    lacking: dict[str, PaiError] = field(default_factory=dict)
    reading: Reading | None = None
    unsure: set[str] = field(default_factory=set)
    wanted: int | None = 0

    @classmethod
    def all_of(cls, versions: Iterable[T]) -> Known[T]:
        """All versions of a model."""
        made = cls({cast("Dated", version).version_name: version for version in versions})
        made.end(made.versions, whole=True)
        return made

    def end(self, names: Iterable[str], *, whole: bool) -> None:
        """Take a list that was read to its end: what an earlier page showed and the list does not have is gone."""
        last = dict.fromkeys(names)
        for name in self.listed.keys() - last.keys():
            self.versions.pop(name, None)
        self.listed, self.ended, self.whole, self.newest, self.approved = last, True, whole, sys.maxsize, True
        self.__dict__.pop("names", None)

    @cached_property
    def names(self) -> KnownNames:
        """The names of a list read to its end, to find those near to a missing one."""
        return KnownNames(tuple(self.listed), listed=True, whole=True)

    def answers(self, selector: Selector) -> bool:
        """Whether a selector can be answered without a request."""
        need = selector.need
        return self.ended or (not need.whole and need.newest <= self.newest and (self.approved or not need.approved))

    def pick(self, selector: Selector) -> list[T]:
        """Versions at hand that a selector selects."""
        there = cast("Iterable[Dated]", self.versions.values())
        return [self.versions[name] for name in selector.pick(there) if name in self.versions]

    def part(self, selector: Selector) -> list[T] | None:
        """Versions that a selector selects for certain, although some are missing; None when none are certain."""
        if selector.is_divisible:
            return self.pick(selector)
        if selector.kind != "last" or self.reading is None or self.reading.newest is None:
            return None
        count = selector.count - self.reading.missing(selector.count)
        return self.pick(Selector("last", count=count)) if count > 0 else []


def resolve(
    addresses: Sequence[Address], known_of: Callable[[str], tuple[str, Known[T] | None]], failures: Mapping[Key, PaiError]
) -> tuple[list[T], dict[str, PaiError]]:
    """Find the versions that addresses select; a missing one is an error, never left out.

    Parameters
    ----------
    addresses : sequence of Address
        In the order in which the versions are to come.
    known_of : callable
        Gives the id of a model that an address names, and what is known of it.
    failures : mapping of (model id, version name) to PaiError
        Versions that could not be fetched, and models as a whole under an empty version name.

    Returns
    -------
    list, dict
        Versions in the order of the addresses, and the errors by address, name or page.
    """
    found: list[T] = []
    errors: dict[str, PaiError] = {}
    for address in addresses:
        model_id, known = known_of(address.model)
        for part in address.selector.members:
            versions, failed = _answer(Address(address.model, part), model_id, known or Known(), failures)
            found += versions
            errors.update(failed)
    return found, errors


def _call_as_asked(error: PaiError, model: str) -> None:
    """Make the error for a version that does not exist call the model as the address does."""
    if isinstance(error, VersionNotFound) and model != error.model_id and error.message == _no_version(error.model_id, error.version_name):
        error.message = _no_version(model, error.version_name)
        error.args = (error.message, *error.args[1:])


def _no_version(model: str, name: str) -> Phrase:
    return say("no version {name} in {model_id}", name=name, model_id=model)


def _answer(address: Address, model_id: str, known: Known[T], failures: Mapping[Key, PaiError]) -> tuple[list[T], dict[str, PaiError]]:
    selector, said = address.selector, str(address)
    failed = failures.get((model_id, ""))
    if selector.kind == "names":
        errors = {}
        for name in selector.names:
            error = None if name in known.versions else failures.get((model_id, name)) or failed
            if error is None and name not in known.versions and known.whole:
                error = no_version(model_id, name, known.names)
            if error is not None:
                _call_as_asked(error, address.model)
                errors[f"{address.model}@{name}"] = error
        return known.pick(selector), errors
    met = known.answers(selector)
    part = known.pick(selector) if met else known.part(selector)
    # a list whose items are not whole is completed one by one, and each of these may fail
    single = ((name, failures.get((model_id, name))) for name in known.listed if name not in known.versions)
    errors = {f"{address.model}@{name}": error for name, error in single if error is not None}
    if met:
        # a model without versions is a fact where everything is asked for, and an error where something is
        if not part and not errors and selector.kind != "all":
            errors[said] = nothing_selected(address, list(known.versions), model_id)
    elif known.lacking and part is not None:
        errors.update({f"{said} ({page})": error for page, error in known.lacking.items()})
    elif failed is not None or known.lacking:
        errors[said] = failed or next(iter(known.lacking.values()))
    return part or [], errors
