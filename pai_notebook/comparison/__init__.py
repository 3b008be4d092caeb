"""Which version is better, and what changed: versions against a baseline, honestly."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pai_notebook.comparison.best import Best
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.direction import Direction, infer_direction
    from pai_notebook.comparison.explain import Explanation
    from pai_notebook.comparison.gate.report import Check, GateReport
    from pai_notebook.comparison.interval import Interval
    from pai_notebook.comparison.pairs import MinimalPair, MinimalPairs, minimal_pairs
    from pai_notebook.comparison.pareto import Pareto
    from pai_notebook.comparison.rank import Ranked, Ranking
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

# each is imported on first use: a list of versions asks for directions alone
_HOMES = {
    "Best": "best",
    "Change": "rows",
    "Check": "gate.report",
    "Comparison": "comparison",
    "Direction": "direction",
    "Explanation": "explain",
    "GateReport": "gate.report",
    "Interval": "interval",
    "Kind": "rows",
    "MinimalPair": "pairs",
    "MinimalPairs": "pairs",
    "Pareto": "pareto",
    "Ranked": "rank",
    "Ranking": "rank",
    "Row": "rows",
    "infer_direction": "direction",
    "minimal_pairs": "pairs",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pai_notebook.comparison' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"pai_notebook.comparison.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
