"""Connections: at most so many, each used for one request at a time; which certificates are trusted, and which proxy is used.

One transport per connection instead of one pool for all: httpcore's pool scans every connection for every request, and a request that is
cancelled while it waits for a connection may leave a slot of the pool taken for good.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import os
import ssl
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.request import getproxies, proxy_bypass

import httpx

from pai_notebook.client.masking import Hidden, Mask
from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import joined, say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from pai_notebook.client.endpoint import Endpoint


_FILE = "SSL_CERT_FILE"
_FOLDER = "SSL_CERT_DIR"
_KEYS = "SSLKEYLOGFILE"


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts what `SSL_CERT_FILE` or `SSL_CERT_DIR` says, else the authorities of certifi.

    Raises
    ------
    ConfigurationError
        When a file that one of the variables names cannot be used.
    """
    folder = os.environ.get(_FOLDER, "")
    # the ssl module takes a wrong folder without a word
    if folder and not os.environ.get(_FILE) and not os.path.isdir(folder):  # noqa: PTH112 - refuses no name, however long
        raise ConfigurationError(
            say("{folder} names {folder_2}, which is not a folder", folder=_FOLDER, folder_2=folder), hint=_correct(_FOLDER)
        )
    error: Exception
    try:
        return httpx.create_ssl_context()
    except (OSError, ValueError) as caught:
        error = caught.with_traceback(None)
    raise _unusable(error)


def _correct(variable: str) -> str:
    return say("Correct {variable}, or unset it.", variable=variable)


def _unusable(error: Exception) -> ConfigurationError:
    named = os.environ.get(_FILE, "")
    if named and (why := _wrong_file(named)):
        return ConfigurationError(say("{file} names {named}, which {why}", file=_FILE, named=named, why=why), hint=_correct(_FILE))
    if os.environ.get(_KEYS):
        return ConfigurationError(
            say("{keys} names {environ}, which cannot be written", keys=_KEYS, environ=os.environ[_KEYS]), hint=_correct(_KEYS)
        )
    if os.environ.get(_FOLDER):
        return ConfigurationError(
            say("{folder} cannot be used ({kind})", folder=_FOLDER, kind=type(error).__name__), hint=_correct(_FOLDER)
        )
    return ConfigurationError(
        say("the certificates of the package certifi cannot be read ({kind})", kind=type(error).__name__),
        hint=say("Install certifi again, or set {file} to a file of certificates.", file=_FILE),
    )


def _wrong_file(named: str) -> str:
    try:
        text = Path(named).read_bytes()
    except FileNotFoundError:
        return say("is not there")
    except IsADirectoryError:
        return say("is a folder, not a file")
    except PermissionError:
        return say("this user may not read")
    except OSError as error:
        return say("cannot be read ({name})", name=type(error).__name__)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text.decode("ascii", "replace"))
    except (ssl.SSLError, ValueError):
        return say("holds no certificate in PEM form")
    return ""


_SCHEMES = ("https", "all")
_MOST_PORT = 65535
_KINDS = ("http", "https", "socks5", "socks5h")


class Proxy(str):
    """The address of a proxy as it may be shown, without its login; empty when there is none.

    Parameters
    ----------
    shown : str
        Scheme, host and port.
    variable : str
        Who names the proxy.
    address : Hidden
        The whole address.
    """

    __slots__ = ("_address", "mask", "variable")
    _address: Hidden
    mask: Mask
    variable: str

    def __new__(cls, shown: str = "", variable: str = "", address: Hidden | None = None) -> Self:
        """Make one; a text cannot be changed later."""
        made = super().__new__(cls, shown)
        made.variable = variable
        made._address = address or Hidden(shown)
        made.mask = Mask(_login(made._address))
        return made

    @property
    def argument(self) -> httpx.Proxy | None:
        """What a transport takes, None for no proxy."""
        return httpx.Proxy(self._address.reveal()) if self else None


def proxy_for(endpoint: Endpoint) -> Proxy:
    """Return the proxy for an endpoint as the environment or the system says, empty when there is none.

    Only https endpoints have one (so a proxy sees a CONNECT, never the Authorization header) and loopback never has.

    Raises
    ------
    ConfigurationError
        When the address cannot be used.

    Examples
    --------
    >>> from pai_notebook.client.endpoint import parse_endpoint
    >>> proxy_for(parse_endpoint("http://127.0.0.1:8080"))
    ''
    """
    if endpoint.loopback or not endpoint.secure:
        return Proxy()
    variable, address = _configured()
    if not variable or _bypassed(endpoint):
        return Proxy()
    why, cure, shown = _read(address)
    if why:
        raise ConfigurationError(say("the proxy in {variable} {why}", variable=variable, why=why), hint=cure or _correct(variable))
    return Proxy(shown, variable, address)


def _configured() -> tuple[str, Hidden]:
    """Who names the proxy for https, and its address."""
    proxies = getproxies()
    for scheme in _SCHEMES:
        if address := proxies.get(scheme):
            names = [name for name, value in os.environ.items() if name.lower() == f"{scheme}_proxy" and value]
            # the lower-case name counts first, as in urllib
            named = max(names, key=str.islower) if names else say("the settings of this system")
            return named, Hidden(address if "://" in address else f"http://{address}")
    return "", Hidden("")


def _bypassed(endpoint: Endpoint) -> bool:
    """Whether NO_PROXY names the host, alone, with its port, or by a range of addresses."""
    host = endpoint.name
    shown = f"[{host}]" if ":" in host else host
    if proxy_bypass(host) or proxy_bypass(f"{shown}:{endpoint.port}"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(_covers(entry.strip(), address, endpoint.port) for entry in getproxies().get("no", "").split(","))


def _covers(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int) -> bool:
    bare = entry.removesuffix(f"]:{port}").strip("[]")
    try:
        return address in ipaddress.ip_network(bare, strict=False)
    except ValueError:
        return False


def _login(address: Hidden) -> list[str]:
    """The login of an address in the forms in which a proxy may echo it; short ones are in the form of the header alone."""
    user, password = (httpx.Proxy(address.reveal()).auth or ("", "")) if address.reveal() else ("", "")
    return [password, base64.b64encode(f"{user}:{password}".encode()).decode()] if user or password else []


def _read(address: Hidden) -> tuple[str, str, str]:
    """What is wrong with an address and what to do about it, both empty when nothing is; and the address without its login.

    Nothing is raised: frames of this function and of httpx hold the login.
    """
    try:
        url = httpx.Proxy(address.reveal()).url
        if "@" in str(url):
            return say("cannot be read as an address"), say("Write signs such as / and @ of its login as %2F and %40."), ""
        if not url.host or (url.port or 0) > _MOST_PORT:
            return say("names no host" if not url.host else "names a port that does not exist"), "", ""
        # a SOCKS proxy needs a package that may be missing; better said now than at the first request
        httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, proxy=httpx.Proxy(address.reveal()))
    except ImportError:
        return say("is a SOCKS proxy, which needs a package that is not installed"), say('Run pip install "httpx[socks]".'), ""
    except Exception:  # noqa: BLE001 - whatever is wrong with it is said without quoting it
        known = address.reveal().partition("://")[0].lower() in _KINDS
        kinds = joined(list(_KINDS))
        return say("cannot be read as an address") if known else say("is not of a supported kind ({text})", text=kinds), "", ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return "", "", f"{url.scheme}://{host}" + (f":{url.port}" if url.port else "")


# Seconds after which an idle connection is closed, before the other side does: a request must not meet a closing one.
_IDLE = 20.0


class Lane:
    """One transport with at most one connection.

    Parameters
    ----------
    transport : httpx.AsyncBaseTransport
        What sends.
    """

    __slots__ = ("fit", "since", "transport")

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.fit = True
        self.since = 0.0

    def check(self) -> None:
        """Mark the lane unfit when bytes beyond the last answer have arrived: the next request would take them for its own answer."""
        pool = getattr(self.transport, "_pool", None)
        for connection in getattr(pool, "connections", ()):
            # httpcore has no public name for this; a test with a chatty server fails when it moves
            parser = getattr(getattr(connection, "_connection", None), "_h11_state", None)
            if parser is not None and parser.trailing_data[0]:
                self.fit = False


class ConnectionPool:
    """A fixed number of lanes, the most recently used first.

    Parameters
    ----------
    make : callable
        Returns a transport for one connection.
    count : int
        Connections at most, hence requests in flight.
    shared : bool
        `make` always returns the same transport, which is closed only with the lanes.
    proxy : Proxy
        What the connections go through, for errors.

    Attributes
    ----------
    own : bool
        Whether the transports are of this package, not given by the user.
    """

    def __init__(
        self, make: Callable[[], httpx.AsyncBaseTransport], count: int, *, shared: bool = False, proxy: Proxy | None = None
    ) -> None:
        self.own = not shared
        self.proxy = proxy if proxy is not None else Proxy()
        self._make = make
        self._shared = shared
        self._free = asyncio.Semaphore(count)
        self._idle: list[Lane] = []
        self._closing: set[asyncio.Task[None]] = set()
        self._reaper: asyncio.TimerHandle | None = None
        self._closed = False

    @asynccontextmanager
    async def lane(self) -> AsyncIterator[Lane]:
        """Lend a lane; it comes back only when nothing went wrong with it."""
        async with self._free:
            lane = self._idle.pop() if self._idle else Lane(self._make())
            good = False
            try:
                yield lane
                good = lane.fit
            finally:
                if good and not self._closed:
                    self._keep(lane)
                else:
                    self._discard(lane)

    def drop_idle(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._discard(self._idle.pop())

    async def aclose(self) -> None:
        """Close everything and wait for it; what is lent now is closed when it comes back."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        self.drop_idle()
        if self._shared:
            await self._make().aclose()
        while self._closing:
            await asyncio.wait(self._closing)

    def _keep(self, lane: Lane) -> None:
        lane.since = time.monotonic()
        self._idle.append(lane)
        if self._reaper is None and not self._shared:
            self._reaper = asyncio.get_running_loop().call_later(_IDLE, self._reap)

    def _reap(self) -> None:
        self._reaper = None
        while self._idle and self._idle[0].since + _IDLE <= time.monotonic():
            self._discard(self._idle.pop(0))
        if self._idle:
            self._reaper = asyncio.get_running_loop().call_later(_IDLE, self._reap)

    def _discard(self, lane: Lane) -> None:
        """Close in a task of its own, which no interrupt of the caller can cut short."""
        if self._shared:
            return
        task = asyncio.get_running_loop().create_task(lane.transport.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def transport_maker(endpoint: Endpoint, proxy: Proxy) -> Callable[[], httpx.AsyncBaseTransport]:
    """Return a maker of transports for an endpoint: one connection each, certificates checked.

    Raises
    ------
    ConfigurationError
        When the certificates that the environment names cannot be used.
    """
    context = tls_context() if endpoint.secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE)

    def make() -> httpx.AsyncBaseTransport:
        return httpx.AsyncHTTPTransport(verify=context, trust_env=False, limits=limits, proxy=proxy.argument)

    return make
