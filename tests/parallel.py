"""Which tests run at once, which of them begin, and which are quick: hooks of pytest and pytest-xdist, taken up by conftest.py."""

import pytest

_TOGETHER = ("tests/kernel/",)
"""Files that share what is expensive to install, versions of ipykernel, run in one process."""
_SLOW = ("browser", "kernel", "slow")
"""Marks of what is not quick, the slowest first."""
_LONG = ("explorer", "plot", "registry", "report", "shell", "wire")
"""Rooms whose tests draw charts, start processes or wait for sockets: half the time of all that is not slow."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Run what is named by its file in this process, where --pdb and -s work, and all else in as many as there are processors."""
    return 0 if _named(config) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hand out whole files, so that what a file sets up is set up once."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Files(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return next((folder for folder in _TOGETHER if file.startswith(folder)), file)

    return Files(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Have each process begin elsewhere in a folder: pytest compiles a file for the first that comes to it, and the others read that."""
    report = yield
    if isinstance(collector, pytest.Directory) and (worker := getattr(collector.config, "workerinput", None)):
        first = len(report.result) * int(worker["workerid"].removeprefix("gw")) // worker["workercount"]
        report.result = [*report.result[first:], *report.result[:first]]
    return report


def pytest_collection_modifyitems(config, items):
    """Mark what is quick, leave out what is slow, and put the slowest files first, so that no process is left alone with one in the end.

    What is slow runs where it is asked for: by its file, or by `-m` or `-k`.
    """
    order = {}
    for item in items:
        place = next((place for place, mark in enumerate(_SLOW) if item.get_closest_marker(mark)), len(_SLOW))
        order[item.path] = min(place, order.get(item.path, len(_SLOW)))
        is_property = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
        if place == len(_SLOW) and not is_property and item.path.parent.name not in _LONG:
            item.add_marker(pytest.mark.quick)
    # processes that began elsewhere agree on the order of files
    items.sort(key=lambda item: (order[item.path], item.path.parts if hasattr(config, "workerinput") else ()))
    if not (_named(config) or config.option.markexpr or config.option.keyword):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("slow")])
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


def _named(config):
    """Whether files are named, not the whole suite or folders of it."""
    return all(".py" in arg for arg in config.args)
