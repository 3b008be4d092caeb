"""``python -m pai_notebook.demo`` in a real shell."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def started(*words):
    command = [sys.executable, "-m", "pai_notebook.demo", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_greeting(process):
    return "".join(process.stdout.readline() for _ in range(5))


def test_its_output_can_be_evaluated_by_a_shell():
    with started("--port", "0") as process:
        told = read_greeting(process)
        script = f'eval "$1"\n"{sys.executable}" -c \'import json, os; print(json.dumps(dict(os.environ)))\''
        done = subprocess.run(
            ["sh", "-euc", script, "sh", told], capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
        )
        environment = json.loads(done.stdout)
        assert environment["ALIBABA_CLOUD_ACCESS_KEY_ID"] in told
        assert environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] in told
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(environment["PAI_ENDPOINT"] + "/api/v1/models", timeout=PATIENCE)
        with refused.value as answer:
            assert json.load(answer)["Code"] == "MissingParameter"
    assert done.stderr == ""


def test_every_line_is_a_comment_or_an_assignment_or_the_export():
    with started() as process:
        kinds = [line.split("=")[0].split(" ")[0] for line in read_greeting(process).splitlines()]
    assert kinds == ["#", "PAI_ENDPOINT", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "export"]


def test_ctrl_c_ends_it_silently():
    with started() as process:
        read_greeting(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert (out, err, process.returncode) == ("", "", 0)


def test_a_taken_port_is_told_in_one_line():
    with started() as first:
        port = read_greeting(first).splitlines()[1].rsplit(":", 1)[1]
        with started("--port", port) as second:
            out, err = second.communicate(timeout=PATIENCE)
    assert (out, second.returncode) == ("", 1)
    assert err.startswith(f"cannot listen on port {port}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_an_impossible_port_is_told_in_one_line(port):
    with started("--port", port) as process:
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err.count("\n")) == (1, 1)
