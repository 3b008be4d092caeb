"""What mkdocs does beside building pages: the changelog, which stands beside the README, is a page of the site."""

from pathlib import Path
from typing import Any

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Put the changelog in the place of its page, with links as seen from there."""
    return CHANGELOG.read_text("utf-8").replace("](docs/", "](") if page.file.src_uri == "changelog.md" else markdown
