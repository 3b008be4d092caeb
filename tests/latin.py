"""Latin words of what is shown: those that neither the data nor the names that people type account for."""

import re

import html5lib

__all__ = ["strings", "text_of", "words_of"]


def text_of(page: str) -> str:
    """The words of HTML that a reader sees or hears, without code."""
    tree = html5lib.parse(page.replace("<wbr>", ""), namespaceHTMLElements=False)
    parts = []
    for node in tree.iter():
        if isinstance(node.tag, str):
            parts += [node.get(name) or "" for name in ("alt", "title", "aria-label")]
            parts += [node.text or ""] if node.tag not in ("style", "pre", "code") else []
            parts.append(node.tail or "")
    return "\n".join(parts)


def strings(value: object) -> list[str]:
    """Every text of a document, keys included."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in [key, *strings(item)]]
    if isinstance(value, list | tuple):
        return [text for item in value for text in strings(item)]
    return [str(value)]


def words_of(text: str) -> set[str]:
    """Runs of Latin letters."""
    return set(re.findall(r"[A-Za-z][A-Za-z_]*", text))
