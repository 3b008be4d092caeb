"""Which versions of a set are kept and in what order: conditions over fields and labels, and sorting that puts the unknown aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.model.lookup import lookup
from pai_notebook.model.order import version_key
from pai_notebook.model.version import ModelVersion
from pai_notebook.model.where import parse_where

__all__ = ["conditions", "is_same", "ordered"]

Condition = tuple[str, Callable[[ModelVersion], bool]]


def conditions(
    where: str | None = None,
    *,
    label: Mapping[str, str] | None = None,
    fields: Mapping[str, tuple[str, str | None]],
    created_after: datetime | str | None = None,
) -> Iterator[Condition]:
    """Give each condition as its words and its predicate, in the order in which they are to be applied.

    Parameters
    ----------
    where : str
        A condition in the grammar of `parse_where`.
    label : mapping
        Key and value, matched exactly.
    fields : mapping of str to (str, str or None)
        By the word for it: an attribute of ModelVersion and the value wanted, compared without regard to case; None asks nothing.
    created_after : datetime or ISO 8601 text
        Exclusive; a time without zone is UTC.
    """
    if label is not None:
        yield f"label {dict(label)}", lambda version: version.labels.matches(label)
    for name, (attribute, wanted) in fields.items():
        if wanted is not None:
            yield f"{name} {wanted!r}", _attribute_is(attribute, wanted)
    if created_after is not None:
        yield f"created after {created_after}", _created_after(_moment(created_after))
    if where is not None:
        yield f"where {where!r}", parse_where(where)


def ordered(
    versions: Sequence[ModelVersion], by: str, *, ascending: bool, na_position: Literal["first", "last"], dataset: str | None
) -> list[ModelVersion]:
    """Versions by a field, a label or a metric, ties in the order they came, the unknown first or last.

    Raises
    ------
    ComparisonError
        When no version has a value.
    """
    if by == "version_name":
        return sorted(versions, key=lambda version: version_key(version.version_name), reverse=not ascending)
    values = [(lookup(version, by, dataset=dataset), version) for version in versions]
    known = [(value, version) for value, version in values if not _missing(value)]
    if not known and versions:
        raise ComparisonError(f"none of the {len(versions)} versions has a value for {by!r}", hint="Look at to_frame(layout='long').")
    known.sort(key=lambda pair: _comparable(pair[0]), reverse=not ascending)
    unknown = [version for value, version in values if _missing(value)]
    sorted_out = [version for _, version in known]
    return unknown + sorted_out if na_position == "first" else sorted_out + unknown


def is_same(value: str, wanted: str) -> bool:
    """Whether two words of the API are the same, whatever their case."""
    return value.casefold() == wanted.casefold()


def _attribute_is(attribute: str, wanted: str) -> Callable[[ModelVersion], bool]:
    return lambda version: is_same(getattr(version, attribute), wanted)


def _created_after(moment: datetime) -> Callable[[ModelVersion], bool]:
    return lambda version: version.created is not None and version.created > moment


def _moment(value: datetime | str) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ConfigurationError(f"{value!r} is not a time", hint="Write created_after='2026-01-31' or a datetime.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _missing(value: Any) -> bool:
    return value is None or value == "" or value != value  # noqa: PLR0124 - NaN is the value that differs from itself


def _comparable(value: Any) -> tuple[int, Any]:
    """Numbers and times among themselves, text after them, so that mixed columns still sort."""
    if isinstance(value, bool | int | float):
        return 0, value
    return (1, value.timestamp()) if isinstance(value, datetime) else (2, str(value))
