"""Which version is best by a metric, and how far ahead it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pai_notebook.comparison.leaders import Leaders, told_first
from pai_notebook.comparison.rank import Ranking, without_number
from pai_notebook.display import Block, Displayed, Facts, Inline, Mark, Note, Number, Section
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, first, say
from pai_notebook.model.differences import Scale
from pai_notebook.model.names import Name
from pai_notebook.model.numbers import choose_pair_format, format_number

if TYPE_CHECKING:
    from pai_notebook.comparison.selection import RankingKey

# How many equal versions the first line names.
_NAMED = 8


@dataclass(frozen=True, repr=False)
class Best(Displayed):
    """The best version by a metric, and how far ahead it is.

    Attributes
    ----------
    version : str
        Name of the best version; the lowest in natural order of those that tie.
    value : float
        Its value.
    runner_up, runner_up_value : str or None, float or None
        The next version and its value, None when there is no other.
    margin : float or None
        Distance to the runner-up, in the metric's unit, never negative; 0 in a tie.
    ties : tuple of str
        Other versions that are as good: equal, or within the tolerance.
    near : tuple of str
        Those of the ties that have another value.
    together : tuple of str
        Other versions that cannot be told apart from it; the set of these and the best holds the truly best in 95 % of cases.
    unknown : tuple of str
        Other versions of which no interval is known, so that its lead over them is as measured.
    key : Name
        The metric, with what the registry calls its dataset.
    words : str
        Which way it is better, with where that comes from.
    count : int
        Versions compared.
    unranked : tuple of (str, str)
        Versions without a number, and their state.
    notes : tuple of str
        What should be known before the winner is celebrated.
    baseline : str
        The baseline, which takes part like every other version; empty where there is none.
    """

    _instead = guide(
        {"version": "name version_name winner", "str(best)": "summary", "value": "score metric_value", "runner_up": "second next"}
        | {"[best.version, *best.ties, *best.together]": "versions names winners candidates"}
    )
    _leads_to = (("Comparison", "comparison"),)

    version: str
    value: float
    runner_up: str | None
    runner_up_value: float | None
    margin: float | None
    ties: tuple[str, ...]
    key: Name
    words: str
    count: int
    unranked: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    together: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    baseline: str = ""
    near: tuple[str, ...] = ()
    leaders: Leaders | None = field(default=None, compare=False)
    """Positions of it and of those not told apart from it; None where there is nothing to choose between."""
    star: str = field(default="", compare=False)
    """Its star as tables have it: empty where every version with a number may be the best."""
    scale: Scale = field(default=Scale(""), compare=False)
    """How differences of the metric are written."""
    called: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Names of versions as sentences say them, by their names: of several models with the model."""
    mode: str = field(default="", compare=False)
    """Which way it is better."""
    is_worse: bool = field(default=False, compare=False)
    """Whether it, or one with the same value, is worse than the baseline in another metric, with all metrics taken together."""

    @property
    def metric(self) -> str:
        """Name of the metric."""
        return self.key.short

    @property
    def is_alone(self) -> bool:
        """Whether it is told apart from every other version."""
        return self.count > 1 and not (self.ties or self.together or self.unknown)

    def _brief(self) -> str:
        value = say("{version} ({state})", version=self._as_said(self.version), state=format_number(self.value))
        return say("{what}: {said}", what=self.key.shown, said=value)

    def _describe(self) -> Block:
        values = [self.value, *([self.runner_up_value] if self.runner_up_value is not None else [])]
        form, scale = choose_pair_format(*values), self.scale
        facts: list[tuple[str, Inline]] = [
            (say("value"), Number(form.value(self.value), marks=[self._star()])),
            (say("direction"), self.words),
        ]
        if self.runner_up is not None and self.runner_up_value is not None and self.margin is not None and not self.ties:
            margin = scale.write(self.margin, self.value, form, unit=False).lstrip("+")
            behind = say("behind by {delta}", delta=scale.with_unit(margin, self.value))
            if scale.ratio and scale.factor(self.value) is not None:
                # elsewhere percents are of the baseline
                behind = say("{text} of {name}", text=behind, name=self._as_said(self.version))
            facts.append((say("runner-up"), (self._told(self.runner_up), Number(form.value(self.runner_up_value)), behind)))
        if self.near and not self.notes:  # which say it
            facts.append((say("within the tolerance"), first([self._told(version) for version in self.near], 8)))
        if self.unranked:
            facts.append((say("not ranked"), without_number([(self._as_said(version), state) for version, state in self.unranked])))
        if self.key.label:
            facts.append((say("dataset"), (self.key.label, Mark("", self.key.dataset))))
        best = first([self._told(version) for version in (self.version, *self.ties) if version not in self.near], _NAMED)
        # as the verdict of a comparison says it; the notes say which cannot be told apart from it
        is_sure = self.leaders is None or self.leaders.is_alone
        head = told_first(self.key.shown, self.mode, is_worse=self.is_worse, is_sure=is_sure)
        return Section(say("{head}: {versions}", head=head, versions=best), [Facts(facts), *map(Note, self.notes)])

    def _as_said(self, version: str) -> str:
        return self.called.get(version, version)

    def _told(self, version: str) -> Phrase | str:
        told = self._as_said(version)
        return say("{version} (baseline)", version=told) if version == self.baseline else told

    def _star(self) -> Mark:
        """The star of tables, and why it is not filled or not there."""
        if self.is_alone:
            return Mark(self.star, say("best"), tone="good")
        if self.count == 1:
            return Mark(self.star, say("the only value"))
        if self.ties and not (self.together or self.unknown):
            return Mark(self.star, say("shared") if len(self.ties) > len(self.near) else say("best as measured"))
        return Mark(self.star, say("best as measured") if self.unknown else say("best, but not told apart"))


def make_best(
    question: RankingKey,
    ranking: Ranking,
    names: Sequence[str],
    leaders: Leaders | None,
    notes: Sequence[str],
    *,
    scale: Scale,
    called: Mapping[str, str],
    is_worse: bool,
) -> Best:
    """Give the best version of a ranking, its runner-up, its ties, and what cannot be told apart from it."""
    tied = [entry for entry in ranking if entry.is_near]
    others = [entry for entry in ranking if entry is not ranking[0]]
    runner_up = others[0] if others else None
    return Best(
        version=ranking[0].version,
        value=ranking[0].value,
        runner_up=runner_up.version if runner_up else None,
        runner_up_value=runner_up.value if runner_up else None,
        margin=runner_up.behind if runner_up else None,
        ties=tuple(entry.version for entry in tied[1:]),
        near=tuple(entry.version for entry in tied if entry.rank > 1),
        key=question.row.key,
        words=say(
            "{mode} ({source}: {reason})",
            mode=question.direction.words,
            source=say(question.direction.source),
            reason=question.direction.reason,
        ),
        count=len(question.numbers),
        unranked=ranking.unranked,
        notes=tuple(notes),
        together=tuple(names[place] for place in leaders.together) if leaders else (),
        unknown=tuple(names[place] for place in leaders.unknown) if leaders else (),
        leaders=leaders,
        star=leaders.star_at(leaders.best[0]) if leaders else "",
        baseline=ranking.baseline,
        scale=scale,
        called=called,
        mode=question.direction.mode or "",
        is_worse=is_worse,
    )
