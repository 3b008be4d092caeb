"""Text lines up in a terminal and breaks where it should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth  # what prompt_toolkit, and so IPython, measures with

from pai_notebook.display.width import cells, clusters, pad, wrap

readable = st.text(st.sampled_from("ab c-/模型版กขเעבא한글éñ👩🚀１（"), max_size=60)


@pytest.mark.parametrize(
    "text", ["model", "模型", "ｆｕｌｌ", "한글", "e\u0301", "👩\u200d🔬", "👍🏽", "🇨🇳", "☀\ufe0f", "עברית", "สวัสดี", "क्ष", "─▲✓", ""]
)
def test_widths_are_those_of_terminals(text):
    assert cells(text) == wcswidth(text)


@given(st.text(st.characters(categories=["L", "Nd", "Zs"])))
def test_widths_add_up(text):
    assert cells(text) == sum(cells(cluster) for cluster in clusters(text))
    assert "".join(clusters(text)) == text


@given(readable, st.integers(2, 30))
def test_no_line_is_wider_than_allowed_and_nothing_is_lost(text, width):
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(readable)
def test_what_fits_is_left_alone(text):
    assert wrap(text, 200) == [text]


def test_a_long_address_breaks_after_a_slash():
    assert wrap("oss://bucket/models/sentiment/1.2.0/", 20) == ["oss://bucket/models/", "sentiment/1.2.0/"]


def test_padding_counts_cells():
    assert [cells(pad(text, 8, align)) for text in ("模型", "model") for align in ("left", "right")] == [8, 8, 8, 8]
