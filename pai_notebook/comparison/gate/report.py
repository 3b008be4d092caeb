"""What a gate found: every check, which of them failed, and the error that stops a notebook."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.comparison.gate.outputs import GateExports
from pai_notebook.comparison.gate.view import describe_gate, gate_lines, headline, told_delta
from pai_notebook.display import Brief, Displayed, Stack, notebook_display
from pai_notebook.errors import RegressionError
from pai_notebook.guides import Guided, guide
from pai_notebook.i18n.phrases import joined, say, told
from pai_notebook.model.differences import Scale
from pai_notebook.model.names import Name
from pai_notebook.model.numbers import NumberFormat, choose_format, cleared

if TYPE_CHECKING:
    from pai_notebook.model.metric_words import Mode

Outcome = Literal["passed", "failed", "skipped"]
_SHOWN = 5
# What raises, and the checks that failed, are looked for under.
_RAISES = "raise_for_status raise_for_errors raise_for_failures raise_if_failed raise_on_failure assert_passed assert_ok"
_BREACHES = "failed failures failed_checks failing fails violations errors"


@dataclass(frozen=True, repr=False)
class Check(Brief):
    """One rule applied to one version; the failed ones are the breaches.

    Attributes
    ----------
    outcome : "passed", "failed" or "skipped"
        A skipped check is one that the rule itself allows to be left out, or that compares the baseline with itself.
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
    called : str
        The version as sentences say it where there are several models: with the model; empty elsewhere.
    is_relative : bool
        Whether the rule compares with the baseline, so that its number and the difference to it are shown.
    usual : NumberFormat or None
        How the values of the metric are written in the comparison.
    is_baseline : bool
        Whether the rule was skipped as the version is the baseline itself, so that there is nothing to check.
    model : str
        Id of the version's model; empty where it has none.
    better : "max", "min" or None
        Which way was taken for better; None where that is not known.
    """

    _instead = guide({"outcome": "status passed failed ok result", "bound": "threshold limit_value"})
    _leads_to = (("GateReport", "report"),)

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
    called: str = field(default="", compare=False)
    is_relative: bool = field(default=True, compare=False)
    usual: NumberFormat | None = field(default=None, compare=False)
    is_baseline: bool = field(default=False, compare=False)
    model: str = field(default="", compare=False)
    better: Mode | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The metric as people read it, `path@dataset`."""
        return Name("metrics", self.metric, self.dataset, self.label).shown

    @property
    def beside(self) -> float | None:
        """The baseline's number as it is shown: None where the rule does not compare with it."""
        return self.baseline if self.is_relative else None

    @property
    def form(self) -> NumberFormat:
        """How its numbers are written: value, baseline and bound read differently where they differ."""
        return form_of(self.usual, self.value, self.beside, self.bound)

    def _brief(self) -> str:
        return say("{kind} {sentence}", kind=say(self.outcome), sentence=self.words)

    def _lines(self) -> Sequence[str]:
        return [self.words]

    @property
    def words(self) -> str:
        """The check in words, names as they are."""
        form = self.form
        value = "" if self.value is None else say(" is {value}", value=form.value(self.value))
        baseline = "" if self.beside is None else say(", baseline {value}", value=form.value(self.beside))
        delta = say(" ({difference})", difference=told) if (told := told_delta(self)) else ""
        head = self.called or self.version or self.rule
        if self.metric and self.version:
            words = "{name} of {version}{value}{baseline}{delta}"
            head = say(words, name=self.name, version=self.called or self.version, value=value, baseline=baseline, delta=delta)
        remarks = [*([self.reason] if self.reason else []), *([say("allowed {bound}", bound=self.allowed)] if self.allowed else [])]
        return say("{what}: {said}", what=head, said=joined(remarks, "; ")) if remarks else head


def form_of(usual: NumberFormat | None, *found: float | None) -> NumberFormat:
    """How the numbers of a check are written: as usual where that tells them apart, which the last digits of a calculation do not."""
    numbers = {cleared(number) for number in found if number is not None}
    # a bound is no value of the row, which may have digits of its own there
    alike = usual and len({replace(usual, own=0.0).value(number) for number in numbers}) < len(numbers)
    return usual if usual and not alike else choose_format(numbers)


def _excess(check: Check) -> float:
    """How far a value is beyond its bound, or from the baseline where it has none, as a share of the larger one: of any two metrics alike.

    Negative where the value itself keeps the bound and its interval does not; infinite where there is no number.
    """
    bound = check.baseline if check.bound is None else check.bound
    if check.value is None or bound is None:
        return math.inf
    above, below = check.value - bound, bound - check.value
    beyond = {">": below, "<": above}.get(check.limit[:1], abs(above))
    return beyond / (max(abs(check.value), abs(bound)) or 1.0)


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
    baseline_called : str
        The same as sentences say it: of several models with the model.
    left_out : set of (str, str)
        Metrics and their datasets that the comparison left out, so that no rule could ask about them.
    narrowed : str
        What left them out, in words; empty where nothing did.
    """

    _instead = guide(
        {"checks": "results rows items", "passed": "ok success is_ok succeeded status", "breaches": _BREACHES}
        | {
            "str(report)": "summary verdict",
            "raise_for_breaches()": _RAISES,
            "int(not report.passed)": "exit_code exitcode returncode return_code",
        }
        | {"pandas.DataFrame(map(vars, report.checks))": "to_frame df to_df to_pandas table"}
        | {"[vars(check) for check in report.checks]": "to_json to_dict json records"}
    )
    _leads_to = (("Check", "[check.{} for check in report.checks]"), ("Comparison", "comparison"))
    _it = "report"

    checks: tuple[Check, ...]
    title: str
    remarks: tuple[str, ...] = ()
    dataset_names: Mapping[str, str] = field(default_factory=dict, compare=False)
    model_names: Mapping[str, str] = field(default_factory=dict, compare=False)
    baseline_name: str = field(default="", compare=False)
    baseline_called: str = field(default="", compare=False)
    left_out: Collection[tuple[str, str]] = field(default=frozenset(), compare=False)
    narrowed: str = field(default="", compare=False)

    @property
    def breaches(self) -> tuple[Check, ...]:
        """Every check that failed: first those farthest beyond their bounds, relative to these; last those that could not be checked."""
        failed = [check for check in self.checks if check.outcome == "failed"]
        return tuple(sorted(failed, key=lambda check: (not check.checked, -_excess(check) if check.checked else 0.0)))

    @property
    def passed(self) -> bool:
        """Whether none failed, and at least one check passed or the only version is the baseline itself, so that nothing is new."""
        return not self.breaches and any(check.outcome == "passed" or check.is_baseline for check in self.checks)

    @property
    def _listed(self) -> tuple[Check, ...]:
        """The checks as build servers have them: of a gate that is not passed one failed, also where nothing was checked."""
        if self.passed or self.breaches:
            return self.checks
        skipped = say("{count} skipped", count=len(self.checks)) if self.checks else ""
        return (*self.checks, Check("failed", say("nothing was checked"), reason=skipped, checked=False))

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


class GateFailed(Guided, RegressionError):
    """A gate that did not pass: lists every breach, as text in a traceback and as HTML where it is displayed.

    Attributes
    ----------
    report : GateReport
        Every check, with the failed ones in `breaches`.
    """

    _instead = guide({"breaches": _BREACHES, "report.checks": "results"})
    _leads_to = (("GateReport", "report"), ("Check", "[check.{} for check in error.report.checks]"))
    _it = "error"

    _shown_in = 0
    _tables_above = False

    def __init__(self, report: GateReport) -> None:
        breaches = report.breaches
        more = [say("and {count} more, in error.breaches", count=len(breaches) - _SHOWN)] if len(breaches) > _SHOWN else []
        said = joined([headline(report), *(check.words for check in breaches[:_SHOWN]), *more], "; ")
        super().__init__(said, breaches=breaches, hint=say("`error.report` has the whole table."), partial=report)
        self.report = report

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, super().__reduce__()[1][1:]

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


# what Python prints is what `except` can name
GateFailed.__module__, GateFailed.__qualname__, GateFailed.__name__ = RegressionError.__module__, *[RegressionError.__name__] * 2


def _again(fields: dict[str, Any], cause: BaseException | None) -> GateFailed:
    error = GateFailed(fields["report"])
    error.__dict__.update(fields)
    error.__cause__ = cause
    return error
