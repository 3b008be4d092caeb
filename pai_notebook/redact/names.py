"""What the name of a value says about it: `OwnerId`, `api_key`, `OSS_BUCKET`, `密码`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["Named", "bucket_in", "is_literal", "kind_under", "named_kind", "what_name_says"]

_OWNERS = {
    **dict.fromkeys(("userid", "creatorid", "useruid"), "user"),
    **dict.fromkeys(("ownerid", "owneruid"), "owner"),
    **dict.fromkeys(("accountid", "accountuid", "aliuid", "aliyunuid", "aliyunid", "parentuid"), "account"),
}

_SECRET = re.compile(
    r"(?:pass(?:word|wd|phrase|code)s?|pwds?|secrets?|credentials?|creds?|authorization|cookies?"
    r"|(?:db|my|mysql|pg|postgres|sql|redis|mongo|user|root|admin|ftp|smtp|mail|ssh|ldap|proxy|auth|key|store|cert)pass"
    r"|(?:access|api|app|auth|client|private|secret|encrypt|encryption|decryption|sign|signing|master|license|service|storage|shared|ssh|deploy)"
    r"keys?(?:id|secret)?|aksk"
    r"|(?:access|api|auth|security|session|refresh|bearer|sts|id|user|client|app|git|github|gitlab|hf|hub|huggingface|modelscope|wandb|openai"
    r"|slack|bot|oauth|jwt|login|private|personal|secret|npm|pypi|docker|registry|admin|jupyter|webhook)tokens?)$"
)
_SECRET_IN_CHINESE = re.compile(r"(?:密码|口令|密钥|秘钥|私钥|令牌|凭证|凭据|授权码)$")
_BUCKET = re.compile(r"buckets?(?:names?|ids?)?$")
_BUCKETING = re.compile(
    r"(?:hash|len|length|size|age|time|token|seq|sequence|num|score|price|date|income|feature|bin|quantile|percentile|latency|histogram|batch"
    r"|width|sort|count|duration|distance|popularity|rank|value|dp|gradient|allreduce)$"
)
_VOCABULARY = re.compile(
    r"(?:pad|eos|bos|unk|sep|cls|mask|sot|eot|begin|end|start|stop|special|additional|decoder|forced|image|audio|vision|video|num|n|max|min"
    r"|total|prompt|completion|input|output|new|generated|context|per|of|cached|reasoning)"
)
"""Words before `token` that speak of a vocabulary or of a count."""

_PASSING = re.compile(r"(?:forward|backward|first|second|single|two|multi|n|num|of|max|by|high|low|band|all)")
"""Words before `pass` that speak of no password."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")

_LITERAL = re.compile(r"(?i)(?:none|null|nil|undefined|true|false|nan|n/a|str|string|int|bool|bytes|any|required|optional|-|[*•]+|)")
"""What says that there is no value, or of which type it is, or hides it already."""

_NUMBER = re.compile(r"[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?")
_BRACKETED = re.compile(r"<.*>|\[.*\]", re.DOTALL)
_PLACEHOLDER = re.compile(r"<[^<>]*>")
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}")
_OPAQUE, _LONG, _LONG_TOKEN = 8, 16, 12
_PAIRS = (("Key", "Value"), ("Name", "Value"), ("key", "value"), ("name", "value"), ("k", "v"), ("EnvName", "EnvValue"))


class Named(NamedTuple):
    """What a name says.

    Attributes
    ----------
    kind : str
        The kind of secret; empty when the name says nothing.
    sure : bool
        Whether every value under it is one, also inside of lists and objects.
    fits : callable
        Whether a text under it is one.
    """

    kind: str
    sure: bool
    fits: Callable[[str], bool]


_NOTHING = Named("", sure=False, fits=lambda _: False)


@lru_cache(maxsize=65536)
def what_name_says(name: str) -> Named:
    """Read a name in any spelling.

    Examples
    --------
    >>> [what_name_says(name).kind for name in ("OwnerId", "--api-key", "StsToken", "mysql_pass", "OSS_BUCKET", "max_tokens", "pass@1")]
    ['owner', 'key', 'key', 'key', 'bucket', '', '']
    """
    squashed = _NOT_ALPHANUMERIC.sub("", name.lower())
    if squashed in _OWNERS:
        return Named(_OWNERS[squashed], sure=True, fits=_is_something)
    if _SECRET.search(squashed.rstrip("0123456789")) or _SECRET_IN_CHINESE.search(name):
        return Named("key", sure=True, fits=_is_something)
    words = [word.lower() for word in _WORD.findall(name[-200:])] or [""]
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in ("ak", "sk") or (last == "pass" and not _PASSING.fullmatch(before)):
        return Named("key", sure=False, fits=_is_no_number)
    if last in ("token", "tokens", "signature"):
        long = last == "signature"
        return _NOTHING if _VOCABULARY.fullmatch(before) else Named("key", sure=False, fits=_is_long if long else _is_opaque)
    bucket = _BUCKET.search(squashed)
    if bucket and not _BUCKETING.search(squashed[: bucket.start()]):
        return Named("bucket", sure=False, fits=lambda text: bool(bucket_in(text)))
    return _NOTHING


def kind_under(name: str, value: Any) -> str:
    """Which kind a value is because of the name it stands under; empty when the name says nothing.

    Examples
    --------
    >>> kind_under("OwnerId", "1"), kind_under("api_key", "x"), kind_under("pad_token", "<pad>"), kind_under("max_tokens", 512)
    ('owner', 'key', '', '')
    """
    named = what_name_says(name)
    if not named.kind or isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, str):
        return named.kind if named.fits(value) else ""
    holds = named.sure or (named.kind == "bucket" and isinstance(value, Mapping | list | tuple))
    return named.kind if holds else ""


def named_kind(node: Mapping[Any, Any]) -> tuple[Any, str]:
    """Find the key of the value in a pair such as `{"Name": "API_KEY", "Value": "..."}`, and which kind that value is."""
    for name_key, value_key in _PAIRS:
        if isinstance(node.get(name_key), str) and value_key in node:
            return value_key, kind_under(node[name_key], node[value_key])
    return None, ""


def is_literal(text: str) -> bool:
    """Whether a text says that there is no value, or hides it already."""
    return bool(_LITERAL.fullmatch(text))


def bucket_in(text: str) -> str:
    """Give the name of the bucket that a text is, or begins with before a slash; empty when it reads like neither.

    Examples
    --------
    >>> bucket_in("team-data"), bucket_in("team-data/models"), bucket_in("18-25"), bucket_in("A title"), bucket_in("oss://x/")
    ('team-data', 'team-data', '', '', '')
    """
    name = text.partition("/")[0]
    fits = _BUCKET_NAME.fullmatch(name) and not name.isdigit() and any(char.isalpha() for char in name)
    return name if fits and not is_literal(name) else ""


def _is_something(text: str) -> bool:
    return not is_literal(text) and not _PLACEHOLDER.fullmatch(text)


def _is_no_number(text: str) -> bool:
    return not is_literal(text) and not _NUMBER.fullmatch(text) and len(text.split()) == 1


def _is_long(text: str) -> bool:
    return len(text) >= _LONG and _is_one_word(text)


def _is_opaque(text: str) -> bool:
    """Whether a text under `token` is one of a service, not of a vocabulary and no count of them."""
    if len(text) < _OPAQUE or not _is_one_word(text) or _NUMBER.fullmatch(text):
        return False
    return len(text) >= _LONG_TOKEN or (any(map(str.isdigit, text)) and any(map(str.isalpha, text)))


def _is_one_word(text: str) -> bool:
    return len(text.split()) == 1 and not _BRACKETED.fullmatch(text)
