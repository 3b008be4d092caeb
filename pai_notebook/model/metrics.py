"""Metrics as cells: what a version says about itself, by dataset and path, each value with its state."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from operator import index
from typing import Any, overload

from pai_notebook.arguments import described
from pai_notebook.calls import checked
from pai_notebook.display import Brief
from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.model.document import canonical_json
from pai_notebook.model.equality import bag_key
from pai_notebook.model.flatten import metric_leaves, natural_key
from pai_notebook.model.metrics_document import Entry, read_entries
from pai_notebook.model.names import Name, resolve
from pai_notebook.model.nearest import counted, dataset_nicks, listed
from pai_notebook.model.source import Provenance, dataset_names


class State(StrEnum):
    """What kind of value a cell has, so that nothing is lost in NaN."""

    NUMBER = "number"
    ABSENT = "absent"
    NO_METRICS = "no metrics"
    NULL = "null"
    NAN = "NaN"
    INFINITE = "infinite"
    NUMERIC_TEXT = "numeric text"
    TEXT = "text"
    BOOLEAN = "boolean"
    SERIES = "series"
    MATRIX = "matrix"
    FETCH_FAILED = "fetch failed"


@dataclass(frozen=True, repr=False)
class Cell(Brief):
    """One value of one version.

    Attributes
    ----------
    dataset : str
        `DatasetId`, else `Uri`, else canonical JSON of `Dataset`; empty where no dataset is named.
    path : str
        Dotted name, a key's own dots escaped; `(value)` for a value without a name.
    state : State
        What kind of value it is.
    value : float or None
        The number: as sent, parsed from a numeric text, or the last point of a curve; None where there is none, and for a bare
        list of numbers, which may be a curve, folds or runs.
    text : str
        The value in full, as text: a text as sent, everything else as JSON.
    raw : object
        The value as sent.
    duplicate : bool
        Whether the same (dataset, path) occurs more than once in this version.
    note : str
        What should be known before the value is used, else empty.
    """

    dataset: str
    path: str
    state: State
    value: float | None = field(compare=False)
    text: str
    raw: Any = field(compare=False, repr=False)
    duplicate: bool = False
    note: str = ""

    @property
    def name(self) -> str:
        """`path@dataset`, or the path alone where no dataset is named."""
        return f"{self.path}@{self.dataset}" if self.dataset else self.path

    def _brief(self) -> str:
        return say("{what}: {said}", what=self.name, said=self.said)

    @property
    def said(self) -> str:
        """The value in few words: a number as it is, a text in quotes, everything else with its state."""
        if self.state in (State.NUMBER, State.NAN, State.INFINITE, State.BOOLEAN, State.NULL):
            return self.text
        if not self.text:
            return say(self.state)
        text = self.text if len(self.text) <= _FEW else f"{self.text[:_FEW]}…"
        return repr(text) if self.state is State.TEXT else say("{version} ({state})", version=text, state=say(self.state))


# Characters of a text in a repr.
_FEW = 40
_NUMERIC = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?[0-9]+")
# Whole numbers up to this are exact in a float.
_EXACT = 2**53
_STATES = {state: place for place, state in enumerate(State)}
_STEPS = frozenset({"step", "epoch", "iteration", "timestamp", "time", "x"})
_VALUES = frozenset({"value", "y"})
# Fewer pairs of numbers may be anything; from three on, rising whole numbers are steps.
_FEWEST_STEPS = 3


def read_value(raw: Any) -> tuple[State, float | None, str]:
    """Read one JSON value: its state, its number where it has one, and a note where one is due.

    A text is numeric when it is one plain decimal number: neither percent signs nor decimal commas are guessed at, and
    digits that read as an identifier (leading zeros, an integer beyond 2**53) stay text.

    Examples
    --------
    >>> read_value(0.91)[:2], read_value("0.91")[:2], read_value("92.3%")[:2]
    ((<State.NUMBER: 'number'>, 0.91), (<State.NUMERIC_TEXT: 'numeric text'>, 0.91), (<State.TEXT: 'text'>, None))
    >>> read_value([{"step": 1, "value": 0.3}, {"step": 2, "value": 0.2}])[:2], read_value([0.9, 0.91, 0.8])[:2]
    ((<State.SERIES: 'series'>, 0.2), (<State.SERIES: 'series'>, None))
    """
    if isinstance(raw, float):
        return (State.NUMBER, float(raw), "") if math.isfinite(raw) else _read_number(raw)
    if raw is None or isinstance(raw, bool):
        return State.NULL if raw is None else State.BOOLEAN, None, ""
    if isinstance(raw, int):
        return _read_number(raw)
    if isinstance(raw, str):
        return _read_text(raw)
    if isinstance(raw, list | tuple):
        return _read_list(raw)
    return State.TEXT, None, "" if isinstance(raw, dict) else "not a JSON value"


def _read_number(raw: float) -> tuple[State, float | None, str]:
    try:
        value = float(raw)
    except OverflowError:
        return State.INFINITE, math.copysign(math.inf, 1 if raw > 0 else -1), say("beyond the range of float64")
    if math.isnan(value):
        return State.NAN, value, ""
    if math.isinf(value):
        return State.INFINITE, value, ""
    return State.NUMBER, value, say("rounded to float64") if isinstance(raw, int) and value != raw else ""


def _read_text(raw: str) -> tuple[State, float | None, str]:
    text = raw.strip()
    if not _NUMERIC.fullmatch(text):
        return State.TEXT, None, ""
    value = float(text)
    if math.isinf(value) or (_INTEGER.fullmatch(text) and abs(value) > _EXACT):
        return State.TEXT, None, ""
    return State.NUMERIC_TEXT, value, say("a number sent as text")


def _read_list(raw: Sequence[Any]) -> tuple[State, float | None, str]:
    points = series_points(raw)
    if points is None:
        return State.MATRIX, None, ""
    # Only what names its steps is a curve whose last point says where it ended; a bare list may be folds or runs.
    ended = points[-1] if points and not math.isnan(points[-1]) and not any(map(_is_point, raw)) and _has_steps(raw) else None
    return State.SERIES, ended, ""


def _has_steps(raw: Sequence[Any]) -> bool:
    return all(isinstance(item, list | tuple) or len(item) > 1 for item in raw)


def series_points(raw: Any) -> tuple[float, ...] | None:
    """Points of a series in order of step, None when the value is not a series.

    A series is a list of numbers, of objects with a value and at most a step, or of pairs of a whole step and a number; a null
    is a gap and comes back as NaN.

    Examples
    --------
    >>> series_points([{"step": 2, "value": 0.2}, {"step": 1, "value": 0.3}]), series_points([[0, 0.5], [10, 0.4], [20, 0.3]])
    ((0.3, 0.2), (0.5, 0.4, 0.3))
    >>> series_points([[1, 2], [3, 4]]) is None
    True
    """
    if not isinstance(raw, list | tuple):
        return None
    if all(_is_point(item) for item in raw):
        return tuple(map(_point, raw))
    if _are_steps(raw):
        return tuple(_point(value) for _, value in raw)
    pairs = [_step_value(item) for item in raw]
    known = [pair for pair in pairs if pair is not None]
    if len(known) != len(raw):
        return None
    if all(isinstance(step, int | float) and not isinstance(step, bool) and step == step for step, _ in known):  # noqa: PLR0124 - NaN
        known.sort(key=lambda pair: pair[0])
    return tuple(_point(value) for _, value in known)


def _are_steps(raw: Sequence[Any]) -> bool:
    """Whether a list is of pairs of a step and a number: at least three, rising whole steps, and not all whole as counts in a table are."""
    pairs = [item for item in raw if isinstance(item, list | tuple) and len(item) == 2 and all(map(_is_point, item))]  # noqa: PLR2004
    steps = [step for step, _ in pairs]
    rising = len(pairs) == len(raw) >= _FEWEST_STEPS and all(type(step) is int for step in steps) and steps == sorted(set(steps))
    return rising and any(isinstance(value, float) and not value.is_integer() for _, value in pairs)


def _is_point(item: Any) -> bool:
    return item is None or (isinstance(item, int | float) and not isinstance(item, bool))


def _point(item: Any) -> float:
    value = math.nan if item is None else _read_number(item)[1]
    return math.nan if value is None else value


def _step_value(item: Any) -> tuple[Any, Any] | None:
    """Take a point such as ``{"step": 10, "value": 0.3}`` apart, None when it is something else."""
    if not isinstance(item, dict) or len(item) > 2:  # noqa: PLR2004 - a step and a value
        return None
    keys = {str(key).casefold(): key for key in item}
    values, steps = keys.keys() & _VALUES, keys.keys() & _STEPS
    if len(values) != 1 or len(values) + len(steps) != len(item) or not _is_point(item[keys[next(iter(values))]]):
        return None
    return (item[keys[next(iter(steps))]] if steps else None), item[keys[next(iter(values))]]


def text_of(raw: Any) -> str:
    """Give a value in full as text: a text as it is, everything else as JSON."""
    if type(raw) is float and math.isfinite(raw):
        return repr(raw)  # what JSON writes, in a tenth of the time
    return raw if isinstance(raw, str) else canonical_json(raw)


class Metrics(Brief, Sequence[Cell]):
    """The cells of one version, in an order that depends on their names alone.

    Parameters
    ----------
    raw : object
        The `Metrics` field as sent, whatever its form.
    provenance : Provenance, optional
        Where it came from, which says what datasets are called.

    Examples
    --------
    >>> metrics = read_metrics({"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.175}}]})
    >>> metrics["cer"].value, metrics.get("cer", "d-a").state, metrics.datasets
    (0.175, <State.NUMBER: 'number'>, ('d-a',))
    """

    __slots__ = ("__dict__", "_provenance", "_raw")

    def __init__(self, raw: Any = None, provenance: Provenance | None = None) -> None:
        self._raw = raw
        self._provenance = provenance

    @cached_property
    def _read(self) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        return read_entries(self._raw)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """(dataset, content) pairs before flattening: what a fast reader needs."""
        return self._read[0]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell, ordered by path and dataset in natural order, duplicates by their text."""
        leaves = [(dataset, path, raw) for dataset, content in self.entries for path, raw in metric_leaves(content)]
        count: dict[tuple[str, str], int] = {}
        for dataset, path, _ in leaves:
            count[dataset, path] = count.get((dataset, path), 0) + 1
        cells = [make_cell(dataset, path, raw, duplicate=count[dataset, path] > 1) for dataset, path, raw in leaves]
        return tuple(sorted(cells, key=cell_order))

    @property
    def names(self) -> tuple[str, ...]:
        """Paths without repetition, in order."""
        return tuple(dict.fromkeys(cell.path for cell in self.cells))

    @property
    def datasets(self) -> tuple[str, ...]:
        """Datasets without repetition, in natural order; an empty name stands for cells without one."""
        return tuple(sorted({cell.dataset for cell in self.cells}, key=natural_key))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not as documented, and what should be known: one sentence each."""
        return (*self._read[1], *_duplicates(self.cells), *similar_names(self.names))

    @cached_property
    def _by_name(self) -> dict[Name, tuple[Cell, ...]]:
        labels = dataset_names([self._provenance] if self._provenance else [])
        nicks = dataset_nicks(self.datasets, labels)
        return {Name("metrics", *key, labels.get(key[1], ""), nicks.get(key[1], "")): cells for key, cells in self.groups.items()}

    @cached_property
    def groups(self) -> dict[tuple[str, str], tuple[Cell, ...]]:
        """Cells by path and dataset, in their order."""
        found: dict[tuple[str, str], tuple[Cell, ...]] = {}
        for cell in self.cells:
            key = cell.path, cell.dataset
            found[key] = (*found[key], cell) if key in found else (cell,)
        return found

    @checked
    def first(self, path: str, dataset: str = "") -> Cell | None:
        """Return the cell of exactly this path and dataset.

        Parameters
        ----------
        path : str
            Name of the metric, exactly.
        dataset : str
            Dataset, exactly; empty for values without one.

        Returns
        -------
        Cell or None
            The first where there are several; None where there is none.

        Examples
        --------
        >>> Metrics({"cer": 0.2}).first("cer"), Metrics({"cer": 0.2}).first("wer")
        (<Cell cer: 0.2>, None)
        """
        return next(iter(self.every(path, dataset)), None)

    @checked
    def every(self, path: str, dataset: str = "") -> tuple[Cell, ...]:
        """Return the cells of exactly this path and dataset.

        Parameters
        ----------
        path : str
            Name of the metric, exactly.
        dataset : str
            Dataset, exactly; empty for values without one.

        Returns
        -------
        tuple of Cell
            None, one, or several where it is stated more than once.

        Examples
        --------
        >>> len(Metrics({"cer": 0.2}).every("cer"))
        1
        """
        return self.groups.get((path, dataset), ())

    @checked
    def get(self, path: str, dataset: str | None = None, default: Cell | None = None) -> Cell | None:
        """Return the cell of a name, or a default where there is none.

        Parameters
        ----------
        path : str
            The name, as in `metrics[...]`: `cer`, `cer@d-a`, `cer[d-a]`, with `metrics.` or without.
        dataset : str, optional
            The dataset, where the name does not say it and there are several.
        default : Cell, optional
            What comes back for a metric that is not there.

        Returns
        -------
        Cell or None
            The cell, or the default.

        Raises
        ------
        ComparisonError
            When the metric was measured on several datasets and none is named, or is stated twice.

        Examples
        --------
        >>> metrics = read_metrics({"cer": 0.175})
        >>> metrics.get("cer").value, metrics.get("wer"), metrics.get("cer", "d-a")
        (0.175, None, None)
        """
        try:
            return self._cell(path, dataset)
        except NameNotFound:
            return default

    @overload
    def __getitem__(self, key: int | str | tuple[str, str]) -> Cell: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Cell, ...]: ...
    def __getitem__(self, key: int | str | tuple[str, str] | slice) -> Cell | tuple[Cell, ...]:
        """Return a cell by name (`cer`, `cer@d-a`), by name and dataset, or by position; several by a slice.

        Raises
        ------
        NameNotFound
            When the metric does not exist, or it was not measured on the dataset; a KeyError too.
        ComparisonError
            When the metric was measured on several datasets and none is named, or is stated twice.
        """
        if isinstance(key, slice):
            return self.cells[key]
        if isinstance(key, tuple) and len(key) == 2:  # noqa: PLR2004 - a path and its dataset
            return self._cell(*key)
        if isinstance(key, str):
            return self._cell(key)
        try:
            return self.cells[index(key)]
        except TypeError:
            raise TypeError(
                f"metrics[{described(key)}]: a metric is named by text, as in metrics['cer'] or metrics['cer', 'd-a']"
            ) from None

    def _cell(self, path: str, dataset: str | None = None) -> Cell:
        name = resolve(path, self._by_name, dataset=dataset, missing="no metric {text!r}")
        cells = self._by_name[name]
        if len(cells) > 1:
            said = joined([cell.text[:40] for cell in cells[:3]], " and ")
            raise ComparisonError(
                say("{short} is stated {count} times: {said}", short=name.shown, count=len(cells), said=said),
                hint=say("Look at .cells, which has all of them."),
            )
        return cells[0]

    def __contains__(self, key: object) -> bool:
        if isinstance(key, Cell):
            return key in self.cells
        path, dataset = key if isinstance(key, tuple) and len(key) == 2 else (key, None)  # noqa: PLR2004 - as above
        if not isinstance(path, str):
            return False
        try:
            resolve(path, self._by_name, dataset=dataset)
        except NameNotFound:
            return False
        except ComparisonError:
            return True  # on several datasets
        return True

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def __eq__(self, other: object) -> bool:
        return self._key == other._key if isinstance(other, Metrics) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> Hashable:
        """What is equal for metrics that do not differ."""
        return bag_key((cell.dataset, cell.path, cell.raw) for cell in self.cells)

    def _brief(self) -> str:
        shown = {(name.path, name.dataset): name.shown for name in self._by_name}
        stated = [say("{name} {text}", name=shown[cell.path, cell.dataset], text=cell.said) for cell in self.cells]
        count = counted(len(self), "cell")
        return say("of {count}: {names}", count=count, names=listed(stated, 4)) if stated else say("of {count}", count=count)

    def __reduce__(self) -> tuple[Any, ...]:
        return Metrics, (self._raw, self._provenance)

    def _ipython_key_completions_(self) -> list[str]:
        return list(dict.fromkeys([*self.names, *(cell.name for cell in self.cells)]))


def read_metrics(raw: Any) -> Metrics:
    """Read a `Metrics` field of any form; never raises.

    The documented form is a list `Results` of one entry a dataset. Flat and nested maps, JSON inside a text, a bare
    value and mixtures are read too; what is not as documented is kept and noted.
    """
    return Metrics(raw)


def make_cell(dataset: str, path: str, raw: Any, *, duplicate: bool) -> Cell:
    """Give the cell of a value as sent."""
    state, value, note = read_value(raw)
    cell = object.__new__(Cell)
    # a frozen dataclass sets its fields one by one, which takes longer than reading the value
    cell.__dict__.update(dataset=dataset, path=path, state=state, value=value, text=text_of(raw), raw=raw, duplicate=duplicate, note=note)
    return cell


def cell_order(cell: Cell) -> tuple[Any, ...]:
    """Order by name; cells of one name by state, number and text."""
    number = 0.0 if cell.value is None or math.isnan(cell.value) else cell.value
    return natural_key(cell.path), natural_key(cell.dataset), _STATES[cell.state], number, cell.text


def _duplicates(cells: Sequence[Cell]) -> list[str]:
    names = dict.fromkeys(cell.name for cell in cells if cell.duplicate)
    return [say("{name} occurs more than once", name=name) for name in names]


def similar_names(names: Sequence[str]) -> list[Phrase]:
    """Say which names differ only in case, width, accents' encoding or surrounding blanks.

    Examples
    --------
    >>> similar_names(["cer", "CER", "wer"])
    ["'cer' and 'CER' differ only in case or encoding"]
    """
    plain = [(name if name.isascii() else unicodedata.normalize("NFKC", name)).casefold().strip() for name in names]
    if len(set(plain)) == len(plain):
        return []
    groups: dict[str, list[str]] = {}
    for name, key in zip(names, plain, strict=True):
        groups.setdefault(key, []).append(name)
    alike = [joined([repr(name) for name in group], " and ") for group in groups.values() if len(group) > 1]
    return [say("{names} differ only in case or encoding", names=names) for names in alike]
