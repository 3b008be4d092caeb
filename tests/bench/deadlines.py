"""Measure promise R6: how late calls end after their deadline, with 16 threads over 8 connections and a server that never answers well.

Run with ``python -m tests.bench.deadlines`` on an idle machine; the promise is half a second at most.
"""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

from pai_notebook.errors import PaiError
from tests.bench.figures import Figures
from tests.registry.outsider import connect
from tests.wire import faultserver as faults
from tests.wire.faultserver import FaultServer

DEADLINE = 2.0
FAULTS = {"silence": faults.silence, "drip": faults.drip, "stall": faults.stall, "503": "503"}


def took(ask):
    """Seconds until a call has failed or found nothing."""
    began = time.monotonic()
    with contextlib.suppress(PaiError):
        ask()
    return time.monotonic() - began


def late(fault, asks, threads):
    """Seconds after the deadline at which the last of these calls ended."""
    options = {"deadline": DEADLINE, "max_attempts": 1000, "retry_quota": 10**6, "backoff_scale": 3.0}
    with FaultServer(lambda hit: fault) as server, connect(server, **options) as registry, ThreadPoolExecutor(threads) as pool:
        return max(pool.map(lambda ask: took(lambda: ask(registry)), asks)) - DEADLINE


def main():
    singles = [lambda registry, number=number: registry.get_version("m", f"0.{number}.0") for number in range(16)]
    lists = [lambda registry: registry.get_versions("m@latest"), lambda registry: registry.get_versions("m@0.1.0,0.2.0,0.3.0")]
    sheet = Figures()
    sheet.say(f"{'server':10} {'16 versions':>12} {'@latest':>12} {'3 names':>12}   seconds after a deadline of {DEADLINE:g} s")
    for name, fault in FAULTS.items():
        figures = [late(fault, singles, 16), *(late(fault, [ask], 1) for ask in lists)]
        sheet.say(f"{name:10} " + " ".join(f"{figure:12.3f}" for figure in figures), {name: figures})
    sheet.finish()


if __name__ == "__main__":
    main()
