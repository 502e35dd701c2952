"""Due times by rule. A day counts to its end, and the day of the event does not count (民法典 Art. 201, 203)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.calendar import Holidays, end_of_day, local_day


class Unit(StrEnum):
    """Calendar days 日 or working days 工作日."""

    DAYS = "days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True)
class Rule:
    """How long one kind of thing may take. `amount` is None where each thing names its own last day.

    A duty that is missed is the street's after `street_after_days` more, the district's after `district_after_days`;
    what is no duty but a resident's right only lapses. `law_maximum`: what the law allows at most, None where the
    district chooses.
    """

    rule: str
    amount: int | None
    unit: Unit
    is_duty: bool
    near_hours: int
    street_after_days: int
    district_after_days: int
    law_maximum: int | None
    source: str


@dataclass(frozen=True)
class Thing:
    """What is due: a dispute, agreement, obligation, joint_case, joint_task, referral or note, in its community.

    Category and relation are those of the dispute behind it, None without one.
    """

    kind: str
    thing_id: UUID
    area: str
    category: str | None = None
    relation: str | None = None


@dataclass(frozen=True)
class Due:
    """`due_at` is the first instant too late; from `near_at` on it is near."""

    due_at: datetime
    near_at: datetime

    @property
    def last_day(self) -> date:
        """The last Shanghai day that is in time."""
        return local_day(self.due_at - timedelta(microseconds=1))


@dataclass(frozen=True)
class Timetable:
    """The rules and holidays as they stand."""

    rules: Mapping[str, Rule]
    holidays: Holidays

    def due(self, rule: str, start: datetime) -> Due:
        """When something that began then is due. Raises KeyError for a rule that is not known."""
        known = self.rules[rule]
        if known.amount is None:
            raise ValueError(f"{rule} has no term of its own; name the last day")
        day = local_day(start)
        if known.unit is Unit.WORKING_DAYS:
            last = self.holidays.working_days_after(day, known.amount)
        else:
            last = day + timedelta(days=known.amount)
            # A right does not end on a day on which nobody can be reached; a duty does.
            last = last if known.is_duty else self.holidays.first_working_day(last)
        return self.due_on(rule, last)

    def due_on(self, rule: str, last_day: date) -> Due:
        """The same for something whose last Shanghai day is given."""
        due_at = end_of_day(last_day)
        return Due(due_at, due_at - timedelta(hours=self.rules[rule].near_hours))
