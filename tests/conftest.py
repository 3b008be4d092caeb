"""What holds for every test: no deadline for examples, the same randomness on every run in CI, a working Ctrl-C, and no secret let out.

Hypothesis profiles; `HYPOTHESIS_PROFILE` chooses one, else `CI=true` means `ci-few`:

- `few`: for people. A twentieth of the examples, others on every run; failures are kept and tried first.
- `full`: like `few` with all examples, for a run that searches longer.
- `ci-few` and `ci-full`: the same examples on every run, so that a failure can be repeated.
"""

import asyncio
import bz2
import gc
import json
import os
import random
import signal
import sys
import zlib
from importlib import resources

import pytest
from hypothesis import HealthCheck, settings

from pai_notebook.client.loop import LoopThread, shared_loop
from pai_notebook.i18n.phrases import Preference
from tests.parallel import (  # noqa: F401 - hooks
    pytest_collection_modifyitems,
    pytest_make_collect_report,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)
from tests.sweep import Sweep

IN_CI = os.environ.get("CI") == "true"
# a busy machine is slow, and nested shapes are large: neither says anything about a test
_UNTIMED = settings(
    settings.get_profile("default"),  # else Hypothesis takes what it thinks is good for CI
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
_REPEATABLE = settings(_UNTIMED, derandomize=True, database=None, print_blob=True)

for _name, _share in (("few", 5), ("full", 100)):
    settings.register_profile(_name, _UNTIMED, max_examples=_share)
    settings.register_profile(f"ci-{_name}", _REPEATABLE, max_examples=_share)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci-few" if IN_CI else "few"))


def pytest_configure(config):
    gc.set_threshold(50_000, 20, 20)  # the usual 700 take an eighth of the processor time of a run
    config.pluginmanager.register(Sweep(config), "secret-sweep")
    # a run in the background (`&`, some CI runners) inherits an ignored SIGINT, and would hand it on to every kernel and command
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """Examples in docstrings are the package's; to look for them here means to import every script."""
    return [collected for collected in (yield) if type(collected) is pytest.Module]


def pytest_collection_finish():
    """What is loaded by now stays: the collector need not look through it again each time that it runs."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def everything():
    """Every version of the embedded registry."""
    from pai_notebook.model.version import ModelVersion
    from pai_notebook.versions.versions import VersionSet

    held = json.loads(bz2.decompress(resources.files("pai_notebook.demo").joinpath("registry.json.bz2").read_bytes()))["versions"]
    return VersionSet(ModelVersion.from_document(document, model) for model in held for document in held[model])


@pytest.fixture(autouse=True)
def no_figure_stays():
    """Close what a test drew; matplotlib warns of too many figures in whichever test comes next."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(autouse=True)
def english_again():
    """Have everything shown in English after a test that set another language."""
    yield
    Preference.lang = "en"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """In CI a test draws the same numbers whichever tests ran before it."""
    if IN_CI:
        random.seed(item.nodeid)
        if numpy := sys.modules.get("numpy"):
            numpy.random.seed(zlib.crc32(item.nodeid.encode()))


@pytest.fixture
def own_loop(monkeypatch):
    """A private loop that only this test's registries use, so that it ends with the last of them whatever other tests left open."""
    loop = LoopThread()
    for name in [name for name in sys.modules if name.startswith("pai_notebook.")]:
        if getattr(sys.modules[name], "shared_loop", None) is shared_loop:
            monkeypatch.setattr(f"{name}.shared_loop", loop)
    yield loop
    loop.stop()


@pytest.fixture
def pauses(monkeypatch):
    """The pauses in seconds that a client makes on purpose; how late a busy machine ends them is another matter."""
    made, sleep = [], asyncio.sleep

    async def noting(seconds, *result):
        made.append(seconds)
        return await sleep(seconds, *result)

    monkeypatch.setattr(asyncio, "sleep", noting)
    return made
