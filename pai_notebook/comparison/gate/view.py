"""How the result of a gate looks: whether it passed, a verdict a version, what failed, everything else folded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pai_notebook.display import Block, Column, Heading, Inline, Lines, Mark, Missing, Note, Number, Section, Stack, Table, Tone
from pai_notebook.i18n.phrases import Phrase, first, joined, say, with_text
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.flatten import unescaped
from pai_notebook.model.nearest import short_datasets

if TYPE_CHECKING:
    from pai_notebook.comparison.gate.report import Check, GateReport

# The rule of the check that nothing got worse.
NO_REGRESSION = say("no regression")

# What is known of a check that passed where nothing is stated beside the value.
UNKNOWN = say("as measured: no interval known")

_VERSIONS = 20
# Up to so many versions that passed are named.
_NAMED = 8
RULES = 3
_SHOWN = 60
# How many failed checks a traceback has room for.
_LINES = 8
# How many it repeats below the tables: what runs notebooks in bulk prints that text alone.
_BELOW = 2
# Up to so many failed checks are one table; of more each rule shows its first ones, at least so many.
_OPEN, _FEWEST = 12, 2
# Up to so many passed checks are told singly where they may be told by metric.
_BRIEF = 30


def headline(report: GateReport) -> Phrase:
    """Say how a gate came out: `No regression: 4 of 26 checks failed`."""
    skipped = sum(check.outcome == "skipped" for check in report.checks)
    total = len(report.checks) - skipped
    alone = next((check for check in report.checks if check.is_baseline), None)
    if not total and alone is not None:
        itself = "{title} passed: nothing to check, {name} is the baseline itself"
        return say(itself, title=report.title, name=alone.called or alone.version)
    if not total:
        return say("{title} failed: nothing was checked", title=report.title)
    if report.breaches:
        # the word first, also where nothing is known to be worse
        known = any(check.checked for check in report.breaches)
        said = _count_failed(report.title if known else say("{title} failed", title=report.title), report.breaches, total)
    else:
        said = say("{title} passed: {count} check" if total == 1 else "{title} passed: {count} checks", title=report.title, count=total)
        said = _how_sure(said, report.checks)
    return say("{said}; {skipped} skipped, not counted", said=said, skipped=skipped) if skipped else said


def _count_failed(what: str, breaches: Sequence[Check], total: int) -> Phrase:
    """Say of the checks that did not pass how many failed and how many could not be checked."""
    unchecked = sum(not check.checked for check in breaches)
    failed = len(breaches) - unchecked
    if not failed:
        none = "{what}: {count} of {total} could not be checked" if total > 1 else "{what}: could not be checked"
        return say(none, what=what, count=unchecked, total=total)
    some = "{what}: {count} of {total} checks failed" if total > 1 else "{what}: the check failed"
    said = say(some, what=what, count=failed, total=total)
    return say("{said}, {count} could not be checked", said=said, count=unchecked) if unchecked else said


def describe_gate(report: GateReport, asked: Sequence[str] = (), *, brief: bool = False, of_all: bool = True) -> Stack:
    """Describe a gate: what came out, what should be known of it, then the checks, the failed ones open.

    Parameters
    ----------
    report : GateReport
        What came out.
    asked : sequence of str
        Versions of which somebody wants to know: the result of these comes first, and what others failed is folded.
    brief : bool
        Whether many passed checks are told by metric, where the numbers stand elsewhere too.
    of_all : bool
        Whether it judged every version that is shown beside it.
    """
    told = [_told_of(report, version) for version in asked]
    # not all have passed where one of these was not checked
    is_of_all = of_all and told and all(any(check.outcome != "skipped" for check in checks_of(version, report)) for version in asked)
    every = headline(replace(report, title=say("All versions")) if is_of_all else report)
    # of the only version that was checked this would say the same once more
    judged = {check.version for check in report.checks if check.version and check.outcome != "skipped"}
    counted = [check for check in report.checks if check.outcome == "passed" and (not told or check.version in ("", *asked))]
    datasets = short_datasets([check.dataset for check in report.checks], report.dataset_names)
    # a metric that failed elsewhere has not passed as such
    failed = {check.metric for check in report.breaches if not told or check.version in ("", *asked)}
    only_measured = [check for check in counted if check.as_measured] if brief else []
    measured = list(
        dict.fromkeys(
            say("{metric} ({datasets})", metric=unescaped(check.metric), datasets=datasets[check.dataset])
            if check.metric in failed and check.dataset
            else unescaped(check.metric)
            for check in only_measured
        )
    )
    others = [] if told and judged <= {*asked} and len(judged) == 1 else [every, *_versions(report, said=bool(told and measured))]
    good = all(passed for _, passed in told) if told else report.passed
    lead, *rest = [said for said, _ in told] if told else others
    # what failed stands under its rule in sight, what passed is folded
    rest += [*(_rules(report) if good else []), *_footing(report, asked, said=bool(measured))]
    # as in tables, what is so only as measured looks otherwise than what is sure
    kind: Tone = "ahead" if any(check.as_measured for check in counted) else "good"
    # a gate that passes without a check has shown nothing to be good
    tone: Tone = "bad" if not good else kind if any(check.outcome == "passed" for check in report.checks) else "ahead"
    blocks: list[Block] = [Note(joined(rest, "\n"), tone, lead=lead)]
    blocks += [*([Note(joined(others, "\n"))] if told and others else []), *(Note(remark, "warn") for remark in report.remarks)]
    if measured:
        said = "Passed as measured: {metrics}. No interval is known, or it includes the bound, so chance may have decided."
        blocks.append(Note(say(said, metrics=first(measured, RULES))))
    elsewhere = {check.version for check in report.breaches if told and check.version} - {*asked}
    beside = [check for check in report.breaches if check.version in elsewhere]
    for known, title in ((True, say("Failed")), (False, say("Could not be checked"))):
        checks = [check for check in report.breaches if check.checked is known and check.version not in elsewhere]
        blocks += _failed(checks, title, datasets) if checks else []
    if beside:
        table = _table(beside, "", datasets, limit=len(beside))
        blocks.append(Section(say("Failed in other versions"), [table], folded=True, summary=str(len(beside))))
    # where all passed, the first line says it
    titles = {"passed": say("Passed") if report.breaches or told else say("Checks"), "skipped": say("Skipped")}
    for outcome, title in titles.items():
        checks = [check for check in report.checks if check.outcome == outcome]
        if checks:
            by_metric = brief and outcome == "passed" and len(checks) > _BRIEF
            # the line of the fold is its heading
            plain = _told_unknown(report) if outcome == "passed" else ()
            told_once = [replace(check, is_plain=True) if check.metric in plain else check for check in checks]
            table = _by_metric(checks, datasets) if by_metric else _table(told_once, "", datasets, limit=_SHOWN)
            blocks.append(Section(title, [table], folded=True, summary=str(len(checks))))
    return Stack(blocks)


def _rules(report: GateReport) -> list[Phrase]:
    """Name the rules in a line; nothing where the title says the only one."""
    rules = [rule for rule in _by_rule(report.checks) if rule != NO_REGRESSION]
    told = "{count} rules: {rules}" if len(rules) > 1 else "rule: {rules}"
    return [say(told, count=len(rules), rules=first(rules, RULES))] if rules else []


def _failed(checks: Sequence[Check], title: Phrase, datasets: Mapping[str, str]) -> list[Block]:
    """What failed: all of a few; of many the first of each rule, the rest of each folded."""
    if len(checks) <= _OPEN:
        return [_table(checks, title, datasets, limit=len(checks))]
    rules = _by_rule(checks)
    each = max(_FEWEST, _OPEN // len(rules))
    # one more is shown itself
    first_of = {rule: of_rule if len(of_rule) <= each + 1 else of_rule[:each] for rule, of_rule in rules.items()}
    counts = {rule: len(of_rule) for rule, of_rule in rules.items()}
    table = _table([check for of_rule in first_of.values() for check in of_rule], title, datasets, limit=len(checks), counts=counts)
    more = []
    for rule, of_rule in rules.items():
        if rest := of_rule[len(first_of[rule]) :]:
            told = "{rule}: {count} more failed" if rest[0].checked else "{rule}: {count} more not checked"
            said = say(told, rule=rule, count=len(rest))
            more.append(Section(said, [_table(rest, "", datasets, limit=len(rest))], folded=True))
    return [table, *more]


def _by_rule(checks: Sequence[Check]) -> dict[str, list[Check]]:
    rules: dict[str, list[Check]] = {}
    for check in checks:
        rules.setdefault(check.rule, []).append(check)
    return rules


def gate_lines(report: GateReport, *, brief: bool = False) -> list[str]:
    """Say the same in a few lines, for a traceback; brief below the tables that say it already."""
    against = _footing(report)
    lines = [say("✗ {said}", said=_in_words(check)) for check in report.breaches[: _BELOW if brief else _LINES]]
    if brief:
        return [*_versions(report), *lines, *against, say("Each check is in the table above, and in error.report.")]
    more = len(report.breaches) - len(lines)
    return [
        *_versions(report),
        *lines,
        *against,
        *([say("and {count} more, in error.breaches; error.report has every check", count=more)] if more else []),
    ]


def _footing(report: GateReport, asked: Sequence[str] = (), *, said: bool = False) -> list[Phrase]:
    """Name the baseline, and the metrics without a known interval, in a line; those that passed only where that is not `said` elsewhere."""
    uses = report.baseline_name and any(check.beside is not None for check in report.checks)
    baseline = report.baseline_called or report.baseline_name
    parts = [say("Baseline: {name}", name=baseline)] if uses else []
    # of a failed check with an interval its remark says whether that includes the bound
    failed = [check for check in report.breaches if not asked or check.version in asked]
    found = [check.metric for check in failed if check.checked and check.as_measured and check.is_plain]
    unknown = dict.fromkeys(map(unescaped, (*found, *(() if said else _told_unknown(report)))))
    told = "no interval known, as measured: {metrics}" if parts else "No interval known, as measured: {metrics}"
    parts += [say(told, metrics=first(list(unknown), RULES))] if unknown else []
    # fixed bounds could be asked of it too
    others = {check.version for check in report.checks if check.version and not check.is_relative} - {report.baseline_name}
    held = others and baseline and not uses
    unasked = [say("Not checked: {name}, the baseline", name=baseline)] if held else []
    # where nothing else was checked the headline says it
    itself = any(check.is_baseline for check in report.checks) and any(check.outcome != "skipped" for check in report.checks)
    unasked += [say("Not compared: {name} is the baseline itself", name=baseline)] if itself else []
    return [*([joined(parts, " · ")] if parts else []), *unasked]


def _told_unknown(report: GateReport) -> Collection[str]:
    """The metrics that passed and of which nothing is known, which a line says instead of each row."""
    passed = [check for check in report.checks if check.outcome == "passed"]
    known = {check.metric for check in passed if check.reason != UNKNOWN}
    found = Counter(check.metric for check in passed if check.metric not in known)
    # each of them is named
    return found.keys() if found.total() > 1 and (not known or len(found) <= RULES) else ()


def checks_of(version: str, report: GateReport) -> list[Check]:
    """Checks of a version, and those of no version: a rule about an unknown metric is not kept by any."""
    return [check for check in report.checks if check.version in ("", version)]


def _told_of(report: GateReport, version: str) -> tuple[Phrase, bool]:
    """Say how one version came out, and whether it passed."""
    of_version = checks_of(version, report)
    checks = [check for check in of_version if check.outcome != "skipped"]
    version = next((check.called for check in of_version if check.called), version)
    if not checks:
        skipped = len(of_version)
        return say("{what}: nothing was checked of {version} ({count} skipped)", what=report.title, version=version, count=skipped), False
    failed = [check for check in checks if check.outcome == "failed"]
    if failed:
        return _count_failed(say("{what}: {said}", what=report.title, said=version), failed, len(checks)), False
    all_of = "{title}: {version} passed all of {total} checks" if len(checks) > 1 else "{title}: {version} passed the only check"
    passed = say(all_of, title=report.title, version=version, total=len(checks))
    return _how_sure(passed, checks), True


def _how_sure(said: Phrase, checks: Sequence[Check]) -> Phrase:
    """Say behind a sentence about checks that passed how many of them chance may have let pass."""
    passed = [check for check in checks if check.outcome == "passed"]
    measured = sum(check.as_measured for check in passed)
    if not measured:
        return said
    some = measured < len(passed)
    return say("{said}, {count} of them only as measured" if some else "{said}, only as measured", said=said, count=measured)


def _versions(report: GateReport, *, said: bool = False) -> list[Phrase]:
    """A verdict a version, those that failed first; nothing where only one was checked. As measured or not is left out where `said`."""
    failed: dict[str, list[Check]] = {check.version: [] for check in report.checks if check.version and check.outcome != "skipped"}
    if len(failed) < 2:  # noqa: PLR2004 - of one version the headline says it
        return []
    for check in report.breaches:
        if check.version:
            failed[check.version].append(check)
    called = {check.version: check.called or check.version for check in report.checks}
    told = [_failures_of(called[version], checks) for version, checks in failed.items() if checks]
    passed: list[Phrase] = []
    unsure = {check.version for check in report.checks if check.as_measured and not said}
    sides = {
        "Passed: {versions}": [called[version] for version, checks in failed.items() if not checks and version not in unsure],
        "Passed as measured: {versions}": [called[version] for version, checks in failed.items() if not checks and version in unsure],
    }
    most = max(map(len, sides.values()))
    for template, versions in sides.items():
        # the rest are named, so that of many their number tells which they are
        counted = len(versions) > _NAMED and len(versions) == most
        named = say("{count} versions", count=len(versions)) if counted else first(versions, _VERSIONS)
        if versions and not told and len(versions) == len(failed):
            # all of them passed, which the line above says
            passed.append(named if counted else say("Versions: {versions}", versions=named))
        elif versions:
            # the first word of the line
            passed.append(say(template if not told and not passed else _FURTHER[template], versions=named))
    return [joined([*told[:_VERSIONS], *passed], "; ")]


_FURTHER = {"Passed: {versions}": "passed: {versions}", "Passed as measured: {versions}": "passed as measured: {versions}"}


def _failures_of(version: str, breaches: Sequence[Check]) -> Phrase:
    unchecked = sum(not check.checked for check in breaches)
    failed = say("{version} failed {count}", version=version, count=len(breaches) - unchecked)
    if not unchecked:
        return failed
    if unchecked == len(breaches):
        return say("{version}: {count} could not be checked", version=version, count=unchecked)
    return say("{said}, {count} could not be checked", said=failed, count=unchecked)


def _table(
    checks: Sequence[Check], caption: Phrase | str, datasets: Mapping[str, str], limit: int, counts: Mapping[str, int] | None = None
) -> Table:
    """One row per check, grouped by rule when there are several; `counts` gives the number of failed checks of each rule."""
    rules = _by_rule(checks)
    headed = counts is not None or len(rules) > 1
    if not any(check.version or check.allowed or check.value is not None for check in checks):
        # rules about a metric that no version has
        told: list[list[Inline]] = [[check.rule or "—", check.reason] for check in checks]
        return Table([say("rule"), ""], told, caption=caption, limit=limit, unit=say("checks"))
    beside = any(check.is_relative for check in checks)
    columns: list[Column | str] = [
        say("version"),
        say("metric"),
        *([say("dataset")] if datasets else []),
        Column(with_text(say("actual value"), "value"), align="right"),
        *([Column(say(title), align="right") for title in ("baseline", "difference")] if beside else []),
        Column(say("allowed"), below=True),
    ]
    rows: list[list[Inline] | Heading] = []
    for rule, of_rule in rules.items():
        if headed:
            said = "{count} failed" if of_rule[0].checked else "{count} not checked"
            rows.append(Heading(rule, summary=say(said, count=counts[rule]) if counts else ""))
        rows += [list(_row(check, datasets, headed=headed, beside=beside)) for check in of_rule]
    limit += len(rules) if headed else 0
    return Table(columns, rows, caption=caption, row_headers=2 + bool(datasets), limit=limit, unit=say("checks"))


def _by_metric(checks: Sequence[Check], datasets: Mapping[str, str]) -> Table:
    """One row for each metric and bound of a rule: how many versions passed, and of how many only as measured."""
    rows: list[list[Inline] | Heading] = []
    for rule, of_rule in _by_rule(checks).items():
        rows.append(Heading(rule))
        alike: dict[tuple[str, str, float | None], list[Check]] = {}
        for check in of_rule:
            alike.setdefault((check.metric, check.dataset, check.bound), []).append(check)
        for (metric, dataset, _), several in alike.items():
            name = [unescaped(metric), *([datasets.get(dataset, dataset)] if datasets else [])]
            allowed = min((check.limit or check.allowed for check in several), key=len)
            measured = sum(check.as_measured for check in several)
            rows.append([*name, allowed, Number(str(len(several))), Number(str(measured)) if measured else ""])
    counts = [Column(say("versions"), align="right"), Column(say("only as measured"), align="right")]
    columns: list[Column | str] = [say("metric"), *([say("dataset")] if datasets else []), say("allowed"), *counts]
    return Table(columns, rows, row_headers=1 + bool(datasets), limit=len(rows), unit=say("checks"))


def _row(check: Check, datasets: Mapping[str, str], *, headed: bool, beside: bool) -> Iterator[Inline]:
    form = check.form
    yield check.called or check.version or "—"
    yield unescaped(check.metric) or "—"
    if datasets:
        yield datasets.get(check.dataset, check.dataset) or "—"
    yield check.stated or Missing(say("none")) if check.value is None else Number(form.value(check.value))
    if beside:
        none: Inline = Missing(say("none")) if check.is_relative else ""
        yield none if check.beside is None else Number(form.value(check.beside))
        yield told_delta(check) if check.delta else ""
    remark = "" if check.stated or check.is_plain else check.reason
    # the rule above the check says how the bound follows from the baseline
    allowed = check.limit or check.allowed if headed else check.allowed
    yield Lines([*([allowed] if allowed else []), Mark("", remark)]) if remark else allowed


def told_delta(check: Check) -> str:
    """Write the difference to the baseline, nothing where none is shown; `Check.scale` says how."""
    if check.delta is None or not check.is_relative:
        return ""
    return _scale(check).write(check.delta, check.baseline, check.form)


def size_of_delta(check: Check) -> float:
    """How large the difference to the baseline is in the unit in which `told_delta` writes it."""
    return (check.delta or 0.0) * (_scale(check).factor(check.baseline) or 1.0)


def _scale(check: Check) -> Scale:
    numbers = (number for number in (check.value, check.baseline) if number is not None)
    return check.scale or scale_of_differences(check.metric, numbers)  # of a check that was made elsewhere, or stored before it said so


def _in_words(check: Check) -> str:
    """One failed check in a line."""
    head: str = check.rule
    if check.version:
        name = check.metric and f" {check.name}"
        head = say("{version}{name}{numbers}", version=check.called or check.version, name=name, numbers=_numbers(check))
    return _with_reason(head, check)


def shortly(check: Check) -> str:
    """One failed check without its name: value and bound."""
    return _with_reason(_numbers(check).lstrip(" ,"), check)


def _numbers(check: Check) -> str:
    value = "" if check.value is None else f" {check.form.value(check.value)}"
    allowed = say(", allowed {bound}", bound=check.allowed) if check.allowed else ""
    baseline = "" if check.beside is None else say(" (baseline {value})", value=check.form.value(check.beside))
    return say("{value}{allowed}{baseline}", value=value, allowed=allowed, baseline=baseline)


def _with_reason(head: str, check: Check) -> str:
    # value and bound show by themselves which of the two is higher
    said = check.reason if not check.is_plain else ""
    return say("{what}: {said}", what=head, said=said) if head and said else head or said
