"""Pictures of the documentation, drawn in Chromium from the code of its pages: `python -m tests.pictures docs`.

A block of Python in a page of FOLDER, or in Chinese of FOLDER/zh, with a picture below it is drawn into the file that the page names, and
in dark colours into the file beside it whose name ends in `-dark`; the site shows the one that fits its colours (tests/site_hooks.py). A
picture that several pages show is drawn from the first of them that has code above it. With `--page charts` only the pictures of that page
are drawn.
"""

import argparse
import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self
from unittest import mock

from matplotlib import pyplot as plt
from PIL import Image  # comes with matplotlib
from playwright.sync_api import Locator, expect

import pai_notebook as pnb
from pai_notebook.i18n.phrases import Preference
from pai_notebook.plot.pictures import in_few_colours, picture_of
from pai_notebook.plot.theme import theme_of
from tests.browser.explorer_page import ExplorerPage
from tests.browser.fronts import Chromium, Server
from tests.display.hosts import HOSTS
from tests.pages import BLOCK, beside, cells_of, language_of

WIDTH, HEIGHT = 800, 560
HIGHEST = 630
"""Of an explorer: what is in sight without scrolling."""
AROUND = 12
"""Pixels between what is shown and the edge of its picture."""
DPI = 110
APART = 24
"""Of 255, how far apart two colours are at least: letters keep their shape, and a picture is a fifth smaller than one of a report."""


class Studio:
    """A browser to draw with, and a Jupyter server once an explorer is to be drawn."""

    def __init__(self) -> None:
        executable = shutil.which("chromium")
        if executable is None:
            raise SystemExit("no Chromium, so no pictures")
        self._stack = contextlib.ExitStack()
        self.browser = Chromium(executable)
        self._stack.callback(self.browser.stop)
        self._server: Server | None = None

    def __enter__(self) -> Self:
        self.page = self.browser.context.new_page()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def draw(self, value: object, code: str, *, name: str, dark: bool) -> bytes:
        """What a cell shows, as a PNG; `code` is that of the cells up to it, for what has to run in a front-end."""
        if isinstance(value, pnb.Explorer):
            return self._explorer(code, name, dark=dark)
        if hasattr(value, "figure"):
            drawn = picture_of(value.figure, "png", dpi=DPI)
            plt.close(value.figure)
            return drawn
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        if isinstance(value, Path):
            self.page.emulate_media(color_scheme="dark" if dark else "light")
            self.page.goto(value.resolve().as_uri())
            return self.page.screenshot()
        shown = value.report if isinstance(value, pnb.errors.RegressionError) else value
        self.page.set_content(HOSTS[f"JupyterLab, {'dark' if dark else 'light'}"](shown._repr_html_()))  # type: ignore[attr-defined]
        return _around(self.page.locator("main"))

    def _explorer(self, code: str, name: str, *, dark: bool) -> bytes:
        """The explorer in Voila, after what the page tells a reader to do with it."""
        if self._server is None:
            self._server = Server(Path(self._stack.enter_context(tempfile.TemporaryDirectory())))
            self._stack.callback(self._server.stop)
        cell = f"import pai_notebook\npai_notebook.options.lang = {Preference.lang!r}\n{code}"
        page = self.browser.open(self._server, self._server.write(f"{name}.ipynb", [cell]), front="voila", dark=dark, width=WIDTH).page
        explorer = ExplorerPage(page, Preference.lang)
        VISITS[name](explorer)
        explorer.status.evaluate("() => document.activeElement.blur()")
        page.wait_for_timeout(400)  # what is drawn after the words
        drawn = _around(explorer.root, HIGHEST)
        self.browser.close_all()
        return drawn


def _around(shown: Locator, highest: int = 1000) -> bytes:
    """A picture of what is shown, as far as it is so high, and a little of the page around it."""
    box = shown.bounding_box()
    assert box is not None
    left, top = max(box["x"] - AROUND, 0), max(box["y"] - AROUND, 0)
    right, bottom = box["x"] + box["width"] + AROUND, box["y"] + min(box["height"], highest) + AROUND
    return shown.page.screenshot(full_page=True, clip={"x": left, "y": top, "width": right - left, "height": bottom - top})


def _picks(explorer: ExplorerPage) -> None:
    explorer.search("image-classification")
    expect(explorer.field("Versions").locator("option").first).to_be_attached()
    explorer.pick("2.5.0", "2.4.0", "1.12.2")


def _answers(explorer: ExplorerPage) -> None:
    explorer.field("Best by").select_option(label="accuracy")
    explorer.says_the_best_by("accuracy")


VISITS = {"explorer-pick": _picks, "explorer": _answers}
"""What was clicked before a picture of the explorer, by its name."""


def pictures_of(page: Path, studio: Studio, *, dark: bool) -> Iterator[tuple[str, bytes]]:
    """Run the code of a page, and give each picture's path beside a PNG of what it shows."""
    code = ""
    for block, cell in cells_of(page.read_text("utf-8")):
        code += block["code"] if block["lang"] == "python" and cell is not None else ""
        if block["picture"] and cell is not None:
            yield block["picture"], studio.draw(cell.value, code, name=Path(block["picture"]).stem, dark=dark)


def take(folder: Path, names: list[str] | None = None) -> list[Path]:
    """Draw the pictures of the pages of a folder in both languages, light and dark."""
    folder, drawn = folder.resolve(), []
    pages = [page for page in (*sorted(folder.glob("*.md")), *sorted(folder.glob("zh/*.md"))) if "](pictures/" in page.read_text("utf-8")]
    with Studio() as studio:
        for page in pages:
            if all(page.parent / block["picture"] in drawn for block in BLOCK.finditer(page.read_text("utf-8")) if block["picture"]):
                continue
            for dark in (False, True) if not names or page.stem in names else ():
                charts = mock.patch(
                    "pai_notebook.plot.accessor.theme_of", lambda _, lang, name="dark" if dark else "light": theme_of(name, lang)
                )
                with contextlib.redirect_stdout(None), language_of(page), charts:
                    for name, picture in pictures_of(page, studio, dark=dark):
                        path = beside(page.parent / name, dark=dark)
                        if path not in drawn:
                            path.parent.mkdir(exist_ok=True)
                            in_few_colours(Image.open(io.BytesIO(picture)).convert("RGB"), APART).convert("RGB").save(
                                path, lossless=True, quality=100, method=4
                            )
                            drawn.append(path)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", action="append")
    asked = parser.parse_args()
    for path in take(asked.folder, asked.page):
        print(f"{path} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
