"""The command `paimodel`: the grammar of `%paimodel` in a shell, with exit codes, JSON and JUnit XML for scripts."""

from pai_notebook.shell.command import Exit, main

__all__ = ["Exit", "main"]
