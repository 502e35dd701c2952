import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.portal.person import NoToken, read_token

CLAIMS: dict[str, Any] = {
    "sub": "officer-1",
    "exp": 1_800_000_000,
    "roles": [{"role": "street_officer", "area": "440305001000"}],
}


def token(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.c2ln"


def test_a_token_says_who_where_and_until_when() -> None:
    person = read_token(f"  {token(CLAIMS)}\n")

    assert person.actor_id == "officer-1"
    assert person.scope == (("street_officer", "440305001000", ""),)
    assert person.expires_at == datetime.fromtimestamp(1_800_000_000, UTC)
    assert person.district() == "440305000000"


def test_the_order_of_roles_makes_no_other_scope() -> None:
    one, other = {"role": "mediator", "area": "440305001012"}, {"role": "mediator", "area": "440305006011"}

    assert read_token(token({**CLAIMS, "roles": [one, other]})).scope == (
        read_token(token({**CLAIMS, "roles": [other, one]})).scope
    )


def test_a_person_covers_what_lies_in_their_areas() -> None:
    person = read_token(token(CLAIMS))

    assert person.covers("440305001012")
    assert not person.covers("440305006011")
    assert not person.covers("440305000000")


def test_a_role_bound_to_a_part_of_a_grid_opens_no_division() -> None:
    bound = {"role": "grid_leader", "area": "440305001012", "grid": "/01936f00-0000-7000-8000-00000000000a"}
    whole = {"role": "grid_leader", "area": "440305001012"}

    leader, officer = (read_token(token({**CLAIMS, "roles": [role]})) for role in (bound, whole))

    assert officer.covers("440305001012")
    assert not leader.covers("440305001012")
    assert leader.district() == "440305000000"
    assert leader.scope != officer.scope, "the one must never be sent what was read for the other"


def test_a_person_without_roles_has_no_district() -> None:
    assert read_token(token({"sub": "nobody", "exp": 1_800_000_000})).district() is None


def test_a_token_is_not_shown_where_a_person_is() -> None:
    assert token(CLAIMS) not in repr(read_token(token(CLAIMS)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "not a token",
        "a.b",
        "a.%%%.c",
        "a.bm90IGpzb24.c",
        token([]),
        token("text"),
        token({**CLAIMS, "exp": None}),
        token({**CLAIMS, "exp": 10**30}),
        token({"exp": 1_800_000_000}),
        token({**CLAIMS, "roles": ["mediator"]}),
        token({**CLAIMS, "roles": 5}),
        token({**CLAIMS, "roles": [{"role": "mediator", "area": "44"}]}),
        token(CLAIMS) + "é",
        token({**CLAIMS, "sub": "x" * 9000}),
    ],
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(NoToken):
        read_token(text)
