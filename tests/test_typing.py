"""The code of a user, `tests/typing/api.py`: it uses every public call, and mypy finds each of its mistakes and nothing else."""

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pai_notebook as pnb
from tests.public_api import public_members

ROOT = Path(__file__).parents[1]
API = ROOT / "tests" / "typing" / "api.py"
WRONG = re.compile(r"  # type: ignore\[([\w-]+)\]$")
OWNERS = ("Comparison", "Explorer", "Model", "ModelVersion", "Registry", "VersionSet", "GateReport", "Plots", "Drift")
# for completion and for tools, not for the code of users
UNUSED = re.compile(r"ModelVersion\.remembered|Comparison\.(between|leaders)|(un)?load_ipython_extension")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("mypy") is None, reason="needs mypy, of the extra dev")
def test_mypy_finds_each_wrong_spelling_and_nothing_else(tmp_path):
    lines = API.read_text("utf-8").splitlines()
    copy = tmp_path / "api.py"
    copy.write_text("\n".join(WRONG.sub("", line) for line in lines), "utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary", "--hide-error-context", str(copy)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = re.findall(r"api\.py:(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE)
    # a mistake in an overload is told more than once
    assert list(dict.fromkeys((int(line), code) for line, code in found)) == [
        (number, wrong[1]) for number, line in enumerate(lines, 1) if (wrong := WRONG.search(line))
    ], done.stdout + done.stderr


def test_the_code_of_a_user_calls_everything_public():
    called = {node.func.attr for node in ast.walk(ast.parse(API.read_text("utf-8"))) if _is_call(node)}
    calls = [each.name for each in public_members() if not each.is_property and each.name.partition(".")[0] in (*OWNERS, *pnb.__all__)]
    assert [name for name in calls if name.rpartition(".")[2] not in called and not UNUSED.fullmatch(name)] == []


def test_the_code_of_a_user_exports_to_text_and_to_a_file():
    source = API.read_text("utf-8")
    several = [each.name.rpartition(".")[2] for each in public_members() if _gives_text_or_path(each)]
    assert {"to_html", "to_markdown", "to_latex", "to_csv"} <= set(several)
    lacking = [name for name in several if not re.search(rf"assert_type\(\w+\.{name}\(\), str\)", source)]
    assert lacking + [name for name in several if not re.search(rf"assert_type\(\w+\.{name}\(.+\), Path\)", source)] == []


def _is_call(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


def _gives_text_or_path(member):
    return not member.is_property and inspect.signature(member.function).return_annotation == "str | Path"
