"""Rate limit: 40 requests a second per endpoint and API for the whole process, fewer when the service throttles.

The account's quota is shared with every colleague and job, so the pace is kept on this side. After a refusal the pace falls to what the
service accepted in the last second, rests, and grows again slowly.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# Requests that may leave at once after a pause, half of them in practice (see `_earliest`).
BURST = 8
# Seconds over which the service counts requests.
_WINDOW = 1.0
# After a refusal the pace is this part of what was accepted, to stay below the limit and not on it,
_CUT = 0.95
# but never below this part of the pace before: one refusal among few requests says little.
_DEEPEST_CUT = 0.5
# Requests a second below which the pace never falls, so that a call always ends.
_SLOWEST = 1.0
# Seconds at the lower pace before it grows: quadratic growth, slow at first, as others share the quota.
_REST = 5.0
_GROWTH = 0.0025
# A pace below this grows as if it had this value, else a slow one would take minutes to recover.
_GROWTH_FLOOR = 8.0
# Seconds for which one answer may hold back every call of the process.
_LONGEST_PAUSE = 5.0
# Seconds added, since requests take different times to arrive.
_SLACK = 0.05


class Bucket:
    """One pace, used from the event loop only.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.

    Attributes
    ----------
    epoch : int
        Grows with every refusal that changes the pace; a place reserved in an earlier epoch is void.

    Examples
    --------
    >>> bucket = Bucket(clock=lambda: 100.0)
    >>> [round(bucket.reserve(40.0), 3) for _ in range(6)]
    [0.0, 0.0, 0.0, 0.0, 0.025, 0.05]
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = 0.0
        self._paused = 0.0
        self._accepted: deque[float] = deque()
        self._base: float | None = None
        self._cut_at = float("-inf")
        self.epoch = 0

    def pace(self, limit: float) -> float:
        """Requests per second that are allowed now, at most `limit`."""
        if self._base is None:
            return limit
        grown = self._base + _GROWTH * max(self._base, _GROWTH_FLOOR) * max(0.0, self._clock() - self._cut_at - _REST) ** 2
        if grown >= limit:
            self._base = None
        return min(limit, grown)

    def delay(self, limit: float) -> float:
        """Seconds until the next request may leave, without reserving it."""
        now = self._clock()
        return max(0.0, self._paused - now, self._earliest(now, limit) - now)

    def reserve(self, limit: float) -> float:
        """Take the next place and return the seconds to wait for it."""
        now = self._clock()
        self._next = max(self._earliest(now, limit), self._paused)
        wait = max(0.0, self._next - now)
        self._next += 1 / self.pace(limit)
        return wait

    def _earliest(self, now: float, limit: float) -> float:
        # half of the burst is kept back, because requests arrive less evenly than they leave; a slowed pace has no burst at all
        saved = (BURST // 2 - 1) / limit if self._base is None else 0.0
        return max(self._next, now - saved)

    def accepted(self, sent: float) -> None:
        """Note that a request sent at that time was not refused."""
        self._accepted.append(sent)
        while self._accepted and self._accepted[0] < sent - 2 * _WINDOW:
            self._accepted.popleft()

    def refused(self, sent: float, *, limit: float, wait: float | None) -> None:
        """Slow down after a refusal; several refusals of one moment count once.

        Parameters
        ----------
        sent : float
            When the refused request left.
        limit : float
            The pace of the client.
        wait : float or None
            Seconds that the service asks to wait; everybody waits for them, up to a bound.
        """
        now, pause = self._clock(), self._paused
        if wait:
            self._paused = max(pause, now + min(wait, _LONGEST_PAUSE))
        if sent > self._cut_at:
            self._cut(now, sent, limit)
        elif self._paused == pause:
            return
        self._next = max(now, self._paused)
        self.epoch += 1

    def _cut(self, now: float, sent: float, limit: float) -> None:
        """Fall below what was accepted in the second before the refused request, and pause until that second has room."""
        current = self.pace(limit)
        recent = sorted(moment for moment in self._accepted if sent - _WINDOW < moment <= sent)
        self._base = max(_SLOWEST, _CUT * min(current, max(len(recent), _DEEPEST_CUT * current)))
        self._cut_at = now
        surplus = len(recent) - int(self._base)
        if surplus > 0:
            self._paused = max(self._paused, recent[surplus - 1] + _WINDOW + _SLACK)


_buckets: dict[tuple[str, str], Bucket] = {}


def bucket_for(endpoint: str, action: str) -> Bucket:
    """Return the process's bucket for an endpoint and an API.

    Examples
    --------
    >>> bucket_for("https://h", "GetModel") is bucket_for("https://h", "GetModel")
    True
    """
    return _buckets.setdefault((endpoint, action), Bucket())
