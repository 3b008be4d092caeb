"""Keys from the local service of DSW and DLC, which `ALIBABA_CLOUD_CREDENTIALS_URI` names with a token in it."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx

from pai_notebook.client.connections import tls_context
from pai_notebook.client.credentials import Credentials
from pai_notebook.client.decode import read_body
from pai_notebook.client.masking import Hidden, Mask, kind_of, masked_logs, service_says
from pai_notebook.errors import PaiError
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

# Seconds before each try; the service fails now and then.
_TRIES = (0.0, 0.1, 0.3)
_TIMEOUT = 1.0
# Bytes of an answer; a key takes far less.
_MOST = 64 * 1024
# Parts of the address as long as this are taken for secrets.
_LONG = 20
_NUMBERS = re.compile(r"[0-9.]*")
_ORIGIN = say("the service that ALIBABA_CLOUD_CREDENTIALS_URI names")


async def ask_uri(uri: Hidden) -> Credentials | str:
    """Ask the service; it fails now and then, hence the quick retries.

    Parameters
    ----------
    uri : Hidden
        Its address, which is a secret.

    Returns
    -------
    Credentials or str
        Or why there are none. Nothing is raised, because the frames that an exception carries hold the address.
    """
    reason: str = say("not an http address")
    if uri.reveal().startswith(("http://", "https://")):
        for pause in _TRIES:
            await asyncio.sleep(pause)
            answer = await _ask(uri)
            if isinstance(answer, Credentials):
                return answer
            reason = answer
    return reason


async def _ask(uri: Hidden) -> Credentials | str:
    mask = Mask(_tokens(uri))
    try:
        with masked_logs(mask):
            async with asyncio.timeout(2 * _TIMEOUT):
                status, body = await _get(uri)
    except TimeoutError:
        return say("no answer in time")
    except httpx.TransportError as error:
        return say("no connection ({kind})", kind=type(error).__name__)
    except PaiError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - such as an address that is none
        return kind_of(error)
    return _read(status, body, mask)


def _tokens(uri: Hidden) -> list[str]:
    """The parts of the address that may be secret: long ones, and ones with digits."""
    _, _, rest = uri.reveal().partition("://")
    parts = re.split(r"[/?&=@:#]", rest)
    return [part for part in parts if len(part) >= _LONG or (any(sign.isdigit() for sign in part) and not _NUMBERS.fullmatch(part))]


async def _get(uri: Hidden) -> tuple[int, bytes]:
    """Ask through the transport itself: a client of httpx logs the address of each request."""
    address = httpx.URL(uri.reveal())
    verify = tls_context() if address.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), _TIMEOUT)
    request = httpx.Request("GET", address, headers={"accept-encoding": "identity"}, extensions={"timeout": timeout})
    async with httpx.AsyncHTTPTransport(verify=verify, trust_env=False) as transport:
        response = await transport.handle_async_request(request)
        try:
            stream: AsyncIterable[bytes] = response.stream  # type: ignore[assignment]
            return response.status_code, await read_body(stream, encoding=response.headers.get("content-encoding", ""), max_bytes=_MOST)
        finally:
            await response.aclose()


def _read(status: int, body: bytes, mask: Mask) -> Credentials | str:
    """The key in an answer, or what the service says instead."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    good = isinstance(document, dict) and document.get("Code", "Success") == "Success"
    if status == 200 and good and document.get("AccessKeyId") and document.get("AccessKeySecret"):  # noqa: PLR2004 - OK
        return Credentials(
            document["AccessKeyId"],
            document["AccessKeySecret"],
            document.get("SecurityToken") or "",
            expiration=_moment(document.get("Expiration")),
            origin=_ORIGIN,
        )
    said = (
        service_says(body.decode("utf-8", "replace"), mask, status=status) if isinstance(document, dict) and not good else f"HTTP {status}"
    )
    return said if document is None or not good else say("{said}, without a key", said=said)


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None
