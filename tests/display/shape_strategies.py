"""Hypothesis strategies for every shape, filled with text that tries to be something else."""

from hypothesis import strategies as st

from pai_notebook.display import (
    Badge,
    Card,
    Chips,
    Code,
    Column,
    Diff,
    Facts,
    Heading,
    Lines,
    Link,
    Mark,
    Missing,
    Note,
    Number,
    Section,
    Stack,
    Table,
)
from pai_notebook.model.trees import tree_of

anything = st.text(st.characters(exclude_categories=()), max_size=30)
tricky = st.sampled_from(
    [
        "<b>x</b>",
        '" onload="x',
        "a|b",
        "`code`",
        "``` a",
        "*a*",
        "__a__",
        "# a",
        "- a",
        "+ a",
        "1. a",
        "> a",
        "---",
        ":--",
        "[a](b)",
        "![a](b)",
        "<!-- a",
        "&lt;",
        "&amp",
        "\\",
        "a\\|b",
        "$x$",
        "~~a~~",
        "http://a.b",
        "www.a.b",
        "a@b.cc",
        "    a",
        "\ta",
        "a\nb",
        "\n",
        "模型",
        "קוד",
        "👩\u200d🔬",
        "e\u0301",
        "\u202ea",
        "\x1b[2J",
        "{{ 1 }}",
        "{% x %}",
        "</style>",
        "]]>",
        "'",
        "",
        " ",
    ]
)
_texts = st.one_of(anything, tricky, st.builds(str.__add__, tricky, tricky), st.text("ab 01.-", max_size=12))
text = st.deferred(lambda: _texts)  # deferred because the representation of the whole is long
tone = st.sampled_from(["neutral", "info", "good", "bad", "warn"])
mark = st.builds(Mark, st.sampled_from("▲▼=≠★"), text, tone=tone)
number = st.builds(
    Number,
    st.one_of(text, st.decimals(-1000, 1000, places=3).map(str)),
    st.one_of(st.none(), st.floats()),
    delta=text,
    marks=st.lists(mark, max_size=2),
)
simple = st.one_of(
    text,
    st.builds(Code, text),
    st.builds(Link, text, st.one_of(text, st.just("https://example.com/?a=b%20c"))),
    st.builds(Badge, text, tone),
    mark,
    number,
    st.builds(Missing, text),
    st.builds(Chips, st.lists(st.one_of(text, st.tuples(text, text)), max_size=4), limit=st.integers(1, 3)),
)
_inlines = st.one_of(
    simple, st.builds(Lines, st.lists(simple, min_size=1, max_size=3)), st.lists(simple, min_size=1, max_size=3).map(tuple)
)
inline = st.deferred(lambda: _inlines)
diff = st.builds(Diff, text, text)


@st.composite
def table(draw):
    columns = draw(st.lists(st.builds(Column, inline, align=st.sampled_from(["left", "right"])), min_size=1, max_size=4))
    row = st.one_of(st.tuples(*[inline] * len(columns)), st.builds(Heading, text, summary=text))
    return Table(
        columns,
        draw(st.lists(row, max_size=4)),
        caption=draw(text),
        note=draw(inline),
        row_headers=draw(st.integers(0, len(columns))),
        limit=draw(st.integers(1, 4)),
        total=draw(st.one_of(st.none(), st.integers(0, 9))),
        unit="things",
    )


scalar = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), text)
json_value = st.recursive(
    scalar, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(text, inner, max_size=3)), max_leaves=8
)
flat = st.one_of(
    table(),
    st.builds(Facts, st.lists(st.tuples(text, inline), max_size=3)),
    st.builds(Note, inline, st.one_of(st.none(), tone), lead=text),
    json_value.map(tree_of),
)
block = st.recursive(
    flat,
    lambda inner: st.one_of(
        st.builds(Section, text, st.lists(inner, max_size=2), folded=st.booleans(), summary=text),
        st.builds(Stack, st.lists(inner, max_size=2)),
        st.builds(
            Card,
            text,
            inline,
            badges=st.lists(st.builds(Badge, text, tone), max_size=2),
            blocks=st.lists(inner, max_size=2),
            footer=inline,
            tone=tone,
        ),
    ),
    max_leaves=3,
)
