"""The charts themselves: plain functions from numbers to matplotlib Axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import ComparisonError
from pai_notebook.plot.data import ChartData, Measure, pareto_places
from pai_notebook.plot.theme import Theme, finish, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_bar", "draw_heatmap", "draw_parallel", "draw_scatter", "draw_series", "draw_slope"]

_CROWDED = 8
_HATCH = {"worse": "//"}


def draw_bar(data: ChartData, measure: Measure, theme: Theme, ax: Axes | None = None) -> Axes:
    """One bar a version from zero, the baseline as a line; worse bars are hatched, missing values are named."""
    ax = new_axes(ax, (max(4.5, 0.75 * len(data.names) + 2), 3.6))
    colours = {"better": theme.better, "worse": theme.worse, "baseline": theme.baseline}
    for place, value in enumerate(measure.values):
        verdict = measure.verdicts[place]
        if math.isfinite(value):
            ax.bar(place, value, color=colours.get(verdict, theme.neutral), hatch=_HATCH.get(verdict), edgecolor=theme.paper, width=0.7)
            up = {"better": measure.mode == "max", "worse": measure.mode == "min"}.get(verdict)
            mark = _SIGNS.get(verdict, "") if up is None else " ▲" if up else " ▼"
            ax.annotate(f"{measure.form.value(value)}{mark}", (place, _top(measure, place)), (0, 4), color=theme.ink, **_ABOVE)
        else:
            ax.annotate(measure.states[place], (place, 0), (0, 4), color=theme.ink, **_ABOVE)
    _whiskers(ax, measure, theme)
    _label_intervals(ax, data, measure)
    _baseline(ax, data, measure, theme)
    _versions(ax, data.names)
    ax.set_ylabel(measure.label)
    ax.margins(y=0.15)
    return finish(ax, theme)


_ABOVE: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": 8}


def _top(measure: Measure, place: int) -> float:
    """Upper end of a bar and its whisker; numbers stand above it."""
    interval = measure.intervals[place] if place < len(measure.intervals) else None
    return measure.values[place] if interval is None else max(measure.values[place], interval[1])


def _label_intervals(ax: Any, data: ChartData, measure: Measure) -> None:
    """Say what the whiskers are, so that nobody compares those of two candidates with each other."""
    if any(interval is not None for interval in measure.intervals):
        ax.set_xlabel(f"whiskers: 95 % interval of the difference to {data.names[data.baseline]}")


def _whiskers(ax: Any, measure: Measure, theme: Theme) -> None:
    for place, (value, interval) in enumerate(zip(measure.values, measure.intervals, strict=False)):
        if interval is not None and math.isfinite(value):
            low, high = interval
            ax.errorbar(place, value, [[max(value - low, 0)], [max(high - value, 0)]], color=theme.ink, capsize=3, linewidth=1)


def _baseline(ax: Any, data: ChartData, measure: Measure, theme: Theme) -> None:
    base = measure.values[data.baseline]
    if math.isfinite(base):
        ax.axhline(base, color=theme.baseline, linestyle="--", linewidth=1, zorder=0)


def _versions(ax: Any, names: Sequence[str]) -> None:
    crowded = len(names) > _CROWDED or max(map(len, names), default=0) > _CROWDED
    ax.set_xticks(range(len(names)), names, rotation=45 if crowded else 0, ha="right" if crowded else "center")
    ax.set_xlim(-0.6, len(names) - 0.4)


def draw_slope(data: ChartData, measure: Measure, theme: Theme, ax: Axes | None = None) -> Axes:
    """The metric over versions in natural order; a gap where a version has no number."""
    ax = new_axes(ax, (max(4.5, 0.5 * len(data.names) + 2), 3.4))
    ax.plot(range(len(data.names)), measure.values, color=theme.better, marker="o", linewidth=1.6, markersize=4)
    known = [place for place, interval in enumerate(measure.intervals) if interval is not None]
    for place in known:
        low, high = measure.intervals[place] or (math.nan, math.nan)
        ax.vlines(place, low, high, color=theme.better, alpha=0.5)
    _label_intervals(ax, data, measure)
    for place, value in enumerate(measure.values):
        if not math.isfinite(value):
            ax.axvline(place, color=theme.faint, linestyle=":", linewidth=1)
            ax.annotate(measure.states[place], (place, 0.02), xycoords=("data", "axes fraction"), rotation=90, color=theme.ink, fontsize=7)
    _baseline(ax, data, measure, theme)
    ax.plot([data.baseline], [measure.values[data.baseline]], marker="s", color=theme.baseline, linestyle="none", label="baseline")
    _versions(ax, data.names)
    ax.set_ylabel(measure.label)
    ax.legend(frameon=False, labelcolor=theme.ink, fontsize=8)
    return finish(ax, theme)


def draw_heatmap(data: ChartData, measures: Sequence[Measure], theme: Theme, ax: Axes | None = None) -> Axes:
    """Change against the baseline, metrics by versions, written in every cell; beyond chance purple is better, orange worse."""
    from matplotlib import colormaps  # noqa: PLC0415 - an optional extra

    ax = new_axes(ax, (1.0 * len(data.names) + 3.5, 0.42 * len(measures) + 1.4))
    gains = [[measure.gains[place] for place in range(len(data.names))] for measure in measures]
    ax.imshow(gains, cmap=colormaps["PuOr"], vmin=-_FULL, vmax=_FULL, aspect="auto")
    for line, (measure, row) in enumerate(zip(measures, gains, strict=True)):
        for place, gain in enumerate(row):
            dark = not math.isnan(gain) and abs(gain) > 0.6 * _FULL
            ink = theme.ink if math.isnan(gain) else "#ffffff" if dark else "#1a1a1a"
            ax.text(place, line, _change(measure, place, data.baseline), ha="center", va="center", fontsize=8, color=ink)
    _versions(ax, [f"{name} *" if place == data.baseline else name for place, name in enumerate(data.names)])
    ax.set_yticks(range(len(measures)), [f"{each.name} {_ARROW[each.mode]}" for each in measures])
    ax.set_xlabel(
        f"change against {data.names[data.baseline]} (*); coloured beyond chance (95 %) only, ≈ could be chance, ? no interval known"
    )
    return finish(ax, theme)


_FULL = 5.0
"""Half widths of its interval at which a difference has its full colour."""
_SIGNS = {"could be chance": " ≈", "no interval known": " ?"}


_ARROW = {"max": "↑", "min": "↓", None: "?"}


def _change(measure: Measure, place: int, baseline: int) -> str:
    value, base = measure.values[place], measure.values[baseline]
    if not math.isfinite(value):
        return measure.states[place] if math.isnan(value) else measure.form.value(value)
    if place == baseline or not math.isfinite(base):
        return measure.form.value(value)
    return (measure.differences[place] or measure.form.delta(value - base)) + _SIGNS.get(measure.verdicts[place], "")


def draw_scatter(data: ChartData, first: Measure, second: Measure, theme: Theme, ax: Axes | None = None) -> Axes:
    """Two metrics against each other, every version named, those that no other beats joined by a line."""
    front = pareto_places(first, second)
    ax = new_axes(ax, (5.2, 4.2))
    for place, (x, y) in enumerate(zip(first.values, second.values, strict=True)):
        if math.isfinite(x) and math.isfinite(y):
            marker = "s" if place == data.baseline else "o"
            colour = theme.better if place in front else theme.neutral
            ax.plot(x, y, marker=marker, color=colour, linestyle="none", markersize=7 if place in front else 5)
            ax.annotate(data.names[place], (x, y), (5, 4), textcoords="offset points", fontsize=8, color=theme.ink)
    ax.plot([first.values[place] for place in front], [second.values[place] for place in front], color=theme.better, linewidth=1.2)
    missing = [
        name for name, x, y in zip(data.names, first.values, second.values, strict=True) if not (math.isfinite(x) and math.isfinite(y))
    ]
    if missing:
        ax.set_title(f"not drawn: {', '.join(missing[:4])}" + (" …" if len(missing) > 4 else ""), fontsize=8, loc="left")  # noqa: PLR2004
    ax.set_xlabel(first.label)
    ax.set_ylabel(second.label)
    ax.margins(0.15)
    return finish(ax, theme)


def draw_parallel(data: ChartData, measures: Sequence[Measure], theme: Theme, ax: Axes | None = None) -> Axes:
    """Every version as a line through its metrics; up is better, the ends of each axis carry their numbers."""
    if len(measures) < 2:  # noqa: PLR2004 - one axis is a slope
        raise ComparisonError("parallel coordinates need at least two metrics with a known direction", hint="Name them, or use bar.")
    ax = new_axes(ax, (1.5 * len(measures) + 2.5, 3.8))
    scaled = [_scaled(measure) for measure in measures]
    styles = ("-", "--", "-.", ":")
    for place, name in enumerate(data.names):
        heights = [column[place] for column in scaled]
        colour = theme.baseline if place == data.baseline else theme.lines[place % len(theme.lines)]
        label = f"{name} (baseline)" if place == data.baseline else name
        style = styles[place // len(theme.lines) % len(styles)]
        ax.plot(range(len(measures)), heights, color=colour, linestyle=style, marker="o", markersize=4, label=label)
    for column, measure in enumerate(measures):
        known = [value for value in measure.values if math.isfinite(value)]
        best, worst = (max(known), min(known)) if measure.mode == "max" else (min(known), max(known))
        ax.axvline(column, color=theme.faint, linewidth=1, zorder=0)
        ax.annotate(measure.form.value(best), (column, 1), (0, 5), textcoords="offset points", ha="center", fontsize=8, color=theme.ink)
        ax.annotate(measure.form.value(worst), (column, 0), (0, -11), textcoords="offset points", ha="center", fontsize=8, color=theme.ink)
    ax.set_xticks(range(len(measures)), [f"{each.path} {_ARROW[each.mode]}\n{each.dataset}" for each in measures], fontsize=8)
    ax.set_yticks([])
    ax.set_ylabel("up is better")
    ax.set_ylim(-0.14, 1.12)
    ax.legend(frameon=False, labelcolor=theme.ink, fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
    return finish(ax, theme)


def _scaled(measure: Measure) -> list[float]:
    known = [value for value in measure.values if math.isfinite(value)]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    places = [(value - low) / span if math.isfinite(value) else math.nan for value in measure.values]
    return places if measure.mode == "max" else [1 - place for place in places]


def draw_series(data: ChartData, measure: Measure, theme: Theme, ax: Axes | None = None) -> Axes:
    """The points of a metric that is a series, one line a version; a gap where a point is null."""
    if not any(measure.points):
        raise ComparisonError(f"{measure.name} is no series in any version", hint="Draw it with bar or slope.")
    ax = new_axes(ax, (5.6, 3.6))
    for place, points in enumerate(measure.points):
        if points:
            colour = theme.baseline if place == data.baseline else theme.lines[place % len(theme.lines)]
            style = "--" if place == data.baseline else "-"
            marker = "o" if len(points) == 1 else None
            ax.plot(range(1, len(points) + 1), points, color=colour, linestyle=style, marker=marker, label=data.names[place])
    ax.set_xlabel("point")
    ax.set_ylabel(measure.label)
    ax.legend(frameon=False, labelcolor=theme.ink, fontsize=8)
    return finish(ax, theme)
