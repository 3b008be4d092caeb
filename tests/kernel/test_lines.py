"""`%paimodel` in real kernels: the stop button, and errors that batch runs cannot overlook."""

import subprocess
import sys

import pytest

from tests.lazy import Lazy
from tests.patience import PATIENCE, eventually

nbclient = Lazy("nbclient")
nbformat = Lazy("nbformat")

DIGITS = "model-rbvg5wfo5d0gngz1b8"


def test_the_stop_button_aborts_the_request_keeps_what_arrived_and_leaves_the_registry_usable(any_kernel, registry):
    kernel = any_kernel
    # one worker: the second request is made when the first is answered
    kernel.run(f"import pai_notebook as pnb\nregistry = {registry.connect.removesuffix(')')}, max_workers=1)")
    registry.aborted.clear()
    registry.hold("2.5.0")
    try:
        cell = kernel.send(f"registry.get_versions('{DIGITS}@2.4.0', '{DIGITS}@2.5.0', progress=False)")
        eventually(lambda: registry.waiting)
        kernel.interrupt()
        ran = kernel.finish(cell)
        assert ran.error["ename"] == "KeyboardInterrupt"
        eventually(lambda: any("2.5.0" in target for target in registry.aborted))
    finally:
        registry.release()
    assert kernel.value("[v.version_name for v in __import__('sys').last_value.partial]") == ["2.4.0"]
    assert kernel.value(f"[v.version_name for v in registry.get_versions('{DIGITS}@2.5.0')]") == ["2.5.0"]
    kernel.run("registry.close()")
    assert kernel.value("[t.name for t in __import__('threading').enumerate() if t.name.startswith('pai')]") == []


@pytest.fixture
def watched(any_kernel, registry):
    """A kernel whose default registry has a pending version that may change while it is watched."""
    kept = registry.store.version(DIGITS, "2.5.0")
    any_kernel.run(f"%load_ext pai_notebook\nimport pai_notebook as pnb\nregistry = {registry.connect}")
    any_kernel.drain()
    yield any_kernel
    registry.store.put_version(DIGITS, kept)
    any_kernel.run("registry.close()\n%unload_ext pai_notebook")


def _displayed(kernel):
    message = kernel.next_of("display_data")
    return message["content"]["transient"]["display_id"]


def test_watch_updates_one_display_until_the_approval_changes(watched, registry):
    cell = watched.send(f"%paimodel watch {DIGITS}@2.5.0 --every 1 --as seen")
    display = _displayed(watched)
    registry.store.update_version(DIGITS, "2.5.0", {"ApprovalStatus": "Approved"})
    assert watched.finish(cell).error is None
    updates = [message["content"] for message in watched.drain() if message["msg_type"] == "update_display_data"]
    assert {update["transient"]["display_id"] for update in updates} == {display}
    assert "Approved" in updates[-1]["data"]["text/plain"]
    assert watched.value("seen.approval_status") == "Approved"


def test_the_stop_button_ends_a_watch_without_an_error(watched):
    cell = watched.send(f"%paimodel watch {DIGITS}@2.5.0 --as seen")
    _displayed(watched)
    watched.interrupt()
    assert watched.finish(cell).error is None
    assert watched.value("seen.version_name") == "2.5.0"


def _notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


FAILING = ("%load_ext pai_notebook\n%paimodel connect demo", f"%paimodel {DIGITS} 0.99999.0", "print('this must not run')")


@pytest.mark.slow
def test_nbclient_stops_at_a_failing_line_and_the_notebook_says_why():
    notebook = _notebook(*FAILING)
    with pytest.raises(nbclient.exceptions.CellExecutionError, match=r"no version 0\.99999\.0"):
        nbclient.NotebookClient(notebook, kernel_name="python3", timeout=PATIENCE, startup_timeout=PATIENCE).execute()
    (output,) = notebook.cells[1].outputs
    assert (output.output_type, output.ename) == ("error", "VersionNotFound")
    assert len("\n".join(output.traceback).splitlines()) <= 2
    assert notebook.cells[2].outputs == []


def test_a_gate_that_does_not_pass_stops_a_notebook_with_the_breaches():
    gate = f"%%paimodel gate {DIGITS}@2.5.0 --baseline approved\naccuracy >= baseline - 0.01"
    notebook = _notebook(FAILING[0], gate, FAILING[2])
    with pytest.raises(nbclient.exceptions.CellExecutionError):
        nbclient.NotebookClient(notebook, kernel_name="python3", timeout=PATIENCE, startup_timeout=PATIENCE).execute()
    output = next(output for output in notebook.cells[1].outputs if output.output_type == "error")
    assert "digits-noisy" in "\n".join(output.traceback)
    assert notebook.cells[2].outputs == []


def test_every_chart_of_a_kernel_is_shown_whoever_draws_first():
    compared = f'import pai_notebook as pnb\nc = pnb.connect("demo").compare("{DIGITS}@2.4.0,2.5.0", by="train_seconds")'
    theirs = "import matplotlib.pyplot as plt\nplt.plot([1, 2])"
    notebook = _notebook(compared, 'c.plot("train_seconds")', 'c.plot("train_seconds")', theirs)
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=PATIENCE, startup_timeout=PATIENCE).execute()
    assert ["image/png" in [kind for output in cell.outputs for kind in output.get("data", ())] for cell in notebook.cells[1:]] == [
        True
    ] * 3


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["nbconvert", "papermill"])
def test_batch_tools_end_with_a_failure_and_print_why(tool, tmp_path):
    path = tmp_path / "report.ipynb"
    nbformat.write(_notebook(*FAILING), path)
    command = {
        "nbconvert": [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", str(path), "--output-dir", str(tmp_path / "out")],
        "papermill": [sys.executable, "-m", "papermill", str(path), str(tmp_path / "out.ipynb"), "-k", "python3"],
    }[tool]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode != 0
    assert "no version 0.99999.0" in done.stdout + done.stderr
    assert "this must not run" not in [line.strip() for line in done.stdout.splitlines()]
