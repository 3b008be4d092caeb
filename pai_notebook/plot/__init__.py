"""Charts of a comparison with matplotlib, the extra `plot`; every method gives Axes back, as pandas does."""

from pai_notebook.plot.accessor import Plots
from pai_notebook.plot.data import ChartData, Measure

__all__ = ["ChartData", "Measure", "Plots"]
