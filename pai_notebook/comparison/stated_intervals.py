"""Intervals that are stated beside a value, in one row or in two, and the level that their names, texts or other rows say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from pai_notebook.comparison.evidence import EvidenceFinder, Key
from pai_notebook.comparison.interval_text import read_interval
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.evidence_names import is_level, may_be_level, read_evidence_name, read_level
from pai_notebook.model.evidence_words import Role

# The level of an interval that says none.
TAKEN_LEVEL = 0.95
_Bounds = tuple[float, float]


class StatedInterval(NamedTuple):
    """An interval as it is stated.

    Attributes
    ----------
    name : str
        The row that states it, of two the first.
    bounds : (float, float) or None
        Its ends, None where what is stated is none.
    level : float, Phrase or None
        Its level, None where none is stated, or why it is not known.
    settings : tuple of str
        Rows beside it that may be its level or a setting of the training, and are not read.
    """

    name: str
    bounds: _Bounds | None
    level: float | Phrase | None
    settings: tuple[str, ...]


class StatedIntervals:
    """Finds what is stated as an interval of a value.

    Parameters
    ----------
    beside : EvidenceFinder
        What stands beside the metrics.
    """

    def __init__(self, beside: EvidenceFinder) -> None:
        self._beside = beside

    def of(self, key: Key, place: int, value: float) -> Iterator[StatedInterval]:
        """Find the intervals of a metric in a version, those in one row first."""
        for name, bounds, told in (*self._one_row(key, place, value), *self._two_rows(key, place)):
            settings = self._settings(key, place, name)
            yield StatedInterval(name, bounds, self._level(key, place, name, told, bounds, settings=settings), settings)

    def _one_row(self, key: Key, place: int, value: float) -> Iterator[tuple[str, _Bounds | None, tuple[float, ...]]]:
        """Two bounds or half of the width in one row, None for what is neither, and levels that its name or its text say."""
        for name in self._beside.rows_of(key, Role.INTERVAL):
            cell, half = self._beside.cell((name, key[1]), place), self._beside.number((name, key[1]), place)
            if not self._beside.states((name, key[1]), place):
                continue
            if half is not None and not isinstance(cell.raw, list):
                yield name, (value - half, value + half), _said(name)
            else:
                found = read_interval(cell.raw, value)
                told = (found.level,) if found is not None and found.level is not None else ()
                yield name, (found.low, found.high) if found is not None else None, (*_said(name), *told)

    def _two_rows(self, key: Key, place: int) -> Iterator[tuple[str, _Bounds | None, tuple[float, ...]]]:
        """Bounds beside each other, or in an object that is an interval; the widest of several of one level."""
        parts = [name for name in self._beside.rows_of(key, Role.PART) if self._beside.states((name, key[1]), place)]
        ends: dict[tuple[float, ...], dict[Role, list[tuple[str, float | None]]]] = {}
        for role in (Role.LOW, Role.HIGH):
            for name in self._beside.rows_of(key, role):
                if self._beside.states((name, key[1]), place):
                    end = name, self._beside.number((name, key[1]), place)
                    ends.setdefault(_said(name), {}).setdefault(role, []).append(end)
        for said, found in ends.items():
            lows, highs = ([end for _, end in found.get(role, ()) if end is not None] for role in (Role.LOW, Role.HIGH))
            yield next(iter(found.values()))[0][0], (min(lows), max(highs)) if lows and highs else None, said
        unread = [name for name in parts if not is_level(name)]
        if unread and not ends:
            yield unread[0], None, ()

    def _level(
        self, key: Key, place: int, name: str, told: tuple[float, ...], bounds: _Bounds | None, *, settings: tuple[str, ...]
    ) -> float | Phrase | None:
        """Level of an interval, which its name, its text or rows in it or beside it say; why it is not known where they do not agree."""
        named, levels = _said(name), list(told)
        for rows in self._beside.levels_of(key):
            read = [row for row in rows if _said(row) in ((), named) and row not in settings and self._beside.states((row, key[1]), place)]
            stated = {row: read_level(row, self._beside.cell((row, key[1]), place).raw) for row in read}
            for row, level in stated.items():
                if level is None:
                    return say("{name} cannot be read as the level of an interval", name=row)
                levels.append(level)
            if stated:
                break
        if not levels:
            low, high = bounds or (0.0, 0.0)
            parts = {row: self._beside.cell((row, key[1]), place) for row in self._beside.rows_of(key, Role.PART)}
            # what lies between the bounds may be the mean
            others = {row: cell for row, cell in parts.items() if cell.value is None or not low <= cell.value <= high}
            odd = [row for row, cell in others.items() if may_be_level(row, cell.raw)]
            return say("{name} may be the level of the interval; write it as level", name=odd[0]) if odd else None
        if not math.isclose(min(levels), max(levels)):
            return say("different levels are stated for {name}", name=name)
        return levels[0]

    def _settings(self, key: Key, place: int, name: str) -> tuple[str, ...]:
        """Rows beside an interval with a name of its own that would make it narrower: an `alpha` of 0.01 there may be one of training."""
        own = read_evidence_name(name)
        if own is None or own.sibling:
            return ()
        plain = [
            row
            for rows in self._beside.levels_of(key)
            for row in rows
            if (told := read_evidence_name(row)) and told.sibling and told.is_vague
        ]
        return tuple(row for row in plain if (read_level(row, self._beside.cell((row, key[1]), place).raw) or 0.0) > TAKEN_LEVEL)


def _said(name: str) -> tuple[float, ...]:
    """The level that a name says, nothing for most."""
    told = read_evidence_name(name)
    return (told.level,) if told is not None and told.level is not None else ()
