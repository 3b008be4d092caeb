"""How charts look: colours that colour-blind readers tell apart, light or dark, and marks that say what is beyond chance."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, ParamSpec

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import in_language, say
from pai_notebook.language import language
from pai_notebook.plot.text import fit, font_families, name_missing, write_notes
from pai_notebook.sanitize import visible_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ThemeName = Literal["light", "dark"]
Drawn = ParamSpec("Drawn")


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
    hues: tuple[str, str] = (say("blue"), say("orange"))
    lines: tuple[str, ...] = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
    lang: str = "en"

    def words(self, text: str) -> str:
        """Say what is ours in the language of the chart, in English where no font has Chinese; data stays as it is."""
        return str(in_language(text, self.lang if len(font_families()) > 1 else "en"))

    def mark(self, verdict: str, *, quiet: bool = False) -> dict[str, Any]:
        """Marker of a version: filled only for the baseline and what is beyond chance; shapes differ as colours do.

        A `quiet` one stands behind those that a chart of many versions is about.
        """
        marker, colour = {
            "baseline": ("s", self.baseline),
            "better": ("o", self.better),
            "worse": ("D", self.worse),
            "mixed": ("P", self.baseline),
        }.get(verdict, ("o", self.neutral))
        filled = verdict in ("baseline", "better", "worse", "mixed")
        size = 3.5 if quiet else 5.5 if marker == "D" else 6.5
        face = colour if filled else self.paper
        return {"marker": marker, "markersize": size, "color": colour, "markerfacecolor": face, "linestyle": "none"}


_THEMES = {
    "light": Theme("#1a1a1a", "#ffffff", "#d0d0d0", "#6b7075", "#4d4d4d"),
    "dark": Theme("#e8e8e8", "#111111", "#444444", "#a0a5aa", "#c8c8c8", better="#56b4e9", worse="#e69f00",
                  hues=(say("light blue"), say("gold")),
                  lines=("#56b4e9", "#e69f00", "#2fc79a", "#e29cc5", "#7aa6ff", "#ff8a3d")),
}  # fmt: skip


def theme_of(name: ThemeName, lang: str | None = None) -> Theme:
    """Colours by name, `light` or `dark`, with the language of what is ours.

    Raises
    ------
    ConfigurationError
        For another name or language, and when matplotlib, the extra `plot`, is not installed.
    """
    if name not in _THEMES:
        raise ConfigurationError(say("theme={name!r} is not known", name=name), hint=say("Use theme='light' or theme='dark'."))
    try:
        load_matplotlib()
    except ImportError:
        raise _lacking() from None
    return replace(_THEMES[name], lang=language(lang))


def new_axes(ax: Axes | Figure | None, size: tuple[float, float]) -> Axes:
    """Give the axes that were handed in, or new ones; an empty figure gets the size that the chart needs.

    Raises
    ------
    ConfigurationError
        When matplotlib, the extra `plot`, is not installed, or its backend cannot be loaded.
    """
    from matplotlib.figure import Figure as Canvas  # noqa: PLC0415 - an optional extra

    if isinstance(ax, Canvas):
        ax.set_size_inches(size)
        return ax.add_subplot()
    if ax is not None:
        return axes_argument(ax)
    try:
        import matplotlib.pyplot as plt  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise _lacking() from None
    try:
        return plt.subplots(figsize=size, layout="constrained")[1]
    except ImportError as error:
        raise ConfigurationError(say("matplotlib cannot load its backend ({error})", error=str(error)), hint=_BACKEND) from None


_BACKEND = say("Correct the variable MPLBACKEND, or unset it.")


def load_matplotlib() -> None:
    """Load matplotlib, an optional extra; an ImportError when it is not installed.

    Raises
    ------
    ConfigurationError
        When it refuses the backend that MPLBACKEND names.
    """
    try:
        import matplotlib as mpl  # noqa: F401, PLC0415 - an optional extra
    except ValueError as error:
        raise ConfigurationError(
            say("matplotlib refuses MPLBACKEND ({value})", value=str(error).partition(";")[0]), hint=_BACKEND
        ) from None


def with_plain_text(draw: Callable[Drawn, Axes]) -> Callable[Drawn, Axes]:
    """Draw text as it is, whatever the user's settings of matplotlib say: names of a registry are neither TeX nor formulas."""

    @functools.wraps(draw)
    def drawn(*args: Drawn.args, **kwargs: Drawn.kwargs) -> Axes:
        from matplotlib import rcParams  # noqa: PLC0415 - an optional extra

        # not rc_context, which would put back that no figure is shown by itself: the first figure of a kernel turns that on
        theirs = rcParams["text.usetex"], rcParams["axes.formatter.use_mathtext"]
        rcParams["text.usetex"] = rcParams["axes.formatter.use_mathtext"] = False
        try:
            return draw(*args, **kwargs)
        finally:
            rcParams["text.usetex"], rcParams["axes.formatter.use_mathtext"] = theirs

    return drawn


def _lacking() -> ConfigurationError:
    return ConfigurationError(say("charts need matplotlib"), hint=say("Run pip install matplotlib."))


def axes_argument(ax: Axes) -> Axes:
    """Return `ax` when something can be drawn on it.

    Raises
    ------
    ConfigurationError
        For anything else.
    """
    if not hasattr(ax, "get_figure") or not hasattr(ax, "add_patch"):
        raise ConfigurationError(
            say("ax={ax} cannot be used", ax=described(ax)), hint=say("Pass Axes of matplotlib, such as plt.subplots()[1].")
        )
    return ax


def finish(ax: Axes, theme: Theme, notes: Sequence[str] = (), *, names: float = 0) -> Axes:
    """Colour the axes, take the frame away, give every text a font that has its characters, and write notes below.

    `names` is the share of the figure that was made for the names at the left, where it is more than usual.
    """
    from matplotlib.text import Text  # noqa: PLC0415 - an optional extra

    ax.figure.set_facecolor(theme.paper)
    ax.set_facecolor(theme.paper)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(theme.faint)
    ax.tick_params(colors=theme.ink, which="both", color=theme.faint)
    for label in (ax.xaxis.label, ax.yaxis.label, ax.title):
        label.set_color(theme.ink)
    fit(ax, names)
    texts = [text for text in (*ax.findobj(Text), *ax.get_xticklabels(), *ax.get_yticklabels()) if text.get_text()]
    for text in texts:
        text.set_fontfamily(font_families())
        text.set_parse_math(False)
        text.set_text(visible_lines(text.get_text()))
    name_missing("".join((*(text.get_text() for text in texts), *notes)))
    write_notes(ax, notes, theme.ink)
    return ax
