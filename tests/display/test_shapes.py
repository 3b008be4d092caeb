"""Shapes check what they are given and can be compared, hashed and reused."""

import dataclasses

import pytest

from pai_notebook.display import Badge, Card, Chips, Column, Facts, Heading, Mark, Note, Number, Section, Stack, Table


@pytest.mark.parametrize(
    "shape",
    [
        Table(["a", Column("b", align="right")], [["x", Number("1", marks=[Mark("▲", "worse")])], Heading("h")]),
        Facts([("a", Chips(["x", ("k", "v")]))]),
        Card("c", badges=[Badge("ok")], blocks=[Stack([Section("s", [Note("n")])])]),
    ],
)
def test_shapes_hash_and_equal_their_copies(shape):
    copy = dataclasses.replace(shape)
    assert copy == shape
    assert hash(copy) == hash(shape)


def test_any_iterable_will_do_and_is_read_once():
    table = Table((name for name in "ab"), (row for row in [iter("xy")]))
    assert [column.header for column in table.columns] == ["a", "b"]
    assert table.rows == (("x", "y"),)
    assert Facts({"a": "x"}.items()).pairs == (("a", "x"),)


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="a row of 1 cells in a table of 2 columns"):
        Table(["a", "b"], [["x"]])


@pytest.mark.parametrize(
    "make", [lambda: Badge("x", "great"), lambda: Note("x", "great"), lambda: Mark("▲", "x", tone="great"), lambda: Card("x", tone="great")]
)
def test_an_unknown_tone_is_refused(make):
    with pytest.raises(ValueError, match="tone must be one of neutral, info, good, bad, warn, ahead, behind, not 'great'"):
        make()
