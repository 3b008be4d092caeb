"""What a gate looks at: the cell of each version beside the baseline's, and what is known of the two."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.align import IMPOSSIBLE
from pai_notebook.comparison.baseline import CHOSEN, is_meant, only_one
from pai_notebook.comparison.cell_changes import compare_cells, difference
from pai_notebook.comparison.cells import forms_of
from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.gate.report import Check, Outcome, form_of
from pai_notebook.comparison.gate.view import UNKNOWN
from pai_notebook.comparison.rows import Change, Row, is_blank
from pai_notebook.comparison.selection import with_nearest
from pai_notebook.comparison.series import ask_for_series, is_list, told_gaps
from pai_notebook.comparison.sources import Side
from pai_notebook.comparison.tolerance import Tolerance, never_so_far
from pai_notebook.errors import not_fetched
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.metric_scales import MIXED, bounds_of, has_points, is_percent
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import is_misspelt
from pai_notebook.model.numbers import NumberFormat, choose_format, cleared, format_computed, rounded_outward
from pai_notebook.model.patterns import Pattern
from pai_notebook.model.selector_words import BASELINES

if TYPE_CHECKING:
    from pai_notebook.comparison.interval import Interval
    from pai_notebook.comparison.runs import Runs
    from pai_notebook.comparison.two_sides import Sides

_LEVEL = 0.95
# Digits of the ends of an interval: as few as tell its width.
_DIGITS, _ALL_DIGITS = 3, 13
# Up to which multiple of the baseline an end is looked for.
_FARTHEST = 1e6
_STEPS = 80


@dataclass(frozen=True)
class Gated:
    """What a gate looks at.

    Attributes
    ----------
    rows : sequence of Row
        The metrics.
    names : sequence of str
        Names of the versions.
    baseline : int or None
        Position of the baseline.
    errors : mapping of str to error
        Versions that could not be fetched.
    side : callable
        What is known of the value at a position of a row by itself, or why that is nothing.
    removed : sequence of str
        What conditions took away, a sentence each.
    tolerance : Tolerance
        How much may differ and still count as the same.
    left_out : mapping of Name to str
        Metrics that the comparison does not show, and what left each of them out.
    runs : callable
        The runs of which the value at a position of a row is the mean; None where it is no mean.
    reason : Phrase
        Why this version is the baseline, which may be the only version where it is approved, or named.
    """

    rows: Sequence[Row]
    names: Sequence[str]
    baseline: int | None
    errors: Mapping[str, Any]
    side: Callable[[Row, int], Side | Phrase | None]
    removed: Sequence[str] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    left_out: Mapping[Name, Phrase] = field(default_factory=dict)
    runs: Callable[[Row, int], Runs | None] = lambda *_: None
    reason: Phrase = CHOSEN
    _fitting: dict[Pattern, list[Row]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _forms: dict[Name, NumberFormat] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def candidates(self) -> list[int]:
        """Positions of the versions that are checked: all but the baseline, or that where it alone was asked for."""
        return [place for place in range(len(self.names)) if place != self.baseline or self.is_alone]

    @property
    def is_alone(self) -> bool:
        """Whether the baseline alone was asked for, so that only bounds of its own can be checked; not where a condition left it alone."""
        return is_meant(self.reason) and len(self.names) == 1 and not self.removed

    def nothing_new(self, rule: str) -> Check:
        """Skip a rule that compares the baseline with itself."""
        name = self.names[self.baseline or 0]
        return Check("skipped", rule, name, reason=say("the baseline itself"), checked=False, is_baseline=True)

    def fitting(self, pattern: Pattern) -> list[Row]:
        """Rows that a pattern means: what says how sure another metric is only where it is named."""
        if pattern not in self._fitting:
            found = ((row, pattern.rank(row.key)) for row in self.rows)
            self._fitting[pattern] = [row for row, rank in found if rank is not None and (rank[0] or not row.is_evidence)]
        return self._fitting[pattern]

    def left_out_by(self, pattern: Pattern) -> Phrase | None:
        """Say what left out the metrics that a pattern means, None where it means none of those."""
        return next((reason for key, reason in self.left_out.items() if pattern.fits(key)), None)

    @cached_property
    def _by_path(self) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(row.path, []).append(row)
        return found

    def _form(self, row: Row) -> NumberFormat:
        """How the values of a metric are written in the comparison."""
        if row.key not in self._forms:
            self._forms.update(forms_of(self._by_path[row.path], range(len(self.names))))
        return self._forms[row.key]

    def not_found(self, pattern: Pattern, metric: str, told: str = "no version has this metric") -> Phrase:
        """Say what left out the metrics that a pattern means, or that no version has them, with the nearest that there are."""
        return self.left_out_by(pattern) or with_nearest(told, [metric], [row.key for row in self.rows])[0]

    def is_misspelt(self, pattern: Pattern, metric: str, dataset: str = "") -> bool:
        """Whether a rule means nothing because the name of its metric or dataset is mistyped; such a rule is never skipped."""
        if self.left_out_by(pattern) is not None:
            return False
        paths = {row.path for row in self.rows}
        if metric not in paths:
            return any(is_misspelt(metric, path) for path in paths)
        datasets = {name for row in self.rows if row.path == metric for name in (row.dataset, row.key.label) if name}
        return bool(dataset) and any(is_misspelt(dataset, name) for name in datasets)

    def pairs(self, row: Row) -> list[Pair]:
        """Each candidate's cell of a row beside the baseline's."""
        base = None if self.baseline is None else row.cells[self.baseline]
        base_runs = None if self.baseline is None else self.runs(row, self.baseline)
        return [
            Pair(
                row,
                place,
                self.names[place],
                row.cells[place],
                base,
                row.changes[place],
                self.side(row, place),
                self.runs(row, place),
                base_runs,
                self._form(row),
            )
            for place in self.candidates
        ]

    def failures(self) -> list[Check]:
        """Checks that fail before any rule is looked at: versions that could not be fetched, and nothing to check, with what removed it."""
        found = [Check("failed", say("fetch"), reason=reason, checked=False) for reason in not_fetched(self.errors)]
        if not self.candidates:
            nobody = say("no versions to check")
            if self.baseline is not None:
                name = self.names[self.baseline]
                nobody = say("the only version is the baseline {name} itself", name=name)
                if self.reason in (BASELINES["previous"], BASELINES["latest"], BASELINES["highest"]) and not self.removed:
                    nobody = only_one(name, self.reason)
            reason = say("{reason}; {removed}", reason=nobody, removed=joined(self.removed, "; ")) if self.removed else nobody
            found.append(Check("failed", say("no version"), reason=reason, checked=False))
        return found


@dataclass(frozen=True)
class Pair:
    """The cell of one version beside the baseline's.

    Attributes
    ----------
    row : Row
        The metric.
    place : int
        Position of the version that is checked.
    version : str
        Its name.
    cell, base : Cell, Cell or None
        Its cell and the baseline's; None where there is no baseline.
    change : Change
        How they compare, with what is known of their difference.
    side : Side, Phrase or None
        What is known of the version's value by itself, or why that is nothing.
    runs, base_runs : Runs or None
        The runs of which the value, and the baseline's, is the mean.
    form : NumberFormat or None
        How the values of the metric are written in the comparison.
    """

    row: Row
    place: int
    version: str
    cell: Cell
    base: Cell | None
    change: Change
    side: Side | Phrase | None
    runs: Runs | None = None
    base_runs: Runs | None = None
    form: NumberFormat | None = None

    def failed(self, *, optional: bool = False, as_baseline: bool = False) -> Phrase | None:
        """Say how many runs, or points of a list, have no number, so that the mean of the others is no value to check; None where it is.

        Parameters
        ----------
        optional, as_baseline : bool
            Whether runs may lack the metric, and whether they may where those of the baseline do; never be NaN or a text.
        """
        if self.runs is None:
            return told_gaps(self.cell)
        allowed = optional or (as_baseline and self.base_runs is not None and self.base_runs.failed and self.base_runs.only_absent)
        return None if self.runs.only_absent and allowed else self.runs.told_failed

    @property
    def delta(self) -> float | None:
        """Value minus baseline, None where one of them is not a number."""
        return None if self.base is None or self.cell.value is None or self.base.value is None else difference(self.cell, self.base)

    def scale(self, *, percent: bool = False) -> Scale:
        """How a difference is written beside a margin or an interval: in percent only where the rule asks for that."""
        relative = scale_of_differences(self.row.path, self._values) if percent else self.row.scale
        return relative if percent and relative.ratio else self.row.scale.absolute

    @property
    def relative_scale(self) -> Scale:
        """How the interval of a difference relative to the baseline is written: in percent of that, whatever the metric is."""
        return replace(self.row.scale, ratio=True)

    @property
    def is_finite(self) -> bool:
        """Whether neither value is infinite: a sum that overflowed is no measurement, and would keep any bound on its side."""
        return not any(each is not None and each.value is not None and math.isinf(each.value) for each in (self.cell, self.base))

    @property
    def lacks_one(self) -> bool:
        """Whether one of the two was not stated, the other being a number or not stated either: a NaN is there, and no value."""
        if is_blank(self.cell):
            return True
        is_value = self.cell.value is not None and math.isfinite(self.cell.value) and self.negative is None
        return is_value and (self.base is None or is_blank(self.base))

    @property
    def no_number(self) -> Phrase:
        """Say what the version states where that is not a number."""
        if is_list(self.cell):
            return ask_for_series(self.cell)
        if self.cell.state is State.NAN:
            return say("the value is {text}", text="NaN")
        if self.cell.state is State.DIFFERS:
            return say("the value {text}", text=self.cell.text[:80])
        return say("the value is {state}: {text}", state=say(self.cell.state), text=self.cell.text[:40])

    @property
    def no_baseline(self) -> Phrase:
        """Say what the two state where the baseline has no number to compare with."""
        base = say(State.ABSENT) if self.base is None else say(self.base.state)
        return say("the value is {state}, the baseline's is {base}", state=say(self.cell.state), base=base)

    @property
    def has_no_result(self) -> bool:
        """Whether one of the two is NaN or null, as of a run that failed."""
        return any(each is not None and each.state in (State.NAN, State.NULL) for each in (self.cell, self.base))

    @property
    def undirected(self) -> Phrase:
        """Say that a change is neither a gain nor a loss that is known."""
        return say("changed, and which way is better is {direction}", direction=self.row.direction.said)

    @property
    def negative(self) -> str | None:
        """Say that one of the two is no value of its metric, as -1 of a word error rate whose evaluation failed."""
        return IMPOSSIBLE.reason if self.row.direction is IMPOSSIBLE and any(value < 0 for value in self._values) else None

    @property
    def impossible(self) -> str | None:
        """Say that the two cannot be compared because one is negative, or looks like percent and the other like a fraction."""
        if self.negative is not None:
            return self.negative
        return MIXED if looks_mixed(self.row) else None

    def never_beyond(self, bound: float, *, up: bool) -> Phrase | None:
        """Say that no value can be above a bound, or below it, so that nothing breaks a rule; None where one can."""
        low, high = bounds_of(self.row.path, self._values)
        if not math.isfinite(high - low) or not (bound > high if up else bound < low):
            return None
        told = "no {metric} can be lower: write a bound from {low} to {high}"
        told = "no {metric} can be higher: write a bound from {low} to {high}" if up else told
        return say(told, metric=self.row.path, low=format_computed(low), high=format_computed(high))

    def never_so_far(self, margin: float, *, up: bool) -> Phrase | None:
        """Say the same of values so far above the baseline, or below it."""
        return never_so_far(self.row.path, self._values, margin, up=up)

    def fraction_of_percent(self, bound: float) -> Phrase | None:
        """Say that a lower bound is a fraction and the values are in percent, so that hardly any value breaks it; None where not."""
        if not 0 < bound <= 1 or not is_percent(self.row.path, self._values):
            return None
        told = {"metric": self.row.path, "bound": format_computed(bound), "meant": format_computed(100 * bound)}
        return say("values of {metric} are in percent, and {bound} is a fraction: write {meant}", **told)

    def refuse_points(self) -> Phrase | None:
        """Say that a margin in percentage points has no meaning for this metric; None where it has one."""
        if has_points(self.row.path):
            return None
        said = "percentage points need a fraction, and {metric} is not one: write a number, such as 0.05, or a percentage, 5%"
        return say(said, metric=self.row.path)

    def allows_anything(self, tolerance: Tolerance) -> Phrase | None:
        """Say that no value can be worse by more than a tolerance."""
        base = None if self.base is None else self.base.value
        if base is None:
            return None
        up = self.row.direction.mode == "min"
        return tolerance.allows_anything((self.row.path, self.row.dataset), self._values, base, up=up)

    @property
    def _values(self) -> list[float]:
        return [cell.value for cell in (self.cell, self.base) if cell is not None and cell.value is not None]

    def check(
        self,
        outcome: Outcome,
        rule: str,
        reason: str = "",
        allowed: str = "",
        bound: float | None = None,
        *,
        as_measured: bool = False,
        limit: str = "",
        is_plain: bool = False,
        scale: Scale | None = None,
    ) -> Check:
        """Give the outcome of a check of this pair; without a scale its difference is written as tables do."""
        number = self.base.value if self.base is not None else None
        key = self.row.key
        return Check(
            outcome,
            rule,
            self.version,
            key.path,
            key.dataset,
            self.cell.value,
            number,
            self.delta,
            allowed,
            reason,
            None if bound is None else cleared(bound),
            as_measured,
            label=key.label,
            limit=limit or allowed,
            is_plain=is_plain,
            scale=scale or self.row.scale,
            usual=self.form,
            better=self.row.direction.mode,
        )

    def uncheckable(
        self, outcome: Outcome, rule: str, reason: str = "", allowed: str = "", bound: float | None = None, *, scale: Scale | None = None
    ) -> Check:
        """Give the outcome of a check for which something is missing."""
        return replace(self.check(outcome, rule, reason, allowed, bound, scale=scale), checked=False)

    def check_bound(
        self,
        rule: str,
        bound: float,
        remark: str,
        allowed: str,
        *,
        passed: bool,
        relative: bool,
        percent: bool = False,
        limit: str = "",
        is_plain: bool = False,
        scale: Scale | None = None,
    ) -> Check:
        """Check a bound on the measured value, and say where chance may have decided.

        Parameters
        ----------
        relative, percent : bool
            Whether the bound is one on the difference to the baseline, and whether in percent of that.
        is_plain : bool
            Whether `remark` says no more than value and bound do.
        scale : Scale, optional
            How the difference is written where the rule says it.
        """
        unsure = self._unsure(bound, relative=relative, percent=percent)
        # a failed check needs no remark that no interval is known
        more = "" if unsure is UNKNOWN and not passed else unsure
        reason = joined([each for each in (remark, more) if each], "; ")
        scale = scale or (self.scale() if relative and unsure and unsure is not UNKNOWN else None)
        return self.check(
            "passed" if passed else "failed",
            rule,
            reason,
            allowed,
            bound,
            as_measured=bool(unsure),
            limit=limit,
            is_plain=is_plain and not more,
            scale=scale,
        )

    def judged_with(self, tolerance: Tolerance) -> Pair:
        """Return the same pair judged with another tolerance."""
        evidence = self.change.evidence
        if self.base is None or evidence is None:
            return self
        return replace(self, change=compare_cells(self.cell, self.base, self.row.direction, tolerance, lambda: evidence))

    def doubted(self, reason: Phrase | str = "", *, finds: bool = False) -> Phrase | str:
        """Add to a reason what is given and not believed, which others say where they say what the interval rests on.

        Where it `finds` a version better or worse, what has to be said with that too.
        """
        evidence = self.change.evidence
        sides = None if evidence is None or not finds else evidence.sides
        found = (None if evidence is None else evidence.doubt, None if sides is None else sides.caution)
        return joined([each for each in (reason, *found) if each], "; ")

    def written(self, bound: float, *, relative: bool = True) -> str:
        """Write a bound as the numbers beside it are written where it is `relative` to the baseline, else as a rule states it."""
        if not relative:
            return format_computed(bound)
        base = self.base.value if self.base is not None else None
        return form_of(self.form, self.cell.value, base, bound).value(cleared(bound))

    def _unsure(self, bound: float, *, relative: bool, percent: bool = False) -> Phrase | str:
        """Say why chance may have decided: the 95 % interval of the difference, or of the value, includes the bound or is not known."""
        if relative:
            interval = None if self.change.evidence is None else self.change.evidence.interval
            base = self.base.value if self.base is not None else None
            if interval is None or base is None:
                return UNKNOWN
            low, high = self._ends(interval, percent=percent)
            if not low < bound - base < high or low == high:
                return ""
            said, scale = "as measured: 95 % interval of the difference {ends} includes the bound", self.scale()
            if (low, high) != (interval.low, interval.high):
                said, scale = "as measured: 95 % interval of the relative difference {ends} includes the bound", self.relative_scale
                # of what is never negative no more than all can be lost
                low = max(low, -base) if bounds_of(self.row.path, self._values)[0] >= 0 else low
            return self.doubted(say(said, ends=scale.write_range(low, high, base)))
        if self.side is None or isinstance(self.side, Phrase):
            return UNKNOWN
        low, high = self.side.own(_LEVEL)
        if not low < bound < high:
            return ""
        said = "as measured: 95 % interval of the value {low} to {high} includes the bound"
        low_end, high_end = _outward(low, high)
        return say(said, low=low_end, high=high_end)

    def _ends(self, interval: Interval, *, percent: bool) -> tuple[float, float]:
        """Give the interval of the difference; beside a margin in percent that of the ratio to the baseline."""
        sides = None if self.change.evidence is None else self.change.evidence.sides
        if not percent or sides is None or interval.low == interval.high:
            return interval.low, interval.high
        low, high = (relative_end(sides, _LEVEL, up=up) for up in (False, True))
        return interval.low if low is None else low, interval.high if high is None else high


def _outward(low: float, high: float) -> tuple[str, str]:
    """Write an interval of a value, rounded outward, and by no more than a tenth of its width, which its own digits are most of."""
    ends = low, high
    for digits in range(_DIGITS, _ALL_DIGITS):
        ends = rounded_outward(low, digits, up=False), rounded_outward(high, digits, up=True)
        if max(low - ends[0], ends[1] - high) <= (high - low) / 10:
            break
    form = choose_format(ends, least=_DIGITS, readable=_ALL_DIGITS)
    return form.value(ends[0]), form.value(ends[1])


def relative_end(sides: Sides, level: float, *, up: bool) -> float | None:
    """Find one end of the interval of a difference as a part of the baseline, the error of which has its part in it.

    It is the change at which the interval of the version's value minus the changed baseline ends at 0: with standard errors that of
    E. C. Fieller (1954, Some problems in interval estimation, Journal of the Royal Statistical Society B 16, 175-185), with the Wilson
    intervals of shares MOVER-R (R. G. Newcombe 2016, MOVER-R confidence intervals for ratios and products of two independently
    estimated quantities, Statistical Methods in Medical Research 25, 1774-1778). A difference beside a margin that is taken from the
    measured baseline would leave that error out.

    Parameters
    ----------
    sides : Sides
        What is known of the version's value and of the baseline's.
    level : float
        Confidence of the two-sided interval, 0 to 1.
    up : bool
        Whether it is the upper end.

    Returns
    -------
    float or None
        In the metric's own unit, as a difference to the measured baseline; None where nothing is known of the baseline's own error,
        or where its interval holds 0.
    """
    base = sides.base.value
    if not base:
        return None

    def is_beyond(change: float) -> bool | None:
        """Whether the true change may still be larger, upwards or downwards."""
        found = sides.mine.beyond(sides.base, 1 + (change if base > 0 else -change), level)
        return None if found is None else (found.high > 0 if up else found.low < 0)

    sign, reach = (1.0 if up else -1.0), 1e-3
    start = (sides.mine.value - base) / abs(base)
    while is_beyond(start + sign * reach):
        reach *= 2
        if reach > _FARTHEST:
            return None
    if is_beyond(start) is None:
        return None
    near, far = 0.0, reach
    for _ in range(_STEPS):
        middle = (near + far) / 2
        near, far = (middle, far) if is_beyond(start + sign * middle) else (near, middle)
    return (start + sign * far) * abs(base)
