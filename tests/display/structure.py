"""What an output is made of, seen through independent parsers: html5lib for HTML, markdown-it for Markdown."""

import functools
import re

import html5lib
from markdown_it import MarkdownIt

FORBIDDEN = {"script", "iframe", "object", "embed", "base", "form", "meta", "link", "svg", "math", "template", "input", "button", "img"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "srcset", "ping"}
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u061c\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def tree(html: str):
    return html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)


def nodes(html: str):
    """Every element with its depth, without the texts: so pages that differ in nothing else are parsed once, and parsing is what costs."""
    return _elements(outline(html))


def outline(html: str) -> str:
    """The same page with "text" for every text between tags; the page itself where a < begins no tag."""
    parts = [tag or ("text" if text.strip() else text) for tag, text in _PARTS.findall(html)]
    return html if "<" in parts else "".join(parts)


# a tag ends at the first > that is not in quotes; a < that begins no such tag is a part of its own
_PARTS = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>|<)|([^<]+)""")


@functools.lru_cache(maxsize=200)
def _elements(html: str):
    def walk(node, depth):
        yield depth, node
        for child in node:
            yield from walk(child, depth + 1)

    return list(walk(tree(html), 0))


def skeleton(html: str) -> list[tuple]:
    """Elements with their depth and the names of their attributes; equal skeletons have equal structure."""
    return [(depth, str(node.tag), tuple(sorted(map(str, node.attrib)))) for depth, node in nodes(html)]


def dangers(html: str) -> list[str]:
    """Whatever runs or reaches out, wherever it came from."""
    found = []
    for _, node in nodes(html):
        if str(node.tag) in FORBIDDEN:
            found.append(f"<{node.tag}>")
        for name, value in node.attrib.items():
            if str(name).startswith("on") or (name in ADDRESSES and not value.startswith("https://")):
                found.append(f"{node.tag}@{name}={value[:40]}")
            if name == "style" and re.search(r"url\(|expression|@import|position", value):
                found.append(f"style={value[:40]}")
    return found


def text_of_html(html: str) -> str:
    """What a reader of the page reads and where its links lead, with the style sheet left out."""
    root = tree(html)
    for link in root.iterfind(".//a[@href]"):
        words = "".join(link.itertext())
        link.tail = ("" if squeezed(words) == link.get("href") else f" {link.get('href')} ") + (link.tail or "")
    return "\n".join(without_style(root).itertext())


def without_style(root):
    """The same tree with its style sheets emptied; the text that follows one stays."""
    for node in list(root.iter()):
        if node.tag in ("style", "head"):
            after = node.tail
            node.clear()
            node.tail = after
    return root


def html_of_markdown(markdown: str) -> str:
    return _MARKDOWN.render(markdown)


def text_of_markdown(markdown: str) -> str:
    return text_of_html(html_of_markdown(markdown))


def squeezed(text: str) -> str:
    """Without white space, so that wrapping and padding do not matter."""
    return re.sub(r"\s+", "", text)
