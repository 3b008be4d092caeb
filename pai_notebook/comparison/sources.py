"""What can be known about one value, by its source, and the interval of a difference that follows from two of a kind."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import ClassVar, Self

from pai_notebook.comparison.interval import Interval, mover, newcombe, normal_interval, wilson
from pai_notebook.comparison.quantiles import normal_quantile
from pai_notebook.guides import guide
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

    _instead: ClassVar[Mapping[str, str]] = guide(
        {
            "interval": "ci confidence_interval conf_int bounds __getitem__",
            "interval.low": "low lower lower_bound ci_low",
            "interval.high": "high upper upper_bound ci_high",
            "reason": "test n samples how why source",
            "is_sure": "significant is_significant significance",
            "words": "verdict",
            "p_value()": "pvalue p pval",
        }
    )
    _leads_to: ClassVar[tuple[tuple[str, str], ...]] = (("Interval", "interval"), ("Comparison", "comparison"))

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
        50 % interval -6.9 to -0.71 pp
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
    wider : tuple of (str, Side)
        What else is stated of it that is clearly less sure, with the names of the rows: it counts too.
    narrower : tuple of str
        Names of rows that state clearly less than is known; they are not used.
    """

    value: float
    wider: tuple[tuple[str, Side], ...] = field(default=(), kw_only=True)
    narrower: tuple[str, ...] = field(default=(), kw_only=True)

    def weighed(self, name: str, other: Side) -> Self:
        """Give the value with another source beside it, so that of what is stated the less sure counts, downwards and upwards.

        Parameters
        ----------
        name : str
            Name of the row that states it.
        other : Side
            What it says of the same value.

        Examples
        --------
        >>> share = Share(0.9, 1000)
        >>> [share.weighed("accuracy_stderr", Stated(0.9, error)).own(0.95) == share.own(0.95) for error in (0.0095, 0.05)]
        [True, False]
        """
        mine, theirs = tuple(zip(*self._errors, strict=True)), tuple(zip(*other._errors, strict=True))
        if any(min(their) > CLEARLY * max(own) for own, their in zip(mine, theirs, strict=True)):
            return replace(self, wider=(*self.wider, (name, other)))
        is_narrower = all(CLEARLY * max(their) <= min(own) for own, their in zip(mine, theirs, strict=True))
        return replace(self, narrower=(*self.narrower, name)) if is_narrower else self

    @property
    def _errors(self) -> Sequence[tuple[float, float]]:
        """Standard errors, downwards and upwards, that would agree with this source alone."""
        low, high = self._own(_LEVEL)
        z = normal_quantile(_LEVEL)
        return (((self.value - low) / z, (high - self.value) / z),)

    def against(self, other: Self, level: float) -> Interval:
        """Interval of this value minus another that is known in the same way; never narrower than what is stated beside them gives."""
        found = self._against(other, level)
        return found.hull(self._stated_against(other, 1.0, level)) if self.wider or other.wider else found

    @abstractmethod
    def _against(self, other: Self, level: float) -> Interval:
        """Give the same without what else is stated."""

    def beyond(self, other: Self, factor: float, level: float) -> Interval | None:
        """Interval of this value minus a multiple of another, whose error has its part in it; None where that is not known."""
        return self._stated_against(other, factor, level)

    def _stated_against(self, other: Self, factor: float, level: float) -> Interval:
        low, high = (factor * end for end in other._ends(level))
        return mover(self.value, self._ends(level), factor * other.value, (min(low, high), max(low, high)), level)

    def own(self, level: float) -> tuple[float, float]:
        """Interval of the value itself, with what is stated beside it."""
        return widest(self._own(level), *(side.own(level) for _, side in self.wider))

    @abstractmethod
    def _own(self, level: float) -> tuple[float, float]:
        """Give the same without what else is stated."""

    def _ends(self, level: float) -> tuple[float, float]:
        """Interval of the value from which that of a difference is recovered."""
        return self.own(level)

    def reason(self, other: Self, versions: tuple[str, str] | None = None) -> Phrase:
        """Say what the interval against another rests on, and what it covers."""
        basis = self._basis(other)
        names = [name for each in (self, other) for name, _ in each.wider]
        if names:
            told = joined(list(dict.fromkeys(names)), " and ")
            return say("{basis}; widened to what {names} gives, which is clearly wider", basis=basis, names=told)
        return self._with_unused(other, basis, versions)

    def _with_unused(self, other: Self, basis: Phrase, versions: tuple[str, str] | None) -> Phrase:
        """Name what is stated and clearly narrower, and of which version where it is not of both."""
        if self.narrower == other.narrower or versions is None:
            unused = list(dict.fromkeys((*self.narrower, *other.narrower)))
            told = "{basis}; {names} is clearly narrower and not used"
            return say(told, basis=basis, names=joined(unused, " and ")) if unused else basis
        for side, version in zip((self, other), versions, strict=True):
            if side.narrower:
                told = "{basis}; {names} is clearly narrower and not used ({version})"
                basis = say(told, basis=basis, names=joined(side.narrower, " and "), version=version)
        return basis

    @abstractmethod
    def _basis(self, other: Self) -> Phrase:
        """Say the same of the source alone."""

    def refusal(self, other: Self, names: tuple[str, str]) -> Phrase | None:  # noqa: ARG002 - most pairs of a kind can be compared
        """Why two values, of versions of these names, cannot be compared although both are known."""
        return None

    def moved(self, value: float) -> Self:
        """Give what would be known of another value if it were measured in the same way: as many examples, the same spread."""
        return replace(self, value=value, wider=tuple((name, side.moved(value)) for name, side in self.wider))

    @property
    def form(self) -> Hashable:
        """What equal values must share so that those with the largest `spreads` have the widest intervals against any other."""
        return type(self)

    def spreads(self, level: float) -> tuple[float, float]:
        """How unsure the value is, downwards and upwards."""
        low, high = self.own(level)
        return self.value - low, high - self.value

    def caution(self, other: Side) -> Phrase | None:  # noqa: ARG002 - of shares more is known
        """What a difference that the interval shows has to be told with."""
        return None

    @property
    def where(self) -> Phrase:
        """Where else the value could have been measured, as far as its spread is known."""
        return say("on fresh examples")

    @property
    def error(self) -> float:
        """One standard error of the value: half of its own 95 % interval over 1.96."""
        low, high = self.own(_LEVEL)
        return (high - low) / 2 / normal_quantile(_LEVEL)


def widest(*ends: tuple[float, float]) -> tuple[float, float]:
    """From the lowest end to the highest one."""
    return min(low for low, _ in ends), max(high for _, high in ends)


def unit_of(share: float) -> int:
    """What all of a share is: 100 of one in percent, which is above 1."""
    return 100 if share > 1 else 1


def variance_of_share(share: float) -> float:
    """Variance of the single examples of a share, in its own unit."""
    return share * (unit_of(share) - share)


@dataclass(frozen=True)
class Share(Side):
    """A share of `n` examples, as a fraction or in percent.

    Attributes
    ----------
    n : int
        The number of examples.
    looked_up : bool
        Whether no metric says how many, but the registry does of the dataset.
    in_percent : bool
        Whether other versions state the metric in percent, which a value of 0 does not show itself.
    """

    n: int
    looked_up: bool = False
    in_percent: bool = False

    @property
    def _unit(self) -> int:
        return unit_of(math.inf if self.in_percent else self.value)

    def moved(self, value: float) -> Self:
        """Keep the unit, which a value below 1 would not show."""
        return replace(super().moved(value), in_percent=self._unit > 1)

    @property
    def _errors(self) -> Sequence[tuple[float, float]]:
        # tools that divide by n - 1 state a little more than n gives, and the normal approximation less than Wilson near 0 and 1
        spread = math.sqrt(self.value * (self._unit - self.value))
        agreeing = (spread / math.sqrt(max(self.n - 1, 1)), spread / math.sqrt(self.n))
        return *super()._errors, *((error, error) for error in agreeing)

    def _against(self, other: Self, level: float) -> Interval:
        """Newcombe's interval for independent examples."""
        unit = self._unit
        found = newcombe(self.value / unit, self.n, other.value / unit, other.n, level)
        return replace(found, low=unit * found.low, high=unit * found.high)

    def _own(self, level: float) -> tuple[float, float]:
        """Wilson's interval."""
        unit = self._unit
        low, high = wilson(self.value / unit, self.n, level)
        return unit * low, unit * high

    def reason(self, other: Self, versions: tuple[str, str] | None = None) -> Phrase:
        """Say the numbers of examples, and what the answers to each of them could decide where the interval does not."""
        wide = list(dict.fromkeys(name for each in (self, other) for name, _ in each.wider))
        if wide:
            whole = self.wider and other.wider
            told = (
                "{names}, clearly wider than n = {n} and {n_baseline} would give"
                if whole
                else "n = {n} and {n_baseline}, but of one of them {names}, which is clearly wider"
            )
            basis = say(told, names=joined(wide, " and "), n=self.n, n_baseline=other.n)
            unsaid = any(isinstance(side, Bounds) and side.said is None for each in (self, other) for _, side in each.wider)
            basis = joined([basis, say("intervals taken as 95 %")], "; ") if unsaid else basis
        else:
            basis = self._with_unused(other, self._basis(other), versions)
        return say("{basis}; number of examples from the dataset's DataCount", basis=basis) if self.looked_up or other.looked_up else basis

    def _basis(self, other: Self) -> Phrase:
        if self.n != other.n:
            return say("n = {n} and {n_baseline}, as if measured on different examples", n=self.n, n_baseline=other.n)
        basis = say(
            "n = {n} and {n_baseline}, as if measured on different examples; on the same ones the interval is usually narrower",
            n=self.n,
            n_baseline=other.n,
        )
        if (caution := self.caution(other)) is not None:
            return joined([basis, caution], "; ")
        mine, base = map(round, self._hits(other))
        if mine == base or self.against(other, _LEVEL).excludes_zero:
            return basis
        return say("{basis}; the answers to each example may decide", basis=basis)

    def _hits(self, other: Share) -> tuple[float, float]:
        return self.value / self._unit * self.n, other.value / self._unit * self.n

    def caution(self, other: Side) -> Phrase | None:
        """Say of few examples that no pairing of the answers would show a difference, as McNemar's exact test finds nothing."""
        if not isinstance(other, Share) or self.n != other.n:
            return None
        mine, base = self._hits(other)
        net = abs(round(mine) - round(base))
        is_few = 0 < net <= _ALWAYS_CHANCE and all(abs(each - round(each)) < _WHOLE for each in (mine, base))
        return say("a net difference of {net} could be chance even example by example", net=net) if is_few else None


@dataclass(frozen=True)
class Stated(Side):
    """A value with a stated standard error."""

    stated: float

    def _against(self, other: Self, level: float) -> Interval:
        """Give the normal interval."""
        return normal_interval(self.value, self.stated, other.value, other.stated, level)

    def _own(self, level: float) -> tuple[float, float]:
        """Give the normal interval of the value."""
        half = normal_quantile(level) * self.stated
        return self.value - half, self.value + half

    def _basis(self, other: Self) -> Phrase:  # noqa: ARG002 - the same for both
        """Say that errors were stated."""
        return say("from the stated standard errors")


@dataclass(frozen=True)
class Bounds(Side):
    """A value with a stated interval; `said` is its level where the name tells it."""

    low: float
    high: float
    said: float | None = None

    def moved(self, value: float) -> Self:
        """Move the interval along."""
        by = value - self.value
        return replace(super().moved(value), low=self.low + by, high=self.high + by)

    def _against(self, other: Self, level: float) -> Interval:
        """Recover the interval of the difference from the two intervals."""
        return mover(self.value, self._own(level), other.value, other._own(level), level)

    def _own(self, level: float) -> tuple[float, float]:
        """Give the stated interval, rescaled to another level."""
        scale = normal_quantile(level) / normal_quantile(self.said or _LEVEL)
        return self.value - scale * (self.value - self.low), self.value + scale * (self.high - self.value)

    def _basis(self, other: Self) -> Phrase:
        """Say that intervals were stated, and at which level."""
        if self.said is None or other.said is None:
            return say("intervals taken as 95 %")
        levels = dict.fromkeys(f"{format_computed(100 * said)} %" for said in (self.said, other.said))
        told = (
            "from the stated {levels} intervals" if {self.said, other.said} == {_LEVEL} else "from the stated {levels} intervals, rescaled"
        )
        return say(told, levels=joined(list(levels), " and "))


@dataclass(frozen=True)
class Alone(Side):
    """A value of which something else is known than of the one it is compared with: each has its own error.

    Attributes
    ----------
    side : Side
        What is known of it.
    what : str
        Name of the row that states it.

    Examples
    --------
    >>> print(Alone(0.9, Share(0.9, 1000), "n").against(Alone(0.8, Stated(0.8, 0.01), "accuracy_stderr"), 0.95).words)
    95 % interval +0.0718 to +0.127
    """

    side: Side
    what: str

    def moved(self, value: float) -> Self:
        """Move what is known along."""
        return replace(super().moved(value), side=self.side.moved(value))

    def _against(self, other: Self, level: float) -> Interval:
        """Recover the interval of the difference from the two intervals."""
        return self._stated_against(other, 1.0, level)

    def _own(self, level: float) -> tuple[float, float]:
        """Give the interval of the value."""
        return self.side.own(level)

    def reason(self, other: Self, versions: tuple[str, str] | None = None) -> Phrase:
        """Say what is given for which of the two."""
        if versions is None:
            return self._basis(other)
        told = "{what} of {name} and {what_baseline} of {baseline}, each with its own error, as if measured on different examples"
        return say(told, what=self.what, name=versions[0], what_baseline=other.what, baseline=versions[1])

    def _basis(self, other: Self) -> Phrase:
        told = "{what} and {what_baseline}, each with its own error, as if measured on different examples"
        return say(told, what=self.what, what_baseline=other.what)


@dataclass(frozen=True)
class Exact(Side):
    """A value that is read off, such as the size of a file."""

    def _against(self, other: Self, level: float) -> Interval:
        """Give the difference itself."""
        delta = self.value - other.value
        return Interval(delta, delta, level, "exact")

    def _own(self, level: float) -> tuple[float, float]:  # noqa: ARG002 - the same at every level
        """Give the value itself."""
        return self.value, self.value

    def _basis(self, other: Self) -> Phrase:  # noqa: ARG002 - the same for both
        """Say that nothing is estimated."""
        return say("exact: read off, not estimated")
