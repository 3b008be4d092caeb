"""Shells that the extension is loaded into."""

from contextlib import contextmanager

from IPython.core.interactiveshell import InteractiveShell

from pai_notebook.registry import connection

DIGITS = "model-rbvg5wfo5d0gngz1b8"


@contextmanager
def opened():
    """Load the extension into a shell of its own; what it connected is closed afterwards."""
    shell = InteractiveShell()
    shell.history_manager.enabled = False
    shell.run_line_magic("load_ext", "pai_notebook")
    yield shell
    shell.run_line_magic("unload_ext", "pai_notebook")
    if connection.current_registry() is not None:
        connection.current_registry().close()


def run(shell, cell):
    """Run a cell, and give what it ends with."""
    outcome = shell.run_cell(cell)
    outcome.raise_error()
    return outcome.result
