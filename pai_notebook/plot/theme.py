"""How charts look: colours that colour-blind readers tell apart, light or dark, and fonts for every script in the text."""

from __future__ import annotations

import functools
import math
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Theme", "ThemeName", "axes_argument", "finish", "new_axes", "theme_of"]

ThemeName = Literal["light", "dark"]

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


@dataclass(frozen=True)
class Theme:
    """Colours of a chart; from the palette of Okabe and Ito, which all common kinds of colour vision tell apart."""

    ink: str
    paper: str
    faint: str
    neutral: str
    baseline: str
    better: str = "#0072b2"
    worse: str = "#d55e00"
    lines: tuple[str, ...] = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")


_THEMES = {
    "light": Theme("#1a1a1a", "#ffffff", "#d0d0d0", "#9aa0a6", "#4d4d4d"),
    "dark": Theme("#e8e8e8", "#111111", "#444444", "#8a8f94", "#c8c8c8", better="#56b4e9", worse="#e69f00",
                  lines=("#56b4e9", "#e69f00", "#2fc79a", "#e29cc5", "#7aa6ff", "#ff8a3d")),
}  # fmt: skip


def theme_of(name: ThemeName) -> Theme:
    """Colours by name, `light` or `dark`."""
    if name not in _THEMES:
        raise ConfigurationError(f"theme={name!r} is not known", hint="Use theme='light' or theme='dark'.")
    return _THEMES[name]


def new_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """Give the axes that were handed in, or new ones.

    Raises
    ------
    ConfigurationError
        When matplotlib, the extra `plot`, is not installed.
    """
    if ax is not None:
        return axes_argument(ax)
    try:
        import matplotlib.pyplot as plt  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigurationError("charts need matplotlib", hint="Install pai-notebook[plot].") from None
    return plt.subplots(figsize=size, layout="constrained")[1]


def axes_argument(ax: Axes) -> Axes:
    """Return `ax` when something can be drawn on it.

    Raises
    ------
    ConfigurationError
        For anything else.
    """
    if not hasattr(ax, "get_figure") or not hasattr(ax, "add_patch"):
        raise ConfigurationError(f"ax={described(ax)} cannot be used", hint="Pass Axes of matplotlib, such as plt.subplots()[1].")
    return ax


def finish(ax: Axes, theme: Theme) -> Axes:
    """Colour the axes, take the frame away, and give every text a font that has its characters."""
    from matplotlib.text import Text  # noqa: PLC0415 - an optional extra

    ax.figure.set_facecolor(theme.paper)
    ax.set_facecolor(theme.paper)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.faint)
    ax.tick_params(colors=theme.ink, which="both", color=theme.faint)
    for label in (ax.xaxis.label, ax.yaxis.label, ax.title):
        label.set_color(theme.ink)
    families = _families()
    _fit(ax, families)
    texts = [text for text in (*ax.findobj(Text), *ax.get_xticklabels(), *ax.get_yticklabels()) if text.get_text()]
    for text in texts:
        text.set_fontfamily(families)
        text.set_parse_math(False)
        text.set_text(_visible(text.get_text()))
    _name_missing({char for text in texts for char in text.get_text() if ord(char) > 0x7F})  # noqa: PLR2004 - every font has ASCII
    return ax


def _visible(text: str) -> str:
    """Make every character visible but the ends of lines, which charts set between a metric and its dataset."""
    return "\n".join(map(visible, text.split("\n")))


# Names at the ticks take at most this share of the figure; the rest is the drawing's, and the axis' own name has to fit beside it.
_NAMES = 0.4
_MOST_LINES = 4


def _fit(ax: Any, families: list[str]) -> None:
    """Shorten names at the ticks and wrap names of axes, so that they are neither cut off nor take the room of the drawing."""
    from matplotlib.ticker import FixedLocator  # noqa: PLC0415 - an optional extra

    width, height = ax.get_figure().get_size_inches() * 72
    # names of versions that are long stand at 45 degrees
    for axis, across, along in ((ax.xaxis, height * math.sqrt(2), width), (ax.yaxis, width, height)):
        if isinstance(axis.get_major_locator(), FixedLocator):
            names = axis.get_ticklabels()
            axis.set_ticklabels([_shortened(_visible(name.get_text()), _NAMES * across, name.get_fontsize(), families) for name in names])
        label = axis.label
        label.set_text(_wrapped(_visible(label.get_text()), (0.9 - _NAMES) * along, label.get_fontsize(), families))


def _points(text: str, size: float, families: list[str]) -> float:
    """Width of a line in points."""
    from matplotlib.backends.backend_agg import RendererAgg  # noqa: PLC0415 - an optional extra
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - an optional extra

    renderer: Any = RendererAgg
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a character that no font has the whole chart warns once
        return float(renderer(1, 1, 72).get_text_width_height_descent(text, FontProperties(families, size=size), ismath=False)[0])


def _shortened(text: str, most: float, size: float, families: list[str]) -> str:
    """Beginning and end of each line that is wider than there is room, since names differ at their ends."""
    return "\n".join(_cut(line, most, size, families) for line in text.split("\n"))


def _cut(line: str, most: float, size: float, families: list[str]) -> str:
    kept, shown = len(line), line
    while kept > 2 and (width := _points(shown, size, families)) > most:  # noqa: PLR2004 - one character at either end
        kept = min(kept - 1, int(kept * most / width) + 1)
        shown = f"{line[: kept - kept // 2]}…{line[len(line) - kept // 2 :]}"
    return shown


def _wrapped(text: str, most: float, size: float, families: list[str]) -> str:
    """A text as it is where it fits, else its words and the data set of a metric in a few lines that do."""
    lines = [""]
    for word in re.findall(r"[^\s@]+(?:@|\s+|$)|\S+\s*", text):
        longer = lines[-1] + word
        if lines[-1] and len(lines) < _MOST_LINES and _points(longer.rstrip(), size, families) > most:
            lines.append(word)
        else:
            lines[-1] = longer
    return _shortened("\n".join(map(str.rstrip, lines)), most, size, families)


@functools.cache
def _families() -> list[str]:
    from matplotlib import font_manager  # noqa: PLC0415 - an optional extra

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *[name for name in CJK if name in installed][:1]]


@functools.cache
def _characters() -> frozenset[int]:
    from matplotlib import font_manager  # noqa: PLC0415 - an optional extra

    found: set[int] = set()
    for name in _families():
        found.update(font_manager.get_font(font_manager.findfont(name)).get_charmap())
    return frozenset(found)


def _name_missing(characters: set[str]) -> None:
    missing = "".join(sorted(char for char in characters if ord(char) not in _characters() and not char.isspace()))
    if missing:
        warnings.warn(f"no font here has {missing[:40]}; install Noto Sans CJK to see them in charts", stacklevel=4)
