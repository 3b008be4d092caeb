"""The difference of two versions from their results on the same examples."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Self

from pai_notebook.arguments import as_text
from pai_notebook.comparison.interval import Interval, told_p_value, wilson
from pai_notebook.comparison.sources import Estimated, Side
from pai_notebook.comparison.two_sides import Evidence, Sides
from pai_notebook.display import Block, Displayed, Facts, Inline, Note, Section, Stack, Table
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.names import Name
from pai_notebook.model.numbers import choose_format, cleared, format_computed
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 10
# Up to so many characters of a cell of an example are shown.
_LONGEST = 240


@dataclass(frozen=True)
class _Answered(Side):
    """A value on examples that the other version answered too."""

    paired: Paired
    is_candidate: bool
    by: float = 0.0

    def moved(self, value: float) -> Self:
        """Note by how much, as the pair knows one difference: as many answers differ in all."""
        return replace(super().moved(value), by=self.by + value - self.value)

    def _against(self, other: _Answered, level: float) -> Interval:
        """Give the interval of the pair."""
        found, by = self.paired.at(level), self.by - other.by
        assert found is not None  # noqa: S101 - a pair without one is no evidence
        found = found if self.is_candidate else found.reversed
        return replace(found, low=found.low + by, high=found.high + by) if by else found

    def beyond(self, other: _Answered, factor: float, level: float) -> Interval | None:
        """Widen the interval of the pair by all that the rest of the other may be wrong by, as how the two go together is not known."""
        if not self.paired.counts:
            return None  # of scores the error of one value is not known
        found, rest, unit = self.against(other, level), factor - 1, self.paired.unit
        low, high = (rest * unit * end for end in wilson(other.value / unit, self.paired.n, level))
        return replace(found, low=found.low - max(low, high), high=found.high - min(low, high))

    def _own(self, level: float) -> tuple[float, float]:
        """Give half of the interval of the difference to each side: the pair knows no more of one value."""
        found = self.against(self, level)
        half = (found.high - found.low) / 2
        return self.value - half, self.value + half

    def _basis(self, other: Side) -> Phrase:  # noqa: ARG002 - as above
        """Say on how many examples both were measured."""
        return self.paired.reason


@dataclass(frozen=True, eq=False, repr=False)
class Paired(Estimated, Displayed):
    """The difference of two versions in one metric, from their results on the same examples.

    Attributes
    ----------
    metric : str
        Name of the metric.
    version, other : str
        Names of the candidate and of the version it is compared with.
    n : int
        Examples that both have; clusters, where there are any.
    values : (float, float)
        Means over these examples (or the statistic) of both, the candidate's first.
    delta : float
        Candidate minus other.
    counts : dict of str to int
        For right and wrong answers: examples that `both`, only the candidate (`gained`), only the other (`lost`) and `neither` has
        right. Empty for scores.
    interval : Interval or None
        95 % interval of the difference, None where too little is known: `reason` says why.
    level : float
        Confidence of `interval`, 0.95.
    reason : str
        What the interval rests on, or what is lacking.
    p_value : float or None
        One minus the largest level whose interval excludes 0; for answers McNemar's mid-p, an aside to the interval, which decides.
    remarks : tuple of str
        Examples that only one version has, or that have no value, and ids that occur more than once.
    flipped : pandas.DataFrame
        Examples on which the two differ, with the columns of both; the largest difference first, of equal ones in turn
        one that is lower and one that is higher.
    shown : str
        The metric as people read it, its dataset as the registry calls it.
    identities : tuple of (str, str)
        Model and name of the candidate and of the other version, which are the same in every comparison.
    path : str
        The snapshot that it was read from; empty elsewhere.
    cluster : str
        Column of the groups whose means are compared, so that each weighs the same; empty where every example does.
    over_examples : float or None
        With `cluster` the difference over all examples, which is that of the metric; None elsewhere.
    examples : int or None
        With `cluster` the number of examples in all groups; None elsewhere.
    unit : float
        What the columns were multiplied by: 100 where they are fractions and the versions state percent, else mostly 1.
    stated_delta : float or None
        The difference that the versions state where that is another one than `delta`, as where the examples are a part of those of the
        metric; None elsewhere.
    contradiction : str
        That the versions state other numbers than these examples give, with what to do: then nothing is called better or worse. Empty
        where they do not.
    source : callable or None
        Gives the interval at a level; None where there is none.
    """

    metric: str
    version: str
    other: str
    n: int
    values: tuple[float, float]
    delta: float
    reason: Phrase
    counts: dict[str, int]
    remarks: tuple[str, ...]
    flipped: pd.DataFrame
    p_value: float | None
    level: float = field(default=0.95, init=False)
    source: Callable[[float], Interval] | None = field(default=None)
    shown: str = ""
    identities: tuple[tuple[str, str], ...] = ()
    path: str = ""
    cluster: str = ""
    over_examples: float | None = None
    examples: int | None = None
    stated_delta: float | None = None
    unit: float = 1
    contradiction: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether an interval is known that excludes zero, of examples that no version contradicts."""
        return not self.contradiction and super().is_sure

    @property
    def words(self) -> Phrase:
        """What can be said, as of any difference; of numbers that the versions contradict that they are no evidence."""
        return say("no evidence") if self.contradiction else super().words

    def _known_at(self, level: float) -> Interval | None:
        if self.source is None:
            return None
        found = self.source(level)
        return replace(found, low=self.unit * found.low, high=self.unit * found.high, scale=self._scale)

    def evidence(self, *, reverse: bool = False, level: float = 0.95) -> Evidence:
        """Return the difference as a comparison uses it.

        Parameters
        ----------
        reverse : bool
            Of the other version minus the candidate.
        level : float
            Confidence, between 0 and 1.

        Returns
        -------
        Evidence
            With `interval`, `reason` and `words`.

        Examples
        --------
        >>> import pandas as pd
        >>> from pai_notebook.comparison.paired_methods import pair
        >>> frames = {name: pd.DataFrame({"id": range(9), "correct": [True] * 9}) for name in "ab"}
        >>> print(pair("accuracy", frames, "a", "b", on="id", correct="correct").evidence().reason)
        no example differs: cannot tell
        """
        doubt = self._told_stated(reverse=reverse)
        reason = self.reason if doubt is None else say("{reason}; {doubt}", reason=self.reason, doubt=doubt)
        if self.source is None:
            return Evidence(reason, doubt=doubt)
        sides = _Answered(self.values[0], self, is_candidate=True), _Answered(self.values[1], self, is_candidate=False)
        return Evidence(reason, Sides(*(sides[::-1] if reverse else sides)), level, doubt=doubt)

    def to_frame(self) -> pd.DataFrame:
        """Return the result as a DataFrame of one row.

        Returns
        -------
        pandas.DataFrame
            Columns metric, version, other, n, value, value_other, delta, low, high, p_value, and the counts.

        Examples
        --------
        >>> import pandas as pd
        >>> from pai_notebook.comparison.paired_methods import pair
        >>> frames = {name: pd.DataFrame({"id": range(9), "correct": [True] * 9}) for name in "ab"}
        >>> pair("accuracy", frames, "a", "b", on="id", correct="correct").to_frame()[["n", "both", "gained"]].to_numpy().tolist()
        [[9, 9, 0]]
        """
        from pai_notebook.model.text_columns import frame_of  # noqa: PLC0415 - pandas loads on first use

        low, high = (math.nan, math.nan) if self.interval is None else (self.interval.low, self.interval.high)
        row = {
            "metric": self.metric,
            "version": self.version,
            "other": self.other,
            "n": self.n,
            "value": self.values[0],
            "value_other": self.values[1],
            "delta": self.delta,
            "low": low,
            "high": high,
            "p_value": math.nan if self.p_value is None else self.p_value,
            **self.counts,
        }
        texts, whole = dict.fromkeys(("metric", "version", "other"), "string"), dict.fromkeys(("n", *self.counts), "int64")
        return frame_of([list(row.values())], {name: texts.get(name) or whole.get(name, "float64") for name in row})

    @property
    def sentence(self) -> Phrase:
        """The result in one sentence, with what to be careful of; that the versions contradict it where they do."""
        if self.contradiction:
            return say("no evidence: {text}", text=self.contradiction)
        cautions = self._all_remarks
        return say("{what}; careful: {text}", what=self._result, text=joined(cautions, "; ")) if cautions else self._result

    @property
    def _result(self) -> Phrase:
        """The result alone, for where `remarks` are shown beside it."""
        if not self.counts:
            delta, *plain = self._written(self.delta, *([] if self.over_examples is None else [self.over_examples]))
            interval = self.interval and self.interval.words
            names = {"version": visible(self.version), "other": visible(self.other), "metric": visible(self.shown or self.metric)}
            if plain:
                by_group = (
                    "{version} against {other} in {metric}, mean over {n} groups by {name}: {delta} ({interval}); over examples {plain}"
                )
                told = {"n": self.n, "name": visible(self.cluster), "delta": delta, "plain": plain[0]}
                return say(by_group, **names, **told, interval=interval or self.reason)
            return say(
                "{version} against {other} in {metric}: {delta} ({interval})",
                **names,
                delta=delta,
                interval=say("{interval}; {reason}", interval=interval, reason=self.reason) if interval else self.reason,
            )
        return say(
            "{version} right and {other} wrong in {gained} of {n}, the other way in {lost}: {delta} ({interval})",
            version=visible(self.version),
            other=visible(self.other),
            gained=self.counts["gained"],
            n=self.n,
            lost=self.counts["lost"],
            delta=self._written(self.delta)[0],
            interval=self.reason if self.interval is None else self.interval.words,
        )

    def _told_stated(self, *, reverse: bool = False) -> Phrase | None:
        """Say which other difference the versions state than the examples give, None where they state none.

        Parameters
        ----------
        reverse : bool
            Of the other version minus the candidate.
        """
        stated, over = self.stated_delta, self.over_examples
        if stated is None:
            return None
        sign = -1 if reverse else 1
        delta, found = self._written(sign * stated, sign * self.delta)
        # the examples may be those of the metric, which weighs groups by their sizes
        half = 0.0 if self.interval is None else (self.interval.high - self.interval.low) / 2
        if over is not None and abs(stated - over) <= max(half, abs(over - self.delta) / 2):
            by_group = "the versions state a difference of {delta} over examples, the mean over {n} groups by {cluster} is {delta_2}"
            return say(by_group, n=self.n, cluster=self.cluster, delta=delta, delta_2=found)
        return say("the versions state a difference of {delta}, but the examples give {delta_2}", delta=delta, delta_2=found)

    @property
    def _all_remarks(self) -> tuple[str, ...]:
        """What should be known of the tables, and of what the versions state."""
        stated = self._told_stated()
        return self.remarks if stated is None else (*self.remarks, stated)

    def _written(self, *deltas: float) -> list[str]:
        """Write differences of the metric: of shares in points, of anything else as they are; different ones differently."""
        form = choose_format([*self.values, self.delta])
        written = [self._scale.write(delta, None, form) for delta in deltas]
        if len({*written}) >= len({*map(cleared, deltas)}):
            return written
        sizes = [delta * (self._scale.factor(None) or 1.0) for delta in deltas]
        return [self._scale.with_unit(number) for number in map(choose_format(sizes).delta, sizes)]

    @cached_property
    def _scale(self) -> Scale:
        """How its differences are written: answers are right or wrong, so that their means are shares for sure."""
        path = self.metric.partition("@")[0]
        return Scale(path, points=round(100 / self.unit)) if self.counts else scale_of_differences(path, self.values).absolute

    @property
    def content(self) -> dict[str, Any]:
        """The result as plain JSON, for fingerprints."""
        found = [None, None] if self.interval is None else [self.interval.low, self.interval.high]
        return {"metric": self.metric, "versions": [self.version, self.other], "n": self.n, "delta": self.delta, "interval": found}

    def _brief(self) -> str:
        return self.sentence if self.contradiction else say("{what}: {said}", what=self._result, said=self.words)

    def _basis(self) -> list[Block]:
        """What the result rests on, what to be careful of, and the first examples on which the two differ."""
        pairs: list[tuple[str, Inline]] = [(say("basis"), self.reason)]
        if self.p_value is not None and not self.contradiction:
            what = say("McNemar's mid-p") if self.counts else say("p-value")
            pairs.append((what, told_p_value(self.p_value)))
        blocks: list[Block] = [Facts(pairs), *(Note(text, "warn") for text in self._all_remarks)]
        if len(self.flipped):
            head = self.flipped.head(_SHOWN)
            rows: list[list[Inline]] = [
                [format_computed(value) if isinstance(value, float) else _cut(as_text(value)) for value in row]
                for row in head.itertuples(index=False)
            ]
            table = Table([str(name) for name in head.columns], rows, total=len(self.flipped), unit=say("examples"))
            blocks.append(Section(say("Examples on which they differ"), [table], folded=True, summary=str(len(self.flipped))))
        return blocks

    def _describe(self) -> Block:
        if self.contradiction:
            return Stack([Note(self.sentence, "warn"), *self._basis()])
        words: Phrase | str = self.words
        if self.counts and self.interval is not None and not self.interval.low <= 0 <= self.interval.high:
            words = say("{text}, {word}", text=say("better" if self.delta > 0 else "worse"), word=words)
        return Stack([Note("", "info", lead=say("{what}: {said}", what=self._result, said=words)), *self._basis()])


def _cut(text: str) -> str:
    """The beginning of a text that is long, up to the end of a word where there is one."""
    if len(text) <= _LONGEST:
        return text
    kept = text[: _LONGEST - 1]
    words = kept.rpartition(" ")[0]
    return f"{words if len(words) > _LONGEST // 2 else kept}…"


def by_place(
    results: Iterable[Paired],
    keys: Sequence[tuple[str, str]],
    names: Sequence[str],
    examples: Callable[[tuple[str, str], int], float | None],
) -> dict[tuple[tuple[str, str], int, int], Callable[[float], Evidence]]:
    """Results by metric and positions of the two versions, both ways round.

    What has no interval says nothing of another difference, nor of more examples than were answered, in groups or not.
    """
    found: dict[tuple[tuple[str, str], int, int], Callable[[float], Evidence]] = {}
    for result in results:
        key = next(each for each in keys if Name("metrics", *each).short == result.metric)
        place, other = names.index(result.version), names.index(result.other)
        # of a file of an earlier release the number in groups is not known
        answered = result.examples or (math.inf if result.cluster else result.n)
        is_part = min(examples(key, each) or 0 for each in (place, other)) > answered
        if result.source is None and (result.stated_delta is not None or is_part):
            continue
        found[key, place, other] = partial(_evidence, result, reverse=False)
        found[key, other, place] = partial(_evidence, result, reverse=True)
    return found


def _evidence(result: Paired, level: float, *, reverse: bool) -> Evidence:
    return result.evidence(reverse=reverse, level=level)
