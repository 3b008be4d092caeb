"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from pai_notebook.errors import ConfigurationError

__all__ = ["write_file"]


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
    target = Path(path).expanduser()
    if target.exists() and not overwrite:
        raise _exists(target)
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    try:
        _put(data, Path(os.path.realpath(target)), overwrite=overwrite)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as error:
        raise ConfigurationError(
            f"cannot write {target}: {error.strerror or error}", hint="Choose another path, or make the folder first."
        ) from error
    return target


def _exists(target: Path) -> ConfigurationError:
    return ConfigurationError(f"{target} exists already", hint="Say overwrite=True to replace it, or choose another name.")


def _put(data: bytes, target: Path, *, overwrite: bool) -> None:
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if overwrite:
            with contextlib.suppress(OSError):
                beside.chmod(target.stat().st_mode & 0o777)
            beside.replace(target)
        else:
            _publish(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _publish(beside: Path, target: Path) -> None:
    """Give the file its name only if nobody took it meanwhile; file systems without links rename instead."""
    try:
        os.link(beside, target)
    except FileExistsError:
        raise
    except OSError:
        beside.replace(target)
