"""HTML that means something without its style, fits its budget and never varies."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given

from pai_notebook.display import Badge, Card, Chips, Column, Mark, Missing, Note, Number, Picture, Table, render_html, render_markdown
from tests.bench.look import frame, styled
from tests.display.hosts import bare, untrusted
from tests.display.shape_samples import SAMPLES, comparison, version_card, version_list
from tests.display.shape_strategies import block
from tests.display.structure import dangers, nodes, squeezed, text_of_html, tree

HERE = Path(__file__).parent
DIGEST = """
import hashlib
from tests.display.shape_samples import SAMPLES
from pai_notebook.display import mimebundle
print(hashlib.sha256("".join(text for shape in SAMPLES.values() for text in mimebundle(shape).values()).encode()).hexdigest())
"""


@pytest.mark.parametrize(
    ("shape", "budget"),
    [(version_card(), 8_000), (version_list(50), 60_000), (comparison(20, 38), 150_000)],
    ids=["card", "list", "comparison"],
)
def test_realistic_outputs_stay_within_their_budget(shape, budget):
    assert len(render_html(shape).encode()) < budget


def test_a_comparison_takes_less_than_half_the_bytes_of_a_styler_with_the_same_text():
    table = comparison(20, 38).blocks[1]
    assert len(render_html(table).encode()) < len(styled(frame(table), table.caption).encode()) / 2


def test_the_style_sheet_is_small():
    html = render_html(Note("x"))
    assert len(re.search(r"<style>(.*?)</style>", html)[1]) < 2_000


@pytest.mark.slow
def test_the_same_description_gives_the_same_bytes_in_every_process():
    digests = {
        subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            cwd=HERE.parents[1],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(digests) == 1


def test_jinja_is_loaded_by_the_first_rendering_only():
    code = (
        "import sys, pai_notebook.display as d; a = 'jinja2' in sys.modules; d.render_html(d.Note('x')); print(a, 'jinja2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HERE.parents[1], check=True, capture_output=True, text=True)
    assert done.stdout == "False True\n"


@pytest.mark.parametrize("name", SAMPLES)
def test_no_id_no_script_nothing_fetched(name):
    html = render_html(SAMPLES[name])
    assert dangers(html) == []
    assert not any("id" in node.attrib for _, node in nodes(html))


@given(block)
def test_every_shape_is_well_formed(shape):
    """What a forgiving parser makes of the output is what was written: no tag was left open or closed for us."""
    html = render_html(shape)
    written = re.findall(r"<([a-z]+)", re.sub(r"<style>.*?</style>", "<style>", html))
    found = [node.tag for _, node in nodes(html) if node.tag not in ("html", "head", "body")]
    assert found == written


@pytest.mark.parametrize("strip", [untrusted, bare])
@pytest.mark.parametrize("name", SAMPLES)
def test_no_fact_is_lost_where_the_style_is(name, strip):
    html = render_html(SAMPLES[name])
    assert squeezed(text_of_html(strip(html))) == squeezed(text_of_html(html))


def test_no_white_space_is_left_by_the_templates():
    """White space is shown as it is, so a line break of a template would be one on the page."""
    for shape in SAMPLES.values():
        body = re.sub(r"<style>.*?</style>", "", render_html(shape))
        assert not re.search(r">\s*\n\s*<|\n *<", re.sub(r"第一行.*?</div>", "", body, flags=re.DOTALL))


def test_tables_have_captions_and_headers_with_a_scope():
    root = tree(render_html(version_list(3)))
    assert [caption.findtext("div/a").strip() for caption in root.iter("caption")] == ["sentiment-zh"]
    assert {header.get("scope") for header in root.iter("th")} == {"col", "row", "colgroup"}
    assert [len(row) for row in root.find(".//tbody")] == [9, 9, 9]


def test_a_bar_has_its_number_as_text_and_only_shares_have_bars():
    table = Table(
        ["m", Column("v", align="right")], [["a", Number("0.25", 0.25)], ["b", Number("1.5", 1.5)], ["c", Number("NaN", float("nan"))]]
    )
    html = render_html(table)
    assert html.count("linear-gradient") == 1
    assert re.search(r"0\.25.{0,4}<div style=\"[^\"]*#888 25%", html)


def test_every_tone_is_told_by_a_symbol():
    tones = ("neutral", "info", "good", "bad", "warn")
    assert [text_of_html(render_html(Badge("x", tone))).split()[0] for tone in tones] == ["○", "●", "✓", "✗", "!"]
    # a remark that is neither good nor bad needs no sign
    assert [text_of_html(render_html(Note("x", tone))).split()[0] for tone in tones] == ["○", "x", "✓", "✗", "!"]
    assert "✗" in text_of_html(render_html(Card("x", tone="bad")))


def test_star_difference_and_sign_stay_in_one_line_without_a_style():
    """GitHub drops `white-space`: a narrow cell breaks between the value and its difference, and nowhere else."""
    cell = Number("0.939", star="☆", delta="+2.4", marks=[Mark("≈", "")])
    assert re.split("[ \n]+", text_of_html(bare(render_html(cell))).strip()) == ["☆\u00a00.939", "+2.4\u00a0≈"]
    # a long remark may break
    long = render_html(Number("3", marks=[Mark("≠", "changed from a number to a text")]))
    assert "\u00a0" not in long


def test_a_caption_stands_at_the_left_without_a_style():
    caption = next(tree(bare(render_html(version_list(3)))).iter("caption"))
    assert [part.get("align") for part in caption] == ["left"]


@pytest.mark.parametrize(("columns", "hinted"), [(5, False), (20, True)])
def test_a_table_wider_than_any_window_says_that_it_scrolls(columns, hinted):
    """Where the window ends between two columns nothing else shows it: an untrusted notebook drops the shadow at the edge."""
    html = untrusted(render_html(Table([f"1.{place}.0" for place in range(columns)], [["0.915 +2.4 ≈"] * columns], caption="Metrics")))
    assert ("scrolls" in next(tree(html).iter("caption")).findtext("div/a/small", "")) is hinted


def test_a_long_text_which_goes_on_in_the_next_line_makes_no_table_scroll():
    html = render_html(
        Table(["check", "value", "allowed", "remark"], [["accuracy", "0.9", ">= 0.95", "as measured " * 20]], caption="Failed")
    )
    assert "scrolls" not in html


def test_missing_values_are_set_apart_from_text_that_reads_the_same():
    assert render_html(Missing("null")) != render_html("null")


def test_long_text_folds_and_short_text_does_not():
    assert "<details>" not in render_html(Note("x" * 1200))
    assert "<details><summary" in render_html(Note("x" * 1201))
    assert "<details><summary" in render_html(Note("x\n" * 20))


def test_pictures_are_only_taken_from_public_addresses_and_only_where_they_are_described():
    cover = render_html(Picture("cover", "https://example.com/c.png"))
    assert [(node.get("src"), node.get("referrerpolicy")) for _, node in nodes(cover) if node.tag == "img"] == [
        ("https://example.com/c.png", "no-referrer")
    ]
    for address in ("http://example.com/c.png", "https://127.0.0.1/c.png", "data:image/png;base64,AAAA", "/c.png"):
        assert "<img" not in render_html(Picture("cover", address))
    assert "![" not in render_markdown(Picture("cover", "https://example.com/c.png"))


def test_many_labels_say_how_many_are_left_out():
    html = render_html(Note(Chips([f"k{n}" for n in range(500)])))
    assert "+476 more" in html
    assert "k23" in html
    assert "k24" not in html


def test_a_caption_is_kept_in_one_line_by_its_width_and_not_by_its_characters():
    def caption(text):
        return re.search("<caption[^>]*>", render_html(Table(["a"], [["b"]], caption=text)))[0]

    assert ["nowrap" in caption(text) for text in ("a" * 80, "a" * 81, "模" * 40, "模" * 41)] == [True, False, True, False]


def test_a_head_stands_above_the_names_of_rows_as_they_do():
    html = render_html(Table([Column("rank", align="right"), Column("value", align="right")], [["1", "2"]], row_headers=1))
    assert ['align="left"' in cell for cell in re.findall("<th [^>]*>", html)] == [True, False, True]


def test_what_was_rendered_in_another_language_before_leaves_nothing_of_it():
    code = (
        "import pai_notebook as pnb\n"
        "from pai_notebook.display import render_html\n"
        "from tests.display.shape_samples import SAMPLES\n"
        "for pnb.options.lang in ('zh', 'en'):\n"
        "    pages = [render_html(SAMPLES[name]) for name in SAMPLES if name != 'stress']\n"
        "print('\\n'.join(pages))"
    )
    shown = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert shown.stdout == "\n".join(render_html(SAMPLES[name]) for name in SAMPLES if name != "stress") + "\n"
