"""When to ask again, and after how long.

Own arithmetic of a few lines: neither stamina nor tenacity knows a retry budget, a hint that may be milliseconds, seconds or a date, and a
deadline that ends a wait before it begins, and each would hide the one loop that a reader wants to see (in `client.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pai_notebook.errors import PaiError
    from pai_notebook.wire.credentials import Credentials

__all__ = ["Again", "Failure", "Quota", "backoff", "read_date", "read_retry_after"]

_BASE = 0.1
_BASE_THROTTLED = 0.5
_CAP = 20.0
_COST = 14
_COST_THROTTLED = 5
_EARNED = 1
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_MILLISECONDS = re.compile(r"[0-9]{1,12}")


class Again(Enum):
    """Whether another attempt can help."""

    NEVER = "never"
    LATER = "later"
    THROTTLED = "throttled"
    NOT_SENT = "not sent"
    CLOCK = "once, with the service's clock"
    KEY = "once, with other credentials"
    SAME_KEY = "never: there are no other credentials"


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that gave no believable answer.

    Parameters
    ----------
    error : PaiError
        What to raise when it was the last attempt.
    again : Again
        Whether another attempt can help.
    wait : float or None
        Seconds that the service asks to wait.
    server_time : datetime or None
        The Date header.
    key : Credentials or None
        Those that the service refused, when that is the failure.
    """

    error: PaiError
    again: Again = Again.NEVER
    wait: float | None = None
    server_time: datetime | None = None
    key: Credentials | None = None


class Quota:
    """A budget for retries: failures spend it, successes pay it back.

    A service outage would otherwise multiply the traffic by the number of attempts. With 500 tokens nothing is lost up to a quarter of
    random faults.

    Parameters
    ----------
    tokens : int
        What may be spent before anything is earned.

    Examples
    --------
    >>> quota = Quota(20)
    >>> quota.spend(throttled=False), quota.spend(throttled=False)
    (14, 0)
    """

    def __init__(self, tokens: int) -> None:
        self._most = tokens
        self._tokens = tokens

    @property
    def tokens(self) -> int:
        """What is left."""
        return self._tokens

    def spend(self, *, throttled: bool) -> int:
        """Take the price of one retry and return it, or return 0 when there is not enough."""
        cost = _COST_THROTTLED if throttled else _COST
        if cost > self._tokens:
            return 0
        self._tokens -= cost
        return cost

    def earn(self, spent: int) -> None:
        """Pay back after a success: what its last retry cost, or one token."""
        self._tokens = min(self._most, self._tokens + (spent or _EARNED))


def backoff(attempt: int, *, throttled: bool, scale: float, random: Callable[[], float]) -> float:
    """Return the wait in seconds after a failed attempt: full jitter, doubling, at most 20 s before scaling.

    Parameters
    ----------
    attempt : int
        The attempt that failed, from 1.
    throttled : bool
        The service asked to slow down, so the waits are longer.
    scale : float
        Factor on the result.
    random : callable
        Uniform numbers between 0 and 1.

    Examples
    --------
    >>> backoff(3, throttled=False, scale=1.0, random=lambda: 0.5)
    0.2
    """
    base = _BASE_THROTTLED if throttled else _BASE
    return random() * min(_CAP, base * 2.0 ** min(attempt - 1, 32)) * scale


def read_retry_after(headers: Mapping[str, str], *, now: datetime) -> float | None:
    """Return the seconds that a service asks to wait, or None when it does not say so in a form that can be trusted.

    Parameters
    ----------
    headers : mapping
        `x-acs-retry-after` (milliseconds) counts before `Retry-After` (seconds or an HTTP date).
    now : datetime
        The service's time as well as it is known, for a date; its own Date header is better and used when present.

    Examples
    --------
    >>> read_retry_after({"x-acs-retry-after": "800"}, now=datetime.now(UTC))
    0.8
    >>> read_retry_after({"retry-after": "1e999"}, now=datetime.now(UTC)) is None
    True
    """
    if _MILLISECONDS.fullmatch(text := headers.get("x-acs-retry-after", "").strip()):
        return int(text) / 1000
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = read_date(text)
    return None if moment is None else max(0.0, (moment - (read_date(headers.get("date", "")) or now)).total_seconds())


def read_date(text: str) -> datetime | None:
    """Return an HTTP date as an aware datetime, or None when it is none.

    Examples
    --------
    >>> read_date("Sun, 23 Nov 2025 08:09:10 GMT")
    datetime.datetime(2025, 11, 23, 8, 9, 10, tzinfo=datetime.timezone.utc)
    """
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
