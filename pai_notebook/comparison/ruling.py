"""Applying the rules of a gate. What cannot be checked never passes."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.gate import Check, Pair, candidates_of, failures
from pai_notebook.comparison.rows import is_blank
from pai_notebook.comparison.rules import parse_rules
from pai_notebook.model.metrics import State
from pai_notebook.model.names import nearest_names
from pai_notebook.model.numbers import format_computed
from pai_notebook.phrases import joined, say

if TYPE_CHECKING:
    from pai_notebook.comparison.rows import Row
    from pai_notebook.comparison.rules import Rule

__all__ = ["check_rules"]


def check_rules(
    text: str, rows: Sequence[Row], names: Sequence[str], baseline: int | None, errors: Mapping[str, Any], *, removed: Sequence[str] = ()
) -> tuple[Check, ...]:
    """Apply the rules of a gate to every version but the baseline.

    Raises
    ------
    AddressError
        When a rule does not follow the grammar, with line and column.
    """
    rules = parse_rules(text)
    checks = failures(names, baseline, errors, removed)
    if not rules:
        checks.append(Check("failed", say("no rule"), reason=say("the gate has no rule; write one a line")))
    for rule in rules:
        checks += _apply(rule, rows, names, baseline)
    return tuple(checks)


def _apply(rule: Rule, rows: Sequence[Row], names: Sequence[str], baseline: int | None) -> Iterator[Check]:
    candidates = candidates_of(names, baseline)
    pattern = rule.pattern
    found = [row for row in rows if pattern.fits(row.key)]
    if not found and candidates:
        close = nearest_names(rule.metric, [row.key for row in rows])
        reason = say("no version has this metric; nearest: {names}", names=joined(close)) if close else say("no version has this metric")
        yield Check("skipped" if rule.optional else "failed", rule.text, metric=rule.metric, dataset=rule.dataset or "", reason=reason)
    for row in found:
        base = None if baseline is None else row.cells[baseline]
        for place in candidates:
            yield _check(rule, Pair(row, names[place], row.cells[place], base))


def _check(rule: Rule, pair: Pair) -> Check:
    cell, base = pair.cell, pair.base
    if is_blank(cell):
        return pair.check("skipped" if rule.optional else "failed", rule.text, say("the value is {state}", state=say(cell.state)))
    if rule.base in ("true", "false") or (rule.compare == "==" and rule.base == "baseline" and cell.value is None):
        return _check_equal(rule, pair)
    if cell.value is None or math.isnan(cell.value):
        return pair.check("failed", rule.text, say("the value is {state}: {text}", state=say(cell.state), text=cell.text[:40]))
    bound = rule.bound(None if base is None or base.value is None or math.isnan(base.value) else base.value)
    if bound is None:
        return pair.check("failed", rule.text, say("the baseline has no number to compare with"))
    allowed = _origin(rule, f"{rule.compare} {pair.written(bound)}")
    passed = _holds(rule.compare, cell.value, bound)
    reason = _warning(rule, pair.row) if passed else say("beyond the bound")
    return pair.check("passed" if passed else "failed", rule.text, reason, allowed, bound)


def _check_equal(rule: Rule, pair: Pair) -> Check:
    """Check truth values and texts, by equality only."""
    base = pair.base
    if rule.base in ("true", "false"):
        wanted, state = str(rule.base), State.BOOLEAN
    elif base is None or is_blank(base) or base.state in (State.NULL, State.NAN):
        return pair.check("failed", rule.text, say("the baseline has nothing to compare with"))
    else:
        wanted, state = base.text, base.state
    equal = (pair.cell.text, pair.cell.state) == (wanted, state)
    reason = "" if equal else say("the value is {text}", text=pair.cell.text[:40])
    return pair.check("passed" if equal else "failed", rule.text, reason, f"== {wanted[:40]}")


def _origin(rule: Rule, bound: str) -> str:
    """Say of a bound where it comes from."""
    if rule.base != "baseline":
        return bound
    if not rule.number:
        return say("{bound} (baseline)", bound=bound)
    more = f"{'+' if rule.number > 0 else '-'} {format_computed(abs(rule.number))}{'%' if rule.percent else ''}"
    return say("{bound} (baseline {more})", bound=bound, more=more)


def _holds(compare: str, value: float, bound: float) -> bool:
    """Compare with a bound that may carry the rounding of one addition; a value on the bound passes <=, >= and ==."""
    slack = 4 * sys.float_info.epsilon * max(abs(value), abs(bound)) if math.isfinite(value) and math.isfinite(bound) else 0.0
    if value == bound or abs(value - bound) <= slack:
        return compare in ("<=", ">=", "==")
    return compare in (("<", "<=") if value < bound else (">", ">="))


def _warning(rule: Rule, row: Row) -> str:
    """Say when a rule that passed accepts any worse value."""
    if row.direction.mode == "max" and rule.compare in ("<", "<="):
        return say("note: {metric} is better when higher, and this rule accepts any lower value", metric=row.path)
    if row.direction.mode == "min" and rule.compare in (">", ">="):
        return say("note: {metric} is better when lower, and this rule accepts any higher value", metric=row.path)
    return ""
