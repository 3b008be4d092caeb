"""How sure the difference of two values is, from what stands beside them; where nothing does, no interval is made up.

The sources, in the order in which they are tried: answers to the same examples, exact numbers, repeats and folds that the caller
hands over, a standard deviation with a number of runs, the number of examples of a share, stated standard errors, stated intervals, and
at last each of the two values by its own of the last three.
Every answer names its source and what it covers; every refusal says what was wrong or what would help.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Self

from pai_notebook.comparison.evidence import EvidenceFinder, Key, part_of
from pai_notebook.comparison.interval import t_interval
from pai_notebook.comparison.quantiles import normal_quantile
from pai_notebook.comparison.readings import LOOKED_UP, DatasetCount, Readings, SourceReading
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import ask_for_series, is_list
from pai_notebook.comparison.sources import Alone, Bounds, Exact, Share, Side, Stated
from pai_notebook.comparison.two_sides import Evidence, Sides
from pai_notebook.comparison.unused import Unused, told_unused
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_scales import Part, is_percentable, is_share, percent_among, says_percent

if TYPE_CHECKING:
    from pai_notebook.model.metric_cells import Cell

_LEVEL = 0.95
# How many versions a reason names.
_NAMED = 5


class Uncertainty:
    """Answers how sure the values of several versions and their differences are.

    Parameters
    ----------
    cells : mapping of (path, dataset) to sequence of Cell
        Every metric, one cell a version.
    names : sequence of str
        Names of the versions.
    n : float, optional
        Number of examples behind every metric, as told by the user.
    repeats : mapping of (path, dataset) to sequence of Runs or None, optional
        Repeated measurements of a metric, one entry a version; a version without is a single run.
    counts : mapping of str to DatasetCount, optional
        Numbers of examples of datasets, for metrics beside which none is stated.
    sharing : collection of (int, int), optional
        Versions that have runs in common, so that no interval of independent ones holds for them.
    """

    def __init__(
        self,
        cells: Mapping[Key, Sequence[Cell]],
        names: Sequence[str],
        *,
        n: float | None = None,
        repeats: Mapping[Key, Sequence[Runs | None]] | None = None,
        counts: Mapping[str, DatasetCount] | None = None,
        sharing: Collection[tuple[int, int]] = (),
    ) -> None:
        self._beside = EvidenceFinder(cells)
        self._names = names
        self._n = n
        self._repeats = repeats or {}
        self._counts = counts or {}
        self._paired: Mapping[tuple[Key, int, int], Callable[[float], Evidence]] = {}
        self._sharing = sharing
        self._in_common = {place for pair in sharing for place in pair}
        self._by_example: set[Key] = set()
        self._scales: dict[Key, Scale] = {}
        self._readings = Readings(self._beside, n, repeats or {}, counts or {})

    def with_paired(self, paired: Mapping[tuple[Key, int, int], Callable[[float], Evidence]]) -> Self:
        """Return the same with results on the same examples: for a metric and two versions what gives their evidence at a level."""
        found = copy(self)
        found._paired = paired  # noqa: SLF001 - a copy of this one
        found._by_example = {key for key, _, _ in paired}  # noqa: SLF001 - as above
        return found

    def examples(self, key: Key, place: int) -> float | None:
        """Find the number of examples that a value is stated to be of, None where none is."""
        return self._readings.examples(key, place)

    def has_runs(self, key: Key, place: int) -> bool:
        """Whether a value is that of several runs or folds whose spread is stated."""
        return self.knows(key) and any(map(self._is_of_runs, self._readings.read(key, place, None)))

    def role(self, key: Key) -> Role | None:
        """Say what a row of evidence is, None for every other row."""
        return self._beside.roles.get(key)

    def knows(self, key: Key) -> bool:
        """Whether any interval could be known of a metric."""
        return key in self._by_example or self._readings.has_source(key, self._n)

    def between(self, key: Key, place: int, other: int, *, n: float | None = None, level: float = 0.95) -> Evidence:
        """Find how sure the difference of a version to another is in one metric.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        place, other : int
            Positions of the two versions.
        n : float, optional
            Number of examples behind both, which beats what stands beside the metric.
        level : float
            Confidence of the interval, 0 to 1.
        """
        if place == other:
            return Evidence(say("{name} is the same version and does not differ from itself", name=self._names[place]))
        paired = self._paired.get((key, place, other)) if self._paired else None
        if paired is not None and None not in (self._beside.number(key, place), self._beside.number(key, other)):
            return replace(paired(level), scale=self.scale(key), notes=self._notes(key, place, other, n))
        found = self._sides(key, place, other, n)
        if isinstance(found, Evidence):
            return Evidence(self.told_unpaired(place, [other]), is_given=False) if self._is_unpaired(key, found) else found
        reason = found.mine.reason(found.base, (self._names[place], self._names[other]))
        doubt = self._doubt(found, place, other)
        if doubt is not None:
            reason = say("{reason}; {doubt}", reason=reason, doubt=doubt)
        notes = self._notes(key, place, other, n) if self.has_beside(key) else ()
        return Evidence(reason, found, level, self.scale(key), doubt=doubt, notes=notes)

    def _is_unpaired(self, key: Key, found: Sides | Evidence) -> bool:
        return key in self._by_example and isinstance(found, Evidence) and not found.is_given

    def why_untold(self, key: Key, tops: Sequence[int], others: Sequence[int]) -> dict[Phrase, list[int]]:
        """Say why it is not known whether versions differ from all of some equal ones: each reason with the positions it is true of.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        tops, others : sequence of int
            Positions of versions with a number; `tops` have the same.
        """
        top, nothing = tops[0], None if self.knows(key) else self._nothing(key, tops[0])
        pairs = [(key, top, other) for other in others] if key in self._by_example else []
        unpaired = [pair[2] for pair in pairs if pair not in self._paired and self._is_unpaired(key, self._sides(*pair))]
        found = {self.told_unpaired(top, unpaired): unpaired} if unpaired else {}
        settled = {*unpaired}
        for other in (other for other in others if other not in settled):
            # where nothing stands beside a metric only the two values themselves can say more
            known = [self._refused(key, top, other) or nothing] if nothing else (self.between(key, place, other) for place in tops)
            reason = next((each.reason for each in known if each.interval is None), _TOO_FEW)
            found.setdefault(reason, []).append(other)
        return found

    def told_unpaired(self, place: int, others: Sequence[int]) -> Phrase:
        """Say of which versions the answers to the same examples are missing.

        Parameters
        ----------
        place, others : int, sequence of int
            Positions of the versions.
        """
        said = "no interval known: answers to the same examples are given for other pairs, not for {name} with {other}"
        return say(said, name=self._names[place], other=first([self._names[other] for other in others], _NAMED))

    def _notes(self, key: Key, place: int, other: int, n: float | None) -> tuple[Phrase, ...]:
        """Say what is stated of two values and does not count."""
        known = ((self._names[each], self.unused(key, each, n)) for each in (other, place))
        return tuple(told_unused(known, narrower=False))

    def _doubt(self, sides: Sides, place: int, other: int) -> Phrase | None:
        """Say which number of examples is not believed, and whether the interval covers other examples for all that."""
        mine, base = sides.mine, sides.base
        if not isinstance(mine, Runs) or not isinstance(base, Runs):
            return None
        found: dict[Phrase, list[str]] = {}
        for runs, at in ((mine, place), (base, other)):
            if runs.doubt is not None:
                found.setdefault(runs.doubt, []).append(self._names[at])
        if not found:
            return None
        told = [say("{reason} ({version})", reason=reason, version=joined(names)) for reason, names in found.items()]
        covered = "{doubts}; the number of examples of the runs that it fits is taken"
        return say(
            covered if mine.covers_examples(base) else "{doubts}; other examples are therefore not covered", doubts=joined(told, "; ")
        )

    def scale(self, key: Key) -> Scale:
        """Say how differences of a metric are written, whoever writes them.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        """
        found = self._scales.get(key)
        if found is None:
            places = range(len(self._names))
            values = [value for place in places if (value := self._beside.cell(key, place).value) is not None]
            found = scale_of_differences(key[0], values)
            # to look at all other shares takes long
            if found.points == 100 and any(self._beside.in_percent(key, place) for place in places):  # noqa: PLR2004 - of fractions
                found = scale_of_differences(key[0], values, in_doubt=True)
            self._scales[key] = found
        return found

    def _span(self, key: Key, place: int, other: int) -> float:
        """How far apart two true values of a metric can be."""
        values = [number for each in (place, other) if (number := self._beside.number(key, each)) is not None]
        return self._readings.span(key, place, values)

    def _sides(self, key: Key, place: int, other: int, n: float | None = None) -> Sides | Evidence:
        """What is known of two values by themselves, or why no interval of their difference is known."""
        refused = self._refused(key, place, other)
        if refused is not None:
            return refused
        if not self._readings.has_source(key, n or self._n):
            return self._nothing(key, place)
        refusals: list[Phrase] = []
        readings = self._readings.read(key, place, n), self._readings.read(key, other, n)
        for mine, theirs in zip(*readings, strict=True):
            refusal = self._refusal(mine, theirs, place, other)
            if refusal is not None:
                refusals.append(refusal)
                if self._is_of_runs(mine) or self._is_of_runs(theirs):
                    break  # another source would know nothing of how much runs differ
            elif mine is not None and theirs is not None and mine.side is not None and theirs.side is not None:
                return Sides(mine.side, theirs.side, self._span(key, place, other))
        own, base_own = map(_alone, readings)
        none = Evidence(refusals[0]) if refusals else self._nothing(key, place)
        return none if own is None or base_own is None else Sides(own, base_own, self._span(key, place, other))

    def _refused(self, key: Key, place: int, other: int) -> Evidence | None:
        """Why no interval is made of two values whatever stands beside them, None where nothing is against it."""
        value, base = self._beside.number(key, place), self._beside.number(key, other)
        if value is None or base is None:
            cells = self._beside.cell(key, place), self._beside.cell(key, other)
            lists = [cell for cell in cells if is_list(cell)]
            return Evidence(ask_for_series(lists[0]) if lists else _no_number([cell.value for cell in cells]))
        if self._sharing and (place, other) in self._sharing:
            said = "{name} and {other} have runs in common, so they are not independent"
            return Evidence(say(said, name=self._names[place], other=self._names[other]))
        low, high = (value, base) if value < base else (base, value)
        # two fractions are what most are
        if 0 < low <= 1 and (high > 1 or says_percent(key[0])) and percent_among(key[0], {place: high, other: low}):
            return Evidence(say("one looks like percent and the other like a fraction"))
        return None

    def _nothing(self, key: Key, place: int) -> Evidence:
        """Say what would give an interval where nothing that is read stands beside a metric."""
        part = part_of(key)
        if is_share(key[0]) or part is not None:
            return _nothing(key[0], part, *self._beside.count_beside(key))
        return _nothing(key[0], None, self._beside.examples(key, place)[0] if is_percentable(key[0]) else "", is_used=False)

    def told_apart(self, key: Key, tops: Sequence[int], others: Sequence[int], *, level: float, margin: float) -> dict[int, bool | None]:
        """Say which values differ by more than a margin from each of several equal ones; None where an interval is not known.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        tops, others : sequence of int
            Positions of versions with a number; `tops` have the same.
        level : float
            Confidence of each interval, 0 to 1.
        margin : float
            In the metric's own unit.
        """
        if not self.knows(key):
            return dict.fromkeys(others)
        paired = {place for which, place, _ in self._paired if which == key} | self._in_common
        heads, known = self._heads(key, tops, paired, level), dict[Hashable, bool | None]()
        found: dict[int, bool | None] = {}
        for place in others:
            # where the same is known of two values the answer is the same
            alike = place if place in paired else (self._beside.number(key, place), self._readings.read(key, place, None))
            if alike not in known:
                answers = [self._is_apart(key, head, place, level, margin) for head in heads]
                known[alike] = None if None in answers else all(answers)
            found[place] = known[alike]
        return found

    def _is_apart(self, key: Key, place: int, other: int, level: float, margin: float) -> bool | None:
        """Whether two values differ by more than a margin; None where no interval is known, or none that says anything."""
        if (key, place, other) in self._paired:
            sides = self._paired[key, place, other](level).sides
        else:
            found = self._sides(key, place, other)
            sides = None if isinstance(found, Evidence) else found
        return None if sides is None else sides.is_apart(level, margin)

    def _heads(self, key: Key, tops: Sequence[int], paired: Collection[int], level: float) -> list[int]:
        """Of equal values those that decide: the least sure of those of which alike is known, by each source, downwards and upwards."""
        found: dict[Hashable, tuple[float, int]] = {}
        for place in tops:
            readings = self._readings.read(key, place, None)
            form = place if place in paired else tuple(reading.side.form if reading and reading.side else None for reading in readings)
            found.setdefault(form, (0.0, place))
            for source, reading in enumerate(readings):
                for end, spread in enumerate(reading.side.spreads(level) if reading and reading.side else ()):
                    found[form, source, end] = max(found.get((form, source, end), (-math.inf, 0)), (spread, place))
        return list(dict.fromkeys(place for _, place in found.values()))

    @staticmethod
    def _is_of_runs(reading: SourceReading | None) -> bool:
        return reading is not None and (
            reading.is_constant or (isinstance(reading.side, Runs) and (not reading.side.is_single or reading.side.is_survivor))
        )

    def _refusal(self, mine: SourceReading | None, theirs: SourceReading | None, place: int, other: int) -> Phrase | None:
        """Why a source does not serve for two values, None where it does and where it has nothing for either."""
        if mine is None and theirs is None:
            return None
        if mine is None or theirs is None:
            if isinstance((mine or theirs or SourceReading("")).side, Exact):
                return None  # what is stated of the other one says why
            known, unknown = (place, other) if mine is not None else (other, place)
            what = (mine or theirs or SourceReading("")).what
            return say("{what} is given for {known}, not for {unknown}", what=what, known=self._names[known], unknown=self._names[unknown])
        if mine.side is None or theirs.side is None:
            told = [(each.refusal, at) for each, at in ((mine, place), (theirs, other)) if each.refusal is not None]
            reason, whose = told[0]
            # of both the same is said once
            return reason if all(each == reason for each, _ in told[1:]) and len(told) > 1 else self._in(reason, whose)
        return mine.side.refusal(theirs.side, (self._names[place], self._names[other]))

    def _in(self, reason: Phrase, place: int) -> Phrase:
        """Say of which version a reason is true."""
        return say("{reason} ({version})", reason=reason, version=self._names[place])

    def side(self, key: Key, place: int) -> Side | None:
        """Give what is known of one value by itself, None where nothing is."""
        if self._beside.number(key, place) is None or not self._readings.has_source(key, self._n):
            return None
        readings = [
            each for each in self._readings.read(key, place, None) if each is not None and (each.is_constant or each.side is not None)
        ]
        sides = [each.side for each in readings]
        side = next((each for each in sides if not (isinstance(each, Runs) and each.is_single and not each.is_survivor)), None)
        return None if isinstance(side, Runs) and side.is_constant else side

    def lacking(self, key: Key, place: int) -> Phrase | None:
        """Say why nothing is known of one value by itself although something stands beside it."""
        readings = self._readings.read(key, place, None) if self._readings.has_source(key, self._n) else ()
        runs = [each.side for each in readings if each is not None and isinstance(each.side, Runs)]
        survivor = next((each for each in runs if each.is_survivor), None)
        if survivor is not None:
            return survivor.told_failed
        if any(each.is_constant and not each.is_single for each in runs):
            return say("identical repeats in {names}: no spread", names=self._names[place])
        return next((each.refusal for each in readings if each is not None and each.refusal is not None), None)

    def has_beside(self, key: Key) -> bool:
        """Whether anything is stated beside a metric, by a version or by the members of one.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        """
        return self._readings.has_beside(key)

    def unused(self, key: Key, place: int, n: float | None = None) -> Unused:
        """Give what is stated of a value and does not count.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        place : int
            Position of the version.
        n : float, optional
            Number of examples that is told, which beats what stands beside the metric.
        """
        if not any(key == which and place in pair for which, *pair in self._paired):
            return self._readings.unused(key, place, n)
        return Unused(unpaired=tuple(name for name, _ in self._readings.stated(key, place)))

    def errors(self, key: Key, places: Sequence[int]) -> tuple[dict[int, float | None], Phrase]:
        """Give one standard error of each value, None where it is not known, and say where else they could have been measured.

        A single run beside groups of them differs from others as much as theirs do.

        Parameters
        ----------
        key : (str, str)
            Path and dataset of the metric.
        places : sequence of int
            Positions of the versions, the first of which is asked where.
        """
        sides = {place: self.side(key, place) for place in places}
        errors = {place: None if side is None else side.error for place, side in sides.items()}
        groups = [side for side in sides.values() if isinstance(side, Runs) and not side.folds]
        if not groups:
            return errors, next((side.where for side in sides.values() if side is not None), say("on fresh examples"))
        df = sum(side.count - 1 for side in groups)
        pooled = math.fsum(side.variance * (side.count - 1) for side in groups) / df
        single = t_interval(0.0, [(pooled, df)], _LEVEL).high / normal_quantile(_LEVEL)
        for place, side in sides.items():
            if not isinstance(side, Runs) and (side is not None or self._is_single(key, place)):
                errors[place] = math.hypot(single, errors[place] or 0.0)
        best = sides[places[0]]
        if best is None or isinstance(best, Runs):
            return errors, say("in other runs") if best is None else best.where
        return errors, say("in other runs on fresh examples")

    def _is_single(self, key: Key, place: int) -> bool:
        return any(
            each is not None and isinstance(each.side, Runs) and each.side.is_single for each in self._readings.read(key, place, None)
        )


def _alone(readings: Iterable[SourceReading | None]) -> Alone | None:
    """What is known of a value by itself, the first of what is stated; None where something is not believed, or known of runs."""
    # that the dataset's number of examples does not count for it says nothing of what it states itself
    found = [each for each in readings if each is not None and (each.what != LOOKED_UP or each.side is not None)]
    sides = [Alone(each.side.value, each.side, each.what) for each in found if isinstance(each.side, Share | Stated | Bounds)]
    return sides[0] if sides and len(sides) == len(found) else None


def _no_number(values: Sequence[float | None]) -> Phrase:
    """Say of two values why one of them is nothing to compute with."""
    if any(value and math.isinf(value) for value in values):
        return say("one of the two is infinite")
    if any(value is None or math.isnan(value) for value in values):
        return say("one of the two is not a number")
    return say("one of the two is too close to 0 or too large to compute with")


_TOO_FEW = say("too few runs or folds to tell")
_N_WANTED = Evidence(say("no interval known: n beside the metric, or n=, would give one"), is_given=False)
_MEASURED_ONCE = Evidence(say("no interval known: measured once; repeats (n_runs) or a standard error would give one"), is_given=False)


@lru_cache(maxsize=4096)
def _nothing(path: str, part: Part | None, count: str, is_used: bool) -> Evidence:  # noqa: FBT001 - of another metric
    """Say what would give an interval; `count` is a row that counts something and gives none."""
    metric = (split_path(path) or ("value",))[-1].partition(",")[0]
    if part is not None and count:
        is_support = part == "positive" and count.endswith("support")
        said = say(_SUPPORT if is_support else _NOT_OF_PART[part], name=count, metric=metric)
        return Evidence(say("no interval known: {reason}", reason=said), is_given=False) if is_used else Evidence(said)
    if part is not None:
        return Evidence(say(_OF_PART[part], metric=metric), is_given=False)
    if is_share(path) and count:
        told = "{name} is not read as the number of examples of {metric}, because it may count something else; write n, or pass n="
        return Evidence(say(told, name=count, metric=metric))
    if is_share(path):
        return _N_WANTED  # one for all, of thousands of rows
    if count:
        told = "no interval known: {name} gives one only to shares of examples, as accuracy is; repeats (n_runs) or a standard error would"
        return Evidence(say(told, name=count), is_given=False)
    return _MEASURED_ONCE


# Why a number of examples is not that of a share of some of them, and what would give an interval.
_SUPPORT = (
    "{name} is not read as the number of examples of {metric}, because {metric} is a share of the positive ones and {name} may be of all; "
    "where it counts the positive ones, as of one class, rename it {metric}_n"
)
_NOT_OF_PART: dict[Part, str] = {
    "positive": (
        "{name} is not read as the number of examples of {metric}, because {metric} is a share of the positive ones; "
        "write {metric}_n with their number"
    ),
    "negative": (
        "{name} is not read as the number of examples of {metric}, because {metric} is a share of the negative ones; "
        "write {metric}_n with their number"
    ),
    "predicted positive": (
        "{name} is not read as the number of examples of {metric}, because {metric} is a share of those predicted to be positive; "
        "write {metric}_n with their number"
    ),
    "predicted negative": (
        "{name} is not read as the number of examples of {metric}, because {metric} is a share of those predicted to be negative; "
        "write {metric}_n with their number"
    ),
}
_OF_PART: dict[Part, str] = {
    "positive": "no interval known: {metric}_n with the number of positive examples, a standard error or repeats (n_runs) would give one",
    "negative": "no interval known: {metric}_n with the number of negative examples, a standard error or repeats (n_runs) would give one",
    "predicted positive": (
        "no interval known: {metric}_n with the number predicted to be positive, a standard error or repeats (n_runs) would give one"
    ),
    "predicted negative": (
        "no interval known: {metric}_n with the number predicted to be negative, a standard error or repeats (n_runs) would give one"
    ),
}
