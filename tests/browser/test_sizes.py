"""What a person sees without scrolling: the answer first, every version, names and baseline at any time, and nothing on top of them."""

import copy
import functools
import re

import pytest

import pai_notebook as pnb
from pai_notebook.i18n.phrases import speaking
from tests.browser.looks import OURS, audit, ids_in_sight
from tests.display.hosts import HOSTS
from tests.gallery import DIGITS, DRAWN, RULES, many_metrics, outputs

WIDTH = 1120
THEMES = ("JupyterLab, light", "JupyterLab, dark")
_HEADERS = """table => {
  const frame = table.parentElement.getBoundingClientRect(), edge = Math.min(frame.right, innerWidth);
  const inside = each => each.getBoundingClientRect().right <= edge + 1;
  return [...table.querySelectorAll('thead th')].map(each => [each.innerText.split(/\\n| ✗/)[0], inside(each)]);
}"""
# each text of the pinned cells, and what a person would see there instead of it
_HIDDEN = """(table, count) => {
  const hidden = [], frame = table.parentElement;
  let looked_at = 0;
  frame.scrollLeft = frame.scrollWidth;
  for (const row of table.rows) for (const cell of [...row.cells].slice(0, count)) {
    if (cell.colSpan > 1) continue;
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      for (const box of range.getClientRects()) for (const share of [0.05, 0.5, 0.95]) {
        const seen = document.elementFromPoint(box.left + share * box.width, box.top + box.height / 2);
        looked_at += 1;
        if (!seen || !cell.contains(seen)) hidden.push(`${cell.innerText} under ${seen && seen.outerHTML.slice(0, 80)}`);
      }
    }
  }
  return [frame.scrollLeft, looked_at, hidden];
}"""
# the cells of columns that stay in sight, of head and body, each column as one set of how they stand and where
_PINNED = """table => {
  const frame = table.parentElement, rows = [...table.rows].map(row => [...row.cells]).filter(cells => cells[0].colSpan === 1);
  frame.scrollLeft = 10000;
  const pinned = [0, 1, 2].filter(place => rows.some(cells => getComputedStyle(cells[place]).position === 'sticky'));
  return [frame.scrollLeft, pinned.map(place => [...new Set(rows.map(cells => {
    const style = getComputedStyle(cells[place]);
    return [style.position, style.zIndex, style.backgroundColor, Math.round(cells[place].getBoundingClientRect().left)].join();
  }))])];
}"""
# which share of its frame the pinned cells of a table take when it is scrolled to its end, and whether they leave gaps between them
_SHARE = """table => {
  const frame = table.parentElement, {left, width} = frame.getBoundingClientRect();
  frame.scrollLeft = 10000;
  const row = [...table.rows].find(each => each.cells[0].colSpan === 1 && each.cells.length > 4);
  const boxes = [...row.cells].slice(0, 3).map(cell => cell.getBoundingClientRect()).filter(box => box.left >= left - 1);
  const grounds = [...row.cells].slice(0, 2).map(cell => getComputedStyle(cell).boxShadow.includes('2px 0px 0px'));
  return [(Math.max(...boxes.map(box => box.right)) - left) / width, grounds, getComputedStyle(row).borderBottomWidth];
}"""
# backgrounds of the pinned cells: how opaque each is, and how far its lightness is from that of its text
_GROUNDS = """table => {
  const pen = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const read = colour => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = ([red, green, blue]) => (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  return [...table.rows].flatMap(row => [...row.cells].slice(0, 3).filter(cell => cell.colSpan === 1).map(cell => {
    const style = getComputedStyle(cell), ground = read(style.backgroundColor);
    return [style.position, ground[3], Math.abs(light(ground) - light(read(style.color))) > 0.5];
  }));
}"""
# whether the frame of a table has a shadow at its edge, before and after it is scrolled to its end
_EDGES = """async table => {
  const frame = table.parentElement, found = [];
  for (const left of [0, frame.scrollWidth]) {
    frame.scrollLeft = left;
    for (let nth = 0; nth < 3; nth += 1) await new Promise(requestAnimationFrame);
    const shadow = getComputedStyle(frame).boxShadow;
    found.push(shadow !== 'none' && !/rgba\\(0, 0, 0, 0\\)/.test(shadow));
  }
  return found;
}"""
# what is said of scrolling in a caption, empty where it cannot be seen
_HINT = """async table => {
  for (let nth = 0; nth < 3; nth += 1) await new Promise(requestAnimationFrame);
  const hint = table.querySelector('caption small');
  return hint && getComputedStyle(hint).visibility === 'visible' ? hint.innerText : '';
}"""
# names of groups that are outside of their frame, scrolled to the left and halfway through their columns
_GROUPS = """table => {
  const frame = table.parentElement, hidden = [];
  for (const head of table.querySelectorAll('thead [colspan]')) for (const share of [0, 0.5]) {
    frame.scrollLeft = share && head.offsetLeft + share * head.offsetWidth - frame.clientWidth / 2;
    const text = head.firstElementChild.getBoundingClientRect(), edges = frame.getBoundingClientRect();
    const begins = head.getBoundingClientRect().left < edges.right - text.width;
    const seen = document.elementFromPoint(text.left + 2, text.top + text.height / 2);
    if (begins && (text.right > edges.right + 1 || !head.contains(seen))) hidden.push([head.innerText, share]);
  }
  return hidden;
}"""
_TITLES = """table => {
  const frame = table.parentElement, edges = frame.getBoundingClientRect();
  frame.scrollLeft = frame.scrollWidth;
  return [...table.querySelectorAll('caption, tbody th[colspan]')].map(each => {
    const text = document.createRange();
    text.selectNodeContents(each.querySelector('a') || each);
    const boxes = [...text.getClientRects()].filter(box => box.width);
    return [each.innerText.trim(), boxes.every(box => box.left >= edges.left - 1 && box.right <= edges.right + 1)];
  });
}"""
# the lines of each tally as they are drawn
_TALLIES = """table => [...table.querySelectorAll('thead small')].filter(each => /\\d/.test(each.innerText)).map(each => {
  const text = each.firstChild, lines = [], range = document.createRange();
  for (let place = 0, top = null; place < text.length; place += 1) {
    range.setStart(text, place);
    range.setEnd(text, place + 1);
    const box = range.getBoundingClientRect();
    if (!box.width) continue;
    if (top === null || box.top > top + 4) { lines.push(''); top = box.top; }
    lines[lines.length - 1] += text.data[place];
  }
  return lines.map(each => each.trim());
})"""
_WEIGHTS = """table => [...table.querySelectorAll('tbody *')].flatMap(each => {
  const word = each.children.length ? null : each.textContent.match(/(better|worse)$/), style = getComputedStyle(each);
  return word ? [[word[0], `${style.fontWeight} ${style.fontStyle} ${style.fontSize}`]] : [];
})"""

# how far, in pixels, the values of a column end from each other at most where a difference stands behind them
_RAGGED = """table => {
  const ends = {};
  for (const row of table.rows) for (const cell of row.querySelectorAll('td:not([align])')) {
    const remark = [...cell.children].find(each => each.matches('b, strong, var, cite, small:not(.f2)') && each.previousSibling);
    if (!remark) continue;
    const value = document.createRange();
    value.setStart(cell, 0);
    value.setEndBefore(remark);
    (ends[cell.cellIndex] ??= []).push([...value.getClientRects()].at(-1).right);
  }
  return Object.values(ends).map(each => Math.max(...each) - Math.min(...each));
}"""


@pytest.fixture(scope="module")
def digits():
    with pnb.connect("demo", default=False) as registry:
        return registry.list_versions(DIGITS)


@pytest.fixture(scope="module")
def last(digits):
    """Compares the last versions, each number of them once."""
    return functools.cache(lambda count: digits[-count:].compare())


@pytest.fixture(scope="module")
def five(digits):
    """Five versions and thirteen metric rows."""
    documents = [copy.deepcopy(dict(version.raw)) for version in digits[-5:]]
    for document in documents:
        for result in document["Metrics"]["Results"]:
            if "macro_f1" in result["Metrics"]:
                result["Metrics"]["macro_recall"] = result["Metrics"]["macro_f1"] - 0.01
    comparison = pnb.VersionSet.from_documents(documents, DIGITS).compare()
    assert len([row for row in comparison.changed if row.section == "metrics" and not row.is_evidence]) == 13
    return comparison


@pytest.fixture(scope="module")
def bodies():
    return [shown["text/html"] for shown in outputs().values() if "text/markdown" in shown]


@pytest.fixture(scope="module")
def opened(chromium):
    """One page, as a new one for each test would take most of its time."""
    page = chromium.context.new_page()
    yield page
    page.close()


@pytest.fixture
def page(chromium, opened):
    """The page, empty; afterwards it must have asked for nothing."""
    opened.goto("about:blank")
    chromium.outside.clear()
    yield opened
    assert chromium.outside == []


def show(page, host, shown, *, width=WIDTH, height=800):
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(HOSTS[host](shown._repr_html_()))
    return page.locator("table:has(thead)").first  # tables of facts have no head


def from_the_top(page, locator, edge="bottom"):
    """Pixels between the top of the output and an edge of something in it."""
    top = page.locator(".jp-RenderedHTML").bounding_box()["y"]
    box = locator.bounding_box()
    return box["y"] - top + (box["height"] if edge == "bottom" else 0)


def test_five_versions_and_their_verdict_are_seen_at_once(page, five):
    table = show(page, "JupyterLab, light", five)
    names = ["versions by name\u00a0→", "dataset", *five.names, "best & others", "trend"]
    assert dict(table.evaluate(_HEADERS)) == dict.fromkeys(names, True)
    assert from_the_top(page, page.get_by_text(five.verdict.sentences[0][:30]).last, "top") <= 120
    assert from_the_top(page, table) <= 760


def test_heads_of_five_versions_are_in_sight_and_each_tally_in_one_line_in_chinese_too(page, five):
    with speaking("zh"):
        table = show(page, "JupyterLab, light", five)
    assert [name for name, inside in table.evaluate(_HEADERS) if not inside] == []
    assert [lines for lines in table.evaluate(_TALLIES) if len(lines) > 1] == []


@pytest.mark.parametrize("count", [4, 20])
def test_what_is_best_and_a_candidate_are_in_sight_in_a_narrow_window(page, last, count):
    heads = show(page, "JupyterLab, light", last(count), width=700).evaluate(_HEADERS)
    assert heads[3][0] == "best & others"
    assert [inside for _, inside in heads[:5]] == [True] * 5
    assert heads[-1][0] == "trend"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_of_twenty_versions_those_that_are_better_and_the_first_that_are_worse_are_in_sight(page, last, lang):
    comparison = last(20)
    counts = comparison.verdict.counts.items()
    alone = [comparison.names[place] for place in comparison.verdict._singly[0]]
    named = [*(name for name, found in counts if found["better"]), *alone, *(name for name, found in counts if found["worse"])][:5]
    with speaking(lang):
        heads = dict(show(page, "JupyterLab, light", comparison, width=1280).evaluate(_HEADERS))
    assert len(alone) == 2
    assert [name for name in named if not heads[name]] == []


@pytest.mark.parametrize(("count", "lang"), [(5, "zh"), (20, "en")])
def test_values_of_a_column_align_whatever_is_said_behind_them(page, last, count, lang):
    with speaking(lang):
        ragged = show(page, "JupyterLab, light", last(count)).evaluate(_RAGGED)
    assert len(ragged) == count - 1
    assert max(ragged) < 10  # in a column with "(better)"; a filled cell alone took 28


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_count_of_a_tally_is_divided(page, last, lang):
    with speaking(lang):
        table = show(page, "JupyterLab, light", last(20), width=700)
    tallies = table.evaluate(_TALLIES)
    assert len(tallies) == 19
    for lines in tallies:
        assert [line for line in lines if not re.match(r"\d+\s", line)] == []


@pytest.mark.parametrize("host", ["JupyterLab, light", "plain page, dark"])
def test_titles_stay_in_sight_when_a_table_is_scrolled_to_its_end(page, last, host):
    table = show(page, host, last(20), height=1600)
    titles = dict(table.evaluate(_TITLES))
    assert titles == {"Metrics scrolls\u00a0→": True, "Cost": True}


@pytest.mark.parametrize(
    ("host", "width"),
    [("JupyterLab, light", 1280), ("JupyterLab, light", 700), ("JupyterLab, light, untrusted", 700), ("GitHub, light", 700)],
)
def test_a_table_that_fits_no_narrow_window_says_so_and_with_our_style_only_where_it_scrolls(page, five, digits, host, width):
    for shown in (five, digits):
        assert show(page, host, shown, width=width).evaluate(_HINT) == ("may scroll\u00a0→" if width == 700 else "")


def test_the_names_of_groups_stay_in_sight_while_their_columns_are_scrolled(page, digits):
    with pnb.connect("demo", default=False) as registry:
        others = registry.list_versions(registry.list_models()[0].model_id)
    for shown in (digits, digits[-3:] + others[-2:]):
        table = show(page, "JupyterLab, light", shown, width=700)
        assert table.locator("thead [colspan]").count() > 0
        assert table.evaluate(_GROUPS) == []


def test_five_versions_are_seen_at_once_where_many_metrics_are_told_together(page):
    comparison = many_metrics()
    assert len(comparison.changed) > 40
    assert [name for name, inside in show(page, "JupyterLab, light", comparison).evaluate(_HEADERS) if not inside] == []


@pytest.mark.parametrize(
    "host", [*THEMES, *(pytest.param(host, marks=pytest.mark.slow) for host in ("plain page, light", "plain page, dark", "Colab, dark"))]
)
def test_names_datasets_and_the_baseline_stay_in_sight_whatever_is_scrolled(page, last, host):
    comparison = last(20)
    table = show(page, host, comparison, height=1600)
    scrolled, looked_at, hidden = table.evaluate(_HIDDEN, 3)
    assert scrolled > WIDTH / 2
    assert looked_at > 3 * 2 * len([row for row in comparison.changed if row.section == "metrics" and not row.is_evidence])
    assert hidden == []
    assert set(map(tuple, table.evaluate(_GROUNDS))) == {("sticky", 255, True)}


def test_what_a_row_is_of_and_where_there_is_room_the_baseline_stay_in_sight_in_a_narrow_window(page, last):
    table = show(page, "JupyterLab, light", last(20), height=1600)
    for width, pinned in ((364, 2), (480, 3), (700, 3)):
        page.set_viewport_size({"width": width, "height": 1600})
        scrolled, _, hidden = table.evaluate(_HIDDEN, pinned)
        assert scrolled > width
        assert hidden == [], width


def test_a_long_title_goes_on_in_the_next_line_and_is_never_cut(page):
    table = show(page, "JupyterLab, light", many_metrics())
    for width in (480, 700):
        page.set_viewport_size({"width": width, "height": 800})
        assert [text for text, inside in table.evaluate(_TITLES) if not inside] == [], width


def test_a_gate_that_fails_shows_what_failed_and_folds_what_passed(page, last):
    report = last(3).check(RULES)
    assert (len(report.checks), len(report.breaches)) == (26, 4)
    table = show(page, "JupyterLab, light", report)
    assert page.locator(".jp-RenderedHTML").bounding_box()["height"] <= 420
    assert table.locator("tbody tr:has(th[scope=row])").count() == 4
    assert page.get_by_text("Passed").first.is_visible()
    assert not page.locator("details table").first.is_visible()
    page.set_viewport_size({"width": 700, "height": 800})
    assert [name for name, inside in table.evaluate(_HEADERS) if not inside] == []


def test_model_and_version_stay_in_sight_in_a_list_of_several_models(page, digits):
    with pnb.connect("demo", default=False) as registry:
        others = registry.list_versions(registry.list_models()[0].model_id)
    table = show(page, "JupyterLab, light", digits[-3:] + others[-2:], width=700)
    scrolled, looked_at, hidden = table.evaluate(_HIDDEN, 2)
    assert scrolled > 100
    assert looked_at > 3 * 2 * 5
    assert hidden == []


def test_the_head_of_a_pinned_column_is_pinned_in_every_table(page, digits, last):
    with pnb.connect("demo", default=False) as registry:
        models = registry.list_models()
        several = digits[-3:] + registry.list_versions(models[0].model_id)[-2:]
    compared = last(20)
    for shown, count in ((digits, 1), (models, 1), (several, 2), (compared.coverage, 2), (compared, 3)):
        scrolled, columns = show(page, "JupyterLab, light", shown, width=700).evaluate(_PINNED)
        assert scrolled > 30
        assert [len(of_column) for of_column in columns] == [1] * count, columns


def test_pinned_columns_leave_room_for_a_candidate_in_a_narrow_window(page, last):
    table = show(page, "JupyterLab, dark", last(5))
    for width, most in ((364, 0.56), (420, 0.56), (480, 0.6), (520, 0.56), (600, 0.56), (700, 0.56)):
        page.set_viewport_size({"width": width, "height": 800})
        share, covers, border = table.evaluate(_SHARE)
        assert share < most, width
        # what is scrolled shows neither between two of them nor through the lines of collapsed borders
        assert (covers, border) == ([True, True], "0px"), width


def test_an_edge_tells_of_columns_beyond_the_window_until_the_last_is_seen(page, digits):
    table = show(page, "JupyterLab, light", digits, width=700)
    assert table.evaluate(_EDGES) == [True, False]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert table.evaluate(_EDGES) == [False, False]


def test_no_id_is_cut_in_a_list_of_models(page):
    with pnb.connect("demo", default=False) as registry:
        models = registry.list_models()
    assert [name for name, inside in show(page, "JupyterLab, light", models).evaluate(_HEADERS) if not inside] == []


def test_better_and_worse_have_the_same_weight_when_a_notebook_is_not_trusted(page, digits):
    comparison = digits[-20:].compare(baseline="1.10.0")
    weights = show(page, "JupyterLab, light, untrusted", comparison).evaluate(_WEIGHTS)
    assert {word for word, _ in weights} == {"better", "worse"}
    assert len({weight for _, weight in weights}) == 1


@pytest.mark.parametrize(("count", "width"), [(3, WIDTH), (5, 1280)])
def test_no_version_is_lost_when_a_notebook_is_not_trusted(page, last, count, width):
    comparison = last(count)
    trusted, untrusted = (
        show(page, host, comparison, width=width).evaluate(_HEADERS) for host in ("JupyterLab, light", "JupyterLab, light, untrusted")
    )
    assert untrusted == trusted


@pytest.mark.slow
@pytest.mark.parametrize("host", [frame.format(scheme) for frame in DRAWN for scheme in ("light", "dark")])
def test_every_kind_of_output_is_accessible_and_asks_for_nothing(page, bodies, host):
    page.set_viewport_size({"width": 700, "height": 800})
    page.set_content(HOSTS[host]("<hr>".join(bodies)))
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert audit(page, "main") == []


@pytest.mark.slow
@pytest.mark.parametrize("host", THEMES)
def test_ids_of_models_and_datasets_are_small_and_faint_in_every_kind_of_output(page, bodies, host):
    page.set_content(HOSTS[host]("<hr>".join(bodies)))
    every, large = ids_in_sight(page, OURS)
    assert len(every) > 20
    assert large == []


def test_an_id_in_letters_of_the_usual_size_is_noticed(page):
    page.set_content(
        HOSTS[THEMES[0]](f"<div class='{OURS[1:]}'>{DIGITS} <small style='opacity:.8'>{DIGITS}</small> <small>{DIGITS}</small></div>")
    )
    every, large = ids_in_sight(page, OURS)
    assert (len(every), [faint for _, faint, _ in large]) == (3, [False, False])


_CUT = """(table, [column, left]) => {
  table.parentElement.scrollLeft = left;
  const cells = [...table.querySelectorAll('tbody tr')].filter(row => row.cells.length > 4).map(row => row.cells[column]);
  const widths = cells.map(cell => getComputedStyle(cell, '::after')).map(
    style => style.content == 'none' ? 0 : Math.round(parseFloat(style.width) * new DOMMatrix(style.transform).a));
  return widths.every(width => width == widths[0]) ? widths[0] : widths;
}"""


@pytest.mark.parametrize(("width", "pinned"), [(700, 2), (420, 1)], ids=["with the baseline in sight", "below it"])
def test_numbers_that_slide_below_what_stays_in_sight_fade_the_more_the_farther_they_slide(page, last, width, pinned):
    table = show(page, "JupyterLab, light", last(20), width=width)
    faded = 0
    for left in (0, 20, 60):
        page.wait_for_function(f"([table, at, least]) => ({_CUT})(table, at) >= least", arg=[table.element_handle(), [pinned, left], faded])
        faded = table.evaluate(_CUT, [pinned, left])
        assert (faded == 0) is (left == 0)
        faded += 1 if left < 60 else 0
    # no digit that is left of a number in the column beside is as dark as the others
    assert faded >= 50
    assert table.evaluate(_CUT, [3 - pinned, 60]) == 0
