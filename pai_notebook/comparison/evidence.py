"""What stands beside a metric and says how sure its value is: a number of examples, or a spread."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.interval import Interval, newcombe, spread_interval
from pai_notebook.model.flatten import join_path, split_path
from pai_notebook.model.metrics import State

if TYPE_CHECKING:
    from pai_notebook.comparison.rows import Row

__all__ = ["COUNTS", "Evidence", "count_beside", "interval_of", "is_share"]

COUNTS = ("n", "num_samples", "n_samples", "samples", "num_examples", "n_examples", "support", "count", "total", "样本数")
"""Names under which the number of examples is looked for, beside the metric and then above it."""

_ERRORS = ("_stderr", "_se", "_sem")
_SPREADS = ("_std", "_stdev", "_stddev")
_SHARES = re.compile(
    r"(?:^|_)(?:accuracy|acc|exact_match|error_rate|zero_one_loss|(?:hit|win|pass|success|miss|failure)_rate|pass@1)$|^(?:准确率|正确率|错误率)$",
    re.IGNORECASE,
)
_NO_SHARES = re.compile(r"balanced|macro|weighted|word|char|token|mean_", re.IGNORECASE)


@dataclass(frozen=True)
class Evidence:
    """The interval of a difference, or why there is none.

    Attributes
    ----------
    interval : Interval or None
        None when the data does not allow one.
    reason : str
        What was used, or what would be needed.
    """

    interval: Interval | None
    reason: str

    @property
    def words(self) -> str:
        """What can be said: `beyond chance`, `could be chance` or `cannot tell`."""
        if self.interval is None:
            return "cannot tell"
        return "beyond chance" if self.interval.excludes_zero else "could be chance"


def is_share(path: str) -> bool:
    """Whether a metric is the share of examples for which something holds, so that its spread follows from n.

    Recall, precision and F1 are not: their denominators are other numbers than n.

    Examples
    --------
    >>> [is_share(name) for name in ("val.accuracy", "balanced_accuracy", "f1", "exact_match")]
    [True, False, False, True]
    """
    last = (split_path(path) or ("",))[-1]
    return bool(_SHARES.search(last)) and not _NO_SHARES.search(last)


def count_beside(rows: Mapping[tuple[str, str], Row], row: Row, place: int) -> float | None:
    """Find the number of examples beside a metric in one version, or above it in the same dataset."""
    keys = split_path(row.path)[:-1]
    for depth in range(len(keys), -1, -1):
        for name in COUNTS:
            value = _number(rows.get((join_path((*keys[:depth], name)), row.dataset)), place)
            if value is not None and value >= 1:
                return value
    return None


def _number(row: Row | None, place: int) -> float | None:
    if row is None or row.cells[place].state not in (State.NUMBER, State.NUMERIC_TEXT):
        return None
    return row.cells[place].value


def _spread(rows: Mapping[tuple[str, str], Row], row: Row, place: int, endings: Sequence[str]) -> float | None:
    for ending in endings:
        value = _number(rows.get((row.path + ending, row.dataset)), place)
        if value is not None and value >= 0:
            return value
    return None


def _half_width(rows: Mapping[tuple[str, str], Row], row: Row, place: int) -> float | None:
    """Half of a stated 95 % interval: a number, or a list of two bounds."""
    stated = rows.get((row.path + "_ci", row.dataset)) or rows.get((row.path + "_ci95", row.dataset))
    if stated is None:
        return None
    raw: Any = stated.cells[place].raw
    if isinstance(raw, list) and len(raw) == 2 and stated.cells[place].state is State.SERIES:  # noqa: PLR2004 - two bounds
        return abs(float(raw[1]) - float(raw[0])) / 2
    return _number(stated, place)


def interval_of(
    rows: Mapping[tuple[str, str], Row], row: Row, places: tuple[int, int], *, n: float | None = None, level: float = 0.95
) -> Evidence:
    """Find the interval of the difference of a version to another, given by their places, from what stands beside the metric or is told.

    A stated standard error (`_stderr`, `_se`, `_sem`) or 95 % interval (`_ci`) is used as it is, a standard deviation
    (`_std`) as the spread of one run; else the number of examples, for metrics that are shares of examples.
    """
    place, baseline = places
    cell, other = row.cells[place], row.cells[baseline]
    if cell.value is None or other.value is None:
        return Evidence(None, "one of the two is no number")
    for endings, words in (
        (_ERRORS, "the stated standard errors"),
        (_SPREADS, "the stated standard deviations, taken as the spread of one run"),
    ):
        first, second = _spread(rows, row, place, endings), _spread(rows, row, baseline, endings)
        if first is not None and second is not None:
            return Evidence(spread_interval(cell.value, first, other.value, second, level), f"from {words}")
    halves = _half_width(rows, row, place), _half_width(rows, row, baseline)
    if halves[0] is not None and halves[1] is not None:
        return Evidence(
            spread_interval(cell.value, halves[0] / 1.959964, other.value, halves[1] / 1.959964, level), "from the stated 95 % intervals"
        )
    reason = _why_no_share(row, place, baseline)
    if reason:
        return Evidence(None, reason)
    counts = [n or count_beside(rows, row, where) for where in (place, baseline)]
    if counts[0] is None or counts[1] is None:
        return Evidence(None, "the number of examples is not known; report n beside the metric or pass n=")
    return Evidence(newcombe(cell.value, counts[0], other.value, counts[1], level), f"n = {counts[0]:.0f} and {counts[1]:.0f}")


def _why_no_share(row: Row, *places: int) -> str:
    if not is_share(row.path):
        return f"{row.path} is no share of examples, so n does not say how much it varies; a standard error beside it would"
    values = [row.cells[place].value for place in places]
    return "" if all(value is not None and 0 <= value <= 1 for value in values) else "the values are not between 0 and 1"
