"""The embedded registry: the service's HTTP API answered from bundled data.

In process through an httpx transport (`transport`), or on a loopback port (`serve`, ``python -m pai_notebook.demo``).
It checks signatures as the service does, with keys that are printed here because they open nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pai_notebook.demo.handler import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Handler
from pai_notebook.demo.http import Request, Response
from pai_notebook.demo.server import Server, serve
from pai_notebook.demo.store import Catalog, Store
from pai_notebook.demo.verify import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

__all__ = [
    "ACCESS_KEY_ID",
    "ACCESS_KEY_SECRET",
    "ENDPOINT",
    "REGION",
    "Catalog",
    "Handler",
    "Key",
    "Request",
    "Response",
    "Server",
    "Store",
    "serve",
    "transport",
]

ENDPOINT = "https://aiworkspace.demo.invalid"
REGION = "cn-hangzhou"


def transport(
    store: Catalog | None = None, *, handler: Callable[[Request], Response] | None = None, latency: float = 0.0
) -> httpx.MockTransport:
    """Give an httpx transport that answers as the registry, for `httpx.Client` and `httpx.AsyncClient` alike.

    Parameters
    ----------
    store : Catalog or None
        What to serve, by default a fresh copy of the bundled demo data.
    handler : callable or None
        What answers, instead of a `Handler` over `store`.
    latency : float
        Seconds to wait before every answer.

    Examples
    --------
    >>> import httpx
    >>> with httpx.Client(transport=transport(Store())) as client:
    ...     client.get(ENDPOINT + "/nothing").json()["Code"]
    'InvalidApi.NotFound'
    """
    from pai_notebook.demo.inprocess import DemoTransport  # noqa: PLC0415 - httpx takes a tenth of a second to import

    return DemoTransport(handler or Handler(store), latency=latency)
