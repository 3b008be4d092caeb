"""Which addresses may become links: public `https:` ones, and files that were written here."""

from __future__ import annotations

import base64
import html
import mimetypes
import os
import re
import urllib.parse
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pai_notebook.i18n.phrases import now
from pai_notebook.sanitize import visible

if TYPE_CHECKING:
    from pathlib import Path

    from pai_notebook.display.spans import Link

# Browsers and proxies cut longer addresses.
_LONGEST = 2048
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\.?")
# Names that are only known inside a network: a link would tell the reader's browser to ask there.
_PRIVATE = ("localhost", "local", "internal", "localdomain")
_KEPT = "%/:?#[]@!$&*+,;=~-._"


class Target(NamedTuple):
    """What is shown of a link: its words, where they lead, and an address that must be read instead of followed."""

    words: str
    href: str
    address: str


def target(link: Link) -> Target:
    """Split a link into what can be followed and what can only be read.

    Examples
    --------
    >>> from pai_notebook.display.spans import Link
    >>> target(Link("job", "https://example.com/")), target(Link("job", "file:///etc/passwd"))  # doctest: +NORMALIZE_WHITESPACE
    (Target(words='job', href='https://example.com/', address=''),
     Target(words='job', href='', address='file:///etc/passwd'))
    """
    href = safe_href(link.href)
    if href:
        return Target(link.text if link.text.strip() else link.href, href, "")
    return Target("" if link.text == link.href else link.text, "", link.href)


def safe_href(href: str) -> str:
    r"""Percent-encode an address for an attribute; an empty string when it must stay text.

    Refused are other schemes, relative addresses, user information, loopback and private hosts, hosts in digits or
    with non-ASCII letters, and everything with a control, space or zero-width character in it.

    Examples
    --------
    >>> safe_href("https://example.com/a b")
    ''
    >>> safe_href("https://example.com/模型?x=1")
    'https://example.com/%E6%A8%A1%E5%9E%8B?x=1'
    >>> [safe_href(text) for text in ("javascript:alert(1)", "https://user@example.com", "//example.com", "https://127.0.0.1/")]
    ['', '', '', '']
    """
    if len(href) > _LONGEST or not href.isprintable() or re.search(r"[\s\\]", href):
        return ""
    try:
        parts = urllib.parse.urlsplit(href)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme != "https" or "@" in parts.netloc or port == 0 or not _is_public(parts.hostname or ""):
        return ""
    return "https" + urllib.parse.quote(href[len("https") :], safe=_KEPT)


def _is_public(host: str) -> bool:
    """Whether a host is a name of at least two labels that does not end like a private network's; digits never are."""
    return bool(_HOST.fullmatch(host)) and host.rstrip(".").rsplit(".", 1)[-1] not in _PRIVATE


def file_link(path: Path) -> str:
    """Link a file that a front-end serves beside the notebook, as HTML; Voila serves none, so there the link holds the file.

    Examples
    --------
    >>> from pathlib import Path
    >>> file_link(Path("a b.html"))
    '<a href="a%20b.html" target="_blank">a b.html</a>'
    """
    shown = html.escape(visible(str(path)))
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/") and path.is_file():
        return f'<a href="{_file_itself(path, path.stat().st_mtime_ns)}" download="{html.escape(path.name)}">{shown}</a>'
    return f'<a href="{urllib.parse.quote(path.as_posix())}" target="_blank">{shown}</a>'


def file_bundle(path: Path) -> dict[str, str]:
    """A file that was written, as a link and as text."""
    return {"text/plain": now("written: {path}", path=path), "text/html": file_link(path)}


@lru_cache(maxsize=1)
def _file_itself(path: Path, _: int) -> str:
    """A file as an address; read anew when it was written anew."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
