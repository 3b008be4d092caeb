"""The nightly report: papermill writes the document, and fails when the model got worse."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "report.ipynb"
pytestmark = [pytest.mark.kernel, pytest.mark.slow]


def nightly(cwd, **parameters):
    """Run the notebook from a folder, as a job does."""
    command = [sys.executable, "-m", "papermill", str(NOTEBOOK), "out.ipynb", "-k", "python3"]
    told = [word for name, value in parameters.items() for word in ("-p", name, str(value))]
    return subprocess.run([*command, *told], cwd=cwd, capture_output=True, text=True, timeout=5 * PATIENCE, check=False)


@pytest.mark.parametrize(("candidate", "passes"), [("2.4.0", True), ("2.3.0", False)])
def test_the_report_is_written_and_a_worse_model_fails_the_job(tmp_path, candidate, passes):
    done = nightly(tmp_path, candidate=candidate, baseline="2.2.0", folder="new/folder")
    assert (done.returncode == 0) == passes, done.stderr[-2000:]
    assert ("RegressionError" in done.stderr) != passes
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.paisnap.json.gz"]
    verdict = f"Gate: {candidate} passed" if passes else "checks failed"
    assert verdict in (folder / "report.html").read_text("utf-8")


def test_the_latest_is_compared_with_the_approved_and_the_report_lies_where_the_job_runs(tmp_path):
    done = nightly(tmp_path, candidate="latest", baseline="approved")
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.ipynb", "report.html", "report.paisnap.json.gz"]
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "May latest replace approved?" in text
    assert "1.12.2" in text
    assert "2.0.0, the newest approved version" in text
