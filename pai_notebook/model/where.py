"""Conditions over versions, as people write them: ``cer < 0.2 and label.env == 'prod'``; read, never evaluated as Python."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.errors import AddressError
from pai_notebook.model.lookup import lookup
from pai_notebook.model.order import version_key

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

__all__ = ["Predicate", "grammar_error", "parse_where"]

Predicate = Callable[["ModelVersion"], bool]

_GRAMMAR = "Write comparisons such as cer < 0.2, cer[d-a] < 0.2 or label.env == 'prod', joined by and, or, not and parentheses"
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    |(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<cmp><=|>=|==|!=|<|>)
    |(?P<paren>[()])
    |(?P<name>(?:`[^`\n]+`|[^\W\d](?:[\w.@/:%\\]|-(?=\w))*)(?:\[[^\]\n]*\])?)""",
    re.VERBOSE,
)
_COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
_LITERALS: dict[str, Any] = {"true": True, "false": False, "none": None, "null": None}
_ALIASES = {"version": "version_name", "approval": "approval_status", "framework": "framework_type", "format": "format_type"}
_ADVICE = {"=": "Equality is written ==", "&": "Write and", "|": "Write or", "!": "Write not, or != between two values"}


def grammar_error(text: str, position: int, message: str, hint: str) -> AddressError:
    """Say where in a text the reading stopped, with line and column counted from 1.

    Examples
    --------
    >>> print(grammar_error("cer ? 1", 4, "cannot read '?'", "Write a comparison."))
    line 1, column 5: cannot read '?'. Write a comparison.
    """
    before = text[:position]
    line, column = before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1
    return AddressError(f"line {line}, column {column}: {message}", hint=hint)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


@dataclass(frozen=True)
class _Operand:
    """A name to look up, or a literal."""

    name: str | None
    dataset: str | None = None
    literal: Any = None

    def of(self, version: ModelVersion) -> Any:
        return self.literal if self.name is None else lookup(version, self.name, dataset=self.dataset)


def parse_where(text: str) -> Predicate:
    """Read a condition.

    Names are plain fields (`approval_status`, also `approval`, `framework`, `format`, `version`), labels (`label.env`), leaves
    of specs (`training_spec.HyperParameters.lr`), and metrics (`cer`, `cer@d-a` or `cer[d-a]`); a name with blanks stands in
    backticks. Literals are numbers, quoted texts, `true`, `false` and `none`. Where a value is missing or of another kind, no
    ordering holds and `!=` does.

    Raises
    ------
    AddressError
        When the text does not follow the grammar, with line and column.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "prod"}], "Metrics": {"cer": 0.1}})
    >>> parse_where("cer < 0.2 and label.env == 'prod'")(version), parse_where("not version < '0.10.0'")(version)
    (True, False)
    """
    return _Parser(text).parse()


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.next = 0

    def parse(self) -> Predicate:
        found = self._either()
        if self.next < len(self.tokens):
            raise self._failure(f"did not expect {self.tokens[self.next].text!r} here")
        return found

    def _either(self) -> Predicate:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda version: any(part(version) for part in parts)

    def _both(self) -> Predicate:
        parts = [self._negated()]
        while self._take("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else lambda version: all(part(version) for part in parts)

    def _negated(self) -> Predicate:
        negations = 0
        while self._take("not"):
            negations += 1
        inner = self._parenthesised() if self._take("(") else self._comparison()
        return (lambda version: not inner(version)) if negations % 2 else inner

    def _parenthesised(self) -> Predicate:
        if self.text.count("(") > 100:  # noqa: PLR2004 - deeper than anybody writes
            raise self._failure("too many parentheses")
        inner = self._either()
        if not self._take(")"):
            raise self._failure("a parenthesis is not closed")
        return inner

    def _comparison(self) -> Predicate:
        left = self._operand()
        token = self._peek("cmp")
        if token is None:
            raise self._failure("expected a comparison such as < or ==")
        right = self._operand()
        if self.next < len(self.tokens) and self.tokens[self.next].kind == "cmp":
            raise self._failure("two comparisons in a row; join them by and")
        return _comparing(left, token.text, right)

    def _operand(self) -> _Operand:
        for kind, read in (("number", _number), ("text", _text), ("name", _name)):
            token = self._peek(kind)
            if token is not None:
                return read(token.text)
        raise self._failure("expected a name, a number or a quoted text")

    def _peek(self, kind: str) -> _Token | None:
        if self.next < len(self.tokens) and self.tokens[self.next].kind == kind:
            self.next += 1
            return self.tokens[self.next - 1]
        return None

    def _take(self, word: str) -> bool:
        if self.next < len(self.tokens) and self.tokens[self.next].text == word:
            self.next += 1
            return True
        return False

    def _failure(self, message: str) -> AddressError:
        at_end = self.next >= len(self.tokens)
        position = len(self.text.rstrip()) if at_end else self.tokens[self.next].position
        return grammar_error(self.text, position, message + (", but the text ends" if at_end else ""), _GRAMMAR + ".")


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            mark = text[position]
            hint = "The quote is not closed" if mark in "'\"`" else _ADVICE.get(mark, _GRAMMAR)
            raise grammar_error(text, position, f"cannot read {mark!r}", hint + ".")
        if match.lastgroup != "space":
            kind, shown = str(match.lastgroup), match[0]
            found.append(_Token("word" if shown in ("and", "or", "not") else kind, shown, position))
        position = match.end()
    return found


def _number(text: str) -> _Operand:
    return _Operand(None, literal=float(text))


def _text(text: str) -> _Operand:
    return _Operand(None, literal=re.sub(r"\\(.)", r"\1", text[1:-1]))


def _name(text: str) -> _Operand:
    if text.casefold() in _LITERALS:
        return _Operand(None, literal=_LITERALS[text.casefold()])
    name, bracket, rest = (
        (text[1:].partition("`")[0], *text[1:].partition("`")[2].partition("[")[1:]) if text[0] == "`" else text.partition("[")
    )
    return _Operand(_ALIASES.get(name, name), dataset=rest[:-1] if bracket else None)


def _comparing(left: _Operand, sign: str, right: _Operand) -> Predicate:
    compare = _COMPARE[sign]
    names = {left.name, right.name}

    def holds(version: ModelVersion) -> bool:
        pair = _alike(left.of(version), right.of(version), names)
        return sign == "!=" if pair is None else bool(compare(*pair))

    return holds


def _alike(left: Any, right: Any, names: set[str | None]) -> tuple[Any, Any] | None:
    """Bring two values to one kind, None when they cannot be compared."""
    if left is None or right is None:
        return (0, 0) if left is right and None in names else None
    if isinstance(left, bool) or isinstance(right, bool):
        return _truth(left), _truth(right)
    if isinstance(left, datetime) or isinstance(right, datetime):
        return _both(left, right, _moment)
    if isinstance(left, float) or isinstance(right, float):
        return _both(left, right, _as_number)
    if "version_name" in names:
        return version_key(left), version_key(right)
    return (left.casefold(), right.casefold()) if "approval_status" in names else (left, right)


def _both(left: Any, right: Any, read: Callable[[Any], Any]) -> tuple[Any, Any] | None:
    first, second = read(left), read(right)
    return None if first is None or second is None else (first, second)


def _truth(value: Any) -> str:
    return str(value).casefold() if isinstance(value, bool) else f"{value}"


def _as_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    except (AttributeError, TypeError, ValueError):
        return None
