"""What a gate found: every check, which of them failed, and the error that stops a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pai_notebook.calls import guide
from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.gate.outputs import GateExports
from pai_notebook.comparison.gate.view import describe_gate, gate_lines, headline, told_delta
from pai_notebook.comparison.rows import Change, Row, difference
from pai_notebook.comparison.series import ask_for_series, is_list
from pai_notebook.comparison.sources import Side
from pai_notebook.comparison.tolerance import Tolerance
from pai_notebook.display import Brief, Displayed, Stack, notebook_display
from pai_notebook.errors import RegressionError
from pai_notebook.i18n.phrases import Phrase, joined, say, told
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.names import Name, Pattern
from pai_notebook.model.numbers import NumberFormat, choose_format, cleared, rounded_outward

Outcome = Literal["passed", "failed", "skipped"]
_SHOWN = 5
_LEVEL = 0.95
# Digits of the ends of an interval: as few as tell its width.
_DIGITS, _ALL_DIGITS = 3, 13
_UNKNOWN = say("as measured: no interval known")


@dataclass(frozen=True, repr=False)
class Check(Brief):
    """One rule applied to one version; the failed ones are the breaches.

    Attributes
    ----------
    outcome : "passed", "failed" or "skipped"
        A skipped check is one that the rule itself allows to be left out.
    rule : str
        The rule as written, or `no regression`.
    version, metric, dataset : str
        What was checked; empty where a rule found nothing to check.
    value, baseline, delta : float or None
        The numbers, None where there is none.
    allowed : str
        The bound in words, for example `<= 0.177 (baseline + 0.002)`.
    reason : str
        Why it failed or was skipped; for a passed check what should be known.
    bound : float or None
        The bound as a number, None where there is none.
    as_measured : bool
        Whether chance may have decided it: no interval is known, or the one that is includes the bound.
    checked : bool
        Whether it could be checked: False where a version, a metric, a number or an interval that it needs is not there.
    stated : str
        What the version states where that is no number, such as a truth value; empty elsewhere.
    label : str
        What the registry calls the dataset; empty where it has no name.
    limit : str
        The part of `allowed` that is shown below the rule itself: the bound, without how it follows from the baseline.
    is_plain : bool
        Whether `reason` says no more than value and bound do side by side.
    scale : Scale or None
        How `delta` is written: in the unit of the rule's margin and of the interval in `reason`, without them as tables do.
    """

    outcome: Outcome
    rule: str
    version: str = ""
    metric: str = ""
    dataset: str = ""
    value: float | None = None
    baseline: float | None = None
    delta: float | None = None
    allowed: str = ""
    reason: str = ""
    bound: float | None = None
    as_measured: bool = False
    checked: bool = True
    stated: str = ""
    label: str = field(default="", compare=False)
    limit: str = field(default="", compare=False)
    is_plain: bool = field(default=False, compare=False)
    scale: Scale | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The metric as people read it, `path@dataset`."""
        return Name("metrics", self.metric, self.dataset, self.label).shown

    @property
    def form(self) -> NumberFormat:
        """How its numbers are written: value, baseline and bound read differently where they differ."""
        # what the last digits of a calculation carry tells none of them apart
        return choose_format([cleared(number) for number in (self.value, self.baseline, self.bound) if number is not None])

    def _brief(self) -> str:
        return say("{kind} {sentence}", kind=say(self.outcome), sentence=self.words)

    def _lines(self) -> Sequence[str]:
        return [self.words]

    @property
    def words(self) -> str:
        """The check in words, names as they are."""
        form = self.form
        value = "" if self.value is None else say(" is {value}", value=form.value(self.value))
        baseline = "" if self.baseline is None else say(", baseline {value}", value=form.value(self.baseline))
        delta = "" if self.delta is None else say(" ({difference})", difference=told_delta(self))
        head = self.version or self.rule
        if self.metric and self.version:
            words = "{name} of {version}{value}{baseline}{delta}"
            head = say(words, name=self.name, version=self.version, value=value, baseline=baseline, delta=delta)
        remarks = [*([self.reason] if self.reason else []), *([say("allowed {bound}", bound=self.allowed)] if self.allowed else [])]
        return say("{what}: {said}", what=head, said=joined(remarks, "; ")) if remarks else head


@dataclass(frozen=True, repr=False)
class GateReport(GateExports, Displayed):
    """Every check of a gate. `passed` says whether all of them passed or were allowed to be skipped.

    Attributes
    ----------
    checks : tuple of Check
        In the order of the rules, versions and datasets.
    title : str
        What was checked.
    remarks : tuple of str
        What should be known of the whole: what several versions or a moving baseline mean for the checks.
    dataset_names : mapping of str to str
        What the registry calls the datasets, by what metrics call them.
    model_names : mapping of str to str
        What the registry calls the models of the versions, by their ids; empty for a name that is not known.
    baseline_name : str
        The version that the others are measured against; empty where there is none, or one for each version.
    """

    _instead = guide({"checks": "to_frame to_json results rows", "passed": "ok success", "breaches": "failed failures"})

    checks: tuple[Check, ...]
    title: str
    remarks: tuple[str, ...] = ()
    dataset_names: Mapping[str, str] = field(default_factory=dict, compare=False)
    model_names: Mapping[str, str] = field(default_factory=dict, compare=False)
    baseline_name: str = field(default="", compare=False)

    @property
    def breaches(self) -> tuple[Check, ...]:
        """Every check that failed."""
        return tuple(check for check in self.checks if check.outcome == "failed")

    @property
    def passed(self) -> bool:
        """Whether at least one check passed and none failed."""
        return not self.breaches and any(check.outcome == "passed" for check in self.checks)

    def __bool__(self) -> bool:
        return self.passed

    def raise_for_breaches(self) -> GateReport:
        """Return the report itself when the gate is passed, else raise.

        Returns
        -------
        GateReport
            This report.

        Raises
        ------
        RegressionError
            When a check failed, or nothing at all was checked; `breaches` has them all.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.check("latency_ms < 1").raise_for_breaches().passed
        True
        """
        if self.passed:
            return self
        raise GateFailed(self)

    def _brief(self) -> str:
        return headline(self)

    def _describe(self) -> Stack:
        return describe_gate(self)


class GateFailed(RegressionError):
    """A gate that did not pass: lists every breach, as text in a traceback and as HTML where it is displayed.

    Attributes
    ----------
    report : GateReport
        Every check, with the failed ones in `breaches`.
    """

    _shown_in = 0
    _tables_above = False

    def __init__(self, report: GateReport) -> None:
        breaches = report.breaches
        more = [say("and {count} more, in error.breaches", count=len(breaches) - _SHOWN)] if len(breaches) > _SHOWN else []
        said = joined([headline(report), *(check.words for check in breaches[:_SHOWN]), *more], "; ")
        super().__init__(said, breaches=breaches, hint=say("`error.report` has the whole table."), partial=report)
        self.report = report

    def _repr_html_(self) -> str:
        return self.report._repr_html_()

    def _render_traceback_(self) -> list[str]:
        """Show the tables above the lines where a notebook runs; a terminal has the lines alone."""
        display, cell = notebook_display()
        self._tables_above = display is not None
        # IPython asks once more when it keeps the outputs of a cell
        if display is not None and cell != self._shown_in:
            self._shown_in = cell
            display({"text/html": self._repr_html_()}, raw=True)
        return super()._render_traceback_()

    def _told(self) -> Sequence[str]:
        lines = gate_lines(self.report, brief=self._tables_above)
        return [f"{RegressionError.__name__}: {told(headline(self.report))}", *map(told, lines)]


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
    """

    rows: Sequence[Row]
    names: Sequence[str]
    baseline: int | None
    errors: Mapping[str, Any]
    side: Callable[[Row, int], Side | Phrase | None]
    removed: Sequence[str] = ()
    tolerance: Tolerance = field(default_factory=Tolerance)
    left_out: Mapping[Name, Phrase] = field(default_factory=dict)

    @property
    def candidates(self) -> list[int]:
        """Positions of the versions that are checked: all but the baseline."""
        return [place for place in range(len(self.names)) if place != self.baseline]

    def fitting(self, pattern: Pattern) -> list[Row]:
        """Rows that a pattern means: what says how sure another metric is only where it is named."""
        found = ((row, pattern.rank(row.key)) for row in self.rows)
        return [row for row, rank in found if rank is not None and (rank[0] or not row.is_evidence)]

    def left_out_by(self, pattern: Pattern) -> Phrase | None:
        """Say what left out the metrics that a pattern means, None where it means none of those."""
        return next((reason for key, reason in self.left_out.items() if pattern.fits(key)), None)

    def pairs(self, row: Row) -> list[Pair]:
        """Each candidate's cell of a row beside the baseline's."""
        base = None if self.baseline is None else row.cells[self.baseline]
        return [
            Pair(row, place, self.names[place], row.cells[place], base, row.changes[place], self.side(row, place))
            for place in self.candidates
        ]

    def failures(self) -> list[Check]:
        """Checks that fail before any rule is looked at: versions that could not be fetched, and nothing to check, with what removed it."""
        found = [
            Check(
                "failed",
                say("fetch"),
                reason=say("{address} could not be fetched: {error}", address=error.called(address), error=error.sentence),
                checked=False,
            )
            for address, error in self.errors.items()
        ]
        if not self.candidates:
            alone = "the only version is the baseline {name} itself"
            nobody = say("no versions to check") if self.baseline is None else say(alone, name=self.names[self.baseline])
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
    """

    row: Row
    place: int
    version: str
    cell: Cell
    base: Cell | None
    change: Change
    side: Side | Phrase | None

    @property
    def delta(self) -> float | None:
        """Value minus baseline, None where one of them is not a number."""
        return None if self.base is None or self.cell.value is None or self.base.value is None else difference(self.cell, self.base)

    def scale(self, *, percent: bool = False) -> Scale:
        """How a difference is written beside a margin or an interval: in percent only where the rule asks for that."""
        numbers = [cell.value for cell in (self.cell, self.base) if cell is not None and cell.value is not None]
        relative = scale_of_differences(self.row.path, numbers) if percent else self.row.scale
        return relative if percent and relative.ratio else self.row.scale.absolute

    @property
    def no_number(self) -> Phrase:
        """Say what the version states where that is not a number."""
        if is_list(self.cell):
            return ask_for_series(self.cell)
        if self.cell.state is State.NAN:
            return say("the value is {text}", text="NaN")
        return say("the value is {state}: {text}", state=say(self.cell.state), text=self.cell.text[:40])

    @property
    def mixed(self) -> Phrase | None:
        """Say that the two cannot be compared because one looks like percent and the other like a fraction."""
        return say("some values look like percent and others like fractions") if looks_mixed(self.row) else None

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
            scale=scale or self.row.scale,
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
        more = "" if unsure is _UNKNOWN and not passed else unsure
        reason = joined([each for each in (remark, more) if each], "; ")
        scale = scale or (self.scale() if relative and unsure and unsure is not _UNKNOWN else None)
        check = self.check(
            "passed" if passed else "failed", rule, reason, allowed, bound, as_measured=bool(unsure), limit=limit, scale=scale
        )
        return replace(check, is_plain=is_plain and not more)

    def written(self, bound: float) -> str:
        """Write a bound as the numbers beside it are written."""
        return self.check("passed", "", bound=bound).form.value(cleared(bound))

    def _unsure(self, bound: float, *, relative: bool, percent: bool = False) -> Phrase | str:
        """Say why chance may have decided: the 95 % interval of the difference, or of the value, includes the bound or is not known."""
        if relative:
            interval = None if self.change.evidence is None else self.change.evidence.interval
            base = self.base.value if self.base is not None else None
            if interval is None or base is None:
                return _UNKNOWN
            if not interval.low < bound - base < interval.high or interval.low == interval.high:
                return ""
            # of what is never negative no more than all can be lost
            scale = self.scale(percent=percent and interval.low > -base)
            said = "as measured: 95 % interval of the difference {ends} includes the bound"
            return say(said, ends=scale.write_range(interval.low, interval.high, base))
        if self.side is None or isinstance(self.side, Phrase):
            return _UNKNOWN
        low, high = self.side.own(_LEVEL)
        if not low < bound < high:
            return ""
        said = "as measured: 95 % interval of the value {low} to {high} includes the bound"
        low_end, high_end = _outward(low, high)
        return say(said, low=low_end, high=high_end)


def _outward(low: float, high: float) -> tuple[str, str]:
    """Write an interval of a value, rounded outward, and by no more than a tenth of its width, which its own digits are most of."""
    ends = low, high
    for digits in range(_DIGITS, _ALL_DIGITS):
        ends = rounded_outward(low, digits, up=False), rounded_outward(high, digits, up=True)
        if max(low - ends[0], ends[1] - high) <= (high - low) / 10:
            break
    form = choose_format(ends, least=_DIGITS, readable=_ALL_DIGITS)
    return form.value(ends[0]), form.value(ends[1])
