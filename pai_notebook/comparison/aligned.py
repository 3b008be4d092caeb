"""Versions lined up against a baseline: the rows of a comparison, before anything is asked of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pai_notebook.arguments import described, errors_argument, list_argument, number_argument
from pai_notebook.collector import paused_collector
from pai_notebook.comparison.align import MetricCells, metric_rows, other_rows, positional
from pai_notebook.comparison.baseline import Baseline, Chosen, choose_baseline, in_order, newer_than_others, unique_names
from pai_notebook.comparison.direction import Directions, stated_directions
from pai_notebook.comparison.groups import ungrouped
from pai_notebook.comparison.paired import Paired, by_place
from pai_notebook.comparison.paired_fit import StatedMetric, fitted
from pai_notebook.comparison.readings import DatasetCount
from pai_notebook.comparison.repeats import ListedRepeats, RepeatsLike, remarks_on_lists, repeats_of
from pai_notebook.comparison.rows import Row, is_alike, is_blank, silent_places
from pai_notebook.comparison.selection import Rows, Selection, ask, find_row, with_nearest
from pai_notebook.comparison.series import Series, SeriesLike
from pai_notebook.comparison.together import Together
from pai_notebook.comparison.tolerance import Tolerance, ToleranceLike
from pai_notebook.comparison.uncertainty import Uncertainty
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import Phrase, first, say
from pai_notebook.model.document import FrozenDict, copy_json
from pai_notebook.model.group import VersionGroup, members_of, sharing_runs
from pai_notebook.model.group_remarks import equal_runs, failed_runs, left_out_of, repeated_runs, untold_columns
from pai_notebook.model.lookup import MetricColumns
from pai_notebook.model.metric_words import BY_DIRECTIONS
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import plain_paths, short_datasets
from pai_notebook.model.numbers import EXACT
from pai_notebook.model.patterns import Pattern
from pai_notebook.model.source import DatasetName, dataset_names, named_datasets
from pai_notebook.model.version import ModelVersion

if TYPE_CHECKING:
    from pai_notebook.errors import PaiError
    from pai_notebook.model.metric_cells import Cell

# A direction in the words of any library: max, minimize, True for greater-is-better.
Told = str | bool | None


_PAIR = 2
# How many metrics a sentence names.
_NAMED = 5


def _told_unused(result: Paired, reason: str) -> Phrase:
    """Say which results on the same examples are not used, and why."""
    told = "the results on the same examples in {metric} of {version} and {other} are not used: {reason}"
    return say(told, metric=result.shown or result.metric, version=result.version, other=result.other, reason=reason)


def _beside(baseline: Baseline) -> tuple[ModelVersion, ...]:
    """Give the baseline that was handed over, which need not be among the versions."""
    given = baseline.version if isinstance(baseline, Chosen) else baseline
    return (given,) if isinstance(given, ModelVersion) else ()


def _is_from_registry(version: ModelVersion) -> bool:
    """Whether a registry answered with it: what was built from documents says of itself what it likes."""
    return version.is_registered and bool(version.provenance)


class Aligned:
    """Rows of versions against a baseline; the arguments are those of `Comparison`."""

    @paused_collector()
    def __init__(
        self,
        versions: Sequence[ModelVersion] = (),
        *,
        baseline: Baseline = None,
        directions: Mapping[str, Told] | None = None,
        only: Literal["diff", "all"] = "diff",
        tolerance: ToleranceLike = 0,
        include: str | Sequence[str] | None = None,
        exclude: str | Sequence[str] | None = None,
        dataset: str | None = None,
        errors: Mapping[str, PaiError] | None = None,
        removed: Sequence[str] = (),
        n: float | None = None,
        series: SeriesLike = None,
        by: str | None = None,
        repeats: RepeatsLike = None,
        paired: Sequence[Paired] = (),
        path: str | None = "",
    ) -> None:
        if only not in ("diff", "all"):
            raise ConfigurationError(say("only={only} is not understood", only=described(only)), hint=say("Use only='diff' or only='all'."))
        for name, value in (("dataset", dataset), ("by", by)):
            if value is not None and not isinstance(value, str):
                told = say("{name}={value} cannot be used", name=name, value=described(value))
                raise ConfigurationError(told, hint=say("Pass {words}.", words=say("a text")))
        versions = list_argument("versions", versions, ModelVersion, say("a list of versions"))
        paired = list_argument("paired", paired, Paired, say("a list of results of c.paired()"))
        n = None if n is None else number_argument("n", n, least=1, most=EXACT, whole=True)
        self._versions = in_order((*versions, *_beside(baseline)))
        self._names = unique_names(self._versions)
        self._errors = dict(sorted(errors_argument(errors).items()))
        self._removed = list_argument("removed", removed, str, say("a list of texts"))
        self._asked = baseline
        self._place, self._reason = choose_baseline(self._versions, self._names, baseline, self._errors)
        columns = MetricColumns(self._versions)
        self._naming = columns.name
        self._by_name = columns.by_name
        self._directions = Directions(directions, self._naming, stated_directions(self._versions), columns.trained)
        self._only: Literal["diff", "all"] = only
        self._tolerance = Tolerance(tolerance, self._naming)
        self._told_tolerance = tolerance
        self._n = n
        self._told_series = series
        self._series = Series(series, self._naming)
        self._listed = ListedRepeats(repeats, self._naming)
        # lists of repeats are compared by their mean, whatever else is said of lists
        means = Series({**self._series.said, **dict.fromkeys(self._listed.said, "mean")}, self._naming)
        found = MetricCells(self._versions, means, columns)
        self._not_used: list[Phrase] = []
        self._repeats = repeats_of(found, self._versions, self._listed, self._by_name)
        self._gaps = tuple(remarks_on_lists(found, self._names, self._listed)) if means.said else ()
        self._uncertainty = Uncertainty(
            found,
            self._names,
            n=n,
            repeats=self._repeats,
            counts=self._counts,
            sharing=sharing_runs(self._versions),
        )
        self.paired_results = tuple(self._evidence(paired, found))
        if self.paired_results:
            by_examples = by_place(self.paired_results, list(found), self._names, self._uncertainty.examples)
            counted = {(Name("metrics", *key).short, self._names[place], self._names[other]) for key, place, other in by_examples}
            for each in self.paired_results:
                if each.stated_delta is None and (each.metric, each.version, each.other) not in counted:
                    self._not_used.append(_told_unused(each, each.reason))
            self._uncertainty = self._uncertainty.with_paired(by_examples)
        self._measured = (
            () if self._place is None else tuple(metric_rows(found, self._uncertainty, self._place, self._directions, self._tolerance))
        )
        self._path = path
        narrowed = include is not None or exclude is not None
        sections = list(dict.fromkeys(row.key.section or row.path for row in self._all)) if narrowed else ()
        self._selection = Selection.read(include, exclude, dataset, sections)
        if self._selection.dataset:
            self._selection.check_dataset([row.key for row in self._measured])
        self._selection.include.check([row.key for row in self._all] if narrowed else ())
        self._by = by or ""
        self.by_rows = self._meant(self._by) if self._by and self._place is not None else ()

    def _evidence(self, paired: Sequence[Paired], found: MetricCells) -> Iterator[Paired]:
        """Results that are about versions and numbers of this comparison; why others are not used becomes a note."""
        keys = {Name("metrics", *key).short: key for key in found} if paired else {}
        for each in paired:
            key = keys.get(each.metric)
            reason: str = say("no version has this metric")
            try:
                if key is not None:
                    yield fitted(each, self._stated(key, found.name(key).shown, found[key]), self._versions, self._names)
                    continue
            except ComparisonError as error:
                reason = error.message
            self._not_used.append(_told_unused(each, reason))

    def _stated(self, key: tuple[str, str], shown: str, cells: Sequence[Cell]) -> StatedMetric:
        """What the versions state of a metric, of how many examples, and whether over runs."""
        known, places = self._uncertainty, range(len(self._versions))
        examples = [known.examples(key, place) for place in places]
        return StatedMetric(shown, cells, examples, [known.has_runs(key, place) for place in places])

    @cached_property
    def _all(self) -> tuple[Row, ...]:
        """Every row, selected or not."""
        return self._measured if self._place is None else (*self._measured, *other_rows(self._versions, self._place))

    def _meant(self, by: str) -> tuple[Row, ...]:
        """Rows of the metric that matters, one for each of its datasets."""
        found = tuple(row for row in self.metrics if Pattern(by).fits(row.key))
        if not found and any(Pattern(by).fits(row.key) for row in self._measured):
            told = say("by={name}: include=, exclude= or dataset= leaves this metric out", name=described(by))
            raise ConfigurationError(told, hint=say("Name it in include= too, or change exclude= or dataset=."))
        if len({row.path for row in found}) != 1:
            found = (find_row(self.metrics, by),)
        for row in found:
            ask(self.metrics, row.path, dataset=row.dataset, cure=BY_DIRECTIONS)
        return found

    @property
    def versions(self) -> tuple[ModelVersion, ...]:
        """The versions, in natural order."""
        return self._versions

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, with the model where versions of two models share a name."""
        return self._names

    @property
    def errors(self) -> dict[str, PaiError]:
        """Versions that could not be fetched, and why; a fresh dict."""
        return dict(self._errors)

    @property
    def removed(self) -> tuple[str, ...]:
        """What conditions removed before the comparison, a sentence each."""
        return self._removed

    @property
    def path(self) -> str | None:
        """Where the versions can be read from again, see `VersionSet.path`."""
        return self._path

    @property
    def only(self) -> str:
        """Whether rows that differ are shown (`diff`), or all (`all`)."""
        return self._only

    @property
    def baseline(self) -> ModelVersion | None:
        """The version that everything is compared with, None when there is no version."""
        return None if self._place is None else self._versions[self._place]

    @property
    def baseline_place(self) -> int | None:
        """Position of the baseline among the versions."""
        return self._place

    @property
    def baseline_name(self) -> str:
        """Name of the baseline, empty when there is no version."""
        return "" if self._place is None else self._names[self._place]

    @property
    def baseline_reason(self) -> Phrase:
        """Why this version is the baseline."""
        return self._reason

    @cached_property
    def rows(self) -> Rows:
        """Every selected row: metrics, labels, specs, fields."""
        others = self._all[len(self._measured) :]
        return Rows((*self.metrics, *(row for row in others if self._selection.keeps(row))))

    @cached_property
    def left_out(self) -> Mapping[Name, Phrase]:
        """Metrics that are not selected, and what left each of them out."""
        if self._selection.is_everything:
            return FrozenDict()
        reasons = {row.key: self._selection.leaves_out(row) for row in self._measured}
        return FrozenDict({key: reason for key, reason in reasons.items() if reason is not None})

    @cached_property
    def short_datasets(self) -> Mapping[str, str]:
        """Names of the datasets as tables and sentences shorten them, by their full names."""
        return FrozenDict(short_datasets([row.dataset for row in self.metrics], self.dataset_names))

    @cached_property
    def dataset_names(self) -> Mapping[str, str]:
        """What the registry calls the datasets, by what metrics call them; those without a name are left out."""
        return FrozenDict(dataset_names(version.provenance for version in self._versions))

    @cached_property
    def _named(self) -> dict[str, DatasetName]:
        return named_datasets(version.provenance for version in self._versions)

    @property
    def _counts(self) -> dict[str, DatasetCount]:
        """Numbers of examples of datasets, as the registry says, and the versions of which they may be believed."""
        counted = {identity: each.examples for identity, each in self._named.items() if each.examples}
        among = enumerate(self._versions) if counted else ()
        places = frozenset(place for place, version in among if all(map(_is_from_registry, members_of([version]))))
        return {identity: DatasetCount(each, self.dataset_names.get(identity, identity), places) for identity, each in counted.items()}

    @cached_property
    def plain_paths(self) -> Mapping[str, str]:
        """Paths of rows as tables and sentences show them, by the paths themselves: dots of keys without an escape."""
        return FrozenDict(plain_paths([row.path for row in self._all]))

    @cached_property
    def _silent(self) -> dict[str, frozenset[int]]:
        """Positions of versions that state no setting, no label or no other field at all."""
        return silent_places(self._all)

    @cached_property
    def _together(self) -> Together:
        """What of all that is compared is better or worse together: the one decision for verdict, tables, charts and texts."""
        places = [place for place in range(len(self._versions)) if place != self._place]
        return Together([(row, place) for row in self._varied for place in places], self._place, self._tolerance)

    @cached_property
    def changed(self) -> Rows:
        """Rows in which some version differs from the baseline."""
        return Rows(row for row in self.rows if row.differs)

    @cached_property
    def identical(self) -> Rows:
        """Rows in which no version differs from the baseline."""
        return Rows(row for row in self.rows if not row.differs)

    @cached_property
    def shown(self) -> Rows:
        """Rows that tables and files have: all with `only="all"`, else those that differ and those of the metric that `by` names."""
        return Rows(row for row in self.rows if row.differs or self._is_kept(row))

    @cached_property
    def hidden(self) -> Rows:
        """The other rows, in which no version differs from the baseline."""
        return Rows(row for row in self.identical if not self._is_kept(row))

    def _is_kept(self, row: Row) -> bool:
        """Whether a row is shown whether it differs or not; its name is not made for that, as rows are many."""
        return self._only == "all" or any(row is each for each in self.by_rows)

    @cached_property
    def metrics(self) -> Rows:
        """Rows of metrics."""
        return Rows(self._measured if self._selection.is_everything else filter(self._selection.keeps, self._measured))

    @cached_property
    def _varied(self) -> tuple[Row, ...]:
        """Rows of metrics in which not every version states the same number; the others take no time where this is asked first."""
        return tuple(row for row in self.metrics if not is_alike(row))

    @property
    def labels(self) -> Rows:
        """Rows of labels."""
        return Rows(row for row in self.rows if row.section == "labels")

    @property
    def specs(self) -> Rows:
        """Rows of the specs, of extra information and options."""
        return Rows(row for row in self.rows if row.section not in ("metrics", "labels", "other"))

    @property
    def only_in(self) -> dict[str, tuple[str, ...]]:
        """Rows that some versions lack, with the versions that have them."""
        found = {}
        for row in self.rows:
            there = tuple(name for name, cell in zip(self._names, row.cells, strict=True) if not is_blank(cell))
            if len(there) < len(self._names):
                found[row.full_name] = there
        return found

    def _not_each_other(self) -> Iterator[Phrase]:
        """Say how two versions are compared with each other, where a third became the baseline without being asked for."""
        others = [name for place, name in enumerate(self._names) if place != self._place]
        if isinstance(self._asked, Chosen) and self._asked.is_unasked and len(others) == _PAIR:
            said = "{first} and {second} are compared with {baseline} only; to compare the two with each other: baseline={first!r}"
            yield say(said, first=others[0], second=others[1], baseline=self.baseline_name)

    @property
    def _groups(self) -> list[VersionGroup]:
        return [version for version in self._versions if isinstance(version, VersionGroup)]

    def _shown_in(self, groups: Sequence[VersionGroup]) -> dict[tuple[str, str], str]:
        """What the metrics that are shown are called, where groups speak of them."""
        if not groups:
            return {}
        shown = {(row.path, row.dataset): row.key.shown for row in self.metrics}
        called = {(path, name): text for (path, dataset), text in shown.items() for name, same in self._by_name.items() if same == dataset}
        return shown | called

    @cached_property
    def _ungrouped(self) -> tuple[Phrase, ...]:
        """That versions are repeats, of which each is compared, and judged by gates, as if it were all that is known."""
        return tuple(ungrouped(self._versions, self._all))

    @property
    def _trained(self) -> Iterator[Phrase]:
        """Say which metrics are taken for those of the training data for what stands beside them, where they differ."""
        found = {row.path: beside for row in self.metrics if (beside := self._directions.beside(row.path, row.dataset)) and row.differs}
        if found:
            said = "{metrics}: training metrics, since {others} stand beside them, as in Keras; directions= says otherwise"
            yield say(said, metrics=first(list(found), _NAMED), others=first(list(found.values()), _NAMED))

    @cached_property
    def failed_runs(self) -> tuple[Phrase, ...]:
        """What groups may mix, which runs are there twice, and which of these and of lists of repeats have no number, a sentence each."""
        groups = self._groups
        return (*untold_columns(groups), *repeated_runs(groups), *failed_runs(groups, self._shown_in(groups)), *self._gaps)

    @property
    def notes(self) -> tuple[str, ...]:
        """What conditions removed, that two versions are not compared with each other, patterns that matched nothing, and so on."""
        groups = self._groups
        return (
            *self._removed,
            *newer_than_others(self._versions, self._names, self._place, self._reason),
            *self._not_each_other(),
            *dict.fromkeys(doubt for each in members_of(self._versions) for doubt in each.provenance.doubts),
            *self._ungrouped,
            *self._trained,
            *self._unmatched,
            *self._selection.unused(self._all),
            *(
                say("the dataset {name} was read as {identity}, which has that name", name=name, identity=identity)
                for name, identity in self._by_name.items()
            ),
            *(
                say("{what}: {said}", what=result.shown or result.metric, said=remark)
                for result in self.paired_results
                for remark in result._all_remarks  # noqa: SLF001 - no attribute for users
            ),
            *self._not_used,
            *self.failed_runs,
            *equal_runs(groups),
            *left_out_of(groups, self._shown_in(groups)),
            *self._by_position,
        )

    @property
    def _unmatched(self) -> tuple[Phrase, ...]:
        """Which patterns of the options match no metric, as a name that is misspelt does."""
        # names are made for who asks, as there may be many
        named = self._directions.said or self._told_tolerance or self._series.said or self._listed.said
        metrics = [row.key for row in self._measured] if named else []
        return (
            *with_nearest("directions: {pattern!r} matches no metric", self._directions.unused(metrics), metrics),
            *with_nearest("tolerance: {pattern!r} matches no metric", self._tolerance.unused(metrics), metrics),
            *with_nearest("series: {pattern!r} matches no metric", self._series.unused(metrics), metrics),
            *with_nearest("repeats: {pattern!r} matches no metric", self._listed.unused(metrics), metrics),
        )

    @cached_property
    def _by_position(self) -> tuple[str, ...]:
        return tuple(positional(self._versions, self.rows))

    @property
    def options(self) -> dict[str, Any]:
        """The options as plain JSON, for the fingerprint."""
        found: dict[str, Any] = copy_json(
            {
                "directions": self._directions.said,
                "only": self._only,
                "tolerance": self._tolerance.canonical(),
                "include": sorted(self._selection.include.texts),
                "exclude": sorted(self._selection.exclude.texts),
                "dataset": self._selection.dataset,
                "n": None if self._n is None else float(self._n),
                **({"series": self._series.said} if self._series.said else {}),
                **({"by": self._by} if self._by else {}),
                **({"repeats": self._listed.said} if self._listed.said else {}),
                **({"paired": [each.content for each in self.paired_results]} if self.paired_results else {}),
            }
        )
        return found

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments that differ from their defaults, for code that makes the comparison again."""
        given: dict[str, Any] = {
            "baseline": self._asked if self._asked is None or isinstance(self._asked, str) else self.baseline_name,
            "directions": self._directions.said,
            "only": self._only if self._only != "diff" else None,
            "tolerance": self._told_tolerance,
            "include": list(self._selection.include.texts),
            "exclude": list(self._selection.exclude.texts),
            "dataset": self._selection.dataset,
            "n": self._n,
            "series": self._told_series,
            "by": self._by,
            "repeats": self._listed.said,
        }
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in given.items() if value}
