"""Times as people pass them: dates, datetimes, ISO 8601 text, and how long ago."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

__all__ = ["NO_TIME", "read_moment"]

NO_TIME = "Write a date such as '2026-01-31' or 2026-01-31T12:00Z, or how long ago, as in -30d, -12h or -2w."
_AGO = re.compile(r"-(\d+(?:\.\d+)?)([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


def read_moment(value: Any, now: datetime | None = None) -> datetime | None:
    """UTC time of a datetime, a date, ISO 8601 text, a pandas or numpy time, or a time ago; None for anything else.

    A time without zone is UTC; a date is its first moment; a timedelta and texts such as `-30d` count back from now.

    Parameters
    ----------
    value : object
        What was passed.
    now : datetime, optional
        What times ago count from; the present by default.

    Examples
    --------
    >>> read_moment("2026-01-31").isoformat(), read_moment("-2d", datetime(2026, 1, 31, tzinfo=UTC)).isoformat()
    ('2026-01-31T00:00:00+00:00', '2026-01-29T00:00:00+00:00')
    >>> read_moment(30) is None
    True
    """
    value = value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value
    try:
        if isinstance(value, str):
            ago = _AGO.fullmatch(value.strip())
            value = timedelta(hours=float(ago[1]) * _HOURS[ago[2]]) if ago else datetime.fromisoformat(value.strip())
        if isinstance(value, timedelta):
            return (now or datetime.now(UTC)) - abs(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if not isinstance(value, datetime) or value != value:  # noqa: PLR0124 - pandas' NaT is a datetime that differs from itself
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
