"""`comparison.plot`: one method a chart, as in pandas."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pai_notebook.arguments import number_argument
from pai_notebook.calls import checked
from pai_notebook.errors import ComparisonError
from pai_notebook.files import check_target, write_file
from pai_notebook.guides import Guided, guide
from pai_notebook.i18n.phrases import say
from pai_notebook.model.nearest import counted
from pai_notebook.plot.charts import draw_dot, draw_heatmap, draw_series, draw_slope
from pai_notebook.plot.data import ChartData
from pai_notebook.plot.scatter import draw_scatter
from pai_notebook.plot.theme import ThemeName, axes_argument, theme_of
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_ROWS = 40


@checked
class Plots(Guided, Printed):
    """Charts of a comparison; each takes `ax` and `theme` ("light" or "dark") and gives matplotlib Axes.

    Parameters
    ----------
    data : ChartData
        What is drawn.
    """

    _instead = guide(
        {
            "slope(metric)": "line lines trend trends",
            "series(metric)": "curve history",
            "dot(metric)": "point points strip hist histogram box boxplot violin swarm density kde show display draw",
            "bar(metric)": "barh column",
            "heatmap()": "matrix",
            "dot(metric), or comparison.to_frame() for another library": "altair vega plotly bokeh seaborn to_altair to_vega to_plotly",
            "save(path, ax)": "savefig to_png to_svg write",
        }
    )
    _leads_to = (("Comparison", "comparison"),)
    _it = "plot"

    def __init__(self, data: ChartData) -> None:
        self.data = data

    def __repr__(self) -> str:
        count = counted(len(self.data.measures), "metric")
        return str(say("Plots of {count}: .dot .bar .slope .heatmap .scatter .series", count=count))

    def __call__(
        self,
        metric: str,
        *,
        kind: Literal["dot", "bar", "slope", "series"] = "dot",
        dataset: str | None = None,
        ax: Axes | None = None,
        theme: ThemeName = "light",
        lang: str | None = None,
    ) -> Axes:
        """Draw one metric.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        kind : {"dot", "bar", "slope", "series"}
            The method of that name.
        dataset : str, optional
            The dataset, where the metric was measured on several.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When the metric does not exist, or was measured on several datasets and none is named.
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
        charts = {"dot": self.dot, "bar": self.bar, "slope": self.slope, "series": self.series}
        return charts[kind](metric, dataset=dataset, ax=ax, theme=theme, lang=lang)

    def dot(
        self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light", lang: str | None = None
    ) -> Axes:
        """Draw one dot a version, with intervals of the difference to the baseline, which is a line; the default chart.

        A dot is filled only where the difference is beyond chance. Values far from all others stand at the end of the axis, so that
        the differences of the others can be seen. Of more than 30 versions the best are drawn and the others are named below.

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
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When the metric does not exist, or was measured on several datasets and none is named.
        ConfigurationError
            When matplotlib, the extra `plot`, is not installed.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare()
        >>> [name.get_text() for name in c.plot.dot("cer").get_yticklabels()]
        ['0.1.0 (baseline)', '0.2.0']
        """
        return draw_dot(self.data, self.data.find(metric, dataset), theme_of(theme, lang), ax)

    def bar(
        self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light", lang: str | None = None
    ) -> Axes:
        """Draw `dot` with bars from zero instead of dots, for what is counted or paid for.

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
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When the metric does not exist, or was measured on several datasets and none is named.
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
        return draw_dot(self.data, self.data.find(metric, dataset), theme_of(theme, lang), ax, bars=True)

    def slope(
        self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light", lang: str | None = None
    ) -> Axes:
        """Draw a metric over versions in natural order, at most the last 30.

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
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When the metric does not exist, or was measured on several datasets and none is named.
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
        return draw_slope(self.data, self.data.find(metric, dataset), theme_of(theme, lang), ax)

    def heatmap(
        self, metrics: str | Sequence[str] | None = None, *, ax: Axes | None = None, theme: ThemeName = "light", lang: str | None = None
    ) -> Axes:
        """Draw changes against the baseline, metrics by versions; cells are filled only beyond chance.

        Parameters
        ----------
        metrics : str or list of str, optional
            Names or globs of metrics, as `include` takes them; by default those whose numbers differ, at most 40.
        ax : matplotlib.axes.Axes, optional
            Where to draw; new axes by default.
        theme : {"light", "dark"}
            Colours for a light or a dark page.
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

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
        if metrics is None:
            measures, notes = self.data.changing(_MOST_ROWS)
        else:
            measures, notes = [each for each in self.data.several(metrics) if each.has_numbers], []
        if not measures:
            raise ComparisonError(say("no numbers to draw"), hint=say("See c.coverage."))
        return draw_heatmap(self.data, measures, theme_of(theme, lang), ax, notes=notes)

    def scatter(
        self, x: str, y: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light", lang: str | None = None
    ) -> Axes:
        """Draw two metrics against each other with the Pareto front; names do not cover each other.

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
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When the metric does not exist, or was measured on several datasets and none is named.
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
        return draw_scatter(self.data, self.data.find(x, dataset), self.data.find(y, dataset), theme_of(theme, lang), ax)

    def series(
        self, metric: str, *, dataset: str | None = None, ax: Axes | None = None, theme: ThemeName = "light", lang: str | None = None
    ) -> Axes:
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
        lang : {"en", "zh"}, optional
            Language of what is not data, by default that of `pnb.options.lang`; English where no font has Chinese.

        Returns
        -------
        matplotlib.axes.Axes
            What was drawn on.

        Raises
        ------
        NameNotFound, ComparisonError
            When the metric does not exist, or was measured on several datasets and none is named.
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
        return draw_series(self.data, self.data.find(metric, dataset), theme_of(theme, lang), ax)

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
            Whether to replace an existing file.

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

        form = check_target(path, "plot.save", overwrite=overwrite).removeprefix(".")
        dpi = number_argument("dpi", dpi, least=10, whole=True)
        return write_file(path, picture_of(axes_argument(ax).figure, form, dpi=dpi), overwrite=overwrite)
