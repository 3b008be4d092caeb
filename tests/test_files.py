"""Files: whole or not at all, an error of ours for every path that cannot be, and nothing left by a writer that was killed."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import pai_notebook as pnb
from pai_notebook import files
from pai_notebook.errors import ConfigurationError, PaiError
from pai_notebook.files import new_file, read_file, write_file

VS = pnb.VersionSet.from_documents([{"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 10}} for n in (1, 2)], "model-a")
WRITERS = {
    "save": VS.save,
    "to_html": VS.to_html,
    "to_csv": VS.to_csv,
    "to_excel": VS.to_excel,
    "to_parquet": VS.to_parquet,
    "report": lambda path, **options: VS.compare(baseline="first").report(path, charts=False, **options),
}
PATHS = {
    "too long": "{tmp}/" + "x" * 300,
    "too long in Chinese": "{tmp}/" + "模" * 90 + ".html",
    "too long a folder": "{tmp}/" + "y" * 300 + "/x.html",
    "too deep": "{tmp}/" + "d/" * 3000 + "x",
    "NUL": "{tmp}/a\0b",
    "nobody's home": "~nosuchuser/x.html",
    "no folder": "{tmp}/nowhere/x.html",
    "a folder": "{tmp}",
    "a file as a folder": "{tmp}/file/x.html",
    "a loop": "{tmp}/loop",
    "a lone surrogate": "{tmp}/\ud800",
    "empty": "",
    "the root": "/",
    "a device": "/dev/null",
    "a process": "/proc/self/nothing",
    "a number": 7,
    "bytes": b"x.html",
    "None in a list": [None],
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    return tmp_path


def at(path, folder):
    return path.replace("{tmp}", str(folder)) if isinstance(path, str) else path


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_cannot_be_written_is_an_error_of_ours_and_damages_nothing(path, folder):
    before = sorted(folder.iterdir())
    for name, write in WRITERS.items():
        for overwrite in (False, True):
            with pytest.raises(ConfigurationError) as caught:
                write(at(PATHS[path], folder), overwrite=overwrite)
            assert len(str(caught.value)) < 10_000, name
    assert sorted(folder.iterdir()) == before
    assert (folder / "file").read_text() == "kept"
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("path", [name for name in PATHS if name != "a device"])
def test_a_path_that_cannot_be_read_is_an_error_of_ours(path, folder):
    with pytest.raises(PaiError):
        pnb.load(at(PATHS[path], folder))
    if path not in ("a number", "None in a list", "empty"):
        with pytest.raises(PaiError):
            pnb.VersionSet.from_documents(at(PATHS[path], folder))


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_what_has_no_end_is_not_read(name, tmp_path):
    path = name if name.startswith("/") else tmp_path / name
    if not name.startswith("/"):
        os.mkfifo(path)
    with pytest.raises(PaiError, match="is not a regular file"):
        pnb.load(path)


def test_a_long_name_that_the_file_system_takes_is_written(tmp_path):
    path = tmp_path / ("模" * 80 + ".json")
    assert pnb.load(VS.save(path)) == VS
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.slow
def test_a_folder_that_may_not_be_entered_is_an_error_of_ours(tmp_path):
    """Root may enter everything, so another process becomes nobody first."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    code = f"""
import os
import pai_notebook as pnb
vs = pnb.VersionSet.from_documents([{{"VersionName": "0.1.0"}}], "model-a")
calls = (vs.save, vs.to_csv, vs.to_html, vs.to_parquet, pnb.load)
names = ("a.json", "a.csv", "a.html", "a.parquet", "a.json")
for call, name in zip(calls, names):
    call({str(tmp_path)!r} + "/" + name)
if os.getuid() == 0:
    os.setgid(54321); os.setuid(54321)
else:
    os.chmod({str(closed)!r}, 0)
for call, name in zip(calls, names):
    try:
        call({str(closed)!r} + "/" + name)
    except pnb.PaiError as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    closed.chmod(0o700)
    assert done.stdout.count("Permission denied") == 5, done.stdout + done.stderr


@pytest.mark.slow
def test_a_full_disk_is_an_error_of_ours_and_the_old_file_stays(tmp_path):
    code = f"""
import resource
import pai_notebook as pnb
metrics = {{f"m{{k}}": k for k in range(40)}}
docs = [{{"VersionName": f"0.{{n}}.0", "VersionDescription": "x" * 3000, "Metrics": metrics}} for n in range(20)]
vs = pnb.VersionSet.from_documents(docs, "model-a")
calls = {{"json": vs.save, "csv": vs.to_csv, "html": vs.to_html, "xlsx": vs.to_excel, "parquet": vs.to_parquet}}
for end, call in calls.items():
    call({str(tmp_path)!r} + "/warm." + end)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
for end, call in calls.items():
    try:
        call({str(tmp_path)!r} + "/a." + end)
    except pnb.PaiError as error:
        print(type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["ConfigurationError"] * 5, done.stdout + done.stderr
    assert {path.name.split(".")[0] for path in tmp_path.iterdir()} == {"warm"}


FILL = """
import sys, time
from pai_notebook.files import new_file
with new_file(sys.argv[1], overwrite=True) as beside, beside.open("wb") as stream:
    stream.write(b"x" * 100_000)
    stream.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_writer_that_is_killed_leaves_one_file_which_the_next_write_removes(tmp_path):
    target = write_file(tmp_path / "s.json", "old")
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", FILL, str(target)], stdout=subprocess.PIPE)
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert target.read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 2
    write_file(tmp_path / "other.json", "x")
    assert len(list(tmp_path.iterdir())) == 3
    write_file(target, "new", overwrite=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"s.json": "new", "other.json": "x"}


def test_a_living_writer_keeps_its_file_while_others_write_the_same(tmp_path):
    target = tmp_path / "s.json"
    with new_file(target, overwrite=True) as mine:
        mine.write_text("mine")
        write_file(target, "theirs", overwrite=True)
        assert target.read_text() == "theirs"
        assert mine.read_text() == "mine"
    assert target.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [target]


def test_many_writers_of_one_file_leave_one_of_their_contents_and_nothing_else(tmp_path):
    target = tmp_path / "s.json"
    failed = []

    def write(number):
        try:
            for _ in range(30):
                write_file(target, str(number) * 5000, overwrite=True)
        except PaiError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(set(target.read_text())) == 1
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_in_the_place_of_a_leftover_is_not_followed(tmp_path):
    target, precious = tmp_path / "s.json", tmp_path / "precious"
    precious.write_text("kept")
    with new_file(target) as beside:
        name = beside
    target.unlink()
    name.symlink_to(precious)
    write_file(target, "new")
    assert precious.read_text() == "kept"
    assert target.read_text() == "new"


@pytest.mark.parametrize("lacking", ["link", "locks", "locks of the file system"])
def test_files_are_written_where_python_or_the_file_system_lacks_something(lacking, tmp_path, monkeypatch):
    if lacking == "link":
        monkeypatch.delattr(os, "link")  # Pyodide
    elif lacking == "locks":
        monkeypatch.setattr(files, "fcntl", None)  # Windows
    else:
        monkeypatch.setattr(files.fcntl, "flock", lambda *_: (_ for _ in ()).throw(OSError(95, "Operation not supported")))
    target = tmp_path / "s.json"
    assert pnb.load(VS.save(target)) == VS
    with pytest.raises(ConfigurationError, match="exists already"):
        VS.save(target)
    assert pnb.load(VS.save(target, overwrite=True)) == VS


def test_the_mode_of_a_file_and_the_target_of_a_link_stay(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_file(link, "new", overwrite=True)
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_reading_stops_at_the_limit(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"x" * 1000)
    assert len(read_file(path, max_bytes=1000)) == 1000
    with pytest.raises(files.UnreadableFile, match="holds more than 999 bytes"):
        read_file(path, max_bytes=999)


SAYING_ANOTHER = {"save": "x.html", "to_html": "x.csv", "to_csv": "x.csv.gz", "to_excel": "x.xls", "to_parquet": "x.csv", "report": "x.md"}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_name_that_says_another_format_is_refused_and_nothing_is_written(writer, tmp_path):
    with pytest.raises(ConfigurationError, match="does not end in"):
        WRITERS[writer](tmp_path / SAYING_ANOTHER[writer])
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_is_packed_json_or_json(tmp_path):
    assert len(pnb.load(VS.save(tmp_path / "x.paisnap.json.gz"))) == len(pnb.load(VS.save(tmp_path / "x.paisnap"))) == 2
    with pytest.raises(ConfigurationError, match=r"does not end in \.json or \.gz"):
        VS.save(tmp_path / "x.html.gz")


@pytest.mark.parametrize("where", ["there.html", "nowhere/x.html"])
@pytest.mark.parametrize("writer", ["to_html", "report", "to_markdown", "to_csv", "to_excel", "to_latex"])
def test_whether_a_file_can_be_written_is_known_before_its_content_is_made(writer, where, tmp_path, monkeypatch):
    path = tmp_path / where
    path = path if writer in ("to_html", "report") else path.with_suffix(files.ENDINGS[writer][0])
    if "there" in where:
        path.write_text("kept")
    c = VS.compare(baseline="first")
    for made in ("_describe", "_tables", "_printed"):
        monkeypatch.setattr(type(c), made, lambda *_: pytest.fail("the content was made"))
    monkeypatch.setattr("pai_notebook.comparison.report_parts.report_of", lambda *_, **__: pytest.fail("the content was made"))
    with pytest.raises(ConfigurationError, match=r"exists already|cannot write"):
        getattr(c, writer)(path)
