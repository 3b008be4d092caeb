"""The report in Chromium: no request, no violation that axe knows, and pages that hold all of its text."""

import contextlib
import filecmp
import functools
import itertools
import re
import shutil
import subprocess

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

import pai_notebook as pnb
from pai_notebook.errors import RegressionError
from pai_notebook.io.pdf import write_pdf
from pai_notebook.io.report import DENSITY, PIXELS
from pai_notebook.versions.versions import VersionSet
from tests.browser.looks import ids_in_sight, violations
from tests.patience import MILLISECONDS

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext of poppler-utils")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]
CORNERS = """() => [...document.querySelectorAll('figure img')].filter(image => image.offsetWidth).map(image => {
  const canvas = document.createElement('canvas').getContext('2d');
  canvas.drawImage(image, 0, 0);
  return canvas.getImageData(1, 1, 1, 1).data[0];
})"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser):
    """Opens a file as nobody has opened one before, and gives the page with every address that was asked for beside the file."""

    @contextlib.contextmanager
    def open_page(path, scheme="light", **options):
        with browser.new_context(color_scheme=scheme, **options) as context:
            page = context.new_page()
            page.set_default_timeout(MILLISECONDS)
            asked = []
            page.on("request", lambda request: asked.append(request.url))
            page.goto(path.as_uri())
            yield page, [url for url in asked if url != path.as_uri() and not url.startswith("data:")]

    return open_page


@pytest.fixture(scope="module", params=["en", pytest.param("zh", marks=pytest.mark.slow)])
def report(request, digits, tmp_path_factory):
    compared = digits[-4:].compare()
    path = tmp_path_factory.mktemp("report") / "r.html"
    return compared.report(path, lang=request.param, question="Which one?", charts=["accuracy@d-digitsnoisy00001", "train_seconds"])


@pytest.fixture(scope="module")
def without_charts(digits, tmp_path_factory):
    """Writes the report of the last versions, each of them once."""
    folder = tmp_path_factory.mktemp("reports")
    return functools.cache(lambda count: digits[-count:].compare().report(folder / f"{count}.html", charts=False))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_nothing_is_asked_for_and_axe_finds_nothing(opened, report, scheme):
    with opened(report, scheme, bypass_csp=True) as (page, asked):
        assert asked == []
        assert violations(page, "html", "best-practice") == []


def test_the_page_forbids_what_it_does_not_need(opened, report):
    with opened(report) as (page, asked):
        page.evaluate("() => { const i = new Image(); i.src = 'https://example.invalid/x.png'; document.body.append(i); }")
        page.wait_for_timeout(200)
        assert asked == []
        assert page.evaluate("() => [...document.images].every(i => i.complete)")


def test_a_narrow_screen_does_not_scroll_sideways(opened, report):
    with opened(report, viewport={"width": 400, "height": 800}) as (page, _):
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_letters_of_charts_stay_legible_on_a_narrow_screen_and_the_chart_scrolls(opened, report):
    sizes = """() => [...document.querySelectorAll('figure')].map(figure => {
      const image = [...figure.children].find(each => each.offsetWidth);
      const stretched = image.naturalHeight / image.naturalWidth - image.offsetHeight / image.offsetWidth;
      return [image.offsetWidth / image.getAttribute('width'), figure.scrollWidth > figure.clientWidth, stretched];
    })"""
    with opened(report, viewport={"width": 400, "height": 800}) as (page, _):
        narrow = page.evaluate(sizes)
        page.emulate_media(media="print")
        printed = page.evaluate(sizes)
    assert len(narrow) == 2
    assert [(round(scale, 2), scrolls, abs(stretched) < 0.01) for scale, scrolls, stretched in narrow] == [(0.75, True, True)] * 2
    assert [scrolls for _, scrolls, _ in printed] == [False, False]


@needs_pdftotext
@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 5, 20])
def test_no_word_stands_outside_of_the_printed_page(opened, digits, tmp_path, count):
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


def test_all_five_candidates_of_five_versions_are_in_the_window(opened, digits, tmp_path):
    names = {"2.0.0", "2.1.0", "2.2.0", "2.3.0", "2.4.0", "2.5.0"}
    five = VersionSet([version for version in digits if version.version_name in names]).compare("2.0.0")
    for lang in ("en", "zh"):
        with opened(five.report(tmp_path / f"{lang}.html", lang=lang, charts=False), viewport={"width": 1280, "height": 900}) as (page, _):
            heads = page.eval_on_selector_all("table.pin3 thead th", "all => all.map(e => [e.innerText, e.getBoundingClientRect().right])")
            heads = [(name, right) for text, right in heads if (name := re.split(r"\n| ✗", text)[0]) in five.names]
            assert [name for name, _ in heads] == list(five.names)
            assert [text for text, right in heads if right > 1280 - 10] == []
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_no_column_of_five_versions_is_cut_in_a_window_of_1100_pixels(opened, without_charts):
    with opened(without_charts(5), viewport={"width": 1100, "height": 900}) as (page, _):
        heads = page.eval_on_selector_all(
            "table.pin3 thead th", "all => all.map(e => [e.innerText.split(/\\n| ✗/)[0], e.getBoundingClientRect().right])"
        )
        assert {"best & others", "trend"} <= {name for name, _ in heads}
        assert [name for name, right in heads if right > 1100 - 15] == []  # a scroll bar


@pytest.mark.parametrize("lang", ["en", pytest.param("zh", marks=pytest.mark.slow)])
def test_every_column_of_every_band_of_twenty_versions_is_in_the_window(opened, twenty, tmp_path, lang):
    compared = twenty[0]
    with opened(compared.report(tmp_path / "r.html", lang=lang, charts=False), viewport={"width": 1280, "height": 900}) as (page, _):
        heads = page.eval_on_selector_all(
            "main > div table.pin3 thead th", "all => all.map(e => [e.innerText.split(/\\n| ✗/)[0], e.getBoundingClientRect().right])"
        )
        assert {name for name, _ in heads} >= set(compared.names)
        assert [name for name, right in heads if right > 1280 - 10] == []


@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_difference_is_nearer_to_its_own_value_than_to_that_of_the_next_version(opened, without_charts, media):
    with opened(without_charts(5), viewport={"width": 1280, "height": 900}) as (page, _):
        page.emulate_media(media=media)
        rows = page.evaluate("""() => [...document.querySelectorAll('main > div table.pin3 tbody tr')].map(row =>
            [...row.children].slice(4, -1).map(cell => [...cell.childNodes].filter(each => each.textContent.trim()).map(each => {
                const range = document.createRange(); range.selectNodeContents(each); const box = range.getBoundingClientRect();
                return [box.left, box.right] })))""")
    pairs = [(left, right) for row in rows for left, right in itertools.pairwise(row) if len(left) == 2 and right]
    assert len(pairs) > 20
    assert [(left, right) for left, right in pairs if 2 * (left[1][0] - left[0][1]) > right[0][0] - left[1][1]] == []


def test_names_and_baseline_stay_in_sight_on_a_narrow_screen(opened, without_charts):
    with opened(without_charts(4), viewport={"width": 700, "height": 900}) as (page, _):
        page.evaluate("() => { document.querySelector('table.pin3').parentElement.scrollLeft = 10000 }")
        lefts = page.eval_on_selector_all(
            "table.pin3 tbody tr:nth-child(2) > :nth-child(-n+3)", "c => c.map(e => e.getBoundingClientRect().left)"
        )
        assert all(0 <= left < 400 for left in lefts)


def test_what_only_some_readers_need_is_folded(opened, report):
    with opened(report) as (page, _):
        assert page.eval_on_selector_all("main > details", "all => all.length > 4 && all.every(each => !each.open)")
        assert not page.get_by_text("import pai_notebook as pnb").is_visible()


@needs_pdftotext
def test_the_printed_pages_hold_every_version_and_number(opened, report, tmp_path):
    pdf = tmp_path / "r.pdf"
    with opened(report) as (page, _):
        page.pdf(path=pdf, prefer_css_page_size=True)
        values = shown_values(page)
    text = printed(pdf)
    assert len(values) > 20
    assert [value for value in values if value not in text] == []


@pytest.fixture(scope="module")
def twenty(digits, tmp_path_factory):
    """A report of twenty versions as a page and as a PDF of our own making, and the comparison."""
    folder = tmp_path_factory.mktemp("twenty")
    compared = digits[-20:].compare(baseline="approved")
    options = {"gates": "accuracy >= baseline - 0.01", "charts": False, "question": "May 2.4.0 go live?"}
    return compared, compared.report(folder / "r.html", **options), compared.report(folder / "r.pdf", **options)


@needs_pdftotext
def test_the_pdf_of_twenty_versions_has_every_version_value_and_part(opened, twenty):
    compared, html, pdf = twenty
    text = printed(pdf)
    with opened(html) as (page, _):
        values = shown_values(page)
        assert page.eval_on_selector_all("table.pin3", "tables => tables.map(each => each.querySelectorAll('thead th').length)")[0] <= 9
    assert len(values) > 200
    assert [value for value in values if value not in text] == []
    assert [name for name in compared.names if name not in text] == []
    assert squeezed(compared.fingerprint) in text
    assert "importpai_notebookaspnb" in text


@needs_pdftotext
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_bands_that_are_longer_than_half_a_page_leave_no_page_half_empty_and_keep_the_datasets_of_a_metric_together(tmp_path, lang):
    def document(nth):
        values = {f"m{each:02}": (nth + each * 7) % 17 / 17 for each in range(10)}
        results = [{"Dataset": {"DatasetId": f"d-{each}"}, "MetricsInfo": values} for each in range(3)]
        return {"VersionName": f"1.{nth}.0", "Metrics": {"Results": results}}

    twenty = VersionSet.from_documents([document(nth) for nth in range(20)])
    pdf = twenty.compare().report(tmp_path / "r.pdf", lang=lang, charts=False)
    boxes = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    sheets = re.findall(r"<page .*?</page>", boxes, re.DOTALL)
    filled, firsts = [], []
    for sheet in sheets:
        height = float(re.search(r'height="([0-9.]+)"', sheet)[1])
        ends = [float(low) for low in re.findall(r'<word [^>]*yMax="([0-9.]+)"', sheet)]
        filled.append(max(end for end in ends if end < height - 36) / height)  # above the footer
    assert len(filled) > 3
    assert [share for share in filled[:-1] if share < 0.75] == []
    for sheet in layout_of(pdf).split("\f")[1:]:
        rows = [line.split() for line in sheet.split("\n") if "d-" in line]
        firsts += [rows[0]] if rows and "1.0.0" in sheet.strip().split("\n")[0].split() else []
    assert len(firsts) > 1  # pages that continue a band begin with its versions, and with the name of a metric
    assert [row for row in firsts if "d-0" not in row] == []


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="needs pdfinfo of poppler-utils")
@needs_pdftotext
def test_five_versions_are_printed_on_five_pages_with_a_line_a_difference_and_a_dataset(digits, tmp_path):
    five = digits[-5:].compare()
    text = layout_of(five.report(tmp_path / "r.pdf", charts=False, gates="accuracy >= baseline - 17pp"))
    assert not re.search("d-digitsholdout0001(?=[a-z])", text)
    differences = text.partition("Every difference")[2].partition("Settings and labels")[0]
    assert "no interval known" not in differences.replace("? no interval known", "")
    assert "≈ could be chance · ? no interval known" in differences


def test_twenty_versions_are_printed_on_few_pages(twenty):
    told = subprocess.run(["pdfinfo", str(twenty[2])], capture_output=True, text=True, check=True).stdout
    assert int(re.search(r"Pages: +([0-9]+)", told)[1]) <= 9


@pytest.mark.slow
def test_the_same_report_is_the_same_pdf(twenty, tmp_path):
    # the code at the end names the file
    html = twenty[1].read_text("utf-8").replace("r.html", "r.pdf")
    assert filecmp.cmp(write_pdf(tmp_path / "again.pdf", html), twenty[2], shallow=False)
    assert re.search(rb"/(CreationDate|ModDate)", twenty[2].read_bytes()) is None


@pytest.mark.slow
def test_charts_have_the_colours_of_the_page_and_paper_has_those_of_light_ones(opened, digits, tmp_path):
    html = digits[-3:].compare().report(tmp_path / "r.html")
    for scheme, ground in (("light", 255), ("dark", 17)):
        with opened(html, scheme) as (page, _):
            assert set(page.evaluate(CORNERS)) == {ground}
            page.emulate_media(media="print")
            assert set(page.evaluate(CORNERS)) == {255}


def test_what_is_beyond_chance_is_filled_and_bold_on_paper(opened, twenty):
    with opened(twenty[1]) as (page, _):
        page.emulate_media(media="print")
        looks, lines = page.evaluate("""() => ['[class^=pin]', '.facts'].map(
            kind => [...document.querySelectorAll(`${kind} td:is(:has(>b),:has(>strong))`)].map(each => getComputedStyle(each))
                .map(look => [look.fontWeight, look.printColorAdjust, look.backgroundColor != 'rgba(0, 0, 0, 0)']))""")
    assert looks
    assert set(map(tuple, looks)) == {("700", "exact", True)}
    assert lines
    assert {weight for weight, _, _ in lines} == {"400"}  # of a sentence only the part that says so is bold


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_hides_the_shadow_of_a_table_that_goes_on_at_the_right(opened, without_charts, scheme):
    with opened(without_charts(4), scheme, viewport={"width": 700, "height": 900}) as (page, _):
        grounds = page.evaluate("""() => {
            const table = document.querySelector('[class^=pin3]'), cells = [...table.rows].at(-1).cells;
            return [table, ...table.querySelectorAll('thead, tbody, tr'), cells[0], cells[cells.length - 1]]
                .map(each => getComputedStyle(each).backgroundColor)}""")
        assert page.evaluate("() => getComputedStyle(document.querySelector('[class^=pin3]').parentElement).boxShadow") != "none"
    assert grounds.pop() == "rgba(0, 0, 0, 0)"
    assert grounds.pop() == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(17, 17, 17)")
    assert set(grounds) == {"rgba(0, 0, 0, 0)"}


@needs_pdftotext
def test_every_band_names_its_versions_and_the_baseline(twenty):
    compared, _, pdf = twenty
    leads = {"dataset", "field", "metric", "setting", "best", "&", "others", "✗", "Rejected"}
    lines = [[word for word in line.split() if word not in leads] for line in layout_of(pdf).split("\n")]
    heads = [words for words in lines if len(set(words)) > 2 and set(words) <= set(compared.names)]
    bands = [head for head in heads if head[0] == compared.baseline_name]
    assert bands == heads
    assert max(map(len, bands)) <= 7
    assert set(compared.names) == {name for head in bands for name in head}


@needs_pdftotext
def test_every_set_of_tables_has_every_version_on_its_pages(opened, twenty):
    compared, html, pdf = twenty
    with opened(html) as (page, _):
        groups = page.evaluate("""() => [...document.querySelectorAll('main > div, main > details')].map(part =>
            [...part.querySelectorAll('table:has(thead)')].map(each => each.textContent).join(' '))
            .filter(text => text.includes('≠') || text.includes('≈'))""")
    assert len(groups) == 3  # metrics, settings, other fields
    assert [name for text in groups for name in compared.names if name not in text] == []
    text = layout_of(pdf)
    assert min(text.count(name) for name in compared.names) >= 3


@needs_pdftotext
@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_printed_page_has_its_number_and_the_title(opened, digits, tmp_path, lang):
    compared = digits[-3:].compare()
    html = compared.report(tmp_path / "r.html", lang=lang, charts=False, title="Digits, may 2.4.0 go live?")
    with opened(html) as (page, _):  # as somebody prints it with a browser
        page.pdf(path=tmp_path / "by-hand.pdf", prefer_css_page_size=True)
    for pdf in (write_pdf(tmp_path / "r.pdf", html.read_text("utf-8")), tmp_path / "by-hand.pdf"):
        sheets = layout_of(pdf).split("\f")[:-1]
        assert len(sheets) > 2
        last_lines = [sheet.strip().rsplit("\n", 1)[-1] for sheet in sheets]
        assert [squeezed(line) for line in last_lines] == [
            f"Digits,may2.4.0golive?{nth}/{len(sheets)}" for nth in range(1, len(sheets) + 1)
        ]


@pytest.mark.parametrize("count", [1, 2, 5, 20])
def test_question_answer_verdict_and_the_top_of_the_table_are_on_the_first_screen(opened, digits, tmp_path, count):
    compared = digits[-count:].compare()
    rules = "accuracy >= baseline - 17pp"
    html = compared.report(tmp_path / "r.html", charts=False, question="May 2.5.0 go live?", gates=rules)
    with opened(html, viewport={"width": 1280, "height": 900}) as (page, _):
        tops = page.evaluate("""() => [document.querySelector('p strong'), document.querySelector('h2'),
            [...document.querySelectorAll('h2')].find(each => each.textContent == 'Comparison')
            .nextElementSibling.querySelector('tbody tr:nth-child(3)')]
            .map(each => each.getBoundingClientRect().bottom)""")
        assert tops == sorted(tops)
        assert tops[-1] < 900


@needs_pdftotext
def test_nothing_is_printed_smaller_than_seven_points(twenty):
    boxes = subprocess.run(["pdftotext", "-bbox", str(twenty[2]), "-"], capture_output=True, text=True, check=True).stdout
    heights = [float(high) - float(low) for low, high in re.findall(r'<word [^>]*yMin="([0-9.]+)" [^>]*yMax="([0-9.]+)"', boxes)]
    assert len(heights) > 1000
    assert min(heights) >= 7 * 1.1  # a line of letters is at least so much higher than their size


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdfimages") is None, reason="needs poppler-utils")
@pytest.mark.parametrize("count", [3, 5, 20, 30])
def test_charts_fill_the_pages_they_fit_on_in_letters_of_seven_points(digits, tmp_path, count):
    pytest.importorskip("matplotlib")
    from PIL import Image  # comes with matplotlib

    pdf = digits[-count:].compare().report(tmp_path / "r.pdf")
    told = subprocess.run(["pdfimages", "-list", str(pdf)], capture_output=True, text=True, check=True).stdout
    densities = [int(line.split()[12]) for line in told.splitlines()[2:]]
    assert len(densities) > 1
    assert max(densities) <= PIXELS * DENSITY * 8 / 7  # the smallest letters have 8 points at the density of the file
    subprocess.run(["pdftoppm", "-r", "20", "-gray", str(pdf), str(tmp_path / "sheet")], check=True)
    filled = []
    for sheet in sorted(tmp_path.glob("sheet-*.pgm")):
        inked = (np.asarray(Image.open(sheet)) < 200).any(1)
        above = inked[: int(0.93 * len(inked))]  # the footer
        filled.append(above.nonzero()[0].max() / len(inked))
    # no row of charts takes more than the rest of a page
    assert [share for share in filled[:-1] if share < (0.2 if count == 30 else 0.45)] == []


def layout_of(pdf):
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout


def squeezed(text):
    return re.sub(r"\s", "", text)


def printed(pdf):
    return squeezed(layout_of(pdf))


def shown_values(page):
    """Numbers and words of every table cell of a page, without stars and differences."""
    cells = page.eval_on_selector_all("table thead ~ tbody td", "found => found.map(cell => cell.textContent.trim())")
    return [found[1] for cell in cells if (found := re.match(r"(?:[★☆]\s*)?([0-9][0-9.]*|[a-z]+)(?=\s|$)", cell))]


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "sheet"), [("en", "Data sheet"), ("zh", "数据来源")])
def test_a_report_for_a_manager_names_model_datasets_and_people_and_has_no_id_in_letters_of_the_usual_size(opened, tmp_path, lang, sheet):
    with pnb.connect("demo", default=False) as registry:
        c = registry.compare("wine-cultivar@last:4", baseline="approved")
    with opened(c.report(tmp_path / "r.html", lang=lang, redact=None)) as (page, _):
        assert "wine-cultivar" in page.locator("h1").inner_text()
        assert {"holdout", "noisy"} <= set(page.locator("tbody th").all_inner_texts())
        every, large = ids_in_sight(page, "main")
        assert large == []
        page.locator("summary", has_text=sheet).click()
        told = page.locator("details[open]").inner_text()
        assert all(name in told for name in ("wine-cultivar", "张三", "李四"))
        shown, large = ids_in_sight(page, "main")
        assert len(shown) > len(every)
        assert large == []
