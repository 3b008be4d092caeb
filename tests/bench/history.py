"""Keeps the ratios of a landing in one small file, and prints how they went: `python -m tests.bench.history`.

``--write`` runs the benches below first, or those named, and adds a line for the commit that is checked out. CI does so for each landing
with load and look; the others want an idle machine. A number is handed on to the benches: how many versions.
Without it the last lines are printed beside each other, so that a fall is seen. Only ratios, requests and exponents are kept, of the last
landings: they are what can be told from one machine to another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RATIOS = Path(__file__).parent / "history" / "ratios.jsonl"
BENCHES = ("pages", "frames", "look", "load")
KEPT = ("against", " / ", "exponent", "requests", "in flight", "times")
SHOWN, MOST = 4, 20


def measure(name: str) -> dict[str, float]:
    """The ratios that a bench gives."""
    command = [sys.executable, "-m", f"tests.bench.{name}", *filter(str.isdigit, sys.argv), "--json"]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {key: round(value, 2) for key, value in figures.items() if any(word in key for word in KEPT)}


def write() -> None:
    """Add a line."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    entry = {"commit": commit, "date": f"{datetime.now(UTC):%Y-%m-%d}", "machine_load": round(os.getloadavg()[0], 1)}
    entry.update({name: measure(name) for name in ([name for name in BENCHES if name in sys.argv] or BENCHES)})
    lines = [*(RATIOS.read_text("utf-8").splitlines() if RATIOS.exists() else []), json.dumps(entry)]
    RATIOS.write_text("".join(f"{line}\n" for line in lines[-MOST:]), "utf-8")


def show() -> None:
    """Print the last lines, a column each."""
    lines = RATIOS.read_text("utf-8").splitlines() if RATIOS.exists() else []
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines[-SHOWN:]]
    print(f"{'':90}" + "".join(f"{entry['commit']:>10}" for entry in entries))
    for bench in BENCHES:
        for figure in dict.fromkeys(figure for entry in entries for figure in entry.get(bench, {})):
            values = [entry.get(bench, {}).get(figure) for entry in entries]
            print(f"{bench}: {figure}"[:90].ljust(90) + "".join(f"{'' if value is None else value:>10}" for value in values))


if __name__ == "__main__":
    if "--write" in sys.argv:
        write()
    show()
