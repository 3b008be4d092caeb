"""What a gate found: every check, which of them failed, and the error that stops a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pai_notebook.comparison.rows import Row, difference
from pai_notebook.display import Badge, Block, Brief, Column, Displayed, Inline, Lines, Missing, Number, Table, render_html, render_text
from pai_notebook.errors import RegressionError
from pai_notebook.model.metrics import Cell
from pai_notebook.model.numbers import NumberFormat, choose_format, cleared
from pai_notebook.phrases import joined, say

__all__ = ["Check", "GateFailed", "GateReport", "Outcome", "Pair", "candidates_of", "failures"]

Outcome = Literal["passed", "failed", "skipped"]
_SHOWN = 60


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

    @property
    def form(self) -> NumberFormat:
        """How its numbers are written: value, baseline and bound read differently where they differ."""
        return choose_format([number for number in (self.value, self.baseline, self.bound) if number is not None])

    def _brief(self) -> str:
        return f"{self.outcome} {self.words}"

    def _lines(self) -> Sequence[str]:
        return [self.words]

    @property
    def words(self) -> str:
        """The check in words, names as they are."""
        name = f"{self.metric}@{self.dataset}" if self.dataset else self.metric
        form = self.form
        value = "" if self.value is None else f" is {form.value(self.value)}"
        baseline = "" if self.baseline is None else f", baseline {form.value(self.baseline)}"
        delta = "" if self.delta is None else f" ({form.delta(self.delta)})"
        head = f"{name} of {self.version}{value}{baseline}{delta}" if self.version else self.rule
        return f"{head}: {self.reason}" + (f"; allowed {self.allowed}" if self.allowed else "")


@dataclass(frozen=True, repr=False)
class GateReport(Displayed):
    """Every check of a gate. `passed` says whether all of them passed or were allowed to be skipped.

    Attributes
    ----------
    checks : tuple of Check
        In the order of the rules, versions and datasets.
    title : str
        What was checked.
    """

    checks: tuple[Check, ...]
    title: str

    @property
    def breaches(self) -> tuple[Check, ...]:
        """Every check that failed."""
        return tuple(check for check in self.checks if check.outcome == "failed")

    @property
    def passed(self) -> bool:
        """Whether at least one check passed and none failed."""
        return not self.breaches and any(check.outcome == "passed" for check in self.checks)

    def raise_for_breaches(self) -> GateReport:
        """Return the report itself when the gate is passed.

        Raises
        ------
        RegressionError
            When a check failed, or nothing at all was checked; `breaches` has them all.
        """
        if self.passed:
            return self
        raise GateFailed(self)

    def _brief(self) -> str:
        return f"{self.title} {'passed' if self.passed else 'failed'}: {len(self.breaches)} of {len(self.checks)} checks failed"

    def _describe(self) -> Block:
        counts = {outcome: sum(check.outcome == outcome for check in self.checks) for outcome in ("failed", "passed", "skipped")}
        order = sorted(self.checks, key=lambda check: check.outcome != "failed")
        columns: list[Column | str] = [
            "",
            say("check"),
            say("version"),
            Column(say("value"), align="right"),
            Column(say("baseline"), align="right"),
            say("allowed"),
            say("remark"),
        ]
        limit = max(_SHOWN, counts["failed"])
        counted = [say("{count} {outcome}", count=count, outcome=say(outcome)) for outcome, count in counts.items() if count]
        caption = say(
            "{title} passed: {counts}" if self.passed else "{title} failed: {counts}",
            title=self.title,
            counts=joined(counted) if counted else say("nothing was checked"),
        )
        return Table(columns, [_shape(check) for check in order], caption=caption, row_headers=2, limit=limit, unit=say("checks"))


_BADGES = {
    "passed": Badge(say("passed"), "good"),
    "failed": Badge(say("failed"), "bad"),
    "skipped": Badge(say("skipped"), "neutral"),
}


def _shape(check: Check) -> list[Inline]:
    form = check.form
    delta = "" if check.delta is None else form.delta(check.delta)
    value: Inline = Missing(say("none")) if check.value is None else Number(form.value(check.value), delta=delta)
    baseline: Inline = Missing(say("none")) if check.baseline is None else Number(form.value(check.baseline))
    name = f"{check.metric}@{check.dataset}" if check.dataset else check.metric
    where: Inline = Lines([name, check.rule]) if name else check.rule
    return [_BADGES[check.outcome], where, check.version, value, baseline, check.allowed, check.reason]


class GateFailed(RegressionError):
    """A gate that did not pass: lists every breach, as text in a traceback and as HTML where it is displayed."""

    def __init__(self, report: GateReport) -> None:
        breaches = report.breaches
        more = f"; and {len(breaches) - _SHOWN} more, in error.breaches" if len(breaches) > _SHOWN else ""
        said = ("; ".join(check.words for check in breaches[:_SHOWN]) or "nothing was checked") + more
        super().__init__(f"{report.title} failed: {said}", breaches=breaches, hint="`error.report` has the whole table.", partial=report)
        self.report = report

    def _repr_html_(self) -> str:
        return render_html(self.report._describe())  # noqa: SLF001 - the hook that every shown object has

    def _told(self) -> Sequence[str]:
        table = render_text(self.report._describe())  # noqa: SLF001 - as above
        return [f"{RegressionError.__name__}: {self.report.title} failed", *table.split("\n")]


@dataclass(frozen=True)
class Pair:
    """The cell of one version beside the baseline's.

    Attributes
    ----------
    row : Row
        The metric.
    version : str
        Name of the version that is checked.
    cell, base : Cell, Cell or None
        Its cell and the baseline's; None where there is no baseline.
    """

    row: Row
    version: str
    cell: Cell
    base: Cell | None

    @property
    def delta(self) -> float | None:
        """Value minus baseline, None where one of them is no number."""
        return None if self.base is None or self.cell.value is None or self.base.value is None else difference(self.cell, self.base)

    def check(self, outcome: Outcome, rule: str, reason: str = "", allowed: str = "", bound: float | None = None) -> Check:
        """Give the outcome of a check of this pair."""
        number = self.base.value if self.base is not None else None
        limit = None if bound is None else cleared(bound)
        name = self.row.path, self.row.dataset
        return Check(outcome, rule, self.version, *name, self.cell.value, number, self.delta, allowed, reason, limit)

    def written(self, bound: float) -> str:
        """Write a bound as the numbers beside it are written."""
        return self.check("passed", "", bound=bound).form.value(cleared(bound))


def candidates_of(names: Sequence[str], baseline: int | None) -> list[int]:
    """Positions of the versions that a gate checks: all but the baseline."""
    return [place for place in range(len(names)) if place != baseline]


def failures(names: Sequence[str], baseline: int | None, errors: Mapping[str, Any], removed: Sequence[str] = ()) -> list[Check]:
    """Checks that fail before any rule is looked at: versions that could not be fetched, and nothing to check, with what removed it."""
    found = [
        Check("failed", say("fetch"), reason=say("{address} could not be fetched: {error}", address=address, error=error.sentence))
        for address, error in errors.items()
    ]
    if not candidates_of(names, baseline):
        alone = "the only version is the baseline {name} itself"
        nobody = say("there is no version to check") if baseline is None else say(alone, name=names[baseline])
        reason = say("{reason}; {removed}", reason=nobody, removed=joined(removed, "; ")) if removed else nobody
        found.append(Check("failed", say("no version"), reason=reason))
    return found
