"""A margin in percent of the baseline: what is known of the ratio of two values that are both measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pai_notebook.comparison.two_sides import Sides

# Up to which multiple of the baseline an end is looked for.
_FARTHEST = 1e6
_STEPS = 80


def relative_end(sides: Sides, level: float, *, up: bool) -> float | None:
    """Find one end of the interval of a difference as a part of the baseline, the error of which has its part in it.

    It is the change at which the interval of the version's value minus the changed baseline ends at 0 (E. C. Fieller 1954, Some
    problems in interval estimation, Journal of the Royal Statistical Society B 16, 175-185). A difference beside a margin that is
    taken from the measured baseline would leave that error out.

    Parameters
    ----------
    sides : Sides
        What is known of the version's value and of the baseline's.
    level : float
        Confidence of the two-sided interval, 0 to 1.
    up : bool
        Whether it is the upper end.

    Returns
    -------
    float or None
        In the metric's own unit, as a difference to the measured baseline; None where nothing is known of the baseline's own error,
        or where its interval holds 0.
    """
    base = sides.base.value
    if not base:
        return None

    def is_beyond(change: float) -> bool | None:
        """Whether the true change may still be larger, upwards or downwards."""
        found = sides.mine.beyond(sides.base, 1 + (change if base > 0 else -change), level)
        return None if found is None else (found.high > 0 if up else found.low < 0)

    sign, reach = (1.0 if up else -1.0), 1e-3
    start = (sides.mine.value - base) / abs(base)
    while is_beyond(start + sign * reach):
        reach *= 2
        if reach > _FARTHEST:
            return None
    if is_beyond(start) is None:
        return None
    near, far = 0.0, reach
    for _ in range(_STEPS):
        middle = (near + far) / 2
        near, far = (middle, far) if is_beyond(start + sign * middle) else (near, middle)
    return (start + sign * far) * abs(base)
