"""Runs tests again and again, each time in a process of its own: `python -m tests.repeat COUNT [--logs FOLDER] TESTS...`.

Prints one line a run and how many of all passed; ends with 1 when any did not. What a run printed is kept where `--logs` says.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

_SECONDS = 1800


def one(number, tests, logs):
    """Run the tests once; whether all passed."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *tests]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        passed, said = done.returncode == 0, done.stdout + done.stderr
    except subprocess.TimeoutExpired as error:
        passed, said = False, f"{(error.stdout or b'').decode('utf-8', 'replace')}\nnot done after {_SECONDS} s"
    if logs:
        logs.mkdir(parents=True, exist_ok=True)
        (logs / f"{number}.log").write_text(said, "utf-8")
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    result = said.strip().splitlines()[-1] if said.strip() else "no output"
    print(f"{number}: {'passed' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s{load}: {result}", flush=True)
    return passed


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.repeat")
    parser.add_argument("count", type=int)
    parser.add_argument("tests", nargs="+")
    parser.add_argument("--logs", type=Path)
    wanted = parser.parse_args()
    passed = sum(one(number, wanted.tests, wanted.logs) for number in range(1, wanted.count + 1))
    print(f"{passed} of {wanted.count} runs passed")
    return passed != wanted.count


if __name__ == "__main__":
    sys.exit(main())
