"""The chart of two metrics against each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ComparisonError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.metric_words import is_cost
from pai_notebook.model.numbers import format_number
from pai_notebook.plot.data import ChartData, Measure, Point, pareto_places, some
from pai_notebook.plot.marks import CORNERS, SIGNS, Mark, beyond, marks_of, pointing, spread, whisker, whiskers_of, window, within
from pai_notebook.plot.text import lay_out, room_for, write_notes
from pai_notebook.plot.theme import Theme, finish, new_axes, with_plain_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Up to so many points carry their names; of more those on the front, the baseline, what is beyond chance and the ends of the axes.
_NAMED = 12
# Up to so many have whiskers; of more these would leave no room for names.
_WITH_WHISKERS = 6
# How many times the smallest cost the largest has to be for an axis that shows ratios.
_RATIO = 30


@with_plain_text
def draw_scatter(data: ChartData, first: Measure, second: Measure, theme: Theme, ax: Axes | Figure | None = None) -> Axes:
    """Two metrics against each other, the corner that is good marked; versions that no other beats are joined by steps."""
    front = pareto_places(first, second)
    both = list(zip(first.points, second.points, strict=True))
    drawn = [place for place, (x, y) in enumerate(both) if x.is_number and y.is_number]
    if not drawn:
        raise ComparisonError(
            say("no version has a number of both {name} and {name_2}", name=first.name, name_2=second.name), hint=say("See c.coverage.")
        )
    if len(drawn) > _WITH_WHISKERS:
        first, second = first.without_intervals(), second.without_intervals()
        both = list(zip(first.points, second.points, strict=True))
    verdicts = {place: "baseline" if place == data.baseline else _of_two(*both[place]) for place in drawn}
    (wide_x, wide_y), ends = (_is_wide(first, drawn), _is_wide(second, drawn)), []
    for each, wide in ((first, wide_x), (second, wide_y)):
        values = [each.points[place].value for place in drawn]
        ends.append((min(values), max(values)) if wide else window(each.points, [data.baseline, *front]))
    spots = {place: (within(both[place][0].value, ends[0]), within(both[place][1].value, ends[1])) for place in drawn}
    order = dict.fromkeys([*front, *(place for place in drawn if place == data.baseline or verdicts[place] not in SIGNS)])
    order |= dict.fromkeys(pick(drawn, key=lambda place: spots[place][axis]) for axis in (0, 1) for pick in (min, max))
    named = len(order) if len(drawn) > _NAMED else len(drawn)
    order |= dict.fromkeys(sorted(drawn, key=lambda place: -_alone(place, spots, ends)))
    names = [data.names[place] for place in order]
    notes = _notes(data, (first, second), spots, verdicts, names[: len(front)])
    told = [theme.words(note) for note in notes]
    ax = new_axes(ax, (6.6, 4.7 + room_for(told, 6.6)))
    for place in drawn:
        x, y = both[place]
        mark = theme.mark(verdicts[place], quiet=place not in list(order)[:named])
        if (pointed := _pointing(spots[place], both[place])) is not None:
            mark["marker"] = pointed
        else:
            whisker(ax, x, y.value, theme, upright=False, faint=True)
            whisker(ax, y, x.value, theme, upright=True, faint=True)
        ax.plot(*spots[place], zorder=3, **mark)
    step = "steps-post" if first.mode == "min" else "steps-pre"
    line = [(both[place][0].value, both[place][1].value) for place in front]
    ax.plot(*zip(*line, strict=True), color=theme.baseline, linewidth=1, drawstyle=step, zorder=1)
    ax.set_xlabel(theme.words(_scaled(first.rightward, wide=wide_x)))
    ax.set_ylabel(theme.words(_scaled(second.stacked, wide=wide_y)))
    ax.ticklabel_format(useOffset=False)
    for axis, set_ends, (low, high), wide in ((ax.xaxis, ax.set_xlim, ends[0], wide_x), (ax.yaxis, ax.set_ylim, ends[1], wide_y)):
        if wide:
            _logarithmic(axis, set_ends, low, high)
        else:
            spread(set_ends, low, high, most=0.12)
    right, top = first.mode == "max", second.mode == "max"
    corner = theme.words(say("better {arrow}", arrow={(0, 0): "↙", (0, 1): "↖", (1, 0): "↘", (1, 1): "↗"}[right, top]))
    good = ax.text(0.985 if right else 0.015, 0.98 if top else 0.02, corner, transform=ax.transAxes, fontsize=9, color=theme.better,
                   ha="right" if right else "left", va="top" if top else "bottom", fontweight="bold")  # fmt: skip
    written = [(*spots[place], name) for place, name in zip(order, names[:named], strict=False)]
    from pai_notebook.plot.labels import PointLabels  # noqa: PLC0415 - needs matplotlib

    labels = PointLabels(
        ax, written, markers=list(spots.values()), lines=[_steps(line, step), *_whiskers(both, spots)], avoid=[good], colour=theme.ink
    )
    finish(ax, theme)
    # the legend names the baseline in any case
    others = [data.names[place] for place in list(order)[:named] if place != data.baseline]
    _name_the_rest(ax, labels, (others, names[named:]), told, theme)
    return ax


def _is_wide(measure: Measure, places: Sequence[int]) -> bool:
    """Whether the values of a cost are so far apart that small ones would stand on each other, so that its axis shows ratios."""
    values = [measure.points[place].value for place in places]
    return is_cost(measure.path) and min(values) > 0 and max(values) >= _RATIO * min(values)


def _scaled(label: Phrase, *, wide: bool) -> Phrase:
    # a line of its own, which no wrapping can break
    return joined([label, say("(log scale)")], "\n") if wide else label


def _logarithmic(axis: Any, set_ends: Any, low: float, high: float) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter  # noqa: PLC0415 - an optional extra

    getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
    room = (high / low) ** 0.12
    set_ends(low / room, high * room)
    axis.set_major_locator(LogLocator(numticks=6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    axis.set_minor_formatter(NullFormatter())


def _of_two(x: Point, y: Point) -> str:
    """What may be said of a version by two metrics: better or worse only where it is not the other in the other."""
    said = {x.verdict, y.verdict} & {"better", "worse"}
    if said:
        return "mixed" if len(said) > 1 else said.pop()
    verdicts = {x.verdict, y.verdict}
    return "no interval known" if "no interval known" in verdicts and "could be chance" not in verdicts else "could be chance"


def _pointing(at: tuple[float, float], points: tuple[Point, Point]) -> Mark | None:
    """The mark that points to where a version is that stands at the end of an axis; None where it stands within both."""
    up, aside = pointing(at[1], points[1].value, upright=True), pointing(at[0], points[0].value, upright=False)
    return CORNERS[up, aside] if up and aside else up or aside


def _notes(
    data: ChartData,
    measures: Sequence[Measure],
    spots: Mapping[int, tuple[float, float]],
    verdicts: Mapping[int, str],
    front: Sequence[str],
) -> list[Phrase]:
    both = list(zip(measures[0].points, measures[1].points, strict=True))
    mixed = [say("✚ better in one and worse in the other")] if "mixed" in verdicts.values() else []
    points = [both[place][axis] for place in spots for axis in (0, 1)]
    marks = marks_of(list(verdicts.values()), of_two=True, alone=any(point.alone for point in points))
    base = [say("■ baseline: {baseline}", baseline=data.names[data.baseline])] if data.baseline in spots else []
    steps = [say("steps: Pareto front")] if len(front) > 1 else []
    pieces = [*base, *marks, *mixed, *whiskers_of(points, data.names[data.baseline]), *steps, *data.told_rejected(list(spots))]
    outside = {
        data.names[place]: (mark, _said(measures, place, verdicts[place]))
        for place, spot in spots.items()
        if (mark := _pointing(spot, both[place]))
    }
    missing = [name for place, name in enumerate(data.names) if place not in spots]
    return [
        *([joined(pieces, " · ")] if pieces else []),
        say(
            "Pareto front, as measured, from left to right: no other version is as good in both and better in one: {names}.",
            names=some(front),
        ),
        *beyond(outside),
        *([say("Not drawn, a number is missing: {names}.", names=some(missing))] if missing else []),
    ]


def _said(measures: Sequence[Measure], place: int, verdict: str) -> Phrase:
    values = [each.form.value(each.values[place]) for each in measures]
    return joined([*values, *([say(verdict)] if verdict in ("better", "worse") else [])])


def _alone(place: int, spots: Mapping[int, tuple[float, float]], ends: Sequence[tuple[float, float]]) -> float:
    """How far a point is from the nearest other, as a share of the axes."""
    sizes = [(high - low) or 1.0 for low, high in ends]
    here = spots[place]
    others = (spot for other, spot in spots.items() if other != place)
    return min((max(abs(a - b) / size for a, b, size in zip(here, spot, sizes, strict=True)) for spot in others), default=1.0)


def _steps(line: Sequence[tuple[float, float]], step: str) -> list[tuple[float, float]]:
    """The corners of a line of steps."""
    corners = []
    for (x, y), (to_x, to_y) in pairwise(line):
        corners += [(x, y), (to_x, y) if step == "steps-post" else (x, to_y)]
    return [*corners, *line[-1:]]


def _whiskers(both: Sequence[tuple[Point, Point]], spots: Mapping[int, tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """The lines of the intervals that are known."""
    found = []
    for place in spots:
        x, y = both[place]
        found += [[(end, y.value) for end in x.interval]] if x.interval else []
        found += [[(x.value, end) for end in y.interval]] if y.interval else []
    return [line for line in found if all(math.isfinite(end) for spot in line for end in spot)]


def _name_the_rest(ax: Axes, labels: Any, names: tuple[Sequence[str], Sequence[str]], told: Sequence[str], theme: Theme) -> None:
    """Write the notes, with the names that found no room beside their points."""
    note, settled = None, False
    while not settled:  # a note takes room itself, so that more names may lose theirs
        rest = [*(name for name in names[0] if name in labels.homeless), *names[1]]
        if note is not None:
            note.remove()
        note = write_notes(
            ax, [*told, *([theme.words(say("Without a name in the chart: {names}.", names=some(rest)))] if rest else [])], theme.ink
        )
        lay_out(ax)
        settled = not labels.give_up()
