"""Errors and notes in the words of the line: what the public API calls an argument is an option there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pai_notebook.errors import ModelNotFound, PaiError
from pai_notebook.i18n.phrases import reworded
from pai_notebook.plan.options import BY_KEYWORD, OPTIONS
from pai_notebook.plan.words import write_word

if TYPE_CHECKING:
    from pai_notebook.display import Displayed

__all__ = ["on_line", "say_on_line", "speak_of_options"]

_TEXT = r"""(?:"([^"]*)"|'([^']*)')"""
_CONNECT = re.compile(r"(?:(?:pai_notebook|pnb|pai)\.)?connect\(([^()]*)\)")
_ARGUMENT = re.compile(
    rf"(?<![\w.('\"`-])({'|'.join(map(re.escape, BY_KEYWORD))})=(?:(True)\b|{_TEXT}|(\{{[^{{}}]*\}})|(\.\.\.)|(\w[\w.:-]*))?"
)
_CALL = re.compile(r"((?<![\w.])[\w.]+\([^()]*\))")
_FIELD = re.compile(r"\{(\w+)!r\}")
_NOTE = re.compile(rf"^({'|'.join(map(re.escape, BY_KEYWORD))})(?=: )")
_PAIR = re.compile(rf"{_TEXT}\s*:\s*{_TEXT}")


def speak_of_options(error: PaiError) -> None:
    """Have an error name options instead of keyword arguments; the causes it quotes too."""
    error.message, error.hint = on_line(error.message), on_line(error.hint)
    if isinstance(error, ModelNotFound) and not error.model_id.startswith("model-"):
        error.hint += f" %paimodel ls --query {write_word(error.model_id) or 'TEXT'} looks for it in names, tasks and labels."
    error.args = (error.message, *error.args[1:])


def say_on_line(found: Displayed) -> None:
    """Have what a line gives show itself in the words of the line.

    Parameters
    ----------
    found : object
        What the line gives. It is this line's own, as a comparison is; a version may be held by others.
    """
    object.__setattr__(found, "_rewording", _reworded)


def _reworded(text: str) -> str:
    return reworded(text, on_line)


def on_line(text: str) -> str:
    """Say in the words of the line what is said in those of the public API.

    Examples
    --------
    >>> on_line("r.html exists already. Pass overwrite=True to replace it, or choose another name.")
    'r.html exists already. Pass --overwrite to replace it, or choose another name.'
    >>> on_line("Use connect('demo'), or connect(region='cn-hangzhou'). Pass directions={'cer': 'min'}.")
    'Use %paimodel connect demo, or %paimodel connect --region cn-hangzhou. Pass --mode cer=min.'
    """
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
