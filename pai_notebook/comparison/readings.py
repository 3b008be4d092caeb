"""What each source says of one value: exact numbers, repeats, a spread over runs, a share of n, a stated error or interval, or why not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pai_notebook.comparison.evidence import EvidenceFinder, Key, part_of, whole_examples
from pai_notebook.comparison.interval import is_rounding
from pai_notebook.comparison.interval_text import read_percentage
from pai_notebook.comparison.quantiles import normal_quantile
from pai_notebook.comparison.runs import Runs
from pai_notebook.comparison.series import is_summary
from pai_notebook.comparison.sources import Bounds, Exact, Share, Side, Stated, variance_of_share
from pai_notebook.comparison.stated_intervals import TAKEN_LEVEL, StatedIntervals
from pai_notebook.comparison.unused import Unused
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metric_scales import bounds_of, is_share, says_percent, scale_of
from pai_notebook.model.metric_words import is_exact
from pai_notebook.model.numbers import format_number

# Numbers of examples that a stated standard error of a share may imply; beyond them it is in another unit.
_IMPLIED = 2, 1e7
# The same beside a value in percent, unless n says so: an error of a fraction implies 10,000 times as many there as it does of one.
_IMPLIED_IN_PERCENT = 1e5
# How many times n that may be.
_TIMES_N = 10
# Percentage points of which a spread of runs in percent is no less, where 100 times as much could be as well.
_FINEST_SPREAD = 0.05
_FEWEST_FOLDS = 3
_PERCENT = 100
# What says the number of examples of a dataset.
LOOKED_UP = "DataCount"


@dataclass(frozen=True)
class SourceReading:
    """What one source says of one value: what is known, or why it is not believed, and the name of the row that said it."""

    what: str
    side: Side | None = None
    refusal: Phrase | None = None
    is_constant: bool = False
    """Whether repeats are known that do not differ, or by what is not believed, so that nothing is known of how much runs do."""
    is_zero: bool = False
    """Whether an error or an interval is stated, and is nothing."""
    fitting: int | None = None
    """Number of examples that is refused because of some runs and fits others."""


@dataclass(frozen=True)
class DatasetCount:
    """How many examples a dataset has, as its registry says.

    Attributes
    ----------
    examples : int
        The number.
    called : str
        What the dataset is called in names of metrics.
    places : frozenset of int
        Versions that may have been measured on all of it: of one from elsewhere nobody knows.
    """

    examples: int
    called: str
    places: frozenset[int]


class Readings:
    """Asks every source about one value, in the order in which they are tried.

    Parameters
    ----------
    beside : EvidenceFinder
        What stands beside the metrics.
    n : float or None
        Number of examples behind every metric, as told by the user.
    repeats : mapping of (path, dataset) to sequence of Runs or None
        Repeated measurements of a metric, one entry a version.
    counts : mapping of str to DatasetCount
        Numbers of examples of datasets, for metrics beside which none is stated.
    """

    def __init__(
        self, beside: EvidenceFinder, n: float | None, repeats: Mapping[Key, Sequence[Runs | None]], counts: Mapping[str, DatasetCount]
    ) -> None:
        self._beside = beside
        self._intervals = StatedIntervals(beside)
        self._n = n
        self._repeats = repeats
        self._counts = counts
        self._refused: dict[tuple[Key, int, float | None], tuple[Phrase, ...]] = {}
        self._found: dict[tuple[Key, int, float | None], tuple[SourceReading | None, ...]] = {}

    def has_source(self, key: Key, n: float | None) -> bool:
        """Whether any source could have something, in any version: most metrics have nothing beside them."""
        counted = (n is not None or key[1] in self._counts) and is_share(key[0])
        return counted or key in self._repeats or is_exact(key[0]) or self._beside.has_any(key)

    def read(self, key: Key, place: int, n: float | None) -> tuple[SourceReading | None, ...]:
        """Ask every source about one value, in the order in which they are tried."""
        found = self._found.get((key, place, n))
        if found is None:
            value = self._beside.number(key, place) or 0.0
            examples = n or self._n
            stated, bounds = list(self._stated(key, place, value)), list(self._bounds(key, place, value))
            share = self._share(key, place, value, examples)
            spread = self._spread(key, place, value, examples)
            # what is read off has no error, unless one is stated, believed or not, or a spread that is not nothing
            estimated = any(not each.is_zero for each in (*stated, *bounds)) or (spread is not None and not spread.is_constant)
            exact = is_exact(key[0]) and not (self._differs_in_repeats(key) or estimated)
            repeats = [self._handed_over(key, place, value, examples, spread), spread]
            beside = [*stated, *bounds, *self._of_members(key, place)]
            found = (
                SourceReading("", Exact(value)) if exact else None,
                *(
                    _weighed(each, [*beside, self._of_folds(key, place, value, examples, each), None if each is spread else spread])
                    for each in repeats
                ),
                _weighed(share, [*stated, *bounds]),
                _weighed(_first(stated), [*stated, *bounds, share]),
                _weighed(_first(bounds), [*stated, *bounds, share]),
            )
            self._found[key, place, n] = found
            one_by_one = (*stated, *bounds, *([spread] if spread is not None else []))
            self._refused[key, place, n] = tuple([each.refusal for each in one_by_one if each.refusal is not None])
        return found

    def has_beside(self, key: Key) -> bool:
        """Whether anything is stated beside a metric, or beside it in members of a group and not believed."""
        return self._beside.has_any(key) or any(runs is not None and runs.refused for runs in self._repeats.get(key, ()))

    def refused(self, key: Key, place: int) -> tuple[Phrase, ...]:
        """Why errors, intervals and spreads that are stated of one value are not believed."""
        if self._beside.number(key, place) is None or not self._beside.has_any(key):
            return ()
        self.read(key, place, None)
        return self._refused[key, place, None]

    def unused(self, key: Key, place: int, n: float | None = None) -> Unused:
        """What is stated of a value of which something is known, and does not count."""
        if self._beside.number(key, place) is None or not self.has_beside(key):
            return Unused()
        readings = [each for each in self.read(key, place, n) if each is not None]
        known = [each.side for each in readings if each.side is not None]
        if not known:
            return Unused()
        # what stands beside runs and is not believed of n is their doubt
        others = [each for each in readings if each.what != LOOKED_UP and not isinstance(known[0], Runs)]
        of_members = known[0].refused if isinstance(known[0], Runs) else ()
        reasons: list[Phrase | tuple[str, Phrase]] = [each.refusal for each in others if each.refusal is not None]
        reasons += [*self._refused[key, place, n], *of_members]
        return Unused(tuple(dict.fromkeys(reasons)), tuple(self._overruled(key, place, n or self._n)), known[0].narrower)

    def _overruled(self, key: Key, place: int, n: float | None) -> Iterator[Phrase]:
        """Another number of examples that is stated where the user tells one."""
        what, count = self._beside.examples(key, place) if n is not None and is_share(key[0]) else ("", None)
        if count is not None and count != n:
            yield say("{what} = {count}", what=what, count=format_number(count))

    def stated(self, key: Key, place: int) -> list[tuple[str, Side]]:
        """Stated errors, intervals and spreads of runs of one value that are believed, with the names of their rows."""
        value = self._beside.number(key, place)
        if value is None or not self._beside.has_any(key):
            return []
        return _known([*self._stated(key, place, value), *self._bounds(key, place, value), self._spread(key, place, value, None)])

    def _of_members(self, key: Key, place: int) -> Iterator[SourceReading]:
        """What the members of a group state."""
        runs = self._repeats[key][place] if key in self._repeats else None
        return (SourceReading(name, side) for name, side in (runs.beside if runs is not None else ()))

    def _differs_in_repeats(self, key: Key) -> bool:
        """Whether what is read off differs among the repeats of a version, so that their mean is an estimate."""
        return any(runs is not None and not runs.is_constant for runs in self._repeats.get(key, ()))

    def _handed_over(self, key: Key, place: int, value: float, n: float | None, spread: SourceReading | None) -> SourceReading | None:
        """Repeats or folds that the caller knows; of a single version beside them those whose spread it states."""
        given = self._repeats.get(key)
        if given is None:
            return None
        if given[place] is None and spread is not None and spread.side is not None:
            return spread
        runs = given[place] or Runs(value, 0.0, 1)
        return SourceReading("n_runs", self._with_examples(key, place, value, n, runs))

    def _with_examples(self, key: Key, place: int, value: float, n: float | None, runs: Runs) -> Runs:
        """Add the number of examples of each of several runs, of which a share is the mean, or why the one given is not believed."""
        share = self._share(key, place, value, n, runs)
        if share is None:
            return runs
        if isinstance(share.side, Share):
            return replace(runs, examples=share.side.n if share.side.n > 1 else None)
        if runs.folds or share.refusal is None:
            return runs
        return replace(runs, examples=share.fitting, doubt=share.refusal)

    def _share(
        self, key: Key, place: int, value: float, n: float | None, runs: Runs | None = None, *, whole: bool = True
    ) -> SourceReading | None:
        """A share with its number of examples, of which it is a `whole` number; of several runs each is one."""
        part = part_of(key)
        if part is None and not is_share(key[0]):
            return None
        # that of all examples is none of a share of some of them
        what, count = self._examples(key, place, n) if part is None else self._beside.examples(key, place, part)
        if not what:
            return None
        looked_up = what == LOOKED_UP
        said = says_percent(key[0], [value])
        in_percent = said or (value == 0 and self._beside.in_percent(key))  # which is the same number in both
        refusal = None
        if looked_up and place not in self._counts[key[1]].places:
            name = f"n@{self._counts[key[1]].called}"
            refusal = say("no number of examples, and DataCount is taken for registered versions only; add {name}", name=name)
        elif is_summary(self._beside.cell(key, place)) and runs is None:
            refusal = say("{what} is given for a list: for each number or for all of them is unknown", what=what)
        elif count is None:
            refusal = say("{what} is given for several parts of the data", what=what)
        elif not 0 <= value <= _PERCENT:
            refusal = say("{what} is given, but {value} is not a share", what=what, value=format_number(value))
        elif value <= 1 and not in_percent and self._beside.in_percent(key, place):
            refusal = say("shares are written in percent elsewhere, so {value} may be percent too", value=format_number(value))
        elif count < 1 or count != int(count):
            refusal = say("{what} = {count} is not a number of examples", what=what, count=format_number(count))
        else:
            smallest = runs is not None and runs.uneven and n is None
            refuted = (
                None if smallest or not whole or (said and value <= 1) else _not_whole(value, count, self._beside.written(key, place), runs)
            )
            return _share_of(what, Share(value, int(count), looked_up, in_percent=in_percent), refuted, runs)
        return SourceReading(what, refusal=refusal)

    def _of_folds(self, key: Key, place: int, value: float, n: float | None, repeats: SourceReading | None) -> SourceReading | None:
        """What n says of the mean of folds; in runs the variance has it already.

        Beside their mean it is mostly the number of examples of all of them, and never more is taken. Versions that are a fold each
        state their own, unless their values cannot be shares of so many.
        """
        runs = None if repeats is None else repeats.side
        if not isinstance(runs, Runs) or not runs.folds:
            return None
        # folds that are not equally large have a mean that is not a whole number of all examples
        found = self._share(key, place, value, n, runs, whole=False)
        if found is None or not isinstance(found.side, Share):
            return None
        stated = n is None and not found.side.looked_up
        is_each = stated and len(runs.values) > 1 and self._beside.cell(key, place).state is not State.SERIES
        if is_each and (runs.uneven or _not_whole(value, found.side.n, "", runs) is None):
            return replace(found, side=replace(found.side, n=found.side.n * runs.count))
        return found

    def examples(self, key: Key, place: int) -> float | None:
        """Find the number of examples that a value is stated to be of, None where none is."""
        what, count = self._examples(key, place, self._n)
        if is_summary(self._beside.cell(key, place)):
            return None  # of each number or of all of them
        return None if what == LOOKED_UP and place not in self._counts[key[1]].places else count

    def _examples(self, key: Key, place: int, n: float | None) -> tuple[str, float | None]:
        """Find the number of examples and what says it: the caller, a row beside the metric, or the dataset; no name where nothing does."""
        what, count = ("n", n) if n is not None else self._beside.examples(key, place)
        return (LOOKED_UP, self._counts[key[1]].examples) if not what and key[1] in self._counts else (what, count)

    def _stated(self, key: Key, place: int, value: float) -> Iterator[SourceReading]:
        """Stated standard errors, and what is not read."""
        for name in self._beside.rows_of(key, Role.ERROR):
            error = self._beside.number((name, key[1]), place)
            if error is None:
                error = read_percentage(self._beside.cell((name, key[1]), place).raw, value)
            if error is None:
                if self._beside.states((name, key[1]), place):
                    yield SourceReading(name, refusal=self._no_number(name, key, place))
            elif error == 0:
                yield SourceReading(name, refusal=say("{name} is 0", name=name), is_zero=True)
            elif error < 0 or error > self.span(key, place, [value]) / 2 or _is_other_unit(key[0], value, error):
                refusal = say(
                    "{name} = {error} cannot be the standard error of {value}",
                    name=name,
                    error=format_number(error),
                    value=format_number(value),
                )
                yield SourceReading(name, refusal=refusal)
            elif self._may_be_fraction(key, place, value, error):
                yield SourceReading(name, refusal=_fraction_beside_percent(name))
            else:
                yield SourceReading(name, Stated(value, error))
        yield from self._unread(key, place)

    def _unread(self, key: Key, place: int) -> Iterator[SourceReading]:
        """Spreads that are not read, and what stands beside several values."""
        error = _error_name(key[0])
        said = {name: say("{name} is not read; write {error}", name=name, error=error) for name in self._beside.rows_of(key, Role.UNREAD)}
        for name in (name for name in said if self._beside.cell((name, key[1]), place).state is State.SERIES):
            listed = say("its list as {metric}, with repeats={metric!r}", metric=split_path(key[0])[-1])
            said[name] = say("{name} is not read; write {error}", name=name, error=listed)
        unclear = "{name} stands beside several values without saying which it belongs to; write {error}"
        said |= {name: say(unclear, name=name, error=error) for name in self._beside.unclear_of(key)}
        for name, refusal in said.items():
            if self._beside.states((name, key[1]), place):
                yield SourceReading(name, refusal=refusal, is_zero=self._beside.number((name, key[1]), place) == 0)

    def _no_number(self, name: str, key: Key, place: int) -> Phrase:
        """Say what a row has where nothing can be computed with it."""
        cell = self._beside.cell((name, key[1]), place)
        if cell.value is None or math.isnan(cell.value):
            return say("{name} is not a number", name=name)
        return say("{name} is infinite" if math.isinf(cell.value) else "{name} is too close to 0 or too large to compute with", name=name)

    def _bounds(self, key: Key, place: int, value: float) -> Iterator[SourceReading]:
        """Stated intervals."""
        for name, bounds, level, settings in self._intervals.of(key, place, value):
            setting = "{name} may be a setting and is not read as a level; write {metric}_ci_level"
            for row in settings:
                yield SourceReading(row, refusal=say(setting, name=row, metric=split_path(key[0])[-1]))
            if bounds is None:
                yield SourceReading(name, refusal=say("{name} cannot be read as an interval; write its two ends as a list", name=name))
            elif bounds[0] > bounds[1]:
                yield SourceReading(name, refusal=say("{name} ends below where it begins", name=name))
            elif not bounds[0] <= value <= bounds[1]:
                yield SourceReading(name, refusal=say("{name} does not hold {value}", name=name, value=format_number(value)))
            elif bounds[0] == bounds[1]:
                yield SourceReading(name, refusal=say("{name} has no width", name=name), is_zero=is_exact(key[0]))
            elif isinstance(level, Phrase):
                yield SourceReading(name, refusal=level)
            elif bounds[1] - bounds[0] >= self.span(key, place, [value]):
                yield SourceReading(name, refusal=say("{name} spans every possible value", name=name))
            elif self._may_be_fraction(key, place, value, (bounds[1] - bounds[0]) / 2 / normal_quantile(level or TAKEN_LEVEL)):
                yield SourceReading(name, refusal=_fraction_beside_percent(name))
            else:
                yield SourceReading(name, Bounds(value, *bounds, level))

    def span(self, key: Key, place: int, values: Sequence[float]) -> float:
        """How far apart two true values of a metric can be, as some values of it in a version tell."""
        low, high = bounds_of(key[0], values)
        return math.inf if max(values) <= 1 and self._beside.in_percent(key, place) else high - low

    def _may_be_fraction(self, key: Key, place: int, value: float, error: float) -> bool:
        """Whether the error of a value in percent is so small that it may be meant as that of a fraction."""
        if bounds_of(key[0], [value]) != (0.0, _PERCENT):
            return False
        counts = self._n, self._beside.examples(key, place)[1]
        most = max(_IMPLIED_IN_PERCENT, *(_TIMES_N * (count or 0.0) for count in counts))
        return value * (_PERCENT - value) > most * error**2

    def _spread(self, key: Key, place: int, value: float, n: float | None) -> SourceReading | None:
        """A standard deviation, where it is said over how many runs or folds; of several what gives the largest error."""
        spreads, counts = list(self._beside.numbers_of(key, place, Role.SPREAD)), list(self._beside.runs(key, place))
        if not spreads:
            rows = [row for row in self._beside.rows_of(key, Role.SPREAD) if self._beside.states((row, key[1]), place)]
            return SourceReading(rows[0], refusal=self._no_number(rows[0], key, place)) if rows else None
        runs = self._repeats[key][place] if key in self._repeats else None
        if not counts and runs is not None and self._beside.cell(key, place).state is State.SERIES:
            counts = [("", runs.count, runs.folds)]
        if not counts:
            name, error = spreads[0][0], _error_name(key[0])
            vague = say("{name} is given, but not whether over examples, runs or folds; write {error}, or n_runs", name=name, error=error)
            return SourceReading(name, refusal=vague)
        found = [
            _runs_of(value, name, spread, count, folds=folds, span=self.span(key, place, [value]))
            for name, spread in spreads
            for _, count, folds in counts
        ]
        known = [(each.what, each.side) for each in found if isinstance(each.side, Runs)]
        if not known:
            return found[0]
        name, widest = max(known, key=lambda each: each[1].variance * each[1].factor)
        return SourceReading(name, widest if widest.folds else self._with_examples(key, place, value, n, widest))


def _runs_of(value: float, name: str, spread: float, count: float, *, folds: bool, span: float) -> SourceReading:
    """Read one standard deviation over so many runs or folds; tools divide by their number, not by one less.

    Where it is in another unit than the value, how much runs differ is as little known as where they do not.
    """
    if spread > span / 2:
        told = say("{name} = {spread} cannot be the spread of {value}", name=name, spread=format_number(spread), value=format_number(value))
        return SourceReading(name, refusal=told, is_constant=True)
    if span == _PERCENT and 0 < spread < _FINEST_SPREAD and _PERCENT * spread <= min(value, _PERCENT - value):
        return SourceReading(name, refusal=_fraction_beside_percent(name), is_constant=True)
    is_constant = is_rounding(spread**2, value)
    if count != int(count) or count < (_FEWEST_FOLDS if folds else 2) or spread < 0 or is_constant:
        few = say(
            "{name} = {spread} over {count} does not give a spread", name=name, spread=format_number(spread), count=format_number(count)
        )
        return SourceReading(name, refusal=few, is_constant=count >= 2 and spread >= 0 and is_constant)  # noqa: PLR2004 - one has no spread
    return SourceReading(name, Runs(value, spread**2 * count / (count - 1), int(count), folds))


def _fraction_beside_percent(name: str) -> Phrase:
    return say("{name} is so small that it may be that of a fraction, while the value is in percent", name=name)


def _known(readings: Iterable[SourceReading | None]) -> list[tuple[str, Side]]:
    """What is known by some sources, with the names of their rows."""
    return [(each.what, each.side) for each in readings if each is not None and each.side is not None]


def _first(readings: Sequence[SourceReading]) -> SourceReading | None:
    """The first of several of a kind that is believed, else why the first is not."""
    return next((each for each in readings if each.side is not None), readings[0] if readings else None)


def _weighed(reading: SourceReading | None, others: Iterable[SourceReading | None]) -> SourceReading | None:
    """Give a source with what else is stated of the value, so that it does not overrule what is clearly wider."""
    if reading is None or reading.side is None:
        return reading
    side = reading.side
    for name, other in _known(others):
        if other is not reading.side:
            side = side.weighed(name, other)
    return reading if side is reading.side else replace(reading, side=side)


def _share_of(what: str, share: Share, refuted: Phrase | None, runs: Runs | None) -> SourceReading:
    """Give a share, or why its number of examples is not believed; that of most of the runs stays theirs."""
    if refuted is None or runs is None:
        return SourceReading(what, None if refuted else share, refuted)
    told = say("{what} = {count} is not believed: {reason}", what=what, count=format_number(share.n), reason=refuted)
    whole = [whole_examples(each, share.n) for each in runs.values]
    fits = share.n > 1 and True in whole and 2 * whole.count(False) < len(whole)
    return SourceReading(what, refusal=told, fitting=share.n if fits else None)


def _not_whole(value: float, count: float, written: str, runs: Runs | None) -> Phrase | None:
    """Say which share is of no whole number of examples; of runs whose values are not known it is that of all of them."""
    shares = [(each, count, "") for each in runs.values] if runs else []
    for share, n, text in shares or [(value, (runs.count if runs else 1) * count, written)]:
        if whole_examples(share, n, text) is False:
            told = "{value} of {count} is not a whole number" if share <= 1 else "{value} % of {count} is not a whole number"
            return say(told, value=format_number(share), count=format_number(count))
    return None


def _error_name(path: str) -> str:
    """Name of the standard error that one would write beside a metric."""
    key, comma, filtered = (split_path(path) or ("value",))[-1].partition(",")
    return f"{key}_stderr{comma}{filtered}"


def _is_other_unit(path: str, value: float, error: float) -> bool:
    """Whether a standard error of a share cannot be in its unit: of fewer or more examples than anyone has."""
    if not is_share(path) and scale_of(path) != "points":
        return False
    fewest, most = _IMPLIED
    return not fewest <= variance_of_share(value) / error**2 <= most
