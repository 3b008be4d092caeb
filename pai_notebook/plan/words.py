"""The words of a line: split, with variables of the notebook replaced and nothing evaluated, and written so that they are read back."""

from __future__ import annotations

import ast
import math
import re
import shlex
import warnings
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

from pai_notebook.errors import AddressError
from pai_notebook.sanitize import is_visible

__all__ = ["expand", "refuse_expressions", "split", "without_comment", "write_word"]

_NAME = re.compile(r"\$?\{([^\W\d]\w*)\}|\$([^\W\d]\w*)")
_BRACES = re.compile(r"\{([^{}]+)\}")
_FORMATTED = re.compile(r"([^\W\d][^!:]*)(?:![rsa])?(?::[^:]*)?")
_EVALUATED = (ast.Name, ast.Call, ast.BinOp, ast.Subscript)
_FITTING = "A text, a number, a date, a list of texts, a model or a model version can stand in a line."

_LONGEST = 4096


def split(line: str, names: Mapping[str, Any]) -> list[str]:
    """Split a line into words, as a shell does, and replace variables.

    Parameters
    ----------
    line : str
        With its comment, and perhaps a `;` at its end.
    names : mapping
        The variables of the notebook.

    Raises
    ------
    AddressError
        For what is no line, for quotation marks that do not match, and as `expand` and `refuse_expressions` do.

    Examples
    --------
    >>> split("ls 'my model' --last $n  # the newest", {"n": 3})
    ['ls', 'my model', '--last', '3']
    """
    return [expand(word, names) for word in _split(line)]


def _split(line: str) -> list[str]:
    line = without_comment(line).strip().removesuffix(";")
    if len(line) > _LONGEST:
        raise AddressError(f"the line is {len(line):,} characters long", hint=f"At most {_LONGEST:,} are read; use Python for long lists.")
    if any(ord(mark) < 32 or ord(mark) == 127 for mark in line):  # noqa: PLR2004 - ASCII control characters
        raise AddressError(
            "the line holds a line break or another control character", hint="%paimodel takes one line; a cell starts with %%paimodel."
        )
    refuse_expressions(line)
    try:
        return shlex.split(line)
    except ValueError as error:
        column = max(line.rfind('"'), line.rfind("'")) + 1
        raise AddressError(f"column {column}: {str(error).lower()} in {line!r}", hint="Close the quotation, or leave it out.") from None


def without_comment(line: str) -> str:
    """The line up to a `#` that stands at its start or behind a blank, as in Python, but not inside quotation marks."""
    quote = ""
    for place, mark in enumerate(line):
        if mark in "\"'":
            quote = mark if not quote else "" if mark == quote else quote
        elif mark == "#" and not quote and line[place - 1 : place].strip() == "":
            return line[:place]
    return line


def write_word(word: str) -> str | None:
    r"""Write a word as a line has to hold it to be read back, in quotation marks where needed; None where no line can hold it.

    Examples
    --------
    >>> write_word("cer"), write_word("avg score"), write_word("a\nb"), write_word("$name")
    ('cer', "'avg score'", None, None)
    """
    if not is_visible(word):
        return None
    for text in (word, shlex.quote(word)):
        try:
            if split(f"ls {text}", {}) == ["ls", word]:
                return text
        except AddressError:
            continue
    return None


def expand(text: str, names: Mapping[str, Any]) -> str:
    """Replace `$name`, `{name}` and `${name}` by the values of variables.

    Parameters
    ----------
    text : str
        A word of a line, or a rule.
    names : mapping
        The variables of the notebook.

    Raises
    ------
    AddressError
        When a variable is not defined, or is nothing that can be written in a line.

    Examples
    --------
    >>> expand("$model@last:{n}", {"model": "model-a", "n": 5})
    'model-a@last:5'
    """

    def value(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in names:
            raise AddressError(
                f"{name} is not defined in this notebook", hint=f"Define it in a cell above, or write the value instead of {match[0]}."
            )
        written = _written(names[name])
        if written is None:
            raise AddressError(f"{name} is a {type(names[name]).__name__}", hint=_FITTING)
        return written

    return _NAME.sub(value, text)


def refuse_expressions(text: str) -> None:
    """Raise when an expression stands between braces, as other magics evaluate it.

    Raises
    ------
    AddressError
        With the expression, and what to write instead.

    Examples
    --------
    >>> refuse_expressions('{"a": 1}'), refuse_expressions("{name}")
    (None, None)
    """
    for match in _BRACES.finditer(text):
        source = _expression(match[1].strip())
        if source:
            raise AddressError(
                f"{match[0]} is an expression, and expressions are not evaluated",
                hint=f"Give it a name in a cell above, such as value = {source}, and write {{value}}.",
            )


def _expression(text: str) -> str:
    """What other magics would evaluate, without its conversion and format; empty for a plain name and for anything else."""
    formatted = _FORMATTED.fullmatch(text)
    for source in (text, formatted[1].strip() if formatted else ""):
        try:
            with warnings.catch_warnings(action="ignore"):  # such as for an unknown escape in a text
                node = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if isinstance(node, ast.Name) and source == text:
            return ""
        if any(isinstance(part, _EVALUATED) for part in ast.walk(node)):
            return source
    return ""


def _written(value: Any) -> str | None:
    """A value as a line holds it, None when it cannot stand there."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real | Decimal):
        return repr(float(value)) if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple) and value and all(isinstance(each, str) for each in value):
        return ",".join(value)
    own = value if isinstance(value, str) else getattr(value, "address", None) or getattr(value, "model_id", None)
    return own if isinstance(own, str) else None
