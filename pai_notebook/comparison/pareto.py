"""The versions that no other beats in every metric at once, and what a step from one to the next costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from pai_notebook.comparison.cell_changes import told_between
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.display import Block, Column, Displayed, Inline, Lines, Number, Table
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import first, joined, say
from pai_notebook.model.document import FrozenDict
from pai_notebook.model.nearest import dataset_ids, listed
from pai_notebook.model.numbers import choose_format
from pai_notebook.model.order import front_of

if TYPE_CHECKING:
    from pai_notebook.comparison.rows import Row
    from pai_notebook.comparison.selection import RankingKey
    from pai_notebook.model.names import Name

_VERSIONS = 40


@dataclass(frozen=True, repr=False)
class Pareto(Displayed):
    """The front of versions that are best at some trade-off.

    Attributes
    ----------
    keys : tuple of Name
        The metrics, with what the registry calls their datasets.
    versions : tuple of str
        Versions on the front, from the best to the worst of the first metric.
    values : tuple of tuple of float
        Their values, one tuple a version.
    steps : tuple of str
        One sentence for each step to the next version on the front: what is gained and lost against the one before, and what of it
        could be chance.
    dominated : mapping of str to str
        Every other version, and one that is at least as good in everything and better in something.
    unranked : tuple of str
        Versions that lack a number in one of the metrics.
    words : tuple of str
        Which way each metric is better.
    as_measured : tuple of str
        Metrics of which no interval is known at some step.
    differences : tuple of tuple of str
        For each step how far each metric is from the version before, with ≈ where that could be chance.
    called : mapping of str to str
        Names of versions as sentences say them, by their names: of several models with the model.
    tolerant : tuple of Name
        Metrics for which a tolerance is set, which has no part in what is on the front.
    """

    _instead = guide(
        {
            "versions": "names winners",
            "pandas.DataFrame(pareto.values, pareto.versions, pareto.metrics)": "to_frame df to_df to_pandas table",
        }
        | {"comparison.plot.scatter(*pareto.metrics[:2])": "plot scatter chart"}
    )
    _leads_to = (("Comparison", "comparison"),)

    keys: tuple[Name, ...]
    versions: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    steps: tuple[str, ...]
    dominated: Mapping[str, str]
    unranked: tuple[str, ...]
    words: tuple[str, ...]
    as_measured: tuple[str, ...] = ()
    differences: tuple[tuple[str, ...], ...] = ()
    called: Mapping[str, str] = field(default_factory=dict, compare=False)
    tolerant: tuple[Name, ...] = field(default=(), compare=False)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics."""
        return tuple(key.short for key in self.keys)

    def _told(self, versions: Sequence[str]) -> list[str]:
        return [self.called.get(version, version) for version in versions]

    def _brief(self) -> str:
        return say(
            "of {metric}: {names}", metric=joined([key.shown for key in self.keys], " and "), names=listed(self._told(self.versions), 5)
        )

    def _describe(self) -> Block:
        forms = [choose_format(column) for column in zip(*self.values, strict=True)]
        rows: list[list[Inline]] = []
        for place, (version, values) in enumerate(zip(self._told(self.versions), self.values, strict=True)):
            steps = self.differences[place - 1] if place else ("",) * len(values)
            numbers = [Number(form.value(value)) for form, value in zip(forms, values, strict=True)]
            rows.append([version, *(part for pair in zip(numbers, steps, strict=True) for part in pair)])
        note: list[Inline] = [say("Each difference is to the version above.")] if self.differences else []
        if any("≈" in step for steps in self.differences for step in steps):
            note.append(say("≈ could be chance or within the tolerance.") if self.tolerant else say("≈ could be chance."))
        if self.tolerant:
            told = "The tolerance of {metrics} decides nothing here: values within it count as better and worse too."
            note.append(say(told, metrics=listed([key.shown for key in self.tolerant])))
        if self.as_measured:
            note.append(say("? no interval is known: {metrics}.", metrics=listed(self.as_measured)))
        if self.dominated:
            count = len(self.dominated)
            one = "One other version is no better anywhere and worse somewhere than one of these."
            more = "{count} other versions are no better anywhere and worse somewhere than one of these."
            note.append(say(one if count == 1 else more, count=count))
        if self.unranked:
            note.append(say("Not placed, a number is missing: {versions}.", versions=first(self._told(self.unranked), 8)))
        columns: list[Column | str] = [
            say("version"),
            *(
                Column(head, align="right", group=key.shown)
                for key, word in zip(self.keys, self.words, strict=True)
                for head in (word, say("difference"))
            ),
        ]
        note += dataset_ids(self.keys)
        caption = say("Best trade-offs of {metrics}, as measured", metrics=joined([key.shown for key in self.keys], " and "))
        caption = say("{what}: {said}", what=caption, said=listed(self._told(self.versions), 5))
        return Table(columns, rows, caption=caption, note=Lines(note) if note else "", limit=_VERSIONS, unit=say("versions"))


# How sure the difference of one version to another is in a metric.
Between = Callable[["Row", int, int], Evidence]


def make_pareto(
    questions: Sequence[RankingKey], names: Sequence[str], between: Between, called: Mapping[str, str], tolerant: Sequence[Name] = ()
) -> Pareto:
    """Find the front of versions that have a number in every metric, as measured: being equal within a tolerance has no order."""
    numbers = [dict(question.numbers) for question in questions]
    complete = [place for place in range(len(names)) if all(place in column for column in numbers)]
    points = {place: tuple(column[place] for column in numbers) for place in complete}
    signs = [-1.0 if question.direction.mode == "max" else 1.0 for question in questions]
    front, dominated = front_of(
        {place: tuple(sign * value for sign, value in zip(signs, point, strict=True)) for place, point in points.items()}
    )
    keys = tuple(question.row.key for question in questions)
    steps = [_Step(questions, points, first, second, between) for first, second in pairwise(front)]
    unknown = {key for step in steps for key in step.unknown}
    return Pareto(
        keys=keys,
        versions=tuple(names[place] for place in front),
        values=tuple(points[place] for place in front),
        steps=tuple(step.words(list(called.values())) for step in steps),
        dominated=FrozenDict({names[place]: names[by] for place, by in sorted(dominated.items())}),
        unranked=tuple(name for place, name in enumerate(names) if place not in points),
        words=tuple(question.direction.words for question in questions),
        as_measured=tuple(key.shown for key in keys if key in unknown),
        differences=tuple(tuple(step.differences) for step in steps),
        called=called,
        tolerant=tuple(tolerant),
    )


class _Step:
    """The step from one version of a front to the next: gains, losses, and how sure they are."""

    def __init__(
        self, questions: Sequence[RankingKey], points: Mapping[int, tuple[float, ...]], first: int, second: int, between: Between
    ) -> None:
        self.first, self.second = first, second
        self.gains: list[str] = []
        self.costs: list[str] = []
        self.unknown: list[Name] = []
        self.differences: list[str] = []
        for question, before, after in zip(questions, points[first], points[second], strict=True):
            if after == before:
                self.differences.append("=")
                continue
            known = between(question.row, second, first)
            self.unknown += [question.row.key] if known.interval is None else []
            chance = known.interval is not None and not (known.is_exact or known.is_sure)
            told = told_between(question.row, second, first, choose_format([before, after]))
            unknown = known.interval is None and not known.is_exact
            self.differences.append(say("{difference} ≈" if chance else "{difference} ?", difference=told) if chance or unknown else told)
            text = say("{name} {text}", name=question.row.key.shown, text=told)
            text = say("{version} ({state})", version=text, state=known.words) if chance else text
            (self.gains if question.better(after, before) else self.costs).append(text)

    def words(self, names: Sequence[str]) -> str:
        """Say it in a sentence."""
        if not self.gains and not self.costs:
            return say("{version} is equal to {other} in all of them", version=names[self.second], other=names[self.first])
        return say(
            "{version} against {other}: gains {gains}, loses {losses}",
            version=names[self.second],
            other=names[self.first],
            gains=joined(self.gains, " and "),
            losses=joined(self.costs, " and "),
        )
