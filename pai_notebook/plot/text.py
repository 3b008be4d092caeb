"""Text of charts: fonts for every script, names that are shortened or wrapped to the room there is, notes below the axes."""

from __future__ import annotations

import functools
import math
import re
import warnings
from collections.abc import Sequence
from typing import Any

from pai_notebook.display.width import NO_BEGINNING
from pai_notebook.i18n.phrases import say, told
from pai_notebook.sanitize import visible, visible_lines

CJK = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
)


# Names at the ticks take at most this share of the figure; the rest is the drawing's, and the axis' own name has to fit beside it.
_NAMES = 0.4
_MOST_LINES = 4
# Size of the notes below a chart, in points.
_NOTE = 8.0
# A line may end behind a space, the @ before a dataset, and any Chinese character or mark; a sign stays with the word that it begins,
# and a % with its number.
_WIDE = r"\u2e80-\u9fff\uff00-\uffef"
_WORDS = re.compile(
    rf"[{_WIDE}][{NO_BEGINNING}]*\s*|(?:[^\w\s·{_WIDE}] ){{0,3}}[^\s@{_WIDE}]+(?:@|\s+(?:%\s*)?|(?=[{_WIDE}])[{NO_BEGINNING}]*|$)|\S\s*|\s+"
)


def fit(ax: Any, share: float = 0) -> None:
    """Shorten names at the ticks and wrap names of axes, so that they are neither cut off nor take the room of the drawing."""
    from matplotlib.ticker import FixedLocator  # noqa: PLC0415 - an optional extra

    width, height = ax.get_figure().get_size_inches() * 72
    # names of versions that are long stand at 45 degrees
    for axis, across, along in ((ax.xaxis, _NAMES * height * math.sqrt(2), width), (ax.yaxis, max(_NAMES, share) * width, height)):
        if isinstance(axis.get_major_locator(), FixedLocator):
            names = axis.get_ticklabels()
            axis.set_ticklabels([_shortened(visible_lines(name.get_text()), across, name.get_fontsize()) for name in names])
        label = axis.label
        room, size = (0.9 - _NAMES) * along, label.get_fontsize()
        label.set_text("\n".join(_wrapped(line, room, size) for line in visible_lines(label.get_text()).split("\n")))


def lay_out(ax: Any) -> None:
    """Give the axes the place that they will have when they are drawn."""
    figure = ax.figure.figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def write_notes(ax: Any, notes: Sequence[str], colour: str) -> Any:
    """Write notes below everything else that belongs to the axes, as wide as that is; gives the text, None without notes."""
    if not notes:
        return None
    lay_out(ax)
    box, unit = ax.get_tightbbox(), ax.figure.figure.dpi / 72
    if box is None:
        return None
    corner = (box.x0 - ax.bbox.x0) / unit, (box.y0 - ax.bbox.y0) / unit - 6
    where: dict[str, Any] = {"xycoords": "axes fraction", "xytext": corner, "textcoords": "offset points", "annotation_clip": False}
    style: dict[str, Any] = {"fontsize": _NOTE, "color": colour, "fontfamily": font_families(), "parse_math": False, "linespacing": 1.3}
    return ax.annotate("\n".join(_lines(notes, box.width / unit)), (0, 0), va="top", ha="left", **where, **style)


def room_for(notes: Sequence[str], width: float) -> float:
    """Height that notes need in a figure of a width, in inches."""
    return len(_lines(notes, 0.94 * width * 72)) * _NOTE * 1.35 / 72 + 0.1 if notes else 0.0


def _lines(notes: Sequence[str], width: float) -> list[str]:
    # letters are wider at some resolutions than at the one at which they are measured
    return [line for note in notes for line in _wrapped(visible_lines(note), 0.95 * width, _NOTE, most_lines=8).split("\n")]


@functools.lru_cache(4096)
def points_wide(text: str, size: float) -> float:
    """Width of a line in points."""
    from matplotlib.backends.backend_agg import RendererAgg  # noqa: PLC0415 - an optional extra
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - an optional extra

    renderer: Any = RendererAgg
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a character that no font has the whole chart warns once
        font = FontProperties(font_families(), size=size)
        return float(renderer(1, 1, 72).get_text_width_height_descent(visible(text), font, ismath=False)[0])


def _shortened(text: str, most: float, size: float) -> str:
    """Beginning and end of each line that is wider than there is room, since names differ at their ends, and in their datasets."""
    return "\n".join(_cut(line, most, size) for line in text.split("\n"))


def _cut(line: str, most: float, size: float) -> str:
    kept, shown = len(line), line
    dataset = len(line) - line.rindex("@") if "@" in line else 0
    while kept > 2 and (width := points_wide(shown, size)) > most:  # noqa: PLR2004 - one character at either end
        kept = min(kept - 1, int(kept * most / width) + 1)
        end = max(kept // 2, min(dataset, kept - 2))
        shown = f"{line[: kept - end]}…{line[len(line) - end :]}"
    return shown


def _wrapped(text: str, most: float, size: float, *, most_lines: int = _MOST_LINES) -> str:
    """A text as it is where it fits, else its words and the dataset of a metric in a few lines that do."""
    lines = [""]
    for word in _WORDS.findall(text):
        longer = lines[-1] + word
        if lines[-1] and len(lines) < most_lines and points_wide(longer.rstrip(), size) > most:
            lines.append(word)
        else:
            lines[-1] = longer
    return _shortened("\n".join(map(str.rstrip, lines)), most, size)


@functools.cache
def font_families() -> list[str]:
    """Fonts for the text of charts: that of matplotlib, then one with Chinese where there is one."""
    from matplotlib import font_manager  # noqa: PLC0415 - an optional extra

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *[name for name in CJK if name in installed][:1]]


@functools.cache
def _characters() -> frozenset[int]:
    from matplotlib import font_manager  # noqa: PLC0415 - an optional extra

    found: set[int] = set()
    for name in font_families():
        found.update(font_manager.get_font(font_manager.findfont(name)).get_charmap())
    return frozenset(found)


def name_missing(text: str) -> None:
    """Warn of characters that no font here has."""
    missing = "".join(sorted(char for char in set(text) if ord(char) not in _characters() and not char.isspace()))
    if missing:
        said = say("no font here has {text}; install Noto Sans CJK to see them in charts", text=visible(missing[:40]))
        warnings.warn(told(said), stacklevel=4)
