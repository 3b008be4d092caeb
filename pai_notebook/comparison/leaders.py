"""The versions that cannot be told apart from the best of a metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pai_notebook.comparison.interval import expected_lead
from pai_notebook.comparison.tolerance import exceeds
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.differences import Scale
from pai_notebook.model.metric_cells import BEST, BEST_AS_MEASURED
from pai_notebook.model.numbers import format_computed

# Confidence that the set holds the truly best version.
TOGETHER = 0.95
_NAMED = 5
# How many have to be in the set before its highest value is told to be partly luck.
LUCKY = 3

# Whether each of some values is told apart from all of some equal ones, at a level, None where that is not known.
ToldApart = Callable[..., Mapping[int, bool | None]]


@dataclass(frozen=True)
class Leaders:
    """The best of a metric, and what cannot be told apart from it.

    The set of the best and of those that are not told apart holds the truly best version in at least 95 % of cases, whatever
    the true values are (S. S. Gupta 1965, On some multiple decision (selection and ranking) rules, Technometrics 7, 225-245).

    Attributes
    ----------
    best : tuple of int
        Positions of the versions with the best value, or within the tolerance of it; that with the best value first.
    together : tuple of int
        Positions of the others that cannot be told apart from it.
    unknown : tuple of int
        Positions of those of which no interval is known.
    tolerance : float
        Up to which difference two values count as equal.
    near : tuple of int
        Positions of those of the best that have another value, within the tolerance of the best one.
    apart : tuple of int
        Positions of those that are told apart from it.
    """

    best: tuple[int, ...]
    together: tuple[int, ...]
    unknown: tuple[int, ...]
    tolerance: float = 0.0
    near: tuple[int, ...] = ()
    apart: tuple[int, ...] = ()

    @property
    def equal(self) -> tuple[int, ...]:
        """Positions of the versions with the best value itself."""
        return tuple(place for place in self.best if place not in self.near)

    @property
    def is_alone(self) -> bool:
        """Whether one version is told apart from every other."""
        return len(self.best) == 1 and not self.together and not self.unknown

    @property
    def shown(self) -> tuple[int, ...]:
        """Positions that a table marks: the best, and those not told apart from it."""
        return (*self.best, *self.together)

    @property
    def is_tie(self) -> bool:
        """Whether any version with a number may be the best, so that a star says nothing."""
        return not self.apart and not self.unknown

    @property
    def is_open(self) -> bool:
        """Whether every version may be the best by chance, not only by what is tolerated."""
        return self.is_tie and bool(self.together)

    def star_at(self, place: int) -> str:
        """Give the star of a version: filled where it is told apart from every other, hollow where it may be the best and not all may.

        Parameters
        ----------
        place : int
            Position of the version.

        Returns
        -------
        str
            Empty for versions that are not the best, and for all where every one may be.

        Examples
        --------
        >>> Leaders((1,), (), (), apart=(0,)).star_at(1), Leaders((1,), (0,), (), apart=(2,)).star_at(0), Leaders((1,), (0,), ()).star_at(0)
        ('★', '☆', '')
        """
        if self.is_tie or place not in self.shown:
            return ""
        return BEST if self.is_alone else BEST_AS_MEASURED


def without_decided(leaders: Leaders, baseline: int, is_told: Callable[[int], bool]) -> Leaders:
    """Take those out of what is not told apart that a verdict calls better or worse than the baseline, so that both say the same.

    Parameters
    ----------
    leaders : Leaders
        The best and what cannot be told apart from it.
    baseline : int
        Position of the baseline.
    is_told : callable
        Whether the version at a position is shown to be better or worse than the baseline.
    """
    gone = [place for place in leaders.together if baseline in leaders.best and is_told(place)]
    gone += [baseline] if baseline in leaders.together and all(map(is_told, leaders.best)) else []
    if not gone:
        return leaders
    return replace(leaders, together=tuple(place for place in leaders.together if place not in gone), apart=(*leaders.apart, *gone))


def find_leaders(numbers: Mapping[int, float], mode: str, told_apart: ToldApart, tolerance: float = 0.0) -> Leaders:
    """Find the best of some values and those that cannot be told apart from it.

    Parameters
    ----------
    numbers : mapping of int to float
        Values by position.
    mode : "max" or "min"
        Which way it is better.
    told_apart : callable
        Says for the positions of equal values and for others, at a level and beyond a margin, which of the others are told apart
        from each of them; None where no interval is known.
    tolerance : float
        Up to which difference two values count as equal.
    """
    top = max(numbers.values()) if mode == "max" else min(numbers.values())
    behind = {place: value - top for place, value in numbers.items() if not exceeds(value - top, tolerance, max(abs(value), abs(top)))}
    # what differs by rounding alone is as good, the best value first
    tops = [place for place in sorted(behind, key=lambda place: abs(behind[place])) if not exceeds(behind[place], 0, abs(top))]
    near = [place for place in behind if place not in tops]
    settled = {*tops, *near}
    others = [place for place in numbers if place not in settled]
    # One-sided at 1 - 0.05 / (k - 1) is one end of a two-sided interval with twice that outside. Of two versions the level is that
    # of a cell instead, which asks for more: what a cell says could be chance must not be told apart here.
    level = max(TOGETHER, 1 - 2 * (1 - TOGETHER) / max(len(numbers) - 1, 1))
    apart = told_apart(tops, others, level=level, margin=tolerance)
    together = tuple(place for place in others if apart[place] is False)
    told = tuple(place for place in others if apart[place] is True)
    return Leaders((*tops, *near), together, tuple(place for place in others if apart[place] is None), tolerance, tuple(near), told)


def told_first(metric: Phrase | str, mode: str | None, *, is_worse: bool, is_sure: bool) -> Phrase:
    """Say by what the first versions of a metric are the first, and that it is as measured unless that `is_sure`.

    Never is one called the best that `is_worse` than the baseline in another metric.
    """
    if is_worse and is_sure:
        return say("Highest {metric}", metric=metric) if mode == "max" else say("Lowest {metric}", metric=metric)
    if is_worse:
        return say("Highest {metric} as measured", metric=metric) if mode == "max" else say("Lowest {metric} as measured", metric=metric)
    return say("Best by {metric}", metric=metric) if is_sure else say("Best by {metric} as measured", metric=metric)


def how_sure(best: Phrase, leaders: Leaders, *, near: Sequence[str], together: Sequence[str]) -> Phrase:
    """Say behind the best of some versions which others are as good, being `near` it, and which are not told apart from it."""
    if near:
        bound = format_computed(leaders.tolerance)
        best = say("{text}, with {versions} within the tolerance of {bound}", text=best, bound=bound, versions=_few(near))
    return not_apart(best, together, single=len(leaders.equal) == 1, tolerance=leaders.tolerance)


def not_apart(best: Phrase, others: Sequence[str], *, single: bool, tolerance: float) -> Phrase:
    """Say behind the best, one or several, which others are not told apart from it: in these words wherever it is said."""
    if not others:
        return best
    told = "{text}; {others} cannot be told apart from it" if single else "{text}; {others} cannot be told apart from them"
    if tolerance and single:
        told = "{text}; {others} cannot be told apart from it beyond the tolerance"
    elif tolerance:
        told = "{text}; {others} cannot be told apart from them beyond the tolerance"
    return say(told, text=best, others=_few(others))


def _few(names: Sequence[str]) -> Phrase:
    """Name a few versions; count more."""
    return joined(names) if len(names) <= _NAMED else say("{count} others", count=len(names))


def luck_of(leaders: Leaders, errors: Mapping[int, float | None]) -> float | None:
    """By how much the best of a set that cannot be told apart leads its true value on average, at most; None where that is not known.

    It is the mean lead of as many equally good versions, which others' is below; in a single case the lead may be larger. Where they are
    not equally sure the best is often one of the least sure, so that its own error counts where it is larger than that of all of them.
    """
    known = [error for place in leaders.shown if (error := errors.get(place)) is not None]
    if len(leaders.shown) < LUCKY or len(known) < len(leaders.shown) or not any(known):
        return None
    own = max(error for place in leaders.best if (error := errors[place]) is not None)
    return expected_lead(len(known)) * max(own, math.sqrt(math.fsum(error**2 for error in known) / len(known)))


def leader_notes(
    leaders: Leaders,
    names: Sequence[str],
    lead: Evidence,
    second: int,
    *,
    luck: float | None,
    where: Phrase,
    unknown: Mapping[Phrase, Sequence[int]],
    higher: bool,
    everywhere: bool,
    scale: Scale,
) -> list[Phrase]:
    """Say how sure it is that the best is the best, a sentence each; nothing of numbers that are read off.

    Parameters
    ----------
    leaders : Leaders
        The best and what is not told apart from it.
    names : sequence of str
        Names of the versions.
    lead : Evidence
        How sure the difference of the best to the version at `second` is.
    second : int
        Position of the runner-up.
    luck : float or None
        By how much the best leads its true value on average, at most.
    where : str
        Where else it could have been measured: on fresh examples, in other runs.
    unknown : mapping of str to sequence of int
        Why no interval is known to some versions, and what would give one, with the positions of those of which it is true.
    higher : bool
        Whether the best is the highest.
    everywhere : bool
        Whether every version has a number.
    scale : Scale
        How differences are written.
    """
    if lead.is_exact:
        return []
    extreme = say("highest") if higher else say("lowest")
    head = say("{version} is {extreme}", version=names[leaders.best[0]], extreme=extreme)
    if len(leaders.equal) > 1:
        head = say("{versions} are equal and {extreme}", versions=first([names[place] for place in leaders.equal], _NAMED), extreme=extreme)
    notes: list[Phrase] = []
    notes += _near_note(leaders, names, head)
    if leaders.together:
        told = how_sure(head, leaders, near=(), together=[names[place] for place in leaders.together])
        notes.append(say("{text} (95 % in this metric).", text=told))
    elif not leaders.unknown:
        notes.append(say(_apart(leaders, everywhere=everywhere), head=head))
    if unknown:
        every = not leaders.together and len(unknown) == 1
        notes += [_as_measured(head, [] if every else [names[place] for place in places], why) for why, places in unknown.items()]
    if second not in leaders.best and lead.interval is not None:
        interval = lead.interval if higher else lead.interval.reversed
        notes.append(_lead_note(lead, names[second], interval.told(scale), among_many=second in leaders.together))
    if luck is not None:
        notes.append(say(_lucky(leaders, higher=higher), count=len(leaders.shown), where=where, luck=scale.at_most(luck)))
    return notes


def _as_measured(head: Phrase, others: Sequence[str], reason: Phrase) -> Phrase:
    """Say why a lead is as measured: over all others, or over those of which the reason is true."""
    if not others:
        return say("{head} as measured; {reason}.", head=head, reason=reason)
    return say("{head} as measured against {others}; {reason}.", head=head, others=first(others, _NAMED), reason=reason)


def _near_note(leaders: Leaders, names: Sequence[str], head: Phrase) -> list[Phrase]:
    """Name those within the tolerance of the best, which nothing is asked of."""
    near, bound = first([names[place] for place in leaders.near], _NAMED), format_computed(leaders.tolerance)
    return [say("{head}; within the tolerance of {bound}: {versions}.", head=head, bound=bound, versions=near)] if leaders.near else []


def _apart(leaders: Leaders, *, everywhere: bool) -> str:
    if leaders.near:
        return "{head}, told apart from every version outside the tolerance (95 % in this metric)."
    if everywhere:
        return "{head}, told apart from every other (95 % in this metric)."
    return "{head}, told apart from every other measured version (95 % in this metric)."


def _lucky(leaders: Leaders, *, higher: bool) -> str:
    if leaders.near and higher:
        return (
            "Highest of {count}, the others within the tolerance or not told apart: {where} expect less, on average by up to about {luck}."
        )
    if leaders.near:
        return (
            "Lowest of {count}, the others within the tolerance or not told apart: {where} expect more, on average by up to about {luck}."
        )
    if higher:
        return "Highest of {count} that cannot be told apart: {where} expect less, on average by up to about {luck}."
    return "Lowest of {count} that cannot be told apart: {where} expect more, on average by up to about {luck}."


def _lead_note(lead: Evidence, second: str, interval: Phrase, *, among_many: bool) -> Phrase:
    """Say how sure the lead over the runner-up is, a lead being positive; alone it says less where several were compared."""
    if not lead.is_sure:
        chance = "The lead over {version} could be chance: {interval} ({reason})."
        tolerated = "The lead over {version} is beyond chance, but may be within the tolerance: {interval} ({reason})."
        inside = "The lead over {version} is within the tolerance: {interval} ({reason})."
        said = inside if lead.is_within else tolerated if lead.interval is not None and lead.interval.excludes_zero else chance
    elif among_many:
        said = "The lead over {version} is beyond chance if compared alone (95 %), but not among all versions: {interval} ({reason})."
    else:
        said = "The lead over {version} is beyond chance (95 %): {interval} ({reason})."
    return say(said, version=second, interval=interval, reason=lead.reason)
