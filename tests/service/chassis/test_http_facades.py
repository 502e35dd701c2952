"""Refusals in the format of somebody else's standard."""

import pytest

from tests.service.chassis.edge import HERE, Edge
from tests.support.asking import Reply

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
    reply = edge.ask("POST", "/misprint/things.xml", {"title": "a"})

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


FORM = "application/x-www-form-urlencoded"


def wish(edge: Edge, *, field: str = "", token: str | None = None, title: str = "a", **headers: str) -> Reply:
    form = f"title={title}" + (f"&api_key={field}" if field else "")
    return edge.ask("POST", "/facade/wishes.json", raw=form.encode(), token=token, content_type=FORM, **headers)


def test_a_token_may_stand_in_a_field_of_the_form(edge: Edge) -> None:
    reply = wish(edge, field=edge.token)

    assert (reply.status, reply.json) == (200, {"title": "a", "by": "mediator-1"})


def test_the_header_goes_before_the_field(edge: Edge) -> None:
    other = edge.token_of("mediator-2")

    assert wish(edge, field=edge.token, token=other).json["by"] == "mediator-2"
    assert wish(edge, field=edge.token, token="forged").status == 401


@pytest.mark.parametrize("field", ["", "forged", "a&api_key=b"])
def test_without_a_token_that_holds_nothing_is_done(edge: Edge, field: str) -> None:
    assert wish(edge, field=field).status == 401


def test_the_roles_hold_wherever_the_token_stands(edge: Edge) -> None:
    assert wish(edge, field=edge.token_of("resident-1", role="resident")).status == 403


def test_a_token_in_the_address_of_a_change_is_no_token(edge: Edge) -> None:
    path = f"/facade/wishes.json?api_key={edge.token}"
    alone = edge.ask("POST", path, raw=b"title=a", token=None, content_type=FORM)
    beside = edge.ask("POST", path, raw=b"title=a", content_type=FORM)

    assert (alone.status, beside.status) == (401, 422)
    assert edge.token not in alone.text + beside.text + edge.process.said()


def test_an_answer_is_kept_for_the_caller_whatever_token_repeats_the_request(edge: Edge) -> None:
    key = "a-key-for-a-wish-by-form"

    first = wish(edge, field=edge.token, title="kept", idempotency_key=key)
    again = wish(edge, field=edge.token_of("mediator-1"), title="kept", idempotency_key=key)
    another = wish(edge, field=edge.token, title="other", idempotency_key=key)

    assert (first.status, again.json, again.headers["idempotency-replayed"]) == (200, first.json, "true")
    assert another.status == 422
    assert [
        row[0] for row in edge.rows("SELECT body FROM idempotency_keys WHERE key = %s", key) if "kept" in row[0]
    ] == []


def test_the_audit_names_the_thing_not_the_address(edge: Edge) -> None:
    wish(edge, field=edge.token)

    assert edge.rows("SELECT FROM audit_pending AS t WHERE t::text LIKE '%%/wishes/1%%'")


def test_where_no_token_is_needed_one_that_is_given_is_checked(edge: Edge) -> None:
    def me(query: str = "", token: str | None = None) -> Reply:
        return edge.ask("GET", f"/facade/me.json{query}", token=token)

    assert me("?about=a").json == {"by": "anonymous", "asked": {"about": "a"}}
    assert me(f"?api_key={edge.token}").json == {"by": "mediator-1", "asked": {"about": None}}
    assert me(token=edge.token).json["by"] == "mediator-1"
    assert (me("?api_key=forged").status, me(token="forged").status) == (401, 401)


def test_an_unknown_address_in_the_folder_has_its_form_too(edge: Edge) -> None:
    assert edge.ask("GET", "/facade/nothing.xml").text == "<errors><error><code>404</code></error></errors>"
