"""Due times by rule, and what is told of them.

A day counts to its end, and the day of the event does not count (民法典 Art. 201, 203). A missed duty goes up level by
level: community, street, district.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from chassis.calendar import Holidays, end_of_day, local_day
from chassis.errors import FieldError, InvalidInput
from services.grievances.deadlines import events

NEAR, MISSED, STREET, DISTRICT = 1, 2, 3, 4
"""The stages of a deadline; none is left out, so the stage is also the version of the fact that tells of it."""

LEVELS: Mapping[int, str] = {NEAR: "community", MISSED: "community", STREET: "street", DISTRICT: "district"}
"""Who is responsible for it at each stage."""


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
    version: int = 1

    @property
    def asks_the_calendar(self) -> bool:
        """Whether days off move its due times."""
        return self.unit is Unit.WORKING_DAYS or not self.is_duty


@dataclass(frozen=True)
class Thing:
    """What is due: a dispute, agreement, obligation, joint_case, joint_task, referral or note, in its community.

    Category and relation are those of the dispute behind it, None without one. `dispute_id`: whose part it is, which a
    missed duty brings up as well; None for a dispute itself, and for what has a way of its own.
    """

    kind: str
    thing_id: UUID
    area: str
    category: str | None = None
    relation: str | None = None
    dispute_id: UUID | None = None


@dataclass(frozen=True)
class Due:
    """`due_at` is the first instant too late; from `near_at` on it is near.

    A missed duty is the street's from `street_at`, the district's from `district_at`; both None for a right. `amount`:
    what the rule gave, None for a last day of its own. `provisional`: counted past the end of the holiday table, by
    weekends alone.
    """

    due_at: datetime
    near_at: datetime
    street_at: datetime | None = None
    district_at: datetime | None = None
    amount: int | None = None
    provisional: bool = False

    @property
    def last_day(self) -> date:
        """The last Shanghai day that is in time."""
        return last_day(self.due_at)


@dataclass(frozen=True)
class Timetable:
    """The rules and holidays as they stand."""

    rules: Mapping[str, Rule]
    holidays: Holidays

    def due(self, rule: str, start: datetime) -> Due:
        """When something that began then is due. Raises KeyError for a rule that is not known."""
        amount = self.rules[rule].amount
        if amount is None:
            raise ValueError(f"{rule} has no term of its own; name the last day")
        last, provisional = self.counted(rule, amount, start)
        return replace(self.due_on(rule, last), amount=amount, provisional=provisional)

    def due_on(self, rule: str, last_day: date) -> Due:
        """The same for something whose last Shanghai day is given."""
        known = self.rules[rule]
        due_at = end_of_day(last_day)
        near_at = due_at - timedelta(hours=known.near_hours)
        if not known.is_duty:
            return Due(due_at, near_at)
        # Shanghai's days all have 24 hours, so these are ends of days as well.
        street_at = due_at + timedelta(days=known.street_after_days)
        return Due(due_at, near_at, street_at, due_at + timedelta(days=known.district_after_days))

    def counted(self, rule: str, amount: int, start: datetime) -> tuple[date, bool]:
        """The last Shanghai day of so much time under the rule; whether the holiday table had ended by then."""
        known, day = self.rules[rule], local_day(start)
        if known.unit is Unit.WORKING_DAYS:
            last = self.holidays.working_days_after(day, amount)
        else:
            last = day + timedelta(days=amount)
            # A right does not end on a day on which nobody can be reached (民法典 Art. 203); a duty does.
            last = last if known.is_duty else self.holidays.first_working_day(last)
        return last, known.asks_the_calendar and not self.holidays.covers(last)


def last_day(due_at: datetime) -> date:
    """The last Shanghai day before an instant that is too late."""
    return local_day(due_at - timedelta(microseconds=1))


@dataclass(frozen=True)
class Watched:
    """A deadline with something to tell: all stages after `told`, up to `reached`."""

    deadline_id: UUID
    thing: Thing
    rule: str
    due_at: datetime
    is_duty: bool
    told: int
    reached: int


def tellings(watched: Watched) -> Iterator[tuple[int, events.DeadlineFact]]:
    """Each stage that was reached and not told, in order: none is left out, however late it is told."""
    for stage in range(watched.told + 1, watched.reached + 1):
        kind = {NEAR: events.DeadlineNear, MISSED: events.DeadlineMissed}.get(stage, events.DeadlineEscalated)
        if stage == MISSED and not watched.is_duty:
            kind = events.DeadlineLapsed
        yield (
            stage,
            kind(
                deadline_id=str(watched.deadline_id),
                thing=watched.thing.kind,
                thing_id=str(watched.thing.thing_id),
                rule=watched.rule,
                due_at=watched.due_at.isoformat(),
                level=LEVELS[stage],
                category=watched.thing.category,
                relation=watched.thing.relation,
            ),
        )


@dataclass(frozen=True)
class Amounts:
    """What a district may set of a rule."""

    amount: int | None
    near_hours: int
    street_after_days: int
    district_after_days: int


def changed(rule: Rule, to: Amounts) -> Rule:
    """The rule with other amounts, a version up. What already runs keeps what it began with.

    Raises InvalidInput, which names the article, above what the law allows a duty to take, and for any other length of
    a right that the law gives.
    """
    problems = list(_problems(rule, to))
    if problems:
        raise InvalidInput("; ".join(problem.detail for problem in problems), problems, rule=rule.source)
    return replace(rule, **vars(to), version=rule.version + 1)


def _problems(rule: Rule, to: Amounts) -> Iterator[FieldError]:
    unit = "working days" if rule.unit is Unit.WORKING_DAYS else "days"
    if (rule.amount is None) != (to.amount is None):
        right = "null: each thing has its own last day" if rule.amount is None else f"a number of {unit}"
        yield FieldError("/amount", f"amount of {rule.rule} must be {right}")
    if rule.law_maximum is not None and to.amount is not None:
        if rule.is_duty and to.amount > rule.law_maximum:
            most = f"{rule.source} allows at most {rule.law_maximum} {unit}"
            yield FieldError("/amount", f"amount of {rule.rule} is {to.amount}; {most}")
        if not rule.is_duty and to.amount != rule.law_maximum:
            gives = f"{rule.source} gives {rule.law_maximum} {unit}, and no district takes or adds a day"
            yield FieldError("/amount", f"amount of {rule.rule} is {to.amount}; {gives}")
    if to.amount is not None and to.near_hours > to.amount * 24:
        yield FieldError("/near_hours", f"near_hours {to.near_hours} must not be more than the {to.amount} {unit} have")
    if rule.is_duty and not 1 <= to.street_after_days < to.district_after_days:
        detail = "a missed duty goes to the street after 1 day or more, and to the district later than that"
        yield FieldError("/district_after_days", detail)
    if not rule.is_duty and (to.street_after_days or to.district_after_days):
        yield FieldError("/street_after_days", f"{rule.rule} is a right: it lapses and goes nowhere; give 0 and 0")
