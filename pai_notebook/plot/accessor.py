"""`comparison.plot`: one method a chart, as in pandas."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pai_notebook.arguments import number_argument
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.files import file_path, write_file
from pai_notebook.plot.charts import draw_bar, draw_heatmap, draw_parallel, draw_scatter, draw_series, draw_slope
from pai_notebook.plot.data import ChartData, Measure
from pai_notebook.plot.theme import theme_of
from pai_notebook.sanitize import Printed

__all__ = ["Plots"]

_MOST_ROWS = 40
_MOST_AXES = 8


class Plots(Printed):
    """Charts of a comparison; each takes `ax` and `theme` ("light" or "dark") and gives matplotlib Axes.

    Parameters
    ----------
    data : ChartData
        What is drawn.
    """

    def __init__(self, data: ChartData) -> None:
        self.data = data

    def __repr__(self) -> str:
        return f"Plots of {len(self.data.measures)} metrics: .bar .slope .heatmap .scatter .parallel .series"

    def __call__(self, metric: str, *, kind: str = "bar", **options: Any) -> Any:
        """Draw a metric as `kind`: bar, slope or series."""
        if kind not in ("bar", "slope", "series"):
            raise ComparisonError(f"no chart of one metric is called {kind!r}", hint="Use kind='bar', 'slope' or 'series'.")
        return getattr(self, kind)(metric, **options)

    def bar(self, metric: str, *, dataset: str | None = None, ax: Any = None, theme: str = "light") -> Any:
        """One bar a version, with the baseline as a line and intervals of the difference where they are known."""
        return draw_bar(self.data, self.data.find(metric, dataset), theme_of(theme), ax)

    def slope(self, metric: str, *, dataset: str | None = None, ax: Any = None, theme: str = "light") -> Any:
        """The metric over versions in natural order."""
        return draw_slope(self.data, self.data.find(metric, dataset), theme_of(theme), ax)

    def heatmap(self, metrics: Sequence[str] | None = None, *, ax: Any = None, theme: str = "light") -> Any:
        """Changes against the baseline in percent, metrics by versions; at most 40 rows unless named."""
        measures = self._several(metrics)[: None if metrics else _MOST_ROWS]
        if not measures:
            raise ComparisonError("there are no numbers to draw", hint="Look at coverage.")
        return draw_heatmap(self.data, measures, theme_of(theme), ax)

    def scatter(self, x: str, y: str, *, dataset: str | None = None, ax: Any = None, theme: str = "light") -> Any:
        """Two metrics against each other with the Pareto front."""
        return draw_scatter(self.data, self.data.find(x, dataset), self.data.find(y, dataset), theme_of(theme), ax)

    def parallel(self, metrics: Sequence[str] | None = None, *, ax: Any = None, theme: str = "light") -> Any:
        """Every version as a line through its metrics, better upwards; at most 8 metrics unless named."""
        measures = [each for each in self._several(metrics) if each.mode is not None][: None if metrics else _MOST_AXES]
        return draw_parallel(self.data, measures, theme_of(theme), ax)

    def series(self, metric: str, *, dataset: str | None = None, ax: Any = None, theme: str = "light") -> Any:
        """The points of a metric that is a list, one line a version."""
        return draw_series(self.data, self.data.find(metric, dataset), theme_of(theme), ax)

    def save(self, path: str | os.PathLike[str], ax: Any, *, dpi: int = 150, overwrite: bool = False) -> Path:
        """Write a chart as PNG or SVG, as the path ends; the same chart gives the same bytes.

        Parameters
        ----------
        path : path
            Ends in `.png` or `.svg`; the file appears whole or not at all. For other formats use `ax.figure.savefig`.
        ax : matplotlib.axes.Axes
            What a chart gave back, for example `c.plot.bar("cer")`.
        dpi : int
            Points per inch of a PNG.
        overwrite : bool
            Whether a file that exists may be replaced.

        Raises
        ------
        ConfigurationError
            When the path ends otherwise, or the file exists.
        """
        from pai_notebook.plot.pictures import picture_of  # noqa: PLC0415 - matplotlib is an optional extra

        form = file_path(path).suffix.lower().removeprefix(".")
        if form not in ("png", "svg"):
            raise ConfigurationError(f"{path} ends in neither .png nor .svg", hint="For other formats use ax.figure.savefig.")
        dpi = number_argument("dpi", dpi, least=1, whole=True)
        return write_file(path, picture_of(ax.figure, form, dpi=dpi), overwrite=overwrite)

    def _several(self, metrics: Sequence[str] | None) -> list[Measure]:
        chosen = self.data.measures if metrics is None else [self.data.find(name) for name in metrics]
        return [each for each in chosen if any(math.isfinite(value) for value in each.values)]
