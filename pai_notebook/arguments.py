r"""Arguments that are numbers, model ids or version names: read in one place, refused everywhere in the same words.

Ids and names become part of a request path. Refusing is safer than encoding there: a segment `..` is removed by URL normalisation even
when it is percent-encoded, and `\d` and `\w` accept foreign digits and letters unless the pattern is ASCII.
"""

from __future__ import annotations

import math
import re
import sys
import warnings
from numbers import Integral, Real
from typing import Any, Literal, overload

from pai_notebook.errors import AddressError, ConfigurationError

__all__ = ["check_model_id", "check_version_name", "described", "is_model_id", "is_truth", "is_version_name", "number_argument", "warn"]

_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_VERSION_NAME = re.compile(r"\d{1,18}\.\d{1,18}\.\d{1,18}(_\w{1,64})?", re.ASCII)


def is_model_id(text: object) -> bool:
    """Whether the service may be asked for a model of this id.

    Examples
    --------
    >>> is_model_id("model-rbvg5wzljz3pks92"), is_model_id("手写数字识别"), is_model_id("..")
    (True, False, False)
    """
    return isinstance(text, str) and _MODEL_ID.fullmatch(text) is not None


def is_version_name(text: object) -> bool:
    """Whether the service takes a text as the name of a version: three numbers, and a suffix behind an underscore.

    Examples
    --------
    >>> is_version_name("1.0.0_rc1"), is_version_name("2.4")
    (True, False)
    """
    return isinstance(text, str) and _VERSION_NAME.fullmatch(text) is not None


def check_model_id(text: str) -> str:
    """Return `text` when it can be a model id.

    Raises
    ------
    AddressError
        For anything else; nothing is sent.

    Examples
    --------
    >>> check_model_id("model-rbvg5wzljz3pks92")
    'model-rbvg5wzljz3pks92'
    """
    if not is_model_id(text):
        raise AddressError(
            f"{_shown(text)} is not a model id", hint="Model ids look like model-rbvg5wzljz3pks92: letters, digits, '.', '_' and '-'."
        )
    return text


def check_version_name(text: str, hint: str = "Version names look like 0.1.0 or 1.0.0_rc2.") -> str:
    """Return `text` when it follows the documented pattern of version names.

    Raises
    ------
    AddressError
        For anything else; nothing is sent.

    Examples
    --------
    >>> check_version_name("1.0.0_rc2")
    '1.0.0_rc2'
    """
    if not is_version_name(text):
        raise AddressError(f"{_shown(text)} is not a version name", hint=hint)
    return text


def described(value: Any, limit: int = 60) -> str:
    """Give a value as an error names it: as Python writes it where that is one short line, else by its type.

    Examples
    --------
    >>> described(5), described("cer"), described(list(range(100)))
    ('5', "'cer'", 'a list')
    >>> described(lambda: 5)
    'a function'
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - the repr of anything may fail
        text = ""
    if text and "\n" not in text and len(text) <= limit and " at 0x" not in text:
        return text
    kind = type(value).__name__
    return f"{'an' if kind[:1] in 'AEIOaeio' else 'a'} {kind}"


def is_truth(value: Any) -> bool:
    """Whether a value is True or False, of Python or of numpy.

    Examples
    --------
    >>> is_truth(False), is_truth(0)
    (True, False)
    """
    return isinstance(value, bool) or (type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_"))


def _shown(value: Any) -> str:
    """The value as a short ASCII literal, so that control and direction characters stay visible."""
    text = ascii(value if isinstance(value, str) and len(value) <= 60 else str(value)[:60])  # noqa: PLR2004 - one line of a notebook
    return text if text != "''" else "an empty text"


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
        raise ConfigurationError(f"{name}={described(value)} cannot be used", hint=f"Pass a {'whole ' if whole else ''}number{bounds}.")
    return int(number) if whole else number


def warn(message: str, category: type[Warning]) -> None:
    """Warn, pointing at the line outside this package that made the call."""
    frame, level = sys._getframe(1), 2  # noqa: SLF001 - the only way to see the caller before Python 3.12
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def _read(value: Any) -> float | None:
    """Give a finite number as Python has it; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        number = int(value) if isinstance(value, Integral) else float(value)
        return number if math.isfinite(number) else None
    except OverflowError:
        return None  # a whole number beyond every float


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
