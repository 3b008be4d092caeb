"""The ways out of a comparison: DataFrame, HTML, Markdown, LaTeX, CSV and Excel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self, cast, get_args

from pai_notebook.arguments import list_argument, warn
from pai_notebook.calls import checked
from pai_notebook.comparison.cell_changes import told_difference
from pai_notebook.comparison.rows import Kind, Row, Verdict
from pai_notebook.comparison.together import ALONE
from pai_notebook.errors import ConfigurationError, not_fetched
from pai_notebook.files import check_target, write_file
from pai_notebook.i18n.phrases import joined, say, told, with_text
from pai_notebook.io.methods import FrameExports, Globs, PathLike
from pai_notebook.io.pdf import write_pdf
from pai_notebook.io.table import PlainTable, cell_text
from pai_notebook.model.document import copy_json
from pai_notebook.model.group import count_versions
from pai_notebook.model.nearest import listed, nearest, nearest_or_known
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.model.patterns import SETTINGS, Chooser

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.gate.report import GateReport
    from pai_notebook.display import Block
    from pai_notebook.errors import RegressionError
    from pai_notebook.io.redaction import RedactionLike
    from pai_notebook.plot import Plots

_VALUES = ("value", "delta", "percent", "delta_pct", "verdict", "low", "high", "evidence", "state", "text", "change")

# Parts of a comparison; specs are what is called settings where it is shown.
Section = Literal["metrics", "labels", "settings", "specs", "other", "all"]
_SECTIONS: tuple[str, ...] = get_args(Section)


def _warn_of_nothing(others: bool, same: bool) -> None:  # noqa: FBT001 - what there is besides
    """Say that a table is empty, and which arguments show the rows that there are: others that differ, and those that do not."""
    parts = [say("{code} has the other rows", code="to_frame(section='all')")] if others else []
    parts += [say("{code} has what does not differ", code="to_frame(only='all')")] if same else []
    if parts:
        warn(told(say("The table is empty, as no metric differs: {parts}.", parts=joined(parts))), UserWarning)


@checked
class ComparisonExports(FrameExports):
    """What a comparison can become. Mixin for Comparison; uses only its public methods."""

    _public_class = "pai_notebook.comparison.comparison.Comparison"

    def to_frame(
        self,
        values: str | Sequence[str] = ("value", "delta", "percent", "verdict", "low", "high", "evidence"),
        *,
        section: Section | Sequence[Section] | None = None,
        only: Literal["diff", "all"] | None = None,
        flat: bool = False,
        names: bool = False,
    ) -> pd.DataFrame:
        """Return the comparison as a DataFrame, one row a metric (or label, or setting), not capped.

        Parameters
        ----------
        values : str or list of str
            What each version has: `value`, `delta`, `percent` (also as `delta_pct`; only where a percentage has a meaning), `verdict`
            (`better`, `worse`, `could be chance`, `no interval known` or `same` if compared alone), `low` and `high` (95 % interval
            of the difference), `evidence` (what it rests on, or what would give one), `state`, `text`, `change` (the verdict of all
            together, as `c.verdict` and tables have it, or `changed`, `gained`, `lost`).
        section : {"metrics", "labels", "settings", "other", "all"} or several of these, optional
            Which rows; metrics have float64 values, everything else text. By default metrics, or all that there is of a comparison
            that leaves metrics out, as one with `include="labels"` does.
        only : {"diff", "all"}, optional
            Rows that differ or all rows; by default as the comparison shows.
        flat : bool
            Column names such as `0.2.0.delta` instead of a MultiIndex of version and value.
        names : bool
            Call datasets by their names, where the registry has said them, instead of by their ids.

        Returns
        -------
        pandas.DataFrame
            Indexed by name and dataset; columns by version and value.

        Raises
        ------
        ConfigurationError
            For a value or section of another name.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.to_frame("value", flat=True).columns.tolist()
        ['1.5.0.value', '1.7.0.value', '1.8.0.value', '1.9.0.value']
        """
        from pai_notebook.comparison.tables import comparison_frame  # noqa: PLC0415 - pandas loads on first use

        comparison = cast("Comparison", self)
        wanted = (values,) if isinstance(values, str) else tuple(values)
        for value in wanted:
            if value not in _VALUES:
                meant = say("Use {code}.", code=f"section={value!r}") if value in _SECTIONS else None
                hint = meant or say("Choose from {names}.", names=joined(_VALUES))
                raise ConfigurationError(say("unknown value {value!r} in values", value=value), hint=hint)
        rows = [row for row in comparison.rows if (only or comparison.only) == "all" or row.differs]
        default = "all" if comparison._selection.is_without_metrics else "metrics"  # noqa: SLF001 - its own outputs
        asked = default if section is None else section
        several = (asked,) if isinstance(asked, str) else list_argument("section", asked, str, say("a list of texts"))
        for each in several:
            if each not in _SECTIONS:
                said = say("unknown section {wanted!r}", wanted=each)
                raise ConfigurationError(said, hint=nearest_or_known(nearest(each, _SECTIONS), _SECTIONS))
        differing, rows = rows, [row for row in rows if any(_is_in(row.section, each) for each in several)]
        if not rows and section is None:
            _warn_of_nothing(bool(differing), any(_is_in(row.section, default) for row in comparison.rows))
        return comparison_frame(comparison, rows, wanted, flat=flat, named=names)

    def _tables(self, include: Globs = None, exclude: Globs = None) -> Iterator[PlainTable]:
        """Every value in full; `include` and `exclude` are globs over names of rows."""
        from pai_notebook.comparison.legend import BEYOND  # noqa: PLC0415 - loads when something is shown
        from pai_notebook.comparison.tables import coverage_frame, flat_table  # noqa: PLC0415 - pandas loads on first use
        from pai_notebook.comparison.tables_view import failed_heads  # noqa: PLC0415 - loads when something is shown

        comparison = cast("Comparison", self)
        header, rows = flat_table(comparison)
        wanted = _chooser(comparison, include, exclude)
        kept = [cells for row, cells in zip(comparison.shown, rows, strict=True) if wanted(row.key)]
        told = [finding.text for finding in comparison.verdict.findings if not finding.advice]
        judged = any(change.verdict for row in comparison.shown for change in row.changes)
        meant = [say("{what}: {said}", what=say("change"), said=say(BEYOND))] if judged else []
        yield PlainTable(header, kept, "comparison", _caption(comparison), [*told, *meant, *_notes(comparison)], row_headers=2)
        states = coverage_frame(comparison.metrics, comparison.names, failed_heads(comparison), comparison.dataset_names)
        plain = PlainTable.from_frame(states, name="states", caption=say("What each version states of each metric."))
        yield replace(plain, rows=[(*row[:2], *map(say, row[2:])) for row in plain.rows])

    def _printed(self, include: Globs = None, exclude: Globs = None) -> PlainTable:
        """One column a version: the value in full, and the difference beside it; models and datasets by name, words as they are spoken."""
        from pai_notebook.comparison.legend import words_of_chance  # noqa: PLC0415 - loads when something is shown
        from pai_notebook.frames.columns import model_texts  # noqa: PLC0415 - pandas loads on first use

        comparison = cast("Comparison", self)
        place = comparison.baseline_place or 0
        wanted = _chooser(comparison, include, exclude)
        rows = [row for row in comparison.shown if wanted(row.key)]
        header = [say("name"), say("dataset"), with_text(say("direction"), "better"), *comparison.names]
        plain = comparison.plain_paths
        body = [
            [
                plain[row.path] if row.section == "metrics" else row.full_name,
                row.key.label or row.dataset,
                _better(row),
                *_printed_cells(comparison, row, place),
            ]
            for row in rows
        ]
        right = range(3, len(header))
        models = [model for model in dict.fromkeys(model_texts(comparison.versions, named=True)) if model]
        caption = say("{what}: {said}", what=listed(models, 3), said=_caption(comparison)) if models else _caption(comparison)
        signs = words_of_chance(comparison._together, rows, range(len(comparison.names)))  # noqa: SLF001 - as tables say it
        notes = [*([joined(signs, " · ")] if signs else []), *_notes(comparison)]
        return PlainTable(header, body, "comparison", caption, notes, row_headers=1, right=right)

    def _above(self) -> Sequence[Block]:
        return cast("Comparison", self).verdict._for_report((), ())[0]  # noqa: SLF001 - the hook of shown objects

    @property
    def plot(self) -> Plots:
        """Charts: `.plot("cer")` is `.dot`, else `.bar`, `.slope`, `.heatmap()`, `.scatter(x, y)`, `.series`; needs the extra `plot`."""
        from pai_notebook.comparison.charting import chart_data  # noqa: PLC0415 - loads on first use
        from pai_notebook.plot.accessor import Plots  # noqa: PLC0415 - as above

        return Plots(chart_data(cast("Comparison", self)))

    def report(
        self,
        path: PathLike,
        redact: RedactionLike = "default",
        *,
        lang: str | None = None,
        title: str = "",
        question: str = "",
        gates: str | GateReport | RegressionError | Sequence[str | GateReport | RegressionError] = (),
        charts: bool | Sequence[str] = True,
        registry: str = "",
        overwrite: bool = False,
    ) -> Path:
        """Write one self-contained document: the answer, the metrics, what changed, charts, and what one should be careful about.

        Behind them, folded on a screen and last on paper: every difference, settings, data sheet, fingerprint, code and what was
        masked. Tables have at most six versions beside the baseline, so that paper holds them.

        Parameters
        ----------
        path : path
            Where to; a name that ends in `.pdf` gets a PDF, which an installed Chromium or Chrome makes, `.html` or `.htm` HTML.
        redact : optional
            `"default"` masks ids, buckets, keys and queries in the data; a map adds patterns by kind; None masks nothing.
        lang : {"en", "zh"}, optional
            Language of all but names, values and code; of charts where a font has Chinese. That of `pnb.options.lang` by default.
        title, question : str
            What it is about, and what it was to answer.
        gates : str, GateReport, RegressionError, or a sequence of these
            Rules as `check` takes them, what `check` or `gate` returned, or the error that `gate` raised.
        charts : bool or list of str
            Dots of what is judged by, or else of what is beyond chance, and a heat map (with matplotlib installed), nothing, or a dot plot
            for each metric named.
        registry : str
            Where the versions came from, in your words; by default as the versions remember it.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file. It runs no script and loads nothing.

        Raises
        ------
        ConfigurationError
            When the path ends otherwise, when the file exists and `overwrite` is False, when it cannot be written, for gates that
            are none, and for a PDF when there is no Chromium or Chrome, or when it fails.
        AddressError
            When a rule does not follow the grammar.

        Examples
        --------
        >>> import tempfile
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry, tempfile.TemporaryDirectory() as folder:
        ...     c = registry.compare("wine-cultivar@last:3")
        ...     c.report(f"{folder}/wine.html", title="Wine", gates="accuracy >= baseline - 0.01", charts=False).name
        'wine.html'
        """
        from pai_notebook.comparison.report_parts import report_of  # noqa: PLC0415 - loads on first use

        ending = check_target(path, "report", overwrite=overwrite)
        document = report_of(
            cast("Comparison", self),
            Path(path).name,
            redact=redact,
            lang=lang,
            title=title,
            question=question,
            gates=gates,
            charts=charts,
            registry=registry,
        )
        if ending == ".pdf":
            return write_pdf(path, document, overwrite=overwrite)
        return write_file(path, document, overwrite=overwrite)

    def save(self, path: PathLike, redact: RedactionLike = None, *, overwrite: bool = False) -> Path:
        """Write the versions to a snapshot file, with the baseline, the arguments and the results on the same examples that count here.

        Parameters
        ----------
        path : path
            Where to; compressed when it ends in `.gz`.
        redact : optional
            `"default"` masks ids, buckets and keys, a map adds rules of your own; None keeps everything.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        pathlib.Path
            The file. `load` gives the versions, whose `compare` takes the results as evidence again, and without arguments makes this
            comparison again; the examples that differ are in it, with your columns. What gates found is not: a report holds that.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import tempfile
        >>> from pai_notebook import VersionSet, load
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": 0.2 / n}} for n in (1, 2)]
        >>> c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     load(c.save(f"{folder}/cer.paisnap.json")).compare() == c
        True
        """
        from pai_notebook.comparison.paired_file import written  # noqa: PLC0415 - loads on first use
        from pai_notebook.comparison.report_parts import masked_comparison  # noqa: PLC0415 - as above
        from pai_notebook.io.redaction import as_redaction  # noqa: PLC0415 - as above
        from pai_notebook.io.snapshot import write_snapshot  # noqa: PLC0415 - as above

        check_target(path, "save", overwrite=overwrite)
        shown, redaction = cast("Comparison", self), as_redaction(redact)
        told = copy_json((masked_comparison(shown, redaction) if redaction else shown).arguments)
        told.pop("baseline", None)
        return write_snapshot(
            path,
            shown.versions,
            errors=shown.errors,
            removed=shown.removed,
            paired=list(map(written, shown.paired_results)),
            compared=None if shown.baseline_place is None else (shown.baseline_place, told),
            redact=redaction,
            overwrite=overwrite,
        )

    def __copy__(self) -> Self:
        return self


def _is_in(section: str, wanted: str) -> bool:
    return section not in ("metrics", "labels", "other") if wanted in SETTINGS else wanted in (section, "all")


def _chooser(comparison: Comparison, include: Globs, exclude: Globs) -> Chooser:
    """Choose rows by name; a pattern that fits none, shown or not, is warned of."""
    wanted = Chooser(include, exclude)
    wanted.warn_of_unused([row.key for row in comparison.rows])
    return wanted


def _better(row: Row) -> str:
    return row.direction.told_mode or (say("unknown") if row.section == "metrics" else "")


def _printed_cells(comparison: Comparison, row: Row, baseline: int) -> list[str]:
    from pai_notebook.comparison.tables import plain_value  # noqa: PLC0415 - as above

    form = choose_format(cell.value for cell in row.cells if row.section == "metrics" and cell.value is not None)
    texts = [cell_text(plain_value(row, place)) for place in range(len(row.cells))]
    return [f"{text} ({change})" if (change := _told(comparison, row, place, baseline, form)) else text for place, text in enumerate(texts)]


def _told(comparison: Comparison, row: Row, place: int, baseline: int, form: NumberFormat) -> str:
    """Write a difference as people read it, with what may be said of it; empty where there is none."""
    verdict, kind = row.changes[place].verdict, row.changes[place].kind
    if kind in (Kind.SAME, Kind.BASELINE):
        return ""
    difference: str = told(told_difference(row, place, baseline, form)).replace(" (", ", ").rstrip(")")
    if verdict is None:
        return difference
    alone = comparison._together.is_alone(row, place)  # noqa: SLF001 - as tables say it
    sign = ALONE[verdict] if alone else _CHANCE.get(verdict)
    return f"{difference} {told(sign)}" if sign else told(say("{text}, {word}", text=difference, word=say(verdict)))


# What is not beyond chance has a sign, which the notes explain.
_CHANCE = {Verdict.CHANCE: "≈", Verdict.UNKNOWN: "?"}


def _caption(comparison: Comparison) -> str:
    if not comparison.names:
        return say("No versions")
    others = [version for place, version in enumerate(comparison.versions) if place != comparison.baseline_place]
    names = {"baseline": comparison._spoken[comparison.baseline_name], "reason": comparison.baseline_reason}  # noqa: SLF001 - as sentences
    return say("{count} against {baseline}, {reason}", count=count_versions(others), **names)


def _notes(comparison: Comparison) -> list[str]:
    from pai_notebook.comparison.legend import within_tolerance  # noqa: PLC0415 - loads when something is shown

    identical = comparison.hidden
    one, count = "{count} identical row left out", len(identical)
    said = one if count == 1 else "{count} identical rows left out"
    if within_tolerance(comparison, identical):
        said = "{count} row left out, within the tolerance" if count == 1 else "{count} rows left out, identical or within the tolerance"
    notes = [say(said, count=count)] if identical else []
    tolerance = comparison._tolerance.words  # noqa: SLF001 - for this line alone
    notes += [say("tolerance: {tolerance}", tolerance=tolerance)] if tolerance else []
    return [*notes, *comparison.notes, *not_fetched(comparison.errors), *comparison.comparability]
