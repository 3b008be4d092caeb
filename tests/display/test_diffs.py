"""A word diff shows what changed and leaves nothing out silently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pai_notebook.display.diffs import word_diff

words = st.lists(st.sampled_from(["a", "b", "cc", "1.2", ",", "模型", "\n"]), max_size=30).map(" ".join)


def put_together(pieces, kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


@given(words, words)
def test_both_texts_can_be_put_together_from_the_pieces(before, after):
    pieces = word_diff(before, after)
    if not any(piece.kind == "skip" for piece in pieces):
        assert put_together(pieces, ("same", "gone")) == before
        assert put_together(pieces, ("same", "new")) == after


def test_equal_texts_have_no_change():
    assert {piece.kind for piece in word_diff("a b c", "a b c")} == {"same"}


def test_long_unchanged_stretches_are_counted():
    same = " ".join(f"w{n}" for n in range(50))
    pieces = word_diff(f"{same} old {same}", f"{same} new {same}")
    assert [piece.kind for piece in pieces] == ["skip", "same", "gone", "new", "same", "skip"]
    assert pieces[0].text == "… 44 unchanged words …"


def test_a_script_without_spaces_is_compared_by_character():
    assert [(p.kind, p.text) for p in word_diff("基于酒店评论", "基于餐馆评论")] == [
        ("same", "基于"),
        ("gone", "酒店"),
        ("new", "餐馆"),
        ("same", "评论"),
    ]


def test_very_long_texts_say_what_was_not_compared():
    pieces = word_diff("x " * 4000, "y")
    assert pieces[-1].text == "… 4,000 more characters before"


def test_a_long_text_that_repeats_itself_is_compared_by_its_rare_words():
    """Without leaving common words out these two take a minute."""
    before, after = (" ".join(str((start * (place + 3)) % 97) for place in range(1300)) for start in (1, 2))
    pieces = word_diff(before, after)
    assert {piece.kind for piece in pieces} >= {"gone", "new"}


@pytest.mark.parametrize("lines", [80, 2000])
@pytest.mark.parametrize("end", ["\n", ". ", "。"])
def test_words_that_changed_in_a_long_text_are_all_that_is_said_to_have_changed(lines, end):
    text = [f"{number}: the model reads every record with care for the names and the units of it" for number in range(lines)]
    changed = list(text)
    for number in (lines // 3, lines // 3 + 20):
        changed[number] = changed[number].replace("care", "haste")
    pieces = word_diff(end.join(text), end.join(changed))
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind in ("gone", "new")] == [("gone", "care"), ("new", "haste")] * 2
    assert len("".join(piece.text for piece in pieces)) < 400


@given(st.lists(words, min_size=1, max_size=60), st.data())
def test_what_is_left_of_a_long_text_is_in_it(lines, data):
    text = " | ".join(f"{number} {line}" for number, line in enumerate(lines * 8))
    place = data.draw(st.integers(0, len(text)))
    pieces = word_diff(text, text[:place] + "CHANGED" + text[place + 3 :])
    assert any("CHANGED" in piece.text for piece in pieces if piece.kind == "new")
    assert sum(len(piece.text) for piece in pieces if piece.kind == "gone") < 40
    rest = text
    for piece in pieces:
        if piece.kind in ("same", "gone"):
            assert piece.text in rest
            rest = rest[rest.index(piece.text) + len(piece.text) :]
