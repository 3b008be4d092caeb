"""Names of datasets as short as they can be told apart by."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["short_datasets"]

_LONGEST = 16
_RUNNING = re.compile(r"(?<=[A-Za-z_-])\d+$")


def short_datasets(names: Iterable[str]) -> dict[str, str]:
    """Shorten names of datasets to what tells them apart: addresses to their end, ids by what all begin with and end with.

    Parameters
    ----------
    names : iterable of str
        Ids such as `d-digitsholdout0001`, or addresses.

    Returns
    -------
    dict of str to str
        The short name of each; a name that is short already stays.

    Examples
    --------
    >>> short_datasets(["d-digitsholdout0001", "d-digitsnoisy00001", "oss://bucket/digits/shifted/"])
    {'d-digitsholdout0001': 'holdout', 'd-digitsnoisy00001': 'noisy', 'oss://bucket/digits/shifted/': '…/shifted/'}
    >>> short_datasets(["d-a", "d-b"])
    {'d-a': 'd-a', 'd-b': 'd-b'}
    """
    given = [name for name in dict.fromkeys(names) if name]
    ids = [name for name in given if "/" not in name]
    made = _apart(ids) | {name: _end(name) for name in given if "/" in name}
    short = {name: made[name] for name in given}
    return short if len(set(short.values())) == len(given) else dict(zip(given, given, strict=True))


def _end(address: str) -> str:
    """Give the last part of an address."""
    parts = address.rstrip("/").rsplit("/", 1)
    return address if len(address) <= _LONGEST else f"…/{parts[-1]}{'/' if address.endswith('/') else ''}"


def _apart(ids: list[str]) -> dict[str, str]:
    if all(len(name) <= _LONGEST for name in ids):
        return dict(zip(ids, ids, strict=True))
    apart_from = next((place for place, letters in enumerate(zip(*ids, strict=False)) if len(set(letters)) > 1), 0)
    bare = [_RUNNING.sub("", name[apart_from:]) for name in ids]
    apart = all(bare) and len(set(bare)) == len(ids)
    return dict(zip(ids, bare if apart else ids, strict=True))
