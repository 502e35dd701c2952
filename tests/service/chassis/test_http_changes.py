"""Versions, idempotency keys, pages and what a change leaves behind."""

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest

from tests.service.chassis.edge import HERE, Edge
from tests.support.asking import Reply


def rename(edge: Edge, made: Reply, title: str, **headers: str) -> Reply:
    return edge.ask("POST", f"{made.headers['location']}/rename", {"title": title}, **headers)


def test_a_change_names_the_version_it_is_meant_for(edge: Edge) -> None:
    made = edge.make("before")

    renamed = rename(edge, made, "after", if_match=made.headers["etag"])

    assert renamed.status == 200
    assert renamed.headers["etag"] == '"2"'


def test_a_change_of_a_stale_version_changes_nothing(edge: Edge) -> None:
    made = edge.make("first")
    rename(edge, made, "second", if_match='"1"')

    late = rename(edge, made, "third", if_match='"1"')

    assert late.problem == (412, "/problems/stale-version")
    assert "version 2, not 1" in late.json["detail"]
    assert edge.titled("third") == 0


@pytest.mark.parametrize("headers", [{}, {"if_match": "*"}])
def test_a_change_without_a_version_is_refused(edge: Edge, headers: dict[str, str]) -> None:
    assert rename(edge, edge.make(), "x", **headers).problem == (428, "/problems/version-required")


@pytest.mark.parametrize("etag", ['W/"1"', "1", '"1", "2"', '"0"', '"99999999999"', '"abc"', '"١"', '""'])
def test_only_one_strong_etag_of_ours_names_a_version(edge: Edge, etag: str) -> None:
    reply = rename(edge, edge.make(), "x", if_match=etag.encode().decode("latin-1"))

    assert reply.problem == (400, "/problems/malformed")


@pytest.mark.parametrize(
    ("known", "status"), [('"1"', 304), ('W/"1"', 304), ('"7", "1"', 304), ("*", 304), ('"2"', 200)]
)
def test_what_the_caller_already_has_is_not_sent_again(edge: Edge, known: str, status: int) -> None:
    made = edge.make()

    again = edge.ask("GET", made.headers["location"], if_none_match=known)

    assert again.status == status
    assert bool(again.body) == (status == 200)


def test_a_repeated_request_has_one_effect_and_the_same_answer(edge: Edge) -> None:
    key = str(uuid4())

    first = edge.make("once", idempotency_key=key)
    again = edge.make("once", idempotency_key=f'"{key}"')

    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert edge.titled("once") == 1


def test_the_same_request_may_be_spelt_differently(edge: Edge) -> None:
    key = str(uuid4())
    first = edge.ask("POST", "/things", {"title": "spelt", "area": HERE}, idempotency_key=key)

    again = edge.ask(
        "POST", "/things", raw=b'{ "area": "440305001012",\n "title": "\\u0073pelt" }', idempotency_key=key
    )

    assert again.body == first.body
    assert edge.titled("spelt") == 1


def test_two_requests_under_one_key_at_the_same_time_have_one_effect(edge: Edge) -> None:
    for attempt in range(10):
        key, title = str(uuid4()), f"race {attempt}"
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: edge.make(title, idempotency_key=key), range(8)))  # noqa: B023

        assert {(reply.status, reply.body) for reply in replies} == {(201, replies[0].body)}
        assert edge.titled(title) == 1


def test_a_versioned_change_repeated_under_its_key_is_answered_again(edge: Edge) -> None:
    made, key = edge.make("old title"), str(uuid4())
    first = rename(edge, made, "new title", if_match='"1"', idempotency_key=key)

    again = rename(edge, made, "new title", if_match='"1"', idempotency_key=key)

    assert (again.status, again.body, again.headers["etag"]) == (200, first.body, '"2"')


@pytest.mark.parametrize("how", ["body", "path", "version"])
def test_a_key_used_for_another_request_is_refused(edge: Edge, how: str) -> None:
    made, key = edge.make("a"), str(uuid4())
    rename(edge, made, "b", if_match='"1"', idempotency_key=key)

    other = {
        "body": lambda: rename(edge, made, "c", if_match='"1"', idempotency_key=key),
        "path": lambda: edge.make("c", idempotency_key=key),
        "version": lambda: rename(edge, made, "b", if_match='"2"', idempotency_key=key),
    }[how]()

    assert other.problem == (422, "/problems/key-reused")


def test_what_was_refused_may_be_tried_again_under_its_key(edge: Edge) -> None:
    made, key = edge.make("a"), str(uuid4())
    refused = rename(edge, made, "b", if_match='"9"', idempotency_key=key)

    tried = rename(edge, made, "b", if_match='"1"', idempotency_key=key)

    assert (refused.status, tried.status) == (412, 200)


def test_a_key_is_its_callers_own(edge: Edge) -> None:
    key = str(uuid4())
    mine = edge.make("mine", idempotency_key=key)

    theirs = edge.make("theirs", token=edge.token_of("mediator-2"), idempotency_key=key)

    assert (mine.status, theirs.status) == (201, 201)


def test_without_a_token_a_long_key_tells_callers_apart(edge: Edge) -> None:
    def make(title: str, key: str) -> Reply:
        return edge.ask("POST", "/open/things", {"title": title, "area": HERE}, token=None, idempotency_key=key)

    key = str(uuid4())
    first, again, other = make("open", key), make("open", key), make("other", key)

    assert (again.status, again.body, again.headers["idempotency-replayed"]) == (200, first.body, "true")
    assert other.problem == (422, "/problems/key-reused")
    assert make("short", "1").problem == (400, "/problems/malformed")
    assert edge.titled("open") == 1


def test_a_secret_told_once_is_told_again_and_lies_nowhere_in_the_clear(edge: Edge) -> None:
    key = str(uuid4())
    first, again = (edge.ask("POST", "/secrets", idempotency_key=key) for _ in range(2))

    secret = first.json["secret"]
    assert (again.status, again.body, again.headers["location"]) == (201, first.body, first.headers["location"])
    (kept,) = edge.rows("SELECT headers::text, body FROM idempotency_keys WHERE key = %s", key)
    assert not any(part in text for part in (secret, secret[4:], "悄悄话", "Location") for text in kept)
    for table in ("idempotency_keys", "audit_pending", "audit_log"):
        assert edge.rows(f"SELECT count(*) FROM {table} row WHERE row::text LIKE %s", f"%{secret[4:]}%")[0][0] == 0


def test_an_answer_that_is_no_text_is_given_again_as_it_was(edge: Edge) -> None:
    key = str(uuid4())

    first, again = (edge.ask("POST", "/file", idempotency_key=key) for _ in range(2))

    assert (first.status, first.body) == (again.status, again.body) == (200, b"%PDF \xff")
    assert again.headers["content-type"] == "application/pdf"
    assert edge.titled("file") == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, 'a"b', "a\\b"])
def test_a_malformed_key_is_refused(edge: Edge, key: str) -> None:
    assert edge.make("never", idempotency_key=key).problem == (400, "/problems/malformed")
    assert edge.titled("never") == 0


def test_a_change_leaves_one_audit_row_and_a_read_none(edge: Edge) -> None:
    made = edge.make("watched", token=edge.token_of("watched-1"))
    edge.ask("GET", made.headers["location"], token=edge.token_of("watched-1"))

    rows = edge.rows("SELECT action, thing, kind, area FROM audit_pending WHERE actor_id = 'watched-1'")

    assert [tuple(row) for row in rows] == [("make_thing", made.headers["location"], "command", HERE)]


def test_pages_go_on_where_the_last_one_ended(edge: Edge) -> None:
    for number in range(7):
        edge.make(f"page {number}")
    seen, address = [], "/things?limit=3"

    while address:
        page = edge.ask("GET", address)
        seen += [thing["thing_id"] for thing in page.json["items"]]
        address = page.headers.get("link", "").removesuffix('>; rel="next"').removeprefix("<")
        assert bool(address) == (page.json["next"] is not None)

    assert seen == [str(row[0]) for row in edge.rows("SELECT thing_id FROM thing ORDER BY thing_id")]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bm90IGEgY3Vyc29y", "%00", "a" * 5000])
def test_a_cursor_that_was_never_given_is_refused(edge: Edge, cursor: str) -> None:
    assert edge.ask("GET", f"/things?cursor={cursor}").problem == (400, "/problems/malformed")


def test_a_cursor_that_was_edited_is_refused(edge: Edge) -> None:
    for _ in range(2):
        edge.make()
    cursor = edge.ask("GET", "/things?limit=1").json["next"]

    edited = cursor[:-1] + ("A" if cursor[-1] != "A" else "B")

    assert edge.ask("GET", f"/things?cursor={edited}").status == 400


def test_one_connection_carries_many_requests(edge: Edge) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", edge.port, timeout=20)) as connection:
        titles = []
        for number in range(5):
            body = json.dumps({"title": f"kept alive {number}", "area": HERE})
            headers = {"authorization": f"Bearer {edge.token}", "content-type": "application/json"}
            connection.request("POST", "/things", body, headers)
            titles.append(json.loads(connection.getresponse().read())["title"])

    assert titles == [f"kept alive {number}" for number in range(5)]
