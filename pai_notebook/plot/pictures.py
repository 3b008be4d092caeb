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
from pai_notebook.plot.charts import draw_dot, draw_heatmap
from pai_notebook.plot.data import ChartData, Measure
from pai_notebook.plot.theme import Theme, ThemeName, theme_of

_MOST_ROWS = 12


def picture_of(figure: Any, form: str, *, dpi: int) -> bytes:
    """A figure as `png` or `svg`, the same bytes for the same drawing; letters of an SVG are outlines and need no font."""
    out = io.BytesIO()
    unchanging: dict[str, None] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    with rc_context({"svg.hashsalt": "pai_notebook", "svg.fonttype": "path", "text.usetex": False}):
        figure.savefig(out, format=form, dpi=dpi, metadata=unchanging)
    return out.getvalue()


def png_of(figure: Any) -> bytes:
    """The PNG of a figure at the size of a report."""
    return picture_of(figure, "png", dpi=110)


def report_figures(data: ChartData, metrics: Sequence[str] | None = None, *, theme: ThemeName = "light", lang: str = "en") -> list[Figure]:
    """A heat map of the metrics that changed most, or dots of each metric that is named."""
    look = theme_of(theme, lang)
    if metrics is not None:
        return [_dots(data, data.find(name), look) for name in metrics]
    measures, left = data.changing(_MOST_ROWS)
    if not measures:
        return []
    figure = _empty()
    draw_heatmap(data, measures, look, figure, notes=left)
    places, missing = data.at_most()
    told = joined([_words(data, each, places) for each in measures], "; ")
    alt = say("Change of metrics against {baseline}: {metrics}", baseline=data.names[data.baseline], metrics=told)
    return [Figure(png_of(figure), joined([alt, *missing, *left], "; "))]


def _dots(data: ChartData, measure: Measure, look: Theme) -> Figure:
    figure = _empty()
    draw_dot(data, measure, look, figure)
    places, left = data.at_most(measure)
    alt = say("Dot plot of {metric}", metric=_words(data, measure, places, verdicts=True))
    return Figure(png_of(figure), joined([alt, *left], "; "))


def _empty() -> Canvas:
    figure = Canvas(layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _words(data: ChartData, measure: Measure, places: Sequence[int], *, verdicts: bool = False) -> Phrase:
    told = []
    for place in places:
        point = measure.points[place]
        text = say("{name} {text}", name=data.names[place], text=measure.form.value(point.value) if point.is_number else say(point.state))
        told.append(say("{name}, {reason}", name=text, reason=say(point.verdict)) if verdicts and point.is_number else text)
    return say("{what}: {said}", what=measure.upward, said=joined(told))
