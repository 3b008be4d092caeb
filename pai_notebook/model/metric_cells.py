"""Cells: one value of a version each, read into the state that it is in, so that nothing is lost in NaN."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile
from typing import Any, NoReturn

from pai_notebook.arguments import is_number
from pai_notebook.display import Brief
from pai_notebook.errors import ConfigurationError
from pai_notebook.guides import guide
from pai_notebook.i18n.phrases import say
from pai_notebook.model.differing import Differing
from pai_notebook.model.document import canonical_json, frozen_json
from pai_notebook.model.flatten import natural_key
from pai_notebook.model.numbers import EXACT

# The sign of the best of a row or column: told apart from all others, and that as measured or not told apart from it.
BEST, BEST_AS_MEASURED = "★", "☆"


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
    DIFFERS = "differs among members"


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
        The value as sent; a list or object of it cannot be changed, a copy can.
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

    _instead = guide({"value": "number score result float", "name": "key metric"})
    _leads_to = (("Metrics", "metrics"), ("ModelVersion", "version"))

    def __getitem__(self, key: object) -> NoReturn:
        """Refuse `dict(v.metrics)` in our words: Python would replace those of a TypeError by its own."""
        said = say("{kind} {lacks}", kind="Cell", lacks=say("cannot be indexed or iterated"))
        raise ConfigurationError(said, hint=say("Use {code}.", code="{cell.name: cell.value for cell in metrics}"))

    def __float__(self) -> float:
        if self.value is None:
            raise TypeError(str(say("{name} is not a number: {said}", name=self.name, said=self.said)))
        return self.value

    def __format__(self, form: str) -> str:
        """Write the number as a format such as `.3f` asks, the cell itself where nothing is asked for."""
        return format(float(self), form) if form else str(self)

    def _no_order(self, other: object) -> bool:  # noqa: ARG002 - as Python calls it
        """Refuse `v.metrics["cer"] < 0.2`: a cell without a number would have to be less or not."""
        __tracebackhide__ = True  # IPython leaves this frame out
        raise TypeError(str(say("a Cell has no order: compare its value, as in metrics[{name!r}].value", name=self.name)))

    __lt__ = __le__ = __gt__ = __ge__ = _no_order

    @property
    def said(self) -> str:
        """The value in few words: a number as it is, a text in quotes, everything else with its state."""
        if self.state in (State.NUMBER, State.NAN, State.INFINITE, State.BOOLEAN, State.NULL):
            return self.text
        if not self.text:
            return say(self.state)
        if self.state is State.DIFFERS:
            return self.text
        text = self.text if len(self.text) <= _FEW else f"{self.text[:_FEW]}…"
        return repr(text) if self.state is State.TEXT else say("{version} ({state})", version=text, state=say(self.state))


_new, _set = object.__new__, object.__setattr__
# Characters of a text in a repr.
_FEW = 40
_NUMERIC = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?[0-9]+")
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
    return State.TEXT, None, "" if isinstance(raw, dict) else say("not a JSON value")


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
    if type(raw) is Differing:
        return State.DIFFERS, None, ""
    text = raw.strip()
    if not _NUMERIC.fullmatch(text):
        return State.TEXT, None, ""
    value = float(text)
    if math.isinf(value) or (_INTEGER.fullmatch(text) and abs(value) > EXACT):
        return State.TEXT, None, ""
    return State.NUMERIC_TEXT, value, say("a number sent as text")


def whole_number(raw: Any) -> int | None:
    """Give a whole number as it was sent, as a number or as text; None for any other value.

    Examples
    --------
    >>> whole_number(1000), whole_number("1000"), whole_number(1000.0), whole_number("1e3"), whole_number(True)
    (1000, 1000, None, None, None)
    """
    is_text = isinstance(raw, str) and _INTEGER.fullmatch(raw.strip()) is not None and _read_text(raw)[1] is not None
    return int(raw) if is_text or type(raw) is int else None


def _read_list(raw: Sequence[Any]) -> tuple[State, float | None, str]:
    points = measured_points(raw)
    if points is None:
        return State.MATRIX, None, ""
    # Only what names its steps is a curve whose last point says where it ended; a bare list may be folds or runs.
    ended = points[-1] if points and not math.isnan(points[-1]) and not any(map(_is_point, raw)) and _has_steps(raw) else None
    return State.SERIES, ended, ""


def _has_steps(raw: Sequence[Any]) -> bool:
    return all(isinstance(item, list | tuple) or len(item) > 1 for item in raw)


def matrix_size(cell: Cell) -> str:
    """Say how large a matrix is; empty for what is none.

    Examples
    --------
    >>> from pai_notebook.model.metrics import read_metrics
    >>> [matrix_size(cell) for cell in read_metrics({"confusion": [[50, 4], [3, 51]], "x": 1}).cells]
    ['2×2 matrix', '']
    """
    lines = cell.raw if cell.state is State.MATRIX and isinstance(cell.raw, list) else []
    widths = {len(line) if isinstance(line, list) else -1 for line in lines}
    return say("{rows}×{columns} matrix", rows=len(lines), columns=widths.pop()) if len(widths) == 1 and -1 not in widths else ""


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
    found = _in_order(raw)
    return None if found is None else tuple(map(_point, found))


def measured_points(raw: Any) -> tuple[float, ...] | None:
    """Points of a series that were measured: all but null; NaN, as of a training that diverged, is among them.

    Examples
    --------
    >>> measured_points([0.3, None, 0.2, None]), measured_points([0.3, float("nan")])
    ((0.3, 0.2), (0.3, nan))
    """
    found = _in_order(raw)
    return None if found is None else tuple(_point(item) for item in found if item is not None)


def nulls_at_end(raw: Any) -> int:
    """How many points of a series behind the last measured one are null.

    Examples
    --------
    >>> nulls_at_end([0.3, None, 0.2, None, None]), nulls_at_end([0.3]), nulls_at_end([[1, 2], [3, 4]])
    (2, 0, 0)
    """
    return sum(1 for _ in takewhile(lambda item: item is None, reversed(_in_order(raw) or ())))


def _in_order(raw: Any) -> list[Any] | None:
    """Values of a series as sent in order of step, None when the value is not a series."""
    if not isinstance(raw, list | tuple):
        return None
    if all(_is_point(item) for item in raw):
        return list(raw)
    if _are_steps(raw):
        return [value for _, value in raw]
    pairs = [_step_value(item) for item in raw]
    known = [pair for pair in pairs if pair is not None]
    if len(known) != len(raw):
        return None
    if all(is_number(step) and step == step for step, _ in known):  # noqa: PLR0124 - NaN
        known.sort(key=lambda pair: pair[0])
    return [value for _, value in known]


def _are_steps(raw: Sequence[Any]) -> bool:
    """Whether a list is of pairs of a step and a number: at least three, rising whole steps, and not all whole as counts in a table are."""
    pairs = [item for item in raw if isinstance(item, list | tuple) and len(item) == 2 and all(map(_is_point, item))]  # noqa: PLR2004
    steps = [step for step, _ in pairs]
    rising = len(pairs) == len(raw) >= _FEWEST_STEPS and all(type(step) is int for step in steps) and steps == sorted(set(steps))
    return rising and any(isinstance(value, float) and not value.is_integer() for _, value in pairs)


def _is_point(item: Any) -> bool:
    return item is None or is_number(item)


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


def make_cell(dataset: str, path: str, raw: Any, *, duplicate: bool) -> Cell:
    """Give the cell of a value as sent."""
    is_plain = type(raw) is float and math.isfinite(raw)
    # most values are: no other function is called for them
    state, value, note = (State.NUMBER, raw, "") if is_plain else read_value(raw)
    cell = _new(Cell)
    # what the class has already is left to it, and the dict is not asked for, so that Python makes none
    _set(cell, "dataset", dataset)
    _set(cell, "path", path)
    _set(cell, "state", state)
    _set(cell, "value", value)
    _set(cell, "text", repr(raw) if is_plain else text_of(raw))
    _set(cell, "raw", raw if is_plain else frozen_json(raw))
    if duplicate:
        _set(cell, "duplicate", duplicate)
    if note:
        _set(cell, "note", note)
    return cell


def cell_order(cell: Cell) -> tuple[Any, ...]:
    """Order by name; cells of one name by state, number and text."""
    number = 0.0 if cell.value is None or math.isnan(cell.value) else cell.value
    return natural_key(cell.path), natural_key(cell.dataset), _STATES[cell.state], number, cell.text
