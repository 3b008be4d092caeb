"""What cannot be seen is spelled out; what can be read is left alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.display.plain import CELL, PROSE, clip, inline, prose
from pai_notebook.sanitize import visible
from tests.display.structure import CONTROLS

everything = st.text(st.characters(exclude_categories=()))
KEPT = [
    "plain text, with (punctuation)!",
    "模型版本：精度 91%",
    "مرحبا بالعالم",
    "עברית",
    "می\u200cخواهم",  # Persian needs the non-joiner
    "क्\u200dष",  # Devanagari needs the joiner
    "👩\u200d🔬 👍🏽 🇨🇳 1\ufe0f\u20e3 ☀\ufe0f",
    "e\u0301 n\u0303",
    "สวัสดี",
    "葛\U000e0100",  # an ideographic variation
    "a\u00a0b\u3000c",
]
SPELLED = {
    "\x1b[2J": r"\x1b[2J",
    "a\tb\r\n": r"a\tb\r\n",
    "\x9b31m": r"\x9b31m",
    "\u202eabc\u202c": r"\u202eabc\u202c",
    "\u200b\u200e\u061c\ufeff\u2028": r"\u200b\u200e\u061c\ufeff\u2028",
    "a\u200db": r"a\u200db",
    "a\u200cb": r"a\u200cb",
    "\xad": r"\xad",
    "\ud800": r"\ud800",
    "\ufffe": r"\ufffe",
    "\U000e0041": r"\U000e0041",
    "\u3164\u115f": r"\u3164\u115f",
    "a\ufe0f": r"a\ufe0f",
    "\u0301a": r"\u0301a",
    "\ue000": r"\ue000",
}


@pytest.mark.parametrize("text", KEPT)
def test_what_people_write_is_left_alone(text):
    assert visible(text) == text


@pytest.mark.parametrize("text", SPELLED)
def test_what_cannot_be_seen_is_spelled_out(text):
    assert visible(text) == SPELLED[text]


def test_piled_up_marks_are_spelled_out_from_the_sixth_on():
    assert visible("e" + "\u0301" * 7) == "e" + "\u0301" * 5 + r"\u0301" * 2


@given(everything)
def test_nothing_invisible_is_left(text):
    assert not CONTROLS.search(visible(text))
    visible(text).encode()


@given(everything)
def test_spelling_out_twice_changes_nothing(text):
    assert visible(visible(text)) == visible(text)


@given(everything)
def test_the_original_can_be_told_from_what_is_shown(text):
    """Only characters that are spelled out change, and they are spelled the way Python reads them."""
    shown = re.sub(r"\\(?:x..|u....|U........|[nrt])", lambda match: match[0].encode().decode("unicode-escape"), visible(text))
    if "\\" not in text:
        assert shown == text


@pytest.mark.parametrize(("cut", "limit"), [(inline, CELL), (prose, PROSE)])
def test_long_text_says_how_much_is_left_out(cut, limit):
    assert cut("x" * limit) == "x" * limit
    assert re.sub("^x+ ?", "", cut("x" * (limit + 1234))) == "… 1,234 more characters"


@pytest.mark.parametrize("more", range(1, 40))
def test_nothing_is_cut_that_is_shorter_than_the_words_about_it(more):
    text = "x" * (CELL + more)
    assert len(inline(text)) <= len(text)


def test_no_character_is_counted_twice_or_lost_when_lines_are_cut():
    text = "\n".join(str(n) for n in range(100))
    shown, _, remark = prose(text).rpartition(" … ")
    assert shown.split("\n") == [str(n) for n in range(60)]
    assert remark == f"{len(text) - len(shown):,} more characters"


def test_many_empty_lines_are_counted():
    assert prose("a\n\nb" + "\n" * 1000 + "c") == "a\n\nb\n… 999 empty lines …\nc"


def test_prose_keeps_line_breaks_and_turns_tabs_into_spaces():
    assert prose("a\r\n\tb\n\nc") == "a\n    b\n\nc"


@given(everything, st.integers(0, 20))
def test_clip_neither_loses_nor_invents(text, limit):
    head, remark = clip(text, limit)
    assert text.startswith(head)
    assert (remark == "") == (head == text)
    assert head == text or (len(head) == limit and len(remark) < len(text) - limit)
