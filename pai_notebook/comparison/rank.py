"""The order of versions by a metric; ties share a rank."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, overload

from pai_notebook.arguments import number_argument
from pai_notebook.calls import checked
from pai_notebook.comparison.cell_changes import difference, tolerated
from pai_notebook.comparison.leaders import not_apart
from pai_notebook.comparison.rows import evidence_at
from pai_notebook.comparison.tolerance import Tolerance, exceeds
from pai_notebook.display import Answered, Block, Column, Displayed, Inline, Lines, Mark, Number, Table
from pai_notebook.guides import CallError, guide
from pai_notebook.i18n.phrases import Phrase, first, say
from pai_notebook.model.differences import Scale
from pai_notebook.model.metric_cells import BEST, BEST_AS_MEASURED
from pai_notebook.model.names import Name
from pai_notebook.model.nearest import counted, dataset_ids, listed
from pai_notebook.model.numbers import NumberFormat, choose_format
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.comparison.interval import Interval
    from pai_notebook.comparison.leaders import Leaders
    from pai_notebook.comparison.selection import RankingKey


@dataclass(frozen=True)
class Ranked(Printed):
    """One place of a ranking.

    Attributes
    ----------
    rank : int
        1 is best; equal values share a rank and the next rank counts them (1, 1, 3).
    version : str
        Name of the version.
    value : float
        Its value.
    delta : float or None
        Value minus the baseline's, None where the baseline has no number.
    behind : float
        Distance to the best value, in the metric's unit, never negative.
    told_apart : bool or None
        Whether it is told apart from the first (95 % for all of them together); False where its distance could be chance, None
        where no interval is known, and for the first and its equals.
    is_near : bool
        Whether it is within the tolerance of the first, which its equals are too.
    star : str
        Its star as tables have it, ★ or ☆; empty for what is not the best, and for all where every one may be.
    interval : Interval or None
        Where its true difference to the baseline may lie, in 95 % of cases; None where that is not known, or where values are
        read off, so that the difference is exact.
    """

    rank: int
    version: str
    value: float
    delta: float | None
    behind: float
    told_apart: bool | None = None
    interval: Interval | None = None
    is_near: bool = False
    star: str = ""


@checked
class Ranking(Answered, Displayed, Sequence[Ranked]):
    """Versions in order of a metric, best first.

    Attributes
    ----------
    key : Name
        The metric, with what the registry calls its dataset.
    metric, words : str
        The metric's name, and which way it is better with where that comes from.
    entries : tuple of Ranked
        The versions that have a number.
    unranked : tuple of (str, str)
        Versions without a number, and their state.
    """

    _instead = guide(
        {"ranking[0]": "best first winner top", "ranking[-1]": "worst last", "entries": "versions ranks order", "str(ranking)": "summary"}
    )
    _leads_to = (("Comparison", "comparison"),)

    def __init__(
        self,
        key: Name,
        words: str,
        entries: Sequence[Ranked],
        unranked: Sequence[tuple[str, str]],
        total: int | None = None,
        *,
        baseline: str = "",
        scale: Scale | None = None,
        tolerance: float = 0.0,
        is_exact: bool = False,
        called: Mapping[str, str] | None = None,
    ) -> None:
        self.key = key
        self.metric = key.short
        self.words = words
        self.entries = tuple(entries)
        self.unranked = tuple(unranked)
        self.baseline = baseline
        self._scale = scale or Scale("")  # as it is
        self._tolerance, self._is_exact = tolerance, is_exact
        self._called = called or {}
        self._doubts: dict[str, Phrase] = {}
        # the value of the baseline, None where it has none, however many places are shown
        self._base = next((entry.value - entry.delta for entry in self.entries if entry.delta is not None), None)
        self._total = len(self.entries) if total is None else total
        # what is found of all of them, however many places are shown
        self._answer = self._find_answer()
        self._unit = self._scale.absolute if self._has_intervals else self._scale
        self._all = self.entries
        self._is_shared = sum(entry.rank == 1 for entry in self.entries) > 1

    def _content(self) -> tuple[object, ...]:
        return self.key, self.words, self.entries, self.unranked, self.baseline, self._tolerance, self._total

    def head(self, count: int = 5) -> Ranking:
        """Return the first places only.

        Parameters
        ----------
        count : int
            How many places.

        Returns
        -------
        Ranking
            Shorter, with the same `unranked`, and with what was found of all versions: `ranking[:5]` is the same.

        Raises
        ------
        ConfigurationError
            When `count` is not a whole number from 0.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.rank("latency_ms", dataset="d-winenoisy00001").head(1)
        <Ranking of 4 versions by latency_ms@wine-noisy: 1.5.0>
        """
        count = number_argument("count", count, least=0, whole=True)
        return self._cut(slice(count))

    def _cut(self, places: slice) -> Ranking:
        """Some places of it; what was found of all of them stays."""
        found = copy(self)
        found.entries = self.entries[places]
        found.__dict__.pop("_has_intervals", None)
        return found

    def to_frame(self) -> pd.DataFrame:
        """Return the ranking as a DataFrame, unranked versions last.

        Returns
        -------
        pandas.DataFrame
            Columns rank, version, value, delta, behind, state, told_apart.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c.rank("log_loss", dataset="d-winenoisy00001").to_frame()["state"].tolist()
        ['ranked', 'ranked', 'ranked', 'absent']
        """
        from pai_notebook.model.text_columns import frame_of  # noqa: PLC0415 - pandas loads on first use

        rows: list[tuple[Any, ...]] = [
            (entry.rank, entry.version, entry.value, entry.delta, entry.behind, "ranked", entry.told_apart) for entry in self.entries
        ]
        rows += [(None, version, None, None, None, state, None) for version, state in self.unranked]
        numbers = dict.fromkeys(("value", "delta", "behind"), "float64")
        return frame_of(rows, {"rank": "Int64", "version": "string", **numbers, "state": "string", "told_apart": "boolean"})

    @overload
    def __getitem__(self, key: int) -> Ranked: ...
    @overload
    def __getitem__(self, key: slice) -> Ranking: ...
    def __getitem__(self, key: int | slice) -> Ranked | Ranking:
        if isinstance(key, str):
            raise CallError(
                say("{kind} {lacks}", kind="Ranking", lacks=say("has places, not names")),
                hint=say("Use {code}.", code=f"next(each for each in ranking if each.version == {key!r})"),
            )
        return self._cut(key) if isinstance(key, slice) else self.entries[key]

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Ranked]:
        return iter(self.entries)

    def _told(self, version: str) -> str:
        """A version as sentences say it."""
        return self._called.get(version, version)

    def _brief(self) -> str:
        names = listed([self._told(entry.version) for entry in self.entries], 5)
        return say("of {count} by {metric}: {names}", count=counted(self._total, "version"), metric=self.key.shown, names=names)

    def _describe(self) -> Block:
        form = self._form
        known = self._has_intervals
        rows = [self._row(entry, form, known=known) for entry in self.entries]
        against = "By {metric}: {words}; the difference is to {baseline}, the baseline."
        if self._unit.ratio and self._unit.factor(self._base):
            against = "By {metric}: {words}; the difference is in percent of {baseline}, the baseline."
        alone = "By {metric}: {words}."
        note: list[Inline] = [say(against, metric=self.key.shown, words=self.words, baseline=self._told(self.baseline))]
        if not self._is_against:
            note = [say(alone, metric=self.key.shown, words=self.words)]
        if self.baseline and not self._is_against:
            note.append(say("No differences: {baseline}, the baseline, has no number.", baseline=self._told(self.baseline)))
        meanings = {**_SIGNS, **({"?": _OF_SEVERAL} if self._is_shared else {}), **(_TOLERANT if self._tolerance else {})}
        if self._is_exact:
            meanings |= {BEST: "best", BEST_AS_MEASURED: "best"}
        signs = {sign for row in rows for sign in _SIGNS if sign == row[-1]}
        note += [say("{sign} {meaning}.", sign=sign, meaning=say(meaning)) for sign, meaning in meanings.items() if sign in signs]
        if self.unranked:
            note.append(
                say("Not ranked: {versions}.", versions=without_number([(self._told(version), state) for version, state in self.unranked]))
            )
        shown = [entry.version for entry in self.entries if entry.version in self._doubts]
        note += [say("{what}: {said}", what=self._told(version), said=self._doubts[version]) for version in shown]
        note += dataset_ids([self.key])
        columns: list[Column | str] = [Column(say("rank"), align="right"), say("version"), Column(say("value"), align="right")]
        unit = self._unit.unit if self._unit.factor(self._base) else ""
        columns += [Column((say("difference"), Mark("", unit)) if unit else say("difference"), align="right")] if self._is_against else []
        columns += [say("its 95 % interval")] if known else []
        columns += [say("best")] if any(row[-1] for row in rows) else []
        return Table(
            columns,
            [row[: len(columns)] for row in rows],
            caption=self._answer,
            note=Lines(note),
            row_headers=2,
            total=self._total,
            unit=say("versions"),
        )

    @property
    def _is_against(self) -> bool:
        """Whether there is a baseline with a number, to which differences are."""
        return bool(self.baseline) and self._base is not None

    def _find_answer(self) -> Phrase:
        """Say which versions are first, and how many others may be."""
        ahead = [self._told(entry.version) for entry in self.entries if entry.rank == 1]
        if not ahead:
            return say("Ranking by {metric}", metric=self.key.shown)
        told = say("Ranking by {metric}: {versions} first", metric=self.key.shown, versions=listed(ahead, 4))
        if self._is_exact:
            return told
        if together := [self._told(entry.version) for entry in self.entries if entry.told_apart is False]:
            return not_apart(told, together, single=len(ahead) == 1, tolerance=self._tolerance)
        return say("{told}, told apart from every other", told=told) if BEST in {entry.star for entry in self.entries} else told

    def _row(self, entry: Ranked, form: NumberFormat, *, known: bool) -> list[Inline]:
        is_baseline = entry.version == self.baseline
        told = self._told(entry.version)
        name: Inline = (told, Mark("", say("baseline"))) if is_baseline else told
        row: list[Inline] = [str(entry.rank), name, Number(form.value(entry.value))]
        if self._is_against:
            row.append("" if entry.delta is None or is_baseline else Number(self._unit.write(entry.delta, self._base, form, unit=False)))
        if known:
            interval = None if is_baseline else entry.interval
            row.append("" if interval is None else self._unit.write_range(interval.low, interval.high, unit=False))
        return [*row, _told_apart(entry)]

    @cached_property
    def _form(self) -> NumberFormat:
        """How numbers are written, however many places are shown."""
        return choose_format(entry.value for entry in self._all)

    @cached_property
    def _has_intervals(self) -> bool:
        return any(entry.interval is not None for entry in self.entries)


_SIGNS = {
    "=": "within the tolerance of the first",
    BEST: "best, told apart from every other (95 % in this metric)",
    BEST_AS_MEASURED: "best as measured, or not told apart from it (95 % in this metric)",
    "?": "no interval of the distance to 1 is known",
}


# What the stars mean where a tolerance is given.
_TOLERANT = {
    BEST: "best, told apart from every other beyond the tolerance (95 % in this metric)",
    BEST_AS_MEASURED: "best as measured, or not told apart from it beyond the tolerance (95 % in this metric)",
}
# What `?` means where several versions have the best value.
_OF_SEVERAL = "no interval of the distance to each of rank 1 is known"


def without_number(versions: Sequence[tuple[str, str]]) -> Phrase:
    """Name versions with what they have instead of a number."""
    return first([say("{version} ({state})", version=version, state=say(state)) for version, state in versions], 8)


def _told_apart(entry: Ranked) -> str:
    """Say whether a version is told apart from the first, or within the tolerance of it."""
    if entry.is_near:
        return "=" if entry.behind else entry.star
    return "?" if entry.told_apart is None else entry.star


def _ordered(question: RankingKey) -> list[tuple[int, float]]:
    return sorted(question.numbers, key=itemgetter(1), reverse=question.direction.mode == "max")  # equal ones stay in the order of versions


def make_ranking(
    question: RankingKey,
    names: Sequence[str],
    baseline: int | None,
    tolerance: Tolerance,
    leaders: Leaders | None = None,
    *,
    top: bool = False,
    called: Mapping[str, str] | None = None,
) -> Ranking:
    """Rank versions, or with `top` only the first ones and the next; only equal values share a rank."""
    row = question.row
    entries: list[Ranked] = []
    doubts: dict[str, Phrase] = {}
    ordered = _ordered(question)
    (_, top_value), last, rank, is_exact = ordered[0], math.nan, 0, False
    bound = tolerated(row, tolerance, baseline, top_value)
    together = frozenset(leaders.together if leaders else ())
    untold = frozenset((*leaders.best, *leaders.unknown) if leaders else ())
    stars = {place: leaders.star_at(place) for place in leaders.shown} if leaders else {}
    base = None if baseline is None or row.cells[baseline].value is None else row.cells[baseline]
    for position, (place, value) in enumerate(ordered, start=1):
        if math.isnan(last) or exceeds(value - last, 0, abs(last)):
            last, rank = value, position
        behind = 0.0 if rank == 1 else abs(value - top_value)
        is_near = not exceeds(behind, bound, max(abs(value), abs(top_value)))
        delta = None if base is None else difference(row.cells[place], base)
        apart = None if leaders is None or place in untold else place not in together
        evidence = None if delta is None else evidence_at(row, place) if top else row.changes[place].evidence
        is_exact = is_exact or (evidence is not None and evidence.is_exact)
        interval = None if evidence is None or evidence.is_exact else evidence.interval
        if interval is not None and evidence is not None and evidence.doubt is not None:
            doubts[names[place]] = evidence.doubt
        entries.append(Ranked(rank, names[place], value, delta, behind, apart, interval, is_near, stars.get(place, "")))
        if top and not is_near:
            break
    words = say("{mode} ({source})", mode=question.direction.words, source=say(question.direction.source))
    unranked = [(names[place], state) for place, state in question.unranked]
    # the differences of the other versions are not made for the first
    scale = None if top else row.scale
    named = "" if baseline is None else names[baseline]
    found = Ranking(row.key, words, entries, unranked, baseline=named, scale=scale, tolerance=bound, is_exact=is_exact, called=called)
    found._doubts = doubts  # noqa: SLF001 - as long as it is made
    return found
