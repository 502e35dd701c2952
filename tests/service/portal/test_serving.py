"""The portal as a process: what of a request it reads at all, and where it tells what it counts."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from tests.service.portal.upstreams import Members, Statistics, served, token
from tests.support.asking import HOST, ask
from tests.support.service_process import ServiceProcess, free_port, serving

SIGN_IN = b"POST /sign-in HTTP/1.1\r\nHost: linli\r\nOrigin: http://linli\r\n"


@pytest.fixture(scope="module")
def metrics_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, metrics_port: int) -> Iterator[ServiceProcess]:
    """Nobody it could ask is there."""
    settings = {
        "PORTAL_STATISTICS_URL": "http://127.0.0.1:9",
        "PORTAL_MEMBERS_URL": "http://127.0.0.1:9",
        "PORTAL_GRIEVANCES_URL": "http://127.0.0.1:9",
        "PORTAL_METRICS_ADDRESS": f"{HOST}:{metrics_port}",
        "PORTAL_COOKIES": "http",
    }
    with serving("portal", tmp_path_factory.mktemp("portal"), settings) as process:
        yield process


def told(portal: ServiceProcess, sent: bytes) -> bytes:
    """Everything the portal says to these bytes until it closes the connection."""
    with closing(socket.create_connection((HOST, portal.port), timeout=10)) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        b"Content-Length: +5\r\n\r\nhello",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_two_servers_may_read_differently_is_refused_and_ends_the_connection(
    portal: ServiceProcess, framing: bytes
) -> None:
    answer = told(portal, SIGN_IN + framing + b"GET /healthz HTTP/1.1\r\nHost: linli\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"frame-ancestors 'none'" in answer
    assert b"X-Content-Type-Options: nosniff" in answer


def test_a_connection_answers_one_request_after_the_other(portal: ServiceProcess) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\ntoken=x"

    answer = told(portal, SIGN_IN + form + b"GET /healthz HTTP/1.1\r\nHost: linli\r\n\r\n")

    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert "这不是有效的登录凭证".encode() in answer
    assert b'{"status":"alive"}' in answer


@pytest.mark.parametrize("query", ["endpoint=x", "_scheme=https", "_method=POST", "_anchor=%00", "_external=1"])
def test_no_question_shows_the_inside_of_the_portal(portal: ServiceProcess, query: str) -> None:
    answer = ask(portal.port, "GET", f"/sign-in?{query}")

    assert answer.status == 200
    assert "Traceback" not in answer.text


def test_an_open_board_is_told_to_go_when_the_portal_stops(tmp_path: Path) -> None:
    """It comes back by itself, to whichever process is there then."""
    with served(Statistics().app()) as statistics, served(Members().app()) as members:
        settings = {
            "PORTAL_STATISTICS_URL": statistics,
            "PORTAL_MEMBERS_URL": members,
            "PORTAL_GRIEVANCES_URL": members,
            "PORTAL_COOKIES": "http",
            "PORTAL_HEARTBEAT_S": "30",
        }
        with serving("portal", tmp_path, settings) as process:
            cookie = {f"linli_{process.port}_token_0": token()}
            with requests.get(f"{process.url}/board/stream", cookies=cookie, stream=True, timeout=10) as stream:
                lines = stream.iter_lines()
                assert next(line for line in lines if b'"state": "live"' in line)

                exit_code = process.stop(within_s=10)

                assert exit_code == 0
                assert list(lines)[-1:] in ([], [b""])


def test_what_is_counted_is_told_at_an_address_of_its_own(portal: ServiceProcess, metrics_port: int) -> None:
    ask(portal.port, "GET", "/healthz")

    assert ask(portal.port, "GET", "/metrics").status == 404
    assert 'route="/healthz"' in ask(metrics_port, "GET", "/metrics").text
