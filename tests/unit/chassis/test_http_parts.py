"""Cursors, rates, ETags, docstrings and what may be declared."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields

from chassis.database import Access
from chassis.errors import InvalidInput, Malformed, TooManyRequests
from chassis.http import PUBLIC, Answer, ChassisApi, Cursor, CursorField, PageQuery, Request, endpoint, openapi, reading
from chassis.http.rate import BURST_S, RateLimit
from chassis.http.request import Call
from chassis.identity import ANONYMOUS

AT, WHICH = datetime(2026, 1, 1, tzinfo=UTC), UUID("01920000-0000-7000-8000-000000000000")


class ByTime(PageQuery):
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


def test_a_cursor_gives_back_its_key_with_its_types() -> None:
    query = ByTime().load({"cursor": Cursor.encode(AT, WHICH)})

    assert query == {"limit": 20, "cursor": (AT, WHICH)}


def test_the_first_page_has_no_cursor() -> None:
    assert ByTime().load({})["cursor"] is None


@given(st.lists(st.one_of(st.integers(), st.text(), st.none()), max_size=4))
def test_any_key_survives_its_cursor(key: list[Any]) -> None:
    cursor = Cursor.encode(*key)

    assert Cursor.decode(cursor) == key
    assert cursor.isascii()
    assert "=" not in cursor


@given(st.text(max_size=60))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(Malformed):
        Cursor.decode(text)


@pytest.mark.parametrize("key", [(1,), (AT, "x"), (AT, WHICH, 1), (None, None), ("x", WHICH), ()])
def test_a_cursor_of_another_list_is_refused(key: tuple[object, ...]) -> None:
    with pytest.raises(Malformed):
        ByTime().load({"cursor": Cursor.encode(*key)})


def test_a_cursor_without_its_check_bytes_is_refused() -> None:
    with pytest.raises(Malformed):
        Cursor.decode(base64.urlsafe_b64encode(b"000000[1]").decode())


def test_a_quiet_caller_may_ask_four_seconds_worth_at_once() -> None:
    seconds = [0.0]
    limit = RateLimit(10, elapsed_s=lambda: seconds[0])

    for _ in range(int(10 * BURST_S)):
        limit.take("a")

    with pytest.raises(TooManyRequests) as refused:
        limit.take("a")
    assert refused.value.retry_after_s == 1
    limit.take("b")
    seconds[0] = 0.1
    limit.take("a")


def test_a_slow_rate_says_how_long_to_wait() -> None:
    limit = RateLimit(0.1, elapsed_s=lambda: 0.0)
    limit.take("a")

    with pytest.raises(TooManyRequests) as refused:
        limit.take("a")

    assert refused.value.retry_after_s == 10


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b'{"a": {"b": [1, 2.5, "c", null, true]}}', None),
        ('{"a": "𠮷 \\ud842\\udfb7 \\\\u0000"}'.encode(), None),
        (b'{"a": 1} x', "Extra data, line 1 column 10"),
        (b"[" * 32 + b"]" * 32, None),
        (b"[" * 33 + b"]" * 33, "deeper"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "deeper"),
        (b'"\x00"', "control character"),
        (b'{"a": -Infinity}', "-Infinity"),
    ],
)
def test_json_means_the_same_to_every_reader(value: bytes, says: str | None) -> None:
    if says is None:
        reading.json_of(value)
        return
    with pytest.raises(Malformed, match=says):
        reading.json_of(value)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_what_json_writes_is_read_or_refused_never_broken(value: Any) -> None:
    import json

    body = json.dumps(value).encode()
    try:
        read = reading.json_of(body)
    except Malformed:
        return
    assert read == value


def test_a_schema_of_lists_takes_a_name_more_than_once() -> None:
    class Query(Schema):
        state = fields.List(fields.String())

    assert reading.query_parameters("state=a&state=b", Query()) == {"state": ["a", "b"]}


def test_without_a_schema_nothing_may_be_sent() -> None:
    with pytest.raises(InvalidInput, match="must be empty") as refused:
        reading.loaded(None, {"a": 1}, what="query")

    assert refused.value.fields[0].pointer == "?a"


class Slices(ChassisApi):
    """A service."""

    name = "slices"

    @endpoint("GET", "/open", roles=PUBLIC, query=ByTime, summary="Open")
    def show_open(self, request: Request) -> Answer:
        return request.page(None, [], None)

    @endpoint("POST", "/shut/<area:code>/<int:number>", roles={"auditor"}, versioned=True, summary="Shut")
    def shut(self, request: Request, code: str, number: int) -> Answer:
        """Shuts it.

        POST /shut/440305001012/1
        If-Match: "1"
        {"why": "因为"}

        200
        {"shut": true}
        """
        return request.answer(None, None)


def test_examples_come_from_the_docstring() -> None:
    document = openapi.document(Slices)

    shut = document["paths"]["/shut/{code}/{number}"]["post"]
    assert shut["description"] == "Shuts it."
    assert shut["responses"]["200"]["content"]["application/json"]["example"] == {"shut": True}


def test_a_shortened_example_is_left_out() -> None:
    assert openapi.read_docstring("Does.\n\nPOST /a\n{…}\n\n200\n{}") == ("Does.", None, {})


def test_roles_and_the_scheme_are_in_the_document() -> None:
    paths = openapi.document(Slices)["paths"]

    assert paths["/open"]["get"]["security"] == []
    assert paths["/shut/{code}/{number}"]["post"]["security"] == [{"bearer": []}]
    assert paths["/shut/{code}/{number}"]["post"]["x-roles"] == ["auditor"]


def test_a_page_is_items_and_the_next_cursor() -> None:
    page = openapi.document(Slices)["paths"]["/open"]["get"]["responses"]["200"]["content"]["application/json"][
        "schema"
    ]

    assert page["required"] == ["items", "next"]
    assert page["properties"]["next"]["type"] == ["string", "null"]


@pytest.mark.parametrize(
    "declared",
    [
        {"method": "GET", "path": "open", "roles": PUBLIC},
        {"method": "GET", "path": "/open", "roles": set()},
        {"method": "GET", "path": "/open", "roles": {"king"}},
        {"method": "GET", "path": "/open", "roles": PUBLIC, "body": Schema},
        {"method": "GET", "path": "/open", "roles": PUBLIC, "versioned": True},
        {"method": "POST", "path": "/open", "roles": PUBLIC, "body_media": ("text/xml",)},
        {"method": "POST", "path": "/open", "roles": PUBLIC, "headers": ("Case Secret",)},
        {"method": "PUT", "path": "/open", "roles": PUBLIC, "keyed": True},
        {"method": "POST", "path": "/open", "roles": {"auditor"}, "keyed": True},
    ],
)
def test_a_wrong_declaration_stops_the_import(declared: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        endpoint(**declared, summary="x")


@pytest.mark.parametrize(
    ("media", "json_media"),
    [
        ("application/json", "application/json"),
        ("application/geo+json", "application/geo+json"),
        (("text/xml", "application/ld+json"), "application/ld+json"),
        ("text/csv", "application/json"),
    ],
)
def test_what_is_json_says_which(media: str | tuple[str, ...], json_media: str) -> None:
    assert endpoint("GET", "/x", roles=PUBLIC, summary="X", media=media).json_media == json_media


def test_a_change_is_not_answered_by_a_stream() -> None:
    change = endpoint("POST", "/x", roles=PUBLIC, summary="X")
    call = Call(change, "POST", "/x", "/x", {})
    request = Request(ANONYMOUS, Access("anonymous", ()), {}, {}, None, AT, call)

    with pytest.raises(TypeError, match="is a change"):
        request.stream(iter([b"x"]), "text/csv")
