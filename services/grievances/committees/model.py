"""Mediation committees and their mediators under the People's Mediation Law (人民调解法, "PML" below).

In places of several ethnic groups Art. 8 also asks for members of the smaller ones. Ethnicity is sensitive (PIPL Art.
28) and no step here needs it, so it is not asked: who forms the committee sees to that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.errors import Conflict, FieldError, InvalidInput, WrongState
from services.grievances.committees import events

FEWEST, MOST = 3, 9
"""Members of a committee (Art. 8)."""

TERM_YEARS = 3
"""Of a committee's members, who may be elected again (Art. 9)."""

ADULT_YEARS = 18
"""A mediator is of age (Art. 14; 民法典 Art. 17)."""

SIZE, TERM, MEDIATORS, ADULTS = (f"人民调解法 Art. {article}" for article in (8, 9, 13, 14))

LEVELS = ("community", "street")
"""Of the divisions that have a committee: residents' committees form one, streets may (Art. 8, 34)."""


class Kind(StrEnum):
    """A committee's member 委员, or whom the committee has hired 聘任 (Art. 13)."""

    MEMBER = "member"
    HIRED = "hired"


class Position(StrEnum):
    """One directs the committee 主任, some may stand in 副主任 (Art. 8)."""

    CHAIR = "chair"
    VICE_CHAIR = "vice_chair"
    MEMBER = "member"


class EndReason(StrEnum):
    """Why an appointment ends: asked for, taken away for a breach of duty (Art. 15), or the term is over (Art. 9)."""

    OWN_REQUEST = "own_request"
    DISMISSED = "dismissed"
    TERM_ENDED = "term_ended"


@dataclass(frozen=True)
class Person:
    """Who is to be appointed. `birth_on` is looked at once and not kept; neither is the gender of a hired mediator."""

    appointment_id: UUID
    account_id: str
    name: str
    birth_on: date
    is_woman: bool | None = None
    position: Position | None = None


@dataclass(frozen=True)
class Committee:
    """A committee in its term; `term_ends_on` is the last day. `members`, `women`, `chairs`: of those still in it."""

    committee_id: UUID
    area: str
    formed_on: date
    term_ends_on: date
    ended_on: date | None = None
    members: int = 0
    women: int = 0
    chairs: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether it still is as Art. 8 asks; whoever has left since may have been the only woman."""
        return FEWEST <= self.members <= MOST and self.women > 0 and self.chairs == 1


@dataclass(frozen=True)
class Appointment:
    """Somebody who mediates for a committee. `account_id` is what a dispute calls its mediator."""

    appointment_id: UUID
    committee_id: UUID
    area: str
    account_id: str
    kind: Kind
    name: str
    since: date
    term_ends_on: date
    position: Position | None = None
    is_woman: bool | None = None
    ended_on: date | None = None
    end_reason: EndReason | None = None
    version: int = 1


class Formed(NamedTuple):
    """A committee, its members, and the facts that tell of them, each beside its subject."""

    committee: Committee
    members: list[Appointment]


def years_after(day: date, years: int) -> date:
    """The same day so many years on; its month's last where there is none (民法典 Art. 202): 29 February has 28."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def is_adult(birth_on: date, on: date) -> bool:
    """Of age from the eighteenth birthday on, that day included (民法典 Art. 17, 1259)."""
    return years_after(birth_on, ADULT_YEARS) <= on


def form(committee: Committee, persons: Sequence[Person], *, before: Committee | None, today: date) -> Formed:
    """Begin a committee's term. `before` is the one whose term it ends, if any. Raises InvalidInput, Conflict."""
    broken = [*_broken_term(committee, today), *_broken_membership(committee, persons)]
    if broken:
        raise InvalidInput(
            "; ".join(dict.fromkeys(field.detail for _, field in broken)),
            [field for _, field in broken],
            rule="; ".join(dict.fromkeys(article for article, _ in broken)),
        )
    if before is not None and before.formed_on >= committee.formed_on:
        raise Conflict(
            f"{committee.area} has a committee formed on {before.formed_on.isoformat()}; a later one follows it",
            rule=TERM,
        )
    members = [_appointed(person, committee, Kind.MEMBER, committee.formed_on) for person in persons]
    counted = replace(
        committee,
        members=len(members),
        women=sum(bool(person.is_woman) for person in persons),
        chairs=sum(person.position is Position.CHAIR for person in persons),
    )
    return Formed(counted, members)


def hire(committee: Committee, person: Person, *, today: date) -> Appointment:
    """One more mediator, hired by the committee (Art. 13). Raises WrongState, InvalidInput."""
    if committee.ended_on is not None or committee.term_ends_on < today:
        state = f"over since {(committee.ended_on or committee.term_ends_on).isoformat()}"
        raise WrongState(f"the term of the committee of {committee.area}", state, ("running",), rule=TERM)
    if not is_adult(person.birth_on, today):
        field = FieldError("/birth_on", _too_young(today))
        raise InvalidInput(field.detail, [field], rule=ADULTS)
    return _appointed(person, committee, Kind.HIRED, today)


def end(appointment: Appointment, *, reason: EndReason, on: date) -> Appointment:
    """The account is named for no more cases; those it has go on, or are given to a successor."""
    if appointment.ended_on is not None:
        thing = f"appointment {appointment.appointment_id}"
        raise WrongState(thing, f"ended since {appointment.ended_on.isoformat()}", ("current",), rule=MEDIATORS)
    return replace(appointment, ended_on=on, end_reason=reason, version=appointment.version + 1)


def not_a_mediator(area: str, pointer: str) -> InvalidInput:
    """The refusal of an account that is in no register of `area`; whose account it is, it does not tell."""
    detail = (
        f"this account is no current mediator of the committee of {area} or of one above it; "
        f"name one of GET /mediators?area={area}"
    )
    return InvalidInput(detail, [FieldError(pointer, detail)], rule=f"{MEDIATORS}, 14")


def fact_of_forming(committee: Committee) -> events.CommitteeFormed:
    return events.CommitteeFormed(
        committee_id=str(committee.committee_id),
        members=committee.members,
        women=committee.women,
        term_ends_on=committee.term_ends_on.isoformat(),
    )


def fact_of(appointment: Appointment) -> events.MediatorAppointed | events.MediatorEnded:
    kind = events.MediatorAppointed if appointment.ended_on is None else events.MediatorEnded
    return kind(committee_id=str(appointment.committee_id))


Broken = tuple[str, FieldError]
"""An article, and the field that breaks it."""


def _broken_term(committee: Committee, today: date) -> Iterator[Broken]:
    right = years_after(committee.formed_on, TERM_YEARS)
    if committee.formed_on > today:
        detail = f"formed_on {committee.formed_on.isoformat()} is yet to come; enter a committee once it is formed"
        yield TERM, FieldError("/formed_on", detail)
    elif right < today:
        detail = f"a term that began on {committee.formed_on.isoformat()} was over on {right.isoformat()}"
        yield TERM, FieldError("/formed_on", detail)
    if committee.term_ends_on != right:
        detail = f"a term is three years; the last day of this one is {right.isoformat()}"
        yield TERM, FieldError("/term_ends_on", detail)


def _broken_membership(committee: Committee, persons: Sequence[Person]) -> Iterator[Broken]:
    if not FEWEST <= len(persons) <= MOST:
        detail = f"a committee has {FEWEST} to {MOST} members, not {len(persons)}"
        yield SIZE, FieldError("/members", detail)
    if not any(person.is_woman for person in persons):
        yield SIZE, FieldError("/members", "a committee has a woman among its members; there is none")
    chairs = sum(person.position is Position.CHAIR for person in persons)
    if chairs != 1:
        yield SIZE, FieldError("/members", f"one member is the chair, not {chairs}")
    seen: set[str] = set()
    for number, person in enumerate(persons):
        if person.account_id in seen:
            yield SIZE, FieldError(f"/members/{number}/account_id", "a person is a member once")
        seen.add(person.account_id)
        if not is_adult(person.birth_on, committee.formed_on):
            yield ADULTS, FieldError(f"/members/{number}/birth_on", _too_young(committee.formed_on))


def _too_young(on: date) -> str:
    return f"a mediator is {ADULT_YEARS} or older on {on.isoformat()}"


def _appointed(person: Person, committee: Committee, kind: Kind, since: date) -> Appointment:
    return Appointment(
        appointment_id=person.appointment_id,
        committee_id=committee.committee_id,
        area=committee.area,
        account_id=person.account_id,
        kind=kind,
        name=person.name,
        since=since,
        term_ends_on=committee.term_ends_on,
        position=person.position,
        is_woman=person.is_woman,
    )
