"""The explorer with its widgets, over HTTP, in this process: what a user sets, what comes back, what is left behind."""

import base64
import contextlib
import html
import io
import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from types import SimpleNamespace

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from PIL import Image

import pai_notebook as pnb
from pai_notebook.client.loop import shared_loop
from pai_notebook.demo import ACCESS_KEY_ID, ACCESS_KEY_SECRET, serve
from pai_notebook.display import render_text
from pai_notebook.errors import ConfigurationError, ModelNotFound, VersionNotFound
from pai_notebook.explorer import Explorer, close_all
from pai_notebook.model.version import ModelVersion
from pai_notebook.plan import parse_line, plan_of
from pai_notebook.python_source import to_python
from pai_notebook.registry.connection import current_registry
from pai_notebook.versions.versions import VersionSet
from tests.bench.explorer import MODEL, store
from tests.explorer.registry_gate import gated
from tests.patience import PATIENCE, eventually
from tests.plan.running import result_of

DIGITS = "model-rbvg5wfo5d0gngz1b8"
LM = "model-rbvg5wp0buc6o2q3rh"
HOSTILE = "<img src=x onerror=alert(1)></style><script>alert(2)</script>\u202e\x1b[31m"


@pytest.fixture(scope="module")
def gate():
    with gated() as opened:
        yield opened


@pytest.fixture
def registry(gate):
    gate.requests.clear()
    gate.aborted.clear()
    with eval(gate.connect, {"pnb": pnb}) as connected:
        yield connected
    gate.release()


@pytest.fixture
def explorer(registry):
    opened = Explorer(registry)
    opened.wait()
    yield opened
    opened.close()


def controls(explorer):
    return explorer._controls


def choose(explorer, *names, model=LM):
    """Choose a model and pick versions, as a user does in the lists."""
    controls(explorer).models.value = model
    explorer.wait()
    controls(explorer).versions.value = names
    explorer.wait()


def fetch(explorer):
    controls(explorer).fetch.click()
    explorer.wait()


def html_of(explorer):
    """Everything that the explorer puts into a page as HTML."""
    return "".join(widget.value for widget in controls(explorer).everything() if isinstance(widget, ipywidgets.HTML))


def test_the_models_are_listed_with_their_latest_version_and_approval(explorer):
    options = [label for label, _ in controls(explorer).models.options]
    assert len(options) == 9
    assert any("手写数字识别 · latest 1.12.2 ○ Pending" in option for option in options)
    assert controls(explorer).query.options == tuple(options)
    assert controls(explorer).models.value is None
    choose(explorer, model=DIGITS)
    assert any("手写数字识别 · 41 versions" in label for label, _ in controls(explorer).models.options)


def test_a_search_in_chinese_finds_its_model(explorer):
    controls(explorer).query.value = "数字"
    explorer.wait()
    assert [value for _, value in controls(explorer).models.options] == [DIGITS]
    assert len(controls(explorer).versions.options) == 41


def test_versions_are_picked_by_typing(explorer):
    choose(explorer)
    assert "last:3" in controls(explorer).more.options
    controls(explorer).more.value = "last:3"
    explorer.wait()
    assert controls(explorer).versions.value == ("1.2.0", "1.1.0", "1.0.0")
    assert controls(explorer).more.value == ""
    controls(explorer).more.value = "9.9.9"
    explorer.wait()
    assert "no version 9.9.9" in controls(explorer).trouble.value
    fetch(explorer)
    assert len(explorer.selected) == 3


def test_filters_of_models_are_asked_of_the_service(explorer, gate):
    gate.requests.clear()
    controls(explorer).query.value = "zzzz label=env=test workspace=10241"
    explorer.wait()
    assert [each for each in gate.requests if {"Query=zzzz", "Label=env%3Dtest", "WorkspaceId=10241"} <= set(re.split("[?&]", each))]
    controls(explorer).query.value = "provider=pai label=license"
    explorer.wait()
    assert [each for each in gate.requests if "Provider=pai" in each and "Label=license" in each]
    assert [value for _, value in controls(explorer).models.options if value] == ["model-rbvg5wunu7wxslm0zk"]


def test_versions_are_listed_highest_first_and_narrowed_at_once(explorer, gate):
    choose(explorer)
    listed = [value for _, value in controls(explorer).versions.options]
    assert listed.index("0.10.0") < listed.index("0.9.0") < listed.index("0.2.0")
    gate.requests.clear()
    controls(explorer).text.value = "0.1"
    controls(explorer).text.value = "0.1 approved"
    explorer.wait()
    assert all("0.1" in value and "Approved" in label for label, value in controls(explorer).versions.options)
    assert gate.requests == []


def test_three_versions_become_a_comparison_under_the_chosen_terms(explorer):
    choose(explorer, "0.2.0", "0.10.0", "1.0.0")
    fetch(explorer)
    assert [version.version_name for version in explorer.selected] == ["0.2.0", "0.10.0", "1.0.0"]
    controls(explorer).baseline.value = "0.10.0"
    explorer.wait()
    assert explorer.value.baseline.version_name == "0.10.0"
    controls(explorer).metrics.value = "perplexity"
    controls(explorer).differences.value = False
    explorer.wait()
    assert {row.path for row in explorer.value.metrics} == {"perplexity"}
    assert explorer.value.only == "all"
    assert "perplexity" in controls(explorer).panels["Compare"].value
    assert "latency_ms" not in controls(explorer).panels["Compare"].value


def test_the_value_can_be_tested_for_truth(explorer):
    assert not explorer.value
    choose(explorer, "1.2.0", "1.1.0")
    fetch(explorer)
    assert explorer.value


def test_a_direction_that_is_told_shows_as_told(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    controls(explorer).metric.value = "perplexity"
    explorer.wait()
    assert controls(explorer).direction.value == ""
    controls(explorer).direction.value = "max"
    explorer.wait()
    row = next(row for row in explorer.value.metrics if row.path == "perplexity")
    assert (row.direction.mode, row.direction.source) == ("max", "told")


def test_better_is_belongs_to_the_metric_that_best_by_names(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    direction, best = controls(explorer).direction, controls(explorer).metric
    assert direction.layout.display == "none"
    direction.value = "max"  # as a front-end would that is behind
    explorer.wait()
    assert {row.direction.source for row in explorer.value.metrics} <= {"inferred", "unknown"}
    assert direction.value == ""
    best.value = "perplexity"
    explorer.wait()
    assert direction.layout.display is None
    direction.value = "max"
    best.value = ""
    explorer.wait()
    assert (direction.value, direction.layout.display) == ("", "none")
    assert "directions" not in explorer.to_code()


def test_best_by_offers_no_evidence():
    documents = [{"VersionName": name, "Metrics": {"accuracy": 0.9, "n": 100, "accuracy_stderr": 0.1}} for name in ("a", "b")]
    explorer = Explorer(VersionSet.from_documents(documents))
    explorer.wait()
    assert [value for _, value in controls(explorer).metric.options] == ["", "accuracy"]
    explorer.close()


def test_the_metric_that_is_chosen_decides_which_is_the_best(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    assert controls(explorer).metric.value == ""
    assert "Best by perplexity" not in controls(explorer).panels["Compare"].value
    controls(explorer).metric.value = "perplexity"
    explorer.wait()
    assert "Best by perplexity as measured: 1.0.0" in controls(explorer).panels["Compare"].value
    assert 'by="perplexity"' in explorer.to_code()
    assert "--by perplexity" in controls(explorer).magic.value
    controls(explorer).metric.value = ""
    explorer.wait()
    assert "by=" not in explorer.to_code()


def test_best_by_offers_what_has_numbers_and_waits_for_a_direction_that_no_name_says():
    documents = [{"VersionName": name, "Metrics": {"accuracy": "good", "zork": place, "f1": 0.5}} for place, name in enumerate("ab")]
    explorer = Explorer(VersionSet.from_documents(documents))
    explorer.wait()
    assert [value for _, value in controls(explorer).metric.options] == ["", "f1", "zork"]
    controls(explorer).metric.value = "zork"
    explorer.wait()
    assert "choose it in “Better is”" in controls(explorer).note.value
    assert (controls(explorer).metric.value, controls(explorer).direction.layout.display) == ("zork", None)
    assert "f1" in controls(explorer).panels["Compare"].value
    controls(explorer).direction.value = "max"
    explorer.wait()
    assert explorer.last_error is None
    assert "Best by zork as measured: b" in str(explorer.value.verdict)
    explorer.close()


def test_the_metric_that_decides_is_shown_whatever_else_is(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    controls(explorer).metrics.value = "latency_ms"
    controls(explorer).metric.value = "perplexity"
    explorer.wait()
    assert {row.path for row in explorer.value.metrics} == {"latency_ms", "perplexity"}


@pytest.mark.parametrize("tab", ["Card", "Compare"])
@pytest.mark.parametrize("versions", ["0.2.0", "0.2.0,0.10.0"])
def test_every_tab_shows_something_of_every_result(explorer, tab, versions):
    explorer.fetch(f"{LM}@{versions}")
    controls(explorer).tabs.selected_index = controls(explorer).tabs.titles.index(tab)
    explorer.wait()
    assert "0.2.0" in controls(explorer).panels[tab].value
    assert explorer.last_error is None


def show_tab(explorer, tab):
    """Bring a tab to the front and give its HTML."""
    controls(explorer).tabs.selected_index = controls(explorer).tabs.titles.index(tab)
    explorer.wait()
    return controls(explorer).panels[tab].value if tab in controls(explorer).panels else ""


@pytest.mark.slow
def test_the_chart_follows_the_metric_and_says_its_numbers(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    controls(explorer).metric.value = "perplexity"
    chart = show_tab(explorer, "Chart")
    assert [chart.count(f'<img class="pai-chart pai-{kind}" ') for kind in ("light", "dark")] == [4, 4]
    # as wide as its letters need, in a frame that scrolls
    assert re.findall(
        r"<figure tabindex='0'><img class=\"pai-chart pai-light\" [^>]* width=\"(\d+)\" style=\"min-width:(\d+)px\"", chart
    ) == [(width, str(round(0.75 * int(width)))) for width in re.findall(r'pai-light" [^>]* width="(\d+)"', chart)]
    assert "Dot plot of perplexity@" in chart
    controls(explorer).metric.value = "latency_ms"
    explorer.wait()
    assert "Dot plot of latency_ms@" in controls(explorer).panels["Chart"].value
    assert "Dot plot of perplexity@" not in controls(explorer).panels["Chart"].value


@pytest.mark.slow
def test_a_chart_of_many_versions_is_legible_and_names_those_it_leaves_out():
    documents = [{"VersionName": f"0.{place}.0", "Metrics": {"cer": 0.1 + place / 1000}} for place in range(150)]
    explorer = Explorer(VersionSet(ModelVersion.from_document(document, "model-a") for document in documents))
    chart = show_tab(explorer, "Chart")
    explorer.close()
    pictures = [Image.open(io.BytesIO(base64.b64decode(text))) for text in re.findall(r'base64,([^"]+)"', chart)]
    assert len(pictures) == 4
    assert all(picture.height > picture.width / 8 for picture in pictures)
    assert "0.50.0, 0.51.0 and 69 more." in chart


def test_without_matplotlib_the_chart_says_what_is_missing(explorer, monkeypatch):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    monkeypatch.setitem(sys.modules, "pai_notebook.plot.pictures", None)
    assert "Charts need matplotlib" in show_tab(explorer, "Chart")
    assert explorer.last_error is None


def test_what_cannot_be_drawn_is_tried_once_and_told(explorer, monkeypatch):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    tries = []

    def fail(*_):
        tries.append(1)
        raise RuntimeError("no ink")

    monkeypatch.setattr("pai_notebook.explorer.panels.chart_html", fail)
    assert show_tab(explorer, "Chart") == ""
    assert len(tries) == 1
    assert "RuntimeError: no ink" in controls(explorer).trouble.value
    monkeypatch.undo()
    assert "identical rows hidden" in show_tab(explorer, "Compare")
    assert controls(explorer).trouble.value == ""


def test_a_chart_is_drawn_once_however_often_its_tab_is_visited(explorer, monkeypatch):
    drawn = []
    monkeypatch.setattr("pai_notebook.explorer.panels.chart_html", lambda *of: drawn.append(of) or f"<p>chart {len(drawn)}</p>")
    for fetched, chart in (("0.2.0,0.10.0", "<p>chart 1</p>"), ("0.2.0,0.3.0", "<p>chart 2</p>")):
        explorer.fetch(f"{LM}@{fetched}")
        assert {tab: show_tab(explorer, tab) for tab in ("Chart", "Compare", "Card", "Chart")}["Chart"] == chart
    assert [len(drawn), controls(explorer).drawing.layout.display] == [2, "none"]


def test_what_was_compared_before_stays_until_what_comes_after_it_is_drawn(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.3.0,0.10.0")
    values, panel = [], controls(explorer).panels["Compare"]
    panel.observe(lambda change: values.append(change["new"]), "value")
    controls(explorer).baseline.value = "0.3.0"
    explorer.wait()
    assert len(values) == 1
    assert "against 0.3.0" in values[0]


def test_a_result_of_another_model_than_the_chosen_one_is_pale_and_named(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.3.0")
    controls(explorer).models.value = "model-rbvg5w0xvkg09sgeed"
    explorer.wait()
    assert "Below: 2 versions of tiny-char-lm, fetched before." in controls(explorer).note.value
    assert "pai-before" in controls(explorer).answer._dom_classes


def test_one_version_has_no_chart(explorer):
    explorer.fetch(f"{LM}@0.2.0")
    assert "two or more versions" in show_tab(explorer, "Chart")


def test_the_card_of_any_fetched_version_can_be_shown(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    controls(explorer).tabs.selected_index = 0
    controls(explorer).card.value = "0.10.0"
    explorer.wait()
    assert f"{LM}@0.10.0" in controls(explorer).panels["Card"].value


def test_a_deleted_version_is_an_error_that_names_the_nearest(explorer, gate):
    choose(explorer, "0.2.0", "0.3.0")
    kept = gate.store.version(LM, "0.3.0")
    gate.store.delete_version(LM, "0.3.0")
    try:
        fetch(explorer)
    finally:
        gate.store.put_version(LM, kept)
    assert isinstance(explorer.last_error, VersionNotFound)
    assert explorer.last_error.version_name == "0.3.0"
    assert "0.3.0" in controls(explorer).trouble.value
    assert [version.version_name for version in explorer.selected] == ["0.2.0"]
    fetch(explorer)
    assert explorer.last_error is None
    assert controls(explorer).trouble.value == ""


def test_a_call_of_fetch_that_brings_nothing_raises_and_leaves_everything_as_it_was(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.3.0")
    before, value = explorer.selected, explorer.value
    for _ in range(2):
        with pytest.raises(VersionNotFound):
            explorer.fetch(f"{LM}@9.9.9")
        assert (explorer.selected, explorer.value) == (before, value)
    assert len(explorer.fetch(f"{LM}@0.2.0,9.9.9").errors) == 1
    with pytest.raises(VersionNotFound):
        explorer.fetch(f"{LM}@9.9.9")
    assert len(explorer.selected) == 1


def test_an_error_names_the_model_as_the_list_does(explorer):
    controls(explorer).models.value = LM
    explorer.wait()
    controls(explorer).more.value = "9.9.9"
    explorer.wait()
    name = explorer.last_error.model_name
    assert name
    assert f"no version 9.9.9 in {name}" in controls(explorer).trouble.value


def test_two_versions_beside_a_third_are_told_which_control_compares_them(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    assert "choose one as “Baseline”" in controls(explorer).panels["Compare"].value
    assert "baseline='0.2.0'" in str(explorer.value)


# arguments of calls as sentences have them
_ARGUMENT = re.compile(r"\b(?:only|include|exclude|by|mode|directions|series)(?:=|: ')|in the object")


@pytest.mark.slow
def test_what_has_a_control_is_said_by_its_name_and_a_copy_without_controls_says_the_argument():
    def measured(name, value):
        metrics = {"accuracy": value, "strange": value, "same": 1.0, "losses": [value, 1.0], **{f"m{n}": value for n in range(230)}}
        return pnb.ModelVersion.from_document({"VersionName": name, "Metrics": metrics}, "model-a")

    explorer = Explorer(pnb.VersionSet(measured(f"0.{n}.0", n / 30) for n in range(25)))
    explorer.wait()
    controls(explorer).metrics.value = "zzz, accuracy"
    explorer.wait()
    text = controls(explorer).panels["Compare"].value
    assert "Metrics shown: &#x27;*zzz*&#x27; matches none" in text.replace("&#39;", "&#x27;")
    assert _ARGUMENT.findall(text) == []
    assert _ARGUMENT.findall(str(explorer.value)) != []
    controls(explorer).metrics.value = ""
    explorer.wait()
    text = controls(explorer).panels["Compare"].value
    assert "without “differences only” it is shown." in text
    assert "25 versions; all of them are in the comparison" in html.unescape(text)
    assert _ARGUMENT.findall(text.replace(".compare(series=", "")) == []
    controls(explorer).metric.value = "strange"
    explorer.wait()
    assert "choose it in “Better is”" in controls(explorer).note.value
    explorer.close()


def seen(explorer):
    """The word for what is going on, what is said of it, and which parts are on show."""
    word, said = re.search(r'pai-status pai-(\w+)">(.*?)</div>', controls(explorer).status.value).groups()
    parts = ("models", "browsing", "listing", "bar", "answer", "trouble", "cancel", "note")
    return word, said, {part for part in parts if getattr(controls(explorer), part).layout.display != "none"}


def test_every_state_is_reached_by_clicks_and_shows_nothing_of_another(explorer, gate):
    states = []

    def click(button):
        getattr(controls(explorer), button).click()
        explorer.wait()
        states.append(seen(explorer))

    def held(path, act):
        gate.hold(path)
        act()
        eventually(lambda: gate.waiting)
        states.append(seen(explorer))

    with contextlib.closing(Explorer(VersionSet())) as empty:
        empty.wait()
        states.append(seen(empty))
    held("/models?", lambda: setattr(controls(explorer).query, "value", "zzzz"))
    gate.release()
    explorer.wait()
    states.append(seen(explorer))
    controls(explorer).query.value = ""
    explorer.wait()
    choose(explorer, "0.2.0")
    states.append(seen(explorer))
    held("/versions/0.2.0", controls(explorer).fetch.click)
    click("cancel")
    gate.release()
    gone = gate.store.version(LM, "0.2.0")
    gate.store.delete_version(LM, "0.2.0")
    try:
        click("fetch")
        controls(explorer).versions.value = ("0.2.0", "0.3.0")
        click("fetch")
    finally:
        gate.store.put_version(LM, gone)
    controls(explorer).change.click()
    controls(explorer).versions.value = ("0.10.0",)
    explorer.wait()
    states.append(seen(explorer))
    shown = {word: parts for word, _, parts in states}
    assert list(shown) == ["empty", "searching", "nothing", "ready", "loading", "cancelled", "failed", "partly", "stale"]
    assert len({(said, *parts) for _, said, parts in states}) == len(states)
    # a search for models has no versions and no answer yet, and an error stands where it happened
    assert shown["searching"] | shown["nothing"] == {"models", "browsing", "cancel"}
    assert {word for word, parts in shown.items() if "cancel" in parts} == {"searching", "loading"}
    assert {word for word, parts in shown.items() if "trouble" in parts} == {"failed", "partly"}
    assert {word for word, parts in shown.items() if "answer" in parts} == {"partly", "stale"}
    assert {word for word, parts in shown.items() if "note" in parts} == {"stale"}


def test_cancel_aborts_what_the_server_is_doing(explorer, gate):
    choose(explorer, "0.2.0")
    gate.hold("/versions/0.2.0")
    controls(explorer).fetch.click()
    eventually(lambda: gate.waiting)
    controls(explorer).cancel.click()
    explorer.wait()
    eventually(lambda: gate.aborted)
    assert not explorer.selected
    assert "Cancelled" in controls(explorer).status.value


def test_progress_is_a_named_bar_while_the_amount_is_known(explorer, gate):
    choose(explorer, "0.2.0", "0.3.0")
    gate.hold("/versions/0.3.0")
    controls(explorer).fetch.click()
    eventually(lambda: 'value="1" max="2"' in controls(explorer).status.value)
    assert 'role="status"' in controls(explorer).status.value
    assert 'aria-label="progress"' in controls(explorer).status.value
    gate.release()
    explorer.wait()
    assert "<progress" not in controls(explorer).status.value


def test_progress_of_a_list_is_shown_once_a_page_and_not_once_a_version():
    shown = []
    key = (ACCESS_KEY_ID, ACCESS_KEY_SECRET)
    with (
        serve(store=store(500)) as server,
        pnb.connect(endpoint=server.url, credentials=key, requests_per_second=None, default=False) as registry,
    ):
        opened = Explorer(registry)
        opened.wait()
        controls(opened).status.observe(lambda change: shown.append(change["new"]), "value")
        controls(opened).models.value = MODEL
        opened.wait()
        opened.close()
    assert "500 versions of many." in shown[-1]
    assert any('value="100" max="500"' in status for status in shown)
    assert len(shown) < 20


def test_nothing_older_is_painted_over_what_was_typed_since(explorer):
    choose(explorer)
    busy, on_loop = threading.Event(), threading.Event()

    async def occupy():
        on_loop.set()
        busy.wait(PATIENCE)

    shared_loop.submit(occupy())
    assert on_loop.wait(PATIENCE)
    seen = []
    controls(explorer).text.observe(lambda change: seen.append(change["new"]), "value")
    controls(explorer).text.value = "1"
    controls(explorer).text.value = "1."
    busy.set()
    explorer.wait()
    assert seen == ["1", "1."]
    assert {line.version_name for line in explorer._state.listing.window} >= {"1.0.0", "1.2.0"}


def test_a_change_during_the_display_is_in_the_copy_in_the_end(explorer, monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.explorer.view.get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle["text/html"]))
    monkeypatch.setattr("IPython.display.update_display", lambda bundle, **_: shown.append(bundle["text/html"]))
    describe = explorer._describe

    def overtaken():
        block = describe()
        explorer.fetch(f"{LM}@0.2.0,0.10.0")
        return block

    monkeypatch.setattr(explorer, "_describe", overtaken)
    explorer._ipython_display_()
    explorer.wait()
    assert "perplexity" in shown[-1]


def test_an_explorer_of_a_closed_registry_still_shows_its_table(explorer, registry, monkeypatch):
    shown = []
    monkeypatch.setattr("pai_notebook.explorer.view.get_ipython", lambda: SimpleNamespace(kernel=True))
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle["text/html"]))
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    registry.close()
    explorer._ipython_display_()
    assert "perplexity" in shown[-1]
    assert explorer.last_error is None


def test_a_script_fetches_without_a_click(explorer):
    assert [version.version_name for version in explorer.fetch(f"{LM}@last:2")] == ["1.1.0", "1.2.0"]
    assert controls(explorer).models.value == LM
    assert controls(explorer).versions.value == ("1.2.0", "1.1.0")
    assert len(explorer.frame) == 2


def test_a_script_gets_the_error_raised(explorer):
    with pytest.raises(ModelNotFound):
        explorer.fetch("model-that-is-not-there@latest")
    with pytest.raises(ConfigurationError, match="is not a model id"):
        explorer.fetch("neither/id nor name")


def test_versions_of_two_models_are_compared_when_picks_are_kept(explorer):
    controls(explorer).keep.value = True
    choose(explorer, "0.2.0")
    choose(explorer, "2.5.0", model=DIGITS)
    fetch(explorer)
    assert explorer.selected.models == (LM, DIGITS)
    assert explorer.value.baseline_name
    assert [value for _, value in controls(explorer).card.options] == [f"{LM}@0.2.0", f"{DIGITS}@2.5.0"]


@pytest.mark.parametrize("addresses", [[f"{LM}@0.2.0"], [f"{LM}@0.2.0,0.10.0"], [f"{LM}@0.2.0", f"{DIGITS}@2.5.0"]])
def test_the_code_and_the_magic_line_say_the_same_and_give_the_same(explorer, registry, addresses):
    explorer.fetch(*addresses)
    controls(explorer).metrics.value = "perplexity, acc*"
    controls(explorer).metric.value = explorer._state.metrics[0]
    controls(explorer).direction.value = "min"
    controls(explorer).differences.value = False
    explorer.wait()
    code, line = controls(explorer).python.value, controls(explorer).magic.value
    assert code == explorer.to_code()
    twin = to_python(plan_of(parse_line(line.removeprefix("%paimodel "))))
    connecting, *written = code.splitlines()[2:]
    assert written == [text.replace("pnb.", "registry.") for text in twin.splitlines()[2:]]
    assert connecting == f'registry = pnb.connect(endpoint="{registry.client.settings.endpoint.url}", default=False)'
    before = current_registry()
    result = result_of(code.replace(", default=False", f", credentials={(ACCESS_KEY_ID, ACCESS_KEY_SECRET)!r}, default=False"))
    assert result == (explorer.selected[0] if explorer.value is None else explorer.value)
    assert current_registry() is before


def test_no_key_is_in_the_code_or_in_any_widget(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    state = json.dumps([widget.get_state() for widget in controls(explorer).everything()])
    assert "demo-secret" not in state + explorer.to_code() + str(explorer)
    assert not any(isinstance(widget, ipywidgets.Password) for widget in controls(explorer).everything())


@pytest.mark.slow
def test_a_report_is_written_and_linked(explorer, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    controls(explorer).report.click()
    explorer.wait()
    (written,) = tmp_path.iterdir()
    link = controls(explorer).link.outputs[0]["data"]["text/html"]
    assert link.startswith("<a ")
    assert f'href="{written.name}"' in link
    assert "Report written." in controls(explorer).status.value
    assert "perplexity" in written.read_text("utf-8")
    controls(explorer).change.click()
    explorer.wait()
    # what was said of the result is not said above the list
    assert "Report written." not in controls(explorer).status.value
    controls(explorer).baseline.value = "0.10.0"
    explorer.wait()
    assert controls(explorer).link.outputs == ()


def test_the_comparison_can_be_copied_as_markdown(explorer):
    explorer.fetch(f"{LM}@0.2.0,0.10.0")
    show_tab(explorer, "Code")
    assert "| perplexity" in controls(explorer).markdown.value


def test_a_version_of_the_list_can_be_the_baseline_of_others(explorer):
    choose(explorer, "0.2.0", "0.10.0")
    controls(explorer).baseline.value = "1.0.0"
    fetch(explorer)
    assert [version.version_name for version in explorer.selected] == ["0.2.0", "0.10.0"]
    assert explorer.value.baseline_name == "1.0.0"
    assert '"1.0.0"' in explorer.to_code()


def test_picks_have_a_button_each_that_takes_them_back(explorer):
    choose(explorer, "0.2.0", "0.10.0", "1.0.0")
    chips = controls(explorer).chip_row.children
    assert [chip.description for chip in chips] == ["0.2.0 ×", "0.10.0 ×", "1.0.0 ×"]
    chips[1].click()
    explorer.wait()
    assert set(controls(explorer).versions.value) == {"0.2.0", "1.0.0"}


def test_of_many_picks_the_first_have_a_button_and_the_others_are_counted(explorer):
    choose(explorer, model="model-rbvg5wfo5d0gngz1b8")
    names = [name for _, name in controls(explorer).versions.options]
    for count, said in ((12, ""), (20, "and 8 more")):
        controls(explorer).versions.value = names[:count]
        explorer.wait()
        assert len(controls(explorer).chip_row.children) == 12
        assert controls(explorer).beyond.value == said


def test_while_versions_are_compared_no_other_table_is_shown(explorer, monkeypatch):
    hold, begun = threading.Event(), threading.Event()
    compare = explorer._source.compare

    def slow(*arguments):
        begun.set()
        hold.wait(PATIENCE)
        return compare(*arguments)

    monkeypatch.setattr(explorer._source, "compare", slow)
    seen = []
    controls(explorer).panels["Compare"].observe(lambda change: seen.append(change["new"]), "value")
    choose(explorer, "0.2.0", "0.10.0")
    controls(explorer).fetch.click()
    assert begun.wait(PATIENCE)
    eventually(lambda: seen)
    hold.set()
    explorer.wait()
    assert ["Comparing 2 versions" in text or ("perplexity" in text and "against" in text) for text in seen] == [True] * len(seen)
    assert "against" in seen[-1]


class TestShowingItself:
    def test_a_host_without_widgets_gets_one_line_the_code_and_the_table(self, explorer):
        explorer.fetch(f"{LM}@0.2.0,0.10.0")
        page = explorer._repr_html_()
        assert "The explorer works in JupyterLab" in page
        assert "registry.compare(" in page
        assert "perplexity" in page

    def test_before_anything_is_picked_such_a_host_gets_code_that_works(self, explorer):
        assert re.search(r"registry\.get_versions\(.{1,6}model-\w+@last:5", explorer._repr_html_())

    def test_older_widgets_are_not_even_made(self, registry, monkeypatch):
        monkeypatch.setattr("pai_notebook.explorer.view.LIVE", False)
        before, shown = set(_instances), []
        shell = SimpleNamespace(kernel=True, display_pub=SimpleNamespace(publish=shown.append))
        monkeypatch.setattr("pai_notebook.explorer.view.get_ipython", lambda: shell)
        explorer = Explorer(registry)
        assert len(explorer.fetch(f"{LM}@0.2.0,0.10.0")) == 2
        explorer._ipython_display_()
        assert set(_instances) == before
        assert "The explorer works in JupyterLab" in shown[0]["text/plain"]
        assert "perplexity" in shown[0]["text/html"]
        explorer.close()

    def test_the_bundle_has_the_table_and_the_text(self, explorer):
        explorer.fetch(f"{LM}@0.2.0,0.10.0")
        bundle = explorer._repr_mimebundle_()
        assert "<table" in bundle["text/html"]
        assert "perplexity" in bundle["text/html"]
        assert "perplexity" in bundle["text/plain"] == str(explorer)

    def test_the_bundle_can_be_asked_for_in_part(self, explorer):
        assert list(explorer._repr_mimebundle_(include={"text/plain"})) == ["text/plain"]
        assert "text/html" not in explorer._repr_mimebundle_(exclude={"text/html"})

    def test_before_anything_was_fetched_it_shows_the_models(self, explorer):
        assert "手写数字识别" in explorer._repr_mimebundle_()["text/html"]

    def test_a_failure_is_part_of_what_is_kept(self, explorer):
        with pytest.raises(ModelNotFound):
            explorer.fetch("model-that-is-not-there@latest")
        assert "no model named model-that-is-not-there" in explorer._repr_mimebundle_()["text/html"]

    def test_a_terminal_gets_text(self, explorer, capsys):
        explorer.fetch(f"{LM}@0.2.0")
        explorer._ipython_display_()
        assert capsys.readouterr().out == f"{explorer}\n"
        assert f"{LM}@0.2.0" in str(explorer)

    def test_html_and_text_say_the_same(self, explorer):
        explorer.fetch(f"{LM}@0.2.0,0.10.0")
        text = render_text(explorer._describe())
        assert all(version.version_name in text for version in explorer.selected)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.mark.slow
def test_hostile_texts_stay_text_everywhere():
    documents = [
        {
            "VersionName": name,
            "VersionDescription": HOSTILE,
            "ApprovalStatus": HOSTILE,
            "Labels": [{"Key": HOSTILE, "Value": HOSTILE}],
            "Metrics": {HOSTILE: value, "cer": HOSTILE},
            "TrainingSpec": {HOSTILE: HOSTILE},
            "Uri": HOSTILE,
        }
        for name, value in ((HOSTILE, 1), ("0.2.0", 2))
    ]
    explorer = Explorer(VersionSet(ModelVersion.from_document(document, f"model-{HOSTILE}") for document in documents))
    try:
        seen = ""
        for index in range(len(controls(explorer).tabs.titles)):
            explorer.wait()
            controls(explorer).tabs.selected_index = index
            explorer.wait()
            seen += html_of(explorer) + explorer._repr_mimebundle_()["text/html"]
        parser = Tags()
        parser.feed(seen)
        assert all(attrs["src"].startswith("data:image/png;base64,") for tag, attrs in parser.tags if tag == "img")
        assert "script" not in {tag for tag, _ in parser.tags}
        assert not [attrs for _, attrs in parser.tags if any(name.startswith("on") for name in attrs)]
        assert "\u202e" not in seen
        assert "\x1b" not in seen
        options = [
            label
            for control in ("models", "versions", "baseline", "card", "metric")
            for label, _ in getattr(controls(explorer), control).options
        ]
        assert not any("\u202e" in label or "\x1b" in label for label in options)
        assert explorer.last_error is None
    finally:
        explorer.close()


class TestSets:
    @pytest.fixture
    def versions(self, registry):
        return registry.get_versions(f"{LM}@0.2.0,0.10.0,1.0.0", f"{DIGITS}@2.5.0")

    def test_a_set_is_shown_whole_and_makes_no_request(self, versions, gate):
        gate.requests.clear()
        explorer = Explorer(versions)
        explorer.wait()
        assert explorer.selected == versions
        assert explorer.value is not None
        assert gate.requests == []
        explorer.close()

    def test_the_next_line_has_the_set_and_its_comparison(self, versions):
        explorer = Explorer(versions)
        assert explorer.selected == versions
        assert explorer.value.fingerprint == versions.compare(baseline=explorer.value.baseline_name).fingerprint
        assert explorer.value is explorer.value
        assert "3 versions against" in explorer._repr_mimebundle_()["text/plain"]
        assert explorer.last_error is None
        explorer.close()

    def test_a_part_of_a_set_can_be_picked(self, versions):
        explorer = Explorer(versions)
        explorer.wait()
        controls(explorer).keep.value = False
        controls(explorer).models.value = LM
        explorer.wait()
        controls(explorer).versions.value = ("0.10.0", "1.0.0")
        fetch(explorer)
        assert [version.version_name for version in explorer.selected] == ["0.10.0", "1.0.0"]
        assert [version.version_name for version in explorer.fetch(f"{LM}@latest")] == ["1.0.0"]
        explorer.close()

    def test_an_empty_set_says_so(self):
        explorer = Explorer(VersionSet())
        explorer.wait()
        assert "Nothing" in str(explorer)
        explorer.close()

    def test_its_thread_ends_with_it(self, own_loop, versions, registry):
        registry.close()
        explorer = Explorer(versions)
        explorer.wait()
        explorer.close()
        assert not own_loop.running


class TestEnding:
    def test_running_a_cell_again_closes_what_only_its_earlier_run_showed(self, registry, monkeypatch):
        monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
        runs = iter([("cell-1", "run-1"), ("cell-2", "run-2"), ("cell-1", "run-3"), ("cell-2", "run-4")])
        parent = {}
        kernel = SimpleNamespace(get_parent=lambda: parent)
        monkeypatch.setattr("pai_notebook.explorer.view.get_ipython", lambda: SimpleNamespace(kernel=kernel))

        def shown(explorer):
            cell, run = next(runs)
            parent.update(header={"msg_id": run}, metadata={"cellId": cell})
            explorer._ipython_display_()
            return explorer

        before = set(_instances)
        first = shown(Explorer(registry))
        shown(first)
        second = shown(Explorer(registry))
        assert not first._closed
        third = shown(Explorer(registry))
        assert (first._closed, second._closed) == (True, False)
        second.close()
        third.close()
        assert set(_instances) == before

    def test_closing_leaves_no_widget_and_no_comm(self, registry):
        before = set(_instances)
        explorer = Explorer(registry)
        explorer.fetch(f"{LM}@0.2.0")
        assert set(_instances) > before
        explorer.close()
        assert set(_instances) == before

    def test_closing_twice_is_closing_once(self, registry):
        explorer = Explorer(registry)
        explorer.close()
        explorer.close()

    def test_closing_aborts_what_is_under_way(self, registry, gate):
        explorer = Explorer(registry)
        explorer.wait()
        choose(explorer, "0.2.0")
        gate.hold("/versions/0.2.0")
        controls(explorer).fetch.click()
        eventually(lambda: gate.waiting)
        explorer.close()
        eventually(lambda: gate.aborted)

    def test_what_was_found_stays_after_closing(self, registry):
        explorer = Explorer(registry)
        explorer.fetch(f"{LM}@0.2.0,0.10.0")
        explorer.close()
        assert len(explorer.selected) == 2
        assert explorer.value is not None
        assert "perplexity" in explorer._repr_mimebundle_()["text/html"]

    def test_a_closed_explorer_fetches_nothing(self, registry):
        explorer = Explorer(registry)
        explorer.close()
        with pytest.raises(ConfigurationError, match="closed"):
            explorer.fetch(f"{LM}@0.2.0")

    def test_the_registry_stays_open_when_the_explorer_closes(self, registry):
        Explorer(registry).close()
        assert registry.get_version(f"{LM}@0.2.0").version_name == "0.2.0"

    def test_a_registry_that_is_closed_first_is_told_in_the_widget(self, registry):
        explorer = Explorer(registry)
        explorer.wait()
        registry.close()
        controls(explorer).query.value = "x"
        explorer.wait()
        assert "closed" in controls(explorer).trouble.value
        assert isinstance(explorer.last_error, ConfigurationError)
        explorer.close()

    def test_all_open_explorers_can_be_closed_at_once(self, registry):
        close_all()
        before = set(_instances)
        first, second = Explorer(registry), Explorer(registry)
        close_all()
        assert set(_instances) == before
        assert first._closed
        assert second._closed


def test_what_is_no_registry_is_refused():
    with pytest.raises(ConfigurationError, match="not into list"):
        Explorer([])


def test_without_an_argument_it_looks_into_the_default_registry(registry, monkeypatch):
    monkeypatch.setattr("pai_notebook.registry.connection._default", registry)
    explorer = Explorer()
    explorer.wait()
    assert len(controls(explorer).models.options) == 9
    explorer.close()


def test_each_of_several_threads_fetches_its_own_versions(explorer, gate):
    gate.hold("/versions/0.2.0")
    with ThreadPoolExecutor() as threads:
        first = threads.submit(explorer.fetch, f"{LM}@0.2.0,0.10.0")
        eventually(lambda: gate.waiting)
        second = threads.submit(explorer.fetch, f"{DIGITS}@latest")
        assert not gate.aborted
        gate.release()
        assert [vs.models for vs in (first.result(PATIENCE), second.result(PATIENCE))] == [(LM,), (DIGITS,)]


def test_a_fetch_during_which_the_explorer_is_closed_says_so(explorer, gate):
    gate.hold("/versions/0.2.0")
    with ThreadPoolExecutor() as threads:
        fetching, later = (threads.submit(explorer.fetch, f"{LM}@0.2.0,0.10.0") for _ in range(2))
        eventually(lambda: gate.waiting)
        explorer.close()
        for each in (fetching, later):
            with pytest.raises(ConfigurationError, match="this explorer is closed"):
                each.result(PATIENCE)
