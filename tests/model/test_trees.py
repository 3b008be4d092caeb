"""JSON values are readable as trees, whatever they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.display import Missing, Node, render_html, render_text
from pai_notebook.model.trees import count_values, tree_of

json_value = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=12), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=40,
)


def leaves(nodes):
    return sum(leaves(node.children) if node.children else 1 for node in nodes)


@given(json_value)
def test_every_value_is_described_and_counted(value):
    tree = tree_of(value)
    assert leaves(tree.items) == count_values(value)
    assert tree.remark == ""


@given(json_value, st.integers(1, 5))
def test_a_limit_says_how_many_values_there_are(value, limit):
    tree = tree_of(value, limit=limit)
    total = count_values(value)
    assert leaves(tree.items) == min(limit, total)
    assert tree.remark == (f"showing {limit} of {total} values" if total > limit else "")


@pytest.mark.parametrize("text", ["1", "1e5", "nan", "true", "null", "", " x ", "None"])
def test_a_text_that_reads_like_something_else_keeps_its_quotes(text):
    assert tree_of({"a": text, "b": 1}).items[0].value == f'"{text}"'


def test_numbers_booleans_and_null_read_as_json():
    assert render_text(tree_of({"a": 1.5, "b": True, "c": None, "d": float("nan"), "e": 2**70})).split("\n") == [
        "a: 1.5",
        "b: true",
        "c: null",
        "d: NaN",
        f"e: {2**70}",
    ]


def test_a_null_is_set_apart_from_the_word():
    assert tree_of({"a": None, "b": "null"}).items == (Node("a", Missing("null")), Node("b", '"null"'))


def test_empty_containers_say_so():
    assert render_text(tree_of({"a": {}, "b": [], "c": ""})) == 'a: {}\nb: []\nc: ""'
    assert render_text(tree_of({})) == "empty"


def test_a_thousand_levels_end_with_a_count():
    value: object = "bottom"
    for _ in range(1000):
        value = {"x": value, "y": 1}
    tree = tree_of(value)
    assert "values deeper down" in render_text(tree)
    assert render_html(tree)


def test_ids_are_small_where_they_stand_among_settings():
    html = render_html(tree_of({"Inputs": {"train": {"DatasetId": "d-1", "Uri": "oss://a/"}}, "Id": 7}))
    assert "DatasetId</b>: <small>d-1</small>" in html
    assert "Uri</b>: oss://a/" in html
