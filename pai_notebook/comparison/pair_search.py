"""Finds versions that differ in few settings, by hashing what is left when settings are taken away instead of comparing all pairs."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from pai_notebook.model.equality import shown, shown_text, value_key
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.metric_cells import read_value
from pai_notebook.model.settings import LABELS, Leaves

# What is equal for settings that do not differ, by their paths.
Keys = dict[str, Hashable]
# A version, and the leaves that were taken away from it.
Taken = tuple[int, frozenset[str]]
Bucket = list[Taken]
# Of how many versions with the same left all pairs are found, and of more, with how many values that are next each is compared.
EVERY, _NEXT = 100, 8


def keys_of(settings: Mapping[int, Leaves]) -> dict[int, Keys]:
    """Give what versions are compared by."""
    return {place: {path: value_key(leaf) for path, leaf in known.items()} for place, known in settings.items()}


def find_pairs(
    settings: Mapping[int, Leaves], keys: Mapping[int, Keys], buckets: Iterable[Bucket], most: int
) -> Iterator[tuple[int, int, tuple[tuple[str, str | None, str | None], ...]]]:
    """Pairs that differ in 1 to `most` leaves: those that share what is left when a few leaves are taken away."""
    seen: set[tuple[int, int]] = set()
    for bucket in buckets:
        for (one, gone_one), (other, gone_other) in combinations(bucket, 2) if len(bucket) <= EVERY else _neighbours(bucket, settings):
            if one == other or len(gone_one | gone_other) > most:
                continue
            pair = (one, other) if one < other else (other, one)
            if pair in seen:
                continue
            seen.add(pair)
            paths = _differing(keys[pair[0]], keys[pair[1]])
            if 1 <= len(paths) <= most:
                yield (*pair, tuple(_change(path, settings[pair[0]], settings[pair[1]]) for path in sorted(paths, key=natural_key)))


def _neighbours(bucket: Bucket, settings: Mapping[int, Leaves]) -> Iterator[tuple[Taken, Taken]]:
    """Pairs whose values are next to each other; of several versions with the same value each is in as few as that takes."""
    same_values = [alike for _, alike in sorted(_by_value(bucket, settings).items())]
    for nth, few in enumerate(same_values):
        for many in same_values[nth + 1 : nth + 1 + _NEXT]:
            for place in range(max(len(few), len(many))):
                yield few[place % len(few)], many[place % len(many)]


def _by_value(bucket: Bucket, settings: Mapping[int, Leaves]) -> dict[tuple[Any, ...], Bucket]:
    """Versions by the leaves that were taken away: by number where they are numbers, else in natural order."""
    found: dict[tuple[Any, ...], Bucket] = {}
    for place, gone in bucket:
        key = tuple(_order(path, settings[place]) for path in sorted(gone))
        found.setdefault(key, []).append((place, gone))
    return found


def _order(path: str, leaves: Leaves) -> tuple[Any, ...]:
    number = read_value(leaves[path])[1]
    write = shown_text if path.startswith(LABELS) else shown
    return path, math.inf if number is None else number, natural_key(write(leaves[path]))


def buckets_of(keys: Mapping[int, Keys], most: int) -> list[Bucket]:
    """Versions by the combined hash of their leaves without some of them; equal hashes are verified later."""
    buckets: dict[int, Bucket] = {}
    for place, known in keys.items():
        own = {path: hash((path, key)) for path, key in known.items()}
        whole = 0
        for value in own.values():
            whole ^= value
        for count in range(most + 1):
            for gone in combinations(own, count):
                rest = whole
                for path in gone:
                    rest ^= own[path]
                buckets.setdefault(rest, []).append((place, frozenset(gone)))
    return [bucket for bucket in buckets.values() if len(bucket) > 1]


def _differing(first: Keys, second: Keys) -> list[str]:
    paths = [path for path, key in first.items() if path not in second or second[path] != key]
    return paths + [path for path in second if path not in first]


def _change(path: str, first: Leaves, second: Leaves) -> tuple[str, str | None, str | None]:
    """Write both values of a setting so that they look different; None where it is not set."""
    stated = [leaves[path] for leaves in (first, second) if path in leaves]
    write = shown_text if path.startswith(LABELS) or all(isinstance(leaf, str) for leaf in stated) else shown
    before, after = (write(leaves[path]) if path in leaves else None for leaves in (first, second))
    return path, before, after


def finds_all(buckets: Iterable[Bucket], settings: Mapping[int, Leaves]) -> bool:
    """Whether every pair is found, which takes few versions with the same left, or few different values of those."""
    return not any(len(bucket) > EVERY and len(_by_value(bucket, settings)) > _NEXT for bucket in buckets)
