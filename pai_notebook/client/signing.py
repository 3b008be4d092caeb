"""ACS3-HMAC-SHA256: the canonical request and its signature.

Only host, content-type and the `x-acs-*` headers are signed, so that a proxy may change the others; the list in `SignedHeaders` tells the
service which. Nonce and date are made while signing, hence fresh for every attempt.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pai_notebook.client.credentials import Credentials

_ALGORITHM = "ACS3-HMAC-SHA256"
_VERSION = "2021-02-04"
_EMPTY_HASH = hashlib.sha256(b"").hexdigest()


def payload_hash(body: bytes) -> str:
    """Return the lower-case hexadecimal SHA-256 of a request body.

    Examples
    --------
    >>> payload_hash(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(body).hexdigest() if body else _EMPTY_HASH


def signed_names(headers: Iterable[tuple[str, str]]) -> list[str]:
    """Return the sorted lower-case names of the headers that are signed: host, content-type and `x-acs-*`.

    Examples
    --------
    >>> signed_names([("Host", "h"), ("Accept", "*/*"), ("x-acs-action", "GetModel")])
    ['host', 'x-acs-action']
    """
    names = {name.lower() for name, _ in headers}
    return sorted(name for name in names if name in {"host", "content-type"} or name.startswith("x-acs-"))


def canonical_request(
    method: str,
    path: str,
    *,
    query: Iterable[tuple[str, str]] = (),
    headers: Iterable[tuple[str, str]],
    signed: Sequence[str],
    body_hash: str = _EMPTY_HASH,
) -> str:
    """Return the text whose hash is signed.

    Parameters
    ----------
    method : str
        The HTTP method.
    path : str
        The path as it is sent, already percent-encoded.
    query : iterable of (str, str)
        The decoded pairs; they are encoded again by the rule of RFC 3986, whatever spelling the wire has.
    headers : iterable of (str, str)
        The headers of the request; only those in `signed` enter.
    signed : sequence of str
        Lower-case names, sorted.
    body_hash : str
        See `payload_hash`.

    Examples
    --------
    >>> canonical_request("GET", "/a", headers=[("Host", "h")], signed=["host"]).splitlines()[:4]
    ['GET', '/a', '', 'host:h']
    """
    wanted = set(signed)
    values: dict[str, list[str]] = {}
    for name, value in headers:
        lower = name.lower()
        if lower in wanted:
            values.setdefault(lower, []).append(value.strip())
    lines = "".join(f"{name}:{','.join(sorted(values.get(name, [''])))}\n" for name in signed)
    return f"{method}\n{path or '/'}\n{_canonical_query(query)}\n{lines}\n{';'.join(signed)}\n{body_hash}"


def _canonical_query(query: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{key}={value}" for key, value in sorted((quote(key, safe=""), quote(value, safe="")) for key, value in query))


def authorization(credentials: Credentials, canonical: str, *, signed: Sequence[str]) -> str:
    """Return the value of the Authorization header for a canonical request.

    Parameters
    ----------
    credentials : Credentials
        Whose id is named and whose secret signs.
    canonical : str
        See `canonical_request`.
    signed : sequence of str
        The same names that made it.
    """
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(credentials.access_key_secret.encode(), f"{_ALGORITHM}\n{digest}".encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={credentials.access_key_id},SignedHeaders={';'.join(signed)},Signature={signature}"


def sign(
    credentials: Credentials,
    *,
    method: str,
    path: str,
    host: str,
    action: str,
    query: Iterable[tuple[str, str]] = (),
    now: datetime | None = None,
    nonce: str | None = None,
) -> list[tuple[str, str]]:
    """Return the headers that authenticate a request without a body: host, `x-acs-*` and Authorization.

    Parameters
    ----------
    credentials : Credentials
        A key pair, a key pair with a security token, or a bearer token (which is sent instead of a signature).
    method, path, host, action : str
        The request; `path` percent-encoded as sent, `host` with its port when that is sent.
    query : iterable of (str, str)
        Decoded query pairs.
    now : datetime or None
        The date of the signature, by default the current time; the service accepts 15 minutes either way.
    nonce : str or None
        A text never used before, by default 128 random bits.

    Examples
    --------
    >>> from pai_notebook.client.credentials import Credentials
    >>> headers = dict(sign(Credentials("id", "secret"), method="GET", path="/api/v1/models", host="h", action="ListModels"))
    >>> headers["Authorization"].split(",")[1]
    'SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version'
    """
    body_hash = payload_hash(b"")
    headers = [
        ("host", host),
        ("x-acs-action", action),
        ("x-acs-version", _VERSION),
        ("x-acs-date", (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("x-acs-signature-nonce", nonce or secrets.token_hex(16)),
        ("x-acs-content-sha256", body_hash),
    ]
    if credentials.bearer_token:
        return [*headers, ("x-acs-bearer-token", credentials.bearer_token), ("x-acs-signature-type", "BEARERTOKEN")]
    if credentials.security_token:
        headers += [("x-acs-accesskey-id", credentials.access_key_id), ("x-acs-security-token", credentials.security_token)]
    signed = signed_names(headers)
    canonical = canonical_request(method, path, query=query, headers=headers, signed=signed, body_hash=body_hash)
    return [*headers, ("Authorization", authorization(credentials, canonical, signed=signed))]
