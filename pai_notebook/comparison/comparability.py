"""Reasons to be careful: what makes two versions hard to compare, said aloud and never corrected silently."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.direction import infer_direction
from pai_notebook.comparison.near_names import near_dataset, near_rows
from pai_notebook.comparison.rows import Kind, Row, is_alike, is_blank
from pai_notebook.comparison.series import ends_unmeasured
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.i18n.rewording import with_values
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.group import is_same_version, sharing_runs
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metric_words import is_speed
from pai_notebook.model.metrics import similar_names
from pai_notebook.model.nearest import nearest
from pai_notebook.model.numbers import format_number
from pai_notebook.model.order import is_rejected
from pai_notebook.model.settings import is_identity
from pai_notebook.model.source import unique_names
from pai_notebook.python_source import literal
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pai_notebook.model.source import DatasetName
    from pai_notebook.model.version import ModelVersion

_NAMED = 3
_NOT_NAMED = "{metrics} of {versions}: no dataset is named, so it may differ from the baseline's"
_BASE_NOT_NAMED = "{metrics} of the baseline: no dataset is named, so it may differ from that of {versions}"
_ELSEWHERE = "{metric} of {versions} was measured on {datasets}, not where the baseline's was"
_SEVERAL_ELSEWHERE = "{metrics} of {versions} were measured on {datasets}, not where the baseline's were"


@dataclass(frozen=True)
class Setting:
    """What the cautions look at.

    Attributes
    ----------
    versions : sequence of ModelVersion
        In natural order.
    names : sequence of str
        What they are called in sentences.
    baseline : int
        Position of the baseline.
    metrics, others : sequence of Row
        Every row, whatever is shown.
    named : mapping of str to DatasetName
        What the registry calls datasets, by what metrics call them.
    """

    versions: Sequence[ModelVersion]
    names: Sequence[str]
    baseline: int
    metrics: Sequence[Row]
    others: Sequence[Row]
    named: Mapping[str, DatasetName] = field(default_factory=dict)

    @cached_property
    def varied(self) -> list[Row]:
        """Metrics in which not every version states the same number."""
        return [row for row in self.metrics if not is_alike(row)]

    @cached_property
    def fresh(self) -> set[int]:
        """Positions of candidates from elsewhere, which are not registered."""
        return {place for place, version in enumerate(self.versions) if not version.is_registered}

    def data(self, dataset: str) -> str:
        """Give the id of a dataset that is named by its address, where the registry says that it is that one; else what it is called."""
        named = self.named.get(dataset)
        return named.dataset_id if named and named.is_address else dataset

    def listed(self, places: Sequence[int]) -> Phrase:
        """Names of versions, the first few and how many more."""
        return first([self.names[place] for place in places], _NAMED)


def with_models(versions: Sequence[ModelVersion], names: Sequence[str]) -> Sequence[str]:
    """Names of versions as sentences say them: where several models are there, with the model."""
    if len({version.model_id for version in versions if version.is_registered}) < 2:  # noqa: PLR2004 - one needs no name
        return names
    models = unique_names((version.model_id, version.provenance.model_name) for version in versions)
    return [
        joined([models.get(version.model_id, version.model_id), name.removeprefix(f"{version.model_id}@")], " ")
        if version.is_registered and version.model_id
        else name
        for version, name in zip(versions, names, strict=True)
    ]


def with_state(version: ModelVersion, name: str) -> Phrase | str:
    """The name of a version that may be chosen, with what is to be known before it is."""
    return say("{version} (Rejected)", version=name) if is_rejected(version) else name


def with_sign(version: ModelVersion, name: str, space: str = " ") -> str:
    """The same where there is room for a sign only."""
    return f"{name}{space}✗" if is_rejected(version) else name


def cautions(setting: Setting) -> tuple[Phrase, ...]:
    """Say what stands in the way of comparing, one sentence each, in a fixed order."""
    rules = (
        _nothing_in_common,
        _name_for_id,
        _runs_in_common,
        _other_dataset,
        _misspelt,
        _two_words,
        _without_dataset,
        _left_out,
        _two_names,
        _fraction_and_percent,
        _sample_counts,
        _frameworks,
        _evaluation,
        _hygiene,
        _texts,
        _unmeasured,
        _duplicates,
    )
    # each may be printed by itself, with whatever stands in names of metrics, fields and versions
    return tuple(with_values(sentence, visible) for rule in rules for sentence in rule(setting))


def _name_for_id(setting: Setting) -> Iterator[Phrase]:
    """Say which versions were given the name of another model in the comparison as the id of theirs."""
    ids = {version.provenance.model_name: version.model_id for version in setting.versions if version.provenance.model_name}
    places: dict[str, list[int]] = {}
    for place, version in enumerate(setting.versions):
        if ids.get(version.model_id, version.model_id) != version.model_id and not version.provenance.model_name:
            places.setdefault(version.model_id, []).append(place)
    for name, found in places.items():
        said = "{versions}: {name!r} is the name of a model, not its id, so two models are compared; model_id={model_id!r} makes them one"
        yield say(said, versions=setting.listed(found), name=name, model_id=ids[name])


def _runs_in_common(setting: Setting) -> Iterator[Phrase]:
    found = sorted(place for place, other in sharing_runs(setting.versions) if other == setting.baseline)
    if found:
        base = setting.versions[setting.baseline]
        again = [place for place in found if is_same_version(setting.versions[place], base)]
        same = "{versions} and {baseline} are one version, fetched twice: registry.drift(saved) tells what changed"
        shared = "{versions} and {baseline} have runs in common: what differs is not said to be beyond chance"
        for words, places in ((same, again), (shared, [place for place in found if place not in again])):
            if places:
                yield say(words, versions=setting.listed(places), baseline=setting.names[setting.baseline])


def _stated(row: Row) -> list[int]:
    return [place for place, cell in enumerate(row.cells) if not is_blank(cell)]


def _lacks(row: Row, place: int) -> bool:
    return not is_alike(row) and is_blank(row.cells[place])


def _nothing_in_common(setting: Setting) -> Iterator[Phrase]:
    if any(map(is_alike, setting.metrics)):
        return  # every version states it
    keyed = [((row.path, setting.data(row.dataset)), row) for row in setting.metrics]
    base = {key for key, row in keyed if not _lacks(row, setting.baseline)}
    base_datasets = {dataset for _, dataset in base}
    apart: list[int] = []
    strange: list[int] = []
    for place in range(len(setting.versions)):
        if place == setting.baseline or any(key in base and not _lacks(row, place) for key, row in keyed):
            continue
        mine = {dataset for (_, dataset), row in keyed if not _lacks(row, place)}
        if mine and base:
            (apart if mine & base_datasets else strange).append(place)
    # that no dataset is named says why too
    unnamed = {place for (word, places, _) in _elsewhere(setting) if word for place in places}
    apart, strange = ([place for place in places if place not in unnamed] for places in (apart, strange))
    baseline = setting.names[setting.baseline]
    if strange:
        yield say("no dataset in common with {baseline}: {versions}", baseline=baseline, versions=setting.listed(strange))
    if apart:
        yield say("no metric in common with {baseline}: {versions}", baseline=baseline, versions=setting.listed(apart))
    yield from _dataset_in_name(setting, [*strange, *apart])
    if not base and any(_stated(row) for row in setting.metrics):
        yield say("the baseline {baseline} has no metrics", baseline=baseline)


def _dataset_in_name(setting: Setting, places: Sequence[int]) -> Iterator[Phrase]:
    """Say how to write a metric whose name is that of one of the baseline and its dataset: `accuracy@holdout`, `holdout.accuracy`."""
    meant = {
        name: row
        for row in (setting.metrics if places else ())
        if row.dataset and not _lacks(row, setting.baseline)
        for called in filter(None, (row.dataset, row.key.label))
        for name in (f"{row.path}@{called}", f"{called}.{row.path}")
    }
    for row in setting.metrics:
        other = None if row.dataset else meant.get(row.path)
        stating = [place for place in places if not is_blank(row.cells[place])]
        if other is not None and stating:
            # the first one shows how to write the others
            how, code = "{name} of {versions}: write {code}", _with_dataset(other, {other.path: row.cells[stating[0]].raw})
            yield say(how, name=row.path, versions=setting.listed(stating), code=code)
            return


def _with_dataset(named: Row, stated: Mapping[str, Any]) -> str:
    """Write numbers by metric as those on the dataset of a row."""
    return literal({f"{path}@{named.key.label or named.dataset}": raw for path, raw in stated.items()})


def naming_dataset(rows: Sequence[Row], beside: Sequence[Row], baseline: int) -> tuple[Row, int, str] | None:
    """Find a metric that a version states without a dataset and the baseline on one, or the other way round, and write it with that.

    Gives the metric, the place of the version that names no dataset, and the code, which has what is stated `beside` it too.
    """
    plain = {row.path: row for row in rows if not row.dataset}
    for named in (row for row in rows if row.dataset and row.path in plain):
        there, bare = ({place for place, cell in enumerate(row.cells) if cell.value is not None} for row in (named, plain[named.path]))
        lacking = sorted(bare - there)
        if lacking and (baseline in there or lacking == [baseline]):
            counts = [row for row in beside if not row.dataset and row.cells[lacking[0]].value is not None]
            stated = {row.path: row.cells[lacking[0]].raw for row in (plain[named.path], *counts[:_NAMED])}
            return plain[named.path], lacking[0], _with_dataset(named, stated)
    return None


def _elsewhere(setting: Setting) -> dict[tuple[str, tuple[int, ...], Phrase], list[str]]:
    """Metrics by who names no dataset, by the versions that were not measured where the baseline was, and by where they were."""
    by_path: dict[str, list[Row]] = {}
    counts = Counter(row.path for row in setting.metrics)
    for row in setting.metrics:
        if counts[row.path] > 1 and not row.is_evidence:
            by_path.setdefault(row.path, []).append(row)
    found: dict[tuple[str, tuple[int, ...], Phrase], list[str]] = {}
    for path, rows in by_path.items():
        if len(rows) == 1:
            continue  # measured nowhere else
        home = [setting.data(row.dataset) for row in rows if not is_blank(row.cells[setting.baseline])]
        at_home = {place for row in rows if setting.data(row.dataset) in home for place in _stated(row)}
        elsewhere = sorted({place for row in rows for place in _stated(row)} - at_home)
        if home and elsewhere:
            where = sorted(
                {row.key.label or row.dataset or say("no dataset") for row in rows for place in elsewhere if not is_blank(row.cells[place])}
            )
            if where == [say("no dataset")] and setting.fresh.issuperset(elsewhere):
                continue  # what to write is said below
            unnamed = "baseline" if home == [""] else "versions" if where == [say("no dataset")] else ""
            found.setdefault((unnamed, tuple(elsewhere), joined(where[:_NAMED])), []).append(path)
    return found


def _other_dataset(setting: Setting) -> Iterator[Phrase]:
    for (unnamed, places, datasets), paths in _elsewhere(setting).items():
        words = {"versions": setting.listed(places), "datasets": datasets, "metric": paths[0], "metrics": first(paths, _NAMED)}
        where = _SEVERAL_ELSEWHERE if len(paths) > 1 else _ELSEWHERE
        yield say({"versions": _NOT_NAMED, "baseline": _BASE_NOT_NAMED}.get(unnamed, where), **words)


def _misspelt(setting: Setting) -> Iterator[Phrase]:
    """Datasets of candidates from elsewhere whose names are nearly those of datasets on which registered versions were measured."""
    fresh = setting.fresh
    if not fresh:
        return
    places: dict[str, set[int]] = {}
    for row in setting.metrics:
        if row.dataset:
            places.setdefault(row.key.label or row.dataset, set()).update(_stated(row))
    known = [name for name, stating in places.items() if stating - fresh]
    for name, stating in places.items():
        close = "" if stating - fresh else near_dataset(name, known)
        if close:
            said = "dataset {dataset} of {versions} is in no registered version; nearest is {nearest}"
            yield say(said, dataset=name, versions=setting.listed(sorted(stating)), nearest=close)


def _two_words(setting: Setting) -> Iterator[Phrase]:
    """Metrics that a version and the baseline probably mean alike and name in two ways, and what gives them one name."""
    found = near_rows(setting.varied, setting.baseline)
    together: dict[tuple[str, ...], list[int]] = {}
    for place, pairs in sorted(found.items()):
        together.setdefault(tuple(row.full_name for pair in pairs for row in pair), []).append(place)
    for places in together.values():
        pairs = found[places[0]][:_NAMED]
        named = [say("{one} and {other}", one=row.key.shown, other=other.key.shown) for row, other in found[places[0]]]
        words = {"versions": setting.listed(places), "baseline": setting.names[setting.baseline], "pairs": first(named, _NAMED)}
        said = say("{versions} and {baseline} may use different names for the same metric: {pairs}", **words)
        cure = _renaming(pairs) if setting.fresh.issuperset(places) else ""
        yield say("{what}; {code} gives them one name", what=said, code=cure) if cure else said


def _renaming(pairs: Sequence[tuple[Row, Row]]) -> str:
    """The code that gives metrics of a candidate from elsewhere the names of the baseline."""
    # only names of the harness have a comma, and for others a table was read
    if any("," not in row.path for row, _ in pairs):
        return f"df.rename(columns={ {row.key.shown: other.key.shown for row, other in pairs} })"
    tasks = {row.dataset: other.key.label or other.dataset for row, other in pairs if row.dataset != other.dataset}
    return f"VersionSet.from_lm_eval(..., rename={ {row.path: other.path for row, other in pairs} | tasks })"


def _without_dataset(setting: Setting) -> Iterator[Phrase]:
    """Metrics of candidates from elsewhere that name no dataset, where the baseline was measured on some: what to call them."""
    if not setting.fresh:
        return
    measured: dict[str, list[str]] = {}
    for row in setting.metrics:
        if row.dataset and not row.is_evidence and not is_blank(row.cells[setting.baseline]):
            measured.setdefault(row.path, []).append(row.key.shown)
    names: dict[str, None] = {}
    places: set[int] = set()
    for row in setting.metrics:
        stating = set(_stated(row))
        if measured and not row.dataset and not row.is_evidence and stating and stating <= setting.fresh:
            close = nearest(row.path, measured, 1)
            names.update(dict.fromkeys(measured[close[0]] if close else ()))
            places |= stating if close else set()
    if names:
        yield say(
            "{versions}: metrics without a dataset; name it, as in {names}",
            versions=setting.listed(sorted(places)),
            names=first(list(names), _NAMED),
        )


def _left_out(setting: Setting) -> Iterator[Phrase]:
    """Columns of a table that were not taken although the baseline has a metric of that name, or although they are called as a metric."""
    told: dict[str, list[int]] = {}
    for place in sorted(setting.fresh):
        for column in setting.versions[place].provenance.left_out:
            path, _, dataset = column.removeprefix("metrics.").partition("@")
            missed = [row for row in setting.metrics if row.path == path and dataset in ("", row.dataset, row.key.label)]
            if any(not is_blank(row.cells[setting.baseline]) and _lacks(row, place) for row in missed):
                told.setdefault(column, []).append(place)
    for column, places in told.items():
        said = "the column {column} of {versions} was left out of the table; metrics= would take it"
        yield say(said, column=column, versions=setting.listed(places))
    columns = dict.fromkeys(column for place in setting.fresh for column in setting.versions[place].provenance.left_out)
    judged = {row.path for row in setting.metrics}
    unread = [each for each in columns if each not in told and each not in judged and infer_direction(each.partition("@")[0]).mode]
    if unread and len(setting.fresh) == len(setting.versions):
        yield say("columns left out of the table: {names}", names=first(unread, _NAMED))


TWO_NAMES = "{name} is named by its id in {versions} and by its Uri in {others}: the same data, compared as two datasets"


def _two_names(setting: Setting) -> Iterator[Phrase]:
    """Datasets that some versions name by id and others by address: their rows stand apart although the data are the same."""
    by_name: dict[str, tuple[set[int], set[int]]] = {}
    for row in setting.metrics:
        named = setting.named.get(row.dataset)
        if named is not None and (named.is_address or named.identity == named.dataset_id):
            by_name.setdefault(named.dataset_id, (set(), set()))[named.is_address].update(_stated(row))
    for dataset_id, (ids, addresses) in by_name.items():
        by_id, by_address = sorted(ids - addresses), sorted(addresses - ids)
        if by_id and by_address:
            name = next(each.name for each in setting.named.values() if each.dataset_id == dataset_id)
            yield say(TWO_NAMES, name=name or dataset_id, versions=setting.listed(by_id), others=setting.listed(by_address))


def _fraction_and_percent(setting: Setting) -> Iterator[Phrase]:
    for row in setting.varied:
        # of groups it is said why they have no mean
        likely = [place for place in row._in_percent if row.cells[place].value is not None]  # noqa: SLF001 - as below
        if likely:
            versions = setting.listed(likely)
            yield say("{metric} looks like percent in {versions} and like a fraction elsewhere", metric=row.key.shown, versions=versions)


def looks_mixed(row: Row) -> bool:
    """Whether some values of a metric look like percent and others like fractions."""
    return not is_alike(row) and bool(row._in_percent)  # noqa: SLF001 - what is said of a row is found once


def _sample_counts(setting: Setting) -> Iterator[Phrase]:
    for row in setting.metrics:
        if row.role is not Role.EXAMPLES:
            continue
        counts = {cell.value for cell in row.cells if cell.value is not None}
        if len(counts) > 1:
            shown = joined([format_number(count) for count in sorted(counts, key=lambda count: (math.isnan(count), count))[:_NAMED]])
            yield say("{metric} differs ({counts}): not measured on the same number of examples", metric=row.key.shown, counts=shown)


def _frameworks(setting: Setting) -> Iterator[Phrase]:
    frameworks = sorted({version.framework_type for version in setting.versions if version.framework_type})
    if len({name.casefold() for name in frameworks}) <= 1:
        return
    speeds = [row.key.shown for row in setting.metrics if is_speed(row.path) and len(_stated(row)) > 1]
    if speeds:
        yield say(
            "{metrics} compares across frameworks: {frameworks}"
            if len(speeds) == 1
            else "{metrics} compare across frameworks: {frameworks}",
            metrics=joined(speeds[:_NAMED]),
            frameworks=joined(frameworks[:_NAMED]),
        )


# What an evaluation says of the model itself, which is another one in every version.
_OF_MODEL = ("model.pretrained", "model.model", "model.revision", "model.peft")


def _evaluation(setting: Setting) -> Iterator[Phrase]:
    changed = [
        row for row in setting.others if row.section == "evaluation_spec" and any(change.kind is Kind.CHANGED for change in row.changes)
    ]
    telling = [row.path for row in changed if not is_identity(row.path) and row.path not in _OF_MODEL]
    if telling:
        yield say("evaluated in different ways: {names} of the evaluation spec differ", names=first(telling, _NAMED))


def _hygiene(setting: Setting) -> Iterator[Phrase]:
    labels = [row for row in setting.others if row.section == "labels"]
    for kind, rows in ((say("metrics"), setting.metrics), (say("labels"), labels)):
        for sentence in similar_names(list(dict.fromkeys(row.path for row in rows))):
            yield say("{kind} {sentence}", kind=kind, sentence=sentence)


def _texts(setting: Setting) -> Iterator[Phrase]:
    texts = [row.key.shown for row in setting.varied if any(cell.state is State.NUMERIC_TEXT for cell in row.cells)]
    if texts:
        yield say("numbers sent as text, compared as numbers: {metrics}", metrics=first(texts, _NAMED))
    unread = [row.key.shown for row in setting.varied if row.direction.mode and any(cell.state is State.TEXT for cell in row.cells)]
    if unread:
        yield say("texts that are no numbers, which nothing is computed of: {metrics}", metrics=first(unread, _NAMED))


def _unmeasured(setting: Setting) -> Iterator[Phrase]:
    """Lists that end in nulls, of which the last number before is compared."""
    for row in setting.varied:
        places = [place for place, cell in enumerate(row.cells) if ends_unmeasured(cell)]
        if places:
            told = "{metric} ends in null, not measured, in {versions}: the last measured number is compared"
            yield say(told, metric=row.key.shown, versions=setting.listed(places))


def _duplicates(setting: Setting) -> Iterator[Phrase]:
    for row in setting.varied:
        places = [place for place, cell in enumerate(row.cells) if cell.duplicate and cell.value is None]
        if places:
            yield say(
                "{metric} is stated more than once, differently, in {versions}: no difference is shown",
                metric=row.key.shown,
                versions=setting.listed(places),
            )
