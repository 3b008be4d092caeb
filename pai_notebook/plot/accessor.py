"""`comparison.plot`: one method a chart, as in pandas."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pai_notebook.arguments import checked, number_argument
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.files import file_path, write_file
from pai_notebook.plot.charts import draw_bar, draw_heatmap, draw_parallel, draw_scatter, draw_series, draw_slope
from pai_notebook.plot.data import ChartData, Measure
from pai_notebook.plot.theme import ThemeName, axes_argument, theme_of
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Plots"]

_MOST_ROWS = 40
_MOST_AXES = 8


@checked
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

    def __call__(
        self,
        metric: str,
        *,
        kind: Literal["bar", "slope", "series"] = "bar",
        dataset: str | None = None,
        ax: Axes | None = None,
        theme: ThemeName = "light",
    ) -> Axes:
        """Draw one metric.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        kind : {"bar", "slope", "series"}
            The method of that name.
        dataset : str, optional
            The dataset, where the metric was measured on several.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When there is no such metric, or it was measured on several datasets and none is named.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> len(c.plot("cer", kind="slope").lines) > 0
        True
        """
        charts = {"bar": self.bar, "slope": self.slope, "series": self.series}
        if kind not in charts:
            raise ConfigurationError(f"no chart of one metric is called {kind!r}", hint="Use kind='bar', 'slope' or 'series'.")
        return charts[kind](metric, dataset=dataset, ax=ax, theme=theme)

    def bar(self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light") -> Axes:
        """Draw one bar a version, with the baseline as a line and intervals of the difference where they are known.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        dataset : str, optional
            The dataset, where the metric was measured on several.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When there is no such metric, or it was measured on several datasets and none is named.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> len(c.plot.bar("cer").patches)
        2
        """
        return draw_bar(self.data, self.data.find(metric, dataset), theme_of(theme), ax)

    def slope(self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light") -> Axes:
        """Draw a metric over versions in natural order.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        dataset : str, optional
            The dataset, where the metric was measured on several.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When there is no such metric, or it was measured on several datasets and none is named.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> len(c.plot.slope("cer").lines) > 0
        True
        """
        return draw_slope(self.data, self.data.find(metric, dataset), theme_of(theme), ax)

    def heatmap(self, metrics: str | Sequence[str] | None = None, *, ax: Axes | None = None, theme: ThemeName = "light") -> Axes:
        """Draw changes against the baseline in percent, metrics by versions.

        Parameters
        ----------
        metrics : str or list of str, optional
            Names or globs of metrics, as `include` takes them; by default all, those that changed first, and at most 40.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound
            When one of them means no metric.
        ComparisonError
            When there is nothing to draw.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> c.plot.heatmap(["cer"]).get_yticklabels()[0].get_text()
        'cer ↓'
        """
        measures = self._several(metrics)[: None if metrics else _MOST_ROWS]
        if not measures:
            raise ComparisonError("there are no numbers to draw", hint="Look at coverage.")
        return draw_heatmap(self.data, measures, theme_of(theme), ax)

    def scatter(self, x: str, y: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light") -> Axes:
        """Draw two metrics against each other with the Pareto front.

        Parameters
        ----------
        x, y : str
            Names of two metrics.
        dataset : str, optional
            The dataset, where the metric was measured on several.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When there is no such metric, or it was measured on several datasets and none is named.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10, "rtf": 1 / n}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> c.plot.scatter("cer", "rtf").get_ylabel().startswith("rtf")
        True
        """
        return draw_scatter(self.data, self.data.find(x, dataset), self.data.find(y, dataset), theme_of(theme), ax)

    def parallel(self, metrics: str | Sequence[str] | None = None, *, ax: Axes | None = None, theme: ThemeName = "light") -> Axes:
        """Draw every version as a line through its metrics, better upwards.

        Parameters
        ----------
        metrics : str or list of str, optional
            Names or globs of metrics, as `include` takes them; by default all whose direction is known, those that changed first,
            and at most 8.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound
            When one of them means no metric.
        ComparisonError
            When there is nothing to draw.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10, "rtf": 1 / n}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> len(c.plot.parallel(["cer", "rtf"]).lines) >= 2
        True
        """
        measures = [each for each in self._several(metrics) if each.mode is not None][: None if metrics else _MOST_AXES]
        return draw_parallel(self.data, measures, theme_of(theme), ax)

    def series(self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light") -> Axes:
        """Draw the points of a metric that is a list, one line a version.

        Parameters
        ----------
        metric : str
            `loss`, or `loss@d-a` where it was measured on several datasets.
        dataset : str, optional
            The dataset, where the metric was measured on several.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When there is no such metric, or it was measured on several datasets and none is named.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"loss": [1, n / 10]}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> len(c.plot.series("loss").lines)
        2
        """
        return draw_series(self.data, self.data.find(metric, dataset), theme_of(theme), ax)

    def save(self, path: str | os.PathLike[str], ax: Axes, *, dpi: int = 150, overwrite: bool = False) -> Path:
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

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ConfigurationError
            When the path ends otherwise, or the file exists.

        Examples
        --------
        >>> import tempfile
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     c.plot.save(f"{folder}/cer.png", c.plot.bar("cer")).name
        'cer.png'
        """
        from pai_notebook.plot.pictures import picture_of  # noqa: PLC0415 - matplotlib is an optional extra

        form = file_path(path).suffix.lower().removeprefix(".")
        if form not in ("png", "svg"):
            raise ConfigurationError(f"{path} ends in neither .png nor .svg", hint="For other formats use ax.figure.savefig.")
        dpi = number_argument("dpi", dpi, least=10, whole=True)
        return write_file(path, picture_of(axes_argument(ax).figure, form, dpi=dpi), overwrite=overwrite)

    def _several(self, metrics: str | Sequence[str] | None) -> list[Measure]:
        chosen = self.data.measures if metrics is None else self.data.several(metrics)
        return [each for each in chosen if any(math.isfinite(value) for value in each.values)]
