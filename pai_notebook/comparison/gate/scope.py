"""What the gates of a report judged, beside what is compared there: which versions, which metrics, and what chance says of these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pai_notebook.comparison.gate.view import NO_REGRESSION, RULES, checks_of
from pai_notebook.i18n.phrases import Phrase, first, joined, say

if TYPE_CHECKING:
    from pai_notebook.comparison.gate.report import GateReport
    from pai_notebook.comparison.rows import Row

# Up to how many versions are named of which nothing was checked.
_NAMED = 20


def judges(report: GateReport, version: str) -> bool:
    """Whether a gate has a check of a version."""
    return any(check.version == version for check in report.checks)


def told_apart(
    reports: Sequence[GateReport], candidates: Sequence[str], asked: Sequence[str] = (), rows: Sequence[Row] = ()
) -> list[GateReport]:
    """Give gates titles that say what each of them judges: of several its rules, and of any what is not all that is compared.

    Parameters
    ----------
    reports : sequence of GateReport
        Results that are shown together.
    candidates : sequence of str
        Versions that a gate judges unless its title says otherwise.
    asked : sequence of str
        Versions of which somebody wants to know, which are named beside the result of one gate.
    rows : sequence of Row
        Metrics that a gate judges unless its title says otherwise.
    """
    found, several = [], len(reports) > 1
    for number, report in enumerate(reports, 1):
        # the check that nothing got worse has one rule for all metrics
        about = [check for check in report.checks if check.metric or check.version]
        told = dict.fromkeys(check.metric if check.rule == NO_REGRESSION else check.rule for check in about)
        called = {check.version: check.called or check.version for check in about if check.version}
        is_part = not called.keys() >= {*candidates} and (several or called.keys() != {*asked})
        judged: list[str] = [
            first(each, RULES) for each in (list(told) if several else [], list(called.values()) if is_part else []) if each
        ]
        judged += [report.narrowed] if any(_is_unasked(row, report) for row in rows) else []
        title = say("{title} {number}", title=report.title, number=number) if several else report.title
        title = say("{title} ({judged})", title=title, judged=joined(judged, "; ")) if judged else title
        found.append(replace(report, title=title))
    return found


def _is_unasked(row: Row, report: GateReport) -> bool:
    return (row.path, row.dataset) in report.left_out


def unjudged(reports: Sequence[GateReport], candidates: Sequence[str], asked: Sequence[str], called: Mapping[str, str]) -> list[Phrase]:
    """Name the versions that no gate has judged, those first of which somebody wants to know; nothing where all of these were judged."""
    # a rule that could be checked in no version is kept by none
    if not reports or any(not any(check.version for check in report.checks) for report in reports):
        return []
    rest = [name for name in (*asked, *candidates) if not any(judges(report, name) for report in reports)]
    if not rest or (asked and rest[0] not in asked):
        return []
    names = first([called.get(name, name) for name in dict.fromkeys(rest)], _NAMED)
    return [say("{what}: nothing was checked of {versions}", what=say("Gate"), versions=names)]


def unasked(reports: Sequence[GateReport], version: str, rows: Sequence[Row]) -> list[Row]:
    """Those of some metrics that the gates which judged a version had left out."""
    judging = [report for report in reports if judges(report, version)]
    return [row for row in rows if judging and all(_is_unasked(row, report) for report in judging)]


def set_against(
    reports: Sequence[GateReport],
    asked: Sequence[str],
    better: Mapping[str, int],
    worse: Mapping[str, int],
    *,
    behind: Collection[str] = (),
    outside: Mapping[str, Sequence[str]] | None = None,
) -> list[Phrase]:
    """Say of which versions gates and chance say the opposite, since a rule may allow a loss, or ask for more than a gain.

    Parameters
    ----------
    reports : sequence of GateReport
        What came out.
    asked : sequence of str
        Versions of which somebody wants to know.
    better, worse : mapping of str to int
        In how many metrics each version is better, and in how many that gates had before them worse, beyond chance.
    behind : collection of str
        Versions with a loss of any kind, be it a cost, that is beyond chance at least by itself.
    outside : mapping of str to list of str
        In which metrics that gates had left out each version is worse beyond chance.
    """
    judged = {name: [check for each in reports for check in checks_of(name, each)] for name in asked}
    called = {check.version: check.called or check.version for checks in judged.values() for check in checks if check.version}
    breaches = {name: [check for check in checks if check.outcome == "failed"] for name, checks in judged.items()}
    failed = {name for name, checks in breaches.items() if checks}
    # of what could not be checked nobody knows whether it is worse
    known = {name for name in failed if all(check.checked for check in breaches[name])} - {*behind}
    passed = [name for name, checks in judged.items() if name not in failed and any(check.outcome == "passed" for check in checks)]
    sides = {
        "{versions} passed though worse beyond chance: the rules allow that much, or do not ask about it.": [
            name for name in passed if worse.get(name)
        ],
        "{versions} failed though better beyond chance in some metrics and shown worse in none: the rules ask for more.": [
            name for name in asked if name in known and better.get(name) and not worse.get(name)
        ],
    }
    told = [say(words, versions=joined([called[name] for name in names])) for words, names in sides.items() if names]
    return [*told, *_outside(passed, outside or {}, called)]


def _outside(passed: Sequence[str], outside: Mapping[str, Sequence[str]], called: Mapping[str, str]) -> Iterator[Phrase]:
    for name in passed:
        if metrics := outside.get(name):
            said = "{version} passed though worse beyond chance in what was not asked about: {metrics}."
            yield say(said, version=called[name], metrics=first(metrics, RULES))
