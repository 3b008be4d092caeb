"""A registry that outgrows a notebook, written as Parquet and joined by Dask: `python -m tests.bench.parquet 1000000 [FILE]`.

The versions are made up by the embedded registry's handler as its pages are asked for, and come through the real client, signed,
checked and paced by nothing. Printed are the time, the peak of resident memory, its growth since the first tenth, and the files read back.
Then Dask, in a process of its own and out of core, joins the versions to the metrics and gives the mean of every metric by a label.
"""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.io.parquet import versions_path
from tests.bench.figures import Figures, count_argument
from tests.demo.lazy_store import LazyStore

DASK = """
import resource, sys, time
import dask
import dask.dataframe as dd

metrics, versions = sys.argv[1:]
begin = time.perf_counter()
with dask.config.set(scheduler="threads", num_workers=2):
    left = dd.read_parquet(metrics, columns=["model", "version", "metric", "value"], split_row_groups=True)
    right = dd.read_parquet(versions, columns=["model", "version", "labels.env"], split_row_groups=True)
    joined = left.merge(right, on=["model", "version"])
    means = joined.groupby(["metric", "labels.env"])["value"].agg(["mean", "count"]).compute()
print(time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(len(means), int(means["count"].sum()))
print(means["mean"].unstack().round(4).to_string())
"""
START = datetime(2024, 1, 1, tzinfo=UTC)
ENVIRONMENTS = ("dev", "test", "staging", "prod")
FIELDS = ["approval", "created", "labels", "labels.env", "training_spec"]
METRICS = ("accuracy", "f1", "precision", "recall", "loss", "rtf")


def make_document(number: int) -> dict[str, Any]:
    """Build a version of the documented form: two data sets with three metrics each, two labels, a spec."""
    draw = random.Random(number).random
    results = [
        {"Dataset": {"DatasetId": dataset}, "Metrics": {name: draw() for name in METRICS[place : place + 3]}}
        for place, dataset in ((0, "d-test"), (3, "d-live"))
    ]
    return {
        "VersionName": f"{number // 1000}.{number % 1000}.0",
        "GmtCreateTime": (START + timedelta(seconds=number)).isoformat().replace("+00:00", "Z"),
        "ApprovalStatus": ("Approved", "Pending", "Rejected")[number % 3],
        "FrameworkType": "Pytorch",
        "FormatType": "SavedModel",
        "Uri": f"oss://models.oss-cn-hangzhou-internal.aliyuncs.com/synthetic/{number}/",
        "OwnerId": "1557702098123456",
        "Labels": [{"Key": "env", "Value": ENVIRONMENTS[number % 4]}, {"Key": "run", "Value": str(number)}],
        "Metrics": {"Results": results},
        "TrainingSpec": {"HyperParameters": [{"Name": "lr", "Value": "0.001"}, {"Name": "seed", "Value": str(number)}]},
    }


def find(name: str) -> int:
    """Position of a version by its name."""
    major, minor, _ = name.split(".")
    return int(major) * 1000 + int(minor)


def peak() -> float:
    """Peak of resident memory so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write(count: int, path: Path) -> tuple[float, int]:
    """Write `count` versions; seconds it took, and requests the registry answered."""
    handler = demo.Handler(LazyStore(count, make_document, find=find))
    requests = 0

    def answer(request: demo.Request) -> demo.Response:
        nonlocal requests
        requests += 1
        return handler.handle(request)

    with pnb.connect("demo", transport=demo.transport(handler=answer), default=False) as registry:
        begin = time.perf_counter()
        registry.to_parquet(path, "model-synthetic", fields=FIELDS, overwrite=True, progress=sys.stderr.isatty())
        return time.perf_counter() - begin, requests


def main(count: int, path: Path) -> None:
    """Write a tenth, then everything, and compare the peaks."""
    before = peak()
    write(max(count // 10, 1), path)
    tenth = peak()
    took, requests = write(count, path)
    figures = Figures()
    figures.say(
        f"{count:,} versions in {requests:,} requests: {took:.0f} s, {count / took:,.0f} versions a second",
        {"versions": count, "requests": requests, "seconds": took},
    )
    figures.say(
        f"peak memory {peak():.0f} MB; {before:.0f} MB before the first request, {tenth:.0f} MB after a tenth of the versions",
        {"peak MB": peak(), "peak MB after a tenth": tenth},
    )
    file = pq.ParquetFile(path)
    names = set(pc.unique(pq.read_table(path, columns=["version"])["version"]).to_pylist())
    rows = file.metadata.num_rows
    size = path.stat().st_size / 1e6
    figures.say(
        f"read back: {rows:,} rows of {len(names):,} versions in {file.num_row_groups} row groups, {size:.0f} MB", {"file MB": size}
    )
    beside = versions_path(path)
    versions = pq.ParquetFile(beside).metadata.num_rows
    size = beside.stat().st_size / 1e6
    figures.say(f"versions beside: {versions:,} rows, {size:.0f} MB", {"versions MB": size})
    command = [sys.executable, "-c", DASK, str(path), str(beside)]
    done = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    joined, found, means = done.split("\n", 2)
    seconds, memory = map(float, joined.split())
    figures.say(
        f"Dask joins both and gives the mean of every metric by labels.env: {seconds:.0f} s, peak memory {memory:.0f} MB\n{means}",
        {"join seconds": seconds, "join peak MB": memory},
    )
    figures.finish()
    assert (rows, len(names), versions) == (count * len(METRICS), count, count)
    groups = len(METRICS) * min(count, len(ENVIRONMENTS))
    assert found == f"{groups} {rows}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        files = [word for word in sys.argv[2:] if word != "--json"]
        main(count_argument(1_000_000), Path(files[0] if files else f"{folder}/all.parquet"))
