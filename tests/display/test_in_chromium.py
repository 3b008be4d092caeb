"""Static outputs in a real browser: accessible, contained, silent, and reachable by keyboard."""

import contextlib
import itertools
import os
import re
import shutil
import tempfile

import pytest
from playwright.sync_api import sync_playwright

from pai_notebook.display import Column, Link, Note, Number, Picture, Section, Stack, Table, render_html
from tests.browser.looks import violations
from tests.display.hostile import FIELDS, items
from tests.display.hosts import HOSTS
from tests.display.shape_samples import SAMPLES, comparison, version_list
from tests.patience import MILLISECONDS

pytestmark = pytest.mark.browser

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="module")
def context():
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        reason = "Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    with contextlib.ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        profile = stack.enter_context(tempfile.TemporaryDirectory())
        context = playwright.chromium.launch_persistent_context(profile, executable_path=executable, args=ARGUMENTS, headless=True)
        context.set_default_timeout(MILLISECONDS)
        yield context
        context.close()


@pytest.fixture(scope="module")
def watched(context):
    """One page, as a new one for each test would take most of its time, and what it asked for and opened."""
    page = context.new_page()
    events: list[str] = []
    page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: events.append(request.url))
    yield page, events
    page.close()


@pytest.fixture
def page(watched):
    """The page, empty; afterwards it must have asked for nothing and opened no dialog."""
    page, events = watched
    page.goto("about:blank")
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 1280, "height": 720})
    events.clear()
    yield page
    assert events == []


def show(page, host, body, *, opened=True):
    page.set_content(HOSTS[host](body))
    if opened:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


# JupyterLab itself is looked at in tests/browser/test_look.py, its frames and GitHub's with real objects in test_sizes.py beside it
@pytest.mark.parametrize(
    "host",
    [
        pytest.param(host, marks=[pytest.mark.slow] * (host != "VS Code, dark"))
        for host in HOSTS
        if not host.startswith(("JupyterLab", "GitHub"))
    ],
)
def test_axe_finds_nothing_in_any_kind(page, host):
    page.set_viewport_size({"width": 1000, "height": 800})
    show(page, host, "<hr>".join(map(render_html, SAMPLES.values())))
    assert violations(page, "main", "best-practice") == []


def test_axe_finds_what_is_planted(page):
    """The check above can fail: unreadable text and a header without text are seen."""
    show(page, "JupyterLab, dark", '<p style="color:#333">x y z</p><table><tr><th scope="row"></th><td>1</td></tr></table>')
    assert {found.split(":")[0] for found in violations(page, "main", "best-practice")} >= {"color-contrast", "empty-table-header"}


@pytest.mark.parametrize(
    "host",
    [
        "JupyterLab, light, untrusted",
        *(pytest.param(host, marks=pytest.mark.slow) for host in ("plain page, light", "JupyterLab, dark", "VS Code, dark")),
    ],
)
def test_nothing_sticks_out_of_the_page(page, host):
    """Wide tables scroll inside their own frame; long words break."""
    for (name, shape), width in itertools.product(SAMPLES.items(), (480, 1000)):
        page.set_viewport_size({"width": width, "height": 800})
        if width == 480:
            show(page, host, render_html(shape))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        sticking_out = page.evaluate(
            """() => [...document.querySelectorAll('main *')].filter(each => !each.closest('table')
            && each.getBoundingClientRect().right > innerWidth - 10).map(each => each.outerHTML.slice(0, 80))"""
        )
        assert sticking_out == [], name


@pytest.mark.parametrize("host", [host if "light" in host else pytest.param(host, marks=pytest.mark.slow) for host in HOSTS])
def test_decimal_points_stand_below_each_other(page, host):
    rows = [["a", Number("0.1759")], ["b", Number("12")], ["c", Number("-1.5")], ["d", Number("1234.56")]]
    show(page, host, render_html(Table(["m", Column("v", align="right")], rows)))
    ends = page.evaluate(
        """() => [...document.querySelectorAll('td')].map(cell => {
          const text = cell.firstChild, point = text.data.indexOf('.'), range = document.createRange();
          const end = point < 0 ? text.data.search(/[^0-9-]|$/) : point;
          range.setStart(text, 0); range.setEnd(text, end);
          return range.getBoundingClientRect().right })"""
    )
    assert len(ends) == 4
    assert max(ends) - min(ends) < 1


@pytest.mark.parametrize("host", ["JupyterLab, light", "JupyterLab, dark", "VS Code, dark"])
def test_row_headers_stay_in_view_while_a_wide_table_scrolls(page, host):
    page.set_viewport_size({"width": 800, "height": 800})
    show(page, host, render_html(comparison(20, 4)))
    lefts = page.evaluate(
        """() => { const wrapper = document.querySelector('table').parentElement; wrapper.scrollLeft = 600;
        const header = document.querySelector('tbody th[scope=row]');
        return [wrapper.scrollLeft, header.getBoundingClientRect().left - wrapper.getBoundingClientRect().left,
                getComputedStyle(header).backgroundColor] }"""
    )
    assert lefts[0] == 600
    assert abs(lefts[1]) < 1
    assert not re.search(r"transparent|, 0\)$", lefts[2])


def test_the_keyboard_unfolds_a_section_and_scrolls_a_wide_table(page):
    shape = Stack([Section("Training spec", [Note("inside")], folded=True), version_list(2, metrics=30)])
    show(page, "JupyterLab, light, untrusted", render_html(shape), opened=False)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open") is True
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('table').parentElement.scrollLeft > 0")


@pytest.mark.slow
def test_no_hostile_string_runs_or_asks_for_anything(page):
    """Payloads that run in a browser when they are not escaped, in every field of every shape, all at once."""
    payloads = [item["payload"] for item in items("xss")]
    for name, describe in FIELDS.items():
        show(page, "plain page, light", "".join(render_html(describe(payload)) for payload in payloads))
        page.mouse.move(300, 300)
        assert page.evaluate("typeof window.__pwned") == "undefined", name
        assert page.locator("main img, main svg, main script, main iframe").count() == 0, name


def test_a_cover_is_asked_for_only_where_it_is_a_picture(context):
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = "https://covers.example/c.png"
    page.set_content(HOSTS["plain page, light"](render_html(Note(Link(address, address)))))
    page.wait_for_load_state("networkidle")
    assert asked == []
    with page.expect_request(address):
        page.set_content(HOSTS["plain page, light"](render_html(Note(Picture(address, address)))))
    assert page.get_by_role("img", name="picture").count() == 1
    assert asked == [address]
    page.close()


def test_badges_and_marks_are_seen_without_colour(page):
    """In forced colours all backgrounds are gone; the words and symbols are still there."""
    page.emulate_media(forced_colors="active")
    show(page, "plain page, dark", render_html(SAMPLES["comparison"]))
    text = page.inner_text("main")
    assert " worse" in text.replace("\u00a0", " ")
    assert "◆ baseline" in text.replace("\u00a0", " ")
