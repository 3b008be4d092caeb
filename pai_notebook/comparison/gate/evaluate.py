"""Applying the rules of a gate to a comparison, and remarks on them. What cannot be checked never passes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pai_notebook.collector import paused_collector
from pai_notebook.comparison.gate.alarms import NAMED, alarm_checks, cannot_ring, unchecked
from pai_notebook.comparison.gate.pairs import Gated, Pair, relative_end
from pai_notebook.comparison.gate.parse import Alarm, Rule, no_name, parse_rules
from pai_notebook.comparison.gate.report import Check, Outcome
from pai_notebook.comparison.rows import is_blank, told_blank
from pai_notebook.comparison.tolerance import exceeds
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.equality import same, shorten_apart, shown
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metric_scales import bounds_of, has_points, is_percent, is_percentable, says_percent
from pai_notebook.model.nearest import nearest_names
from pai_notebook.model.numbers import EXACT, choose_format, cleared, format_computed, rounded_outward

if TYPE_CHECKING:
    from pai_notebook.comparison.rows import Row


_LONGEST = 40

# Percent of the baseline that are all of it.
_ALL = 100
# Digits of the end of an interval: as few as tell it apart from the bound.
_FEWEST_DIGITS, _ALL_DIGITS = 2, 13


@paused_collector()
def check_rules(text: str, gated: Gated) -> tuple[Check, ...]:
    """Apply the rules of a gate to every version but the baseline.

    Raises
    ------
    AddressError
        When a rule does not follow the grammar, with line and column, or has words for a metric that are the name of none.
    """
    rules = parse_rules(text)
    checks = gated.failures()
    for rule in rules if gated.candidates else ():
        if not gated.fitting(rule.pattern) and gated.left_out_by(rule.pattern) is None:
            error = no_name(text.removeprefix("\ufeff"), rule, nearest_names(rule.metric, [row.key for row in gated.rows]))
            if error is not None:
                raise error
    if not rules:
        checks.append(Check("failed", say("no rule"), reason=say("the gate has no rule; write one a line"), checked=False))
    alarms = alarm_checks([rule for rule in rules if isinstance(rule, Alarm)], gated)
    for rule in rules:
        checks += alarms[rule] if isinstance(rule, Alarm) else _apply(rule, gated)
    return tuple(checks)


def remarks_on(text: str, gated: Gated, checks: Sequence[Check], *, previous: bool) -> tuple[Phrase, ...]:
    """Say what several versions, or a baseline that moves with every release, mean for a gate."""
    parsed = parse_rules(text)
    rules = [rule for rule in parsed if isinstance(rule, Rule)]
    alarms = [rule for rule in parsed if isinstance(rule, Alarm)]
    remarks = [remark for alarm in alarms if (remark := unchecked(alarm, checks, gated)) is not None]
    remarks += [remark for alarm in alarms if (remark := cannot_ring(alarm, gated)) is not None]
    if gated.tolerance.words and alarms:
        remarks.append(say("A loss within the tolerance ({tolerance}) raises no alarm.", tolerance=gated.tolerance.words))
    remarks += [remark for rule in rules if (remark := _other_way(rule, gated.fitting(rule.pattern))) is not None]
    remarks += [remark for rule in rules for remark in (*_wide(rule, gated.fitting(rule.pattern)), *_unbreakable(rule, gated))]
    nowhere = [rule for rule in rules if rule.optional and not gated.fitting(rule.pattern)]
    remarks += [say("{rule}: {reason}", rule=rule.text, reason=_nowhere(rule, gated).reason) for rule in nowhere if gated.candidates]
    if previous and any(rule.base == "baseline" for rule in rules):
        remarks.append(say("The baseline is the previous version: small losses add up from release to release. Compare with approved too."))
    if len(gated.candidates) > 1 and any(rule.level is not None for rule in rules):
        remarks.append(say("Each version is judged by itself: of many at the margin, some pass by chance."))
    return tuple(remarks)


def _other_way(rule: Rule, rows: Sequence[Row]) -> Phrase | None:
    """Name the metrics of a rule that are better the other way, so that a gain fails it."""
    against = list(dict.fromkeys(row.path for row in rows if _against(rule, row)))
    if not against:
        return None
    told = "{rule}: higher is better for {metrics}" if rule.compare in ("<", "<=") else "{rule}: lower is better for {metrics}"
    return say(told, rule=rule.text, metrics=first(against, NAMED))


def _wide(rule: Rule, rows: Sequence[Row]) -> Iterator[Phrase]:
    """Say that a bound is far from all values, and may be meant in percent, or not: error rates may exceed 1, other rates be in percent."""
    if rule.compare in (">", ">=") and rule.base == "number" and 0 < rule.number <= 1 and not rule.is_percent:
        hundredfold = 100 * rule.number
        percent = list(dict.fromkeys(row.path for row in rows if _is_beside_percent(row, hundredfold)))
        if percent:
            told = "{rule}: values of {metrics} look like percent, so that hardly any breaks it; did you mean {meant}?"
            yield say(told, rule=rule.text, metrics=first(percent, NAMED), meant=format_computed(hundredfold))
    if rule.compare not in ("<", "<=") or rule.unit or (rule.base == "number" and rule.number <= 1) or rule.number < 1:
        return
    metrics = list(dict.fromkeys(row.path for row in rows if is_percentable(row.path) and not _is_large(row) and not _is_bounded(row)))
    if metrics:
        percentage = f"{format_computed(rule.number)}{'pp' if rule.base == 'baseline' else '%'}"
        told = "{rule}: values of {metrics} are fractions, so that hardly any breaks it; did you mean {meant}?"
        yield say(told, rule=rule.text, metrics=first(metrics, NAMED), meant=percentage)


def _unbreakable(rule: Rule, gated: Gated) -> Iterator[Phrase]:
    """Say that no value of a metric can break a bound: 0 % of a fraction, or a margin that is more than the baseline has to lose."""
    if rule.compare == "==" or (rule.level is not None and rule.base == "baseline"):
        return
    found: dict[str, None] = {}
    for row in gated.fitting(rule.pattern):
        numbers = [cell.value for cell in row.cells if cell.value is not None]
        base = None if gated.baseline is None else row.cells[gated.baseline].value
        bound = rule.bound(base if base is not None and math.isfinite(base) else None, row.path)
        if not numbers or bound is None or _against(rule, row) or (rule.unit == "pp" and not has_points(row.path)):
            continue
        low, high = bounds_of(row.path, numbers)
        end, beyond = (low, bound < low) if rule.compare in (">", ">=") else (high, bound > high)
        # the rounding of one subtraction
        if math.isfinite(end) and (beyond or _holds("==", bound, end)) and _holds(rule.compare, end, bound):
            found[row.path] = None
    if found:
        told = (
            "{rule}: no value of {metrics} breaks it"
            if rule.base == "number"
            else "{rule}: no value of {metrics} breaks it with this baseline"
        )
        yield say(told, rule=rule.text, metrics=first(list(found), NAMED))


def _is_beside_percent(row: Row, meant: float) -> bool:
    """Whether a rate that may be no share has values from half of a bound in percent; of what is surely in percent a check says it."""
    values = [cell.value for cell in row.cells if cell.value is not None and math.isfinite(cell.value)]
    percent = [value for value in values if meant / 2 <= value <= _ALL]
    return bool(percent) and row.direction.mode == "max" and is_percentable(row.path) and not is_percent(row.path, values)


def _is_bounded(row: Row) -> bool:
    values = [cell.value for cell in row.cells if cell.value is not None]
    return not values or math.isfinite(bounds_of(row.path, values)[1])


def _with_reach(rule: Rule, pair: Pair, reason: Phrase) -> Phrase:
    """Add to a reason that no value can keep a bound, as 98 of a fraction."""
    if rule.base != "number" or rule.compare == "==":
        return reason
    vain = pair.never_beyond(rule.number, up=rule.compare in (">", ">="))
    return joined([reason, vain], "; ") if vain else reason


def _apply(rule: Rule, gated: Gated) -> Iterator[Check]:
    pattern = rule.pattern
    found = gated.fitting(pattern)
    if not found and gated.candidates:
        yield _nowhere(rule, gated)
    if gated.is_alone and rule.base == "baseline":
        yield from [gated.nothing_new(rule.text)] if found else []
        return
    large = {row.path for row in gated.rows if _is_large(row)} if rule.is_percent else ()
    for row in found:
        reason = _no_fraction(row, is_large=row.path in large) if rule.is_percent else None
        for pair in gated.pairs(row):
            check = _check(rule, pair, reason)
            yield check if rule.base == "baseline" else replace(check, is_relative=False)


def _is_large(row: Row) -> bool:
    return any(cell.value is not None and 1 < cell.value < math.inf for cell in row.cells)


def _no_fraction(row: Row, *, is_large: bool) -> Phrase | None:
    """Say why a bound in percent is none for a metric; one with values above 1 on any dataset may be in percent on all of them."""
    if not is_percentable(row.path):
        return say("a bound in percent needs a fraction, and {metric} is not one", metric=row.path)
    if says_percent(row.path, [cell.value for cell in row.cells if cell.value is not None]):
        return say("a bound in percent needs a fraction, and {metric} says percent itself: write it as a number", metric=row.path)
    return (
        say("a bound in percent needs a fraction, and {metric} has values above 1: write it as they are", metric=row.path)
        if is_large
        else None
    )


def _split(rule: Rule) -> tuple[str, str]:
    """Metric and dataset of a rule, which may be behind @ or in brackets."""
    metric, _, dataset = rule.metric.partition("@")
    return metric, rule.dataset or dataset


def _nowhere(rule: Rule, gated: Gated) -> Check:
    reason = gated.not_found(rule.pattern, f"{rule.metric}@{rule.dataset}" if rule.dataset else rule.metric)
    is_left = rule.optional and not gated.is_misspelt(rule.pattern, *_split(rule))
    outcome: Outcome = "skipped" if is_left else "failed"
    return Check(outcome, rule.text, metric=rule.metric, dataset=rule.dataset or "", reason=reason, checked=False)


def _check(rule: Rule, pair: Pair, no_fraction: Phrase | None) -> Check:
    cell, base = pair.cell, pair.base
    failed = pair.failed(optional=rule.optional)
    if is_blank(cell) or failed is not None:
        skipped = rule.optional and failed is None
        return pair.uncheckable("skipped" if skipped else "failed", rule.text, failed or told_blank(cell))
    if rule.base in ("true", "false") or (rule.compare == "==" and rule.base == "baseline" and cell.value is None):
        return _check_equal(rule, pair)
    numbers = [cell.raw, *([base.raw] if rule.base == "baseline" and base is not None else [])]
    inexact = any(type(number) is int and abs(number) > EXACT for number in numbers)
    if no_fraction is not None or inexact or cell.value is None or not math.isfinite(cell.value) or pair.impossible is not None:
        large = say("whole numbers above 2**53 are not checked: a float does not tell them apart")
        return pair.uncheckable("failed", rule.text, no_fraction or (large if inexact else pair.impossible or pair.no_number))
    bound = rule.bound(None if base is None or base.value is None or not math.isfinite(base.value) else base.value, pair.row.path)
    if bound is None:
        vain: Phrase | None = say("the baseline has no number to compare with")
    else:
        vain = _cannot_break(rule, pair) if math.isfinite(bound) else say("beyond the range of float64")
    if bound is None or vain is not None:
        return pair.uncheckable("failed", rule.text, vain or "")
    limit = f"{rule.compare} {pair.written(bound, relative=rule.base == 'baseline')}"
    allowed = _origin(rule, limit)
    if rule.level is not None:
        return replace(_check_with_confidence(rule, rule.level, pair, bound, allowed), limit=say("{bound}, one-sided", bound=limit))
    passed = _holds(rule.compare, cell.value, bound)
    remark = _warning(rule, pair.row) if passed else _missed(rule, pair, cell.value, bound)
    relative, percent = rule.base == "baseline", rule.unit == "%"
    # beside a margin in its unit
    scale = pair.scale(percent=percent) if relative and rule.number else None
    return pair.check_bound(
        rule.text,
        bound,
        remark,
        allowed,
        passed=passed,
        relative=relative,
        percent=percent,
        limit=limit,
        is_plain=not passed and remark in _SEEN,
        scale=scale,
    )


def _cannot_break(rule: Rule, pair: Pair) -> Phrase | None:
    """Say that a rule has points of what has none, or a number so large that no value can break it, whatever the baseline is."""
    if rule.unit == "pp" and (vain := pair.refuse_points()) is not None:
        return vain
    above, base = rule.compare in (">", ">="), pair.base.value if pair.base is not None else None
    if rule.compare == "==":
        return None
    if rule.base == "number":
        return pair.never_beyond(rule.number, up=not above) or (pair.fraction_of_percent(rule.number) if above else None)
    if base is None:
        return None
    if rule.unit == "%":
        # all of the baseline is as much as can be lost; what grows can be many times as large
        return pair.never_so_far(math.inf, up=False) if above and rule.number <= -_ALL else None
    return pair.never_so_far((-1 if above else 1) * rule.margin(base, pair.row.path), up=not above)


def _check_with_confidence(rule: Rule, level: float, pair: Pair, bound: float, allowed: str) -> Check:
    """Ask that one end of an interval keeps the bound; a one-sided bound is one end of a two-sided interval with twice that outside."""
    two_sided = 2 * level - 1
    percent = format_computed(100 * level)
    allowed = say("{allowed}, with {level} % confidence (one-sided)", allowed=allowed, level=percent)
    above = rule.compare in (">", ">=")
    if rule.base == "baseline":
        evidence = pair.change.evidence
        interval = None if evidence is None else evidence.at(two_sided)
        ends = None if interval is None else (interval.low, interval.high)
        missing = "" if evidence is None else evidence.reason
        if ends is not None and rule.unit == "%" and rule.number and evidence is not None and evidence.sides is not None:
            end = relative_end(evidence.sides, two_sided, up=not above)
            ends = None if end is None else (end, end)
            missing = say(
                "a margin in percent asks how sure the baseline itself is, and that it is clear of 0; write the margin in its unit"
            )
        origin = pair.base.value if pair.base is not None and pair.base.value is not None else 0.0
    else:
        side, origin = pair.side, 0.0
        unknown = say("no interval of the value is known; n or a standard error beside it would give one")
        ends, missing = (None, side or unknown) if side is None or isinstance(side, Phrase) else (side.own(two_sided), "")
    scale = pair.scale(percent=rule.unit == "%")
    if ends is None and pair.cell.value is not None and not _holds(rule.compare, pair.cell.value, bound):
        # no interval would let it pass
        reason = _missed(rule, pair, pair.cell.value, bound)
        return replace(pair.check("failed", rule.text, reason, allowed, bound, scale=scale), is_plain=reason in _SEEN)
    if ends is None:
        return pair.uncheckable("failed", rule.text, missing, allowed, bound, scale=scale)
    end = ends[0] if above else ends[1]
    passed = _holds(rule.compare, origin + end, bound)
    if pair.change.evidence is not None and pair.change.evidence.is_exact:
        return pair.check("passed" if passed else "failed", rule.text, say("exact: read off, not estimated"), allowed, bound, scale=scale)
    reason = _end_in_words(rule, pair, end, cleared(bound - origin), percent, passed=passed)
    if not passed and rule.base == "baseline" and not rule.number:
        reason = say("{reason}; without a margin this asks for proof of being better", reason=reason)
    finds = passed and (end > 0 if above else end < 0)
    told = pair.doubted(reason, finds=finds) if rule.base == "baseline" else _with_reach(rule, pair, reason)
    return pair.check("passed" if passed else "failed", rule.text, told, allowed, bound, scale=scale)


_ENDS = {
    (True, True): "the {what} is no lower than {end} ({level} % confidence)",
    (True, False): "the {what} could be as low as {end} ({level} % confidence)",
    (False, True): "the {what} is no higher than {end} ({level} % confidence)",
    (False, False): "the {what} could be as high as {end} ({level} % confidence)",
}


def _end_in_words(rule: Rule, pair: Pair, end: float, bound: float, level: str, *, passed: bool) -> Phrase:
    """Say what is known of a value, or of its difference to the baseline, with this confidence."""
    above, relative = rule.compare in (">", ">="), rule.base == "baseline"
    base = pair.base.value if relative and pair.base is not None else None
    what, scale = (say("difference"), pair.scale()) if relative else (say("true value"), pair.scale())
    if relative and rule.unit == "%" and rule.number:
        what, scale = say("relative difference"), pair.relative_scale
    factor = (scale.factor(base) or 1.0) if relative else 1.0
    told = scale.end(end, up=not above, base=base)
    end, bound = factor * end, cleared(factor * bound)
    if relative and math.isfinite(end) and _holds(rule.compare, float(told), bound) is passed:
        return say(_ENDS[above, passed], what=what, end=scale.with_unit(told, base), level=level)
    # of a value, whose own digits are most of it, at most a tenth of how far the end is from it
    away = 0.0 if relative or pair.cell.value is None else abs(pair.cell.value - end) / 10
    written, coarse = end, away or math.inf
    for digits in range(_FEWEST_DIGITS, _ALL_DIGITS):
        written = rounded_outward(end, digits, up=not above)
        if _holds(rule.compare, written, bound) is passed and abs(written - end) <= coarse:
            break  # on the side of the bound on which it is, and no wider by what would be read as its width
    # with all the digits that it was rounded to, lest it is rounded again
    form = choose_format([written], least=_FEWEST_DIGITS, readable=_ALL_DIGITS)
    told = scale.with_unit(form.end(written), base) if relative else form.value(written)
    return say(_ENDS[above, passed], what=what, end=told, level=level)


def _check_equal(rule: Rule, pair: Pair) -> Check:
    """Check truth values and texts, by equality only."""
    base = pair.base
    wanted: Any
    if rule.base in ("true", "false"):
        wanted = rule.base == "true"
    elif base is None or is_blank(base) or base.state in (State.NULL, State.NAN):
        return pair.uncheckable("failed", rule.text, say("the baseline has nothing to compare with"))
    else:
        wanted = base.raw
    equal = same(pair.cell.raw, wanted)
    found, bound = shorten_apart([shown(pair.cell.raw), shown(wanted)], _LONGEST)
    reason = "" if equal else say("the value is {text}", text=found)
    return replace(pair.check("passed" if equal else "failed", rule.text, reason, f"== {bound}"), stated=found)


def _origin(rule: Rule, bound: str) -> str:
    """Say of a bound where it comes from."""
    if rule.base != "baseline":
        return say("{bound} ({percent}%)", bound=bound, percent=format_computed(100 * rule.number)) if rule.is_percent else bound
    if not rule.number:
        return say("{bound} (baseline)", bound=bound)
    more = f"{'+' if rule.number > 0 else '-'} {format_computed(abs(rule.number))}{rule.unit}"
    if rule.unit == "%":
        return say("{bound} (baseline {more}, relative)", bound=bound, more=more)
    return say("{bound} (baseline {more})", bound=bound, more=more)


def _holds(compare: str, value: float, bound: float) -> bool:
    """Compare with a bound that may carry the rounding of one addition; a value on the bound passes <=, >= and ==."""
    if value == bound or not exceeds(value - bound, 0, max(abs(value), abs(bound))):
        return compare in ("<=", ">=", "==")
    return compare in (("<", "<=") if value < bound else (">", ">="))


# What value and bound show by themselves.
_BELOW, _ABOVE = say("below the bound"), say("above the bound")
_SEEN = _BELOW, _ABOVE


def _missed(rule: Rule, pair: Pair, value: float, bound: float) -> Phrase:
    """Say on which side of the bound a value is that does not keep it, and where none can keep it."""
    side = say("on the bound") if _holds("==", value, bound) else _BELOW if value < bound else _ABOVE
    return _with_reach(rule, pair, side)


def _against(rule: Rule, row: Row) -> bool:
    """Whether a rule asks for what is worse."""
    return row.direction.mode is not None and rule.compare[0] == (">" if row.direction.mode == "min" else "<")


def _warning(rule: Rule, row: Row) -> str:
    """Say when a rule that passed accepts any worse value."""
    if not _against(rule, row):
        return ""
    if row.direction.mode == "max":
        return say("note: {metric} is better when higher, and this rule accepts any lower value", metric=row.path)
    return say("note: {metric} is better when lower, and this rule accepts any higher value", metric=row.path)
