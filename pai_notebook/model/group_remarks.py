"""What the means of groups leave out, a sentence each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING

from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.flatten import split_path
from pai_notebook.model.names import Name
from pai_notebook.model.shared import Key
from pai_notebook.model.source import dataset_names

if TYPE_CHECKING:
    from pai_notebook.model.group import VersionGroup

_NAMED = 3


def repeated_runs(groups: Sequence[VersionGroup]) -> list[Phrase]:
    """Say of which groups several members are one run."""
    several = (
        "{groups}: results with the same seed, and steps of one training, count once, by their mean; keep one a run, such as the last step"
    )
    found = [group for group in groups if not group.folds and len({*group.runs}) < len(group.runs)]
    counts = [say("{runs} in {count} members of {name}", runs=each.words, count=len(each.runs), name=each.version_name) for each in found]
    return [say(several, groups=first(counts, _NAMED))] if found else []


def untold_columns(groups: Sequence[VersionGroup]) -> list[Phrase]:
    """Name columns of a table that are no settings although groups may mix what they say: left out, or metrics that may have been set."""
    found: dict[tuple[str, ...], list[str]] = {}
    for group in groups:
        columns = dict.fromkeys(column for each in group.members for column in each.provenance.differing)
        mixed = tuple(column for column in columns if _is_mixed(group, column))
        if mixed and len(group.members) > 1:
            found.setdefault(mixed, []).append(group.version_name)
    mixing = "columns that are no settings and may differ within {groups}: {names}; settings= would tell them apart"
    return [say(mixing, groups=first(of, _NAMED), names=first(columns, _NAMED)) for columns, of in found.items()]


def _is_mixed(group: VersionGroup, column: str) -> bool:
    """Whether members may differ in a column, of which nothing is known where it was left out."""
    values = {repr(cell.raw) for each in group.members for cell in each.metrics.cells if split_path(cell.path)[-1:] == (column,)}
    return len(values) != 1


def equal_runs(groups: Sequence[VersionGroup]) -> list[Phrase]:
    """Name runs that have all metrics in common where others of the group do not, as a run that is given twice has."""
    found: list[Phrase] = []
    for group in groups:
        alike: dict[Hashable, dict[Hashable, str]] = {}
        for run, each in zip(group.runs, group.members, strict=True):
            alike.setdefault(frozenset((cell.name, repr(cell.raw)) for cell in each.metrics.cells), {}).setdefault(run, each.version_name)
        found += [joined([*names.values()], " and ") for names in alike.values() if len(names) > 1 < len(alike)]
    equal = "the same metrics throughout in {names}: if that is one run given twice, leave one of them out"
    return [say(equal, names=first(found, _NAMED))] if found else []


def failed_runs(groups: Sequence[VersionGroup], shown: Mapping[Key, str] | None = None) -> list[Phrase]:
    """Say which runs of groups have no number.

    Parameters
    ----------
    groups : sequence of VersionGroup
        The groups.
    shown : mapping of (path, dataset) to str, optional
        Metrics that are spoken of, and what they are called; all of them by default.
    """
    said: list[Phrase] = []
    called = _calling(groups, shown)
    for group in groups:
        lacking: dict[int, list[Key]] = {}
        for key, found in group.repeats.items():
            if found.failed and (shown is None or key in shown):
                lacking.setdefault(found.failed, []).append(key)
        for count, keys in lacking.items():
            one = "1 of {total} members of {name} has no number for {names}: the mean is of the others"
            without = one if count == 1 else "{count} of {total} members of {name} have no number for {names}: the mean is of the others"
            said.append(say(without, count=count, total=len(group.members), name=group.version_name, names=called(keys)))
    return said


def left_out_of(groups: Sequence[VersionGroup], shown: Mapping[Key, str] | None = None) -> list[Phrase]:
    """Say what has no mean as it is not a number or some are in percent, and which numbers of examples differ.

    Parameters
    ----------
    groups, shown : sequence of VersionGroup, mapping of (path, dataset) to str
        As above; what is left out is not among the metrics that are shown, and is always spoken of.
    """
    said: list[Phrase] = []
    called = _calling(groups, shown)
    no_mean = "no mean of {names} in {groups}, as it is not a number there; compare the versions themselves, lists with repeats="
    differ = "{names} is not the same in all members of {groups}: intervals take the smallest"
    mixed = "no mean of {names} in {groups}: some values look like percent and others like fractions"
    for template, keys_of in (
        (no_mean, [group.left_out for group in groups]),
        (mixed, [group.mixed for group in groups]),
        (differ, [group.uneven for group in groups]),
    ):
        alike: dict[tuple[Key, ...], list[str]] = {}
        for group, left in zip(groups, keys_of, strict=True):
            alike.setdefault(left, []).append(group.version_name)
        said += [say(template, names=called(keys), groups=first(names, _NAMED)) for keys, names in alike.items() if keys]
    return said


def _calling(groups: Sequence[VersionGroup], shown: Mapping[Key, str] | None) -> Callable[[Sequence[Key]], Phrase]:
    """Give what names the first of some metrics."""
    labels = dataset_names(member.provenance for group in groups for member in group.members)

    def called(keys: Sequence[Key]) -> Phrase:
        return first([(shown or {}).get(key) or Name("metrics", *key, labels.get(key[1], "")).shown for key in keys], _NAMED)

    return called
