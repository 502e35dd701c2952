"""Answers that are made while the caller reads: whole, or visibly broken; for ever held up by nobody."""

import http.client
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.service.chassis.edge import Edge, everything, running
from tests.support.instance import ServiceDatabase
from tests.support.waiting import wait_for

MIB = 1024 * 1024
NUMBERS = b"".join(b"%d\n" % number for number in range(20_000))


@pytest.fixture
def database(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return module_database("members")


@contextmanager
def asked(edge: Edge, kind: str, version: str = "HTTP/1.1", method: str = "GET") -> Iterator[socket.socket]:
    with edge.connect() as wire:
        wire.sendall(f"{method} /streams/{kind} {version}\r\nAuthorization: Bearer {edge.token}\r\n\r\n".encode())
        yield wire


def broken(edge: Edge, whose: str) -> float:
    start = f'linli_http_broken_streams_total{{reason="{whose}",route="/streams/<kind>"}} '
    lines = edge.ask("GET", "/metrics").text.splitlines()
    return sum(float(line.removeprefix(start)) for line in lines if line.startswith(start))


def test_a_stream_comes_whole_and_under_its_name(edge: Edge) -> None:
    reply = edge.ask("GET", "/streams/numbers")

    assert (reply.status, reply.body) == (200, NUMBERS)
    assert reply.headers["transfer-encoding"] == "chunked"
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-disposition"] == (
        "attachment; filename=\"numbers __.csv\"; filename*=UTF-8''numbers%20%E5%8F%B0%E8%B4%A6.csv"
    )


def test_its_connection_carries_the_next_request(edge: Edge) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", edge.port, timeout=20)) as connection:
        bodies = []
        for method, kind in [("GET", "numbers"), ("HEAD", "numbers"), ("GET", "nothing"), ("GET", "numbers")]:
            connection.request(method, f"/streams/{kind}", headers={"authorization": f"Bearer {edge.token}"})
            bodies.append(connection.getresponse().read())

    assert bodies == [NUMBERS, b"", b"", NUMBERS]


def test_head_says_no_length_and_closes_the_generator(edge: Edge) -> None:
    reply = edge.ask("HEAD", "/streams/endless")

    assert (reply.status, reply.body) == (200, b"")
    assert "content-length" not in reply.headers
    edge.process.wait_until(lambda: "endless is closed" in edge.process.said())


def test_a_caller_that_knows_no_chunks_gets_it_to_the_end_of_the_connection(edge: Edge) -> None:
    with asked(edge, "numbers", "HTTP/1.0") as wire:
        answer = everything(wire)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body == NUMBERS


def test_what_is_refused_before_the_first_piece_is_refused_in_order(edge: Edge) -> None:
    assert edge.ask("GET", "/streams/refused").problem == (404, "/problems/not-found")


def test_a_stream_that_fails_is_no_whole_answer(edge: Edge) -> None:
    before = broken(edge, "service")

    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        edge.ask("GET", "/streams/broken")

    wait_for(lambda: broken(edge, "service") == before + 1)


def test_a_stream_that_fails_without_chunks_ends_in_a_reset(edge: Edge) -> None:
    with asked(edge, "broken", "HTTP/1.0") as wire, pytest.raises(ConnectionResetError):
        everything(wire)


def test_the_generator_is_closed_when_the_caller_goes_away(edge: Edge) -> None:
    before, closed = broken(edge, "caller"), edge.process.said().count("endless is closed")

    with asked(edge, "endless") as wire:
        wire.recv(1000)

    wait_for(lambda: edge.process.said().count("endless is closed") == closed + 1)
    wait_for(lambda: broken(edge, "caller") == before + 1)
    edge.wait_for_requests_in_hand(0)


def test_others_are_answered_while_a_stream_goes_on(edge: Edge) -> None:
    with asked(edge, "endless") as wire:
        for _ in range(5):
            assert wire.recv(MIB)
            assert edge.ask("GET", "/readyz").status == 200


def test_a_caller_that_reads_nothing_is_cut_off(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, ANSWER_S="0.3") as edge, asked(edge, "endless"):
        edge.process.wait_until(lambda: "endless is closed" in edge.process.said())

        wait_for(lambda: broken(edge, "caller") == 1)


def test_a_stream_may_take_longer_than_a_caller(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, ANSWER_S="0.2") as edge:
        reply = edge.ask("GET", "/streams/slow")

    assert reply.body == b"x" * 3 * 32 * 1024


def test_a_stream_in_hand_is_sent_to_its_end_on_sigterm(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path) as edge, asked(edge, "large") as wire:
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        first = answer.read(1000)
        edge.stop()
        edge.process.wait_until(lambda: "stopping" in edge.process.said())

        assert len(first + answer.read()) == 32 * MIB
        assert everything(wire) == b""
        assert edge.process.popen.wait(10) == 0


def test_a_stream_is_cut_off_visibly_at_the_end_of_the_grace_period(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, GRACE_S="1") as edge, asked(edge, "endless") as wire:
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        edge.stop()

        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
            answer.read()


def test_a_file_is_sent_with_its_length_and_its_name(edge: Edge) -> None:
    reply = edge.ask("GET", "/file")

    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"%PDF \xff", "6")
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["content-disposition"].startswith('attachment; filename="_____.pdf"; filename*=UTF-8')


def test_a_large_file_is_sent_with_its_length(edge: Edge) -> None:
    whole, head = edge.ask("GET", "/large"), edge.ask("HEAD", "/large")

    assert whole.body == b"x" * 20_000_000
    assert (head.body, head.headers["content-length"]) == (b"", "20000000")
    assert whole.headers["content-length"] == "20000000"
    assert "transfer-encoding" not in whole.headers


def test_a_large_file_that_nobody_reads_is_cut_off(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, ANSWER_S="0.3") as edge, edge.connect() as wire:
        wire.sendall(f"GET /large HTTP/1.1\r\nAuthorization: Bearer {edge.token}\r\n\r\n".encode())
        wait_for(lambda: 'broken_streams_total{reason="caller",route="/large"} 1.0' in edge.ask("GET", "/metrics").text)

        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):  # noqa: PT012
            answer = http.client.HTTPResponse(wire)
            answer.begin()
            answer.read()


def test_what_is_no_text_is_documented_without_a_schema(edge: Edge) -> None:
    paths = edge.ask("GET", "/openapi.json").json["paths"]

    assert paths["/file"]["get"]["responses"]["200"]["content"] == {"application/pdf": {}}
    assert paths["/streams/{kind}"]["get"]["responses"]["200"]["content"] == {
        "text/csv": {"schema": {"type": "string"}}
    }
