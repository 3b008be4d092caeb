"""Search all models: seconds, requests and memory by the number of models, and what an interrupt keeps.

Run with ``python -m tests.bench.search`` (1,000 and 10,000 models), or with a number for the larger of the two. The models are
made when they are asked for, so that the memory is that of the search.
"""

import contextlib
import resource
import signal
import sys
import threading
import time

import pai_notebook as pnb
from pai_notebook import demo
from tests.bench.figures import Figures, count_argument
from tests.demo.many_models import ManyModels

FEWER = 10


def versions_of(number):
    """Two versions of a model, in one of a hundred of which the error rate is low."""
    return [{"VersionName": f"0.{place}.0", "Metrics": {"cer": 0.01 if number % 100 == 0 else 0.5}} for place in range(2)]


def searched(count, interrupt_at=None):
    """Seconds, requests, megabytes of the process at its peak, and versions found; after an interrupt those that were kept."""
    handler, asked = demo.Handler(ManyModels(count, versions_of)), [0]

    def answer(request):
        asked[0] += 1
        if asked[0] == interrupt_at:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        return handler.handle(request)

    fast = {"requests_per_second": 100_000, "backoff_scale": 0}
    with pnb.connect("demo", transport=demo.transport(handler=answer), default=False, names=False, **fast) as registry:
        began = time.monotonic()
        try:
            found = registry.search_versions("cer < 0.1", confirm=True)
        except KeyboardInterrupt as error:
            found = error.partial
        took = time.monotonic() - began
    return took, asked[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(found)


def main():
    many, sheet = count_argument(10_000), Figures()
    peaks = []
    searched(FEWER)  # what is loaded on first use
    for count in (many // FEWER, many):
        took, requests, peak, found = searched(count)
        peaks.append(peak)
        sheet.tell(f"{count:,} models: seconds", took)
        sheet.tell(f"{count:,} models: requests, a page of 100 models each and one a model", requests, f"{count + -(-count // 100)}")
        sheet.tell(f"{count:,} models: MB of the process at its peak", peak)
        sheet.tell(f"{count:,} models: versions found", found, f"{2 * -(-count // 100)}")
    growth = (peaks[1] - peaks[0]) / (many - many // FEWER) * 1000
    sheet.tell("MB for each thousand models more, with what the demo holds of each", growth, "below 3")
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background inherits one that is ignored
    _, requests, _, found = searched(many, many // 2)
    sheet.tell(f"interrupted at request {many // 2:,}: requests", requests, f"below {many // 2 + 100:,}")
    sheet.tell(f"interrupted at request {many // 2:,}: versions kept", found, f"up to {many // 100:,}")
    sheet.finish()
    return 0


if __name__ == "__main__":
    sys.exit(main())
