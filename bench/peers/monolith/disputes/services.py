"""What can be done with a dispute; each inside the caller's transaction, the dispute's row locked."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from rest_framework.exceptions import APIException, ValidationError

from bench.peers.monolith.disputes.models import (
    Account,
    Appointment,
    CaseSerial,
    Dispute,
    FiguresOfDay,
    Leader,
    Notice,
    Party,
    State,
)
from bench.peers.monolith.disputes.sealing import blind_index

LIFE_CYCLE = {
    "accept": ({State.REGISTERED}, State.ACCEPTED),
    "assign": ({State.ACCEPTED, State.ASSIGNED}, State.ASSIGNED),
    "sessions": ({State.ASSIGNED, State.MEDIATING}, State.MEDIATING),
    "resolve": ({State.MEDIATING}, State.RESOLVED),
}
"""Step → the states that allow it, the state after it."""

DUE_DAYS = {State.REGISTERED: 3, State.ACCEPTED: 7, State.ASSIGNED: 30, State.MEDIATING: 30}


class WrongState(APIException):
    status_code = 409
    default_code = "wrong_state"


def register(told: dict[str, Any], account: Account, now: datetime) -> Dispute:
    """The case number's row stays locked until the commit, so numbers have no gaps."""
    applicant, respondent = told.pop("applicant"), told.pop("respondent")
    year = timezone.localdate(now).year
    serial, _ = CaseSerial.objects.select_for_update().get_or_create(area=told["area"], year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    dispute = Dispute.objects.create(
        case_number=f"{serial.area_id}-{year}-{serial.last:04d}",
        filed_by=account,
        registered_at=now,
        due_at=_due_at(State.REGISTERED, now),
        **told,
    )
    Party.objects.bulk_create(
        [
            _party(dispute, side="applicant", kind="person", account=account, **applicant),
            _party(dispute, side="respondent", **respondent),
        ]
    )
    count(dispute, now, "registered")
    return dispute


def take_step(dispute: Dispute, step: str, now: datetime) -> None:
    """Move a locked dispute on; its caller saves it. Raises WrongState."""
    allowed, after = LIFE_CYCLE[step]
    if dispute.state not in allowed:
        raise WrongState(f"{dispute.case_number} is {dispute.state}; {step} needs {', '.join(sorted(allowed))}")
    dispute.state = after
    dispute.version += 1
    dispute.due_at = _due_at(after, now)


def name_mediator(dispute: Dispute, mediator: Account) -> None:
    """One of the community's register who has no part in the dispute (人民调解法 Art. 13, 14)."""
    current = Appointment.objects.filter(
        account=mediator, area_id=dispute.area_id, ended_on=None, term_ends_on__gte=timezone.localdate()
    )
    if not current.exists():
        raise ValidationError({"mediator_id": f"no current mediator of {dispute.area_id}"})
    if dispute.parties.filter(account=mediator).exists():
        raise ValidationError({"mediator_id": "has a part in the dispute"})
    dispute.mediator = mediator


def check_both_met(dispute: Dispute) -> None:
    """Only what both sides met over can be agreed on (人民调解法 Art. 28)."""
    if not dispute.sessions.filter(attended__contains=["applicant", "respondent"]).exists():
        raise WrongState(f"no session of {dispute.case_number} was attended by both sides")


def count(dispute: Dispute, now: datetime, figure: str, days: int = 0) -> None:
    """Add one to the figure of the community's day."""
    of_day, _ = FiguresOfDay.objects.get_or_create(area_id=dispute.area_id, day=timezone.localdate(now))
    added = {figure: F(figure) + 1} | ({"days_to_resolve": F("days_to_resolve") + days} if days else {})
    FiguresOfDay.objects.filter(pk=of_day.pk).update(**added)


def notify_leaders(dispute: Dispute, now: datetime) -> None:
    """Tell the current holders of the four levels of the dispute's place."""
    if dispute.grid_unit is None:
        return
    leaders = Leader.objects.filter(grid_unit_id__in=dispute.grid_unit.path, until=None).select_related("grid_unit")
    Notice.objects.bulk_create(
        Notice(
            dispute=dispute,
            level=leader.level,
            recipient_id=leader.account_id,
            category=dispute.category,
            place=leader.grid_unit.label,
            created_at=now,
        )
        for leader in leaders
    )


def _party(dispute: Dispute, **told: Any) -> Party:
    return Party(dispute=dispute, phone_index=blind_index(told["phone"]), **told)


def _due_at(state: str, now: datetime) -> datetime | None:
    return now + timedelta(days=DUE_DAYS[state]) if state in DUE_DAYS else None
