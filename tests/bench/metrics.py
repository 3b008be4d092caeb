"""What many metrics in one version cost: `python -m tests.bench.metrics [COUNT]` prints CPU seconds for 60,000 of each way to see them.

With `--growth` also how each way grows from a sixtieth and a sixth of them.
"""

import sys
import tempfile
import time
from pathlib import Path

import pai_notebook as pnb
from tests.bench.figures import Figures, count_argument, exponent


def versions(count):
    """Two versions with the same metrics, a third of which differ."""
    return pnb.VersionSet([version(count, number) for number in (1, 2)])


def version(count, number):
    """A version with so many metrics on one dataset."""
    metrics = {f"m{place}_accuracy": place * (number if place % 3 == 0 else 1) % 1000 / 1000 for place in range(count)}
    document = {
        "VersionName": f"0.{number}.0",
        "GmtCreateTime": f"2025-01-0{number}T00:00:00Z",
        "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": metrics}]},
    }
    return pnb.ModelVersion.from_document(document, "model-a")


WAYS = {
    "card": lambda some, folder: some[0]._repr_html_(),
    "list": lambda some, folder: some._repr_html_(),
    "frame": lambda some, folder: some.to_frame(),
    "compare": lambda some, folder: some.compare(baseline="first")._repr_html_(),
    "explain": lambda some, folder: str(some.compare(baseline="first").explain()),
    "verdict": lambda some, folder: some.compare(baseline="first").verdict,
    "gate": lambda some, folder: some.compare(baseline="first").check("*_accuracy >= 0"),
    "csv": lambda some, folder: some.to_csv(folder / "x.csv", overwrite=True),
    "report": lambda some, folder: some.compare(baseline="first").report(folder / "x.html", overwrite=True),
}


def seconds(call, count, folder):
    """CPU seconds of one way to see so many metrics."""
    some = versions(count)
    start = time.process_time()
    call(some, folder)
    return time.process_time() - start


def main():
    """Print the figures."""
    figures, count = Figures(), count_argument(60_000)
    sizes = [count // 60, count // 6, count] if "--growth" in sys.argv else [count]
    with tempfile.TemporaryDirectory() as folder:
        for way, call in WAYS.items():
            call(versions(10), Path(folder))  # what is loaded on first use is loaded
            taken = {size: seconds(call, size, Path(folder)) for size in sizes}
            for size, cpu in taken.items():
                figures.tell(f"{size:,} metrics, {way}: CPU seconds", cpu)
            if len(sizes) > 1:
                figures.tell(f"  {way}: exponent of time", exponent(sizes, list(taken.values())), "at most 1.1")
    figures.finish()


if __name__ == "__main__":
    main()
