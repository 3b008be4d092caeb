"""What `paimodel` writes: results on stdout, everything else on stderr; colour only where a person looks at a terminal."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pai_notebook.errors import ConfigurationError
from pai_notebook.files import why
from pai_notebook.i18n.phrases import now, say, told
from pai_notebook.plan.words import in_shell
from pai_notebook.sanitize import encodable, printable, stdout_encoding, visible

_GREEN, _RED, _DIM = "32", "31", "2"
# As near as eight colours come to the blue and orange of tables and charts.
_BETTER, _WORSE = "36", "33"
_TONED = r"^(?P<rule> *─+)$|[✓✗](?= )|(?<=[\d%p] )(?:{better}|{worse})(?!\w)"


def set_up() -> None:
    """Have characters that stdout cannot encode escaped, so that none ends the command, and all written or an error told."""
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        # with PYTHONUNBUFFERED Python drops, without a word, what a reader who goes in the middle of it leaves unread
        sys.stdout = open(sys.stdout.fileno(), "w", encoding=sys.stdout.encoding, closefd=False)  # noqa: SIM115 - a descriptor
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def show(found: Any) -> None:
    """Print a result as text for the terminal, or for a file or pipe 80 columns wide."""
    text = now("written: {path}", path=found) if isinstance(found, os.PathLike) else str(found)
    _write(coloured(text) if is_colour_wanted() else text)


def show_json(found: Any) -> None:
    """Print a result as JSON, with escapes for what the stream cannot encode and what could not be seen on a terminal."""
    from pai_notebook.shell.as_json import as_json  # noqa: PLC0415 - only where it is asked for

    encoding = stdout_encoding()
    text = json.dumps(as_json(found), indent=2, allow_nan=False, ensure_ascii=False)
    # beyond ASCII there are values only
    _write(
        re.sub(
            r"[^\n -~]", lambda match: match[0] if encodable(visible(match[0]), encoding) == match[0] else json.dumps(match[0])[1:-1], text
        )
    )


def _write(text: str) -> None:
    if sys.stdout is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))  # closed by the shell, as other tools say it
    sys.stdout.write(text + "\n")


def flush() -> None:
    """Send what was printed, so that a reader who has gone is noticed here."""
    if sys.stdout is not None:
        sys.stdout.flush()


def complain(lines: Iterable[str], lead: str = "paimodel: ") -> None:
    """Print to stderr, where a script keeps what is no result."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            text = "\n".join(part for line in lines for part in printable(in_shell(told(line)).rstrip("\n").split("\n")))
            sys.stderr.write(f"{lead}{text}\n")


def read(path: str | None = None) -> str:
    """Read a text from stdin, or from a pipe that the shell gives a name.

    Raises
    ------
    ConfigurationError
        When it cannot be read, or is not in UTF-8.
    """
    try:
        if path is not None:
            return Path(path).read_bytes().decode("utf-8-sig")
        return "" if sys.stdin is None else sys.stdin.buffer.read().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(say("{path} {error}", path=path, error=say("cannot be read: {reason}", reason=why(error)))) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            say("what was read from stdin is not a text in UTF-8: {reason} at byte {start}", reason=error.reason, start=error.start)
        ) from error


def leave_pipe() -> None:
    """Have the interpreter end without an error about a pipe whose reader has gone, or a disk that is full."""
    with contextlib.suppress(OSError, ValueError, AttributeError):  # the last where there is no stdout
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def is_colour_wanted() -> bool:
    """Whether a person looks at a terminal that shows colour, and has not turned it off by NO_COLOR (no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout is not None and sys.stdout.isatty()


def coloured(text: str) -> str:
    r"""Colour the signs and words that have a tone: what passed or failed, and what is better or worse beyond chance.

    Examples
    --------
    >>> coloured("✓ Gate passed"), coloured("-14.4 worse")
    ('\x1b[32m✓\x1b[0m Gate passed', '-14.4 \x1b[33mworse\x1b[0m')
    """
    # colour goes with a sign or a word that says the same, in the language that is spoken
    tones = {"✓": _GREEN, "✗": _RED, now("better"): _BETTER, now("worse"): _WORSE}
    pattern = _TONED.format(better=re.escape(now("better")), worse=re.escape(now("worse")))
    return re.sub(pattern, lambda match: f"\x1b[{_DIM if match['rule'] else tones[match[0]]}m{match[0]}\x1b[0m", text, flags=re.MULTILINE)
