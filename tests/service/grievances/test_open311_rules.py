"""What stays true however a dispute came in: who sees what, what is kept, what a key may do."""

from uuid import uuid4

import pytest

from tests.service.grievances.open311_client import FILING, Client, secret_in
from tests.service.grievances.running import HAIYUE, XINGHAI, Grievances

NAMES = ("王小明", "13800138000", "resident-1", "officer-1")


@pytest.fixture
def resident(service: Grievances) -> Client:
    return Client(service, "json", service.resident)


def of(service: Grievances, token: str) -> Client:
    return Client(service, "json", token)


def numbers(client: Client, **asked: str) -> list[str]:
    return [one["service_request_id"] for one in client.read(client.get("requests", **asked))]


def row(service: Grievances, number: str, columns: str) -> tuple[object, ...]:
    area, year, serial = number.split("-")
    sql = f"SELECT {columns} FROM disputes WHERE area = %s AND case_year = %s AND serial = %s"
    return tuple(service.rows(sql, area, int(year), int(serial))[0])


def test_a_filing_is_a_dispute_like_any_other(resident: Client) -> None:
    number = resident.filed()["service_request_id"]

    read = resident.service.ask("GET", "/disputes?own=true&limit=1", token=resident.key).json["items"][0]

    assert read["case_number"] == number
    assert (read["channel"], read["basis"], read["ticket_kind"]) == ("open311", "application", None)
    assert (read["relation"], read["category"], read["respondent_body"]) == (
        "owner_property",
        "repair",
        "property_office",
    )


def test_a_resident_files_in_the_own_community_alone(resident: Client) -> None:
    errors = resident.read(resident.post({**FILING, "address_id": HAIYUE}), 403)

    assert errors[0]["description"].startswith("没有权限")


def test_the_hotline_files_tickets(service: Grievances) -> None:
    """12345 (c): what kind a ticket is decides by when it is due."""
    hotline = of(service, service.token("hotline-1", "hotline", "440305000000"))

    ordinary = hotline.filed()["service_request_id"]
    complex_ = hotline.filed(**{"attribute[ticket_kind]": "complex"})["service_request_id"]

    assert row(service, ordinary, "channel, ticket_kind") == ("hotline", "ordinary")
    assert row(service, complex_, "channel, ticket_kind") == ("hotline", "complex")
    due = {one["service_request_id"]: one["expected_datetime"] for one in hotline.read(hotline.get("requests"))}
    assert due[complex_] > due[ordinary]


def test_the_list_holds_what_the_caller_may_see(service: Grievances, resident: Client) -> None:
    """ADR 12: single cases are for who filed them and for those who work there."""
    mine = resident.filed()["service_request_id"]
    neighbour = of(service, service.token("resident-2", "resident"))
    elsewhere = of(service, service.token("officer-9", "community_officer", HAIYUE))
    theirs = neighbour.filed()["service_request_id"]

    assert mine in numbers(resident)
    assert theirs not in numbers(resident)
    assert {mine, theirs} <= set(numbers(of(service, service.officer)))
    assert {mine, theirs} <= set(numbers(of(service, service.district)))
    assert not {mine, theirs} & set(numbers(elsewhere))
    assert numbers(neighbour, service_request_id=f"{mine},{theirs},nonsense") == [theirs]


def test_what_a_caller_may_not_see_is_not_there(service: Grievances, resident: Client) -> None:
    number = resident.filed()["service_request_id"]
    neighbour = of(service, service.token("resident-2", "resident"))

    unseen, nobodys = neighbour.get(f"requests/{number}"), neighbour.get(f"requests/{XINGHAI}-2026-9999")

    assert (unseen.status, unseen.body) == (404, nobodys.body)


def test_the_body_complained_of_does_not_see_it(service: Grievances, resident: Client) -> None:
    """信访工作条例 Art. 30, 46: the workstation's own officer, by no way."""
    number = resident.filed(**{"attribute[respondent_body]": "workstation"})["service_request_id"]
    officer = of(service, service.officer)

    assert number not in numbers(officer)
    assert officer.get(f"requests/{number}").status == 404
    assert number in numbers(of(service, service.district))


@pytest.mark.parametrize("by", ["officer", "district"])
def test_nobodys_name_or_words_are_shown_to_who_works_there(service: Grievances, resident: Client, by: str) -> None:
    number = resident.filed()["service_request_id"]
    worker = of(service, getattr(service, by))

    one, many = worker.get(f"requests/{number}"), worker.get("requests")

    assert worker.read(one)[0]["description"] is None
    assert not [name for name in (*NAMES, "漏水三个月") if name in one.text + many.text]


def test_who_filed_reads_what_was_told_and_that_is_audited(service: Grievances, resident: Client) -> None:
    number = resident.filed(address_string="星海名城3栋502")["service_request_id"]
    [dispute_id] = row(service, number, "dispute_id::text")

    [found] = resident.read(resident.get(f"requests/{number}"))

    assert found["description"].endswith("地址：星海名城3栋502")
    audited = "SELECT FROM audit_pending AS t WHERE t::text LIKE %s AND t::text LIKE '%%own filing%%'"
    assert service.rows(audited, f"%{dispute_id}%")


def test_a_list_is_narrowed(service: Grievances) -> None:
    caller = of(service, service.token("resident-of-the-list", "resident"))
    noise, repair = (caller.filed(service_code=code)["service_request_id"] for code in ("noise", "repair"))
    taken_back = caller.filed(service_code="waste")
    service.ask(
        "POST",
        f"/follow/{taken_back['service_request_id']}/withdrawal",
        token=None,
        case_secret=secret_in(taken_back["service_notice"]),
    )
    closed = taken_back["service_request_id"]

    assert numbers(caller) == [closed, repair, noise]
    assert numbers(caller, service_code="noise, waste") == [closed, noise]
    assert numbers(caller, status="open") == [repair, noise]
    assert numbers(caller, status="closed") == [closed]
    assert numbers(caller, status="open,closed", page_size="2", page="2") == [noise]
    assert numbers(caller, start_date="2020-01-01T00:00:00+08:00") == []
    [found] = caller.read(caller.get("requests", status="closed"))
    assert found["status_notes"].startswith("不予调解：当事人拒绝调解；仍可通过仲裁、行政途径、诉讼解决")
    assert (found["agency_responsible"], found["expected_datetime"]) == (None, None)


def test_a_wider_scope_is_narrowed_alike(service: Grievances, resident: Client) -> None:
    number = resident.filed(service_code="parking")["service_request_id"]
    street = of(service, service.token("street-1", "street_officer", "440305001000"))

    for worker in (street, of(service, service.district), of(service, service.officer)):
        assert numbers(worker, service_code="parking", status="open", page_size="1") == [number]
        assert numbers(worker, service_code="parking", status="closed") == []


def test_the_same_form_under_the_same_key_files_once(resident: Client) -> None:
    key, before = str(uuid4()), len(numbers(resident))

    first, again = (resident.post(FILING, idempotency_key=key) for _ in range(2))

    assert (first.status, again.body, again.headers["idempotency-replayed"]) == (200, first.body, "true")
    assert len(numbers(resident)) == before + 1
    assert resident.post({**FILING, "phone": "13900139000"}, idempotency_key=key).status == 400


def test_the_secret_and_the_key_lie_nowhere_open(resident: Client) -> None:
    filed = resident.read(resident.post(FILING, idempotency_key=str(uuid4())))[0]
    secret, token = secret_in(filed["service_notice"]), resident.key or ""
    resident.get(f"requests/{filed['service_request_id']}")

    service = resident.service
    for table in ("idempotency_keys", "disputes", "outbox", "audit_pending"):
        for hidden in (secret[:9], token[-20:], "王小明"):
            assert not service.rows(f"SELECT FROM {table} AS t WHERE t::text LIKE %s", f"%{hidden}%"), table
    assert not [hidden for hidden in (secret, token, "王小明") if hidden in service.process.said()]


def test_a_wrong_secret_opens_nothing(service: Grievances, resident: Client) -> None:
    filed, other = resident.filed(), resident.filed()
    nobody = Client(service, "json")

    wrong = nobody.get(f"requests/{filed['service_request_id']}", secret=secret_in(other["service_notice"]))
    mistyped = nobody.get(f"requests/{filed['service_request_id']}", secret="7K3M")

    assert (wrong.status, mistyped.status) == (404, 400)


def test_a_key_in_the_address_of_a_filing_is_not_read(service: Grievances, resident: Client) -> None:
    path = f"/open311/v2/requests.json?api_key={resident.key}"
    form = "application/x-www-form-urlencoded"

    assert service.ask("POST", path, raw=b"service_code=repair", token=None, content_type=form).status == 403


def test_a_key_in_the_header_files_too(service: Grievances) -> None:
    client = Client(service, "xml")

    assert client.post(FILING, authorization=f"Bearer {service.resident}").status == 200


def test_an_officer_files_for_somebody_who_follows_with_the_secret(service: Grievances) -> None:
    filed = of(service, service.officer).filed()

    case = service.ask(
        "GET",
        f"/follow/{filed['service_request_id']}",
        token=None,
        case_secret=secret_in(filed["service_notice"]),
    )

    assert (case.status, case.json["state"]) == (200, "registered")


def test_the_changeset_moves_when_the_offer_changes(service: Grievances, resident: Client) -> None:
    def changeset() -> str:
        return str(service.ask("GET", "/open311/discovery.json", token=None).json["changeset"])

    before = changeset()
    service.rows("UPDATE service_changes SET changed_at = changed_at - interval '1 day' RETURNING changed_at")
    earlier = changeset()
    service.rows("UPDATE categories SET in_use = false WHERE category = 'other' RETURNING category")
    after = changeset()
    resident.filed()

    assert earlier < before <= after == changeset()
    assert resident.get("services/other").status == 404
