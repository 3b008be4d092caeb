"""Errors for requests without an answer: network, proxy, certificate or service."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from pai_notebook.client.failures import LATER_HINT, Subject
from pai_notebook.client.retry import Again, Failure
from pai_notebook.errors import ConfigurationError, PaiError, ProtocolError, ServiceUnavailable
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Iterator

_CUT = re.compile(r"disconnected|peer closed|incomplete", re.IGNORECASE)
_STATUS = re.compile(r"[1-5][0-9]{2}\b")
# Set for requests and curl, and not read by httpx: named in the hint, as the usual reason for a certificate that is not trusted.
_OTHER_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def failure_of_exception(error: Exception, subject: Subject) -> Failure:
    """Return what an exception of the transport means; its cause is a copy without request, headers or frames.

    Parameters
    ----------
    error : Exception
        From httpx or the operating system.
    subject : Subject
        What was asked.
    """
    chain = list(_chain(error))
    made = _unreachable(error, chain, subject)
    made.__cause__ = _bare(error, subject)
    return Failure(made, _again_after(error, chain))


def _again_after(error: Exception, chain: list[BaseException]) -> Again:
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)) or not isinstance(error, (httpx.HTTPError, OSError)):
        return Again.NEVER
    if not isinstance(error, httpx.ConnectError):
        return Again.LATER
    # a handshake that was cut short or told to wait also leaves an SSLError behind, but of a kind of its own
    refused = any(isinstance(link, ssl.SSLCertVerificationError) or type(link) is ssl.SSLError for link in chain)
    return Again.NEVER if refused else Again.NOT_SENT


def _unreachable(error: Exception, chain: list[BaseException], subject: Subject) -> PaiError:
    if any(isinstance(link, OSError) and link.errno in {errno.EMFILE, errno.ENFILE} for link in chain):
        return ConfigurationError(
            say("this process has too many open files to connect"), hint=say("Close some files, or raise the limit (`ulimit -n`).")
        )
    if subject.proxy and (made := _proxy_trouble(error, chain, subject)):
        return made
    if isinstance(error, httpx.RemoteProtocolError) and not _CUT.search(str(error)):
        # what a proxy writes is never quoted: it may echo its login
        quoted = "" if subject.proxy else f": {subject.clean(error)[:100]}"
        text = say("{endpoint} does not answer in valid HTTP{quoted}", endpoint=subject.endpoint, quoted=quoted)
        return ProtocolError(text, hint=say("Check the endpoint, and whether a proxy answers instead."))
    message, hint = _no_answer(error, chain, subject)
    return ServiceUnavailable(message, hint=hint)


def _proxy_trouble(error: Exception, chain: list[BaseException], subject: Subject) -> PaiError | None:
    """What is wrong with the proxy, which is not a fault of the service; None when it is something else."""
    proxy = subject.proxy
    cure = say("Correct or unset {variable}, or add {endpoint} to NO_PROXY.", variable=proxy.variable, endpoint=subject.endpoint)
    if isinstance(error, httpx.ProxyError):
        return _refused_by_proxy(error, subject, cure)
    # the proxy was there: who broke the connection, it or what is behind it, cannot be told
    if any(isinstance(link, (ssl.SSLError, ConnectionResetError, BrokenPipeError)) for link in chain):
        return None
    what = ""
    if any(isinstance(link, (socket.gaierror, UnicodeError)) for link in chain):
        what = say("has an unknown host name")
    elif any(isinstance(link, OSError) and link.errno == errno.ECONNREFUSED for link in chain):
        what = say("does not answer: nothing listens at its address")
    elif isinstance(error, (httpx.ConnectTimeout, httpx.ConnectError)):
        what = say("cannot be reached")
    elif not isinstance(error, (httpx.HTTPError, OSError)):
        what = say("does not speak its protocol ({name})", name=type(error).__name__)
    return (
        ConfigurationError(say("the proxy {proxy} (from {variable}) {what}", proxy=proxy, variable=proxy.variable, what=what), hint=cure)
        if what
        else None
    )


def _refused_by_proxy(error: httpx.ProxyError, subject: Subject, cure: str) -> PaiError:
    """What the status means that a proxy answers with; the words beside it are the proxy's, and are not quoted."""
    proxy = subject.proxy
    status = _STATUS.match(str(error))
    told = f"(HTTP {status[0]})" if status else say("(by a SOCKS reply)")
    whose = say("{proxy}, from {variable}", proxy=proxy, variable=proxy.variable)
    if status and status[0] == "407":
        return ConfigurationError(
            say("the proxy requires a valid login {told}: {whose}", told=told, whose=whose),
            hint=say("Set {variable} to http://user:password@host:port.", variable=proxy.variable),
        )
    text = say("the proxy refused to connect to {endpoint} {told}: {whose}", endpoint=subject.endpoint, told=told, whose=whose)
    if status and status[0].startswith("5"):
        return ServiceUnavailable(text, hint=say("Try again in a moment. {cure}", cure=cure))
    return ConfigurationError(text, hint=cure)


def _no_answer(error: Exception, chain: list[BaseException], subject: Subject) -> tuple[str, str]:
    """What happened to a connection, and what to do."""
    through = say(" through the proxy {proxy}", proxy=subject.proxy) if subject.proxy else ""
    if any(isinstance(link, ssl.SSLCertVerificationError) for link in chain):
        return say("the certificate of {endpoint}{through} is not trusted", endpoint=subject.endpoint, through=through), _certificate_hint()
    if any(isinstance(link, (socket.gaierror, UnicodeError)) for link in chain):
        return say("the name {endpoint} is unknown here", endpoint=subject.endpoint), say("Check region, network and DNS.")
    if any(isinstance(link, OSError) and link.errno == errno.ECONNREFUSED for link in chain):
        return say("nothing listens at {endpoint}", endpoint=subject.endpoint), say("Check the endpoint and that the service runs.")
    if isinstance(error, (httpx.ConnectTimeout, httpx.ConnectError)):
        return say("{endpoint} cannot be reached{through}", endpoint=subject.endpoint, through=through), say(
            "Check region, network and proxy."
        )
    return say(
        "the connection to {endpoint}{through} broke ({name})", endpoint=subject.endpoint, through=through, name=type(error).__name__
    ), LATER_HINT


def _certificate_hint() -> str:
    """What to do about a certificate that is not trusted, with the variable that other libraries read and this one does not."""
    other = next((name for name in _OTHER_BUNDLES if os.environ.get(name)), "")
    if other and not os.environ.get("SSL_CERT_FILE"):
        return say("Check the endpoint; {other} is not read here: set SSL_CERT_FILE to the same file.", other=other)
    return say("Check the endpoint; for a private authority set SSL_CERT_FILE to a file with its certificate.")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__


def _bare(error: Exception, subject: Subject) -> Exception:
    """The same type and text, without the request that httpx keeps and without frames that hold headers.

    Of what came through a proxy the type alone: the text may be the proxy's.
    """
    kind = type(error) if isinstance(error, httpx.TransportError) else OSError
    return kind((subject.clean(error) if not subject.proxy else "") or type(error).__name__)
