"""Errors for answers that are not the document asked for, as members of the PaiError tree."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from pai_notebook.client.connections import Proxy
from pai_notebook.client.decode import decode, excerpt
from pai_notebook.client.masking import Mask
from pai_notebook.client.retry import Again, Failure, read_date, read_retry_after
from pai_notebook.errors import (
    AuthenticationError,
    ClockSkew,
    ModelNotFound,
    NotFound,
    PaiError,
    PermissionDenied,
    ProtocolError,
    ServiceUnavailable,
    Throttled,
    VersionNotFound,
)
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LATER_HINT = say("Try again in a moment.")
# Characters of the service's own text in an error.
_MESSAGE = 300
# Characters of it that are masked first, so that a long text costs no time.
_LONGEST = 4000
_AUTHENTICATION = re.compile(
    r"Signature|Incomplete.?Signature|InvalidSignature|InvalidAccessKey|InvalidSecurityToken|MissingSecurityToken|MissingAccessKey|MissingAuth|Unauthorized|InvalidBearer|InvalidCredential"
)
_THROTTLING = re.compile(r"throttl|flow.?control|toomanyrequests|ratelimit", re.IGNORECASE)
_UNAVAILABLE = frozenset(
    {"ServiceUnavailable", "InternalError", "RequestTimeout", "UnknownError", "SystemBusy", "ServiceUnavailableTemporary"}
)
_DENIED = re.compile(r"NoPermission|Forbidden|AccessDenied|NotAuthorized|Unauthorized.?Operation")
_WRONG_API = re.compile(r"Invalid(Api|Action|Version|Protocol|Host|Region)", re.IGNORECASE)
_RETRIED_STATUS = frozenset({408, 425, 429})
_NOT_RETRIED_5XX = frozenset({501, 505})
_NO_MASK = Mask()
_NO_PROXY = Proxy()
_XML_FIELD = re.compile(r"<(Code|Message|RequestId|HostId)>([^<]{0,2000})</\1>")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request was about, for the sentences of its errors.

    Parameters
    ----------
    action, permission : str
        The API action, and the RAM action that it needs.
    model_id, version_name, region, endpoint : str
        Where they apply.
    mask : callable
        Takes the secrets of the request out of a text.
    origin : str
        Where the key comes from, in words.
    proxy : Proxy
        What the request goes through.
    workspace_id : str
        Where names of models are looked for; empty for all workspaces.
    """

    action: str
    model_id: str = ""
    version_name: str = ""
    region: str = ""
    endpoint: str = ""
    mask: Callable[[str], str] = field(default=_NO_MASK, repr=False)
    origin: str = ""
    proxy: Proxy = _NO_PROXY
    permission: str = ""
    workspace_id: str = ""

    @property
    def name(self) -> str:
        """What was asked for, in words."""
        if self.version_name:
            return say("version {version} of {model}", version=self.version_name, model=self.model_id)
        return self.model_id or say("the list of models")

    def clean(self, text: Any) -> str:
        """A text of the service in one short line: no secrets, no control characters, no echo of what was signed."""
        line = self.mask(str(text)[:_LONGEST].partition("server string to sign")[0])
        line = "".join(sign if sign.isprintable() else " " for sign in line)
        return " ".join(line.split())[:_MESSAGE]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and whole decompressed body of one response."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def server_time(self) -> datetime | None:
        """The Date header."""
        return read_date(self.headers.get("date", ""))


def is_error_document(document: Mapping[str, Any]) -> bool:
    """Whether a document that came with status 200 is an error all the same.

    Examples
    --------
    >>> is_error_document({"Code": "NoPermission", "Message": "denied"})
    True
    """
    return isinstance(document.get("Code"), str) and document["Code"].upper() not in {"", "200", "OK", "SUCCESS"}


def failure_of_answer(answer: Answer, subject: Subject, *, now: datetime) -> Failure:
    """Return what an error answer means.

    Parameters
    ----------
    answer : Answer
        Any answer but a good document.
    subject : Subject
        What was asked.
    now : datetime
        The service's time as well as it is known.
    """
    if 300 <= answer.status < 400:  # noqa: PLR2004 - the class of redirects
        return Failure(_redirect(answer, subject))
    document = _error_document(answer)
    # what it means is read from the code as it is: a short secret may be a part of it, and masked it would mean nothing
    code = str(_field(document, "Code"))[:100]
    wait = read_retry_after(answer.headers, now=now)
    again = _again(answer, code, wait)
    error = _error(answer, document, code, subject, again)
    return Failure(error, again, wait if again in {Again.LATER, Again.THROTTLED} else None, answer.server_time)


def _again(answer: Answer, code: str, wait: float | None) -> Again:
    status = answer.status
    if code.startswith("InvalidTimeStamp"):
        return Again.CLOCK
    if code.startswith("InvalidSecurityToken"):
        return Again.KEY
    hinted = bool(wait) and "x-acs-retry-after" in answer.headers and status not in {401, 403, 404}
    if status == 429 or _THROTTLING.search(code) or hinted:  # noqa: PLR2004 - Too Many Requests
        return Again.THROTTLED
    if code == "SignatureNonceUsed" or code in _UNAVAILABLE or status in _RETRIED_STATUS:
        return Again.LATER
    if status >= 500 and status not in _NOT_RETRIED_5XX:  # noqa: PLR2004 - server errors
        return Again.LATER
    return Again.KEY if _is_about_the_key(status, code) else Again.NEVER


def _is_about_the_key(status: int, code: str) -> bool:
    return status == 401 or bool(_AUTHENTICATION.match(code) and not _DENIED.search(code))  # noqa: PLR2004 - Unauthorized


def _error(answer: Answer, document: Mapping[str, Any], code: str, subject: Subject, again: Again) -> PaiError:
    details = _details(answer, document, code, subject)
    said = subject.clean(_field(document, "Message"))
    quoted = f': "{said}"' if said else ""
    if again is Again.CLOCK:
        return ClockSkew(
            say("the service refused the date of the request{quoted}", quoted=quoted), hint=say("Set the clock of this machine."), **details
        )
    if again is Again.THROTTLED:
        return Throttled(say("the account's rate limit is used up"), hint=_THROTTLED_HINT, **details)
    if again is Again.LATER and code != "SignatureNonceUsed":
        return ServiceUnavailable(
            say("the service failed with a server error{quoted}", quoted=quoted or _beginning(answer, document, subject)),
            hint=LATER_HINT,
            **details,
        )
    return _refusal(answer, document, code, subject, details)


def _refusal(answer: Answer, document: Mapping[str, Any], code: str, subject: Subject, details: dict[str, Any]) -> PaiError:
    """An error that stays the same however often one asks."""
    said = subject.clean(_field(document, "Message"))
    quoted = f': "{said}"' if said else ""
    if _is_about_the_key(answer.status, code):
        return AuthenticationError(
            say("the service does not accept the key{quoted}", quoted=quoted), hint=_key_hint(code, subject), **details
        )
    if _WRONG_API.match(code):
        return NotFound(
            say("{endpoint} does not offer {action}{quoted}", endpoint=subject.endpoint, action=subject.action, quoted=quoted),
            hint=say("Check region and endpoint."),
            **details,
        )
    if answer.status == 403 or _DENIED.search(code):  # noqa: PLR2004 - Forbidden
        return _denied(document, subject, quoted, details)
    if answer.status == 404:  # noqa: PLR2004 - Not Found
        return _not_found(document, code, said, subject, details)
    if not document or answer.status < 400:  # noqa: PLR2004 - no document of the service, or one with a good status
        text = say(
            "HTTP {status} came without a document of the service{beginning}",
            status=answer.status,
            beginning=_beginning(answer, document, subject),
        )
        return ProtocolError(text, hint=say("Check the endpoint, and whether a proxy or gateway answers instead."), **details)
    return PaiError(
        say("the service refused {action} for {name}{quoted}", action=subject.action, name=subject.name, quoted=quoted),
        hint=say("Change the request; sending it again will not help."),
        **details,
    )


def _details(answer: Answer, document: Mapping[str, Any], code: str, subject: Subject) -> dict[str, Any]:
    request_id = _field(document, "RequestId") or answer.headers.get("x-acs-request-id", "")
    return {
        "code": subject.clean(code),
        "status": answer.status,
        "request_id": subject.clean(request_id)[:80],
        "action": subject.action,
        "model_id": subject.model_id,
        "version_name": subject.version_name,
        "region": subject.region,
    }


def _denied(document: Mapping[str, Any], subject: Subject, quoted: str, details: dict[str, Any]) -> PermissionDenied:
    detail = document.get("AccessDeniedDetail")
    detail = detail if isinstance(detail, Mapping) else {}
    action = subject.clean(detail.get("AuthAction") or subject.permission or f"paimodel:{subject.action}")[:100]
    parts = [subject.clean(detail.get(key) or "")[:60] for key in ("NoPermissionType", "PolicyType", "AuthPrincipalType")]
    because = ", ".join(part for part in parts if part)
    message = say("the key is not allowed to call {action}{because}", action=action, because=f" ({because})" if because else quoted)
    return PermissionDenied(message, hint=say("Ask for a RAM policy that allows {action}.", action=action), **{**details, "action": action})


def _not_found(document: Mapping[str, Any], code: str, said: str, subject: Subject, details: dict[str, Any]) -> PaiError:
    if not document:
        return ProtocolError(
            say("{endpoint} does not know the path of {action}", endpoint=subject.endpoint, action=subject.action),
            hint=say("Check the endpoint."),
            **details,
        )
    words = f"{code} {said}".lower()
    where = say(" in {region}", region=subject.region) if subject.region else ""
    if subject.version_name and ("version" in words or "model" not in words):
        return VersionNotFound(
            say("no version {version_name} in {model_id}", version_name=subject.version_name, model_id=subject.model_id),
            hint=say("registry.list_versions({model!r}) shows which there are.", model=subject.model_id),
            **details,
        )
    if subject.model_id:
        if subject.workspace_id and not subject.model_id.startswith("model-"):  # a name is looked for in the workspace, an id anywhere
            where = say(" in workspace {id} of {region}", id=subject.workspace_id, region=subject.region or subject.endpoint)
        return ModelNotFound(
            say("no model named {model_id}{where}", model_id=subject.model_id, where=where),
            hint=say("Check the model's id or name, and the region."),
            **details,
        )
    return NotFound(
        say("nothing was found for {action}{where}", action=subject.action, where=where), hint=say("Check region and workspace."), **details
    )


def _redirect(answer: Answer, subject: Subject) -> ProtocolError:
    try:
        target = httpx.URL(answer.headers.get("location", "")).host
    except (httpx.InvalidURL, ValueError, TypeError):
        target = ""
    to = say(" to {target}", target=subject.clean(target)[:80]) if target else ""
    return ProtocolError(
        say(
            "{endpoint} redirects{to} (HTTP {status}); redirects are not followed, so that credentials are not sent elsewhere",
            endpoint=subject.endpoint,
            to=to,
            status=answer.status,
        ),
        hint=say("Check endpoint=: the address that answered sends requests on to another one."),
        **_details(answer, {}, "", subject),
    )


def _error_document(answer: Answer) -> Mapping[str, Any]:
    """The error fields under their documented names, from JSON in either spelling or XML; empty when the body is something else."""
    try:
        return decode(answer.body)
    except ProtocolError:
        pass
    found = _XML_FIELD.findall(answer.body[:8192].decode("utf-8", "replace")) if answer.body.lstrip().startswith(b"<") else []
    return dict(found) if any(name == "Code" for name, _ in found) else {}


def _field(document: Mapping[str, Any], name: str) -> Any:
    value = document.get(name, document.get(name[0].lower() + name[1:], ""))
    return "" if value is None else value


def _beginning(answer: Answer, document: Mapping[str, Any], subject: Subject) -> str:
    return "" if document or not answer.body.strip() else say(": it begins {body}", body=subject.mask(excerpt(answer.body[:60])))


def _key_hint(code: str, subject: Subject) -> str:
    came = say(" The key came from {origin}.", origin=subject.origin) if subject.origin else ""
    if code.startswith("InvalidAccessKeyId"):
        return say("The access key id is unknown or inactive.{came}", came=came)
    if code.startswith("SignatureDoesNotMatch"):
        return say("The access key secret does not belong to the id.{came}", came=came)
    if code.startswith("InvalidSecurityToken"):
        return say("The temporary key has expired, or its parts do not belong together: get a new one.{came}", came=came)
    return say("Check the key.{came}", came=came)


_THROTTLED_HINT = say("Try again in a moment, or fetch whole models: a page of 100 versions costs one request.")
