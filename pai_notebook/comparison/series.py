"""Which number of a list is compared: a curve's last point, and of a bare list none until the user says which."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.metric_cells import Cell, State, measured_points, nulls_at_end
from pai_notebook.model.names import Naming, metric_named
from pai_notebook.model.numbers import mean
from pai_notebook.model.patterns import ByName
from pai_notebook.sanitize import Printed

How = Literal["last", "mean", "max", "min"]
# Which number of a list is meant, for all metrics or by name.
SeriesLike = How | Mapping[str, How] | None

_HOWS = ("last", "mean", "max", "min")


class Series(Printed, ByName[How]):
    """Which number of a list is meant, for all metrics or by name.

    A list of objects with a step and a value is a curve, of which the last point counts where nothing is said. A bare list of
    numbers may be a curve, folds, runs or examples: it has no number until it is said which. A null was not measured and counts
    nowhere. The last point is what it is, NaN too; a mean, and which number is the largest or smallest, is of the points with a
    number (see `told_gaps`).

    Parameters
    ----------
    given : "last", "mean", "max", "min", mapping or None
        A mapping has one of these by metric name, `metric@dataset` or glob; the most specific pattern that fits wins.
    naming : callable, optional
        What gives a metric its name.

    Raises
    ------
    ConfigurationError
        For any other word.

    Examples
    --------
    >>> from pai_notebook.model.metrics import read_metrics
    >>> cell = read_metrics({"accuracy": [0.90, 0.91, 0.80]})["accuracy"]
    >>> cell.value, round(Series("mean").read(cell).value, 2), Series({"loss": "min"}).read(cell).value
    (None, 0.87, None)
    """

    def __init__(self, given: SeriesLike = None, naming: Naming = metric_named) -> None:
        told = given if isinstance(given, Mapping) else {} if given is None else {"*": given}
        for how in told.values():
            if not isinstance(how, str) or how not in _HOWS:
                raise ConfigurationError(
                    say("series={how} cannot be used", how=described(how)),
                    hint=say("Pass one of {names}, or a mapping.", names=joined([repr(each) for each in _HOWS])),
                )
        by_pattern: dict[str, How] = {str(pattern): how for pattern, how in sorted(told.items(), key=lambda item: str(item[0]))}
        super().__init__("series", by_pattern, naming, for_all=not isinstance(given, Mapping))

    def read(self, cell: Cell) -> Cell:
        """Give a cell the number that is meant; one that is not a list, or of which nothing is said, stays as it is.

        Raises
        ------
        ConfigurationError
            When two equally specific patterns say different things.
        """
        if cell.state is not State.SERIES or not self._patterns:
            return cell
        found = self._choose(cell.path, cell.dataset)
        points = measured_points(cell.raw)
        if found is None or not points:
            return cell if found is None or not cell.raw else replace(cell, state=State.NULL, value=None)
        how, last = found[1], points[-1]
        points = tuple(filter(math.isfinite, points))
        if not points or (how == "last" and not math.isfinite(last)):
            # a training that diverged ends so, and no number before that says how it ended
            return replace(cell, state=State.NAN if math.isnan(last) else State.INFINITE, value=last, note=how)
        value = {
            "last": last,
            "mean": mean(points),
            "max": max(points),
            "min": min(points),
        }[how]
        return replace(cell, value=value, note=how)


def is_list(cell: Cell) -> bool:
    """Whether a cell is a list of which it has not been said which number is meant."""
    return cell.state is State.SERIES and cell.value is None and bool(cell.raw)


def is_course(cell: Cell) -> bool:
    """Whether the last number of a list is compared."""
    return (cell.note or "last") == "last"


def is_summary(cell: Cell) -> bool:
    """Whether the number of a cell is the mean or an end of a list, which one number of examples says nothing about."""
    return cell.state is State.SERIES and cell.note in ("mean", "max", "min")


def told_gaps(cell: Cell) -> Phrase | None:
    """Say of how many measured points of a list the mean or an end knows nothing; None where all have a number, or another is meant."""
    count = sum(not math.isfinite(point) for point in measured_points(cell.raw) or ()) if is_summary(cell) else 0
    if not count:
        return None
    return say(
        "1 of {total} points has no number" if count == 1 else "{count} of {total} points have no number", count=count, total=len(cell.raw)
    )


def told_unmeasured(cell: Cell) -> Phrase | None:
    """Say how many points of a list whose mean or end is compared are null; None where all were measured, or another is meant."""
    count = len(cell.raw) - len(measured_points(cell.raw) or ()) if is_summary(cell) else 0
    if not count:
        return None
    return say("1 of {total} points is null" if count == 1 else "{count} of {total} points are null", count=count, total=len(cell.raw))


def ends_unmeasured(cell: Cell) -> bool:
    """Whether the last measured number of a list is compared, and nulls follow it."""
    return cell.state is State.SERIES and cell.value is not None and is_course(cell) and nulls_at_end(cell.raw) > 0


def series_text(cell: Cell, number: str) -> Phrase:
    """Say how many numbers a list has, and which of them is compared."""
    return say("{count} values, {how} {text}", count=len(cell.raw), how=how_of(cell), text=number)


def how_of(cell: Cell) -> Phrase:
    """Say which number of a list is compared."""
    return say("last measured") if ends_unmeasured(cell) else say(cell.note or "last")


def ask_for_series(cell: Cell) -> Phrase:
    """Say what a bare list of numbers lacks."""
    return say("a list of {count} numbers: pass series='mean', 'last', 'max' or 'min'", count=len(cell.raw))
