"""Which rows a caller means: names and globs that include or exclude, and one name that must mean one row."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, SupportsIndex, overload

from pai_notebook.comparison.direction import Direction, read_mode
from pai_notebook.comparison.rows import Row
from pai_notebook.comparison.series import is_list
from pai_notebook.errors import ComparisonError, ConfigurationError, NameNotFound, PaiError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.metric_cells import Cell, State
from pai_notebook.model.metric_words import Mode
from pai_notebook.model.names import Name, is_on
from pai_notebook.model.nearest import dataset_hint
from pai_notebook.model.patterns import SETTINGS, Pattern, Patterns, near
from pai_notebook.model.resolving import resolve


@dataclass(frozen=True)
class Selection:
    """Names and globs; a pattern narrows the kind of row it names.

    ``cer*`` and ``metrics.cer*`` are about metrics, ``labels.env`` or ``training_spec.*`` about that section, ``uri`` about
    the field. `include` leaves sections whole that none of its patterns names; a whole section among them (``labels``) is the
    answer to "only this", and leaves out all that is not named; so are fields alone (``uri``).

    Attributes
    ----------
    include, exclude : Patterns
        An empty `include` keeps everything.
    dataset : str
        Keep only metrics of this dataset (a glob); empty for all.
    sections : tuple of str
        Sections that occur.

    Examples
    --------
    >>> Selection.read("cer", ["labels.*"]).exclude.texts
    ('labels.*',)
    """

    include: Patterns
    exclude: Patterns
    dataset: str = ""
    sections: tuple[str, ...] = ()

    @classmethod
    def read(
        cls,
        include: str | Sequence[str] | None,
        exclude: str | Sequence[str] | None,
        dataset: str | None = None,
        sections: Sequence[str] = (),
    ) -> Selection:
        """Read the arguments of a comparison."""
        return cls(Patterns(include, "include"), Patterns(exclude, "exclude"), dataset or "", tuple(sections))

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.include or self.exclude or self.dataset)

    @cached_property
    def has_sections(self) -> bool:
        """Whether whole sections are included, or nothing but fields, which leaves out all that is not named."""
        return any(pattern.is_section for pattern in self.include.patterns) or self._has_only_fields

    @cached_property
    def _has_only_fields(self) -> bool:
        return bool(self.include) and not any(pattern.section(self.sections) for pattern in self.include.patterns)

    @property
    def is_without_metrics(self) -> bool:
        """Whether whole sections are included, and no metrics."""
        sections = {"settings" if each.text in SETTINGS else each.section(self.sections) for each in self.include.patterns}
        return self.has_sections and "metrics" not in sections

    def keeps(self, row: Row) -> bool:
        """Whether a row is wanted."""
        return self.leaves_out(row) is None

    def leaves_out(self, row: Row) -> Phrase | None:
        """Say which argument leaves a row out, None where none does."""
        if row.section == "metrics" and self.dataset and not is_on(row.key, self.dataset):
            return say("it was left out by dataset (--dataset)")
        included = self._about(self.include, row)
        if (not included and self.has_sections) or (included and not any(pattern.fits(row.key) for pattern in included)):
            return say("it was left out by include (--metrics)")
        return (
            say("it was left out by exclude (--exclude)")
            if any(pattern.fits(row.key) for pattern in self._about(self.exclude, row))
            else None
        )

    @property
    def of_metrics(self) -> Phrase:
        """Say which metrics are wanted, as in a title: `only holdout`, `without *noisy*`."""
        own = [
            [each.text for each in all_of.patterns if each.section(self.sections) == "metrics"] for all_of in (self.include, self.exclude)
        ]
        parts = [say("only {names}", names=joined(each)) for each in ([self.dataset] if self.dataset else [], own[0]) if each]
        parts += [say("without {names}", names=joined(own[1]))] if own[1] else []
        return joined(parts or [say("not all metrics")], "; ")

    def _about(self, patterns: Patterns, row: Row) -> list[Pattern]:
        section = row.key.section
        return [each for each in patterns.patterns if each.section(self.sections) == section or each.is_about_settings(section)]

    def unused(self, rows: Sequence[Row]) -> tuple[str, ...]:
        """Say which patterns fit no row, a sentence each; nothing when there is no row at all."""
        if not rows or not (self.include or self.exclude):
            return ()
        names = [row.key for row in rows]
        missed = with_nearest("include: {pattern!r} matches no row", self.include.unused(names), names)
        missed += with_nearest("exclude: {pattern!r} matches no row", self.exclude.unused(names), names)
        return tuple(missed)

    def check_dataset(self, measured: Sequence[Name]) -> None:
        """Refuse a dataset that no metric was measured on; a comparison without metrics has none to refuse.

        Raises
        ------
        NameNotFound
            With the nearest datasets, or those that there are.
        """
        if self.dataset and measured and not any(is_on(name, self.dataset) for name in measured):
            raise NameNotFound(
                say("no metric was measured on dataset {dataset!r}", dataset=self.dataset), hint=dataset_hint(self.dataset, measured)
            )


def with_nearest(template: str, unused: Sequence[str], names: Sequence[Name]) -> list[Phrase]:
    """Say of each pattern that matches nothing, and which names are near it."""
    notes = []
    for text in unused:
        said, close = say(template, pattern=text), near(text, names)
        notes.append(say("{what}; nearest: {names}", what=said, names=joined(close)) if close else said)
    return notes


@dataclass(frozen=True)
class RankingKey:
    """A metric to rank by: its row, the direction, and which versions have a number.

    Attributes
    ----------
    row : Row
        The metric on one dataset.
    direction : Direction
        Never unknown.
    numbers : tuple of (int, float)
        Position and value of every version that has a finite number.
    unranked : tuple of (int, str)
        Position and state of every other version.
    """

    row: Row
    direction: Direction
    numbers: tuple[tuple[int, float], ...]
    unranked: tuple[tuple[int, str], ...]

    def better(self, value: float, other: float) -> bool:
        """Whether a value is better than another."""
        return value > other if self.direction.mode == "max" else value < other


class Rows(tuple[Row, ...]):
    """Rows in their order, which a name finds too, as it does in the whole comparison.

    Parameters
    ----------
    iterable : iterable of Row
        The rows.

    Examples
    --------
    >>> from pai_notebook import VersionSet
    >>> docs = [{"VersionName": "0.1.0", "Metrics": {"cer": 0.1}}, {"VersionName": "0.2.0", "Metrics": {"cer": 0.2}}]
    >>> c = VersionSet.from_documents(docs, "model-a").compare()
    >>> c.metrics["cer"] is c.metrics[0], "cer" in c.metrics, "cer" in c.labels
    (True, True, False)
    """

    __slots__ = ()

    @overload
    def __getitem__(self, key: SupportsIndex | str | tuple[str, str], /) -> Row: ...
    @overload
    def __getitem__(self, key: slice, /) -> Rows: ...
    def __getitem__(self, key: SupportsIndex | str | tuple[str, str] | slice, /) -> Row | Rows:
        """Return a row by position, by name, or by the name of a metric and its dataset; several by slice."""
        if isinstance(key, slice):
            return Rows(super().__getitem__(key))
        if not self and not isinstance(key, SupportsIndex):
            raise NameNotFound(say("no row {name!r}: there are none here", name=key), hint=say("Look in the rows of the comparison."))
        return super().__getitem__(key) if isinstance(key, SupportsIndex) else find_row(self, key)

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, str | tuple):
            return super().__contains__(item)
        try:
            find_row(self, item)
        except NameNotFound:
            return False
        except ComparisonError:
            return True  # measured on several datasets
        return True

    def _ipython_key_completions_(self) -> list[str]:
        return [row.full_name if row.section != "metrics" else row.name for row in self]


def find_row(rows: Sequence[Row], name: Any, dataset: str | None = None) -> Row:
    """Find the row of a name: `cer`, `cer@d-a`, `metrics.cer[d-a]`, `labels.env`, or a metric's name and its dataset, also as a pair.

    Raises
    ------
    NameNotFound
        When there is none; the nearest names are in the hint.
    ComparisonError
        When the metric was measured on several datasets, or on one and without, and none is named; `cer@` is the one without.
    """
    if isinstance(name, tuple) and len(name) == 2:  # noqa: PLR2004 - a metric and its dataset
        name, dataset = name
    by_name = {row.key: row for row in rows}
    metrics = all(key.section == "metrics" for key in by_name)
    return by_name[
        resolve(
            name, list(by_name), dataset=dataset, missing="no version has a metric {text!r}" if metrics else "no version has a row {text!r}"
        )
    ]


# How who asks says which way is better: `best` and `rank`, and `pareto`; `compare(by=)` and charts by `BY_DIRECTIONS`.
BY_MODE = "Pass mode='max' or mode='min', or directions={{{path!r}: 'max'}} to compare()."
BY_MODES = "Pass modes={{{name!r}: 'max'}} or modes={{{name!r}: 'min'}}, or directions={{{path!r}: 'max'}} to compare()."


def ask(rows: Sequence[Row], metric: str, mode: Any = None, dataset: str | None = None, *, cure: str = BY_MODE) -> RankingKey:
    """Prepare a ranking by a metric; `cure` says how to pass a direction where it is unknown.

    Raises
    ------
    ComparisonError
        When the metric is not there, has no number in any version, or its direction is unknown and no mode is given.
    """
    told = _mode_of(rows, metric, mode, dataset)
    row = find_row(rows, metric, dataset)
    direction = Direction(told, "told", say("by mode")) if told else row.direction
    numbers = tuple((place, cell.value) for place, cell in enumerate(row.cells) if cell.value is not None and _is_number(cell))
    if not numbers:
        lists = [cell for cell in row.cells if is_list(cell)]
        if lists:
            hint = say("Pass series='mean', 'last', 'max' or 'min' to compare(); whether the list is a curve, folds or runs is not known.")
            raise ComparisonError(say("{name} is a list of {count} numbers", name=row.key.shown, count=len(lists[0].raw)), hint=hint)
        raise ComparisonError(_why_not(row), hint=say("Only numbers can be ranked; text and truth values are compared by equality."))
    if direction.mode is None:
        raise ComparisonError(
            say("the direction of {name} is unknown: {reason}", name=row.key.shown, reason=direction.reason),
            hint=say(cure, path=row.path, name=str(metric)),
        )
    ranked = {place for place, _ in numbers}
    unranked = tuple((place, str(cell.state)) for place, cell in enumerate(row.cells) if place not in ranked)
    return RankingKey(row, direction, numbers, unranked)


def _mode_of(rows: Sequence[Row], metric: str, mode: Any, dataset: str | None) -> Mode | None:
    """Read a direction; a dataset in its place, as the second argument of a call, is told to be one."""
    try:
        return read_mode(mode)
    except ConfigurationError as error:
        if isinstance(mode, str) and dataset is None:
            with suppress(PaiError):
                find_row(rows, metric, mode)
                error.hint = say("Did you mean {word}?", word=f"dataset={mode!r}")
        raise


def _is_number(cell: Cell) -> bool:
    """Whether a cell can be ranked; an infinite value is mostly a sum that overflowed, and no best."""
    return cell.state in (State.NUMBER, State.NUMERIC_TEXT, State.SERIES) and cell.value is not None and math.isfinite(cell.value)


def _why_not(row: Row) -> str:
    states: dict[str, list[str]] = {}
    for cell in row.cells:
        states.setdefault(cell.state, []).append(cell.text[:20])
    said: list[str] = []
    for state, texts in states.items():
        count = say("{state} in {count} of {total} versions", state=say(state), count=len(texts), total=len(row.cells))
        quoted = joined([repr(text) for text in dict.fromkeys(texts[:3])]) if state in (State.TEXT, State.BOOLEAN) else ""
        said.append(say("{version} ({state})", version=count, state=quoted) if quoted else count)
    return say("{shown} has no number to rank: {said}", shown=row.key.shown, said=joined(said, "; "))
