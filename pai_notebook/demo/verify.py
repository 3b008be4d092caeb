"""Checks the ACS3-HMAC-SHA256 signature of a request, on the server's side.

Written from the published description, without the client's code, so that a common bug cannot hide. It starts from the bytes
that were sent (raw path, raw query, header fields), never from what a client meant to send.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_plus

from pai_notebook.demo.http import ApiError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pai_notebook.demo.http import Request

# How far the date of a request may be from the clock, as in the service.
WINDOW = timedelta(minutes=15)
_ALGORITHM = "ACS3-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} Credential=(?P<key>[^,\s]+),SignedHeaders=(?P<names>[a-z0-9\-;]+),Signature=(?P<signature>[0-9a-f]{{64}})"
)


@dataclass(frozen=True)
class Key:
    """A key that the registry accepts.

    Parameters
    ----------
    key_id, secret : str
        The AccessKey pair.
    security_token : str
        The STS token that must come with it, "" for a plain AccessKey.
    expires : datetime or None
        When the token ends, aware; None for never.
    denied : frozenset of str
        The actions that this key may not call, such as ``GetModelVersion``.

    Examples
    --------
    >>> Key("id", "hidden")
    Key(key_id='id', expires=None, denied=frozenset())
    """

    key_id: str
    secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    expires: datetime | None = None
    denied: frozenset[str] = frozenset()


class Nonces:
    """The nonces seen, each remembered for as long as its date could still be accepted."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}

    def use(self, nonce: str, now: datetime) -> bool:
        """Tell whether the nonce is new, and remember it.

        Examples
        --------
        >>> nonces = Nonces()
        >>> moment = datetime(2025, 1, 1, tzinfo=UTC)
        >>> nonces.use("a", moment), nonces.use("a", moment)
        (True, False)
        """
        self._forget(now - 2 * WINDOW)
        if nonce in self._seen:
            return False
        self._seen[nonce] = now
        return True

    def _forget(self, before: datetime) -> None:
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] >= before:
                return
            del self._seen[oldest]


def query_pairs(raw: str) -> list[tuple[str, str]]:
    """Decode a raw query into its pairs, in the order sent; a plus sign is a space.

    Raises
    ------
    ApiError
        InvalidParameter when the percent-encoding is not UTF-8.

    Examples
    --------
    >>> query_pairs("Label=a+b%2Bc&Task=")
    [('Label', 'a b+c'), ('Task', '')]
    """
    try:
        halves = [piece.partition("=") for piece in raw.split("&") if piece]
        return [(unquote_plus(name, errors="strict"), unquote_plus(value, errors="strict")) for name, _, value in halves]
    except UnicodeDecodeError:
        raise ApiError(400, "InvalidParameter", "The query string is not percent-encoded UTF-8.") from None


def canonical_query(raw: str) -> str:
    """Decode the raw query and encode it again, sorted by name.

    Examples
    --------
    >>> canonical_query("b=x+y&a=%7e&c")
    'a=~&b=x%20y&c='
    """
    encoded = [(quote(name, safe="~"), quote(value, safe="~")) for name, value in query_pairs(raw)]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def canonical_request(request: Request, names: list[str]) -> bytes:
    """Build the canonical request from what was sent and the names of the signed headers.

    Examples
    --------
    >>> from pai_notebook.demo.http import Request
    >>> canonical_request(Request("GET", "/?b=1", {"Host": "h"}), ["host"]).splitlines()[:4]
    [b'GET', b'/', b'b=1', b'host:h']
    """
    lines = [
        request.method,
        request.path or "/",
        canonical_query(request.query),
        *(f"{name}:{request.header(name)}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(request.body).hexdigest(),
    ]
    # Header fields and the request line arrive as bytes that HTTP reads as latin-1; text of other origin is UTF-8.
    text = "\n".join(lines)
    return text.encode("latin-1" if _is_latin(text) else "utf-8", errors="surrogatepass")


def _is_latin(text: str) -> bool:
    return all(ord(character) < 256 for character in text)  # noqa: PLR2004 - latin-1 is the first 256


def check_date(request: Request, now: datetime) -> None:
    """Refuse a request without a readable date, or one further than 15 minutes from `now`."""
    text = _mandatory(request, "x-acs-date")
    try:
        sent = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise ApiError(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.") from None
    if abs(now - sent) > WINDOW:
        raise ApiError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


def check_identity(request: Request, keys: Mapping[str, Key], bearer_tokens: Collection[str], now: datetime) -> Key | None:
    """Check who sent the request and that nothing in it was changed on the way.

    Parameters
    ----------
    request : Request
        What was sent.
    keys : mapping of str to Key
        The accepted keys by id.
    bearer_tokens : collection of str
        The accepted bearer tokens.
    now : datetime
        The registry's time, aware.

    Returns
    -------
    Key or None
        The key that signed, None for a bearer token.

    Raises
    ------
    ApiError
        IncompleteSignature, InvalidAccessKeyId.NotFound, MissingSecurityToken, InvalidSecurityToken.*, or SignatureDoesNotMatch.
    """
    if request.header("x-acs-signature-type") == "BEARERTOKEN":
        _check_bearer(request, bearer_tokens)
        return None
    found = _AUTHORIZATION.fullmatch(request.header("authorization"))
    if found is None:
        raise _incomplete("no Authorization header of the form ACS3-HMAC-SHA256 Credential=..,SignedHeaders=..,Signature=..")
    names = found["names"].split(";")
    _check_signed_names(request, names)
    key = keys.get(found["key"])
    if key is None:
        raise ApiError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    _check_token(request, key, now)
    _check_signature(request, names, key.secret, found["signature"])
    return key


def _mandatory(request: Request, name: str) -> str:
    value = request.header(name)
    if not value:
        raise ApiError(400, "MissingParameter", f"{name} is mandatory for this action.")
    return value


def _incomplete(reason: str) -> ApiError:
    return ApiError(400, "IncompleteSignature", f"The request signature does not conform to Aliyun standards: {reason}.")


def _check_bearer(request: Request, tokens: Collection[str]) -> None:
    sent = _mandatory(request, "x-acs-bearer-token").encode()
    if not any(hmac.compare_digest(sent, token.encode()) for token in tokens):
        raise ApiError(403, "InvalidBearerToken", "Specified bearer token is not valid.")


def _check_signed_names(request: Request, names: list[str]) -> None:
    if names != sorted(set(names)):
        raise _incomplete("SignedHeaders is not a sorted list of different names")
    absent = [name for name in names if name not in request.fields]
    if absent:
        raise _incomplete(f"{absent[0]} is named in SignedHeaders and was not sent")
    # A content-type need not be: the vendor's asynchronous client lets its HTTP library add one after signing.
    required = {"host", *(name for name in request.fields if name.startswith("x-acs-"))}
    unsigned = sorted(required.difference(names))
    if unsigned:
        raise _incomplete(f"{unsigned[0]} is not signed")


def _check_token(request: Request, key: Key, now: datetime) -> None:
    sent = request.header("x-acs-security-token")
    if key.security_token and not sent:
        raise ApiError(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
    if not hmac.compare_digest(sent.encode(), key.security_token.encode()):
        raise ApiError(403, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey.")
    if key.expires is not None and now >= key.expires:
        raise ApiError(400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def _check_signature(request: Request, names: list[str], secret: str, signature: str) -> None:
    if _mandatory(request, "x-acs-content-sha256") != hashlib.sha256(request.body).hexdigest():
        raise ApiError(400, "SignatureDoesNotMatch", "x-acs-content-sha256 is not the SHA-256 of the body.")
    to_sign = f"{_ALGORITHM}\n{hashlib.sha256(canonical_request(request, names)).hexdigest()}"
    expected = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        message = f"Specified signature is not matched with our calculation. server string to sign is:{to_sign}"
        raise ApiError(400, "SignatureDoesNotMatch", message)
