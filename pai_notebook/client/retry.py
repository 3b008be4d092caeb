"""Retries: when to try again, and after how long.

Own arithmetic of a few lines: neither stamina nor tenacity knows a retry budget, a hint that may be milliseconds, seconds or a date, and a
deadline that ends a wait before it begins, and each would hide the one loop that a reader wants to see (in `client.py`).
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING

from pai_notebook.errors import ClockSkew, DeadlineExceeded, Throttled
from pai_notebook.i18n.phrases import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pai_notebook.client.credentials import Credentials, Provider
    from pai_notebook.client.settings import Limits
    from pai_notebook.errors import PaiError

# Seconds of the first wait; each further one may be twice as long, up to the cap.
_BASE = 0.1
_BASE_THROTTLED = 0.5
_CAP = 20.0
# Tokens that a retry takes from the budget; fewer where the service answers that it is busy.
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
    """One attempt that failed.

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


# Seconds by which a wait that the service asks for is lengthened at most, so that clients do not return together.
_HINT_JITTER = 0.25
# Seconds between connections that were refused: nothing was sent, so the next try comes sooner.
_CONNECT_PAUSES = (0.05, 0.1, 0.2)
_MINUTE = 60
_HOUR = 3600
_DAY = 86400
# A day, and a minute for the way of the answer.
_MOST_OFFSET = timedelta(days=1, minutes=1)


@dataclass(slots=True)
class RetryState:
    """What is known of one operation between its attempts.

    Parameters
    ----------
    end : float
        The loop's time at which the call is over.
    attempts : int
        Requests sent so far.
    refused : Failure or None
        How the service refused the key of the last attempt.
    """

    end: float
    attempts: int = 0
    refused: Failure | None = None
    spent: int = 0
    clock_corrected: bool = False
    key_renewed: bool = False
    connect_end: float = 0.0
    connects: int = 0
    why: str = ""


class RetryPolicy:
    """Decides about further attempts for one client; no input or output of its own.

    Parameters
    ----------
    limits : Limits
        Of the client.
    provider : Provider
        Says whether other credentials can be had.
    """

    def __init__(self, limits: Limits, provider: Provider) -> None:
        self._limits = limits
        self._provider = provider
        self._jitter = random.Random().random  # noqa: S311 - jitter is not a secret
        self.quota = Quota(limits.retry_quota)
        self.clock_offset = timedelta()
        self._down = False

    def succeeded(self, call: RetryState) -> None:
        """Pay back to the budget."""
        call.attempts += 1
        self.quota.earn(call.spent)
        self._down = False

    def wait(self, call: RetryState, failure: Failure, *, now: float) -> float | None:
        """Return the seconds until the next attempt, or None when there is none.

        Parameters
        ----------
        call : RetryState
            Its state is brought up to date.
        failure : Failure
            How the attempt ended.
        now : float
            The loop's time.
        """
        call.attempts += failure.again not in {Again.NOT_SENT, Again.SAME_KEY}
        call.refused = None
        if failure.again is Again.NOT_SENT:
            return self._connect_again(call, now)
        self._down = False
        if failure.again is Again.CLOCK and failure.server_time is not None and not _absurd(failure.server_time):
            # one odd answer would otherwise spoil the dates of all later requests
            self.clock_offset = failure.server_time - datetime.now(UTC)
        if failure.again in {Again.NEVER, Again.SAME_KEY} or call.attempts >= self._limits.max_attempts:
            return None
        if failure.again is Again.CLOCK:
            can, call.clock_corrected = not call.clock_corrected, True
            return 0.0 if can and failure.server_time is not None and not _absurd(failure.server_time) else None
        if failure.again is Again.KEY:
            call.refused = failure
            can, call.key_renewed = not call.key_renewed, True
            return 0.0 if can and self._provider.can_refresh() else None
        return self._back_off(call, failure, now)

    def _connect_again(self, call: RetryState, now: float) -> float | None:
        """Nothing was sent, so connecting again costs nothing. After one call failed to connect, other calls try once."""
        if not call.connects:
            call.connect_end = min(call.end, now + self._limits.connect_timeout)
        pause = _CONNECT_PAUSES[min(call.connects, len(_CONNECT_PAUSES) - 1)]
        call.connects += 1
        if self._down or now + pause >= call.connect_end:
            self._down = True
            return None
        return pause

    def _back_off(self, call: RetryState, failure: Failure, now: float) -> float | None:
        throttled = failure.again is Again.THROTTLED
        wait = backoff(call.attempts, throttled=throttled, scale=self._limits.backoff_scale, random=self._jitter)
        if failure.wait is not None:
            wait = failure.wait + min(wait, _HINT_JITTER)
        if now + wait >= call.end:
            call.why = "hint" if failure.wait is not None else "deadline"
            return None
        call.spent = self.quota.spend(throttled=throttled)
        if not call.spent:
            call.why = "quota"
            return None
        return wait

    def final(self, call: RetryState, failure: Failure) -> PaiError:
        """Return the error of a call that ends here."""
        error = failure.error
        if isinstance(error, ClockSkew) and failure.server_time is not None:
            _tell_clock(error, failure.server_time)
        elif call.why == "hint":
            error.hint = say(
                "The service asks to wait {wait:g} s, longer than the deadline of {deadline:g} s allows.",
                wait=failure.wait,
                deadline=self._limits.deadline,
            )
        elif call.why == "quota":
            error.hint = say("Other calls failed too, so the retry budget is used up; try again in a moment.")
        elif call.why == "deadline" and not isinstance(error, Throttled):
            text = say("no good answer within {deadline:g} s: {message}", deadline=self._limits.deadline, message=error.message)
            error = DeadlineExceeded(text, hint=error.hint, code=error.code, status=error.status, request_id=error.request_id)
            error.__cause__ = failure.error.__cause__
        error.attempts = call.attempts
        return error


def _absurd(server_time: datetime) -> bool:
    """Whether it is more than a day off, too much to be corrected."""
    return abs(server_time - datetime.now(UTC)) > _MOST_OFFSET


def _tell_clock(error: ClockSkew, server_time: datetime) -> None:
    """Say by how much the clocks differ, and when it is too much to be corrected, what the service says the time is."""
    error.message = say("this machine's clock is {off} the service's", off=_off(server_time - datetime.now(UTC)))
    if _absurd(server_time):
        error.message = say("this machine's clock and the service's differ by more than a day, too much to correct")
        error.hint = say(
            "The service says that it is {server_time:%Y-%m-%d %H:%M} UTC: when that is right, set the clock of this machine.",
            server_time=server_time,
        )
    error.args = (error.message,)


def _off(offset: timedelta) -> str:
    """How far and in which direction this machine's clock is off, in words."""
    seconds = abs(offset.total_seconds())
    if seconds < 1:
        return say("not in the same minute as")
    units = ((_DAY, say("days")), (_HOUR, say("hours")), (_MINUTE, say("minutes")), (1, say("seconds")))
    unit, name = next((unit, name) for unit, name in units if seconds >= 1.5 * unit or unit == 1)
    said = "{count:.0f} {unit} behind" if offset > timedelta() else "{count:.0f} {unit} ahead of"
    return say(said, count=seconds / unit, unit=name)
