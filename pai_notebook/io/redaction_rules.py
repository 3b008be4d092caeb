"""What should not leave the team: what looks like it, and words that one document gave away, found wherever else they occur."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# What a mask looks like; it is a valid bucket name, so that an address stays an address.
MASK = re.compile(r"masked-[a-z]+-[0-9]+")


@dataclass(frozen=True)
class MaskRule:
    """A pattern of text that is masked.

    Attributes
    ----------
    kind : str
        A lower-case word for what it finds.
    pattern : re.Pattern
        A group named `secret` limits what is masked; else the whole match is.
    judge : callable
        Whether what is masked is what it looks like.
    unless : re.Pattern or None
        What ends before a match that is something else.
    """

    kind: str
    pattern: re.Pattern[str]
    judge: Callable[[str], bool] = bool
    unless: re.Pattern[str] | None = None


LOOK_BACK = 40  # characters before a number, in which a word says that it is a size
_TELLING = 512  # characters; more of the same say no more


def _is_random(text: str) -> bool:
    """Whether a run of letters and digits changes its kind as often as a generated key does; names and hex digests do not."""
    kinds = ["d" if char.isdigit() else "u" if char.isupper() else "l" for char in text[:_TELLING] if char.isalnum()]
    changes = sum(first != second for first, second in itertools.pairwise(kinds))
    return len(set(kinds)) == 3 and changes >= 0.4 * len(kinds)  # noqa: PLR2004 - digits, upper and lower case


_PIECE = re.compile(r"[A-Za-z0-9]{10,}+")
_CHANGE = re.compile(r"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[a-z0-9]|(?<=[0-9])[A-Za-z]")
_DIGITS_WITHIN = re.compile(r"[A-Za-z][0-9]++[A-Za-z]")
_CHANGES, _NO_WORD = 3, 24


def is_generated(text: str) -> bool:
    """Whether a text reads like a generated key, not like words with signs between them.

    Examples
    --------
    >>> [is_generated(text) for text in ("Xk3qZ9vLmP2wT7", "tok3n1000canary", "learn-1.4.0-py311-linux", "understanding-of-things")]
    [True, True, False, False]
    """
    pieces = _PIECE.findall(text[:_TELLING])
    return _is_random(text) or any(
        len(piece) >= _NO_WORD or len(_CHANGE.findall(piece)) >= _CHANGES or _DIGITS_WITHIN.search(piece) for piece in pieces
    )


# Every pattern begins with something that cannot stand inside of what it goes on to match, or takes what it looked at with it, so
# that no character is looked at once for each character before it.
_COLON, _SLASH = r"(?::|%(?:25)*+3a)", r"(?:\\?/|%(?:25)*+2f)"
_AUTHORITY = r"""[^/\s?#"'<>\\]*"""
_IN_URL = r"""(?:[^\s?#"'<>\\]|\\/|\\u00[0-9a-f]{2})"""
_IN_QUERY = r"""(?:[^\s#"'<>\\]|\\/|\\u00[0-9a-f]{2})"""
_USER = r"""[^[\s/?#"'<>\\@:]{0,64}"""
_NO_PORT = r"""(?![0-9]*+(?:[/?#\s"'\\]|\Z))"""
_ODD = r"""[^\s"'<>\\@](?:[^\s"'<>\\@]|[ ](?=\S)){0,128}"""
_HOST = r"@(?=[\w.\[-])"

# Addresses to which anybody may post who knows their path; the hosts are those of gitleaks' list and of the Chinese messengers.
_IN_PATH = r"""(?:[^\s?#"'<>\\)\]},;&]|\\/)"""
_WEBHOOK = (
    rf"(?:hooks\.slack(?:-gov)?\.com{_SLASH}(?:services|workflows|triggers)|discord(?:app)?\.com{_SLASH}api{_SLASH}(?:v[0-9]{{1,3}}{_SLASH})?webhooks"
    rf"|(?:feishu\.cn|larksuite\.com|larkoffice\.com){_SLASH}open-apis{_SLASH}bot{_SLASH}(?:v2{_SLASH})?hook|\.webhook\.office\.com{_SLASH}webhookb2"
    rf"|api\.telegram\.org(?:{_SLASH}file)?(?={_SLASH}bot))"
)
_OF_LOGIN = r"(?:pass(?:word|wort|wd|phrase|code)|pwd)"
_SPOKEN = rf"(?:\b|_)(?:{_OF_LOGIN}|(?:secret|access|api|private)[ _-]?key(?:[ _-]?(?:secret|id))?|token)"
IN_CHINESE = "密码|口令|密钥|秘钥|密匙|私钥|令牌|凭证|凭据|授权码"
# What a name is remarked on with, and the end of the name.
_REMARK = r"[（(][^）)\n]{0,32}[）)]\s*+"
_LONG_LETTERS = 8


# Words with digits that people write behind `password` and that are none: ways of keeping one.
_WAY_OF_KEEPING = re.compile(r"(?i)(?:sha|md|aes|base|argon|pbkdf|bcrypt|utf|oauth|v|tls|ssl|rfc)[-_]?[0-9]")


def _is_no_word(text: str) -> bool:
    return len(text) >= _LONG_LETTERS or not text.isalpha()


def _is_password(text: str) -> bool:
    """Whether what stands behind `password` without a sign between is one, and not the next word of a sentence."""
    return is_generated(text) or (_is_signature(text) and not _WAY_OF_KEEPING.match(text))


_PLACEHOLDER = re.compile(r"<[^<>]*>|\$\{\w+\}|\$[A-Z_][A-Z0-9_]*|\$\([^()]*\)?|\{\{(?:[^{}]*\}\})?|%[A-Z_][A-Z0-9_]*%")


def is_placeholder(text: str) -> bool:
    """Whether a text is, or each part of a login is, the name of what will stand in its place.

    Examples
    --------
    >>> [is_placeholder(text) for text in ("<password>", "${PW}", "$USER:$PASS", "$(cat f)", "{{ pw }}", "$ecret")]
    [True, True, True, True, True, False]
    """
    return all(map(_PLACEHOLDER.fullmatch, text.split(":"))) if ":" in text else bool(_PLACEHOLDER.fullmatch(text))


_LIKE_A_WORD = re.compile(
    r"(?i)(?:[^\W\d_]++(?:[-_./:,+]++(?:[^\W\d_]++|[0-9]{1,3}(?![0-9])))*+)"
    r"|(?:sha|md|aes|base|argon|pbkdf|[hrep]s|ed|utf|oauth|openid|saml|ntlm|krb|v|ver|version|http|tls|ssl|rfc|run|user|exp)[-_]?v?[0-9]{1,5}"
)
_LEAST_OF_PASSWORD = 6


def is_like_a_password(text: str) -> bool:
    """Whether a text is one word with digits or signs in it as a password has them: no plain word, number, name of a method or path.

    Examples
    --------
    >>> [is_like_a_password(text) for text in ("Summer2024!", "hunter299", "basic", "read-only", "oauth2", "2024-11-28", "run-12", "30m")]
    [True, True, False, False, False, False, False, False]
    """
    is_query = "=" in text.rstrip("=")
    is_plain = is_query or not any(map(str.isalpha, text)) or _LIKE_A_WORD.fullmatch(text) or is_placeholder(text) or MASK.search(text)
    return len(text) >= _LEAST_OF_PASSWORD and not is_plain and not any(char.isspace() or char in "/\\()[]{}<>" for char in text)


def _is_no_placeholder(text: str) -> bool:
    return not is_placeholder(text)


def _is_signature(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _is_login(text: str) -> bool:
    return is_like_a_password(text.partition(":")[2])


# What is looked for before names and values, because it holds them.
ADDRESSES = (
    MaskRule(
        "key", re.compile(rf"""(?i)(?:{_SPOKEN}|{IN_CHINESE})\s++["']?+(?P<secret>(?![:=])[!#-&(-~]{{5,}}[\w=/+$%&*@#~-])"""), is_generated
    ),
    MaskRule(
        "key",
        re.compile(
            rf"""(?i)(?:\b{_OF_LOGIN}\s|密码|口令|密匙|[密秘私]钥|授权码)\s*+["']?+(?P<secret>(?![:=])[!#-&*-~]{{5,}}[\w!$%&*@#~-])"""
        ),
        _is_password,
    ),
    MaskRule(
        "key",
        re.compile(
            r"""\b(?:echo|printf)\s++(?:-\w\s++)?+(?P<quote>["'])?(?P<secret>(?(quote)[^"'\n]++|[^\s"']++))["']?\s*+"""
            r"\|(?=[^|\n]{0,200}(?:-stdin|--with-token|sudo\s-S)\b)"
        ),
        _is_no_placeholder,
    ),
    MaskRule(
        "key",
        re.compile(
            r"""(?i)(?:\b(?:pass|pwd|secret|token|key|cred)[\w-]{0,40}[=\s0-9<]{1,8}<\(\s*+(?:echo|printf)\s++(?:-\w\s++)?+(?:["']?%s(?:\\n)?["']?\s++)?+"""
            r"""|\bsudo\s++-S\b[^<\n]{0,100}<<<\s*+)(?P<quote>["'])?(?P<secret>(?(quote)[^"'\n]++|[^\s"')]++))"""
        ),
        _is_no_placeholder,
    ),
    # a login without a scheme, where a port, a path or a sign in it tells it from an address of ours
    MaskRule(
        "login",
        re.compile(
            r"""(?<![^\s"'=,(\[])(?P<secret>[A-Za-z][\w.+-]{0,31}:(?!\d+@)(?:[^\s"'@:/\\]{6,64}(?=@[A-Za-z0-9][\w.-]{0,252}:[0-9/~.])"""
            r"""|[^\s"'@:/\\]{0,63}[!#$%^&*+?~][^\s"'@:/\\]{0,63}(?=@[A-Za-z0-9])))"""
        ),
        _is_login,
    ),
    MaskRule("key", re.compile(r"(?i)[?&;]sig=(?P<secret>[a-z0-9%+/=_-]{12,}+)"), _is_signature),
    *(
        MaskRule(kind, re.compile(pattern, re.IGNORECASE | re.DOTALL), _is_no_placeholder)
        for kind, pattern in (
            ("key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?P<secret>.*?)(?=-----END|\Z)"),
            ("login", rf"""(?:(?<=://)|(?<=:\\/\\/))(?P<secret>{_AUTHORITY}[^/\s?#"'<>\\@])@"""),
            ("login", rf"(?<=://)(?P<secret>{_USER}:{_NO_PORT}{_ODD}){_HOST}"),
            ("login", rf"(?<![\w:/\\])//(?P<secret>{_USER}:{_NO_PORT}[^\s/\"'<>\\@]{{1,128}}){_HOST}"),
            ("login", r"%(?:25)*+3a(?:%(?:25)*+2f){2}(?P<secret>(?:[^\s/?#\"'<>&%@]|%(?!(?:25)*+(?:40|2f|3f|23)))++)(?:@|%(?:25)*+40)"),
            ("login", r"(?:\bjdbc:oracle:[a-z0-9]{1,16}:|\bsqlplus\s)(?P<secret>[^\s/?#\"'<>\\@:]{1,64}/[^\s\"'<>@]{1,128})@"),
            ("query", rf"(?::|%3a){_SLASH}{{2}}{_IN_URL}*+(?:\?(?P<secret>{_IN_QUERY}++))?"),
            ("key", rf"{_WEBHOOK}{_SLASH}(?P<secret>{_IN_PATH}++)"),
            ("login", r"\bbasic[ -]auth\w*+(?:\s++is)?+[\s:=(]*+(?P<secret>[^\s:/()]{1,64}:(?!//)[^\s()]{4,128})"),
            ("key", r"\blogin\s++\S{1,64}\s++password\s*+[\"']?(?P<secret>[^\s\"']++)"),
        )
    ),
    MaskRule("key", re.compile(rf"(?i){_SLASH}(?:web)?hooks?{_SLASH}(?P<secret>{_IN_PATH}++)"), is_generated),
    MaskRule(
        "key", re.compile(rf"(?i)(?:{_SPOKEN})\s++is\s++[\"']?+(?P<secret>[!#-&(-~]{{6,}}+)"), lambda said: any(map(str.isdigit, said))
    ),
    MaskRule("key", re.compile(rf"(?:{IN_CHINESE})(?:{_REMARK}[:：=＝是为]|[是为])\s*+(?P<secret>[!-~]{{4,}}+)"), _is_no_word),
    MaskRule("key", re.compile(rf"(?i)(?:{_SPOKEN})[是为]\s*+(?P<secret>[!-~]{{4,}}+)"), _is_password),
)

_BUCKET = r"(?P<secret>[a-z0-9][a-z0-9_-]*+)"
_STORES = r"(?:oss|s3[an]?|gs|cosn?|obs|tos)"
_OSS = r"oss[a-z0-9-]*+\.aliyuncs\.com"
_BUCKETS = (
    rf"{_STORES}{_COLON}{_SLASH}{{2}}(?:{_AUTHORITY}@)?(?!oss-[a-z0-9-]+\.aliyuncs)" + _BUCKET,
    rf"(?<![a-z0-9._-])(?!s3\.|vpc100-oss){_BUCKET}(?=\.(?:vpc100-|s3\.)?{_OSS}|\.[a-z0-9-]+\.oss-dls\.aliyuncs\.com|\.s3[a-z0-9.-]*\.amazonaws\.com)",
    rf"(?<![a-z0-9.-])(?:s3\.|vpc100-)?{_OSS}(?::[0-9]+)?{_SLASH}{_BUCKET}",
    rf"(?<![a-z0-9.-])s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?(?::[0-9]+)?{_SLASH}{_BUCKET}",
    rf"""(?:acs:oss|arn:aws[a-z-]{{0,9}}:s3):[^:\s"']{{0,64}}:[^:\s"']{{0,64}}:{_BUCKET}""",
    rf"/bucket/(?:oss-)?(?:cn|ap|us|eu|me|rg)-[a-z0-9-]++/{_BUCKET}",
)

# Beginnings of keys, from the lists of gitleaks and detect-secrets; behind those of the second list a word may follow.
_KEY_PREFIXES = (
    r"LTAI|A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|ABSK|AIza|gh[opsur]_|github_pat_|gl(?:pat|dt|rt|ptt|soat)-|xox[abeprs]-"
    r"|xapp-[0-9]-|GOCSPX-|PMAK-|ms-(?=[0-9a-f]{8}-[0-9a-f]{4}-)"
)
_MAYBE_PREFIXES = (
    r"STS\.|TMP\.|hf_|sk-|npm_|pypi-|dop_v1_|do[or]_v1_|dapi|SG\.|[sr]k_(?:live|test|prod)_|gsk_|r8_|nvapi-|hv[sb]\.|ya29\.|dckr_[a-z]{2,5}_"
    r"|gl[cs]a?_|lin_api_|sntry[su]_|pplx-|shp(?:at|ca|pa|ss)_|fig[du]_|wandb_v1_|rubygems_|tfp_|dp\.[a-z]{2,7}\.|ntn_|jina_|xai-|AKID|AKLT|AKCp"
    r"|lsv2_[a-z]{2}_|pul-|pscale_[a-z]{2,5}_|atlasv1\.|ATATT3|EAA[MC]|whsec_|sha256~|rdme_|xkeysib-|fio-u-|sbp_|bce-v3/"
)
_WORDS_BEFORE_A_NUMBER = re.compile(
    r"(?i)(?:^|[^a-z])(?:size|steps?|time|times?tamp|ts|date|seed|counts?|num|numel|bytes|flops|macs|tokens?|params|parameters|samples|length"
    r"|len|total|max|min|ns|us|epochs?|iterations?|iters?|offset|duration|limit)[\"']?\s{0,4}[=:]?\s{0,4}[\"']?\Z"
)

# In the order in which they are tried.
SHAPES = (
    *(MaskRule("bucket", re.compile(rf"(?i){pattern}")) for pattern in _BUCKETS),
    *(
        MaskRule(kind, re.compile(pattern))
        for kind, pattern in (
            ("key", rf"(?<![A-Za-z0-9])(?P<secret>(?:{_KEY_PREFIXES})[A-Za-z0-9_./+-]{{12,}})"),
            ("key", r"(?<![A-Za-z0-9_-])(?P<secret>eyJ[A-Za-z0-9_-]{8,}+\.[A-Za-z0-9_-]{4,}+\.[A-Za-z0-9_-]*+)"),
            ("account", r"(?i)\bacs:[a-z0-9-]*+:[a-z0-9*-]*+:(?P<secret>[0-9]{4,}+)"),
            ("mail", r"(?<![\w.+-])(?!(?:git|hg|svn)@)(?P<secret>[\w.+-]++@[\w-]++\.[\w.-]*[A-Za-z])"),
        )
    ),
    MaskRule("key", re.compile(rf"(?<![A-Za-z0-9])(?P<secret>(?:{_MAYBE_PREFIXES})[A-Za-z0-9_./+=-]{{12,}})"), is_generated),
    MaskRule("key", re.compile(r"(?i)\bbearer\s++(?P<secret>[a-z0-9._~+/=!@#$%^&*-]{6,}+)"), is_like_a_password),
    MaskRule("key", re.compile(r"(?i)\b(?:bearer|basic)\s++(?P<secret>[a-z0-9._~+/=-]{12,}+)"), is_generated),
    MaskRule("account", re.compile(r"(?<![\w.])(?P<secret>[1-9][0-9]{15,18})(?!\w|\.[0-9])"), unless=_WORDS_BEFORE_A_NUMBER),
    MaskRule("key", re.compile(r"(?<![A-Za-z0-9+/])(?P<secret>[A-Za-z0-9+/]{28,}+={0,2})(?![A-Za-z0-9+/=])"), _is_random),
)


_RUN = re.compile(r"[A-Za-z0-9]+")
_SHORTEST = {"bucket": 6, "key": 6}
_SHORTEST_ID = 4
_LONG_WORD, _LEAST_MIXED = 12, 8
_ENDS_VALUES = re.compile(r"""[^\w+/.-]""")
_DIGITS_AND_SIGNS = re.compile(r"[\W\d_]+")


class KnownWords:
    """Ids, buckets and keys by what they are; looked up by their first run of letters and digits, so that many cost as little as one.

    Examples
    --------
    >>> words = KnownWords()
    >>> words.add("4711", "owner")
    >>> words.masked("see 4711, not 47110", lambda word, kind: f"({kind})")
    'see (owner), not 47110'
    """

    def __init__(self, is_known: Callable[[str, str], bool] | None = None) -> None:
        self._is_known = is_known or is_telling
        self._kinds: dict[str, str] = {}
        self._starts: dict[str, list[tuple[str, int]]] = {}

    def kind_of(self, word: str) -> str:
        """Kind of a known word, empty for any other."""
        return self._kinds.get(word, "")

    def add(self, word: str, kind: str) -> None:
        """Know a word from now on, where it is one that is masked wherever it stands."""
        if word in self._kinds:
            if self._kinds[word] == "account":  # as any number of so many digits is, until a name says more
                self._kinds[word] = kind
            return
        if not self._is_known(word, kind):
            return
        run = _RUN.search(word)
        if run is not None:
            self._kinds[word] = kind
            same = self._starts.setdefault(run[0], [])
            same.append((word, run.start()))
            same.sort(key=lambda known: -len(known[0]))

    def masked(self, text: str, mask: Callable[[str, str], str]) -> str:
        """Mask the known words in a text, the longest that fits first."""
        if not self._kinds:
            return text
        hits = [hit for run in _RUN.finditer(text) for hit in self._hits(text, run)]
        if not hits:
            return text
        masks = {place for found in MASK.finditer(text) for place in range(*found.span())}
        out: list[str] = []
        done = 0
        for at, run, glued in hits:
            start, word = self._at(text, at, run, glued=glued)
            if word and start >= done and start not in masks:
                out += [text[done:start], mask(word, self._kinds[word])]
                done = start + len(word)
        return "".join([*out, text[done:]])

    def _hits(self, text: str, run: re.Match[str]) -> Iterator[tuple[int, str, bool]]:
        """Where known words may begin in a run: with it, and behind the letter of an option as in `-pX`."""
        start, said = run.start(), run[0]
        if said in self._starts:
            yield start, said, False
        if said[1:] in self._starts and said[0].isalpha() and text[max(0, start - 1) : start] == "-":
            yield start + 1, said[1:], not _goes_on(text[max(0, start - 2) : start - 1])

    def _at(self, text: str, at: int, run: str, *, glued: bool) -> tuple[int, str]:
        """Which known word stands around a run, and from where."""
        for word, offset in self._starts[run]:
            start = at - offset
            end = start + len(word)
            if start >= 0 and text.startswith(word, start) and _stands_alone(text, start, end, glued=glued and _is_mixed(word)):
                return start, word
        return 0, ""


def _stands_alone(text: str, start: int, end: int, *, glued: bool) -> bool:
    """Whether a word is no part of a longer one, where letters and digits could go on, nor a number that is a size or a fraction."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if (_goes_on(text[start]) and not glued and _goes_on(before)) or (_goes_on(text[end - 1]) and _goes_on(after)):
        return False
    if not text[start:end].isdecimal():
        return True
    is_fraction = before == "." or (after == "." and text[end + 1 : end + 2].isdecimal())
    return not is_fraction and not _WORDS_BEFORE_A_NUMBER.search(text, max(0, start - LOOK_BACK), start)


def _goes_on(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _is_mixed(word: str) -> bool:
    return len(word) >= _LEAST_MIXED and not word.isalpha() and not word.isdecimal()


def is_number_alone(word: str) -> bool:
    """Whether a known word is a number of eight digits and more, which may be the value of a setting by chance."""
    return len(word) >= _LEAST_MIXED and word.isdecimal()


def is_telling(word: str, kind: str) -> bool:
    """Whether a word is what it is wherever it stands; a bucket called `models` and a password `test` or `1.10.0` are words like others."""
    if len(word) < _SHORTEST.get(kind, _SHORTEST_ID) or kind in ("query", "login", "mail") or MASK.fullmatch(word):
        return False
    if kind == "key" and _DIGITS_AND_SIGNS.fullmatch(word):
        return is_number_alone(word)
    return len(word) >= _LONG_WORD or not word.isalpha()


def is_phrase(word: str, kind: str) -> bool:
    """Whether a telling word has signs at which a value in a text may end, so that a rule would take a part of it."""
    return is_telling(word, kind) and _ENDS_VALUES.search(word) is not None


def is_worth_masking(word: str, kind: str) -> bool:
    """Whether a word is masked in what a person wrote beside the data, where nothing of ours is mistaken for it."""
    return is_telling(word, kind) or (len(word) >= _SHORTEST["key"] and not MASK.fullmatch(word))
