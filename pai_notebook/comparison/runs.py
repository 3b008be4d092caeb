"""What is known of a value that was measured several times, in runs or in folds, and the interval of a difference that follows."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from pai_notebook.comparison.interval import Interval, degrees_of, fold_factor, is_rounding, t_interval
from pai_notebook.comparison.quantiles import normal_quantile, t_quantile
from pai_notebook.comparison.sources import Side, unit_of, variance_of_share, widest
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.numbers import mean

# Runs, and folds, below which nothing is said about their spread.
_FEWEST = {False: 2, True: 3}
# Runs that a single run of another version is compared with.
_FEWEST_BESIDE_ONE = 3
# Degrees of freedom of a variance that is stated.
_KNOWN = math.inf


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
    examples : int or None
        Number of examples of each run where the metric is a share and it is known: the interval then covers other examples.
    doubt : Phrase or None
        Why the number of examples that is given is not believed; `examples` is then what fits some of the runs, or None.
    uneven : bool
        Whether that is the smallest of several numbers, so that it says nothing of which values are possible.
    values : tuple of float
        The single values where they are known; folds of which both versions have the same are compared in pairs.
    keys : tuple of hashable
        What each value is called, such as the number of its fold; empty where only their order is known.
    beside : tuple of (str, Side)
        What the runs themselves state of how sure their values are, with the names of the rows.
    refused : tuple of (str, Phrase)
        Why what the runs themselves state is not believed.
    failed : int
        How many more there are, without a number: they are not in the mean.
    only_absent : bool
        Whether these state nothing at all, rather than NaN or a text.
    """

    variance: float
    count: int
    folds: bool = False
    examples: int | None = None
    values: tuple[float, ...] = ()
    keys: tuple[Hashable, ...] = ()
    uneven: bool = False
    doubt: Phrase | None = None
    beside: tuple[tuple[str, Side], ...] = ()
    refused: tuple[tuple[str, Phrase], ...] = ()
    failed: int = 0
    only_absent: bool = False

    @classmethod
    def of(
        cls,
        values: Sequence[float],
        *,
        folds: bool = False,
        examples: int | None = None,
        keys: Sequence[Hashable] = (),
        uneven: bool = False,
    ) -> Self:
        """Make one of single values, and of what each is called.

        Examples
        --------
        >>> runs = Runs.of([0.91, 0.92, 0.93])
        >>> round(runs.value, 4), round(runs.variance, 6), runs.count
        (0.92, 0.0001, 3)
        """
        differ = min(values) < max(values)
        middle = mean(values)
        variance = math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1) if differ else 0.0
        return cls(middle, variance, len(values), folds, examples, tuple(values), tuple(keys), uneven)

    @property
    def is_single(self) -> bool:
        """Whether it is one run only."""
        return self.count == 1

    @property
    def is_survivor(self) -> bool:
        """Whether it is all that is left of several, so that nothing is known of their mean."""
        return self.is_single and self.failed > 0

    @property
    def told_failed(self) -> Phrase | None:
        """Say how many of the runs have no number; None where all have one."""
        if not self.failed:
            return None
        if self.failed == 1:
            told = "1 of {total} folds has no number" if self.folds else "1 of {total} runs has no number"
        else:
            told = "{count} of {total} folds have no number" if self.folds else "{count} of {total} runs have no number"
        return say(told, count=self.failed, total=self.failed + self.count)

    @property
    def is_constant(self) -> bool:
        """Whether they do not differ but for rounding, as a single one does not: nothing is known of their spread."""
        return is_rounding(self.variance, self.value)

    @property
    def runs(self) -> Phrase:
        """How many runs or folds they are, in words."""
        if self.folds:
            return say("1 fold") if self.is_single else say("{count} folds", count=self.count)
        return say("1 run") if self.is_single else say("{count} runs", count=self.count)

    def moved(self, value: float) -> Self:
        """Move the single values along, which folds are compared by."""
        return replace(super().moved(value), values=tuple(each + value - self.value for each in self.values))

    def _counts(self, other: Self) -> Phrase:
        if self.is_single or other.is_single or self.folds != other.folds:
            return say("{runs} and {other}", runs=self.runs, other=other.runs)
        told = "{count} and {other} folds" if self.folds else "{count} and {other} runs"
        return say(told, count=self.count, other=other.count)

    def refusal(self, other: Self, names: tuple[str, str]) -> Phrase | None:
        """A single run that is left of several, too few runs, runs beside folds, or repeats that are all equal."""
        both = zip(names, (self, other), strict=True)
        left = [say("{what}: {said}", what=name, said=each.told_failed or "") for name, each in both if each.is_survivor]
        fewest = _FEWEST_BESIDE_ONE if self.is_single or other.is_single else _FEWEST[self.folds]
        if (
            left
            or max(self.count, other.count) < fewest
            or (not (self.is_single or other.is_single) and min(self.count, other.count) < fewest)
        ):
            return joined(left, "; ") if left else say("{runs} are too few to know their spread", runs=self._counts(other))
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
        return (
            Runs,
            self.count,
            self.folds,
            self.examples,
            self.keys,
            self.is_constant,
            self.doubt is None,
            values,
            self.wider,
            self.is_survivor,
        )

    def spreads(self, level: float) -> tuple[float, float]:  # noqa: ARG002 - the same at every level
        """Give the variance up and down.

        The logarithm of the width of Welch's interval is convex in the share that one part has of the variance, since that of
        Student's t is in 1 / df: of several variances the smallest or the largest has the widest interval.
        """
        return self.variance, -self.variance

    def _in_pairs(self, other: Self) -> bool:
        return self.folds and len(self.values) == len(other.values) > 1

    def _apart(self, other: Self, factor: float = 1.0) -> Runs:
        """The difference to a multiple of the other in each fold."""
        theirs = dict(zip(other.keys or range(other.count), other.values, strict=True))
        mine = zip(self.keys or range(self.count), self.values, strict=True)
        return Runs.of([value - factor * theirs[key] for key, value in mine])

    def _parts(self, other: Self, factor: float = 1.0) -> list[tuple[float, float]]:
        """What the variance of the difference to a multiple of the other is made of, with the degrees of freedom of each part."""
        if self._in_pairs(other):
            return [(self._apart(other, factor).variance * fold_factor(self.count), self.count - 1)]
        weights = (1.0, factor**2)
        if self.is_single or other.is_single:
            several = other if self.is_single else self
            parts = (weight * (1 if each.is_single else each.factor) for each, weight in zip((self, other), weights, strict=True))
            return [(several.variance * sum(parts), several.count - 1)]
        return [(weight * each.variance * each.factor, each.count - 1) for each, weight in zip((self, other), weights, strict=True)]

    def widening(self, other: Self, level: float) -> float:
        """How many times as wide the interval is as if the spread of runs were known."""
        return t_quantile(level, degrees_of([*self._parts(other), *self._stated_parts, *other._stated_parts])) / normal_quantile(level)

    def _against(self, other: Self, level: float) -> Interval:
        """Welch's interval; folds corrected for shared training data, a single run judged by the spread of the other's."""
        return self._welch(other, 1.0, level)

    def beyond(self, other: Self, factor: float, level: float) -> Interval:
        """Give the same of the difference to a multiple of the other."""
        found = self._welch(other, factor, level)
        return found.hull(self._stated_against(other, factor, level)) if self.wider or other.wider else found

    def _welch(self, other: Self, factor: float, level: float) -> Interval:
        delta, parts = self.value - factor * other.value, self._parts(other, factor)
        alone = t_interval(delta, parts, level)
        theirs = ((factor**2 * variance, df) for variance, df in other._examples(other._examples_beside(self)))
        examples = [*self._examples(self._examples_beside(other)), *theirs]
        # more degrees of freedom would make the interval of two runs narrower than that of the runs alone
        together = t_interval(delta, [*parts, *examples], level) if examples else alone
        return max(alone, together, key=lambda found: found.high - found.low)

    @property
    def _errors(self) -> Sequence[tuple[float, float]]:
        """Errors of the runs alone, as tools divide by their number, of the examples alone, and of both."""
        runs, examples = self.variance * self.factor, [part for part, _ in self._of_examples(self.examples)]
        least = self.variance / self.count * (self.count - 1) / self.count
        return tuple((error, error) for error in map(math.sqrt, (least, *examples, math.fsum((runs, *examples)))))

    def _ends(self, level: float) -> tuple[float, float]:
        """Without Student's t, which of a difference is that of both versions."""
        half = normal_quantile(level) * max(error for error, _ in self._errors)
        return widest((self.value - half, self.value + half), *(side._ends(level) for _, side in self.wider))  # noqa: SLF001 - of a side

    @property
    def factor(self) -> float:
        """By what the variance of single runs is multiplied to give that of their mean."""
        return fold_factor(self.count) if self.folds else 1 / self.count

    def _examples_beside(self, other: Self) -> int | None:
        """Number of examples; where the one given is not believed that of the other, lest an error makes the interval narrower."""
        return other.examples if self.examples is None and self.doubt is not None else self.examples

    def _of_examples(self, examples: int | None) -> Iterator[tuple[float, float]]:
        if examples is not None and not self.folds and 0 < self.value < unit_of(self.value):
            yield variance_of_share(self.value) / examples, examples - 1

    @property
    def _stated_parts(self) -> list[tuple[float, float]]:
        """What errors that are stated beside runs, of which they know nothing, add to their variance; folds are of other examples."""
        if self.folds or not self.wider:
            return []
        widest_side = max((side for _, side in self.wider), key=lambda side: side.error)
        if isinstance(widest_side, Runs):
            return [(widest_side.variance * widest_side.factor, widest_side.count - 1)]
        return [(widest_side.error**2, _KNOWN)]

    def _examples(self, examples: int | None) -> list[tuple[float, float]]:
        """What other examples add to the variance: by their number, or as is stated where that is clearly more."""
        known = list(self._of_examples(examples)) if self.folds or not self.states_examples else []
        return [*self._stated_parts, *known]

    @property
    def states_examples(self) -> bool:
        """Whether an error or interval that is stated beside them counts, rather than the spread of runs behind each."""
        return any(not isinstance(side, Runs) for _, side in self.wider)

    def _own(self, level: float) -> tuple[float, float]:
        """Student's interval of the mean; a single run has none but itself, nor have equal ones."""
        if self.is_constant:
            return self.value, self.value
        interval = t_interval(self.value, [(self.variance * self.factor, self.count - 1), *self._examples(self.examples)], level)
        return interval.low, interval.high

    @property
    def where(self) -> Phrase:
        """Where else it could have been measured: in other runs, on fresh examples, or both."""
        if self.folds:
            return super().where
        return say("in other runs on fresh examples") if self.states_examples or self.examples is not None else say("in other runs")

    def covers_examples(self, other: Self) -> bool:
        """Whether an interval against another covers other examples too; folds are of other examples themselves."""
        beside = self._examples_beside(other), other._examples_beside(self)
        return self.folds or all(each.states_examples or known is not None for each, known in zip((self, other), beside, strict=True))

    def _basis(self, other: Self) -> Phrase:
        """Say how many runs or folds, and what the interval covers."""
        if self.folds:
            counts = joined(list(dict.fromkeys(str(each.count) for each in (self, other))), " and ")
            return say("{counts} folds that share training data (corrected)", counts=counts)
        both = self.covers_examples(other)
        covers = say("covers other runs and other examples") if both else say("covers other runs, not other examples")
        return say("{runs}; {covers}", runs=self._counts(other), covers=covers)
