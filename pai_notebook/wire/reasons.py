"""Why credentials could not be had, in words that quote nobody.

Exceptions of providers, helpers and functions quote whole answers of a sign-in service, keys included. So their texts are read for what can
be told safely (what went wrong, the HTTP status, the service's own code and message) and never shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pai_notebook.wire.masking import mask_shapes

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["kind_of", "reason_of", "service_says"]

_CODE = r"[A-Za-z]{2,40}(?:[._][A-Za-z]{2,40}){0,3}|[0-9]{3,12}"
_CODE_FIELD = re.compile(rf"""["'](?:Code|code|ErrorCode|errorCode|error)\\?["']\s*:\s*\\?["']({_CODE})\\?["']""")
_MESSAGE_FIELD = re.compile(r"""["'](?:Message|message|ErrorMessage|error_description)\\?["']\s*:\s*\\?["']([^"\\]{1,300})""")
_STATUS = re.compile(r"(?:http_?code|status[ _]?code|HttpCode)\W{1,3}([1-5][0-9]{2})\b", re.IGNORECASE)
_EXIT = re.compile(r"exit status (-?[0-9]{1,3})\b")
_LONGEST = 20_000

# what the vendor's library says in its own words, and what that means for a person
_KNOWN = (
    (r"command process timed out", "the external command did not end in time"),
    (r"failed to execute external command: exit status", "the external command failed"),
    (r"failed to execute external command", "the external command cannot be started"),
    (r"process_command is empty", "no external command is set"),
    (r"failed to parse external command output", "the external command printed no JSON"),
    (r"invalid (?:StsToken )?credential response", "the external command printed no complete key"),
    (r"unable to get profile with", "there is no such profile"),
    (r"invalid profile name", "no profile is chosen"),
    (r"unsupported (?:profile mode|credential type)", "the vendor's library does not know this kind of profile"),
    (r"unable to open credentials file", "the file cannot be opened"),
    (r"failed to parse credential form", "the file is not JSON"),
    (r"failed to get credential from credentials file", "the file has no such profile"),
    (r"access token is empty or expired|re-?login|CloudSSO access token", "the login has ended: log in again"),
    (r"access key id is empty", "the access key id is empty"),
    (r"access key secret is empty", "the access key secret is empty"),
    (r"security token is empty", "the security token is empty"),
    (r"Max retries exceeded|Connection (?:refused|aborted|reset)|timed out|Failed to establish", "no connection"),
)
_PHRASES = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in _KNOWN)
_NO_ROLE = re.compile(r"ECS metadata service\.? HttpCode=404")


def kind_of(error: BaseException) -> str:
    """Return the type of an exception, with its status and code where it has such fields; nothing of its text.

    Examples
    --------
    >>> kind_of(KeyError("secret"))
    'KeyError'
    """
    name = type(error).__name__
    parts = [name[:60] if name.isidentifier() and name.isascii() else "an exception"]
    status = _field(error, "status_code") or _field(error, "statusCode")
    if isinstance(status, int) and not isinstance(status, bool) and 100 <= status < 600:  # noqa: PLR2004 - HTTP
        parts.append(f"HTTP {status}")
    code = _field(error, "code")
    if isinstance(code, str) and re.fullmatch(_CODE, code):
        parts.append(code)
    return ", ".join(parts)


def _field(error: BaseException, name: str) -> Any:
    return error.__dict__.get(name)


def reason_of(error: BaseException, mask: Callable[[str], str]) -> str:
    """Return what an exception of the vendor's library means, in words that show no secret.

    Parameters
    ----------
    error : Exception
        What a provider raised.
    mask : callable
        Takes known secrets out of a text.

    Examples
    --------
    >>> reason_of(ValueError('error, http_code: 403, result: {"Code": "NoPermission", "Key": "LTAI5tCanary0"}'), str)
    'ValueError, HTTP 403, NoPermission'
    """
    try:
        text = str(error)[:_LONGEST]
    except Exception:  # noqa: BLE001 - somebody else's exception
        text = ""
    if _NO_ROLE.search(text):
        return "no RAM role is attached to this instance (HTTP 404)"
    told = text.partition("stderr:")[0]  # a helper may write anything
    words = next((words for pattern, words in _PHRASES if pattern.search(told)), kind_of(error))
    status = re.search(_EXIT, told)
    parts = [words, f"status {status[1]}" if status else "", service_says(told, mask)]
    return ", ".join(part for part in parts if part)


def service_says(text: str, mask: Callable[[str], str], *, status: int = 0) -> str:
    """Return the HTTP status, code and message that an answer of a service holds, as one clause; secrets in the message are masked.

    Examples
    --------
    >>> service_says('{"Code": "Failed", "Message": "role not attached"}', str, status=404)
    'HTTP 404, Failed: "role not attached"'
    """
    found = _STATUS.search(text)
    code, message = _CODE_FIELD.search(text), _MESSAGE_FIELD.search(text)
    parts = [f"HTTP {status or (found[1] if found else '')}" if status or found else "", mask(code[1]) if code else ""]
    clause = ", ".join(part for part in parts if part)
    if not message:
        return clause
    said = mask_shapes(mask(message[1]))
    said = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())[:160]
    return f'{clause}: "{said}"' if clause else f'"{said}"'
