import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.model.document import canonical_json
from pai_notebook.model.flatten import flatten, join_path, natural_key, split_path

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
