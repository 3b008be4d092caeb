"""Lists of versions, in the shapes of `display`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pai_notebook.display import Block, Code, Column, Inline, Lines, Mark, Missing, Note, Number, Stack, Table
from pai_notebook.display.line import line
from pai_notebook.i18n.phrases import joined, say
from pai_notebook.model.differing import Differing
from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.flatten import natural_key, split_path, unescaped
from pai_notebook.model.group import VersionGroup, count_versions
from pai_notebook.model.lookup import Lookup, MetricColumns
from pai_notebook.model.metric_cells import BEST_AS_MEASURED, State, read_value
from pai_notebook.model.metric_scales import below_zero, percent_among
from pai_notebook.model.metric_words import is_cost, is_training, kind_of_metric, trained_beside
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import listed, plain_paths, short_datasets
from pai_notebook.model.numbers import choose_format
from pai_notebook.model.order import newest, version_key
from pai_notebook.model.settings import differing_settings
from pai_notebook.model.source import dataset_names, named_datasets
from pai_notebook.model.version_view import approval_badge, cells_shape, dataset_notes, day_shape, format_of, has_bar, is_rounded, same_data

if TYPE_CHECKING:
    from pai_notebook.errors import PaiError
    from pai_notebook.model.metric_cells import Cell
    from pai_notebook.model.numbers import NumberFormat
    from pai_notebook.model.version import ModelVersion

# Rows of a list of versions; slices and to_frame() have the rest.
ROWS = 20
METRICS = 5
# Columns of one metric of a model, so that a metric on many datasets leaves room for another.
DATASETS = 3
LABELS = 4
# Versions that are looked at to find out which metrics there are.
SAMPLE = 20
# How far apart bars are that do not look the same, of their whole length.
_SEEN = 0.1
# Settings in which groups differ.
SETTINGS = 4
_NEWEST = say("the newest; slices like vs[:20], or to_frame(), show the rest")
_AND_BEST = say("the newest, and the best of each column; slices like vs[:20], or to_frame(), show the rest")
_NUMBERS = (State.NUMBER, State.NUMERIC_TEXT)

# Which way a metric is better: `max`, `min` or None where that is not known.
Direction = Callable[[str], str | None]


def describe_versions(
    versions: Sequence[ModelVersion],
    *,
    errors: Mapping[str, PaiError] | None = None,
    removed: Sequence[str] = (),
    direction: Direction = lambda _: None,
    about: Sequence[str] = (),
) -> Block:
    """Describe versions as a table, one row each.

    Parameters
    ----------
    versions : sequence of ModelVersion
        In the order of the rows.
    errors, removed : optional
        What could not be fetched, and what was left out, said above the table.
    direction : callable
        Which way a metric is better, to mark the best of a column.
    about : sequence of str
        Names that the set was sorted by or chosen by; a metric has its column then.
    """
    blocks: list[Block] = [
        Note(say("{what}: {said}", what=error.called(address), said=error.sentence), "bad")
        for address, error in list((errors or {}).items())[:10]
    ]
    if errors and len(errors) > 10:  # noqa: PLR2004 - a list, not a log
        blocks.append(Note(say("and {count} more failures; errors has all", count=len(errors) - 10), "bad"))
    blocks += [Note(text, "info") for text in removed]
    blocks.append(_table(versions, direction, about) if versions else Note(say("No versions here.")))
    return blocks[0] if len(blocks) == 1 else Stack(blocks)


def _table(versions: Sequence[ModelVersion], direction: Direction, about: Sequence[str]) -> Table:
    names = differing_metrics(versions)
    lookup = Lookup(versions)
    first = {(name.path, name.dataset) for text in about for name in lookup.meant(text)}
    several = len({version.model_id for version in versions}) > 1
    # which metrics are stated: what a model is measured on nowhere is not a gap of one version
    stated = _by_model(versions) if several else {}
    columns = _columns(sorted(names, key=lambda name: name not in first), [own for own in stated.values() if own], asked=len(first))
    known = dataset_names(version.provenance for version in versions)
    short = short_datasets(sorted({dataset for _, dataset in columns}), known)
    plain = plain_paths(path for path, _ in columns)
    cells = {name: _cells(versions, name) for name in columns}
    bars = _have_bars(cells)
    best = _bests(cells, direction, trained_beside(dict.fromkeys(names)))
    shown, which = _shown(versions, best)
    forms = {name: format_of(_cells(shown, name)) for name in columns}
    common, keys, more = _labels(versions, shown)
    grouped = [version for version in versions if isinstance(version, VersionGroup)]
    # of groups nothing is said in every row that none of them has
    approved = not grouped or any(version.approval_status for version in versions)
    dated = not grouped or any(version.created for version in versions)
    tried = differing_settings(shown, SETTINGS) if grouped else {}
    heads: list[Column | str] = [
        *([say("model")] if several else []),
        say("version"),
        *([say("approval")] if approved else []),
        *(Column(split_path(path)[-1], group=say("settings")) for path in tried),
    ]
    for path, dataset in columns:
        heads.append(Column(short.get(dataset, dataset) or plain[path], align="right", group=plain[path] if dataset else ""))
    # what is kept for the books stands behind what was measured
    heads += [*([say("created")] if dated else []), *(Column(key or say("(no key)"), group=say("labels")) for key in keys)]
    rows: list[list[Inline]] = []
    for version in shown:
        head: list[Inline] = [_model_of(version)] if several else []
        approval = say(State.DIFFERS) if type(version.approval_status) is Differing else version.approval_status
        head += [version.version_name, *([approval_badge(approval)] if approved else [])]
        head += [values[len(rows)] for values in tried.values()]
        measured = [not several or name in stated[version.model_id] for name in columns]
        metrics = [
            _spread(version, name, _metric(version.metrics.every(*name), forms[name], bar=bars, best=best[name])) if known else ""
            for name, known in zip(columns, measured, strict=True)
        ]
        rows.append(
            [*head, *metrics, *([day_shape(version.created)] if dated else []), *(_label(version.labels.get_all(key)) for key in keys)]
        )
    rounded = any(is_rounded(_cells(shown, name), form) for name, form in forms.items())
    starred = any(isinstance(cell, Number) and cell.star for row in rows for cell in row)
    left_out = [say("{count} of {total} metric columns", count=len(columns), total=len(names))] if len(names) > len(columns) else []
    others = _others(names, columns, known) if several else ""
    left_out = [say("{what} (others: {names})", what=left_out[0], names=others)] if others else left_out
    left_out += [say("{count} of {total} labels", count=len(keys), total=len(keys) + more)] if more else []
    left_out += [say("numbers rounded")] if rounded else []
    rest = say("{what}; to_frame() has all", what=joined(left_out)) if left_out else ""
    tied = any(best is not None and [cell.value for cell in cells[name]].count(best) > 1 for name, best in best.items())
    mark = say("☆ best as measured, all that are equal") if tied else say("☆ best as measured")
    spread = any(isinstance(cell, Number) and cell.marks for row in rows for cell in row)
    notes = [mark if starred else "", say("± standard deviation of single runs") if spread else "", rest]
    said = joined([part for part in notes if part], " · ")
    elsewhere = _best_elsewhere(versions, shown, {name: value for name, value in best.items() if value is not None}, short)
    # in order of names the best may be anywhere
    ranked = next((name for name in columns if which in (_NEWEST, _AND_BEST) and best[name] is not None), None)
    if ranked is not None:
        which = joined([which, _best_first(Name("metrics", *ranked, short.get(ranked[1], "")), direction(ranked[0]))], "; ")
    below: list[Inline] = [*filter(None, (which, elsewhere, said, _latest_note(versions))), *dataset_notes(short, known)]
    below += same_data({dataset for _, dataset in columns}, named_datasets(version.provenance for version in versions))
    # the caption has the name, where the id would say less
    below += [Code(versions[0].model_id)] if not several and versions[0].model_id and _name_of(versions) else []
    return Table(
        heads,
        rows,
        caption=_caption(versions, common, len(shown)),
        note=Lines(below) if below else "",
        row_headers=2 if several else 1,
        # which version a row is of stays in sight
        pinned=2 if several else 0,
        unit=say("rows") if grouped else say("versions"),
    )


def _name_of(versions: Sequence[ModelVersion]) -> str:
    """Name of the model that versions are of, where one of them says it."""
    return next((version.provenance.model_name for version in versions if version.provenance.model_name), "")


def _model_of(version: ModelVersion) -> Inline:
    return version.provenance.model_name or (Code(version.model_id) if version.is_registered else Missing(say("none")))


def _label(values: Sequence[str]) -> Inline:
    """The values of a label; of a group whose members have several it is only said that they differ."""
    return Missing(say(State.DIFFERS)) if any(type(value) is Differing for value in values) else ", ".join(values)


def _by_model(versions: Sequence[ModelVersion]) -> dict[str, set[tuple[str, str]]]:
    """(path, dataset) of the metrics that versions of each model state."""
    found: dict[str, set[tuple[str, str]]] = {}
    for version in versions:
        found.setdefault(version.model_id, set()).update(version.metrics._stated)  # noqa: SLF001 - without making cells
    return found


def _columns(names: Sequence[tuple[str, str]], models: Sequence[set[tuple[str, str]]], *, asked: int) -> list[tuple[str, str]]:
    """The metric columns: chosen by what differs, in the order of the card, by metric and then by dataset.

    What was asked for comes first, `asked` names; then of each model the first metric that it has, so that none looks unmeasured.
    """
    chosen = list(names[: min(asked, METRICS)]) if models else []
    for own in models:
        if own.isdisjoint(chosen) and len(chosen) < METRICS:
            chosen += [name for name in names if name in own][:1]
    everything = set(names)
    for name in names:
        if len(chosen) >= METRICS:
            break
        if name in chosen:
            continue
        # each model has datasets of its own: a metric shown of one is not cut short by those of another
        owners = [own for own in models if name in own] or [everything]
        if any(sum(other[0] == name[0] and other in own for other in chosen) < DATASETS for own in owners):
            chosen.append(name)
    chosen += [name for name in names if name not in chosen][: METRICS - len(chosen)]
    return sorted(chosen, key=lambda name: (natural_key(name[0]), natural_key(name[1])))


def _others(names: Sequence[tuple[str, str]], columns: Sequence[tuple[str, str]], known: Mapping[str, str]) -> str:
    """Name what has no column, and count what is not named: datasets of a metric that has columns first, then metrics that have none."""
    paths = {path for path, _ in columns}
    left = sorted((name for name in names if name not in columns), key=lambda name: name[0] not in paths)
    short = short_datasets(sorted({dataset for _, dataset in names}), known)
    shown = [Name("metrics", *name, short.get(name[1], "")).shown if name[0] in paths else unescaped(name[0]) for name in left]
    named = list(dict.fromkeys(shown))
    named = named if len(named) <= METRICS + 1 else named[:METRICS]
    more = sum(name not in named for name in shown)
    return say("{shown} and {count} more", shown=joined(named), count=more) if more else joined(named)


def _have_bars(cells: Mapping[tuple[str, str], Sequence[Cell]]) -> bool:
    """Whether all metric columns have bars from 0 to 1, which differ so much in one that it can be seen.

    One without bars beside others would look as if it had no values.
    """
    numbers = {name: [cell.value for cell in found if cell.value is not None] for name, found in cells.items()}
    return all(has_bar(path, values) for (path, _), values in numbers.items()) and any(
        max(values) - min(values) >= _SEEN for values in numbers.values()
    )


def _metric(cells: Sequence[Cell], form: NumberFormat, *, bar: bool, best: float | None) -> Inline:
    shape = cells_shape(cells, form, bar=bar)
    return replace(shape, star=BEST_AS_MEASURED, strong=True) if isinstance(shape, Number) and cells[0].value == best else shape


def _spread(version: ModelVersion, name: tuple[str, str], shape: Inline) -> Inline:
    """A mean over runs with their standard deviation below it."""
    repeats = version.repeats.get(name) if isinstance(version, VersionGroup) else None
    if repeats is None or repeats.sd is None or not isinstance(shape, Number):
        return shape
    return replace(shape, marks=[Mark("", f"±{choose_format([repeats.sd]).value(repeats.sd)}")])


def _best_elsewhere(
    versions: Sequence[ModelVersion], shown: Sequence[ModelVersion], best: Mapping[tuple[str, str], float], short: Mapping[str, str]
) -> str:
    """Name the version that is best in a column where that has no row here, so that no mark can tell of it."""
    if len(shown) == len(versions):
        return ""
    several, rows, found = len({version.model_id for version in versions}) > 1, set(map(id, shown)), []
    for name, value in best.items():
        holders = [version for version in versions if _has(version, name, value)]
        if any(id(version) in rows for version in holders):
            continue
        cell = next(cell for cell in holders[0].metrics.every(*name) if cell.value == value)
        version = f"{line(_model_of(holders[0]))} {holders[0].version_name}" if several else holders[0].version_name
        metric = Name("metrics", *name, short.get(name[1], "")).shown
        found.append(say("{metric} {version} ({value})", metric=metric, version=version, value=format_of([cell]).value(value)))
    return say("best of all {count}, not shown here: {names}", count=len(versions), names=joined(found)) if found else ""


def _has(version: ModelVersion, name: tuple[str, str], value: float) -> bool:
    return any(cell.value == value for cell in version.metrics.every(*name))


def _best(path: str, cells: Sequence[Cell], mode: str | None) -> float | None:
    """Find the best finite value of a column as measured; None where the direction is not known, all are equal, or in two units.

    Nor where one is negative and that is no lower error.
    """
    values = [cell.value for cell in cells if cell.value is not None and math.isfinite(cell.value)]
    if mode is None or len(set(values)) <= 1 or percent_among(path, dict(enumerate(values))):
        return None
    if mode == "min" and min(values) < 0 and below_zero(path) != "lower":
        return None
    return max(values) if mode == "max" else min(values)


def _labels(versions: Sequence[ModelVersion], shown: Sequence[ModelVersion]) -> tuple[list[str], list[str], int]:
    """Split labels into those that all versions have, as text, and keys that get a column; and count the keys beyond."""
    found = [version.labels.by_key for version in versions]
    counts = Counter(key for labels in found for key in labels)
    same = {
        key
        for key, value in found[0].items()
        if len(versions) > 1 and all(labels.get(key) == value and type(value) is not Differing for labels in found)
    }
    of_shown = [version.labels.by_key for version in shown]
    varied = {key for key in counts if len({labels.get(key) for labels in of_shown}) > 1}
    keys = sorted(counts.keys() - same, key=lambda key: (key not in varied, -counts[key], natural_key(key)))
    common = [f"{key}={value}" for key in sorted(same, key=natural_key) for value in versions[0].labels.get_all(key)]
    return common, sorted(keys[:LABELS], key=natural_key), len(keys[LABELS:])


def _shown(versions: Sequence[ModelVersion], best: Mapping[tuple[str, str], float | None]) -> tuple[Sequence[ModelVersion], str]:
    """Which rows are shown: of a naturally ordered set the newest and the best of each column, else the first of the order chosen."""
    if len(versions) <= ROWS:
        return versions, ""
    keys = [(version.model_id, version_key(version.version_name)) for version in versions]
    if keys != sorted(keys):
        return versions[:ROWS], say("the first; slices like vs[20:40], or to_frame(), show the rest")
    recent = newest(versions, ROWS)
    leading: list[ModelVersion] = []
    for name, value in best.items():
        # so many of the newest stay, whatever leads
        if value is not None and not any(_has(version, name, value) for version in (*recent[: ROWS - len(best)], *leading)):
            leading.append(next(version for version in reversed(versions) if _has(version, name, value)))
    chosen = list(dict.fromkeys(map(id, (*leading, *recent))))[:ROWS]  # one of the newest may lead too
    return [version for version in versions if id(version) in chosen], _AND_BEST if leading else _NEWEST


def _bests(
    cells: Mapping[tuple[str, str], list[Cell]], direction: Direction, trained: Collection[tuple[str, str]]
) -> dict[tuple[str, str], float | None]:
    return {name: None if name in trained else _best(name[0], found, direction(name[0])) for name, found in cells.items()}


def _best_first(name: Name, mode: str | None) -> str:
    """Say how to see the best by a metric."""
    descending = "the best by a metric: vs.sort_values({metric!r}, ascending=False)"
    return say(descending if mode == "max" else "the best by a metric: vs.sort_values({metric!r})", metric=name.shown)


def _caption(versions: Sequence[ModelVersion], common: Sequence[str], shown: int) -> str:
    """How many versions of which model, of how many there are rows, and the labels that all of them have."""
    models = list(dict.fromkeys(version.model_id for version in versions))
    count = count_versions(versions)
    count = say("{shown} of {what}", shown=shown, what=count) if shown < len(versions) else count
    others = sum(not version.is_registered for version in versions)
    if others:
        some = "{count}, not registered" if others == len(versions) else "{count}, {others} of them not registered"
        return say(some, count=count, others=others)
    what = say("{count} of {total} models", count=count, total=len(models))
    if len(models) == 1:
        called = _name_of(versions) or models[0]
        what = say("{what}: {said}", what=called, said=count) if called else count
    return say("{what}, all with {labels}", what=what, labels=listed(common, LABELS)) if common else what


def _latest_note(versions: Sequence[ModelVersion]) -> str:
    """Say when the version with the highest name is not the newest by creation time."""
    dated = [version for version in versions if version.created is not None]
    # groups of versions have no order of names
    if len({version.model_id for version in versions}) != 1 or not dated or any(isinstance(version, VersionGroup) for version in versions):
        return ""
    highest = max(versions, key=lambda version: version_key(version.version_name))
    latest = newest(versions, 1)[0]
    if highest is latest:
        return ""
    words = "latest by creation time is {latest}; highest by name is {highest}"
    return say(words, latest=latest.version_name, highest=highest.version_name)


def differing_metrics(versions: Sequence[ModelVersion]) -> list[tuple[str, str]]:
    """(path, dataset) of metrics that are numbers somewhere: shares first, costs and training last, what differs most first.

    All datasets of a metric stand together. Numbers of examples and errors are not metrics to compare.
    """
    seen: dict[tuple[str, str], dict[int, float]] = {}
    for place, version in enumerate(versions):
        for name, stated in version.metrics._stated.items():  # noqa: SLF001 - without making cells
            for raw in stated:
                state, value, _ = read_value(raw)
                if value is not None and state in _NUMBERS:
                    seen.setdefault(name, {})[place] = value
    of_path: dict[str, tuple[object, ...]] = {}
    of_name: dict[tuple[str, str], tuple[float, float]] = {}
    evidence = evidence_among(seen, seen.__getitem__)
    trained = trained_beside(seen)
    for name, by_place in seen.items():
        if name in evidence:
            continue
        values = by_place.values()
        # coarse, so that one version more seldom exchanges the columns
        low, high = min(values), max(values)
        share, spread = -round(len(values) / len(versions), 1), (high - low) / (max(-low, high) or 1.0)
        about = is_cost(name[0]) or is_training(name[0]) or name in trained
        rank = about, not has_bar(name[0], (low, high)), share, -int(min(2.0, 10 * spread))
        of_path[name[0]] = min(rank, of_path.get(name[0], rank))
        of_name[name] = share, -spread

    return sorted(of_name, key=lambda name: (*of_path[name[0]], natural_key(name[0]), *of_name[name], name))


def metric_names(versions: Sequence[ModelVersion]) -> tuple[str, ...]:
    """Names of metrics that are numbers, without evidence such as numbers of examples: quality first, of these what most versions have."""
    columns = MetricColumns(versions[:SAMPLE])
    evidence = evidence_among(columns.names, columns.numbers)
    having: dict[str, set[int]] = {}
    for key in columns.names:
        if key not in evidence and (numbers := columns.numbers(key)):
            having.setdefault(key[0], set()).update(numbers)
    return tuple(sorted(having, key=lambda name: (kind_of_metric(name), -len(having[name]), natural_key(name))))


def _cells(versions: Sequence[ModelVersion], name: tuple[str, str]) -> list[Cell]:
    return [cell for version in versions for cell in version.metrics.every(*name)]
