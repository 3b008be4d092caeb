"""Intervals for the difference of two measured values, and how much luck there is in being the best of many.

The formulas are checked against scipy, statsmodels and simulation in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from statistics import NormalDist

from pai_notebook.comparison.quantiles import normal_quantile, t_quantile
from pai_notebook.display import Brief
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.differences import Scale
from pai_notebook.model.numbers import format_about, format_computed

# Share of cases in which an interval, or all statements that are made together, may be wrong.
OUTSIDE = 0.05

# The smallest p-value that is looked for, and the smallest that is written.
LEAST_P, _LEAST_TOLD = math.exp(-20), 1e-8
# Variance, as a share of the square of the numbers themselves, below which they are equal but for rounding.
_ROUNDING = 1e-20


@dataclass(frozen=True, repr=False)
class Interval(Brief):
    """Where the true difference may lie.

    Attributes
    ----------
    low, high : float
        Bounds of candidate minus baseline, in the metric's own unit.
    level : float
        Share of such intervals that hold the true difference, for example 0.95.
    method : str
        How it was computed, in words.
    scale : Scale or None
        How differences of the metric are written, in whose unit `words` are; None where the metric is not known.
    """

    _instead = guide(
        {
            "low": "lower lower_bound left min start",
            "high": "upper upper_bound right max end",
            "(interval.low, interval.high)": "bounds __getitem__",
            "level": "confidence",
        }
    )
    _it = "interval"

    low: float
    high: float
    level: float
    method: str
    scale: Scale | None = field(default=None, compare=False)

    def _brief(self) -> str:
        return say("{text}, {word}", text=self.words, word=self.method)

    @property
    def excludes_zero(self) -> bool:
        """Whether no difference at all lies outside."""
        return self.excludes(0.0)

    def excludes(self, margin: float) -> bool:
        """Tell whether every difference of at most `margin`, up or down, lies outside.

        Parameters
        ----------
        margin : float
            In the metric's own unit.

        Returns
        -------
        bool
            False where such a difference is possible.

        Examples
        --------
        >>> Interval(0.01, 0.03, 0.95, "").excludes(0.005), Interval(0.01, 0.03, 0.95, "").excludes(0.02)
        (True, False)
        """
        return self.low > margin or self.high < -margin

    @property
    def reversed(self) -> Interval:
        """The interval of the difference the other way round."""
        return replace(self, low=-self.high, high=-self.low)

    def hull(self, other: Interval) -> Interval:
        """Widen it by another interval of the same difference.

        Parameters
        ----------
        other : Interval
            Whose level is the same.

        Returns
        -------
        Interval
            From the lower end of the two to the higher one, with the method of the wider.

        Examples
        --------
        >>> Interval(-0.01, 0.03, 0.95, "by n").hull(Interval(-0.04, 0.02, 0.95, "as stated"))
        <Interval 95 % interval -0.04 to +0.03, as stated>
        """
        method = max(self, other, key=lambda each: each.high - each.low).method
        return replace(self, low=min(self.low, other.low), high=max(self.high, other.high), method=method)

    def within(self, span: float) -> Interval:
        """Cut it to differences of at most `span`, up or down.

        Parameters
        ----------
        span : float
            How far apart two values of the metric can be, in its own unit.

        Returns
        -------
        Interval
            The same one where nothing is cut off.

        Examples
        --------
        >>> Interval(-1.4, 0.3, 0.95, "").within(1)
        <Interval 95 % interval -1 to +0.3, >
        """
        if -span <= self.low and self.high <= span:
            return self
        return replace(self, low=max(self.low, -span), high=min(self.high, span))

    @property
    def words(self) -> Phrase:
        """The interval in words, for example `95 % interval -1.6 to +3.6 pp`."""
        return self.told(self.scale or Scale(""))

    def told(self, scale: Scale) -> Phrase:
        """Write the interval as differences of a metric are written, and never in percent.

        Parameters
        ----------
        scale : Scale
            How differences of the metric are written.

        Returns
        -------
        str
            For example `95 % interval -1.6 to +3.6 pp`.

        Examples
        --------
        >>> interval = Interval(-0.016, 0.036, 0.95, "")
        >>> print(interval.told(Scale("accuracy", points=100)), "|", interval.told(Scale("loss")))
        95 % interval -1.6 to +3.6 pp | 95 % interval -0.016 to +0.036
        """
        ends = scale.write_range(self.low, self.high)
        return say("{level} % interval {ends}", level=format_computed(100 * self.level), ends=ends)


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for one proportion.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212.

    Examples
    --------
    >>> [round(bound, 4) for bound in wilson(0.9, 1000)]
    [0.8798, 0.9171]
    """
    z = normal_quantile(level)
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
    bounds, bounds_baseline = wilson(share, n, level), wilson(baseline, n_baseline, level)
    method = say("Newcombe's score interval for independent test sets")
    return mover(share, bounds, baseline, bounds_baseline, level, method=method)


def mover(
    value: float,
    bounds: tuple[float, float],
    baseline: float,
    bounds_baseline: tuple[float, float],
    level: float = 0.95,
    *,
    method: str = say("recovered from the two intervals (MOVER)"),
) -> Interval:
    """Interval of a difference from an interval of each value, which need not be symmetrical.

    Source: G. Y. Zou and A. Donner (2008), Construction of confidence limits about effect measures: a general approach,
    Statistics in Medicine 27, 1693-1702 (method of variance estimates recovery).

    Parameters
    ----------
    value, baseline : float
        The two values.
    bounds, bounds_baseline : (float, float)
        Their own intervals at `level`, lower bound first; the value lies inside.

    Examples
    --------
    >>> interval = mover(0.95, (0.90, 0.96), 0.90, (0.80, 0.92))
    >>> round(interval.low, 3), round(interval.high, 3)
    (-0.004, 0.15)
    """
    (low, high), (low_baseline, high_baseline), delta = bounds, bounds_baseline, value - baseline
    return Interval(
        delta - math.hypot(value - low, high_baseline - baseline),
        delta + math.hypot(high - value, baseline - low_baseline),
        level,
        method,
    )


def normal_interval(value: float, error: float, baseline: float, error_baseline: float, level: float = 0.95) -> Interval:
    """Normal interval for the difference of two values with a standard error each.

    Examples
    --------
    >>> interval = normal_interval(0.92, 0.003, 0.90, 0.004)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0102, 0.0298)
    """
    half = normal_quantile(level) * math.hypot(error, error_baseline)
    return Interval(value - baseline - half, value - baseline + half, level, say("normal interval from the standard errors"))


def t_interval(delta: float, parts: Sequence[tuple[float, float]], level: float = 0.95) -> Interval:
    """Interval of a difference by Student's t, where its variance is a sum of independent parts.

    Sources: B. L. Welch (1947), The generalization of "Student's" problem when several different population variances are
    involved, Biometrika 34, 28-35; F. E. Satterthwaite (1946), An approximate distribution of estimates of variance
    components, Biometrics Bulletin 2, 110-114.

    Parameters
    ----------
    delta : float
        The difference.
    parts : sequence of (variance, degrees of freedom)
        What its variance, which is not 0, is made of; two groups of runs have (s1²/k1, k1 - 1) and (s2²/k2, k2 - 1).

    Examples
    --------
    >>> interval = t_interval(0.012, [(0.005**2 / 5, 4), (0.005**2 / 5, 4)])
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0047, 0.0193)
    """
    variance = math.fsum(part for part, _ in parts)
    df = degrees_of(parts)
    half = t_quantile(level, df) * math.sqrt(variance)
    whose = "Student" if len(parts) == 1 else "Welch"
    method = say("{whose}'s t interval, {df} degrees of freedom", whose=whose, df=format_about(df, 3))
    return Interval(delta - half, delta + half, level, method)


def degrees_of(parts: Sequence[tuple[float, float]]) -> float:
    """Degrees of freedom of a variance that is a sum of independent parts (Satterthwaite)."""
    variance = math.fsum(part for part, _ in parts)
    return 1 / math.fsum((part / variance) ** 2 / own for part, own in parts)


def is_rounding(variance: float, *numbers: float) -> bool:
    """Tell whether a variance is no more than the rounding of numbers of this size: then they, or their differences, are equal.

    Examples
    --------
    >>> is_rounding(1e-33, 0.9), is_rounding(1e-6, 0.9), is_rounding(0.0, 0.0)
    (True, False, True)
    """
    return variance <= _ROUNDING * max(number**2 for number in numbers)


def fold_factor(folds: int) -> float:
    """By how much the variance of single folds is multiplied to give that of their mean: the folds share training data.

    Source: C. Nadeau and Y. Bengio (2003), Inference for the generalization error, Machine Learning 52, 239-281.

    Parameters
    ----------
    folds : int
        Number of folds of a cross-validation, in which 1 / (folds - 1) test examples fall to each training example.

    Examples
    --------
    >>> round(fold_factor(10), 4)
    0.2111
    """
    return 1 / folds + 1 / (folds - 1)


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


def p_value(interval_at: Callable[[float], Interval], margin: float = 0.0) -> float:
    """One minus the largest level at which an interval excludes every difference of at most `margin`.

    Found by bisection over the level, so that a test never contradicts the interval that is shown; no less than `LEAST_P`, near
    which levels round to 1.

    Examples
    --------
    >>> round(p_value(lambda level: newcombe(0.93, 1000, 0.90, 1000, level)), 3)
    0.017
    """
    low, high = 0.0, -math.log(LEAST_P)
    if not interval_at(-math.expm1(-1e-9)).excludes(margin):
        return 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if interval_at(-math.expm1(-middle)).excludes(margin) else (low, middle)
    return math.exp(-low)


def told_p_value(value: float) -> str:
    """Write a p-value: one at the smallest that is told apart as less.

    Examples
    --------
    >>> told_p_value(0.0123), told_p_value(LEAST_P)
    ('0.012', '< 1e-8')
    """
    return format_about(value) if value >= _LEAST_TOLD else "< 1e-8"


def level_of_each(count: int) -> float:
    """Confidence that each of some statements needs so that all of them hold together with 95 % (Bonferroni's bound).

    It is also what Holm's rule asks of each as long as none is beyond chance.

    Examples
    --------
    >>> level_of_each(1), level_of_each(10)
    (0.95, 0.995)
    """
    return 1 - OUTSIDE / max(count, 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values adjusted so that those below 0.05 are false together in at most 5 % of cases.

    Source: S. Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6,
    65-70.

    Examples
    --------
    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted
