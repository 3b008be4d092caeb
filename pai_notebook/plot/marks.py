"""What charts have in common: the marks and signs of chance with their legend, axes on which differences can be seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import quantiles
from typing import Any

from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.plot.data import ALONE, CHANCE, STARS, WITHIN, ChartData, Measure, Point, some
from pai_notebook.plot.theme import Theme

SIGNS = {"could be chance": "≈", "no interval known": "?", "same": "="}
# Arrows of what is beyond chance, and of what is so only as measured.
MEASURED = {"▲": "△", "▼": "▽"}
# A quarter of the values has to be on either side of those in the middle before some of them may be called far away.
_SPARSE = 4
# How many times wider values far away must make an axis before they stand at its end instead.
_CRUSHED = 3


def narrowed(data: ChartData, places: Sequence[int]) -> ChartData:
    """Names of some versions, without metrics."""
    return ChartData([data.names[place] for place in places], list(places).index(data.baseline), (), data.rejected)


def version_names(data: ChartData, theme: Theme, *, below: bool = False) -> list[str]:
    """Names of the versions, the baseline's with the word, which stands in a line of its own below names that stand side by side."""
    names = list(data.names)
    if data.baseline in range(len(names)):
        name = names[data.baseline]
        said = theme.words(say("{name} (baseline)", name=name))
        names[data.baseline] = f"{name}\n{said.removeprefix(name).strip()}" if below and said.startswith(name) else said
    return names


def window(points: Sequence[Point], keep: Sequence[int]) -> tuple[float, float]:
    """Ends of an axis on which differences can be seen: values far from all others are left outside, but those to keep."""
    values = [point.value for point in points if point.is_number]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if len(values) > _SPARSE:
        first, _, third = quantiles(values, n=4, method="inclusive")
        fence = 3 * (third - first)
        near = [value for value in values if first - fence <= value <= third + fence]
        near += [points[place].value for place in keep if points[place].is_number]
        if fence and max(near) - min(near) < (high - low) / _CRUSHED:
            low, high = min(near), max(near)
    near = [run for point in points if low <= point.value <= high for run in point.runs]
    low, high = min([low, *near]), max([high, *near])
    whiskers = [end for point in points if point.interval and low <= point.value <= high for end in point.interval if math.isfinite(end)]
    return min([low, *whiskers]), max([high, *whiskers])


def spread(set_ends: Any, low: float, high: float, *, most: float = 0.04, from_zero: bool = False) -> None:
    """Give an axis its ends with some room beyond them."""
    room = most * ((high - low) or abs(high) or 1.0)
    set_ends(low if from_zero and low == 0 else low - room, high + room)


def whisker(ax: Any, point: Point, place: float, theme: Theme, *, upright: bool, faint: bool = False) -> None:
    """Draw the interval of a version where it is known."""
    if point.interval is not None and all(map(math.isfinite, point.interval)):
        look = {"color": theme.neutral, "linewidth": 0.7 if faint else 1.4, "alpha": 0.45 if faint else 1.0, "zorder": 2}
        (ax.vlines if upright else ax.hlines)(place, *point.interval, **look)


def runs(ax: Any, point: Point, place: float, theme: Theme, ends: tuple[float, float], *, upright: bool) -> None:
    """Draw the single runs of a mean, a small stroke each, those that the axis holds."""
    found = [run for run in point.runs if ends[0] <= run <= ends[1]]
    if found:
        look = {"color": theme.ink, "linestyle": "none", "marker": "_" if upright else "|", "markersize": 7, "alpha": 0.6, "zorder": 2}
        ax.plot(*(([place] * len(found), found) if upright else (found, [place] * len(found))), **look)


def told_value(point: Point, written: str) -> str:
    """Write a value, a mean with the standard deviation of its runs."""
    return say("{mean} (sd {sd})", mean=written, sd=point.sd) if point.sd else written


def sign_of(point: Point, *, measured: bool = False) -> str:
    """The sign of what may be said of a difference; `measured`: by a hollow one which way it is where no interval is known."""
    if point.is_beyond_chance:
        return point.arrow
    hollow = MEASURED.get(point.arrow, "") if measured and point.verdict == "no interval known" else ""
    return hollow or SIGNS.get(point.verdict, "")


def told_difference(point: Point, theme: Theme, *, measured: bool = False) -> str:
    """The difference with the sign of what may be said of it."""
    if point.verdict == "baseline":
        return ""
    difference = "" if point.verdict == "same" else theme.words(point.difference)
    if point.alone:
        return f"{difference} {theme.words(point.alone)}".strip()
    return f"{sign_of(point, measured=measured)} {difference}".strip()


def legend(data: ChartData, points: Sequence[Point], *, signs: bool = True, bars: bool = False) -> list[Phrase]:
    """What the marks mean, those that occur, so that nobody compares the whiskers of two candidates with each other."""
    said = [point.verdict for point in points if point.is_number]
    alone = not signs and any(point.alone for point in points)
    pieces = [*marks_of(said, arrows=signs, bars=bars, alone=alone), *(signs_of(points) if signs else [])]
    pieces += [meaning for star, meaning in STARS.items() if signs and star in {point.star for point in points}]
    pieces += whiskers_of(points, data.names[data.baseline])
    if any(point.runs for point in points):
        pieces.append(say("strokes: single runs; sd: their standard deviation"))
    return [joined(pieces, " · ")] if pieces else []


def whiskers_of(points: Sequence[Point], baseline: str) -> list[Phrase]:
    """What the whiskers mean, where there are any."""
    drawn = [point for point in points if point.interval is not None and point.interval[0] < point.interval[1]]
    if not drawn:
        return []
    pieces = [say("whiskers: 95 % interval of the difference to {baseline}, compared alone", baseline=baseline)]
    pieces += [say("cut at the metric's limit")] if any(point.is_cut for point in drawn) else []
    return [joined([*pieces, say("filled marks count all comparisons together")], "; ")]


def marks_of(
    verdicts: Sequence[str], *, of_two: bool = False, arrows: bool = False, bars: bool = False, alone: bool = False
) -> list[Phrase]:
    """What the shapes and colours of marks mean, and the arrows before differences, those that occur.

    `alone` says that some versions are better or worse only if compared alone, where no sign beside them says so.
    """
    better, worse = (say("● ▲ better"), say("◆ ▼ worse")) if arrows else (say("● better"), say("◆ worse"))
    if bars:
        better, worse = say("■ ▲ better"), say("▨ ▼ worse")
    unknown, by_chance = "no interval known" in verdicts, not SIGNS.keys().isdisjoint({*verdicts} - {"no interval known"})
    hollow = say(_HOLLOW[by_chance or alone or not unknown, alone, unknown], mark="□" if bars else "○")
    found = [phrase for verdict, phrase in (("better", better), ("worse", worse)) if verdict in verdicts]
    several = "{marks} beyond chance (95 % together) in one of the two at least"
    told = [say(several if of_two else "{marks} beyond chance (95 % together)", marks=joined(found))] if found else []
    # where signs say so beside each, nothing else is hollow
    needed = by_chance or alone or (unknown and not arrows)
    return [*told, *([hollow] if needed else [])]


# What a hollow mark means: whether something could be chance, is so only if compared alone, and has no known interval.
_HOLLOW = {
    (True, False, False): "{mark} not beyond chance",
    (True, True, False): "{mark} not beyond chance, or only if compared alone",
    (True, False, True): "{mark} not beyond chance, or no interval known",
    (True, True, True): "{mark} not beyond chance, or only if compared alone, or no interval known",
    (False, False, True): "{mark} no interval known",
}


def signs_of(points: Sequence[Point], *, many: bool = False, measured: bool = False) -> list[Phrase]:
    """What the signs of `sign_of` mean, those that occur; `many` are those that stand for a whole cell."""
    said = {point.verdict if point.is_number else "" for point in points}
    larger = "△ better, ▽ worse as measured, larger where the difference is, no interval known (? in tables)"
    sized = larger if many else "△ better, ▽ worse as measured, no interval known (? in tables)"
    within = {point.verdict for point in points if point.is_within}
    equal = "• equal as measured (= in tables)" if many else "= equal as measured"
    if "same" in within:
        equal = "• equal as measured, or within the tolerance (= in tables)" if many else "= equal as measured, or within the tolerance"
    alone = any(point.alone for point in points)
    found = [say(ALONE)] if alone and not many else []
    if alone and many:
        found.append(say("≈ could be chance, or beyond it only if compared alone"))
    else:
        found += [say(WITHIN if "could be chance" in within else CHANCE)] if "could be chance" in said else []
    found += [say(sized if measured else "? no interval known")] if "no interval known" in said else []
    found += [say(equal)] if "same" in said else []
    return found + ([say("– no number")] if many and "" in said else [])


# Marks at the ends of axes, whose values lie beyond them, with the signs of them in a legend; a triangle is turned for a corner.
Mark = str | tuple[int, int, int]
BEYOND: dict[Mark, str] = {
    "v": "▼",
    "^": "▲",
    "<": "◀",
    ">": "▶",
    (3, 0, -45): "◥",
    (3, 0, 45): "◤",
    (3, 0, 135): "◣",
    (3, 0, -135): "◢",
}
CORNERS: dict[tuple[str, str], Mark] = {("^", ">"): (3, 0, -45), ("^", "<"): (3, 0, 45), ("v", "<"): (3, 0, 135), ("v", ">"): (3, 0, -135)}


def within(value: float, ends: tuple[float, float]) -> float:
    """Where a value stands on an axis that may leave it outside."""
    return min(max(value, ends[0]), ends[1])


def pointing(at: float, value: float, *, upright: bool) -> str | None:
    """The mark that points to where a value is that stands at the end of an axis; None where it stands within."""
    if at == value:
        return None
    return ("v" if upright else "<") if value < at else ("^" if upright else ">")


def beyond(outside: Mapping[str, tuple[Mark, str]]) -> list[Phrase]:
    """Name the versions that stand at the end of an axis: by name the mark there and what is said of the value."""
    notes = []
    for mark, sign in BEYOND.items():
        found = [say("{name} ({what})", name=name, what=what) for name, (at, what) in outside.items() if at == mark]
        notes += [say("{sign} beyond the axis: {names}.", sign=sign, names=some(found))] if found else []
    return notes


def outside(names: Sequence[str], measure: Measure, ends: tuple[float, float], *, upright: bool) -> dict[str, tuple[Mark, str]]:
    """The versions whose values an axis leaves outside: by name the mark at its end, and the value with what is beyond chance."""
    found: dict[str, tuple[Mark, str]] = {}
    for name, point in zip(names, measure.points, strict=True):
        mark = pointing(within(point.value, ends), point.value, upright=upright) if point.is_number else None
        if mark is not None:
            said = [say(point.verdict)] if point.is_beyond_chance else []
            found[name] = mark, joined([measure.form.value(point.value), *said])
    return found
