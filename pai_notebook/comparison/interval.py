"""Intervals for the difference of two measured values, and how much luck there is in being the best of many.

No library beyond the standard one; the formulas are checked against scipy and simulation in the tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

__all__ = ["Interval", "expected_lead", "newcombe", "spread_interval", "wilson"]


@dataclass(frozen=True)
class Interval:
    """Where the true difference may lie.

    Attributes
    ----------
    low, high : float
        Bounds of candidate minus baseline, in the metric's own unit.
    level : float
        Share of such intervals that hold the true difference, for example 0.95.
    method : str
        How it was computed, in words.
    """

    low: float
    high: float
    level: float
    method: str

    @property
    def excludes_zero(self) -> bool:
        """Whether no difference at all lies outside."""
        return self.low > 0 or self.high < 0

    @property
    def words(self) -> str:
        """The interval in words, for example `95 % interval -0.016 to +0.036`."""
        return f"{100 * self.level:g} % interval {self.low:+.3g} to {self.high:+.3g}"


def _z(level: float) -> float:
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for one proportion.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.

    Examples
    --------
    >>> [round(bound, 4) for bound in wilson(0.9, 1000)]
    [0.8798, 0.9171]
    """
    z = _z(level)
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(max(share * (1 - share) / n + z * z / (4 * n * n), 0.0))
    return max((centre - half) / (1 + z * z / n), 0.0), min((centre + half) / (1 + z * z / n), 1.0)


def newcombe(share: float, n: float, baseline: float, n_baseline: float, level: float = 0.95) -> Interval:
    """Newcombe's hybrid score interval for the difference of two independent proportions.

    Source: R. G. Newcombe (1998), Interval estimation for the difference between independent proportions: comparison of
    eleven methods, Statistics in Medicine 17, 873-890, method 10. It takes the two test sets to be independent; on the
    same test set a paired interval would be narrower, but needs the answers to each example.

    Parameters
    ----------
    share, n : float
        Proportion (0 to 1) and number of examples of the candidate.
    baseline, n_baseline : float
        The same of the baseline.
    level : float
        Confidence, 0 to 1.

    Examples
    --------
    >>> interval = newcombe(0.91, 1000, 0.90, 1000)
    >>> round(interval.low, 3), round(interval.high, 3), interval.excludes_zero
    (-0.016, 0.036, False)
    """
    low, high = wilson(share, n, level)
    low_baseline, high_baseline = wilson(baseline, n_baseline, level)
    delta = share - baseline
    return Interval(
        delta - math.hypot(share - low, high_baseline - baseline),
        delta + math.hypot(high - share, baseline - low_baseline),
        level,
        "Newcombe's score interval for independent test sets",
    )


def spread_interval(value: float, spread: float, baseline: float, spread_baseline: float, level: float = 0.95) -> Interval:
    """Normal interval for the difference of two values with a standard error each.

    Parameters
    ----------
    value, baseline : float
        The two values.
    spread, spread_baseline : float
        Their standard errors, in the same unit.

    Examples
    --------
    >>> interval = spread_interval(0.92, 0.003, 0.90, 0.004)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0102, 0.0298)
    """
    half = _z(level) * math.hypot(spread, spread_baseline)
    return Interval(value - baseline - half, value - baseline + half, level, "normal interval from the stated spread")


@lru_cache(maxsize=1024)
def expected_lead(count: int) -> float:
    """Mean of the largest of `count` independent standard normal numbers, by Simpson's rule.

    Multiplied by the standard error of one version's metric it says by how much the best of `count` equally good versions
    would lead their common true value by luck alone.

    Examples
    --------
    >>> [round(expected_lead(count), 3) for count in (1, 2, 10, 50, 500)]
    [0.0, 0.564, 1.539, 2.249, 3.037]
    """
    normal, steps, reach = NormalDist(), 2000, 9.0
    width = 2 * reach / steps
    total = 0.0
    for step in range(steps + 1):
        x = -reach + step * width
        weight = 1 if step in (0, steps) else 4 if step % 2 else 2
        total += weight * x * count * normal.pdf(x) * normal.cdf(x) ** (count - 1)
    return round(total * width / 3, 12) + 0.0
