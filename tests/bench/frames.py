"""Measure the frames against pandas.json_normalize and against columns built by hand for exactly this shape.

Ratios hold within one run on one machine; run with ``python tests/bench/frames.py [count]``.
"""

from __future__ import annotations

import gc
import math
import random
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[2]))

from pai_notebook.frames import to_frame
from pai_notebook.model.version import ModelVersion

LABELS, METRICS = 6, 30


def make_document(number: int) -> dict[str, Any]:
    """Build a version of the documented form: one dataset, 30 metrics, 6 labels."""
    draw = random.Random(number)
    return {
        "VersionName": f"{number // 1000}.{number % 1000}.0",
        "GmtCreateTime": f"2024-01-{1 + number % 28:02d}T12:51:33.{number % 1000:03d}Z",
        "ApprovalStatus": ("Approved", "Pending", "Rejected")[number % 3],
        "FrameworkType": "Pytorch",
        "OwnerId": "1557702098123456",
        "Labels": [{"Key": f"key{place}", "Value": f"value{draw.randrange(9)}"} for place in range(LABELS)],
        "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {f"metric{place}": draw.random() for place in range(METRICS)}}]},
    }


def trimmed(document: dict[str, Any]) -> dict[str, Any]:
    """Give json_normalize the best record: fields, labels as a map, the metrics of the only dataset."""
    return {
        **{key: value for key, value in document.items() if key not in ("Labels", "Metrics")},
        "labels": {pair["Key"]: pair["Value"] for pair in document["Labels"]},
        "metrics": document["Metrics"]["Results"][0]["Metrics"],
    }


def normalize_wide(documents: list[dict[str, Any]]) -> pd.DataFrame:
    """Trim the records and hand them to json_normalize."""
    return pd.json_normalize([trimmed(document) for document in documents]).set_index("VersionName")


def by_hand_wide(documents: list[dict[str, Any]]) -> pd.DataFrame:
    """Build the columns knowing every name beforehand: the limit."""
    fields = ("GmtCreateTime", "ApprovalStatus", "FrameworkType", "OwnerId")
    columns: dict[str, Any] = {key: [document[key] for document in documents] for key in fields}
    labels = [{pair["Key"]: pair["Value"] for pair in document["Labels"]} for document in documents]
    for place in range(LABELS):
        columns[f"labels.key{place}"] = [found[f"key{place}"] for found in labels]
    metrics = [document["Metrics"]["Results"][0]["Metrics"] for document in documents]
    for place in range(METRICS):
        columns[f"metrics.metric{place}"] = [found[f"metric{place}"] for found in metrics]
    return pd.DataFrame(columns, index=[document["VersionName"] for document in documents])


def normalize_long(documents: list[dict[str, Any]]) -> pd.DataFrame:
    """Expand Results with json_normalize, then melt."""
    records = [{"VersionName": document["VersionName"], "Results": document["Metrics"]["Results"]} for document in documents]
    wide = pd.json_normalize(records, record_path="Results", meta="VersionName")
    return wide.melt(id_vars=["VersionName", "Dataset.DatasetId"]).dropna()


def by_hand_long(documents: list[dict[str, Any]]) -> pd.DataFrame:
    """Append row by row to four lists: the limit."""
    version, dataset, metric, value = [], [], [], []
    for document in documents:
        for result in document["Metrics"]["Results"]:
            name = result["Dataset"]["DatasetId"]
            for key, number in result["Metrics"].items():
                version.append(document["VersionName"])
                dataset.append(name)
                metric.append(key)
                value.append(number)
    return pd.DataFrame({"version": version, "dataset": dataset, "metric": metric, "value": value})


def seconds(work: Callable[[], Any], repeats: int = 5) -> float:
    """Median time of a piece of work."""
    taken = []
    for _ in range(repeats):
        gc.collect()
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def main(count: int) -> None:
    documents = [make_document(number) for number in range(count)]
    versions = [ModelVersion.from_document(document, "model-a") for document in documents]
    for layout, normalize, by_hand in (("wide", normalize_wide, by_hand_wide), ("long", normalize_long, by_hand_long)):
        ours = seconds(lambda: to_frame(versions, layout=layout))
        theirs = seconds(lambda: normalize(documents))
        hand = seconds(lambda: by_hand(documents))
        print(f"{layout} frame of {count} versions x {METRICS} metrics: ours {ours * 1e3:.0f} ms, json_normalize {theirs * 1e3:.0f} ms, by hand {hand * 1e3:.0f} ms")
        print(f"  json_normalize / ours = {theirs / ours:.2f}   ours / by hand = {ours / hand:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
