"""Days and hours as pages show them: of Shanghai, in the reader's language."""

from datetime import datetime, timedelta

from chassis.calendar import local_day
from services.portal import board


def date(text: str) -> str:
    """The day of an instant."""
    return board.day(local_day(datetime.fromisoformat(text)).isoformat())


def last_day(too_late_at: str) -> str:
    """The last day in time, where the first instant that is too late is known."""
    return board.day(local_day(datetime.fromisoformat(too_late_at) - timedelta(microseconds=1)).isoformat())


def days_left(too_late_at: str, now: datetime) -> int:
    """Whole days until the last day in time: 0 on it, less than 0 after it."""
    last = local_day(datetime.fromisoformat(too_late_at) - timedelta(microseconds=1))
    return (last - local_day(now)).days
