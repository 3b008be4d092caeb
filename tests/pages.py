"""Runs the code of a documentation page, and compares or writes what it gives.

    python -m tests.pages PAGE...            # says where a page and the product differ
    python -m tests.pages --write PAGE...    # writes the outputs into the page

Each block of `python` runs as a cell, in one shell a page and a folder of its own. A block of `text` directly below is what
the cell shows; `...` stands for anything. A cell without such a block may show what it likes, but no error. A block below
`<!-- not run: REASON -->` is only compiled. A picture below a block is what it shows (tests/pictures.py).
A block of `sh` runs in bash, in the same folder; it may show what it likes where it shows nothing, but has to end with 0.
"""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from pai_notebook.i18n.phrases import Preference
from pai_notebook.registry import connection
from tests.patience import PATIENCE

__all__ = ["BLOCK", "Cell", "beside", "cells_of", "differences", "language_of", "write"]

BLOCK = re.compile(
    r"(?P<skip><!-- not run: [^\n]*-->\n)?"
    r"^```(?P<lang>python|sh)\n(?P<code>.*?)^```\n"
    r"(?:\n```text\n(?P<shown>.*?)^```\n)?"
    r"(?:\n!\[[^\]]+\]\((?P<picture>[^)]+)\)\n)?",
    re.DOTALL | re.MULTILINE,
)
_FRAME = re.compile(r"^Out\[\d+\]: ?\n?|\x1b\[[0-9;]*m", re.MULTILINE)
_REQUEST = re.compile(r"[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}")


def beside(picture: Path, *, dark: bool) -> Path:
    """The file of a picture in light or dark colours."""
    return picture.with_stem(f"{picture.stem}-dark") if dark else picture


@dataclass(frozen=True)
class Cell:
    """A block of Python on a page; `shown` is None where the page shows no output, `found` is what it gave.

    `value` is what its last line gave or, where it failed, the error.
    """

    code: str
    shown: str | None
    found: str
    failed: bool
    value: object = None

    @property
    def differs(self) -> bool:
        if self.shown is None:
            return self.failed
        pattern = "".join(".*" if part == "..." else re.escape(part) for part in re.split(r"(\.\.\.)", self.shown))
        return re.fullmatch(pattern, self.found, re.DOTALL) is None


@contextlib.contextmanager
def _shell() -> Iterator[InteractiveShell]:
    """Give a shell in a folder of its own; what it connected is closed afterwards."""
    home, default = Path.cwd(), connection._default
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        shell = InteractiveShell.instance()
        shell.history_manager.enabled = False
        connection._default = None
        try:
            yield shell
        finally:
            InteractiveShell.clear_instance()
            os.chdir(home)
            shell.extension_manager.unload_extension("pai_notebook")
            if connection.current_registry() is not None:
                connection.current_registry().close()
            connection._default = default


def cells_of(text: str) -> Iterator[tuple[re.Match[str], Cell | None]]:
    """Run the blocks of a page in their order; None stands for a block that is only compiled."""
    with _shell() as shell:
        for block in BLOCK.finditer(text):
            if block["skip"]:
                compile(TransformerManager().transform_cell(block["code"]), "page", "exec")
                yield block, None
                continue
            if block["lang"] == "sh":
                yield block, _in_bash(block)
                continue
            output = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
            with contextlib.redirect_stdout(output):
                done = shell.run_cell(block["code"])
            found = _FRAME.sub("", output.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
            lines = [line.rstrip() for line in _REQUEST.sub("...", found).splitlines()]
            value = done.result if done.success else done.error_in_exec
            yield block, Cell(block["code"], block["shown"], "\n".join(lines).strip("\n") + "\n", not done.success, value)


def _in_bash(block: re.Match[str]) -> Cell:
    """Run a block as a shell does in which this package is installed."""
    paimodel = f'paimodel() {{ "{sys.executable}" -m pai_notebook "$@"; }}\n'
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONIOENCODING": "utf-8", "PAI_NOTEBOOK_LANG": Preference.lang}
    done = subprocess.run(
        ["bash", "-c", paimodel + block["code"]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False, timeout=PATIENCE
    )
    lines = [line.rstrip() for line in _REQUEST.sub("...", done.stdout.decode("utf-8")).splitlines()]
    return Cell(block["code"], block["shown"], "\n".join(lines).strip("\n") + "\n", done.returncode != 0)


@contextlib.contextmanager
def language_of(page: Path) -> Iterator[None]:
    """Show everything in the language of a page, which its folder names."""
    before, Preference.lang = Preference.lang, page.parent.name if page.parent.name == "zh" else "en"
    try:
        yield
    finally:
        Preference.lang = before


def differences(page: Path) -> list[str]:
    """What a page shows and the product does not give."""
    with language_of(page):
        found = [cell for _, cell in cells_of(page.read_text("utf-8")) if cell is not None and cell.differs]
    return [f"{page.name}: {cell.code}gives\n{cell.found}" for cell in found]


def write(page: Path) -> None:
    """Write what the product gives into a page, where the page shows something else."""
    text, written, at = page.read_text("utf-8"), [], 0
    with language_of(page):
        for block, cell in cells_of(text):
            if cell is not None and cell.shown is not None and cell.differs:
                written += [text[at : block.start("shown")], cell.found]
                at = block.end("shown")
            elif cell is not None and cell.differs:
                print(f"{page.name}: this fails and shows no output:\n{cell.code}{cell.found}")
    page.write_text("".join([*written, text[at:]]), "utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if name != "--write" and "--write" in sys.argv:
            write(Path(name))
        elif name != "--write":
            print("\n".join(differences(Path(name))) or f"{name}: as it says")
