"""What to say about a version or a model that does not exist: the nearest names among those that are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pai_notebook.errors import ModelNotFound, VersionNotFound
from pai_notebook.model.nearest import counted

if TYPE_CHECKING:
    from pai_notebook.memory import KnownNames
    from pai_notebook.model.address import Address

__all__ = ["hint_models", "hint_versions", "no_version", "nothing_selected"]


def no_version(model_id: str, name: str, available: KnownNames) -> VersionNotFound:
    """Return the error for a version that a list of its model does not have.

    Examples
    --------
    >>> from pai_notebook.memory import KnownNames
    >>> print(no_version("model-a", "0.9.0", KnownNames(("0.8.0", "0.10.0"), whole=True)))
    no version 0.9.0 in model-a. Nearest are 0.8.0 and 0.10.0.
    """
    error = VersionNotFound(f"no version {name} in {model_id}", action="ListModelVersions", model_id=model_id, version_name=name)
    hint_versions(error, available)
    return error


def nothing_selected(address: Address, available: Sequence[str]) -> VersionNotFound:
    """Return the error for a selector that means no version of a model that exists."""
    if address.selector.kind == "approved":
        return VersionNotFound(
            f"no version of {address.model} is approved", model_id=address.model, hint="Choose one by name, or use @latest."
        )
    hint = f"It has {counted(len(available), 'version')}." if available else "The model has no version yet."
    return VersionNotFound(f"{address} selects no version", model_id=address.model, hint=hint)


def hint_versions(error: VersionNotFound, known: KnownNames) -> bool:
    """Put the nearest of the known names into the hint of an error; false, and the hint as it was, when none is known."""
    close = known.neighbours.of(error.version_name)
    if close:
        error.hint = _nearest(close, "" if known.whole else " of those seen") + "."
    elif known.whole:
        error.hint = "The model has no version yet."
    return bool(close) or known.whole


def hint_models(error: ModelNotFound, known: Mapping[str, str]) -> bool:
    """Put the names and ids nearest to a model that does not exist into the hint of an error; false when none is near.

    Examples
    --------
    >>> error = ModelNotFound("there is no model model-alpa", model_id="model-alpa")
    >>> hint_models(error, {"model-alpha": "digits", "other": ""})
    True
    >>> error.hint
    'Nearest is digits (model-alpha); %paimodel ls shows all.'
    """
    owners = {text: model_id for model_id, name in known.items() for text in (model_id, name) if text and model_id != error.model_id}
    close = list(dict.fromkeys(owners[text] for text in get_close_matches(error.model_id, owners, 4, cutoff=0.5)))[:2]
    if close:
        error.hint = (
            _nearest([f"{known[model_id]} ({model_id})" if known[model_id] not in ("", model_id) else model_id for model_id in close])
            + "; %paimodel ls shows all."
        )
    return bool(close)


def _nearest(close: Sequence[str], of: str = "") -> str:
    return f"Nearest{of} {'are' if len(close) > 1 else 'is'} {' and '.join(close)}"
