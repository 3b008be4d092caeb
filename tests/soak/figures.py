"""What a section of the soak is given, and what it tells: what was tried, what failed, and lines of figures."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pai_notebook.errors import PaiError

ROOT = Path(__file__).parents[2]


class Figures:
    """Dice to draw with, how much is wanted, and what was found."""

    def __init__(self, dice, part=1.0, corpora=None):
        self.dice, self.part, self.corpora = dice, part, corpora
        self.tried = 0
        self.failed: list[str] = []

    def some(self, count):
        """So many at full size, fewer for a part, one at least."""
        return max(1, round(count * self.part))

    def drawn(self, items):
        """All of the items at full size, in their order; a part of them otherwise."""
        items = list(items)
        return items if self.part >= 1 else self.dice.sample(items, self.some(len(items)))

    def say(self, line):
        """Print a figure at once, so that a run that is ended early has told some."""
        print(f"  {line}", flush=True)

    def check(self, holds, failure):
        """Count a thing that was tried, and note it when it does not hold."""
        self.tried += 1
        if not holds:
            self.failed.append(failure)

    def attempt(self, name, call):
        """Call; an error of ours is an answer (its type comes back), any other exception is a failure."""
        self.tried += 1
        try:
            return call()
        except PaiError as error:
            return type(error)
        except Exception as error:  # noqa: BLE001 - what must not be seen is to be seen here
            self.failed.append(f"{name}: raw {type(error).__name__}: {ascii(str(error))[:200]}")
            return None

    def tests(self, *paths, plugin=None):
        """Run files of the suite in a process of its own; every test is a thing that was tried, and its seconds come back by name."""
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.xml"
            plugins = ["-p", plugin] if plugin else []
            command = [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", f"--junitxml={report}", *plugins, *paths]
            run = subprocess.run(
                command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
            )
            if not report.exists():
                pytest.exit(run.stdout + run.stderr)
            cases = list(ET.parse(report).iter("testcase"))
        for case in cases:
            bad = [child.get("message", "") for child in case if child.tag in ("failure", "error")]
            self.check(not bad, f"{case.get('name')}: {' '.join(bad)[:200]}")
        self.failed += [run.stdout[-300:]] if run.returncode and not self.failed else []
        return {case.get("name"): float(case.get("time")) for case in cases}, run.stdout
