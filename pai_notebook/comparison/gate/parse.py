"""The rules of a gate, as people write them: ``cer[d-a] <= baseline + 0.002``, one a line; read, never evaluated as Python."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pai_notebook.comparison.direction import infer_direction
from pai_notebook.comparison.tolerance import in_points
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.condition_tokens import LOOKALIKES, grammar_error
from pai_notebook.model.numbers import DECIMAL, HIGHEST_LEVEL, UNSIGNED, format_computed
from pai_notebook.model.patterns import Pattern
from pai_notebook.model.selector_words import BASELINES

_FORM = say(
    "A rule is METRIC, METRIC@DATASET or METRIC[DATASET], then >=, <=, >, < or ==, then NUMBER, NUMBER% (of a fraction), baseline, "
    "baseline - NUMBER, baseline - NUMBERpp (points) or baseline - NUMBER% (of the baseline), then perhaps: with 95% confidence, and: "
    "if present. Or it is: fail if worse beyond chance, fail if METRIC worse beyond chance, or: fail if METRIC worse by more than 1pp "
    "beyond chance, then perhaps: if present."
)
_ALARMS = say(
    "Write: fail if worse beyond chance, fail if METRIC worse beyond chance, or: fail if METRIC worse by more than 1pp beyond chance."
)
_TWO_RULES = say("Write two rules, one with >= and one with <=.")
# What people write that is no rule, and what they mean; the whole grammar is only told where none of these is there.
_MEANT = tuple(
    (re.compile(pattern, re.IGNORECASE), meant)
    for pattern, meant in (
        (
            r"\A\s*(?:[{\"']|\[\s*(?:[\"'\[{]|\]?\s*\Z))",
            say("Write one rule a line, without brackets and quotation marks: rules are not JSON."),
        ),
        (
            r"[0-9]\s*(?:(?:percentage\s+)?points?|pp?ts?|p|%\s?(?:p|pts?|points?)|个?百分点)(?!\w)",
            say("Write 1pp for a percentage point, as in baseline - 1pp."),
        ),
        (r"more\s+than\s+[-\u2212\uff0d]", say("Write the loss without a sign, as in: worse by more than 1pp beyond chance.")),
        (r"[0-9]\s*(?:per\s?cent|pct)\b", say("Write the sign, as in baseline - 1%; points are baseline - 1pp.")),
        (r"[0-9](?!pp\b)[a-z]+(?:\Z|(?<!pp)\s+beyond\b)", say("Write the number without its unit.")),
        (r"\A\s*fail\s+if\b", _ALARMS),
        (r"\bif\s+present\s+\S", say("Write if present last, after with 95% confidence.")),
        (r",\s*with\b|\bwith(?:\s+[0-9.]+)?\s+confidence\b|\bat\s+[0-9.]+\s?%?\s?confidence\b", say("Write: with 95% confidence.")),
        (r"<[^<>]*(?:baseline\s*[*/]|[*]\s*baseline)", say("Write how much more it may be: baseline + 10% is 1.1 times the baseline.")),
        (r"!=|<>|\u2260", say("A rule has no !=; write >=, <=, >, < or ==.")),
        (r"=>|=<|[<>]\s+=|[<>]==|<<|>>", say("Write >= or <=.")),
        (r"[0-9],[0-9]", say("Write numbers with a point and without commas, as 0.9.")),
        (r"\A[^<>=]*=(?!=)|\A[^<>=]*:\s*[0-9]", say("Write ==, >= or <=.")),
        (r"\bbetween\b", _TWO_RULES),
        (r"\s(?:and|or)\s|&&|\|\||;\s*\w", say("Write one rule a line; all of them have to hold.")),
        (r"[<>]=?[^<>=]*[<>]", _TWO_RULES),
        (
            r"\b(?:drop|fall|decrease|decline|los)(?:s?|es?|ing)\b.{0,60}\bby\b",
            say("Write what has to hold, as in accuracy >= baseline - 1pp."),
        ),
        (
            r"\b(?:at\s+(?:least|most)|above|below|over|under|(?:more|less|higher|lower|greater)\s+than|drops?)\b",
            say("Write the sign: accuracy >= 0.9 for at least, cer <= 0.1 for at most."),
        ),
        (
            r"\b(?:not|never|no)\s+(?:be\s+|get\s+)?(?:worse|regress)|\bregress",
            say("Write accuracy >= baseline, or: fail if accuracy worse beyond chance."),
        ),
        (r"[0-9%]\s+(?:on|in|for|at)\s", say("Write the dataset behind the metric: accuracy@DATASET >= 0.9.")),
        (r"[,;]\Z", say("Write one rule a line, and nothing behind it but a comment after #.")),
        (r"baseline\s*[*/]|\bwithin\b|[*]\s*baseline|%\s*of\b", say("Write what may be lost: baseline - 1% is 99 % of the baseline.")),
    )
)
# How much may be lost, written as a value of its own.
_LOSS = re.compile(
    r"(?P<metric>.{0,150}?)(?:(?:\A|\s)(?:max(?:imum)?|allowed)?[\s_-]{0,2}(?:drop|regression|degradation|decrease|decline|worsening)s?"
    r"(?:_pct|_pp)?|\s(?:max(?:imum)?|allowed)?[\s_-]{0,2}(?P<loss>loss))\s{0,2}(?:<=?|==?|:|=<|\u2264|by|of)\s{0,2}"
    r"(?P<number>[0-9]{0,9}\.?[0-9]{1,9})\s{0,2}(?P<unit>%|pp)?",
    re.IGNORECASE,
)
_OF_BASELINE = say("A rule compares with the baseline; baseline='approved' and the like choose that.")
_BEHIND = say("Behind the sign comes a number, a percentage such as 98%, or the baseline, as in baseline - 1%.")
_FAIL_IF = re.compile(r"\s*fail\s+if\b", re.IGNORECASE)
_IS_BOUND = re.compile(r"[-+]?[0-9.]|baseline\b", re.IGNORECASE)
# What holds where another comparison does not, and the same comparison from the other side.
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_COMPARE = re.compile(r"<=|>=|==|<|>")
_WORD = re.compile(r"[^\W\d]\w*")
_CONFIDENCE = re.compile(r"with\s+(?P<level>[0-9.]+)\s*%\s*confidence\b", re.IGNORECASE)
_ALARM = re.compile(
    r"fail\s+if\s+(?:(?P<metric>.+?)\s+(?:is\s+)?)?worse"
    rf"(?:\s+by\s+more\s+than\s+(?P<number>{UNSIGNED.pattern})\s*(?P<unit>%|pp|))?"
    r"\s+beyond\s+chance(?P<optional>\s+if\s+present)?",
    re.IGNORECASE,
)

_UNIT = re.compile(r"%|pp\b", re.IGNORECASE)
_ALL = 100  # percent of a fraction

Comparator = Literal["<=", ">=", "==", "<", ">"]
Unit = Literal["", "%", "pp"]


@dataclass(frozen=True)
class Rule:
    """One line of a gate.

    Attributes
    ----------
    text : str
        The line as written, without its comment.
    line : int
        Its number, from 1.
    metric : str
        Name of the metric, or a glob, as written before the brackets of a dataset.
    dataset : str or None
        The dataset in brackets, or a glob; None for every dataset.
    compare : str
        `<`, `<=`, `>`, `>=` or `==`.
    base : "number", "baseline", "true" or "false"
        What it is compared with.
    number : float
        The bound itself, or what is added to the baseline's value.
    unit : str
        `%` where that is in percent of the baseline's absolute value, `pp` where it is in percentage points.
    optional : bool
        Whether the metric may be absent.
    is_percent : bool
        Whether the bound itself was written in percent: it is for fractions only, and `number` is one.
    level : float or None
        Confidence with which the rule has to hold, one-sided; None where it is about the measured values.
    """

    text: str
    line: int
    metric: str
    dataset: str | None
    compare: Comparator
    base: Literal["number", "baseline", "true", "false"]
    number: float = 0.0
    unit: Unit = ""
    optional: bool = False
    is_percent: bool = False
    level: float | None = None

    @property
    def pattern(self) -> Pattern:
        """Which metrics it is about."""
        return Pattern(self.metric if self.dataset is None else f"{self.metric}[{self.dataset}]")

    def bound(self, baseline: float | None, path: str = "") -> float | None:
        """Give the allowed bound, None when the baseline has no number."""
        if self.base == "number":
            return self.number
        return None if baseline is None else baseline + self.margin(baseline, path)

    def margin(self, baseline: float, path: str = "") -> float:
        """Give what is added to the baseline's value, in the metric's own unit; a fraction above 1 is written in percent."""
        if self.unit == "%":
            return abs(baseline) * self.number / 100
        return in_points(self.number, baseline, path) if self.unit == "pp" else self.number


@dataclass(frozen=True)
class Alarm:
    """A line that raises an alarm where something is worse beyond chance.

    Attributes
    ----------
    text : str
        The line as written, without its comment.
    line : int
        Its number, from 1.
    metric : str
        Name of the metric, or a glob; empty for every metric with a direction.
    optional : bool
        Whether the metric may be absent.
    margin : str
        How much worse it may be, as a tolerance is written; empty for one that has none of its own.
    """

    text: str
    line: int
    metric: str = ""
    optional: bool = False
    margin: str = ""

    @property
    def is_named(self) -> bool:
        """Whether it names what it is about, so that every value of that has to be checked."""
        return self.metric not in ("", "*")

    @property
    def pattern(self) -> Pattern:
        """Which metrics it is about."""
        return Pattern(self.metric or "*")


def parse_rules(text: str) -> tuple[Rule | Alarm, ...]:
    r"""Read the rules of a gate, one a line; blank lines and what follows ``#`` are left out.

    Raises
    ------
    AddressError
        At the first line that does not follow the grammar, with line and column.

    Examples
    --------
    >>> rules = parse_rules("cer[d-a] <= baseline + 0.002  # speech\naccuracy >= 0.92 if present")
    >>> rules[0].dataset, rules[0].bound(0.175), rules[1].optional
    ('d-a', 0.177, True)
    >>> [parse_rules(f"accuracy >= baseline - {more}")[0].bound(0.9) for more in ("0.01", "1%", "1pp")]
    [0.89, 0.891, 0.89]
    >>> parse_rules("accuracy >= 98%")[0].number, parse_rules("accuracy >= 98")[0].number
    (0.98, 98.0)
    >>> parse_rules("accuracy >= baseline - 0.01 with 95% confidence")[0].level, parse_rules("fail if cer worse beyond chance")[0].metric
    (0.95, 'cer')
    """
    text = text.removeprefix("\ufeff")  # as editors of Windows begin a file
    return tuple(_Reader(text, number, start, line).rule() for number, start, line in _lines(text))


# Words at the beginning or inside of a rule that are no name of a metric where no version has one of that name.
_NO_NAMES = tuple(
    (re.compile(pattern, re.IGNORECASE), meant)
    for pattern, meant in (
        (r"\Aassert\s", "Write the rule alone: {rule}."),
        (r"[:\uff1a]\Z", "Write the name without a colon, as in accuracy >= 0.9."),
        ("[\u2018\u2019\u201c\u201d]", "Write the name without quotation marks, as in accuracy >= 0.9."),
        (r"\A(?:fail\s+)?unless\s", "Write what has to hold: {rule}."),
        (r"\s(?:drops?|loss|decrease|change)\Z", "Write what has to hold, as in accuracy >= baseline - 1%."),
    )
)
# Words of an alarm over all metrics.
_ANY = re.compile(r"(?:any|all|every)(?:thing|\s+metrics?)?|something|it", re.IGNORECASE)


def no_name(text: str, rule: Rule | Alarm, close: Sequence[str]) -> Exception | None:
    """Say that what stands for a metric is none, as no version has one of that name; None where it could be a name.

    Parameters
    ----------
    text : str
        The rules.
    rule : Rule or Alarm
        One of them.
    close : sequence of str
        The nearest names that there are.
    """
    name = rule.metric.strip()
    if lost := without_loss(rule.text):
        start = next(start for number, start, _ in _lines(text) if number == rule.line)
        return grammar_error(text, start + text[start:].find(name), say("no version has a metric {pattern!r}", pattern=name), lost)
    found = next(((match, meant) for pattern, meant in _NO_NAMES if (match := pattern.search(name))), None)
    hint: str
    if found is not None:
        match, meant = found
        hint = say(meant, rule=rule.text[rule.text.find(name) + match.end() :].strip())
    elif isinstance(rule, Alarm) and _ANY.fullmatch(name):
        hint = say("Write: fail if worse beyond chance.")
    elif len(re.sub("`[^`]*`", "", name).split()) > 1 and not rule.optional:
        hint = say("A rule begins with one metric; put a name with spaces in backticks. Nearest: {names}.", names=joined(close))
        hint = hint if close else _FORM
    else:
        return None
    start = next(start for number, start, _ in _lines(text) if number == rule.line)
    at = start + text[start:].find(name)
    return grammar_error(text, at, say("no version has a metric {pattern!r}", pattern=name), hint)


def without_loss(line: str) -> Phrase | None:
    """Say which rule keeps what is written as a loss of its own, such as `accuracy drop <= 1pp`; None for any other line.

    Examples
    --------
    >>> without_loss("accuracy drop <= 1pp"), without_loss("cer max_drop=0.01"), without_loss("val_loss <= 0.1")
    ('Write what has to hold: accuracy >= baseline - 1pp.', 'Write what has to hold: cer <= baseline + 0.01.', None)
    >>> without_loss("regression <= 2%")
    'Write what has to hold: METRIC >= baseline - 2%. Where lower is better: METRIC <= baseline + 2%.'
    """
    found = _LOSS.fullmatch(line.strip())
    if found is None:
        return None
    metric, margin = found["metric"].strip(" _") or "METRIC", f"{found['number']}{(found['unit'] or '').lower()}"
    mode = infer_direction(metric.partition("@")[0].partition("[")[0]).mode
    higher, lower = f"{metric} >= baseline - {margin}", f"{metric} <= baseline + {margin}"
    if mode is None and found["loss"]:
        return None  # may be the name of one, as val loss
    if mode is None:
        return say("Write what has to hold: {rule}. Where lower is better: {other}.", rule=higher, other=lower)
    return say("Write what has to hold: {rule}.", rule=lower if mode == "min" else higher)


def _lines(text: str) -> list[tuple[int, int, str]]:
    """Lines that hold a rule: number, position in the text, and the line without its comment."""
    found, start = [], 0
    # a comment ends where a line does, however lines are ended: what stands behind it is a rule
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        body = without_comment(line)
        if body.strip():
            found.append((number, start, body))
        start += len(line)
    return found


def without_comment(line: str) -> str:
    """Cut a comment: a ``#`` at the start or behind a blank, outside backticks and brackets."""
    inside = ""
    for position, mark in enumerate(line):
        if inside:
            inside = "" if mark == inside else inside
        elif mark in "`[":
            inside = "`" if mark == "`" else "]"
        elif mark == "#" and (position == 0 or line[position - 1].isspace()):
            return line[:position]
    return line


class _Reader:
    """Reads one line from left to right, and knows where in the whole text it is."""

    def __init__(self, text: str, number: int, start: int, line: str) -> None:
        self.text = text
        self.number = number
        self.start = start
        self.line = line.rstrip()
        self.at = len(line) - len(line.lstrip())

    def rule(self) -> Rule | Alarm:
        alarm = _ALARM.fullmatch(self.line.strip())
        if alarm is not None:
            if alarm["number"]:
                self.at += alarm.start("number")
                self._finite(UNSIGNED, "")
            margin = f"{alarm['number'] or ''}{(alarm['unit'] or '').lower()}"
            return Alarm(self.line.strip(), self.number, (alarm["metric"] or "").strip(), bool(alarm["optional"]), margin)
        self._refuse_turned()
        metric, dataset = self._metric()
        compare = self._take(_COMPARE, say("expected <=, >=, ==, < or >"))
        self._blanks()
        start = self.at
        base, number, unit = self._bound()
        is_percent = base == "number" and unit == "%"
        if is_percent:
            number, unit = self._fraction(compare, number, start), ""
        elif base == "number" and unit:
            raise self._error(say("points are of a margin, as in baseline - 1pp; write a bound in percent or as a fraction"), at=start)
        begin = self.at
        level = self._confidence()
        optional = self._optional()
        if base in ("true", "false") and compare != "==":
            raise self._error(say("{base} can only be compared with ==", base=base), at=self.at)
        if level is not None and compare == "==":
            raise self._error(say("== cannot hold with a confidence; use >= or <="), at=begin)
        sign: Comparator = compare  # type: ignore[assignment]
        return Rule(self.line.strip(), self.number, metric, dataset, sign, base, number, unit, optional, is_percent, level)

    def _refuse_turned(self) -> None:
        """Refuse what says when to fail, and a bound before its metric; both have the rule that is meant."""
        told = _FAIL_IF.match(self.line)
        sign = _COMPARE.search(self.line, told.end() if told else self.at)
        if sign is None:
            return
        left, right = self.line[told.end() if told else self.at : sign.start()].strip(), self.line[sign.end() :].strip()
        meant = _OPPOSITE.get(sign[0], "") if told else sign[0]
        is_turned = bool(_IS_BOUND.match(left) and right and not _IS_BOUND.match(right))
        if is_turned:
            left, meant, right = right, _MIRRORED.get(meant, ""), left
        rule = "" if not meant or _COMPARE.search(self.line, sign.end()) else f"{left} {meant} {right}"
        if told:
            cure = say("Write what has to hold: {rule}.", rule=rule) if rule else ""
            raise self._error(say("expected worse beyond chance"), cure, at=sign.start())
        if is_turned:
            cure = say("Write the metric first: {rule}.", rule=rule) if rule else ""
            raise self._error(say("expected the name of a metric"), cure, at=self.at)

    def _metric(self) -> tuple[str, str | None]:
        split = self._first_comparator()
        written, begin = self.line[self.at : split].strip(), self.at
        self.at = split
        if not written or written.startswith("["):
            raise self._error(say("expected the name of a metric"), at=begin)
        base, bracket, dataset = written.rpartition("[")
        if written.endswith("]") and bracket:
            return base.strip(), dataset[:-1]
        if re.sub("`[^`]*`", "", written).count("[") != re.sub("`[^`]*`", "", written).count("]"):
            raise self._error(say("the brackets of the dataset do not match"), at=max(self.line.find("[", begin, split), begin))
        return written, None

    def _first_comparator(self) -> int:
        inside = ""
        for position in range(self.at, len(self.line)):
            mark = self.line[position]
            if inside:
                inside = "" if mark == inside else inside
            elif mark in "`[":
                inside = "`" if mark == "`" else "]"
            elif mark in "<>=":
                return position
        if inside:
            raise self._error(
                say("{what} is not closed", what="[" if inside == "]" else "`"), at=max(self.line.rfind("["), self.line.rfind("`"))
            )
        at = next((place for place, mark in enumerate(self.line) if place >= self.at and mark in LOOKALIKES), len(self.line))
        raise self._error(say("expected worse beyond chance" if _FAIL_IF.match(self.line) else "expected <=, >=, ==, < or >"), at=at)

    def _bound(self) -> tuple[Literal["number", "baseline", "true", "false"], float, Unit]:
        self._blanks()
        if DECIMAL.match(self.line, self.at):
            return "number", self._finite(DECIMAL, ""), self._unit()
        begin = self.at
        written = self._take(_WORD, say("expected a number or baseline"), _BEHIND)
        word = written.lower()
        if word in ("true", "false"):
            return "true" if word == "true" else "false", 0.0, ""
        if word != "baseline":
            known = ("baseline", "true", "false")
            near = [each for each in known if each.startswith(word)] or get_close_matches(word, known, 1)
            words = "unknown word {word!r}, did you mean {near}?" if near else "unknown word {word!r}"
            is_choice = bool(get_close_matches(word, BASELINES, 1))
            raise self._error(say(words, word=written, near=near[0] if near else ""), _OF_BASELINE if is_choice else _BEHIND, at=begin)
        self._blanks()
        sign = self.line[self.at : self.at + 1]
        if sign not in ("+", "-") or not sign:
            return "baseline", 0.0, ""
        self.at += 1
        number = self._finite(UNSIGNED, say("expected a number behind {sign}", sign=sign))
        return "baseline", -number if sign == "-" else number, self._unit()

    def _fraction(self, compare: str, percent: float, at: int) -> float:
        """Give a bound in percent as a fraction; refuse what is none, and what one writes who means the fraction itself."""
        if not 0 <= percent <= _ALL:
            raise self._error(say("a fraction is from 0% to 100%"), at=at)
        if compare in (">", ">=") and 0 < percent <= 1:
            told = {"percent": format_computed(percent), "number": format_computed(percent / 100)}
            cure = say("Write {percent} or {number}, whichever is meant.", **told)
            raise self._error(say("{percent}% is {number}", **told), cure, at=at)
        return percent / 100

    def _unit(self) -> Unit:
        self._blanks()
        match = _UNIT.match(self.line, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return "%" if match[0] == "%" else "pp"

    def _finite(self, kind: re.Pattern[str], expected: str) -> float:
        written = self._take(kind, expected)
        number = float(written)
        if math.isinf(number):
            raise self._error(say("no float holds {written}", written=written), at=self.at - len(written))
        return number

    def _confidence(self) -> float | None:
        self._blanks()
        match = _CONFIDENCE.match(self.line, self.at)
        if match is None:
            return None
        level = float(match["level"]) / 100 if match["level"].count(".") <= 1 and match["level"] != "." else 0.0
        if not 0.5 < level <= HIGHEST_LEVEL:  # noqa: PLR2004 - at a half, a rule holds while its opposite is as likely
            raise self._error(
                say("{match}% is not a confidence level; use a number above 50 and below 100", match=match["level"]), at=self.at
            )
        self.at = match.end()
        return level

    def _optional(self) -> bool:
        rest = self.line[self.at :].split()
        if not rest:
            return False
        if [word.lower() for word in rest] == ["if", "present"]:
            return True
        self._blanks()
        at = next((place for place in range(self.at, len(self.line)) if self.line[place] in LOOKALIKES), self.at)
        raise self._error(say("did not expect {names!r} here", names=" ".join(rest)), at=at)

    def _take(self, pattern: re.Pattern[str], message: str, otherwise: str = "") -> str:
        self._blanks()
        match = pattern.match(self.line, self.at)
        if match is None:
            raise self._error(message, at=self.at, otherwise=otherwise)
        self.at = match.end()
        return match[0]

    def _blanks(self) -> None:
        while self.at < len(self.line) and self.line[self.at].isspace():
            self.at += 1

    def _error(self, message: str, hint: str = "", *, at: int, otherwise: str = "") -> Exception:
        """Say where the reading stopped, and what to write: here, or in a line that looks like this one, or otherwise."""
        hint = (
            hint or without_loss(self.line) or next((meant for pattern, meant in _MEANT if pattern.search(self.line)), otherwise or _FORM)
        )
        return grammar_error(self.text, self.start + at, say("{message} in {line!r}", message=message, line=self.line.strip()), hint)
