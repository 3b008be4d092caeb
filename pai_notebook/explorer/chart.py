"""The chart of a comparison as HTML: pictures with their numbers as text, or what is needed to see any."""

from __future__ import annotations

import base64
import html
import warnings
from functools import partial
from typing import TYPE_CHECKING

from pai_notebook.display import Note, render_html
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from pai_notebook.comparison import Comparison
    from pai_notebook.plot import ChartData
    from pai_notebook.report import Figure

__all__ = ["chart_html"]

_MOST_BARS = 3


def chart_html(comparison: Comparison | None, metric: str) -> str:
    """A bar chart of a metric for each of its first datasets, and a heat map of all metrics.

    Examples
    --------
    >>> "Pick and fetch" in chart_html(None, "cer")
    True
    """
    if comparison is None:
        return render_html(Note("Pick and fetch two or more versions to see a chart."))
    try:
        from pai_notebook.plot.pictures import report_figures  # noqa: PLC0415 - matplotlib is an optional extra
    except ImportError:
        return render_html(Note("Charts need matplotlib: pip install 'pai-notebook[plot]', then restart the kernel.", "info"))
    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always")
        light, dark = (_figures(comparison.plot.data, metric, partial(report_figures, theme=theme)) for theme in ("light", "dark"))
    if not light:
        return render_html(Note("There are no numbers to draw, or more versions than a chart can show."))
    notes = [render_html(Note(text, "info")) for text in dict.fromkeys(str(warning.message) for warning in odd)]
    pictures = [
        _picture(figure, kind) for pair in zip(light, dark, strict=True) for figure, kind in zip(pair, ("light", "dark"), strict=True)
    ]
    return "".join([*notes, *pictures])


def _figures(data: ChartData, metric: str, draw: Callable[..., list[Figure]]) -> list[Figure]:
    names = [f"{each.path}@{each.dataset}" for each in data.measures if each.path == metric and any(map(_is_number, each.values))][
        :_MOST_BARS
    ]
    return [*draw(data, names), *draw(data)]


def _is_number(value: float) -> bool:
    return value == value  # noqa: PLR0124 - NaN is the value that differs from itself


def _picture(figure: Figure, kind: str) -> str:
    """One picture of a pair; the explorer's style sheet shows the one that suits the theme."""
    data = base64.b64encode(figure.png).decode("ascii")
    return f'<img class="pai-chart pai-{kind}" src="data:image/png;base64,{data}" alt="{html.escape(visible(figure.alt))}">'
