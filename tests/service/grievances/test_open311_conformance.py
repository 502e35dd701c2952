"""Open311 GeoReport v2: the standard's own examples, request by request, and its errors, in both formats.

The client libraries to be found are written for Python 2, so a small client plays them that follows the standard to the
letter and reads no more than its answers (open311.Client).
"""

from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import pytest

from tests.service.grievances.open311_client import (
    ATTRIBUTE,
    EXAMPLE,
    FILING,
    REQUEST,
    SCHEMAS,
    SERVICE,
    Client,
    secret_in,
)
from tests.service.grievances.running import HAIYUE, XINGHAI, Grievances

ID = "440305001012-2026-0001"


def conforms(document: Any, schema: str) -> None:
    jsonschema_rs.validate(SCHEMAS[schema], document)


@pytest.fixture(params=["xml", "json"])
def client(request: pytest.FixtureRequest, service: Grievances) -> Client:
    return Client(service, request.param, service.resident)


def test_get_service_list(client: Client) -> None:
    services = client.read(client.get("services"))

    conforms(services, "services")
    assert {name for one in services for name in one} == SERVICE
    assert [one["service_code"] for one in services][:2] == ["property_fee", "repair"]
    assert {(one["type"], one["metadata"]) for one in services} == {("realtime", True)}


def test_get_service_definition(client: Client) -> None:
    definition = client.read(client.get("services/repair"))

    conforms(definition, "service_definition")
    assert definition["service_code"] == "repair"
    asked = {one["code"]: one for one in definition["attributes"]}
    assert {name for one in asked.values() for name in one} == ATTRIBUTE
    assert [one["order"] for one in definition["attributes"]] == list(range(1, len(asked) + 1))
    assert [one["key"] for one in asked["community"]["values"]] == [XINGHAI, HAIYUE]
    assert {one["key"] for one in asked["relation"]["values"]} >= {"owner_property", "owner_owner"}


def test_post_service_request_step_by_step_from_the_example(client: Client) -> None:
    """The example of the page as it stands, and then what each refusal says would be right."""
    mine = EXAMPLE.replace("api_key=xyz", f"api_key={client.key}")
    here = mine.replace("city.gov&", "440305000000&")
    offered = here.replace("service_code=001", "service_code=repair")
    attributes = {name: value for name, value in FILING.items() if name.startswith("attribute")}
    asked = f"{offered}&{urlencode(attributes)}"
    located = f"{asked}&address_id={XINGHAI}"

    refused = [client.send(body) for body in (EXAMPLE, mine, here, offered, asked)]
    filed = client.read(client.send(located))

    told = [client.read(reply, reply.status) for reply in refused]
    assert [reply.status for reply in refused] == [403, 404, 404, 400, 400]
    for errors, reply in zip(told, refused, strict=True):
        conforms(errors, "errors")
        assert {one["code"] for one in errors} == {reply.status}
    assert ["jurisdiction_id" in told[1][0]["description"], "service_code" in told[2][0]["description"]] == [True, True]
    assert [one["description"].partition("：")[2] for one in told[3]] == [
        "attribute[relation]: was not provided",
        "attribute[respondent_kind]: was not provided",
        "attribute[respondent_name]: was not provided",
    ]
    assert "address_string" in told[4][0]["description"]
    conforms(filed, "filed")
    assert "图片等链接不予保存" in filed[0]["service_notice"]


def test_get_service_request_id_from_a_token(client: Client) -> None:
    filed = client.filed()
    serial = int(filed["service_request_id"][-4:])
    [[dispute_id]] = client.service.rows(
        "SELECT dispute_id::text FROM disputes WHERE area = %s AND serial = %s", XINGHAI, serial
    )

    found = client.read(client.get(f"tokens/{dispute_id}"))

    conforms(found, "token")
    assert found == [{"service_request_id": filed["service_request_id"], "token": dispute_id}]


def test_get_service_requests_of_the_example(client: Client) -> None:
    range_ = {"start_date": "2010-05-24T00:00:00Z", "end_date": "2010-06-24T00:00:00Z", "status": "open"}

    assert client.read(client.get("requests", **range_)) == []


def test_get_service_requests(client: Client) -> None:
    first, second = client.filed(), client.filed(service_code="noise")

    found = client.read(client.get("requests"))

    conforms(found, "requests")
    assert {name for one in found for name in one} == REQUEST
    assert [one["service_request_id"] for one in found][:2] == [
        second["service_request_id"],
        first["service_request_id"],
    ]


def test_get_service_request(client: Client) -> None:
    filed = client.filed()

    [found] = client.read(client.get(f"requests/{filed['service_request_id']}"))

    conforms([found], "requests")
    shown = ("status", "status_notes", "service_code", "service_name", "address", "address_id", "agency_responsible")
    assert [found[name] for name in shown] == [
        "open", "已登记", "repair", "维修与漏水", "星海名城", XINGHAI, "星海名城（社区）",
    ]  # fmt: skip
    assert found["description"] == FILING["description"]
    assert found["expected_datetime"] > found["requested_datetime"] == found["updated_datetime"]
    assert [found[name] for name in ("zipcode", "lat", "long", "media_url")] == [None] * 4


def test_service_discovery(client: Client) -> None:
    discovery = client.read(client.service.ask("GET", f"/open311/discovery.{client.form}", token=None))

    conforms(discovery, "discovery")
    [endpoint] = discovery["endpoints"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == f"{client.service.url}/open311/v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]


def test_a_client_that_knows_the_standard_alone_files_and_follows(client: Client) -> None:
    assert client.discover() == "/open311/v2"
    service = client.read(client.get("services"))[-1]
    fields = {"service_code": service["service_code"], "lat": "22.53", "long": "113.93", "description": "垃圾站太吵"}
    fields |= {"first_name": "小明", "last_name": "王", "phone": "13800138000"}
    definition = client.read(client.get(f"services/{service['service_code']}"))
    for one in definition["attributes"]:
        if one["required"]:
            fields[f"attribute[{one['code']}]"] = one["values"][0]["key"] if one["values"] else "星海物业"

    [filed] = client.read(client.post(fields))

    number = filed["service_request_id"]
    [followed] = client.read(client.get(f"requests/{number}"))
    [listed] = client.read(client.get("requests", service_request_id=f"{number},{ID[:-4]}9999"))
    assert (followed["status"], listed["status"]) == ("open", "open")
    assert listed["description"] is None


ANYBODYS, KEYED = ("services", "services/repair"), ("requests", f"requests/{ID}", f"tokens/{ID}")


@pytest.mark.parametrize("path", ANYBODYS + KEYED)
def test_an_unknown_jurisdiction_is_404(client: Client, path: str) -> None:
    errors = client.read(client.get(path, jurisdiction_id="city.gov"), 404)

    conforms(errors, "errors")
    assert "jurisdiction_id" in errors[0]["description"]
    assert "440305000000" in errors[0]["description"]


@pytest.mark.parametrize("path", ["services/033", "requests/123456", "tokens/123456", f"requests/{XINGHAI}-2026-9999"])
def test_what_is_not_there_is_404(client: Client, path: str) -> None:
    errors = client.read(client.get(path), 404)

    assert [one["code"] for one in errors] == [404]


@pytest.mark.parametrize("path", ANYBODYS)
def test_a_parameter_that_is_empty_counts_as_not_sent(client: Client, path: str) -> None:
    assert client.get(path, jurisdiction_id="").status == 200


@pytest.mark.parametrize("path", KEYED)
@pytest.mark.parametrize("key", [None, "xyz"])
def test_without_a_key_that_holds_it_is_403(client: Client, path: str, key: str | None) -> None:
    """403 for a missing or wrong api_key, whether the number exists or not."""
    client.filed()

    errors = client.read(Client(client.service, client.form, key).get(path), 403)

    conforms(errors, "errors")
    assert "api_key" in errors[0]["description"]


@pytest.mark.parametrize("name", ["service_code", "phone", "description"])
@pytest.mark.parametrize("empty", [True, False])
def test_what_was_not_provided_is_400_by_its_name(client: Client, name: str, *, empty: bool) -> None:
    fields = {key: value for key, value in FILING.items() if key != name} | ({name: ""} if empty else {})

    errors = client.read(client.post(fields), 400)

    assert [one["description"] for one in errors] == [f"输入不符合规则：{name}: was not provided"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("phone", "a phone"),
        ("lat", "north"),
        ("address_id", "5th street"),
        ("attribute[relation]", "owner_martian"),
        ("attribute[respondent_kind]", "martian"),
        ("attribute[ticket_kind]", "ordinary"),
        ("description", "漏" * 4001),
    ],
)
def test_what_breaks_a_rule_is_400_and_files_nothing(client: Client, name: str, value: str) -> None:
    before = client.service.snapshot()

    errors = client.read(client.post({**FILING, name: value}), 400)

    conforms(errors, "errors")
    assert client.service.snapshot() == before


@pytest.mark.parametrize(
    "range_",
    [
        {"start_date": "2010-01-01T00:00:00Z", "end_date": "2010-06-24T00:00:00Z"},
        {"start_date": "2010-06-24T00:00:00Z", "end_date": "2010-05-24T00:00:00Z"},
        {"start_date": "2010-01-01T00:00:00"},
        {"status": "pending"},
        {"page_size": "1001"},
    ],
)
def test_a_list_that_cannot_be_asked_for_is_400(client: Client, range_: dict[str, str]) -> None:
    conforms(client.read(client.get("requests", **range_), 400), "errors")


def test_what_concerns_http_itself_keeps_its_status(client: Client) -> None:
    path = f"/open311/v2/requests.{client.form}"
    service = client.service
    refused = (
        (service.ask("DELETE", path, token=None), 405),
        (service.ask("POST", path, {}, token=client.key), 415),
        (service.ask("GET", f"/open311/v2/nothing.{client.form}", token=None), 404),
        (service.ask("GET", f"/open311/nothing.{client.form}", token=None), 404),
    )

    for reply, status in refused:
        conforms(client.read(reply, status), "errors")


def test_xml_and_json_say_the_same(service: Grievances) -> None:
    xml, json = Client(service, "xml", service.resident), Client(service, "json", service.resident)
    number = xml.filed()["service_request_id"]

    for path in ("services", "services/noise", "requests", f"requests/{number}", f"tokens/{number}"):
        assert xml.read(xml.get(path)) == json.read(json.get(path))


def test_the_secret_in_the_notice_opens_the_case_without_a_key(client: Client) -> None:
    filed = client.filed()
    nobody = Client(client.service, client.form)

    [found] = nobody.read(
        nobody.get(f"requests/{filed['service_request_id']}", secret=secret_in(filed["service_notice"]))
    )

    assert (found["status"], found["description"]) == ("open", FILING["description"])
