"""The sweep for secrets finds what is planted in each of its channels, names the test, and lets a clean run pass."""

import base64
import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
CONFTEST = """
from tests.sweep import Sweep

def pytest_configure(config):
    config.pluginmanager.register(Sweep(config), "secret-sweep")
"""
BEGIN = """
import logging
import pytest
from pai_notebook.display import Note, render_html, render_markdown, render_text
from pai_notebook.errors import PaiError
from pai_notebook.client import Credentials, sign

KEY = Credentials("LTAI5tPlanted", "Planted" + "Secret+9876543210", "Planted" + "Token/abcdefgh==")
SIGNED = dict(sign(KEY, method="GET", path="/x", host="h", action="GetModel"))
"""
SECRET = "PlantedSecret+9876543210"
LEAKS = {
    "record of the logger quiet": "logging.getLogger('quiet').debug('the key is %s', KEY.access_key_secret)",
    "record of the logger apart": "logger = logging.getLogger('apart'); logger.propagate = False; logger.debug(KEY.security_token)",
    "an exception": "pytest.raises(PaiError, boom, PaiError(KEY.access_key_secret))",
    "exception with a note": "error = PaiError('x'); error.add_note(KEY.security_token); pytest.raises(PaiError, boom, error)",
    "exception with a cause": "pytest.raises(ValueError, caused, KEY.access_key_secret)",
    "the text of an error": "PaiError(KEY.access_key_secret)",
    "the repr of Endpoint": "from pai_notebook.client import Endpoint; repr(Endpoint('https://h', KEY.access_key_secret))",
    "a result of render_html": "render_html(Note(KEY.access_key_secret))",
    "a result of render_markdown": "render_markdown(Note(KEY.access_key_secret))",
    "a result of render_text": "render_text(Note(KEY.access_key_secret))",
    "what IPython displays": "from IPython.core.formatters import DisplayFormatter; DisplayFormatter().format([KEY.access_key_secret])",
    "Captured stdout call": "print(KEY.access_key_secret)",
    "Captured stderr call": "import sys; print(KEY.access_key_secret, file=sys.stderr)",
    "the file out.ipynb": "(tmp_path / 'out.ipynb').write_text(KEY.access_key_secret)",
    "the file out.csv": "(tmp_path / 'out.csv').write_text('a,' + KEY.security_token)",
    "the file out.xlsx": "import zipfile; zipfile.ZipFile(tmp_path / 'out.xlsx', 'w', 8).writestr('x.xml', KEY.security_token)",
    "the file signed.html": "(tmp_path / 'signed.html').write_text(SIGNED['Authorization'])",
    "the file bare.json": "(tmp_path / 'bare.json').write_text(SIGNED['Authorization'].rpartition('=')[2])",
    "the file base64.txt": "import base64; (tmp_path / 'base64.txt').write_bytes(base64.b64encode(KEY.access_key_secret.encode()))",
}
HELPERS = """
def boom(error):
    raise error

def caused(text):
    try:
        raise KeyError(text)
    except KeyError as error:
        raise ValueError("x") from error
"""


@pytest.fixture
def run(tmp_path):
    """Run a suite of one file under the sweep, in a process of its own, and remove what it wrote."""

    def go(source, *options):
        (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
        (tmp_path / "test_planted.py").write_text(BEGIN + HELPERS + textwrap.dedent(source), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), *options]
        command += ["--basetemp", str(tmp_path / "base"), str(tmp_path)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=5 * PATIENCE)

    yield go
    shutil.rmtree(tmp_path / "base", ignore_errors=True)


def planted(leaks):
    return "\n".join(f"def test_{number}(tmp_path):\n    {line}\n" for number, line in enumerate(leaks))


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")], ids=["one process", "two processes"])
def test_a_leak_in_any_channel_fails_the_run_and_is_told_with_its_test(run, options):
    if options:
        pytest.importorskip("xdist", reason="the sweep through several processes needs pytest-xdist")
    outcome = run(planted(LEAKS.values()), *options)
    told = [line for line in outcome.stdout.splitlines() if " in " in line and ("the secret Pla..." in line or "a signature" in line)]
    assert outcome.returncode == 1, outcome.stdout
    assert f"{len(LEAKS)} passed" in outcome.stdout
    for number, channel in enumerate(LEAKS):
        where = f"test_{number}0:" if "file" in channel else f"::test_{number}:"
        name = "an exception" if channel.startswith("exception") else channel
        assert any(where in line and name in line for line in told), (number, channel, told)
    assert SECRET not in outcome.stdout.partition("secrets that were let out")[2], "what is told is not a leak itself"


@pytest.mark.slow
def test_variables_of_the_packages_frames_are_looked_through(run):
    source = """
    def test_locals():
        import types
        from pai_notebook.registry import connection
        code = compile("def call(hidden):\\n    raise PaiError('x')\\n", connection.__file__, "exec")
        space = {"PaiError": PaiError}
        exec(code, space)
        pytest.raises(PaiError, space["call"], KEY.access_key_secret)
    """
    outcome = run(source)
    assert outcome.returncode == 1
    assert "::test_locals: the secret Pla... in an exception" in outcome.stdout


@pytest.mark.slow
def test_a_run_that_lets_nothing_out_passes_and_logging_is_as_it_was(run):
    source = """
    def test_clean(tmp_path, caplog):
        repr(KEY), str(KEY), render_text(Note("nothing"))
        logging.getLogger("quiet").debug("nothing")
        assert caplog.records == []
        assert logging.getLogger("quiet").getEffectiveLevel() == logging.WARNING
        (tmp_path / "out.json").write_text("{}")
        with pytest.raises(PaiError):
            boom(PaiError("x"))
    """
    outcome = run(source)
    assert outcome.returncode == 0, outcome.stdout
    assert "let out" not in outcome.stdout


@pytest.mark.slow
def test_a_failing_test_is_looked_through_too(run):
    outcome = run("def test_fails():\n    boom(PaiError(KEY.access_key_secret))")
    assert outcome.returncode == 1
    assert "::test_fails: the secret Pla... in an exception" in outcome.stdout


def test_every_spelling_of_a_secret_is_found():
    from tests.sweep import Known

    known = Known()
    known.add("Another/+" + "Key+0123456789", "a test")
    whole = "Another/+" + "Key+0123456789"
    for spelling in (whole, json.dumps(whole), base64.b64encode(whole.encode()).decode(), whole.replace("/", "%2F").replace("+", "%2B")):
        assert known.found_in(b"x" + spelling.encode() + b"y")
    assert not known.found_in(b"Another key")
