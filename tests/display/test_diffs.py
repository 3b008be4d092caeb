"""A word diff shows what changed and leaves nothing out silently."""

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
