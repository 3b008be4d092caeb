"""Documents that benches fetch and put into frames, and their columns built by hand for exactly this shape: the limit."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from tests.bench.wire import version_document

_PAYLOADS = Path(__file__).parents[1] / "data" / "payloads.json"
_RECIPE = "quickstart_qwen_single_recipe"
_DATASETS = ("d-test", "d-live", "d-old")
_METRICS = tuple(f"metric{place}" for place in range(8))
_SOMETIMES = ("team", "ticket", "stage", "gpu")


def flat_document(number: int) -> dict[str, Any]:
    """About 4 kB as other benches have it: six labels, three datasets with ten metrics each, and long texts as specs."""
    return version_document("model-0", version_name(number)) | {"GmtCreateTime": _created(number)}


def full_document(number: int) -> dict[str, Any]:
    """A version as in `tests/data/payloads.json`: three specs, 24 metrics of three datasets, labels of which each has some only."""
    draw = random.Random(number)
    document: dict[str, Any] = json.loads(_TEMPLATE)
    document["VersionName"], document["GmtCreateTime"] = version_name(number), _created(number)
    document["ApprovalStatus"] = ("Approved", "Pending", "Rejected")[number % 3]
    document["Labels"] += [{"Key": key, "Value": f"{key}-{number % 17}"} for key in _SOMETIMES if draw.random() < 0.5]
    document["TrainingSpec"]["HyperParameters"][0]["Value"] = f"{draw.randrange(1, 9)}e-5"
    document["Metrics"] = {
        "Results": [{"Dataset": {"DatasetId": name}, "Metrics": {metric: draw.random() for metric in _METRICS}} for name in _DATASETS]
    }
    return document


def version_name(number: int) -> str:
    """Name of a version by its place in the order of creation."""
    return f"{number // 1000}.{number % 1000}.0"


def _created(number: int) -> str:
    return f"2024-01-{1 + number // 3600:02d}T12:{number // 60 % 60:02d}:{number % 60:02d}.028Z"


def _template() -> str:
    documents = json.loads(_PAYLOADS.read_text("utf-8"))["documents"]
    body = next(each["body"] for each in documents if each["name"] == _RECIPE)
    return json.dumps({key: value for key, value in body.items() if key != "RequestId"})


_TEMPLATE = _template()


def by_hand(documents: list[dict[str, Any]]) -> pd.DataFrame:
    """The wide frame of documents that are all alike, knowing every name beforehand."""
    example = documents[0]
    columns: dict[str, Any] = {}
    for path in _leaves({key: value for key, value in example.items() if key not in ("Labels", "Metrics")}):
        values: list[Any] = documents
        for key in path:
            values = [value[key] for value in values]
        columns[".".join(map(str, path))] = values
    labels = [{pair["Key"]: pair["Value"] for pair in document["Labels"]} for document in documents]
    for key in sorted(set().union(*labels)):
        columns[f"labels.{key}"] = [found.get(key) for found in labels]
    for place, result in enumerate(example["Metrics"]["Results"]):
        metrics = [document["Metrics"]["Results"][place]["Metrics"] for document in documents]
        for key in result["Metrics"]:
            columns[f"metrics.{key}@{result['Dataset']['DatasetId']}"] = [found[key] for found in metrics]
    columns["GmtCreateTime"] = pd.to_datetime(columns["GmtCreateTime"])
    return pd.DataFrame(columns).set_index("VersionName")


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    else:
        yield path
