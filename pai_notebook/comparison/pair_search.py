"""Finding versions that differ in few settings, by hashing what is left when settings are taken away instead of comparing all pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.identity import is_identity
from pai_notebook.model.equality import same, shown, shown_text, value_key
from pai_notebook.model.fields import catalogue, leaves
from pai_notebook.model.flatten import natural_key

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

__all__ = ["find_pairs", "settings_of"]

_IGNORED_SPECS = ("extra_info", "options")

_LABELS = "labels."

Leaves = dict[str, Any]


def settings_of(version: ModelVersion, ignored: set[str]) -> Leaves:
    """Leaves of specs and labels that describe a version."""
    found: Leaves = {f"{_LABELS}{key}": value for key, value in version.labels.by_key.items()}
    for info in catalogue([version]):
        if info.kind == "spec" and info.name not in _IGNORED_SPECS:
            found |= {f"{info.name}.{path}": leaf for path, leaf in leaves(version, info).items()}
    named = {path for path in found if is_identity(path.partition(".")[2])}
    ignored |= named
    return {path: leaf for path, leaf in found.items() if path not in named}


def find_pairs(settings: Mapping[int, Leaves], most: int) -> Iterator[tuple[int, int, tuple[tuple[str, str | None, str | None], ...]]]:
    """Pairs that differ in 1 to `most` leaves: those that share what is left when a few leaves are taken away."""
    seen: set[tuple[int, int]] = set()
    for bucket in _buckets(settings, most).values():
        for (first, gone_first), (second, gone_second) in combinations(bucket, 2):
            if first == second or len(gone_first | gone_second) > most:
                continue
            pair = (first, second) if first < second else (second, first)
            if pair in seen:
                continue
            seen.add(pair)
            changes = _changes(settings[pair[0]], settings[pair[1]])
            if 1 <= len(changes) <= most:
                yield (*pair, changes)


def _buckets(settings: Mapping[int, Leaves], most: int) -> dict[int, list[tuple[int, frozenset[str]]]]:
    """Versions by the combined hash of their leaves without some of them; equal hashes are verified later."""
    buckets: dict[int, list[tuple[int, frozenset[str]]]] = {}
    for place, known in settings.items():
        own = {path: hash((path, value_key(leaf))) for path, leaf in known.items()}
        whole = 0
        for value in own.values():
            whole ^= value
        for count in range(most + 1):
            for gone in combinations(own, count):
                rest = whole
                for path in gone:
                    rest ^= own[path]
                buckets.setdefault(rest, []).append((place, frozenset(gone)))
    return {rest: bucket for rest, bucket in buckets.items() if len(bucket) > 1}


def _changes(first: Leaves, second: Leaves) -> tuple[tuple[str, str | None, str | None], ...]:
    alike = {path for path in first.keys() & second.keys() if same(first[path], second[path])}
    differing = sorted((first.keys() | second.keys()) - alike, key=natural_key)
    return tuple((path, _told(first, path), _told(second, path)) for path in differing)


def _told(leaves: Leaves, path: str) -> str | None:
    """Write a leaf so that it looks different from any other; None where it is not set."""
    if path not in leaves:
        return None
    return shown_text(leaves[path]) if path.startswith(_LABELS) else shown(leaves[path])
