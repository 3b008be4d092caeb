"""How sure the difference of two values is, from what stands beside them; where nothing does, no interval is made up.

The sources, in the order in which they are tried: answers to the same examples, exact numbers, repeats and folds that the caller
hands over, a standard deviation with a number of runs, the number of examples of a share, stated standard errors, stated intervals.
Every answer names its source and what it covers; every refusal says what was wrong or what would help.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from pai_notebook.comparison.evidence import EvidenceFinder, Key, whole_examples
from pai_notebook.comparison.interval import Interval, is_rounding, normal_quantile, p_value, t_interval
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import ask_for_series, is_list, is_summary
from pai_notebook.comparison.sources import Bounds, Estimated, Exact, Share, Side, Stated
from pai_notebook.display import Brief
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.evidence_names import Role, read_evidence_name
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_words import bounds_of, is_exact, is_percentable, is_share, scale_of
from pai_notebook.model.numbers import format_number

if TYPE_CHECKING:
    from pai_notebook.model.metric_cells import Cell

# Numbers of examples that a stated standard error of a fraction may imply; beyond them it is in another unit.
_IMPLIED = 2, 1e7
_WIDEST = 0.5
_LEVEL = 0.95
_FEWEST_FOLDS = 3
# How many times as wide as with a known spread an interval of runs may be and still say something.
_MOST_WIDENED = 5


@dataclass(frozen=True, repr=False)
class Evidence(Estimated, Brief):
    """How sure a difference is, or why that is not known.

    Attributes
    ----------
    reason : str
        What was used and what it covers, or what would be needed.
    sides : (Side, Side) or None
        What is known of the version and of the one it is compared with; None where no interval is known.
    level : float
        Confidence of `interval`, 0 to 1.
    scale : Scale or None
        How differences of the metric are written, for the words of the interval; None where the metric is not known.
    """

    reason: Phrase
    sides: tuple[Side, Side] | None = None
    level: float = 0.95
    scale: Scale | None = field(default=None, compare=False)
    span: float = math.inf
    """How far apart the true values can be."""
    is_given: bool = field(default=True, compare=False)
    """False where nothing stands beside the metric that could give an interval."""

    def _brief(self) -> str:
        if self.interval is None:
            return self.reason if not self.is_given else say("{what}: {said}", what=self.words, said=self.reason)
        known = say("{text}, {word}", text=self.words, word=self.interval.words)
        return say("{what}: {said}", what=known, said=self.reason)

    def _known_at(self, level: float) -> Interval | None:
        return None if self.sides is None else replace(self.sides[0].against(self.sides[1], level).within(self.span), scale=self.scale)

    def telling(self, level: float) -> Interval | None:
        """Return the interval at a level unless so few runs are behind it that it says nothing.

        Parameters
        ----------
        level : float
            Confidence, 0 to 1.

        Returns
        -------
        Interval or None
            None also where it spans all that the metric can be, or is more than five times as wide as with a known spread.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.interval("accuracy@d-wineholdout0001", "1.8.0").telling(0.95).level
        0.95
        """
        found = self.at(level)
        if found is None or self.sides is None or not isinstance(self.sides[0], Runs) or not isinstance(self.sides[1], Runs):
            return found
        is_open = found.high - found.low >= self.span or self.sides[0].widening(self.sides[1], level) > _MOST_WIDENED
        return None if is_open else found

    @property
    def is_exact(self) -> bool:
        """Whether the values are read off, so that chance has no part in them."""
        return self.sides is not None and isinstance(self.sides[0], Exact)

    def p_value(self, margin: float = 0.0) -> float | None:
        """Return one minus the largest level at which every difference of at most `margin` is excluded.

        Parameters
        ----------
        margin : float
            In the metric's own unit.

        Returns
        -------
        float or None
            None where no interval is known; no less than 2e-9 (exp(-20)), beyond which levels of intervals are not told apart.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> round(c.interval("accuracy@d-wineholdout0001", "1.8.0").p_value(), 2)
        0.41
        """
        if self.sides is None:
            return None
        first, second = self.sides
        return p_value(lambda level: first.against(second, level), margin)


@dataclass(frozen=True)
class _Reading:
    """What one source says of one value: what is known, or why it is not believed, and the name of the row that said it."""

    what: str
    side: Side | None = None
    refusal: Phrase | None = None
    is_constant: bool = False
    """Whether repeats are known that do not differ, so that nothing is known of how much runs do."""


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
    counts : mapping of str to int, optional
        Numbers of examples of datasets, for metrics beside which none is stated.
    paired : mapping of ((path, dataset), int, int) to function, optional
        For a metric, a version and another one what gives the evidence of their results on the same examples at a level.
    """

    def __init__(
        self,
        cells: Mapping[Key, Sequence[Cell]],
        names: Sequence[str],
        *,
        n: float | None = None,
        repeats: Mapping[Key, Sequence[Runs | None]] | None = None,
        counts: Mapping[str, int] | None = None,
        paired: Mapping[tuple[Key, int, int], Callable[[float], Evidence]] | None = None,
    ) -> None:
        self._beside = EvidenceFinder(cells)
        self._names = names
        self._n = n
        self._repeats = repeats or {}
        self._counts = counts or {}
        self._paired = paired or {}
        self._by_example = {key for key, _, _ in self._paired}
        self._scales: dict[Key, Scale] = {}
        self._readings: dict[tuple[Key, int, float | None], tuple[_Reading | None, ...]] = {}

    def is_evidence(self, key: Key) -> bool:
        """Whether a row says how sure another one is, so that it takes no part in better and worse."""
        return key in self._beside.roles

    def role(self, key: Key) -> Role | None:
        """Say what a row of evidence is, None for every other row."""
        return self._beside.roles.get(key)

    def knows(self, key: Key) -> bool:
        """Whether any interval could be known of a metric."""
        return key in self._by_example or self._has_source(key, self._n)

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
        known = self._beside.number(key, place) is not None and self._beside.number(key, other) is not None
        if known and (key, place, other) in self._paired:
            return replace(self._paired[key, place, other](level), scale=self.scale(key))
        found = self._sides(key, place, other, n)
        if isinstance(found, Evidence):
            return found
        return Evidence(found[0].reason(found[1]), found, level, self.scale(key), self._span(key, place, other))

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
        low, high = bounds_of(key[0], values)
        return math.inf if self._beside.in_percent(key, place) else high - low

    def _sides(self, key: Key, place: int, other: int, n: float | None = None) -> tuple[Side, Side] | Evidence:
        """What is known of two values by themselves, or why no interval of their difference is known."""
        value, base = self._beside.number(key, place), self._beside.number(key, other)
        if value is None or base is None:
            lists = [cell for cell in (self._beside.cell(key, place), self._beside.cell(key, other)) if is_list(cell)]
            return Evidence(ask_for_series(lists[0]) if lists else say("one of the two is not a number"))
        if is_percentable(key[0]) and min(value, base) <= 1 < max(value, base):
            return Evidence(say("one looks like percent and the other like a fraction"))
        if not self._has_source(key, n or self._n):
            return _nothing(is_share(key[0]))
        refusals: list[Phrase] = []
        for mine, theirs in zip(self._read(key, place, n), self._read(key, other, n), strict=True):
            refusal = self._refusal(mine, theirs, place, other)
            if refusal is not None:
                refusals.append(refusal)
                if self._is_of_runs(mine) or self._is_of_runs(theirs):
                    break  # another source would know nothing of how much runs differ
            elif mine is not None and theirs is not None and mine.side is not None and theirs.side is not None:
                return mine.side, theirs.side
        return Evidence(refusals[0]) if refusals else _nothing(is_share(key[0]))

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
        paired = {place for which, place, _ in self._paired if which == key}
        heads, known = self._heads(key, tops, paired, level), dict[Hashable, bool | None]()
        found: dict[int, bool | None] = {}
        for place in others:
            # where the same is known of two values the answer is the same
            alike = place if place in paired else (self._beside.number(key, place), self._read(key, place, None))
            if alike not in known:
                answers = [self._is_apart(key, head, place, level, margin) for head in heads]
                known[alike] = None if None in answers else all(answers)
            found[place] = known[alike]
        return found

    def _is_apart(self, key: Key, place: int, other: int, level: float, margin: float) -> bool | None:
        """Whether two values differ by more than a margin; None where no interval is known, or none that says anything."""
        if (key, place, other) in self._paired:
            evidence = self.between(key, place, other, level=level)
        else:  # without its reason, which takes as long as all else
            sides = self._sides(key, place, other)
            evidence = (
                sides
                if isinstance(sides, Evidence)
                else Evidence(_nothing(is_share(key[0])).reason, sides, level, span=self._span(key, place, other))
            )
        interval = evidence.interval
        if interval is None or interval.excludes(margin):
            return None if interval is None else True
        return None if evidence.telling(level) is None else False

    def _heads(self, key: Key, tops: Sequence[int], paired: Collection[int], level: float) -> list[int]:
        """Of equal values those that decide: the least sure of those of which alike is known, by each source, downwards and upwards."""
        found: dict[Hashable, tuple[float, int]] = {}
        for place in tops:
            readings = self._read(key, place, None)
            form = place if place in paired else tuple(reading.side.form if reading and reading.side else None for reading in readings)
            found.setdefault(form, (0.0, place))
            for source, reading in enumerate(readings):
                for end, spread in enumerate(reading.side.spreads(level) if reading and reading.side else ()):
                    found[form, source, end] = max(found.get((form, source, end), (-math.inf, 0)), (spread, place))
        return list(dict.fromkeys(place for _, place in found.values()))

    @staticmethod
    def _is_of_runs(reading: _Reading | None) -> bool:
        return reading is not None and (reading.is_constant or (isinstance(reading.side, Runs) and not reading.side.is_single))

    def _has_source(self, key: Key, n: float | None) -> bool:
        """Whether any source could have something, in any version: most metrics have nothing beside them."""
        counted = (n is not None or key[1] in self._counts) and is_share(key[0])
        return counted or key in self._repeats or is_exact(key[0]) or self._beside.has_any(key)

    def _refusal(self, mine: _Reading | None, theirs: _Reading | None, place: int, other: int) -> Phrase | None:
        """Why a source does not serve for two values, None where it does and where it has nothing for either."""
        if mine is None and theirs is None:
            return None
        if mine is None or theirs is None:
            known, unknown = (place, other) if mine is not None else (other, place)
            what = (mine or theirs or _Reading("")).what
            return say("{what} is given for {known}, not for {unknown}", what=what, known=self._names[known], unknown=self._names[unknown])
        if mine.side is None or theirs.side is None:
            return mine.refusal or theirs.refusal
        return mine.side.refusal(theirs.side, (self._names[place], self._names[other]))

    def side(self, key: Key, place: int) -> Side | None:
        """Give what is known of one value by itself, None where nothing is."""
        if self._beside.number(key, place) is None or not self._has_source(key, self._n):
            return None
        readings = [each for each in self._read(key, place, None) if each is not None and (each.is_constant or each.side is not None)]
        side = next((each.side for each in readings if not (isinstance(each.side, Runs) and each.side.is_single)), None)
        return None if isinstance(side, Runs) and side.is_constant else side

    def lacking(self, key: Key, place: int) -> Phrase | None:
        """Say why nothing is known of one value by itself although something stands beside it."""
        readings = self._read(key, place, None) if self._has_source(key, self._n) else ()
        if any(each is not None and isinstance(each.side, Runs) and each.side.is_constant and not each.side.is_single for each in readings):
            return say("identical repeats in {names}: no spread", names=self._names[place])
        return next((each.refusal for each in readings if each is not None and each.refusal is not None), None)

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
        return any(each is not None and isinstance(each.side, Runs) and each.side.is_single for each in self._read(key, place, None))

    def _read(self, key: Key, place: int, n: float | None) -> tuple[_Reading | None, ...]:
        """Ask every source about one value, in the order in which they are tried."""
        found = self._readings.get((key, place, n))
        if found is None:
            value = self._beside.number(key, place) or 0.0
            examples = n or self._n
            found = (
                _Reading("", Exact(value)) if is_exact(key[0]) and not self._differs_in_repeats(key) else None,
                self._handed_over(key, place, value, examples),
                self._spread(key, place, value, examples),
                self._share(key, place, value, examples),
                self._stated(key, place, value),
                self._bounds(key, place, value),
            )
            self._readings[key, place, n] = found
        return found

    def _differs_in_repeats(self, key: Key) -> bool:
        """Whether what is read off differs among the repeats of a version, so that their mean is an estimate."""
        return any(runs is not None and not runs.is_constant for runs in self._repeats.get(key, ()))

    def _handed_over(self, key: Key, place: int, value: float, n: float | None) -> _Reading | None:
        """Repeats or folds that the caller knows."""
        given = self._repeats.get(key)
        if given is None:
            return None
        runs = given[place] or Runs(value, 0.0, 1)
        return _Reading("n_runs", replace(runs, examples=self._examples(key, place, value, n, runs)))

    def _examples(self, key: Key, place: int, value: float, n: float | None, runs: Runs) -> int | None:
        """Find the number of examples of each of several runs, of which a share is the mean; a single one says nothing of their spread."""
        share = self._share(key, place, value, n, runs)
        return share.side.n if share is not None and isinstance(share.side, Share) and share.side.n > 1 else None

    def _share(self, key: Key, place: int, value: float, n: float | None, runs: Runs | None = None) -> _Reading | None:
        """A share with its number of examples; of several runs each is one, and their mean of as many times that number."""
        if not is_share(key[0]):
            return None
        what, count = ("n", n) if n is not None else self._beside.examples(key, place)
        looked_up = not what and key[1] in self._counts
        if looked_up:
            what, count = "DataCount", self._counts[key[1]]
        if not what:
            return None
        refusal = None
        if is_summary(self._beside.cell(key, place)) and runs is None:
            refusal = say("{what} is given for a list: for each number or for all of them is unknown", what=what)
        elif count is None:
            refusal = say("{what} is given for several parts of the data", what=what)
        elif not 0 <= value <= 1:
            refusal = say("the values are not between 0 and 1")
        elif self._beside.in_percent(key, place):
            refusal = say("shares are written in percent elsewhere, so {value} may be percent too", value=format_number(value))
        elif count < 1 or count != int(count):
            refusal = say("{what} = {count} is not a number of examples", what=what, count=format_number(count))
        else:
            is_smallest = runs is not None and runs.uneven and n is None
            refusal = None if is_smallest else _not_whole(value, count, self._beside.written(key, place), runs)
        return _Reading(what, None if refusal else Share(value, int(count or 0), looked_up), refusal)

    def _stated(self, key: Key, place: int, value: float) -> _Reading | None:
        """A stated standard error."""
        name, error = next(self._beside.numbers_of(key, place, Role.ERROR), ("", 0.0))
        if not name:
            return None
        if error == 0:
            return _Reading(name, refusal=say("{name} is 0", name=name))
        if error < 0 or _is_other_unit(key[0], value, error):
            refusal = say(
                "{name} = {error} cannot be the standard error of {value}",
                name=name,
                error=format_number(error),
                value=format_number(value),
            )
            return _Reading(name, refusal=refusal)
        return _Reading(name, Stated(value, error))

    def _bounds(self, key: Key, place: int, value: float) -> _Reading | None:
        """A stated interval."""
        name, low, high, level = next(self._intervals(key, place, value), ("", 0.0, 0.0, None))
        if not name:
            return None
        if low <= value <= high and low < high:
            return _Reading(name, Bounds(value, low, high, level))
        return _Reading(name, refusal=say("{name} does not hold {value}", name=name, value=format_number(value)))

    def _intervals(self, key: Key, place: int, value: float) -> Iterator[tuple[str, float, float, float | None]]:
        """Two bounds in a list, the half of a symmetrical interval, or two bounds beside each other."""
        for name in self._beside.rows_of(key, Role.INTERVAL):
            raw, half = self._beside.cell((name, key[1]), place).raw, self._beside.number((name, key[1]), place)
            told = read_evidence_name(name)
            level = told.level if told else None
            if isinstance(raw, list) and len(raw) == 2 and all(map(_is_number, raw)):  # noqa: PLR2004 - two bounds
                yield name, float(raw[0]), float(raw[1]), level
            elif half is not None and not isinstance(raw, list):
                yield name, value - half, value + half, level
        bounds = [list(self._beside.numbers_of(key, place, role)) for role in (Role.LOW, Role.HIGH)]
        for (name, low), (_, high) in zip(*bounds, strict=False):
            yield name, low, high, None

    def _spread(self, key: Key, place: int, value: float, n: float | None) -> _Reading | None:
        """A standard deviation, where it is said over how many runs or folds; tools divide by their number, not by one less."""
        name, spread = next(self._beside.numbers_of(key, place, Role.SPREAD), ("", 0.0))
        if not name:
            return None
        _, count, folds = next(self._beside.runs(key, place), ("", 0.0, False))
        if not count:
            error = _error_name(key[0])
            vague = say("{name} is given, but not whether over examples, runs or folds; write {error}, or n_runs", name=name, error=error)
            return _Reading(name, refusal=vague)
        if count != int(count) or count < (_FEWEST_FOLDS if folds else 2) or spread < 0 or is_rounding(spread**2, value):
            few = say(
                "{name} = {spread} over {count} does not give a spread",
                name=name,
                spread=format_number(spread),
                count=format_number(count),
            )
            return _Reading(name, refusal=few, is_constant=count >= 2 and spread >= 0 and is_rounding(spread**2, value))  # noqa: PLR2004 - one has no spread
        runs = Runs(value, spread**2 * count / (count - 1), int(count), folds)
        return _Reading(name, runs if folds else replace(runs, examples=self._examples(key, place, value, n, runs)))


def _not_whole(value: float, count: float, written: str, runs: Runs | None) -> Phrase | None:
    """Say which share is of no whole number of examples; of runs whose values are not known it is that of all of them."""
    shares = [(each, count, "") for each in runs.values] if runs else []
    for share, n, text in shares or [(value, (runs.count if runs else 1) * count, written)]:
        if whole_examples(share, n, text) is False:
            return say("{value} of {count} is not a whole number", value=format_number(share), count=format_number(count))
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _error_name(path: str) -> str:
    """Name of the standard error that one would write beside a metric."""
    key, comma, filtered = (split_path(path) or ("value",))[-1].partition(",")
    return f"{key}_stderr{comma}{filtered}"


def _is_other_unit(path: str, value: float, error: float) -> bool:
    """Whether a standard error of a fraction cannot be in its unit: too wide, or of fewer or more examples than anyone has."""
    if not is_share(path) and scale_of(path) != "points":
        return False
    if value > 1:
        value, error = value / 100, error / 100
    fewest, most = _IMPLIED
    return error > _WIDEST or not fewest <= value * (1 - value) / error**2 <= most


@cache
def _nothing(share: bool) -> Evidence:  # noqa: FBT001 - two answers
    """Say what would give an interval where nothing stands beside a metric."""
    if share:
        return Evidence(say("no interval known: n beside the metric, or n=, would give one"), is_given=False)
    return Evidence(say("no interval known: measured once; repeats (n_runs) or a standard error would give one"), is_given=False)
