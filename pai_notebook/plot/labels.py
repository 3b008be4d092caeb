"""Labels beside points, none of which covers another; importing this needs matplotlib."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.text import Text

Spot = tuple[float, float]
Box = tuple[float, float, float, float]
# Where a label may stand around its point, the best sides first: right, left, above and below, and the corners between.
_SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1), (0.6, 1), (-0.6, 1), (0.6, -1), (-0.6, -1))
# Distances between a label and its point, in points.
_GAPS = (5.5, 8.0, 11.0)
# How many times farther every other point is from a label, so that nobody takes it for theirs.
_FARTHER = 1.5
_MARKER = 4.5
# How near a label may be to a line, in points.
_CLEAR = 2.0
# How far names stand apart that are on one line, in points.
_BETWEEN = 3.0


@dataclass(frozen=True)
class _Scene:
    """What is in the way of a label."""

    frame: Box
    points: Sequence[Spot]
    taken: Sequence[Box]
    strokes: Sequence[tuple[Spot, Spot]]

    def has_room(self, box: Box, point: Spot, unit: float) -> bool:
        """Whether a label here covers nothing and is nearer to its own point than to any other."""
        left, bottom, right, top = box
        inside = self.frame[0] <= left and self.frame[1] <= bottom and right <= self.frame[2] and top <= self.frame[3]
        if not inside or any(_overlap(box, other) for other in self.taken):
            return False
        clear = _CLEAR * unit
        wider = left - clear, bottom - clear, right + clear, top + clear
        if any(_crosses(*line, wider) for line in self.strokes):
            return False
        farther = _FARTHER * _distance(box, point)
        return all(_distance(box, other) >= farther for other in self.points if math.dist(point, other) > unit)


class PointLabels(Artist):
    """Finds a place for each label at every drawing, in the order given; a label without a place is not drawn.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where they stand.
    labels : iterable of (x, y, text)
        The most important ones first.
    markers : sequence of (x, y)
        Points that no label may cover, or be taken for the label of.
    lines : sequence of sequences of (x, y)
        Lines that no label may cover.
    avoid : sequence of matplotlib.text.Text
        Other texts in the axes.
    colour : str
        Of the text.
    """

    def __init__(
        self,
        ax: Any,
        labels: Iterable[tuple[float, float, str]],
        *,
        markers: Sequence[Spot] = (),
        lines: Sequence[Sequence[Spot]] = (),
        avoid: Sequence[Text] = (),
        colour: str = "black",
    ) -> None:
        super().__init__()
        self.set_zorder(-10)  # before anything is drawn, so that the labels are where they belong
        self.set_in_layout(False)
        style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "center", "fontsize": 8, "color": colour}
        self.texts = [ax.annotate(text, (x, y), (0, 0), **style) for x, y, text in labels]
        for text in self.texts:
            text.set_in_layout(False)
        self.homeless: set[str] = set()
        self._ax, self._avoid, self._markers, self._lines = ax, avoid, markers, lines
        ax.add_artist(self)

    def draw(self, renderer: Any) -> None:
        """Move the labels; they draw themselves."""
        self.place(renderer)

    def give_up(self) -> bool:
        """Draw labels that have no place now never again, `homeless`; whether there are more of them than before."""
        before = len(self.homeless)
        self.homeless.update(self.place())
        return len(self.homeless) > before

    def place(self, renderer: Any = None) -> list[str]:
        """Give every label its place, and return the texts of those that have none."""
        unit = self._ax.figure.figure.dpi / 72

        def on_screen(spot: Spot) -> Spot:
            x, y = self._ax.transData.transform(spot)
            return float(x), float(y)

        left, bottom, right, top = self._ax.bbox.extents
        points = [on_screen(spot) for spot in self._markers]
        taken = [_around(spot, _MARKER * unit) for spot in points] + [_extents(text, renderer) for text in self._avoid]
        strokes = [(on_screen(start), on_screen(end)) for line in self._lines for start, end in pairwise(line)]
        scene = _Scene((left + 2, bottom + 2, right - 2, top - 2), points, taken, strokes)
        homeless = []
        for text in self.texts:
            text.set_visible(False)
            if text.get_text() in self.homeless:
                continue
            text.set_visible(True)
            text.xyann = (0, 0)
            (x0, y0, x1, y1), point = _extents(text, renderer), on_screen(text.xy)
            half = (x1 - x0) / 2, (y1 - y0) / 2
            found = next((spot for spot in _places(point, half, unit) if scene.has_room(_around(spot, *half), point, unit)), None)
            text.set_visible(found is not None)
            if found is None:
                homeless.append(text.get_text())
                continue
            taken.append(_around(found, half[0] + _BETWEEN * unit, half[1]))
            text.xyann = ((found[0] - point[0]) / unit, (found[1] - point[1]) / unit)
        return homeless


def _places(point: Spot, half: Spot, unit: float) -> Iterator[Spot]:
    """Where the middle of a label may be, the nearest places first."""
    for gap in _GAPS:
        for across, along in _SIDES:
            apart = gap * unit / math.hypot(int(across), along)
            yield (point[0] + across * half[0] + int(across) * apart, point[1] + along * (half[1] + apart))


def _extents(text: Text, renderer: Any) -> Box:
    """Where the letters of a text are on the screen, whatever else belongs to it."""
    x0, y0, x1, y1 = Text.get_window_extent(text, renderer).extents
    return float(x0), float(y0), float(x1), float(y1)


def _around(spot: Spot, half: float, high: float | None = None) -> Box:
    high = half if high is None else high
    return spot[0] - half, spot[1] - high, spot[0] + half, spot[1] + high


def _distance(box: Box, spot: Spot) -> float:
    return math.hypot(max(box[0] - spot[0], 0.0, spot[0] - box[2]), max(box[1] - spot[1], 0.0, spot[1] - box[3]))


def _overlap(first: Box, second: Box) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def _crosses(start: Spot, end: Spot, box: Box) -> bool:
    """Whether a line from start to end meets a box (Liang and Barsky)."""
    low, high = 0.0, 1.0
    for origin, length, least, most in (
        (start[0], end[0] - start[0], box[0], box[2]),
        (start[1], end[1] - start[1], box[1], box[3]),
    ):
        if length == 0:
            if not least <= origin <= most:
                return False
            continue
        near, far = sorted(((least - origin) / length, (most - origin) / length))
        low, high = max(low, near), min(high, far)
    return low <= high
