"""The code that makes a row a version out of a table with several rows a version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

from pai_notebook.json_text import plain_array
from pai_notebook.model.column_words import OF_NAMES, is_of_datasets, is_remark, rank_of_names, word_of, word_of_names
from pai_notebook.model.evidence_among import is_quality
from pai_notebook.model.evidence_names import read_evidence_name
from pai_notebook.model.settings import is_step, looks_set, tells_runs
from pai_notebook.model.table_cells import is_stated
from pai_notebook.model.table_columns import place_of

if TYPE_CHECKING:
    import pandas as pd

# What the columns of a table with a row a metric are called, also by melt() and stack().
_METRIC = re.compile(r"metric|measure|variable|level_[0-9]{1,3}|指标")
_VALUE = re.compile(r"(?:metric_)?(?:value|score|result|mean)|0|数值|值")
# Other words for the first: those of TensorBoard and MLflow, and of melt(var_name="name").
_PERHAPS_METRIC = re.compile(r"tag|key|name|名称")
# What has the names of runs where nothing else has.
_RUN = re.compile(r"(?:run|job|trial)_(?:id|uuid)")
_Table = Mapping[str, Sequence[Any]]


def column_of_datasets(values: _Table) -> str:
    """The column that says on which of several datasets each row was measured, empty where none does.

    Examples
    --------
    >>> column_of_datasets({"lr": [0.1, 0.1], "Dataset": ["d-a", "d-b"]}), column_of_datasets({"language": ["de", "de"]})
    ('Dataset', '')
    """
    called = (column for column in values if is_of_datasets(column) and _are_texts(values[column]))
    return next((column for column in called if len(set(map(str, values[column]))) > 1), "")


def columns_of_long(values: _Table) -> tuple[str, str] | None:
    """The columns with the name of a metric and with its value, of a table with a row a metric; None of another.

    Examples
    --------
    >>> columns_of_long({"lr": [0.1, 0.1], "metric": ["f1", "auc"], "value": [0.5, 0.75]}), columns_of_long({"value": [0.5]})
    (('metric', 'value'), None)
    >>> columns_of_long({"run": ["a", "a"], "tag": ["acc", "loss"], "value": [1, 2]}), columns_of_long({"tag": ["v1"], "score": [1]})
    (('tag', 'value'), None)
    """
    texts = [column for column, cells in values.items() if _are_texts(cells)]
    surely = (column for column in texts if _METRIC.fullmatch(word_of(column)))
    perhaps = (column for column in texts if _PERHAPS_METRIC.fullmatch(word_of(column)) and _has_metrics(values, column))
    metric = next(chain(surely, perhaps), None)
    value = next((column for column in values if _VALUE.fullmatch(word_of(column))), None)
    return None if metric is None or value is None else (metric, value)


def _has_metrics(values: _Table, column: str) -> bool:
    """Whether metrics stand in a column of a table whose runs have several rows each; elsewhere a tag or a name may tell versions."""
    named = [each for each in values if each != column and _names_runs(each)]
    several = bool(named) and all(len(set(map(str, values[each]))) < len(values[each]) for each in named)
    return several and (any(map(is_step, values)) or any(map(is_quality, values[column])))


def _names_runs(column: str) -> bool:
    return bool(word_of_names(column) or _RUN.fullmatch(word_of(column))) or rank_of_names(column) is not None


def _order(column: str) -> int:
    return OF_NAMES.index(word_of_names(column)) if word_of_names(column) else len(OF_NAMES) + (rank_of_names(column) or 0)


def _says_how_sure(column: str) -> bool:
    """Whether a column such as stderr, n or lower says something of the value beside it, and does so too behind the name of a metric."""
    beside, behind = read_evidence_name(column), read_evidence_name(f"f1_{column}")
    return beside is not None and beside.sibling and behind is not None and behind.of == ("f1",)


def code_of_wide(
    frame: pd.DataFrame, name: str | None, metrics: Sequence[str] | None = None, settings: Sequence[str] = (), code: str = "df"
) -> str:
    """Write what makes a row a version, and a column a metric and dataset; empty where no columns tell rows of one version apart.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    name : str or None
        The column with the names of versions, where one is known.
    metrics, settings : sequence of str
        Columns that are known to be metrics, by default all that are left of numbers, and to be settings.
    code : str
        What gives the table.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"run": ["a", "a", "b"], "metric": ["f1", "auc", "f1"], "value": [0.5, 0.75, 1]})
    >>> print(code_of_wide(df, None))
    wide = df.pivot(index=['run'], columns=['metric'], values='value'); VersionSet.from_frame(wide)
    """
    index, levels = frame.index, list[str]()
    if {*index.names} & {*frame.columns} or not frame.columns.is_unique:
        return ""
    if index.nlevels > 1 or index.name is not None or not all(isinstance(each, int) for each in plain_array(index)):
        code, frame = f"{code}.reset_index()", frame.reset_index()
        levels = list(map(str, frame.columns[: index.nlevels]))
        name = levels[0] if name is None and index.nlevels == 1 else name
    labels = {str(column): column for column in frame.columns}
    values: _Table = _plain(frame)
    if name is not None and not all(map(is_stated, values.get(name, [""]))):
        return ""
    long = columns_of_long(values)
    long = long if long and (metrics is None or long[1] in metrics) else None
    if last := _of_last_steps(values, name, settings):
        step, of = labels[last[0]], [labels[each] for each in last[1]]
        code = f"{code}.sort_values({step!r}).drop_duplicates({of!r}, keep='last')"
        frame = frame.sort_values(step).drop_duplicates(of, keep="last")
        values = _plain(frame)
    if len(values) == len(frame.columns) and len(rows := dict.fromkeys(zip(*values.values(), strict=True))) < len(frame):
        code, values = f"{code}.drop_duplicates()", dict(zip(values, zip(*rows, strict=True), strict=True))
    used = {name, *settings, *levels, *filter(tells_runs, values), *filter(looks_set, values), *filter(_names_runs, values)}
    numbers = [column for column in values if not _are_texts(values[column]) and column not in used]
    sure = [column for column in values if long and _says_how_sure(column) and column not in (name, *long)]
    cells = [long[1], *sure] if long else [column for column in metrics or numbers if column in values]
    of = [column for column in values if is_of_datasets(column) and _are_texts(values[column])]
    used = {*(long or ()), *cells, *(column for column in values if _is_empty_heading(column) or _is_version_of(values, column, of))}
    free = [column for column in values if column not in used or column in (name, *settings)]
    for keys in _keys(values, [long[0]] if long else [], [each for each in free if each not in (name, *settings)]) if cells else ():
        found = _index(values, name, [column for column in free if column not in keys], keys)
        if found is not None:
            named, index_of = found
            told = [column for column in index_of if column != named and not column.startswith("labels.")]
            # of lr and config.lr the second is what was set
            kept = {place_of(each): each for each in sorted(told, key=lambda each: place_of(each)[-1] != each)}
            told = [each for each in told if each in kept.values()]
            # groups are complete where all that was tried tells them apart, and what has the names of versions comes first
            tried = [column for column in sorted(told, key=_order) if not tells_runs(column) or word_of_names(column)]
            is_grouped = any(_is_seed(each) and not is_step(each) for each in told) and any(map(_names_runs, tried))
            telling = [column for column in tried if len({*values[column]}) > 1 and not is_remark(column)]
            group = [place_of(column)[-1] for column in tried if column in telling or _names_runs(column)]
            read = "".join(f", {key}={given!r}" for key, given in (("name", named), ("settings", told)) if given)
            grouped = f".groupby({', '.join(map(repr, group))})"
            if not keys:
                return f"VersionSet.from_frame({code}{read}){grouped if is_grouped else ''}"
            parts = ", ".join(f"{key}={[labels[each] for each in given]!r}" for key, given in (("index", index_of), ("columns", keys)))
            pivot = f"wide = {code}.pivot({parts}, values={labels[long[1]] if long and not sure else [labels[each] for each in cells]!r})"
            flat = '"@".join' if long or _are_texts([*labels.values()]) else 'lambda each: "@".join(map(str, each))'
            joined = "" if long and len(keys) == 1 else f"; wide.columns = map({flat}, wide.columns)"
            if long and sure:
                # f1, and behind its name what says how sure it is
                metric = f"f'{{metric}}_{{what}}'.removesuffix({'_' + long[1]!r})"
                joined = f"; wide.columns = ['@'.join([{metric}, *of]) for what, metric, *of in wide.columns]"
            again = "" if index_of == [named] else "; wide = wide.reset_index()"
            return f"{pivot}{joined}{again}; VersionSet.from_frame(wide{read if again else ''})"
    return ""


def code_of_again(values: _Table, name: str, settings: Sequence[str] = (), code: str = "df") -> str:
    """Write what reads a table in which names are there again and nothing tells their rows apart: steps of a training, else runs.

    Examples
    --------
    >>> code_of_again({"run": ["a", "a", "b", "b"], "loss": [2, 1, 3, 1], "val_loss": [2, 2, 3, 2]}, "run")
    "VersionSet.from_frame(df.groupby('run', as_index=False).last())"
    >>> code_of_again({"run": ["a", "a", "b", "b"], "accuracy": [0.9, 0.8, 0.9, 0.7]}, "run")
    "VersionSet.from_frame(df.reset_index(drop=True), settings=['run']).groupby('run')"
    """
    if not all(map(is_stated, values[name])) or len({*map(str, values[name])}) < 2:  # noqa: PLR2004 - versions of one name are not compared
        return ""
    if any(f"val_{column}" in values for column in values):
        return f"VersionSet.from_frame({code}.groupby({name!r}, as_index=False).last())"
    told = list(dict.fromkeys([name, *settings]))
    return f"VersionSet.from_frame({code}.reset_index(drop=True), settings={told!r}).groupby({name!r})"


def _is_empty_heading(column: str) -> bool:
    """Whether a heading says nothing, as that of arrows and signs between numbers."""
    return not any(map(str.isalpha, column))


def _is_version_of(values: _Table, column: str, datasets: Sequence[str]) -> bool:
    """Whether it is the version of each dataset, not of what was measured on it."""
    if word_of_names(column) != "version" or not datasets or len({*values[column]}) == 1:
        return False
    of = [*zip(*(values[each] for each in datasets), strict=True)]
    return len({*zip(of, values[column], strict=True)}) == len({*of}) < len(of)


def _plain(frame: pd.DataFrame) -> _Table:
    """The columns of texts and numbers."""
    values = {str(column): plain_array(frame[column]) for column in frame.columns}
    return {column: cells for column, cells in values.items() if all(isinstance(each, str | int | float) for each in cells)}


def _of_last_steps(values: _Table, name: str | None, settings: Sequence[str]) -> tuple[str, list[str]] | None:
    """The column of steps and those that tell all but steps apart, where several runs have several; steps of one run may be versions."""
    step = next((column for column in values if is_step(column) and column != name and _are_numbers(values[column])), None)
    if step is None or not any(len({*values[column]}) > 1 for column in values if column == name or _names_runs(column)):
        return None
    rows = len(values[step])
    told = [column for column in values if column in (name, *settings) or _names_runs(column) or tells_runs(column) or looks_set(column)]
    texts = [column for column in values if _are_texts(values[column]) and len({*values[column]}) < rows]
    of = [column for column in values if column in (*told, *texts) and not is_step(column)]
    return (step, of) if len(set(zip(*(values[column] for column in of), strict=True))) < rows else None


def _keys(values: _Table, metric: list[str], free: Sequence[str]) -> Iterator[list[str]]:
    """Columns that may become the names of columns: that of metrics, those of datasets, and up to two more of texts."""
    texts = [column for column in free if _are_texts(values[column]) and not _names_runs(column) and len({*values[column]}) > 1]
    told = [*metric, *(column for column in texts if is_of_datasets(column))]
    # a text that is another one in every row is a remark about it
    others = [column for column in texts if column not in told and len({*values[column]}) < len(values[column])]
    return ([*told, *more] for count in range(3) for more in combinations(others, count) if told or more or not metric)


def _index(values: _Table, name: str | None, free: Sequence[str], keys: Sequence[str]) -> tuple[str | None, list[str]] | None:
    """The column of names, and those that stay columns: together with those that become names they tell all rows apart."""

    def count(*columns: str) -> int:
        return len(set(zip(*(map(str, values[column]) for column in columns), strict=True))) if columns else 0

    rows = len(next(iter(values.values())))
    called = sorted(filter(_names_runs, free), key=_order)
    for named in [name] if name is not None else called:
        if named in values and all(map(is_stated, values[named])) and count(named, *keys) == rows:
            return named, [named, *(column for column in free if column != named and count(named, column) == count(named))]
    others = [column for column in free if count(column) < rows or (not keys and (_is_seed(column) or looks_set(column)))]
    return (None, others) if others and count(*others, *keys) == rows else None


def _are_numbers(values: Sequence[Any]) -> bool:
    return not any(isinstance(each, str) for each in values)


def _is_seed(column: str) -> bool:
    """Whether it tells the runs of one version apart; a column called run may have the names itself."""
    return tells_runs(column) and not word_of_names(column)


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(each, str) and each for each in values)
