r"""Single arguments, read in one place and refused everywhere in the same words: numbers, ids and names.

Ids and names become part of a request path. Refusing is safer than encoding there: a segment `..` is removed by URL normalisation even
when it is percent-encoded, and `\d` and `\w` accept foreign digits and letters unless the pattern is ASCII.
"""

from __future__ import annotations

import math
import operator
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import Any, Literal, TypedDict, TypeGuard, Unpack, overload

from pai_notebook.errors import AddressError, ConfigurationError, PaiError
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import plain_number

# Characters of a value in an error, which is to stay on one line of a notebook.
_ONE_LINE = 60
_MODEL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
# The name of a series of versions, which is too short for one of them.
_SERIES = re.compile(r"\d{1,18}(?:\.\d{1,18})?", re.ASCII)
_VERSION_NAME = re.compile(r"\d{1,18}\.\d{1,18}\.\d{1,18}(_\w{1,64})?", re.ASCII)
# What npm, pip and others write for several versions, and the selector that means the same.
_NUMBERS = r"[vV]?([0-9]{1,9}(?:\.[0-9]{1,9}){0,2})"
_SEVERAL = [
    (re.compile(rf"{_NUMBERS}\.[xX](?:\.[xX])?"), r"\1.*"),
    (re.compile(rf"(?:\^|>=|>) ?{_NUMBERS}|{_NUMBERS}\+"), r"\1\2.."),
    (re.compile(rf"<=? ?{_NUMBERS}"), r"..\1"),
    (re.compile(rf"~[=>]? ?{_NUMBERS}"), r"\1.*"),
    (re.compile(rf"(?=[vV]?[0-9]{{1,9}}\.){_NUMBERS} ?(?:-|:|\.\.\.|\u2026|to) ?(?=[vV]?[0-9]{{1,9}}\.){_NUMBERS}"), r"\1..\2"),
]


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


def without_v(name: str) -> str:
    """Name of a version without the `v` that many write before its number.

    Examples
    --------
    >>> without_v("v1.5.0"), without_v("variant")
    ('1.5.0', 'variant')
    """
    return name[1:] if name[:1] in ("v", "V") and name[1:2].isdecimal() else name


def is_series(name: str) -> bool:
    """Whether a name has one or two numbers alone, and so means every version that begins with them.

    Examples
    --------
    >>> is_series("1.5"), is_series("v3"), is_series("1.5.0")
    (True, True, False)
    """
    return _SERIES.fullmatch(without_v(name)) is not None


def meant_version(name: str) -> str:
    """Give the version that a name was meant to be: without its `v`, and with the numbers that a series lacks; empty where it is none.

    Examples
    --------
    >>> meant_version("v1.5.0"), meant_version("1.5"), meant_version("1.5-rc")
    ('1.5.0', '1.5.0', '')
    """
    bare = without_v(name)
    bare += ".0" * (2 - bare.count(".")) if is_series(bare) else ""
    return bare if is_version_name(bare) else ""


def meant_versions(text: str) -> str:
    """Give the selector of what other systems write for several versions; empty where it is none of these.

    Examples
    --------
    >>> [meant_versions(text) for text in ("1.x", "^1.5", ">=1.5", "<=1.5", "~1.5", "1.5-1.6", "1.5.0_rc1")]
    ['1.*', '1.5..', '1.5..', '..1.5', '1.5.*', '1.5..1.6', '']
    """
    for written, meant in _SEVERAL:
        if found := written.fullmatch(text):
            return found.expand(meant)
    return ""


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
            say("{text} is not a model id", text=_shown(text)),
            hint=say("Model ids look like model-rbvg5wzljz3pks92: letters, digits, '.', '_' and '-'."),
        )
    return text


def check_version_name(text: str) -> str:
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
        meant = (meant_version(text) or meant_versions(text)) if isinstance(text, str) else ""
        hint = say("Did you mean {word}?", word=meant) if meant else say("Version names look like 0.1.0 or 1.0.0_rc2.")
        raise AddressError(say("{text} is not a version name", text=_shown(text)), hint=hint)
    return text


def described(value: Any) -> str:
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
    if text and "\n" not in text and len(text) <= _ONE_LINE and " at 0x" not in text:
        return text
    kind = type(value).__name__
    return say("an {kind}" if kind[:1] in "AEIOaeio" else "a {kind}", kind=kind)


def as_text(value: Any) -> str:
    r"""Give the text of what somebody's table holds: what cannot be encoded escaped, and by its type what has no text.

    Examples
    --------
    >>> as_text(0.5), as_text("\ud800"), as_text(10**5000)
    ('0.5', '\\ud800', 'an int')
    """
    try:
        return str(value).encode("utf-8", "backslashreplace").decode()
    except Exception:  # noqa: BLE001 - the text of anything may fail
        return described(value)


def is_truth(value: Any) -> bool:
    """Whether a value is True or False, of Python or of numpy.

    Examples
    --------
    >>> is_truth(False), is_truth(0)
    (True, False)
    """
    return isinstance(value, bool) or (type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_"))


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value of a document is a number: an int or a float, and no truth value, which Python counts among the ints.

    Examples
    --------
    >>> is_number(1), is_number(float("nan")), is_number(True), is_number("1")
    (True, True, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    """The value as a short ASCII literal, so that control and direction characters stay visible."""
    text = ascii(value if isinstance(value, str) and len(value) <= _ONE_LINE else str(value)[:_ONE_LINE])
    return text if text != "''" else say("an empty text")


class NumberBounds(TypedDict, total=False):
    """Which numbers fit: inclusive (`least`, `most`) and exclusive (`above`, `below`)."""

    least: float
    above: float
    most: float
    below: float


_FITS: dict[str, Callable[[Any, Any], bool]] = {"least": operator.ge, "above": operator.gt, "most": operator.le, "below": operator.lt}


@overload
def number_argument(name: str, value: Any, *, whole: Literal[True], **bounds: Unpack[NumberBounds]) -> int: ...
@overload
def number_argument(name: str, value: Any, *, whole: bool = ..., **bounds: Unpack[NumberBounds]) -> float: ...
def number_argument(name: str, value: Any, *, whole: bool = False, **bounds: Unpack[NumberBounds]) -> float:
    """Read an argument that is a finite number.

    Parameters
    ----------
    name : str
        What the argument is called.
    value : object
        What was passed. Scalars of numpy are numbers; truth values and texts are not.
    whole : bool
        Whether only whole numbers fit; 3.0 is one.
    **bounds : float
        Which numbers fit.

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
    if number is None or (whole and number != int(number)) or not all(_FITS[name](number, bound) for name, bound in bounds.items()):
        fitting, told = say("a whole number") if whole else say("a number"), _told_bounds(bounds)
        raise ConfigurationError(
            say("{name}={value} cannot be used", name=name, value=described(value)),
            hint=say("Pass {words} {bounds}.", words=fitting, bounds=told) if told else say("Pass {words}.", words=fitting),
        )
    return int(number) if whole else number


def list_argument(name: str, given: Any, kind: type | tuple[type, ...], words: str) -> tuple[Any, ...]:
    """Give an argument that is a list of one kind of things as a tuple; a text or a mapping is none.

    Examples
    --------
    >>> list_argument("removed", ["one"], str, say("a list of texts"))
    ('one',)
    """
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | Mapping):
        found: list[Any] = []
        for each in given:
            if not isinstance(each, kind):
                break
            found.append(each)
        else:
            return tuple(found)
    raise ConfigurationError(
        say("{name}={value} cannot be used", name=name, value=described(given)), hint=say("Pass {words}.", words=words)
    )


def errors_argument(errors: Any) -> dict[str, PaiError]:
    """Give an argument that says what could not be fetched, and why, as a dict.

    Examples
    --------
    >>> errors_argument(None)
    {}
    """
    if errors is None:
        return {}
    if isinstance(errors, Mapping) and all(isinstance(name, str) and isinstance(each, PaiError) for name, each in errors.items()):
        return dict(errors)
    raise ConfigurationError(
        say("errors={errors} cannot be used", errors=described(errors)), hint=say("Pass a mapping of addresses to errors.")
    )


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
        number = int(value) if isinstance(value, Integral) else float(plain_number(value))
        return number if math.isfinite(number) else None
    except OverflowError:
        return None  # a whole number beyond every float


def _told_bounds(bounds: NumberBounds) -> str:
    """Say which numbers fit.

    Examples
    --------
    >>> _told_bounds({"least": 1, "most": 3000}), _told_bounds({"above": 0, "below": 1}), _told_bounds({"above": 0})
    ('from 1 to 3,000', 'between 0 and 1', 'above 0')
    """
    if "least" in bounds:
        told = "from {least:g} to {most:,.0f}" if "most" in bounds else "of at least {least:g}"
    else:
        bounds = {**bounds, "below": bounds["most"]} if "most" in bounds else bounds
        told = "between {above:g} and {below:g}" if "below" in bounds else "above {above:g}"
    return say(told, **bounds) if bounds else ""
