"""The quickstart in a real JupyterLab: every cell runs, the card is on the page, data stays text, nothing leaves the machine."""

import os
from pathlib import Path

from tests.browser.fronts import ROOT
from tests.browser.looks import ids_in_sight
from tests.lazy import Lazy

nbformat = Lazy("nbformat")

HOSTILE = "<img src=x onerror=alert(1)>"
PICTURES = os.environ.get("PAI_SCREENSHOTS")


def test_the_quickstart_runs_and_shows_a_card_and_a_hostile_label_stays_text(jupyter, lab):
    source = nbformat.read(ROOT / "notebooks" / "quickstart.ipynb", as_version=4)
    cells = [cell for cell in source.cells if cell.cell_type == "code"]
    source.cells.append(nbformat.v4.new_code_cell("w = %paimodel model-rbvg5w0xvkg09sgeed 1.2.0\nw"))
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook = lab(jupyter.write("quickstart.ipynb", source))
    notebook.run()
    page = notebook.page
    page.wait_for_function("text => document.querySelector('.jp-Notebook').textContent.includes(text)", arg=HOSTILE)
    assert page.locator(".jp-OutputArea-output", has_text="@2.0.0").filter(has_text="Approved").count()
    assert page.locator(".jp-OutputArea-output img[src='x']").count() == 0
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator(".jp-OutputArea-output .tex2jax_ignore").count() >= 4
    assert len(cells) == 10
    every, large = ids_in_sight(page, ".jp-OutputArea-output")
    assert len(every) > 3
    assert large == []
    if PICTURES:
        page.locator(".jp-OutputArea-output", has_text="@2.0.0").first.scroll_into_view_if_needed()
        for theme in ("Light", "Dark"):
            notebook.theme(f"JupyterLab {theme}")
            page.screenshot(path=Path(PICTURES) / f"quickstart-{theme.lower()}.png")
