"""Files written whole or not at all, and read up to a limit."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO, cast

from pai_notebook.arguments import described
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import either, say

try:
    import fcntl
except ImportError:  # Windows, and Pyodide
    fcntl = None  # type: ignore[assignment]

# Bytes of a file that are read by default, after decompression.
MAX_BYTES = 256 * 2**20

SNAPSHOT = "pai_notebook snapshot"
"""What a snapshot says in its beginning."""

_BLOCK = 2**20
_WRITERS = 16
_LONGEST_NAME = 80
ENDINGS = {
    "to_html": (".html", ".htm"),
    "to_markdown": (".md",),
    "to_latex": (".tex",),
    "to_csv": (".csv",),
    "to_excel": (".xlsx",),
    "to_parquet": (".parquet",),
    "to_junit": (".xml",),
    "report": (".html", ".htm", ".pdf"),
    "save": (".json", ".gz"),
    "plot.save": (".png", ".svg"),
}
"""Methods that write a file, and how names of what they write end."""
_NOT_WRITTEN = (".xls", ".zip", ".tar", ".tgz", ".7z", ".bz2", ".xz", ".zst", ".pkl", ".pickle")
FORMATS = frozenset({*_NOT_WRITTEN, *(ending for endings in ENDINGS.values() for ending in endings)})
"""How names of files end that this program writes or reads, and of tables and archives that it does not write."""
# Of these the ending says which format is meant.
_STRICT = ("report", "plot.save")


class UnreadableFile(Exception):
    """A file that cannot be read, with the reason as the rest of a sentence; its readers turn it into errors of their own."""


class MissingFile(UnreadableFile):
    """A file that cannot be opened: it is not there, no file, or of somebody else."""


@cache
def made_by() -> str:
    """Name this package and its release, as files say who wrote them; read once, since a process may lose the right to read it."""
    from importlib.metadata import version  # noqa: PLC0415 - slow to import, and the help of the shell does without

    return f"pai_notebook {version('pai-notebook')}"


def file_path(path: str | os.PathLike[str]) -> Path:
    """Give the path of a file; `~` is the home directory.

    Raises
    ------
    ConfigurationError
        When it is not a path, or names the home directory of an unknown user.

    Examples
    --------
    >>> file_path("a.txt").name
    'a.txt'
    """
    try:
        found = Path(path).expanduser()
        encoded = os.fsencode(found)
    except TypeError:
        raise ConfigurationError(
            say("path={path} is not a file path", path=described(path)), hint=say("Pass a text or a pathlib.Path.")
        ) from None
    except (RuntimeError, ValueError) as error:
        raise ConfigurationError(
            say("{path!r} is not a file path: {error}", path=str(path), error=str(error)), hint=say("Write the path in full.")
        ) from error
    if not os.fspath(path):
        raise ConfigurationError(say("path='' is not a file path"), hint=say("Pass a text or a pathlib.Path."))
    if b"\0" in encoded:
        raise ConfigurationError(say("{path!r} is not a file path: it holds a NUL character", path=str(path)), hint=say("Leave it out."))
    return found


def check_target(path: str | os.PathLike[str], writer: str, *, overwrite: bool = False) -> str:
    """Check, before the work is done, that a file can be written there; return how its name ends, in lower case.

    Parameters
    ----------
    path : path
        Where a file is to be written.
    writer : str
        The method that writes it, a key of `ENDINGS`.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ConfigurationError
        For a name that says another format, and as `write_file`.

    Examples
    --------
    >>> check_target("a.PDF", "report"), check_target("a.txt", "to_csv")
    ('.pdf', '.txt')
    """
    target, endings = file_path(path), ENDINGS[writer]
    ending = target.suffix.lower()
    # what is packed says what is in it before that
    said = [ending, Path(target.stem).suffix.lower()] if ending == ".gz" and ending in endings else [ending]
    if any(each not in endings and (writer in _STRICT or each in FORMATS) for each in said):
        known, others = either(endings), [name for name, its in ENDINGS.items() if ending in its and name not in (writer, "save")]
        raise ConfigurationError(
            say("{path!r} does not end in {known}", path=str(path), known=known),
            hint=say("For that use {writers}, or choose a name that ends in {known}.", writers=either(others), known=known)
            if others
            else say("Choose a name that ends in {known}.", known=known),
        )
    with _refusals(target):
        folder = _target(target, overwrite=overwrite).parent
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return ending


def write_file(path: str | os.PathLike[str], content: str | bytes, *, overwrite: bool = False) -> Path:
    """Write a file in one step: a reader sees the old content or the new one, never a part.

    Parameters
    ----------
    path : path
        Where to; `~` is the home directory. Text is written as UTF-8, lines end as they are given.
    content : str or bytes
        All of it.
    overwrite : bool
        Whether to replace an existing file; a link is followed, the mode is kept.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConfigurationError
        When the file exists and `overwrite` is False, or when it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_file(f"{folder}/a.txt", "cer").read_text()
    'cer'
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with new_file(path, overwrite=overwrite) as beside:
        beside.write_bytes(data)
    return file_path(path)


@contextlib.contextmanager
def new_file(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Give the path of an empty file to fill, which becomes `path` at the end, or is removed when filling it fails.

    A process that is killed while it fills the file leaves it behind; the next one that writes the same `path` removes it.

    Parameters
    ----------
    path, overwrite
        As `write_file`.

    Yields
    ------
    pathlib.Path
        A file beside the one that is to be.

    Raises
    ------
    ConfigurationError
        As `write_file`.
    """
    target = file_path(path)
    with _refusals(target):
        real = _target(target, overwrite=overwrite)
        with _reserved(real) as beside:
            yield beside
            # content first, then the name: after a power cut the name has all of it or is not there
            _settle(beside)
            _give_name(beside, real, overwrite=overwrite)


@contextlib.contextmanager
def _refusals(target: Path) -> Iterator[None]:
    """Say in words of ours why a file cannot be written."""
    try:
        yield
    except FileExistsError:
        raise ConfigurationError(
            say("{target} exists already", target=target), hint=say("Pass overwrite=True to replace it, or choose another name.")
        ) from None
    except OSError as error:
        raise ConfigurationError(
            say("cannot write {target}: {reason}", target=target, reason=why(error)),
            hint=say("Choose another path, or make the folder first."),
        ) from error


def _target(target: Path, *, overwrite: bool) -> Path:
    """The file that a path leads to, where it may be written."""
    # through links, so that a link is not replaced by a file
    real = Path(os.path.realpath(target))
    try:
        mode = real.stat().st_mode
    except FileNotFoundError:
        return real
    kind = _odd_kind(mode)
    if kind:  # replacing /dev/null would take it away from everybody
        raise OSError(say("it {kind}", kind=kind))
    if not overwrite:
        raise FileExistsError
    return real


_REASONS = [
    say("No such file or directory"),
    say("Permission denied"),
    say("Operation not permitted"),
    say("Is a directory"),
    say("Not a directory"),
    say("No space left on device"),
    say("Read-only file system"),
    say("File name too long"),
    say("Too many open files"),
]


def why(error: OSError) -> str:
    """Say what the system refused, in words that have a translation where it is one of the usual reasons.

    Examples
    --------
    >>> why(FileNotFoundError(2, "No such file or directory")).in_language("zh")
    '文件或文件夹不存在'
    """
    said = error.strerror or (error.args[0] if error.args else type(error).__name__)
    # by its words, as one number stands for several reasons on Windows
    return next((reason for reason in _REASONS if reason == said), said)


def _odd_kind(mode: int) -> str:
    """What a file is that is not an ordinary one, as the rest of a sentence."""
    return "" if stat.S_ISREG(mode) else say("is a directory") if stat.S_ISDIR(mode) else say("is not a regular file")


@contextlib.contextmanager
def _reserved(real: Path) -> Iterator[Path]:
    """Make an empty file beside the target that is this writer's own, and remove what a killed writer of the same target left.

    Its name is made of the target's, so that leftovers are found without a search. A lock on the file tells a writer that lives from one
    that was killed, whatever their process ids and machines.
    """
    import hashlib  # noqa: PLC0415 - as gzip below: loading the extension takes a third longer with both

    stem = real.name.encode("utf-8", "surrogateescape")[:_LONGEST_NAME].decode("utf-8", "ignore")
    name = f".{stem}.{hashlib.sha256(os.fsencode(real.name)).hexdigest()[:8]}"
    # each living writer of one target holds the lock of one of these names
    for number in range(_WRITERS):
        beside = real.with_name(f"{name}.{number}.part")
        _remove_leftover(beside)
        handle = _created(beside)
        if handle is None:
            continue
        if _is_mine(handle, beside):
            break
        os.close(handle)
    else:
        beside = real.with_name(f"{name}.{os.urandom(4).hex()}.part")
        handle = _created(beside)
    if fcntl is None and handle is not None:  # an open file cannot be renamed there
        os.close(handle)
        handle = None
    try:
        yield beside
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    finally:
        if handle is not None:
            os.close(handle)


def _created(path: Path) -> int | None:
    """Make an empty file and open it; None where there is one already."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return None


def _remove_leftover(beside: Path) -> None:
    """Remove a file that no living writer holds."""
    with contextlib.suppress(OSError):
        handle = os.open(beside, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        try:
            if _is_mine(handle, beside):
                beside.unlink()
        finally:
            os.close(handle)


def _is_mine(handle: int, path: Path) -> bool:
    """Lock an open file; false when another writer holds it, or has renamed or removed it meanwhile."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except OSError:
        return False


def _settle(path: Path) -> None:
    """Wait until the content is on the disk, so that the name never stands for less after a power cut."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _give_name(beside: Path, target: Path, *, overwrite: bool) -> None:
    """Rename a file to its target; without `overwrite` only if the name is still free."""
    if overwrite:
        with contextlib.suppress(OSError):
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
        return
    try:
        os.link(beside, target)
    except FileExistsError:
        raise
    except (OSError, AttributeError):  # file systems without links, and Pyodide, whose os has none
        beside.replace(target)
    else:
        beside.unlink()


def means_file(given: object) -> bool:
    """Whether an argument means a file and no address: a path, a name that ends as those of snapshots do, or a file with its folder.

    Examples
    --------
    >>> [means_file(each) for each in (Path("s"), "s.json.gz", "model-a", "team/model-a", "s.json@latest")]
    [True, True, False, False, False]
    """
    if not isinstance(given, str):
        return isinstance(given, os.PathLike)
    name = given.lower()
    ends = name.endswith(ENDINGS["save"]) or ".paisnap" in name
    if "/" in name or "\\" in name:
        return "://" not in name and (ends or os.path.isfile(given))  # noqa: PTH113 - False for a name that is too long
    return ends and "@" not in name


def is_snapshot(path: str | os.PathLike[str]) -> bool:
    """Whether a file is there and begins as a snapshot does, whatever its name.

    Examples
    --------
    >>> is_snapshot("/nonexistent")
    False
    """
    if not os.path.isfile(path):  # noqa: PTH113 - as above
        return False
    try:
        with _unpacked(Path(path)) as content:
            return SNAPSHOT.encode() in content.read(_BLOCK)
    except (EOFError, zlib.error, OSError):
        return False


@contextlib.contextmanager
def _unpacked(target: Path) -> Iterator[IO[bytes]]:
    import gzip  # noqa: PLC0415 - as above

    with target.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        try:
            with gzip.open(stream) if packed else contextlib.nullcontext(stream) as content:
                yield cast("IO[bytes]", content)
        except gzip.BadGzipFile as error:
            raise EOFError(*error.args) from error


def read_file(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES, start: bytes = b"") -> bytes:
    """Read an ordinary file, compressed by gzip or not.

    Parameters
    ----------
    path : path
        The file.
    max_bytes : int
        More than this, after decompression, is refused while it is read.
    start : bytes
        What the first mebibyte has to hold somewhere, so that a large file of another kind costs nothing.

    Raises
    ------
    UnreadableFile
        When the file does not exist, when it is damaged, or too large.
    ConfigurationError
        When it is not a path.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_file(write_file(f"{folder}/a.txt", "cer"))
    b'cer'
    """
    target = file_path(path)
    try:
        kind = _odd_kind(target.stat().st_mode)
        if kind:
            raise MissingFile(kind)
        with _unpacked(target) as content:
            head = content.read(min(_BLOCK, max_bytes + 1))
            if start not in head and content.read(1):
                raise UnreadableFile(say("does not hold {decode!r} in its first {len:,} bytes", decode=start.decode(), len=len(head)))
            content.seek(0)
            data: bytes = content.read(max_bytes + 1)
    except (EOFError, zlib.error) as error:
        raise UnreadableFile(say("is cut short or damaged: {error}", error=error)) from error
    except OSError as error:
        raise MissingFile(say("cannot be read: {reason}", reason=why(error))) from error
    if len(data) > max_bytes:
        raise UnreadableFile(say("holds more than {max_bytes:,} bytes", max_bytes=max_bytes))
    return data
