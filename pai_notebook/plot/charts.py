"""The charts themselves: plain functions from numbers to matplotlib Axes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ComparisonError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.plot.data import ChartData, Measure, Point, some
from pai_notebook.plot.marks import (
    SIGNS,
    beyond,
    legend,
    narrowed,
    outside,
    pointing,
    runs,
    sign_of,
    signs_of,
    spread,
    told_difference,
    told_value,
    version_names,
    whisker,
    window,
    within,
)
from pai_notebook.plot.text import points_wide, room_for
from pai_notebook.plot.theme import Theme, finish, new_axes, with_plain_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Where = Axes | Figure | None

_HATCH = {"worse": "///"}
_LONG = 8
# How many characters stand side by side below a chart.
_LINE = 56


@with_plain_text
def draw_dot(data: ChartData, measure: Measure, theme: Theme, ax: Where = None, *, bars: bool = False) -> Axes:
    """A line a version: its value as a dot beside the baseline's line, or as a bar from zero, and in words; missing values are named."""
    places, notes = data.at_most(measure)
    data, measure = narrowed(data, places), measure.at(places)
    low, high = (_from_zero if bars else window)(measure.points, [data.baseline])
    notes = [
        *legend(data, measure.points, bars=bars),
        *([say(_ALIKE)] if bars and _look_alike(measure.points, high - low) else []),
        *beyond(outside(data.names, measure, (low, high), upright=False)),
        *data.told_rejected(),
        *notes,
    ]
    told = [theme.words(note) for note in notes]
    # two stand beside each other on a printed page, in letters of 7 points, and thirty versions below a heading
    count, width = len(data.names), 5.9
    ax = new_axes(ax, (width, min(0.25 * count, 1.5 + 0.13 * count) + 0.95 + room_for(told, width)))
    column = max((points_wide(theme.words(_value(measure, point)), 9) for point in measure.points if point.is_number), default=0) + 10
    for place, point in enumerate(measure.points):
        ax.axhline(place, color=theme.faint, linewidth=0.6, linestyle=":", zorder=0)
        if point.is_number and bars:
            _bar(ax, place, point, theme)
        elif point.is_number:
            mark, at = theme.mark(point.verdict), within(point.value, (low, high))
            mark["marker"] = pointing(at, point.value, upright=False) or mark["marker"]
            ax.plot(at, place, zorder=3, clip_on=False, **mark)
        if point.is_number and low <= point.value <= high:
            whisker(ax, point, place, theme, upright=False)
            runs(ax, point, place, theme, (low, high), upright=False)
        _column(ax, measure, place, column, theme)
    if measure.points[data.baseline].is_number:
        ax.axvline(measure.points[data.baseline].value, color=theme.baseline, linestyle="--", linewidth=1, zorder=1)
    ax.set_yticks(range(count), version_names(data, theme), fontsize=9)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(count - 0.4, -0.6)
    spread(ax.set_xlim, low, high, from_zero=bars)
    ax.locator_params(axis="x", nbins=6)
    ax.ticklabel_format(axis="x", useOffset=False)
    ax.set_xlabel(theme.words(measure.rightward))
    finish(ax, theme, told)
    ax.spines["left"].set_visible(bars)
    return ax


@with_plain_text
def draw_slope(data: ChartData, measure: Measure, theme: Theme, ax: Where = None) -> Axes:
    """The metric over versions in natural order; a gap where a version has no number."""
    places, notes = data.at_most()
    data, measure = narrowed(data, places), measure.at(places)
    measure = measure.without_intervals() if len(places) > _CROWDED else measure
    points = measure.points
    low, high = window(points, [data.baseline])
    loud, there = _loud(measure, data.baseline), outside(data.names, measure, (low, high), upright=True)
    # what stands beyond the axis has the mark of that alone
    inside = [point for name, point in zip(data.names, points, strict=True) if name not in there]
    large = [] if len(loud) == len(points) else [_LARGE]
    told = [theme.words(note) for note in (*legend(data, inside, signs=False), *beyond(there), *large, *data.told_rejected(), *notes)]
    width = min(max(5.4, 0.45 * len(points) + 2), 10.4)
    ax = new_axes(ax, (width, 3.5 + room_for(told, width)))
    if points[data.baseline].is_number:
        ax.axhline(points[data.baseline].value, color=theme.baseline, linestyle="--", linewidth=1, zorder=0)
    course = [within(value, (low, high)) if math.isfinite(value) else math.nan for value in measure.values]
    # to a mark at the end of the axis, which is no value, only dotted
    drawn = [at if at == value else math.nan for at, value in zip(course, measure.values, strict=True)]
    ax.plot(range(len(points)), course, color=theme.neutral, linewidth=0.8, linestyle=":", zorder=1)
    ax.plot(range(len(points)), drawn, color=theme.neutral, linewidth=1, zorder=1)
    shown = [(place, at) for place, at in enumerate(course) if math.isfinite(at)]
    states = []
    for place, point in enumerate(points):
        if not point.is_number:
            ax.axvline(place, color=theme.faint, linestyle=":", linewidth=1, zorder=0)
            states.append(_state(ax, place, theme.words(say(point.state)), theme))
    for place, at in shown:
        point = points[place]
        if at == point.value:
            whisker(ax, point, place, theme, upright=True)
            runs(ax, point, place, theme, (low, high), upright=True)
        mark = theme.mark(point.verdict, quiet=place not in loud)
        ax.plot(place, at, zorder=3, clip_on=False, **mark | {"marker": pointing(at, point.value, upright=True) or mark["marker"]})
    slanted = _slanted(data.names)
    ax.set_xticks(range(len(points)), version_names(data, theme, below=not slanted), fontsize=9, **slanted)
    # the value of the last version stands right of it, where columns are narrow
    ax.set_xlim(-0.6, len(points) - 1 + max(0.6, 0.06 * len(points)))
    spread(ax.set_ylim, low, high, most=0.12)
    ax.ticklabel_format(axis="y", useOffset=False)
    ax.set_ylabel(theme.words(measure.stacked))
    lines: list[Any] = [
        shown,
        *([(-1.0, at), (len(points) + 1, at)] for place, at in shown if place == data.baseline),
        *([(place, end) for end in interval] for place, at in shown if at == points[place].value and (interval := points[place].interval)),
    ]
    from pai_notebook.plot.labels import PointLabels  # noqa: PLC0415 - needs matplotlib

    PointLabels(ax, _value_labels(measure, data.baseline, shown), markers=shown, lines=lines, avoid=states, colour=theme.ink)
    finish(ax, theme, told)
    for place, name in enumerate(ax.get_xticklabels()):
        name.set_color(theme.ink if place in loud else theme.neutral)
    return ax


@with_plain_text
def draw_heatmap(
    data: ChartData, measures: Sequence[Measure], theme: Theme, ax: Where = None, *, notes: Sequence[Phrase] = (), in_report: bool = False
) -> Axes:
    """Change against the baseline, metrics by versions; a cell is filled only beyond chance, the more the larger within its metric.

    In a report, whose tables have the differences, it is no wider than a narrow window and the page of a dot plot have room for.
    """
    kept, left = data.at_most()
    places = [data.baseline, *(place for place in kept if place != data.baseline)]
    base = data.names[data.baseline]
    tallest = max(map(len, data.names), default=0)
    usual = max(0.85, 0.075 * min(tallest, _LONGEST))
    many = len(places) > _CROWDED or (in_report and _width_of(_metric(each, None) for each in measures) + usual * len(places) > _WINDOW)
    shown = places[1:] if many else places
    points = [measure.points[place] for measure in measures for place in shown]
    pieces = [_filled(points, base, theme), *signs_of(points, many=many, measured=True), *data.told_rejected(shown)]
    told = [theme.words(note) for note in (joined(pieces, " · "), *left, *notes)]

    labels = [_metric(measure, data.baseline if many else None) for measure in measures]
    names = _width_of(labels)
    texts = [
        [_sign(measure.points[place]) if many else _change(measure, measure.points[place], theme) for place in shown]
        for measure in measures
    ]
    sizes = [[_size_of(measure.points[place], many=many) for place in shown] for measure in measures]
    widths = (points_wide(text, size) for row in zip(texts, sizes, strict=True) for text, size in zip(*row, strict=True))
    widest = max(widths, default=0) / 72 + 0.1
    # narrow columns, as a window scales the picture down, and its texts with it
    column = max(usual, widest)
    if many:
        column = max(_NARROWEST, min(_USUAL, (_BESIDE - names) / len(shown))) if in_report else _USUAL
    width = max(names + column * len(shown), 5.0)
    upright = many or tallest > _LONGEST
    top = 0.075 * min(tallest, 24) + 0.1 if upright else 0.35
    ax = new_axes(ax, (width, 0.27 * len(measures) + 0.2 + top + room_for(told, width)))
    ax.imshow([[_fill(measure.points[place], theme) for place in shown] for measure in measures], aspect="auto", interpolation="nearest")
    for line, measure in enumerate(measures):
        for at, place in enumerate(shown):
            point = measure.points[place]
            found = not math.isnan(point.gain)
            # thin strokes of a grey sign would be too faint; what is beyond chance is bold and filled
            ink = _ink_on(_fill(point, theme)) if found else theme.ink
            look: dict[str, Any] = {"fontsize": sizes[line][at], "fontweight": "bold" if found else "normal"}
            ax.text(at, line, texts[line][at], ha="center", va="center", color=ink, **look)
    if not many:
        ax.axvline(0.5, color=theme.baseline, linewidth=1.2)
    heads = [f"{base}\n{theme.words(say('baseline'))}" if place == data.baseline else data.names[place] for place in shown]
    ax.set_xticks(range(len(shown)), heads, fontsize=8.5, rotation=90 if upright else 0)
    ax.set_yticks(range(len(measures)), labels, fontsize=9)
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.set_xticks([place + 0.5 for place in range(len(shown) - 1)], minor=True)
    ax.set_yticks([line + 0.5 for line in range(len(measures) - 1)], minor=True)
    ax.grid(which="minor", color=theme.faint, linewidth=0.6)
    if many:  # over the numbers that stand behind the names
        head = theme.words(say("{name} (baseline)", name=base))
        ax.annotate(head, (0, 1), (-4, 5), xycoords="axes fraction", textcoords="offset points", ha="right", va="bottom", fontsize=8.5,
                    color=theme.ink, annotation_clip=False)  # fmt: skip
    finish(ax, theme, told, names=names / width)
    ax.tick_params(which="minor", length=0)
    return ax


@with_plain_text
def draw_series(data: ChartData, measure: Measure, theme: Theme, ax: Where = None) -> Axes:
    """The points of a metric that is a series, one line a version; a gap where a point is null."""
    if not any(point.series for point in measure.points):
        raise ComparisonError(say("{name} is not a series in any version", name=measure.name), hint=say("Draw it with dot or slope."))
    having = [place for place, point in enumerate(measure.points) if point.series or place == data.baseline]
    data, measure = narrowed(data, having), measure.at(having)
    kept, notes = data.at_most()
    places = [place for place in kept if measure.points[place].series]
    styles = ("-", "--", "-.", ":")
    coloured = _coloured(measure, [place for place in places if place != data.baseline], len(styles))
    grey = [data.names[place] for place in places if place != data.baseline and place not in coloured]
    ended = say("Coloured are the baseline and the {count} that end best; grey: {names}.", count=len(coloured), names=some(grey))
    latest = say("Coloured are the baseline and the last {count}; grey: {names}.", count=len(coloured), names=some(grey))
    told = [theme.words(note) for note in (*([ended if measure.mode else latest] if grey else []), *data.told_rejected(places), *notes)]
    ax = new_axes(ax, (6.6, 3.6 + room_for(told, 6.6)))
    names = version_names(data, theme)
    for place in places:
        series = measure.points[place].series
        look: dict[str, Any] = {"color": theme.neutral, "alpha": 0.4, "linewidth": 0.9, "zorder": 1}
        if place == data.baseline:
            look = {"color": theme.ink, "linewidth": 2.2, "zorder": 3, "label": names[place]}
        elif place in coloured:
            nth = coloured.index(place)
            look = {"color": theme.lines[nth], "linestyle": styles[nth], "linewidth": 1.4, "zorder": 2, "label": names[place]}
        ax.plot(range(1, len(series) + 1), series, marker="o" if len(series) == 1 else None, **look)
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel(theme.words(say("point")))
    ax.set_ylabel(theme.words(measure.stacked))
    ax.legend(frameon=False, labelcolor=theme.ink, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1.02), handlelength=3)
    return finish(ax, theme, told)


_CROWDED = 10
# In which part of an axis from zero bars end that look alike, and what is said of them.
_CLOSE = 0.15
_ALIKE = "From zero these bars look alike; plot.dot shows how they differ."
# Points of the signs of a heat map without room for numbers, of the smallest and of the largest difference without an interval.
_SIZES = (5.0, 11.0)
# What stands in such a map for =, which would look like ≈ where a window scales it down.
_EQUAL = "•"
_LONGEST = 14
# Inches of a heat map: how wide a window of 700 pixels shows it whole, and a page of a report beside a dot plot; a column of signs.
_WINDOW, _BESIDE = 8.1, 6.05
_NARROWEST, _USUAL = 0.16, 0.22
_LARGE = say("Large: the baseline, the highest and lowest value (the last of equals), the last version, and what is beyond chance.")


def _loud(measure: Measure, baseline: int) -> set[int]:
    """Positions of what a chart of many versions is about, as `_LARGE` says; all of a few."""
    points = measure.points
    if len(points) <= _CROWDED or not measure.has_numbers:
        return set(range(len(points)))
    return {*_landmarks(measure, baseline), *(place for place, point in enumerate(points) if point.is_beyond_chance)}


def _landmarks(measure: Measure, baseline: int) -> list[int]:
    """Positions of the baseline, the highest and the lowest value, of equal ones the last, and the last version that has a number."""
    values = {place: point.value for place, point in enumerate(measure.points) if point.is_number}
    highest = max(values, key=lambda place: (values[place], place))
    lowest = min(values, key=lambda place: (values[place], -place))
    return list(dict.fromkeys([*([baseline] if baseline in values else []), highest, lowest, max(values)]))


def _coloured(measure: Measure, places: Sequence[int], most: int) -> list[int]:
    """Positions of the series that have a colour: those that end best where the direction is known, else the last ones."""
    sign = {"max": -1, "min": 1, None: 0}[measure.mode]

    def order(place: int) -> tuple[float, int]:
        last = next(reversed(measure.points[place].series), math.nan)
        # a training that diverged ends worst
        return (sign * last if math.isfinite(last) else math.inf) if sign else 0.0, -place

    return sorted(sorted(places, key=order)[:most])


def _slanted(names: Sequence[str]) -> dict[str, Any]:
    crowded = len(names) > _LONG or max(map(len, names), default=0) > _LONG or sum(map(len, names)) > _LINE
    return {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if crowded else {}


def _from_zero(points: Sequence[Point], _keep: Sequence[int]) -> tuple[float, float]:
    every = [end for point in points if point.is_number for end in (point.value, *(point.interval or ()), *point.runs)]
    ends = list(filter(math.isfinite, every))
    return min([0.0, *ends]), max([0.0, *ends])


def _look_alike(points: Sequence[Point], length: float) -> bool:
    """Whether the ends of bars lie in so small a part of an axis from zero that their differences can hardly be seen."""
    values = [point.value for point in points if point.is_number]
    return bool(values) and 0 < max(values) - min(values) < _CLOSE * length


def _bar(ax: Any, place: int, point: Point, theme: Theme) -> None:
    mark = theme.mark(point.verdict)
    ax.barh(
        place, point.value, height=0.62, color=mark["markerfacecolor"], edgecolor=mark["color"], hatch=_HATCH.get(point.verdict), zorder=1
    )
    if point.verdict in _HATCH:
        ax.patches[-1].set_edgecolor(theme.paper)


def _column(ax: Any, measure: Measure, place: int, width: float, theme: Theme) -> None:
    """Value and difference of a version, in two columns right of the axes."""
    point = measure.points[place]
    where: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "va": "center", "annotation_clip": False}
    style: dict[str, Any] = {"fontsize": 9, "color": theme.ink}
    if point.is_number:
        ax.annotate(theme.words(_value(measure, point)), (1, place), (width, 0), ha="right", **where, **style)
    after = told_difference(point, theme) if point.is_number else theme.words(say(point.state))
    ax.annotate(after, (1, place), (width + 7, 0), ha="left", **where, **style)


def _value(measure: Measure, point: Point) -> str:
    return joined([*([point.star] if point.star else []), told_value(point, measure.form.value(point.value))], " ")


def _state(ax: Any, place: int, text: str, theme: Theme) -> Any:
    where: dict[str, Any] = {"transform": ax.get_xaxis_transform(), "rotation": 90, "ha": "right", "va": "bottom"}
    return ax.text(place - 0.05, 0.02, text, color=theme.ink, fontsize=8, **where)


def _value_labels(measure: Measure, baseline: int, shown: Sequence[tuple[int, float]]) -> list[tuple[float, float, str]]:
    """Values to stand beside their points, those that are looked for first: of many points no more."""
    where = dict(shown)
    order = dict.fromkeys(_landmarks(measure, baseline) if shown else [])
    if len(shown) <= _CROWDED:
        order |= dict.fromkeys(reversed(where))
    return [(place, where[place], measure.form.value(measure.points[place].value)) for place in order]


def _width_of(labels: Iterable[str]) -> float:
    """How many inches the names of metrics take beside a heat map."""
    return min(max((points_wide(label, 9) for label in labels), default=0), 250) / 72 + 0.4


def _size_of(point: Point, *, many: bool) -> float:
    """How large a cell of a heat map is written: numbers alike, signs without an interval larger where the difference is."""
    if not many:
        return 8
    if point.verdict == "no interval known" and point.arrow:
        smallest, largest = _SIZES
        return smallest + (largest - smallest) * min(point.extent, 1.0)
    return 9 if point.is_beyond_chance else 10.5 if point.verdict in SIGNS else 8


def _filled(points: Sequence[Point], base: str, theme: Theme) -> Phrase:
    """What the cells of a heat map show, and what filled ones mean, those that occur."""
    said = {point.verdict for point in points if not math.isnan(point.gain)}
    if not said:
        return say("change against {baseline}; none is shown to be beyond chance", baseline=base)
    better, worse = (say(told, colour=hue) for told, hue in zip(("▲ better ({colour})", "▼ worse ({colour})"), theme.hues, strict=True))
    marks = joined([*([better] if "better" in said else []), *([worse] if "worse" in said else [])])
    filled = "change against {baseline}; filled only beyond chance (95 % together), stronger where larger within its metric: {marks}"
    return say(filled, baseline=base, marks=marks)


def _metric(measure: Measure, baseline: int | None) -> str:
    arrow = {"max": " ↑", "min": " ↓", None: ""}[measure.mode]
    point = None if baseline is None else measure.points[baseline]
    return f"{measure.name}{arrow}" + (f"  {measure.form.value(point.value)}" if point is not None and point.is_number else "")


def _fill(point: Point, theme: Theme) -> tuple[float, float, float]:
    """The colour of a cell: paper unless the difference is beyond chance, the stronger the larger within its metric."""
    from matplotlib.colors import to_rgb  # noqa: PLC0415 - an optional extra

    paper = to_rgb(theme.paper)
    if math.isnan(point.gain):
        return paper
    share = 0.25 + 0.65 * min(abs(point.gain), 1)
    colour = to_rgb(theme.better if point.gain > 0 else theme.worse)
    return tuple(share * strong + (1 - share) * weak for strong, weak in zip(colour, paper, strict=True))  # type: ignore[return-value]


def _ink_on(fill: Sequence[float]) -> str:
    """Black or white, whichever is read better."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in fill)  # noqa: PLR2004 - as WCAG has it
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"  # noqa: PLR2004 - equal contrast


def _change(measure: Measure, point: Point, theme: Theme) -> str:
    if math.isnan(point.value):
        return theme.words(say(point.state))
    return told_difference(point, theme, measured=True) or measure.form.value(point.value)


def _sign(point: Point) -> str:
    """One character for a cell that has no room for more."""
    sign = sign_of(point, measured=True) or "≠"
    return (_EQUAL if sign == SIGNS["same"] else sign) if point.is_number else "–"
