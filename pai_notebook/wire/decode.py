"""From the bytes of an answer to one document, or a ProtocolError that says why not.

Strict where a lenient parser would change data silently (encoding, duplicate keys, two documents), generous where the data is only odd:
a bare NaN or Infinity is a metric state, an integer of any usual length keeps its digits, and a number beyond a float's range stays the
text it was.
"""

from __future__ import annotations

import json
import math
import sys
import zlib
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NoReturn

from pai_notebook.errors import ProtocolError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Callable

__all__ = ["MAX_DEPTH", "MAX_DIGITS", "DamagedAnswer", "decode", "excerpt", "read_body"]

MAX_DEPTH = 64
"""Levels of lists and objects in a document, the outermost included."""
MAX_DIGITS = 4300
"""Digits of a whole number, as in a Python whose limit nobody has changed; more of them take quadratic time to read and to show."""

_EXCERPT = 120
_BLOCK = 2**16
_GZIP = zlib.MAX_WBITS | 16
_MOST_MEMBERS = 1000
_MOST_CONTAINERS = 2**20
_STEP = [0] * 256
for _sign, _step in ((b"[", 1), (b"{", 1), (b"]", -1), (b"}", -1)):
    _STEP[_sign[0]] = _step
_NO_STRUCTURE = bytes(code for code in range(256) if _STEP[code] == 0 and code != ord('"'))


class DamagedAnswer(ProtocolError):
    """An answer that arrived incomplete or garbled, so that asking again may help."""


def excerpt(body: bytes) -> str:
    r"""Return the first bytes of a body as a short ASCII literal without control characters.

    Examples
    --------
    >>> excerpt(b"<html>\x1b[31m")
    "'<html>\\x1b[31m'"
    """
    return ascii(body[:_EXCERPT].decode("utf-8", "replace")) + ("..." if len(body) > _EXCERPT else "")


async def read_body(chunks: AsyncIterable[bytes], *, encoding: str, max_bytes: int) -> bytes:
    """Read an answer as it comes from the wire, decompress it, and stop at a limit.

    The limit holds for what is kept in memory at any time: a check after decompression would be none.

    Parameters
    ----------
    chunks : asynchronous iterable of bytes
        The raw body.
    encoding : str
        The Content-Encoding header.
    max_bytes : int
        Bytes after decompression.

    Raises
    ------
    ProtocolError
        When the answer is larger, or compressed in a way that was not asked for.
    DamagedAnswer
        When the compressed data is broken or ends early.
    """
    coding = encoding.strip().lower()
    if coding in {"", "identity"}:
        return await _read_plain(chunks, max_bytes)
    if coding in {"gzip", "x-gzip"}:
        return await _read_gzip(chunks, max_bytes)
    raise ProtocolError(f"the answer has the content encoding {ascii(coding)[:40]}, which was not asked for", hint=_PROXY_HINT)


async def _read_plain(chunks: AsyncIterable[bytes], max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        parts.append(chunk)
    return b"".join(parts)


async def _read_gzip(chunks: AsyncIterable[bytes], max_bytes: int) -> bytes:
    """One member or several, as a proxy may join them; no more compressed bytes than plain ones are allowed."""
    inflater = _Inflater(max_bytes)
    read = 0
    async for chunk in chunks:
        read += len(chunk)
        if read > max_bytes + _BLOCK:
            raise _too_large(max_bytes)
        inflater.add(chunk)
    return inflater.whole()


class _Inflater:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._members = 1
        self._inflate = zlib.decompressobj(wbits=_GZIP)

    def add(self, data: bytes) -> None:
        while data:
            if self._inflate.eof:
                self._members += 1
                if self._members > _MOST_MEMBERS:
                    raise _damaged()
                self._inflate = zlib.decompressobj(wbits=_GZIP)
            try:
                part = self._inflate.decompress(data, self._max_bytes - self._size + 1)
            except zlib.error:
                raise _damaged() from None
            self._size += len(part)
            if self._size > self._max_bytes or self._inflate.unconsumed_tail:
                raise _too_large(self._max_bytes)
            self._parts.append(part)
            data = self._inflate.unused_data

    def whole(self) -> bytes:
        if not self._inflate.eof:
            raise _damaged()
        return b"".join(self._parts)


def _damaged() -> DamagedAnswer:
    return DamagedAnswer("the compressed answer is damaged", hint=_AGAIN_HINT)


def decode(body: bytes, *, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """Return the one JSON object that a body holds.

    Parameters
    ----------
    body : bytes
        UTF-8 text.
    max_depth : int
        Levels of arrays and objects, the outermost included.

    Raises
    ------
    ProtocolError
        When the body is not UTF-8, not exactly one JSON object, nested too deep, made of millions of lists, has a key twice in one object,
        or a whole number of more than `MAX_DIGITS` digits.

    Examples
    --------
    >>> decode(b'{"VersionName": "0.1.0", "Metrics": {"loss": NaN}}')
    {'VersionName': '0.1.0', 'Metrics': {'loss': nan}}
    """
    if not body.strip():
        raise DamagedAnswer("the answer is empty", hint=_AGAIN_HINT)
    if trouble := _structure(body, max_depth):
        raise ProtocolError(trouble, hint=_LIMIT_HINT)
    text = _to_text(body)
    if text is None:
        raise DamagedAnswer(f"the answer is not UTF-8 text: it begins {excerpt(body)}", hint=_PROXY_HINT)
    document = _parse(text, body)
    if not isinstance(document, dict):
        raise ProtocolError(f"the answer is JSON but not an object: it begins {excerpt(body)}", hint=_PROXY_HINT)
    return document


def _to_text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _parse(text: str, body: bytes) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_float=_number, parse_int=_reader_of_integers())
    except (ValueError, RecursionError, _DuplicateKeyError) as caught:
        error = _refusal(caught, body)
    # raised here, not above: the parser's error would carry the whole body along as its context
    raise error


def _refusal(caught: Exception, body: bytes) -> ProtocolError:
    if isinstance(caught, json.JSONDecodeError):
        where = f"{caught.msg}, character {caught.pos}"
        return DamagedAnswer(f"the answer is not JSON ({where}): it begins {excerpt(body)}", hint=_PROXY_HINT)
    if isinstance(caught, _DuplicateKeyError):
        return ProtocolError(f"the answer has the key {ascii(caught.args[0])[:60]} twice in one object", hint=_AGAIN_HINT)
    if isinstance(caught, RecursionError):
        return ProtocolError("the answer is nested too deep", hint=_LIMIT_HINT)
    return ProtocolError(f"the answer has a number with too many digits (more than {MAX_DIGITS:,})", hint=_LIMIT_HINT)


class _DuplicateKeyError(Exception):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        _find_duplicate(pairs)
    return made


def _find_duplicate(pairs: list[tuple[str, Any]]) -> NoReturn:
    seen: set[str] = set()
    raise _DuplicateKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]


def _number(text: str) -> float | str:
    """The float, or the text itself where a float would turn it into infinity or zero."""
    value = float(text)
    if math.isinf(value) or (value == 0 and text.lstrip("-0.")[:1].isdigit()):
        return text
    return value


def _reader_of_integers() -> Callable[[str], int] | None:
    """None for Python's own reader, which is the fastest, as long as it refuses by itself what is too long."""
    limit = sys.get_int_max_str_digits()
    return None if 0 < limit <= MAX_DIGITS else _integer


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(text)


def _structure(body: bytes, most: int) -> str:
    """What is wrong with the structure of a body, found before parsing: nested deeper than `most`, or too many lists and objects.

    So that no parser recurses into a hostile answer, or makes 100 bytes of every two that were sent. Backslashes occur in strings only:
    without escaped backslashes and escaped quotes, every second piece between quotes is outside. Blocks bound the memory.
    """
    at, depth, inside, count = 0, 0, False, 0
    while at < len(body):
        end = at + _BLOCK
        while body[end - 1 : end] == b"\\":
            end += 1
        block, at = body[at:end], end
        if b"\\" in block:
            block = block.replace(b"\\\\", b"").replace(b'\\"', b"")
        pieces = block.translate(None, _NO_STRUCTURE).split(b'"')
        signs = b"".join(pieces[inside::2])
        count += signs.count(b"[") + signs.count(b"{")
        if count > _MOST_CONTAINERS:
            return f"the answer is made of more than {_MOST_CONTAINERS:,} lists and objects"
        levels = list(accumulate(map(_STEP.__getitem__, signs), initial=depth))
        if max(levels) > most:
            return f"the answer is nested deeper than {most} levels"
        depth = levels[-1]
        inside ^= len(pieces) % 2 == 0
    return ""


def _too_large(max_bytes: int) -> ProtocolError:
    return ProtocolError(
        f"the answer is larger than {max_bytes:,} bytes", hint="Raise max_bytes when you trust the service and expect that much."
    )


_AGAIN_HINT = "Try again. If it happens again, a proxy or gateway may be changing the answers."
_LIMIT_HINT = "No model version needs that. Check the endpoint, or ask the operator of the service."
_PROXY_HINT = "Check the endpoint, and whether a proxy or gateway answers instead of the service."
