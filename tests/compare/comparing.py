"""Versions and comparisons in few words."""

import os
import subprocess
import sys

from pai_notebook.comparison import Comparison
from pai_notebook.model.version import ModelVersion


def make(name, metrics=None, model="model-a", **fields):
    """Build a version with these metrics."""
    document = {"VersionName": name, **fields}
    if metrics is not None:
        document["Metrics"] = metrics
    return ModelVersion.from_document(document, model)


def results(**datasets):
    """Build the documented form: `results(d_a={"cer": 0.1})`."""
    return {"Results": [{"Dataset": {"DatasetId": name.replace("_", "-")}, "Metrics": metrics} for name, metrics in datasets.items()]}


def compare(*metrics, baseline="first", **options):
    """Compare versions 0.1.0, 0.2.0, ... that have these metrics, with the first."""
    versions = [make(f"0.{number}.0", raw) for number, raw in enumerate(metrics, start=1)]
    return Comparison(versions, baseline=baseline, **options)


def shuffled(value, shuffler, lists=("Results", "Labels"), key=""):
    """Shuffle the keys of every object, and the lists whose order means nothing."""
    if isinstance(value, dict):
        items = list(value.items())
        shuffler.shuffle(items)
        return {name: shuffled(item, shuffler, lists, name) for name, item in items}
    if isinstance(value, list) and key in lists:
        items = [shuffled(item, shuffler, lists) for item in value]
        shuffler.shuffle(items)
        return items
    return value


def printed_by_hash_seed(program, text):
    """What a program prints of a text with several hash seeds."""
    return {
        subprocess.run(
            [sys.executable, "-c", program],
            input=text,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "42")
    }
