"""The official list and the organisations over HTTP."""

import pytest

from chassis.identity import ROLES
from tests.service.members.running import DISTRICT, ELSEWHERE, HERE, Members, officer

RESIDENT = officer(HERE, "resident")


def test_a_whole_district_comes_in_one_page_or_in_several(members: Members) -> None:
    whole = members.ask("GET", "/divisions?limit=1000", grant=RESIDENT).json
    first = members.ask("GET", "/divisions?limit=70", grant=RESIDENT).json
    second = members.ask("GET", f"/divisions?limit=70&cursor={first['next']}", grant=RESIDENT).json

    assert (len(whole["items"]), whole["next"]) == (118, None)
    assert first["items"] + second["items"] == whole["items"]
    assert second["next"] is None


def test_the_streets_lie_in_the_district(members: Members) -> None:
    streets = members.ask("GET", f"/divisions?parent={DISTRICT}", grant=RESIDENT).json["items"]

    assert len(streets) == 9
    assert {street["level"] for street in streets} == {"street"}


def test_one_division_is_read_by_its_code(members: Members) -> None:
    reply = members.ask("GET", f"/divisions/{HERE}", grant=RESIDENT)

    assert reply.json == {
        "code": HERE,
        "name": "星海名城社区居委会",
        "level": "community",
        "parent_code": "440305001000",
        "version": 1,
    }
    assert reply.headers["ETag"] == '"1"'


@pytest.mark.parametrize("code", ["440304000000", "44030", "x", "%00"])
def test_an_unknown_division_is_not_found(members: Members, code: str) -> None:
    assert members.ask("GET", f"/divisions/{code}", grant=RESIDENT).status == 404


def test_a_division_was_not_known_before_it_was_loaded(members: Members) -> None:
    assert members.ask("GET", f"/divisions/{HERE}?on=2001-01-01", grant=RESIDENT).status == 404


@pytest.mark.parametrize("role", sorted(ROLES))
def test_whoever_is_signed_in_reads_the_official_list(members: Members, role: str) -> None:
    """The hotline files in a community, a department's matters lie in one: both need its name."""
    assert members.ask("GET", f"/divisions/{HERE}", grant=officer(DISTRICT, role)).status == 200


def test_without_a_token_nothing_is_told(members: Members) -> None:
    assert members.ask("GET", "/divisions", grant=None).status == 401


def test_an_organisation_is_registered_read_and_counted(members: Members) -> None:
    before = members.ask("GET", f"/organisations/coverage/{DISTRICT}", grant=RESIDENT).json

    body = {"name": "星海名城社区党总支", "kind": "general_branch", "area": HERE}
    made = members.ask("POST", "/organisations", body, grant=officer())

    assert made.status == 201
    assert members.ask("GET", made.headers["Location"], grant=RESIDENT).json == made.json
    after = members.ask("GET", f"/organisations/coverage/{DISTRICT}", grant=RESIDENT).json
    assert after["communities"] == 108
    assert (after["general_branch"] - before["general_branch"], after["none"] - before["none"]) == (1, -1)


def test_an_organisation_elsewhere_is_not_ones_to_register(members: Members) -> None:
    body = {"name": "海月社区党委", "kind": "committee", "area": ELSEWHERE}

    assert members.ask("POST", "/organisations", body, grant=officer()).status == 403
    assert members.ask("POST", "/organisations", body, grant=RESIDENT).status == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "club"}, "/kind"),
        ({"name": ""}, "/name"),
        ({"name": "\n"}, "/name"),
        ({"area": "4403"}, "/area"),
        ({"area": "440305001099"}, "/area"),
        ({"parent_id": "01936f00-0000-7000-8000-000000000001"}, "/parent_id"),
        ({"kind": "group"}, "/parent_id"),
        ({"leader": "王小明"}, "/leader"),
    ],
)
def test_a_broken_field_is_named(members: Members, change: dict[str, str], pointer: str) -> None:
    body = {"name": "第二支部", "kind": "branch", "area": HERE, **change}

    reply = members.ask("POST", "/organisations", body, grant=officer(DISTRICT, "district_officer"))

    assert reply.status == 422
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]
