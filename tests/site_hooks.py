"""What mkdocs does beside building pages: the changelog becomes a page, parts for the folder go, and pages name their language."""

import re
from pathlib import Path
from typing import Any

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Put the changelog in the place of its page, with links as seen from there; leave out what the site shows otherwise."""
    if page.file.src_uri == "changelog.md":
        return CHANGELOG.read_text("utf-8").replace("](docs/", "](")
    return re.sub("<!-- folder: begin -->.*?<!-- folder: end -->\n", "", markdown, flags=re.DOTALL)


def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    """Name the language of a page in it, and show the words around its text in that language."""
    config.theme["language"] = "zh" if page.file.src_uri.startswith("zh/") else "en"
    return context
