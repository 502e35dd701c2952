"""A person or program and its grants: a role in a division, or in a part of one community's grid. Denied by default."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from chassis import areas
from chassis.errors import NotAllowed

ROLES = frozenset(
    {
        "resident",
        "grid_leader",
        "mediator",
        "community_officer",
        "street_officer",
        "district_officer",
        "hotline",
        "department_officer",
        "operator",
        "auditor",
        "recorder",
    }
)
"""居民, 网格负责人, 调解员, 社区 / 街道 / 区工作人员, 12345 热线话务员, 部门工作人员, 运维, 审计;
`recorder` for programs.

`recorder` brings data in; `hotline` files what callers of the 12345 line say, and follows it for them;
`department_officer` sees by office no area, only what was referred to the department that the account acts for.
"""

MAX_GRANTS = 200

_ROLE = re.compile(r"[a-z][a-z_]{0,39}")
_GRID_PATH = re.compile(r"(/[0-9A-Za-z-]{1,64}){1,16}/?")


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a 12-digit division and all that lies in it; with a grid path, only in that part of the grid."""

    role: str
    area: str
    grid_path: str = ""

    def __post_init__(self) -> None:
        if _ROLE.fullmatch(self.role) is None:
            raise ValueError("a role is a lower-case word, for example mediator")
        if not areas.is_code(self.area):
            raise ValueError("a grant's area is a 12-digit division code, for example 440305001012")
        if self.grid_path and _GRID_PATH.fullmatch(self.grid_path) is None:
            raise ValueError("a grid path looks like /<id>/<id>, from the community's own unit downwards")

    def reaches(self, area: str, grid_path: str = "") -> bool:
        """Whether it covers what lies in this division, at this place of the grid when the grant is bound to one."""
        if not areas.covers(self.area, area):
            return False
        own = self.grid_path.rstrip("/")
        return not own or grid_path == own or grid_path.startswith(f"{own}/")

    def as_claim(self) -> dict[str, str]:
        claim = {"role": self.role, "area": self.area}
        return {**claim, "grid": self.grid_path} if self.grid_path else claim


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the token's `sub` and its grants."""

    actor_id: str
    grants: tuple[Grant, ...]

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of these roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def require(self, roles: Collection[str], *, area: str, grid_path: str = "") -> None:
        """Raise NotAllowed unless one of these roles reaches this division and place of the grid.

        A grant bound to a part of the grid never reaches a thing whose place in the grid is not given.
        """
        if not any(grant.role in roles and grant.reaches(area, grid_path) for grant in self.grants):
            place = f"{area}, grid {grid_path}" if grid_path else area
            raise NotAllowed(
                f"this needs one of the roles {', '.join(sorted(roles))} in {place} or in a division that holds it"
            )

    def areas(self, roles: Collection[str]) -> tuple[str, ...]:
        """The division-code prefixes in which one of these roles is held, each once; for row security."""
        return tuple(dict.fromkeys(areas.prefix(grant.area) for grant in self.grants if grant.role in roles))


ANONYMOUS = Actor("anonymous", ())
"""Who asks where no token is needed."""

RESERVED = frozenset({ANONYMOUS.actor_id, "system"})
"""Ids of no person: who asks without a token, and our own timers and commands (`chassis.database.SYSTEM`). No token
speaks for one, and nothing is said of one as of an account: what is hidden from it would be hidden from the timers.
"""


def grants_from_claim(claim: Any) -> tuple[Grant, ...]:
    """Read the claim `roles`. Raises ValueError on any other shape: a grant misread could be a wider one."""
    if claim is None:
        return ()
    if not isinstance(claim, list) or len(claim) > MAX_GRANTS:
        raise ValueError(f"the claim `roles` is a list of at most {MAX_GRANTS}")
    return tuple(_grant(entry) for entry in claim)


def _grant(entry: Any) -> Grant:
    if not isinstance(entry, Mapping) or not {"role", "area"} <= entry.keys() <= {"role", "area", "grid"}:
        raise ValueError("an entry of `roles` holds role, area and perhaps grid")
    if not all(isinstance(value, str) for value in entry.values()):
        raise ValueError("role, area and grid are texts")
    return Grant(entry["role"], entry["area"], entry.get("grid", ""))
