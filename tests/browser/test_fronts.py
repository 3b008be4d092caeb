"""Card, list, comparison and error panel in each front-end, light and dark: complete, accessible, contained, and nothing fetched."""

import json

import pytest

from tests.browser.looks import audit, picture, shown, sticking_out, words
from tests.gallery import bundles
from tests.lazy import Lazy

nbconvert = Lazy("nbconvert")
nbformat = Lazy("nbformat")

KINDS = ("version", "versions", "a comparison of 5", "errors")
SHOW = "import json\nfrom IPython.display import display\ndisplay(json.loads({!r}), raw=True)"
ROOM = {"width": 1300, "height": 4000}
PLAIN = {"exclude_input": True, "mathjax_url": "", "require_js_url": "", "jquery_url": "", "mermaid_js_url": ""}
TEMPLATES = {
    "default": {"template_name": "lab"},
    "dark": {"template_name": "lab", "theme": "dark"},
    "basic": {"template_name": "basic"},
    "classic": {"template_name": "classic"},
}


@pytest.fixture(scope="module")
def outputs():
    found = bundles()
    return [found[kind] for kind in KINDS]


def notebook_of(outputs, **more):
    """A notebook with its outputs in it, as somebody else would send it; its cells show the same when they are run."""
    cells = []
    for bundle in outputs:
        output = nbformat.v4.new_output("display_data", data={**bundle, **more})
        cells.append(nbformat.v4.new_code_cell(SHOW.format(json.dumps(bundle)), outputs=[output], metadata={"scrolled": False}))
    return nbformat.v4.new_notebook(cells=cells)


def check(page, outputs, name):
    assert shown(page, len(outputs)) == [words(bundle["text/html"]) for bundle in outputs]
    assert sticking_out(page) == []
    picture(page, name)
    assert audit(page) == []


def check_themes(notebook, outputs, name, themes=("JupyterLab Light", "JupyterLab Dark")):
    shown(notebook.page, len(outputs))
    notebook.in_sight()
    for theme in themes:
        notebook.theme(theme)
        check(notebook.page, outputs, f"{name} {theme}")


@pytest.mark.slow
def test_an_untrusted_notebook_in_jupyterlab(jupyter, lab, outputs):
    notebook = lab(jupyter.write("untrusted.ipynb", notebook_of(outputs)))
    assert not notebook.is_trusted
    assert notebook.page.locator(".jp-OutputArea-output style").count() == 0
    check_themes(notebook, outputs, "untrusted")


@pytest.mark.slow
def test_jupyterlab_in_high_contrast_and_in_forced_colours(jupyter, lab, outputs):
    notebook = lab(jupyter.write("contrast.ipynb", notebook_of(outputs)))
    notebook.run()
    check_themes(notebook, outputs, "lab", ("JupyterLab Dark High Contrast", "JupyterLab Dark", "JupyterLab Light"))
    notebook.page.emulate_media(forced_colors="active")
    check(notebook.page, outputs, "forced colours")


@pytest.mark.slow
def test_notebook_7(jupyter, lab, outputs):
    notebook = lab(jupyter.write("seven.ipynb", notebook_of(outputs)), front="notebook")
    notebook.run()
    check_themes(notebook, outputs, "notebook 7")


@pytest.mark.slow
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_voila(jupyter, lab, outputs, dark):
    page = lab(jupyter.write("app.ipynb", notebook_of(outputs)), front="voila", dark=dark).page
    page.set_viewport_size(ROOM)
    check(page, outputs, f"voila {'dark' if dark else 'light'}")


@pytest.mark.slow
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_of_nbconvert(chromium, outputs, tmp_path, template):
    """The outputs stand beside a widget whose state was not saved, which leaves the browser their static copies."""
    chromium.outside.clear()
    widget = {"application/vnd.jupyter.widget-view+json": {"version_major": 2, "version_minor": 0, "model_id": "gone"}}
    body, _ = nbconvert.HTMLExporter(**TEMPLATES[template], **PLAIN).from_notebook_node(notebook_of(outputs, **widget))
    path = tmp_path / "page.html"
    path.write_text(body, "utf-8")
    page = chromium.context.new_page()
    page.set_viewport_size(ROOM)
    page.goto(path.as_uri())
    check(page, outputs, f"nbconvert {template}")
    page.close()
    assert chromium.outside == []
