"""The files that the result of a gate can become: Markdown, HTML, and the JUnit XML that build servers read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast, overload
from xml.etree import ElementTree as ET

from pai_notebook.calls import checked
from pai_notebook.comparison.gate.view import describe_gate, headline, shortly
from pai_notebook.display import render_html, render_markdown
from pai_notebook.i18n.phrases import speaking
from pai_notebook.io.methods import PathLike, written
from pai_notebook.io.page import html_page
from pai_notebook.model.source import unique_names
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.comparison.gate.report import Check, GateReport


@checked
class GateExports:
    """What the result of a gate can become. Mixin for GateReport; uses only its public attributes."""

    __slots__ = ()

    _public_class = "pai_notebook.comparison.gate.report.GateReport"

    @overload
    def to_markdown(self, path: None = None, *, overwrite: bool = False) -> str: ...
    @overload
    def to_markdown(self, path: PathLike, *, overwrite: bool = False) -> Path: ...
    def to_markdown(self, path: PathLike | None = None, *, overwrite: bool = False) -> str | Path:
        """Return what a notebook shows as Markdown, or write it to a file, for the summary of a job or a comment.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the Markdown is returned.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The Markdown, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.check("latency_ms < 1").to_markdown().splitlines()[1]
        '> Passed as measured: 1.7.0, 1.8.0, 1.9.0'
        """
        return written(lambda: render_markdown(describe_gate(cast("GateReport", self))) + "\n", path, "to_markdown", overwrite=overwrite)

    @overload
    def to_html(self, path: None = None, *, overwrite: bool = False) -> str: ...
    @overload
    def to_html(self, path: PathLike, *, overwrite: bool = False) -> Path: ...
    def to_html(self, path: PathLike | None = None, *, overwrite: bool = False) -> str | Path:
        """Return the HTML of what a notebook shows, or write a self-contained document.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the HTML is returned.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The HTML, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.check("latency_ms < 1").to_html().startswith("<div")
        True
        """
        report = cast("GateReport", self)
        if path is None:
            return render_html(describe_gate(report))
        return written(lambda: html_page([describe_gate(report)], title=headline(report)), path, "to_html", overwrite=overwrite)

    @overload
    def to_junit(self, path: None = None, *, overwrite: bool = False) -> str: ...
    @overload
    def to_junit(self, path: PathLike, *, overwrite: bool = False) -> Path: ...
    def to_junit(self, path: PathLike | None = None, *, overwrite: bool = False) -> str | Path:
        """Return JUnit XML with one test case a check, or write it to a file, for Jenkins, GitLab and what GitHub uses.

        A check that does not hold is a `failure`, one that could not be made an `error`, and one that a rule allows to be left out is
        `skipped`; where all are, that nothing was checked is an `error`. The class of a case is its model, which GitLab shows as the
        suite. Cases name datasets and models as the registry does, and properties of the suite give their ids. Equal results give
        equal files: no time is written.

        Parameters
        ----------
        path : path, optional
            Where to write; without one the XML is returned.
        overwrite : bool
            Whether to replace an existing file.

        Returns
        -------
        str or pathlib.Path
            The XML, or the file.

        Raises
        ------
        ConfigurationError
            When the file exists already, cannot be written, or has a name that says another format.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@latest")
        >>> xml = c.check("train_seconds < 60").to_junit().splitlines()
        >>> print(next(line.strip() for line in xml if "<testcase" in line))
        <testcase classname="wine-cultivar" name="1.9.0: train_seconds &lt; 60">
        """
        return written(lambda: _junit(cast("GateReport", self)), path, "to_junit", overwrite=overwrite)


@speaking("en")  # tools tell checks apart by their names
def _junit(report: GateReport) -> str:
    checks = report._listed  # noqa: SLF001 - what all files of a gate have
    # a check that was allowed to be left out is neither
    failed = {"failures": 0, "errors": 0}
    for check in checks:
        if check.outcome == "failed":
            failed["failures" if check.checked else "errors"] += 1
    counts = {"tests": str(len(checks)), **{name: str(count) for name, count in failed.items()}}
    title = visible(report.title)
    skipped = sum(check.outcome == "skipped" for check in checks)
    suites = ET.Element("testsuites", {"name": title, **counts})
    models = unique_names(report.model_names.items())
    called = {key: models.get(key) or key for key in report.model_names if key}
    # what is about no version is about the model where there is one
    only = next(iter(called.values())) if len(called) == 1 else ""
    named = visible(f"{report.title}: {only}") if only else title
    suite = ET.SubElement(suites, "testsuite", {"name": named, **counts, "skipped": str(skipped)})
    for check in checks:
        _case(suite, only or title, check, called)
    if report.remarks:
        ET.SubElement(suite, "system-out").text = "\n".join(map(visible, report.remarks))
    datasets = {check.dataset: check.label for check in report.checks if check.label not in ("", check.dataset)}
    ids = [*(("dataset", *known) for known in datasets.items()), *(("model", *known) for known in models.items())]
    if ids:
        properties = ET.Element("properties")
        suite.insert(0, properties)
        for kind, key, name in ids:
            ET.SubElement(properties, "property", {"name": visible(f"{kind} {name}"), "value": visible(key)})
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _case(suite: ET.Element, about: str, check: Check, models: Mapping[str, str]) -> None:
    where = f"{check.metric}@{check.dataset}" if check.dataset else check.metric
    rule = check.rule if not where or {where, check.name} & {*re.split(r"[\s`]+", check.rule)} else f"{check.rule}: {check.name}"
    name = check.version.removeprefix(f"{check.model}@")
    # GitLab shows classname as the suite, and Jenkins as package and class, split at the last dot, which names of models have too;
    # visible text has no character that XML forbids
    classname = visible(models.get(check.model) or about).replace(".", "_")
    case = ET.SubElement(suite, "testcase", {"classname": classname, "name": visible(f"{name}: {rule}" if name else rule)})
    words = visible(check.words)
    if check.outcome == "passed":
        ET.SubElement(case, "system-out").text = words
    elif check.outcome == "skipped":
        ET.SubElement(case, "skipped", {"message": words})
    else:
        kind, word = ("failure", "breach") if check.checked else ("error", "not checked")
        # a list shows the beginning of the message: value and bound, or that there is no result
        message = visible(shortly(check)) if check.checked else f"{word}: {words}"
        ET.SubElement(case, kind, {"type": word, "message": message}).text = words if check.checked else message
