"""Who is signed in, as their own token says. The portal does not judge tokens: every service it asks does."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chassis import areas

MAX_TOKEN_BYTES = 8 * 1024


class NoToken(ValueError):
    """The text is no token at all, or one without a person or an end."""


@dataclass(frozen=True)
class Person:
    """`scope`, each grant's role, area and place in the grid, is the same for people who see the same; it may be
    believed once a service has accepted the token."""

    token: str = field(repr=False)
    actor_id: str
    scope: tuple[tuple[str, str, str], ...]
    expires_at: datetime

    def covers(self, code: str) -> bool:
        """Whether one of the person's roles lies in this division or in one that holds it; one that is bound to a part
        of a grid opens no division, as `statistics` has it."""
        return any(areas.covers(area, code) for _, area, grid_path in self.scope if not grid_path)

    def district(self) -> str | None:
        """The district of the person's first role."""
        return areas.ancestors(self.scope[0][1])[-1] if self.scope else None


def read_token(token: str) -> Person:
    """Read what a token says of its bearer, without checking its signature. Raises NoToken."""
    token = token.strip()
    if not 0 < len(token) <= MAX_TOKEN_BYTES or not token.isascii():
        raise NoToken
    try:
        _, payload, _ = token.split(".")
        claims: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        scope = tuple(sorted(_grant(claim) for claim in claims.get("roles") or ()))
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        actor_id = str(claims["sub"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError, RecursionError) as error:
        raise NoToken from error
    if not all(areas.is_code(area) for _, area, _ in scope):
        raise NoToken
    return Person(token, actor_id, scope, expires_at)


def _grant(claim: Any) -> tuple[str, str, str]:
    return str(claim["role"]), str(claim["area"]), str(claim.get("grid", ""))
