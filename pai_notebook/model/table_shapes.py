"""Tables that have no row a version, refused with the code that makes one of them where there is some."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import Phrase, joined, say
from pai_notebook.json_text import plain_array
from pai_notebook.model.evidence_among import is_quality
from pai_notebook.model.evidence_parts import IN_EVERY_REPORT, OF_CLASSES
from pai_notebook.model.evidence_words import fold, term
from pai_notebook.model.metric_wholes import named_as_a_whole
from pai_notebook.model.metric_words import kind_of_metric, plain_name
from pai_notebook.model.nameless import OF_HARNESS, told_readings
from pai_notebook.model.pivoting import code_of_wide
from pai_notebook.model.settings import looks_set, tells_runs
from pai_notebook.model.table_cells import are_numbers, are_texts
from pai_notebook.model.table_columns import GivenTable

if TYPE_CHECKING:
    import pandas as pd

# By these columns a table is known to have a row a metric, as `to_frame(layout="long")` makes it.
_LONG = {"version", "dataset", "metric", "value", "state"}


# What `agg` calls the columns that it makes of one.
_AGGREGATED = frozenset({"mean", "std", "sem", "var", "count", "size", "min", "max", "median", "sum", "first", "last", "nunique"})


# What of pandas reads a file, by how its name ends.
_READERS = {
    ".csv": "read_csv({})",
    ".tsv": "read_csv({}, sep='\\t')",
    ".xlsx": "read_excel({})",
    ".parquet": "read_parquet({})",
    ".json": "read_json({})",
    ".jsonl": "read_json({}, lines=True)",
}


def refuse_shapes(frame: Any, name: str | None, metrics: Sequence[str] | None) -> None:
    """Refuse what is no table, tables without a row for each version, and files that were read as a single column."""
    if not hasattr(frame, "columns") or not hasattr(frame, "to_dict"):
        hint = _hint_of_rows(frame) or say("Pass a row a version, a column a metric.")
        raise ConfigurationError(say("df={given} is not a DataFrame", given=described(frame)), hint=hint)
    if frame.columns.nlevels > 1:
        code = _code_of_flat(frame)
        hint = say("Use {code}.", code=code) if code else say("Pass flat names, such as accuracy@d-a.")
        raise ConfigurationError(say("df: its columns have {count} levels", count=frame.columns.nlevels), hint=hint)
    if metrics is None and {*map(str, frame.columns), *map(str, frame.index.names)} >= _LONG:
        said = say("df: it has a row a metric, as to_frame(layout='long') has, not a row a version")
        raise ConfigurationError(said, hint=say("Use {code}.", code="VersionSet.from_frame(versions.to_frame())"))
    headings = {*frame.columns}
    if metrics is None and any({f"{column} delta", f"{column} percent"} <= headings for column in headings):
        said = say("df: this is the table of a comparison, with one row per metric instead of one per version")
        raise ConfigurationError(said, hint=say("Use {code}.", code="VersionSet(comparison.versions)"))
    separator = next((mark for mark in (";", "\t") if len(frame.columns) == 1 and mark in str(frame.columns[0])), "")
    if separator:
        # where cells are parted by semicolons, the comma is in the numbers
        code = f"pd.read_csv(..., sep={separator!r}{', decimal=' + repr(',') if separator == ';' else ''})"
        said = say("df: its only column is called {name!r}", name=str(frame.columns[0]))
        raise ConfigurationError(said, hint=say("Use {code}.", code=code))
    if name is None and frame.index.nlevels > 1:
        table = GivenTable.of(frame)
        code = code_of_wide(table.frame, None, code=table.code)
        raise ConfigurationError(say("df: its index has {count} levels", count=frame.index.nlevels), hint=hint_of(code))
    if name is None and metrics is None and (code := _code_of_tasks(frame)):
        said = say("df: these are the tasks of one model in lm-evaluation-harness, not versions")
        raise ConfigurationError(said, hint=say("Use {code}.", code=code))
    if name is None and metrics is None and (code := _code_of_report(frame)):
        said = say("df: a report of each class of a version, as classification_report gives it, not a row a version")
        raise ConfigurationError(said, hint=say("Use {code}.", code=code))
    if name is None and metrics is None and (code := _code_of_transposed(frame)):
        raise ConfigurationError(say("df: it has a row a metric and a column a version"), hint=say("Use {code}.", code=code))


def _hint_of_rows(given: Any) -> Phrase | None:
    """Say what reads dicts, lists of them and the results of other tools called `df`; None for anything else."""
    if hint := told_readings(given, "df"):
        return hint
    if isinstance(given, Mapping) and given:
        # metrics of one version, or of each version under its name
        turned = all(isinstance(value, Mapping) for value in given.values())
        return say("Use {code}.", code=f"VersionSet.from_frame(pandas.DataFrame({'df).T' if turned else '[df])'})")
    name = os.fspath(given) if isinstance(given, str | os.PathLike) else ""
    if reader := next((reader for ending, reader in _READERS.items() if str(name).lower().removesuffix(".gz").endswith(ending)), ""):
        return say("Use {code}.", code=f"VersionSet.from_frame(pandas.{reader.format(repr(name))})")
    is_rows = isinstance(given, Sequence) and len(given) > 0 and all(isinstance(each, Mapping) for each in given)
    return say("Use {code}.", code="VersionSet.from_frame(pandas.DataFrame(df))") if is_rows else None


def _code_of_flat(frame: pd.DataFrame) -> str:
    """Write what gives columns of several levels one name each; empty where nothing says which level is what."""
    levels: list[set[Any]] = [{*frame.columns.get_level_values(place)} - {""} for place in range(frame.columns.nlevels)]
    level, index = next((each for each in frame.columns.names if tells_runs(str(each or ""))), None), frame.index.name or "level_0"
    if level is not None and len(levels) + frame.index.nlevels == 3:  # noqa: PLR2004 - metrics, runs and versions
        return f"VersionSet.from_frame(df.stack({level!r}).reset_index(), settings=[{index!r}]).groupby({index!r})"
    if len(levels) != 2 or not all(map(are_texts, levels)):  # noqa: PLR2004 - metrics and datasets, or metrics and what was made of them
        return ""
    if levels[1] <= _AGGREGATED:
        # what is counted are runs, or examples as if they were runs
        counted = ".replace('_count', '_n_runs')" if "count" in levels[1] else ""
        return f"VersionSet.from_frame(df.set_axis(['_'.join(filter(None, each)){counted} for each in df.columns], axis=1))"
    measured = [sum(map(_is_metric, level)) / max(len(level), 1) for level in levels]
    if measured[0] == measured[1]:
        return ""
    order = "metric, dataset" if measured[0] > measured[1] else "dataset, metric"
    return f"VersionSet.from_frame(df.set_axis([f'{{metric}}@{{dataset}}'.strip('@') for {order} in df.columns], axis=1))"


def _code_of_tasks(frame: pd.DataFrame) -> str:
    """Write what reads a table made of results of lm-evaluation-harness, with a row or a column a task; empty for others."""
    headings = [list(map(str, frame.index)), list(map(str, frame.columns))]
    place = next((place for place, texts in enumerate(headings) if any(map(OF_HARNESS.fullmatch, texts)) and "alias" in texts), None)
    if place is None:
        return ""
    tasks = f"{{task: each.dropna().to_dict() for task, each in {'df.T' if place else 'df'}.items()}}"
    return f'VersionSet.from_lm_eval({{"results": {tasks}}})'


def _code_of_report(frame: pd.DataFrame) -> str:
    """Write what reads a classification report of scikit-learn, with a row or column a class, or a column a report; else empty."""
    rows, columns = plain_array(frame.index), list(map(str, frame.columns))
    if columns and {*map(str, rows)}.issuperset(IN_EVERY_REPORT) and isinstance(frame.iloc[rows.index(IN_EVERY_REPORT[0]), 0], Mapping):
        # a report in each column
        return 'VersionSet.from_documents([{"VersionName": str(name), "Metrics": each} for name, each in df.to_dict().items()])'
    first = [("df", rows, columns)]
    if columns:
        # a file has the index in its first column
        first.append((f"df.set_index({frame.columns[0]!r})", plain_array(frame.iloc[:, 0]), columns[1:]))
    for code, index, rest in first:
        for classes, measured, by_class in ((rest, index, code), (index, rest, f"{code}.T")):
            if {*map(str, classes)}.issuperset(IN_EVERY_REPORT) and {*map(str, measured)}.issuperset(OF_CLASSES):
                # one number in a column of four
                accuracy = f"{{**{by_class}.to_dict(), 'accuracy': {by_class}['accuracy']['recall']}}"
                metrics = accuracy if "accuracy" in classes else f"{by_class}.to_dict()"
                return f'VersionSet.from_documents({{"VersionName": "a", "Metrics": {metrics}}})'
    return ""


def _code_of_transposed(frame: pd.DataFrame) -> str:
    """Write what makes a row a version of a table with a column a version; empty for other tables."""
    names_of = [plain_array(frame.index), plain_array(frame.iloc[:, 0])] if len(frame.columns) else []
    place = next((place for place, texts in enumerate(names_of) if _are_metrics(texts)), None)
    rest = frame.iloc[:, place:]
    called = [_is_metric(heading) for heading in map(str, rest.columns)]
    if place is None or not called or 2 * sum(called) > len(called) or any(map(looks_set, map(str, rest.columns))):
        return ""
    if not all(are_numbers(plain_array(rest.iloc[:, each])) for each in range(len(called))):
        return ""
    return f"VersionSet.from_frame({f'df.set_index({frame.columns[0]!r})' if place else 'df'}.T)"


def _are_metrics(texts: Sequence[Any]) -> bool:
    """Whether most texts of several are called as metrics are, or as what is said beside one; a model may be called MAE."""
    if not are_texts(texts) or not len({*texts}) == len(texts) > 1 or not any(map(_is_metric, texts)):
        return False
    return 2 * sum(_is_metric(each) or term(fold(each)) is not None for each in texts) > len(texts)


def _is_metric(name: str) -> bool:
    return is_quality(name) or kind_of_metric(name) > 0 or bool(named_as_a_whole(plain_name(name)))


def hint_of(code: str, cure: str = "") -> Phrase:
    """Say what to write for a table whose rows have no names of their own."""
    pivot = [say("Make it a row a version, a column a metric: {code}.", code=code)] if code else []
    kept = [say("{code} keeps names as text.", code=cure)] if cure else []
    return joined([*kept, *(pivot or [say("Pass name= the column that names each version once.")])], " ")
