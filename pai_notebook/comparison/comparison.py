"""The comparison of several versions with one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pai_notebook.calls import checked
from pai_notebook.comparison.code import fingerprint_of, plan_of
from pai_notebook.comparison.comparability import TWO_NAMES, Setting, cautions
from pai_notebook.comparison.explain import Explanation, explain
from pai_notebook.comparison.gate.evaluate import check_rules, remarks_on
from pai_notebook.comparison.gate.pairs import Gated
from pai_notebook.comparison.gate.regression import Policy, check_worsening
from pai_notebook.comparison.gate.report import Check, GateReport
from pai_notebook.comparison.outputs import ComparisonExports
from pai_notebook.comparison.questions import Questions
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.selection import find_row, with_nearest
from pai_notebook.comparison.tables_view import in_groups, model_names
from pai_notebook.comparison.tolerance import Tolerance, ToleranceLike
from pai_notebook.comparison.unused import unused_evidence
from pai_notebook.comparison.verdict import OverallVerdict
from pai_notebook.comparison.verdict_sentences import make_verdict
from pai_notebook.comparison.verdict_words import VERSIONS
from pai_notebook.comparison.view import describe_comparison
from pai_notebook.display import Block, Displayed
from pai_notebook.errors import ConfigurationError, NameNotFound
from pai_notebook.guides import guide, one_of
from pai_notebook.i18n.phrases import Phrase, first, say
from pai_notebook.model.document import FrozenDict
from pai_notebook.model.group import count_versions
from pai_notebook.model.order import is_rejected
from pai_notebook.python_source import to_python
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import pandas as pd


@checked
class Comparison(Questions, ComparisonExports, Displayed):
    """Versions against a baseline: what differs, by how much, and which is better. Immutable.

    Parameters
    ----------
    versions : sequence of ModelVersion
        In any order; they are compared in natural order.
    baseline : str, ModelVersion or None
        `"approved"` (the newest approved version), `"latest"` (the newest by creation time), `"previous"` (the one created
        before it), `"first"` or `"highest"` (by name), a version name or address, or a version, which is added when the set
        does not have it. By default the newest approved version; where none is approved the first by name that is not
        rejected, and the caption says so.
    directions : mapping, optional
        Which way a metric is better, by name or glob: `{"cer": "min", "val.*": "max"}`; told beats inferred.
    only : {"diff", "all"}
        What is shown: rows that differ (a missing value is a difference), or all rows.
    tolerance : float, str, pair or mapping
        How much may differ and still count as the same: 0.002, "5%", "1pp", (0.002, 0.05), or a mapping of metrics to these.
    include, exclude : str or list of str
        Globs over names; each narrows the kind of row it names (`cer*` metrics, `labels.*` labels, and so on). A whole section
        (`labels`, `metrics`, `training_spec`), or nothing but fields (`uri`), leaves out the other kinds.
    dataset : str, optional
        Only metrics of this dataset.
    errors : mapping, optional
        Versions that could not be fetched, and why.
    removed : sequence of str
        What conditions removed before, a sentence each; shown as notes and by gates.
    n : float, optional
        Number of examples behind every metric, for intervals; by default it is looked for beside each metric.
    series : {"last", "mean", "max", "min"} or mapping, optional
        Which number of a list is compared, for all metrics or by name. Of a curve (objects with a step and a value) it is the
        last by default; a bare list of numbers has no better or worse until this is said.
    by : str, optional
        The metric that matters, by name or `name@dataset`; `verdict` says first which version is best by it.
    repeats : str, list of str or mapping, optional
        Metrics whose lists hold one number a fold or a run, by name or glob: the means are compared, and the spread gives the
        interval. A name means folds, which share training data; a mapping says "folds" or "runs".
    paired : sequence of Paired, optional
        Results on the same examples that are evidence of differences, as `with_paired` takes them.
    path : str, optional
        Where the versions can be read from again, as `VersionSet.path` says.

    Raises
    ------
    VersionNotFound, ComparisonError
        When a baseline that was asked for is not in the set or could not be fetched.
    ConfigurationError
        For directions that contradict each other, and for arguments that mean nothing.

    Examples
    --------
    >>> from pai_notebook.model.version import ModelVersion
    >>> make = lambda name, cer: ModelVersion.from_document({"VersionName": name, "Metrics": {"cer": cer}}, "model-a")
    >>> c = Comparison([make("0.1.0", 0.175), make("0.2.0", 0.181)])
    >>> c.best("cer").version, c["cer"].changes[1].verdict.value, round(c["cer"].changes[1].delta, 6)
    ('0.1.0', 'no interval known', 0.006)
    """

    _instead = guide(
        {
            "best(metric)": "winner best_version best_run best_model argmax argmin idxmax idxmin",
            "rank(metric)[-1]": "worst loser",
            "check(rules).passed": "passed is_ok ok",
            "rank(metric)": "ranking ranked leaderboard sort sort_by sort_values",
            "changed": "diff difference differences text_diff diffs changes delta deltas percent",
            "specs": "settings params parameters hyperparameters hparams config",
            "interval(metric, version)": "low high confidence_interval ci significant is_significant significance ttest",
            "interval(metric, version).p_value()": "p_value pvalue p_values",
            "paired(metric, frames, on='id', correct='ok')": "paired_test mcnemar mcnemar_test bootstrap wilcoxon permutation_test",
            "pareto(metrics)": "pareto_front front trade_off trade_offs tradeoff tradeoffs",
            "report(path), or save(path) for a snapshot": "export write save_report report_html to_report html_report save_html write_html",
            'gate("METRIC > baseline")': "assert_better assert_improved assert_improvement",
            "assert_no_regression()": "assert_not_worse assert_no_worse",
            "check(rules).breaches": "breaches failed failures failed_checks",
            'check("fail if worse beyond chance").breaches': "is_worse worse regressed regressions is_regression has_regression",
            "verdict": "summary conclusion is_better better improved improvements answer",
            'report("report.pdf")': "to_pdf",
            'plot(metric).figure.savefig("chart.png")': "to_png to_svg to_image savefig save_plot",
            "pnb.VersionSet(comparison.versions).compare(include=metric)": "include select only",
            "pnb.VersionSet(comparison.versions).compare(include=metric), or .filter(where) for versions": "filter",
            "to_frame(flat=True).reset_index().to_dict(orient='records')": "to_dict as_dict asdict dict records to_records to_list",
            "to_frame(flat=True).reset_index().to_json(orient='records')": "to_json json",
            "comparison[metric]": "get row get_row get_metric",
            "[cell.value for cell in comparison[metric].cells]": "value values get_value",
            "[name for name in comparison.names if name != comparison.baseline_name]": "candidate candidates",
            "pnb.VersionSet(comparison.versions).compare(name)": "pairwise versus against rebase set_baseline with_baseline",
            "versions.compare() or registry.compare(versions)": "from_frame from_versions from_documents",
        }
    )
    _leads_to = (
        ("Plots", "plot"),
        ("OverallVerdict", "verdict"),
        ("ModelVersion", "[version.{} for version in comparison.versions]"),
        ("VersionSet", "VersionSet(comparison.versions)"),
        ("Registry", "registry"),
    )

    @cached_property
    def comparability(self) -> tuple[str, ...]:
        """Reasons to be careful, one sentence each; no value is corrected because of them."""
        if self._place is None or len(self._versions) < 2:  # noqa: PLR2004 - one version has nothing to be compared with
            return ()
        others = self._all[len(self._measured) :]
        # each is a text of its own, which people print
        names = [visible(name) for name in self._spoken.values()]
        return cautions(Setting(self._versions, names, self._place, self._measured, others, self._named))

    @cached_property
    def verdict(self) -> OverallVerdict:
        """What the comparison answers: what is better and worse beyond chance, what could not be told, and what it costs.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": 0.8 + 0.05 * nth, "n": 1000}} for nth in (1, 2)]
        >>> print(VersionSet.from_documents(docs, "model-a").compare("0.1.0").verdict.sentences[0])
        Better than 0.1.0 beyond chance (95 % together): 0.2.0 in accuracy (+5.0 pp).
        """
        return make_verdict(self, self.by_rows, self._by, self._tolerance)

    @property
    def coverage(self) -> pd.DataFrame:
        """State of every metric in every version: which can be compared at all, and which version lost one.

        Numbers of examples, errors and spreads are not metrics to compare, and are left out.
        """
        from pai_notebook.comparison.tables import coverage_frame  # noqa: PLC0415 - pandas loads on first use
        from pai_notebook.comparison.tables_view import failed_heads  # noqa: PLC0415 - loads when something is shown

        return coverage_frame([row for row in self.metrics if not row.is_evidence], self._names, failed_heads(self), self.dataset_names)

    def __getitem__(self, name: str | tuple[str, str]) -> Row:
        """Return a row by name: `cer`, `cer@d-a`, `labels.env`, `uri`; or by the name of a metric and its dataset."""
        try:
            return find_row(self.rows, name)
        except NameNotFound as error:
            error.hint = self._of_version(name) or error.hint
            raise

    def _stands_for(self, name: str) -> str:
        found = [row for row in self.rows if name in (row.path, row.full_name)]
        keys = [f"{name!r}, {row.dataset!r}" for row in found] if len(found) > 1 else [repr(name)] * len(found)
        return one_of([f"comparison[{key}]" for key in keys])

    def _of_version(self, name: object) -> str:
        """Say how to ask for what is different in a version, where a version is named; empty for another name."""
        return say("Use {code}.", code=f"explain().changes[{name!r}]") if name in self._names else ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, item: object) -> bool:
        return item in self.rows

    def _ipython_key_completions_(self) -> list[str]:
        return self.rows._ipython_key_completions_()

    def __bool__(self) -> bool:
        """Whether there are versions to compare; not whether they differ, which `changed` says."""
        return len(self._versions) > 1

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, Comparison) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def explain(self, lang: str | None = None, *, everything: bool = False) -> Explanation:
        """List what was found, the most important first: the verdict, reasons to be careful, and what changed, a line a version.

        Parameters
        ----------
        lang : {"en", "zh"}, optional
            Language of the sentences; that of `pnb.options.lang` by default.
        everything : bool
            Whether to tell every row that differs, a line each: metrics with both values, every setting, label and field, and the
            numbers of examples and errors. By default addresses, sources and descriptions are left out, and the metrics that the
            verdict has told.

        Returns
        -------
        Explanation
            Shown as a list; `str()` of it is text to send.

        Raises
        ------
        ConfigurationError
            For another language.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": 0.2 / n}, "TrainingSpec": {"lr": 0.1 * n}} for n in (1, 2)]
        >>> print(VersionSet.from_documents(docs, "model-a").compare("0.1.0").explain())
        model-a: 1 version against 0.1.0, as asked for
        - No interval is known, so that nothing can be called better or worse: cer.
        - As measured, ahead of 0.1.0: 0.2.0 in cer (-50.0 %).
        - 0.2.0: lr: 0.1 → 0.2
        """
        if lang in self._names:
            raise ConfigurationError(say("lang={lang!r} is not known", lang=lang), hint=self._of_version(lang))
        return explain(self, lang, everything=everything)

    def assert_no_regression(
        self,
        metrics: str | Sequence[str] = "*",
        *,
        tolerance: ToleranceLike | None = None,
        missing: Literal["fail", "skip"] = "fail",
        unknown: Literal["fail", "skip"] = "fail",
    ) -> GateReport:
        """Raise unless every version is at least as good as the baseline in every chosen metric, as measured.

        Costs (times, memory, sizes, prices) are checked too; they are never twice the same, so give them a tolerance.

        Parameters
        ----------
        metrics : str or list of str
            Names or globs.
        tolerance : float, str, pair or mapping, optional
            How much worse is allowed; the comparison's own tolerance by default. `{"latency_ms": "5%"}` is that of one metric.
        missing, unknown : {"fail", "skip"}
            What happens to a metric that a version lacks, and to a change whose direction is not known.

        Returns
        -------
        GateReport
            Of a gate that is passed.

        Raises
        ------
        RegressionError
            With every breach, when something is worse, missing, NaN or cannot be told, when a version could not be fetched,
            and when there was no version to check. Where the only version is the approved or named baseline itself, nothing is new.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": 0.3 / n}} for n in (1, 2)]
        >>> VersionSet.from_documents(docs, "model-a").compare("0.1.0").assert_no_regression("cer")
        <GateReport No regression passed: 1 check, only as measured>
        """
        chosen = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        allowed = self._tolerance if tolerance is None else Tolerance(tolerance, self._naming)
        keys = [row.key for row in self.metrics]
        notes = with_nearest("tolerance: {pattern!r} matches no metric", allowed.unused(keys), keys)
        checks = check_worsening(Policy(chosen, allowed, missing, unknown), self._gated())
        remarks = [*dict.fromkeys((*notes, *self._unmatched)), *self._unused_in(checks)]
        return self._report(checks, say("No regression"), remarks).raise_for_breaches()

    def _report(self, checks: Sequence[Check], title: Phrase, remarks: Sequence[str]) -> GateReport:
        """Give checks with the names that people read."""
        said = {name: full for name, full in self._names_said.items() if full != name}
        base = self.baseline_name
        models = {name: version.model_id for name, version in zip(self._names, self._versions, strict=True)}
        told = [replace(check, called=said.get(check.version, ""), model=models.get(check.version, "")) for check in checks]
        passed, failed = ({check.version for check in checks if check.outcome == outcome} for outcome in ("passed", "failed"))
        shown = zip(self._names, self._spoken.values(), self._versions, strict=True)
        remarks = [*remarks, *self._ungrouped]
        # what rules allow, the registry may not
        if rejected := [full for name, full, version in shown if name in passed - failed and is_rejected(version)]:
            remarks = [*remarks, say("Rejected, may not go live: {versions}.", versions=first(rejected, VERSIONS))]
        left_out = frozenset((key.path, key.dataset) for key in self.left_out)
        return GateReport(
            tuple(told),
            title,
            tuple(remarks),
            self.dataset_names,
            self._models,
            base,
            said.get(base, ""),
            left_out,
            self._selection.of_metrics if left_out else "",
        )

    def _unused_in(self, checks: Sequence[Check]) -> list[Phrase]:
        """What is stated beside the metrics of checks and does not count."""
        return unused_evidence(self, {(check.metric, check.dataset) for check in checks if check.checked})

    def _gated(self) -> Gated:
        return Gated(
            self.metrics,
            self._names,
            self._place,
            self._errors,
            self._side,
            self._removed,
            self._tolerance,
            self.left_out,
            self._runs,
            self._reason,
        )

    def gate(self, rules: str | Sequence[str]) -> GateReport:
        """Raise unless every version but the baseline passes every rule.

        Parameters
        ----------
        rules : str or list of str
            One rule a line, or a list of rules: `cer[d-a] <= baseline + 0.002`, `rtf <= baseline + 5%` (of the baseline),
            `accuracy >= baseline - 1pp` (points), `accuracy >= 0.92 if present`, # comment. A rule compares measured values;
            `accuracy >= baseline - 0.01 with 95% confidence` holds where one end of the interval of the difference keeps the
            bound, and `fail if worse beyond chance` fails where anything is worse with 95 % confidence for all metrics and
            versions together.
            `fail if accuracy worse beyond chance` fails where accuracy is missing, NaN or without a known interval (n, a standard
            error or n_runs beside it gives one); `if present` behind it lets it be missing. Over all metrics it fails where one
            that the baseline has is missing or NaN; metrics without an interval are counted in a remark, and a version of which
            nothing could be checked fails. What differs by no more than the tolerance of the comparison is not worse;
            `fail if accuracy worse by more than 1pp beyond chance` has a margin of its own, and the larger of both counts.

        Returns
        -------
        GateReport
            Of a gate that is passed.

        Raises
        ------
        RegressionError
            With every breach.
        AddressError
            When a rule does not follow the grammar, with line and column.
        ConfigurationError
            When `rules` is neither text nor a list of texts.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": 0.2 / n}} for n in (1, 2)]
        >>> VersionSet.from_documents(docs, "model-a").compare("0.1.0").gate(["cer <= baseline", "cer < 0.15"]).passed
        True
        """
        return self.check(rules).raise_for_breaches()

    def check(self, rules: str | Sequence[str]) -> GateReport:
        """Check rules as `gate` does and return the report, whether the gate is passed or not.

        Parameters
        ----------
        rules : str or list of str
            As for `gate`.

        Returns
        -------
        GateReport
            `passed` says whether every check passed; `raise_for_breaches()` raises when one did not.

        Raises
        ------
        AddressError, ConfigurationError
            As `gate`.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": 0.2 / n}} for n in (1, 2)]
        >>> VersionSet.from_documents(docs, "model-a").compare("0.1.0").check("cer < 0.05")
        <GateReport Gate: the check failed>
        """
        gated = self._gated()
        text = rules if isinstance(rules, str) else "\n".join(rules)
        two_names = [each for each in self.comparability if getattr(each, "template", "") == TWO_NAMES]
        checks = check_rules(text, gated)
        of_rules = remarks_on(text, gated, checks, previous=self._asked == "previous")
        remarks = (*self._unmatched, *of_rules, *self._unused_in(checks), *two_names)
        return self._report(checks, say("Gate"), remarks)

    @cached_property
    def _models(self) -> Mapping[str, str]:
        return FrozenDict(model_names(self._versions))

    @cached_property
    def _in_groups(self) -> tuple[list[Row], list[list[Row]]]:
        return in_groups(self)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what is compared and how: equal for the same data and options, in every process."""
        return fingerprint_of(self)

    def to_code(self) -> str:
        """Return Python that makes an equal comparison.

        Returns
        -------
        str
            Statements that end with the comparison in `c`.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.to_code())
        import pai_notebook as pnb
        <BLANKLINE>
        vs = pnb.get_versions("model-rbvg5w0xvkg09sgeed@1.5.0,1.7.0,1.8.0,1.9.0")
        c = vs.compare(baseline="1.5.0")
        <BLANKLINE>
        """
        return to_python(plan_of(self), "c") + "\n"

    def _brief(self) -> str:
        if self._place is None:
            return say("of no versions")
        return say(
            "of {count} against {baseline}: {changed} of {total} rows differ",
            count=count_versions([version for place, version in enumerate(self._versions) if place != self._place]),
            baseline=self.baseline_name,
            changed=len(self.changed),
            total=len(self.rows),
        )

    def _describe(self) -> Block:
        return describe_comparison(self)
