"""Versions and metrics as two tables of Arrow, in memory and as files: their columns, what joins them, and what is refused."""

import errno
import sys
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ConfigurationError, PatternWarning

FULL = {
    "VersionName": "0.1.0",
    "GmtCreateTime": "2026-01-30T12:51:33.028Z",
    "ApprovalStatus": "Approved",
    "FrameworkType": "Pytorch",
    "UserId": "1557702098194904",
    "Labels": [{"Key": "env", "Value": "prod"}, {"Key": "team", "Value": "b"}, {"Key": "team", "Value": "a"}],
    "TrainingSpec": {"HyperParameters": [{"Name": "lr", "Value": "1e-3"}, {"Name": "depth", "Value": 3}], "Note": None},
    "Options": '{"seed": 7}',
    "Metrics": {"cer": 0.25},
}
BARE = {"VersionName": "0.2.0"}
texts = st.text(st.characters(codec="utf-8"), max_size=3)
leaf = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.lists(st.integers(), max_size=2)
documents = st.fixed_dictionaries(
    {},
    optional={
        "ApprovalStatus": st.sampled_from(["Approved", "Pending", "", None, 7]),
        "GmtCreateTime": st.sampled_from(["2026-01-30T12:51:33Z", "2026-01-30T20:51:33+08:00", "soon", None]),
        "Uri": texts,
        "Labels": st.lists(st.fixed_dictionaries({"Key": texts, "Value": texts}), max_size=3),
        "TrainingSpec": st.dictionaries(texts, leaf, max_size=3),
        "QuantizationSpec": st.dictionaries(texts, leaf, min_size=1, max_size=2),
        "Team": texts,
    },
)


def as_set(*items):
    return pnb.VersionSet.from_documents([{"VersionName": f"0.{place}.0", **item} for place, item in enumerate(items)], "model-a")


def test_a_field_that_is_not_known_is_text_whatever_it_holds():
    table = as_set({"Odd": 1, "Other": True}, {"Odd": "a"}, {}).to_arrow().versions
    assert table.select(["Odd", "Other"]).to_pydict() == {"Odd": ["1", "a", None], "Other": ["true", None, None]}


def test_a_version_has_its_fields_as_the_frame_calls_them_with_ids_as_text_times_in_utc_and_maps_of_texts():
    versions, _ = as_set(FULL, BARE).to_arrow(fields=["approval", "times", "framework", "user_id", "labels", "settings"])
    full, bare = versions.to_pylist()
    assert {name: value for name, value in full.items() if value is not None} == {
        "model": "model-a",
        "version": "0.1.0",
        "approval_status": "Approved",
        "created": datetime(2026, 1, 30, 12, 51, 33, 28000, UTC),
        "framework_type": "Pytorch",
        "user_id": "1557702098194904",
        "labels": [("env", "prod"), ("team", "a, b")],
        "training_spec": [("HyperParameters.lr", "1e-3"), ("HyperParameters.depth", "3"), ("Note", None)],
        "options": [("seed", "7")],
    }
    assert {name for name, value in bare.items() if value is not None} == {"model", "version"}
    assert versions.schema.field("modified").type == pa.timestamp("us", "UTC")
    assert versions.schema.field("labels").type == pa.map_(pa.string(), pa.string())


@given(st.lists(documents, min_size=1, max_size=4))
def test_versions_say_what_the_wide_frame_says(items):
    vs = as_set(*items)
    versions, _ = vs.to_arrow()
    wide = vs.to_frame()
    rows = versions.to_pylist()
    assert [name for name in versions.column_names if name in wide] == [name for name in wide if name in versions.column_names]
    maps = {field.name for field in versions.schema if pa.types.is_map(field.type)}
    plain = set(versions.column_names) - maps - {"model", "version"}
    # the frame has the id of the model as a column, and all that is not plain as a column a key
    assert {name for name in wide if "." not in name} - plain == {"model"}
    for name in plain:
        assert [row[name] for row in rows] == [None if pd.isna(value) else value for value in wide[name]]
    keys = {(name, key) for name in maps for row in rows for key, _ in row[name] or ()}
    assert len(keys) == len([name for name in wide if "." in name and not name.startswith("metrics.")])
    for key in {key for name, key in keys if name == "labels"}:
        found = [dict(row["labels"] or ()).get(key) for row in rows]
        assert found == [None if pd.isna(value) else value for value in wide[f"labels.{key}"]]


def test_a_label_or_a_setting_by_name_is_a_column_of_its_own():
    told = ["labels['env']", "training_spec.HyperParameters.lr", "TrainingSpec.HyperParameters.depth"]
    versions, _ = as_set(FULL, BARE).to_arrow(fields=told)
    assert versions.drop_columns(["model", "version"]).to_pydict() == {
        "labels.env": ["prod", None],
        "training_spec.HyperParameters.lr": ["1e-3", None],
        "training_spec.HyperParameters.depth": ["3", None],
    }


def test_a_label_that_no_version_has_is_a_warning():
    for name in ("labels.envv", "labels['envv']"):
        with pytest.warns(PatternWarning, match=r"fields='labels.envv' matches nothing. Nearest is labels.env\.$"):
            as_set(FULL).to_arrow(fields=name)
    with pytest.warns(PatternWarning, match=r"fields='labels.envv' matches nothing. No version has any labels\.$"):
        as_set(BARE).to_arrow(fields="labels.envv")


def test_both_tables_join_and_their_values_keep_their_types():
    versions, metrics = as_set(FULL, BARE).to_arrow(fields=["approval", "labels.env"])
    joined = metrics.join(versions, ["model", "version"]).sort_by("version")
    assert joined.select(["version", "metric", "value", "approval_status", "labels.env"]).to_pylist() == [
        {"version": "0.1.0", "metric": "cer", "value": 0.25, "approval_status": "Approved", "labels.env": "prod"},
        {"version": "0.2.0", "metric": None, "value": None, "approval_status": None, "labels.env": None},
    ]


def test_a_set_is_its_metrics_to_whoever_reads_the_arrow_c_stream(everything, tmp_path):
    assert pa.table(everything).equals(everything.to_arrow().metrics)
    assert pa.table(everything).equals(pq.read_table(everything.to_parquet(tmp_path / "x.parquet")))
    assert pa.table(pnb.VersionSet()).num_rows == 0
    reader = pa.RecordBatchReader.from_stream(everything)
    assert reader.schema.names == list(everything.to_frame("long"))


def test_only_metrics_asked_for_are_in_the_table_of_metrics():
    vs = as_set({"Metrics": {"cer": 0.1, "wer": 0.2}})
    assert vs.to_arrow(include="c*").metrics["metric"].to_pylist() == ["cer"]
    assert vs.to_arrow(exclude="c*").metrics["metric"].to_pylist() == ["wer"]


def test_the_file_of_versions_stands_beside_that_of_metrics_and_pandas_reads_it(everything, tmp_path):
    path = everything.to_parquet(tmp_path / "all.parquet", fields="all")
    beside = tmp_path / "all.versions.parquet"
    assert sorted(tmp_path.iterdir()) == sorted([path, beside])
    assert pq.read_table(beside).equals(everything.to_arrow().versions)
    frame = pd.read_parquet(beside)
    assert str(frame["created"].dtype) == "datetime64[us, UTC]"
    assert {str(frame[name].dtype) for name in ("model", "version", "approval_status", "uri")} == {"string"}
    merged = pd.read_parquet(path).merge(frame, on=["model", "version"])
    assert len(merged) == len(everything.to_frame("long"))


def test_without_fields_there_is_one_file(everything, tmp_path):
    everything.to_parquet(tmp_path / "all.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["all.parquet"]


def test_a_file_of_versions_that_exists_is_kept_with_that_of_metrics(tmp_path):
    (tmp_path / "all.versions.parquet").write_text("mine")
    with pytest.raises(ConfigurationError, match="overwrite=True"):
        as_set(FULL).to_parquet(tmp_path / "all.parquet", fields="labels")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("all.versions.parquet", "mine")]
    as_set(FULL).to_parquet(tmp_path / "all.parquet", fields="labels", overwrite=True)
    assert pq.read_table(tmp_path / "all.versions.parquet").num_rows == 1


def test_a_disk_that_is_full_in_the_end_leaves_both_files_as_they_were(tmp_path, monkeypatch):
    write = pq.ParquetWriter.write_table

    def refuse(writer, table):
        if "metric" in table.column_names:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(writer, table)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", refuse)
    for name in ("all.parquet", "all.versions.parquet"):
        (tmp_path / name).write_text("old")
    with pytest.raises(ConfigurationError, match="No space left"):
        as_set(FULL).to_parquet(tmp_path / "all.parquet", fields="labels", overwrite=True)
    assert {(path.name, path.read_text()) for path in tmp_path.iterdir()} == {("all.parquet", "old"), ("all.versions.parquet", "old")}


@pytest.mark.parametrize("path", [".", "/"])
def test_a_folder_is_no_place_for_both_files(path):
    with pytest.raises(ConfigurationError, match="it is a directory"):
        as_set(FULL).to_parquet(path, fields="labels")


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("aproval", "Nearest is approval_status"),
        ("metrics", "Available: all, times, settings"),
        ("request_id", "Available"),
        ("approval.env", "Available"),
        ("version.x", "Available"),
        ("Team", "Available"),
        ("", "Available"),
    ],
)
def test_a_field_that_is_not_there_is_refused_with_the_nearest(field, hint, tmp_path):
    with pytest.raises(ConfigurationError, match=hint):
        as_set(FULL).to_parquet(tmp_path / "x.parquet", fields=["model", field])
    assert list(tmp_path.iterdir()) == []


def test_fields_that_this_package_does_not_know_take_part():
    versions, _ = as_set({"Team": "vision", "QuantizationSpec": {"Bits": 4}}).to_arrow(fields=["Team", "settings", "QuantizationSpec.Bits"])
    (row,) = versions.to_pylist()
    assert (row["Team"], row["QuantizationSpec"], row["QuantizationSpec.Bits"]) == ("vision", [("Bits", "4")], "4")


def test_hostile_texts_and_lone_surrogates_are_in_both_tables(hostile):
    versions, metrics = hostile.to_arrow()
    assert versions.num_rows == len(hostile)
    assert metrics.num_rows == len(hostile.to_frame("long"))
    (row,) = as_set({"Labels": [{"Key": "\ud800", "Value": "\udfff"}], "Uri": "\ud800"}).to_arrow().versions.to_pylist()
    assert (row["labels"], row["uri"]) == ([("\\ud800", "\\udfff")], "\\ud800")


def test_without_pyarrow_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="Run pip install pyarrow"):
        as_set(FULL).to_arrow()
