"""What Windows and macOS do otherwise, simulated: paths, encodings, locks, sockets that are no descriptors, waits without end."""

import errno
import os
import pathlib
import subprocess
import sys
import textwrap
import threading

import pytest

import pai_notebook as pnb
from pai_notebook.client.loop import LoopThread
from pai_notebook.demo.__main__ import main
from pai_notebook.errors import ConfigurationError
from pai_notebook.plan import parse_line

VS = pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)], "模型")


@pytest.mark.parametrize(
    ("written", "path"),
    [
        (r"C:\Users\me\r.html", r"C:\Users\me\r.html"),
        (r'"C:\My files\new.html"', r"C:\My files\new.html"),
        (r"\\server\share\r.html", r"\\server\share\r.html"),
        (r"'\\server\a b.html'", r"\\server\a b.html"),
    ],
)
def test_a_path_of_windows_stands_on_a_line_as_it_is(written, path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert parse_line(f"report model-a@latest --to {written}").get("to") == path


def test_elsewhere_a_backslash_takes_away_the_meaning_of_what_follows():
    assert parse_line(r"report model-a@latest --to my\ files/r.html").get("to") == "my files/r.html"


def test_the_loop_starts_where_a_socket_is_no_descriptor(monkeypatch):
    def refuse(*_):
        raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(os, "dup", refuse)

    async def answer():
        return 42

    loop = LoopThread()
    assert loop.run(answer()) == 42
    loop.stop()


def test_the_demo_waits_in_short_steps_that_ctrl_c_can_end(monkeypatch, capsys):
    wait = threading.Event.wait

    def one_step(event, timeout=None):
        if sys._getframe(1).f_globals["__name__"] != "pai_notebook.demo.__main__":
            return wait(event, timeout)
        assert 0 < timeout <= 1
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Event, "wait", one_step)
    assert main([]) == 0
    assert "PAI_ENDPOINT" in capsys.readouterr().out


def test_a_file_that_another_program_has_open_is_an_error_of_ours_and_stays(tmp_path, monkeypatch):
    target = VS.save(tmp_path / "a.paisnap.json.gz")
    before = target.read_bytes()

    def refuse(*_):
        raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used by another process")

    monkeypatch.setattr(pathlib.Path, "replace", refuse)
    with pytest.raises(ConfigurationError, match="being used by another process"):
        VS.save(target, overwrite=True)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_may_end_as_on_windows(end):
    assert len(VS.compare(baseline="first").check(f"cer >= 0.05{end}cer <= 0.5{end}").checks) == 2


_SCRIPT = textwrap.dedent("""
    import sys, warnings
    warnings.filterwarnings("error", category=EncodingWarning, module="pai_notebook")
    import pai_notebook as pnb
    assert sys.stdout.encoding.lower() in ("gbk", "ascii", "cp1252")
    vs = pnb.VersionSet.from_documents(
        [{"VersionName": f"0.{n}.0", "Labels": [{"Key": "所有者", "Value": "李 é ✓"}], "Metrics": {"准确率": n / 10}} for n in (1, 2)],
        "模型",
    )
    c = vs.compare(baseline="first", directions={"*": "max"})
    print(vs, c, c.explain("zh"), c.best("准确率"), c["准确率"].key)
    assert c.to_frame(flat=True).index[-1] == c["准确率"].key.full == f"{c['准确率'].key}" == "metrics.准确率"
    assert pnb.load(vs.save("模型.paisnap.json.gz")) == vs
    files = [c.report("报告.html", charts=False, lang="zh"), c.to_html("a.html"), c.to_csv("a.csv"), c.to_markdown("a.md")]
    files += [c.to_latex("a.tex"), c.check("准确率 >= 0").to_junit("gate.xml")]
    for path in files:
        assert "准确率" in path.read_bytes().decode("utf-8"), path
    with pnb.connect("demo", default=False) as registry:
        print(registry.list_models(), registry.get_version("wine-cultivar@latest"))
""")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gbk", "cp1252", "ascii"])
def test_files_are_utf_8_and_everything_prints_whatever_the_encoding_of_the_system(encoding, tmp_path):
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    (tmp_path / "run.py").write_text(_SCRIPT, "utf-8")
    command = [sys.executable, "-X", "warn_default_encoding", "-W", "ignore", "run.py"]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(encoding, "replace")
    assert done.stdout.decode(encoding)
