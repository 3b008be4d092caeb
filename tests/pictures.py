"""Pictures for the README, taken in Chromium from the embedded registry: `python -m tests.pictures docs`."""

import argparse
import shutil
import tempfile
from pathlib import Path

from PIL import Image  # comes with matplotlib
from playwright.sync_api import sync_playwright

import pai_notebook as pnb
from tests.display.hosts import HOSTS

WIDTH = 1100


def outputs() -> dict[str, tuple[str, str]]:
    """File name, host frame and HTML of each picture."""
    with pnb.connect("demo") as registry:
        digits = next(model for model in registry.list_models() if model.name == "手写数字识别")
        versions = registry.list_versions(digits.model_id)
        return {
            "card": ("JupyterLab, light", versions.latest_approved._repr_html_()),
            "list": ("JupyterLab, dark", versions[-8:]._repr_html_()),
            "comparison": ("JupyterLab, light", (versions.filter(approval="Approved")[-1:] + versions[-2:]).compare()._repr_html_()),
        }


def take(folder: Path) -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=shutil.which("chromium"), args=["--no-sandbox"], viewport={"width": WIDTH, "height": 700}
        )
        page = context.new_page()
        for name, (host, html) in outputs().items():
            page.set_content(HOSTS[host](html))
            path = folder / f"{name}.png"
            page.locator("main").screenshot(path=path)
            Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    take(folder)
    for path in sorted(folder.glob("*.png")):
        print(f"{path} {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
