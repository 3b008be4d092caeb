"""The proxy of an endpoint: who names it, what of it may be shown, and which hosts are reached without it."""

from __future__ import annotations

import base64
import ipaddress
import os
import ssl
from typing import TYPE_CHECKING, Self
from urllib.request import getproxies, proxy_bypass

import httpx

from pai_notebook.errors import ConfigurationError
from pai_notebook.wire.masking import Hidden, Mask

if TYPE_CHECKING:
    from pai_notebook.wire.endpoint import Endpoint

__all__ = ["Proxy", "proxy_for"]

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
    >>> from pai_notebook.wire.endpoint import parse_endpoint
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
        raise ConfigurationError(f"the proxy in {variable} {why}", hint=cure or f"Correct {variable}, or unset it.")
    return Proxy(shown, variable, address)


def _configured() -> tuple[str, Hidden]:
    """Who names the proxy for https, and its address."""
    proxies = getproxies()
    for scheme in _SCHEMES:
        if address := proxies.get(scheme):
            names = [name for name, value in os.environ.items() if name.lower() == f"{scheme}_proxy" and value]
            # the lower-case name counts first, as in urllib
            named = max(names, key=str.islower) if names else "the settings of this system"
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
            return "cannot be read as an address", "Write signs such as / and @ of its login as %2F and %40.", ""
        if not url.host or (url.port or 0) > _MOST_PORT:
            return f"names {'no host' if not url.host else 'a port that does not exist'}", "", ""
        # a SOCKS proxy needs a package that may be missing; better said now than at the first request
        httpx.AsyncHTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust_env=False, proxy=httpx.Proxy(address.reveal()))
    except ImportError:
        return "is a SOCKS proxy, which needs a package that is not installed", 'Run pip install "httpx[socks]".', ""
    except Exception:  # noqa: BLE001 - whatever is wrong with it is said without quoting it
        known = address.reveal().partition("://")[0].lower() in _KINDS
        return "cannot be read as an address" if known else f"is not of a supported kind ({', '.join(_KINDS)})", "", ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return "", "", f"{url.scheme}://{host}" + (f":{url.port}" if url.port else "")
