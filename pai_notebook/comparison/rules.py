"""The rules of a gate, as people write them: ``cer[d-a] <= baseline + 0.002``, one a line; read, never evaluated as Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from pai_notebook.model.conditions import grammar_error
from pai_notebook.model.names import Pattern

__all__ = ["Rule", "parse_rules", "without_comment"]

_FORM = (
    "A rule is METRIC, METRIC@DATASET or METRIC[DATASET], then >=, <=, >, < or ==, then NUMBER, baseline, "
    "baseline - NUMBER or baseline + NUMBER% (for example accuracy >= baseline - 1%), then perhaps: if present"
)
_COMPARE = re.compile(r"<=|>=|==|<|>")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[^\W\d]\w*")

Comparator = Literal["<=", ">=", "==", "<", ">"]


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
    percent : bool
        Whether that is in percent of the baseline's absolute value.
    optional : bool
        Whether the metric may be absent.
    """

    text: str
    line: int
    metric: str
    dataset: str | None
    compare: Comparator
    base: Literal["number", "baseline", "true", "false"]
    number: float = 0.0
    percent: bool = False
    optional: bool = False

    @property
    def pattern(self) -> Pattern:
        """Which metrics it is about."""
        return Pattern(self.metric if self.dataset is None else f"{self.metric}[{self.dataset}]")

    def bound(self, baseline: float | None) -> float | None:
        """Give the allowed bound, None when the baseline has no number."""
        if self.base == "number":
            return self.number
        if baseline is None:
            return None
        return baseline + (abs(baseline) * self.number / 100 if self.percent else self.number)


def parse_rules(text: str) -> tuple[Rule, ...]:
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
    >>> parse_rules("rtf <= baseline + 5%")[0].bound(0.08)
    0.084
    """
    return tuple(_Reader(text, number, start, line).rule() for number, start, line in _lines(text))


def _lines(text: str) -> list[tuple[int, int, str]]:
    """Lines that hold a rule: number, position in the text, and the line without its comment."""
    found, start = [], 0
    for number, line in enumerate(text.split("\n"), start=1):
        body = without_comment(line)
        if body.strip():
            found.append((number, start, body))
        start += len(line) + 1
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

    def rule(self) -> Rule:
        metric, dataset = self._metric()
        compare = self._take(_COMPARE, "expected <=, >=, ==, < or >")
        base, number, percent = self._bound()
        optional = self._optional()
        if base in ("true", "false") and compare != "==":
            raise self._error(f"{base} can only be compared with ==", at=self.at)
        sign: Comparator = compare  # type: ignore[assignment]
        return Rule(self.line.strip(), self.number, metric, dataset, sign, base, number, percent, optional)

    def _metric(self) -> tuple[str, str | None]:
        split = self._first_comparator()
        written, begin = self.line[self.at : split].strip(), self.at
        self.at = split
        if not written or written.startswith("["):
            raise self._error("expected the name of a metric", at=begin)
        base, bracket, dataset = written.rpartition("[")
        if written.endswith("]") and bracket:
            return base.strip(), dataset[:-1]
        if re.sub("`[^`]*`", "", written).count("[") != re.sub("`[^`]*`", "", written).count("]"):
            raise self._error("the brackets of the dataset do not match", at=max(self.line.find("[", begin, split), begin))
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
            raise self._error(f"{'[' if inside == ']' else '`'} is not closed", at=max(self.line.rfind("["), self.line.rfind("`")))
        raise self._error("expected <=, >=, ==, < or >", at=len(self.line))

    def _bound(self) -> tuple[Literal["number", "baseline", "true", "false"], float, bool]:
        self._blanks()
        if _NUMBER.match(self.line, self.at):
            return "number", float(self._take(_NUMBER, "")), False
        begin = self.at
        word = self._take(_WORD, "expected a number or baseline")
        if word in ("true", "false"):
            return "true" if word == "true" else "false", 0.0, False
        if word != "baseline":
            near = get_close_matches(word, ("baseline", "true", "false"), 1)
            raise self._error(f"unknown word {word!r}" + (f", did you mean {near[0]}?" if near else ""), at=begin)
        self._blanks()
        sign = self.line[self.at : self.at + 1]
        if sign not in ("+", "-") or not sign:
            return "baseline", 0.0, False
        self.at += 1
        number = float(self._take(re.compile(_NUMBER.pattern.removeprefix("[-+]?")), f"expected a number behind {sign}"))
        self._blanks()
        percent = self.line[self.at : self.at + 1] == "%"
        self.at += percent
        return "baseline", -number if sign == "-" else number, percent

    def _optional(self) -> bool:
        rest = self.line[self.at :].split()
        if not rest:
            return False
        if rest == ["if", "present"]:
            return True
        self._blanks()
        raise self._error(f"did not expect {' '.join(rest)!r} here", at=self.at)

    def _take(self, pattern: re.Pattern[str], message: str) -> str:
        self._blanks()
        match = pattern.match(self.line, self.at)
        if match is None:
            raise self._error(message, at=self.at)
        self.at = match.end()
        return match[0]

    def _blanks(self) -> None:
        while self.at < len(self.line) and self.line[self.at].isspace():
            self.at += 1

    def _error(self, message: str, *, at: int) -> Exception:
        return grammar_error(self.text, self.start + at, f"{message} in {self.line.strip()!r}", _FORM + ".")
