"""Rows that stand beside a metric and say how sure its value is: which there are, and what they say in a version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from pai_notebook.model.evidence_among import evidence_among, owned_places, owners_by_place
from pai_notebook.model.evidence_names import is_level, is_level_of_all, last_key, stems_of, unwrapped
from pai_notebook.model.evidence_parts import AVERAGES, IN_EVERY_REPORT, parts_named, reports_among
from pai_notebook.model.evidence_words import Role, counted_part, fold
from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metric_scales import Part, is_share, part_of_share, says_percent
from pai_notebook.model.metric_words import is_exact, plain_name, split_names

if TYPE_CHECKING:
    from pai_notebook.model.metric_cells import Cell

# Path and dataset of a metric.
Key = tuple[str, str]

_OF_ONE = (Role.ERROR, Role.INTERVAL, Role.LOW, Role.HIGH, Role.PART, Role.SPREAD, Role.UNREAD, Role.EXAMPLES)
# A name that counts something, perhaps examples.
_COUNT = re.compile(
    r"^(?:n|num)_.|(?:^|_)(?:count|total|n|samples|examples|items|questions|(?:data|dataset|test|eval|val)_?size)$"
    "|(?:样本|查询|问题)(?:数量?|量)$"
)
# `1,000`, which is no other number where it counts.
_GROUPED = re.compile("[0-9]{1,3}(?:[,\uff0c _'\u2019\u00a0\u2009\u202f][0-9]{3}){1,3}")
_SMALLEST, _LARGEST = 1e-100, 1e100
# States of cells in which nothing is stated.
_NOTHING = frozenset({State.ABSENT, State.NO_METRICS, State.NULL, State.FETCH_FAILED, State.DIFFERS})
# The part of the data that is meant where none is named.
_TEST = frozenset({"test"})
# How far a share may be from k / n although it is written with many digits.
SINGLE_PRECISION = 1e-6


def as_written(cell: Cell) -> str:
    """Give the number of a cell as it was written."""
    return cell.text.strip() if cell.state is State.NUMERIC_TEXT else repr(cell.value)


def last_digit(written: str) -> float:
    """Give what one in the last digit of a number counts.

    Examples
    --------
    >>> last_digit("0.93"), last_digit("1e-05")
    (0.01, 1e-05)
    """
    digits = written.lower().partition("e")
    return 10.0 ** -(len(digits[0].partition(".")[2]) - int(digits[2] or 0))


def whole_examples(value: float, n: float, written: str = "") -> bool | None:
    """Whether a share, which is in percent above 1, can be so many of `n` examples; None where its digits are too few to tell.

    Source: N. J. L. Brown and J. A. J. Heathers (2017), The GRIM test, Social Psychological and Personality Science 8, 363-369.

    Examples
    --------
    >>> whole_examples(0.9, 5), whole_examples(0.8, 5), whole_examples(0.84, 1319)
    (False, True, None)
    """
    digit = last_digit(written or repr(value))
    if value > 1:
        value, digit = value / 100, digit / 100
    slack = max(0.5 * digit, SINGLE_PRECISION)
    nearest = round(value * n) / n
    if abs(nearest - value) > slack * (1 + 1e-9):
        return False
    return True if 2 * slack * n < 1 else None


def part_of(key: Key) -> Part | None:
    """Of which part of the examples a metric is a share; None of an average over classes, as a table of classes has it too.

    Examples
    --------
    >>> part_of(("recall", "cat")), part_of(("recall", "macro avg")), part_of(("macro avg.recall", ""))
    ('positive', None, None)
    """
    return None if key[1] in AVERAGES else part_of_share(key[0])


class EvidenceFinder:
    """What stands beside the metrics of several versions and says how sure they are.

    Parameters
    ----------
    cells : mapping of (path, dataset) to sequence of Cell
        Every metric, one cell a version.
    """

    def __init__(self, cells: Mapping[Key, Sequence[Cell]]) -> None:
        self._cells = cells
        self._index: dict[tuple[str, bool, Role, tuple[str, ...]], list[str]] = {}
        self._by_place: dict[Key, Mapping[int, float]] = {}
        read = evidence_among(cells, self._numbers)
        places = owned_places(read)
        self._owners = owners_by_place((key for key in cells if key not in read), places) if places else {}
        for path, dataset in filter(read.__contains__, cells):
            name = read[path, dataset]
            self._index.setdefault((dataset, name.sibling, name.role, name.of), []).append(path)
        self._read = read
        for (dataset, above), path in self._reports.items():
            if path:
                self._index.setdefault((dataset, True, Role.EXAMPLES, above), []).append(path)
        self._counted = {(dataset, of) for dataset, sibling, role, of in self._index if sibling and role is Role.EXAMPLES}
        self._any: dict[Key, bool] = {}
        self._rows: dict[tuple[Key, Role], tuple[str, ...]] = {}
        self.roles: dict[Key, Role] = {key: name.role for key, name in read.items()}
        """Rows that say how sure another one is, with what they are. Whatever leaves evidence out asks here."""

    @cached_property
    def _parts(self) -> dict[tuple[str, tuple[str, ...]], frozenset[str]]:
        """Parts of the data that the metrics of each place name, with the dataset."""
        found: dict[tuple[str, tuple[str, ...]], frozenset[str]] = {}
        for path, dataset in self._cells:
            if (path, dataset) not in self._read:
                beside = dataset, split_path(path)[:-1]
                found[beside] = found.get(beside, frozenset()) | split_names(path)
        return found

    @cached_property
    def _percent(self) -> tuple[frozenset[str], frozenset[int]]:
        """Shares above 1, and the versions that state them."""
        # most metrics of many are the same number everywhere, which is told without making cells
        alike = getattr(self._cells, "same_number", lambda _: None)
        above = []
        for key in self._cells:
            number = alike(key)
            # a name that says percent says nothing of others
            if (number is None or 1 < number <= 100) and is_share(key[0]) and not says_percent(key[0]):  # noqa: PLR2004 - percent
                values = [cell.value for cell in self._cells[key]]
                above += [(key[0], place) for place, value in enumerate(values) if value is not None and 1 < value <= 100]  # noqa: PLR2004
        return frozenset(path for path, _ in above), frozenset(place for _, place in above)

    @cached_property
    def _counting(self) -> list[Key]:
        found = (key for key in self._cells if _COUNT.search(plain_name(key[0])) and (not is_exact(key[0]) or key[0].endswith("size")))
        # what would be read were it a number is named as well
        return [key for key in found if key not in self.roles or any(cell.state is State.TEXT for cell in self._cells[key])]

    def count_beside(self, key: Key) -> tuple[str, bool]:
        """A row beside a metric that may count its examples and is not read, and whether it is of another metric; empty where none does."""
        place = split_path(key[0])[:-1]
        beside = [path for path, dataset in self._counting if dataset == key[1] and split_path(path)[:-1] == place]
        if not beside and part_of(key) is not None:
            # n may be that of a share beside it
            return next(iter(self._index.get((key[1], True, Role.EXAMPLES, place), ())), ""), (key[1], place) in self._with_shares
        return next(iter(beside), ""), False

    @cached_property
    def _with_shares(self) -> frozenset[tuple[str, tuple[str, ...]]]:
        """Objects that hold a share of all examples, with the dataset."""
        return frozenset((dataset, split_path(path)[:-1]) for path, dataset in self._cells if is_share(path))

    @cached_property
    def _reports(self) -> Mapping[tuple[str, tuple[str, ...]], str]:
        """Objects that hold a class each and their averages, and what counts all of their examples."""
        return reports_among(self._read)

    @cached_property
    def _class_tables(self) -> frozenset[tuple[str, ...]]:
        """Where a table has a class and each average of them in the place of a dataset, as scikit-learn names these."""
        supports = {(dataset, split_path(path)[:-1]) for path, dataset in self._read if split_path(path)[-1] == "support"}
        return frozenset(above for _, above in supports if all((average, above) in supports for average in IN_EVERY_REPORT))

    def _counts_of(self, name: str, key: Key, part: Part) -> bool:
        """Whether a number of examples beside a share of some of them is that of these: of a class its support is that of its recall."""
        place, of = split_path(key[0]), split_path(name)
        is_class = (len(of) > 1 and (key[1], place[:-2]) in self._reports) or of[:-1] in self._class_tables
        is_support = name.endswith("support") and is_class and of[:-1] == place[:-1]
        return counted_part(fold(last_key(name))) == part or (is_support and part == "positive")

    def _numbers(self, key: Key) -> Mapping[int, float]:
        """Give the numbers of a row by version, without what is made of a list."""
        found = self._by_place.get(key)
        if found is None:
            found = self._by_place[key] = {
                place: value
                for place, cell in enumerate(self._cells[key])
                if not isinstance(cell.raw, list | tuple) and (value := self.number(key, place)) is not None
            }
        return found

    def number(self, key: Key, place: int) -> float | None:
        """Give a number; None for one whose square no computer holds, which nobody has measured."""
        value = self._cells[key][place].value
        return value if value is not None and (not value or _SMALLEST < abs(value) < _LARGEST) else None

    def _count(self, key: Key, place: int) -> float | None:
        """Give a number of examples, whose thousands may be grouped."""
        raw = self._cells[key][place].raw
        is_grouped = isinstance(raw, str) and _GROUPED.fullmatch(raw.strip()) is not None
        return float("".join(filter(str.isdigit, raw))) if is_grouped else self.number(key, place)

    def written(self, key: Key, place: int) -> str:
        """Give a number as it was written."""
        return as_written(self._cells[key][place])

    def cell(self, key: Key, place: int) -> Cell:
        """Give the cell itself."""
        return self._cells[key][place]

    def states(self, key: Key, place: int) -> bool:
        """Whether a version states anything in a row, be it no number."""
        return self._cells[key][place].state not in _NOTHING

    def in_percent(self, key: Key, place: int | None = None) -> bool:
        """Whether a share is above 1 elsewhere, or another share of a version is: then this one may be percent too."""
        paths, places = self._percent
        return key[0] in paths or place in places

    def examples(self, key: Key, place: int, of_part: Part | None = None) -> tuple[str, float | None]:
        """Find the number of examples beside a metric, or above it while no key of its path names a part of the data.

        One of its own part, as `n_test` of `test_accuracy`, goes first. Of several that stand together it is the smallest. The name
        is empty where there is none; the number is None where it stands beside metrics of several parts of the data. Of a share of
        some examples, such as the positive ones, it is the number of these.
        """
        path, dataset = key
        keys, part = split_path(path), split_names(path)
        above = keys[:-1]
        named = [name for stem in stems_of(path) for name in self._index.get((dataset, False, Role.EXAMPLES, stem), ())]
        own_part = parts_named(path) if of_part is None else ()
        found = [name for part in own_part for name in self._index.get((dataset, True, Role.EXAMPLES, (*above, part)), ())]
        counts = [(count, name) for name in found if (count := self._count((name, dataset), place)) is not None]
        if counts:
            return min(counts)[::-1]
        # what a list says of a named metric stands below the metric itself
        for depth in range(len(keys), -1, -1):
            beside = self._index.get((dataset, True, Role.EXAMPLES, keys[:depth]), ())
            # that of the test set is of metrics of the test set, and of those that name no part of the data
            own = {name: split_names(last_key(name)) for name in beside}
            if of_part is None:
                fitting = [name for name in beside if not counted_part(fold(last_key(name)))]
            else:
                fitting = [name for name in beside if self._counts_of(name, key, of_part)]
            is_far = depth < len(above) and bool(part)
            # that of a whole report is of what stands beside its classes
            total = self._reports.get((dataset, keys[:depth]), "") if depth < len(above) else ""
            fitting = [name for name in fitting if name != total and (own[name] == (part or _TEST) if own[name] else not is_far)]
            counts = [(count, name) for name in (*named, *fitting) if (count := self._count((name, dataset), place)) is not None]
            if counts:
                count, name = min(counts)
                several = depth < len(keys) and part and not own.get(name) and self._parts.get((dataset, above), part) != part
                return name, None if several else count
        return "", None

    def has_any(self, key: Key) -> bool:
        """Whether any row could say something of a metric."""
        if not self._index:
            return False
        found = self._any.get(key)
        if found is None:
            keys = split_path(key[0])
            places = [keys[:depth] for depth in range(len(keys) + 1)] + [(*keys[:-1], part) for part in parts_named(key[0])]
            is_counted = is_share(key[0]) or part_of(key) is not None
            counts = is_counted and any((key[1], beside) in self._counted for beside in places)
            beside = any(next(self.rows_of(key, role), "") for role in _OF_ONE)
            found = self._any[key] = counts or beside or next(self.unclear_of(key), "") != ""
        return found

    def rows_of(self, key: Key, role: Role) -> Iterator[str]:
        """Rows of a kind that name a metric, or stand beside it where it alone can be meant."""
        found = self._rows.get((key, role))
        if found is None:
            # asked again for every version
            found = self._rows[key, role] = tuple(self._find_rows(key, role))
        return iter(found)

    def _find_rows(self, key: Key, role: Role) -> Iterator[str]:
        path, dataset = key
        for stem in stems_of(path):
            yield from self._index.get((dataset, False, role, stem), ())
        keys = split_path(path)
        yield from self._index.get((dataset, True, role, keys), ())
        for own in dict.fromkeys((keys, unwrapped(keys))):
            owners = self._owners.get((dataset, own[:-1]), {})
            if own in owners and len(owners) == 1:
                yield from self._index.get((dataset, True, role, own[:-1]), ())

    def unclear_of(self, key: Key) -> Iterator[str]:
        """Rows that stand beside several values to which they could belong, of which this is one."""
        keys = split_path(key[0])
        for own in dict.fromkeys((keys, unwrapped(keys))):
            owners = self._owners.get((key[1], own[:-1]), {})
            if own in owners and len(owners) > 1:
                for role in (role for role in _OF_ONE if role is not Role.PART):
                    yield from self._index.get((key[1], True, role, own[:-1]), ())

    def levels_of(self, key: Key) -> Iterator[list[str]]:
        """Rows that say the level of the intervals of a metric: those of it alone, then of all beside it, then of all above it."""
        yield [name for name in self.rows_of(key, Role.PART) if is_level(name)]
        keys = split_path(key[0])
        for depth in range(len(keys), -1, -1):
            beside = self._index.get((key[1], True, Role.PART, keys[:depth]), ())
            yield [name for name in beside if is_level_of_all(name)]

    def numbers_of(self, key: Key, place: int, role: Role) -> Iterator[tuple[str, float]]:
        """Those that have a number in a version."""
        for name in self.rows_of(key, role):
            value = self.number((name, key[1]), place)
            if value is not None:
                yield name, value

    def runs(self, key: Key, place: int) -> Iterator[tuple[str, float, bool]]:
        """Numbers of runs or folds that name a metric or stand beside it, else above it, and whether they are folds."""
        keys = split_path(key[0])
        for depth in range(max(len(keys) - 1, 0), -1, -1):
            is_found = False
            for role in (Role.RUNS, Role.FOLDS):
                beside = self._index.get((key[1], True, role, keys[:depth]), ())
                for name in dict.fromkeys((*self.rows_of(key, role), *beside)):
                    count = self.number((name, key[1]), place)
                    if count is not None:
                        is_found = True
                        yield name, count, role is not Role.RUNS
            if is_found:
                return
