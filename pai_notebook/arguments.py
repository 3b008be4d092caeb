"""Arguments that are numbers: read in one place, refused everywhere in the same words."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any, Literal, overload

from pai_notebook.errors import ConfigurationError

__all__ = ["number_argument"]


@overload
def number_argument(
    name: str,
    value: Any,
    *,
    least: float | None = ...,
    above: float | None = ...,
    most: float | None = ...,
    below: float | None = ...,
    whole: Literal[True],
) -> int: ...
@overload
def number_argument(
    name: str,
    value: Any,
    *,
    least: float | None = ...,
    above: float | None = ...,
    most: float | None = ...,
    below: float | None = ...,
    whole: bool = ...,
) -> float: ...
def number_argument(
    name: str,
    value: Any,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
    whole: bool = False,
) -> float:
    """Read an argument that is a finite number.

    Parameters
    ----------
    name : str
        What the argument is called.
    value : object
        What was passed. Scalars of numpy are numbers; truth values and texts are not.
    least, above, most, below : float, optional
        Bounds, inclusive (`least`, `most`) and exclusive (`above`, `below`).
    whole : bool
        Whether only whole numbers fit; 3.0 is one.

    Returns
    -------
    int or float
        The number as Python has it.

    Raises
    ------
    ConfigurationError
        For everything else; the hint says what fits.

    Examples
    --------
    >>> number_argument("n", 100.0, least=1, whole=True), number_argument("level", 0.9, above=0, below=1)
    (100, 0.9)
    >>> number_argument("n", "100", least=1, whole=True)
    Traceback (most recent call last):
    ...
    pai_notebook.errors.ConfigurationError: n='100' cannot be used. Pass a whole number of at least 1.
    """
    number = _read(value)
    fits = (
        number is not None
        and (not whole or number == int(number))
        and (least is None or number >= least)
        and (above is None or number > above)
        and (most is None or number <= most)
        and (below is None or number < below)
    )
    if number is None or not fits:
        bounds = _bounds(least, above, most, below)
        raise ConfigurationError(f"{name}={value!r} cannot be used", hint=f"Pass a {'whole ' if whole else ''}number{bounds}.")
    return int(number) if whole else number


def _read(value: Any) -> float | None:
    """Give a finite number as Python has it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    number = int(value) if isinstance(value, Integral) else float(value)
    return number if math.isfinite(number) else None


def _bounds(least: float | None, above: float | None, most: float | None, below: float | None) -> str:
    """Say which numbers fit.

    Examples
    --------
    >>> _bounds(1, None, 3, None), _bounds(None, 0, None, 1), _bounds(0, None, None, None), _bounds(None, 0, None, None)
    (' from 1 to 3', ' between 0 and 1', ' of at least 0', ' above 0')
    """
    if least is not None and most is not None:
        return f" from {least:g} to {most:g}"
    if above is not None and below is not None:
        return f" between {above:g} and {below:g}"
    return f" of at least {least:g}" if least is not None else f" above {above:g}" if above is not None else ""
