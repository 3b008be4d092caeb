"""Documents that are built back from cells, to see that reading them loses nothing."""

import contextlib
import json

from pai_notebook.model.flatten import split_path
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metrics_document import dataset_identity

COLUMNS = ("model", "version", "dataset", "metric", "value", "text", "state", "duplicate")


def rebuild(frame):
    """Build the `Metrics` documents that a long frame, or any subset of its rows, came from."""
    leaves = {}
    columns = [frame[name].tolist() for name in COLUMNS]
    for model, version, dataset, metric, value, text, state, _ in zip(*columns, strict=True):
        found = leaves.setdefault((model, version), [])
        if state != State.NO_METRICS:
            found.append((dataset, metric, _raw(State(state), value, text if isinstance(text, str) else None)))
    return {version: write_entries(stated) for version, stated in leaves.items()}


def rebuild_metrics(cells):
    """Build a `Metrics` document that reads back as exactly these cells."""
    return write_entries([(cell.dataset, cell.path, cell.raw) for cell in cells])


def write_entries(leaves):
    """Build the document that `read_entries` and flattening read as these (dataset, path, value) leaves."""
    layers = {}
    for dataset, path, raw in leaves:
        keys = split_path(path)
        if not any(_insert(layer, keys, raw) for layer in layers.setdefault(dataset, [])):
            layers[dataset].append(raw if not keys else _nested(keys, raw))
    if not layers:
        return {}
    if layers.keys() == {""} and len(layers[""]) == 1 and not _reads_as_results(layers[""][0]):
        return layers[""][0]
    return {"Results": [_entry(dataset, content) for dataset, contents in layers.items() for content in contents]}


def _reads_as_results(content):
    """Whether a map alone would be read otherwise: as the documented form, or as one whose names have datasets."""
    return "Results" in content or any("@" in key for key in content) if isinstance(content, dict) else isinstance(content, list)


def _entry(dataset, content):
    return {"Dataset": _dataset(dataset), "Metrics": content} if dataset else {"Metrics": content}


def _dataset(identity):
    """Give a `Dataset` of this identity, in the documented form where it can be told."""
    if identity.startswith("{"):
        with contextlib.suppress(ValueError):
            value = json.loads(identity)
            if dataset_identity(value) == identity:
                return value
    return {"Uri" if "://" in identity else "DatasetId": identity}


def _nested(keys, raw):
    for key in reversed(keys):
        raw = {key: raw}
    return raw


def _insert(layer, keys, raw):
    """Put a leaf into a nested map; False when something already stands in its way."""
    node = layer
    for position, key in enumerate(keys):
        if not isinstance(node, dict):
            return False
        if key not in node:
            node[key] = _nested(keys[position + 1 :], raw)
            return True
        node = node[key]
    return False


def _raw(state, value, text):
    """Give the JSON value that a row stands for."""
    if state in (State.TEXT, State.NUMERIC_TEXT):
        return text
    if text is not None:
        return json.loads(text)
    return None if state is State.NULL else float(value)
