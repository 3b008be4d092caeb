"""What is said of a stranger's table: which columns were taken as what, what is odd in them, and the code that reads it better."""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, pairwise
from typing import Any

from pai_notebook.arguments import described
from pai_notebook.i18n.phrases import Phrase, either, first, joined, say
from pai_notebook.json_text import plain_array
from pai_notebook.model.column_words import says_failed
from pai_notebook.model.evidence_among import is_quality
from pai_notebook.model.metric_wholes import named_as_a_whole
from pai_notebook.model.metric_words import kind_of_metric, plain_name
from pai_notebook.model.metrics import similar_names
from pai_notebook.model.nearest import listed
from pai_notebook.model.number_meant import number_meant, seconds_meant
from pai_notebook.model.numbers import format_computed
from pai_notebook.model.setting_words import is_of_group, is_scheduled
from pai_notebook.model.settings import is_seed, is_step, tells_runs
from pai_notebook.model.table_cells import is_number, is_stated
from pai_notebook.model.table_columns import GivenTable, TableColumns, columns_of_runs, is_unnamed, place_of

# Columns, and cells without a number, that are named.
_NAMED, _ODD = 5, 3
# How many rows in which a rate changes too may be runs of their own, and how many where their steps do not count evenly.
_FEW_RUNS, _FEW_STEPS = 2, 3
# A column of one of several runs, as acc_seed0: the metric, what parts it from the number, the word in that, and the number.
_OF_RUN = re.compile(r"(.*?[^_.-])([_.-]?(seed|run|fold)[_.-]?)([0-9]{1,4})")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PERCENT = re.compile(r"[+-]?[0-9.]+ ?%")
_WITH_SPREAD = re.compile(r"[+-]?[0-9.]+ ?(?:±|\+/?-|\() ?[0-9.]+\)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def origin_of(
    table: GivenTable, columns: TableColumns, names: Sequence[str], doubts: Sequence[Phrase], *, chosen: bool, cure: str
) -> Phrase:
    """Say which columns were taken as what, and what is odd in them.

    Parameters
    ----------
    table, columns : GivenTable, TableColumns
        The table, and what its columns are.
    names : sequence of str
        Names of the versions.
    doubts : sequence of Phrase
        What speaks against some of the rows, see `doubts_of`.
    chosen : bool
        Whether the metrics were named, so that what is left out needs no reason.
    cure : str
        Code that keeps names as text where pandas read them as numbers, else empty.
    """
    values = table.cells
    # neither does a number beside columns that are named as metrics
    left = [column if chosen or column in columns.numbers else _with_kind(column, values[column]) for column in columns.left]
    wholly = {column for column in columns.texts if not any(map(is_number, values[column]))}
    index = table.frame.index.name
    of_index = [say("the index")] if index is None else [say("the index ({name})", name=str(index))]
    named = [columns.name] if columns.is_found and columns.name else [] if columns.name or table.only_counts else of_index
    groups: dict[str, Sequence[str]] = {
        "names: {names}": named,
        "datasets: {names}": columns.datasets,
        "metrics: {names}": [_with_kind(column, values[column]) if column in wholly else column for column in columns.metrics],
        "labels: {names}": columns.labels,
        "settings: {names}": columns.settings,
        "left out: {names}": left,
    }
    parts = [say(kind, names=first(found, _NAMED)) for kind, found in groups.items() if found]
    odd = [
        say("{column}: {value} of {version} is not a number", column=column, value=described(value), version=each)
        for column in columns.metrics
        if column not in wholly and column not in table.typed and column in (*columns.texts, *columns.numbers)
        for each, value in zip(names, values[column], strict=True)
        if is_stated(value) and not is_number(value) and not isinstance(value, list)
    ]
    parts += [first(odd, _ODD)] if odd else []
    written = {column: [each.strip() for each in values[column] if isinstance(each, str)] for column in (*columns.left, *columns.texts)}
    parts += [*_on_commas(chain.from_iterable(written.values())), *_on_numbers(table, written)]
    objects = [column for column in columns.left if all(isinstance(each, dict) for each in values[column])]
    if objects and len(names) and not columns.settings:
        code = f"VersionSet.from_frame(pd.json_normalize({table.code}.to_dict('records')))"
        parts.append(say("{code} makes columns of what is in {names}", code=code, names=listed(objects)))
    parts += doubts or _on_columns_of_versions(table, columns)
    parts += [*similar_names(names), *([] if chosen else _on_runs(table, columns))]
    if columns.likely and columns.name is None:
        parts.append(say("name= is not given; the names may be in {names}", names=listed(columns.likely)))
    parts += [say("the names are numbers, so that 1.10 became 1.1: {code} keeps them as text", code=cure)] if cure else []
    return say("From a table; {parts}.", parts=joined(parts, "; ")) if parts else say("From a table without columns.")


def _with_kind(column: str, values: Sequence[Any]) -> Phrase:
    """Name a column that is no metric with what is in it."""
    if is_unnamed(column):
        return say("{name} (no name)", name=column)
    stated = list(filter(is_stated, values))
    texts = [value for value in stated if isinstance(value, str) and value.strip()[:1].isdigit()]
    odd = [value for value in texts if not is_number(value)]
    if odd and 2 * len(texts) > len(stated):
        return say("{name} (texts such as {value})", name=column, value=described(odd[0]))
    kinds = {
        str: say("texts"),
        bool: say("truth values"),
        date: say("times"),
        list: say("lists"),
        tuple: say("lists"),
        dict: say("objects"),
    }
    kind = next((word for kind, word in kinds.items() if all(isinstance(value, kind) for value in stated)), say("mostly not numbers"))
    return say("{name} ({what})", name=column, what=kind if stated else say("empty"))


def doubts_of(table: GivenTable, columns: TableColumns, names: Sequence[str]) -> list[tuple[Phrase, Sequence[str]]]:
    """Say of which versions the numbers are hardly results: runs that did not end well, as the table says, and steps of one run."""
    return [*_on_failed(table, names), *([(said, names)] if (said := _on_steps(table, columns)) else [])]


def _on_failed(table: GivenTable, names: Sequence[str]) -> list[tuple[Phrase, Sequence[str]]]:
    found = [
        (column, value, name)
        for column, values in table.cells.items()
        for value, name in zip(values, names, strict=True)
        if says_failed(column, value)
    ]
    if not found:
        return []
    column = found[0][0]
    label = plain_array(table.frame.columns)[table.columns.index(column)]
    ended = sorted({each for of, each, _ in found if of == column})
    code = f"{table.code}[~{table.code}[{label!r}].isin({ended!r})]"
    told = "{column} says {value} of {versions}: {code} leaves such runs out"
    failed = [name for _, _, name in found]
    return [(say(told, column=column, value=either(ended), versions=first(failed, _NAMED), code=code), failed)]


def _on_steps(table: GivenTable, columns: TableColumns) -> Phrase | None:
    """Say which code keeps the last row of each run, where the rows have no names and are steps of runs, as a history or a log has them."""
    index = str(table.frame.index.name or "")
    if columns.name is not None or not (table.only_counts or is_step(index)):
        return None
    varied = [each for each in columns.settings if len({*map(repr, table.cells[each])}) > 1]
    steps, telling = [each for each in varied if is_step(each)], [each for each in varied if not is_step(each)]
    # a schedule sets another rate in each step, and a grid one for each run
    for told in [telling] if not any(map(is_scheduled, telling)) else [telling, [each for each in telling if not is_scheduled(each)]]:
        rows: dict[Hashable, list[int]] = {}
        for place in range(len(table.frame)):
            rows.setdefault(tuple(repr(table.cells[each][place]) for each in told), []).append(place)
        few = told == telling or any(map(is_of_group, varied))
        if not _are_steps(table, columns, steps, index, list(rows.values()), few=few) or any(map(is_seed, told)):
            continue
        if told:
            code = f"VersionSet.from_frame({table.code}.groupby({told!r}, as_index=False).last())"
            return say("the rows look like steps of several runs: {code} takes the last of each", code=code)
        # a log has the metrics of training and of evaluation in different rows
        filled = "" if all(is_stated(table.cells[each][-1]) for each in columns.metrics) else ".ffill()"
        code = f"VersionSet.from_frame({table.code}{filled}.tail(1))"
        return say("the rows look like steps of one run: {code} takes the last", code=code)
    return None


def _are_steps(
    table: GivenTable, columns: TableColumns, steps: Sequence[str], index: str, runs: Sequence[Sequence[int]], *, few: bool
) -> bool:
    """Whether the rows of each run are steps of it: they count on, or what is measured on other data too becomes less in training."""
    least = min(map(len, runs))
    counted = [
        [[float(table.cells[each][place]) for place in run if is_number(table.cells[each][place])] for run in runs] for each in steps
    ]
    # a sweep does not count its runs from the start of a training
    most = 0 if few else _FEW_RUNS if any(all(map(_count_from_start, each)) for each in counted) else _FEW_STEPS
    if least < 2 or least <= most:  # noqa: PLR2004 - one is no step of several
        return False
    if steps or is_step(index):
        return all(values == sorted(values) for each in counted for values in each)
    validated = [each for each in columns.metrics if f"val_{each}" in columns.metrics]
    losses = [table.cells[each] for each in validated if "loss" in each]
    ends = [(of[run[0]], of[run[-1]]) for of in losses for run in runs]
    falling = bool(ends) and all(is_number(before) and is_number(after) and after < before for before, after in ends)
    return bool(validated) and (len(runs) == 1 or (least > 2 and falling))  # noqa: PLR2004 - as above


def _count_from_start(values: Iterable[float]) -> bool:
    """Whether numbers count the steps of a training from its start, as 0, 1, 2 and 0.5, 1, 1.5 do."""
    counts = list(dict.fromkeys(values))
    by = [after - before for before, after in pairwise(counts)]
    return bool(by) and by[0] > 0 and all(math.isclose(each, by[0], rel_tol=1e-6) for each in (*by, counts[0] or by[0]))


def _on_commas(texts: Iterable[str]) -> list[Phrase]:
    """Say how a file is read whose numbers have a comma before decimals, or between thousands; nothing without such texts."""
    written = [text for text in texts if _DECIMAL_COMMA.fullmatch(text) or _THOUSANDS.fullmatch(text)]
    code = "pd.read_csv(..., thousands=',')" if all(map(_THOUSANDS.fullmatch, written)) else "pd.read_csv(..., sep=';', decimal=',')"
    return [say("{code} reads commas in numbers", code=code)] if written else []


def _on_numbers(table: GivenTable, written: Mapping[str, Sequence[str]]) -> list[Phrase]:
    """Say which code makes numbers of texts such as 91.2% and 0.91 ± 0.02; nothing without such texts."""
    for column, texts in written.items():
        code, label = "", plain_array(table.frame.columns)[table.columns.index(column)]
        if texts and all(map(_PERCENT.fullmatch, texts)):
            code = f"df[{label!r}] = df[{label!r}].str.strip(' %').astype(float)"
        elif texts and all(map(_WITH_SPREAD.fullmatch, texts)):
            # whether it is a standard error or a spread nothing says, and `_std` does not say either
            pair = [label, f"{column}_std"]
            code = rf"df[{pair!r}] = df[{label!r}].str.extract(r'([-+]?[.\d]+)[^.\d]+([.\d]+)').astype(float)"
        if code:
            before = "" if table.code == "df" else f"df = {table.code}; "
            return [say("{code} makes numbers of such texts", code=before + code)]
    return _on_one_number(written)


def _on_one_number(written: Mapping[str, Sequence[str]]) -> list[Phrase]:
    """Say which number to write for the first text that means one and that no code above reads."""
    for column, texts in written.items():
        for text in texts:
            if _DECIMAL_COMMA.fullmatch(text) or _THOUSANDS.fullmatch(text):
                continue
            if (number := number_meant(text)) is not None:
                told = "{column}: write the number, {number} for {text!r}"
                return [say(told, column=column, number=format_computed(number), text=text)]
            if (number := seconds_meant(text)) is not None:
                told = "{column}: write seconds, {number} for {text!r} where it says minutes and seconds"
                return [say(told, column=column, number=format_computed(number), text=text)]
    return []


def _on_runs(table: GivenTable, columns: TableColumns) -> list[Phrase]:
    """Say which code makes a row a run of columns such as acc_seed0 and acc_seed1; nothing without such columns."""
    if runs := columns_of_runs(columns.left):
        return [_on_columns_of_runs(table, columns, runs)]
    found = [match for match in map(_OF_RUN.fullmatch, columns.metrics) if match]
    alike = [match for match in found if match[2] == found[0][2]]
    if len({match[4] for match in alike}) == 1 or not alike or any(match[1] in table.columns for match in alike):
        return []
    kind = "fold" if alike[0][3] == "fold" else "seed"
    index = columns.name or table.frame.index.name or "index"
    rows, metrics = table.code if columns.name else f"{table.code}.reset_index()", list(dict.fromkeys(match[1] for match in alike))
    long = f"pd.wide_to_long({rows}, {metrics!r}, i={index!r}, j={kind!r}, sep={alike[0][2]!r}).reset_index()"
    code = f"VersionSet.from_frame({long}, settings=[{index!r}]).groupby({index!r})"
    return [say("columns such as {column} are runs: {code} takes them so", column=alike[0][0], code=code)]


def _on_columns_of_versions(table: GivenTable, columns: TableColumns) -> list[Phrase]:
    """Say which code makes columns versions, where rows only count and no column is called as anything that is known."""
    metrics = list(columns.metrics)
    others = (columns.name, *columns.datasets, *columns.labels, *columns.settings, *columns.left)
    if any(others) or not table.only_counts or not len(table.frame) > 1 or len(metrics) < 2:  # noqa: PLR2004 - one is compared with none
        return []
    if any("@" in each or is_quality(each) or kind_of_metric(each) or named_as_a_whole(plain_name(each)) for each in metrics):
        return []
    code = f"VersionSet.from_frame({table.code}.melt(var_name='model', value_name='score'), settings=['model']).groupby('model')"
    return [say("if the columns are versions, and the rows their runs: {code}", code=code)]


def _on_columns_of_runs(table: GivenTable, columns: TableColumns, runs: Mapping[str, tuple[str, str]]) -> Phrase:
    """Say which code makes a row a run of columns that are called by their run, as seed0 and split0_test_score are."""
    kind, metric = next(iter(runs.values()))
    alike = [column for column, each in runs.items() if each == (kind, metric)]
    rows, ids, groups = _told_by(table, columns)
    settings = "" if groups != ids else f", settings={ids!r}"
    long = f"{rows}.melt({ids[0] if len(ids) == 1 else ids!r}, {alike!r}, {kind!r}, {metric or 'score'!r})"
    code = f"VersionSet.from_frame({long}{settings}).groupby({', '.join(map(repr, groups))})"
    return say("columns such as {column} are runs: {code} takes them so", column=alike[0], code=code)


def _told_by(table: GivenTable, columns: TableColumns) -> tuple[str, list[str], list[str]]:
    """The rows in code, the columns that tell them apart, and what groups are called by: the settings where these do, else the names."""
    varied = [each for each in columns.settings if len({*map(repr, table.cells[each])}) > 1 and not tells_runs(each)]
    if columns.name is None and len({*zip(*(map(repr, table.cells[each]) for each in varied), strict=True)}) == len(table.frame):
        return table.code, varied, [place_of(each)[-1] for each in varied]
    index = str(columns.name or table.frame.index.name or "index")
    return table.code if columns.name else f"{table.code}.reset_index()", [index], [index]
