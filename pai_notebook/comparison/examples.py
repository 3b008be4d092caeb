"""Results for each example of two versions, brought together by id."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import as_text, described, is_truth
from pai_notebook.errors import ComparisonError, ConfigurationError
from pai_notebook.i18n.phrases import Phrase, first, joined, say
from pai_notebook.model.nearest import nearest, nearest_or_known
from pai_notebook.model.numbers import EXACT
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_NAMED = 3
# How types of texts begin: `str`, `string`, `string[pyarrow]`.
_TEXTS = "str"
OF_CLASSES = say("For classes pass correct='ok' after df['ok'] = df.y_pred == df.y_true.")
"""What to do with the classes that a model told."""
# Floats that pandas does not group by.
_NOT_GROUPED = ("float16", "float96", "float128")


@dataclass(frozen=True)
class Examples:
    """Rows of two tables, brought together by id."""

    # what follows is in the order of `ids`, which are the ids that both tables have
    names: tuple[str, str]
    ids: Any
    sides: tuple[pd.DataFrame, pd.DataFrame]
    remarks: tuple[str, ...]
    on: str
    repeated: bool

    @classmethod
    def read(
        cls,
        frames: Mapping[str, pd.DataFrame],
        version: str,
        other: str,
        *,
        on: str,
        columns: Sequence[str],
        kept: Sequence[str] = (),
        value: str | None = None,
        is_right: bool = False,
    ) -> Examples:
        """Bring two tables together.

        Raises
        ------
        ConfigurationError
            For what is no table, a column that is not there, and rows without an id.
        ComparisonError
            When no id is in both.
        """
        names = version, other
        sides = [_with_columns(frames[name], name, (on, *columns), kept) for name in names]
        ids = [side[on] for side in sides]
        types = joined([str(own.dtype) for own in ids], " and ")
        if ids[0].dtype != ids[1].dtype or str(ids[0].dtype).startswith(_TEXTS):
            # pandas finds dates in texts, and truth values in numbers; texts of pyarrow are looked up one by one, forty times as slowly
            ids = [own.astype(object) for own in ids]
        repeats = [own[own.duplicated()].unique() for own in ids]
        if value is not None and any(map(len, repeats)):
            # only numbers have a mean, whatever type the column has
            read = [numbers_of(side, value, name, is_right=is_right) for side, name in zip(sides, names, strict=True)]
            sides = [side.assign(**{value: numbers}) for side, numbers in zip(sides, read, strict=True)]
        common = ids[0][ids[0].isin(ids[1])].unique()
        if not len(common):
            hint = say("The ids have to be equal, in type too.")
            if sides[0][on].dtype == sides[1][on].dtype:
                shown, other_ids = (few_ids(own.unique()) for own in ids)
                told = "The table of {version} has {shown}, that of {other} {ids}."
                hint = say(told, version=version, other=other, shown=shown, ids=other_ids)
            none = "paired: no {on} is in both tables of {version} and {other} ({types})"
            raise ComparisonError(say(none, on=on, version=version, other=other, types=types), hint=hint)
        alone = "1 example is in the table of {name} only: {ids}", "{count} examples are in the table of {name} only: {ids}"
        twice = (
            "1 id occurs more than once in the table of {name} and counts once, by its mean, as a cluster: {ids}",
            "{count} ids occur more than once in the table of {name} and count once, by their mean, as clusters: {ids}",
        )
        repeated = any(map(len, repeats))
        if repeated and value is not None and all(len(side[[on, value]].drop_duplicates()) == side[on].nunique() for side in sides):
            repeated = False
            twice = (
                "1 id occurs more than once in the table of {name}, always with one value, and counts once: {ids}",
                "{count} ids occur more than once in the table of {name}, each always with one value, and count once: {ids}",
            )
        missing = [ids[place][~ids[place].isin(ids[1 - place])].unique() for place in range(len(names))]
        remarks = [
            say(templates[len(found) > 1], count=len(found), name=name, ids=few_ids(found))
            for templates, several in ((alone, missing), (twice, repeats))
            for name, found in zip(names, several, strict=True)
            if len(found)
        ]
        aligned = _aligned(sides, on, common, kept if any(map(len, repeats)) else None, value)
        return cls(names, common, aligned, tuple(remarks), on, repeated)

    def keep(self, known: np.ndarray[Any, Any]) -> Examples:
        """Keep the examples of a mask."""
        return Examples(self.names, self.ids[known], (self.sides[0][known], self.sides[1][known]), self.remarks, self.on, self.repeated)

    def groups(self, cluster: str | None) -> np.ndarray[Any, Any] | None:
        """Which cluster each row belongs to; None where every example stands for itself."""
        if cluster is None:
            return self.ids if self.repeated else None
        return self.agreed(cluster).to_numpy()

    def agreed(self, column: str) -> pd.Series[Any]:
        """Give a column that says something of the examples themselves: it has to be there for each, and the same in both tables.

        Raises
        ------
        ComparisonError
            When it is not, with the first examples.
        """
        mine, theirs = (side[column].astype(object) for side in self.sides)
        missing = mine.isna() | theirs.isna()
        absent, other = (
            ("paired: 1 example has no {column}: {ids}", "paired: {count} examples have no {column}: {ids}"),
            (
                "paired: {column} of 1 example is not the same in both: {ids}",
                "paired: {column} of {count} examples is not the same in both: {ids}",
            ),
        )
        for templates, wrong, hint in (
            (absent, missing, say("Every example needs one; give those that belong to nothing one of their own.")),
            (other, ~missing & (mine != theirs), say("Join it from one of them.")),
        ):
            if wrong.any():
                ids = few_ids(self.ids[wrong.to_numpy()])
                count = int(wrong.sum())
                raise ComparisonError(say(templates[count > 1], count=count, column=visible(column), ids=ids), hint=hint)
        return mine


def _with_columns(frame: Any, name: str, columns: Sequence[str], kept: Sequence[str]) -> pd.DataFrame:
    """A table that has these columns, the first of which names every example; an index counts as a column.

    Those of `kept` say what examples belong together, so that their values have to be equal to others.
    """
    if not hasattr(frame, "columns"):
        inside = ", ".join(f"{each!r}: {'values' if place else 'ids'}" for place, each in enumerate(columns[:2]))
        raise ConfigurationError(
            say("frames: {frame} of {name} is not a DataFrame", frame=described(frame), name=name),
            hint=say("Pass one table a version, as {code}.", code=f"pandas.DataFrame({{{inside}}})"),
        )
    if columns[0] not in frame.columns and columns[0] in frame.index.names:
        frame = frame.assign(**{columns[0]: frame.index.get_level_values(columns[0])})
    frame = frame.reset_index(drop=True)
    if frame.columns.has_duplicates or len({*columns}) < len(columns):
        twice = [str(name) for name in frame.columns[frame.columns.duplicated()]]
        twice = twice or [name for place, name in enumerate(columns) if name in columns[:place]]
        raise ConfigurationError(
            say(
                "frames: a column of {name} is there twice, or used for two things: {visible}", name=name, visible=visible(", ".join(twice))
            ),
            hint=say("Give every column a name of its own."),
        )
    for column in columns:
        if column not in frame.columns:
            there = [str(each) for each in frame.columns]
            hint = nearest_or_known(nearest(str(column), there), there, none=say("The table has no columns; pass one row an example."))
            raise ConfigurationError(say("paired: the table of {name} has no column {column!r}", name=name, column=column), hint=hint)
    if not len(frame):
        raise ConfigurationError(say("frames: the table of {name} has no rows", name=name), hint=say("Pass one row an example."))
    _refuse_rounded_ids(frame[columns[0]], name)
    frame = _of_ids(frame, name, (columns[0], *kept))
    unnamed = int(frame[columns[0]].isna().sum())
    if unnamed:
        several = "paired: {unnamed} rows of {name} have no {columns}"
        raise ConfigurationError(
            say(several if unnamed > 1 else "paired: 1 row of {name} has no {columns}", unnamed=unnamed, name=name, columns=columns[0]),
            hint=say("Every example needs an id."),
        )
    found: pd.DataFrame = frame
    return found


def _refuse_rounded_ids(ids: pd.Series[Any], name: str) -> None:
    """Refuse ids that were whole numbers once and are floats too large to tell them apart: they would name other examples."""
    import numpy as np  # noqa: PLC0415 - numpy loads on first use

    def most(kind: Any) -> Any:
        """The size from which floats of a type skip whole numbers."""
        return min(2.0 ** (np.finfo(kind).nmant + 1), float(EXACT))

    values = ids.cat.categories.to_series() if str(ids.dtype) == "category" else ids
    kind: Any = values.dtype
    if kind.kind == "f":
        kind = getattr(kind, "numpy_dtype", getattr(kind, "subtype", kind))
        sizes = values.dropna().abs()
        rounded = list(sizes[(sizes >= most(kind)) & (sizes < math.inf)])
    else:
        floats: list[Any] = [each for each in values if isinstance(each, float | np.floating)] if kind.kind == "O" else []
        rounded = [each for each in floats if most(type(each) if isinstance(each, np.floating) else float) <= abs(each) < math.inf]
    if rounded:
        raise ConfigurationError(
            say(
                "paired: {column} of {name} holds floats that may have been rounded: {ids}",
                column=ids.name,
                name=name,
                ids=few_ids(rounded),
            ),
            hint=say("Read ids as text or Int64, as in pd.read_csv(path, dtype={kinds}).", kinds=f"{{{str(ids.name)!r}: 'string'}}"),
        )


def _of_ids(frame: pd.DataFrame, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """The table with these columns of a type that can be grouped by."""
    for column in columns:
        if str(frame[column].dtype) in _NOT_GROUPED:
            frame = frame.assign(**{column: frame[column].astype("float64")})
        try:
            frame[column].nunique()
        except TypeError:
            none, hint = (
                "frames: the column {columns!r} of {name} holds no ids",
                say("Pass texts or numbers, as in df[{column!r}].astype(str).", column=column),
            )
            raise ConfigurationError(say(none, columns=column, name=name), hint=hint) from None
    return frame


def _aligned(
    sides: Sequence[pd.DataFrame], on: str, common: Any, kept: Sequence[str] | None, value: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of both in the order of the ids; with `kept` ids that occur more than once by the mean of values, the first of all else."""
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    found = []
    for side in sides:
        if kept is not None:
            by_id = side.groupby(on, sort=False)
            for column in kept:
                if (by_id[column].nunique() > 1).any():  # noqa: PD101 - a group each
                    hint = say("An id that occurs more than once has to have one {column}.", column=column)
                    raise ComparisonError(say("paired: an id has more than one {column}", column=column), hint=hint)
            firsts = side.drop_duplicates(on)
            # only what is compared has a mean
            side = firsts if value is None else firsts.assign(**{value: firsts[on].map(by_id[value].mean())})  # noqa: PLW2901 - the same, fewer
        # truth values select rows with `loc`, and not every number can be an index
        places = pd.Index(side[on], dtype=object).get_indexer(pd.Index(common, dtype=object))
        found.append(side.iloc[places].reset_index(drop=True))
    return found[0], found[1]


def few_ids(ids: Any) -> Phrase:
    """Name the first few ids."""
    return first([visible(as_text(each)[:40]) for each in ids], _NAMED)


def numbers_of(frame: pd.DataFrame, column: str, name: str, *, is_right: bool) -> pd.Series[Any]:
    """Read a column of scores, or of right and wrong, as floats; NaN where there is no value.

    Raises
    ------
    ConfigurationError
        For a column of something else, and for infinite numbers.
    """
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    values = frame[column].astype(object) if str(frame[column].dtype) == "category" else frame[column]
    numbers = pd.to_numeric(values, errors="coerce") if values.dtype.kind in "biuf" or str(values.dtype) in _NULLABLE else None
    if numbers is None:
        present = values.dropna()
        others = [each for each in present if not _is_number(each)]
        numbers = None if others else present.map(float).reindex(values.index)
    if numbers is None:
        example = others[0]
        raise ConfigurationError(
            say(
                "paired: the column {column!r} of {name} holds {example}; numbers are needed",
                column=column,
                name=name,
                example=described(example),
            ),
            hint=say("Compute one, as in df.pred == df.label.") if is_right else say("Convert it, as in pd.to_numeric(df.score)."),
        )
    whole = numbers if values.dtype.kind in "iu" else [each for each in values if isinstance(each, int)] if values.dtype.kind == "O" else []
    if len(whole) and (max(whole) > EXACT or min(whole) < -EXACT):
        raise ConfigurationError(
            say(
                "paired: the column {column!r} of {name} holds whole numbers above 2**53, which are compared as floats",
                column=column,
                name=name,
            ),
            hint=say("Subtract the same number in both tables."),
        )
    numbers = numbers.astype("float64")
    if is_right and not numbers.dropna().between(0, 1).all():
        of_scores = say("Pass score={column!r} for scores.", column=column)
        raise ConfigurationError(
            say("paired: the column {column!r} of {name} is not right or wrong", column=column, name=name),
            hint=joined([OF_CLASSES, of_scores], " ") if are_classes(numbers) else of_scores,
        )
    if not math.isfinite(numbers.dropna().abs().sum()):
        raise ConfigurationError(
            say("paired: the column {column!r} of {name} holds infinite numbers", column=column, name=name),
            hint=say("Leave these examples out."),
        )
    return numbers


def are_classes(numbers: pd.Series[Any]) -> bool:
    """Whether numbers may be classes: whole ones, more than two, and none is all that there is in percent."""
    known = numbers.dropna()
    return bool((known % 1 == 0).all() and (known > 1).any() and not (known == 100).any())  # noqa: PLR2004 - percent


def _is_number(value: Any) -> bool:
    """Whether a cell is a truth value or a number that a float can be near to."""
    try:
        return (is_truth(value) or isinstance(value, Real)) and float(value) is not None
    except OverflowError:
        return False


_NULLABLE = ("boolean", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64")


def _is_same(one: pd.Series[Any], other: pd.Series[Any]) -> bool:
    try:
        return one.equals(other)
    except Exception:  # noqa: BLE001 - comparing anything may fail
        return False


def compared_columns(table: Examples) -> list[str]:
    """Columns of both tables but for those that only say which table it is, as `version` does where one table was split by it."""

    def names(value: Any, of: str) -> bool:
        # cells may be arrays, which are not asked whether they are equal; what is not registered has a remark behind its name
        return isinstance(value, str) and (value == of or (of.startswith(value) and of.removeprefix(value)[0] in " (\uff08"))

    def tells(name: str) -> bool:
        return all(names(value, of) for side, of in zip(table.sides, table.names, strict=True) for value in side[name])

    first_side, second = table.sides
    return [name for name in first_side.columns if name in second.columns and not tells(name)]


def differing(table: Examples, differences: Any) -> pd.DataFrame:
    """Rows of both tables where they differ, the largest difference first: the ids, what differs side by side, and the other columns.

    Of equal differences those of either sign take turns, so that the first ones show losses as well as gains.
    """
    import numpy as np  # noqa: PLC0415 - numpy loads on first use
    import pandas as pd  # noqa: PLC0415 - pandas loads on first use

    places = np.flatnonzero(differences != 0)
    found_there = pd.DataFrame({"size": np.abs(differences[places]), "sign": np.sign(differences[places])})
    turns = found_there.groupby(["size", "sign"]).cumcount()
    places = places[np.lexsort((found_there["sign"], turns, -found_there["size"]))]
    columns = compared_columns(table)
    first_side, second = (
        side[[name for name in side.columns if name in columns or name not in other.columns]].iloc[places].reset_index(drop=True)
        for side, other in zip(table.sides, reversed(table.sides), strict=True)
    )
    same = [name for name in first_side.columns if name in second.columns and _is_same(first_side[name], second[name])]
    left = first_side.rename(columns={name: f"{name} ({table.names[0]})" for name in first_side.columns if name not in same})
    right = second.drop(columns=same).rename(columns=lambda name: f"{name} ({table.names[1]})")
    names = [*first_side.columns, *(name for name in second.columns if name not in same)]
    both = [name for name in first_side.columns if name in second.columns and name not in same]
    ranks = [-1 if name == table.on else both.index(name) if name in both else len(both) for name in names]
    found: pd.DataFrame = pd.concat([left, right], axis=1)
    return found.iloc[:, sorted(range(len(names)), key=ranks.__getitem__)]
