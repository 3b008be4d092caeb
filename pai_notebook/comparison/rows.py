"""Rows of a comparison: one metric, label, setting or field across all versions, each cell with its change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from pai_notebook.comparison.direction import Direction
from pai_notebook.comparison.interval import OUTSIDE
from pai_notebook.comparison.two_sides import Evidence
from pai_notebook.display import Brief
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import Phrase, say, with_text
from pai_notebook.model.differences import Scale, scale_of_differences
from pai_notebook.model.differing import Differing
from pai_notebook.model.equality import kind_of, shown, shown_text
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.metric_scales import bounds_of, percent_among
from pai_notebook.model.metric_words import is_cost, kind_of_metric
from pai_notebook.model.names import Name, full_name
from pai_notebook.model.nearest import listed
from pai_notebook.model.numbers import choose_format, format_percent

# States of cells in which nothing was stated.
BLANK = (State.ABSENT, State.NO_METRICS, State.FETCH_FAILED)

T = TypeVar("T")
_new, _set = object.__new__, object.__setattr__
# Parts of a row that are made when they are asked for.
_MADE = frozenset({"cells", "changes", "direction"})


class Kind(StrEnum):
    """What was measured: how a cell compares with the baseline's, whether chance could have done it or not."""

    BASELINE = "baseline"
    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    GAINED = "gained"
    LOST = "lost"


class Verdict(StrEnum):
    """What may be said of a measured difference whose direction is known."""

    BETTER = "better"
    WORSE = "worse"
    CHANCE = "could be chance"
    UNKNOWN = "no interval known"
    SAME = "same"


@dataclass(frozen=True, repr=False)
class Change(Brief):
    """The difference of a cell to the baseline's.

    `kind` is what was measured, `verdict` what may be said of it. Every surface says the verdict; the kind tells which way an
    arrow points.

    Attributes
    ----------
    kind : Kind
        `better` and `worse` as measured: where the direction is known and the difference is beyond the tolerance.
    delta : float or None
        Value minus baseline, None where one of them is not a number or both are infinite on the same side.
    percent : float or None
        100 x delta / baseline where zero is the natural end of the scale (errors, losses, times, sizes, counts), neither is
        negative and the baseline is clear of zero; None elsewhere.
    verdict : Verdict or None
        `better` or `worse` only where the 95 % interval of the difference excludes zero and the tolerance; `could be chance`
        where it does not, `no interval known` where there is none, `same`. None where nothing can be better or worse: no
        number, no direction, evidence, the baseline itself.
    evidence : Evidence or None
        How sure the difference is; None where there is no difference of numbers.
    """

    _leads_to = (("Evidence", "evidence"),)

    kind: Kind
    delta: float | None = None
    percent: float | None = None
    verdict: Verdict | None = None
    evidence: Evidence | None = None

    @property
    def word(self) -> str:
        """What is said of it: the verdict, or what was measured where there is none."""
        return str(self.verdict or self.kind)

    @property
    def told(self) -> Phrase:
        """The same in the language that is set; where an interval excludes zero, but not the tolerance, it says both."""
        return self.evidence.words if self.verdict is Verdict.CHANCE and self.evidence is not None else say(self.word)

    @property
    def is_beyond_chance(self) -> bool:
        """Whether it may be called better or worse."""
        return self.verdict in (Verdict.BETTER, Verdict.WORSE)

    @property
    def is_within_tolerance(self) -> bool:
        """Whether it is beyond chance, and yet may lie within the tolerance."""
        known = None if self.verdict is not Verdict.CHANCE or self.evidence is None else self.evidence.interval
        return known is not None and known.excludes_zero

    def _brief(self) -> str:
        delta = "" if self.delta is None else choose_format([self.delta]).delta(self.delta)
        percent = "" if self.percent is None else f" ({format_percent(self.percent)})"
        return say("{name} {text}", name=self.told, text=delta + percent) if delta or percent else self.told


class _kept(cached_property[T]):  # noqa: N801 - as what it stands for
    """A `cached_property` that leaves an object without a dict, beside each of many rows one more thing for the collector of Python."""

    if not TYPE_CHECKING:

        def __get__(self, instance: object, owner: Any = None) -> Any:
            if instance is None:
                return self
            found = self.func(instance)
            _set(instance, self.attrname, found)
            return found


@dataclass(frozen=True, repr=False)
class Row(Brief):
    """One metric, label, setting or field across all versions of a comparison.

    Attributes
    ----------
    section : str
        `metrics`, `labels`, the name of a spec, or `other`.
    path, dataset : str
        What is compared, and on which dataset it was measured.
    cells : tuple of Cell
        One for each version, in the order of the comparison; state `absent` where a version has none.
    changes : tuple of Change
        One for each version, against the baseline.
    direction : Direction
        Which way it is better; unknown for everything but metrics.
    role : Role or None
        What a row of evidence says of another metric: its number of examples, a standard error and so on. Evidence is never
        better or worse. None for every other row.
    """

    _instead = guide(
        {
            "changes": "diff deltas verdicts difference",
            "[cell.value for cell in row.cells]": "values numbers",
            "comparison.best(row.full_name)": "best winner max min",
            "str(row)": "summary",
        }
    )
    _leads_to = (
        ("Change", "[change.{} for change in row.changes]"),
        ("Cell", "[cell.{} for cell in row.cells]"),
        ("Comparison", "comparison"),
    )

    section: str
    path: str
    dataset: str
    cells: tuple[Cell, ...]
    changes: tuple[Change, ...]
    direction: Direction
    role: Role | None = None

    # what the row of a metric has in their place until it is asked for
    _maker: ClassVar[RowMaker | None] = None
    _has_changes: ClassVar[bool] = False
    _alike: ClassVar[bool | None] = None

    if not TYPE_CHECKING:  # type checkers know what is missing without this

        def __getattr__(self, name: str) -> Any:
            if name not in _MADE or self._maker is None:
                return super().__getattr__(name)
            found = getattr(self._maker, name)(self)
            _set(self, name, found)
            if name == "changes":
                _set(self, "_has_changes", True)  # noqa: FBT003 - as Python calls it
            return found

    @property
    def is_evidence(self) -> bool:
        """Whether it says how sure another metric is, rather than how good the version is."""
        return self.role is not None

    def percent_text(self, place: int) -> str:
        """Write the percentage of a change; from tenfold on it is a factor for costs, of which people say how many times.

        Parameters
        ----------
        place : int
            Position of the version in the comparison.

        Returns
        -------
        str
            Empty where a percentage has no meaning.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c["latency_ms@d-wineholdout0001"].percent_text(1)
        '+288 %'
        """
        percent = self.changes[place].percent
        return "" if percent is None else format_percent(percent)

    @_kept
    def _all_texts(self) -> bool:
        """Whether nothing but texts stands in it, so that a text that looks like a number is taken for none: quotes tell nothing apart."""
        if self.section == "metrics":
            return False
        return all(isinstance(cell.raw, str | tuple) for cell in self.cells if not is_blank(cell))

    def shown(self, place: int) -> str:
        """Write what a version states, so that values that differ look different.

        Parameters
        ----------
        place : int
            Position of the version in the comparison.

        Returns
        -------
        str
            Empty where it states nothing.

        Examples
        --------
        >>> import pai_notebook as pnb
        >>> with pnb.connect("demo", default=False) as registry:
        ...     c = registry.compare("wine-cultivar@last:3")
        >>> c["labels.algorithm"].shown(0)
        'SVC'
        """
        cell = self.cells[place]
        return "" if is_blank(cell) else shown_text(cell.raw) if self._all_texts else shown(cell.raw)

    def kinds(self, place: int, baseline: int) -> tuple[Phrase, Phrase] | None:
        """Name the types of the baseline's value and of a version's where they differ, such as a number and a text.

        Parameters
        ----------
        place : int
            Position of the version in the comparison.
        baseline : int
            Position of the baseline.

        Returns
        -------
        (str, str) or None
            None where the types are the same or one of the two states nothing.

        Examples
        --------
        >>> from pai_notebook import VersionSet
        >>> docs = [{"VersionName": "0.1.0", "Metrics": {"cer": 0.2}}, {"VersionName": "0.2.0", "Metrics": {"cer": "0.2"}}]
        >>> c = VersionSet.from_documents(docs, "model-a").compare("0.1.0")
        >>> [str(kind) for kind in c["cer"].kinds(1, 0)]
        ['number', 'text']
        """
        cells = self.cells[baseline], self.cells[place]
        if any(is_blank(cell) or cell.state is State.DIFFERS or isinstance(cell.raw, tuple) for cell in cells):
            return None
        before, after = (kind_of(cell.raw) for cell in cells)
        return None if before == after else (before, after)

    @_kept
    def scale(self) -> Scale:
        """How differences and their intervals are written in the whole row: in points, in percent, or as they are.

        Tables, sentences, rankings and gates ask here, so that a metric has one unit.
        """
        maker = self._maker
        values = (cell.value for cell in self.cells if cell.value is not None)
        found = scale_of_differences(self.path, values) if maker is None else maker.scale(self)
        if not found.ratio:
            return found
        # of a baseline that may be zero nothing is given in percent, nor beside intervals, which never are; costs are told without these
        has_interval = not is_cost(self.path) and any(_has_interval(change) for change in self.changes)
        return found.absolute if has_interval or all(change.percent is None for change in self.changes) else found

    @_kept
    def _in_percent(self) -> tuple[int, ...]:
        """Positions of values that look like percent beside others that look like fractions, and of groups whose members have both."""
        if self.is_evidence:
            return ()
        groups = [place for place, cell in enumerate(self.cells) if type(cell.raw) is Differing and cell.raw.is_mixed]
        return (*groups, *percent_among(self.path, _numbers(self.cells)))

    @_kept
    def key(self) -> Name:
        """The name that every argument of this package understands."""
        if self._maker is not None:
            return self._maker.name(self)
        return Name("" if self.section == "other" else self.section, self.path, self.dataset)

    @property
    def name(self) -> str:
        """`path@dataset`, or the path alone."""
        return self.key.short

    @property
    def full_name(self) -> str:
        """The name as a column of the wide frame has it: `metrics.cer@d-a`, `labels.env`, `uri`."""
        return full_name("" if self.section == "other" else self.section, self.path, self.dataset)

    def _brief(self) -> str:
        pairs = zip(self.cells, self.changes, strict=True)
        said = [say("{name} {text}", name=cell.said, text=change.told) for cell, change in pairs]
        section = f"{self.key.section}." if self.key.section else ""
        return say("{what}: {said}", what=f"{section}{self.key.shown}", said=listed(said, 5))

    @_kept
    def differs(self) -> bool:
        """Whether any version differs from the baseline; a missing value is a difference."""
        if is_alike(self):
            return False
        maker = _maker_of(self)
        if maker is not None and maker.is_same(self):
            return False
        changes = self.changes if maker is None else (maker.change(self, place) for place in range(len(self.cells)))
        return any(change.kind not in (Kind.SAME, Kind.BASELINE) for change in changes)


class RowMaker(Protocol):
    """Makes the parts of a row."""

    def name(self, row: Row) -> Name:
        """Its name, with what the registry calls its dataset."""

    def cells(self, row: Row) -> tuple[Cell, ...]:
        """One for each version."""

    def changes(self, row: Row) -> tuple[Change, ...]:
        """One for each version, against the baseline."""

    def change(self, row: Row, place: int) -> Change:
        """That of one version, with its percentage even where the others' are taken away."""

    def direction(self, row: Row) -> Direction:
        """Which way it is better."""

    def kind(self, row: Row) -> int:
        """Whether it is of quality, cost or training."""

    def scale(self, row: Row) -> Scale:
        """How its differences are written."""

    def is_same(self, row: Row) -> bool:
        """Whether it is plain, without a look at cells, that all versions state the same."""

    def is_alike(self, row: Row) -> bool:
        """Whether that is a number, and nothing says how sure it is."""


def left_to_lose(row: Row, base: float) -> float:
    """How much worse than a measured value a metric with a direction can be at all, in its own unit; infinite where it has no end."""
    low, high = bounds_of(row.path, [cell.value for cell in row.cells if cell.value is not None])
    return base - low if row.direction.mode == "max" else high - base


def _has_interval(change: Change) -> bool:
    return change.evidence is not None and not change.evidence.is_exact and change.evidence.interval is not None


def _numbers(cells: Sequence[Cell]) -> dict[int, float]:
    return {place: cell.value for place, cell in enumerate(cells) if cell.value is not None}


# Python keeps values outside of a dict only under names that one of the first objects of a class had
_first = _new(Row)
for _name in (*Row.__annotations__, *(name for name, value in vars(Row).items() if isinstance(value, _kept))):
    _set(_first, _name, None)


def lazy_row(path: str, dataset: str, role: Role | None, maker: RowMaker) -> Row:
    """Give the row of a metric whose name, cells, changes and direction are made when they are first asked for."""
    row = _new(Row)
    _set(row, "section", "metrics")
    _set(row, "path", path)
    _set(row, "dataset", dataset)
    _set(row, "role", role)
    _set(row, "_maker", maker)
    return row


def _maker_of(row: Row) -> RowMaker | None:
    """What makes the changes of a row; None where they are made."""
    return None if row._has_changes else row._maker  # noqa: SLF001 - of this module


def metric_kind(row: Row) -> int:
    """Whether a metric says how good a version is (0), what it costs (1), or was measured in training (2)."""
    maker = row._maker  # noqa: SLF001 - of this module
    return kind_of_metric(row.path) if maker is None else maker.kind(row)


def is_alike(row: Row) -> bool:
    """Whether it is plain, without making cells, that all versions state the same number, and that nothing says how sure it is."""
    known = row._alike  # noqa: SLF001 - of this module
    if known is None:
        maker = _maker_of(row)
        known = maker is not None and maker.is_alike(row)
        _set(row, "_alike", known)
    return known


def evidence_at(row: Row, place: int) -> Evidence | None:
    """Tell how sure the difference of one version is, without making those of the others."""
    maker = _maker_of(row)
    return (row.changes[place] if maker is None else maker.change(row, place)).evidence


def kind_of_row(row: Row) -> str:
    """What a row that is no metric tells of a version, in the plural."""
    names = {"labels": say("labels"), "other": say("other fields")}
    # Chinese has no plural, and the settings of a card are the main ones
    return names.get(row.section) or with_text(say("setting"), "settings")


def silent_places(rows: Sequence[Row]) -> dict[str, frozenset[int]]:
    """Find the versions that state nothing of a kind, of which others state several values; as candidates from elsewhere."""
    kinds: dict[str, list[Row]] = {}
    for row in rows:
        # every version has an approval status, or is not registered
        if row.section != "metrics" and row.path != "approval_status":
            kinds.setdefault(kind_of_row(row), []).append(row)
    return {
        kind: frozenset(place for place in range(len(found[0].cells)) if all(is_blank(row.cells[place]) for row in found))
        for kind, found in kinds.items()
        if len(found) > 1
    }


def is_blank(cell: Cell) -> bool:
    """Whether nothing was stated."""
    return cell.state in BLANK


def told_blank(cell: Cell) -> Phrase:
    """Say that nothing was stated."""
    return say("the version has no metrics") if cell.state is State.NO_METRICS else say("the value is {state}", state=say(cell.state))


def passing_by_chance(changes: Iterable[Change]) -> Phrase | None:
    """Say how many differences chance would call better or worse on average, each if compared alone; None for fewer than one."""
    judged = [change.evidence for change in changes if change.verdict is not None and change.evidence is not None]
    count = sum(evidence.interval is not None and not evidence.is_exact for evidence in judged)
    expected = OUTSIDE * count
    several = (
        "If nothing differed, chance would call about {expected} of these {count} better or worse on average if compared alone (95 % each)."
    )
    return None if expected < 1 else say(several, expected=round(expected), count=count)
