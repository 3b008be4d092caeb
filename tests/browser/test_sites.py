"""A notebook on a documentation site: every word of our outputs can be read, whichever builder, theme and colours the site has."""

import importlib.util
import os
import subprocess
import sys

import pytest

from tests.browser.looks import picture
from tests.gallery import outputs
from tests.lazy import Lazy

nbformat = Lazy("nbformat")

BUILDERS = {"nbsphinx": "nbsphinx", "myst-nb": "myst_nb"}
THEMES = {"furo": "furo", "pydata-sphinx-theme": "pydata_sphinx_theme", "sphinx-book-theme": "sphinx_book_theme"}
OURS = "[class^=pai-].tex2jax_ignore"
"""MyST takes one of these classes for itself."""
LEAST = 4.5
"""The contrast that WCAG asks of text at level AA."""
CONF = """
extensions = [{builder!r}]
html_theme = {theme!r}
root_doc = "index"
nbsphinx_execute = "never"
nb_execution_mode = "off"
nbsphinx_requirejs_path = ""
"""
_PALE = """([ours, least]) => {
  const pen = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const known = new Map();
  const read = colour => {
    if (!known.has(colour)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
      known.set(colour, [...pen.getImageData(0, 0, 1, 1).data].map(value => value / 255));
    }
    return known.get(colour);
  };
  const over = (top, below, share) => [0, 1, 2].map(i => top[i] * top[3] * share + below[i] * (1 - top[3] * share));
  const luminance = colour => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const value = colour[i];
    return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
  const contrast = element => {
    const chain = [];
    for (let each = element; each; each = each.parentElement) chain.unshift(getComputedStyle(each));
    let ground = [1, 1, 1], share = 1;
    for (const style of chain) {
      share *= Number(style.opacity);
      ground = over(read(style.backgroundColor), ground, share);
    }
    const ink = over(read(getComputedStyle(element).color), ground, share);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  };
  const pale = [];
  let read_texts = 0;
  for (const output of document.querySelectorAll(ours)) {
    for (const element of output.querySelectorAll(':not(style)')) {
      if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
      read_texts += 1;
      const found = contrast(element);
      if (found < least) pale.push(`${found.toFixed(2)} ${element.outerHTML.slice(0, 100)}`);
    }
  }
  return [read_texts, pale];
}"""
_PLANT = """ours => {
  document.querySelector(ours).insertAdjacentHTML('beforeend', '<p style="color:#888;background:#777">planted</p>');
}"""


@pytest.fixture(scope="module", autouse=True)
def _builders():
    """What builds the sites comes with the extra `docs`; where that extra is installed, nothing of it may be missing."""
    missing = [name for name, module in (BUILDERS | THEMES).items() if importlib.util.find_spec(module) is None]
    if missing:
        fails = os.environ.get("CI") == "true" and importlib.util.find_spec("mkdocstrings") is not None
        (pytest.fail if fails else pytest.skip)(f"needs {', '.join(missing)}, of the extra docs")


@pytest.fixture(scope="module")
def notebook():
    """All kinds of output as HTML, which is what a page shows; for the Markdown beside it nbsphinx would need pandoc."""
    bodies = {kind: shown["text/html"] for kind, shown in outputs().items() if "text/markdown" in shown}
    cells = [
        nbformat.v4.new_code_cell(f"# {kind}", outputs=[nbformat.v4.new_output("display_data", data={"text/html": body})])
        for kind, body in bodies.items()
    ]
    return nbformat.v4.new_notebook(cells=cells)


def pale_texts(page):
    """What cannot be read, and how many texts were looked at."""
    return page.evaluate(_PALE, [OURS, LEAST])


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("builder", BUILDERS)
def test_every_text_of_an_output_on_a_documentation_site_can_be_read(chromium, notebook, tmp_path, builder, theme):
    (tmp_path / "conf.py").write_text(CONF.format(builder=BUILDERS[builder], theme=THEMES[theme]), "utf-8")
    nbformat.write(notebook, tmp_path / "index.ipynb")
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", str(tmp_path), str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    page, grounds = chromium.context.new_page(), set()
    page.add_init_script("localStorage.clear()")  # themes keep their colours under one name, and files are of one origin
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto((tmp_path / "site" / "index.html").as_uri())
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert page.locator(OURS).count() == len(notebook.cells)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        picture(page, f"site {builder} {theme} {scheme}")
        count, pale = pale_texts(page)
        assert count > 1000
        assert pale == [], scheme
        page.evaluate(_PLANT, OURS)
        assert len(pale_texts(page)[1]) == 1
    page.close()
    assert len(grounds) == 2
