"""Natural experiments already in the registry: versions that differ in one setting, with the effect on a metric.

Found by hashing what is left when a setting is taken away, not by looking at every pair of versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, overload

from pai_notebook.arguments import number_argument
from pai_notebook.comparison.align import metric_cells, metric_rows
from pai_notebook.comparison.asking import find_row
from pai_notebook.comparison.baseline import in_order, unique_names
from pai_notebook.comparison.direction import Direction, Directions
from pai_notebook.comparison.identity import is_identity
from pai_notebook.comparison.tolerance import Tolerance
from pai_notebook.comparison.uncertainty import Uncertainty
from pai_notebook.display import Block, Column, Displayed, Inline, Lines, Mark, Note, Number, Stack, Table
from pai_notebook.errors import ComparisonError
from pai_notebook.model.fields import catalogue, leaves
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.metrics import text_of
from pai_notebook.model.numbers import choose_format
from pai_notebook.sanitize import Printed

if TYPE_CHECKING:
    import pandas as pd

    from pai_notebook.model.version import ModelVersion

__all__ = ["MinimalPair", "MinimalPairs", "minimal_pairs"]

MOST = 3
SHOWN = 40
_IGNORED_SPECS = ("extra_info", "options")

Leaves = dict[str, str]


@dataclass(frozen=True)
class MinimalPair(Printed):
    """Two versions that differ in little, and how far apart a metric is.

    Attributes
    ----------
    first, second : str
        Names of the versions, in natural order.
    changes : tuple of (setting, before, after)
        What differs, as text; None where a version does not have the setting.
    before, after : float
        The metric of both.
    delta : float
        after - before.
    """

    first: str
    second: str
    changes: tuple[tuple[str, str | None, str | None], ...]
    before: float
    after: float

    @property
    def delta(self) -> float:
        """Difference of the metric, second minus first."""
        return self.after - self.before


class MinimalPairs(Displayed, Sequence[MinimalPair]):
    """Pairs by setting, largest effect first within each; an association, not a cause.

    Attributes
    ----------
    metric : str
        Name of the metric.
    direction : Direction
        Which way it is better.
    pairs : tuple of MinimalPair
        Ordered by setting and size of the effect.
    ignored : tuple of str
        Settings left out because they name a run, a moment or a place for output.
    considered : int
        Versions that have the metric and any setting at all.
    """

    def __init__(self, metric: str, direction: Direction, pairs: Sequence[MinimalPair], ignored: Sequence[str], considered: int) -> None:
        self.metric = metric
        self.direction = direction
        self.pairs = tuple(pairs)
        self.ignored = tuple(ignored)
        self.considered = considered

    def __len__(self) -> int:
        return len(self.pairs)

    @overload
    def __getitem__(self, key: int) -> MinimalPair: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[MinimalPair]: ...
    def __getitem__(self, key: int | slice) -> MinimalPair | Sequence[MinimalPair]:
        return self.pairs[key]

    def to_frame(self) -> pd.DataFrame:
        """Give the pairs as a DataFrame: setting, before, after, first, second, their values and the delta."""
        import pandas as pd  # noqa: PLC0415 - pandas loads on first use

        columns = ["setting", "from", "to", "first", "second", "value_first", "value_second", "delta"]
        rows = [(*_joined(pair), pair.first, pair.second, pair.before, pair.after, pair.delta) for pair in self.pairs]
        frame = pd.DataFrame(rows, columns=columns)
        return frame.astype({**dict.fromkeys(columns[:5], "string"), **dict.fromkeys(columns[5:], "float64")})

    def _brief(self) -> str:
        return f"of {len(self.pairs)} pairs by {self.metric}"

    def _describe(self) -> Block:
        if not self.pairs:
            return Note(f"No two of the {self.considered} versions with {self.metric} and any setting differ so little.")
        form = choose_format(value for pair in self.pairs for value in (pair.before, pair.after))
        rows: list[list[Inline]] = [
            [
                Lines([setting for setting, _, _ in pair.changes]),
                Lines([f"{_word(before)} → {_word(after)}" for _, before, after in pair.changes]),
                f"{pair.first} → {pair.second}",
                Number(form.value(pair.after), delta=form.delta(pair.delta), marks=self._marks(pair)),
            ]
            for pair in self.pairs[:SHOWN]
        ]
        columns: list[Column | str] = ["setting", "change", "versions", Column(self.metric, align="right")]
        said = f"{self.metric}: {self.direction.words}. These settings differ together with the metric; that does not say why."
        note: list[Inline] = [said]
        if self.ignored:
            note.append(f"Left out, because they name a run: {', '.join(self.ignored[:8])}.")
        table = Table(
            columns,
            rows,
            caption=f"Versions that differ in one setting, and {self.metric}",
            note=Lines(note),
            total=len(self),
            unit="pairs",
        )
        return Stack([table])

    def _marks(self, pair: MinimalPair) -> list[Mark]:
        if self.direction.mode is None or pair.delta == 0:
            return []
        better = (pair.delta > 0) == (self.direction.mode == "max")
        sign = "▲" if pair.delta > 0 else "▼"
        return [Mark(sign, "better", tone="good") if better else Mark(sign, "worse", tone="bad")]


def _joined(pair: MinimalPair) -> tuple[str, ...]:
    """Settings, values before and values after of a pair, several joined by a plus."""
    return tuple(" + ".join(_word(text) for text in texts) for texts in zip(*pair.changes, strict=True))


def _word(text: str | None) -> str:
    return "(not set)" if text is None else text


def minimal_pairs(versions: Sequence[ModelVersion], metric: str, *, max_changes: int = 1) -> MinimalPairs:
    """Find pairs of versions that differ in at most `max_changes` leaves of specs and labels.

    Parameters
    ----------
    versions : sequence of ModelVersion
        Any number; the work grows with their settings, not with their pairs.
    metric : str
        The metric whose effect is shown, with its dataset where it was measured on several (`cer@d-a`).
    max_changes : int
        1 to 3. Settings that name a run, a person, a moment or a place for output are left out.

    Raises
    ------
    ComparisonError
        When no version has the metric, or when no version has any setting: then there is nothing to find.
    ConfigurationError
        For other numbers of changes.
    """
    max_changes = number_argument("max_changes", max_changes, least=1, most=MOST, whole=True)
    ordered = in_order(versions)
    names = unique_names(ordered)
    cells = metric_cells(ordered)
    row = find_row(list(metric_rows(cells, Uncertainty(cells, names), 0, Directions(), Tolerance())) if ordered else [], metric)
    values = {place: cell.value for place, cell in enumerate(row.cells) if cell.value is not None and cell.value - cell.value == 0}
    ignored: set[str] = set()
    settings = {place: _settings(ordered[place], ignored) for place in values}
    known = {place: leaves for place, leaves in settings.items() if leaves}
    if not known:
        raise ComparisonError(f"no version with {row.name} has a spec or a label", hint="Minimal pairs are found by comparing settings.")
    pairs = [
        MinimalPair(names[first], names[second], changes, values[first], values[second])
        for first, second, changes in _pairs(known, max_changes)
    ]
    pairs.sort(key=lambda pair: ([natural_key(setting) for setting, _, _ in pair.changes], -abs(pair.delta), pair.first, pair.second))
    return MinimalPairs(row.name, row.direction, pairs, sorted(ignored, key=natural_key), len(known))


def _settings(version: ModelVersion, ignored: set[str]) -> Leaves:
    """Leaves of specs and labels that describe a version, as text."""
    found = {f"labels.{key}": ", ".join(sorted(version.labels.get_all(key))) for key in version.labels}
    for info in catalogue([version]):
        if info.kind == "spec" and info.name not in _IGNORED_SPECS:
            found |= {f"{info.name}.{path}": text_of(leaf) for path, leaf in leaves(version, info).items()}
    named = {path for path in found if is_identity(path.partition(".")[2])}
    ignored |= named
    return {path: text for path, text in found.items() if path not in named}


def _pairs(settings: Mapping[int, Leaves], most: int) -> Iterator[tuple[int, int, tuple[tuple[str, str | None, str | None], ...]]]:
    """Pairs that differ in 1 to `most` leaves: those that share what is left when a few leaves are taken away."""
    seen: set[tuple[int, int]] = set()
    for bucket in _buckets(settings, most).values():
        for (first, gone_first), (second, gone_second) in combinations(bucket, 2):
            if first == second or len(gone_first | gone_second) > most:
                continue
            pair = (first, second) if first < second else (second, first)
            if pair in seen:
                continue
            seen.add(pair)
            changes = _changes(settings[pair[0]], settings[pair[1]])
            if 1 <= len(changes) <= most:
                yield (*pair, changes)


def _buckets(settings: Mapping[int, Leaves], most: int) -> dict[int, list[tuple[int, frozenset[str]]]]:
    """Versions by the combined hash of their leaves without some of them; equal hashes are verified later."""
    hashes: dict[tuple[str, str], int] = {}
    buckets: dict[int, list[tuple[int, frozenset[str]]]] = {}
    for place, known in settings.items():
        own = {path: hashes.setdefault((path, text), _hash(path, text)) for path, text in known.items()}
        whole = 0
        for value in own.values():
            whole ^= value
        for count in range(most + 1):
            for gone in combinations(own, count):
                rest = whole
                for path in gone:
                    rest ^= own[path]
                buckets.setdefault(rest, []).append((place, frozenset(gone)))
    return {rest: bucket for rest, bucket in buckets.items() if len(bucket) > 1}


def _hash(path: str, text: str) -> int:
    content = f"{len(path)}:{path}{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(content, digest_size=16).digest(), "big")


def _changes(first: Leaves, second: Leaves) -> tuple[tuple[str, str | None, str | None], ...]:
    differing = [path for path in first.keys() | second.keys() if first.get(path) != second.get(path)]
    return tuple((path, first.get(path), second.get(path)) for path in sorted(differing, key=natural_key))
