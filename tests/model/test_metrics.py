import copy
import json
import math
import operator
import pickle
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import pai_notebook as pnb
from pai_notebook.errors import ComparisonError, NameNotFound
from pai_notebook.model.metric_cells import State, read_value, series_points
from pai_notebook.model.metrics import Metrics, read_metrics
from pai_notebook.model.metrics_document import datasets_of
from tests.examples import examples
from tests.model.rebuilding import rebuild_metrics

DATA = Path(__file__).parents[1] / "data"
CORPUS = [item["doc"] for item in json.loads((DATA / "corpora" / "dicts.json").read_text("utf-8"))["items"]]
DOCUMENTED = {
    "Results": [
        {"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": 0.175, "rtf": 0.08}},
        {"Dataset": {"Uri": "oss://b/x"}, "Metrics": {"cer": 0.172}},
    ]
}

keys = st.sampled_from(
    [
        "Results",
        "Metrics",
        "Dataset",
        "DatasetId",
        "Uri",
        "results",
        "metrics",
        "dataset",
        "dataset_id",
        "",
        "a",
        "b",
        "a.b",
        "(value)",
        "\\",
        "c@d",
        "准确率",
    ]
) | st.text(max_size=3)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["0.91", "{}", "null", '{"a": 1}', "1e999"])
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)
datasets = st.fixed_dictionaries({}, optional={"DatasetId": keys, "Uri": keys, "Name": keys, "DatasetVersion": keys, "VersionName": keys})
entries = st.fixed_dictionaries(
    {}, optional={"Dataset": datasets | values, "Metrics": st.dictionaries(keys, values, max_size=4) | values, "x": values}
)
documents = values | st.fixed_dictionaries({"Results": st.lists(entries, max_size=4)}, optional={"a": values, "cer": values})


def cells(raw):
    return [(cell.dataset, cell.path, str(cell.state), cell.value) for cell in read_metrics(raw)]


def test_the_documented_form_gives_one_cell_for_each_dataset_and_metric():
    assert cells(DOCUMENTED) == [
        ("d-a", "cer", "number", 0.175),
        ("oss://b/x", "cer", "number", 0.172),
        ("d-a", "rtf", "number", 0.08),
    ]
    assert read_metrics(DOCUMENTED).notes == ()


@pytest.mark.parametrize(
    "raw", [None, {}, "", "  ", "null", "{}", {"Results": []}, {"Results": [{"Dataset": {"DatasetId": "d"}}]}, {"a": {}}, {"a": {"b": {}}}]
)
def test_an_empty_object_yields_no_cell(raw):
    assert cells(raw) == []


@pytest.mark.parametrize("inner", [{}, None, "{}", "", []])
def test_an_entry_with_empty_metrics_yields_no_cell(inner):
    assert cells({"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": inner}]}) == []


@pytest.mark.parametrize(
    ("dataset", "name"),
    [
        ({"DatasetId": "d-a", "Uri": "oss://x"}, "d-a"),
        ({"DatasetId": "", "Uri": "oss://x"}, "oss://x"),
        ({"Name": "dev", "Id": 1}, '{"Id":1,"Name":"dev"}'),
        ("d-a", "d-a"),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_dataset_is_named_by_id_then_uri_then_its_json(dataset, name):
    assert [cell[0] for cell in cells({"Results": [{"Dataset": dataset, "Metrics": {"cer": 1.0}}]})] == [name]


def test_a_missing_dataset_is_the_empty_name():
    assert cells({"Results": [{"Metrics": {"cer": 0.1}}]}) == [("", "cer", "number", 0.1)]


def test_flat_nested_and_mixed_metrics_are_read():
    mixed = {**DOCUMENTED, "train_seconds": 3, "by_class": {"0": {"f1": 0.9}}}
    assert cells(mixed)[0] == ("", "by_class.0.f1", "number", 0.9)
    assert {cell[1] for cell in cells(mixed)} == {"cer", "rtf", "train_seconds", "by_class.0.f1"}


def test_a_literal_dot_is_not_a_level():
    assert [cell[1] for cell in cells({"a.b": 1, "a": {"b": 2}})] == ["a.b", "a\\.b"]


SNAKE = {"Results": "results", "Dataset": "dataset", "Metrics": "metrics", "DatasetId": "dataset_id", "Uri": "uri"}


def respelt(node, words):
    if isinstance(node, dict):
        return {words.get(key, key): respelt(value, words) for key, value in node.items()}
    return [respelt(each, words) for each in node] if isinstance(node, list) else node


@pytest.mark.parametrize("count", range(32))
def test_the_documented_form_may_have_snake_case_in_all_or_some_of_its_keys(count):
    words = {word: snake for place, (word, snake) in enumerate(SNAKE.items()) if count & 1 << place}
    raw = respelt(DOCUMENTED, words)
    read = read_metrics(raw)
    assert [(cell.dataset, cell.path, cell.value) for cell in read] == [
        ("d-a", "cer", 0.175),
        ("oss://b/x", "cer", 0.172),
        ("d-a", "rtf", 0.08),
    ]
    assert (read.notes, datasets_of(raw)) == ((), ["d-a", "oss://b/x"])


def test_a_metric_named_results_is_a_metric():
    assert [cell.path for cell in read_metrics({"results": 0.9, "Results": [{"Metrics": {"cer": 0.1}}]})] == ["cer", "results"]
    assert [cell.path for cell in read_metrics({"results": [0.9, 0.8], "uri": 1})] == ["results", "uri"]


def test_the_same_dataset_twice_keeps_both_values_and_flags_them():
    twice = {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": value}} for value in (0.2, 0.1)]}
    found = read_metrics(twice)
    assert [(cell.value, cell.duplicate) for cell in found] == [(0.1, True), (0.2, True)]
    assert found.notes == ("cer@d-a occurs more than once",)


@pytest.mark.parametrize("results", [{"cer": 1}, 3, "text", [1, 2], [{"cer": 1}], None])
def test_results_of_another_form_are_plain_data_with_a_note(results):
    found = read_metrics({"Results": results, "wer": 0.2})
    assert ("", "wer", "number", 0.2) in cells({"Results": results, "wer": 0.2})
    assert all(cell.path.startswith("Results") for cell in found if cell.path != "wer")
    assert any("Results is not a list of dataset and metrics" in note for note in found.notes)


def test_json_inside_a_text_is_read_with_a_note():
    found = read_metrics(json.dumps(DOCUMENTED))
    assert cells(json.dumps(DOCUMENTED)) == cells(DOCUMENTED)
    assert found.notes == ("JSON inside a text",)


def test_a_key_that_occurs_twice_in_a_json_text_is_noted():
    assert any("'a' occurs twice" in note for note in read_metrics('{"a": 1, "a": 2}').notes)


@pytest.mark.parametrize("raw", [0.9, True, "good", [0.1, 0.2], [[1, 2]]])
def test_a_bare_value_is_one_cell_with_a_note(raw):
    found = read_metrics(raw)
    assert [cell.path for cell in found] == ["(value)"]
    assert "instead of an object" in found.notes[0]


@pytest.mark.parametrize(
    ("raw", "state", "value"),
    [
        (0.91, State.NUMBER, 0.91),
        (1, State.NUMBER, 1.0),
        (-0.0, State.NUMBER, -0.0),
        (1e-300, State.NUMBER, 1e-300),
        (1e308, State.NUMBER, 1e308),
        (2**53 + 1, State.NUMBER, 2.0**53),
        (10**400, State.INFINITE, math.inf),
        (-(10**400), State.INFINITE, -math.inf),
        (math.inf, State.INFINITE, math.inf),
        (None, State.NULL, None),
        (True, State.BOOLEAN, None),
        ("0.91", State.NUMERIC_TEXT, 0.91),
        ("1e-3", State.NUMERIC_TEXT, 0.001),
        ("-0.5", State.NUMERIC_TEXT, -0.5),
        ("92.3%", State.TEXT, None),
        ("0,91", State.TEXT, None),
        ("00123", State.TEXT, None),
        ("1557702098123456789", State.TEXT, None),
        ("1e999", State.TEXT, None),
        ("NaN", State.TEXT, None),
        ("Infinity", State.TEXT, None),
        ("2024-01-02", State.TEXT, None),
        ("", State.TEXT, None),
        ("１.５", State.TEXT, None),
        ([1, 2, 3], State.SERIES, None),
        ([{"value": 0.5}, {"value": 0.4}], State.SERIES, None),
        ([[0, 0.5], [10, 0.4], [20, 0.3]], State.SERIES, 0.3),
        ([[0, 0.5], [10, 0.4]], State.MATRIX, None),
        ([[0, 5], [10, 4], [20, 3]], State.MATRIX, None),
        ([[0, 0.5], [0, 0.4], [20, 0.3]], State.MATRIX, None),
        ([{"step": 1, "value": 0.5}, {"step": 2, "value": 0.4}], State.SERIES, 0.4),
        ([0.5, None], State.SERIES, None),
        ([], State.SERIES, None),
        ([[1, 2], [3, 4]], State.MATRIX, None),
        ([{"a": 1}], State.MATRIX, None),
        ([True], State.MATRIX, None),
        (["a"], State.MATRIX, None),
    ],
)
def test_every_kind_of_value_has_its_state(raw, state, value):
    found = read_value(raw)
    assert (found[0], found[1]) == (state, value)


def test_not_a_number_has_a_state_of_its_own():
    state, value, _ = read_value(math.nan)
    assert state is State.NAN
    assert value is not None
    assert math.isnan(value)


def test_a_series_is_in_order_of_step():
    assert series_points([{"step": 20, "value": 0.2}, {"step": 10, "value": 0.3}]) == (0.3, 0.2)


def test_the_metrics_are_a_sequence_and_a_mapping():
    found = read_metrics(DOCUMENTED)
    assert found["rtf"].value == 0.08
    assert found["cer", "oss://b/x"].value == 0.172
    assert found["cer@d-a"].value == 0.175
    assert found.get("cer", "d-a").value == 0.175
    assert found.get("wer") is None
    assert "cer" in found
    assert "wer" not in found
    assert found.names == ("cer", "rtf")
    assert found.datasets == ("d-a", "oss://b/x")
    assert len(found) == 3


@pytest.mark.parametrize("ask", [Metrics.get, Metrics.__getitem__])
def test_a_metric_of_several_datasets_is_not_picked_silently(ask):
    with pytest.raises(ComparisonError, match=r"cer was measured on 2 datasets\. Name one: cer@d-a, cer@oss://b/x"):
        ask(read_metrics(DOCUMENTED), "cer")
    assert "cer" in read_metrics(DOCUMENTED)


@pytest.mark.parametrize("ask", [Metrics.get, Metrics.__getitem__])
def test_a_metric_that_is_stated_twice_is_not_picked_silently(ask):
    twice = read_metrics({"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"cer": value}} for value in (0.1, 0.2)]})
    with pytest.raises(ComparisonError, match=r"cer@d-a is stated 2 times: 0\.1 and 0\.2"):
        ask(twice, "cer")


SPELLINGS = ["val.loss", r"val\.loss", "metrics.val.loss", "val.loss@d-a", "val.loss[d-a]", "metrics.val.loss[d-a]", "`val.loss`"]


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_metric_is_found_by_every_spelling_of_its_name(name):
    found = read_metrics({"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"val.loss": 0.4, "loss": 1}}]})
    assert found[name].value == found.get(name).value == found[name, "d-a"].value == 0.4
    assert name in found
    assert (name, "d-a") in found
    assert (name, "d-b") not in found


def test_an_unknown_metric_names_the_nearest():
    with pytest.raises(NameNotFound, match=r"no metric 'ser'\. Nearest is cer"):
        read_metrics(DOCUMENTED)["ser"]
    with pytest.raises(KeyError, match="'ser'"):
        read_metrics(DOCUMENTED)["ser"]
    assert read_metrics(DOCUMENTED).get("ser") is None


@pytest.mark.parametrize("key", [("cer", "d-digits"), "cer@d-digits", "cer[d-digits]", "metrics.cer@d-digits"])
def test_a_dataset_on_which_a_metric_was_not_measured_is_named_as_such(key):
    with pytest.raises(NameNotFound, match=r"cer was not measured on dataset 'd-digits'\. It was measured on d-a and oss://b/x"):
        read_metrics(DOCUMENTED)[key]


def test_a_metric_without_a_dataset_says_so_when_one_is_asked_for():
    for key in (("cer", "d-a"), "cer@d-a", "cer[d-a]"):
        with pytest.raises(NameNotFound, match=r"cer was not measured on dataset 'd-a'\. It names no dataset\."):
            read_metrics({"cer": 0.1})[key]


def test_positions_of_numpy_are_positions_and_other_keys_are_refused_in_a_line():
    found = read_metrics(DOCUMENTED)
    assert found[np.int64(0)] == found[0]
    for key in (None, 1.5, ("cer",), {"cer": 1}):
        with pytest.raises(TypeError, match="a metric is named by text") as caught:
            found[key]
        assert "\n" not in str(caught.value)
        assert str(key) not in found


def test_names_that_differ_only_in_case_are_noted():
    assert read_metrics({"cer": 1.0, "CER": 2.0}).notes == ("'CER' and 'cer' differ only in case or encoding",)


def test_nesting_deeper_than_the_interpreter_is_no_error():
    nested = 1
    for _ in range(50_000):
        nested = [nested]
    deep = {"a": nested, "b": 0.5}
    assert [cell.path for cell in read_metrics(deep)] == ["a", "b"]
    told = "JSON inside a text that is nested deeper than 64 levels; it is shown as text"
    assert read_metrics("[" * 100_000).notes == (told, "a text instead of an object")


def test_the_hostile_corpus_reads_and_rebuilds():
    for raw in CORPUS:
        found = read_metrics(raw)
        repr(found)
        assert read_metrics(rebuild_metrics(found.cells)) == found, raw


@examples(400)
@given(documents)
def test_any_json_reads_without_error_and_rebuilds_from_its_cells(raw):
    found = read_metrics(raw)
    assert found.notes is not None
    assert hash(found) == hash(read_metrics(raw))
    assert read_metrics(rebuild_metrics(found.cells)) == found


@given(st.lists(entries, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_results_and_keys_is_immaterial(results, shuffler):
    assume(not results or any("Metrics" in entry or "Dataset" in entry for entry in results))
    assert read_metrics({"Results": shuffled(results, shuffler)}) == read_metrics({"Results": results})


def shuffled(value, shuffler: random.Random, *, top: bool = True):
    """Shuffle the keys of every object, and the list at the top."""
    if isinstance(value, dict):
        items = list(value.items())
        shuffler.shuffle(items)
        return {key: shuffled(item, shuffler, top=False) for key, item in items}
    if isinstance(value, list) and top:
        items = [shuffled(item, shuffler, top=False) for item in value]
        shuffler.shuffle(items)
        return items
    return value


@pytest.mark.parametrize("key", ["DatasetVersion", "VersionName", "Version", "dataset_version"])
def test_the_same_dataset_in_another_version_is_another_one(key):
    raw = {"Results": [{"Dataset": {"DatasetId": "d-a", key: version}, "Metrics": {"acc": version}} for version in (1, 2)]}
    metrics = read_metrics(raw)
    assert [(cell.name, cell.value) for cell in metrics] == [("acc@d-a:1", 1.0), ("acc@d-a:2", 2.0)]
    assert metrics["acc@d-a:2"].value == metrics["acc[d-a:2]"].value == 2.0
    assert metrics.notes == ()


def test_named_metrics_are_cells_that_rebuild():
    raw = {"Results": [{"Dataset": {"DatasetId": "d-a"}, "Metrics": {"eval": [{"name": "acc", "num": 100, "score": 0.9}]}}]}
    metrics = read_metrics(raw)
    assert [(cell.name, cell.value) for cell in metrics] == [("eval.acc@d-a", 0.9), ("eval.acc.num@d-a", 100.0)]
    assert read_metrics(rebuild_metrics(metrics.cells)) == metrics


def test_a_cell_is_a_float_where_it_has_a_number_and_is_compared_by_its_value():
    metrics = read_metrics({"cer": 0.175, "grade": "A"})
    assert float(metrics["cer"]) == 0.175
    with pytest.raises(TypeError, match="grade is not a number: 'A'"):
        float(metrics["grade"])
    with pytest.raises(TypeError, match=r"compare its value, as in metrics\['cer'\]\.value"):
        _ = metrics["cer"] < 0.2
    with pytest.raises(TypeError, match=r"compare its value, as in metrics\['(cer|grade)'\]\.value"):
        max(metrics["cer"], metrics["grade"])


CURVE = [{"step": 1, "value": 0.3}, {"step": 2, "value": 0.2}]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.append(1),
        lambda raw: raw.__setitem__(0, 1),
        lambda raw: raw.sort(key=str),
        lambda raw: raw[0].update(step=9),
        lambda raw: raw[0].pop("step"),
        lambda raw: operator.iadd(raw, [1]),
        lambda raw: raw.__init__([1]),
        lambda raw: raw[0].__init__({"step": 9}),
        lambda raw: raw[0].__init__(step=9),
    ],
)
def test_what_a_cell_hands_out_cannot_be_changed_and_copies_can(change):
    documents = [{"VersionName": name, "Metrics": {"loss": CURVE}, "TrainingSpec": {"layers": [1, 2]}} for name in "ab"]
    versions = pnb.VersionSet.from_documents(documents, "m")
    compared = versions.compare(baseline="first")
    with pytest.raises(pnb.errors.ConfigurationError, match="cannot be changed"):
        next(row for row in compared.rows if "layers" in row.path).cells[0].raw.append(1)
    for cell in (versions[0].metrics["loss"], compared.metrics[0].cells[0]):
        with pytest.raises(pnb.errors.ConfigurationError, match=r"cannot be changed\. Change a copy"):
            change(cell.raw)
        assert cell.raw == CURVE
        assert json.loads(json.dumps(cell.raw)) == CURVE
        for made in (copy.copy(cell.raw), copy.deepcopy(cell.raw), pickle.loads(pickle.dumps(cell.raw))):
            made.append(1)
    assert documents[0]["Metrics"]["loss"] == CURVE


def test_entries_are_copies():
    versions = pnb.VersionSet.from_documents([{"VersionName": "a", "Metrics": {"loss": [1, 2]}}], "m")
    versions[0].metrics.entries[0][1]["loss"].append(3)
    assert versions[0].metrics.entries[0][1] == versions[0].raw["Metrics"] == {"loss": [1, 2]}
