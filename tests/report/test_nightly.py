"""The nightly report: papermill writes the document, and fails when the model got worse."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "report.ipynb"
pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(("candidate", "passes"), [("2.4.0", True), ("2.3.0", False)])
def test_the_report_is_written_and_a_worse_model_fails_the_job(tmp_path, candidate, passes):
    folder = tmp_path / "new" / "folder"
    command = [sys.executable, "-m", "papermill", str(NOTEBOOK), str(tmp_path / "out.ipynb"), "-k", "python3"]
    done = subprocess.run(
        [*command, "-p", "candidate", candidate, "-p", "folder", str(folder)],
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
        check=False,
    )
    assert (done.returncode == 0) == passes, done.stderr[-2000:]
    assert ("RegressionError" in done.stderr) != passes
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.paisnap.json.gz"]
    verdict = "Gate passed" if passes else "checks failed"
    assert verdict in (folder / "report.html").read_text("utf-8")
