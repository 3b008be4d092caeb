"""Quantiles and tails of the normal distribution and of Student's t.

No library beyond the standard one: scipy takes longer to load than all that is shown of a comparison. The tests compare with it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

# Degrees of freedom from which Student's t is taken as normal.
_MANY = 1e7


@lru_cache(maxsize=1024)
def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval of this level reaches to each side.

    Examples
    --------
    >>> round(normal_quantile(0.95), 4)
    1.96
    """
    return NormalDist().inv_cdf(0.5 + level / 2)


@lru_cache(maxsize=4096)
def t_quantile(level: float, df: float) -> float:
    """How many standard errors a two-sided interval by Student's t reaches to each side; `df` need not be a whole number.

    Examples
    --------
    >>> round(t_quantile(0.95, 4), 4), round(t_quantile(0.95, 1e9), 4)
    (2.7764, 1.96)
    """
    normal = normal_quantile(level)
    if df > _MANY:
        return normal
    low, high = normal, 2 * normal + 1
    while t_outside(high, df) > 1 - level:
        low, high = high, 2 * high
    guess = (low + high) / 2
    for _ in range(100):
        excess = t_outside(guess, df) - (1 - level)
        low, high = (guess, high) if excess > 0 else (low, guess)
        step = guess + excess / (2 * _t_density(guess, df))  # Newton's step, and bisection where it leaves the bracket
        step = step if low < step < high else (low + high) / 2
        if abs(step - guess) <= 1e-13 * step:  # the precision of a float
            return step
        guess = step
    return guess


def _t_density(t: float, df: float) -> float:
    constant = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(constant - (df + 1) / 2 * math.log1p(t * t / df))


def t_outside(t: float, df: float = math.inf) -> float:
    """Probability that Student's t is farther from zero than `t`: a two-sided p-value, however small.

    Examples
    --------
    >>> round(t_outside(2.7764, 4), 4), f"{t_outside(9.0, 99):.1e}", f"{t_outside(9.0):.1e}"
    (0.05, '1.7e-14', '2.3e-19')
    """
    if df > _MANY:
        return math.erfc(abs(t) / math.sqrt(2))
    return _incomplete_beta(df / (df + t * t), df / 2, 0.5)


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Regularized incomplete beta function by its continued fraction (Numerical Recipes, section 6.4)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # The fraction converges fast on one side of the mean only; the other side follows by symmetry.
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _not_zero(1 + even * d, tiny), _not_zero(1 + even / c, tiny)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _not_zero(1 + odd * d, tiny), _not_zero(1 + odd / c, tiny)
        value *= d * c
        if abs(d * c - 1) < 1e-15:  # noqa: PLR2004 - the precision of a float
            break
    return value


def _not_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
