"""Which version is better, and what changed: versions against a baseline, honestly."""

from pai_notebook.compare.comparison import Comparison
from pai_notebook.compare.direction import Direction, infer_direction
from pai_notebook.compare.explain import Explanation
from pai_notebook.compare.gate import Check, GateReport
from pai_notebook.compare.interval import Interval
from pai_notebook.compare.pairs import MinimalPair, MinimalPairs, minimal_pairs
from pai_notebook.compare.pareto import Pareto
from pai_notebook.compare.rank import Best, Ranked, Ranking
from pai_notebook.compare.rows import Change, Kind, Row

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
