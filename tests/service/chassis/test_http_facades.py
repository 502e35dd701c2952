"""Refusals in the format of somebody else's standard."""

import pytest

from tests.service.chassis.edge import HERE, Edge

NOBODYS = "01920000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        (f"/facade/things/{NOBODYS}", "", 404),
        (f"/facade/things/{NOBODYS}", None, 401),
        (f"/facade/things/{NOBODYS}", "forged", 401),
        ("/facade/things/no-id", "", 404),
        ("/facade/things/%00", "", 404),
        ("/facade/things/a/b", None, 404),
    ],
)
def test_whatever_is_refused_has_the_form_of_the_path(edge: Edge, path: str, token: str | None, status: int) -> None:
    xml = edge.ask("GET", f"{path}.xml", token=token)
    json = edge.ask("GET", f"{path}.json", token=token)

    assert (xml.status, xml.text) == (status, f"<errors><error><code>{status}</code></error></errors>")
    assert (json.status, json.json[0]["code"]) == (status, status)


def test_what_the_schema_refuses_too(edge: Edge) -> None:
    reply = edge.ask("GET", f"/facade/things/{NOBODYS}.xml?more=1")

    assert reply.text == "<errors><error><code>422</code></error></errors>"


def test_a_wrong_method_too(edge: Edge) -> None:
    reply = edge.ask("DELETE", f"/facade/things/{NOBODYS}.xml")

    assert (reply.status, reply.headers["content-type"]) == (405, "text/xml")
    assert reply.headers["allow"] == "GET, HEAD"


def test_headers_that_belong_to_any_format_stay(edge: Edge) -> None:
    reply = edge.ask("GET", f"/facade/things/{NOBODYS}.xml", token=None)

    assert reply.headers["www-authenticate"] == 'Bearer realm="linli"'
    assert reply.headers["cache-control"] == "no-store"


def test_a_format_that_fails_gives_way_to_problem_details(edge: Edge) -> None:
    reply = edge.ask("POST", "/facade/things.xml", {"title": "a"})

    assert reply.problem == (500, "/problems/internal")
    assert "王小明" not in reply.text


def test_other_addresses_keep_problem_details(edge: Edge) -> None:
    assert edge.ask("GET", "/facades").problem == (404, "/problems/not-found")
    assert edge.ask("GET", f"/things/{HERE}").problem == (404, "/problems/not-found")


def test_a_facade_is_documented_with_its_media_and_its_own_refusals(edge: Edge) -> None:
    paths = edge.ask("GET", "/openapi.json").json["paths"]

    operation = paths["/facade/things/{thing_id}.{form}"]["get"]
    assert set(operation["responses"]) == {"200", "default"}
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "text/xml"}
    assert [given["schema"] for given in operation["parameters"]] == [
        {"type": "string", "format": "uuid"},
        {"type": "string", "enum": ["xml", "json"]},
    ]
