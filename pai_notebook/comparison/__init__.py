"""Which version is better, and what changed: versions against a baseline, honestly."""

from pai_notebook.comparison.comparison import Comparison
from pai_notebook.comparison.direction import Direction, infer_direction
from pai_notebook.comparison.explain import Explanation
from pai_notebook.comparison.gate.report import Check, GateReport
from pai_notebook.comparison.interval import Interval
from pai_notebook.comparison.pairs import MinimalPair, MinimalPairs, minimal_pairs
from pai_notebook.comparison.pareto import Pareto
from pai_notebook.comparison.rank import Best, Ranked, Ranking
from pai_notebook.comparison.rows import Change, Kind, Row

__all__ = [
    "Best",
    "Change",
    "Check",
    "Comparison",
    "Direction",
    "Explanation",
    "GateReport",
    "Interval",
    "Kind",
    "MinimalPair",
    "MinimalPairs",
    "Pareto",
    "Ranked",
    "Ranking",
    "Row",
    "infer_direction",
    "minimal_pairs",
]
