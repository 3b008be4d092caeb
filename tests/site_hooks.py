"""What mkdocs does beside building pages: the changelog is a page of the site, and what only readers of the folder need is left out."""

import re
from pathlib import Path
from typing import Any

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Put the changelog in the place of its page, with links as seen from there; leave out what the site shows otherwise."""
    if page.file.src_uri == "changelog.md":
        return CHANGELOG.read_text("utf-8").replace("](docs/", "](")
    return re.sub("<!-- folder: begin -->.*?<!-- folder: end -->\n", "", markdown, flags=re.DOTALL)
