"""Text for terminals: aligned, wrapped, complete."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.display import Column, Heading, Missing, Note, Number, Section, Stack, Table, render_text
from pai_notebook.display.text import default_width
from pai_notebook.display.width import cells
from pai_notebook.i18n.phrases import joined, say, speaking
from tests.display.shape_samples import SAMPLES, comparison, version_card, version_list
from tests.display.shape_strategies import block


@pytest.mark.parametrize("name", SAMPLES)
def test_no_line_is_wider_than_the_terminal(name):
    for width in (24, 40, 72, 80, 120, 200):
        assert max(map(cells, render_text(SAMPLES[name], width).split("\n"))) <= width, width


@given(block, st.integers(40, 120))
def test_no_line_of_any_shape_is_wider_than_the_terminal(shape, width):
    lines = render_text(shape, width).split("\n")
    assert max(map(cells, lines)) <= width
    assert not any(line.endswith(" ") for line in lines)


def test_decimal_points_line_up():
    table = Table(
        ["m", Column("v", align="right")], [["a", Number("0.175")], ["b", Number("12")], ["c", Number("-1.5")], ["d", Missing("NaN")]]
    )
    assert render_text(table, 40).split("\n")[2:] == ["a   0.175", "b  12", "c  -1.5", "d     NaN"]


def test_numbers_that_are_not_written_plainly_do_not_disturb_the_others():
    table = Table(["m", Column("v", align="right")], [["a", Number("0.175")], ["b", Number("1e-05")], ["c", Number("0.2")]])
    assert render_text(table, 40).split("\n")[2:] == ["a  0.175", "b  1e-05", "c  0.2"]


def test_columns_that_do_not_fit_stand_below_with_their_row_headers():
    text = render_text(comparison(20, 3), 60)
    assert text.count("HyperParameters") >= 10
    for version in range(10, 29):
        assert f"0.{version}.0" in text


def test_wide_characters_line_up():
    table = Table(["指标", Column("值", align="right")], [["准确率", Number("0.91")], ["wer", Number("0.07")]])
    assert render_text(table, 40) == "指标      值\n────────────\n准确率  0.91\nwer     0.07"


def test_a_list_says_how_many_it_leaves_out():
    assert "showing 12 of 143 versions" in render_text(version_list(12), 120)


def test_group_names_stand_over_their_columns():
    table = Table(
        ["m", Column("a", group="data set one"), Column("b", group="data set one")], [Heading("rows", summary="1"), ["x", "1", "2"]]
    )
    assert render_text(table, 40).split("\n") == ["   data set one", "m  a  b", "───────────────", "rows · 1", "x  1  2"]


def test_the_width_is_fixed_unless_there_is_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "123")
    assert default_width() == 80


def test_in_a_terminal_its_width_is_used_within_reason(monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for columns, expected in (("100", 100), ("5", 20), ("900", 160)):
        monkeypatch.setenv("COLUMNS", columns)
        assert default_width() == expected


def test_a_card_reads_from_top_to_bottom():
    text = render_text(version_card(), 100)
    places = [
        text.index(part)
        for part in ("sentiment-zh@1.2.0  ✓ Approved", "Pytorch", "RoBERTa", "Metrics", "labels", "Training spec", "request")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("tone", [None, "info", "warn"])
@pytest.mark.parametrize("width", [20, 40, 80])
def test_code_that_is_told_stands_in_one_line(lang, tone, width):
    code = "df['acc'] = df['acc'].str.strip(' %').astype(float)"
    texts = [say("Use {code}.", code=code), say("{code} makes numbers of such texts", code=code), say("Use {code}.", code="a + b")]
    with speaking(lang):
        lines = render_text(Stack([Section("t", [Note(joined(texts, "; "), tone)])]), width).split("\n")
    whole = [each for each in lines if code in each]
    assert len(whole) == 2
    assert all(cells(each) <= width for each in lines if each not in whole)
    assert any("a + b" in each for each in lines)
