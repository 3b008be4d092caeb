"""Runs `paimodel` as a shell does, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

MODEL = "手写数字识别"
COMMAND = [sys.executable, "-m", "pai_notebook"]
RULES = {
    "hold": "accuracy >= 0.5\n",
    "break": "accuracy >= baseline - 1%  # on every dataset\n",
    "unknown": "acuracy >= 0.9\n",
    "both": "accuracy >= baseline - 1%\nacuracy >= 0.9\n",
    "wrong": "accuracy >= baseline * 0.99\n",
    "empty": "# nothing\n",
}


def environment(**more):
    """The variables of a process that finds this package, knows no registry, and writes UTF-8."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONPYCACHEPREFIX")}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8", **more}


def run(*words, stdout=subprocess.PIPE, **variables):
    """Run one command to its end."""
    given = {"stdout": stdout, "stderr": subprocess.PIPE, "encoding": "utf-8", "env": environment(**variables)}
    return subprocess.run([*COMMAND, *words], check=False, timeout=PATIENCE, **given)
