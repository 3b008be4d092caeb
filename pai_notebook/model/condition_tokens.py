"""Reads a condition as names, literals and signs, and says where one cannot be read."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pai_notebook.errors import AddressError
from pai_notebook.i18n.phrases import say
from pai_notebook.model.fields import field_named
from pai_notebook.model.moments import NO_TIME, read_moment
from pai_notebook.model.remarks import as_number

GRAMMAR = say(
    "Write comparisons such as cer < 0.2, cer[d-a] < 0.2, label.env == 'prod', label.env in ('a', 'b'), created > -30d or cer is null, "
    "joined by and, or, not and parentheses."
)
NO_BASELINE = say("A condition cannot name the baseline; a rule can: compare().check('NAME >= baseline').")
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<date>\d{4}-\d{2}-\d{2}(?:[T\ ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w.-]))
    |(?P<ago>-\d+(?:\.\d+)?[hdw](?!\w))
    |(?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s?%?(?![\w.]))
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<cmp><=|>=|==|!=|<|>)
    |(?P<mark>[(),])
    |(?P<name>(?:`[^`\n]+`|[^\W\d])(?:`[^`\n]+`|[\w.@/:%\\]|-(?=\w))*+(?:\[[^\]\n]*\])?)""",
    re.VERBOSE,
)
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
# Quotation marks of other keyboards, with what they quote.
_OTHER_QUOTES = re.compile("[“”„‘’‚«»「」『』＂＇]([^“”„‘’‚«»「」『』＂＇\n]*)[“”„‘’‚«»「」『』＂＇]?")
_WORDS = frozenset({"and", "or", "not", "in", "is", "between", "contains"})

_ADVICE = {
    "=": say("Equality is written ==."),
    "<>": say("Write {cure}.", cure="!="),
    "=>": say("Write {cure}.", cure=">="),
    "=<": say("Write {cure}.", cure="<="),
    "&": say("Write and."),
    "|": say("Write or."),
    "!": say("Write not, or != between two values."),
    "[": say("A list stands in parentheses, as in ('a', 'b')."),
    "/": NO_TIME,
    **{mark: say("Write {cure}.", cure=plain) for mark, plain in zip("，（）、", ",(),", strict=True)},
    "*": say("A condition takes one name; globs belong to include and to addresses."),
}
LOOKALIKES = {"≥": ">=", "≧": ">=", "≤": "<=", "≦": "<=", "＞": ">", "＜": "<", "＝": "==", "≠": "!="}
LOOKALIKES |= {"％": "%", "＋": "+", **dict.fromkeys("\u2013\u2014\u2212\uff0d", "-")}
"""Signs that look like those of the grammar, and those."""
# Digits, points and signs of comparisons as keyboards for Chinese have them, and what is written with them.
_WIDE = re.compile("[\uff05\uff0b\uff0d\uff0e\uff10-\uff19\uff1c-\uff1e][%.0-9<=>\uff05\uff0e\uff10-\uff19\uff1c-\uff1e]*")


def grammar_error(text: str, position: int, message: str, hint: str) -> AddressError:
    """Say where in a text the reading stopped, with line and column counted from 1.

    Examples
    --------
    >>> print(grammar_error("cer ? 1", 4, "cannot read '?'", "Write a comparison."))
    line 1, column 5: cannot read '?'. Write a comparison.
    """
    wide = _WIDE.match(text, position)
    meant = LOOKALIKES.get(text[position : position + 1])
    if wide is not None and len(wide[0]) > (meant is not None):
        meant = unicodedata.normalize("NFKC", wide[0])
    hint = say("Write {cure}.", cure=meant) if meant else hint
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    return AddressError(say("line {line}, column {column}: {message}", line=line, column=column, message=message), hint=hint)


@dataclass(frozen=True)
class Token:
    """A name, literal, word or sign, as it stands in a condition."""

    kind: str
    text: str
    position: int


def tokens_of(text: str) -> list[Token]:
    """Split a condition into its tokens; what is none is refused, with what may be meant."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or text.startswith("<>", position):
            mark = text[position]
            hint = (
                say("The quote is not closed.")
                if mark in "'\"`"
                else _ADVICE.get(text[position : position + 2]) or _ADVICE.get(mark, GRAMMAR)
            )
            quoted = _OTHER_QUOTES.match(text, position)
            if quoted is not None:
                hint = say("Write {cure}.", cure=f"{quoted[1]!r}")
            if mark == "=" and found and found[-1].text in COMPARE:
                hint = say("Write {cure}.", cure=f"{found[-1].text[0]}=")
            version = re.match(r"\d+\.\d+\.\d+\w*", text[position:])
            if version is not None:
                hint = say("Quote versions: '{version}'.", version=version[0])
            asked = [field_named(token.text) for token in found[-2:-1]]
            if asked and asked[0] is not None and asked[0].kind == "time":
                hint = NO_TIME
            if found and found[-1].text == "baseline":
                hint = NO_BASELINE
            raise grammar_error(text, position, say("cannot read {mark!r}", mark=mark), hint)
        if match.lastgroup != "space":
            kind, shown = str(match.lastgroup), match[0]
            found.append(Token("word" if shown in _WORDS else kind, shown, position))
        position = match.end()
    return found


def _number(text: str) -> float:
    if text.endswith("%"):
        return float(text.rstrip("% ")) / 100
    number = as_number(text)
    return float(text) if number is None else number


def _text(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _date(text: str) -> date | str:
    """Read a day, or a moment where there is a time; what is neither stays text, to be refused where it is compared."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-31") else read_moment(text) or text
    except ValueError:
        return text


READERS: dict[str, Callable[[str], Any]] = {"number": _number, "text": _text, "date": _date, "ago": str}
