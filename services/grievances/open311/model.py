"""How a dispute reads as a service request of Open311, and which ones a client may ask for at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chassis.calendar import SHANGHAI
from chassis.errors import FieldError, InvalidInput
from services.grievances.following.model import LEVELS, Standing
from services.grievances.joint.model import Decision

SPAN = timedelta(days=90)
"""The most that one look at the list spans."""


def instant(field: str, text: str | None) -> datetime | None:
    """A time in the standard's format. The + of an offset is a space where a client has not escaped it."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise wrong(field, "must be a time with its offset, for example 2026-03-01T00:00:00+08:00")
    return found


def span(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The range asked for: at most 90 days, the last ones where nothing is said. Raises InvalidInput."""
    try:
        if since is None:
            until = until or now
            since = until - SPAN
        until = until or since + SPAN
    except OverflowError as error:
        raise wrong("start_date", "and end_date must be days that disputes can be of") from error
    if not timedelta(0) <= until - since <= SPAN:
        raise wrong("end_date", f"must lie after start_date, by at most {SPAN.days} days")
    return since, until


@dataclass(frozen=True)
class Asked:
    """Which service requests are asked for; `numbers` override all the rest. `is_closed` is None for both."""

    numbers: tuple[str, ...] | None
    services: tuple[str, ...] | None
    is_closed: bool | None
    since: datetime | None
    until: datetime | None
    page: int
    page_size: int


def closed_alone(statuses: Collection[str]) -> bool | None:
    """Whether only closed ones (True), only open ones (False) or both are asked for. Raises InvalidInput."""
    if not set(statuses) <= {"open", "closed"}:
        raise wrong("status", "must be open, closed, or both with a comma")
    return None if len(set(statuses)) != 1 else "closed" in statuses


@dataclass(frozen=True)
class ServiceRequest:
    """A dispute as Open311 shows it: without anybody's name. `description` only for whoever filed it.

    `division` is the name of the division that has to act, `due_at` when it is in time at the latest.
    """

    dispute_id: UUID
    service_request_id: str
    service_code: str
    service_name: str
    address_id: str
    address: str | None
    requested_at: datetime
    changed_at: datetime
    due_at: datetime | None
    standing: Standing
    division: str | None
    is_confirmed: bool
    description: str | None = None
    decision: Decision | None = None
    service_notice: None = None
    zipcode: None = None
    lat: None = None
    long: None = None
    media_url: None = None

    @property
    def status(self) -> str:
        return "open" if self.standing.in_charge else "closed"

    @property
    def agency_responsible(self) -> str | None:
        """The division and its level, never a person: 星海名城（社区）."""
        level = self.standing.in_charge
        return level and (f"{self.division}（{LEVELS[level]}）" if self.division else LEVELS[level])

    @property
    def status_notes(self) -> str:
        """How it stands, why, and what stays open: the other routes, or the way to appeal."""
        standing = self.standing
        text = f"{standing.state_zh}：{standing.reason_zh}" if standing.reason_zh else standing.state_zh
        if standing.other_routes_zh:
            text += f"；仍可通过{'、'.join(standing.other_routes_zh)}解决（人民调解法第三条、第二十六条）"
        if self.decision is not None:
            text += f"；{_appeal(self.decision)}"
        if standing.state == "resolved" and not self.is_confirmed:
            text += "；待申请人确认"
        return text

    @property
    def requested_datetime(self) -> str:
        return w3(self.requested_at)

    @property
    def updated_datetime(self) -> str:
        return w3(self.changed_at)

    @property
    def expected_datetime(self) -> str | None:
        return w3(self.due_at) if self.due_at else None


def _appeal(decision: Decision) -> str:
    route = decision.appeal_route
    return (
        f"{decision.document_number}（{decision.decided_on.isoformat()}）：{decision.decision}；"
        f"不服的，{decision.appeal_until.isoformat()} 前可向{route.body}提出：{route.how}"
    )


def w3(instant: datetime) -> str:
    """As the standard wants it, with the offset of Shanghai: 2026-03-06T09:00:00+08:00."""
    return instant.astimezone(SHANGHAI).isoformat(timespec="seconds")


def wrong(field: str, detail: str) -> InvalidInput:
    """The refusal of one field, by the name that the client has for it."""
    return InvalidInput(f"{field} {detail}", [FieldError(f"/{field}", detail)])
