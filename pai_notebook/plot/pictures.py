"""Charts as pictures, for files and for a report; importing this needs matplotlib."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.io.report import DENSITY, PIXELS, Figure
from pai_notebook.plot.charts import draw_dot, draw_heatmap
from pai_notebook.plot.data import ChartData, Measure
from pai_notebook.plot.theme import Theme, ThemeName, theme_of

_MOST_ROWS, _MOST_TOLD = 12, 3
# How far apart colours of a picture are at least in red, green or blue, of 255: the edges of letters have many shades between two colours.
_APART = 8
_COLOURS = 256
# One number for red, green and blue.
_PACKED = np.array([1 << 16, 1 << 8, 1])


def picture_of(figure: Any, form: str, *, dpi: int) -> bytes:
    """A figure as `png` or `svg`, the same bytes for the same drawing; letters of an SVG are outlines and need no font."""
    out = io.BytesIO()
    unchanging: dict[str, None] = {"Software": None} if form == "png" else {"Date": None, "Creator": None}
    with rc_context({"svg.hashsalt": "pai_notebook", "svg.fonttype": "path", "text.usetex": False}):
        figure.savefig(out, format=form, dpi=dpi, metadata=unchanging)
    return out.getvalue()


def png_of(figure: Any) -> bytes:
    """The PNG of a figure for a screen or paper: in few colours, since a report holds every chart twice."""
    from PIL import Image  # noqa: PLC0415 - comes with matplotlib

    picture = Image.open(io.BytesIO(picture_of(figure, "png", dpi=round(PIXELS * DENSITY)))).convert("RGB")
    out = io.BytesIO()
    in_few_colours(picture).save(out, "PNG", optimize=True)
    return out.getvalue()


def in_few_colours(picture: Any, apart: int = _APART) -> Any:
    """A picture in the commonest of its colours that lie near each other: a mark keeps its own, the edges of letters lose shades."""
    from PIL import Image  # noqa: PLC0415 - comes with matplotlib

    # with room for all the colours there can be, only where there are many: that room has to be searched
    counts = picture.getcolors(1 << 12) or picture.getcolors(1 << 24)
    there = np.array([colour for _, colour in sorted(counts, key=lambda each: (-each[0], each[1]))])
    kept = there[:1]
    for colour in there:
        if len(kept) < _COLOURS and (np.abs(kept - colour).max(1) >= apart).all():
            kept = np.vstack([kept, colour])
    nearest = np.zeros(1 << 24, np.uint8)
    nearest[there @ _PACKED] = ((there[:, None] - kept) ** 2).sum(2).argmin(1)
    drawn = Image.fromarray(nearest[np.asarray(picture) @ _PACKED])
    drawn.putpalette(kept.astype(np.uint8).tobytes())
    return drawn


def report_figures(
    data: ChartData, metrics: Sequence[str] | None = None, *, by: Sequence[str] | None = (), lang: str | None = None
) -> list[Figure]:
    """Dots of what is judged by and a heat map of the metrics that changed most, or dots of each metric that is named.

    Where `by` is None, dots of the first metrics in which a version is better or worse beyond chance.

    Each is there for light and for dark pages.
    """
    if metrics is not None:
        return _dots(data, [data.find(name) for name in metrics], lang)
    measures, left = data.changing(_MOST_ROWS)
    if by is None:
        told = [each for each in measures if any(point.is_beyond_chance for point in each.points)][:_MOST_TOLD]
    else:
        told = [data.find(name) for name in by]
    dots = _dots(data, [each for each in told if each.has_numbers], lang)
    if not measures:
        return dots
    places, missing = data.at_most()
    changes = joined([_words(data, each, places) for each in measures], "; ")
    alt = say("Change of metrics against {baseline}: {metrics}", baseline=data.names[data.baseline], metrics=changes)
    draw = partial(draw_heatmap, data, measures, notes=left, in_report=True)
    return [*dots, _figure(draw, joined([alt, *missing, *left], "; "), lang)]


def _dots(data: ChartData, measures: Sequence[Measure], lang: str | None) -> list[Figure]:
    """Dots of each metric, with what their marks mean."""
    figures = []
    for measure in measures:
        places, left = data.at_most(measure)
        alt = say("Dot plot of {metric}", metric=_words(data, measure, places, verdicts=True))
        draw = partial(draw_dot, data, measure)
        figures.append(_figure(draw, joined([alt, *left], "; "), lang))
    return figures


def _figure(draw: Callable[[Theme, Canvas], Any], alt: str, lang: str | None) -> Figure:
    def picture(theme: ThemeName) -> bytes:
        canvas = Canvas(layout="constrained")
        FigureCanvasAgg(canvas)
        draw(theme_of(theme, lang), canvas)
        return png_of(canvas)

    return Figure(picture("light"), picture("dark"), alt)


def _words(data: ChartData, measure: Measure, places: Sequence[int], *, verdicts: bool = False) -> Phrase:
    told = []
    for place in places:
        point = measure.points[place]
        text = say("{name} {text}", name=data.names[place], text=measure.form.value(point.value) if point.is_number else say(point.state))
        told.append(say("{name}, {reason}", name=text, reason=say(point.verdict)) if verdicts and point.is_number else text)
    return say("{what}: {said}", what=measure.upward, said=joined(told))
