"""A film strip of a first visit to the explorer, to be looked at: `python -m tests.film FOLDER [--front lab] [--width 700] [--lang zh]`.

Open, search, pick three, fetch, change the baseline, open a card, write the report: a picture each, for every front-end, light and dark, at
1280 and 700 px. It drives what the tests drive, by the names that a reader sees. First it prints how many clicks, and how many seconds of
waiting, lead from the open widget to the best of the latest five by accuracy.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.explorer_page import ExplorerPage
from tests.browser.fronts import Chromium, Server
from tests.explorer.registry_gate import gated

FRONTS = ("lab", "notebook", "voila")
NAMES = ("2.5.0", "2.4.0", "1.0.0")


def visit(explorer):
    """Go through a first visit; gives the name of each stop once everything has arrived."""
    page = explorer.page

    def settled(text):
        expect(explorer.root).to_contain_text(text)
        page.wait_for_timeout(400)  # pictures only: what is drawn after the words

    settled("手写数字识别")
    yield "open"
    explorer.search("数字")
    settled("2.5.0")
    yield "search"
    explorer.pick(*NAMES)
    yield "pick"
    explorer.button("Fetch").click()
    expect(explorer.panel.locator("table:has(thead)").first).to_be_visible()
    yield "fetch"
    explorer.field("Baseline").select_option(label="2.4.0")
    settled("2.4.0")
    expect(explorer.panel.locator("table:has(thead)").first).to_be_visible()
    yield "baseline"
    explorer.open_tab("Card")
    settled("latency_ms")
    yield "card"
    explorer.open_tab("Chart")
    expect(explorer.panel.locator("img").locator("visible=true").first).to_be_visible()
    settled("")
    yield "chart"
    explorer.open_tab("Code")
    settled("")
    yield "code"
    explorer.button("Report").click()
    settled(".html")
    yield "report"
    explorer.button("change").click()
    settled("")
    yield "again"


def first_answer(front, explorer):
    """Print how far it is from the open widget to an answer; the seconds are the program's, who clicks takes more."""
    expect(explorer.root).to_contain_text("手写数字识别")
    start = time.perf_counter()
    clicks = explorer.best_of_the_latest_five("手写数字识别", "accuracy")
    print(f"{front}: {clicks} clicks and {time.perf_counter() - start:.1f} s lead to the best of the latest five", flush=True)


def main():
    """Draw the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--front", choices=FRONTS, action="append")
    parser.add_argument("--width", type=int, action="append")
    parser.add_argument("--theme", choices=("light", "dark"), action="append")
    parser.add_argument("--lang", default="en")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, gated() as gate:
        server = Server(Path(folder))
        browser = Chromium(shutil.which("chromium"))
        try:
            cell = f"import pai_notebook as pnb\npnb.options.lang = {asked.lang!r}\nex = pnb.Explorer({gate.connect})\nex"

            def opened(name, front, **options):
                notebook = browser.open(server, server.write(f"{name}.ipynb", [cell]), front=front, **options)
                if not notebook.is_voila:
                    notebook.run(0)
                return notebook, ExplorerPage(notebook.page, asked.lang)

            for front in asked.front or FRONTS:
                first_answer(front, opened(f"{front}-first", front)[1])
                browser.close_all()
                for theme in asked.theme or ("light", "dark"):
                    notebook, explorer = opened(f"{front}-{theme}", front, dark=theme == "dark")
                    for place, stop in enumerate(visit(explorer)):
                        for width in asked.width or (1280, 700):
                            notebook.page.set_viewport_size({"width": width, "height": 900})
                            notebook.page.wait_for_timeout(300)
                            notebook.page.screenshot(path=asked.folder / f"{front}-{theme}-{width}-{place}-{stop}.png")
                    browser.close_all()
        finally:
            browser.stop()
            server.stop()


if __name__ == "__main__":
    main()
