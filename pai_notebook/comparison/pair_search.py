"""Finding versions that differ in few settings, by hashing what is left when settings are taken away instead of comparing all pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from pai_notebook.comparison.identity import is_identity
from pai_notebook.model.fields import catalogue, leaves
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.metrics import text_of

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

__all__ = ["find_pairs", "settings_of"]

_IGNORED_SPECS = ("extra_info", "options")

Leaves = dict[str, str]


def settings_of(version: ModelVersion, ignored: set[str]) -> Leaves:
    """Leaves of specs and labels that describe a version, as text."""
    found = {f"labels.{key}": ", ".join(sorted(version.labels.get_all(key))) for key in version.labels}
    for info in catalogue([version]):
        if info.kind == "spec" and info.name not in _IGNORED_SPECS:
            found |= {f"{info.name}.{path}": text_of(leaf) for path, leaf in leaves(version, info).items()}
    named = {path for path in found if is_identity(path.partition(".")[2])}
    ignored |= named
    return {path: text for path, text in found.items() if path not in named}


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
    hashes: dict[tuple[str, str], int] = {}
    buckets: dict[int, list[tuple[int, frozenset[str]]]] = {}
    for place, known in settings.items():
        own = {path: hashes.setdefault((path, text), _hash(path, text)) for path, text in known.items()}
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


def _hash(path: str, text: str) -> int:
    content = f"{len(path)}:{path}{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=16).digest(), "big")


def _changes(first: Leaves, second: Leaves) -> tuple[tuple[str, str | None, str | None], ...]:
    differing = [path for path in first.keys() | second.keys() if first.get(path) != second.get(path)]
    return tuple((path, first.get(path), second.get(path)) for path in sorted(differing, key=natural_key))
