"""What a leader is told of a dispute: that it is settled, of which category it was and where; never whose it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.members import events
from services.members.grid.model import GridUnit
from services.members.tenures.model import Tenure

RESOLVED = "dispute.resolved"

UPPER_LEVELS = ("compound", "community")
DOWN_TO_BUILDINGS = ("community", "compound", "building")


@dataclass(frozen=True)
class Resolution:
    """A dispute's resolution as `grievances` told it. `grid_unit_id` is None when the dispute names no place."""

    event_id: UUID
    dispute_id: UUID
    category: str
    area: str
    grid_unit_id: UUID | None
    occurred_at: datetime


@dataclass(frozen=True)
class Notice:
    """One leader's notice at one level of the four.

    `place` are labels, from the community down to `grid_unit_id`, which is None when the dispute names no place.
    """

    notice_id: UUID
    event_id: UUID
    level: str
    recipient_id: str
    kind: str
    dispute_id: UUID
    category: str
    area: str
    grid_unit_id: UUID | None
    place: str
    occurred_at: datetime
    created_at: datetime
    read_at: datetime | None = None


def write(
    resolution: Resolution,
    leaders: Mapping[str, Tenure],
    units: Sequence[GridUnit],
    *,
    notice_ids: Sequence[UUID],
    now: datetime,
) -> list[Notice]:
    """One notice for each level that is held.

    A person who holds two levels gets two: each level answers for something else (household, building, compound,
    community), and a handover of one must not take the other's notice along. Each is told the place as closely as it
    answers for it: a compound's or community's leader not beyond the building, as a door tells whose it was.
    """
    shown = {level: _shown(units, level) for level in leaders}
    return [
        Notice(
            notice_id=notice_id,
            event_id=resolution.event_id,
            level=level,
            recipient_id=tenure.holder.holder_id,
            kind=RESOLVED,
            dispute_id=resolution.dispute_id,
            category=resolution.category,
            area=resolution.area,
            grid_unit_id=_id_of_place(shown[level], resolution),
            place=" ".join(unit.label for unit in shown[level]),
            occurred_at=resolution.occurred_at,
            created_at=now,
        )
        for notice_id, (level, tenure) in zip(notice_ids, leaders.items(), strict=True)
    ]


def _shown(units: Sequence[GridUnit], level: str) -> list[GridUnit]:
    """Of a place's units, those that a leader of this level is told (PIPL Art. 6: least data)."""
    return [unit for unit in units if level not in UPPER_LEVELS or unit.kind in DOWN_TO_BUILDINGS]


def _id_of_place(shown: Sequence[GridUnit], resolution: Resolution) -> UUID | None:
    """The closest unit shown; none where the dispute names no place."""
    return shown[-1].grid_unit_id if shown and resolution.grid_unit_id else None


def fact(resolution: Resolution, notices: Sequence[Notice]) -> events.LeadersNotified:
    levels = tuple(notice.level for notice in notices)
    return events.LeadersNotified(resolution.dispute_id, levels, len(notices))
