"""Labels beside points, none of which covers another; importing this needs matplotlib."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matplotlib.artist import Artist
from matplotlib.patheffects import withStroke
from matplotlib.text import Text

Spot = tuple[float, float]
Box = tuple[float, float, float, float]
_ANGLES = tuple(math.radians(angle) for angle in (35, 0, 145, 180, -35, -145, 90, -90, 60, 120, -60, -120, 15, 165, -15, -165))
_RINGS = (5.0, 11.0, 18.0, 27.0, 38.0, 52.0, 70.0)
_MARKER = 4.5
# How far names stand apart that are on one line, in points.
_BETWEEN = 3.0
# What it costs to cover a line, in points of distance.
_COVERED = 12.0


@dataclass(frozen=True)
class _Place:
    cost: float
    centre: Spot
    box: Box
    ring: int


@dataclass(frozen=True)
class _Scene:
    """What is in the way of a label."""

    frame: Box
    taken: Sequence[Box]
    names: Sequence[Box]
    strokes: Sequence[tuple[Spot, Spot]]

    def is_free(self, box: Box) -> bool:
        left, bottom, right, top = self.frame
        inside = left <= box[0] and bottom <= box[1] and box[2] <= right and box[3] <= top
        return inside and not any(_overlap(box, other) for several in (self.taken, self.names) for other in several)


class PointLabels(Artist):
    """Finds a place for each label at every drawing, in the order given; a label without a place is not drawn.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where they stand.
    labels : iterable of (x, y, text)
        The most important ones first.
    markers : sequence of (x, y)
        Points that no label may cover.
    lines : sequence of sequences of (x, y)
        Lines that labels had better not cover.
    avoid : sequence of matplotlib.text.Text
        Other texts in the axes.
    rings : int
        How far away from its point it may stand; from the second ring on a thin line joins them.
    colours : (str, str, str)
        Of the text, of the thin lines, and of the edge that keeps the text apart from lines that it covers.
    """

    def __init__(
        self,
        ax: Any,
        labels: Iterable[tuple[float, float, str]],
        *,
        markers: Sequence[Spot] = (),
        lines: Sequence[Sequence[Spot]] = (),
        avoid: Sequence[Text] = (),
        rings: int = len(_RINGS),
        colours: tuple[str, str, str] = ("black", "grey", "white"),
    ) -> None:
        super().__init__()
        self.set_zorder(-10)  # before anything is drawn, so that the labels are where they belong
        self.set_in_layout(False)
        leader = {"arrowstyle": "-", "color": colours[1], "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3}
        style: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "va": "center", "fontsize": 8, "color": colours[0]}
        style["path_effects"] = [withStroke(linewidth=2, foreground=colours[2])]
        self.texts = [ax.annotate(text, (x, y), (0, 0), arrowprops=dict(leader), **style) for x, y, text in labels]
        for text in self.texts:
            text.set_in_layout(False)
        self.homeless: set[str] = set()
        self._ax, self._rings, self._avoid = ax, _RINGS[:rings], avoid
        self._markers, self._lines = markers, lines
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
        frame: Box = left + 2, bottom + 2, right - 2, top - 2
        taken = [_around(on_screen(spot), _MARKER * unit) for spot in self._markers]
        taken += [_extents(text, renderer) for text in self._avoid]
        strokes = [(on_screen(start), on_screen(end)) for line in self._lines for start, end in pairwise(line)]
        names: list[Box] = []
        homeless = []
        for text in self.texts:
            text.set_visible(False)
            if text.get_text() in self.homeless:
                continue
            text.set_visible(True)
            text.xyann = (0, 0)
            box, point = _extents(text, renderer), on_screen(text.xy)
            half = (box[2] - box[0]) / 2, (box[3] - box[1]) / 2
            found = _best(_places(point, half, unit, self._rings), point, _Scene(frame, taken, names, strokes))
            text.set_visible(found is not None)
            if found is None:
                homeless.append(text.get_text())
                continue
            left, bottom, right, top = found.box
            names.append((left - _BETWEEN * unit, bottom, right + _BETWEEN * unit, top))
            text.xyann = ((found.centre[0] - point[0]) / unit, (found.centre[1] - point[1]) / unit)
            text.arrow_patch.set_visible(found.ring > 1)
            if found.ring > 1:
                strokes.append((point, found.centre))
        return homeless


def _places(point: Spot, half: Spot, unit: float, rings: Sequence[float]) -> Iterator[_Place]:
    """Where a label of a size may stand, the nearest places first."""
    for ring, radius in enumerate(rings):
        for rank, angle in enumerate(_ANGLES):
            x = point[0] + math.cos(angle) * (radius * unit + half[0])
            y = point[1] + math.sin(angle) * (radius * unit + half[1])
            yield _Place(radius + rank / 100, (x, y), (x - half[0], y - half[1], x + half[0], y + half[1]), ring)


def _best(places: Iterable[_Place], point: Spot, scene: _Scene) -> _Place | None:
    """The cheapest place that covers neither point nor text, and whose thin line crosses no text."""
    best: tuple[float, _Place] | None = None
    for place in places:
        if best is not None and place.cost >= best[0]:
            break
        if not scene.is_free(place.box) or (place.ring > 1 and any(_crosses(point, place.centre, other) for other in scene.names)):
            continue
        cost = place.cost + _COVERED * sum(_crosses(a, b, place.box) for a, b in scene.strokes)
        if best is None or cost < best[0]:
            best = cost, place
    return None if best is None else best[1]


def _extents(text: Text, renderer: Any) -> Box:
    """Where the letters of a text are on the screen, without the line that joins it to its point."""
    x0, y0, x1, y1 = Text.get_window_extent(text, renderer).extents
    return float(x0), float(y0), float(x1), float(y1)


def _around(spot: Sequence[float], half: float) -> Box:
    return spot[0] - half, spot[1] - half, spot[0] + half, spot[1] + half


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
