"""Grouping versions: by values that they share, or as repeats of one experiment."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pai_notebook.arguments import described
from pai_notebook.comparison.rows import Row
from pai_notebook.errors import ConfigurationError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.address import spread
from pai_notebook.model.equality import shown, value_key
from pai_notebook.model.fields import NAMED
from pai_notebook.model.flatten import join_path, natural_key, split_path
from pai_notebook.model.group import Grouping, VersionGroup, count_of
from pai_notebook.model.lookup import NOT_STATED, Lookup
from pai_notebook.model.names import Name
from pai_notebook.model.order import version_key
from pai_notebook.model.patterns import Pattern, Patterns
from pai_notebook.model.resolving import resolve
from pai_notebook.model.settings import Leaves, is_fold, is_repeat, is_seed, runs_of, settings_of
from pai_notebook.model.source import unique_names
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

# A model, and what is equal in the versions of one group.
_GroupKey = tuple[str, Hashable]
_OTHER_FIELDS = ("FrameworkType", "FormatType")
# What a group of repeats can be called by: so many settings, in so many characters.
_MOST_SETTINGS, _LONGEST_NAME = 3, 48
# Numbers and words; what has blanks or quotes in it is prose, a command or a secret rather than what somebody tried.
_PLAIN = re.compile(r"[\w.+-]+")


def group_by(versions: Sequence[ModelVersion], names: Sequence[str | Sequence[str]]) -> list[VersionGroup]:
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
    names = cast("list[str]", spread(names))
    if not names:
        raise ConfigurationError(say("groupby needs a name"), hint=say("Pass names, as in groupby('training_spec.HyperParameters.lr')."))
    for name in names:
        if not isinstance(name, str):
            hint = say("Pass names, as in groupby('labels.algorithm').")
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


def is_untold_repeat(version: ModelVersion) -> bool:
    """Whether a version has a seed or the number of a run, and nothing that says what it repeats."""
    return not isinstance(version, VersionGroup) and bool(settings_of(version)) and not is_told(version)


def _resolved(lookup: Lookup, text: str) -> Name:
    """The name that a text means, of an object too; the last key is enough where no other setting ends with it."""
    settings = [name for name in lookup.all_names() if name.section not in ("", "metrics")]
    ending = [name for name in settings if _short(name) == text]
    if len(ending) == 1:
        return ending[0]
    try:
        name = lookup.resolve(text)
        if name.section or any(value is not NOT_STATED for value in lookup.stated(name)):
            return name
        # a field that no version has, of which the name is one of several words: the user of a table is not that of a registry
        return resolve(text, settings, missing="no version has {text!r}", others=lookup.all_names)
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
