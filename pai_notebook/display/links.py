"""Which addresses may become links: public `https:` ones, nothing else."""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
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
