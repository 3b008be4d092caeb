"""Masks secrets: values that tracebacks do not show, texts with secrets removed, reasons without quotations."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

from pai_notebook.i18n.phrases import joined, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Length of the shortest run of a secret that is masked.
_WINDOW = 8
_SIGNATURE = re.compile(r"ACS3-HMAC-SHA256[^\r\n\"'<]*|Signature=[0-9A-Fa-f]{16,}")
_ADDRESS = re.compile(r"(?<!\S)\S*://\S*")
_NAMED = re.compile(r"(?i)(secret|token|passw\w{0,20}|pwd|key|keyid|signature|credentials?|authorization)(['\"\\]*\s?[=:]\s?)(\S+)")
_WORD = re.compile(r"[A-Za-z0-9+/=_%.~-]{12,}")
# A word without digits is masked only when it has this length, as keys have.
_LONGEST_WORD = 32


class Hidden:
    """A value that is only to be had by a call, because tracebacks that show variables also show their attributes.

    A function that takes a secret rebinds it to one before anything else, and hands that on.

    Examples
    --------
    >>> hidden = Hidden(("id", "secret"))
    >>> hidden
    <hidden>
    >>> hidden.reveal()
    ('id', 'secret')
    """

    __slots__ = ("reveal",)

    def __init__(self, value: Any) -> None:
        self.reveal: Callable[[], Any] = lambda: value

    def __repr__(self) -> str:
        return "<hidden>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a hidden value is never pickled")


class Mask:
    """Replaces every run of eight or more characters that belongs to one of some secrets, and every signature.

    Runs, not whole secrets: a text may be cut in the middle of one, or have escaped one of its characters. Shorter secrets are
    left alone, because they are parts of ordinary words.

    Parameters
    ----------
    secrets : iterable of str
        What must not be shown.

    Examples
    --------
    >>> Mask(["Canary0123456789"])("key Canary01234... is unknown")
    'key ***... is unknown'
    """

    __slots__ = ("_parts",)

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._parts = frozenset(secret[start : start + _WINDOW] for secret in secrets for start in range(len(secret) - _WINDOW + 1))

    def __repr__(self) -> str:
        return "<mask>"

    def __call__(self, text: str) -> str:
        """Return the text without what belongs to a secret."""
        text = _SIGNATURE.sub("***", text)
        if not self._parts:
            return text
        kept: list[str] = []
        at = 0
        while at < len(text):
            end = at + _WINDOW
            if text[at:end] not in self._parts:
                kept.append(text[at])
                at += 1
                continue
            while text[end - _WINDOW + 1 : end + 1] in self._parts:
                end += 1
            kept.append("***")
            at = end
        return "".join(kept)


_mask_of_logs: ContextVar[Callable[[str], str] | None] = ContextVar("_mask_of_logs", default=None)
_HTTP_LOGGERS = ("httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")


class _Masked(logging.Filter):
    """Masks the records of what runs inside `masked_logs`; those of everybody else stay as they are."""

    def filter(self, record: logging.LogRecord) -> bool:
        mask = _mask_of_logs.get()
        if mask is not None:
            said = record.getMessage()
            if (masked := mask(said)) != said:
                record.msg, record.args = masked, None
        return True


_masked = _Masked()


@contextmanager
def masked_logs(mask: Callable[[str], str]) -> Iterator[None]:
    """Keep secrets that a service or proxy echoes in its headers out of the log of httpcore, which writes all of them at DEBUG."""
    for name in _HTTP_LOGGERS:
        logging.getLogger(name).addFilter(_masked)
    token = _mask_of_logs.set(mask)
    try:
        yield
    finally:
        _mask_of_logs.reset(token)


def mask_shapes(text: str) -> str:
    """Return a text without what looks like a secret: addresses, what stands behind such a name, long words with digits.

    For texts about credentials that are not known here, so that nothing can be compared.

    Examples
    --------
    >>> mask_shapes("the token=abc of LTAI5tCanaryKeyId at https://sts/?k=v is unknown")
    'the token=*** of *** at *** is unknown'
    """
    text = _NAMED.sub(r"\1\2***", _ADDRESS.sub("***", text))
    return _WORD.sub(lambda word: "***" if len(word[0]) >= _LONGEST_WORD or any(sign.isdigit() for sign in word[0]) else word[0], text)


_CODE = r"[A-Za-z]{2,40}(?:[._][A-Za-z]{2,40}){0,3}|[0-9]{3,12}"
_CODE_FIELD = re.compile(rf"""["'](?:Code|code|ErrorCode|errorCode|error)\\?["']\s*:\s*\\?["']({_CODE})\\?["']""")
_MESSAGE_FIELD = re.compile(r"""["'](?:Message|message|ErrorMessage|error_description)\\?["']\s*:\s*\\?["']([^"\\]{1,300})""")
_STATUS = re.compile(r"(?:http_?code|status[ _]?code|HttpCode)\W{1,3}([1-5][0-9]{2})\b", re.IGNORECASE)
_EXIT = re.compile(r"exit status (-?[0-9]{1,3})\b")
# Characters of an error that are searched for a reason.
_LONGEST = 20_000

# what the vendor's library says in its own words, and what that means for a person
_KNOWN = (
    (r"command process timed out", say("the external command did not end in time")),
    (r"failed to execute external command: exit status", say("the external command failed")),
    (r"failed to execute external command", say("the external command cannot be started")),
    (r"process_command is empty", say("no external command is set")),
    (r"failed to parse external command output", say("the external command printed no JSON")),
    (r"invalid (?:StsToken )?credential response", say("the external command printed no complete key")),
    (r"unable to get profile with", say("no such profile")),
    (r"invalid profile name", say("no profile is chosen")),
    (r"unsupported (?:profile mode|credential type)", say("the vendor's library does not know this kind of profile")),
    (r"unable to open credentials file", say("the file cannot be opened")),
    (r"failed to parse credential form", say("the file is not JSON")),
    (r"failed to get credential from credentials file", say("the file has no such profile")),
    (r"access token is empty or expired|re-?login|CloudSSO access token", say("the login has ended: log in again")),
    (r"access key id is empty", say("the access key id is empty")),
    (r"access key secret is empty", say("the access key secret is empty")),
    (r"security token is empty", say("the security token is empty")),
    (r"Max retries exceeded|Connection (?:refused|aborted|reset)|timed out|Failed to establish", say("no connection")),
)
_PHRASES = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in _KNOWN)
_NO_ROLE = re.compile(r"ECS metadata service\.? HttpCode=404")


def kind_of(error: BaseException) -> str:
    """Return the type of an exception, with its status and code where it has such fields; nothing of its text.

    Examples
    --------
    >>> kind_of(KeyError("secret"))
    'KeyError'
    """
    name = type(error).__name__
    parts = [name[:60] if name.isidentifier() and name.isascii() else say("an exception")]
    status = _field(error, "status_code") or _field(error, "statusCode")
    if isinstance(status, int) and not isinstance(status, bool) and 100 <= status < 600:  # noqa: PLR2004 - HTTP
        parts.append(f"HTTP {status}")
    code = _field(error, "code")
    if isinstance(code, str) and re.fullmatch(_CODE, code):
        parts.append(code)
    return joined(parts)


def _field(error: BaseException, name: str) -> Any:
    return error.__dict__.get(name)


def reason_of(error: BaseException, mask: Callable[[str], str]) -> str:
    """Return what an exception of the vendor's library means, in words that show no secret.

    Parameters
    ----------
    error : Exception
        What a provider raised.
    mask : callable
        Takes known secrets out of a text.

    Examples
    --------
    >>> reason_of(ValueError('error, http_code: 403, result: {"Code": "NoPermission", "Key": "LTAI5tCanary0"}'), str)
    'ValueError, HTTP 403, NoPermission'
    """
    try:
        text = str(error)[:_LONGEST]
    except Exception:  # noqa: BLE001 - the exception of a third party
        text = ""
    if _NO_ROLE.search(text):
        return say("no RAM role is attached to this instance (HTTP 404)")
    told = text.partition("stderr:")[0]  # a helper may write anything
    words = next((words for pattern, words in _PHRASES if pattern.search(told)), kind_of(error))
    status = re.search(_EXIT, told)
    parts = [words, say("status {status}", status=status[1]) if status else "", service_says(told, mask)]
    return joined([part for part in parts if part])


def service_says(text: str, mask: Callable[[str], str], *, status: int = 0) -> str:
    """Return the HTTP status, code and message that an answer of a service holds, as one clause; secrets in the message are masked.

    Examples
    --------
    >>> service_says('{"Code": "Failed", "Message": "role not attached"}', str, status=404)
    'HTTP 404, Failed: "role not attached"'
    """
    found = _STATUS.search(text)
    code, message = _CODE_FIELD.search(text), _MESSAGE_FIELD.search(text)
    parts = [f"HTTP {status or (found[1] if found else '')}" if status or found else "", mask(code[1]) if code else ""]
    clause = ", ".join(part for part in parts if part)
    if not message:
        return clause
    said = mask_shapes(mask(message[1]))
    said = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())[:160]
    return f'{clause}: "{said}"' if clause else f'"{said}"'
