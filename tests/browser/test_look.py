"""Outputs in the real JupyterLab: nothing is lost when they are not trusted, dollar signs stay, axe is content."""

import json
import re

import pytest

from pai_notebook.display import Note, mimebundle, render_html
from tests.browser.looks import audit, shown
from tests.display.shape_samples import SAMPLES
from tests.display.structure import nodes, squeezed, text_of_html

SANITIZE = "html => window.jupyterapp.shell.currentWidget.content.rendermime.sanitizer.sanitize(html)"
SHOW = """
import json
from IPython.display import display
for bundle in json.loads({bundles!r}):
    display(bundle, raw=True)
"""


def cell(shapes):
    return SHOW.format(bundles=json.dumps([mimebundle(shape) for shape in shapes]))


def kept(html):
    return [str(node.tag) for _, node in nodes(re.sub(r"<style>.*?</style>", "", html))]


@pytest.mark.slow
def test_the_sanitiser_of_jupyterlab_loses_no_fact_and_no_element(jupyter, lab):
    page = lab(jupyter.write("sanitised.ipynb", ["1"])).page
    for name, shape in SAMPLES.items():
        html = render_html(shape)
        sanitised = page.evaluate(SANITIZE, html)
        assert squeezed(text_of_html(sanitised)) == squeezed(text_of_html(html)), name
        assert kept(sanitised) == kept(html), name
        assert sanitised.count("text-align:left") == html.count("text-align:left"), name


@pytest.mark.slow
def test_axe_finds_nothing_in_any_kind(jupyter, lab):
    notebook = lab(jupyter.write("axe.ipynb", [cell(SAMPLES.values())]))
    notebook.run()
    page = notebook.page
    shown(page, len(SAMPLES))
    page.set_viewport_size({"width": 1300, "height": 14_000})  # axe checks contrast only where the notebook is scrolled to
    page.wait_for_function("document.querySelector('.jp-WindowedPanel-outer, .jp-Notebook').getBoundingClientRect().height > 10000")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.theme(theme)
        assert audit(page) == [], theme


@pytest.mark.slow
def test_dollar_signs_in_data_are_not_typeset(jupyter, lab):
    formula = "from IPython.display import HTML; HTML('<p>$z^2$</p>')"
    notebook = lab(jupyter.write("dollars.ipynb", [cell([Note("costs $x^2$ and $$y$$")]), formula]))
    notebook.run()
    notebook.output(1).locator("mjx-container, .MathJax").first.wait_for()
    assert "costs $x^2$ and $$y$$" in notebook.output(0).inner_text()
    assert notebook.output(0).locator("mjx-container, .MathJax").count() == 0
