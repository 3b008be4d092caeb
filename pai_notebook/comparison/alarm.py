"""The alarm of a gate: what is worse beyond chance, over all metrics and versions together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.gate import Check, Gated, Pair
from pai_notebook.comparison.interval import holm
from pai_notebook.comparison.rows import Verdict, is_blank, told_blank
from pai_notebook.model.names import nearest_names
from pai_notebook.model.numbers import format_about
from pai_notebook.phrases import joined, say

if TYPE_CHECKING:
    from pai_notebook.comparison.rules import Alarm

__all__ = ["alarm_checks"]

_OUTSIDE = 0.05
"""In how many gates anything is called worse although nothing is, at most."""


def alarm_checks(alarms: Sequence[Alarm], gated: Gated) -> dict[Alarm, list[Check]]:
    """Check every metric with a direction in every version; the more are checked, the surer each has to be (Holm)."""
    pairs = {alarm: _pairs(alarm, gated) for alarm in alarms}
    distinct = {(pair.row.key, pair.version): pair for found in pairs.values() for pair in found}
    known = [key for key, pair in distinct.items() if _is_known(pair)]
    adjusted = dict(zip(known, holm([_p_of_loss(distinct[key]) for key in known]), strict=True))
    return {
        alarm: [_check(alarm, pair, adjusted.get((pair.row.key, pair.version))) for pair in found]
        or [_nothing(alarm, gated)] * bool(gated.candidates)
        for alarm, found in pairs.items()
    }


def _pairs(alarm: Alarm, gated: Gated) -> list[Pair]:
    pattern = alarm.pattern
    rows = [row for row in gated.rows if pattern.fits(row.key) and row.direction.mode is not None]
    return [pair for row in rows for pair in gated.pairs(row)]


def _nothing(alarm: Alarm, gated: Gated) -> Check:
    """Fail where no metric is meant: an alarm that cannot ring is none."""
    close = nearest_names(alarm.metric, [row.key for row in gated.rows]) if alarm.metric else ()
    reason = (
        say("no metric with a known direction; nearest: {names}", names=joined(close)) if close else say("no metric with a known direction")
    )
    return Check("failed", alarm.text, metric=alarm.metric, reason=reason)


def _is_known(pair: Pair) -> bool:
    return pair.change.evidence is not None and pair.change.evidence.interval is not None


def _p_of_loss(pair: Pair) -> float:
    """P-value of a difference for the worse; one for the better raises no alarm."""
    worse = pair.change.verdict is Verdict.WORSE or (pair.delta or 0.0) * (1 if pair.row.direction.mode == "min" else -1) > 0
    found = pair.change.evidence.p_value() if worse and pair.change.evidence is not None else None
    return 1.0 if found is None else found


def _check(alarm: Alarm, pair: Pair, adjusted: float | None) -> Check:
    evidence = pair.change.evidence
    if evidence is None:
        missing = pair.base is None or is_blank(pair.base)
        reason = say("the baseline does not have it") if missing else told_blank(pair.cell)
        return pair.check("skipped", alarm.text, reason)
    interval = evidence.interval
    if adjusted is None or interval is None:
        return pair.check("skipped", alarm.text, evidence.reason)
    if adjusted <= _OUTSIDE:
        return pair.check("failed", alarm.text, say("worse beyond chance (95 % for all statements together)"))
    half = (interval.high - interval.low) / 2
    if not half or pair.change.verdict is Verdict.BETTER:
        return pair.check("passed", alarm.text)
    unseen = format_about(half)
    if pair.change.verdict is Verdict.WORSE:
        return pair.check("passed", alarm.text, say("worse beyond chance by itself, but not among all that were checked (95 % together)"))
    reason = say("no loss shown; losses under {unseen} would not be seen ({reason})", unseen=unseen, reason=evidence.reason)
    return pair.check("passed", alarm.text, reason)
