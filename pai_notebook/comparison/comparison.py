"""The comparison of several versions with one of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

from pai_notebook.arguments import checked, described, number_argument
from pai_notebook.comparison.aligned import Aligned, Told
from pai_notebook.comparison.code import fingerprint_of, plan_of
from pai_notebook.comparison.comparability import Setting, cautions
from pai_notebook.comparison.explain import Explanation, explain
from pai_notebook.comparison.gate.evaluate import check_rules, remarks_on
from pai_notebook.comparison.gate.regression import Policy, check_worsening
from pai_notebook.comparison.gate.report import Gated, GateReport
from pai_notebook.comparison.leaders import Leaders, find_leaders, leader_notes, luck_of
from pai_notebook.comparison.outputs import ComparisonExports
from pai_notebook.comparison.pareto import Pareto, make_pareto
from pai_notebook.comparison.rank import Best, Ranking, make_best, make_ranking
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.selection import RankingKey, ask, find_row, with_nearest
from pai_notebook.comparison.sources import Side
from pai_notebook.comparison.tolerance import Tolerance, ToleranceLike
from pai_notebook.comparison.uncertainty import Evidence
from pai_notebook.comparison.verdict import OverallVerdict
from pai_notebook.comparison.verdict_sentences import make_verdict
from pai_notebook.comparison.view import describe_comparison
from pai_notebook.display import Block, Displayed
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.metric_words import Mode
from pai_notebook.model.nearest import counted, listed
from pai_notebook.python_source import to_python

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.model.names import Name


@checked
class Comparison(Aligned, ComparisonExports, Displayed):
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
        How much may differ and still count as the same: 0.002, "5%", (0.002, 0.05), or a mapping of metrics to these.
    include, exclude : str or list of str
        Globs over names; each narrows the kind of row it names (`cer*` metrics, `labels.*` labels, and so on).
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

    @cached_property
    def comparability(self) -> tuple[str, ...]:
        """Reasons to be careful, one sentence each; no value is corrected because of them."""
        if self._place is None or len(self._versions) < 2:  # noqa: PLR2004 - one version has nothing to be compared with
            return ()
        others = self._all[len(self._measured) :]
        return cautions(Setting(self._versions, self._names, self._place, self._measured, others, self._named))

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

        return coverage_frame([row for row in self.metrics if not row.is_evidence], self._names, list(self._errors))

    def __getitem__(self, name: str | tuple[str, str]) -> Row:
        """Return a row by name: `cer`, `cer@d-a`, `labels.env`, `uri`; or by the name of a metric and its dataset."""
        return find_row(self.rows, *(name if isinstance(name, tuple) else (name,)))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, str | tuple):
            return item in self.rows
        try:
            self[item]
        except NameNotFound:
            return False
        except ComparisonError:
            return True  # measured on several datasets
        return True

    def _ipython_key_completions_(self) -> list[str]:
        return [row.full_name if row.section != "metrics" else row.name for row in self.rows]

    def __bool__(self) -> bool:
        """Whether there are versions to compare; not whether they differ, which `changed` says."""
        return len(self._versions) > 1

    def __eq__(self, other: object) -> bool:
        return self.fingerprint == other.fingerprint if isinstance(other, Comparison) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def _ask(self, metric: str, mode: Told, dataset: str | None) -> RankingKey:
        return ask(self.metrics, metric, mode, dataset)

    def between(self, row: Row, place: int, other: int, level: float = 0.95) -> Evidence:
        """Tell how sure the difference of a version to another is in one metric.

        Parameters
        ----------
        row : Row
            Row of the metric.
        place, other : int
            Positions of the two versions in `versions`.
        level : float
            Confidence of the interval, between 0 and 1.

        Returns
        -------
        Evidence
            As for `interval`.

        Raises
        ------
        ConfigurationError
            For a level that is not between 0 and 1.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.between(c["accuracy@d-wineholdout0001"], 2, 1).interval.words)
        95 % interval -0.1263 to +0.0870
        """
        level = number_argument("level", level, above=0, below=1)
        return self._uncertainty.between((row.path, row.dataset), place, other, level=level)

    def leaders(self, row: Row, mode: Mode | None = None) -> Leaders | None:
        """Find the best versions of a row and those not told apart from them. Computed once for each row.

        Parameters
        ----------
        row : Row
            Row of the metric.
        mode : {"max", "min"}, optional
            Which way it is better; by default the direction of the row.

        Returns
        -------
        Leaders or None
            Positions of the versions in `versions`; None where the direction is unknown or all values are equal.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.leaders(c["latency_ms@d-wineholdout0001"]).best
        (0,)
        """
        key = row.key, mode or row.direction.mode
        if key not in self._leaders:
            self._leaders[key] = self._find_leaders(row, key[1])
        return self._leaders[key]

    @cached_property
    def _leaders(self) -> dict[tuple[Name, Mode | None], Leaders | None]:
        return {}

    def _find_leaders(self, row: Row, mode: Mode | None) -> Leaders | None:
        numbers = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and not math.isnan(cell.value)}
        if mode is None or len(set(numbers.values())) < 2:  # noqa: PLR2004 - nothing to choose between
            return None
        tolerance = self._tolerance.bound(row.path, row.dataset, max(numbers.values()) if mode == "max" else min(numbers.values()))
        leaders = find_leaders(numbers, mode, partial(self._uncertainty.between, (row.path, row.dataset)), tolerance)
        return None if len(leaders.best) == len(numbers) else leaders

    def best(self, metric: str, mode: Told = None, *, dataset: str | None = None) -> Best:
        """Find the best version by a metric.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        mode : {"max", "min"}, optional
            Which way it is better; needed where it is not known.
        dataset : str, optional
            The dataset, instead of `@` in the name.

        Returns
        -------
        Best
            The best version, its value, the runner-up, and the versions that cannot be told apart from it.

        Raises
        ------
        ComparisonError
            When the metric is not there (nearest names in the hint), is not a number, or its direction is unknown.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.best("latency_ms@d-wineholdout0001")
        <Best latency_ms@d-wineholdout0001: 1.5.0 (0.005548)>
        >>> c.best("accuracy", dataset="d-wineholdout0001").ties
        ('1.9.0',)
        """
        question = self._ask(metric, mode, dataset)
        leaders = self.leaders(question.row, question.direction.mode)
        ranking = make_ranking(question, self._names, self._place, self._tolerance, leaders)
        notes: list[Phrase] = []
        if leaders is not None:
            sides = {place: self._side(question.row, place) for place in leaders.shown}
            errors = {place: None if side is None else side.error for place, side in sides.items()}
            first, second = (self._names.index(entry.version) for entry in ranking[:2])
            lead = self.between(question.row, first, second)
            unknown = self.between(question.row, leaders.best[0], leaders.unknown[0]).reason if leaders.unknown else None
            higher = question.direction.mode == "max"
            luck = luck_of(leaders, errors)
            everywhere = not question.unranked
            notes = leader_notes(leaders, self._names, lead, second, luck=luck, unknown=unknown, higher=higher, everywhere=everywhere)
        return make_best(question, ranking, self._names, leaders, notes)

    def _side(self, row: Row, place: int) -> Side | None:
        """What is known of one value by itself, None where nothing is."""
        return self._uncertainty.side((row.path, row.dataset), place)

    def rank(self, metric: str, mode: Told = None, *, dataset: str | None = None) -> Ranking:
        """Rank versions by a metric, best first.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        mode : {"max", "min"}, optional
            Which way it is better; needed where it is not known.
        dataset : str, optional
            The dataset, instead of `@` in the name.

        Returns
        -------
        Ranking
            Equal values share a rank; versions without a number are listed in `unranked`.

        Raises
        ------
        ComparisonError
            When the metric is not there (nearest names in the hint), is not a number, or its direction is unknown.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> [(entry.rank, entry.version) for entry in c.rank("accuracy", dataset="d-winenoisy00001")]
        [(1, '1.5.0'), (1, '1.7.0'), (1, '1.9.0'), (4, '1.8.0')]
        """
        question = self._ask(metric, mode, dataset)
        leaders = self.leaders(question.row, question.direction.mode)
        return make_ranking(question, self._names, self._place, self._tolerance, leaders)

    def pareto(self, metrics: Sequence[str], *, modes: Mapping[str, Told] | None = None, dataset: str | None = None) -> Pareto:
        """Find the versions that no other equals or beats in all these metrics, with a sentence for each step between them.

        Parameters
        ----------
        metrics : list of str
            Names as for `best`.
        modes : mapping, optional
            Which way a metric is better, by its name in `metrics`; needed where it is not known.
        dataset : str, optional
            The dataset of all metrics, instead of `@` in the names.

        Returns
        -------
        Pareto
            The front, from the best to the worst version of the first metric.

        Raises
        ------
        ComparisonError
            As for `best`.
        ConfigurationError
            When no metric is given, or `modes` names another metric.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.pareto(["accuracy", "latency_ms"], dataset="d-wineholdout0001").versions
        ('1.5.0',)
        """
        if not metrics:
            raise ConfigurationError("pareto needs metrics to trade off", hint="Pass metrics, as in pareto(['cer', 'rtf']).")
        modes = {} if modes is None else modes
        if not isinstance(modes, Mapping):
            raise ConfigurationError(f"modes={described(modes)} is not a mapping", hint="Pass modes={'cer': 'min'}.")
        for name in modes:
            if name not in metrics:
                raise ConfigurationError(
                    f"modes: {described(name)} is not one of the metrics", hint=f"Pass one of {listed(list(metrics))}."
                )
        questions = [self._ask(metric, modes.get(metric), dataset) for metric in metrics]
        return make_pareto(questions, self._names, self.between)

    def interval(self, metric: str, version: str, *, dataset: str | None = None, n: float | None = None, level: float = 0.95) -> Evidence:
        """Find an interval for the difference of a version to the baseline, or say why there is none.

        Parameters
        ----------
        metric : str
            `cer`, or `cer@d-a` where it was measured on several datasets.
        version : str
            Name of the version.
        dataset : str, optional
            The dataset, instead of `@` in the name.
        n : float, optional
            Number of examples behind both values; by default what the comparison was told, or what stands beside the metric.
        level : float
            Confidence, between 0 and 1.

        Returns
        -------
        Evidence
            `interval` (None where the data does not allow one), `reason`, and `words`: `beyond chance (95 %)`, `could be
            chance` or `no interval known`.

        Raises
        ------
        ComparisonError
            When the metric does not exist.
        ConfigurationError
            When the version does not exist, and for an `n` or a level that means nothing.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.interval("accuracy@d-wineholdout0001", "1.8.0").interval.words)
        95 % interval -0.1420 to +0.0620
        """
        level = number_argument("level", level, above=0, below=1)
        n = None if n is None else number_argument("n", n, least=1, whole=True)
        row = find_row(self.metrics, metric, dataset)
        if self._place is None or version not in self._names:
            raise ConfigurationError(f"no version {version!r} in this comparison", hint=f"Available: {', '.join(self._names[:5])}.")
        return self._uncertainty.between((row.path, row.dataset), self._names.index(version), self._place, n=n, level=level)

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
        - 0.2.0: lr 0.1 → 0.2
        """
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
            and when there was nothing to check.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": 0.3 / n}} for n in (1, 2)]
        >>> VersionSet.from_documents(docs, "model-a").compare("0.1.0").assert_no_regression("cer")
        <GateReport No regression passed: 1 check, only as measured>
        """
        chosen = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        allowed = self._tolerance if tolerance is None else Tolerance(tolerance, self.dataset_names)
        keys = [row.key for row in self.metrics]
        notes = with_nearest("tolerance: {pattern!r} matches no metric", allowed.unused(keys), keys)
        checks = check_worsening(Policy(chosen, allowed, missing, unknown), self._gated())
        report = GateReport(checks, say("No regression"), tuple(notes), self.dataset_names)
        return report.raise_for_breaches()

    def _gated(self) -> Gated:
        return Gated(self.metrics, self._names, self._place, self._errors, self._side, self._removed, self._tolerance, self.left_out)

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
            nothing could be checked fails. What differs by no more than the tolerance of the comparison is not worse.

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
        remarks = remarks_on(text, gated, previous=self._asked == "previous")
        return GateReport(check_rules(text, gated), say("Gate"), remarks, self.dataset_names)

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
            return "of no versions"
        return (
            f"of {counted(len(self._versions), 'version')} with {self.baseline_name}: {len(self.changed)} of {len(self.rows)} rows differ"
        )

    def _describe(self) -> Block:
        return describe_comparison(self)
