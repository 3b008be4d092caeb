"""From the bytes of an answer to one document, or a ProtocolError that says why not."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from pai_notebook.collector import paused_collector
from pai_notebook.errors import ProtocolError
from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import MAX_DEPTH, InvalidJson, parse_json

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

_EXCERPT = 120
_BLOCK = 2**16
_GZIP = zlib.MAX_WBITS | 16
_MOST_MEMBERS = 1000


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
    raise ProtocolError(
        say("the answer has the content encoding {coding}, which was not asked for", coding=ascii(coding)[:40]), hint=_PROXY_HINT
    )


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
        if read > max_bytes + max_bytes // 1000 + _BLOCK:
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
    return DamagedAnswer(say("the compressed answer is damaged"), hint=_AGAIN_HINT)


@paused_collector()
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
        raise DamagedAnswer(say("the answer is empty"), hint=_AGAIN_HINT)
    try:
        document = parse_json(body, max_depth=max_depth)
    except InvalidJson as refusal:
        error = _refused(refusal, body)
    else:
        if isinstance(document, dict):
            return document
        error = ProtocolError(say("the answer is JSON but not an object: it begins {body}", body=excerpt(body)), hint=_PROXY_HINT)
    # raised here, so that the refusal does not stay behind as its context
    raise error


def _refused(refusal: InvalidJson, body: bytes) -> ProtocolError:
    if refusal.kind == "garbled":
        return DamagedAnswer(say("the answer {reason}: it begins {body}", reason=refusal.reason, body=excerpt(body)), hint=_PROXY_HINT)
    return ProtocolError(say("the answer {reason}", reason=refusal.reason), hint=_LIMIT_HINT if refusal.kind == "limit" else _AGAIN_HINT)


def _too_large(max_bytes: int) -> ProtocolError:
    return ProtocolError(
        say("the answer is larger than {max_bytes:,} bytes", max_bytes=max_bytes),
        hint=say("Raise max_bytes when you trust the service and expect that much."),
    )


_AGAIN_HINT = say("Try again. If it happens again, a proxy or gateway may be changing the answers.")
_LIMIT_HINT = say("No model version needs that. Check the endpoint, or ask the operator of the service.")
_PROXY_HINT = say("Check the endpoint, and whether a proxy or gateway answers instead of the service.")
