"""Keeping secrets out of sight: values that no traceback shows, and texts from outside with the secrets masked."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Hidden", "Mask", "mask_shapes", "masked_logs"]

_WINDOW = 8
_SIGNATURE = re.compile(r"ACS3-HMAC-SHA256[^\r\n\"'<]*|Signature=[0-9A-Fa-f]{16,}")
_ADDRESS = re.compile(r"(?<!\S)\S*://\S*")
_NAMED = re.compile(r"(?i)(secret|token|passw\w{0,20}|pwd|key|keyid|signature|credentials?|authorization)(['\"\\]*\s?[=:]\s?)(\S+)")
_WORD = re.compile(r"[A-Za-z0-9+/=_%.~-]{12,}")
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
