"""Wide frames: one row a version, with a typed column for each field, label, metric and spec leaf; and one row a model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pai_notebook.frames.collect import STATES, Collected, collect
from pai_notebook.frames.columns import (
    as_texts,
    as_times,
    as_values,
    as_words,
    field_values,
    model_texts,
    repeated_texts,
    side_by_side,
)
from pai_notebook.model import names as called
from pai_notebook.model.differing import all_known, known
from pai_notebook.model.document import as_text, read_options
from pai_notebook.model.equality import stated_value, value_key
from pai_notebook.model.fields import PEOPLE, catalogue_of
from pai_notebook.model.flatten import flatten, metric_leaves, natural_key
from pai_notebook.model.labels import read_labels
from pai_notebook.model.metric_cells import State, whole_number
from pai_notebook.model.metrics_document import read_entries
from pai_notebook.model.patterns import Chooser
from pai_notebook.model.source import dataset_names, unique_names
from pai_notebook.model.text_columns import text_array, text_index

if TYPE_CHECKING:
    from pai_notebook.model.labels import Labels
    from pai_notebook.model.registered_model import Model
    from pai_notebook.model.version import ModelVersion

# Section, path and dataset of a column.
Name = tuple[str, str, str]

_KEY, _VALUE = itemgetter("Key"), itemgetter("Value")
# Different specs that are remembered while a frame is built.
_SPECS = 64
_STR = {str}
# Documents whose keys are looked up together.
_PART = 256
_WORDS = frozenset({State.TEXT, State.BOOLEAN, State.MATRIX, State.SERIES})


def wide_frame(versions: Sequence[ModelVersion], wanted: Chooser, *, flat: bool, whole: bool = False, names: bool = False) -> pd.DataFrame:
    """Build one row a version; see `pai_notebook.frames.to_frame`."""
    labels = dataset_names(version.provenance for version in versions)
    documents = [version._document for version in versions]  # noqa: SLF001 - read only, in bulk
    models = model_texts(versions, named=names)
    several = len(set(models)) > 1
    people = unique_names(pair for version in versions for pair in version.provenance.people) if names else {}
    columns: dict[Name, Any] = {}
    if not several and any(models):
        columns["version", "model", ""] = repeated_texts(models[:1], np.zeros(len(models), np.int64))
    sent = _by_key(documents)
    infos = [info for info in catalogue_of(documents, sent.keys()) if info.key not in ("", "VersionName")]
    plain = [_called("version", info.name) for info in infos if info.is_plain] if documents else []
    nothing: list[Any] = [None] * len(documents)
    empty: dict[bool, Any] = {}
    for info in infos:
        if not info.is_plain or not wanted(_called("version", info.name)):
            continue
        if info.key not in sent:
            # a field that no version has is not read version by version
            column = empty.get(of_time := info.kind == "time")
            if column is None:
                column = empty[of_time] = field_values(info, [None]).take(np.zeros(len(documents), np.int64))
            columns["version", info.name, ""] = column.copy()
            continue
        values = all_known(sent[info.key])
        if people and info.name in PEOPLE:
            values = [people.get(value, value) if isinstance(value, str) else value for value in values]
        columns["version", info.name, ""] = field_values(info, values)
    columns.update(_labels(sent.get("Labels", nothing)))
    of_metrics = sent.get("Metrics", nothing)
    cells = collect(of_metrics)
    metrics = _metrics(cells, len(documents))
    columns.update(_in_full(metrics, of_metrics, cells) if whole else metrics)
    for info in infos:
        if info.kind == "spec" and info.key in sent:
            columns.update(_spec(info.name, sent[info.key], whole=whole))
    naming = called.naming_of((dataset for _, dataset in cells.names), labels)
    names_of = {name: naming(*name[1:]) if name[0] == "metrics" else _called(*name) for name in columns}
    kept = [name for name in columns if wanted(names_of[name])]
    shown = named_columns(columns, labels) if names else {name: name for name in columns}
    # what is not shown tells apart as well, so that a column has one name whatever is included
    texts = flat_names(shown.values())
    index = _index(sent.get("VersionName", nothing), models if several else ())
    frame = side_by_side([columns[name] for name in kept], index)
    frame.columns = text_index([texts[shown[name]] for name in kept]) if flat else _levels([shown[name] for name in kept])
    wanted.warn_of_unused([*plain, *names_of.values()])
    return frame


def _by_key(documents: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """Give what documents hold by key, None where one has none.

    A part of them at a time, all of its keys: thousands of documents do not stay in a processor's cache from key to key.
    """
    found: dict[str, list[Any]] = {key: [] for key in set[str]().union(*documents)}
    for start in range(0, len(documents), _PART):
        part = documents[start : start + _PART]
        for key, values in found.items():
            values += [document.get(key) for document in part]
    return found


def _called(section: str, path: str, dataset: str = "") -> called.Name:
    """Give the name of a column as patterns know it."""
    return called.Name("" if section == "version" else section, path, dataset)


def named_columns(columns: Iterable[Name], labels: Mapping[str, str]) -> dict[Name, Name]:
    """Put names of datasets in the place of their ids, unless another dataset is called so.

    Examples
    --------
    >>> named_columns([("metrics", "cer", "d-a"), ("metrics", "cer", "d-b")], {"d-a": "noisy", "d-b": "d-a"})
    {('metrics', 'cer', 'd-a'): ('metrics', 'cer', 'noisy'), ('metrics', 'cer', 'd-b'): ('metrics', 'cer', 'd-b')}
    """
    given = list(columns)
    taken = {dataset for _, _, dataset in given}
    return {
        (section, path, dataset): (section, path, label if (label := labels.get(dataset, "")) and label not in taken else dataset)
        for section, path, dataset in given
    }


def _index(sent: list[Any], models: Sequence[str]) -> pd.Index:
    """Index of the names that versions were `sent` with."""
    names = text_index(sent if set(map(type, sent)) <= _STR else list(map(as_text, sent)), "version")
    if models:
        return pd.MultiIndex.from_arrays([text_index(models), names], names=["model", "version"])
    return names


def _levels(names: Sequence[Name]) -> pd.MultiIndex:
    levels: Any = list(zip(*names, strict=True)) if names else [[], [], []]
    return pd.MultiIndex.from_arrays([text_index(level) for level in levels], names=["section", "path", "dataset"])


def flat_names(names: Iterable[Name]) -> dict[Name, str]:
    r"""Give each column one name that no other has.

    A field is its own name, everything else is `section.path` and, for a metric of a dataset, `section.path@dataset`. Where two
    would read the same, because a metric's own name holds ``@``, the sign is escaped in the paths of both.

    Examples
    --------
    >>> list(flat_names([("version", "uri", ""), ("metrics", "hit@1", ""), ("metrics", "cer", "d-a")]).values())
    ['uri', 'metrics.hit@1', 'metrics.cer@d-a']
    >>> for name in flat_names([("metrics", "a@b", ""), ("metrics", "a", "b")]).values():
    ...     print(name)
    metrics.a\@b
    metrics.a@b
    """
    plain = {name: _flat_name(*name) for name in names}
    count: dict[str, int] = {}
    for text in plain.values():
        count[text] = count.get(text, 0) + 1
    clear = {name: text if count[text] == 1 else _flat_name(name[0], name[1].replace("@", "\\@"), name[2]) for name, text in plain.items()}
    if len(set(clear.values())) == len(clear):
        return clear
    return {name: _flat_name(section, path.replace("@", "\\@"), dataset) for name in plain for section, path, dataset in [name]}


def _flat_name(section: str, path: str, dataset: str) -> str:
    if section == "version":
        return path
    return f"{section}.{path}@{dataset}" if dataset else f"{section}.{path}"


def _labels(raws: Sequence[Any]) -> dict[Name, Any]:
    """One text column a key; the values of a key that occurs more than once are joined by a comma."""
    columns: dict[str, Any] = {}
    for keys, rows, found in _label_blocks(raws):
        if len(rows) == len(raws):
            columns = {key: found[nth :: len(keys)] for nth, key in enumerate(keys)}
            continue
        places = np.array(rows)
        for nth, key in enumerate(keys):
            columns.setdefault(key, np.full(len(raws), None, object))[places] = found[nth :: len(keys)]
    return {("labels", key, ""): text_array(columns[key]) for key in sorted(columns, key=natural_key)}


def _label_blocks(raws: Sequence[Any]) -> Iterator[tuple[tuple[str, ...], list[int], list[Any]]]:
    """Group versions by their keys, in bulk; what is not as documented is read one by one, as `Labels` reads it."""
    blocks: dict[tuple[Any, ...], tuple[list[int], list[Any]]] = {}
    odd: list[int] = []
    for row, raw in enumerate(raws):
        if not raw:
            continue
        try:
            block = blocks.get(keys := tuple(map(_KEY, raw)))
            if block is None:
                block = blocks[keys] = [], []
            # values first: a pair without a value raises before its row is counted, and the lengths below tell
            block[1].extend(map(_VALUE, raw))
            block[0].append(row)
        except (TypeError, KeyError):
            odd.append(row)
    for keys, (rows, values) in blocks.items():
        if set(map(type, keys)) == set(map(type, values)) == _STR and len(set(keys)) == len(keys) and len(values) == len(keys) * len(rows):
            yield keys, rows, values
        else:
            odd.extend(rows)
    for row in odd:
        labels = read_labels(raws[row])[0]
        yield tuple(labels), [row], [_one_label(labels.get_all(key)) for key in labels]


def _one_label(values: Sequence[str]) -> Any:
    """Values of a label in one text; missing where members of a group have several."""
    return pd.NA if any(known(value) is None for value in values) else ", ".join(sorted(values))


def _metrics(cells: Collected, count: int) -> dict[Name, Any]:
    """One column a metric: float64, or truth or text where no version has a number."""
    # by columns in memory, since each becomes a column of the frame
    if len(cells) == count * len(cells.names) and not cells.duplicates.any():
        # every version has every metric: the cells are in order, so they are the table
        numbers = np.asfortranarray(cells.numbers.reshape(count, len(cells.names)))
    else:
        numbers = np.full((count, len(cells.names)), np.nan, order="F")
        numbers[cells.rows, cells.columns] = cells.numbers
    for place in np.flatnonzero(cells.duplicates):
        if not _agrees(cells, int(place)):
            numbers[cells.rows[place], cells.columns[place]] = np.nan
    words = _without_numbers(cells)
    found: dict[Name, Any] = {}
    for column, (path, dataset) in enumerate(cells.names):
        found["metrics", path, dataset] = _words(cells, column, count) if column in words else numbers[:, column]
    return found


def _in_full(columns: dict[Name, Any], raws: Sequence[Any], cells: Collected) -> dict[Name, Any]:
    """Put what versions state in the place of gaps, in the words of a comparison, and whole numbers as they were sent."""
    several = cells.duplicates.any()
    stated: dict[Name, dict[int, list[Any]]] = {}
    for row, of_version in enumerate(raws):
        for dataset, content in read_entries(of_version)[0]:
            for path, raw in metric_leaves(content):
                if several or type(raw) is not float or raw - raw:
                    stated.setdefault(("metrics", path, dataset), {}).setdefault(row, []).append(raw)
    found = dict(columns)
    for name, by_row in stated.items():
        values = found[name] = np.array(columns[name], object)
        for row, of_name in by_row.items():
            raw = of_name[0] if len(set(map(value_key, of_name))) == 1 else tuple(of_name)
            # a number that was sent as text is a number in the frame
            if not isinstance(values[row], float) or values[row] != values[row]:
                values[row] = stated_value(raw)
            elif (whole := whole_number(raw)) is not None and math.isfinite(values[row]):
                values[row] = whole
    return found


def _agrees(cells: Collected, place: int) -> bool:
    """Whether a cell holds the same as the one before it, where that has the same name in the same version."""
    before = place - 1
    if place == 0 or (cells.rows[before], cells.columns[before]) != (cells.rows[place], cells.columns[place]):
        return True
    first, second = cells.numbers[before], cells.numbers[place]
    return bool(first == second or (np.isnan(first) and np.isnan(second))) and cells.texts.get(before) == cells.texts.get(place)


def _without_numbers(cells: Collected) -> set[int]:
    """Find the columns that hold words or truth values and no number at all."""
    states = np.array([state in _WORDS for state in STATES])
    candidates = set(cells.columns[states[cells.states] & np.isnan(cells.numbers)].tolist())
    return candidates - set(cells.columns[~np.isnan(cells.numbers)].tolist()) if candidates else candidates


def _words(cells: Collected, column: int, count: int) -> Any:
    places = np.flatnonzero(cells.columns == column)
    truth = all(STATES[cells.states[place]] in (State.BOOLEAN, State.NULL) for place in places)
    values = np.full(count, pd.NA, object)
    for place in places:
        text = cells.texts.get(int(place))
        if text is not None and STATES[cells.states[place]] is not State.DIFFERS:
            known = text == "true" if truth else text
            row = cells.rows[place]
            values[row] = known if values[row] is pd.NA or values[row] == known else pd.NA
    return pd.array(values, dtype="boolean") if truth else text_array(values)


def _spec(section: str, raws: Sequence[Any], *, whole: bool) -> dict[Name, Any]:
    """One column a leaf, typed by what it holds."""
    if not any(raws):
        return {}
    # versions of a model often share a spec, so each is read once; the first is that of a version without one
    distinct: list[dict[str, Any]] = [{}]
    place_of: dict[str, int] = {}
    places: list[int] = []
    for raw in raws:
        # equality would take 1 for 1.0
        place = place_of.get(written := repr(raw))
        if place is None:
            if len(place_of) == _SPECS:
                place_of.clear()
            place = place_of[written] = len(distinct)
            content = read_options(raw)[0] if section == "options" else raw
            distinct.append({} if content is None or content == "" else flatten(content))
        places.append(place)
    found: dict[Name, Any] = {}
    for path in sorted(dict.fromkeys(path for leaves in distinct for path in leaves), key=natural_key):
        column = _leaves_in_full(distinct, path) if whole else as_values([known(leaves.get(path)) for leaves in distinct])
        found[section, path, ""] = column.take(places)
    return found


def _leaves_in_full(distinct: Sequence[dict[str, Any]], path: str) -> Any:
    """Give what specs state under a path: texts as sent where all are texts, else in the words of a comparison."""
    found = np.full(len(distinct), None, object)
    stated = {place: leaves[path] for place, leaves in enumerate(distinct) if path in leaves}
    are_texts = set(map(type, stated.values())) == _STR
    for place, raw in stated.items():
        found[place] = raw if are_texts else stated_value(raw)
    return found


_MODEL_TEXTS = {
    "workspace_id": "WorkspaceId",
    "provider": "Provider",
    "origin": "Origin",
    "model_type": "ModelType",
    "accessibility": "Accessibility",
    "owner_id": "OwnerId",
    "user_id": "UserId",
    "description": "ModelDescription",
}


def models_frame(models: Sequence[Model]) -> pd.DataFrame:
    """Build a DataFrame of models, rows in the order given, indexed by model id.

    Examples
    --------
    >>> from pai_notebook.model.registered_model import Model
    >>> frame = models_frame([Model.from_document({"ModelId": "model-a", "Labels": [{"Key": "env", "Value": "prod"}]})])
    >>> frame.loc["model-a", "labels.env"]
    'prod'
    """
    documents = [model._document for model in models]  # noqa: SLF001 - reads without a copy
    latest = [model.latest_version for model in models]
    columns: dict[str, Any] = {
        "name": as_texts([model.name for model in models]),
        "latest_version": as_texts([version.version_name if version else None for version in latest]),
        "approval_status": as_words([version.approval_status if version else None for version in latest]),
        "domain": as_words([model.domain for model in models]),
        "task": as_words([model.task for model in models]),
        "created": as_times([document.get("GmtCreateTime") for document in documents]),
        "modified": as_times([document.get("GmtModifiedTime") for document in documents]),
        "parameter_size": as_values([model.parameter_size for model in models]),
        **_keyed("labels", [model.labels for model in models]),
        **_keyed("tags", [model.tags for model in models]),
        **{name: as_texts([document.get(key) or None for document in documents]) for name, key in _MODEL_TEXTS.items()},
    }
    return pd.DataFrame(columns, index=text_index([model.model_id for model in models], "model_id"))


def _keyed(section: str, found: Sequence[Labels]) -> dict[str, Any]:
    keys = sorted({key for labels in found for key in labels}, key=natural_key)
    return {f"{section}.{key}": as_texts([", ".join(labels.get_all(key)) if key in labels else None for labels in found]) for key in keys}
