"""The report in Chromium: no request, no violation that axe knows, and pages that hold all of its text."""

import contextlib
import importlib.resources
import re
import shutil
import subprocess

import pytest
from playwright.sync_api import sync_playwright

from pai_notebook.errors import RegressionError
from pai_notebook.versions.versions import VersionSet
from tests.patience import MILLISECONDS

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]
AXE = """async () => {
  const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const result = await axe.run(document, {runOnly: {type: 'tag', values}});
  return result.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 160));
}"""


@contextlib.contextmanager
def opened(path, scheme="light", **options):
    """The file in a fresh browser, and every address that was asked for beside it."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = browser.new_context(color_scheme=scheme, **options).new_page()
        page.set_default_timeout(MILLISECONDS)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        yield page, [url for url in asked if url != path.as_uri() and not url.startswith("data:")]
        browser.close()


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, everything, tmp_path_factory):
    compared = VersionSet([version for version in everything if version.model_id == "model-rbvg5wfo5d0gngz1b8"])[-4:].compare()
    path = tmp_path_factory.mktemp("report") / "r.html"
    return compared.report(path, lang=request.param, question="Which one?", charts=["accuracy@d-digitsnoisy00001", "train_seconds"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_asked_for_and_axe_finds_nothing(report, scheme):
    with opened(report, scheme, bypass_csp=True) as (page, asked):
        assert asked == []
        page.evaluate(importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8") + ";0")
        assert page.evaluate(AXE) == []


def test_the_page_forbids_what_it_does_not_need(report):
    with opened(report) as (page, asked):
        page.evaluate("() => { const i = new Image(); i.src = 'https://example.invalid/x.png'; document.body.append(i); }")
        page.wait_for_timeout(200)
        assert asked == []
        assert page.evaluate("() => [...document.images].every(i => i.complete)")


def test_a_narrow_screen_does_not_scroll_sideways(report):
    with opened(report, viewport={"width": 400, "height": 800}) as (page, _):
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
@pytest.mark.parametrize("count", [2, 5, 9, 20])
def test_no_word_stands_outside_of_the_printed_page(everything, tmp_path, count):
    digits = [version for version in everything if version.model_id == "model-rbvg5wfo5d0gngz1b8"]
    compared = VersionSet(digits)[-count:].compare()
    with pytest.raises(RegressionError) as caught:
        compared.gate("accuracy >= 1")
    with opened(compared.report(tmp_path / "r.html", gates=[caught.value])) as (page, _):
        page.pdf(path=tmp_path / "r.pdf", prefer_css_page_size=True)
    boxes = subprocess.run(["pdftotext", "-bbox", "r.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    outside, found = [], 0
    for sheet in re.findall(r"<page .*?</page>", boxes, re.DOTALL):
        width = float(re.search(r'width="([0-9.]+)"', sheet)[1])
        words = re.findall(r'<word xMin="([0-9.-]+)"[^>]* xMax="([0-9.]+)"[^>]*>(.*?)</word>', sheet)
        found += len(words)
        outside += [text for left, right, text in words if float(left) < 30 or float(right) > width - 30]
    assert found > 200
    assert outside == []


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
def test_the_printed_pages_hold_every_version_and_number(report, tmp_path):
    pdf = tmp_path / "r.pdf"
    with opened(report) as (page, _):
        page.pdf(path=pdf, prefer_css_page_size=True)
        cells = page.eval_on_selector_all("table thead ~ tbody td", "found => found.map(cell => cell.innerText.split('\\n')[0].trim())")
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    printed = re.sub(r"\s", "", text)
    numbers = [found[1] for cell in cells if (found := re.match(r"(?:[★☆]\s*)?([0-9.]+)(?=\s|$)", cell))]
    assert len(numbers) > 20
    assert [number for number in numbers if number not in printed] == []
