"""HTML, Markdown and text say the same facts."""

import dataclasses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pai_notebook.display import (
    Card,
    Chips,
    Code,
    Diff,
    Facts,
    Link,
    Node,
    Note,
    Number,
    Section,
    Table,
    Tree,
    render_html,
    render_markdown,
    render_text,
)
from pai_notebook.display.plain import inline, prose
from pai_notebook.model.equality import shown
from pai_notebook.model.trees import tree_of
from pai_notebook.sanitize import visible
from tests.display.shape_samples import SAMPLES
from tests.display.shape_strategies import block, diff, text
from tests.display.structure import squeezed, text_of_html, text_of_markdown
from tests.examples import examples

DECORATION = str.maketrans("", "", "─│▾·:;|{}[]+-,")


def facts(shape) -> list[str]:
    """Every text that a shape holds and its limits allow, as it is to be read."""
    if isinstance(shape, str):
        return [visible(shape)] if len(shape) <= 240 else []
    if isinstance(shape, tuple | list):
        return [fact for item in shape for fact in facts(item)]
    own = OWN_FACTS.get(type(shape))
    if own:
        return own(shape)
    return facts(
        [
            getattr(shape, field.name)
            for field in dataclasses.fields(shape)
            if field.name not in ("tone", "folded", "symbol", "step", "is_wide")
        ]
    )


OWN_FACTS = {
    Chips: lambda shape: facts(shape.items[: shape.limit]),
    Code: lambda shape: [visible(shape.text)] if len(shape.text) <= 1000 else [],
    Diff: lambda shape: [],
    Facts: lambda shape: [fact for name, value in shape.pairs for fact in [visible(name), *long_facts(value)]],
    Link: lambda shape: [] if shape.text == shape.href or not shape.text.strip() else facts(shape.text),
    Node: lambda shape: [visible(shape.key), *long_facts(shape.value), *facts(shape.children)],
    Note: lambda shape: long_facts(shape.text),
    Number: lambda shape: facts([shape.text, shape.delta, [mark.word for mark in shape.marks]]),
    Table: lambda shape: facts([shape.caption, shape.note, [column.header for column in shape.columns], shape.rows[: shape.limit]]),
}


def long_facts(value) -> list[str]:
    return [prose(value)] if isinstance(value, str) else facts(value)


def readings(shape) -> dict[str, str]:
    return {
        "html": text_of_html(render_html(shape)),
        "markdown": text_of_markdown(render_markdown(shape)),
        "text": render_text(shape, width=10_000),
    }


@given(block)
@examples(150)
def test_every_fact_is_in_all_three(shape):
    for kind, reading in readings(shape).items():
        seen = squeezed(reading)
        for fact in facts(shape):
            assert squeezed(fact) in seen, (kind, fact, reading)


@pytest.mark.slow
@given(st.one_of(block, diff))
@examples(150)
def test_none_says_more_than_the_others(shape):
    seen = {kind: sorted(squeezed(reading).translate(DECORATION)) for kind, reading in readings(shape).items()}
    assert seen["html"] == seen["markdown"] == seen["text"]


@given(st.lists(st.one_of(text, st.tuples(text, text)), min_size=1, max_size=4))
@example([("", "\ufe00")])
@example([("a", "\u0338")])
@example(["\u0301", ("1", "\ufe0f")])
def test_what_stands_beside_a_text_does_not_hide_it(items):
    for kind, reading in readings(Chips(items)).items():
        seen = squeezed(reading)
        for item in items:
            wanted = "=".join(map(inline, [item] if isinstance(item, str) else item))
            assert squeezed(wanted) in seen, (kind, wanted, reading)


@given(st.lists(text, min_size=1, max_size=4), text, text)
@example(["\ufe00 ", "\u0338"], "a", "\u0301")
@example([" ", "\ufe0f"], "#", "\ufe0f")
def test_a_tree_reads_like_its_keys_and_values_alone(items, key, other):
    for kind, reading in readings(tree_of({key: {other: 1, "list": items}, "chain": {other: True}})).items():
        seen = squeezed(reading)
        for wanted in (visible(key), visible(other), prose(shown(items))):
            assert squeezed(wanted) in seen, (kind, wanted, reading)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_say_the_same_in_all_three(name):
    shape = SAMPLES[name]
    wanted = [squeezed(fact) for fact in facts(shape)]
    assert len(wanted) > 3
    for kind, reading in readings(shape).items():
        seen = squeezed(reading)
        assert [fact for fact in wanted if fact not in seen] == [], kind


def test_a_link_shows_its_address_wherever_it_cannot_be_clicked():
    link = Card("c", blocks=[Facts([("job", Link("train1", "https://example.com/job/1"))])])
    assert 'href="https://example.com/job/1"' in render_html(link)
    assert "[train1](<https://example.com/job/1>)" in render_markdown(link)
    assert "train1 https://example.com/job/1" in render_text(link)


def test_folded_sections_are_complete_in_every_twin():
    shape = Section("spec", [Tree([])], folded=True, summary="nothing")
    for reading in readings(shape).values():
        assert squeezed(reading).replace("·", "").replace("▾", "") == "specnothing"
