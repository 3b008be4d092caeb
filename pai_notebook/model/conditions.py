"""Conditions over versions, as people write them: ``cer < 0.2 and label.env == 'prod'``; read, never evaluated as Python."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import described, is_series
from pai_notebook.errors import AddressError, ComparisonError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.condition_tokens import COMPARE, GRAMMAR, NO_BASELINE, READERS, Token, grammar_error, tokens_of
from pai_notebook.model.fields import NAMED, field_named
from pai_notebook.model.lookup import Lookup
from pai_notebook.model.metric_scales import says_percent
from pai_notebook.model.moments import NO_TIME, read_moment, read_moments
from pai_notebook.model.names import Name
from pai_notebook.model.order import last_key, version_key
from pai_notebook.model.patterns import Pattern
from pai_notebook.model.remarks import as_number, values_of
from pai_notebook.model.value_index import CATEGORIES, truth

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

Mask = Callable[[Lookup], list[bool]]

_LITERALS: dict[str, Any] = {"true": True, "false": False, "none": None, "null": None}
# Words that people write for a sign.
_SIGN_WORDS = {
    **dict.fromkeys(("after", "above", "over", "exceeds"), ">"),
    **dict.fromkeys(("before", "below", "under"), "<"),
    **dict.fromkeys(("since", "from"), ">="),
    **dict.fromkeys(("until", "till"), "<="),
    **dict.fromkeys(("equals", "eq"), "=="),
    **dict.fromkeys(("like", "matches", "startswith", "endswith", "has", "includes"), "contains"),
}
_DEEPEST = 100


@dataclass(frozen=True)
class Condition:
    """A condition that was read; it is asked of a whole set at once, so that names mean one thing in all of it.

    Attributes
    ----------
    text : str
        As written.
    mask_of : callable
        From the names and values of a set to a truth value a version.
    names : tuple of str
        Every name in it, as written.
    others : frozenset of str
        Names that other names are compared with: a text without its quotation marks is one of them.
    """

    text: str
    mask_of: Mask
    names: tuple[str, ...] = ()
    others: frozenset[str] = frozenset()

    def mask(self, versions: Sequence[ModelVersion]) -> list[bool]:
        """Tell for each version whether it meets the condition; `read` says too what no version has.

        Raises
        ------
        AddressError
            When a name occurs in none of the versions, could be several, or is compared with what it cannot be.
        """
        return self.read(versions)[0]

    def read(self, versions: Sequence[ModelVersion]) -> tuple[list[bool], list[Phrase]]:
        """Tell for each version whether it meets the condition, and what may be a slip in it.

        A text that no version has is one, and a fraction that is bounded in percent; where no version meets the condition also
        what its bounds were asked of.

        Raises
        ------
        AddressError
            When a name occurs in none of the versions, could be several, or is compared with what it cannot be.
        """
        found = Lookup(versions)
        held = self.mask_of(found) if versions else []
        return held, found.remarks.missed if any(held) else [*found.remarks.missed, *found.remarks.unmet]


@dataclass(frozen=True)
class _Operand:
    """A name to look up, or a literal."""

    token: Token
    name: str | None = None
    literal: Any = None


def parse_condition(text: str) -> Condition:
    """Read a condition.

    Names are plain fields (`approval_status`, also `approval`, `framework`, `format`, `version`), labels (`label.env`), leaves
    of specs (`training_spec.HyperParameters.lr`), and metrics (`cer`, `cer@d-a` or `cer[d-a]`); a name with blanks, commas or
    parentheses stands in backticks. Literals are numbers, percentages (`90%` is 0.9), quoted texts, dates (`2026-01-31`), times
    ago (`-30d`, `-12h`, `-2w`), `true`, `false` and `null`. A date without a time is the whole day in UTC: `created == 2026-01-31`
    is any time of that day, `created > 2026-01-31` begins after it, and `between` has all of its last day. Besides `<`, `<=`, `>`,
    `>=`, `==` and `!=` there are `in (...)`, `not in (...)`, `between ... and ...`, `contains` (ignoring case), `is null` and
    `is not null`. These words, `and`, `or` and `not` may be in capitals.

    Where a value is missing or of another kind, no comparison holds and `!=` does; so a condition and its negation always share
    a set between them. A label that occurs twice meets `==` with either value.

    Parameters
    ----------
    text : str
        The condition.

    Returns
    -------
    Condition
        To be asked of a set of versions.

    Raises
    ------
    AddressError
        When the text does not follow the grammar, with line and column.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> version = ModelVersion.from_document({"VersionName": "0.1.0", "Labels": [{"Key": "env", "Value": "prod"}], "Metrics": {"cer": 0.1}})
    >>> [parse_condition(text).mask([version]) for text in ("cer < 20% and label.env in ('prod', 'test')", "not version < '0.10.0'")]
    [[True], [False]]
    """
    if not isinstance(text, str):
        raise AddressError(say("where={text} is not a condition", text=described(text)), hint=GRAMMAR)
    parser = _Parser(text)
    return Condition(text, parser.parse(), tuple(dict.fromkeys(parser.names)), frozenset(parser.others))


def to_quote(name: str, hint: str) -> str:
    """Say that a name which occurs nowhere may be a text, before what else it may be."""
    return NO_BASELINE if name == "baseline" else say("Quote texts: {name!r}. {hint}", name=name.strip("`"), hint=hint)


class _Parser:
    """Recursive descent: or, and, not, comparison."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.next = 0
        self.names: list[str] = []
        self.others: set[str] = set()
        self.now = datetime.now(UTC)

    def parse(self) -> Mask:
        found = self._either()
        if self.next < len(self.tokens):
            token = self.tokens[self.next]
            around = self.tokens[self.next - 1 : self.next + 2]
            comma = token.text == "," and [each.kind for each in around] == ["number", "mark", "number"]
            cure = say("Write {cure}.", cure=f"{around[0].text}.{around[2].text}") if comma else GRAMMAR
            cure = NO_BASELINE if around[0].text == "baseline" else cure
            raise self._failure(say("did not expect {text!r} here", text=token.text), cure)
        return found

    def _either(self) -> Mask:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda found: [any(row) for row in zip(*(part(found) for part in parts), strict=True)]

    def _both(self) -> Mask:
        parts = [self._negated()]
        while self._take("and"):
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else lambda found: [all(row) for row in zip(*(part(found) for part in parts), strict=True)]

    def _negated(self) -> Mask:
        negations = 0
        while not self._is_metric_called_not() and self._take("not"):
            negations += 1
        inner = self._parenthesised() if self._take("(") else self._comparison()
        return _negation(inner) if negations % 2 else inner

    def _is_metric_called_not(self) -> bool:
        """Whether a word in capitals that could negate stands where a name does: before a comparison, or at the end."""
        here, behind = self.tokens[self.next : self.next + 1], self.tokens[self.next + 1 : self.next + 2]
        negates = any(token.kind == "name" or token.text in ("(", "not") for token in behind)
        return any(token.kind == "name" for token in here) and not negates

    def _parenthesised(self) -> Mask:
        if self.text.count("(") > _DEEPEST:
            raise self._failure(say("too many parentheses"))
        inner = self._either()
        if not self._take(")"):
            raise self._failure(say("a parenthesis is not closed"))
        return inner

    def _comparison(self) -> Mask:
        left = self._operand()
        token = self._peek("cmp")
        if token is not None:
            right = self._operand()
            if self.next < len(self.tokens) and self.tokens[self.next].kind == "cmp":
                raise self._failure(say("two comparisons in a row; join them by and, or write NAME between LOW and HIGH"))
            return self._comparing(left, token, right)
        if left.name is None:
            raise self._failure(say("expected a comparison such as < or =="), self._as_name(left))
        return self._worded(left)

    def _worded(self, left: _Operand) -> Mask:
        """Read an operator that is a word: is null, in, between, contains."""
        token = self.tokens[self.next] if self.next < len(self.tokens) else None
        if self._take("is"):
            negated = self._take("not")
            word = self._peek("name")
            if word is None or word.text.casefold() not in ("null", "none"):
                raise self._failure(say("expected null behind is"), say("Equality is written ==, and its opposite !=."))
            missing = self._on(left, _is_missing)
            return _negation(missing) if negated else missing
        negated = self._take("not")
        if self._take("in"):
            found = [self._comparing(left, Token("cmp", "==", left.token.position), value) for value in self._members()]
            held: Mask = lambda lookup: [any(row) for row in zip(*(mask(lookup) for mask in found), strict=True)]  # noqa: E731
        elif self._take("contains"):
            held = self._containing(left, self._operand())
        elif self._take("between"):
            first = self._operand()
            if not self._take("and"):
                raise self._failure(say("expected between LOW and HIGH"))
            last = self._operand()
            self._check_range(left, first, last)
            low = self._comparing(left, Token("cmp", ">=", left.token.position), first)
            high = self._comparing(left, Token("cmp", "<=", left.token.position), last)
            held = lambda lookup: [both for both in map(all, zip(low(lookup), high(lookup), strict=True))]  # noqa: C416, E731
        else:
            raise self._failure(say("expected a comparison such as <, ==, in or contains"), self._after(token))
        return _negation(held) if negated else held

    def _check_range(self, left: _Operand, first: _Operand, last: _Operand) -> None:
        """Refuse a range in which nothing can lie."""
        start, end = (self._as_version(each, left).literal for each in (first, last))
        info = field_named(left.name) if left.name is not None else None
        pair: Any
        if info is not None and info.name == "version_name" and isinstance(start, str) and isinstance(end, str):
            pair = version_key(start), last_key(end)
        elif first.token.kind in _MOMENTS and last.token.kind in _MOMENTS:
            pair = read_moments(start, end)
        else:
            pair = _both(start, end, as_number)
        if pair is not None and pair[0] > pair[1]:
            low, high = (each.token.text.strip() for each in (last, first))
            said = say("the range {text} runs backwards", text=joined(["between", high, "and", low], " "))
            cure = joined(["between", low, "and", high], " ")
            raise grammar_error(self.text, first.token.position, said, say("Write {cure}.", cure=cure))

    def _members(self) -> list[_Operand]:
        if not self._take("("):
            raise self._failure(say("expected a list in parentheses, as in ('a', 'b')"))
        members = [self._operand()]
        # a comma may be last, as Python writes a list of one
        while self._take(",") and [token.text for token in self.tokens[self.next : self.next + 1]] != [")"]:
            members.append(self._operand())
        if not self._take(")"):
            raise self._failure(say("the list is not closed"))
        return members

    def _comparing(self, left: _Operand, token: Token, right: _Operand) -> Mask:
        if left.name is None and right.name is None:
            raise grammar_error(self.text, left.token.position, say("compares two values and no name"), self._as_name(left))
        sign = token.text
        if sign == "!=":
            return _negation(self._comparing(left, Token("cmp", "==", token.position), right))
        compare = COMPARE[sign]
        left, right = self._as_version(left, right), self._as_version(right, left)
        self._check_time(left, right)
        self._check_time(right, left)
        if left.name is not None and right.name is not None:
            self.others.add(right.name)

        def mask(found: Lookup) -> list[bool]:
            first, second = self._named(found, left, right), self._named(found, right, left)
            names = (first, second)
            self._check(found, first, second, left, right, sign)
            name, operand = (first, right) if second is None else (second, left)
            literal = operand.literal if operand.name is None else _NO_LITERAL
            index = found.index(name) if name is not None and sign == "==" and isinstance(literal, _FOUND) else None
            if index is not None and index.is_whole:
                values, held = index.values, [False] * len(found.versions)
                for place in index.places(literal):
                    held[place] = True
            else:
                firsts, seconds = self._values(found, left, first), self._values(found, right, second)
                values = firsts if second is None else seconds
                held = [
                    compare(one, other)
                    if type(one) in _NUMBERS and type(other) in _NUMBERS  # most are, and need no look at anything else
                    else any(_holds(compare, a, b, names) for a in values_of(one) for b in values_of(other))
                    for one, other in zip(firsts, seconds, strict=True)
                ]
            if name is not None and literal is not _NO_LITERAL and literal is not None and operand.token.kind in _WRITTEN:
                text = literal if isinstance(literal, str) else operand.token.text.strip()
                found.remarks.note(name, text, literal, values, is_equality=sign == "==", is_met=any(held))
            return held

        return mask

    def _as_version(self, operand: _Operand, other: _Operand) -> _Operand:
        """Take what looks like a number for the name that it is, where versions are compared: 1.7 is one, and 1.10 is not 1.1."""
        info = field_named(other.name) if other.name is not None else None
        if info is None or info.name != "version_name" or operand.token.kind != "number":
            return operand
        name = operand.token.text.strip()
        if not is_series(name):
            meant = re.match(r"\d+(?:\.\d+)?", name.lstrip("+-"))
            hint = say("Quote versions: '{version}'.", version=meant[0]) if meant else GRAMMAR
            raise grammar_error(self.text, operand.token.position, say("{text} is not a version name", text=name), hint)
        return replace(operand, literal=name)

    def _containing(self, left: _Operand, right: _Operand) -> Mask:
        if right.token.kind != "text":
            hint = say("Write {cure}.", cure=f"contains {right.token.text.strip()!r}")
            raise grammar_error(self.text, right.token.position, say("contains takes a quoted text"), hint)
        part = right.literal.casefold()
        return self._on(left, lambda value: any(part in str(each).casefold() for each in values_of(value) if each is not None))

    def _on(self, operand: _Operand, test: Callable[[Any], bool]) -> Mask:
        return lambda found: [test(value) for value in self._values(found, operand, self._named(found, operand, operand))]

    def _named(self, found: Lookup, operand: _Operand, other: _Operand) -> Name | None:
        """Name that an operand means in a set, None for a literal."""
        if operand.name is None:
            return None
        try:
            return found.resolve(operand.name)
        except ComparisonError as error:
            is_text = other.name is not None and operand.token.position > other.token.position
            hint = to_quote(operand.name, error.hint) if is_text else error.hint
            # a metric may come with a later version, which a script is told; what else there is not, or is not quoted, is a slip
            may_come = not is_text and Pattern(operand.name).section(found.fields) in ("", "metrics")
            raise grammar_error(self.text, operand.token.position, error.message, hint) from (error if may_come else None)

    @staticmethod
    def _values(found: Lookup, operand: _Operand, name: Name | None) -> Sequence[Any]:
        return [operand.literal] * len(found.versions) if name is None else found.values(name)

    def _check_time(self, named: _Operand, other: _Operand) -> None:
        """Refuse a literal that is no time where one is needed: no set has to be seen for it."""
        if named.name is None or other.name is not None or other.literal is None:
            return
        info = field_named(named.name)
        is_time = info is not None and info.kind == "time"
        if (is_time or other.token.kind in _MOMENTS) and read_moment(other.literal) is None:
            told = {"text": other.token.text, "name": info.name if info is not None else ""}
            said = say("{text} is not a time and {name} is one" if is_time else "{text} is not a time", **told)
            raise grammar_error(self.text, other.token.position, said, NO_TIME)

    def _check(self, found: Lookup, first: Name | None, second: Name | None, left: _Operand, right: _Operand, sign: str) -> None:  # noqa: PLR0917 - both sides
        """Refuse a literal that a name can never be compared with, so that a slip is not a silent no."""
        name, operand = (first, right) if second is None else (second, left)
        if name is None or operand.name is not None or operand.literal is None:
            return
        info = found.fields.get(name.path) if not name.section else None
        position = operand.token.position
        if info is not None and info.name in NAMED and sign == "==" and operand.token.kind == "text":
            try:
                found.check_named(name, operand.literal)
            except NameNotFound as error:
                raise grammar_error(self.text, position, error.message, error.hint) from None
        if (info is not None and info.kind == "time") or operand.token.kind in _MOMENTS:
            return  # refused while reading
        is_percent = name.section == "metrics" and operand.token.kind == "number" and operand.token.text.endswith("%")
        numbers = [each for value in found.values(name) for each in values_of(value) if type(each) in _NUMBERS] if is_percent else []
        if is_percent and says_percent(name.path, numbers):
            told = say("a bound in percent needs a fraction, and {metric} says percent itself: write it as a number", metric=name.shown)
            raise grammar_error(self.text, position, told, say("Write a number."))
        if any(number > 1 for number in numbers):
            told = say("a bound in percent needs a fraction, and {metric} has values above 1: write it as they are", metric=name.shown)
            raise grammar_error(self.text, position, told, say("Write a number."))
        if sign != "==" and isinstance(operand.literal, bool):
            raise grammar_error(
                self.text, position, say("{text} has no order", text=operand.token.text), say("Write == or != with true and false.")
            )
        if sign != "==" and isinstance(operand.literal, str) and as_number(operand.literal) is None and name.section == "metrics":
            known = [value for value in found.values(name) if value is not None]
            if known and all(isinstance(value, int | float) for value in known):
                raise grammar_error(
                    self.text,
                    position,
                    say("{short} holds numbers and {text} is a text", short=name.shown, text=operand.token.text),
                    say("Write a number."),
                )

    def _operand(self) -> _Operand:
        for kind, read in READERS.items():
            token = self._peek(kind)
            if token is not None:
                literal = read(token.text)
                return _Operand(token, literal=(read_moment(literal, self.now) or literal) if kind == "ago" else literal)
        token = self._peek("name")
        if token is None:
            raise self._failure(say("expected a name, a number or a quoted text"))
        if token.text.casefold() in _LITERALS:
            return _Operand(token, literal=_LITERALS[token.text.casefold()])
        self.names.append(token.text)
        return _Operand(token, name=token.text)

    def _peek(self, kind: str) -> Token | None:
        if self.next < len(self.tokens) and self.tokens[self.next].kind == kind:
            self.next += 1
            return self.tokens[self.next - 1]
        return None

    def _take(self, word: str) -> bool:
        """Take a word or sign of the grammar; in capitals, as SQL writes it, it is one wherever no name can stand."""
        token = self.tokens[self.next] if self.next < len(self.tokens) else None
        if token is None or token.kind not in ("word", "mark", "name") or token.text.casefold() != word:
            return False
        self.next += 1
        return True

    @staticmethod
    def _as_name(operand: _Operand) -> str:
        """Say how a quoted text becomes a name."""
        if isinstance(operand.literal, str):
            return say("A quoted text is a value; put a name with special characters in backticks: `{name}`.", name=operand.literal)
        return GRAMMAR

    def _after(self, token: Token | None) -> str:
        """Say that a name with a comma, blank or parenthesis needs backticks, and how a lone word is looked for."""
        if token is None and len(self.tokens) == 1:
            said = "A word alone is no condition: write description contains {word!r}, or look for models: registry.list_models({word!r})."
            return say(said, word=self.tokens[0].text)
        sign = _SIGN_WORDS.get(token.text.casefold()) if token is not None and token.kind == "name" else None
        name, _, called = self.tokens[self.next - 1].text.rpartition(".") if token is not None and token.text == "(" else ("", "", "")
        series = self._series(name or self.tokens[self.next - 1].text, called or token.text) if token is not None else ""
        if series:
            return say("Write version between {series} and {series}.", series=series)
        if token is not None and sign is not None:
            return say("Write {sign} instead of {word}.", sign=sign, word=token.text)
        if called in ("startswith", "endswith", "contains"):
            return say("Write {cure}.", cure="NAME contains 'TEXT'")
        if token is not None and (token.text in "()," or token.kind == "name"):
            return say("Put a name with commas, blanks or parentheses in backticks, as in `acc,none` > 0.9.")
        return GRAMMAR

    def _series(self, name: str, word: str) -> str:
        """Give the series of versions that a name is asked to begin with, as in `version startswith '2.'`; empty where it is none."""
        info, texts = field_named(name), [each.text[1:-1] for each in self.tokens[self.next : self.next + 2] if each.kind == "text"]
        if info is None or info.name != "version_name" or word.casefold() not in ("startswith", "like", "matches") or not texts:
            return ""
        series = re.fullmatch(r"\^?v?(\d+(?:\.\d+)*)(?:\.[%*]?|\.\.\*)", texts[0].replace("\\", ""))
        return series[1] if series and is_series(series[1]) else ""

    def _failure(self, message: str, hint: str = GRAMMAR) -> AddressError:
        at_end = self.next >= len(self.tokens)
        position = len(self.text.rstrip()) if at_end else self.tokens[self.next].position
        return grammar_error(self.text, position, say("{message}, but the text ends", message=message) if at_end else message, hint)


def _negation(mask: Mask) -> Mask:
    return lambda found: [not held for held in mask(found)]


_NUMBERS = frozenset({float, int})
_NO_LITERAL = object()
# Literals that are looked up where they are asked to be equal; times are read as they are compared.
_FOUND = (str, int, float, type(None))
_MOMENTS = frozenset({"date", "ago"})
# Literals that may be the texts of a label: env == 1, env == true.
_WRITTEN = frozenset({"text", "number", "name", "date", "ago"})


def _is_missing(value: Any) -> bool:
    return value is None or value in ("", {}, [])


def _holds(compare: Callable[[Any, Any], Any], left: Any, right: Any, names: tuple[Name | None, Name | None]) -> bool:
    pair = _alike(left, right, names)
    if pair is None:
        return False
    if isinstance(left, str) and isinstance(right, str) and None in names and _are_versions(names):
        # a literal such as 1.5 is a whole series, behind which what is above it begins
        is_left = names[0] is None
        key = last_key if compare in ((operator.lt, operator.ge) if is_left else (operator.le, operator.gt)) else version_key
        pair = (key(left), pair[1]) if is_left else (pair[0], key(right))
    return bool(compare(*pair))


def _are_versions(names: tuple[Name | None, Name | None]) -> bool:
    return any(name is not None and not name.section and name.path == "version_name" for name in names)


def _alike(left: Any, right: Any, names: tuple[Name | None, Name | None]) -> tuple[Any, Any] | None:
    """Bring two values to one kind, None when they cannot be compared."""
    if left is None or right is None:
        return (0, 0) if left is right and None in names else None
    if isinstance(left, bool) or isinstance(right, bool):
        return _both(left, right, truth)
    if isinstance(left, date) or isinstance(right, date):
        return read_moments(left, right)
    if isinstance(left, int | float) or isinstance(right, int | float):
        return _both(left, right, as_number)
    if _are_versions(names):
        return version_key(left), version_key(right)
    paths = {name.path for name in names if name is not None and not name.section}
    return (left.casefold(), right.casefold()) if paths & CATEGORIES else (left, right)


def _both(left: Any, right: Any, read: Callable[[Any], Any]) -> tuple[Any, Any] | None:
    first, second = read(left), read(right)
    return None if first is None or second is None else (first, second)
