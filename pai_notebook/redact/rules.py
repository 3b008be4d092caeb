"""What should not leave the team: by the name it stands under, and by what it looks like."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["MASK", "PATTERNS", "Rule", "buckets", "kind_under", "named_kind"]

MASK = re.compile(r"masked-[a-z]+-[0-9]+")
"""What a mask looks like; it is a valid bucket name, so that an address stays an address."""


@dataclass(frozen=True)
class Rule:
    """A pattern of text that is masked.

    Attributes
    ----------
    kind : str
        A lower-case word for what it finds.
    pattern : re.Pattern
        A group named `secret` limits what is masked; else the whole match is.
    judge : callable
        Whether a match is what it looks like.
    """

    kind: str
    pattern: re.Pattern[str]
    judge: Callable[[str], bool] = bool


def _is_random(text: str) -> bool:
    """Whether a run of letters and digits changes its kind as often as a generated key does; names and hex digests do not."""
    kinds = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in text if char.isalnum()]
    changes = sum(first != second for first, second in itertools.pairwise(kinds))
    return len(set(kinds)) == 3 and changes >= 0.4 * len(kinds)  # noqa: PLR2004 - digits, upper and lower case


_NAMES_OF_KEYS = (
    r"pass(?:word|wd|phrase)|pwd|secrets?|credentials?|signature|authorization"
    r"|(?:access|api|auth|private|secret)[_-]?key(?:[_-]?(?:id|secret))?|(?:access|auth|security|session|refresh|bearer)[_-]?token"
)

_KEY_PREFIXES = r"LTAI|STS\.|TMP\.|AKIA|ASIA|AIza|gh[opsu]_|github_pat_|glpat-|xox[abprs]-|hf_|sk-"
_RANDOM = re.compile(r"(?<![A-Za-z0-9+/])(?P<secret>[A-Za-z0-9+/]{28,}={0,2})(?![A-Za-z0-9+/=])")

_PLAIN = tuple(
    Rule(kind, re.compile(pattern))
    for kind, pattern in (
        ("key", r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>.*?)(?=-----END|$)"),
        ("login", r"(?i)\b[a-z][a-z0-9+.-]*://(?P<secret>[^/\s@?#\"'<>]+)@"),
        ("query", r"(?i)\b[a-z][a-z0-9+.-]*://[^\s?#\"'<>]*\?(?P<secret>[^\s#\"'<>]+)"),
        ("bucket", r"(?i)\boss://(?P<secret>[a-z0-9][a-z0-9_-]*)"),
        ("bucket", r"(?i)(?<![a-z0-9.-])(?P<secret>[a-z0-9][a-z0-9-]*)(?=\.(?:vpc100-)?oss[a-z0-9-]*\.aliyuncs\.com)"),
        ("key", rf"(?<![A-Za-z0-9])(?P<secret>(?:{_KEY_PREFIXES})[A-Za-z0-9_./+-]{{12,}})"),
        ("key", r"\b(?P<secret>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*)"),
        ("key", r"(?i)\b(?:bearer|basic)\s+(?P<secret>[a-z0-9._~+/=-]{12,})"),
        ("key", rf"(?i)(?:{_NAMES_OF_KEYS})[\"']?\s*[=:]\s*[\"']?(?P<secret>[^\s\"'&;,<>{{}}]{{4,}})"),
        ("key", r"(?i)tokens?[\"']?\s*[=:]\s*[\"']?(?P<secret>[^\s\"'&;,<>{}]{12,})"),
        ("account", r"(?i)\bacs:[a-z0-9-]*:[a-z0-9*-]*:(?P<secret>[0-9]{4,})"),
        ("account", r"(?<![\w.])(?P<secret>[1-9][0-9]{15,18})(?!\w|\.[0-9])"),
        ("mail", r"(?P<secret>[\w.+-]+@[\w-]+\.[\w.-]*[A-Za-z])"),
    )
)

PATTERNS: tuple[Rule, ...] = (*_PLAIN, Rule("key", _RANDOM, _is_random))
"""In the order they are tried."""

_OWNERS = {"userid": "user", "ownerid": "owner", "accountid": "account", "aliuid": "account", "creatorid": "user", "parentuid": "account"}
_SECRET_NAME = re.compile(
    r"(?:pass(?:word|wd|phrase)|pwd|secrets?|credentials?|authorization"
    r"|(?:access|api|auth|private|secret)key(?:id|secret)?|(?:access|auth|security|session|refresh|bearer)token)$"
)
_MAYBE_NAME = re.compile(r"(?:token|tokens|signature)$")
_LONG = 16
_BUCKET_PATTERNS = tuple(rule.pattern for rule in PATTERNS if rule.kind == "bucket")


def kind_under(name: str, value: Any) -> str:
    """Which kind a value is because of the name it stands under; empty when the name says nothing.

    Examples
    --------
    >>> kind_under("OwnerId", "1"), kind_under("api_key", "x"), kind_under("pad_token", "<pad>"), kind_under("max_tokens", 512)
    ('owner', 'key', '', '')
    """
    squashed = re.sub(r"[^a-z0-9]", "", name.lower())
    if squashed in _OWNERS:
        return _OWNERS[squashed]
    if _SECRET_NAME.search(squashed):
        return "key"
    opaque = isinstance(value, str) and len(value) >= _LONG and not re.search(r"\s", value)
    return "key" if opaque and _MAYBE_NAME.search(squashed) else ""


def named_kind(node: Mapping[Any, Any]) -> str:
    """Which kind the Value of a pair such as `{"Name": "API_KEY", "Value": "..."}` is."""
    for name_key, value_key in (("Key", "Value"), ("Name", "Value"), ("key", "value"), ("name", "value")):
        if isinstance(node.get(name_key), str) and value_key in node:
            return kind_under(node[name_key], node[value_key])
    return ""


def buckets(text: str) -> list[str]:
    """Names of the buckets that a text mentions as such."""
    return [match["secret"] for pattern in _BUCKET_PATTERNS for match in pattern.finditer(text)]
