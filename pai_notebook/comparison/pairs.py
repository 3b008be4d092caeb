"""Versions that differ in one setting, and how far apart a metric of theirs is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, overload

from pai_notebook.arguments import number_argument
from pai_notebook.calls import checked
from pai_notebook.comparison.align import MetricCells, metric_rows
from pai_notebook.comparison.baseline import in_order, unique_names
from pai_notebook.comparison.comparability import looks_mixed
from pai_notebook.comparison.direction import Direction, Directions, stated_directions
from pai_notebook.comparison.pair_search import EVERY, buckets_of, find_pairs, finds_all, keys_of
from pai_notebook.comparison.quantiles import t_quantile
from pai_notebook.comparison.repeats import ListedRepeats, repeats_of
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.tolerance import Tolerance
from pai_notebook.comparison.uncertainty import Uncertainty
from pai_notebook.display import Answered, Block, Column, Displayed, Inline, Lines, Mark, Note, Number, Stack, Table
from pai_notebook.errors import ComparisonError
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.differences import Scale
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.group import VersionGroup, sharing_runs
from pai_notebook.model.metric_scales import mixed_units
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import counted, dataset_ids
from pai_notebook.model.numbers import NumberFormat, choose_format, format_about
from pai_notebook.model.resolving import resolve
from pai_notebook.model.settings import is_seed, tried_settings
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.model.version import ModelVersion


MOST = 3
SHOWN = 40
SHOWN_PAIRS = 5
_LEVEL = 0.95


# Settings that differ, and what they are in the first and in the second version.
_Changes = tuple[tuple[str, str | None, str | None], ...]


@dataclass(frozen=True)
class MinimalPair(Printed):
    """Two versions that differ in little, and how far apart a metric is.

    Attributes
    ----------
    first, second : str
        Names of the versions, in natural order.
    changes : tuple of (setting, before, after)
        What differs, written so that values that differ look different (`1` and `"1"`); None where a version does not have the
        setting.
    before, after : float
        The metric of both.
    delta : float
        after - before.
    """

    first: str
    second: str
    changes: tuple[tuple[str, str | None, str | None], ...]
    before: float
    after: float

    @property
    def delta(self) -> float:
        """Difference of the metric, second minus first."""
        return self.after - self.before


@dataclass(frozen=True)
class PairedChange(Printed):
    """One change of settings, and every pair of versions that differs in exactly that.

    Attributes
    ----------
    changes : tuple of (setting, before, after)
        What differs, as text.
    pairs : tuple of MinimalPair
        The pairs, in the order of versions.
    delta : float
        Mean difference of the metric.
    beyond_chance : bool or None
        Whether that is more than runs differ by themselves (95 %); None where the run-to-run spread is not known, and for seeds.
    """

    changes: tuple[tuple[str, str | None, str | None], ...]
    pairs: tuple[MinimalPair, ...]
    delta: float
    beyond_chance: bool | None

    @property
    def is_seed(self) -> bool:
        """Whether nothing but seeds differs."""
        return _only(_seeds([self.changes]), self.changes)


@checked
class MinimalPairs(Answered, Displayed, Sequence[MinimalPair]):
    """Pairs of versions by setting, then by version: what differs together with a metric, not what changes it.

    Attributes
    ----------
    key : Name
        The metric, with what the registry calls its dataset.
    metric : str
        Its name.
    direction : Direction
        Which way it is better.
    pairs : tuple of MinimalPair
        Ordered by setting, then by version.
    changes : tuple of PairedChange
        The pairs of each change of settings together, with their mean; the largest difference first, seeds alone last.
    spread : Spread or None
        Standard deviation of single runs, from versions that differ in their seed alone; None where there are none, and among
        groups, of which each pair is judged by the spread of its own runs, as in a comparison.
    ignored : tuple of str
        Settings left out because they name a run, a moment or a place for output.
    considered : int
        Versions that have the metric and any setting at all.
    """

    def __init__(
        self,
        key: Name,
        direction: Direction,
        pairs: Sequence[MinimalPair],
        ignored: Sequence[str],
        considered: int,
        *,
        scale: Scale,
        of_groups: Mapping[tuple[str, str], bool | None] | None = None,
        max_changes: int = 1,
        is_all: bool = True,
    ) -> None:
        self.key = key
        self.metric = key.short
        self.direction = direction
        self.pairs = tuple(pairs)
        self.ignored = tuple(ignored)
        self.considered = considered
        self._scale = scale.absolute  # as one spread holds for all pairs
        self._of_groups = of_groups
        self._max_changes = max_changes
        self._is_all = is_all
        seeds = _seeds(pair.changes for pair in self.pairs)
        self.spread = run_to_run([pair for pair in self.pairs if _only(seeds, pair.changes)]) if of_groups is None else None
        self.changes = _grouped(self.pairs, seeds, self.spread, of_groups or {})

    def _content(self) -> tuple[object, ...]:
        return self.key, self.direction, self.pairs, self.ignored, self.considered, self._max_changes

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, key: int) -> MinimalPair: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[MinimalPair]: ...
    def __getitem__(self, key: int | slice) -> MinimalPair | Sequence[MinimalPair]:
        return self.pairs[key]

    def to_frame(self) -> pd.DataFrame:
        """Return the pairs as a DataFrame, one row a pair.

        Returns
        -------
        pandas.DataFrame
            Columns setting, from, to, first, second, value_first, value_second, delta, beyond_chance.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}, "TrainingSpec": {"lr": n}} for n in (1, 2)]
        >>> VersionSet.from_documents(docs, "model-a").minimal_pairs("cer").to_frame()[["setting", "delta"]].values.tolist()
        [['training_spec.lr', 0.1]]
        """
        from pai_notebook.model.text_columns import frame_of  # noqa: PLC0415 - pandas loads on first use

        columns = ["setting", "from", "to", "first", "second", "value_first", "value_second", "delta"]
        rows = [
            (*_joined(pair), pair.first, pair.second, pair.before, pair.after, pair.delta, change.beyond_chance)
            for change in self.changes
            for pair in change.pairs
        ]
        texts, numbers = dict.fromkeys(columns[:5], "string"), dict.fromkeys(columns[5:], "float64")
        return frame_of(rows, {**texts, **numbers, "beyond_chance": "boolean"})

    def _brief(self) -> str:
        return say("of {count} by {metric}", count=counted(len(self.pairs), "pair"), metric=self.key.shown)

    def _describe(self) -> Block:
        if not self.pairs:
            return Note(
                say(
                    "No two of the {count} versions with {metric} and any setting differ so little.",
                    count=self.considered,
                    metric=self.key.shown,
                )
            )
        form = choose_format(value for pair in self.pairs for value in (pair.before, pair.after))
        short = _short({setting for change in self.changes for setting, _, _ in change.changes})
        rows = [row for change in self.changes[:SHOWN] for row in self._rows(change, form, short)]
        columns: list[Column | str] = [say("setting"), say("change"), say("versions")]
        columns += [Column(say("value"), align="right"), Column(say("difference"), align="right")]
        total = len(self.changes)
        left_out = [say("showing {shown:,} of {total:,} {unit}", shown=SHOWN, total=total, unit=say("changes"))] if total > SHOWN else []
        note: list[Inline] = [
            *left_out,
            say(
                "{metric}: {direction}. It differs together with these settings; that does not say why.",
                metric=self.key.shown,
                direction=self.direction.words,
            ),
            self._on_spread(),
        ]
        if self.ignored:
            note.append(say("Left out, because they name a run or a person: {names}.", names=first(self.ignored, 8)))
        if not self._is_all:
            note.append(
                say(
                    "Of more than {count} versions that differ in the same settings, each is compared with the nearest values.", count=EVERY
                )
            )
        note += dataset_ids([self.key])
        one, few = (
            "Versions that differ in one setting or label, seeds aside, and {metric}",
            "Versions that differ in at most {count} settings or labels, seeds aside, and {metric}",
        )
        caption = say(one if self._max_changes == 1 else few, count=self._max_changes, metric=self.key.shown)
        table = Table(columns, rows, caption=caption, note=Lines(note), limit=len(rows))
        return table if self.changes[0].is_seed else Stack([Note(self._answer(self.changes[0], form, short), "info"), table])

    def _answer(self, change: PairedChange, form: NumberFormat, short: Mapping[str, str]) -> Phrase:
        """Say with which change the metric differs most, and whether runs differ as much by themselves."""
        told = joined(
            [say("{name} {before} → {after}", name=short[name], before=_word(one), after=_word(two)) for name, one, two in change.changes]
        )
        said = {
            None: "{metric} differs most with {change}: {difference}, which may be the spread of runs, as that is unknown.",
            False: "{metric} differs most with {change}: {difference}, which could be chance.",
            True: "{metric} differs most with {change}: {difference}, beyond chance (95 %).",
        }
        difference = self._scale.write(change.delta, None, form)
        return say(said[change.beyond_chance], metric=self.key.shown, change=told, difference=difference)

    def _rows(self, change: PairedChange, form: NumberFormat, short: Mapping[str, str]) -> Iterator[list[Inline]]:
        """A row for each pair of a change, and one for the mean of several: what was changed stands once."""
        shown, scale = change.pairs[:SHOWN_PAIRS], self._scale
        changed: list[Inline] = [
            Lines([short[setting] for setting, _, _ in change.changes]),
            Lines([say("{before} → {after}", before=_word(before), after=_word(after)) for _, before, after in change.changes]),
        ]
        marks, is_alone = self._marks(change), len(change.pairs) == 1
        for pair in shown:
            difference = Number(scale.write(pair.delta, None, form), marks=marks if is_alone else ())
            yield [*changed, f"{pair.first} → {pair.second}", Number(form.value(pair.after)), difference]
            changed = ["", ""]
        if not is_alone:
            mean = say("mean of {count}", count=len(change.pairs))
            if more := len(change.pairs) - len(shown):
                mean = say("{count} more; {mean}", count=more, mean=mean)
            yield [*changed, mean, "", Number(scale.write(change.delta, None, form), marks=marks)]

    def _marks(self, change: PairedChange) -> list[Mark]:
        """Say what a difference means: a direction only beyond chance, nothing where the spread of runs is not known."""
        if self.direction.mode is None or change.delta == 0 or change.beyond_chance is None:
            return []
        if not change.beyond_chance:
            return [Mark("≈", say("could be chance"))]
        better = (change.delta > 0) == (self.direction.mode == "max")
        sign = "▲" if change.delta > 0 else "▼"
        return [Mark(sign, say("better"), tone="good") if better else Mark(sign, say("worse"), tone="bad")]

    def _on_spread(self) -> str:
        if self._of_groups is not None:
            return say(
                "Groups are judged by the spread of their own runs, as in a comparison, where each change has one pair; "
                "of several pairs nothing is said."
            )
        if self.spread is None:
            return say("One run each: run-to-run spread unknown, so no difference can be told from it.")
        sd = self._scale.with_unit(format_about((self._scale.points or 1) * self.spread.sd))
        needed = self._scale.at_most(self.spread.needed(2.0))  # what is beyond chance is at least that
        return say(
            "Runs that differ in their seed alone have a standard deviation of {sd} ({df} degrees of freedom); "
            "a single pair is beyond chance (95 %) from {needed}. That covers other runs, not other examples.",
            sd=sd,
            df=self.spread.df,
            needed=needed,
        )


@dataclass(frozen=True)
class Spread(Printed):
    """How much single runs of one setting differ.

    Attributes
    ----------
    sd : float
        Standard deviation of single runs.
    df : int
        Degrees of freedom behind it.
    """

    sd: float
    df: int

    def needed(self, weights: float) -> float:
        """Return the smallest difference beyond chance (95 %).

        Parameters
        ----------
        weights : float
            Sum of the squared weights of the runs in it: 2 for one pair.

        Returns
        -------
        float
            In the metric's own unit.

        Examples
        --------
        >>> round(Spread(sd=0.1, df=10).needed(2), 3)
        0.315
        """
        return t_quantile(_LEVEL, self.df) * self.sd * math.sqrt(weights)


def run_to_run(pairs: Sequence[MinimalPair]) -> Spread | None:
    """Find the spread of runs from pairs that differ in their seed alone; runs of one setting are counted once, not once a pair.

    For pairs that share no version it is s² = sum of squared differences / 2m with m degrees of freedom.
    """
    groups: dict[str, dict[str, float]] = {}
    for pair in pairs:
        first = groups.get(pair.first, {pair.first: pair.before})
        second = groups.get(pair.second, {pair.second: pair.after})
        few, many = sorted((first, second), key=len)
        many.update(few)
        groups.update(dict.fromkeys((*few, pair.first, pair.second), many))
    distinct = {id(group): group for group in groups.values()}.values()
    df = sum(len(group) - 1 for group in distinct)
    spreads = [Runs.of(list(group.values())) for group in distinct]
    squares = math.fsum(each.variance * (each.count - 1) for each in spreads if not each.is_constant)
    return Spread(math.sqrt(squares / df), df) if df and squares else None


def _grouped(
    pairs: Sequence[MinimalPair], seeds: set[str], spread: Spread | None, of_groups: Mapping[tuple[str, str], bool | None]
) -> tuple[PairedChange, ...]:
    by_change: dict[_Changes, list[MinimalPair]] = {}
    for pair in pairs:
        by_change.setdefault(pair.changes, []).append(pair)
    made = [_paired_change(changes, found, None if _only(seeds, changes) else spread) for changes, found in by_change.items()]
    made = [
        replace(change, beyond_chance=of_groups.get((change.pairs[0].first, change.pairs[0].second)))
        if of_groups and len(change.pairs) == 1
        else change
        for change in made
    ]
    return tuple(sorted(made, key=lambda change: (_only(seeds, change.changes), -abs(change.delta))))


def _short(settings: Iterable[str]) -> dict[str, str]:
    """Name hyperparameters without the path to them, where no other setting is called like that."""
    named = {setting: setting.rpartition("HyperParameters.")[2] for setting in settings}
    taken = Counter(named.values())
    return {setting: name if taken[name] == 1 else setting for setting, name in named.items()}


def _paired_change(changes: _Changes, pairs: Sequence[MinimalPair], spread: Spread | None) -> PairedChange:
    delta = math.fsum(pair.delta for pair in pairs) / len(pairs)
    if spread is None:
        return PairedChange(changes, tuple(pairs), delta, None)
    weights: dict[str, float] = {}
    for pair in pairs:
        for name, sign in ((pair.first, -1), (pair.second, 1)):
            weights[name] = weights.get(name, 0.0) + sign / len(pairs)
    return PairedChange(changes, tuple(pairs), delta, abs(delta) > spread.needed(math.fsum(each**2 for each in weights.values())))


def _seeds(every: Iterable[_Changes]) -> set[str]:
    """Settings that are seeds."""
    return {setting for setting in {setting for changes in every for setting, _, _ in changes} if is_seed(setting.partition(".")[2])}


def _only(settings: set[str], changes: _Changes) -> bool:
    return all(setting in settings for setting, _, _ in changes)


def _joined(pair: MinimalPair) -> tuple[str, ...]:
    """Settings, values before and values after of a pair, several joined by a plus."""
    return tuple(" + ".join(_word(text) for text in texts) for texts in zip(*pair.changes, strict=True))


def _word(text: str | None) -> str:
    return say("(not set)") if text is None else text


@checked
def minimal_pairs(versions: Sequence[ModelVersion], metric: str, *, max_changes: int = 1) -> MinimalPairs:
    """Find pairs of versions that differ in at most `max_changes` leaves of specs and labels.

    Parameters
    ----------
    versions : sequence of ModelVersion
        Any number; the work grows with their settings, not with their pairs: of more than 100 that differ in the same settings each is
        compared with the nearest values, eight above and eight below.
    metric : str
        The metric that is shown, with its dataset where it was measured on several (`cer@d-a`).
    max_changes : int
        1 to 3. Settings that name a run, a person, a moment or a place for output are left out.

    Raises
    ------
    ComparisonError
        When no version has the metric, when some of its values look like percent and others like fractions, or when no version has any
        setting: then there is nothing to find.
    ConfigurationError
        For other numbers of changes.
    """
    max_changes = number_argument("max_changes", max_changes, least=1, most=MOST, whole=True)
    ordered = in_order(versions)
    names = unique_names(ordered)
    cells = MetricCells(ordered)
    name = resolve(metric, [cells.name(key) for key in cells], missing="no version has a metric {text!r}")
    has_groups = any(isinstance(version, VersionGroup) for version in ordered)
    uncertainty = Uncertainty(
        cells, names, repeats=repeats_of(cells, ordered, ListedRepeats()) if has_groups else None, sharing=sharing_runs(ordered)
    )
    rows = metric_rows(cells, uncertainty, 0, Directions(stated=stated_directions(ordered), trained=cells.trained), Tolerance())
    row = next(each for each in rows if each.key == name)
    if looks_mixed(row):
        raise mixed_units(row.key.shown)
    values = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and cell.value - cell.value == 0}
    settings, ignored = tried_settings(ordered[place] for place in values)
    known = {place: leaves for place, leaves in zip(values, settings, strict=True) if leaves}
    if not known:
        raise ComparisonError(
            say("no version with {name} has a spec or a label", name=row.key.shown),
            hint=say("Minimal pairs are found by comparing settings."),
        )
    keys = keys_of(known)
    buckets = buckets_of(keys, max_changes)
    every = find_pairs(known, keys, buckets, max_changes)
    found = sorted(every, key=lambda pair: ([natural_key(setting) for setting, _, _ in pair[2]], pair[0], pair[1]))
    pairs = [MinimalPair(names[first], names[second], changes, values[first], values[second]) for first, second, changes in found]
    key = row.path, row.dataset
    of_groups: dict[tuple[str, str], bool | None] = {}
    for before, after, _ in found if has_groups else ():
        interval = uncertainty.between(key, after, before).interval
        of_groups[names[before], names[after]] = None if interval is None else interval.excludes_zero
    return MinimalPairs(
        row.key,
        row.direction,
        pairs,
        sorted(ignored, key=natural_key),
        len(known),
        scale=uncertainty.scale(key),
        of_groups=of_groups if has_groups else None,
        max_changes=max_changes,
        is_all=finds_all(buckets, known),
    )
