"""What mkdocs does beside building pages.

The changelog becomes a page, pictures follow the colours of the site, parts for the folder go, and pages name their language.
"""

import re
from pathlib import Path
from typing import Any

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<path>pictures/[^)]+)\.webp\)")


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Put the changelog in the place of its page, with links as seen from there; leave out what the site shows otherwise.

    Each picture gets the one in dark colours beside it (tests/pictures.py draws both); the theme shows one of them.
    """
    if page.file.src_uri == "changelog.md":
        return CHANGELOG.read_text("utf-8").replace("](docs/", "](")
    markdown = _PICTURE.sub(r"![\g<alt>](\g<path>.webp#only-light)![\g<alt>](\g<path>-dark.webp#only-dark)", markdown)
    return re.sub("<!-- folder: begin -->.*?<!-- folder: end -->\n", "", markdown, flags=re.DOTALL)


def on_page_context(context: Any, *, page: Any, config: Any, **_: Any) -> Any:
    """Name the language of a page in it, and show the words around its text in that language."""
    config.theme["language"] = "zh" if page.file.src_uri.startswith("zh/") else "en"
    return context
