"""One table with the answers of several versions, which `paired` takes as a table a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, say
from pai_notebook.model.nearest import listed
from pai_notebook.python_source import literal

if TYPE_CHECKING:
    from pai_notebook.comparison.paired import Paired

_TWO = 2
# Rows of a column that are looked at for names of versions.
_ROWS = 10_000
# What stands between a column and the version it is of.
_MARKS = "_.-@/ "


def tables_of(table: Any, called: Mapping[str, str], on: str, column: str | None) -> dict[str, Any]:
    """Give a table with a column a version as a table a version.

    Parameters
    ----------
    table : pandas.DataFrame
        A row an example; the columns of two versions are called as these, or by the name of the column and that of the version.
    called : mapping of str to str
        Versions that are compared, by what they may be called.
    on : str
        The column of ids.
    column : str or None
        What the columns hold, as the tables have it; None where it is not one column.

    Raises
    ------
    ConfigurationError
        With the code that makes the tables, where no two columns are of versions.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"id": [1, 2], "text": ["a", "b"], "ok_0.1.0": [1, 0], "ok_0.2.0": [1, 1]})
    >>> tables = tables_of(table, {"0.1.0": "0.1.0", "0.2.0": "0.2.0"}, "id", "ok")
    >>> {name: list(own.columns) for name, own in tables.items()}
    {'0.1.0': ['id', 'text', 'ok'], '0.2.0': ['id', 'text', 'ok']}
    """
    alone: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for each in table.columns:
        text = str(each)
        parts = (end for mark in _MARKS for end in (text.removeprefix(f"{column}{mark}"), text.removesuffix(f"{mark}{column}")))
        if each == on:
            continue
        if text in called:
            alone.setdefault(called[text], each)
        elif (name := next((called[part] for part in parts if part in called), None)) is not None:
            beside.setdefault(name, each)
    found = beside if len(beside) == _TWO else alone
    if len(found) != _TWO or column is None or (column in table.columns and column not in found.values()):
        raise _refusal(table, called, list(found), on, column)
    one, other = found.values()
    sides = (table.drop(columns=[other]).rename(columns={one: column}), table.drop(columns=[one]).rename(columns={other: column}))
    return dict(zip(found, sides, strict=True))


def how_given(names: Sequence[str]) -> Phrase:
    """Say how the tables of two versions are handed over."""
    pairs = ", ".join(f"{literal(name)}: df{place}" for place, name in enumerate(names[:_TWO], 1))
    return say("Pass two versions with their tables, as {code}; call it again for others.", code=f"{{{pairs}}}")


def of_predictions(frames: Any, tables: Mapping[str, Any], correct: str, result: Paired, stated: Sequence[float | None]) -> Phrase | None:
    """Say that answers look like predictions, where a column of the truth makes them agree with what is stated; else None.

    Parameters
    ----------
    frames, tables : mapping of str to pandas.DataFrame, or a DataFrame
        As they were handed over, and as a table a version.
    correct : str
        Column of what was taken for right and wrong.
    result : Paired
        What the tables give.
    stated : sequence of float or None
        What the versions state, in the order of the result's values.
    """
    sides = [tables[name] for name in (result.version, result.other)]

    def far(shares: Sequence[float]) -> float:
        return sum(abs(result.unit * share - (number or 0.0)) for share, number in zip(shares, stated, strict=True))

    now = far([value / result.unit for value in result.values])
    both = [
        each for each in sides[0].columns if each != correct and all(each in side and {*side[each].dropna()} == {0, 1} for side in sides)
    ]
    found = next((each for each in both if 2 * far([float((side[correct] == side[each]).mean()) for side in sides]) < now), None)
    if found is None:
        return None
    own = [correct]
    if hasattr(frames, "columns"):
        own = [each for each in frames.columns if each not in sides[0].columns or each not in sides[1].columns]
    return _made_right(own, found)


def _made_right(columns: Sequence[Any], truth: Any) -> Phrase:
    """Say how predictions become right and wrong."""
    names = ", ".join(map(literal, columns))
    code = f"df[[{names}]] = df[[{names}]].eq(df.pop({literal(truth)}), axis=0)"
    return say("The values look like predictions; make them right or wrong with {code}.", code=code)


def _refusal(table: Any, called: Mapping[str, str], found: Sequence[str], on: str, column: str | None) -> ConfigurationError:
    names = list(dict.fromkeys(called.values()))
    said = say("frames: {said} given, two tables are needed", said=described(table))
    if len(found) > _TWO:
        keep = say("It has columns of {names}: leave two of them, and call it again for others.", names=listed(found))
        return ConfigurationError(said, hint=keep)
    texts = ((each, {*map(str, table[each].dropna().head(_ROWS))}) for each in table.columns)
    of_rows = next((each for each, there in texts if there and there <= called.keys()), None)
    if of_rows is not None:
        return ConfigurationError(said, hint=say("Use {code}.", code=f"dict(list(df.groupby({literal(of_rows)})))"))
    if column is None:
        return ConfigurationError(said, hint=how_given(names))
    if len(found) == _TWO:
        own = [each for each in table.columns if called.get(str(each)) in found]
        classes = {*table[column].dropna().head(_ROWS)}
        is_truth = len(own) == len(classes) == _TWO and all({*table[each].dropna().head(_ROWS)} <= classes for each in own)
        leave = say("Use {code}.", code=f"df.drop(columns=[{literal(column)}])")
        return ConfigurationError(said, hint=_made_right(own, column) if is_truth else leave)
    ends = {str(each).removesuffix(names[0]) for each in table.columns if str(each).endswith(names[0])}
    shared = [each for each in ends if any(f"{each}{name}" in table.columns for name in names[1:]) and each.rstrip(_MARKS)]
    if shared:
        return ConfigurationError(said, hint=say("Use {code}.", code=f"correct={literal(shared[0].rstrip(_MARKS))}"))
    others = [each for each in table.columns if each != on]
    columns = others[:_TWO] if len(others) == _TWO else ["COLUMN_1", "COLUMN_2"]
    pairs = ", ".join(f"{literal(own)}: {literal(name)}" for own, name in zip(columns, names, strict=False))
    return ConfigurationError(said, hint=say("Call its columns as the versions: {code}.", code=f"df.rename(columns={{{pairs}}})"))
