"""Alarms of a gate: metrics that are worse beyond chance, all checks of the gate together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pai_notebook.comparison.gate.pairs import Gated, Pair
from pai_notebook.comparison.gate.parse import Alarm
from pai_notebook.comparison.gate.report import Check, Outcome
from pai_notebook.comparison.gate.view import size_of_delta, told_delta
from pai_notebook.comparison.rows import Kind, Verdict, is_blank, left_to_lose, told_blank
from pai_notebook.comparison.series import is_list
from pai_notebook.comparison.together import Margined, Together
from pai_notebook.comparison.tolerance import Tolerance
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.flatten import unescaped
from pai_notebook.model.metric_cells import State
from pai_notebook.model.numbers import choose_format, cleared

# How many metrics a sentence of a gate names.
NAMED = 8


def alarm_checks(alarms: Sequence[Alarm], gated: Gated) -> dict[Alarm, list[Check]]:
    """Check every metric with a direction in every version; the more are checked, the surer each has to be, see `Together`.

    Over all metrics the decisions are those of the verdict; fewer that are named are fewer to be sure of.
    """
    tolerances = {alarm: _tolerance(alarm, gated) for alarm in alarms}
    pairs = {alarm: _pairs(alarm, gated, tolerance) for alarm, tolerance in tolerances.items()}
    if gated.is_alone:
        return {alarm: [gated.nothing_new(alarm.text) if found else _alarm_nowhere(alarm, gated)] for alarm, found in pairs.items()}
    plain, margined = {}, {}
    for alarm, found in pairs.items():
        for pair in found:
            if alarm.margin:
                key = pair.row.key, pair.place, alarm.margin
                margined[key] = Margined(pair.row, pair.place, pair.change, tolerances[alarm], alarm.margin)
            else:
                plain[pair.row.key, pair.place] = pair.row, pair.place
    together = Together(list(plain.values()), gated.baseline, gated.tolerance, list(margined.values()))
    checks = {}
    for alarm, found in pairs.items():
        checks[alarm] = [_check_pair(alarm, pair, together, tolerances[alarm], gated) for pair in found]
        if not found and gated.candidates:
            checks[alarm] = [_alarm_nowhere(alarm, gated)]
        if not alarm.is_named:
            checks[alarm] += _nothing(alarm, checks[alarm])
        checks[alarm] += _without_direction(alarm, gated) if found else []
    return checks


def unchecked(alarm: Alarm, checks: Sequence[Check], gated: Gated) -> Phrase | None:
    """Say how many checks of two numbers an alarm could not judge, why, and how the metrics differ; None where there are none."""
    skipped = [check for check in checks if check.rule == alarm.text and check.outcome == "skipped" and not check.checked]
    found: dict[str, list[Check]] = {}
    for check in skipped:
        if check.delta is not None:
            found.setdefault(check.metric, []).append(check)
    if not found:
        return None
    count = len({(check.version, check.metric, check.dataset) for of_metric in found.values() for check in of_metric})
    # a difference that nobody could judge is still one to look at
    parts = [
        say("{metric} {difference}", metric=unescaped(metric), difference=told) if (told := _range(of_metric)) else unescaped(metric)
        for metric, of_metric in found.items()
    ]
    reasons = _why_not_judged([check for of_metric in found.values() for check in of_metric], gated)
    return say("{count} not judged, as {reasons}: {metrics}", count=count, reasons=reasons, metrics=first(parts, NAMED))


def _why_not_judged(checks: Sequence[Check], gated: Gated) -> Phrase:
    """Say what was missing to judge some checks, each reason once."""
    asked = {(check.version, check.metric, check.dataset) for check in checks}
    found = set()
    for row in gated.rows:
        for place in gated.candidates:
            if (gated.names[place], row.key.path, row.key.dataset) in asked:
                evidence = row.changes[place].evidence
                is_known = evidence is not None and evidence.interval is not None
                found.add("direction" if row.direction.mode is None else "runs" if is_known else "interval")
    told = (
        ("direction", say("no direction is known")),
        ("interval", say("no interval is known")),
        ("runs", say("there are too few runs or folds")),
    )
    return joined([said for reason, said in told if reason in found], " and ")


def _range(checks: Sequence[Check]) -> Phrase | str:
    """The differences of a metric from the lowest to the highest, as they are written; empty where nothing differs."""
    told = [told_delta(check) for check in sorted(checks, key=size_of_delta) if check.delta]
    if not told:
        return ""
    return say("{low} to {high}", low=told[0], high=told[-1]) if len({*told}) > 1 else told[0]


def cannot_ring(alarm: Alarm, gated: Gated) -> Phrase | None:
    """Say of which metrics no value is worse than this baseline by more than the margin of an alarm; None where there are none."""
    tolerance, found = _tolerance(alarm, gated), dict[str, None]()
    for row in gated.fitting(alarm.pattern) if alarm.margin and gated.baseline is not None else ():
        values = [cell.value for cell in row.cells if cell.value is not None]
        base = row.cells[gated.baseline or 0].value
        if base is None or not math.isfinite(base) or row.direction.mode is None:
            continue
        room = left_to_lose(row, base)
        # a margin that no baseline allows makes no check
        is_vain = tolerance.allows_anything((row.path, row.dataset), values, base, up=row.direction.mode == "min") is not None
        if not is_vain and cleared(tolerance.bound(row.path, row.dataset, base)) >= cleared(room):
            found[row.path] = None
    told = "{rule}: no value of {metrics} breaks it with this baseline"
    return say(told, rule=alarm.text, metrics=first(list(found), NAMED)) if found else None


def _pairs(alarm: Alarm, gated: Gated, tolerance: Tolerance) -> list[Pair]:
    rows = [row for row in gated.fitting(alarm.pattern) if row.direction.mode is not None]
    found = [pair for row in rows for pair in gated.pairs(row)]
    return [pair.judged_with(tolerance) for pair in found] if alarm.margin else found


def _tolerance(alarm: Alarm, gated: Gated) -> Tolerance:
    """How much worse counts as the same: the tolerance of the comparison, or the margin of the rule where that is more."""
    if not alarm.margin:
        return gated.tolerance
    return Tolerance(alarm.margin if alarm.margin.endswith(("%", "pp")) else float(alarm.margin)).at_least(gated.tolerance)


def _without_direction(alarm: Alarm, gated: Gated) -> list[Check]:
    """Skip what differs and may be worse or better, so that a gate says that it was not checked; what is no value fails as NaN does."""
    rows = [row for row in gated.fitting(alarm.pattern) if row.direction.mode is None]
    return [
        pair.uncheckable("failed" if pair.negative else "skipped", alarm.text, pair.negative or pair.undirected)
        for row in rows
        for pair in gated.pairs(row)
        if (pair.is_finite and pair.delta) or (alarm.is_named and pair.negative and not (alarm.optional and pair.lacks_one))
    ]


def _alarm_nowhere(alarm: Alarm, gated: Gated) -> Check:
    """Fail where no metric is meant: an alarm that cannot ring is none."""
    found = gated.fitting(alarm.pattern) if alarm.is_named else []
    if found:
        none = say("which way is better is {direction}", direction=found[0].direction.said)
    else:
        none = gated.not_found(alarm.pattern, alarm.metric) if alarm.is_named else say("no metric with a known direction")
    left_out = gated.left_out_by(alarm.pattern) if alarm.is_named else None
    metric, _, dataset = alarm.metric.partition("@")
    lacks = all(pair.lacks_one for row in found for pair in gated.pairs(row)) and not gated.is_misspelt(alarm.pattern, metric, dataset)
    is_left = alarm.optional and lacks
    return Check("skipped" if is_left else "failed", alarm.text, metric=alarm.metric, reason=left_out or none, checked=False)


def _nothing(alarm: Alarm, checks: Sequence[Check]) -> list[Check]:
    """Fail for every version of which nothing could be checked, and name what is needed."""
    skipped: dict[str, dict[str, list[str]]] = {}
    for check in checks:
        if check.version and check.outcome == "skipped":
            skipped.setdefault(check.version, {}).setdefault(check.reason, []).append(check.name)
    checked = {check.version for check in checks if check.outcome != "skipped"}
    return [
        Check("failed", alarm.text, version, reason=say("nothing could be checked; {reason}", reason=_reasons(found)), checked=False)
        for version, found in skipped.items()
        if version not in checked
    ]


def _reasons(found: Mapping[str, Sequence[str]]) -> str:
    """Join reasons, each with the metrics of which it is true where there are several."""
    told = [say("{what}: {said}", what=first(names, NAMED), said=reason) for reason, names in found.items()]
    return joined(told, "; ") if len(told) > 1 else next(iter(found))


def _margin(pair: Pair, tolerance: Tolerance) -> float:
    """How much worse counts as the same, in the metric's own unit."""
    base = None if pair.base is None else pair.base.value
    return 0.0 if base is None else tolerance.bound(pair.row.path, pair.row.dataset, base)


def _required(alarm: Alarm) -> Outcome:
    """What a check of two numbers is that cannot be made: one over all metrics fails only where it is so with all of them."""
    return "failed" if alarm.is_named else "skipped"


def _not_checked(alarm: Alarm, pair: Pair) -> Check:
    """Fail for a value that an alarm is about and cannot check; one over all metrics leaves out what the baseline lacks."""
    cell, base = pair.cell, pair.base
    required = _required(alarm)
    absent: Outcome = "skipped" if alarm.optional else "failed"
    if base is None or is_blank(base):
        is_no_value = alarm.is_named and not pair.lacks_one
        outcome = "failed" if is_no_value else absent if alarm.is_named else "skipped"
        return pair.uncheckable(outcome, alarm.text, pair.no_number if is_no_value else say("the baseline does not have it"))
    if is_blank(cell):
        return pair.uncheckable(absent, alarm.text, told_blank(cell))
    if base.value is None and cell.value is None and not pair.has_no_result:
        # lists and truth values are results, which can be seen not to have changed; a text should be a number
        is_same = (is_list(cell) or cell.state is State.BOOLEAN) and pair.change.kind is Kind.SAME
        return pair.uncheckable(required if is_same else "failed", alarm.text, pair.no_number)
    if cell.value is None or not math.isfinite(cell.value):
        return pair.uncheckable("failed", alarm.text, pair.no_number)
    if base.value is None or not math.isfinite(base.value):
        return pair.uncheckable("failed", alarm.text, pair.no_baseline)
    evidence = pair.change.evidence
    return pair.uncheckable(required, alarm.text, pair.no_number if evidence is None else evidence.reason)


def _check_pair(alarm: Alarm, pair: Pair, together: Together, tolerance: Tolerance, gated: Gated) -> Check:
    """Check one value, if it can be checked."""
    if (failed := pair.failed(optional=alarm.optional, as_baseline=not alarm.is_named)) is not None:
        return pair.uncheckable("failed", alarm.text, failed)
    if pair.change.evidence is None or pair.change.evidence.interval is None or not pair.is_finite:
        return _not_checked(alarm, pair)
    points = pair.refuse_points() if alarm.is_named and alarm.margin.endswith("pp") else None
    vain = pair.allows_anything(tolerance) if points is None else points
    if vain is not None:
        return pair.uncheckable("failed", alarm.text, vain)
    margin = _margin(pair, tolerance)
    kind = say("margin") if alarm.margin and margin > _margin(pair, gated.tolerance) else say("tolerance")
    return _check_alarm(alarm, pair, together, _Allowed(margin, kind))


class _Allowed(NamedTuple):
    """How much worse counts as the same, and what that is called."""

    margin: float
    kind: Phrase

    def words(self, pair: Pair) -> Phrase:
        """The two, as beside a difference of the metric."""
        scale = pair.scale()
        written = self.margin * (scale.factor(None) or 1.0)
        return say("{what} of {value}", what=self.kind, value=scale.with_unit(choose_format([written]).value(written)))


def _check_alarm(alarm: Alarm, pair: Pair, together: Together, allowed: _Allowed) -> Check:
    """Check one value of which an interval is known; one that says nothing of a loss is no check."""
    if pair.change.verdict is Verdict.WORSE:
        return _check_worse(alarm, pair, together, allowed)
    evidence, level, margin = pair.change.evidence, together.level(pair.row), allowed.margin
    interval = None if evidence is None else evidence.at(level)
    scale = pair.scale()
    lost = (pair.delta or 0.0) * (-1 if pair.row.direction.mode == "max" else 1)
    size = scale.write(lost, None, choose_format([lost])).lstrip("+")
    told = {"loss": size, "allowed": allowed.words(pair)} if lost > 0 and margin else {}
    is_better = pair.change.verdict is Verdict.BETTER
    if evidence is None or evidence.sides is None or interval is None or interval.low == interval.high or is_better:
        return pair.check("passed", alarm.text, pair.doubted(say("loss of {loss}, within the {allowed}", **told) if told else ""))
    if evidence.telling(level) is None:
        return pair.uncheckable(_required(alarm), alarm.text, say("too few runs or folds to tell ({reason})", reason=evidence.reason))
    up = pair.row.direction.mode == "min"
    most = math.inf if pair.base is None or pair.base.value is None else left_to_lose(pair.row, pair.base.value)
    least = evidence.sides.least_shown(together.level_to_show(pair.row), margin, up=up, most=most)
    farthest = min(interval.high if up else -interval.low, most)
    unseen, far = scale.at_most(min(least, most)), scale.at_most(min(max(farthest, least), most))
    said = _none_shown(margin=bool(margin), whole=least >= most, farther=far != unseen)
    is_lost = bool(told) and evidence.interval is not None and evidence.interval.excludes_zero
    if is_lost and pair.change.kind is Kind.WORSE:
        said = "behind; beyond chance, but may be within the {what}: a loss of up to {far} is not excluded ({reason})"
        far = scale.at_most(farthest)
    elif is_lost:
        said = "loss of {loss}, within the {allowed} ({reason})"
        if farthest > margin:
            said = "loss of {loss}, within the {allowed} as measured; one of up to {far} is not excluded ({reason})"
            far = scale.at_most(farthest)
    told = {"allowed": allowed.words(pair), "what": allowed.kind, "unseen": unseen, "far": far, "reason": evidence.reason, **told}
    return pair.check("passed", alarm.text, say(said, **told), scale=scale)


def _none_shown(*, margin: bool, whole: bool, farther: bool) -> str:
    """Say which loss would not be shown: beyond a margin, as large as all there is to lose, and how far the interval goes."""
    if whole and margin:
        return (
            "no loss beyond the {allowed} shown; a loss of {unseen}, all there is to lose, "
            "would be shown less than half of the time ({reason})"
        )
    if whole:
        return "no loss shown; a loss of {unseen}, all there is to lose, would be shown less than half of the time ({reason})"
    if margin and farther:
        return (
            "no loss beyond the {allowed} shown; a loss of about {unseen} would be shown only half of the time; "
            "up to {far} is not excluded ({reason})"
        )
    if margin:
        return "no loss beyond the {allowed} shown; a loss of about {unseen} would be shown only half of the time ({reason})"
    if farther:
        return "no loss shown; a loss of about {unseen} would be shown only half of the time; up to {far} is not excluded ({reason})"
    return "no loss shown; a loss of about {unseen} would be shown only half of the time ({reason})"


def _check_worse(alarm: Alarm, pair: Pair, together: Together, allowed: _Allowed) -> Check:
    """Check a value that is worse if checked alone."""
    if pair.change.evidence is not None and pair.change.evidence.is_exact:
        return pair.check("failed", alarm.text, say(_READ_OFF))
    if together.is_beyond_chance(pair.row, pair.place, pair.change, alarm.margin):
        said = _WORSE_BEYOND if allowed.margin else _WORSE
        if not together.is_quality(pair.row):
            said = _WORSE_BEYOND_ASIDE if allowed.margin else _WORSE_ASIDE
        told = say(said, allowed=allowed.words(pair)) if allowed.margin else say(said)
        return pair.check("failed", alarm.text, pair.doubted(told, finds=True))
    alone = say("worse beyond chance if checked alone, but not among all checks (95 %)")
    if allowed.margin:
        beyond = "worse beyond chance and the {allowed} if checked alone, but not among all checks (95 %)"
        alone = say(beyond, allowed=allowed.words(pair))
    return pair.check("passed", alarm.text, pair.doubted(alone, finds=True))


_WORSE = "worse beyond chance (95 % for all checks of this gate together)"
_READ_OFF = "worse: read off, so that chance has no part in it"
_WORSE_ASIDE = "worse beyond chance (95 % for all costs and what was measured in training of this gate together)"
_WORSE_BEYOND = "worse beyond chance and the {allowed} (95 % for all checks of this gate together)"
_WORSE_BEYOND_ASIDE = "worse beyond chance and the {allowed} (95 % for all costs and what was measured in training of this gate together)"
