"""What can be known about one value, by its source, and the interval of a difference that follows from two of a kind."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pai_notebook.comparison.interval import (
    Interval,
    degrees_of,
    fold_factor,
    is_rounding,
    mover,
    newcombe,
    normal_interval,
    normal_quantile,
    t_interval,
    t_quantile,
    wilson,
)
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.numbers import format_computed

_LEVEL = 0.95
# Runs, and folds, below which nothing is said about their spread.
_FEWEST = {False: 2, True: 3}
# Net number of examples up to which McNemar's exact test finds nothing, however the answers are paired.
_ALWAYS_CHANCE = 5
# How far a share times n may be from a whole number; a share that was rounded more says only about how many answers differ.
_WHOLE = 0.01
# Runs that a single run of another version is compared with.
_FEWEST_BESIDE_ONE = 3


class Estimated(ABC):
    """A difference of two values whose interval may be known; a base of `Evidence` and `Paired`."""

    level: float

    @abstractmethod
    def _known_at(self, level: float) -> Interval | None:
        """Give the interval at a level, None where none is known."""

    @cached_property
    def interval(self) -> Interval | None:
        """The interval of the difference at `level`, None where none is known: `reason` says why."""
        return self._known_at(self.level)

    def at(self, level: float) -> Interval | None:
        """Return the interval of the difference at another level.

        Parameters
        ----------
        level : float
            Confidence, between 0 and 1.

        Returns
        -------
        Interval or None
            None where no interval is known.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> print(c.interval("accuracy@d-wineholdout0001", "1.8.0").at(0.5).words)
        50 % interval -6.8 to -0.7 pp
        """
        return self._known_at(level)

    @property
    def words(self) -> Phrase:
        """What can be said: `beyond chance (95 %)`, `could be chance` or `no interval known`."""
        if self.interval is None:
            return say("no interval known")
        if not self.interval.excludes_zero:
            return say("could be chance")
        return say("beyond chance ({level} %)", level=format_computed(100 * self.level))


@dataclass(frozen=True)
class Side(ABC):
    """A value and how sure it is.

    Attributes
    ----------
    value : float
        The measured value.
    """

    value: float

    @abstractmethod
    def against(self, other: Self, level: float) -> Interval:
        """Interval of this value minus another that is known in the same way."""

    @abstractmethod
    def own(self, level: float) -> tuple[float, float]:
        """Interval of the value itself."""

    @abstractmethod
    def reason(self, other: Self) -> Phrase:
        """Say what the interval against another rests on, and what it covers."""

    def refusal(self, other: Self, names: tuple[str, str]) -> Phrase | None:  # noqa: ARG002 - most pairs of a kind can be compared
        """Why two values, of versions of these names, cannot be compared although both are known."""
        return None

    @property
    def form(self) -> Hashable:
        """What equal values must share so that those with the largest `spreads` have the widest intervals against any other."""
        return type(self)

    def spreads(self, level: float) -> tuple[float, float]:
        """How unsure the value is, downwards and upwards."""
        low, high = self.own(level)
        return self.value - low, high - self.value

    @property
    def where(self) -> Phrase:
        """Where else the value could have been measured, as far as its spread is known."""
        return say("on fresh examples")

    @property
    def error(self) -> float:
        """One standard error of the value."""
        low, high = self.own(_LEVEL)
        return (high - low) / 2 / normal_quantile(_LEVEL)


@dataclass(frozen=True)
class Share(Side):
    """A share of `n` examples; `looked_up` where no metric says how many, but the registry does of the dataset."""

    n: int
    looked_up: bool = False

    def against(self, other: Self, level: float) -> Interval:
        """Newcombe's interval for independent examples."""
        return newcombe(self.value, self.n, other.value, other.n, level)

    def own(self, level: float) -> tuple[float, float]:
        """Wilson's interval."""
        return wilson(self.value, self.n, level)

    def reason(self, other: Self) -> Phrase:
        """Say the numbers of examples, and what the answers to each of them could decide where the interval does not."""
        basis = self._basis(other)
        return say("{basis}; n is DataCount of the dataset", basis=basis) if self.looked_up or other.looked_up else basis

    def _basis(self, other: Self) -> Phrase:
        if self.n != other.n:
            return say("n = {n} and {n_baseline}, as if measured on different examples", n=self.n, n_baseline=other.n)
        basis = say(
            "n = {n} and {n_baseline}, as if measured on different examples; on the same ones the interval is usually narrower",
            n=self.n,
            n_baseline=other.n,
        )
        hits = [each.value * self.n for each in (self, other)]
        net = abs(round(hits[0]) - round(hits[1]))
        is_whole = all(abs(each - round(each)) < _WHOLE for each in hits)
        if is_whole and 0 < net <= _ALWAYS_CHANCE:
            return say("{basis}; a net difference of {net} could be chance even example by example", basis=basis, net=net)
        if not net or self.against(other, _LEVEL).excludes_zero:
            return basis
        return say("{basis}; the answers to each example may decide", basis=basis)


@dataclass(frozen=True)
class Stated(Side):
    """A value with a stated standard error."""

    stated: float

    def against(self, other: Self, level: float) -> Interval:
        """Give the normal interval."""
        return normal_interval(self.value, self.stated, other.value, other.stated, level)

    def own(self, level: float) -> tuple[float, float]:
        """Give the normal interval of the value."""
        half = normal_quantile(level) * self.stated
        return self.value - half, self.value + half

    def reason(self, other: Self) -> Phrase:  # noqa: ARG002 - the same for both
        """Say that errors were stated."""
        return say("from the stated standard errors")


@dataclass(frozen=True)
class Bounds(Side):
    """A value with a stated interval; `said` is its level where the name tells it."""

    low: float
    high: float
    said: float | None = None

    def _at(self, level: float) -> tuple[float, float]:
        scale = normal_quantile(level) / normal_quantile(self.said or _LEVEL)
        return self.value - scale * (self.value - self.low), self.value + scale * (self.high - self.value)

    def against(self, other: Self, level: float) -> Interval:
        """Recover the interval of the difference from the two intervals."""
        return mover(self.value, self._at(level), other.value, other._at(level), level)

    def own(self, level: float) -> tuple[float, float]:
        """Give the stated interval, rescaled to another level."""
        return self._at(level)

    def reason(self, other: Self) -> Phrase:
        """Say that intervals were stated, and at which level."""
        if self.said is None or other.said is None:
            return say("intervals taken as 95 %")
        levels = dict.fromkeys(f"{format_computed(100 * said)} %" for said in (self.said, other.said))
        return say("from the stated {levels} intervals", levels=joined(list(levels), " and "))


@dataclass(frozen=True)
class Exact(Side):
    """A value that is read off, such as the size of a file."""

    def against(self, other: Self, level: float) -> Interval:
        """Give the difference itself."""
        delta = self.value - other.value
        return Interval(delta, delta, level, "exact")

    def own(self, level: float) -> tuple[float, float]:  # noqa: ARG002 - the same at every level
        """Give the value itself."""
        return self.value, self.value

    def reason(self, other: Self) -> Phrase:  # noqa: ARG002 - the same for both
        """Say that nothing is estimated."""
        return say("exact: read off, not estimated")


@dataclass(frozen=True)
class Runs(Side):
    """The mean of several runs, or of folds; a count of one is a single run, which has no spread of its own.

    Attributes
    ----------
    value : float
        Their mean.
    variance : float
        Variance of single runs or folds, with `count - 1` as its divisor.
    count : int
        How many there are.
    folds : bool
        Whether they are folds, which share training data, rather than runs.
    ratio : float or None
        Test examples over training examples of a fold; None for cross-validation.
    examples : int or None
        Number of examples of each run where the metric is a share and it is known: the interval then covers other examples.
    uneven : bool
        Whether that is the smallest of several numbers, so that it says nothing of which values are possible.
    values : tuple of float
        The single values where they are known; folds of which both versions have the same are compared in pairs.
    keys : tuple of hashable
        What each value is called, such as the number of its fold; empty where only their order is known.
    """

    variance: float
    count: int
    folds: bool = False
    ratio: float | None = None
    examples: int | None = None
    values: tuple[float, ...] = ()
    keys: tuple[Hashable, ...] = ()
    uneven: bool = False

    @classmethod
    def of(
        cls,
        values: Sequence[float],
        *,
        folds: bool = False,
        ratio: float | None = None,
        examples: int | None = None,
        keys: Sequence[Hashable] = (),
        uneven: bool = False,
    ) -> Self:
        """Make one of single values, and of what each is called; several values of one fold count once, by their mean.

        Examples
        --------
        >>> runs = Runs.of([0.91, 0.92, 0.93])
        >>> round(runs.value, 4), round(runs.variance, 6), runs.count
        (0.92, 0.0001, 3)
        """
        if folds and len(set(keys)) < len(keys):
            by_fold: dict[Hashable, list[float]] = {}
            for key, value in zip(keys, values, strict=True):
                by_fold.setdefault(key, []).append(value)
            keys, values = list(by_fold), [math.fsum(found) / len(found) for found in by_fold.values()]
        differ = min(values) < max(values)
        mean = math.fsum(values) / len(values) if differ else values[0]  # not the next number to it
        variance = math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1) if differ else 0.0
        return cls(mean, variance, len(values), folds, ratio, examples, tuple(values), tuple(keys), uneven)

    @property
    def is_single(self) -> bool:
        """Whether it is one run only."""
        return self.count == 1

    @property
    def is_constant(self) -> bool:
        """Whether they do not differ but for rounding, as a single one does not: nothing is known of their spread."""
        return is_rounding(self.variance, self.value)

    @property
    def runs(self) -> Phrase:
        """How many runs they are, in words."""
        return say("1 run") if self.is_single else say("{count} runs", count=self.count)

    def _counts(self, other: Self) -> Phrase:
        if self.is_single or other.is_single:
            return say("{runs} and {other}", runs=self.runs, other=other.runs)
        return say("{count} and {other} runs", count=self.count, other=other.count)

    def refusal(self, other: Self, names: tuple[str, str]) -> Phrase | None:
        """Too few runs, runs beside folds, or repeats that are all equal."""
        fewest = _FEWEST_BESIDE_ONE if self.is_single or other.is_single else _FEWEST[self.folds]
        if max(self.count, other.count) < fewest or (not (self.is_single or other.is_single) and min(self.count, other.count) < fewest):
            return say("{runs} are too few to know their spread", runs=self._counts(other))
        if self.folds != other.folds:
            single = self.is_single or other.is_single
            return say("folds in one version, a single value in the other") if single else say("folds in one version, runs in the other")
        if self.folds and set(self.keys) != set(other.keys):
            return say("not the same folds in both versions")
        if self._in_pairs(other) and is_rounding(self._apart(other).variance, *(max(map(abs, each.values)) for each in (self, other))):
            return say("the same difference in every fold: no spread")
        constant = [name for name, each in zip(names, (self, other), strict=True) if each.is_constant and not each.is_single]
        if constant:
            return say("identical repeats in {names}: no spread", names=joined(constant))
        return None

    @property
    def form(self) -> Hashable:
        """Folds with values of their own are compared in pairs, so that only equal ones are alike."""
        values = self.values if self.folds and len(self.values) > 1 else ()
        return Runs, self.count, self.folds, self.ratio, self.examples, self.keys, self.is_constant, values

    def spreads(self, level: float) -> tuple[float, float]:  # noqa: ARG002 - the same at every level
        """Give the variance up and down.

        The logarithm of the width of Welch's interval is convex in the share that one part has of the variance, since that of
        Student's t is in 1 / df: of several variances the smallest or the largest has the widest interval.
        """
        return self.variance, -self.variance

    def _in_pairs(self, other: Self) -> bool:
        return self.folds and len(self.values) == len(other.values) > 1

    def _apart(self, other: Self) -> Runs:
        """The difference in each fold."""
        theirs = dict(zip(other.keys or range(other.count), other.values, strict=True))
        mine = zip(self.keys or range(self.count), self.values, strict=True)
        return Runs.of([value - theirs[key] for key, value in mine])

    def _parts(self, other: Self) -> list[tuple[float, float]]:
        """What the variance of the difference is made of, with the degrees of freedom of each part."""
        if self._in_pairs(other):
            return [(self._apart(other).variance * fold_factor(self.count, self.ratio), self.count - 1)]
        if self.is_single or other.is_single:
            several = other if self.is_single else self
            return [(several.variance * (1 + several.factor), several.count - 1)]
        return [(each.variance * each.factor, each.count - 1) for each in (self, other)]

    def widening(self, other: Self, level: float) -> float:
        """How many times as wide the interval is as if the spread of runs were known."""
        return t_quantile(level, degrees_of(self._parts(other))) / normal_quantile(level)

    def against(self, other: Self, level: float) -> Interval:
        """Welch's interval; folds corrected for shared training data, a single run judged by the spread of the other's."""
        parts = self._parts(other)
        alone = t_interval(self.value - other.value, parts, level)
        if self.examples is None or other.examples is None:
            return alone
        # more degrees of freedom would make the interval of two runs narrower than that of the runs alone
        together = t_interval(self.value - other.value, [*parts, *self._examples(), *other._examples()], level)
        return max(alone, together, key=lambda found: found.high - found.low)

    @property
    def factor(self) -> float:
        """By what the variance of single runs is multiplied to give that of their mean."""
        return fold_factor(self.count, self.ratio) if self.folds else 1 / self.count

    def _examples(self) -> Iterator[tuple[float, float]]:
        if self.examples is not None and not self.folds and 0 < self.value < 1:
            yield self.value * (1 - self.value) / self.examples, self.examples - 1

    def own(self, level: float) -> tuple[float, float]:
        """Student's interval of the mean; a single run has none but itself, nor have equal ones."""
        if self.is_constant:
            return self.value, self.value
        interval = t_interval(self.value, [(self.variance * self.factor, self.count - 1), *self._examples()], level)
        return interval.low, interval.high

    @property
    def where(self) -> Phrase:
        """Where else it could have been measured: in other runs, on fresh examples, or both."""
        if self.folds:
            return super().where
        return say("in other runs") if self.examples is None else say("in other runs on fresh examples")

    def covers_examples(self, other: Self) -> bool:
        """Whether an interval against another covers other examples too; folds are of other examples themselves."""
        return self.folds or (self.examples is not None and other.examples is not None)

    def reason(self, other: Self) -> Phrase:
        """Say how many runs or folds, and what the interval covers."""
        if self.folds:
            counts = joined(list(dict.fromkeys(str(each.count) for each in (self, other))), " and ")
            return say("{counts} folds that share training data (corrected)", counts=counts)
        both = self.covers_examples(other)
        covers = say("covers other runs and other examples") if both else say("covers other runs, not other examples")
        return say("{runs}; {covers}", runs=self._counts(other), covers=covers)
