"""Times in any form that people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pai_notebook.i18n.phrases import say
from pai_notebook.json_text import plain_number

NO_TIME = say("Write a date such as '2026-01-31' or 2026-01-31T12:00Z, or how long ago, as in -30d, -12h or -2w.")
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
    value = plain_number(value)
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


def read_moments(left: Any, right: Any) -> tuple[datetime, datetime] | None:
    """UTC times of two values that are to be compared; None where one of them is not a time.

    A date without a time is the whole of its day in UTC, so a time of that day equals it and is neither before nor after it.

    Examples
    --------
    >>> from operator import eq, gt
    >>> [compare(*read_moments("2026-01-31T12:00Z", day)) for compare in (eq, gt) for day in ("2026-01-31", "2026-01-30")]
    [True, False, False, True]
    """
    first, second = read_moment(left), read_moment(right)
    if first is None or second is None:
        return None
    return _to_day(first, second, right), _to_day(second, first, left)


def _to_day(moment: datetime, start: datetime, other: Any) -> datetime:
    """Give the first moment of a day for a time within it, where the other value is that day; else the time itself."""
    return start if timedelta() <= moment - start < timedelta(days=1) and is_day(other) else moment


def is_day(value: Any) -> bool:
    """Whether a value is a date without a time.

    Examples
    --------
    >>> is_day(date(2026, 1, 31)), is_day("2026-01-31"), is_day("2026-01-31T00:00Z")
    (True, True, False)
    """
    value = plain_number(value)
    if isinstance(value, str):
        try:
            return bool(date.fromisoformat(value.strip()))
        except ValueError:
            return False
    return isinstance(value, date) and not isinstance(value, datetime)
