"""Endpoints: from a region to a host, and checks of endpoints that users pass.

The vendor's table of endpoints has defects (a tab in one host name, the VPC name in another), while the two-line rule has none.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pai_notebook.errors import ConfigurationError
from pai_notebook.i18n.phrases import say

_REGION = re.compile(r"[a-z]{2}-[a-z]+(-[a-z0-9]+)*")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_SERVICE_HOST = re.compile(r"aiworkspace(-vpc)?\.([a-z0-9-]+)\.aliyuncs\.com")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_REGION = 40


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One service address.

    Parameters
    ----------
    url : str
        Scheme, host and, when it is not the scheme's own, port; no slash at the end.
    host : str
        The value of the Host header.
    region : str
        The region that the host serves, empty when the host does not say.

    Examples
    --------
    >>> endpoint_for("cn-hangzhou").url
    'https://aiworkspace.cn-hangzhou.aliyuncs.com'
    """

    url: str
    host: str
    region: str = ""

    @property
    def name(self) -> str:
        """The host without its port."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The port, that of the scheme when none is written."""
        return urlsplit(self.url).port or (443 if self.secure else 80)

    @property
    def loopback(self) -> bool:
        """Whether the address is this machine."""
        return self.name in _LOOPBACK

    @property
    def secure(self) -> bool:
        """Whether the address is https."""
        return self.url.startswith("https:")


def check_region(region: str, origin: str = "") -> str:
    """Return `region` when it has the shape of a region id; `origin` is who says so, for the error.

    Raises
    ------
    ConfigurationError
        For anything else: a region becomes part of a host name, so nothing is repaired.

    Examples
    --------
    >>> check_region("ap-southeast-1")
    'ap-southeast-1'
    """
    if not isinstance(region, str) or len(region) > _MAX_REGION or not _REGION.fullmatch(region):
        raise ConfigurationError(
            say("{region} is not a region id{origin}", region=ascii(region)[:60], origin=said_from(origin)),
            hint=say("Regions look like cn-hangzhou or ap-southeast-1."),
        )
    return region


def check_network(network: str | None = None, origin: str = "") -> str:
    """Return `"public"` or `"vpc"` for any spelling of the two; None and the empty text are public. `origin` as above.

    Raises
    ------
    ConfigurationError
        For another word.

    Examples
    --------
    >>> check_network("VPC"), check_network(None)
    ('vpc', 'public')
    """
    word = str(network or "public").strip().lower()
    if word not in {"public", "vpc"}:
        raise ConfigurationError(
            say("{network} is not a network{origin}", network=ascii(network)[:60], origin=said_from(origin)),
            hint=say('The network is "public" or "vpc".'),
        )
    return word


def endpoint_for(region: str, network: str | None = None) -> Endpoint:
    """Return the service's endpoint in a region.

    Parameters
    ----------
    region : str
        A region id.
    network : str or None
        `"public"` (the default) or `"vpc"`.

    Raises
    ------
    ConfigurationError
        When either cannot be used.

    Examples
    --------
    >>> endpoint_for("cn-shanghai", "vpc").host
    'aiworkspace-vpc.cn-shanghai.aliyuncs.com'
    """
    suffix = "-vpc" if check_network(network) == "vpc" else ""
    host = f"aiworkspace{suffix}.{check_region(region)}.aliyuncs.com"
    return Endpoint(url=f"https://{host}", host=host, region=region)


def parse_endpoint(text: str, *, origin: str = "") -> Endpoint:
    """Return the endpoint that a person wrote as a URL or as `host:port`.

    Parameters
    ----------
    text : str
        An https URL without user, path, query or fragment, or a bare host with an optional port. Plain http is for loopback only;
        a bare loopback host means http, every other bare host https.
    origin : str
        The variable that says so, for the error.

    Raises
    ------
    ConfigurationError
        For everything else: credentials would travel to an address that was not meant.

    Examples
    --------
    >>> parse_endpoint("127.0.0.1:8080").url
    'http://127.0.0.1:8080'
    """
    why, scheme, host, port = _split(text)
    loopback = host in _LOOPBACK
    scheme = scheme or ("http" if loopback else "https")
    if not why and scheme not in {"http", "https"}:
        why = say("only https is supported, and http on loopback")
    if not why and scheme == "http" and not loopback:
        why = say("credentials are not sent over plain http, except to loopback")
    if why:
        raise _refused(text, why, origin)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in {None, 443 if scheme == "https" else 80} else f"{shown}:{port}"
    match = _SERVICE_HOST.fullmatch(host)
    return Endpoint(url=f"{scheme}://{netloc}", host=netloc, region=match[2] if match else "")


def _split(text: object) -> tuple[str, str, str, int | None]:
    """What is wrong with an address (empty when nothing is), scheme (may be empty), host and port of one that has nothing else."""
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return say("it holds characters that no address has"), "", "", None
    scheme, mark, rest = text.partition("://")
    scheme, rest = (scheme.lower(), rest) if mark else ("", text)
    rest = rest.removesuffix("/")
    if not rest or any(sign in rest for sign in "/?#@%"):
        return say("an endpoint is a host and a port, without user, path, query or fragment"), "", "", None
    unreadable = say("host or port cannot be read")
    try:
        parts = urlsplit(f"//{rest.lower()}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return unreadable, "", "", None
    return unreadable if port == 0 or rest.endswith(":") or not _is_host(host) else "", scheme, host, port


def _is_host(host: str) -> bool:
    """A name, a dotted address in its usual spelling, or an IPv6 address; no decimal, octal or hexadecimal disguises."""
    if ":" in host or host.rpartition(".")[2].isdigit() or re.fullmatch(r"0x[0-9a-f]+", host.rpartition(".")[2]):
        try:
            return str(ipaddress.ip_address(host)) == host
        except ValueError:
            return False
    return len(host) <= 253 and _HOST.fullmatch(host) is not None  # noqa: PLR2004 - the limit of RFC 1035


def said_from(origin: str) -> str:
    """Say behind a refused value which variable or file it came from; nothing where it was passed."""
    return say(" (from {origin})", origin=origin) if origin else ""


def _masked(text: str) -> str:
    """An address without its login and what stands behind a question mark, which may be a token; nothing where the two are mixed."""
    login, at, rest = text.rpartition("@")
    if any(sign in login for sign in "?#"):
        return "***"
    return ("***@" if at else "") + re.sub(r"([?#]).+", r"\1***", rest, flags=re.DOTALL)


def _refused(text: object, why: str, origin: str) -> ConfigurationError:
    shown = _masked(text) if isinstance(text, str) else text
    return ConfigurationError(
        say("endpoint {shown}{origin} is refused: {why}", shown=ascii(shown)[:80], origin=said_from(origin), why=why),
        hint=say("Correct or unset {origin}.", origin=origin)
        if origin
        else say("Pass a URL such as https://aiworkspace.cn-hangzhou.aliyuncs.com."),
    )
