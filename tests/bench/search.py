"""Search all models: seconds, requests and memory by the number of models, and what an interrupt keeps.

Run with ``python -m tests.bench.search`` (1,000, 5,000 and 10,000 models, and twice as many of which nothing is found), or with a number
for the largest of the three. The registry is a process of its own and makes models when they are asked for, so that the memory is that of
the client alone.
"""

import contextlib
import gc
import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pai_notebook as pnb
from pai_notebook import demo
from tests.bench.figures import Figures, count_argument
from tests.demo.many_models import ManyModels

FEWER = 10
SHARES = (0.1, 0.5, 1.0)
# Kilobytes for each model more of which nothing is found. Its id, name and workspace are held packed (about 35 bytes here, and as much
# again while the pages are read, to know those that come twice); a Python object for each would be more than this.
FLAT = 0.1


def versions_of(number):
    """Two versions of a model, in one of a hundred of which the error rate is low."""
    return [{"VersionName": f"0.{place}.0", "Metrics": {"cer": 0.01 if number % 100 == 0 else 0.5}} for place in range(2)]


def serve(count, interrupt_at):
    """Serve so many models; write the address, and the number of requests when stdin ends. At one of them the client is interrupted."""
    handler, asked = demo.Handler(ManyModels(count, versions_of)), itertools.count(1)
    last = [0]

    def answer(request):
        last[0] = next(asked)
        if last[0] == interrupt_at:
            os.kill(os.getppid(), signal.SIGINT)
        return handler.handle(request)

    with demo.serve(handler=answer) as server:
        print(server.url, flush=True)
        sys.stdin.read()
    print(last[0], flush=True)


def searched(count, interrupt_at=0, where="cer < 0.1"):
    """Seconds, requests, and versions found; after an interrupt those that were kept."""
    command = [sys.executable, "-m", "tests.bench.search", "--serve", str(count), str(interrupt_at)]
    # a group of its own, so that Ctrl-C at the keyboard is the client's
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True) as registry_process:
        endpoint = registry_process.stdout.readline().strip()
        keys = demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET
        fast = {"requests_per_second": 100_000, "backoff_scale": 0}
        with pnb.connect(endpoint=endpoint, region=demo.REGION, default=False, names=False, credentials=keys, **fast) as registry:
            began = time.monotonic()
            try:
                found = registry.search_versions(where, confirm=True, progress=False)
            except KeyboardInterrupt as error:
                found = error.partial
            took = time.monotonic() - began
        requests = int(registry_process.communicate()[0])
    return took, requests, len(found)


def begin_peak():
    """Forget the peak of this process so far (Linux only)."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


def peak():
    """Megabytes of this process at its peak since then."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def main():
    many, sheet = count_argument(10_000), Figures()
    peaks = {}
    searched(FEWER)  # what is loaded on first use
    for count in (int(many * share) for share in SHARES):
        begin_peak()
        took, requests, found = searched(count)
        peaks[count] = peak()
        sheet.tell(f"{count:,} models: seconds", took)
        sheet.tell(f"{count:,} models: requests, a page of 100 models each and one a model", requests, f"{count + -(-count // 100)}")
        sheet.tell(f"{count:,} models: MB of the client's process at its peak", peaks[count])
        sheet.tell(f"{count:,} models: versions found", found, f"{2 * -(-count // 100)}")
    (fewer, low), *_, (all_of, high) = peaks.items()
    sheet.tell("KB for each model more, with what is found in one of a hundred", (high - low) / (all_of - fewer) * 1024, "below 1")
    # models whose names are remembered are fewer than either
    few, most = many // 2, 2 * many
    for count in (few, most):
        begin_peak()
        _, _, found = searched(count, where="cer < 0")
        peaks[count] = peak()
        sheet.tell(f"{count:,} models of which {found or 'nothing'} is found: MB at the peak", peaks[count])
    growth = (peaks[most] - peaks[few]) / (most - few) * 1024
    sheet.tell("KB for each model more of which nothing is found", growth, f"below {FLAT}: flat")
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background inherits one that is ignored
    _, requests, found = searched(many, many // 2)
    sheet.tell(f"interrupted at request {many // 2:,}: requests", requests, f"below {many // 2 + 100:,}")
    sheet.tell(f"interrupted at request {many // 2:,}: versions kept", found, f"up to {many // 100:,}")
    sheet.finish()
    return 0


if __name__ == "__main__":
    sys.exit(serve(*map(int, sys.argv[2:4])) if sys.argv[1:2] == ["--serve"] else main())
