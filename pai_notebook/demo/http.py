"""HTTP requests, responses and errors of the embedded registry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

_TROUBLESHOOT = "https://api.aliyun.com/troubleshoot?q={code}&product=AIWorkSpace&requestId={request_id}"


@dataclass(frozen=True)
class Request:
    """One HTTP request as it was sent.

    Parameters
    ----------
    method : str
        The HTTP method, upper case.
    target : str
        Path and query exactly as they stood in the request line, still percent-encoded.
    headers : mapping or iterable of (str, str)
        The header fields; names in any case, repeated names allowed.
    body : bytes
        The request body.

    Examples
    --------
    >>> request = Request("GET", "/api/v1/models?PageSize=5", {"Host": "aiworkspace.demo.invalid"})
    >>> request.path, request.query, request.header("host")
    ('/api/v1/models', 'PageSize=5', 'aiworkspace.demo.invalid')
    """

    method: str
    target: str
    headers: Mapping[str, str] | Iterable[tuple[str, str]]
    body: bytes = b""
    fields: dict[str, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = self.headers.items() if isinstance(self.headers, Mapping) else self.headers
        fields: dict[str, list[str]] = {}
        for name, value in pairs:
            fields.setdefault(name.lower(), []).append(value.strip())
        object.__setattr__(self, "fields", fields)

    @property
    def path(self) -> str:
        """The path as sent."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as sent, without its question mark."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """Give the value of a header, repeated values sorted and joined with commas, or "" when it is absent."""
        return ",".join(sorted(self.fields.get(name, ())))


@dataclass(frozen=True)
class Response:
    """One HTTP response: a status, headers by name, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Decode the body.

        Examples
        --------
        >>> Response(200, {}, b'{"TotalCount": 2}').json()
        {'TotalCount': 2}
        """
        return json.loads(self.body)


class ApiError(Exception):
    """A request that the registry does not grant, with the error code and sentence of the service.

    Parameters
    ----------
    status : int
        The HTTP status.
    code : str
        The service's error code.
    message : str
        The service's sentence.
    details : object
        Further fields of the error body, such as AccessDeniedDetail.
    """

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def body(self, *, host: str, request_id: str) -> dict[str, Any]:
        """Build the documented error body.

        Examples
        --------
        >>> ApiError(404, "100600008", "model version not exists").body(host="h", request_id="R")["Code"]
        '100600008'
        """
        return {
            "RequestId": request_id,
            "HostId": host,
            "Code": self.code,
            "Message": self.message,
            "Recommend": _TROUBLESHOOT.format(code=self.code, request_id=request_id),
            **self.details,
        }


def json_response(status: int, document: Mapping[str, Any], *, now: datetime) -> Response:
    """Write a document as UTF-8 JSON with the headers of the service, Date included.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> json_response(200, {"Task": "分类"}, now=datetime(2025, 1, 1, tzinfo=UTC)).headers["date"]
    'Wed, 01 Jan 2025 00:00:00 GMT'
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be UTF-8; its backslash escape happens to be its JSON escape.
    body = text.encode("utf-8", errors="backslashreplace")
    headers = {
        "date": format_datetime(now, usegmt=True),
        "content-type": "application/json;charset=utf-8",
        "content-length": str(len(body)),
        "x-acs-request-id": str(document.get("RequestId", "")),
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }
    return Response(status, headers, body)


def request_id(request: Request) -> str:
    """Derive the request id from the request itself, so that the same request always gets the same one.

    Examples
    --------
    >>> request_id(Request("GET", "/", {})) == request_id(Request("GET", "/", {}))
    True
    """
    told = "\n".join([request.method, request.target, request.header("x-acs-signature-nonce"), request.header("x-acs-date")])
    digest = hashlib.sha256(told.encode("utf-8", errors="surrogatepass") + request.body).hexdigest().upper()
    return "-".join([digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]])
