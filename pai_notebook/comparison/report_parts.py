"""A comparison as a report: masked in the data first, then described."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from pai_notebook.arguments import described
from pai_notebook.collector import paused_collector
from pai_notebook.comparison.align import IMPOSSIBLE
from pai_notebook.comparison.asked import asked_about
from pai_notebook.comparison.baseline import Chosen
from pai_notebook.comparison.charting import figures_of
from pai_notebook.comparison.code import from_source, plan_of
from pai_notebook.comparison.direction import Direction
from pai_notebook.comparison.explain import explain
from pai_notebook.comparison.gate.report import Check, GateReport
from pai_notebook.comparison.gate.scope import judges, set_against, told_apart, unasked, unjudged
from pai_notebook.comparison.gate.view import NO_REGRESSION, describe_gate
from pai_notebook.comparison.judged import Standing
from pai_notebook.comparison.left_out import row_names
from pai_notebook.comparison.paired_file import masked_with_results
from pai_notebook.comparison.rows import Verdict
from pai_notebook.comparison.tables_view import model_names
from pai_notebook.comparison.verdict_sentences import losses_of
from pai_notebook.comparison.view import against, describe_for_report, judged_by
from pai_notebook.display import Block, Code, Facts, Inline, Lines, Mark, Missing, Note, Section
from pai_notebook.errors import ConfigurationError
from pai_notebook.files import made_by
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.io.redaction import Redaction, as_redaction
from pai_notebook.io.redaction_objects import masked_error
from pai_notebook.io.report import Report, report_html, retold
from pai_notebook.language import language
from pai_notebook.model.equality import same
from pai_notebook.model.numbers import format_computed
from pai_notebook.model.version import ModelVersion
from pai_notebook.python_source import Expression, Step, step, to_python

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.comparison.rows import Row

_SHOWN = 20
# How many versions a title names.
_TITLED = 4
# Up to so many versions every difference is told in words too.
_FEW = 7
_GIVEN = step("given", "vs", of="pnb", comment=say("the versions of this report, which neither a registry nor a snapshot has"))
_OF_MASKED = "The fingerprint is that of the data before masking; the code compares the data as the registry has it."
S = TypeVar("S")


@paused_collector()
def report_of(
    comparison: Comparison,
    name: str = "report.html",
    *,
    redact: Any = "default",
    lang: str | None = None,
    title: str = "",
    question: str = "",
    gates: Any = (),
    charts: bool | Sequence[str] = True,
    registry: str = "",
) -> str:
    """Write the document, which will be a file of this name; see `Comparison.report`."""
    lang = language(lang)
    redaction = as_redaction(redact)
    shown = comparison if redaction is None else masked_comparison(comparison, redaction)
    mask = redaction.text if redaction else str
    mask_said = redaction.sentence if redaction else str
    # dots of what is judged by or else beyond chance and a heat map, or dots of what is asked for
    by, names = [row.full_name for row in shown.by_rows] or None, None if charts is True else list(charts or ())
    figures, lacking = figures_of(shown, names, by=by, lang=lang) if charts is not False else ([], [])
    candidates = [name for name in comparison.names if name != comparison.baseline_name]
    about = asked_about(question, comparison.versions, comparison.names)
    asked = [name for name in about.named if name != comparison.baseline_name]
    gates = told_apart(_results(comparison, gates), candidates, asked, comparison.metrics)
    metrics, details = describe_for_report(shown, list(map(mask, asked)))
    absent = list(map(mask_said, about.absent))
    results = []
    for gate in gates:
        judged = [name for name in asked if judges(gate, name)]
        of_all = all(judges(gate, name) for name in candidates)
        results.append((mask_said(gate.title), describe_gate(gate, judged, brief=True, of_all=of_all).blocks))
    texts = {"title": mask_said(title), "question": mask_said(question), "registry": mask_said(registry)}
    told_so = {"lang": None if lang == "en" else lang, **texts}
    in_part = any(gate.left_out or not all(judges(gate, each) for each in candidates) for gate in gates)
    again = _again(mask_said(name), list(map(mask_said, _rules_of(gates))), in_part=in_part, redact=redact, charts=charts, **told_so)
    source = from_source(plan_of(shown, otherwise=_GIVEN), shown.versions)
    made = to_python(source, "c")
    # what the report is told is masked already, as sentences are
    code = mask(made) + to_python((*source, again), "c").removeprefix(made)
    kept = [(title, part) for title, parts in results for part in parts if isinstance(part, Section)]
    versions = list(map(mask, asked))
    verdict, in_full = shown.verdict._for_report(versions, losses_of(shown, versions) if versions else ())  # noqa: SLF001 - the hook of shown objects
    missing = "{names} is not compared here." if len(absent) == 1 else "{names} are not compared here."
    answer: list[Block] = [Note(say(missing, names=joined(absent, " and ")), "warn")] if absent else []
    own = any(check.version == comparison.baseline_name for gate in gates for check in gate.checks)
    if not asked and not own and about.named:
        # what follows is about others only
        told_base = "{name} is the baseline, which the others are measured against; it is not checked itself."
        told_base = told_base if results else "{name} is the baseline, which the others are measured against."
        answer.insert(0, Note(mask_said(say(told_base, name=comparison._spoken[comparison.baseline_name])), "warn"))  # noqa: SLF001
    # the plain answer stands on top; what the gates allow is another question
    answer += [*verdict, *(Note(text, "warn") for text in unjudged(gates, candidates, asked, comparison._names_said))]  # noqa: SLF001
    answer += [*(part for _, parts in results for part in parts if not isinstance(part, Section))]
    answer += [Note(text, "warn") for text in _set_against(comparison, gates, asked)]

    def told(shape: S) -> S:
        return retold(shape, lang, redaction)

    # of many versions the tables say the same in a fourth of the pages
    few = len(shown.versions) <= _FEW
    differences = explain(shown, lang, everything=True, signs=True)._describe_changes() if few else []  # noqa: SLF001 - the hook of shown objects
    evidence = [Section(result._result, result._basis()) for result in shown.paired_results]  # noqa: SLF001 - as above
    kept_notes = len(shown.notes) - len(shown._by_position)  # noqa: SLF001 - how lists were compared stands with the settings
    rest = [
        *in_full,
        *(Section(say("{what}: {said}", what=title, said=part.title), part.blocks, summary=part.summary) for title, part in kept),
        *evidence,
        Section(say("Every difference"), differences, summary=against(shown)),
        *details,
        Section(say("Data sheet"), [Facts(_facts(comparison, shown, registry))]),
    ]
    report = Report(
        title=told(mask_said(title) or say("Comparison of {models}", models=joined(_titles(shown)))),
        question=mask_said(question),
        scope=told(judged_by(shown)) if shown.versions else "",
        answer=told(answer),
        comparison=told(metrics),
        figures=told(figures),
        notes=lacking,
        cautions=told((*shown.comparability, *shown.notes[:kept_notes])) if len(shown.versions) > 1 else None,
        rest=told([section for section in rest if section.blocks]),
        code=code,
    )
    masked = [Note(text) for text in (*redaction.sentences, say(_OF_MASKED))] if redaction and redaction.masked else []
    listed = [Section(say("What was masked"), masked)] if masked else []
    return report_html(replace(report, rest=[*report.rest, *listed]), lang=lang)


def _set_against(comparison: Comparison, gates: Sequence[GateReport], asked: Sequence[str]) -> list[Phrase]:
    """Say of which versions gates and chance say the opposite."""
    if not gates or not asked:
        return []
    better = {name: found[Standing.BETTER] for name, found in comparison.verdict.counts.items()}
    lost = {
        name: [each.row for each in comparison.verdict._by_name[name] if each.standing is Standing.WORSE]  # noqa: SLF001 - a part of it
        for name in asked
    }
    apart = {name: unasked(gates, name, rows) for name, rows in lost.items()}
    # costs too, which the verdict leaves out
    behind = {comparison.names[place] for row in comparison._varied for place in _worse_in(row)}  # noqa: SLF001 - as above
    behind |= {name for name, rows in apart.items() if rows}
    within = {name: len(rows) - len(apart[name]) for name, rows in lost.items()}
    outside = {name: row_names(comparison, rows)[0] for name, rows in apart.items()}
    return set_against(gates, asked, better, within, behind=behind, outside=outside)


def _worse_in(row: Row) -> list[int]:
    return [place for place, change in enumerate(row.changes) if change.verdict is Verdict.WORSE]


def _rules_of(gates: Sequence[GateReport]) -> list[str]:
    return list(dict.fromkeys(check.rule for gate in gates for check in gate.checks))


def _again(name: str, rules: Sequence[str], *, in_part: bool, redact: Any, charts: bool | Sequence[str], **told: Any) -> Step:
    """Plan the same report of the comparison, as far as code can say it: rules that were checked are checked again."""
    written = [rule for rule in rules if rule != NO_REGRESSION]
    lacking = ["without what assert_no_regression() checked"] if len(written) < len(rules) else []
    # here all rules are one gate
    lacking += ["rules checked on every version and metric, not on a part as there"] if in_part and written else []
    if redact is None or isinstance(redact, Mapping):
        # what is to be masked is not told by the rule that masks it
        told["redact"] = Expression("None") if redact is None else Expression("rules")
    told |= {"gates": written if len(written) > 1 else "".join(written), "charts": None if charts is True else charts or False}
    return step("report", name, aside=True, comment="; ".join(lacking), **told, overwrite=True)


def masked_comparison(comparison: Comparison, redaction: Redaction) -> Comparison:
    """Give the same comparison of masked versions; ids of models stay."""
    versions, paired = masked_with_results(comparison.versions, comparison.paired_results, redaction)
    place = comparison.baseline_place
    baseline = None if place is None else Chosen(versions[place], comparison.baseline_reason)
    arguments = {name: value for name, value in comparison.arguments.items() if name != "baseline"}
    directions = {redaction.text(name): mode for name, mode in arguments.pop("directions", {}).items()}
    for argument in ("series", "repeats"):
        if isinstance(arguments.get(argument), Mapping):
            arguments[argument] = {redaction.text(name): how for name, how in arguments[argument].items()}
    texts = {name: _masked_texts(arguments.pop(name), redaction) for name in ("include", "exclude", "dataset", "by") if name in arguments}
    removed = tuple(map(redaction.sentence, comparison.removed))
    errors = {redaction.address(address): masked_error(error, redaction) for address, error in comparison.errors.items()}
    made = type(comparison)(
        versions,
        baseline=baseline or "first",
        directions=directions,
        errors=errors,
        removed=removed,
        paired=paired,
        **texts,
        **arguments,
    )
    made._reason = comparison.baseline_reason  # noqa: SLF001 - why it was chosen, not that it was handed over
    return made


def _masked_texts(value: Any, redaction: Redaction) -> Any:
    return redaction.text(value) if isinstance(value, str) else [redaction.text(text) for text in value]


def _titles(comparison: Comparison) -> list[str | Phrase]:
    """Models by name, and by id where the name is not known; the versions where no model is."""
    named = [name or model for model, name in model_names(comparison.versions).items() if name or model]
    return [*named] or ([first([version.version_name for version in comparison.versions], _TITLED)] if comparison.versions else ["-"])


def _models(comparison: Comparison) -> list[Inline]:
    """Models by name, with their ids small beside; by id alone where the name is not known."""
    names = model_names(comparison.versions)
    return [(name, Mark("", model)) if name else model or Missing(say("not recorded")) for model, name in names.items()] or ["-"]


def _facts(original: Comparison, shown: Comparison, registry: str) -> list[tuple[str, Inline]]:
    times = sorted(version.fetched for version in shown.versions if version.fetched)
    unknown = Missing(say("not recorded"))
    span = [f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in dict.fromkeys((times[0], times[-1]))] if times else []
    return [
        (say("models"), Lines(_models(shown))),
        (say("versions"), _listed(shown.names)),
        *_makers(shown),
        (say("baseline"), say("{name}, {reason}", name=shown.baseline_name, reason=shown.baseline_reason)),
        *_source_facts(shown.versions, registry),
        (say("fetched"), " – ".join(span) if span else unknown),
        (say("fingerprint"), Code(original.fingerprint)),
        (say("written by"), made_by()),
    ]


def _makers(comparison: Comparison) -> list[tuple[str, Inline]]:
    """Who made which versions, by name; nothing where no name is known."""
    made: dict[str, list[str]] = {}
    for name, version in zip(comparison.names, comparison.versions, strict=True):
        people = dict(version.provenance.people)
        if user := people.get(version.user_id) or people.get(version.owner_id):
            made.setdefault(user, []).append(name)
    told = [say("{what}: {said}", what=user, said=first(names, _SHOWN)) for user, names in made.items()]
    return [(say("created by"), joined(told, "; "))] if told else []


def _source_facts(versions: Sequence[ModelVersion], registry: str) -> list[tuple[str, Inline]]:
    """Which registry, which workspace and which requests the versions came from."""
    sources = [version.provenance for version in versions]
    registries = dict.fromkeys(f"{each.registry} ({each.region})" if each.region else each.registry for each in sources if each)
    workspaces = dict.fromkeys(each.workspace_id for each in sources if each.workspace_id)
    told = [each.request_ids or (version.request_id,) for each, version in zip(sources, versions, strict=True)]
    ids = list(dict.fromkeys(each for each in chain.from_iterable(told) if each))
    unknown = Missing(say("not recorded"))
    return [
        (say("registry"), registry or ", ".join(registries) or unknown),
        *([(say("workspace"), ", ".join(workspaces))] if workspaces else []),
        (say("request ids"), Code(_listed(ids)) if ids else unknown),
    ]


def _listed(names: Sequence[str]) -> Phrase:
    return say("{count}: {names}", count=len(names), names=first(names, _SHOWN))


def _results(comparison: Comparison, gates: Any) -> list[GateReport]:
    """Results of gates; rules are checked here, all of them as one gate."""
    given = [getattr(gate, "report", gate) for gate in (gates if isinstance(gates, list | tuple) else [gates])]
    for gate in given:
        if not isinstance(gate, str | GateReport):
            hint = say("Pass rules, what check() or gate() returned, or the RegressionError that gate() raised.")
            raise ConfigurationError(say("gates: {gate} is not a gate result", gate=described(gate)), hint=hint)
    rules, found = [gate for gate in given if isinstance(gate, str)], [gate for gate in given if isinstance(gate, GateReport)]
    for report in found:
        _refuse_another(comparison, report)
    if rules:
        found.insert(0, comparison.check(rules))
    return found


def _refuse_another(comparison: Comparison, report: GateReport) -> None:
    """Refuse a result of other versions or against another baseline: by model and name, and by the numbers that it is made of.

    Raises
    ------
    ConfigurationError
        With what is another than here.
    """
    rows = {(row.path, row.dataset): row for row in comparison.metrics}
    found = (_another(comparison, report, check, rows.get((check.metric, check.dataset))) for check in report.checks if check.version)
    told = next(filter(None, found), None)
    if told is not None:
        raise ConfigurationError(told, hint=say("Check the versions of this report."))


def _another(comparison: Comparison, report: GateReport, check: Check, row: Row | None) -> Phrase | None:
    """Say in what a check is about something else than what is compared; None where it is about that."""
    places = [place for place, name in enumerate(comparison.names) if name == check.version]
    if not places or check.model not in ("", comparison.versions[places[0]].model_id):
        bare = check.version.removeprefix(f"{check.model}@")
        strange = f"{check.model}@{bare}" if places else check.version
        return say("gates: a result is about {strange}, which this comparison does not have", strange=strange)
    base = comparison.baseline_place if check.is_relative else None
    if check.is_relative and report.baseline_name != comparison.baseline_name:
        names = (name or say("none") for name in (report.baseline_name, comparison.baseline_name))
        told = "gates: a result is against {name}, and the baseline here is {baseline}"
        return say(told, **dict(zip(("name", "baseline"), names, strict=True)))
    if check.better and row is not None and row.direction.mode != check.better and row.direction is not IMPOSSIBLE:
        told = "gates: in a result {way} for {metric}, and here {here}"
        return say(told, way=Direction(check.better).words, metric=check.name, here=row.direction.words)
    for place, number in ((places[0], check.value), (base, check.baseline)):
        if row is None or place is None or same(number, here := row.cells[place].value):
            continue
        told = "gates: in a result {metric} of {version} is {value}, and here it is {here}"
        written = [say("none") if each is None else format_computed(each) for each in (number, here)]
        return say(told, metric=check.name, version=comparison.names[place], value=written[0], here=written[1])
    return None
