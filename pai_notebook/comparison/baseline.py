"""Which version everything is compared with, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pai_notebook.errors import ComparisonError, ConfigurationError, VersionNotFound
from pai_notebook.model.address import nearest
from pai_notebook.model.names import nearest_sentence
from pai_notebook.model.order import creation_key, is_approved, version_key
from pai_notebook.model.version import ModelVersion
from pai_notebook.phrases import Phrase, say

__all__ = ["Baseline", "choose_baseline", "in_order", "unique_names"]

Baseline = str | ModelVersion | None


def in_order(versions: Sequence[ModelVersion]) -> tuple[ModelVersion, ...]:
    """Versions without repetition, by model and natural order, whatever order they came in."""
    distinct = dict.fromkeys(versions)
    return tuple(sorted(distinct, key=lambda version: (version.model_id, version_key(version.version_name), version.digest)))


def unique_names(versions: Sequence[ModelVersion]) -> tuple[str, ...]:
    """A name for each version that no other has: its own, with the model where several models are there."""
    short = [version.version_name for version in versions]
    names = short if len(set(short)) == len(short) else [version.address for version in versions]
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[place] = f"{name} ({seen[name]})"
    return tuple(names)


def choose_baseline(
    versions: Sequence[ModelVersion], names: Sequence[str], wanted: Baseline, errors: Mapping[str, Any]
) -> tuple[int | None, Phrase]:
    """Find the baseline among versions in natural order: its position and the reason in words.

    `"approved"` (or None) is the highest approved version, the first where none is approved; `"first"`, `"latest"` and
    `"previous"` (the one before the latest) go by natural order; anything else names a version.

    Raises
    ------
    VersionNotFound
        When the named version is not in the set; the nearest names are in the hint.
    ComparisonError
        When it could not be fetched: no other version silently takes its place.
    """
    if isinstance(wanted, ModelVersion):
        if wanted in versions:
            return list(versions).index(wanted), say("chosen")
        return _named(versions, names, wanted.address, errors)
    if isinstance(wanted, str) and wanted in names:
        return list(names).index(wanted), say("chosen")
    if wanted is not None and not isinstance(wanted, str):
        raise ConfigurationError(f"{wanted!r} is no baseline", hint="Write a version name, 'approved', 'previous', 'first' or 'latest'.")
    if wanted not in (None, "approved", "previous", "first", "latest"):
        return _named(versions, names, wanted, errors)
    return _by_rule(versions, wanted or "approved") if versions else (None, say("there is no version"))


def _by_rule(versions: Sequence[ModelVersion], rule: str) -> tuple[int, Phrase]:
    by_time = sorted(range(len(versions)), key=lambda place: creation_key(versions[place]))
    if rule == "approved":
        approved = [place for place in by_time if is_approved(versions[place])]
        return (approved[-1], say("the newest approved version")) if approved else (0, say("the first version, because none is approved"))
    return {
        "latest": (by_time[-1], say("the latest version")),
        "previous": (by_time[max(len(by_time) - 2, 0)], say("the version created before the latest")),
        "first": (0, say("the first version")),
    }[rule]


def _named(versions: Sequence[ModelVersion], names: Sequence[str], wanted: str, errors: Mapping[str, Any]) -> tuple[int, Phrase]:
    found = [place for place, version in enumerate(versions) if wanted in (version.version_name, version.address)]
    if len(found) == 1:
        return found[0], say("chosen")
    if found:
        addresses = ", ".join(names[place] for place in found)
        raise ComparisonError(f"the baseline {wanted} could be any of {len(found)} versions", hint=f"Say which one: {addresses}.")
    for address, error in errors.items():
        if wanted in (address, address.rpartition("@")[2]):
            raise ComparisonError(f"the baseline {wanted} could not be fetched", hint=error.sentence) from error
    close = nearest(wanted, [version.version_name for version in versions])
    raise VersionNotFound(
        f"the baseline {wanted} is not among the {len(versions)} versions",
        version_name=wanted,
        hint=nearest_sentence(close) if close else "The set is empty.",
    )
