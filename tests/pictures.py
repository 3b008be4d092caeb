"""Pictures of the gallery and the README, drawn in Chromium from the code of the gallery: `python -m tests.pictures docs`.

A block of Python in FOLDER/gallery.md, or in FOLDER/zh/gallery.md in Chinese, with a picture below it is drawn into the file that the page
names: in dark colours where its name ends in `-dark`.
"""

import argparse
import ast
import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image  # comes with matplotlib
from playwright.sync_api import Page, sync_playwright

from pai_notebook.plot.pictures import in_few_colours, png_of
from tests.display.hosts import HOSTS
from tests.pages import language_of

WIDTH, HEIGHT = 800, 700
_BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n!\[[^\]]+\]\((?P<path>[^)]+)\))?", re.DOTALL | re.MULTILINE)


def outputs(page: Path) -> Iterator[tuple[str, object]]:
    """Run the code of a page, and give each picture's path beside what it shows."""
    names: dict[str, object] = {}
    for block in _BLOCK.finditer(page.read_text("utf-8")):
        tree = ast.parse(block["code"])
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, page.name, "exec"), names)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), page.name, "eval"), names)
            if block["path"]:
                yield block["path"], value


def draw(browser: Page, value: object, path: Path) -> None:
    if hasattr(value, "figure"):
        path.write_bytes(png_of(value.figure))
        return
    if isinstance(value, Path):
        browser.goto(value.resolve().as_uri())
        browser.screenshot(path=path)
    else:
        browser.set_content(HOSTS[f"JupyterLab, {'dark' if path.stem.endswith('-dark') else 'light'}"](value._repr_html_()))
        browser.locator("main").screenshot(path=path)
    in_few_colours(Image.open(path).convert("RGB")).save(path, optimize=True)


def take(folder: Path) -> list[Path]:
    """Draw the pictures of both galleries of a folder."""
    drawn = []
    folder = folder.resolve()
    with sync_playwright() as playwright:
        context = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        browser = context.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for gallery in (folder / "gallery.md", folder / "zh" / "gallery.md"):
            with (
                contextlib.redirect_stdout(None),
                language_of(gallery),
                tempfile.TemporaryDirectory() as scratch,
                contextlib.chdir(scratch),
            ):
                for name, value in outputs(gallery):
                    (gallery.parent / name).parent.mkdir(exist_ok=True)
                    draw(browser, value, gallery.parent / name)
                    drawn.append(gallery.parent / name)
        context.close()
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    for path in take(parser.parse_args().folder):
        print(f"{path} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
