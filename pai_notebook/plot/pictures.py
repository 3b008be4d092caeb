"""Charts as pictures, for files and for a report; importing this needs matplotlib."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.io.report import Figure
from pai_notebook.plot.accessor import Plots
from pai_notebook.plot.data import ChartData, Measure
from pai_notebook.plot.theme import ThemeName

__all__ = ["picture_of", "png_of", "report_figures"]

_MOST_VERSIONS = 20
_MOST_ROWS = 12


def picture_of(figure: Any, form: str, *, dpi: int) -> bytes:
    """A figure as `png` or `svg`, the same bytes for the same drawing; letters of an SVG are outlines and need no font."""
    out = io.BytesIO()
    unchanging: dict[str, None] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    with rc_context({"svg.hashsalt": "pai_notebook", "svg.fonttype": "path"}):
        figure.savefig(out, format=form, dpi=dpi, metadata=unchanging)
    return out.getvalue()


def png_of(figure: Any) -> bytes:
    """The PNG of a figure at the size of a report."""
    return picture_of(figure, "png", dpi=110)


def report_figures(data: ChartData, metrics: Sequence[str] | None = None, *, theme: ThemeName = "light") -> list[Figure]:
    """A heat map of the metrics, or a bar chart of each that is named."""
    measures = [each for each in data.measures if any(value == value for value in each.values)]  # noqa: PLR0124 - not NaN
    if metrics is not None:
        return [_bar(data, data.find(name), theme) for name in metrics]
    if not measures or len(data.names) > _MOST_VERSIONS:
        return []
    figure, ax = _empty(1.0 * len(data.names) + 3.5, 0.42 * min(len(measures), _MOST_ROWS) + 1.4)
    Plots(ChartData(data.names, data.baseline, measures[:_MOST_ROWS])).heatmap(ax=ax, theme=theme)
    told = joined([_words(data, each) for each in measures[:_MOST_ROWS]], "; ")
    alt = say("Change of metrics against {baseline}: {metrics}", baseline=data.names[data.baseline], metrics=told)
    more = say("{shown} of {total} metrics", shown=_MOST_ROWS, total=len(measures)) if len(measures) > _MOST_ROWS else ""
    return [Figure(png_of(figure), alt, more)]


def _bar(data: ChartData, measure: Measure, theme: ThemeName) -> Figure:
    figure, ax = _empty(max(4.5, 0.75 * len(data.names) + 2), 3.6)
    Plots(data).bar(measure.path, dataset=measure.dataset, ax=ax, theme=theme)
    return Figure(png_of(figure), say("Bars of {metric}", metric=_words(data, measure)), measure.name)


def _empty(width: float, height: float) -> tuple[Canvas, Any]:
    figure = Canvas(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _words(data: ChartData, measure: Measure) -> Phrase:
    values = zip(data.names, measure.values, measure.states, strict=True)
    texts = [(name, measure.form.value(value) if value == value else say(state)) for name, value, state in values]  # noqa: PLR0124 - not NaN
    told = [say("{name} {text}", name=name, text=text) for name, text in texts]
    return say("{what}: {said}", what=measure.label, said=joined(told))
