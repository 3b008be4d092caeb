"""What explorers, comparisons and registries leave behind: `python -m tests.bench.life [COUNT] [KIND ...]`.

Each is made, shown and closed or dropped COUNT times (1,000); widgets, threads, descriptors (sockets among them), objects and memory before
and after. The registry of the demo remembers what it was asked for as long as a request could be repeated, half an hour: 0.1 kB a request.
"""

import contextlib
import ctypes
import gc
import os
import sys
import threading
import time
import weakref
from pathlib import Path

from ipywidgets.widgets.widget import _instances

import pai_notebook as pnb
from pai_notebook import demo
from tests.bench.figures import Figures, count_argument

MODEL = "model-rbvg5wp0buc6o2q3rh"
# Until then the heap and what is remembered by name still grow.
WARM = 20


def explorer_closed(registry, versions):
    """An explorer of a registry, shown and closed."""
    return _closed(registry)


def explorer_of_a_set_closed(registry, versions):
    """An explorer of a set, shown and closed."""
    return _closed(versions)


def explorer_dropped(registry, versions):
    """An explorer that nobody looks at or closes."""
    return _dropped(registry)


def explorer_of_a_set_dropped(registry, versions):
    """The same, of a set."""
    return _dropped(versions)


def explorer_used(registry, versions):
    """An explorer over HTTP: a model is chosen, its latest five compared, two tabs looked at; closed, and its registry with it.

    Each has a port of its own, and the pace at an address is remembered: six objects.
    """
    key = (demo.ACCESS_KEY_ID, demo.ACCESS_KEY_SECRET)
    with demo.serve() as server, pnb.connect(endpoint=server.url, credentials=key, names=False, default=False) as made:
        explorer = _dropped(made)
        controls = explorer._controls
        for act in (
            lambda: setattr(controls.query, "value", MODEL),
            controls.quick["latest 5"].click,
            lambda: setattr(controls.metric, "value", controls.metric.options[1][1]),
            lambda: setattr(controls.tabs, "selected_index", 0),
            lambda: setattr(controls.tabs, "selected_index", 3),
        ):
            act()
            explorer.wait()
        assert len(explorer.selected) == 5, explorer.last_error
        explorer._repr_mimebundle_()
        explorer.close()
    return explorer


def _closed(source):
    explorer = _dropped(source)
    explorer._repr_mimebundle_()
    explorer.close()
    return explorer


def _dropped(source):
    explorer = pnb.Explorer(source)
    explorer.wait()
    return explorer


def comparison(registry, versions):
    """A comparison as HTML and in words."""
    made = versions.compare(baseline="first")
    made._repr_html_()
    str(made.explain())
    return made


def registry_closed(registry, versions):
    """A registry over HTTP that answers once."""
    with pnb.connect("demo", default=False) as made:
        made._repr_html_()
        made.list_versions(MODEL, last=1)
    return made


def registry_dropped(registry, versions):
    """The same, never closed."""
    made = pnb.connect("demo", default=False)
    made.list_versions(MODEL, last=1)
    return made


KINDS = (
    explorer_closed,
    explorer_of_a_set_closed,
    explorer_dropped,
    explorer_of_a_set_dropped,
    explorer_used,
    comparison,
    registry_closed,
    registry_dropped,
)


def settled():
    """Collect, and give what ends on the loop's thread the time to."""
    for _ in range(3):
        gc.collect()
        time.sleep(0.05)
    # the C library keeps pages that are free again; with them a thousand explorers seem to take 3 to 11 MiB
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def figures():
    """What there is now: widgets, threads, descriptors (None where the system does not say), objects and MiB."""
    settled()
    descriptors = Path("/proc/self/fd")
    held = len(list(descriptors.iterdir())) if descriptors.exists() else None
    memory = Path("/proc/self/statm")
    mib = int(memory.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20 if memory.exists() else 0.0
    return {
        "widgets": len(_instances),
        "threads": threading.active_count(),
        "descriptors": held,
        "objects": len(gc.get_objects()),
        "MiB": mib,
    }


def lived(make, count, registry, versions):
    """Figures before and after, and how many are still alive."""
    for _ in range(WARM):
        make(registry, versions)
    before = figures()
    made = [weakref.ref(make(registry, versions)) for _ in range(count)]
    after = figures()
    return before, after, sum(each() is not None for each in made)


def main():
    """Print the figures."""
    sheet, count = Figures(), count_argument(1000)
    with pnb.connect("demo", default=False) as registry:
        versions = registry.list_versions(MODEL, last=3)
        for make in [make for make in KINDS if make.__name__ in sys.argv] or KINDS:
            before, after, alive = lived(make, count, registry, versions)
            told = ", ".join(f"{name} {before[name]:.0f} -> {after[name]:.0f}" for name in before)
            sheet.say(f"{make.__name__}: {count:,} made, {alive} alive; {told}", {make.__name__: {"alive": alive, **after}})
    sheet.finish()


if __name__ == "__main__":
    main()
