"""What is due, as the running service tells it: by the clock, and to who asks."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chassis.calendar import local_day
from tests.service.grievances.running import XINGHAI, Grievances
from tests.support.asking import Reply
from tests.support.waiting import wait_for

DISTRICT, STREET = "440305000000", "440305001000"
ORDER = {"instruction": "请社区三日内召集双方调解，并书面报街道。"}

LONG_AGO = """
UPDATE deadlines SET due_at = now() - interval '9 days', street_at = now() - interval '6 days',
    district_at = now() + interval '1 day', next_at = now() - interval '10 days'
WHERE thing_id = %s RETURNING deadline_id
"""


@pytest.fixture
def street(service: Grievances) -> str:
    return service.token("street-1", "street_officer", STREET)


@pytest.fixture
def district(service: Grievances) -> str:
    return service.token("district-1", "district_officer", DISTRICT)


@pytest.fixture
def missed(service: Grievances) -> str:
    """A dispute that nobody accepted in time; the street has it, told by the service's own timer."""
    dispute_id = str(service.file().json["dispute_id"])
    [(deadline_id,)] = service.rows(LONG_AGO, dispute_id)
    wait_for(lambda: len(facts(service, str(deadline_id))) == 3)
    return dispute_id


def facts(service: Grievances, deadline_id: str) -> list[Any]:
    found = service.rows("SELECT type FROM outbox WHERE subject = %s ORDER BY position", deadline_id)
    return [row.type for row in found]


def test_the_timer_tells_what_was_missed_and_brings_it_up(service: Grievances, missed: str, street: str) -> None:
    listed = service.ask("GET", f"/deadlines?thing_id={missed}", token=service.officer)
    overdue = service.ask("GET", f"/deadlines?area={XINGHAI}&overdue=true&limit=100", token=street)
    came = service.ask("GET", "/escalations?open=true&limit=100", token=street)

    [due] = listed.json["items"]
    assert (due["state"], due["level"], due["rule"]) == ("missed", "street", "dispute.acceptance")
    assert missed in [one["thing_id"] for one in overdue.json["items"]]
    assert missed in [one["thing_id"] for one in came.json["items"]]
    assert facts(service, due["deadline_id"]) == ["deadline.near", "deadline.missed", "deadline.escalated"]


def test_who_filed_is_shown_when_the_own_case_is_due_and_nobody_elses(service: Grievances, missed: str) -> None:
    neighbour = service.token("resident-2", "resident")

    own = service.ask("GET", f"/deadlines?thing_id={missed}", token=service.resident)

    assert [one["thing_id"] for one in own.json["items"]] == [missed]
    assert service.ask("GET", f"/deadlines?thing_id={missed}", token=neighbour).json["items"] == []
    assert service.ask("GET", "/deadlines", token=neighbour).status == 403


def escalation(service: Grievances, street: str, thing_id: str) -> str:
    came = service.ask("GET", "/escalations?limit=100", token=street).json["items"]
    return next(one["escalation_id"] for one in came if one["thing_id"] == thing_id)


def test_an_order_is_given_once_and_read_below(service: Grievances, missed: str, street: str) -> None:
    path = f"/escalations/{escalation(service, street, missed)}"

    given = service.ask("POST", f"{path}/instruction", ORDER, token=street)
    again = service.ask("POST", f"{path}/instruction", ORDER, token=street)
    read = service.ask("GET", path, token=service.officer)

    assert (given.status, again.status, read.status) == (201, 409, 200)
    assert (read.json["instruction"], read.json["answered_by"]) == (ORDER["instruction"], "street-1")


def test_an_order_repeated_under_its_key_is_kept_sealed_meanwhile(
    service: Grievances, missed: str, street: str
) -> None:
    path = f"/escalations/{escalation(service, street, missed)}/instruction"

    asked = {"token": street, "idempotency_key": "order-of-the-street"}
    given, again = (service.ask("POST", path, ORDER, **asked) for _ in range(2))

    assert (given.json, again.json["instruction"]) == (again.json, ORDER["instruction"])
    [kept] = service.rows("SELECT t::text FROM idempotency_keys AS t WHERE key = 'order-of-the-street'")
    assert ORDER["instruction"][:4] not in kept[0]


@pytest.mark.parametrize("who", ["resident", "officer", "mediator"])
def test_an_order_is_the_streets_to_give(service: Grievances, missed: str, street: str, who: str) -> None:
    path = f"/escalations/{escalation(service, street, missed)}/instruction"

    assert service.ask("POST", path, ORDER, token=getattr(service, who)).status == 403


def test_a_step_settles_what_came_up(service: Grievances, missed: str, street: str) -> None:
    version = service.ask("GET", f"/disputes/{missed}", token=street).headers["etag"]

    service.ask("POST", f"/disputes/{missed}/accept", token=street, if_match=version)

    settled = service.ask("GET", f"/escalations/{escalation(service, street, missed)}", token=street)
    assert settled.json["settled_at"] is not None


def set_rule(service: Grievances, token: str, rule: str, if_match: str | None = '"1"', **changes: Any) -> Reply:
    rules = service.ask("GET", "/deadline-rules", token=token).json["rules"]
    now = next(one for one in rules if one["rule"] == rule)
    body = {name: now[name] for name in ("amount", "near_hours", "street_after_days", "district_after_days")} | changes
    given = {"if_match": if_match} if if_match else {}
    return service.ask("PUT", f"/deadline-rules/{rule}", body, token=token, **given)


def test_the_district_sets_a_rule_for_what_begins_afterwards(service: Grievances, district: str) -> None:
    before = service.file()

    changed = set_rule(service, district, "dispute.acceptance", amount=6)
    after = service.file()

    assert (changed.status, changed.json["amount"], changed.headers["etag"]) == (200, 6, '"2"')
    amounts = [
        service.rows("SELECT amount FROM deadlines WHERE thing_id = %s", filed.json["dispute_id"])[0].amount
        for filed in (before, after)
    ]
    assert amounts == [5, 6]
    assert set_rule(service, district, "dispute.acceptance").status == 412
    assert set_rule(service, district, "dispute.acceptance", if_match=None).status == 428


def test_a_term_above_the_laws_is_refused_with_its_article(service: Grievances, district: str) -> None:
    refused = set_rule(service, district, "referral.sorting", amount=16)

    assert refused.status == 422
    assert refused.json["rule"] == "信访工作条例 Art. 22"
    assert "allows at most 15 days" in refused.json["detail"]


def test_a_street_sets_no_rule(service: Grievances, street: str) -> None:
    assert set_rule(service, street, "dispute.acceptance").status == 403


def test_the_holiday_table_is_shown_by_year(service: Grievances) -> None:
    year = service.ask("GET", "/holidays?year=2026", token=service.resident)

    assert (year.status, year.json["year"], len(year.json["days"])) == (200, 2026, 25)
    assert year.json["days"][0] == {"day": "2026-01-01", "kind": "off", "name": "元旦"}
    assert service.ask("GET", "/holidays?year=2031", token=service.resident).status == 404
    assert service.ask("GET", "/holidays", token=service.resident).status == 422


def test_the_service_warns_when_the_holiday_table_ends_soon(service: Grievances) -> None:
    """The table ends with 2026, and the notice of 2027 is not in it."""
    left = (date(2026, 12, 31) - local_day(datetime.now(UTC))).days

    metrics = service.ask("GET", "/metrics", token=None).text

    assert f"linli_holiday_table_days_left {float(left)}" in metrics
    said = [line for line in service.process.said().splitlines() if "the holiday table ends in" in line]
    assert len(said) == 1
    assert "linli import holidays FILE.csv" in said[0]
