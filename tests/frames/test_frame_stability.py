import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.frames import to_frame
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import printed_by_hash_seed, shuffled
from tests.examples import examples

PROGRAM = """
import json, sys
from pai_notebook.frames import to_frame
from pai_notebook.model.version import ModelVersion
documents = json.load(sys.stdin)
versions = [ModelVersion.from_document(document, "model-a") for document in documents]
for layout in ("wide", "long"):
    frame = to_frame(versions, layout=layout)
    print(frame.to_csv(), frame.dtypes.to_string(), list(frame.columns), sep="\\n")
"""

# in a DataFrame the order of named settings means nothing either
LISTS = ("Results", "Labels", "HyperParameters")


def document(number):
    entries = [
        {"Dataset": {"DatasetId": f"d-{place}"}, "Metrics": {"cer": number / 7 + place, "wer": "A", "数": None}} for place in range(3)
    ]
    return {
        "VersionName": f"0.{number}.0",
        "Labels": [{"Key": key, "Value": f"{key}{number}"} for key in ("env", "team", "所有者")],
        "Metrics": {"Results": entries, "train": {"loss": 0.5, "steps": [1, 2]}},
        "TrainingSpec": {"HyperParameters": [{"Name": "lr", "Value": "1e-3"}, {"Name": "epochs", "Value": "3"}], "b": {"x": 1, "y": [1]}},
    }


def frames(documents):
    versions = [ModelVersion.from_document(document, "model-a") for document in documents]
    return [to_frame(versions, layout="wide"), to_frame(versions, layout="wide", flat=False), to_frame(versions, layout="long")]


@examples(25)
@given(st.randoms(use_true_random=False))
def test_the_order_of_results_labels_and_keys_changes_nothing(shuffler):
    documents = [document(number) for number in range(4)]
    for first, second in zip(frames(documents), frames([shuffled(each, shuffler, LISTS) for each in documents]), strict=True):
        pd.testing.assert_frame_equal(first, second)
        assert first.to_csv() == second.to_csv()


@pytest.mark.slow
def test_the_hash_seed_changes_nothing():
    documents = json.dumps([document(number) for number in range(4)])
    outputs = printed_by_hash_seed(PROGRAM, documents)
    assert len(outputs) == 1


@pytest.mark.slow
@pytest.mark.skipif(int(np.__version__.partition(".")[0]) < 2, reason="older releases of numpy are loaded a second time")
def test_after_an_import_of_numpy_that_was_interrupted_the_kernel_is_to_be_restarted():
    program = """
import sys, numpy
import pai_notebook as pnb
with pnb.connect("demo", default=False) as registry:
    versions = registry.get_versions("wine-cultivar@last:2")
# as Python does with a module whose import is interrupted
for name in [name for name in sys.modules if name.partition(".")[0] in ("numpy", "pandas")]:
    del sys.modules[name]
for call in (versions.to_frame, lambda: versions.to_parquet("x.parquet")):
    try:
        call()
    except pnb.errors.PaiError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.count("cannot be made again in this process. Restart the kernel.") == 2, done.stdout
