"""The IPython, ipykernel and ipywidgets that are installed, whichever they are: `.ci/run` has a leg with those of Colab."""

import importlib.metadata

import pytest

from tests.kernel.kernels import Kernel
from tests.patience import PATIENCE

VIEW = "application/vnd.jupyter.widget-view+json"
WINE = "wine-cultivar"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    with Kernel(tmp_path_factory.mktemp("home"), None) as started:
        started.run("%load_ext pai_notebook\n%paimodel connect demo;")
        yield started
        started.run("%unload_ext pai_notebook")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (f"%paimodel {WINE}@latest", "Metrics by dataset"),
        (f"v = %paimodel {WINE}@latest\nv", "Metrics by dataset"),
        (f"%paimodel compare {WINE}@last:3 --baseline approved", "against"),
        ("import pai_notebook as pnb\npnb.list_models()", WINE),
        (f"%%paimodel gate {WINE}@latest --baseline approved\naccuracy >= baseline - 50%", "Gate passed"),
        (f"pnb.get_versions('{WINE}@last:3').to_frame(include=['accuracy'])", "metrics.accuracy"),
    ],
)
def test_an_object_is_shown_once_as_html_and_text(kernel, cell, shown):
    ran = kernel.run(cell)
    assert [shown in data["text/html"] and bool(data["text/plain"]) for data in ran.data] == [True]
    assert ran.text == ""


def test_a_gate_that_does_not_pass_fails_the_cell(kernel):
    ran = kernel.run(f"%%paimodel gate {WINE}@latest --baseline approved\naccuracy >= 2", fails=True)
    assert ran.error["ename"] == "RegressionError"
    assert "checks failed" in ran.error["evalue"]


@pytest.mark.parametrize(
    "cell", ["%%paimodel gate {wine}@last:9 --baseline approved\n* >= 2", "c = pnb.compare('{wine}@last:9')\nc.gate('* >= 2')"]
)
def test_a_failed_gate_shows_its_tables_above_a_few_lines_of_text(kernel, cell):
    kernel.run("import pai_notebook as pnb")
    ran = kernel.run(cell.format(wine=WINE), fails=True)
    assert [message["msg_type"] for message in ran.messages if message["msg_type"] in ("display_data", "error")] == [
        "display_data",
        "error",
    ]
    assert ran.data[0]["text/html"].count("<table") >= 2
    assert "allowed" in ran.data[0]["text/html"]
    lines = "\n".join(ran.error["traceback"]).split("\n")
    assert lines[0].startswith("RegressionError: Gate:")
    assert 3 < len(lines) <= 12


def test_tab_completes_the_line(kernel):
    line = f"%paimodel compare {WINE}@last:3 --base"
    kernel.client.complete(line, len(line))
    reply = kernel.client.get_shell_msg(timeout=PATIENCE)["content"]
    assert [line[: reply["cursor_start"]] + match for match in reply["matches"]] == [f"{line}line"]


def test_the_explorer_is_a_widget_or_says_what_it_needs_with_code_and_table(kernel):
    ran = kernel.run(f"ex = pnb.Explorer(pnb.get_versions('{WINE}@last:3'))\nex")
    pages = "".join(data["text/html"] for data in ran.data)
    old = int(importlib.metadata.version("ipywidgets").split(".")[0]) < 8
    assert ("with ipywidgets 8" in pages and "import pai_notebook as pnb" in pages) == old
    assert any(VIEW in data for data in ran.data) == (not old)
    assert "accuracy" in pages
    assert kernel.value("len(ex.value.rows) > 5")
    kernel.run("ex.close()")
