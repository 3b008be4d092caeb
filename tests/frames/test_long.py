import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.frames import to_frame
from pai_notebook.model.metric_cells import State
from pai_notebook.model.metrics import read_metrics
from pai_notebook.model.version import ModelVersion
from tests.examples import examples
from tests.model.rebuilding import rebuild


def make(name="0.1.0", model="model-a", **fields):
    return ModelVersion.from_document({"VersionName": name, **fields}, model)


def long_of(*metrics, **options):
    return to_frame([make(f"0.{number}.0", Metrics=raw) for number, raw in enumerate(metrics, start=1)], layout="long", **options)


def comparable(raw):
    """Cells with numbers compared by value, so that 1 and 1.0 are the same."""
    return [
        (cell.dataset, cell.path, cell.state, cell.duplicate, repr(cell.value) if cell.state is State.NUMBER else cell.text)
        for cell in read_metrics(raw)
    ]


def test_one_typed_row_for_each_cell_in_the_order_of_the_versions():
    frame = long_of({"m10": 1.0, "m2": "A"}, {"m2": 0.5})
    assert list(frame.columns) == ["model", "version", "dataset", "metric", "value", "text", "state", "duplicate"]
    assert frame[["version", "metric", "state"]].to_numpy().tolist() == [
        ["0.1.0", "m2", "text"],
        ["0.1.0", "m10", "number"],
        ["0.2.0", "m2", "number"],
    ]
    assert frame.dtypes.astype(str).tolist() == ["string"] * 4 + ["float64", "string", "string", "bool"]


def test_a_version_without_metrics_has_a_row_that_says_so():
    frame = long_of({"b": 1.0}, {}, {"a": 2.0}, None, {"a": {}})
    assert frame["version"].tolist() == ["0.1.0", "0.2.0", "0.3.0", "0.4.0", "0.5.0"]
    assert frame["state"].tolist() == ["number", "no metrics", "number", "no metrics", "no metrics"]
    assert frame["metric"].isna().tolist() == frame["dataset"].isna().tolist() == [False, True, False, True, True]
    assert not frame["duplicate"].any()
    assert rebuild(frame)["model-a", "0.2.0"] == {}
    assert long_of().dtypes.astype(str).tolist() == frame.dtypes.astype(str).tolist()


def test_a_version_without_metrics_has_its_row_whatever_is_included():
    frame = long_of({"b": 1.0}, {}, {"a": 2.0}, include="a")
    assert frame[["version", "state"]].to_numpy().tolist() == [["0.2.0", "no metrics"], ["0.3.0", "number"]]


def test_every_state_is_told_apart():
    raw = {"a": 1, "b": None, "c": math.nan, "d": math.inf, "e": "0.91", "f": "92.3%", "g": True, "h": [1, 2], "i": [[1]]}
    states = dict(long_of(raw)[["metric", "state"]].to_numpy().tolist())
    assert list(states.values()) == ["number", "null", "NaN", "infinite", "numeric text", "text", "boolean", "series", "matrix"]


def test_both_values_of_a_repeated_name_are_there_and_flagged():
    twice = {"Results": [{"Dataset": {"DatasetId": "d"}, "Metrics": {"a": value}} for value in (0.2, 0.1)]}
    frame = long_of(twice)
    assert frame["value"].tolist() == [0.1, 0.2]
    assert frame["duplicate"].tolist() == [True, True]


def test_a_number_that_float64_cannot_hold_keeps_its_digits():
    frame = long_of({"n": 2**53 + 1, "huge": 10**400})
    assert frame["text"].tolist() == [str(10**400), str(2**53 + 1)]
    assert frame["state"].tolist() == ["infinite", "number"]


def test_rows_are_chosen_by_metric_or_metric_and_dataset():
    raw = {"Results": [{"Dataset": {"DatasetId": name}, "Metrics": {"cer": 0.1, "wer": 0.2}} for name in ("d-a", "d-b")]}
    assert long_of(raw, include="cer@d-a")[["metric", "dataset"]].to_numpy().tolist() == [["cer", "d-a"]]
    assert long_of(raw, include="metrics.cer", exclude="*@d-b")[["metric", "dataset"]].to_numpy().tolist() == [["cer", "d-a"]]
    assert long_of({"cer": "A", "wer": "B"}, include="wer")["text"].tolist() == ["B"]


def test_any_subset_of_the_rows_rebuilds_exactly_those_cells():
    raw = {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.1, "grade": "A"}}], "n": 5}
    frame = long_of(raw)
    kept = frame[frame["metric"] != "n"]
    assert rebuild(kept) == {("model-a", "0.1.0"): {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.1, "grade": "A"}}]}}


keys = st.sampled_from(["cer", "a", "a.b", "a@b", "Results", "(value)", "准确率"]) | st.text(max_size=3)
leaf = st.floats() | st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=3) | st.sampled_from(["0.91", "1e-3"])
named = st.lists(st.fixed_dictionaries({"name": keys, "score": leaf}, optional={"num": leaf, "type": keys}), max_size=3)
leaves = leaf | st.lists(leaf, max_size=3) | named
metric_maps = st.dictionaries(keys, leaves | st.dictionaries(keys, leaves, max_size=3), max_size=4)
entries = st.fixed_dictionaries(
    {}, optional={"Dataset": st.fixed_dictionaries({}, optional={"DatasetId": keys, "Uri": keys, "Version": keys}), "Metrics": metric_maps}
)
documents = metric_maps | st.fixed_dictionaries({"Results": st.lists(entries, max_size=4)}, optional={"b": leaves}) | leaves


@examples(300)
@given(st.lists(documents, max_size=4))
def test_the_metrics_are_rebuilt_from_the_long_frame(raws):
    versions = [make(f"0.{number}.0", Metrics=raw) for number, raw in enumerate(raws)]
    documents = rebuild(to_frame(versions, layout="long"))
    for version, raw in zip(versions, raws, strict=True):
        assert comparable(documents.get(("model-a", version.version_name))) == comparable(raw)


@examples(150)
@given(st.lists(documents, max_size=4))
def test_the_long_frame_says_what_the_cells_say(raws):
    versions = [make(f"0.{number}.0", Metrics=raw) for number, raw in enumerate(raws)]
    frame = to_frame(versions, layout="long")
    cells = [(version, cell) for version in versions for cell in version.metrics]
    silent = frame[frame["state"] == "no metrics"]
    assert silent["version"].tolist() == [version.version_name for version in versions if not len(version.metrics)]
    frame = frame.drop(silent.index)
    assert frame["version"].tolist() == [version.version_name for version, _ in cells]
    assert frame["metric"].tolist() == [cell.path for _, cell in cells]
    assert frame["dataset"].tolist() == [cell.dataset for _, cell in cells]
    assert frame["state"].tolist() == [str(cell.state) for _, cell in cells]
    assert frame["duplicate"].tolist() == [cell.duplicate for _, cell in cells]
    np.testing.assert_array_equal(frame["value"], np.array([np.nan if cell.value is None else cell.value for _, cell in cells], float))


@pytest.mark.parametrize("flag", [True, False])
def test_flat_does_not_change_the_long_frame(flag):
    pd.testing.assert_frame_equal(long_of({"a": 1.0}, flat=flag), long_of({"a": 1.0}))
