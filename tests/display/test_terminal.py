"""`%paimodel` in a real IPython on a real terminal: card, list, comparison and error within the width, nothing but text from data."""

import os
import re
import sys

import pexpect
import pytest

from pai_notebook.display.width import cells
from tests.display.structure import CONTROLS
from tests.patience import PATIENCE

MODEL = "model-rbvg5wfo5d0gngz1b8"
LINES = {
    "card": f"%paimodel {MODEL}@2.5.0",
    "list": f"%paimodel show {MODEL}@2.3.0..2.5.0",
    "comparison": f"%paimodel compare {MODEL}@last:3",
    "error": f"%paimodel {MODEL}@9.9.9",
    "hostile": "pnb.ModelVersion.from_document({'VersionName': '0.1.0', 'VersionDescription': '\\x1b[2J\\u202egone\\x07'})",
}
SAID = {
    "card": ["2.5.0", "○ Pending", "accuracy", "0.9889", "team=vision", "Training spec"],
    "list": ["2.3.0", "2.4.0", "2.5.0", "✗ Rejected", "labels"],
    "comparison": ["2.4.0", "worse", "better", "≈ could be chance", "directions"],
    "error": ["9.9.9", "2.5.0"],
    "hostile": [r"\x1b[2J\u202egone\x07"],
}
_COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Terminal:
    """IPython at the other end of a pseudo-terminal."""

    def __init__(self, home, columns, **environment):
        kept = {key: os.environ[key] for key in ("PATH", "PYTHONPATH", "LANG") if key in os.environ}
        self._process = pexpect.spawn(
            sys.executable,
            ["-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit"],
            dimensions=(60, columns),
            env={**kept, "HOME": str(home), "IPYTHONDIR": str(home), "PYTHONUTF8": "1", **environment},
            encoding="utf-8",
            timeout=PATIENCE,
            echo=False,
        )
        self.answer("%load_ext pai_notebook")
        self.answer("%paimodel connect demo")
        self.answer("import pai_notebook as pnb")

    def answer(self, line):
        """What a line prints, up to the next prompt."""
        self._process.sendline(f"{line}\nprint('ready', 'now')")
        self._process.expect(r"ready now\r\n")
        return self._process.before.replace("\r\n", "\n")

    def close(self):
        self._process.close(force=True)


@pytest.fixture(scope="module", params=[(80, {"TERM": "xterm-256color"}), (120, {"TERM": "dumb", "NO_COLOR": "1"})], ids=["80", "120 dumb"])
def terminal(request, tmp_path_factory):
    columns, environment = request.param
    opened = Terminal(tmp_path_factory.mktemp("ipython"), columns, **environment)
    yield columns, environment, opened
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize("kind", LINES)
def test_what_is_shown_fits_the_terminal_and_is_only_text(terminal, kind):
    columns, environment, ipython = terminal
    printed = ipython.answer(LINES[kind])
    text = _COLOUR.sub("", printed)
    assert not CONTROLS.search(text), repr(text)
    assert kind == "error" or max(map(cells, text.split("\n"))) <= columns  # an error is one line, for the terminal to wrap
    assert [word for word in SAID[kind] if word not in text] == []
    if "NO_COLOR" in environment:
        assert "\x1b" not in printed


@pytest.mark.slow
def test_a_table_is_as_wide_as_the_terminal_lets_it(terminal):
    columns, _, ipython = terminal
    rules = [cells(line) for line in ipython.answer(LINES["comparison"]).split("\n") if set(line) == {"─"}]
    assert columns // 2 < max(rules) <= columns
