"""PDF through a browser: what is run, what is said when there is none or it fails, and that nothing is left behind."""

import os
import stat
import sys

import pytest

from pai_notebook.errors import ConfigurationError
from pai_notebook.io.pdf import write_pdf

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the browsers here are shell scripts")


@pytest.fixture
def browser(tmp_path, monkeypatch):
    """Put a script on the path under the name of a browser; temporary files go to a folder that can be looked at."""
    scripts, temporary = tmp_path / "bin", tmp_path / "tmp"
    scripts.mkdir()
    temporary.mkdir()
    monkeypatch.setenv("PATH", f"{scripts}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setattr("pai_notebook.io.pdf._ELSEWHERE", ())
    monkeypatch.setattr("tempfile.tempdir", str(temporary))

    def install(text, name="chromium"):
        script = scripts / name
        script.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)

    yield install
    assert list(temporary.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".part") == []


PRINTS = """
for each; do case "$each" in
  --print-to-pdf=*) pdf="${each#*=}" ;;
  file://*) page="${each#file://}" ;;
esac; echo "$each" >> "$ARGUMENTS"; done
{ printf '%%PDF-1.7 '; cat "$page"; } > "$pdf"
"""


def test_the_document_is_printed_without_a_network(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("ARGUMENTS", str(tmp_path / "arguments"))
    browser(PRINTS)
    path = write_pdf(tmp_path / "r.pdf", "<p>甲</p>")
    assert path.read_text("utf-8") == "%PDF-1.7 <p>甲</p>"
    arguments = (tmp_path / "arguments").read_text("utf-8").split("\n")
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in arguments
    assert ("--no-sandbox" in arguments) == (os.geteuid() == 0)


def test_the_first_browser_that_is_installed_is_taken(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("ARGUMENTS", str(tmp_path / "arguments"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/bin")
    browser(PRINTS, "google-chrome")
    assert write_pdf(tmp_path / "r.pdf", "x").exists()


def test_without_a_browser_it_says_how_to_get_one(browser, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(ConfigurationError, match="needs Chromium or Chrome") as caught:
        write_pdf(tmp_path / "r.pdf", "x")
    assert "apt-get install chromium" in caught.value.hint
    assert "print it with a browser" in caught.value.hint
    assert not (tmp_path / "r.pdf").exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo one >&2; echo 'cannot open display' >&2; exit 1", "cannot open display"),
        ("exit 3", "it ended with 3"),
        ('for each; do case "$each" in --print-to-pdf=*) echo no > "${each#*=}" ;; esac; done', "did not write a PDF"),
    ],
)
def test_a_browser_that_fails_is_an_error_and_leaves_no_file(browser, tmp_path, script, said):
    browser(script)
    with pytest.raises(ConfigurationError, match=said):
        write_pdf(tmp_path / "r.pdf", "x")
    assert not (tmp_path / "r.pdf").exists()


def test_a_browser_that_hangs_is_given_up(browser, tmp_path, monkeypatch):
    monkeypatch.setattr("pai_notebook.io.pdf._SECONDS", 0.2)
    browser("exec sleep 60")
    with pytest.raises(ConfigurationError, match=r"more than 0\.2 s"):
        write_pdf(tmp_path / "r.pdf", "x")


def test_a_file_that_exists_is_kept_before_anything_is_run(browser, tmp_path):
    browser("exit 3")
    (tmp_path / "r.pdf").write_text("mine", "utf-8")
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        write_pdf(tmp_path / "r.pdf", "x")
    assert (tmp_path / "r.pdf").read_text("utf-8") == "mine"
