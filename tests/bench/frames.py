"""Measure the frames against pandas.json_normalize and against columns built by hand for exactly this shape.

Documents of one dataset, six labels and no spec, and documents as the service has them, these from the bytes of list pages. Also
comparisons, minimal pairs, and how everything grows. Times are CPU. Ratios hold within one run on one machine; run with
``python -m tests.bench.frames [count]``.
"""

from __future__ import annotations

import gc
import json
import random
import statistics
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pandas as pd

from pai_notebook.comparison import Comparison, minimal_pairs
from pai_notebook.frames import to_frame
from pai_notebook.json_text import parse_json
from pai_notebook.model.source import Provenance
from pai_notebook.model.version import ModelVersion, adopt_document
from pai_notebook.versions.versions import VersionSet
from tests.bench import documents as made
from tests.bench.figures import Figures, count_argument, exponent

LABELS, METRICS = 6, 30
_COLUMNS = "wide frame of metric1"


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
        "Metrics": {
            "Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {f"metric{place}": draw.random() for place in range(METRICS)}}]
        },
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
    """Median CPU time of a piece of work."""
    taken = []
    for _ in range(repeats):
        gc.collect()
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def peak(work: Callable[[], Any]) -> int:
    """Bytes that a piece of work needs at its peak."""
    gc.collect()
    tracemalloc.start()
    work()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def make_versions(count: int) -> list[ModelVersion]:
    """Build versions; their documents are not kept."""
    return [ModelVersion.from_document(make_document(number), "model-a") for number in range(count)]


def against_others(figures: Figures, count: int) -> None:
    """Print the frames of `count` versions beside json_normalize and beside columns built by hand."""
    documents = [make_document(number) for number in range(count)]
    versions = [ModelVersion.from_document(document, "model-a") for document in documents]
    for layout, normalize, by_hand in (("wide", normalize_wide, by_hand_wide), ("long", normalize_long, by_hand_long)):
        works = partial(to_frame, versions, layout=layout), partial(normalize, documents), partial(by_hand, documents)
        ours, theirs, hand = alternately(*works)
        figures.say(f"{layout} frame of {count} versions x {METRICS} metrics")
        figures.say(f"  ours {ours * 1e3:.0f} ms, json_normalize {theirs * 1e3:.0f} ms, by hand {hand * 1e3:.0f} ms")
        figures.tell(f"  {layout} frame: json_normalize / ours", theirs / ours)
        figures.tell(f"  {layout} frame: ours / by hand", ours / hand)


def from_bytes(figures: Figures, count: int) -> None:
    """Print the wide frame of list pages, from their bytes, beside json.loads and columns built by hand."""
    for kind, make in (("flat", made.flat_document), ("full", made.full_document)):
        pages = [
            json.dumps({"Versions": [make(number) for number in range(start, start + 100)]}).encode() for start in range(0, count, 100)
        ]
        ours, hand = alternately(partial(_frame_of, pages), partial(_by_hand, pages), repeats=3)
        figures.say(f"bytes of {count} versions ({kind}) to the wide frame: ours {ours * 1e3:.0f} ms, by hand {hand * 1e3:.0f} ms")
        figures.tell(f"  {kind}, from bytes: ours / json.loads and columns by hand", ours / hand, "at most 2")


def _frame_of(pages: list[bytes]) -> pd.DataFrame:
    now, origin = datetime.now(UTC), Provenance()
    found = (item for page in pages for item in parse_json(page)["Versions"])
    return to_frame([adopt_document(item, model_id="model-a", fetched=now, provenance=origin) for item in found])


def _by_hand(pages: list[bytes]) -> pd.DataFrame:
    return made.by_hand([item for page in pages for item in json.loads(page)["Versions"]])


def alternately(*works: Callable[[], Any], repeats: int = 7) -> list[float]:
    """Median time of each of several pieces of work, taken in turns so that a busy moment meets all of them."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for place, work in enumerate(works):
            taken[place].append(seconds(work, repeats=1))
    return [statistics.median(times) for times in taken]


def growth(figures: Figures, sizes: list[int]) -> None:
    """Print how time and memory of the frames grow with the number of versions."""
    everything = make_versions(max(sizes))
    for layout in ("wide", "long"):
        times = [seconds(partial(to_frame, everything[:size], layout=layout), repeats=3) for size in sizes]
        peaks = [peak(partial(to_frame, everything[:size], layout=layout)) for size in sizes]
        shown = ", ".join(
            f"{size}: {taken * 1e3:.0f} ms {most / 1e6:.0f} MB" for size, taken, most in zip(sizes, times, peaks, strict=True)
        )
        figures.say(f"{layout} frame: {shown}")
        figures.tell(f"  {layout} frame: exponent of time", exponent(sizes, times), "at most 1.1")
        figures.tell(f"  {layout} frame: exponent of memory", exponent(sizes, [float(most) for most in peaks]), "at most 1.1")


def answers(figures: Figures, sizes: list[int]) -> None:
    """Print CPU times of conditions, sorting and comparisons beside the wide frame of the same new versions, and how they grow."""
    asked: dict[str, Callable[[VersionSet], Any]] = {
        "wide frame": lambda vs: vs.to_frame(),
        _COLUMNS: lambda vs: vs.to_frame(include="metric1"),
        "filter": lambda vs: vs.filter("metric1 > 0.5"),
        "filter by label": lambda vs: vs.filter("label.key1 == 'value3'"),
        "sort_values": lambda vs: vs.sort_values("metric1"),
        "compare and best": lambda vs: vs.compare().best("metric1", "max"),
    }
    documents = [make_document(number) for number in range(max(sizes))]
    times: dict[str, list[float]] = {name: [] for name in asked}
    for size in sizes:
        for name, call in asked.items():
            times[name].append(min(_once(call, documents[:size]) for _ in range(3)))
    for name, taken in times.items():
        shown = ", ".join(f"{size}: {each * 1e3:.0f} ms" for size, each in zip(sizes, taken, strict=True))
        figures.say(f"{name}: {shown}")
        figures.tell(f"  {name} / wide frame of {sizes[-1]}", taken[-1] / times["wide frame"][-1])
        if name == "filter":
            figures.tell(f"  filter / wide frame of its columns of {sizes[-1]}", taken[-1] / times[_COLUMNS][-1], "at most 1.5")
        figures.tell(f"  {name}: exponent of time", exponent(sizes, taken), "at most 1.1")


def _once(call: Callable[[VersionSet], Any], documents: list[dict[str, Any]]) -> float:
    """CPU time of a call for versions of which nothing is remembered."""
    vs = VersionSet(ModelVersion.from_document(document, "model-a") for document in documents)
    gc.collect()
    begin = time.process_time()
    call(vs)
    return time.process_time() - begin


def trained(number: int) -> ModelVersion:
    """Build a version with fifteen settings of which neighbours share most."""
    draw = random.Random(number)
    settings = [{"Name": f"setting{place}", "Value": str(draw.randrange(3) if place < 4 else place)} for place in range(15)]
    return ModelVersion.from_document(
        {
            **make_document(number),
            "Labels": [{"Key": "seed", "Value": str(draw.randrange(200))}],
            "TrainingSpec": {"HyperParameters": settings},
        },
        "model-a",
    )


def comparisons(figures: Figures) -> None:
    """Print the time of comparing 500 versions, of showing it, and of minimal pairs among 250 to 2,000 versions."""
    versions = make_versions(500)
    figures.tell(f"compare of 500 versions x {METRICS + LABELS} rows, ms", seconds(lambda: Comparison(fresh(versions))) * 1e3)
    compared = Comparison(versions)
    figures.tell("  its HTML of 20 versions, kB", len(compared.to_html().encode()) / 1e3)
    figures.tell("  its HTML, ms", seconds(compared.to_html) * 1e3)
    figures.tell("  its frame, ms", seconds(compared.to_frame) * 1e3)
    figures.tell("  its ranking, ms", seconds(lambda: compared.rank("metric0", "max")) * 1e3)
    sizes = [250, 500, 1000, 2000]
    everything = [trained(number) for number in range(max(sizes))]
    times = []
    for size in sizes:
        times.append(seconds(partial(minimal_pairs, everything[:size], "metric0"), repeats=3))
        found = len(minimal_pairs(everything[:size], "metric0"))
        figures.say(f"minimal_pairs of {size} versions ({size * (size - 1) // 2} pairs, {found} found): {times[-1] * 1e3:.0f} ms")
    figures.tell("  minimal_pairs: exponent of time; all pairs would be 2", exponent(sizes, times))


def fresh(versions: list[ModelVersion]) -> list[ModelVersion]:
    """Build the versions anew, so that nothing is remembered from the last time."""
    return [ModelVersion.from_document(version.raw, version.model_id) for version in versions]


if __name__ == "__main__":
    sheet, size = Figures(), count_argument(10_000)
    against_others(sheet, size)
    from_bytes(sheet, size)
    comparisons(sheet)
    answers(sheet, [size // 10, size, size * 10])
    growth(sheet, [size // 10, size * 3 // 10, size, size * 3, size * 10])
    sheet.finish()
