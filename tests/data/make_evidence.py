"""Make notebooks/evidence.csv.gz: the answers of two networks, five times trained with other seeds, to the digits of the demo.

    python -m tests.data.make_evidence             train everything (half a minute) and write the file
    python -m tests.data.make_evidence --check     train one of them again and compare with the file

Every answer is that of a model that was trained here; nothing is typed in. The data are those of the demo's digits
(`demo_measurements.py`): the hold-out, and the same with noise.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import warnings
from pathlib import Path

import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from tests.data.demo_measurements import split

TARGET = Path(__file__).parents[2] / "notebooks" / "evidence.csv.gz"
UNITS, SEEDS = (16, 64), range(5)


def answers(units: int, seed: int) -> pd.DataFrame:
    """Train one network, and give its answer to each example of both data sets."""
    data = split("digits")
    model = MLPClassifier((units,), max_iter=150, random_state=seed).fit(*data.train)
    parts = [
        pd.DataFrame(
            {
                "hidden_units": units,
                "seed": seed,
                "dataset": dataset["DatasetId"],
                "id": [f"{dataset['DatasetId'].removeprefix('d-digits').rstrip('01')}-{nth:03d}" for nth in range(len(y))],
                "digit": y,
                "answer": model.predict(x),
            }
        )
        for dataset, x, y in data.tests[:2]
    ]
    return pd.concat(parts, ignore_index=True)


def main() -> int:
    """Write the file, or compare a part of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    if arguments.check:
        kept = pd.read_csv(TARGET)
        chosen = kept[(kept.hidden_units == UNITS[0]) & (kept.seed == SEEDS[0])].reset_index(drop=True)
        differing = int((chosen.answer != answers(UNITS[0], SEEDS[0]).answer).sum())
        print(f"{differing} of {len(chosen)} answers differ")
        return int(differing > len(chosen) // 100)
    table = pd.concat([answers(units, seed) for units in UNITS for seed in SEEDS], ignore_index=True)
    with gzip.GzipFile(TARGET, "wb", mtime=0) as file:
        file.write(table.to_csv(index=False).encode())
    print(f"{TARGET.name}: {len(table):,} answers, {TARGET.stat().st_size:,} bytes")
    print((table.answer == table.digit).groupby([table.dataset, table.hidden_units, table.seed]).mean().unstack())  # noqa: PD010 - for people
    return 0


if __name__ == "__main__":
    sys.exit(main())
