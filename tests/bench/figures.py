"""What the benches have in common: each prints lines for people, or with ``--json`` one object of its figures by name.

Run one as ``python -m tests.bench.NAME``, on an idle machine; ratios hold within one run. Nothing here is a test, and no test times
anything. ``python -m tests.bench.history`` keeps the ratios of a landing.

========== ==============================================================================================
pages      lists by pages: CPU beside raw httpx, to the wide frame too; seconds and requests of a slow service
wire       single versions beside the vendor's SDK and raw httpx, over TLS; the pace
deadlines  how late a call ends after its deadline
frames     frames beside json_normalize and columns by hand; comparisons, minimal pairs; growth
look       outputs beside Styler, xarray and great_tables
load       loading the extension beside importing the vendor's client
parquet    a registry that outgrows a notebook
metrics    many metrics in one version
explorer   a model of many versions in the explorer
life       what is left behind by what was closed or dropped
chance     how often chance is called a difference
search     versions of 10,000 models: requests, memory, an interrupt
========== ==============================================================================================
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
from typing import Any


class Figures:
    """Figures by name, printed as they come unless JSON is asked for."""

    def __init__(self) -> None:
        self.as_json = "--json" in sys.argv
        self.values: dict[str, Any] = {}
        self.say(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs")

    def say(self, text: str = "", values: dict[str, Any] | None = None) -> None:
        """Print a line, and keep the figures in it."""
        self.values.update(values or {})
        if not self.as_json:
            print(text, flush=True)

    def tell(self, name: str, value: float, aim: str = "") -> None:
        """Print a figure beside its aim, and keep it."""
        self.values[name.strip()] = round(value, 3)
        self.say(f"{name:84}{value:9.2f}   {f'aim: {aim}' if aim else ''}".rstrip())

    def finish(self) -> None:
        """Print everything as JSON where that is asked for."""
        if self.as_json:
            print(json.dumps(self.values, indent=1))


def count_argument(default: int) -> int:
    """The first whole number on the command line."""
    return next((int(word) for word in sys.argv[1:] if word.isdigit()), default)


def middle(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def exponent(sizes: list[int], values: list[float]) -> float:
    """Slope of log(value) over log(size): 1 is linear."""
    x, y = [math.log(size) for size in sizes], [math.log(value) for value in values]
    mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)
