"""What can be known about one value, by its source, and the interval of a difference that follows from two of a kind."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from pai_notebook.comparison.interval import (
    Interval,
    mover,
    newcombe,
    normal_interval,
    normal_quantile,
    wilson,
)
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.numbers import format_computed

_LEVEL = 0.95
# Net number of examples up to which McNemar's exact test finds nothing, however the answers are paired.
_ALWAYS_CHANCE = 5
# How many times as wide as what n gives a stated error or interval is clearly wider, or the other way round clearly narrower.
CLEARLY = 1.3
# How far a share times n may be from a whole number; a share that was rounded more says only about how many answers differ.
_WHOLE = 0.01


class Estimated(ABC):
    """A difference of two values whose interval may be known; a base of `Evidence` and `Paired`."""

    level: float
    margin: float = 0.0
    """Up to which difference the values count as the same: the tolerance, in the metric's own unit."""

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
        50 % interval -6.9 to -0.7 pp
        """
        return self._known_at(level)

    @property
    def is_sure(self) -> bool:
        """Whether an interval is known that excludes zero and every difference within the tolerance."""
        return self.interval is not None and self.interval.excludes(self.margin)

    @property
    def is_within(self) -> bool:
        """Whether an interval is known that lies wholly within the tolerance."""
        return self.interval is not None and 0 < max(abs(self.interval.low), abs(self.interval.high)) <= self.margin

    @property
    def words(self) -> Phrase:
        """What can be said: `beyond chance (95 %)`, perhaps or surely within the tolerance, `could be chance`, or `no interval known`."""
        if self.interval is None:
            return say("no interval known")
        if self.is_sure:
            return say("beyond chance ({level} %)", level=format_computed(100 * self.level))
        if self.is_within:
            return say("within the tolerance")
        return say("beyond chance, but may be within the tolerance") if self.interval.excludes_zero else say("could be chance")


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

    def beyond(self, other: Self, factor: float, level: float) -> Interval | None:
        """Interval of this value minus a multiple of another, whose error has its part in it; None where that is not known."""
        low, high = (factor * end for end in other.own(level))
        return mover(self.value, self.own(level), factor * other.value, (min(low, high), max(low, high)), level)

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
    """A share of `n` examples, and what else is stated of how sure it is.

    Attributes
    ----------
    n : int
        The number of examples.
    looked_up : bool
        Whether no metric says how many, but the registry does of the dataset.
    stated : str
        Name of the row with a stated error or interval that disagrees with n; empty where none does.
    wider : Side or None
        What that says where it is clearly less sure than n, and is therefore taken; None where it is not used.
    """

    n: int
    looked_up: bool = False
    stated: str = ""
    wider: Side | None = None

    def weighed(self, name: str, side: Side) -> Share:
        """Give the share with an error or interval that is stated beside it: the less sure of the two counts.

        Parameters
        ----------
        name : str
            Name of the row that states it.
        side : Side
            What it says.

        Examples
        --------
        >>> share = Share(0.9, 1000)
        >>> [share.weighed("accuracy_stderr", Stated(0.9, error)).own(0.95) == share.own(0.95) for error in (0.0095, 0.05)]
        [True, False]
        """
        # tools that divide by n - 1 state a little more than n gives, and the normal approximation less than Wilson near 0 and 1
        spread = math.sqrt(self.value * (1 - self.value))
        gives = self.error, spread / math.sqrt(max(self.n - 1, 1)), spread / math.sqrt(self.n)
        if side.error > CLEARLY * max(gives):
            return replace(self, stated=name, wider=side)
        return replace(self, stated=name) if CLEARLY * side.error < min(gives) else self

    def against(self, other: Self, level: float) -> Interval:
        """Newcombe's interval for independent examples; by the stated errors or intervals where they are clearly wider."""
        if self.wider is None and other.wider is None:
            return newcombe(self.value, self.n, other.value, other.n, level)
        return mover(self.value, self.own(level), other.value, other.own(level), level)

    def own(self, level: float) -> tuple[float, float]:
        """Wilson's interval, or the stated one where it is clearly wider."""
        return wilson(self.value, self.n, level) if self.wider is None else self.wider.own(level)

    def reason(self, other: Self) -> Phrase:
        """Say the numbers of examples, and what the answers to each of them could decide where the interval does not."""
        basis = self._basis(other)
        return say("{basis}; number of examples from the dataset's DataCount", basis=basis) if self.looked_up or other.looked_up else basis

    def _basis(self, other: Self) -> Phrase:
        wide = list(dict.fromkeys(each.stated for each in (self, other) if each.wider))
        if wide:
            whole = self.wider and other.wider
            told = (
                "{names}, clearly wider than n = {n} and {n_baseline} would give"
                if whole
                else "n = {n} and {n_baseline}, but of one of them {names}, which is clearly wider"
            )
            basis = say(told, names=joined(wide, " and "), n=self.n, n_baseline=other.n)
            unsaid = any(isinstance(each.wider, Bounds) and each.wider.said is None for each in (self, other))
            return joined([basis, say("intervals taken as 95 %")], "; ") if unsaid else basis
        unused = list(dict.fromkeys(each.stated for each in (self, other) if each.stated))
        basis = self._of_examples(other)
        return say("{basis}; {names} is clearly narrower and not used", basis=basis, names=joined(unused, " and ")) if unused else basis

    def _of_examples(self, other: Self) -> Phrase:
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
