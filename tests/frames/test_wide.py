import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.errors import ConfigurationError
from pai_notebook.frames import to_frame
from pai_notebook.model.version import ModelVersion
from tests.compare.comparing import results
from tests.examples import examples

DATA = Path(__file__).parents[1] / "data"
PAYLOADS = json.loads((DATA / "payloads.json").read_text("utf-8"))["documents"]
DOCUMENTED = [item["body"] for item in PAYLOADS if item["action"] == "GetModelVersion"]
CORPUS = json.loads((DATA / "corpora" / "dicts.json").read_text("utf-8"))["items"]
FIELD_OF = {"metrics": "Metrics", "labels": "Labels", "spec": "TrainingSpec"}


def make(name="0.1.0", model="model-a", **fields):
    return ModelVersion.from_document({"VersionName": name, **fields}, model)


def frame_of(*metrics, **options):
    return to_frame([make(f"0.{number}.0", Metrics=raw) for number, raw in enumerate(metrics, start=1)], **options)


def test_the_index_is_the_version_names_in_the_order_given():
    frame = to_frame([make("0.10.0"), make("0.2.0")])
    assert list(frame.index) == ["0.10.0", "0.2.0"]
    assert frame.index.name == "version"


def test_several_models_are_told_apart_by_the_index():
    frame = to_frame([make("0.1.0", "model-a"), make("0.1.0", "model-b")])
    assert frame.index.names == ["model", "version"]
    assert list(frame.index) == [("model-a", "0.1.0"), ("model-b", "0.1.0")]
    assert "model" not in frame
    assert list(frame.reset_index().columns[:2]) == list(to_frame([make("0.1.0", "model-a")]).reset_index()[["model", "version"]].columns)


def test_the_documented_examples_are_typed():
    frame = to_frame([ModelVersion.from_document(document, "model-a") for document in DOCUMENTED])
    kinds = frame.dtypes.astype(str)
    assert kinds["approval_status"] == kinds["framework_type"] == "string"
    assert kinds["created"] == kinds["modified"] == "datetime64[us, UTC]"
    assert {kinds[name] for name in ("description", "uri", "user_id", "owner_id", "source_id", "labels.env")} == {"string"}
    assert kinds["metrics.auc"] == kinds["metrics.ks"] == kinds["metrics.accuracy@d-mmlu00000000000001"] == "float64"
    assert kinds["metrics.passed"] == "boolean"
    assert kinds["metrics.confusion_matrix"] == "string"
    assert kinds["training_spec.ComputeResource.EcsCount"] == "Int64"
    assert frame.loc["0.1.2", "training_spec.HyperParameters.learning_rate"] == "5e-5"
    assert frame.loc["2.3.4_beta", "metrics.ks"] == 0.48
    assert len(set(frame.columns)) == len(frame.columns)


def test_identifiers_stay_text():
    frame = to_frame([make(UserId="15577020981234561", OwnerId=2**60 + 1)])
    assert frame.loc["0.1.0", "user_id"] == "15577020981234561"
    assert frame.loc["0.1.0", "owner_id"] == str(2**60 + 1)


def test_times_are_utc_and_unreadable_ones_are_missing():
    texts = [
        "2021-01-30T12:51:33.028Z",
        "2024-06-07T17:12:35Z",
        "2024-06-07T17:12:35+08:00",
        "2024-06-07T17:12:35",
        "yesterday",
        "",
        None,
        5,
    ]
    frame = to_frame([make(f"0.{number}.0", GmtCreateTime=text) for number, text in enumerate(texts)])
    assert frame["created"].iloc[0] == datetime(2021, 1, 30, 12, 51, 33, 28000, tzinfo=UTC)
    assert frame["created"].iloc[2] == datetime(2024, 6, 7, 9, 12, 35, tzinfo=UTC)
    assert frame["created"].iloc[3] == frame["created"].iloc[1]
    assert frame["created"].isna().tolist() == [False] * 4 + [True] * 4


def test_times_equal_those_of_the_version():
    versions = [
        make(GmtCreateTime=text) for text in ("2024-W01-1", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", "2024-06-07 17:12:35.123456")
    ]
    assert [moment.to_pydatetime() for moment in to_frame(versions)["created"]] == [version.created for version in versions]


def test_a_metric_on_two_datasets_has_two_columns_wherever_it_stands():
    first, second = results(d_a={"cer": 0.1}, d_b={"cer": 0.2}), results(d_b={"cer": 0.3}, d_a={"cer": 0.4})
    frame = frame_of(first, second, include="metrics.*")
    assert frame.to_dict("list") == {"metrics.cer@d-a": [0.1, 0.4], "metrics.cer@d-b": [0.2, 0.3]}


def test_columns_are_in_natural_order_whatever_the_order_of_the_keys():
    frame = frame_of({"m10": 1.0, "m2": 2.0}, {"m2": 3.0, "m1": 4.0}, include="metrics.*")
    assert list(frame.columns) == ["metrics.m1", "metrics.m2", "metrics.m10"]


def test_an_absent_null_or_nan_metric_is_nan():
    frame = frame_of({"a": 0.5}, {"a": None}, {"a": float("nan")}, {}, include="metrics.a")
    assert str(frame["metrics.a"].dtype) == "float64"
    assert frame["metrics.a"].isna().tolist() == [False, True, True, True]


def test_infinity_and_extreme_numbers_survive():
    values = [1e-300, 1e308, -0.0, float("inf"), float("-inf"), 5e-324]
    column = frame_of(*({"a": value} for value in values))["metrics.a"]
    assert column.tolist() == values
    assert np.signbit(column.iloc[2])


CURVE = [{"step": 1, "value": 0.3}, {"step": 2, "value": 0.2}]


def test_a_column_with_any_number_is_float64_and_its_words_are_missing():
    column = frame_of({"a": 0.5}, {"a": "good"}, {"a": True}, {"a": "0.91"}, {"a": [0.3, 0.2]}, {"a": CURVE})["metrics.a"]
    assert str(column.dtype) == "float64"
    assert column.fillna(-1).tolist() == [0.5, -1.0, -1.0, 0.91, -1.0, 0.2]


def test_a_column_of_words_is_text_and_one_of_truth_values_is_boolean():
    frame = frame_of({"grade": "A", "ok": True, "m": [[1, 2]], "mixed": True}, {"grade": None, "ok": None, "mixed": "no"}, {})
    assert str(frame["metrics.grade"].dtype) == "string"
    assert str(frame["metrics.ok"].dtype) == "boolean"
    assert frame["metrics.ok"].tolist() == [True, pd.NA, pd.NA]
    assert frame["metrics.m"].iloc[0] == "[[1,2]]"
    assert frame["metrics.mixed"].tolist() == ["true", "no", pd.NA]


def test_a_truth_value_is_never_one():
    assert str(frame_of({"a": True}, {"a": False})["metrics.a"].dtype) == "boolean"


def test_two_different_values_of_one_name_are_no_value_but_two_equal_ones_are():
    twice = {"Results": [{"Dataset": {"DatasetId": "d"}, "Metrics": {"a": 1.0, "b": value}} for value in (0.1, 0.2)]}
    frame = frame_of(twice, include="metrics.*")
    assert frame.loc["0.1.0", "metrics.a@d"] == 1.0
    assert np.isnan(frame.loc["0.1.0", "metrics.b@d"])


@pytest.mark.parametrize("labels", [[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}, {"Key": "a", "Value": "0"}]])
def test_label_keys_are_columns_and_repeated_ones_are_joined(labels):
    frame = to_frame([make("0.1.0", Labels=labels), make("0.2.0", Labels=labels[::-1]), make("0.3.0")], include="labels.*")
    assert list(frame.columns) == ["labels.a", "labels.b"]
    assert frame["labels.a"].tolist() == ["0, 1", "0, 1", pd.NA]
    assert {str(kind) for kind in frame.dtypes} == {"string"}


@pytest.mark.parametrize("key", ["所有者", "a.b", "a@b", "[x]", '"', "a\nb", "\ud800", "🚀", "مفتاح", "<script>", "", " "])
def test_odd_keys_are_kept_exactly(key):
    frame = to_frame([make(Labels=[{"Key": key, "Value": key}])], include="labels.*")
    assert list(frame.columns) == [f"labels.{key}"]
    assert frame.iloc[0, 0] == key


def test_names_that_would_collide_are_escaped_and_no_column_repeats():
    frame = frame_of({"Results": [{"Dataset": {"DatasetId": "b"}, "Metrics": {"a": 1.0}}], "a@b": 2.0}, include="metrics.*")
    assert sorted(frame.columns) == ["metrics.a@b", "metrics.a\\@b"]
    assert frame.loc["0.1.0", "metrics.a\\@b"] == 2.0


def test_several_levels_instead_of_flat_names():
    frame = frame_of(results(d_a={"cer": 0.1, "a.b": 0.2}), flat=False)
    assert frame.columns.names == ["section", "path", "dataset"]
    assert frame["metrics"]["cer"]["d-a"].tolist() == [0.1]
    assert ("version", "uri", "") in frame.columns
    assert ("metrics", "a\\.b", "d-a") in frame.columns


def test_columns_are_chosen_by_glob_or_exact_name():
    raw = {"cer": 1.0, "wer": 2.0, "loss[x]": 3.0}
    assert list(frame_of(raw, include=["metrics.cer", "uri"]).columns) == ["uri", "metrics.cer"]
    assert list(frame_of(raw, include="metrics.*", exclude="*er").columns) == ["metrics.loss[x]"]
    assert list(frame_of(raw, include="metrics.loss[x]").columns) == ["metrics.loss[x]"]


def test_options_are_decoded():
    frame = to_frame([make("0.1.0", Options='{"seed": 7}'), make("0.2.0", Options=""), make("0.3.0", Options="{bad")], include="options.*")
    assert frame["options.seed"].tolist() == [7, pd.NA, pd.NA]
    assert frame["options.(value)"].tolist() == [pd.NA, pd.NA, "{bad"]


def test_spec_leaves_have_the_narrowest_exact_type():
    specs = [{"n": 1, "x": 1, "flag": True, "big": 2**70, "mixed": "a"}, {"n": None, "x": 0.5, "flag": False, "big": 1, "mixed": 1}]
    frame = to_frame([make(f"0.{number}.0", TrainingSpec=spec) for number, spec in enumerate(specs)], include="training_spec.*")
    kinds = frame.dtypes.astype(str).to_dict()
    assert kinds == {
        "training_spec.big": "string",
        "training_spec.flag": "boolean",
        "training_spec.mixed": "string",
        "training_spec.n": "Int64",
        "training_spec.x": "float64",
    }
    assert frame["training_spec.big"].iloc[0] == str(2**70)


def test_nothing_gives_an_empty_frame_with_the_plain_columns():
    frame = to_frame([])
    assert frame.shape[0] == 0
    assert "approval_status" in frame.columns


def test_an_unknown_layout_is_an_error():
    with pytest.raises(ConfigurationError, match="unknown layout 'tall'"):
        to_frame([], layout="tall")


@pytest.mark.slow
def test_every_item_of_the_hostile_corpus_has_a_frame():
    for item in CORPUS:
        versions = [make(**{FIELD_OF[item["kind"]]: item["doc"]}), make("0.2.0", Metrics={"acc": 0.5})]
        frame = to_frame(versions)
        assert len(set(frame.columns)) == len(frame.columns), item["id"]
        assert to_frame(versions, flat=False).shape == frame.shape, item["id"]
        assert len(to_frame(versions, layout="long")) == sum(len(version.metrics) or 1 for version in versions), item["id"]


# before pandas 3 the levels of an index end a text at its first NUL, so that such a name cannot be told from another
nul = "\x00" if int(pd.__version__.split(".")[0]) < 3 else ""
keys = st.sampled_from(["cer", "a", "a.b", "a@b", "Results", "(value)"]) | st.text(
    st.characters(codec="utf-8", exclude_characters=nul), max_size=3
)
leaf = st.floats() | st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.floats(), max_size=3)
metric_maps = st.dictionaries(keys, leaf | st.dictionaries(keys, leaf, max_size=3), max_size=4)
entries = st.fixed_dictionaries({"Dataset": st.fixed_dictionaries({"DatasetId": keys}), "Metrics": metric_maps})
metrics = metric_maps | st.fixed_dictionaries({"Results": st.lists(entries, max_size=3)}, optional={"b": leaf})


@pytest.mark.slow
@examples(150)
@given(st.lists(metrics, max_size=5))
def test_the_wide_frame_says_what_the_cells_say(raws):
    versions = [make(f"0.{number}.0", Metrics=raw) for number, raw in enumerate(raws)]
    frame = to_frame(versions, flat=False)
    assert len(set(frame.columns)) == len(frame.columns)
    for version in versions:
        for cell in version.metrics:
            found = frame.loc[version.version_name, ("metrics", cell.path, cell.dataset)]
            column = frame["metrics", cell.path, cell.dataset]
            if str(column.dtype) == "float64" and not cell.duplicate:
                assert (found == cell.value) or (np.isnan(found) and (cell.value is None or np.isnan(cell.value)))


def test_specs_that_python_calls_equal_are_each_shown_as_sent():
    specs = [{"n": value, "list": [{"Name": "a", "Value": value}]} for value in (1, True, 1, "1", False, 0)] * 20
    specs += [{"n": number, "list": [{"Name": "a", "Value": number}]} for number in range(100, 200)]
    frame = to_frame([make(f"0.{number}.0", TrainingSpec=spec) for number, spec in enumerate(specs)], include="training_spec.*")
    shown = ["1", "true", "1", '"1"', "false", "0"] * 20 + [str(number) for number in range(100, 200)]
    assert list(frame["training_spec.n"]) == list(frame["training_spec.list.a"]) == shown
