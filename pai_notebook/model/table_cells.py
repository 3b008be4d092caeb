"""What the cells of a stranger's table hold: numbers, texts and lists as JSON has them, or nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import plain_array, plain_number
from pai_notebook.model.metric_cells import State, read_value


def is_of_numbers(kind: Any) -> bool:
    """Whether the type of a column is one of numbers; that of categories is that of what they are."""
    return getattr(getattr(getattr(kind, "categories", None), "dtype", kind), "kind", "O") in "iuf"


def are_numbers(values: Iterable[Any]) -> bool:
    """Whether most of what is stated in a column reads as a number, or half of it is numbers, not texts."""
    stated = list(filter(is_stated, values))
    numbers = list(filter(is_number, stated))
    is_half = 2 * len(numbers) == len(stated) > 0 and not any(isinstance(each, str) for each in numbers)
    return (2 * len(numbers) > len(stated) or is_half) and all(map(is_json, stated))


def hold_numbers(values: Iterable[Any]) -> bool:
    """Whether most of what is stated in a column are lists, or texts with digits; a message of an error is none."""
    stated = list(filter(is_stated, values))
    told = [not isinstance(value, str) or any(map(str.isdigit, value)) for value in stated if not isinstance(value, bool)]
    return 2 * sum(told) > len(stated) and all(map(is_json, stated))


def are_texts(values: Iterable[Any]) -> bool:
    """Whether every cell is a text."""
    return all(isinstance(each, str) for each in values)


def is_number(value: Any) -> bool:
    """Whether a cell reads as a number, a text as `read_value` takes it."""
    return isinstance(value, Decimal) or read_value(value)[0] in (State.NUMBER, State.NUMERIC_TEXT, State.INFINITE)


def is_json(value: Any) -> bool:
    """Whether a cell is a number, truth value or text, or a list of these, with None for what was not measured."""
    plain_value = _plain(value)
    items: Sequence[Any] = [item for item in plain_value if item is not None] if isinstance(plain_value, list) else [plain_value]
    return isinstance(value, Decimal) or all(isinstance(item, str | int | float) for item in items)


def as_json(argument: str, column: str, value: Any) -> Any:
    """Give a cell of a metric or a setting as JSON has it.

    Raises
    ------
    ConfigurationError
        For what is neither: a moment, a complex number, an array of several dimensions.
    """
    if isinstance(value, Decimal):
        return plain_number(value)
    if not is_json(value):
        said = say("{argument}: the column {column!r} holds {value}", argument=argument, column=column, value=described(value))
        raise ConfigurationError(said, hint=say("Pass numbers, truth values, texts or lists of numbers."))
    return _plain(value)


def _plain(value: Any) -> Any:
    """Arrays and tuples as lists."""
    return plain_array(value) if hasattr(value, "tolist") else list(value) if isinstance(value, tuple) else value


def is_there(value: Any) -> bool:
    """Whether a cell of a DataFrame holds something: None, NaN, NA and NaT are how pandas says that it does not."""
    missing = value is None or type(value).__name__ in ("NAType", "NaTType")
    return not missing and not ((isinstance(value, float) and math.isnan(value)) or (isinstance(value, Decimal) and value.is_nan()))


def is_stated(value: Any) -> bool:
    """Whether a cell of a metric or a name says something; an empty text, as of a table read as texts, does not."""
    return is_there(value) and not (isinstance(value, str) and not value.strip())
