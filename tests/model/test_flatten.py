import gc
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.model.document import canonical_json
from pai_notebook.model.flatten import flatten, join_path, list_names, metric_leaves, natural_key, split_path
from pai_notebook.model.lookup import MetricColumns
from pai_notebook.model.source import DatasetName, Provenance
from pai_notebook.model.version import ModelVersion

keys = st.text("a.\\(value)\n准", max_size=4)


@given(st.lists(keys, max_size=4))
def test_a_path_splits_back_into_its_keys(parts):
    assert split_path(join_path(tuple(parts))) == tuple(parts)


@given(st.lists(keys, max_size=4), st.lists(keys, max_size=4))
def test_different_keys_never_share_a_path(first, second):
    assert (join_path(tuple(first)) == join_path(tuple(second))) == (first == second)


@given(st.lists(st.text(max_size=8), max_size=8))
def test_natural_order_is_total(texts):
    backwards = texts[::-1]
    assert sorted(backwards, key=natural_key) == sorted(texts, key=natural_key)


def test_numbers_in_names_sort_as_numbers():
    assert sorted(["m10", "m9", "m", "m09"], key=natural_key) == ["m", "m09", "m9", "m10"]


def test_a_list_of_names_and_values_is_a_map():
    spec = {"HyperParameters": [{"Name": "learning_rate", "Value": "5e-5"}, {"Name": "epochs", "Value": 3}]}
    assert flatten(spec) == {"HyperParameters.learning_rate": "5e-5", "HyperParameters.epochs": 3}


def test_named_objects_are_a_map_by_name_whatever_their_order():
    inputs = [{"Name": "train", "InputUri": "oss://a"}, {"Name": "model", "InputUri": "oss://b"}]
    assert (
        flatten({"Inputs": inputs})
        == flatten({"Inputs": inputs[::-1]})
        == {"Inputs.train.InputUri": "oss://a", "Inputs.model.InputUri": "oss://b"}
    )


@pytest.mark.parametrize("key", ["name", "Name", "key", "Key", "id", "Id", "ID", "mount_path", "MountPath", "mountPath"])
def test_one_more_object_changes_no_other_one(key):
    mounts = [{key: "/a", "oss": {"path": "oss://a"}}, {key: "/b", "oss": {"path": "oss://b"}}]
    before, after = flatten({"storage": mounts}), flatten({"storage": [{key: "/n", "oss": {"path": "oss://n"}}, *mounts[::-1]]})
    assert after == {**before, "storage./n.oss.path": "oss://n"}


def test_whole_numbers_are_names_and_floats_are_not():
    assert flatten([{"id": 7, "x": 1}, {"id": 8, "x": 2}]) == {"7.x": 1, "8.x": 2}
    assert "0.id" in flatten([{"id": 0.5, "x": 1}])
    assert "0.id" in flatten([{"id": 1, "x": 1}, {"id": "1", "x": 2}])


def test_an_empty_object_is_a_value():
    assert flatten({"a": {}, "b": [{"name": "x"}]}) == {"a": {}, "b.x": {}}
    assert flatten({}) == {}


def test_lists_say_what_names_their_objects():
    value = {"env": [{"name": "a", "value": 1}], "ports": [{"port": 1}], "deep": [{"key": "k", "list": [{"x": 1}]}], "plain": [1]}
    assert list_names(value) == {"env": "name", "ports": "", "deep": "key", "deep.k.list": ""}


@pytest.mark.parametrize("key", ["a.b", "(value)", "", "\\"])
def test_leaves_have_the_joined_names_of_their_keys(key):
    value = {key: [{"name": key, "value": {"x": 1}}], "x": {key: 2}}
    expected = {join_path((key, key, "x")): 1, join_path(("x", key)): 2}
    assert flatten(value) == dict(metric_leaves(value)) == expected
    assert flatten({key: 3}) == {join_path((key,)): 3}


def test_a_list_of_named_metrics_is_metrics_by_name():
    assert dict(metric_leaves([{"name": 1, "value": 0.5}, {"name": 2, "value": 0.7}])) == {"1": 0.5, "2": 0.7}
    content = {"metrics": [{"type": "accuracy", "value": 0.9}, {"type": "f1", "value": 0.5}]}
    assert dict(metric_leaves(content)) == {"metrics.accuracy": 0.9, "metrics.f1": 0.5}
    assert dict(metric_leaves(content["metrics"])) == {"accuracy": 0.9, "f1": 0.5}


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "acc", "value": 1}, {"type": "acc", "value": 2}],
        [{"step": 1, "value": 0.3}],
        [{"name": "acc"}],
        [{"name": "acc", "value": 1}, {"name": "f1"}],
        [{"epoch": 1, "loss": 0.9}],
    ],
)
def test_other_lists_of_objects_stay_one_metric(content):
    assert dict(metric_leaves({"m": content})) == {"m": content}


metrics = st.recursive(
    st.floats(allow_nan=False) | st.text(max_size=2),
    lambda inner: (
        st.dictionaries(st.sampled_from(["a", "b", "c.d"]), inner, max_size=3)
        | st.lists(
            st.builds(
                lambda name, value, more: {"name": name, "value": value, **more}, keys, inner, st.dictionaries(keys, inner, max_size=1)
            ),
            max_size=3,
        )
    ),
)


@given(metrics)
def test_every_leaf_is_found_again_by_its_name(content):
    inside = {"top": content}
    version = pnb.ModelVersion({"Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": inside}]}})
    columns = MetricColumns([version])
    leaves = list(metric_leaves(inside))
    assert list(columns.names) == list(dict.fromkeys((path, "d-a") for path, _ in leaves))
    for path, leaf in leaves:
        assert leaf in [raw for _, raw in columns.stated(path, "d-a")]
    assert columns.stated("no.such.path", "d-a") == []


def test_repeated_names_are_kept_by_position():
    assert flatten([{"Name": "a", "Value": 1}, {"Name": "a", "Value": 2}]) == {"0.Name": "a", "0.Value": 1, "1.Name": "a", "1.Value": 2}


@pytest.mark.parametrize("leaf", [[1, 2], ["a"], [], None, True, "text", [[1]], [{}, 1]])
def test_plain_lists_and_values_are_leaves(leaf):
    assert flatten({"a": leaf}) == {"a": leaf}


def test_nothing_is_lost_when_a_value_stands_for_an_object():
    assert flatten("text") == {"(value)": "text"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=3),
        lambda inner: st.dictionaries(st.text(max_size=3), inner),
    )
)
def test_canonical_json_is_json_and_ignores_the_order_of_keys(value):
    text = canonical_json(value)
    assert json.loads(text) == value
    assert text.isascii()


def test_canonical_json_survives_what_json_cannot_write():
    cycle: list = []
    cycle.append(cycle)
    assert isinstance(json.loads(canonical_json(cycle)), str)
    assert isinstance(json.loads(canonical_json({1: 2, "a": 3})), str | dict)


@pytest.mark.slow
def test_columns_of_many_versions_keep_no_object_a_version_that_the_collector_walks():
    documents = [
        {"VersionName": f"0.{nth}.0", "Metrics": {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": nth / 1000}}]}}
        for nth in range(1000)
    ]
    versions = [ModelVersion.from_document(document, "model-a") for document in documents]
    assert MetricColumns(versions).stated("cer", "d-a")  # what is loaded on first use is loaded
    gc.collect()
    before = len(gc.get_objects())
    columns = MetricColumns(versions)
    gc.collect()
    assert len(gc.get_objects()) - before < 100
    assert len(columns.stated("cer", "d-a")) == 1000


def test_a_dataset_under_two_names_keeps_the_order_of_the_versions():
    results = [[{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": nth}}] for nth in range(4)]
    results[1][0]["Dataset"] = {"DatasetId": "holdout"}
    results[2].append({"Dataset": {"DatasetId": "d-b"}, "Metrics": {"wer": 0.5}})
    named = Provenance(datasets=(DatasetName("d-a", "holdout", "d-a"),))
    versions = [
        ModelVersion.from_document({"VersionName": f"0.{nth}.0", "Metrics": {"Results": each}}, "model-a", provenance=named)
        for nth, each in enumerate(results)
    ]
    columns = MetricColumns(versions)
    assert list(columns.names) == [("cer", "d-a"), ("wer", "d-b")]
    assert columns.stated("cer", "d-a") == [(0, 0), (1, 1), (2, 2), (3, 3)]
