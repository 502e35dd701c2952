"""What every service answers besides its own subject."""

import re

import pytest

from tests.service.chassis.edge import Edge


def test_health_needs_no_token(edge: Edge) -> None:
    assert edge.ask("GET", "/healthz", token=None).json == {"status": "alive"}


def test_readiness_needs_no_token(edge: Edge) -> None:
    assert edge.ask("GET", "/readyz", token=None).json == {"status": "ready"}


def test_metrics_count_by_route_never_by_id(edge: Edge) -> None:
    made = edge.make()
    edge.ask("GET", made.headers["location"])
    edge.ask("GET", "/nowhere/440305001012")

    text = edge.ask("GET", "/metrics", token=None).body.decode()

    routes = set(re.findall(r'linli_http_request_seconds_count\{method="GET",route="([^"]+)"', text))
    assert {"/things/<uuid:thing_id>", "(none)"} <= routes
    assert made.json["thing_id"] not in text
    assert "440305001012" not in text


def test_the_interface_is_openapi_3_1_with_every_entrypoint(edge: Edge) -> None:
    document = edge.ask("GET", "/openapi.json", token=None).json

    assert document["openapi"] == "3.1.0"
    assert {"/things", "/things/{thing_id}", "/things/{thing_id}/rename", "/healthz", "/readyz"} <= document[
        "paths"
    ].keys()


def test_the_interface_tells_where_the_version_comes_from_and_what_shapes_are(edge: Edge) -> None:
    document = edge.ask("GET", "/openapi.json", token=None).json
    read = document["paths"]["/things/{thing_id}"]["get"]
    listed = document["paths"]["/things"]["get"]

    assert read["responses"]["200"]["headers"]["ETag"]["required"]
    assert "304" in read["responses"]
    assert "headers" not in listed["responses"]["200"]
    assert document["components"]["schemas"]["Wish"]["description"] == "What somebody wishes for."


def test_the_page_shows_every_address_and_asks_nothing_of_others(edge: Edge) -> None:
    reply = edge.ask("GET", "/docs", token=None)
    page = reply.body.decode()

    assert "/things/{thing_id}/rename" in page
    assert 'lang="zh-CN"' in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "<script" not in page
    assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/things", "/nothing", "/things/x"])
def test_every_problem_type_is_a_page(edge: Edge, path: str) -> None:
    problem = edge.ask("GET", path, token=None).json

    page = edge.ask("GET", problem["type"], token=None)

    assert page.status == 200
    assert problem["title"] in page.body.decode()


def test_an_unknown_problem_is_not_found(edge: Edge) -> None:
    assert edge.ask("GET", "/problems/none-such", token=None).status == 404
