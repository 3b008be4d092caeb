"""The command `paimodel`: the grammar of `%paimodel` in a shell, with exit codes, JSON and JUnit XML for scripts."""

from __future__ import annotations

# nothing else is imported here, so that Ctrl-C is quiet as soon as Python itself has started
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pai_notebook.shell.command import Exit

__all__ = ["Exit", "main"]


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    words : sequence of str, optional
        What stands behind `paimodel`; by default what the process was given.

    Returns
    -------
    int
        An `Exit`: 0 passed, 1 did not pass, 2 could not be checked, 3 usage; 130 after Ctrl-C, 141 when the reader of a pipe has gone.
    """
    try:
        from pai_notebook.shell import command  # noqa: PLC0415 - as above

        return command.main(words)
    except KeyboardInterrupt:
        return 130


def __getattr__(name: str) -> Any:
    if name != "Exit":
        raise AttributeError(f"module 'pai_notebook.shell' has no attribute {name!r}")
    from pai_notebook.shell.command import Exit  # noqa: PLC0415 - as above

    return Exit
