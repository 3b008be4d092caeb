"""`%paimodel` in real kernels: the stop button, and errors that batch runs cannot overlook."""

import subprocess
import sys
import time

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

DIGITS = "model-rbvg5wfo5d0gngz1b8"
WAIT = 10


def _eventually(condition):
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_the_stop_button_aborts_the_request_keeps_what_arrived_and_leaves_the_registry_usable(any_kernel, registry):
    kernel = any_kernel
    kernel.run(f"import pai_notebook as pai\nregistry = {registry.connect}")
    registry.aborted.clear()
    registry.hold("2.5.0")
    try:
        cell = kernel.send(f"registry.get_versions('{DIGITS}@2.4.0', '{DIGITS}@2.5.0', progress=False)")
        _eventually(lambda: registry.waiting)
        kernel.interrupt()
        ran = kernel.finish(cell)
        assert ran.error["ename"] == "KeyboardInterrupt"
        _eventually(lambda: any("2.5.0" in target for target in registry.aborted))
    finally:
        registry.release()
    assert kernel.value("[v.version_name for v in __import__('sys').last_value.partial]") == ["2.4.0"]
    assert kernel.value(f"[v.version_name for v in registry.get_versions('{DIGITS}@2.5.0')]") == ["2.5.0"]
    kernel.run("registry.close()")
    assert kernel.value("[t.name for t in __import__('threading').enumerate() if t.name.startswith('pai')]") == []


def _notebook(*cells):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


FAILING = ("%load_ext pai_notebook\n%paimodel connect demo", f"%paimodel {DIGITS} 0.99999.0", "print('this must not run')")


def test_nbclient_stops_at_a_failing_line_and_the_notebook_says_why():
    notebook = _notebook(*FAILING)
    with pytest.raises(CellExecutionError, match=r"no version 0\.99999\.0"):
        NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    (output,) = notebook.cells[1].outputs
    assert (output.output_type, output.ename) == ("error", "VersionNotFound")
    assert len("\n".join(output.traceback).splitlines()) <= 2
    assert notebook.cells[2].outputs == []


def test_a_gate_that_does_not_pass_stops_a_notebook_with_the_breaches():
    gate = f"%%paimodel gate {DIGITS}@2.5.0 --baseline approved\naccuracy >= baseline - 0.01"
    notebook = _notebook(FAILING[0], gate, FAILING[2])
    with pytest.raises(CellExecutionError):
        NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    output = next(output for output in notebook.cells[1].outputs if output.output_type == "error")
    assert "d-digitsnoisy00001" in "\n".join(output.traceback)
    assert notebook.cells[2].outputs == []


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
