"""Time as Linli counts it: instants are aware UTC datetimes, days and years are those of Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""Gives the present instant, aware, in UTC. Injected, so that a test can play a year in seconds."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def local_day(instant: datetime) -> date:
    """The Shanghai day an instant falls on: 2026-01-01T16:30Z is already the 2nd."""
    return instant.astimezone(SHANGHAI).date()


def days_between(earlier: datetime, later: datetime) -> int:
    """Whole Shanghai calendar days from one instant to another; the same day is 0."""
    return (local_day(later) - local_day(earlier)).days
