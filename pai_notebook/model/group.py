"""Several versions taken together as repeats of one: the means of their metrics, and what they have in common."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import described, list_argument
from pai_notebook.calls import checked
from pai_notebook.display import Block, Card, Column, Inline, Lines, Missing, Number, Section, Table
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.differing import Differing
from pai_notebook.model.document import FrozenDict
from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.group_remarks import equal_runs, failed_runs, left_out_of, repeated_runs, untold_columns
from pai_notebook.model.lookup import MetricColumns
from pai_notebook.model.metric_cells import read_value
from pai_notebook.model.metric_scales import percent_among
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import counted, dataset_ids, listed
from pai_notebook.model.numbers import choose_format, cleared, mean
from pai_notebook.model.settings import runs_of
from pai_notebook.model.shared import Key, is_alike, is_count, metrics_document, shared_fields, shared_metrics
from pai_notebook.model.source import dataset_names
from pai_notebook.model.version import ModelVersion
from pai_notebook.model.version_view import DIGITS, METRIC_ROWS, approval_badge, describe_shared, time_text
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

_LARGEST = 1e100


@dataclass(frozen=True)
class Repeats(Printed):
    """One metric of several versions.

    Attributes
    ----------
    values : tuple of float
        The numbers, in the order of the versions; those without a number are left out. Several of one run, or fold, are one: their mean.
    total : int
        How many versions there are.
    places : tuple of int
        Which of the versions have these numbers.
    """

    values: tuple[float, ...]
    total: int
    places: tuple[int, ...] = ()

    @property
    def mean(self) -> float:
        """Their mean."""
        return mean(self.values)

    @property
    def sd(self) -> float | None:
        """Standard deviation of single versions, with one less than their number as divisor; None of a single one."""
        if len(self.values) < 2:  # noqa: PLR2004 - one has no spread
            return None
        # the squares of larger numbers are beyond every float
        return math.inf if max(map(abs, self.values)) > _LARGEST else statistics.stdev(self.values, self.mean)

    @property
    def failed(self) -> int:
        """How many versions have no number."""
        return self.total - len(self.places or self.values)


@dataclass(frozen=True)
class Grouping(Printed):
    """How versions were grouped.

    Attributes
    ----------
    method : {"groupby", "group_repeats"}
        The method of VersionSet.
    names : tuple of str
        What it was given: names whose values are shared, or names that are ignored.
    """

    method: Literal["groupby", "group_repeats"]
    names: tuple[str, ...] = ()


@checked
class VersionGroup(ModelVersion):
    """Several versions that repeat one experiment, which compare as one version does.

    Its metrics are means, its labels, settings and other fields those that all members share, its time of creation that of the
    newest. What is not the same in all of them is a text that says so and names the values, such as "differs among members: 1 ×2,
    2"; in DataFrames it is missing, and for conditions it is not stated.

    Intervals against another group cover other runs (Welch's t), and other examples too where the number of examples is
    known; folds, which share training data, are corrected. `VersionSet.groupby` and `VersionSet.group_repeats` make groups.

    Parameters
    ----------
    members : sequence of ModelVersion
        At least one, all of one model.
    name : str
        What it is called.
    grouping : Grouping, optional
        How it was made, for code that makes it again.
    ignored : sequence of str
        Settings in which the members may differ without being told apart.
    folds : bool
        Whether the members are folds of a cross-validation rather than independent runs.

    Attributes
    ----------
    members : tuple of ModelVersion
        The versions.
    repeats : mapping of (path, dataset) to Repeats
        The numbers behind each mean.
    left_out : tuple of (path, dataset)
        Metrics that members state but not as numbers, such as lists, so that they have no mean.
    mixed : tuple of (path, dataset)
        Metrics without a mean because some members seem to state percent and others fractions.
    runs : tuple of hashable
        The run, or fold, of each member; equal ones count once. Members of one run are equal in all but steps, ids and dates, and have
        the same seed; where none has a seed or an id of a run, they differ in a step.
    uneven : tuple of (path, dataset)
        Numbers of examples that are not the same in all members, or that some do not state: the smallest is taken.

    Raises
    ------
    ConfigurationError
        Without members, with members of several models, or with a group as a member.

    Examples
    --------
    >>> make = lambda nth, value: ModelVersion.from_document({"VersionName": f"0.{nth}.0", "Metrics": {"accuracy": value}}, "model-a")
    >>> group = VersionGroup([make(1, 0.90), make(2, 0.92)], name="lr=0.1")
    >>> group.metrics["accuracy"].value, round(group.repeats["accuracy", ""].sd, 4)
    (0.91, 0.0141)
    """

    members: tuple[ModelVersion, ...]
    grouping: Grouping | None
    ignored: tuple[str, ...]
    folds: bool

    def __init__(
        self,
        members: Sequence[ModelVersion],
        *,
        name: str,
        grouping: Grouping | None = None,
        ignored: Sequence[str] = (),
        folds: bool = False,
    ) -> None:
        members = list_argument("members", members, object, say("a list of versions"))
        for member in members:
            if not isinstance(member, ModelVersion) or isinstance(member, VersionGroup):
                raise ConfigurationError(
                    say("members: {member} cannot be one", member=described(member)), hint=say("Pass versions, not groups.")
                )
        models = list(dict.fromkeys(member.model_id for member in members))
        if len(models) != 1:
            several = say("a group of versions of {count} cannot be made", count=counted(len(models), "model"))
            raise ConfigurationError(
                several if models else say("a group without members cannot be made"), hint=say("Pass versions of one model.")
            )
        columns, runs = MetricColumns(members), tuple(runs_of(members, folds=bool(folds)))
        repeats, mixed = _repeats(columns, runs)
        means = {key: cleared(found.mean) for key, found in repeats.items()}
        content = shared_metrics(columns, means, len(members))
        shared = shared_fields(members, repeats=grouping is not None and grouping.method == "group_repeats")
        document = {**shared, "VersionName": name, "Metrics": metrics_document(content)}
        sources = {replace(member.provenance, request_ids=()) for member in members}
        fetched = max((member.fetched for member in members if member.fetched), default=None)
        super().__init__(document, model_id=models[0], fetched=fetched, provenance=sources.pop() if len(sources) == 1 else None)
        self.__dict__.update(members=members, grouping=grouping, ignored=tuple(ignored), folds=bool(folds), repeats=repeats, runs=runs)
        counts = [key for key in columns.names if is_count(key) and key not in repeats]
        self.__dict__["uneven"] = tuple(key for key in counts if not is_alike(columns, key, len(members)))
        self.__dict__["left_out"] = tuple(key for key, value in content.items() if isinstance(value, Differing) and key not in mixed)
        self.__dict__["mixed"] = mixed

    repeats: Mapping[Key, Repeats]
    runs: tuple[Hashable, ...]
    left_out: tuple[Key, ...]
    mixed: tuple[Key, ...]
    uneven: tuple[Key, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the metrics as a DataFrame, one row a metric.

        Returns
        -------
        pandas.DataFrame
            Columns metric, dataset, mean, sd, n (runs with a number), failed (versions without), min and max.

        Examples
        --------
        >>> make = lambda nth, value: ModelVersion.from_document({"VersionName": f"0.{nth}.0", "Metrics": {"cer": value}}, "model-a")
        >>> VersionGroup([make(1, 0.2), make(2, 0.4)], name="lr=0.1").to_frame()[["metric", "n", "min", "max"]].values.tolist()
        [['cer', 2, 0.2, 0.4]]
        """
        from pai_notebook.model.text_columns import frame_of  # noqa: PLC0415 - pandas loads on first use

        rows = [
            (*key, found.mean, found.sd, len(found.values), found.failed, min(found.values), max(found.values))
            for key, found in self.repeats.items()
        ]
        texts, numbers = dict.fromkeys(["metric", "dataset"], "string"), dict.fromkeys(["min", "max"], "float64")
        return frame_of(rows, {**texts, "mean": "float64", "sd": "float64", "n": "int64", "failed": "int64", **numbers})

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not as documented in members, one sentence a field; empty when all is well."""
        return tuple(dict.fromkeys(note for member in self.members for note in member.notes))

    @property
    def words(self) -> Phrase:
        """How many there are of what."""
        return count_of(self.runs, folds=self.folds)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.members, self.version_name, self.grouping, self.ignored, self.folds)

    def _brief(self) -> str:
        names = listed([member.version_name for member in self.members], 5)
        return say("{what}: {said}", what=self.version_name, said=say("{text}, {word}", text=self.words, word=names))

    def _describe(self) -> Block:
        names: Inline = say("{runs}: {names}", runs=self.words, names=listed([member.version_name for member in self.members], 8))
        ignored = say("They may differ in {names}.", names=listed(self.ignored, 8)) if self.ignored else ""
        newest = say("newest {when}", when=time_text(self.created)) if self.created else ""
        return Card(
            self.version_name,
            subtitle=names,
            badges=[approval_badge(self.approval_status)] if self.approval_status else [],
            blocks=[self._table(), Section(say("What all of them share, and what differs"), [describe_shared(self)], folded=True)],
            footer=Lines(
                [
                    text
                    for text in (
                        ignored,
                        *untold_columns([self]),
                        *repeated_runs([self]),
                        *equal_runs([self]),
                        *failed_runs([self]),
                        *left_out_of([self]),
                        newest,
                        *dataset_ids(self._names.values()),
                    )
                    if text
                ]
            ),
        )

    @property
    def _names(self) -> dict[Key, Name]:
        """Its metrics, with what the registry calls their datasets."""
        labels = dataset_names(member.provenance for member in self.members)
        return {key: Name("metrics", *key, labels.get(key[1], "")) for key in self.repeats}

    def _table(self) -> Table:
        names = self._names
        titles = ("mean", "standard deviation", "folds" if self.folds else "runs", "lowest", "highest")
        columns = [Column(say(title), align="right", mixed=True) for title in titles]
        found = list(self.repeats.items())
        rows: list[list[Inline]] = []
        for (path, dataset), each in found[:METRIC_ROWS]:
            mean = cleared(each.mean)  # as metrics and comparisons have it
            form = choose_format([*each.values, mean], least=DIGITS)  # noqa: PD011 - not pandas
            total = len({*self.runs})
            runs = say("{count} of {total}", count=len(each.values), total=total) if len(each.values) < total else str(total)
            spread: Inline = (
                Missing(say("one fold" if self.folds else "one run"))
                if each.sd is None
                else Number(choose_format([each.sd]).value(each.sd))
            )
            ends = [Number(form.value(end)) for end in (min(each.values), max(each.values))]
            rows.append([names[path, dataset].shown, Number(form.value(mean), strong=True), spread, runs, *ends])
        return Table(
            [say("metric"), *columns], rows, caption=say("Metrics over {runs}", runs=self.words), total=len(found), unit=say("metrics")
        )


def count_of(runs: Collection[Hashable], *, folds: bool) -> Phrase:
    """Say how many runs some versions are, or of how many folds."""
    count = len({*runs})
    if count == 1:
        return say("1 fold") if folds else say("1 run")
    return say("{count} folds", count=count) if folds else say("{count} runs", count=count)


def _again(
    members: tuple[ModelVersion, ...],
    name: str,
    grouping: Grouping | None,
    ignored: tuple[str, ...],
    folds: bool,  # noqa: FBT001 - for pickle
) -> VersionGroup:
    return VersionGroup(members, name=name, grouping=grouping, ignored=ignored, folds=folds)


def _repeats(columns: MetricColumns, runs: Sequence[Hashable]) -> tuple[Mapping[Key, Repeats], tuple[Key, ...]]:
    """Numbers of every metric that any member has one of, without what says how sure another is, and those of percent beside fractions."""
    found: dict[Key, Repeats] = {}
    mixed: list[Key] = []
    evidence = evidence_among(columns.names, columns.numbers)
    for path, dataset in sorted(columns.names, key=lambda name: tuple(map(natural_key, name))):
        if (path, dataset) in evidence:
            continue
        stated: dict[int, set[float]] = {}
        for place, raw in columns.stated(path, dataset):
            value = read_value(raw)[1]
            if value is not None and math.isfinite(value):
                stated.setdefault(place, set()).add(value)
        known = {place: values.pop() for place, values in sorted(stated.items()) if len(values) == 1}
        if percent_among(path, known):
            mixed.append((path, dataset))
        elif known:
            by_run: dict[Hashable, list[float]] = {}
            for place, value in known.items():
                by_run.setdefault(runs[place], []).append(value)
            found[path, dataset] = Repeats(tuple(map(mean, by_run.values())), len(runs), tuple(known))
    return FrozenDict(found), tuple(mixed)


def count_versions(versions: Sequence[ModelVersion]) -> Phrase:
    """Say how many versions there are; of groups also of how many runs or folds, which are versions where groups are of both.

    Examples
    --------
    >>> make = lambda nth: ModelVersion.from_document({"VersionName": f"0.{nth}.0"}, "model-a")
    >>> count_versions([make(1), VersionGroup([make(2), make(3)], name="lr=0.1")])
    '1 group of 2 runs and 1 version'
    """
    groups = [version for version in versions if isinstance(version, VersionGroup)]
    others = counted(len(versions) - len(groups), "version")
    if not groups:
        return others
    # "2 groups of 8 runs" would be read as 8 runs each
    of = "{groups} of {runs}" if len(groups) == 1 else "{groups}, {runs} in all"
    kinds = {group.folds for group in groups}
    count = sum(len({*group.runs}) for group in groups)
    runs = counted(len(members_of(groups)), "version") if len(kinds) > 1 else counted(count, "fold" if True in kinds else "run")
    said = say(of, groups=counted(len(groups), "group"), runs=runs)
    return said if len(groups) == len(versions) else say("{shown} and {last}", shown=said, last=others)


def sharing_runs(versions: Sequence[ModelVersion]) -> frozenset[tuple[int, int]]:
    """Positions of two versions that have runs in common, both ways round.

    These are a group and its own member, groups made in two ways, and one registered version at two times.

    Examples
    --------
    >>> make = lambda nth: ModelVersion.from_document({"VersionName": f"0.{nth}.0"}, "model-a")
    >>> sorted(sharing_runs([VersionGroup([make(1), make(2)], name="lr=0.1"), make(2), make(3)]))
    [(0, 1), (1, 0)]
    """
    groups = {place for place, version in enumerate(versions) if isinstance(version, VersionGroup)}
    if not groups and len({version.address for version in versions}) == len(versions):
        return frozenset()
    places: dict[tuple[str, str], list[int]] = {}
    for place, version in enumerate(versions):
        for run in {(each.model_id, each.version_name) for each in members_of([version])}:
            places.setdefault(run, []).append(place)
    return frozenset(
        (one, other)
        for found in places.values()
        for one, other in permutations(found, 2)
        if groups & {one, other} or is_same_version(versions[one], versions[other])
    )


def is_same_version(one: ModelVersion, other: ModelVersion) -> bool:
    """Whether two are one version of a registry, perhaps at two times; one that was registered anew under its name is another."""
    return (
        bool(one.model_id)
        and one.is_registered
        and other.is_registered
        and (one.model_id, one.version_name, one.created) == (other.model_id, other.version_name, other.created)
    )


def members_of(versions: Iterable[ModelVersion]) -> list[ModelVersion]:
    """Versions with those of groups instead of the groups."""
    return [each for version in versions for each in (version.members if isinstance(version, VersionGroup) else (version,))]
