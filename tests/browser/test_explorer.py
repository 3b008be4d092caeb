"""The explorer in real front-ends: from a search to a comparison that the next cell goes on with, and that survives the kernel."""

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from pai_notebook.i18n.phrases import say
from pai_notebook.model.nearest import counted
from tests.browser.explorer_page import ExplorerPage
from tests.browser.looks import violations
from tests.explorer.registry_gate import gated
from tests.lazy import Lazy
from tests.patience import eventually

nbformat = Lazy("nbformat")

DIGITS = "model-rbvg5wfo5d0gngz1b8"
NAME_OF = "e => e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText"
FRONTS = ["lab", "notebook", "voila"]
WIDTHS = (1400, 1280, 700)


@pytest.fixture(scope="module")
def gate():
    with gated() as opened:
        yield opened


@pytest.fixture(autouse=True)
def open_gate(gate):
    gate.requests.clear()
    gate.aborted.clear()
    yield
    gate.release()


def cells(gate, *more):
    return [f"import pai_notebook as pnb\nregistry = {gate.connect}\nex = pnb.Explorer(registry)\nex", *more]


def opened(lab, jupyter, gate, name, *more, lang="en", **options):
    """An explorer in a front-end, with its models listed."""
    first, *others = cells(gate, *more)
    spoken = first.replace("\n", f"\npnb.options.lang = {lang!r}\n", 1)
    notebook = lab(jupyter.write(name, [spoken, *others]), **options)
    if not notebook.is_voila:
        notebook.run(0)
    explorer = ExplorerPage(notebook.page, lang)
    expect(explorer.status).to_have_text(say("{count} found.", count=counted(9, "model")).in_language(lang))
    return notebook, explorer


@pytest.mark.slow
@pytest.mark.parametrize("front", FRONTS)
def test_a_model_is_found_in_chinese_and_three_versions_compared(jupyter, lab, gate, front):
    more = ["print(len(ex.selected), ex.value.baseline_name)", "ex.value"] if front != "voila" else []
    notebook, explorer = opened(lab, jupyter, gate, f"story-{front}.ipynb", *more, front=front)

    explorer.search("数字")
    expect(explorer.status).to_have_text("41 versions of 手写数字识别.")
    explorer.pick("2.5.0", "2.4.0", "1.0.0")
    explorer.fetch("3 versions compared with 2.0.0.")
    explorer.shows("2.0.0", "1.0.0", "2.4.0", "2.5.0")

    explorer.field("Baseline").select_option(label="2.4.0")
    expect(explorer.panel).to_contain_text("against 2.4.0")
    explorer.field("Best by").select_option(label="latency_ms")
    explorer.field("Better is").select_option(label="higher")
    expect(explorer.panel).to_contain_text("latency_ms max (told)")

    _cancel_a_slow_fetch(explorer, gate)
    _meet_a_deleted_version(explorer, gate)

    if notebook.is_voila:
        return
    notebook.run(1)
    notebook.run(2)
    expect(notebook.output(1)).to_contain_text("2 2.4.0")
    expect(notebook.output(2).locator("table:has(thead)").first).to_contain_text("accuracy")


def _cancel_a_slow_fetch(explorer, gate):
    explorer.pick("2.3.0")
    gate.hold("/versions/2.3.0")
    explorer.fetch("Fetching 1 version …")
    eventually(lambda: gate.waiting)
    explorer.button("Cancel").click()
    expect(explorer.status).to_contain_text("Cancelled")
    eventually(lambda: gate.aborted)
    gate.release()
    # with "Best by" the best stands next to the baseline
    explorer.shows("2.4.0", "2.5.0", "1.0.0")


def _meet_a_deleted_version(explorer, gate):
    explorer.pick("2.5.0", "2.4.0", "2.2.0")
    kept = gate.store.version(DIGITS, "2.2.0")
    gate.store.delete_version(DIGITS, "2.2.0")
    try:
        explorer.button("Fetch").click()
        expect(explorer.root).to_contain_text("no version 2.2.0 in 手写数字识别")
    finally:
        gate.store.put_version(DIGITS, kept)
    expect(explorer.panel).to_contain_text("1 version against 2.4.0")


@pytest.mark.slow
@pytest.mark.parametrize("front", ["lab", "notebook"])
def test_the_table_is_there_when_the_notebook_is_opened_again(jupyter, lab, gate, front):
    """Untrusted, where no widget is shown; and trusted without a kernel, where a saved widget view finds no model."""
    kept = f"kept-{front}.ipynb"
    notebook, explorer = opened(lab, jupyter, gate, kept, front=front)
    explorer.choose("手写数字识别")
    explorer.pick("2.5.0", "2.4.0")
    explorer.fetch("2 versions compared with 2.0.0.")
    copy = notebook.output(0).locator("[class^=pai-copy]")
    expect(copy.locator("table:has(thead)").first).to_contain_text("accuracy")
    expect(copy).to_contain_text("2.5.0 in accuracy")
    expect(copy).to_be_hidden()
    notebook.save()
    notebook.close()

    trusted = lab(kept, front=front)
    assert trusted.is_trusted
    expect(trusted.output(0).locator("[class^=pai-copy] table:has(thead)").first).to_be_visible()

    changed = jupyter.read(kept)
    changed.cells.append(nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="not from here\n")]))
    untrusted = lab(jupyter.write(f"strange-{front}.ipynb", changed), front=front)
    assert not untrusted.is_trusted
    table = untrusted.output(0).locator("table:has(thead)").first
    expect(table).to_be_visible()
    expect(table).to_contain_text("accuracy")
    expect(untrusted.output(0)).to_contain_text("Below is what it showed last.")


@pytest.mark.slow
def test_the_table_is_there_when_the_kernel_was_restarted(jupyter, lab, gate):
    notebook, explorer = opened(lab, jupyter, gate, "restarted.ipynb", f"ex.fetch('{DIGITS}@2.4.0,2.5.0'); None")
    notebook.run(1)
    copy = notebook.output(0).locator("[class^=pai-copy]")
    expect(explorer.root).to_contain_text("2 versions")
    expect(copy).to_contain_text("2.5.0 in accuracy")
    expect(copy).to_be_hidden()
    notebook.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(copy).to_be_visible()
    expect(copy).to_contain_text("2.5.0 in accuracy")
    expect(explorer.root).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize("front", FRONTS)
def test_the_keyboard_is_enough(jupyter, lab, gate, front):
    notebook, explorer = opened(lab, jupyter, gate, f"keys-{front}.ipynb", front=front)
    page = notebook.page

    def press(*keys):
        for key in keys:
            page.keyboard.press(key)

    def focused():
        return page.evaluate(f"({NAME_OF})(document.activeElement)")

    def tab_to(name):
        for _ in range(25):
            if focused() == name:
                return
            press("Tab")
        raise AssertionError(f"Tab does not reach {name}; it is at {focused()}")

    explorer.field("Find models").focus()
    page.keyboard.type("数字")
    press("Enter")
    expect(explorer.status).to_have_text("41 versions of 手写数字识别.")
    tab_to("Pick by typing")
    page.keyboard.type("last:2")
    press("Enter")
    expect(explorer.status).to_have_text("2 versions picked.")
    tab_to("Versions")
    press("Control+Home", "Control+ArrowDown", "Control+ArrowDown", "Control+Space")
    expect(explorer.status).to_have_text("3 versions picked.")
    assert explorer.picks == ["2.5.0", "2.3.0", "1.12.2"]
    assert focused() == "Versions"
    if notebook.is_voila:
        press("Home", "Shift+ArrowDown")
        expect(explorer.status).to_have_text("2 versions picked.")
        assert explorer.picks == ["2.5.0", "2.4.0"]
        press("Shift+ArrowDown")
        expect(explorer.status).to_have_text("3 versions picked.")
    tab_to("Fetch")
    press("Enter")
    expect(explorer.status).to_contain_text("3 versions compared")
    page.wait_for_function(f"({NAME_OF})(document.activeElement) === 'change'")
    tab_to("Baseline")
    press("Space", "ArrowDown", "ArrowDown", "ArrowDown", "Enter")
    expect(explorer.status).to_contain_text("compared with 1.12.2.")
    assert focused() == "Baseline"
    tab_to("differences only")
    press("Space")
    expect(explorer.panel).not_to_contain_text("identical")
    tab_to("Card")
    press("Control+ArrowRight", "Control+ArrowRight", "Control+ArrowRight", "Enter")
    expect(explorer.tab("Code")).to_have_attribute("aria-selected", "true")
    expect(explorer.field("Magic line (Ctrl+A, Ctrl+C copies it)")).to_have_value(re.compile("^%paimodel compare"))


@pytest.mark.slow
@pytest.mark.parametrize(("front", "themes"), [("lab", ("light", "dark")), ("voila", ("light",)), ("voila", ("dark",))])
def test_axe_finds_nothing_in_any_tab(jupyter, lab, gate, front, themes):
    notebook, explorer = opened(lab, jupyter, gate, f"axe-{front}-{themes[0]}.ipynb", front=front, dark=themes[0] == "dark")
    explorer.choose("手写数字识别")
    explorer.pick("2.5.0", "2.4.0")
    page = notebook.page
    if not notebook.is_voila:
        notebook.in_sight()
    assert violations(page, ".pai-explorer") == []
    explorer.fetch("2 versions compared with 2.0.0.")
    page.add_style_tag(content="html,body{height:100vh!important}")  # axe takes a body of no height for clipped and checks no contrast
    for theme in themes:
        if not notebook.is_voila:
            notebook.theme(f"JupyterLab {theme.title()}")
        for name in ("Card", "Compare", "Chart", "Code"):
            explorer.open_tab(name)
            if not notebook.is_voila:
                notebook.in_sight()
            part = "" if name == "Card" else " .widget-tab-contents"  # all else is as it was
            assert violations(page, f".pai-explorer{part}") == [], (theme, name)
        explorer.open_tab("Chart")
        expect(explorer.panel.locator(f"img.pai-{theme}").first).to_be_visible()
        expect(explorer.panel.locator(f"img.pai-{'light' if theme == 'dark' else 'dark'}").first).to_be_hidden()
    page.evaluate("document.querySelector('.pai-bar strong').style = 'color:#888;background:#777'")
    assert [found.split(":")[0] for found in violations(page, ".pai-explorer")] == ["color-contrast"]


def test_hostile_texts_stay_text(jupyter, lab, gate):
    document = {
        "VersionName": "0.1.0",
        "VersionDescription": "<img src=x onerror=alert(1)>",
        "Labels": [{"Key": "<img src=x onerror=window.hit=1>", "Value": "<script>window.hit=2</script>"}],
        "Metrics": {"<img src=x onerror=window.hit=3>": 1},
    }
    code = f"""
import json, pai_notebook as pnb
document = json.loads({json.dumps(document)!r})
names = ["0.1.0", "0.2.0"]
vs = pnb.VersionSet(pnb.ModelVersion.from_document({{**document, "VersionName": name}}, "model-a") for name in names)
"""
    notebook = lab(jupyter.write("hostile.ipynb", [code + "pnb.Explorer(vs)"]))
    notebook.run()
    explorer = ExplorerPage(notebook.page)
    for name in ("Card", "Compare", "Chart", "Code"):
        explorer.open_tab(name)
    assert explorer.root.locator("img:not([src^='data:image/png']), script").count() == 0
    assert notebook.page.evaluate("window.hit") is None
    explorer.unfold()
    expect(explorer.root.locator(".pai-columns")).to_contain_text("<img src=x")


@pytest.mark.slow
@pytest.mark.parametrize("state", [True, False], ids=["with widget state", "without"])
def test_an_exported_page_shows_the_table_without_a_network(jupyter, chromium, gate, state):
    """With widget state nbconvert prefers the widget, whose script comes from a network: the copy stands in for it."""
    name = f"export-{state}"
    jupyter.write(f"{name}.ipynb", cells(gate, f"ex.fetch('{DIGITS}@2.4.0,2.5.0'); None"))
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", f"--ExecutePreprocessor.store_widget_state={state}"]
    subprocess.run([*command, f"{name}.ipynb"], cwd=jupyter.work, env=jupyter.environment, check=True, capture_output=True)
    page = chromium.context.new_page()
    page.goto((jupyter.work / f"{name}.html").as_uri())
    table = page.locator("[class^=pai-copy] table:has(thead)").first
    expect(table).to_be_visible()
    expect(table).to_contain_text("accuracy")
    assert ("application/vnd.jupyter.widget-view+json" in page.content()) == state
    page.close()


OUTSIDE = """root => [...root.querySelectorAll('button, input, select, textarea, [role=tab]')].filter(each => {
  const box = each.getBoundingClientRect();
  return box.width > 0 && (box.left < 0 || box.right > innerWidth);
}).map(each => each.outerHTML.slice(0, 120))"""

# what a field says by itself, measured in its own letters against the room that it has; a select has an arrow beside its words
CUT = """root => [...root.querySelectorAll('select:not([multiple]):not([size]), input[placeholder]')].filter(each => {
  const style = getComputedStyle(each), pen = document.createElement('canvas').getContext('2d');
  pen.font = style.font;
  const words = each.value ? each.selectedOptions?.[0].text ?? '' : each.placeholder || each.selectedOptions?.[0]?.text || '';
  const room = each.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - (each.matches('select') ? 16 : 0);
  return each.clientWidth > 0 && pen.measureText(words).width > room;
}).map(each => each.outerHTML.slice(0, 120))"""

# cells of the first row that something else covers when they are scrolled to the right edge of the panel
COVERED = """table => {
  const frame = table.parentElement, {right} = frame.getBoundingClientRect();
  const row = [...table.rows].find(each => each.closest('tbody') && each.cells.length > 5);
  const covered = [...row.cells].slice(3).filter(cell => {
    frame.scrollLeft += cell.getBoundingClientRect().right - right;
    const box = cell.getBoundingClientRect();
    return !cell.contains(document.elementFromPoint(box.right - 12, box.top + box.height / 2));
  }).map(cell => cell.innerText);
  frame.scrollLeft = 0;
  return covered;
}"""
# whether a figure shows that it goes on at the right, before and after it is scrolled to its end
GOES_ON = """async figure => {
  const found = [];
  for (const left of [0, figure.scrollWidth]) {
    figure.scrollLeft = left;
    for (let nth = 0; nth < 3; nth += 1) await new Promise(requestAnimationFrame);
    found.push(getComputedStyle(figure, '::before').opacity > 0.5);
  }
  figure.scrollLeft = 0;
  return found;
}"""


def in_windows(notebook, *widths):
    """Give the window one width after another, and each width while the window has it."""
    for width in widths:
        notebook.page.set_viewport_size({"width": width, "height": 900})
        notebook.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        yield width


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_the_answer_stands_above_the_fold_and_no_control_outside_the_window(jupyter, lab, gate, lang):
    notebook, explorer = opened(lab, jupyter, gate, f"fold-{lang}.ipynb", lang=lang)
    for width in in_windows(notebook, *WIDTHS):
        assert explorer.root.evaluate(OUTSIDE) == [], width
    explorer.choose("手写数字识别")
    explorer.pick("2.5.0", "2.4.0")
    heads = explorer.root.locator(".pai-columns button")
    for width in in_windows(notebook, *WIDTHS):
        expect(explorer.button("Fetch")).to_be_in_viewport()
        assert [explorer.root.evaluate(OUTSIDE), explorer.root.evaluate(CUT)] == [[], []], width
        cut = heads.evaluate_all("heads => heads.filter(head => head.scrollWidth > head.clientWidth).map(head => head.innerText)")
        assert cut == [], width
    explorer.button("latest 5").click()
    compared = say("{count} compared with {baseline}.", count=counted(5, "version"), baseline="2.0.0").in_language(lang)
    expect(explorer.status).to_have_text(compared)
    expect(explorer.root).to_contain_text("手写数字识别 · ")
    verdict = explorer.panel.get_by_text(explorer.words("beyond chance") if lang == "en" else "随机波动", exact=False).first
    table = explorer.panel.locator("table:has(thead)").first
    row = table.locator("tbody tr").first
    for width in in_windows(notebook, *WIDTHS):
        assert [explorer.root.evaluate(OUTSIDE), explorer.root.evaluate(CUT)] == [[], []], width
        expect(verdict).to_be_in_viewport(ratio=1)
        assert verdict.bounding_box()["y"] < 560
        expect(row.get_by_role("rowheader").first).to_be_in_viewport(ratio=0.9)
        assert row.bounding_box()["y"] < (700 if width > 700 else 870)
        # six columns of versions with the trend behind them; what a narrow panel has no room for is scrolled to, and hidden by no column
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth") or width < 1400
        assert table.evaluate(COVERED) == []
        if width > 700:
            expect(table.locator("thead th").filter(has_text="2.5.0")).to_be_in_viewport(ratio=0.9)
    explorer.open_tab("Code")
    for width in in_windows(notebook, *WIDTHS):
        code = explorer.panel.locator("textarea").evaluate_all("fields => fields.map(each => each.scrollHeight <= each.clientHeight + 1)")
        assert code[:2] == [True, True], width  # the code and the line are seen whole


def test_four_clicks_lead_to_the_best_of_the_last_five_and_a_chart_fits_its_panel_until_it_has_the_focus(jupyter, lab, gate):
    """As the notebook says: a model, `latest 5`, and the metric that matters, whose list is opened first."""
    notebook, explorer = opened(lab, jupyter, gate, "narrow-chart.ipynb", width=700)
    assert explorer.best_of_the_latest_five("手写数字识别", "accuracy") == 4
    expect(explorer.status).to_have_text("5 versions compared with 2.0.0.")
    explorer.open_tab("Chart")
    chart = explorer.panel.locator("figure").first
    expect(chart.locator("img").locator("visible=true")).to_be_visible()
    assert chart.evaluate("figure => figure.scrollWidth - figure.clientWidth") == 0
    assert chart.evaluate(GOES_ON) == [False, False]
    chart.click()
    assert chart.evaluate(GOES_ON) == [True, False]
    notebook.page.set_viewport_size({"width": 1400, "height": 900})
    eventually(lambda: chart.evaluate(GOES_ON) == [False, False])


@pytest.mark.slow
def test_nothing_of_a_model_is_shown_while_another_is_looked_for(jupyter, lab, gate):
    _, explorer = opened(lab, jupyter, gate, "nothing.ipynb")
    explorer.choose("手写数字识别")
    explorer.pick("2.5.0", "2.4.0")
    explorer.fetch("2 versions compared with 2.0.0.")
    explorer.unfold()
    gate.hold("/models?")
    explorer.search("zzzz")
    expect(explorer.status).to_have_text("Searching models for “zzzz” …")
    gate.release()
    expect(explorer.status).to_contain_text("No model matches “zzzz”. Searched in names")
    expect(explorer.field("Versions")).to_have_count(0)
    expect(explorer.root.locator("table").locator("visible=true")).to_have_count(0)
    explorer.button("Back to the result").click()
    expect(explorer.root).to_contain_text("手写数字识别 · 2 versions")
    explorer.shows("2.0.0", "2.4.0", "2.5.0")


@pytest.mark.slow
def test_a_report_is_a_click_and_its_link_opens_it(jupyter, lab, gate):
    notebook, explorer = opened(lab, jupyter, gate, "report.ipynb")
    explorer.choose("手写数字识别")
    explorer.pick("2.5.0", "2.4.0")
    explorer.fetch("2 versions compared with 2.0.0.")
    explorer.button("Report").click()
    link = explorer.root.get_by_role("link", name=re.compile("^comparison-model-"))
    expect(link).to_have_attribute("href", re.compile("/files/comparison-model-"))
    assert (jupyter.work / link.inner_text()).read_text("utf-8").startswith("<!")
    assert notebook.page.request.get(link.get_attribute("href")).ok


@pytest.mark.slow
def test_an_explorer_shown_twice_stays_in_step(jupyter, lab, gate):
    notebook, first = opened(lab, jupyter, gate, "twice.ipynb", "ex")
    notebook.run(1)
    second = ExplorerPage(notebook.output(1).page)
    second.root = notebook.output(1).locator(".pai-explorer")
    first.choose("手写数字识别")
    first.pick("2.5.0")
    first.fetch("1 version fetched.")
    expect(second.status).to_have_text("1 version fetched.")
    expect(second.root).to_contain_text(f"{DIGITS}@2.5.0")
