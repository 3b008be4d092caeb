"""Grouping versions: by values that they share, or as repeats of one experiment; and what is known of the lists that hold repeats."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import described
from pai_notebook.comparison.align import MetricCells
from pai_notebook.comparison.evidence import EvidenceFinder
from pai_notebook.comparison.readings import Readings
from pai_notebook.comparison.rows import Row, is_blank
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import told_gaps, told_unmeasured
from pai_notebook.comparison.sources import Bounds, Side, Stated
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.equality import shown, value_key
from pai_notebook.model.fields import NAMED
from pai_notebook.model.flatten import join_path, natural_key, split_path
from pai_notebook.model.group import Grouping, VersionGroup, count_of
from pai_notebook.model.lookup import NOT_STATED, Lookup
from pai_notebook.model.metric_cells import Cell, State, series_points
from pai_notebook.model.names import Name, Naming, metric_named
from pai_notebook.model.order import version_key
from pai_notebook.model.patterns import ByName, Pattern, Patterns
from pai_notebook.model.settings import Leaves, is_fold, is_repeat, is_seed, runs_of, settings_of
from pai_notebook.model.shared import Key
from pai_notebook.model.source import unique_names
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["folds", "runs"]
# A model, and what is equal in the versions of one group.
_GroupKey = tuple[str, Hashable]
# Metrics whose lists are repeats, and of what kind; a name alone means folds.
RepeatsLike = str | Sequence[str] | Mapping[str, Kind] | None

_KINDS = ("folds", "runs")
# Values whose squares no float holds have no spread.
_LARGEST = 1e100
_OTHER_FIELDS = ("FrameworkType", "FormatType")
# What a group of repeats can be called by: so many settings, in so many characters.
_MOST_SETTINGS, _LONGEST_NAME = 3, 48
# Numbers and words; what has blanks or quotes in it is prose, a command or a secret rather than what somebody tried.
_PLAIN = re.compile(r"[\w.+-]+")


def group_by(versions: Sequence[ModelVersion], names: Sequence[str]) -> list[VersionGroup]:
    """Group versions that share the values of some names, in the order in which the values occur.

    A version without one of the values is in a group of its own kind; versions of several models are never in one group.

    Raises
    ------
    ConfigurationError
        Without names, and for groups among the versions.
    NameNotFound, ComparisonError
        For a name that no version has, or that could be several.
    """
    _refuse_groups(versions)
    if not names:
        raise ConfigurationError(say("groupby needs a name"), hint=say("Pass names, as in groupby('training_spec.HyperParameters.lr')."))
    for name in names:
        if not isinstance(name, str):
            one = say("Pass names, as in groupby('labels.algorithm').")
            hint = say("Pass them one by one, as in groupby('lr', 'optimizer').") if isinstance(name, list | tuple) else one
            raise ConfigurationError(say("names: {name} is not a name", name=described(name)), hint=hint)
    lookup = Lookup(versions)
    _refuse_left_out(versions, lookup, names)
    found = list(dict.fromkeys(_resolved(lookup, name) for name in names))
    columns = [lookup.stated(name) for name in found]
    said = [
        [_said(value) for value in (_called(column) if not name.section and name.path in NAMED else column)]
        for name, column in zip(found, columns, strict=True)
    ]
    groups: dict[Hashable, list[int]] = {}
    for place, version in enumerate(versions):
        key = version.model_id, *(_NOT_SET if column[place] is NOT_STATED else value_key(column[place]) for column in columns)
        groups.setdefault(key, []).append(place)
    grouping = Grouping("groupby", tuple(names))
    return [
        VersionGroup(
            [versions[place] for place in places],
            name=joined([joined([called, column[places[0]]], "=") for called, column in zip(_told_apart(found), said, strict=True)]),
            grouping=grouping,
            ignored=_differing([versions[place] for place in places]),
            folds=_are_folds([versions[place] for place in places]),
        )
        for places in groups.values()
    ]


def group_repeats(versions: Sequence[ModelVersion], ignore: Sequence[str] = ()) -> list[ModelVersion]:
    """Group versions whose settings are equal but for seeds, numbers of folds, repeats and runs, ids and dates.

    A version that repeats no other, or has no settings, stays as it is.

    Raises
    ------
    ConfigurationError
        For groups among the versions, and for a name to ignore that fits no setting.
    """
    _refuse_groups(versions)
    given = Patterns(ignore, "ignore")
    settings = [settings_of(version) for version in versions]
    every = dict.fromkeys(_name(path) for each in settings for path in each)
    patterns = Patterns([_in_full(text, every) for text in given.texts], "ignore") if given.unused(every) else given
    unused = patterns.unused(every)
    if unused:
        raise ConfigurationError(
            say("ignore: {unused!r} fits no setting", unused=unused[0]),
            hint=say("Name labels and settings, such as labels.env.") if every else say("These versions have no labels and no settings."),
        )
    told: dict[str, bool] = {path: not _is_ignored(path, patterns) for each in settings for path in each}
    groups: dict[_GroupKey, list[int]] = {}
    for place, (version, known) in enumerate(zip(versions, settings, strict=True)):
        telling = frozenset((path, value_key(value)) for path, value in known.items() if told[path])
        fields = tuple(str(version._document.get(field) or "") for field in _OTHER_FIELDS)  # noqa: SLF001 - reads without a copy
        groups.setdefault((version.model_id, (telling, fields) if telling else place), []).append(place)
    grouping = Grouping("group_repeats", given.texts)
    names = _called_by_settings({key: settings[places[0]] if len(places) > 1 else None for key, places in groups.items()}, told)
    made: list[ModelVersion] = []
    for key, places in groups.items():
        if len(places) == 1:
            made.append(versions[places[0]])
            continue
        members = sorted((versions[place] for place in places), key=lambda version: version_key(version.version_name))
        folds = _are_folds(members)
        state = count_of(runs_of(members, folds=folds), folds=folds)
        name = say("{version} ({state})", version=names[key] or members[0].version_name, state=state)
        made.append(VersionGroup(members, name=name, grouping=grouping, ignored=_differing(members), folds=folds))
    return made


def ungrouped(versions: Sequence[ModelVersion], rows: Iterable[Row]) -> Iterator[Phrase]:
    """Say that some of the versions are repeats, which differ in seeds or folds alone, and what compares their means.

    Parameters
    ----------
    versions : sequence of ModelVersion
        What is compared.
    rows : iterable of Row
        Its settings and labels.
    """
    seeds = {row.path for row in rows if row.section not in ("", "metrics") and row.differs and (is_seed(row.path) or is_fold(row.path))}
    if not seeds or any(isinstance(version, VersionGroup) for version in versions):
        return
    grouped = [each for each in group_repeats(versions) if isinstance(each, VersionGroup)]
    found = [each for each in grouped if not seeds.isdisjoint(path.partition(".")[2] for path in each.ignored)]
    if found:
        said = "{count} of these {total} versions are repeats, which differ in {names} alone: {code} compares their means"
        names = sorted({_short(_name(path)) for each in found for path in each.ignored})
        count, code = sum(len(each.members) for each in found), "versions.group_repeats().compare()"
        yield say(said, count=count, total=len(versions), names=joined(names), code=code)


def _called_by_settings(groups: Mapping[_GroupKey, Leaves | None], told: Mapping[str, bool]) -> dict[_GroupKey, str]:
    """Name groups after the settings that tell those of their model apart; "" where these are none, many or long.

    Versions that were run once, here None, are called by their own names, and so are groups beside them.
    """
    found: dict[_GroupKey, str] = dict.fromkeys(groups, "")
    for model in dict.fromkeys(model for model, _ in groups):
        of_model = {key: settings for key, settings in groups.items() if key[0] == model}
        known = {key: settings for key, settings in of_model.items() if settings is not None}
        paths = sorted({path for settings in known.values() for path in settings if told[path]}, key=natural_key)
        differing = [path for path in paths if len({value_key(each[path]) if path in each else _NOT_SET for each in known.values()}) > 1]
        if len(known) < len(of_model) or not 0 < len(differing) <= _MOST_SETTINGS:
            continue
        short = dict(zip(differing, _told_apart(list(map(_name, differing))), strict=True))
        said = {key: {path: _said(settings.get(path, NOT_STATED)) for path in differing} for key, settings in known.items()}
        if not all(text == _LACKING or _PLAIN.fullmatch(text) for texts in said.values() for text in texts.values()):
            continue
        called = {key: joined([joined([short[path], text], "=") for path, text in texts.items()]) for key, texts in said.items()}
        if len(set(called.values())) == len(called) and max(map(len, called.values())) <= _LONGEST_NAME:
            found |= called
    return found


def is_told(version: ModelVersion) -> bool:
    """Whether a version has a setting in which repeats have to be equal."""
    return any(not is_repeat(path.partition(".")[2]) for path in settings_of(version))


def _resolved(lookup: Lookup, text: str) -> Name:
    """The name that a text means, of an object too; the last key is enough where no other setting ends with it."""
    settings = [name for name in lookup.all_names() if name.section not in ("", "metrics")]
    ending = [name for name in settings if _short(name) == text]
    if len(ending) == 1:
        return ending[0]
    try:
        return lookup.resolve(text)
    except NameNotFound:
        objects = dict.fromkeys(above for name in settings if name.section != "labels" for above in _above(name))
        meant = [name for name in objects if _short(name) == text or Pattern(text).fits(name)]
        if len(meant) != 1:
            raise
        return meant[0]


def _refuse_left_out(versions: Sequence[ModelVersion], lookup: Lookup, names: Sequence[str]) -> None:
    """Refuse columns that were left out of a table, where nothing is called as they are."""
    columns = {column for version in versions for column in version.provenance.left_out}
    for name in sorted(columns.intersection(names)):
        if not any(name in (_short(each), each.path, each.full) for each in lookup.all_names()):
            said = say("no version has {name}: the column was left out of the table", name=name)
            raise NameNotFound(said, hint=say("Use {code}.", code=f"VersionSet.from_frame(df, settings=[..., {name!r}])"))


def _in_full(text: str, names: Iterable[Name]) -> str:
    """The full name of a setting of which only the last key was given, where no other ends with it; as `groupby` reads names."""
    ending = [name for name in names if _short(name) == text]
    return ending[0].full if len(ending) == 1 else text


def _above(name: Name) -> Iterator[Name]:
    keys = split_path(name.path)
    return (Name(name.section, join_path(keys[:count])) for count in range(1, len(keys)))


def _refuse_groups(versions: Iterable[ModelVersion]) -> None:
    group = next((version for version in versions if isinstance(version, VersionGroup)), None)
    if group is not None:
        raise ConfigurationError(
            say("{version_name} is a group already", version_name=group.version_name), hint=say("Group the versions themselves.")
        )


def _is_ignored(path: str, patterns: Patterns) -> bool:
    return is_repeat(path.partition(".")[2]) or patterns.fits(_name(path))


def _name(path: str) -> Name:
    section, _, rest = path.partition(".")
    return Name(section, rest)


def _differing(members: Sequence[ModelVersion]) -> list[str]:
    """Settings in which members differ, in natural order."""
    settings = [settings_of(member) for member in members]
    paths = {path for each in settings for path in each}
    return sorted(
        (path for path in paths if len({value_key(each[path]) if path in each else _NOT_SET for each in settings}) > 1), key=natural_key
    )


_NOT_SET: Hashable = ("not set",)
_LACKING = say("(not set)")


def _are_folds(members: Sequence[ModelVersion]) -> bool:
    """Whether members say which fold they are."""
    return any(is_fold(path.partition(".")[2]) for path in _differing(members))


def _short(name: Name) -> str:
    return (split_path(name.path) or (name.path,))[-1]


def _told_apart(names: Sequence[Name]) -> list[str]:
    """As many of the last keys of each name as no other one ends with; all of it where its path is that of another."""
    ends = [[join_path(keys[-count:]) for count in range(1, len(keys) + 1)] for keys in (split_path(name.path) for name in names)]
    every = [end for each in ends for end in each]
    return [next((end for end in each if every.count(end) == 1), name.full) for each, name in zip(ends, names, strict=True)]


def _called(accounts: Sequence[Any]) -> list[Any]:
    """Accounts or models by name, by id where two share a name."""
    names = unique_names((each[0], each[-1]) for each in accounts if each is not NOT_STATED)
    return [each if each is NOT_STATED else names.get(each[0], each[0]) for each in accounts]


def _said(value: Any) -> str:
    if value is NOT_STATED:
        return _LACKING
    if isinstance(value, tuple):
        return "+".join(map(str, value))
    text = shown(value)
    return f'"{text}"' if text == _LACKING else text


class ListedRepeats(ByName[Kind]):
    """Metrics whose lists hold repeats of a measurement, one number a fold or a run.

    Parameters
    ----------
    given : str, list of str, mapping or None
        Names or globs of metrics, or a mapping of these to "folds" or "runs"; a name alone means folds, which are compared fold by fold.

    Raises
    ------
    ConfigurationError
        For another kind.

    Examples
    --------
    >>> ListedRepeats("accuracy").said, ListedRepeats({"f1": "runs"}).said
    ({'accuracy': 'folds'}, {'f1': 'runs'})
    """

    def __init__(self, given: RepeatsLike = None, naming: Naming = metric_named) -> None:
        if hasattr(given, "columns"):
            raise ConfigurationError(say("repeats={given} is not a name", given=described(given)), hint=say("Pass names of metrics."))
        told: Mapping[str, Kind] = given if isinstance(given, Mapping) else dict.fromkeys(Patterns(given, "repeats").texts, "folds")
        for kind in told.values():
            if not isinstance(kind, str) or kind not in _KINDS:
                raise ConfigurationError(
                    say("repeats={kind} cannot be used", kind=described(kind)), hint=say("Pass names, or a mapping to 'folds' or 'runs'.")
                )
        by_name: dict[str, Kind] = {str(name): kind for name, kind in sorted(told.items(), key=lambda item: str(item[0]))}
        super().__init__("repeats", by_name, naming)

    def kind(self, key: Key) -> Kind | None:
        """What the lists of a metric hold, None where nothing is said of it."""
        found = self._choose(*key)
        return None if found is None else found[1]


def repeats_of(
    cells: Mapping[Key, Sequence[Cell]],
    versions: Sequence[ModelVersion],
    listed: ListedRepeats,
    by_name: Mapping[str, str] | None = None,
) -> dict[Key, tuple[Runs | None, ...]]:
    """Find the repeats behind every metric: of groups, and of lists that are said to hold them.

    Parameters
    ----------
    cells : mapping of (path, dataset) to sequence of Cell
        Every metric, one cell a version.
    versions : sequence of ModelVersion
        The versions.
    listed : ListedRepeats
        Which lists hold repeats.
    by_name : mapping of str to str, optional
        Datasets that are called otherwise in `cells` than by some versions.

    Raises
    ------
    ComparisonError
        When lists of folds are not equally long, or what is said to be a list is none.
    """
    found: dict[Key, tuple[Runs | None, ...]] = {}
    groups = [_Members(version, by_name or {}) if isinstance(version, VersionGroup) else None for version in versions]
    grouped = {key for group in groups if group is not None for key in group.repeats}
    for key in cells:
        kind = listed.kind(key)
        if kind is not None:
            found[key] = tuple(_listed(cell, kind) for cell in cells[key])
            _check_lengths(key, kind, found[key], cells[key])
        elif key in grouped and not any(group.is_beyond_spread(key) for group in groups if group is not None):
            found[key] = tuple(None if group is None or key not in group.repeats else group.runs(key) for group in groups)
    return found


class _Members:
    """The numbers of the members of a group, and what these state of how sure they are."""

    def __init__(self, group: VersionGroup, by_name: Mapping[str, str]) -> None:
        self._group = group
        # as the group calls it, by what it is called among the versions that are compared
        self._own = {(path, by_name.get(dataset, dataset)): (path, dataset) for path, dataset in group.repeats}
        self.repeats = {key: group.repeats[own] for key, own in self._own.items()}
        self._names = [member.version_name for member in group.members]
        self._cells = MetricCells(group.members)
        self._readings = Readings(EvidenceFinder(self._cells), None, {}, {})

    def is_beyond_spread(self, key: Key) -> bool:
        """Whether a number of a metric is so large that no computer holds its square."""
        return key in self.repeats and any(abs(value) >= _LARGEST for value in self.repeats[key].values)

    def runs(self, key: Key) -> Runs:
        """Give the runs or folds of a metric."""
        own, found = self._own[key], self.repeats[key]
        # a run belongs to none of another group
        keys = tuple(dict.fromkeys(self._group.runs[place] for place in found.places)) if self._group.folds else ()
        runs = Runs.of(found.values, folds=self._group.folds, keys=keys, uneven=bool(self._group.uneven))
        absent = all(is_blank(cell) for place, cell in enumerate(self._cells[own]) if place not in found.places)
        return replace(self._beside(own, found.places, runs), failed=found.failed, only_absent=absent)

    def _beside(self, key: Key, places: Sequence[int], runs: Runs) -> Runs:
        """Give runs with the widest error or interval of each name; the mean of folds is of the examples of all of them."""
        share = 1 / math.sqrt(runs.count) if runs.folds else 1.0
        found: dict[str, Side] = {}
        refused: list[tuple[str, Phrase]] = []
        for place in places:
            refused += [(self._names[place], each) for each in self._readings.refused(key, place)]
            for name, side in self._readings.stated(key, place):
                before = found.get(name)
                if isinstance(side, Bounds):
                    low, high = runs.value - share * (side.value - side.low), runs.value + share * (side.high - side.value)
                    if isinstance(before, Bounds):
                        low, high = min(low, before.low), max(high, before.high)
                    found[name] = Bounds(runs.value, low, high, side.said)
                elif isinstance(side, Runs):
                    known = replace(side, value=runs.value, variance=side.variance * share**2, examples=None, doubt=None)
                    found[name] = before if isinstance(before, Runs) and before.error > known.error else known
                elif isinstance(side, Stated):
                    found[name] = Stated(runs.value, max(share * side.stated, before.stated if isinstance(before, Stated) else 0.0))
        return replace(runs, beside=tuple(found.items()), refused=tuple(refused)) if found or refused else runs


def remarks_on_lists(cells: Mapping[Key, Sequence[Cell]], names: Sequence[str], listed: ListedRepeats) -> Iterator[Phrase]:
    """Say which lists have gaps, as `failed_runs` does of the members of groups."""
    for key in cells:
        kind = listed.kind(key)
        for cell, name in zip(cells[key], names, strict=True):
            runs = None if kind is None else _listed(cell, kind)
            failed = told_gaps(cell) if runs is None else runs.told_failed
            if failed is not None:
                without = "{failed} for {names} in {name}: the number that is compared is of the others"
                without = "{failed} for {names} in {name}: the mean is of the others" if cell.note == "mean" else without
                yield say(without, failed=failed, names=Name("metrics", *key).short, name=name)
            unmeasured = told_unmeasured(cell) if kind is None else None
            if unmeasured is not None:
                told = "{unmeasured} for {names} in {name}, which is not measured: the number that is compared is of the others"
                yield say(told, unmeasured=unmeasured, names=Name("metrics", *key).short, name=name)


def _listed(cell: Cell, kind: Kind) -> Runs | None:
    points = list(enumerate(series_points(cell.raw) or ())) if cell.state is State.SERIES else []
    known = {place: point for place, point in points if abs(point) < _LARGEST}
    if not known:
        return None
    runs = Runs.of(list(known.values()), folds=kind == "folds", keys=list(known) if kind == "folds" else ())
    return replace(runs, failed=len(points) - len(known))


def _check_lengths(key: Key, kind: Kind, runs: Sequence[Runs | None], cells: Sequence[Cell]) -> None:
    # a fold without a number is a fold nevertheless
    counts = {len(series_points(cell.raw) or ()) for each, cell in zip(runs, cells, strict=True) if each is not None}
    name = Name("metrics", *key).short
    if not counts and any(cell.value is not None and series_points(cell.raw) is None for cell in cells):
        raise ComparisonError(
            say("repeats: {name} is one number, not a list", name=name), hint=say("Name metrics that are lists of numbers.")
        )
    if kind == "folds" and len(counts) > 1:
        said = joined(list(map(str, sorted(counts))), " and ")
        raise ComparisonError(
            say("repeats: {name} has lists of {said} numbers", name=name, said=said),
            hint=say("Pass repeats={{{name!r}: 'runs'}} for runs.", name=name),
        )
