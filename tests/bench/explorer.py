"""How the explorer copes with a model of many versions, on loopback: `python -m tests.bench.explorer [COUNT]`.

Prints the time from the choice of a model to its list, from a click to the comparison of 20 versions, what the widgets
send to a front-end, and the memory that it takes; then the times in a real kernel, where choices and clicks are messages, and the CPU time
of the kernel.
"""

import json
import resource
import tempfile
import time
from pathlib import Path

import pai_notebook as pnb
from pai_notebook import demo
from pai_notebook.explorer import Explorer
from tests.bench.figures import Figures, count_argument
from tests.kernel.kernels import Kernel

MODEL = "model-many"


def store(count):
    """A model of many versions, each with metrics on two datasets and a spec."""
    versions = [
        {
            "VersionName": f"0.{number}.0",
            "ApprovalStatus": "Approved" if number % 10 == 0 else "Pending",
            "GmtCreateTime": f"2025-01-{number % 28 + 1:02}T00:00:00Z",
            "Labels": [{"Key": "env", "Value": "prod" if number % 2 else "test"}],
            "TrainingSpec": {"HyperParameters": {"lr": number / count}},
            "Metrics": {"Results": [{"Dataset": {"DatasetId": name}, "Metrics": {"cer": number / count}} for name in ("d-a", "d-b")]},
        }
        for number in range(count)
    ]
    return demo.Store([{"ModelId": MODEL, "ModelName": "many"}], {MODEL: versions})


def sent_by(explorer):
    """Bytes of the state of every widget, and of the list of versions alone."""
    states = {widget.model_id: len(json.dumps(widget.get_state(), default=str)) for widget in explorer._controls.everything()}
    return sum(states.values()), states[explorer._controls.versions.model_id]


def clocked(work):
    """Seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_kernel(figures, url, count):
    """The same choices and clicks in a kernel of its own, from the message to the end of what it set off."""
    key = f"({demo.ACCESS_KEY_ID!r}, {demo.ACCESS_KEY_SECRET!r})"
    connecting = f"pnb.connect(endpoint={url!r}, credentials={key}, requests_per_second=None, default=False)"
    with tempfile.TemporaryDirectory() as folder, Kernel(Path(folder), None) as kernel:
        kernel.run(f"import pai_notebook as pnb\nex = pnb.Explorer({connecting})\nex.wait()\nex")
        kernel.learn()

        def timed(name, aim, send):
            # CPU time of the kernel alone too: on a busy machine the seconds are those of the server and of everybody else
            start, used = time.perf_counter(), kernel.value("__import__('time').process_time()")
            send()
            kernel.run("ex.wait()")
            figures.tell(f"in a kernel: {name}, seconds", time.perf_counter() - start)
            figures.tell(f"in a kernel: {name}, CPU seconds", kernel.value("__import__('time').process_time()") - used, aim)

        index = kernel.value(f"[v for _, v in ex._controls.models.options].index({MODEL!r})")
        timed(f"{count:,} versions listed", "below 1", lambda: kernel.set(kernel.model_id_of["models"], index=index))
        timed("narrowed", "below 1", lambda: kernel.set(kernel.model_id_of["text"], value="env=prod"))
        timed("picked", "below 1", lambda: kernel.set(kernel.model_id_of["more"], value="last:20"))
        timed("fetched and compared what is already here", "below 1", lambda: kernel.click(kernel.model_id_of["fetch"]))
        assert kernel.value("len(ex.selected)") == 20
        kernel.run("ex.close()")


def main():
    """Print the figures."""
    figures, count = Figures(), count_argument(5000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    key = (demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET)
    with (
        demo.serve(store=store(count)) as server,
        pnb.connect(
            endpoint=server.url, credentials=key, requests_per_second=None, cache_seconds=0, names=False, default=False
        ) as registry,
    ):
        explorer = Explorer(registry)
        explorer.wait()
        controls = explorer._controls

        def choose():
            controls.models.value = MODEL
            explorer.wait()

        def narrow():
            controls.text.value = "env=prod"
            explorer.wait()

        def compare():
            controls.more.value = "last:20"
            controls.fetch.click()
            explorer.wait()

        figures.tell(f"{count:,} versions listed after, seconds", clocked(choose), "below 1")
        figures.tell("narrowed after, seconds", clocked(narrow), "below 1")
        figures.say(f"{len(controls.versions.options)} options, shown {explorer._state.listing}")
        figures.tell("click to comparison of 20 versions, nothing remembered, seconds", clocked(compare))
        # the baseline is fetched beside them
        assert len(explorer.selected) == 20, explorer.last_error
        whole, listed = sent_by(explorer)
        figures.say(f"all widgets {whole:,} bytes, the list of versions {listed:,} bytes", {"bytes": whole, "bytes of the list": listed})
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures.say(f"memory {before // 1024} MB before, {peak // 1024} MB at its peak, server included", {"peak MB": peak // 1024})
        explorer.close()
        in_kernel(figures, server.url, count)
    figures.finish()


if __name__ == "__main__":
    main()
