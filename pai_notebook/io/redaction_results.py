"""Masks results on the same examples, whose tables hold what documents hold: by the names of columns, inside of lists and objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.i18n.phrases import say
from pai_notebook.io.redaction_names import what_name_says

if TYPE_CHECKING:
    from pai_notebook.io.redaction import Redaction

_NAMES = ("metric", "shown", "version", "other", "cluster")
_TOLD = ("reason", "remarks")


def rows_of(result: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the rows of a result, as JSON, as documents: what both versions share, then what is of each."""
    table = result["flipped"]
    sides = _sides(table["columns"])
    for row in table["rows"]:
        for side in sides:
            yield {name: row[place] for name, place in side.items()}


def masked_result(result: Mapping[str, Any], redaction: Redaction) -> dict[str, Any]:
    """Mask a result, as JSON; versions keep fitting those that are masked by the same redaction.

    Examples
    --------
    >>> from pai_notebook.io.redaction import Redaction
    >>> table = {"columns": ["OwnerId", "password (1)"], "types": ["int64", "object"], "rows": [[1234567, "x1"]]}
    >>> masked_result({"metric": "f1", "flipped": table, "identities": []}, Redaction())["flipped"]["rows"]
    [['masked-owner-1', 'masked-key-1']]
    """
    table = result["flipped"]
    parts = {key: "@".join(map(redaction.text, result[key].split("@"))) for key in _NAMES if key in result}
    where = parts["metric"]
    sides = _sides(table["columns"])
    masked = iter(redaction.documents((row, where) for row in rows_of(result)))
    rows = [list(row) for row in table["rows"]]
    for row in rows:
        for side in sides:
            for place, value in zip(side.values(), next(masked).values(), strict=True):
                row[place] = value
    secret = next((name for side in sides for name in side if what_name_says(name).sure), "")
    told = {key: _texts(_without_ids(result[key], secret, redaction), redaction) for key in _TOLD if key in result}
    return {
        **result,
        **parts,
        **told,
        "identities": [[model, redaction.text(name)] for model, name in result["identities"]],
        "flipped": {**table, "columns": list(map(redaction.text, table["columns"])), "rows": rows},
    }


def _sides(columns: Sequence[str]) -> list[dict[str, int]]:
    """Positions of columns by name, without the version behind it: one mapping for what is shared, and for each version."""
    sides: dict[tuple[str, int], dict[str, int]] = {}
    for place, column in enumerate(columns):
        name = _without_version(column)
        nth = 0
        while name in sides.setdefault((column[len(name) :], nth), {}):
            nth += 1
        sides[column[len(name) :], nth][name] = place
    return list(sides.values())


def _without_version(column: str) -> str:
    """Leave out the version that a column is of: `password (1)`; a name of a version may hold brackets itself."""
    return column.partition(" (")[0] if column.endswith(")") else column


def _without_ids(told: Any, secret: str, redaction: Redaction) -> Any:
    """Mask the ids that remarks list where a column of the table is called as a secret is: they may be from there."""
    if isinstance(told, list):
        return [_without_ids(each, secret, redaction) for each in told]
    values = told.get("values", {})
    if not secret or "ids" not in values:
        return told
    values = {**values, "ids": redaction.document({secret: values["ids"]})[secret]}
    return {**told, "values": values, "text": say(told["template"], **values)}


def _texts(value: Any, redaction: Redaction) -> Any:
    if isinstance(value, Mapping):
        return {key: _texts(item, redaction) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item, redaction) for item in value]
    return redaction.text(value) if isinstance(value, str) else value
