"""Alarms of a gate: metrics that are worse beyond chance, all checks of the gate together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pai_notebook.comparison.gate.pairs import Gated, Pair
from pai_notebook.comparison.gate.parse import Alarm
from pai_notebook.comparison.gate.report import Check, Outcome
from pai_notebook.comparison.rows import Kind, Verdict, is_blank, told_blank
from pai_notebook.comparison.together import Together, is_judged
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.nearest import nearest_names

# How many metrics a sentence of a gate names.
NAMED = 8


def alarm_checks(alarms: Sequence[Alarm], gated: Gated) -> dict[Alarm, list[Check]]:
    """Check every metric with a direction in every version; the more are checked, the surer each has to be, see `Together`.

    Over all metrics the decisions are those of the verdict; fewer that are named are fewer to be sure of.
    """
    pairs = {alarm: _pairs(alarm, gated) for alarm in alarms}
    every = {(pair.row.key, pair.place): (pair.row, pair.place) for found in pairs.values() for pair in found}
    together = Together(list(every.values()), gated.baseline, gated.tolerance)
    checks = {}
    for alarm, found in pairs.items():
        checks[alarm] = [_check_pair(alarm, pair, together, gated) for pair in found]
        if not found and gated.candidates:
            checks[alarm] = [_alarm_nowhere(alarm, gated)]
        if not alarm.is_named:
            checks[alarm] += _nothing(alarm, checks[alarm])
            checks[alarm] += _without_direction(alarm, gated) if found else []
    return checks


def unchecked(alarm: Alarm, checks: Sequence[Check]) -> Phrase | None:
    """Say how many of the skipped checks of an alarm are of two numbers; None where there are none."""
    skipped = [check for check in checks if check.rule == alarm.text and check.outcome == "skipped" and not check.checked]
    count = len({(check.version, check.metric, check.dataset) for check in skipped if check.delta is not None})
    if not count:
        return None
    told = "{count} of the skipped checks could not be made: no interval or no direction known, or too few runs or folds"
    if count == 1:
        told = "1 of the skipped checks could not be made: no interval or no direction known, or too few runs or folds"
    return say(told, count=count)


def _pairs(alarm: Alarm, gated: Gated) -> list[Pair]:
    pattern = alarm.pattern
    rows = [row for row in gated.fitting(pattern) if row.direction.mode is not None]
    return [pair for row in rows for pair in gated.pairs(row)]


def _without_direction(alarm: Alarm, gated: Gated) -> list[Check]:
    """Skip what differs and may be worse or better, so that a gate says that it was not checked."""
    rows = [row for row in gated.fitting(alarm.pattern) if row.direction.mode is None and is_judged(row)]
    return [
        pair.uncheckable("skipped", alarm.text, pair.undirected)
        for row in rows
        for pair in gated.pairs(row)
        if pair.is_finite and pair.delta
    ]


def _alarm_nowhere(alarm: Alarm, gated: Gated) -> Check:
    """Fail where no metric is meant: an alarm that cannot ring is none."""
    close = nearest_names(alarm.metric, [row.key for row in gated.rows]) if alarm.metric else ()
    none = (
        say("no metric with a known direction; nearest: {names}", names=joined(close)) if close else say("no metric with a known direction")
    )
    left_out = gated.left_out_by(alarm.pattern) if alarm.is_named else None
    return Check("skipped" if alarm.optional else "failed", alarm.text, metric=alarm.metric, reason=left_out or none, checked=False)


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


def _is_known(pair: Pair) -> bool:
    return pair.change.evidence is not None and pair.change.evidence.interval is not None


def _margin(pair: Pair, gated: Gated) -> float:
    """How much worse counts as the same."""
    base = None if pair.base is None else pair.base.value
    return 0.0 if base is None else gated.tolerance.bound(pair.row.path, pair.row.dataset, base)


def _required(alarm: Alarm) -> Outcome:
    """What a check of two numbers is that cannot be made: one over all metrics fails only where it is so with all of them."""
    return "failed" if alarm.is_named else "skipped"


def _not_checked(alarm: Alarm, pair: Pair) -> Check:
    """Fail for a value that an alarm is about and cannot check; one over all metrics leaves out what the baseline lacks."""
    cell, base = pair.cell, pair.base
    required = _required(alarm)
    absent: Outcome = "skipped" if alarm.optional else "failed"
    if base is None or is_blank(base):
        return pair.uncheckable(absent if alarm.is_named else "skipped", alarm.text, say("the baseline does not have it"))
    if base.value is None or not math.isfinite(base.value):
        return pair.uncheckable(required, alarm.text, say("the baseline has no number to compare with"))
    if is_blank(cell):
        return pair.uncheckable(absent, alarm.text, told_blank(cell))
    if cell.value is None or not math.isfinite(cell.value):
        return pair.uncheckable("failed", alarm.text, pair.no_number)
    evidence = pair.change.evidence
    return pair.uncheckable(required, alarm.text, pair.no_number if evidence is None else evidence.reason)


def _check_pair(alarm: Alarm, pair: Pair, together: Together, gated: Gated) -> Check:
    """Check one value, if it can be checked."""
    if (failed := pair.failed(optional=alarm.optional, as_baseline=not alarm.is_named)) is not None:
        return pair.uncheckable("failed", alarm.text, failed)
    if not _is_known(pair) or not pair.is_finite:
        return _not_checked(alarm, pair)
    if (vain := pair.allows_anything(gated.tolerance)) is not None:
        return pair.uncheckable("failed", alarm.text, vain)
    return _check_alarm(alarm, pair, together, _margin(pair, gated))


def _check_alarm(alarm: Alarm, pair: Pair, together: Together, margin: float) -> Check:
    """Check one value of which an interval is known; one that says nothing of a loss is no check."""
    if pair.change.verdict is Verdict.WORSE:
        if pair.change.evidence is not None and pair.change.evidence.is_exact:
            return pair.check("failed", alarm.text, say(_READ_OFF))
        if together.is_beyond_chance(pair.row, pair.place):
            return pair.check("failed", alarm.text, pair.doubted(say(_WORSE if together.is_quality(pair.row) else _WORSE_ASIDE)))
        alone = say("worse beyond chance if checked alone, but not among all checks (95 %)")
        return pair.check("passed", alarm.text, pair.doubted(alone))
    evidence, level = pair.change.evidence, together.level(pair.row)
    interval = None if evidence is None else evidence.at(level)
    if evidence is None or interval is None or interval.low == interval.high or pair.change.verdict is Verdict.BETTER:
        return pair.check("passed", alarm.text, pair.doubted())
    if evidence.telling(level) is None:
        return pair.uncheckable(_required(alarm), alarm.text, say("too few runs or folds to tell ({reason})", reason=evidence.reason))
    scale = pair.scale()
    half = (interval.high - interval.low) / 2 + margin
    farthest = -interval.low if pair.row.direction.mode == "max" else interval.high
    unseen, far = scale.at_most(half), scale.at_most(max(farthest, half))
    # a true loss as large as half of the interval is shown where chance adds to it, and not where it takes away
    told = "no loss shown; one of about {unseen} would be shown in half of all cases only ({reason})"
    if margin and evidence.interval is not None and evidence.interval.excludes_zero and pair.change.kind is Kind.WORSE:
        told = "behind; beyond chance, but may be within the tolerance: a loss of up to {far} is not excluded ({reason})"
    elif far != unseen:
        told = "no loss shown; one of about {unseen} would be shown in half of all cases only; up to {far} is not excluded ({reason})"
    return pair.check("passed", alarm.text, say(told, unseen=unseen, far=far, reason=evidence.reason), scale=scale)


_WORSE = "worse beyond chance (95 % for all checks of this gate together)"
_READ_OFF = "worse: read off, so that chance has no part in it"
_WORSE_ASIDE = "worse beyond chance (95 % for all costs and what was measured in training of this gate together)"
