"""What several versions have in common, as a document of the service: values that all state alike, and where they differ that they do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pai_notebook.i18n.phrases import first, say
from pai_notebook.model.differing import Differing
from pai_notebook.model.document import read_options
from pai_notebook.model.equality import shorten_apart, shown, shown_text, value_key
from pai_notebook.model.evidence_among import evidence_among
from pai_notebook.model.evidence_names import read_evidence_name
from pai_notebook.model.evidence_parts import part_counted
from pai_notebook.model.evidence_words import Role
from pai_notebook.model.fields import catalogue
from pai_notebook.model.flatten import Members, members, natural_key, split_path
from pai_notebook.model.lookup import MetricColumns
from pai_notebook.model.metric_cells import read_value
from pai_notebook.model.metric_scales import percent_among
from pai_notebook.model.settings import is_repeat

if TYPE_CHECKING:
    from pai_notebook.model.version import ModelVersion

# Path and dataset of a metric.
Key = tuple[str, str]
# Whether nothing depends on what the members have at a path.
_Ignored = Callable[[str], bool]

_NOTHING = object()
_NO_MEMBERS = Members(())
# Values that are named, the most frequent first, and characters of each.
_NAMED, _LONGEST = 3, 24


def shared_fields(versions: Sequence[ModelVersion], *, repeats: bool) -> dict[str, Any]:
    """Give fields, labels and settings of several versions, one by one; times are those of the newest.

    Parameters
    ----------
    versions : sequence of ModelVersion
        At least one.
    repeats : bool
        Whether settings in which they differ are ignored, so that none tells two groups apart.
    """
    newest = max(versions, key=lambda version: (version.created is not None, version.created))

    def ignored(path: str) -> bool:
        return repeats or is_repeat(path)

    found: dict[str, Any] = {}
    for info in catalogue(versions):
        # an empty field of the catalogue says nothing
        sent = [version._document.get(info.key, _NOTHING) for version in versions]  # noqa: SLF001 - reads without a copy
        sent = [_NOTHING if info.known and value in ("", None, {}) else value for value in sent]
        if info.key in ("", "RequestId", "VersionName", "Metrics") or all(value is _NOTHING for value in sent):
            continue
        if info.kind == "time":
            value = newest._document.get(info.key, _NOTHING)  # noqa: SLF001 - as above
        elif info.kind == "labels":
            value = _labels(versions, sent, ignored)
        elif info.kind == "spec":
            value = _common([read_options(each)[0] if info.key == "Options" and each is not _NOTHING else each for each in sent], ignored)
        else:
            value = sent[0] if _is_one(sent) else _differing(sent, is_ignored=info.bookkeeping, write=shown_text)
        if value is not _NOTHING:
            found[info.key] = value
    return found


def _labels(versions: Sequence[ModelVersion], sent: Sequence[Any], ignored: _Ignored) -> Any:
    """Labels by key; as sent where all are alike."""
    if _is_one(sent):
        return sent[0]
    by_key = [version.labels.by_key for version in versions]
    found: list[dict[str, Any]] = []
    for key in dict.fromkeys(key for labels in by_key for key in labels):
        values = [labels.get(key, _NOTHING) for labels in by_key]
        value = values[0] if _is_one(values) else _differing(values, is_ignored=ignored(key), write=shown_text)
        found += [{"Key": key, "Value": each} for each in (value if isinstance(value, tuple) else (value,))]
    return found


def _common(values: Sequence[Any], ignored: _Ignored, path: str = "") -> Any:
    """What several JSON values have in common: objects key by key, lists of named objects by name, others item by item."""
    if _is_one(values):
        return values[0]
    # an object that is not there has nothing below it
    below = [_NO_MEMBERS if value is _NOTHING or value in (None, {}, []) else members(value) for value in values]
    known = [each for each in below if each is not None]
    kinds = {each.named_by for each in known if each is not _NO_MEMBERS}
    if len(known) < len(values) or len(kinds) != 1:
        return _differing(values, is_ignored=ignored(path))
    (named_by,) = kinds
    pairs = [dict(each.pairs) for each in known]
    keys = dict.fromkeys(key for each in pairs for key in each)
    inside = {key: _common([each.get(key, _NOTHING) for each in pairs], ignored, f"{path}.{key}" if path else key) for key in keys}
    if named_by is None:
        return inside
    if named_by:
        return [_renamed(value, key, named_by) for key, value in inside.items()]
    items = list(inside.values())
    # of an empty object in a list nothing is below that could differ
    return _differing(values, is_ignored=ignored(path)) if any(isinstance(item, Differing) for item in items) else items


def _is_one(values: Sequence[Any]) -> bool:
    """Whether several values do not differ."""
    return len({_NOTHING if value is _NOTHING else value_key(value) for value in values}) == 1


def _renamed(value: Any, key: str, named_by: str) -> dict[str, Any]:
    """Give an object of a list its name back; one that is a value besides it states it under `Value`."""
    return {named_by: key, **(value if isinstance(value, dict) else {"Value": value})}


def _differing(values: Sequence[Any], *, is_ignored: bool, write: Callable[[Any], str] = shown, is_mixed: bool = False) -> Differing:
    """Say which values there are, the most frequent first."""
    keys: list[Hashable] = [_NOTHING if value is _NOTHING else value_key(value) for value in values]
    counts = Counter(keys)
    texts = {key: say("absent") if value is _NOTHING else write(value) for key, value in zip(keys, values, strict=True)}
    order = sorted(texts, key=lambda key: (-counts[key], key is _NOTHING, natural_key(texts[key])))
    # one more than is named may be named itself
    named = order[: _NAMED + 1]
    short = shorten_apart([texts[key] for key in named], _LONGEST)
    told = [
        say("{value} ×{count}", value=text, count=counts[key]) if counts[key] > 1 else text for key, text in zip(named, short, strict=True)
    ]
    same = None if is_ignored else frozenset(counts.items())
    shown_values = first([*told, *[""] * (len(order) - len(named))], _NAMED)
    return Differing.of(say("differs among members: {values}", values=shown_values), ("differing", same), is_mixed=is_mixed)


def shared_metrics(columns: MetricColumns, means: Mapping[Key, float], total: int) -> dict[Key, Any]:
    """Give the means of metrics, and what every version states alike; of what is neither that it differs.

    What says how sure another metric is has no mean; of numbers of examples it is the smallest.
    """
    content: dict[Key, Any] = {}
    among = evidence_among(columns.names, columns.numbers)
    for key in columns.names:
        stated = columns.stated(*key)
        evidence = among.get(key)
        if is_alike(columns, key, total) and (evidence is None or is_count(key)):
            content[key] = stated[0][1]
        elif key in means:
            content[key] = means[key]
        elif is_count(key):
            numbers = {number: raw for _, raw in stated if (number := read_value(raw)[1]) is not None and math.isfinite(number)}
            if numbers:
                content[key] = numbers[min(numbers)]  # nothing is surer than with as few in each
        elif is_stated(columns, key) and evidence is None:
            by_place: dict[int, Any] = {}
            for place, raw in stated:
                by_place[place] = (*by_place[place], raw) if place in by_place else (raw,)
            several = [by_place.get(place, _NOTHING) for place in range(total)]
            content[key] = _differing(
                [each[0] if isinstance(each, tuple) and len(each) == 1 else each for each in several],
                is_ignored=False,
                is_mixed=bool(percent_among(key[0], columns.numbers(key))),
            )
    return content


def is_count(key: Key) -> bool:
    """Whether it is a number of examples."""
    name = read_evidence_name(key[0])
    return (name is not None and name.role is Role.EXAMPLES) or part_counted(key[0]) != ""


def is_alike(columns: MetricColumns, key: Key, total: int) -> bool:
    """Whether every version states the same."""
    stated = columns.stated(*key)
    return len({place for place, _ in stated}) == total and len({value_key(raw) for _, raw in stated}) == 1


def is_stated(columns: MetricColumns, key: Key) -> bool:
    """Whether any version has more than a null there."""
    return any(raw is not None and not (isinstance(raw, float) and math.isnan(raw)) for _, raw in columns.stated(*key))


def metrics_document(content: Mapping[Key, Any]) -> dict[str, Any]:
    """Write metrics as the service does."""
    layers: dict[str, list[dict[str, Any]]] = {}
    for (path, dataset), value in content.items():
        _place(layers.setdefault(dataset, []), split_path(path), value)
    return {
        "Results": [
            {"Dataset": {"DatasetId": dataset} if dataset else {}, "Metrics": layer} for dataset, found in layers.items() for layer in found
        ]
    }


def _place(layers: list[dict[str, Any]], keys: tuple[str, ...], value: Any) -> None:
    """Put a value under its keys, in the first of several objects where neither it nor what is above it is a value already."""
    if not keys:
        layers.append({"value": value})
        return
    for layer in (*layers, {}):
        node: Any = layer
        for key in keys[:-1]:
            node = node.setdefault(key, {}) if isinstance(node, dict) else node
        if isinstance(node, dict) and keys[-1] not in node:
            node[keys[-1]] = value
            if all(layer is not known for known in layers):
                layers.append(layer)
            return
