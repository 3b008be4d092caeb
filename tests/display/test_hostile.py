"""Hostile text stays text, in every field of every shape and in all three renderings."""

import functools
import itertools
import re

import pytest

from pai_notebook.display import Note, render_html, render_markdown, render_text
from pai_notebook.display.links import safe_href
from tests.display.hostile import FIELDS, mutated, strings
from tests.display.structure import CONTROLS, dangers, html_of_markdown, skeleton, squeezed
from tests.examples import cases, share

pytestmark = pytest.mark.slow
TOKEN = "zq9zq9"
STRINGS = strings()
MUTATED = mutated(cases(1000))
TURNS = 4
ADDRESSES = ("link address", "picture address")
LINE_BREAKS = {"br", "p"}


def shorter(text: str) -> str:
    """Short enough not to be folded: folding is a change of structure that is wanted."""
    return text[:500].replace("\n", " ") if text.count("\n") > 8 else text[:500]


def changes_kind(field: str, text: str) -> bool:
    """Text that is meant to become something else: an address that may be followed, nothing at all."""
    return not text or (field in ADDRESSES and safe_href(text) != "")


def structure(html: str) -> list[tuple]:
    """What a page is made of; a text may have as many lines as it likes."""
    return [part for part in skeleton(html) if part[1] != "br"]


@functools.cache
def skeletons(field: str) -> list[list[tuple]]:
    """What harmless words are made of; in a cell, those too long for one line say how wide they may be."""
    found = []
    for length in (*range(1, 40), 80, 160, 400):
        made = structure(render_html(FIELDS[field]("z" * length)))
        found += [made] if made not in found else []
    return found


def without_breaks(found: list[tuple]) -> list[tuple]:
    return [part[1:] for part in found if part[1] not in LINE_BREAKS]


@pytest.mark.parametrize(("turn", "field"), list(enumerate(FIELDS)))
def test_no_string_changes_the_structure_of_html(turn, field):
    expected = skeletons(field)
    for text in share(STRINGS, turn):
        html = render_html(FIELDS[field](shorter(text)))
        assert set(dangers(html)) <= ({"<img>"} if field == "picture address" else set()), text
        assert structure(html) in expected or changes_kind(field, text), text


@pytest.mark.parametrize("start", range(TURNS))
def test_none_of_many_mutations_changes_the_structure_of_html(start):
    """Each mutation is put into a field, in every turn into another one."""
    names = [name for name in FIELDS if name != "diff"]
    for place, text in enumerate(MUTATED):
        name = names[(place + start * len(names) // TURNS) % len(names)]
        html = render_html(FIELDS[name](text))
        assert set(dangers(html)) <= ({"<img>"} if name == "picture address" else set()), (name, text)
        assert structure(html) in skeletons(name) or changes_kind(name, text), (name, text)


@pytest.mark.parametrize(("turn", "field"), list(enumerate(name for name in FIELDS if name != "diff")))
def test_no_string_changes_the_structure_of_markdown(turn, field):
    describe = FIELDS[field]
    expected = without_breaks(skeleton(html_of_markdown(render_markdown(describe(TOKEN)))))
    for text in share(STRINGS, turn):
        if not text.strip() or changes_kind(field, text):
            continue
        markdown = render_markdown(describe(shorter(text)))
        html = html_of_markdown(markdown)
        assert [part for part in without_breaks(skeleton(html)) if part != ("span", ())] == expected, (text, markdown)
        assert dangers(html) == [], text


@pytest.mark.parametrize(("turn", "field"), list(enumerate(FIELDS)))
def test_no_control_or_direction_character_reaches_any_rendering(turn, field):
    for text in share(STRINGS, turn):
        shape = FIELDS[field](text)
        assert not CONTROLS.search(render_text(shape)), text
        assert not CONTROLS.search(render_markdown(shape)), text
        assert not CONTROLS.search(re.sub(r"<style>.*?</style>", "", render_html(shape), flags=re.DOTALL)), text


def test_a_mebibyte_costs_less_than_200_kib_and_says_what_is_left_out():
    # all of one character after another would take minutes, and a field is no other for each
    for (name, describe), char in zip(FIELDS.items(), itertools.cycle("M<\u202e模\n")):
        for render in (render_html, render_markdown, render_text):
            output = render(describe(char * 2**20))
            assert len(output.encode()) <= 200 * 1024, (name, char, render)
            assert "morecharacters" in squeezed(output) or name.startswith(("link", "picture")), (name, char, render)


def test_dollar_signs_are_not_read_as_mathematics():
    assert "mathjax_ignore" in render_html(FIELDS["prose"]("$x$"))
    assert "$" not in render_markdown(FIELDS["prose"]("$x$ \\(y\\)"))
    assert "\\" not in render_markdown(FIELDS["prose"]("$x$ \\(y\\)")).replace("\\_", "")


@pytest.mark.parametrize(
    "address", ["http://a.example", "https://a.example", "HTTP://a.example", "www.a.example", "ftp://a", "mailto:a@b.example"]
)
def test_addresses_in_text_are_not_linked_by_markdown_readers(address):
    """GitHub links bare addresses by their scheme, a leading www. and an @ between names."""
    markdown = render_markdown(FIELDS["prose"](f"see {address} there"))
    assert not re.search(r"(?i)(https?|ftp|mailto):|www\.|\w@\w", markdown)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("@someone", "<span>@</span>someone"),
        ("#12", "<span>#</span>12"),
        ("team/repo#1", "team/repo<span>#</span>1"),
        ("accuracy@holdout", "accuracy@holdout"),
        ("C# 7", "C# 7"),
    ],
)
def test_a_comment_of_a_pull_request_calls_nobody_and_refers_to_no_other(name, written):
    assert render_markdown(Note(name)) == written
