"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from pai_notebook.errors import ConfigurationError

__all__ = ["new_file", "write_file"]


def write_file(path: str | os.PathLike[str], content: str | bytes, *, overwrite: bool = False) -> Path:
    """Write a file in one step: a reader sees the old content or the new one, never a part.

    Parameters
    ----------
    path : path
        Where to; `~` is the home directory. Text is written as UTF-8, lines end as they are given.
    content : str or bytes
        All of it.
    overwrite : bool
        Whether a file that exists may be replaced; a link is followed, the mode is kept.

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
    return Path(path).expanduser()


@contextlib.contextmanager
def new_file(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """Give the path of an empty file to fill, which becomes `path` at the end, or is removed when filling it fails.

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
    target = Path(path).expanduser()
    if target.exists() and not overwrite:
        raise _exists(target)
    real = Path(os.path.realpath(target))
    beside = real.with_name(f".{real.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        beside.touch(exist_ok=False)
        yield beside
        _settle(beside)
        _give_name(beside, real, overwrite=overwrite)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {target}: {error.strerror or error}", hint="Choose another path, or make the folder first."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _exists(target: Path) -> ConfigurationError:
    return ConfigurationError(f"{target} exists already", hint="Say overwrite=True to replace it, or choose another name.")


def _settle(path: Path) -> None:
    """Wait until the content is on the disk, so that the name never stands for less after a power cut."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _give_name(beside: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        with contextlib.suppress(OSError):
            beside.chmod(target.stat().st_mode & 0o777)
        beside.replace(target)
    else:
        _publish(beside, target)


def _publish(beside: Path, target: Path) -> None:
    """Give the file its name only if nobody took it meanwhile; file systems without links rename instead."""
    try:
        os.link(beside, target)
    except FileExistsError:
        raise
    except OSError:
        beside.replace(target)
