"""Picks of the explorer: names of versions by model, as plain values, and what is meant by words and buttons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pai_notebook.errors import PaiError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.address import Address
from pai_notebook.model.nearest import counted
from pai_notebook.model.order import is_same, version_key
from pai_notebook.model.selectors import parse_selector
from pai_notebook.versions.resolve import Known, resolve

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# Names in natural order, by model.
Picks = dict[str, tuple[str, ...]]
# What a click picks, as selectors; `None` is by approval, because no selector means all that are pending.
QUICK = {"latest 5": "last:5", "approved + latest": "approved latest", "all pending": None}


def put(picks: Picks, model_id: str, names: Iterable[str]) -> Picks:
    """Picks with these as those of a model, which comes last then."""
    ordered = tuple(sorted(dict.fromkeys(names), key=version_key))
    others = {model: kept for model, kept in picks.items() if model != model_id}
    return {**others, model_id: ordered} if ordered and model_id else others


def each(picks: Picks) -> tuple[tuple[str, str], ...]:
    """Model and name of everything that is picked."""
    return tuple((model, name) for model, names in picks.items() for name in names)


def amount(picks: Picks) -> str:
    """How many versions are picked, and of how many models."""
    count = counted(len(each(picks)), "version")
    return say("{count} of {total} models", count=count, total=len(picks)) if len(picks) > 1 else count


def meant(text: str | None, model_id: str, lines: Sequence[ModelVersion]) -> tuple[list[str], Exception | None]:
    """Names that selectors with blanks between them mean, of None those that are pending; and what they do not find."""
    if text is None:
        return [line.version_name for line in lines if is_same(line.approval_status, "Pending")], None
    try:
        addresses = [Address(model_id, parse_selector(word)) for word in text.split()]
    except PaiError as error:
        return [], error
    known = Known.all_of(lines)
    wanted, errors = resolve(addresses, lambda model_id: (model_id, known), {})
    return [line.version_name for line in wanted], next(iter(errors.values()), None)
