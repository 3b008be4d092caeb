"""What nbconvert makes of a notebook with every kind in it, in each of its templates."""

import pytest

from pai_notebook.display import mimebundle, render_html, render_text
from tests.display.hostile import FIELDS, items
from tests.display.shape_samples import SAMPLES
from tests.display.structure import dangers, squeezed, text_of_html, text_of_markdown
from tests.lazy import Lazy

nbconvert = Lazy("nbconvert")
nbformat = Lazy("nbformat")

pytestmark = pytest.mark.slow
OFFLINE = {"mathjax_url": "", "require_js_url": "", "jquery_url": ""}


def notebook(shapes):
    outputs = [nbformat.v4.new_output("display_data", data=mimebundle(shape)) for shape in shapes]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=outputs)])


@pytest.mark.parametrize(
    "options",
    [{"template_name": "lab"}, {"template_name": "lab", "theme": "dark"}, {"template_name": "classic"}, {"template_name": "basic"}],
    ids=["default", "dark", "classic", "basic"],
)
def test_a_page_has_every_output_with_all_its_elements(options):
    """It writes the page anew, so it is what was read that is compared."""
    page, _ = nbconvert.HTMLExporter(**options, **OFFLINE).from_notebook_node(notebook(SAMPLES.values()))
    read = squeezed(text_of_html(page))
    for shape in SAMPLES.values():
        assert squeezed(text_of_html(render_html(shape))) in read
    for tag in ("table", "caption", "details", "bdi"):
        assert page.count(f"<{tag}") >= sum(render_html(shape).count(f"<{tag}") for shape in SAMPLES.values()), tag


def test_a_sanitised_page_loses_its_looks_but_no_fact():
    """Bleach knows neither captions nor style sheets and shows them as text; what matters is still there and inert."""
    page, _ = nbconvert.HTMLExporter(template_name="basic", sanitize_html=True, **OFFLINE).from_notebook_node(notebook(SAMPLES.values()))
    read = squeezed(text_of_html(page))
    for name in ("card", "list", "comparison", "errors"):
        for word in squeezed(render_text(SAMPLES[name], 10_000)).replace("─", " ").split():
            if word.isalnum():
                assert word in read


def test_a_sanitised_page_of_hostile_strings_is_inert():
    shapes = [describe(item["payload"]) for item in items("xss")[::10] for describe in list(FIELDS.values())[::3]]
    page, _ = nbconvert.HTMLExporter(template_name="basic", sanitize_html=True, **OFFLINE).from_notebook_node(notebook(shapes))
    assert dangers(page) == []


def test_markdown_shows_the_html_or_the_markdown_of_every_output():
    markdown, _ = nbconvert.MarkdownExporter().from_notebook_node(notebook(SAMPLES.values()))
    read = squeezed(text_of_markdown(markdown))
    for shape in SAMPLES.values():
        assert squeezed(text_of_html(render_html(shape))) in read


def test_a_script_is_not_disturbed_by_outputs():
    script, _ = nbconvert.PythonExporter().from_notebook_node(notebook(SAMPLES.values()))
    compile(script, "script", "exec")
