"""The registry as an httpx transport: the same requests and answers, without a socket.

Imports httpx; `pai_notebook.demo.transport` loads it on first use.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx

from pai_notebook.demo.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable


class DemoTransport(httpx.MockTransport):
    """Answers every request of an httpx client, synchronous or not, after `latency` seconds."""

    def __init__(self, answer: Callable[[Request], Response], *, latency: float = 0.0) -> None:
        super().__init__(lambda request: _to_httpx(answer(_from_httpx(request))))
        self._latency = latency

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a synchronous client."""
        time.sleep(self._latency)
        return super().handle_request(request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer an asynchronous client; a cancelled task ends the wait."""
        await asyncio.sleep(self._latency)
        return await super().handle_async_request(request)


def _from_httpx(request: httpx.Request) -> Request:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
    return Request(request.method, request.url.raw_path.decode("ascii"), headers, request.content)


def _to_httpx(response: Response) -> httpx.Response:
    return httpx.Response(response.status, headers=dict(response.headers), content=response.body)
