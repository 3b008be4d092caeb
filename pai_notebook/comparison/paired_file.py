"""Results on the same examples as plain JSON, which a snapshot keeps, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import as_text
from pai_notebook.comparison.paired import Paired
from pai_notebook.comparison.paired_methods import INTERVALS
from pai_notebook.i18n.phrases import Phrase, first, in_language, say
from pai_notebook.io.redaction import Redaction
from pai_notebook.io.redaction_objects import masked_result, masked_versions
from pai_notebook.model.version import ModelVersion
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import pandas as pd

_PLAIN = ("metric", "shown", "version", "other", "n", "delta", "counts", "p_value")
# What a file of an earlier release does not have.
_ADDED = ("cluster", "over_examples", "examples", "unit")
_UNITS = (0.01, 1, 100)
# Levels of lists and objects in a cell, digits of a number in bits, and names of columns in a remark.
_DEEPEST, _LARGEST, _NAMED = 20, 4096, 3
# What infinite numbers are called in columns of numbers.
_INFINITIES = ("inf", "-inf")
# Floats that pandas cannot write, and the beginnings of types of numpy that it writes as numbers.
_LONG, _NUMBERS = ("float96", "float128"), ("bool", "int", "uint", "float32")


def written(result: Paired) -> dict[str, Any]:
    """Give a result as JSON, with the examples that differ and with what its interval is computed from.

    Examples
    --------
    >>> import pandas as pd
    >>> from pai_notebook.comparison.paired_methods import pair
    >>> frames = {name: pd.DataFrame({"id": range(9), "ok": [name == "b"] * 9}) for name in "ab"}
    >>> result = pair("accuracy", frames, "b", "a", on="id", correct="ok")
    >>> found = written(result)
    >>> found["interval"], read(found, "x").interval == result.interval
    ({'kind': 'answers', 'gained': 9, 'lost': 0, 'n': 9}, True)
    """
    source: Any = result.source
    table, as_texts, as_lists = _table(result.flipped)
    kept = (
        ("JSON has no form for some values of {columns}: they are kept as text", as_texts),
        ("JSON has no form for tuples, sets and arrays, as in {columns}: they are kept as lists", as_lists),
    )
    notes = [say(said, columns=first(list(map(visible, names)), _NAMED)) for said, names in kept if names]
    kinds = {made: kind for kind, made in INTERVALS.items()}
    return {
        **{name: getattr(result, name) for name in (*_PLAIN, *_ADDED)},
        "identities": [list(each) for each in result.identities],
        "values": list(result.values),
        "reason": _said(result.reason),
        "remarks": [_said(remark) for remark in (*result.remarks, *notes)],
        "interval": None if source is None else {"kind": kinds[type(source)], **asdict(source)},
        "flipped": table,
    }


def masked_with_results(
    versions: Sequence[ModelVersion], results: Sequence[Paired], redaction: Redaction
) -> tuple[list[ModelVersion], list[Paired]]:
    """Mask versions and results on the same examples, which fit each other afterwards too."""
    entries = list(map(written, results))
    return masked_versions(versions, redaction, entries), [read(masked_result(each, redaction), "") for each in entries]


def read(entry: Mapping[str, Any], path: str) -> Paired:
    """Make a result of what `written` gave.

    Parameters
    ----------
    entry : mapping
        The result as JSON.
    path : str
        The file that it stands in.

    Raises
    ------
    LookupError, TypeError, ValueError
        For anything else.
    """
    _check_types(entry)
    interval = entry["interval"]
    numbers = {key: value for key, value in (interval or {}).items() if key != "kind"}
    made = None if interval is None else INTERVALS[interval["kind"]](**numbers)
    first, second = map(float, entry["values"])
    return Paired(
        **{name: entry[name] for name in _PLAIN},
        **{name: entry[name] for name in _ADDED if name in entry},
        identities=tuple((str(model), str(name)) for model, name in entry["identities"]),
        values=(first, second),
        reason=_again(entry["reason"]),
        remarks=tuple(map(_again, entry["remarks"])),
        flipped=_frame(entry["flipped"]),
        path=path,
        source=made,
    )


def _check_types(entry: Mapping[str, Any]) -> None:
    """Refuse what a constructor takes and what fails only when it is looked at."""
    interval, counts, table = entry["interval"] or {}, entry["counts"], entry["flipped"]
    texts = [*(entry[name] for name in ("metric", "shown", "version", "other")), entry.get("cluster", "")]
    texts += [each["text"] for each in (entry["reason"], *entry["remarks"])]
    texts += [*table["columns"], *table["types"], *(text for model, name in entry["identities"] for text in (model, name))]
    numbers = [entry["delta"], *entry["values"], entry.get("unit", 1), *(value for key, value in interval.items() if key != "kind")]
    numbers += [each for each in (entry["p_value"], entry.get("over_examples"), entry.get("examples")) if each is not None]
    whole = [entry["n"], *counts.values()]
    if not all(isinstance(each, str) for each in texts) or len(entry["identities"]) not in (0, 2):
        raise TypeError("a name or sentence that is no text")
    if not all(type(each) in (int, float) for each in numbers) or not all(type(each) is int for each in whole):
        raise TypeError("a number that is none")
    if entry["n"] < 1 or entry.get("unit", 1) not in _UNITS or set(counts) not in (set(), {"both", "gained", "lost", "neither"}):
        raise ValueError("counts that are none")


def _said(text: str) -> dict[str, Any]:
    values = text.values if isinstance(text, Phrase) and text.template else {}  # noqa: PD011 - not pandas
    plain = {name: value if isinstance(value, int | float) else str(in_language(value, "en")) for name, value in values.items()}
    template = text.template if isinstance(text, Phrase) else ""
    return {"text": in_language(text, "en"), **({"template": template, "values": plain} if template else {})}


def _again(told: Mapping[str, Any]) -> Phrase:
    """Say a sentence of ours again, so that it has its Chinese; what a file calls one and is none stays a text."""
    from pai_notebook.i18n.chinese import TEMPLATES  # noqa: PLC0415 - a catalogue that English does not need

    if told.get("template") in TEMPLATES:
        said = say(told["template"], **told["values"])
        if said == told["text"]:
            return said
    return Phrase(str(told["text"]))


def _table(frame: pd.DataFrame) -> tuple[dict[str, Any], list[str], list[str]]:
    """Give a table as JSON, and the columns of which some values are texts or lists now because JSON has no form for them."""
    frame = frame.copy(deep=False)
    columns, types, as_texts, as_lists = [str(name) for name in frame.columns], [str(kind) for kind in frame.dtypes], [], []
    for place, name in enumerate(columns):
        if frame.dtypes.iloc[place].kind in "biufmM":
            if str(frame.dtypes.iloc[place]) in _LONG:
                frame.isetitem(place, frame.iloc[:, place].to_numpy(dtype="float64"))
            if frame.dtypes.iloc[place].kind == "f":
                _write_infinities(frame, place)
            continue
        cells = frame.iloc[:, place].astype(object).tolist()
        if any(_becomes_list(cell, _DEEPEST) for cell in cells):
            as_lists.append(name)
        texts = {nth: as_text(cell) for nth, cell in enumerate(cells) if not _has_form(cell, _DEEPEST)}
        if texts:
            as_texts.append(name)
            frame = frame.astype({frame.columns[place]: object})
            frame.isetitem(place, [texts.get(nth, cell) for nth, cell in enumerate(cells)])
    content = json.loads(frame.to_json(orient="split", date_format="iso", double_precision=15, default_handler=str))
    return {"columns": columns, "types": types, "rows": content["data"]}, as_texts, as_lists


def _write_infinities(frame: pd.DataFrame, place: int) -> None:
    """Write infinite numbers as the texts that read back as such: pandas has null for them in JSON, as for what is missing."""
    numbers = frame.iloc[:, place].to_numpy(dtype="float64", na_value=math.nan)
    texts = {nth: str(number) for nth, number in enumerate(numbers) if math.isinf(number)}
    if texts:
        cells = frame.iloc[:, place].astype(object).tolist()
        frame.isetitem(place, [texts.get(nth, cell) for nth, cell in enumerate(cells)])


def _becomes_list(value: Any, levels: int) -> bool:
    """Whether a cell is, or holds, what is a list after JSON and none before."""
    if levels <= 0 or isinstance(value, str):
        return False
    if isinstance(value, Mapping):
        return any(_becomes_list(part, levels - 1) for part in value.values())
    if isinstance(value, list):
        return any(_becomes_list(item, levels - 1) for item in value)
    return isinstance(value, tuple | set | frozenset) or (hasattr(value, "tolist") and bool(getattr(value, "ndim", 0)))


def _has_form(value: Any, levels: int) -> bool:
    """Whether JSON has a form for a cell, with so many levels of lists and objects at most."""
    if isinstance(value, str):
        return value.isascii() or value.encode("utf-8", "replace").decode() == value
    if isinstance(value, int):
        return value.bit_length() <= _LARGEST
    if isinstance(value, Real | Decimal) and str(value).strip("-")[:3].lower() == "inf":
        return False  # for what is missing there is null
    if value is None or isinstance(value, float | date | time | timedelta | Decimal) or type(value).__name__ == "NAType":
        return True
    if isinstance(value, Mapping):
        value = [part for pair in value.items() for part in pair]
    elif hasattr(value, "tolist"):  # an array, or a number of numpy
        kind, value = type(value).__name__, value.tolist()
        if not isinstance(value, list):
            return kind.startswith(_NUMBERS)
    return isinstance(value, list | tuple | set | frozenset) and levels > 0 and all(_has_form(item, levels - 1) for item in value)


def _frame(table: Mapping[str, Any]) -> pd.DataFrame:
    """Make the table again, with the types of its columns as far as they can be read back."""
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    frame = pd.DataFrame(table["rows"], columns=table["columns"], dtype=object)
    for place, kind in enumerate(table["types"]):
        column = frame.columns[place]
        if kind.lower().startswith("float"):
            frame[column] = frame[column].map(lambda cell: float(cell) if cell in _INFINITIES else cell)
        try:
            frame[column] = pd.to_datetime(frame[column]).astype(kind) if kind.startswith("datetime") else frame[column].astype(kind)
        except (TypeError, ValueError):
            continue  # texts say what it held
    return frame
