"""Indexing of version sets: by position, name, or a list, index, column or mask of pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import index
from typing import Any

from pai_notebook.arguments import described, is_truth
from pai_notebook.errors import ComparisonError, PaiError, VersionNotFound
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.lookup import column_of
from pai_notebook.model.nearest import listed, nearest_or_known
from pai_notebook.model.selector_words import meant_selector, nearest_versions
from pai_notebook.model.source import unique_names
from pai_notebook.model.version import ModelVersion


class Keys:
    """Finds versions by key; `VersionSet.__getitem__` says which keys there are and what is raised.

    Parameters
    ----------
    versions : sequence of ModelVersion
        The set.
    errors : mapping of str to PaiError
        What could not be fetched: the key of such a version raises its own error.
    """

    def __init__(self, versions: Sequence[ModelVersion], errors: Mapping[str, PaiError]) -> None:
        self._versions = versions
        self._errors = errors

    def several(self, key: Any) -> list[ModelVersion]:
        """Versions of a list of names, positions or truth values."""
        items = key.tolist() if hasattr(key, "tolist") else key
        if not items or not all(map(is_truth, items)):
            return self._each([_name_of(item) for item in items])
        if len(items) != len(self._versions):
            said = say(
                "a mask of {count} truth values does not fit {total} versions: pass one a version",
                count=len(items),
                total=len(self._versions),
            )
            raise TypeError(str(said))
        labels = [_name_of(label) for label in key.index.tolist()] if hasattr(key, "iloc") else []
        if all(isinstance(label, str) for label in labels) and labels:
            # a mask of pandas has labels; a frame that was sorted or filtered is matched by them, not by position
            wanted = {id(version) for version in self._each([label for label, kept in zip(labels, items, strict=True) if kept])}
            return [version for version in self._versions if id(version) in wanted]
        return [version for version, kept in zip(self._versions, items, strict=True) if kept]

    def _each(self, keys: Sequence[Any]) -> list[ModelVersion]:
        """Versions of names or positions; a long list is looked up in one pass."""
        called: dict[str, list[ModelVersion]] = {}
        for version in self._versions:
            for name in dict.fromkeys(names_of(version)):
                called.setdefault(name, []).append(version)
        found = (called.get(key, ()) if isinstance(key, str) else () for key in keys)
        # what is ambiguous, missing or no name is left to the one rule that says so
        return [several[0] if len(several) == 1 else self.one(key) for several, key in zip(found, keys, strict=True)]

    def one(self, key: Any) -> ModelVersion:
        """The version of a name or a position."""
        return self._by_name(key) if isinstance(key, str) else self._versions[_position(key)]

    def _by_name(self, name: str) -> ModelVersion:
        found = [version for version in self._versions if name in names_of(version)]
        if len(found) == 1:
            return found[0]
        if found:
            addresses = dict.fromkeys(version.address for version in found)
            if len(addresses) > 1:
                raise ComparisonError(
                    say("{name} is in several models of this set", name=name),
                    hint=say("Choose one of: {names}.", names=joined(list(addresses))),
                )
            places = listed([f"[{place}]" for place, version in enumerate(self._versions) if name in names_of(version)])
            raise ComparisonError(
                say("this set has {count} different versions named {address}", count=len(found), address=found[0].address),
                hint=say("Take one by its position: {places}.", places=places),
            )
        if name in self._errors:
            raise self._errors[name]
        there = [version.version_name for version in self._versions]
        model, _, version = name.rpartition("@")
        close = nearest_versions(version if model in model_ids(self._versions) else name, there)
        hint = nearest_or_known(close, there, none=say("The set is empty."))
        if not close and (column := column_of(self._versions, name)):
            hint = say("Use {code}.", code=f"to_frame()[{column!r}]")
        elif there and not close and (word := meant_selector(name)):
            hint = say("Write {cure}.", cure=f"select('{self._versions[0].model_id or 'MODEL'}@{word}')")
        raise VersionNotFound(
            say("no version {name} in this set of {count}", name=name, count=len(self._versions)), version_name=name, hint=hint
        )


def _name_of(item: Any) -> Any:
    """Give an item of an index as a key: the pair of a frame of several models as an address, anything else as it is."""
    is_pair = isinstance(item, tuple) and len(item) == 2 and all(isinstance(part, str) for part in item)  # noqa: PLR2004 - model and version
    return "@".join(item) if is_pair else item


def _position(key: Any) -> int:
    try:
        if isinstance(key, bool):
            raise TypeError  # noqa: TRY301 - a truth value is not a position
        return index(key)
    except TypeError:
        fits = "versions[{key}]: pass a position, a name such as '0.2.0', a slice, or a list of names, positions or truth values"
        raise TypeError(str(say(fits, key=described(key)))) from None


def names_of(version: ModelVersion) -> tuple[str, ...]:
    """Names that a version answers to: its own, and its address, with the id of the model or with its name."""
    name = version.provenance.model_name
    return version.version_name, version.address, *((f"{name}@{version.version_name}",) if name else ())


def model_ids(versions: Iterable[ModelVersion]) -> dict[str, str]:
    """Ids of the models of some versions, by the ids themselves and by names that no two of them share."""
    names = unique_names({version.model_id: version.provenance.model_name for version in versions}.items())
    return {name: model_id for model_id, name in names.items()} | {version.model_id: version.model_id for version in versions}
