"""The rules of party organisations: what may stand under what, and how far communities are covered (组织全覆盖)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis import areas
from chassis.errors import FieldError, InvalidInput
from services.members import events

KINDS = ("committee", "general_branch", "branch", "group")
"""党委, 党总支, 党支部, 党小组."""

PARENTS_OF: Mapping[str, tuple[str, ...]] = {
    "committee": ("committee",),
    "general_branch": ("committee",),
    "branch": ("committee", "general_branch"),
    "group": ("branch",),
}

COVERING = ("committee", "general_branch", "branch")
"""What makes a community covered, the highest first; a group is part of a branch and stands for none."""

MAX_NAME = 100


@dataclass(frozen=True)
class Organisation:
    """A party organisation; `area` is the division it stands in."""

    organisation_id: UUID
    name: str
    kind: str
    area: str
    parent_id: UUID | None
    version: int = 1


@dataclass(frozen=True)
class Coverage:
    """How many communities of an area have which organisation; each counts once, under the highest it has."""

    area: str
    communities: int
    committee: int
    general_branch: int
    branch: int
    none: int


def establish(organisation_id: UUID, *, name: str, kind: str, area: str, parent: Organisation | None) -> Organisation:
    """A new organisation. Raises InvalidInput when the parent is of a kind or a place that cannot lead it."""
    wrong = []
    if not name or len(name) > MAX_NAME or not name.isprintable():
        wrong.append(FieldError("/name", f"must be 1 to {MAX_NAME} printable characters"))
    if parent is None and kind == "group":
        wrong.append(FieldError("/parent_id", "a group is part of a branch; name the branch"))
    if parent is not None and parent.kind not in PARENTS_OF[kind]:
        right = " or ".join(PARENTS_OF[kind])
        wrong.append(FieldError("/parent_id", f"a {kind} stands under a {right}, not under a {parent.kind}"))
    if parent is not None and not areas.covers(parent.area, area):
        wrong.append(FieldError("/parent_id", f"its parent stands in {parent.area}, which does not hold {area}"))
    if wrong:
        raise InvalidInput(f"no {kind} can be established like this", wrong)
    return Organisation(organisation_id, name, kind, area, parent.organisation_id if parent else None)


def coverage(area: str, kinds_by_community: Mapping[str, Sequence[str]]) -> Coverage:
    """Count the communities of an area by the highest organisation each has: 10 + 39 + 49 = 98."""
    counts = dict.fromkeys((*COVERING, "none"), 0)
    for kinds in kinds_by_community.values():
        counts[next((kind for kind in COVERING if kind in kinds), "none")] += 1
    return Coverage(area=area, communities=len(kinds_by_community), **counts)


def fact(organisation: Organisation) -> events.OrganisationRegistered:
    return events.OrganisationRegistered(organisation.organisation_id, organisation.kind, organisation.parent_id)
