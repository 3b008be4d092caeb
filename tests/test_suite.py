"""How the tests themselves run: where SIGINT is ignored, and with the same examples in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
INTERRUPTS = "tests/demo/test_demo_command.py::test_ctrl_c_ends_it_silently"


@pytest.mark.slow
def test_interrupts_work_in_a_run_that_inherits_an_ignored_sigint():
    command = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", INTERRUPTS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=5 * PATIENCE)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "False 5"),
        ({"CI": "true"}, "True 5"),
        ({"CI": "true", "HYPOTHESIS_PROFILE": "ci-full"}, "True 100"),
        ({"CI": "true", "HYPOTHESIS_PROFILE": "full"}, "False 100"),
    ],
    ids=str,
)
def test_examples_are_the_same_on_every_run_in_ci_and_only_there(environment, expected):
    code = "import tests.conftest, hypothesis as h; print(h.settings.default.derandomize, h.settings.default.max_examples)"
    kept = {key: value for key, value in os.environ.items() if key not in ("CI", "HYPOTHESIS_PROFILE")}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ([], ["plain", "drawn"]),
        (["-m", "slow"], ["slow"]),
        (["-m", "quick"], ["plain"]),
        (["-k", "it"], ["plain", "slow"]),
        (["test_it.py"], ["plain", "slow"]),
    ],
    ids=" ".join,
)
def test_what_is_slow_runs_where_it_is_asked_for_and_quick_leaves_out_what_draws(words, chosen, tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow\n    quick\n", "utf-8")
    (tmp_path / "conftest.py").write_text("from tests.parallel import pytest_collection_modifyitems\n", "utf-8")
    (tmp_path / "test_it.py").write_text("import pytest\n\ndef test_plain(): ...\n\n@pytest.mark.slow\ndef test_slow(): ...\n", "utf-8")
    (tmp_path / "plot").mkdir()
    (tmp_path / "plot" / "test_chart.py").write_text("def test_drawn(): ...\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True)
    assert [name for name in ("plain", "slow", "drawn") if f"::test_{name}\n" in done.stdout] == chosen
