"""`paimodel` in a terminal, in a pipe, in a script, and interrupted: each in a process of its own."""

import importlib.metadata
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pexpect
import pytest
from junitparser import JUnitXml
from wcwidth import wcswidth

from pai_notebook import VersionSet, demo
from pai_notebook.shell import Exit, main, terminal
from tests.patience import PATIENCE
from tests.shell.commands import COMMAND, MODEL, environment, run

ROOT = Path(__file__).parents[2]
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SCRIPT = f"""
set -u
paimodel() {{ "{sys.executable}" -m pai_notebook "$@" --demo; }}
paimodel save '{MODEL}@last:3' --to kept.paisnap.json > saved.txt || exit 11
paimodel gate '{MODEL}@2.4.0' --rules hold.txt --junit gate.xml --to summary.md > gate.txt || exit 12
paimodel gate '{MODEL}@2.5.0' --rules break.txt > broken.txt
test $? -eq 1 || exit 13
paimodel gate '{MODEL}@2.5.0' --rules - > unknown.txt <<'END'
acuracy >= 0.9
END
test $? -eq 2 || exit 14
paimodel drift kept.paisnap.json > drift.txt || exit 15
paimodel ls '{MODEL}' --last 2 --json > versions.json || exit 16
"""


def in_terminal(*words, columns=80, **variables):
    """What a terminal of a width shows of a command."""
    env = environment(TERM="xterm-256color", **variables)
    child = pexpect.spawn(COMMAND[0], [*COMMAND[1:], *words], env=env, dimensions=(50, columns), encoding="utf-8", timeout=PATIENCE)
    child.expect(pexpect.EOF)
    child.close()
    return child.before.replace("\r\n", "\n"), child.exitstatus


@pytest.mark.slow
def test_a_script_of_a_build_server_decides_by_exit_codes_and_finds_its_files(folder):
    done = subprocess.run(
        ["bash", "-c", SCRIPT], env=environment(), capture_output=True, encoding="utf-8", check=False, timeout=5 * PATIENCE
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "written: summary.md\nwritten: gate.xml\n")
    assert JUnitXml.fromfile(str(folder / "gate.xml")).failures == 0
    assert "passed" in (folder / "summary.md").read_text("utf-8")
    assert "checks failed" in (folder / "broken.txt").read_text("utf-8")
    assert "nearest:" in (folder / "unknown.txt").read_text("utf-8")
    assert len(json.loads((folder / "versions.json").read_text("utf-8"))["versions"]) == 2
    assert not COLOUR.search((folder / "broken.txt").read_text("utf-8"))


@pytest.mark.parametrize("columns", [50, pytest.param(120, marks=pytest.mark.slow)])
def test_text_is_as_wide_as_the_terminal_and_coloured(folder, columns):
    shown, code = in_terminal("gate", f"{MODEL}@2.5.0", "--rules", "break.txt", "--demo", columns=columns)
    assert code == Exit.FAILED
    assert "\x1b[31m✗\x1b[0m" in shown
    plain = COLOUR.sub("", shown)
    assert "\x1b" not in plain
    widths = [wcswidth(line) for line in plain.splitlines()]
    assert columns - 30 < max(widths) <= columns


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_turned_off(folder, variables):
    env = environment(TERM="xterm-256color") | variables
    child = pexpect.spawn(COMMAND[0], [*COMMAND[1:], "help"], env=env, encoding="utf-8", timeout=PATIENCE)
    child.expect(pexpect.EOF)
    assert "────" in child.before
    assert "\x1b" not in child.before


def test_only_what_is_beyond_chance_is_coloured_as_better_or_worse():
    assert terminal.coloured("accuracy 0.776  -14.4 worse") == "accuracy 0.776  -14.4 \x1b[33mworse\x1b[0m"
    assert terminal.coloured("-1.9 ≈   better, worse: beyond chance") == "-1.9 ≈   better, worse: beyond chance"


@pytest.mark.parametrize("words", [("help",), ("ls", "--demo")])
def test_a_reader_who_has_gone_ends_the_command_quietly(words):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = run(*words, stdout=gone)
    assert (done.returncode, done.stderr) == (Exit.PIPE, "")


@pytest.mark.parametrize("variables", [{}, {"PYTHONUNBUFFERED": "1"}])
def test_a_reader_who_goes_in_the_middle_of_an_answer_is_noticed(variables):
    command = [*COMMAND, "show", f"{MODEL}@all", "--json", "--demo"]
    with subprocess.Popen(command, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", Exit.PIPE)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110 - a device
def test_a_disk_that_is_full_is_said_and_is_no_gate_that_failed():
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = run("help", stdout=full)
    assert (done.returncode, done.stderr) == (Exit.UNCHECKED, "paimodel: cannot write the answer: No space left on device\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_an_answer_that_goes_nowhere_is_an_error_as_of_other_tools():
    closed = shlex.join([*COMMAND, "help"]) + " >&-"
    done = subprocess.run(["sh", "-c", closed], check=False, capture_output=True, text=True, env=environment())
    assert (done.returncode, done.stderr) == (Exit.UNCHECKED, "paimodel: cannot write the answer: Bad file descriptor\n")


def asking(server, **more):
    """The variables of a process that asks a server."""
    key = {"ALIBABA_CLOUD_ACCESS_KEY_ID": demo.ACCESS_KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": demo.ACCESS_KEY_SECRET}
    return environment(PAI_ENDPOINT=server.url, **key, **more)


@pytest.mark.slow
@pytest.mark.parametrize("words", [("ls",), ("watch", f"{MODEL}@latest")])
def test_ctrl_c_ends_a_command_that_waits_quietly(words):
    asked, over = threading.Event(), threading.Event()

    def never(_):
        asked.set()
        over.wait()
        return demo.Response(503, {}, b"")

    with demo.serve(handler=never) as server:
        child = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=asking(server))
        assert asked.wait(PATIENCE)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=PATIENCE)
        over.set()
    assert (child.returncode, out, err) == (Exit.INTERRUPTED, b"", b"")


EARLY = """
import sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "pai_notebook.shell.command":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupting())
from pai_notebook.shell import main
sys.exit(main(["ls"]))
"""


def test_ctrl_c_is_quiet_before_the_command_is_imported():
    done = subprocess.run(
        [sys.executable, "-c", EARLY], env=environment(), capture_output=True, encoding="utf-8", check=False, timeout=PATIENCE
    )
    assert (done.returncode, done.stdout, done.stderr) == (Exit.INTERRUPTED, "", "")
    loaded = "import sys; before = set(sys.modules); import pai_notebook.shell; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", loaded], env=environment(), capture_output=True, encoding="utf-8", check=True, timeout=PATIENCE
    )
    assert done.stdout == "['__future__', 'pai_notebook', 'pai_notebook.shell']\n"  # anything else takes time, and shows a traceback


@pytest.mark.slow
def test_progress_is_on_stderr_and_leaves_no_trace():
    with demo.serve(latency=1) as server:
        env = asking(server, TERM="xterm-256color")
        child = pexpect.spawn(COMMAND[0], [*COMMAND[1:], "ls", MODEL, "--last", "2"], env=env, encoding="utf-8", timeout=PATIENCE)
        child.expect(pexpect.EOF)
        shown = child.before
        assert "fetching" in shown
        done = subprocess.run(
            [*COMMAND, "ls", MODEL, "--last", "2"], env=asking(server), capture_output=True, check=False, timeout=PATIENCE
        )
    assert done.stderr == b""
    assert b"fetching" not in done.stdout


@pytest.mark.slow
def test_no_secret_is_ever_written(folder):
    canary = "CANARYsecret0123456789abcdefgh"
    key = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIcanary", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": canary}
    for words in (["ls", "--debug"], ["ls", "--json"], ["gate", "model-a@latest", "--rules", "hold.txt"]):
        done = run(*words, PAI_ENDPOINT="http://127.0.0.1:9", **key)
        assert done.returncode == Exit.UNCHECKED
        assert canary not in done.stdout + done.stderr
    done = run("ls", "--access-key-secret", canary)
    assert done.returncode == Exit.USAGE
    assert canary not in done.stdout + done.stderr


def test_what_a_registry_holds_does_nothing_to_a_terminal(folder, capsys):
    evil = "a\x1b[2Jb\u202ec\x9b31m"
    hostile = {"VersionName": "0.1.0", "VersionDescription": evil, "Labels": [{"Key": evil, "Value": evil}], "Metrics": {evil: 1.0}}
    VersionSet.from_documents([hostile, {**hostile, "VersionName": "0.2.0"}], "model-a").save("evil.paisnap.json")
    for words in ("ls", "show model-a@0.1.0", "compare", "compare --json", "ls --where x"):
        main([*words.split(), "--offline", "evil.paisnap.json"])
        out, err = capsys.readouterr()
        assert out + err
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out + err)


def test_help_loads_nothing_heavy():
    script = "import sys; from pai_notebook.shell import main; main(['--help']); print(' '.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, encoding="utf-8", check=True)
    loaded = set(done.stderr.split())
    assert {"pandas", "numpy", "httpx", "IPython", "jinja2", "ipywidgets", "alibabacloud_credentials", "asyncio"} & loaded == set()
    assert "compare" in done.stdout


def test_the_command_that_is_installed_is_this_one():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert importlib.metadata.EntryPoint("paimodel", scripts["paimodel"], "console_scripts").load() is main
    done = run()
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert done.stderr.startswith("paimodel [verb] address...")
