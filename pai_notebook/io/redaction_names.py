"""What the name of a value says about it: `OwnerId`, `api_key`, `OSS_BUCKET`, `密码`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pai_notebook.io.redaction_rules import IN_CHINESE, is_generated, is_like_a_password, is_placeholder

_OWNERS = {
    **dict.fromkeys(("userid", "creatorid", "useruid"), "user"),
    **dict.fromkeys(("ownerid", "owneruid"), "owner"),
    **dict.fromkeys(("accountid", "accountuid", "aliuid", "aliyunuid", "aliyunid", "parentuid"), "account"),
}

_SECRET = re.compile(
    r"(?:pass(?:word|wd|phrase|code|key)s?|pwds?|conn(?:ection)?str(?:ing)?s?|auth(?:orization)?code|secrets?|credentials?|creds?|authorization|cookies?"
    r"|(?:db|my|mysql|pg|postgres|sql|redis|mongo|user|root|admin|ftp|smtp|mail|ssh|ldap|proxy|auth|key|store|cert)pass"
    r"|(?:access|api|app|auth|client|private|secret|encrypt|encryption|decryption|sign|signing|master|license|service|storage|account|shared|ssh|deploy"
    r"|wandb|kaggle|swanlab|comet|neptune|clearml|dashscope|openai|anthropic|deepseek|azure|aliyun|alibaba|minio|aws|kms|hmac|aes|rsa)"
    r"keys?(?:id|secret)?|access(?:id|secret)|aksk|(?:oss|aliyun|alibaba|cloud|cos|obs|tos|minio|odps|sts|ram)[as]k|(?:git|github|gitlab|gitee|codeup|azure|devops|personal|access)pats?"
    r"|(?:access|api|auth|security|session|refresh|bearer|sts|id|user|client|app|git|github|gitlab|hf|hub|huggingface|modelscope|wandb|openai"
    r"|slack|bot|oauth|jwt|login|private|personal|secret|npm|pypi|docker|registry|admin|jupyter|webhook)tokens?)$"
)
_SECRET_BEFORE = re.compile(
    r"(?:password|passwd|passphrase|passcode|secrets?|credentials?|(?:access|api|secret|private)key(?:id|secret)?)[0-9]*(?P<more>[a-z0-9]+)"
)
# Words behind that of a secret that say which one it is.
_QUALIFIED = re.compile(
    r"(?:prod(?:uction)?|dev|test|stag(?:e|ing)|value|val|text|string|str|plain|raw|enc(?:oded|rypted)?|base64|b64|pem"
    r"|env|old|new|current|cur|prev(?:ious)?|backup|bak|default|main|primary|secondary|confirm(?:ation)?|again|repeat|db|id|[0-9])+"
)

_PREPOSITION = re.compile(r"(?i:[_.-](?:for|of|in|on|at|to)[_.-])|(?<=[a-z])(?:For|Of|In|On|At|To)(?=[A-Z])")

_SECRET_IN_CHINESE = re.compile(rf"(?:{IN_CHINESE}|秘密)(?:id|对|串|值|是|为)?(?:[（(][^（()）]*[)）])?[0-9]*$")
_BUCKET_IN_CHINESE = re.compile(r"(?:存储桶|oss桶|桶名)(?:名称?|id)?$")
_ID_IN_CHINESE = re.compile(r"(?:(?P<user>用户|创建[者人])|(?P<owner>所有者|拥有者|负责人)|(?P<account>账[号户]|帐号))(?:id|uid|编号)$")
_BUCKET = re.compile(r"buckets?(?:names?|ids?)?$")
_BUCKETING = re.compile(
    r"(?:hash|len|length|size|age|time|token|seq|sequence|num|score|price|date|income|feature|bin|quantile|percentile|latency|histogram|batch"
    r"|width|sort|count|duration|distance|popularity|rank|value|dp|gradient|allreduce)$"
)
# Words before `token` that speak of a vocabulary or of a count.
_VOCABULARY = re.compile(
    r"(?:pad|eos|bos|unk|sep|cls|mask|sot|eot|begin|end|start|stop|special|additional|decoder|forced|image|audio|vision|video|num|n|max|min"
    r"|total|prompt|completion|input|output|new|generated|context|per|of|cached|reasoning)"
)

# Words before `pass` that speak of no password.
_PASSING = re.compile(r"(?:forward|backward|first|second|single|two|multi|n|num|of|max|by|high|low|band|all)")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]")

# What says that there is no value, or of which type it is, or hides it already.
_LITERAL = re.compile(r"(?i)(?:none|null|nil|undefined|true|false|nan|n/a|str|string|int|bool|bytes|any|required|optional|-|[*•]+|)")

_PIN = re.compile(r"[0-9]{4,12}")  # of a board, those of a chip have two
_NUMBER = re.compile(r"[-+]?[0-9.,]+(?:[eE][-+]?[0-9]+)?")
_BRACKETED = re.compile(r"<.*>|\[.*\]", re.DOTALL)
_PATH = re.compile(r"(?:~|\.{1,2})?/[\w./~-]*+|[A-Za-z]:[\\/].*+")
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,62}")
# Names of which a value is one when it is an address, or reads like a generated key.
_ADDRESSED = re.compile(r"(?:webhooks?(?:urls?|addr(?:ess)?|uri|endpoint)?|dsn|hookurl|回调地址|机器人地址)$")
_OPAQUE, _LONG, _LONG_TOKEN = 8, 16, 12
_NAMES = re.compile(
    r"(?:parameter|param|env|variable|var|option|config|setting|property|field|attribute|attr|header)?(?:key|name)"
    r"|k|variable|var|parameter|param|option|setting|property"
)
_VALUES = re.compile(r"(?:[a-z]*)value|v|val|default|content")
_COMMON_WORD = re.compile(r"[A-Za-z]?[a-z]{1,10}")
_SIZES = frozenset(("tiny", "small", "medium", "middle", "mid", "large", "huge", "big", "short", "long", "low", "high", "other", "rest"))
_IDENTIFIER = re.compile(r"[A-Za-z_]+")


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
    plain = "".join(name.lower().split())
    if squashed in _OWNERS:
        return Named(_OWNERS[squashed], sure=True, fits=is_something)
    if (found := _ID_IN_CHINESE.search(plain)) and found.lastgroup:
        return Named(found.lastgroup, sure=True, fits=is_something)
    if squashed in ("pwd", "oldpwd"):
        return Named("key", sure=True, fits=_is_no_path)  # of a shell, the folder that it is in
    more = _SECRET_BEFORE.search(squashed)
    qualified = more and (_QUALIFIED.fullmatch(more["more"]) or _PREPOSITION.search(name))
    if qualified or _SECRET.search(squashed.rstrip("0123456789")) or _SECRET_IN_CHINESE.search(plain):
        return Named("key", sure=True, fits=is_something)
    return _what_last_word_says(name, squashed, plain) or (Named("key", sure=False, fits=_is_unlike_words) if more else _NOTHING)


def _what_last_word_says(name: str, squashed: str, plain: str) -> Named | None:
    """Read a name that is sure of nothing: the value has to look like what it says; None when it says nothing."""
    words = [word.lower() for word in _WORD.findall(name[-200:])] or [""]
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if _ADDRESSED.search(squashed or plain):
        return Named("key", sure=False, fits=_is_address)
    if last in ("ak", "sk", "pw", "otp") or (last == "pass" and not _PASSING.fullmatch(before)):
        return Named("key", sure=False, fits=_is_no_common_word)
    if last in ("token", "tokens", "signature"):
        fits = {"token": _or_number(_is_opaque), "tokens": _is_opaque, "signature": _is_long}[last]
        return _NOTHING if _VOCABULARY.fullmatch(before) else Named("key", sure=False, fits=fits)
    if last in ("hmac", "sts") or squashed.endswith("sessionid"):
        return Named("key", sure=False, fits=_is_random_word)
    bucket = _BUCKET.search(squashed)
    if _BUCKET_IN_CHINESE.search(plain) or (bucket and not _BUCKETING.search(squashed[: bucket.start()])):
        harmless = _SIZES if squashed == "bucket" else ()
        return Named("bucket", sure=False, fits=lambda text: bool(bucket_in(text)) and text not in harmless)
    is_one = squashed in ("login", "session") or last in ("auth", "pat", "pats", "bearer", "sig", "jwt", "sas")
    is_one = is_one or squashed.endswith(("databaseurl", "dburl")) or plain.endswith(("认证", "鉴权"))
    fits = is_like_a_password if last == "sas" else _or_number(_is_unlike_a_word)  # of a query its signature alone is secret
    if last == "pin" or squashed.endswith("pincode"):
        is_one, fits = True, _is_pin
    return Named("key", sure=False, fits=fits) if is_one else None


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
    if named.kind == "key" and isinstance(value, float):
        return ""  # a measure
    if isinstance(value, list | tuple) and named.kind == "key" and not named.sure:
        return "key" if value and all(isinstance(each, str) and is_generated(each) and named.fits(each) for each in value) else ""
    is_number = isinstance(value, int) and named.kind == "key" and named.fits(str(value))
    holds = named.sure or is_number or (named.kind == "bucket" and isinstance(value, Mapping | list | tuple))
    return named.kind if holds else ""


def named_kinds(node: Mapping[Any, Any], above: str = "") -> dict[Any, str]:
    """Kinds of the values in a pair such as `{"Name": "API_KEY", "Value": "..."}` by their keys; `above` is what the pair stands under.

    Examples
    --------
    >>> named_kinds({"Name": "API_KEY", "DefaultValue": "x1"}), named_kinds({"VARIABLE": "epochs", "VALUE": "3"})
    ({'DefaultValue': 'key'}, {})
    """
    values = [key for key in node if _role(key) == "value"]
    names = [node[key] for key in node if _role(key) == "name" and isinstance(node[key], str)] if values else []
    found = ((key, kind_under(name, node[key])) for name in (above, *reversed(names)) for key in values)
    return {key: kind for key, kind in found if kind}


@lru_cache(maxsize=65536)
def _role(key: Any) -> str:
    """Whether a key of an object is that of a name or of a value, as far as one can tell."""
    squashed = _NOT_ALPHANUMERIC.sub("", key.lower()) if isinstance(key, str) else ""
    return "name" if _NAMES.fullmatch(squashed) else "value" if _VALUES.fullmatch(squashed) else ""


def paired_kind(nodes: Sequence[Any], *, among_pairs: bool) -> str:
    """Which kind the second of two values is because of the first; two words alone are a list of names.

    Examples
    --------
    >>> paired_kind(["password", "x1"], among_pairs=False), paired_kind(["password", "user"], among_pairs=False)
    ('key', '')
    """
    if not is_pair(nodes) or (isinstance(nodes[1], str) and not among_pairs and is_identifier(nodes[1])):
        return ""
    return kind_under(nodes[0], nodes[1])


def is_identifier(text: str) -> bool:
    """Whether a text may be a name like another, of letters only."""
    return bool(_IDENTIFIER.fullmatch(text))


def is_pair(node: Any) -> bool:
    """Whether a value is a list of a name and one other value."""
    return isinstance(node, list | tuple) and len(node) == 2 and isinstance(node[0], str)  # noqa: PLR2004 - a pair


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


def is_something(text: str) -> bool:
    """Whether a text is a value, not the want of one nor the name of what will stand in its place."""
    return not is_literal(text) and not is_placeholder(text)


def _is_no_path(text: str) -> bool:
    return is_something(text) and not _PATH.fullmatch(text)


def _is_no_common_word(text: str) -> bool:
    return _is_long_number(text) or (
        is_something(text) and not _NUMBER.fullmatch(text) and len(text.split()) == 1 and not _COMMON_WORD.fullmatch(text)
    )


def _is_pin(text: str) -> bool:
    return bool(_PIN.fullmatch(text)) or is_like_a_password(text)


def _or_number(fits: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda text: fits(text) or _is_long_number(text)


def _is_long_number(text: str) -> bool:
    return len(text) >= _OPAQUE and text.isdecimal()


def _is_address(text: str) -> bool:
    return ("://" in text and len(text.split()) == 1) or _is_unlike_a_word(text)


def _is_unlike_words(text: str) -> bool:
    return len(text) >= _OPAQUE and _is_one_word(text) and (is_generated(text) or text.endswith("="))


def _is_unlike_a_word(text: str) -> bool:
    return _is_unlike_words(text) or is_like_a_password(text)


def _is_random_word(text: str) -> bool:
    return len(text) >= _LONG_TOKEN and _is_unlike_words(text)


def _is_long(text: str) -> bool:
    return len(text) >= _LONG and _is_one_word(text)


def _is_opaque(text: str) -> bool:
    """Whether a text under `token` is one of a service, not of a vocabulary and no count of them."""
    if len(text) < _OPAQUE or not _is_one_word(text) or _NUMBER.fullmatch(text):
        return False
    return len(text) >= _LONG_TOKEN or (any(map(str.isdigit, text)) and any(map(str.isalpha, text)))


def _is_one_word(text: str) -> bool:
    return len(text.split()) == 1 and not _BRACKETED.fullmatch(text)
