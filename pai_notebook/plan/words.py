"""The words of a line: split, with variables replaced and nothing evaluated, written back, and used in errors and notes."""

from __future__ import annotations

import ast
import math
import re
import shlex
import sys
import warnings
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import AddressError, ModelNotFound, PaiError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.i18n.rewording import reworded
from pai_notebook.plan.options import BY_KEYWORD, OPTIONS, Edge
from pai_notebook.sanitize import is_visible

if TYPE_CHECKING:
    from pai_notebook.display import Displayed

_NAME = re.compile(r"\$?\{([^\W\d]\w*)\}|\$([^\W\d]\w*)")
_BRACES = re.compile(r"\{([^{}]+)\}")
_FORMATTED = re.compile(r"([^\W\d][^!:]*)(?:![rsa])?(?::[^:]*)?")
# Expressions that IPython would evaluate between braces.
_EVALUATED = (ast.Name, ast.Call, ast.BinOp, ast.Subscript)
_FITTING = say("A text, a number, a date, a list of texts, a model or a model version can stand in a line.")

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
        For what is not a line, for quotation marks that do not match, and as `expand` and `refuse_expressions` do.

    Examples
    --------
    >>> split("ls 'my model' --last $n  # the newest", {"n": 3})
    ['ls', 'my model', '--last', '3']
    """
    return [expand(word, names) for word in _split(line)]


def _split(line: str) -> list[str]:
    line = without_comment(line).strip().removesuffix(";")
    if len(line) > _LONGEST:
        raise AddressError(
            say("the line is {count:,} characters long", count=len(line)),
            hint=say("At most {longest:,} are read; use Python for long lists.", longest=_LONGEST),
        )
    if any(ord(mark) < 32 or ord(mark) == 127 for mark in line):  # noqa: PLR2004 - ASCII control characters
        raise AddressError(
            say("the line holds a line break or another control character"),
            hint=say("%paimodel takes one line; a cell starts with %%paimodel."),
        )
    refuse_expressions(line)
    words = shlex.shlex(line, posix=True, punctuation_chars=False)
    words.whitespace_split, words.commenters = True, ""
    words.whitespace += "".join(filter(str.isspace, line))  # full-width and no-break blanks too
    if sys.platform == "win32":
        words.escape = ""  # a backslash stands in paths there
    try:
        return list(words)
    except ValueError as error:
        column = max(line.rfind('"'), line.rfind("'")) + 1
        raise AddressError(
            say("column {column}: {error} in {line!r}", column=column, error=str(error).lower(), line=line),
            hint=say("Close the quotation, or leave it out."),
        ) from None


def without_comment(line: str) -> str:
    """The line up to a `#` that stands at its start or behind a blank, as in Python, but not inside quotation marks."""
    quote = ""
    for place, mark in enumerate(line):
        if mark in "\"'":
            quote = mark if not quote else "" if mark == quote else quote
        elif mark == "#" and not quote and line[place - 1 : place].strip() == "":
            return line[:place]
    return line


def as_written(line: str) -> list[str]:
    """Split a line at its blanks, with variables and quotation marks as they stand in it.

    Examples
    --------
    >>> as_written("ls 'my model' --where label.env == 'prod'  # all")
    ['ls', "'my model'", '--where', 'label.env', '==', "'prod'"]
    """
    words, quote = [""], ""
    for mark in without_comment(line).strip().removesuffix(";"):
        if mark.isspace() and not quote:
            words.append("")
            continue
        words[-1] += mark
        if mark in "\"'":
            quote = mark if not quote else "" if mark == quote else quote
    return [word for word in words if word]


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
                say("{name} is not defined in this notebook", name=name),
                hint=say("Define it in a cell above, or write the value instead of {match}.", match=match[0]),
            )
        written = _written(names[name])
        if written is None:
            raise AddressError(say("{name} is a {kind}", name=name, kind=type(names[name]).__name__), hint=_FITTING)
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
                say("{match} is an expression, and expressions are not evaluated", match=match[0]),
                hint=say("Give it a name in a cell above, such as value = {source}, and write {{value}}.", source=source),
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


_AS_LINE = re.compile(r"%%?paimodel\b(?: connect(?= (?:--|demo\b)))?(?: demo\b)?")


def in_shell(text: str) -> str:
    """Write a line of a notebook as the command of a shell.

    Examples
    --------
    >>> in_shell("Type %paimodel help, or use %paimodel connect demo, or %paimodel connect --region cn-hangzhou.")
    'Type paimodel help, or use paimodel --demo, or paimodel --region cn-hangzhou.'
    """
    return _AS_LINE.sub(lambda match: "paimodel --demo" if match[0].endswith(" demo") else "paimodel", text)


_TEXT = r"""(?:"([^"]*)"|'([^']*)')"""
_CONNECT = re.compile(r"(?:(?:pai_notebook|pnb|pai)\.)?connect\(([^()]*)\)")
_ARGUMENT = re.compile(
    rf"(?<![\w.('\"`-])({'|'.join(map(re.escape, BY_KEYWORD))})=(?:(True)\b|{_TEXT}|(\{{[^{{}}]*\}})|(\.\.\.)|(\w[\w.:-]*))?"
)
_CALL = re.compile(r"((?<![\w.])[\w.]+\([^()]*\))")
_FIELD = re.compile(r"\{(\w+)!r\}")
_NOTE = re.compile(rf"^({'|'.join(map(re.escape, BY_KEYWORD))})(?=: |：)")
_LISTED = re.compile(r"registry\.list_models\(([^()]{1,200})\)")
# Calls of which a line has the options alone.
_WITH_BASELINE = re.compile(r"registry\.compare\(vs, (baseline=[^()]{1,200})\)")
_IN_STATE = re.compile(r"registry\.list_versions\(MODEL, (approval=[^()]{1,200})\)")
_VERSIONS_OF = re.compile(r"registry\.list_versions\('([^'()]{1,200})'\)")
_PAIR = re.compile(rf"{_TEXT}\s*:\s*{_TEXT}")


def speak_of_options(error: PaiError, *, offline: bool = False) -> None:
    """Make an error name options instead of keyword arguments, also in quoted causes; offline no registry is pointed to."""
    error.message, error.hint = _in_options(error.message), _in_options(error.hint)
    if not offline and isinstance(error, ModelNotFound) and not error.model_id.startswith("model-"):
        query = write_word(error.model_id) or "TEXT"
        more = say("%paimodel ls --query {query} looks for it in names, tasks and labels.", query=query)
        error.hint = joined([error.hint, more], " ")
    error.args = (error.message, *error.args[1:])


def _in_options(text: str) -> str:
    return _reworded(text) if isinstance(text, Phrase) else on_line(text)


def say_on_line(found: Displayed, edge: Edge = "line") -> None:
    """Make the result of a line show itself in the words of the line.

    Parameters
    ----------
    found : object
        What the line gives. It is this line's own, as a comparison is; a version may be held by others.
    edge : {"line", "shell"}
        Whose line it is.
    """
    object.__setattr__(found, "_rewording", _reworded if edge == "line" else _reworded_in_shell)


def _reworded(text: str) -> str:
    return reworded(text, on_line)


def _reworded_in_shell(text: str) -> str:
    return reworded(text, lambda words: in_shell(on_line(words)))


def on_line(text: str) -> str:
    """Translate the words of the public API to those of the line.

    Examples
    --------
    >>> on_line("r.html exists already. Pass overwrite=True to replace it, or choose another name.")
    'r.html exists already. Pass --overwrite to replace it, or choose another name.'
    >>> on_line("Use connect('demo'), or connect(region='cn-hangzhou'). Pass directions={'cer': 'min'}.")
    'Use %paimodel connect demo, or %paimodel connect --region cn-hangzhou. Pass --mode cer=min.'
    """
    text = text.replace("registry.list_models()", "%paimodel ls")
    text = _LISTED.sub(r"%paimodel ls --query \1", text)
    text = _VERSIONS_OF.sub(r"%paimodel ls \1", text)
    text = _IN_STATE.sub(r"%paimodel ls MODEL \1", _WITH_BASELINE.sub(r"\1", text))
    named = _NOTE.sub(lambda match: BY_KEYWORD[match[1]], text)
    # a call of Python stays one
    parts = _CALL.split(_CONNECT.sub(_as_connect, named))
    return "".join(part if nth % 2 else _ARGUMENT.sub(_as_option, part) for nth, part in enumerate(parts))


def _as_connect(match: re.Match[str]) -> str:
    arguments = [part.strip() for part in match[1].split(",") if part.strip()]
    words = []
    for argument in arguments:
        keyword, equals, _ = argument.partition("=")
        if equals and keyword not in BY_KEYWORD:
            return match[0]
        words.append(_ARGUMENT.sub(_as_option, argument) if equals else argument.strip("'\""))
    return " ".join(["%paimodel connect", *words])


def _as_option(match: re.Match[str]) -> str:
    name = BY_KEYWORD[match[1]]
    option = OPTIONS[name]
    value = match[3] if match[3] is not None else match[4] if match[4] is not None else match[7]
    if not option.metavar:
        return name if match[2] or value == "all" else match[0]
    field = _FIELD.fullmatch(match[5] or "")
    if field:
        return f"{name} {{{field[1]}}}"  # of a template: its value as it is typed
    if match[5]:
        pairs = [(pair[1] or pair[2], pair[3] or pair[4]) for pair in _PAIR.finditer(match[5])]
        return " ".join(f"{name} {key}={way}" for key, way in pairs) if pairs else match[0]
    return f"{name} {option.metavar if value is None else value}"
