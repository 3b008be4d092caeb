"""Parquet read back by pyarrow and dask, and written without holding more than a batch."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from pai_notebook.errors import ConfigurationError
from pai_notebook.io.parquet import write_parquet
from pai_notebook.model.version import ModelVersion
from pai_notebook.versions.versions import VersionSet
from tests.exports.export_samples import strings

BENCH = """
import resource, sys
from pai_notebook.io.parquet import write_parquet
from pai_notebook.model.version import ModelVersion

def page(number):
    names = range(number * 100, number * 100 + 100)
    label = [{"Key": "env", "Value": "test"}]
    more = {"Labels": label, "TrainingSpec": {"seed": number}}
    made = ({"VersionName": f"0.{n}.0", "Metrics": {"cer": n / 7, "rtf": 1 / (n + 1)}} for n in names)
    return [ModelVersion.from_document(document | more, "model-a") for document in made]

write_parquet(sys.argv[1], (page(number) for number in range(int(sys.argv[2]))), fields="all")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_pyarrow_reads_back_the_long_frame(everything, tmp_path):
    found = pq.read_table(everything.to_parquet(tmp_path / "x.parquet"))
    frame = everything.to_frame("long")
    assert found.column_names == list(frame.columns)
    assert np.array_equal(found["value"].to_numpy(), frame["value"].to_numpy(), equal_nan=True)
    for name in ("model", "version", "state", "duplicate"):
        assert found[name].to_pylist() == frame[name].tolist()
    for name in ("dataset", "metric", "text"):
        assert [value or "" for value in found[name].to_pylist()] == frame[name].fillna("").tolist()


def test_pandas_reads_back_the_long_frame_with_its_types(everything, tmp_path):
    pd.testing.assert_frame_equal(pd.read_parquet(everything.to_parquet(tmp_path / "x.parquet")), everything.to_frame("long"))


def test_a_missing_number_is_null_and_only_nan_is_nan(tmp_path):
    metrics = {"a": float("nan"), "b": None, "c": "text", "d": [1, 2], "e": float("inf")}
    vs = VersionSet([ModelVersion.from_document({"VersionName": "1", "Metrics": metrics}, "m")])
    found = pq.read_table(vs.to_parquet(tmp_path / "x.parquet"))
    assert [repr(value) for value in found["value"].to_pylist()] == ["nan", "None", "None", "None", "inf"]
    assert found["state"].to_pylist() == ["NaN", "null", "text", "series", "infinite"]


@pytest.mark.slow
def test_dask_reads_back_the_same_means(everything, tmp_path):
    code = "import dask.dataframe as dd, sys; f = dd.read_parquet(sys.argv[1]); print(f[f.metric == 'accuracy'].value.mean().compute())"
    path = everything.to_parquet(tmp_path / "x.parquet")
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    frame = everything.to_frame("long")
    assert float(done.stdout) == pytest.approx(frame[frame["metric"] == "accuracy"]["value"].mean())


def test_hostile_text_and_lone_surrogates_are_written(tmp_path):
    vs = VersionSet([ModelVersion.from_document({"VersionName": "1", "Metrics": {text[:99]: text for text in strings()}}, "m")])
    assert pq.read_table(vs.to_parquet(tmp_path / "x.parquet")).num_rows == len(vs.to_frame("long"))


@pytest.mark.slow
def test_ten_times_the_versions_take_no_more_memory(tmp_path):
    def peak(pages):
        command = [sys.executable, "-c", BENCH, str(tmp_path / f"{pages}.parquet"), str(pages)]
        return int(subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "MALLOC_ARENA_MAX": "2"}).stdout)

    assert peak(100) < peak(10) + 30_000


def test_nothing_is_left_when_a_batch_fails(tmp_path):
    def batches():
        yield [ModelVersion.from_document({"VersionName": "1"}, "m")]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_parquet(tmp_path / "x.parquet", batches())
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_unless_told(everything, tmp_path):
    path = everything.to_parquet(tmp_path / "x.parquet")
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        everything.to_parquet(path)
    everything.to_parquet(path, overwrite=True)


def test_without_pyarrow_the_extra_is_named(everything, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="Run pip install pyarrow"):
        everything.to_parquet(tmp_path / "x.parquet")
