"""Layout of a comparison: the verdict first, then changes and metrics; everything else is folded."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pai_notebook.collector import paused_collector
from pai_notebook.comparison.baseline import CHOSEN, only_one
from pai_notebook.comparison.changes import changed_rows, is_bookkeeping, lacking_settings, told_changes, told_lack
from pai_notebook.comparison.judged import Standing
from pai_notebook.comparison.legend import read_signs
from pai_notebook.comparison.rows import Row, Verdict, kind_of_row
from pai_notebook.comparison.sources import Exact, Share
from pai_notebook.comparison.tables_view import (
    Band,
    capped,
    describe_metrics,
    failed_heads,
    from_data_count,
    is_sequence,
    model_names,
    places_of,
    shown_metrics,
    shown_rows,
)
from pai_notebook.comparison.unused import unused_evidence
from pai_notebook.comparison.verdict import MANY
from pai_notebook.display import Block, Facts, Inline, Lines, Mark, Note, Section, Stack
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.fields import field_named
from pai_notebook.model.group import count_versions
from pai_notebook.model.nearest import listed
from pai_notebook.model.version_view import describe_version

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison

VERSIONS = 20
_CAUTIONS = 2
_FAILURES = 5
_METRICS = 8
_CHANGES = 4
_MODELS = 3
_SETTINGS = 4
_TREND = (
    "▁ low to ▇ high, versions in the order of their names; · no number",
    "flat: within the tolerance or half of the narrowest interval, without one within about 1 % of the largest value",
)
# How many versions beside the baseline a table of a report has, so that none is cut on paper.
_BAND = 6


@paused_collector()
def describe_comparison(comparison: Comparison) -> Block:
    """Describe a comparison: verdict, changes and metrics; settings, other fields and the legend's details are folded."""
    blocks: list[Block] = list(_banners(comparison))
    if comparison.versions:
        places = _in_sight_first(comparison, _shown_versions(comparison))
        bands: list[Band] = [(places, list(failed_heads(comparison).values())[: VERSIONS - len(places)])]
        inside: list[Block] = [comparison.verdict._describe()] if len(comparison.versions) > 1 else []  # noqa: SLF001 - the hook of shown objects
        inside += [*_cautions(comparison), *_changes(comparison, places), *describe_metrics(comparison, bands)]
        inside += _details(comparison, bands)
        title, summary = subject(comparison)
        blocks.append(Section(title, inside, summary=summary))
    return blocks[0] if len(blocks) == 1 else Stack(blocks)


def describe_for_report(comparison: Comparison, asked: Sequence[str] = ()) -> tuple[list[Block], list[Section]]:
    """Describe the metrics and what changed, in tables that fit on paper, and the sections that a report keeps for its end.

    Of several tables the first has the versions that somebody asked about, then the last ones.
    """
    if len(comparison.versions) == 1:
        # nothing to compare, which the verdict says; what the version has is still to be read
        return [*(Note(text, "bad") for text in failures(comparison)), describe_version(comparison.versions[0])], []
    blocks: list[Block] = list(_banners(comparison))
    if not comparison.versions:
        return blocks, []
    places = _shown_versions(comparison)
    bands = _bands(comparison, places, list(failed_heads(comparison).values())[: VERSIONS - len(places)], asked)
    return [*blocks, *describe_metrics(comparison, bands, in_file=True), *_changes(comparison, places)], _details(comparison, bands)


def _bands(comparison: Comparison, places: Sequence[int], failed: Sequence[str], asked: Sequence[str]) -> list[Band]:
    """Divide columns into tables of about equal width, each with the baseline; the first has what was asked about, then come the last."""
    base, *others = places
    count = max(1, math.ceil((len(others) + len(failed)) / _BAND))
    first_ones = [place for place in others if comparison.names[place] in asked]
    if count == 1:
        return [(_in_sight_first(comparison, [base, *first_ones, *others], len(first_ones)), failed)]
    rest = [place for place in reversed(others) if place not in first_ones]
    columns: list[int | str] = [*first_ones, *rest, *failed]
    edges = [round(nth * len(columns) / count) for nth in range(count + 1)]
    bands: list[Band] = []
    for start, end in itertools.pairwise(edges):
        part = columns[start:end]
        versions = sorted((each for each in part if isinstance(each, int)), key=lambda place: (place not in first_ones, place))
        bands.append(([base, *versions], [each for each in part if isinstance(each, str)]))
    return bands


def _details(comparison: Comparison, bands: Sequence[Band]) -> list[Section]:
    return [*_settings(comparison, bands), *_evidence(comparison, bands), *_reading(comparison, bands)]


def judged_by(comparison: Comparison) -> Phrase | str:
    """Say what is compared with what, and by which metric it is judged."""
    if len(comparison.versions) < 2:  # noqa: PLR2004 - one is not judged
        return against(comparison)
    by = comparison.verdict.by
    said = "{against}; judged by {metric} first" if by else "{against}; every metric judged by itself, none named as the one that matters"
    rows = comparison.by_rows
    # a dataset that was asked for by its id is called by its name, as everywhere else
    return say(said, against=against(comparison), metric=rows[0].key.shown if len(rows) == 1 and "@" in by else by)


def _banners(comparison: Comparison) -> Iterator[Note]:
    yield from (Note(text, "bad") for text in failures(comparison))
    if not comparison.versions:
        yield Note(say("No versions to compare."), "warn")
    elif len(comparison.versions) == 1:
        yield Note(only_one(comparison.names[0], comparison.baseline_reason), "warn")


def failures(comparison: Comparison) -> list[Phrase]:
    """Say which versions could not be fetched; nothing where all of them were."""
    failed = comparison.errors
    if not failed:
        return []
    reasons = [(error.called(address), error.headline) for address, error in list(failed.items())[:_FAILURES]]
    shown: list[str] = [say("{what} ({evidence})", what=address, evidence=reason) for address, reason in reasons]
    shown += [say("and {count} more", count=len(failed) - _FAILURES)] if len(failed) > _FAILURES else []
    total = len(failed) + len(comparison.versions)
    said = "{count} of {total} versions could not be fetched: {shown}"
    return [say(said, count=len(failed), total=total, shown=joined(shown, "; "))]


def subject(comparison: Comparison) -> tuple[str, str]:
    """Title of a comparison and the line behind it: the model by its name where it is known, else by its id, or how many there are."""
    models = model_names(comparison.versions)
    named = [name or model for model, name in models.items() if name or model]
    if len(models) != 1:
        few = 1 < len(named) == len(models) <= _MODELS
        return joined(named) if few else say("{count} models", count=len(models)), against(comparison)
    ((model, name),) = models.items()
    return (name, joined([model, against(comparison)], " · ")) if name else (model or say("Comparison"), against(comparison))


def against(comparison: Comparison) -> Phrase | str:
    """Say how many versions are compared, with which one, and why with it."""
    place, reason = comparison.baseline_place, comparison.baseline_reason
    baseline = "" if place is None else comparison._spoken[comparison.names[place]]  # noqa: SLF001 - how sentences call it
    if len(comparison.versions) < 2:  # noqa: PLR2004 - one is compared with nothing
        return baseline if reason == CHOSEN else say("{name}, {reason}", name=baseline, reason=reason)
    return say("{count} against {baseline}, {reason}", count=count_others(comparison), baseline=baseline, reason=reason)


def count_others(comparison: Comparison) -> Phrase:
    """Say how many versions are compared with the baseline, which is not counted."""
    return count_versions([version for place, version in enumerate(comparison.versions) if place != comparison.baseline_place])


def _cautions(comparison: Comparison) -> Iterator[Block]:
    notes = [Note(say("Careful: {text}", text=text), "warn") for text in comparison.comparability]
    # a fold of one line would be as high as the line
    shown = _CAUTIONS if len(notes) > _CAUTIONS + 1 else len(notes)
    yield from notes[:shown]
    if notes[shown:]:
        yield Section(say("More to be careful about"), notes[shown:], folded=True, summary=str(len(notes) - shown))
    for text in unsaid_notes(comparison, len(comparison.notes) - len(comparison._by_position)):  # noqa: SLF001 - those stand with the settings
        yield Note(text, "info")


def unsaid_notes(comparison: Comparison, kept: int) -> list[str]:
    """The first notes of a comparison without those that its verdict says."""
    said = comparison.failed_runs if comparison.baseline_place is not None else ()
    return [text for text in comparison.notes[:kept] if text not in said]


def _changes(comparison: Comparison, places: Sequence[int]) -> Iterator[Section]:
    """What is set otherwise than in the baseline, a line a version."""
    rows = [row for row in comparison.rows if row.section not in ("metrics", "other")]
    lines: list[tuple[str, Inline]] = []
    names = list(comparison._spoken.values())  # noqa: SLF001 - how sentences call them
    for place in places:
        changed = changed_rows(comparison, [row for row in rows if not is_bookkeeping(row)], place)
        lacking = lacking_settings(comparison, changed, place)
        lack = [text for text, _ in told_lack(comparison, lacking, place)]
        changed = [row for row in changed if row not in lacking]
        count = len(changed) + len(lack)
        shown = _SETTINGS if count > _SETTINGS + 1 else count
        told = [*lack, *told_changes(comparison, changed, place, shown)][:shown]
        more = [say("{count} more", count=count - shown)] if count > shown else []
        if told:
            lines.append((names[place], joined([*told, *more], " · ")))
    if lines:
        count = sum(row.differs for row in rows)
        summary = say("{count} of {total} settings and labels differ", count=count, total=len(rows))
        yield Section(say("What changed"), [Facts(lines)], folded=len(lines) > _CHANGES, summary=summary)


def _named(comparison: Comparison) -> list[list[int]]:
    """Which of many versions the verdict names: the best by what matters, the better beyond chance and alone, then the worse likewise."""
    counts, baseline = comparison.verdict.counts, comparison.baseline_place
    if len(counts) <= MANY:
        return []
    best = {place for row in comparison.by_rows if (leaders := comparison.leaders(row)) for place in leaders.best if place != baseline}
    names = [(place, counts[name]) for place, name in enumerate(comparison.names) if name in counts]
    better, worse = ([place for place, found in names if found[word]] for word in (Standing.BETTER, Standing.WORSE))
    better_alone, worse_alone = comparison.verdict._singly  # noqa: SLF001 - of the same answer
    return [sorted(best), better, better_alone, worse, worse_alone]


def _shown_versions(comparison: Comparison) -> list[int]:
    """Which versions are shown: the baseline, then those that the verdict names and those with the highest names, by name."""
    baseline = comparison.baseline_place
    others = [place for place in range(len(comparison.versions)) if place != baseline]
    preferred = [place for places in (*_named(comparison), others) for place in reversed(places)]
    return [*([] if baseline is None else [baseline]), *sorted(list(dict.fromkeys(preferred))[: VERSIONS - 1])]


def _best_first(comparison: Comparison) -> list[int]:
    """The best by the metric that matters, then those not told apart from it; nothing where every version may be the best."""
    found = [leaders for row in comparison.by_rows if (leaders := comparison.leaders(row)) and not leaders.is_tie]
    return [*itertools.chain(*(each.best for each in found)), *itertools.chain(*(each.together for each in found))]


def _in_sight_first(comparison: Comparison, places: Sequence[int], asked: int = 0) -> list[int]:
    """Move the best, and of many those that the verdict names, next to the baseline, as a window has no room for all.

    So many of the first others are `asked` about, and stay before these.
    """
    base = places[: asked + (comparison.baseline_place is not None)]
    named = [*_best_first(comparison), *itertools.chain.from_iterable(_named(comparison))]
    return list(dict.fromkeys([*base, *(place for place in named if place in places), *places]))


def _settings(comparison: Comparison, bands: Sequence[Band]) -> Iterator[Section]:
    for title, is_field in ((say("Settings and labels"), False), (say("Other fields"), True)):
        rows, all_of = (
            [row for row in several if row.section != "metrics" and (row.section == "other") is is_field]
            for several in (shown_rows(comparison), comparison.rows)
        )
        if rows:
            # before the first row of each section
            first_ones = {row.section: row for row in reversed(rows)}.values()
            headings = {} if is_field else {row.key: section_heading(row.section) for row in first_ones}
            count = say("{count} of {total} differ", count=sum(row.differs for row in all_of), total=len(all_of))
            found = capped(comparison, rows, bands, headings, lead=say("field") if is_field else say("setting"))
            found += [] if is_field else map(Note, comparison._by_position)  # noqa: SLF001 - a part of the notes
            yield Section(title, [*_lacks(comparison, rows, places_of(bands)), *found], folded=True, summary=count)


def _lacks(comparison: Comparison, rows: Sequence[Row], places: Sequence[int]) -> Iterator[Note]:
    """Say which versions have blank cells, as they state nothing of what is below."""
    kinds = list(dict.fromkeys(map(kind_of_row, rows)))
    for place in places:
        lacking = [kind for kind in kinds if place in comparison._silent.get(kind, ())]  # noqa: SLF001 - for this table alone
        if lacking:
            yield Note(say("{name}: no {kinds} recorded", name=comparison._spoken[comparison.names[place]], kinds=listed(lacking)))  # noqa: SLF001 - as above


def section_heading(section: str) -> str:
    """Heading of the rows of a section."""
    info = field_named(section)
    return section if info is None else info.heading


def _evidence(comparison: Comparison, bands: Sequence[Band]) -> Iterator[Section]:
    """Numbers of examples, errors and spreads, from which the intervals are computed."""
    rows, notes = shown_rows(comparison, evidence=True), [*from_data_count(comparison), *unused_evidence(comparison)]
    if rows or notes:
        count = say("{count} row" if len(rows) == 1 else "{count} rows", count=len(rows)) if rows else ""
        found = capped(comparison, rows, bands, {}, lead=say("metric")) if rows else []
        yield Section(say("Where the intervals come from"), [*found, *map(Note, notes)], folded=True, summary=count)


def _whole_dataset(name: str, short: str, label: str) -> Inline:
    """What stands behind the short name of a dataset: its whole name, with its id small beside, or its id or address alone."""
    if not label:
        return say("{short}: {name}", short=short, name=name)
    return (say("{short}: {name}", short=short, name=label) if label != short else label, Mark("", name))


def _reading(comparison: Comparison, bands: Sequence[Band]) -> Iterator[Section]:
    """Signs, directions, full names of datasets, what a trend is, and notes on the intervals."""
    places = places_of(bands)
    *_, rows = shown_metrics(comparison, places)
    facts: list[tuple[str, Inline]] = []
    if rows:
        facts.append((say("directions"), Lines(list(_directions(comparison, rows)))))
    labels = comparison.dataset_names
    long = [_whole_dataset(name, short, labels.get(name, "")) for name, short in comparison.short_datasets.items() if short != name]
    if long and rows:
        facts.append((say("datasets"), Lines(long)))
    if rows and is_sequence(comparison, bands):
        facts.append((say("trend"), Lines([say(line) for line in _TREND])))
    if signs := read_signs(comparison, rows, places, one_table=len(bands) == 1):
        facts.insert(0, (say("signs"), Lines(signs)))
    intervals = list(_chance_notes(rows, places, comparison.names))
    if intervals:
        facts.append((say("intervals"), Lines(intervals)))
    if facts:
        yield Section(say("How to read this"), [Facts(facts)], folded=True)


def _directions(comparison: Comparison, rows: Sequence[Row]) -> Iterator[Phrase]:
    """Say for each metric which way it is better and where that comes from, metrics of one answer together."""
    groups: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        groups.setdefault((row.direction.told_mode or "", row.direction.source), {})[comparison.plain_paths[row.path]] = None
    for (mode, source), names in sorted(groups.items(), key=lambda group: (not group[0][0], group[0])):
        said = say("{mode} ({source})", mode=mode, source=say(source)) if mode else say(source)
        yield say("{names} {source}", names=first(list(names), _METRICS), source=said)


def _chance_notes(rows: Sequence[Row], places: Sequence[int], names: Sequence[str]) -> Iterator[Phrase]:
    """What the marks of chance mean, how many cells would pass by chance alone, and how many metrics have no interval."""
    changes = [[row.changes[place] for place in places if row.changes[place].verdict is not None] for row in rows]
    judged = [each for each in changes if each]
    known = [change for each in judged for change in each if change.evidence is not None and change.evidence.interval is not None]
    if any(change.is_within_tolerance for change in known):
        within = "≈ could be chance or within the tolerance: the interval of the difference (95 % together) includes zero or so little."
        yield say(within)
    elif any(change.verdict is Verdict.CHANCE for change in known):
        yield say("≈ could be chance: the interval of the difference (95 % together) includes zero.")
    sources: dict[Phrase, dict[str, set[int]]] = {}
    tested: dict[str, set[int]] = {}
    for row in rows:
        for place in places:
            evidence = row.changes[place].evidence
            if evidence is not None and evidence.sides is not None and not isinstance(evidence.sides[0], Exact):
                tested.setdefault(row.path, set()).add(place)
                # what n alone gives needs no note
                if not all(isinstance(side, Share) and not side.wider for side in evidence.sides[:2]):
                    sources.setdefault(evidence.reason, {}).setdefault(row.path, set()).add(place)
    for reason, found in sources.items():
        told = [
            path
            if of == tested[path]
            else say("{metric} ({versions})", metric=path, versions=first([names[place] for place in sorted(of)], _FAILURES))
            for path, of in found.items()
        ]
        yield say("{names}: {text}", names=first(told, _METRICS), text=reason)
    unknown = sum(change.verdict is Verdict.UNKNOWN for each in judged for change in each)
    if unknown:
        yield say("? no interval known in {count} of {total} cells.", count=unknown, total=sum(map(len, judged)))
