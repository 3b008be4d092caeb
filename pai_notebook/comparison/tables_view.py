"""Tables of a comparison: metrics under the versions, many of them in groups; what is left out is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from pai_notebook.comparison.cell_changes import unit_of
from pai_notebook.comparison.cells import best_of, describe_cells, describe_group, forms_of, tally, trend_of
from pai_notebook.comparison.left_out import DATASETS, describe_identical, hidden_rows, not_shown, row_names
from pai_notebook.comparison.legend import signs_below, stars_of, within_tolerance
from pai_notebook.comparison.rows import Row, is_alike, is_blank, metric_kind
from pai_notebook.comparison.verdict import MANY
from pai_notebook.comparison.version_lines import describe_by_version
from pai_notebook.display import Block, Code, Column, Heading, Inline, Lines, Mark, Missing, Note, Section, Table
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.fields import field_named, titled
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_words import is_cost
from pai_notebook.model.numbers import NumberFormat
from pai_notebook.model.order import is_rejected
from pai_notebook.plot.data import STARS

if TYPE_CHECKING:
    from pai_notebook.comparison.comparison import Comparison
    from pai_notebook.model.names import Name
    from pai_notebook.model.version import ModelVersion

# How many rows one table has; those beyond are folded.
ROWS = 40
# How many cells and how many rows all tables of metrics have together, folded ones included.
_CELLS, _MOST = 1000, 200
_FAMILY, _SEQUENCE = 3, 3
# From how many versions on each row says first which is best.
_MANY = 4
_PLAIN = NumberFormat()
_SPANNED = "a … b: lowest and highest of the rows of a line, no interval"
_KINDS = ("", "Cost", "Training")

# Columns of a table: places of versions, the baseline first, and addresses that could not be fetched.
Band = tuple[Sequence[int], Sequence[str]]


def places_of(bands: Sequence[Band]) -> list[int]:
    """Positions of the versions that tables show."""
    return list(dict.fromkeys(place for places, _ in bands for place in places))


def shown_rows(comparison: Comparison, *, evidence: bool = False) -> list[Row]:
    """Rows that are shown: those of evidence, or all others."""
    return [row for row in comparison.shown if row.is_evidence == evidence]


def model_names(versions: Sequence[ModelVersion]) -> dict[str, str]:
    """Names of models by their ids, empty where no list has shown it; candidates, and documents without a model, belong to none."""
    registered = [version for version in versions if version.is_registered and version.model_id]
    return {version.model_id: version.provenance.model_name for version in registered or versions}


def failed_heads(comparison: Comparison) -> dict[str, str]:
    """Heads of what could not be fetched by its address, as versions have theirs: of one model without its name."""
    heads = {address: error.called(address) for address, error in comparison.errors.items()}
    if {error.model_id for error in comparison.errors.values()} == set(model_names(comparison.versions)):
        heads = {address: head.partition("@")[2] or head for address, head in heads.items()}
    return heads


def in_groups(comparison: Comparison) -> tuple[list[Row], list[list[Row]]]:
    """Every metric that `only` asks for, quality first, and their groups where there are many.

    Of a kind those come last that neither the baseline nor most of the others have, so that what can be compared is in sight.
    """
    rows = (row for row in shown_rows(comparison) if row.section == "metrics")
    ordered = sorted(rows, key=lambda row: (metric_kind(row), _is_rare(row, comparison.baseline_place)))
    return ordered, _groups(ordered) if len(ordered) >= ROWS else []


def shown_metrics(comparison: Comparison, places: Sequence[int]) -> tuple[list[Row], list[list[Row]], list[Row]]:
    """Every metric that `only` asks for, quality first; their groups where there are many; and those of which a table shows the cells."""
    ordered, together = comparison._in_groups  # noqa: SLF001 - found for this table and for how to read it
    most = min(_MOST, max(ROWS, _CELLS // max(1, len(places))))
    groups = together[:most]
    shown = [row for group in groups for row in group] if groups else ordered
    return ordered, groups, shown[:most]


def describe_metrics(comparison: Comparison, bands: Sequence[Band], *, in_file: bool = False) -> Iterator[Block]:
    """Describe metrics, quality before cost and training; many are told by metric first, with the rows of each folded.

    A reader of a file runs no code, and is not told how to show more.
    """
    places = places_of(bands)
    ordered, groups, shown = shown_metrics(comparison, places)
    told = set(map(id, shown))
    yield from not_shown(comparison, places, [row for row in ordered if id(row) not in told], len(ordered))
    if ordered or comparison.errors:
        # where every line stands for several rows, what is best of a row is in the fold
        folded = bool(groups) and all(len(group) > 1 for group in groups)
        signs = signs_below(comparison, shown, places, starred=not folded)
        signs += [say(_SPANNED)] if groups else []
        notes = [*_order(bands), *([joined(signs, " · ")] if signs else [])]
        yield from _overview(comparison, groups, bands, notes) if groups else _flat(comparison, shown, ordered, bands, notes)
        yield from _folded(comparison, groups, shown, bands, stars_of(comparison, shown) if folded else [])
    elif comparison.metrics and len(comparison.versions) > 1:
        within = say("The metrics differ by no more than the tolerance ({tolerance}).", tolerance=comparison._tolerance.words)  # noqa: SLF001 - as above
        yield Note(within if within_tolerance(comparison, comparison.metrics) else say("The metrics do not differ."))
    yield from describe_identical(comparison, in_file=in_file)


def _order(bands: Sequence[Band]) -> list[Phrase]:
    """Say in which order several tables have the versions."""
    if len(bands) == 1:
        return []
    (_, *lead), *later = (shown for shown, _ in bands)
    # the first table has other versions than the last ones, or has them otherwise than by name, only where somebody asked about them
    asked = lead != sorted(lead) or any(place > min(lead, default=0) for shown in later for place in shown[1:])
    said = "tables: versions asked about first, then from the highest names down; within a table by name"
    return [say(said if asked else "tables: from the highest names down; within a table by name")]


def _is_rare(row: Row, baseline: int | None) -> bool:
    if is_alike(row) or baseline is None or not is_blank(row.cells[baseline]):
        return False
    return sum(map(is_blank, row.cells)) > len(row.cells) / 2


def _typed(row: Row, paths: Mapping[str, str]) -> str:
    """Name of a row as people type it; a field of the service has its title before it where that is not English."""
    return titled(row.path) if row.section == "other" and field_named(row.path) is not None else paths[row.path]


def _headings(rows: Sequence[Row]) -> dict[Name, str]:
    """Return the heading before the first cost row and before the first training row."""
    of_kind = {metric_kind(row): row for row in reversed(rows)}
    return {row.key: say(_KINDS[kind]) for kind, row in of_kind.items() if kind}


def _flat(
    comparison: Comparison, shown: Sequence[Row], ordered: Sequence[Row], bands: Sequence[Band], notes: Sequence[Phrase]
) -> Iterator[Block]:
    yield from _tables(comparison, shown[:ROWS], bands, _headings(shown), caption=say("Metrics"), notes=notes, counted=ordered, trends=True)
    if shown[ROWS:]:
        beyond = _tables(comparison, shown[ROWS:], bands, {}, lead=say("metric"), trends=True)
        yield Section(say("{count} more", count=len(shown) - ROWS), beyond, folded=True)


def _groups(rows: Sequence[Row]) -> list[list[Row]]:
    """Put a metric on several datasets together, and metrics of one family such as `mmlu.law`; nothing where that tells little less."""
    datasets = Counter(row.path for row in rows)
    family_of = {path: _family(path) for path in datasets}
    families = Counter(family_of.values())
    name_of = {path: path if datasets[path] > 1 or families[family] < _FAMILY else family for path, family in family_of.items()}
    names = [(metric_kind(row), name_of[row.path]) for row in rows]
    if not 1 < len(set(names)) <= len(rows) / 2:
        return []
    groups: dict[tuple[int, str], list[Row]] = {name: [] for name in names}
    for name, row in zip(names, rows, strict=True):
        groups[name].append(row)
    return list(groups.values())


def _family(path: str) -> str:
    return (".".join(split_path(path)) or path).partition(".")[0].partition("/")[0]


def _of(comparison: Comparison, group: Sequence[Row]) -> tuple[str, str, Phrase | str]:
    """The name of a group, the arrow of its direction, and how much is in it."""
    arrows = {row.direction.arrow for row in group}
    paths = {row.path for row in group}
    path = comparison.plain_paths[group[0].path]
    name, count = (path, "{count} datasets") if len(paths) == 1 else (_family(group[0].path), "{count} metrics")
    return name, arrows.pop() if len(arrows) == 1 else "", say(count, count=len(group))


def _overview(comparison: Comparison, groups: Sequence[Sequence[Row]], bands: Sequence[Band], notes: Sequence[Phrase]) -> list[Table]:
    """A row a group: how many of its rows are better, worse and so on in each version; a row alone is shown itself."""
    together = {group[0].key: group for group in groups if len(group) > 1}
    ordered = [row for group in groups for row in group]
    rows = [group[0] for group in groups]
    alike = {(_of(comparison, group)[2]) for group in groups}
    each = alike.pop() if len(alike) == 1 and len(together) == len(groups) else ""
    told = "Metrics: {count} rows in {lines} lines of {each}, folded below"
    some = "Metrics: {count} rows in {lines} lines, folded below"
    caption = say(told if each else some, count=len(ordered), lines=len(rows), each=each)
    return _tables(comparison, rows, bands, _headings(rows), caption=caption, notes=notes, counted=ordered, trends=True, together=together)


def _folded(
    comparison: Comparison, groups: Sequence[Sequence[Row]], shown: Sequence[Row], bands: Sequence[Band], legend: Sequence[Phrase]
) -> Iterator[Section]:
    """The rows of every group, all in one fold, so that what follows is near, with the legend of what is only there."""
    keys = {row.key for row in shown}
    inside: list[Block] = []
    for group in groups:
        rows = [row for row in group if row.key in keys]
        if rows and len(group) > 1:
            name, arrow, count = _of(comparison, group)
            part = count if len(rows) == len(group) else say("{shown} of {total} shown", shown=len(rows), total=len(group))
            title = say("{name} {text}", name=name, text=arrow) if arrow else name
            inside.append(Section(title, _tables(comparison, rows, bands, {}, lead=say("metric"), trends=True), folded=True, summary=part))
    if inside:
        # the line keeps the two folds apart where a page drops our styles, so that a finger meets one of them
        inside.insert(0, Note(joined([say("Open a metric to see each dataset."), *([joined(legend, " · ")] if legend else [])], "\n")))
        yield Section(say("Rows of each line"), inside, folded=True, summary=say("{count} lines", count=len(inside) - 1))


def is_sequence(comparison: Comparison, bands: Sequence[Band]) -> bool:
    """Whether one table shows several versions of one model, whose order by name is a course of time or nearly so."""
    return len(bands) == 1 and len(comparison._models) == 1 and len(places_of(bands)) >= _SEQUENCE  # noqa: SLF001 - found once


def from_data_count(comparison: Comparison) -> list[Phrase]:
    """Say of which datasets the number of examples is not stated beside a metric, and was asked for."""
    found = {
        comparison.short_datasets.get(row.dataset, row.dataset): None
        for row in comparison._varied  # noqa: SLF001 - a part of it
        if comparison._uncertainty.knows((row.path, row.dataset))  # noqa: SLF001 - as above
        and any(each.evidence and each.evidence.sides and each.evidence.sides.is_looked_up for each in row.changes)
    }
    return [say("{dataset}: number of examples from the dataset's DataCount", dataset=name) for name in found]


def capped(
    comparison: Comparison, rows: Sequence[Row], bands: Sequence[Band], headings: Mapping[Name, str], *, lead: Phrase
) -> list[Block]:
    """Tables of the first rows, and the names of the others; what is set in many versions has a line a version."""
    hidden = hidden_rows(comparison, rows[ROWS:], len(rows))
    if len(bands) > 1 and all(row.section != "metrics" for row in rows):
        failed = [address for _, several in bands for address in several]
        return [*describe_by_version(comparison, rows[:ROWS], sorted(places_of(bands)), failed), *hidden]
    return [*_tables(comparison, rows[:ROWS], bands, headings, lead=lead), *hidden]


def _tables(
    comparison: Comparison,
    rows: Sequence[Row],
    bands: Sequence[Band],
    headings: Mapping[Name, str],
    *,
    caption: Phrase | str = "",
    lead: Phrase | str = "",
    notes: Sequence[Phrase] = (),
    counted: Sequence[Row] = (),
    trends: bool = False,
    together: Mapping[Name, Sequence[Row]] | None = None,
) -> list[Table]:
    """Rows under the versions, a table a band, the baseline first; a metric is named once over its datasets.

    One of several tables names the rows in which none of its versions has anything, in place of showing them.

    Parameters
    ----------
    comparison : Comparison
        What is shown.
    rows : sequence of Row
        The rows, each the first of its group where it stands for several.
    bands : sequence of Band
        The columns of each table.
    headings : mapping of Name to str
        Headings by the row that follows them.
    caption, lead : str
        The caption of the table, and the head of its column of names.
    notes : sequence of str
        What stands below the first table.
    counted : sequence of Row
        The rows of which each version's head tells how many are better, worse and so on.
    trends : bool
        Whether a column behind the baseline tells which of many versions is best in each row, and the last one how each row goes
        through the versions where they are a sequence.
    together : mapping of Name to sequence of Row, optional
        The groups that rows stand for.
    """
    places = places_of(bands)
    courses = trends and is_sequence(comparison, bands)
    # of a few versions the stars in their cells are in sight
    bests = trends and len(places) >= _MANY
    groups, forms = together or {}, forms_of(rows, places)
    body: list[tuple[Row, tuple[str, str], tuple[Inline, Inline], dict[int, Inline], tuple[tuple[str, Inline], str]]] = []
    datasets, paths = comparison.short_datasets, comparison.plain_paths
    # the caption says what all lines stand for alike
    named = any(row.dataset for row in rows) if not groups else len({_of(comparison, groups.get(row.key, [row]))[2] for row in rows}) > 1
    # a row without any difference has no unit to tell from those of the others
    different = (row for row in rows if any(row.changes[place].delta for place in places))
    units = Counter(path for path, _ in {(row.path, unit_of([row], places)) for row in different})
    for row in rows:
        group = groups.get(row.key)
        unit = unit_of(group or [row], places)
        name, arrow, count = (
            _of(comparison, group) if group else (_typed(row, paths), row.direction.arrow, datasets.get(row.dataset, row.dataset))
        )
        shown_name: Inline = say("{name} {text}", name=name, text=arrow) if arrow else name
        # a metric stands once over its datasets, also where their differences have several units
        beside: Inline = count
        if named and not group and units[row.path] > 1:
            beside, unit = ((count, Mark("", unit)) if unit else count), ""
        shown_name = (shown_name, Mark("", unit)) if unit else shown_name
        form = forms.get(row.key, _PLAIN)
        described = describe_group(comparison, group, places) if group else describe_cells(comparison, row, places, form)
        whole = (
            best_of(comparison, row, form if len(places) > MANY + 1 and len(bands) == 1 else None) if bests and not group else ("", ""),
            trend_of(comparison, row, places) if courses and not group else "",
        )
        body.append((row, (name, unit), (shown_name, beside), dict(zip(places, described, strict=True)), whole))
    # a column that says `all` of every row would say nothing
    bests, courses = any(best[:1] in STARS for *_, ((best, _), _) in body), any(course for *_, (_, course) in body)
    found = []
    for shown, failed in bands:
        columns: list[Column | str] = [Column(lead or _corner(comparison, bands, counted)), *([say("dataset")] if named else [])]
        heads = [_column(comparison, place, _counted(counted)) for place in shown]
        # what is best stands before the candidates, in sight where the window is narrow
        heads[1:1] = [Column(Mark("", say("best & others")))] if bests else []
        columns += [*heads, *(Column(address, align="right") for address in failed)]
        columns += [_trend_column(shown, is_told=not lead and len(bands) == 1)] if courses else []
        filled: list[list[Inline] | Heading] = []
        missing: list[Inline] = [Missing(say("fetch failed"))] * len(failed)
        empty = [row for row in rows if len(bands) > 1 and row.key not in groups and all(is_blank(row.cells[place]) for place in shown)]
        left_out, heading, before = {row.key for row in empty}, "", ("", "")
        for row, called, (written, counts), cells, (best, course) in body:
            heading = headings.get(row.key, heading)
            if row.key in left_out:
                continue
            if heading:
                filled.append(Heading(heading))
                heading, before = "", ("", "")
            head: list[Inline] = ["" if named and called == before else written, *([counts] if named else [])]
            before = called
            base, *others = (cells[place] for place in shown)
            last: list[Inline] = [Code(course, small=True) if course else ""] if courses else []
            filled.append([*head, base, *([best] if bests else []), *others, *missing, *last])
        title = _title(comparison, caption, (shown, failed)) if len(bands) > 1 else caption
        below = [say("Nothing in these versions: {names}.", names=first(row_names(comparison, empty)[0], DATASETS))] if empty else []
        below += notes if (shown, failed) == bands[0] else []
        note = Lines(list(below)) if below else ""
        pinned = 2 + named
        found.append(Table(columns, filled, caption=title, note=note, row_headers=pinned - 1, pinned=pinned, limit=2 * _MOST))
    return found


def _title(comparison: Comparison, caption: Phrase | str, band: Band) -> Phrase:
    """The caption of one of several tables: which versions it shows."""
    shown, failed = band
    names = joined([*(comparison.names[place] for place in shown[1:]), *failed])
    return say("{what}: {said}", what=caption, said=names) if caption else names


def _corner(comparison: Comparison, bands: Sequence[Band], counted: Sequence[Row]) -> Inline:
    """What stands over the names of the rows of one table: the order of the versions beside it, and of what the counts below them are."""
    if len(bands) > 1:
        return ""
    shown = places_of(bands)
    order = "versions by name\u00a0→" if _is_by_name(shown) else "versions named above first\u00a0→"
    costs = any(is_cost(row.path) for row in counted) and any(tally(comparison._together, _counted(counted), place) for place in shown)  # noqa: SLF001 - as below
    told = [*([say(order)] if shown[2:] else []), *([say("counts omit cost\u00a0→")] if costs else [])]
    return Lines([Mark("", text) for text in told]) if told[1:] else Mark("", told[0]) if told else ""


def _counted(rows: Sequence[Row]) -> list[Row]:
    """Rows of which the head of a version tells how many are better, worse and so on."""
    return [row for row in rows if not is_cost(row.path)]


def _is_by_name(shown: Sequence[int]) -> bool:
    return list(shown[1:]) == sorted(shown[1:])


def _trend_column(shown: Sequence[int], *, is_told: bool) -> Column:
    """The head of trends, which go by name: where the order of the columns is another, or `is_told` by no corner, it says so."""
    title = Mark("", say("trend"))
    # all trends are equally long, so that they need not be told to go left
    return Column(title if is_told and _is_by_name(shown) else Lines([title, Mark("", say("by\u00a0name"))]), align="right")


def _column(comparison: Comparison, place: int, rows: Sequence[Row]) -> Column:
    name, model_id, models = comparison.names[place], comparison.versions[place].model_id, comparison._models  # noqa: SLF001 - found once
    # of several models a version's name alone does not say which it is
    several = len(models) > 1 and model_id not in name
    below = say("baseline") if place == comparison.baseline_place else tally(comparison._together, rows, place)  # noqa: SLF001 - as below
    # beside the name, as a line of its own would make every head of the table higher
    head: Inline = (name, Mark("✗", "Rejected")) if is_rejected(comparison.versions[place]) else name
    lines = [head, *([Mark("", models.get(model_id) or model_id)] if several else []), *([Mark("", below)] if below else [])]
    return Column(Lines(lines) if len(lines) > 1 else head, align="right")
