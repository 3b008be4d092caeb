"""How much two numbers may differ and still count as the same."""

from __future__ import annotations

import math
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from copy import copy
from typing import Any

from pai_notebook.arguments import described, number_argument
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.metric_scales import bounds_of, has_points, says_percent
from pai_notebook.model.names import Naming, metric_named
from pai_notebook.model.numbers import format_computed
from pai_notebook.model.patterns import ByName
from pai_notebook.sanitize import Printed

Bound = float | str | tuple[float | str, float | str]
# A tolerance as users pass it, for all metrics or by name.
ToleranceLike = Bound | Mapping[str, Bound]

_HINT = say(
    "Pass a number (absolute), a text such as '5%' (of the baseline) or '1pp' (points), a pair (absolute, relative), "
    "or a mapping of metrics to these."
)


class Tolerance(Printed, ByName[tuple[float, ...]]):
    """An absolute and a relative tolerance, for all metrics or by name.

    Parameters
    ----------
    given : float, str, pair or mapping
        0.002 is absolute, "5%" is relative to abs(baseline), "1pp" is in percentage points, and 0 for what is no fraction,
        (0.002, 0.05) is whichever is larger; a mapping has these by
        metric name, `metric@dataset` or glob, the most specific pattern that fits wins.
    naming : callable, optional
        What gives a metric its name.

    Raises
    ------
    ConfigurationError
        For anything negative, not finite or not understood.

    Examples
    --------
    >>> Tolerance("5%").bound("rtf", "", 0.08)
    0.004
    >>> Tolerance({"cer": 0.002}).bound("cer", "d-a", 0.175), Tolerance({"cer": 0.002}).bound("wer", "", 1.0)
    (0.002, 0.0)
    >>> [Tolerance("1pp").bound(*metric) for metric in (("accuracy", "", 0.9), ("accuracy", "", 90.0), ("loss", "", 0.9))]
    [0.01, 1.0, 0.0]
    """

    def __init__(self, given: Any = 0, naming: Naming = metric_named) -> None:
        for_all = not isinstance(given, Mapping)
        patterns = {"*": given} if for_all else given
        super().__init__("tolerance", {str(pattern): _read(value) for pattern, value in patterns.items()}, naming, for_all=for_all)
        self._least: Tolerance | None = None

    def at_least(self, other: Tolerance) -> Tolerance:
        """Return the larger of this and another one, for each metric.

        Examples
        --------
        >>> Tolerance("1pp").at_least(Tolerance({"cer": 0.05})).bound("cer", "", 0.2)
        0.05
        """
        found = copy(self)
        found._least = other  # noqa: SLF001 - a copy of this one
        return found

    @property
    def words(self) -> str:
        """The tolerance as one writes it: `1pp`, or `cer 0.002, rtf 5%`; empty where nothing is tolerated."""
        told = {pattern: _told(bounds) for pattern, bounds in self.said.items() if any(bounds)}
        return told.get("*", "") if self._for_all else ", ".join(f"{pattern} {said}" for pattern, said in told.items())

    def bound(self, path: str, dataset: str, baseline: float) -> float:
        """Largest difference that still counts as the same, in the metric's own unit.

        Raises
        ------
        ConfigurationError
            When two equally specific patterns say different things.
        """
        absolute, relative, *points = self._of(path, dataset)
        if points and has_points(path):
            absolute = in_points(points[0], baseline, path)
        own = max(absolute, relative * abs(baseline) if math.isfinite(baseline) else 0.0)
        return own if self._least is None else max(own, self._least.bound(path, dataset, baseline))

    def is_whole(self, path: str, dataset: str) -> bool:
        """Whether it is all of the baseline, so that a fraction may fall to 0."""
        return self._of(path, dataset)[1] >= 1 or (self._least is not None and self._least.is_whole(path, dataset))

    def allows_anything(self, name: tuple[str, str], values: Iterable[float], baseline: float, *, up: bool) -> Phrase | None:
        """Say that no value of a metric can be worse by more: higher where `up`, else lower; None where one can."""
        margin = math.inf if not up and self.is_whole(*name) else self.bound(*name, baseline)
        return never_so_far(name[0], values, margin, up=up)

    def _of(self, path: str, dataset: str) -> tuple[float, ...]:
        if self._for_all:
            return self.said["*"]
        found = self._choose(path, dataset)
        return found[1] if found is not None else (0.0, 0.0)

    def canonical(self) -> dict[str, list[float]]:
        """Give the tolerance as plain JSON, for fingerprints."""
        return {pattern: list(self.said[pattern]) for pattern in sorted(self.said) if any(self.said[pattern])}


def never_so_far(path: str, values: Iterable[float], margin: float, *, up: bool) -> Phrase | None:
    """Say that no value of a metric can be so far above or below another, with what may be meant; None where one can.

    Examples
    --------
    >>> never_so_far("accuracy", [0.9], 1, up=False), never_so_far("accuracy", [0.9], 0.01, up=False)
    ('no accuracy can be lower: write 1pp or 0.01', None)
    """
    low, high = bounds_of(path, values)
    # what may be negative has no points
    if not math.isfinite(high - low) or low < 0 or margin < high - low:
        return None
    # one who forgot the unit meant points
    points = margin if high == 1 and margin < 100 else 1.0  # noqa: PLR2004 - percent
    told = "no {metric} can be higher: write {points}pp or {number}" if up else "no {metric} can be lower: write {points}pp or {number}"
    return say(told, metric=path, points=format_computed(points), number=format_computed(points * high / 100))


def in_points(number: float, baseline: float, path: str) -> float:
    """Give percentage points in a metric's own unit: a fraction above 1 is written in percent, as is one whose name says so."""
    return number / 100 if abs(baseline) <= 1 and not says_percent(path, [baseline]) else number


def _told(bounds: tuple[float, ...]) -> str:
    absolute, relative, *points = bounds
    parts = [format_computed(absolute)] if absolute else []
    parts += [f"{format_computed(100 * relative)}%"] if relative else []
    return ", ".join([*parts, *(f"{format_computed(number)}pp" for number in points)])


def _read(value: Any) -> tuple[float, ...]:
    try:
        if isinstance(value, tuple | list) and len(value) == 2:  # noqa: PLR2004 - absolute and relative
            return _number(value[0]), _number(value[1])
        if isinstance(value, str) and value.rstrip().endswith("%"):
            return 0.0, _number(float(value.rstrip()[:-1])) / 100
        if isinstance(value, str) and value.rstrip().endswith("pp"):
            return 0.0, 0.0, _number(float(value.rstrip()[:-2]))
        return _number(value), 0.0
    except (ValueError, ConfigurationError):
        plain = unicodedata.normalize("NFKC", value) if isinstance(value, str) else ""
        hint = say("Write {cure}.", cure=plain) if plain and plain != value else _HINT
        raise ConfigurationError(say("tolerance={value} cannot be used", value=described(value)), hint=hint) from None


def _number(value: Any) -> float:
    return float(number_argument("tolerance", value, least=0))


def rounding_of(difference: float, scale: float) -> float:
    """Give what rounding alone can make of a difference of numbers of some size; nothing of whole numbers, whose difference is exact.

    Comparisons, ranks and gates forgive this much, so that they agree.

    Examples
    --------
    >>> rounding_of(0.1 + 0.2 - 0.3, 0.3) > 5e-17, rounding_of(1.0, 2.0**53), rounding_of(math.inf, math.inf)
    (True, 0.0, 0.0)
    """
    return 4 * sys.float_info.epsilon * scale if math.isfinite(scale) and difference % 1 else 0.0


def exceeds(difference: float, bound: float, scale: float) -> bool:
    """Whether a difference of numbers of some size is beyond a bound, forgiving what rounding alone can make.

    Examples
    --------
    >>> exceeds(0.3 - 0.1, 0.2, 0.3), exceeds(0.1 + 0.2 - 0.3, 0, 0.3), exceeds(0.1, 0, 0.3), exceeds(1, 0, 2**53)
    (False, False, True, True)
    """
    return abs(difference) > bound + rounding_of(difference, scale)
