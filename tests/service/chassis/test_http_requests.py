"""What the edge takes and what it refuses, over real sockets."""

import json
import socket
import struct
from contextlib import suppress

import pytest

from tests.service.chassis.edge import ELSEWHERE, HERE, Edge

MIB = 1024 * 1024


def test_a_thing_is_made_and_read(edge: Edge) -> None:
    made = edge.make("茶几")

    read = edge.ask("GET", made.headers["location"])

    assert made.status == 201
    assert read.status == 200
    assert read.json == made.json
    assert read.headers["etag"] == '"1"'


def test_an_unknown_path_is_a_problem(edge: Edge) -> None:
    assert edge.ask("GET", "/nothing/here").problem == (404, "/problems/not-found")


@pytest.mark.parametrize("path", ["/things/12", "/things/%00", "/things/%ff", "/things/../etc"])
def test_a_malformed_id_is_not_found(edge: Edge, path: str) -> None:
    assert edge.ask("GET", path).problem == (404, "/problems/not-found")


def test_a_wrong_method_names_the_right_ones(edge: Edge) -> None:
    reply = edge.ask("DELETE", "/things")

    assert reply.problem == (405, "/problems/method-not-allowed")
    assert reply.headers["allow"] == "GET, HEAD, POST"


def test_head_answers_like_get_without_the_body(edge: Edge) -> None:
    reply = edge.ask("HEAD", "/healthz")

    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "18")


def test_no_token_is_told_the_scheme(edge: Edge) -> None:
    reply = edge.ask("GET", "/things", token=None)

    assert reply.problem == (401, "/problems/not-authenticated")
    assert reply.headers["www-authenticate"] == 'Bearer realm="linli"'


def test_a_forged_token_is_told_no_more_than_that_it_is_invalid(edge: Edge) -> None:
    head, claims, _ = edge.token.split(".")

    reply = edge.ask("GET", "/things", token=f"{head}.{claims}.AAAA")

    assert reply.problem == (401, "/problems/not-authenticated")
    assert reply.headers["www-authenticate"] == 'Bearer realm="linli", error="invalid_token"'
    assert reply.json["detail"] == "the bearer token is not valid here; sign in again"


def test_a_role_that_does_not_fit_is_refused(edge: Edge) -> None:
    reply = edge.ask("GET", "/things", token=edge.token_of("r", role="resident"))

    assert reply.problem == (403, "/problems/not-allowed")
    assert "mediator" in reply.json["detail"]


def test_another_communitys_token_is_refused(edge: Edge) -> None:
    reply = edge.make("elsewhere", token=edge.token_of("m2", area=ELSEWHERE))

    assert reply.problem == (403, "/problems/not-allowed")
    assert edge.titled("elsewhere") == 0


def test_a_token_of_a_megabyte_is_a_clean_refusal(edge: Edge) -> None:
    reply = edge.ask("GET", "/things", token="A" * MIB)

    assert reply.problem == (431, "/problems/headers-too-large")


def test_a_thousand_headers_are_a_clean_refusal(edge: Edge) -> None:
    answer = edge.say(b"GET /healthz HTTP/1.1\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 431 ")


def test_an_address_of_a_megabyte_is_a_clean_refusal(edge: Edge) -> None:
    assert edge.ask("GET", "/" + "a" * MIB).problem == (414, "/problems/address-too-long")


@pytest.mark.parametrize("size", [MIB + 1, 20 * MIB])
def test_a_body_above_the_limit_is_refused_before_it_is_read(edge: Edge, size: int) -> None:
    reply = edge.ask("POST", "/things", raw=b"x" * size)

    assert reply.problem == (413, "/problems/too-large")
    assert reply.headers["connection"] == "close"


def test_a_chunked_body_above_the_limit_is_refused_while_it_is_read(edge: Edge) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    answer = edge.say(head(edge, "Transfer-Encoding: chunked"), *[chunk] * 320)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_within_the_limit_is_read(edge: Edge) -> None:
    body = json.dumps({"title": "chunked", "area": HERE}).encode()
    chunks = b"".join(b"%x;a=b\r\n%c\r\n" % (1, byte) for byte in body) + b"0\r\nTrailer: x\r\n\r\n"

    answer = edge.say(head(edge, "Transfer-Encoding: chunked", "Connection: close"), chunks)

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert edge.titled("chunked") == 1


@pytest.mark.parametrize(
    "chunks", [b"-5\r\nhello\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"5\nhello\r\n", b"5\r\nhelloX\r\n"]
)
def test_a_broken_chunk_is_refused(edge: Edge, chunks: bytes) -> None:
    assert edge.say(head(edge, "Transfer-Encoding: chunked"), chunks).startswith(b"HTTP/1.1 400 ")


def test_a_chunk_size_without_end_does_not_fill_the_memory(edge: Edge) -> None:
    answer = edge.say(head(edge, "Transfer-Encoding: chunked"), *[b"1" * MIB] * 20)

    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
        ("Content-Length: 2", "Content-Length: 3"),
        ("Content-Length: +2",),
        ("Content-Length: -2",),
        ("Transfer-Encoding: gzip, chunked",),
        ("Transfer-Encoding: identity",),
    ],
)
def test_a_length_that_two_servers_could_read_differently_is_refused(edge: Edge, lines: tuple[str, ...]) -> None:
    assert edge.say(head(edge, *lines), b"{}").startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("first", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\r\n\r\n"])
def test_what_is_no_http_is_refused(edge: Edge, first: bytes) -> None:
    assert edge.say(first).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"title": "a",\n  oops}', "line 2 column 3"),
        (b"", "fields break a rule"),
        (b'{"title": "a", "title": "b"}', "the same name twice"),
        (b'{"size_m2": NaN}', "NaN"),
        (b'{"size_m2": 1e999}', "beyond what can be kept"),
        (b'{"size_m2": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"title": "\\u0000"}', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b'{"title": "\\ud800"}', "surrogate"),
        (b'{"title": "\xff"}', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"[" * 40 + b"]" * 40, "deeper than 32"),
        (b"[" * 100_000, "deeper than 32"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_place(edge: Edge, body: bytes, says: str) -> None:
    reply = edge.ask("POST", "/things", raw=body)

    assert reply.status == (422 if not body else 400)
    assert says in reply.json["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/plain"},
        {"content_type": "application/json; charset=gb18030"},
        {"content_encoding": "gzip"},
    ],
)
def test_only_plain_json_is_read(edge: Edge, headers: dict[str, str]) -> None:
    reply = edge.ask("POST", "/things", {"title": "a", "area": HERE}, **headers)

    assert reply.problem == (415, "/problems/unsupported-media")


def test_broken_fields_are_named_and_never_repeated(edge: Edge) -> None:
    reply = edge.ask("POST", "/things", {"title": "", "area": "王小明13800138000", "size_m2": "3", "more": "110105"})

    assert reply.problem == (422, "/problems/invalid-input")
    assert {error["pointer"] for error in reply.json["errors"]} == {"/title", "/area", "/size_m2", "/more"}
    assert not any(value in reply.body.decode() for value in ("王小明", "13800138000", "110105"))


@pytest.mark.parametrize(
    ("query", "pointer"), [("limit=101", "?limit"), ("who=x", "?who"), ("limit=1&limit=2", "?limit")]
)
def test_broken_query_parameters_are_named(edge: Edge, query: str, pointer: str) -> None:
    reply = edge.ask("GET", f"/things?{query}")

    assert reply.problem == (422, "/problems/invalid-input")
    assert [error["pointer"] for error in reply.json["errors"]] == [pointer]


def test_an_unforeseen_error_tells_only_its_trace(edge: Edge) -> None:
    reply = edge.ask("POST", "/faults/bug", traceparent="00-11111111111111111111111111111111-2222222222222222-01")

    assert reply.problem == (500, "/problems/internal")
    assert reply.json["trace_id"] == "1" * 32
    assert "王小明" not in reply.body.decode()
    assert "Traceback" not in reply.body.decode()


def test_what_does_not_answer_is_a_503_that_names_no_host(edge: Edge) -> None:
    reply = edge.ask("POST", "/faults/unavailable")

    assert reply.problem == (503, "/problems/unavailable")
    assert reply.headers["retry-after"] == "2"
    assert "db-7" not in reply.body.decode()


def test_headers_that_do_not_end_are_never_carried_out(edge: Edge) -> None:
    with edge.connect() as wire:
        wire.sendall(f"POST /things/{'0' * 8}-0000-7000-8000-{'0' * 12}/slowly HTTP/1.1\r\nAuthorization".encode())
        wire.shutdown(1)
        answer = wire.recv(100)

    assert answer == b""


@pytest.mark.parametrize("sent", [b"POST /thi", b"POST /things HTTP/1.1\r\nHost: x\r\n"])
def test_a_request_sent_by_halves_is_given_up(edge: Edge, sent: bytes) -> None:
    with edge.connect() as wire:
        wire.sendall(sent)
        if b"\r\n" not in sent:
            return  # a request line may take as long as a silent connection
        answer = wire.recv(1000)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_body_sent_by_halves_is_given_up(edge: Edge) -> None:
    with edge.connect() as wire:
        wire.sendall(head(edge, "Content-Length: 100") + b'{"title"')
        answer = wire.recv(1000)

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_requests_may_follow_each_other_on_one_connection(edge: Edge) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    assert edge.say(one + one + last).count(b'{"status":"alive"}') == 3


def test_a_small_refused_body_leaves_the_connection_open(edge: Edge) -> None:
    refused = b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    answer = edge.say(refused + last)

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.endswith(b'{"status":"alive"}')


def head(edge: Edge, *lines: str) -> bytes:
    """The head of a POST /things with these further header lines."""
    fixed = (
        "POST /things HTTP/1.1",
        "Host: x",
        f"Authorization: Bearer {edge.token}",
        "Content-Type: application/json",
    )
    return "".join(f"{line}\r\n" for line in (*fixed, *lines, "")).encode()


def test_clients_that_vanish_leave_nothing_behind(edge: Edge) -> None:
    whole = head(edge, "Content-Length: 45") + b'{"title": "vanish", "area": "440305001012"}  '
    for cut in range(1, len(whole), 7):
        with edge.connect() as wire:
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() becomes a reset
            wire.sendall(whole[:cut])

    edge.wait_for_requests_in_hand(0)

    said = edge.process.said()
    assert "ResetError" not in said
    assert "BrokenPipe" not in said
    assert edge.titled("vanish") == 0


def test_a_greedy_connection_does_not_keep_others_waiting(edge: Edge) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with edge.connect() as greedy, edge.connect() as modest:
        greedy.sendall(one * 2000)
        modest.sendall(one)

        modest.recv(1000)
        greedy.setblocking(False)
        answered = 0
        with suppress(BlockingIOError):
            while part := greedy.recv(1 << 20):
                answered += part.count(b"alive")

    assert answered < 1000
