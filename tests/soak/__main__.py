"""What must hold however often it is tried, at full size and with figures: `python -m tests.soak [SECTION...] [--seed N] [--part 0.1]`.

Without names all sections run. `--part` tries so much of each; `--corpora FOLDER` adds its strings. Failures are printed at the end of a
section; ends with 1 when there is any. The suite holds a small version of each (`tests/test_soak.py` and the tests
that these sections take their parts from).
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from tests.soak import connections, limits, texts
from tests.soak.figures import Figures

SECTIONS = {
    "interrupts": connections.interrupts,
    "faults": connections.faults,
    "mutations": texts.mutations,
    "canaries": texts.canaries,
    "redaction": texts.redaction,
    "sizes": limits.sizes,
    "snapshots": limits.snapshots,
    "paths": limits.paths,
    "environments": limits.environments,
    "closes": connections.closes,
    "explorers": connections.explorers,
}


def run(name, *, seed, part, corpora=None):
    """Run a section and print what it found; how many failures it had comes back."""
    figures = Figures(random.Random(f"{name} {seed}"), part, corpora)
    print(f"{name} (seed {seed}, part {part:g}):", flush=True)
    began, used = time.monotonic(), time.process_time()
    SECTIONS[name](figures)
    took = f"{time.monotonic() - began:.0f} s, CPU {time.process_time() - used:.0f} s"
    print(f"  {figures.tried:,} tried, {len(figures.failed):,} failed, {took}")
    for failure, count in Counter(figures.failed).most_common(40):
        print(f"  FAILED {failure}" + (f" ({count} times)" if count > 1 else ""))
    sys.stdout.flush()
    return len(figures.failed)


def main():
    """Run the sections that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", type=float, default=1.0)
    parser.add_argument("--corpora", type=Path)
    wanted = parser.parse_args()
    if unknown := set(wanted.sections) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    failed = [run(name, seed=wanted.seed, part=wanted.part, corpora=wanted.corpora) for name in wanted.sections or SECTIONS]
    return int(any(failed))


if __name__ == "__main__":
    sys.exit(main())
