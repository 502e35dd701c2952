"""Starting, stopping, and being asked too much."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.service.chassis.edge import Edge, everything, running
from tests.support.instance import ServiceDatabase

SLOWLY = "/things/01920000-0000-7000-8000-000000000000/slowly"


@pytest.fixture
def database(module_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return module_database("members")


def test_requests_in_hand_are_answered_before_the_end(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path) as edge, ThreadPoolExecutor(8) as pool, edge.connect() as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.recv(1000)
        replies = [pool.submit(edge.ask, "POST", SLOWLY) for _ in range(8)]
        edge.wait_for_requests_in_hand(8)

        edge.stop()

        assert [reply.result().status for reply in replies] == [204] * 8
        assert {reply.result().headers["connection"] for reply in replies} == {"close"}
        assert everything(idle) == b""
        assert edge.process.popen.wait(10) == 0
        assert rows_kept(edge) == 8


def test_an_idle_service_stops_at_once(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path) as edge:
        edge.stop()

        assert edge.process.popen.wait(10) == 0


def test_health_is_answered_while_every_worker_is_taken(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, MAX_WORKERS="1") as edge, ThreadPoolExecutor(1) as pool:
        slow = pool.submit(edge.ask, "POST", SLOWLY)
        edge.wait_for_requests_in_hand(1)

        assert edge.ask("GET", "/healthz").status == 200
        assert not slow.done()


def test_silent_connections_do_not_keep_others_out(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, MAX_CONNECTIONS="3") as edge, ExitStack() as silent:
        for _ in range(10):
            silent.enter_context(edge.connect())

        assert edge.ask("GET", "/healthz").status == 200


def test_nobody_is_accepted_while_stopping(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path) as edge, ThreadPoolExecutor(1) as pool:
        reply = pool.submit(edge.ask, "POST", SLOWLY)
        edge.wait_for_requests_in_hand(1)

        edge.stop()

        while still_accepting(edge):
            pass
        assert reply.result().status == 204


def test_a_taken_port_is_said_clearly(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path) as edge:
        second = subprocess.run(
            edge.process.command,
            env=os.environ | edge.process.settings,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert second.returncode != 0
    assert f"HTTP_ADDRESS is 127.0.0.1:{edge.port}, where this process cannot listen" in second.stdout + second.stderr


def test_ten_times_the_rate_is_told_to_wait(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, RATE_LIMIT_PER_S="2") as edge:
        replies = [edge.ask("GET", "/things?limit=1") for _ in range(20)]
        other = edge.ask("GET", "/things?limit=1", token=edge.token_of("quiet-1"))

    refused = [reply for reply in replies if reply.status != 200]
    assert len(refused) >= 8
    assert {reply.problem for reply in refused} == {(429, "/problems/too-many-requests")}
    assert {reply.headers["retry-after"] for reply in refused} == {"1"}
    assert other.status == 200


def test_who_asks_too_often_without_a_token_is_told_to_wait(database: ServiceDatabase, tmp_path: Path) -> None:
    limits = {"PUBLIC_RATE_LIMIT_PER_S": "1", "TRUSTED_PROXIES": "127.0.0.1"}
    with running(database, tmp_path, **limits) as edge:
        by_one = [edge.ask("POST", "/faults/x", token=None, x_forwarded_for="::1, 203.0.113.7") for _ in range(12)]
        by_another = edge.ask("POST", "/faults/x", token=None, x_forwarded_for="203.0.113.7, 203.0.113.8")
        with_token = edge.ask("GET", "/things?limit=1")
        of_itself = [edge.ask("GET", path).status for path in ("/healthz", "/readyz", "/metrics") * 4]

    assert {reply.problem for reply in by_one if reply.status == 429} == {(429, "/problems/too-many-requests")}
    assert [reply.status for reply in by_one[:4]] == [500] * 4
    assert by_one[-1].headers["retry-after"] == "1"
    assert (by_another.status, with_token.status) == (500, 200)
    assert set(of_itself) == {200}


def test_who_brings_the_token_in_a_form_is_held_to_the_rate_of_the_address(
    database: ServiceDatabase, tmp_path: Path
) -> None:
    """Until the body is read, nobody knows whose request it is."""

    def wish(edge: Edge, form: str, token: str | None) -> int:
        media = "application/x-www-form-urlencoded"
        return edge.ask("POST", "/facade/wishes.xml", raw=form.encode(), token=token, content_type=media).status

    with running(database, tmp_path, PUBLIC_RATE_LIMIT_PER_S="1") as edge:
        by_form = [wish(edge, f"title=a&api_key={edge.token}", None) for _ in range(12)]
        by_header = wish(edge, "title=a", edge.token)

    assert (by_form[0], by_form[-1], by_header) == (200, 429, 200)


def test_a_service_that_is_not_ready_names_the_check(database: ServiceDatabase, tmp_path: Path) -> None:
    with running(database, tmp_path, until="/healthz", READY="") as edge:
        reply = edge.ask("GET", "/readyz", token=None)

    assert reply.problem == (503, "/problems/not-ready")
    assert reply.json["errors"] == [{"detail": "when told so: READY is not set"}]


def still_accepting(edge: Edge) -> bool:
    try:
        edge.connect().close()
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it was queued when the listener closed
        return False
    return True


def rows_kept(edge: Edge) -> int:
    return int(edge.rows("SELECT count(*) FROM audit_pending WHERE action = 'do_slowly'")[0][0])
