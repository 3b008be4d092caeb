"""A Jupyter server for each process, and a Chromium a file; nothing outside loopback can be reached, and every attempt is noted."""

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.browser.fronts import Chromium, Server


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        reason = "Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def pytest_collection_modifyitems(items):
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure tells what every page shows and what the server has logged; with PAI_SCREENSHOTS set there are pictures too."""
    report = yield
    lab = getattr(item, "funcargs", {}).get("lab")
    if report.when == "call" and report.failed and lab is not None:
        for number, notebook in enumerate(lab.opened):
            notebook.has_failed = True
            report.sections.append((f"page {number}", _evidence(notebook, f"failed-{item.name}-{number}")))
        report.sections.append(("server", item.funcargs["jupyter"].logged()))
    return report


def _evidence(notebook, name):
    try:
        if "PAI_SCREENSHOTS" in os.environ:
            notebook.page.screenshot(
                path=Path(os.environ["PAI_SCREENSHOTS"]) / f"{re.sub(r'[^A-Za-z0-9-]+', '-', name)}.png", timeout=10_000
            )
        return notebook.evidence()
    except Exception as error:  # noqa: BLE001 - the failure itself is what has to be reported
        return f"nothing to be learned from the page: {error}"


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory):
    """A server that serves JupyterLab, Notebook 7 and Voila, with settings and folders of its own."""
    _chromium()
    server = Server(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def chromium():
    """A browser with an empty profile; of one file alone, because its driver occupies the main thread's event loop."""
    browser = Chromium(_chromium())
    yield browser
    browser.stop()


@pytest.fixture
def lab(jupyter, chromium):
    """Opens notebooks; afterwards no request may have left this machine."""
    chromium.outside.clear()

    def open_notebook(notebook, **options):
        return chromium.open(jupyter, notebook, **options)

    open_notebook.opened = chromium.opened
    yield open_notebook
    is_voila = any(notebook.is_voila for notebook in chromium.opened)
    chromium.close_all()
    # Voila's own template asks for an icon font and for MathJax, and its pages do without
    voila = ("fontawesome", "mathjax") if is_voila else ()
    assert [url for url in chromium.outside if not any(own in url for own in voila)] == []
