"""The facts `members` tells the others: ids, areas, kinds and numbers, never a person's name or phone."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True)
class DivisionRegistered:
    """A division exists under this name; told again, one version up, when its name has changed. Subject: its code."""

    type: ClassVar[str] = "division.registered"
    for_others: ClassVar[bool] = False

    code: str
    name: str
    level: str
    parent_code: str | None


@dataclass(frozen=True)
class GridUnitRegistered:
    """A place of the grid exists. `path` leads from the community's own unit down to this one; no label is told."""

    type: ClassVar[str] = "grid_unit.registered"
    for_others: ClassVar[bool] = False

    grid_unit_id: UUID
    kind: str
    parent_id: UUID | None
    path: str


@dataclass(frozen=True)
class TenureStarted:
    """Someone answers for this unit at this level from now on; who, only the service itself knows."""

    type: ClassVar[str] = "tenure.started"
    for_others: ClassVar[bool] = True

    tenure_id: UUID
    grid_unit_id: UUID
    level: str


@dataclass(frozen=True)
class TenureEnded:
    """A holder answers no longer, by handover or by leaving."""

    type: ClassVar[str] = "tenure.ended"
    for_others: ClassVar[bool] = True

    tenure_id: UUID
    grid_unit_id: UUID
    level: str


@dataclass(frozen=True)
class OrganisationRegistered:
    """A party organisation stands in the division that is the event's area."""

    type: ClassVar[str] = "organisation.registered"
    for_others: ClassVar[bool] = True

    organisation_id: UUID
    kind: str
    parent_id: UUID | None


@dataclass(frozen=True)
class LeadersNotified:
    """The leaders of a dispute's place have a notice of its resolution. Subject: the dispute.

    `levels` are those that were told, from household to community; one that is missing had no holder, or the dispute
    named no place below its community.
    """

    type: ClassVar[str] = "leaders.notified"
    for_others: ClassVar[bool] = True

    dispute_id: UUID
    levels: tuple[str, ...]
    count: int


PUBLISHED = (
    DivisionRegistered,
    GridUnitRegistered,
    TenureStarted,
    TenureEnded,
    OrganisationRegistered,
    LeadersNotified,
)

_COMMUNITY_UNIT = UUID("01936f00-0000-7000-8000-000000000001")
_COMPOUND = UUID("01936f00-0000-7000-8000-000000000002")
_TENURE = UUID("01936f00-0000-7000-8000-000000000003")

SAMPLES = (
    DivisionRegistered(code="440305000000", name="南山区", level="district", parent_code=None),
    GridUnitRegistered(
        grid_unit_id=_COMPOUND, kind="compound", parent_id=_COMMUNITY_UNIT, path=f"/{_COMMUNITY_UNIT}/{_COMPOUND}"
    ),
    TenureStarted(tenure_id=_TENURE, grid_unit_id=_COMPOUND, level="compound"),
    TenureEnded(tenure_id=_TENURE, grid_unit_id=_COMPOUND, level="compound"),
    OrganisationRegistered(
        organisation_id=UUID("01936f00-0000-7000-8000-000000000004"), kind="general_branch", parent_id=None
    ),
    LeadersNotified(
        dispute_id=UUID("01936f00-0000-7000-8000-000000000005"),
        levels=("household", "building", "compound", "community"),
        count=4,
    ),
)
