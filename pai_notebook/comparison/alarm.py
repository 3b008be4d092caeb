"""The alarm of a gate: what is worse beyond chance, over all metrics and versions together; what cannot be checked never passes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.gate import Check, Gated, Outcome, Pair
from pai_notebook.comparison.interval import OUTSIDE, holm, level_of_each
from pai_notebook.comparison.rows import Kind, Verdict, is_blank, told_blank
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.nearest import nearest_names
from pai_notebook.model.numbers import format_about

if TYPE_CHECKING:
    from pai_notebook.comparison.rules import Alarm

__all__ = ["alarm_checks", "unchecked"]


def alarm_checks(alarms: Sequence[Alarm], gated: Gated) -> dict[Alarm, list[Check]]:
    """Check every metric with a direction in every version; the more are checked, the surer each has to be (Holm)."""
    pairs = {alarm: _pairs(alarm, gated) for alarm in alarms}
    distinct = {(pair.row.key, pair.version): pair for found in pairs.values() for pair in found}
    known = [key for key, pair in distinct.items() if _is_known(pair)]
    adjusted = dict(zip(known, holm([_p_of_loss(distinct[key], gated) for key in known]), strict=True))
    level = level_of_each(len(known))
    checks = {}
    for alarm, found in pairs.items():
        checks[alarm] = [
            _check(alarm, pair, adjusted[pair.row.key, pair.version], level, _margin(pair, gated))
            if _is_known(pair)
            else _not_checked(alarm, pair)
            for pair in found
        ]
        if not found and gated.candidates:
            checks[alarm] = [_nowhere(alarm, gated)]
        if not alarm.is_named:
            checks[alarm] += _nothing(alarm, checks[alarm])
    return checks


def unchecked(alarm: Alarm, gated: Gated) -> Phrase | None:
    """Say how many metrics an alarm over all that the baseline has could not check; None where it checked all of them."""
    pairs = [] if alarm.is_named else [pair for pair in _pairs(alarm, gated) if pair.base is not None and not is_blank(pair.base)]
    without = {pair.row.key for pair in pairs if pair.change.evidence is not None and not _is_known(pair)}
    if not without:
        return None
    told = "{count} of {total} metrics could not be checked: no interval known"
    return say(told, count=len(without), total=len({pair.row.key for pair in pairs}))


def _pairs(alarm: Alarm, gated: Gated) -> list[Pair]:
    pattern = alarm.pattern
    rows = [row for row in gated.rows if pattern.fits(row.key) and row.direction.mode is not None]
    return [pair for row in rows for pair in gated.pairs(row)]


def _nowhere(alarm: Alarm, gated: Gated) -> Check:
    """Fail where no metric is meant: an alarm that cannot ring is none."""
    close = nearest_names(alarm.metric, [row.key for row in gated.rows]) if alarm.metric else ()
    none = (
        say("no metric with a known direction; nearest: {names}", names=joined(close)) if close else say("no metric with a known direction")
    )
    left_out = gated.left_out_by(alarm.pattern) if alarm.is_named else None
    return Check("skipped" if alarm.optional else "failed", alarm.text, metric=alarm.metric, reason=left_out or none)


def _nothing(alarm: Alarm, checks: Sequence[Check]) -> list[Check]:
    """Fail for every version of which nothing could be checked, and name what is needed."""
    skipped: dict[str, str] = {}
    for check in checks:
        if check.version and check.outcome == "skipped":
            skipped.setdefault(check.version, check.reason)
    checked = {check.version for check in checks if check.outcome != "skipped"}
    return [
        Check("failed", alarm.text, version, reason=say("nothing could be checked; {reason}", reason=reason))
        for version, reason in skipped.items()
        if version not in checked
    ]


def _is_known(pair: Pair) -> bool:
    return pair.change.evidence is not None and pair.change.evidence.interval is not None


def _margin(pair: Pair, gated: Gated) -> float:
    """How much worse counts as the same."""
    base = None if pair.base is None else pair.base.value
    return 0.0 if base is None else gated.tolerance.bound(pair.row.path, pair.row.dataset, base)


def _p_of_loss(pair: Pair, gated: Gated) -> float:
    """P-value of a difference for the worse beyond the tolerance; one for the better raises no alarm."""
    evidence = pair.change.evidence if pair.change.kind is Kind.WORSE else None
    found = None if evidence is None else evidence.p_value(_margin(pair, gated))
    return 1.0 if found is None else found


def _not_checked(alarm: Alarm, pair: Pair) -> Check:
    """Fail for a value that an alarm is about and cannot check; one over all metrics leaves out what the baseline lacks."""
    cell, base = pair.cell, pair.base
    required: Outcome = "failed" if alarm.is_named else "skipped"
    absent: Outcome = "skipped" if alarm.optional else "failed"
    if base is None or is_blank(base):
        return pair.check(absent if alarm.is_named else "skipped", alarm.text, say("the baseline does not have it"))
    if base.value is None or math.isnan(base.value):
        return pair.check(required, alarm.text, say("the baseline has no number to compare with"))
    if is_blank(cell):
        return pair.check(absent, alarm.text, told_blank(cell))
    if cell.value is None or math.isnan(cell.value):
        return pair.check("failed", alarm.text, pair.no_number)
    evidence = pair.change.evidence
    return pair.check(required, alarm.text, pair.no_number if evidence is None else evidence.reason)


def _check(alarm: Alarm, pair: Pair, adjusted: float, level: float, margin: float) -> Check:
    """Check one value of which an interval is known; `level` is what Holm's rule asks of each as long as none is worse."""
    if adjusted <= OUTSIDE:
        return pair.check("failed", alarm.text, say("worse beyond chance (95 % for all statements together)"))
    evidence = pair.change.evidence
    interval = None if evidence is None else evidence.at(level)
    half = 0.0 if interval is None else (interval.high - interval.low) / 2
    if evidence is None or not half or pair.change.verdict is Verdict.BETTER:
        return pair.check("passed", alarm.text)
    if pair.change.verdict is Verdict.WORSE:
        return pair.check("passed", alarm.text, say("worse beyond chance by itself, but not among all that were checked (95 % together)"))
    told = "no loss shown; a true loss of up to about {unseen} may go unseen ({reason})"
    return pair.check("passed", alarm.text, say(told, unseen=format_about(half + margin), reason=evidence.reason))
