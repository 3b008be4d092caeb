"""The check that nothing got worse. What cannot be checked never passes, unless the caller says that it may be skipped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pai_notebook.comparison.gate.pairs import Gated, Pair
from pai_notebook.comparison.gate.report import Check, Outcome
from pai_notebook.comparison.gate.view import NO_REGRESSION
from pai_notebook.comparison.rows import Kind, Verdict, is_blank, told_blank
from pai_notebook.comparison.series import ask_for_series, is_list
from pai_notebook.comparison.tolerance import Tolerance, exceeds
from pai_notebook.i18n.phrases import say
from pai_notebook.model.metric_cells import State
from pai_notebook.model.patterns import Pattern

if TYPE_CHECKING:
    from pai_notebook.comparison.rows import Row

_WORSE = "worse beyond chance (95 % each), {direction}"
_PERHAPS = "worse beyond chance (95 % each), perhaps within the tolerance, {direction}"
_HIGHER, _LOWER = "higher than the baseline, {direction}", "lower than the baseline, {direction}"


@dataclass(frozen=True)
class Policy:
    """What counts as worse, and what happens to what cannot be checked.

    Attributes
    ----------
    metrics : tuple of str
        Names or globs of the metrics to check.
    tolerance : Tolerance
        How much worse a metric may be.
    missing, unknown : "fail" or "skip"
        What happens to a metric that the version lacks, and to a change whose direction is not known.
    """

    metrics: tuple[str, ...]
    tolerance: Tolerance
    missing: str = "fail"
    unknown: str = "fail"

    def fitting(self, row: Row) -> list[str]:
        """Patterns that a row fits."""
        return [pattern for pattern in self.metrics if Pattern(pattern).fits(row.key)]


def check_worsening(policy: Policy, gated: Gated) -> tuple[Check, ...]:
    """Check that no version is worse than the baseline in any chosen metric; evidence is checked where it is named only."""
    checks = gated.failures()
    used = {pattern for row in gated.rows for pattern in policy.fitting(row)}
    for pattern in policy.metrics:
        if pattern not in used:
            reason = gated.not_found(Pattern(pattern), pattern, "no version has a metric {pattern!r}")
            checks.append(Check("failed", NO_REGRESSION, metric=pattern, reason=reason, checked=False))
    if gated.is_alone and used:
        checks.append(gated.nothing_new(NO_REGRESSION))
    if gated.baseline is None or gated.is_alone:
        return tuple(checks)
    for row in gated.rows:
        fitting = policy.fitting(row)
        if fitting:
            named = any((Pattern(pattern).rank(row.key) or (0,))[0] for pattern in fitting)
            checks += [_check(policy, pair, named=named) for pair in gated.pairs(row)]
    return tuple(checks)


def _check(policy: Policy, pair: Pair, *, named: bool) -> Check:
    cell, base = pair.cell, pair.base
    left_out = say("it says how sure another metric is") if pair.row.is_evidence and not named else None
    if left_out is not None:
        return pair.uncheckable("skipped", NO_REGRESSION, left_out)
    if base is None or is_blank(base):
        return pair.uncheckable("skipped", NO_REGRESSION, say("the baseline does not have it"))
    failed = pair.failed(optional=policy.missing == "skip")
    if is_blank(cell) or failed is not None:
        return pair.uncheckable("failed" if failed else _outcome(policy.missing), NO_REGRESSION, failed or told_blank(cell))
    # what has a direction should be a number: a text on both sides is nothing that can be checked
    is_text = cell.state in (State.TEXT, State.DIFFERS) and (base.value is not None or pair.row.direction.mode is not None)
    is_new = base.value is None and cell.value is not None
    if is_text or is_new or not pair.is_finite or pair.has_no_result:
        return pair.uncheckable("failed", NO_REGRESSION, pair.no_number if is_text else pair.no_baseline)
    if cell.value is None or base.value is None:
        return _check_words(policy, pair, same=pair.change.kind is Kind.SAME, named=named)
    return _check_number(policy, pair, base.value)


def _outcome(word: str) -> Outcome:
    return "failed" if word == "fail" else "skipped"


def _check_words(policy: Policy, pair: Pair, *, same: bool, named: bool) -> Check:
    """Check a truth value, a text or a matrix: nothing but equality can be checked."""
    if same:
        return pair.check("passed", NO_REGRESSION)
    named |= pair.row.direction.mode is not None
    if pair.cell.state is State.BOOLEAN:
        return pair.check(_outcome(policy.unknown), NO_REGRESSION, say("changed to {text}", text=pair.cell.text))
    if is_list(pair.cell):
        return pair.uncheckable(_outcome(policy.unknown), NO_REGRESSION, ask_for_series(pair.cell))
    return pair.uncheckable("failed" if named else "skipped", NO_REGRESSION, say("{state} cannot be checked", state=say(pair.cell.state)))


def _check_number(policy: Policy, pair: Pair, baseline: float) -> Check:
    if pair.impossible is not None:
        return pair.uncheckable("failed", NO_REGRESSION, pair.impossible)
    if (vain := pair.allows_anything(policy.tolerance)) is not None:
        return pair.uncheckable("failed", NO_REGRESSION, vain)
    value, delta, direction = pair.cell.value, pair.delta, pair.row.direction
    if value is None or not delta:
        return pair.check("passed", NO_REGRESSION)
    bound = policy.tolerance.bound(pair.row.path, pair.row.dataset, baseline)
    within = not exceeds(delta, bound, max(abs(value), abs(baseline)))
    if direction.mode is None:
        undirected = pair.uncheckable(_outcome(policy.unknown), NO_REGRESSION, pair.undirected)
        return pair.check("passed", NO_REGRESSION) if within else undirected
    lower = direction.mode == "min"
    limit = baseline + bound if lower else baseline - bound
    if not math.isfinite(limit):
        return pair.uncheckable("failed", NO_REGRESSION, say("beyond the range of float64"))
    allowed = f"{'<=' if lower else '>='} {pair.written(limit)}"
    failed = (delta > 0) == lower and not within
    said = _HIGHER if lower else _LOWER
    if pair.change.verdict is Verdict.WORSE:
        interval = pair.change.evidence.interval if pair.change.evidence is not None else None
        said = _WORSE if interval is None or interval.excludes(bound) else _PERHAPS
    worse = say(said, direction=direction.words)
    return pair.check_bound(NO_REGRESSION, limit, worse if failed else "", allowed, passed=not failed, relative=True)
