"""Connections that a service closes, or answers with a 503: what was asked is asked again."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from chassis.errors import LinliError
from linli.simulation import crowd
from linli.simulation.crowd import Crowd
from linli.wire import request

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
MUTE = b"MUTE"
AWAY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"
HANGS_UP = b""


class Service:
    """Gives these answers, one to each request, over however many connections; then GOOD for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.received: list[bytes] = []
        self._answers = list(answers)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.listener.getsockname()
        return str(host), int(port)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with closing(connection):
            while asked := connection.recv(65536):
                self.received.append(asked)
                answer = self._answers.pop(0) if self._answers else GOOD
                if answer == HANGS_UP:
                    return
                if answer == MUTE:
                    continue
                connection.sendall(answer)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "PAUSE_S", 0.0)


@pytest.fixture
def services() -> Iterator[list[Service]]:
    """Those that a test starts; their listeners are closed afterwards."""
    started: list[Service] = []
    yield started
    for service in started:
        service.listener.close()


def made(services: list[Service], *answers: bytes, connections: int = 1) -> tuple[Service, Crowd]:
    service = Service(*answers)
    services.append(service)
    return service, Crowd({"members": service.address}, {"members": connections})


@pytest.mark.parametrize("first", [HANGS_UP, AWAY])
def test_what_was_not_answered_is_sent_again_as_it_was(first: bytes, services: list[Service]) -> None:
    service, connected = made(services, first)
    asked = request("POST", "/notices", {"a": 1}, idempotency_key="key-1")

    with closing(connected):
        answers = connected.all("members", [asked])

    assert answers == [GOOD]
    assert service.received == [asked, asked]


def test_answers_come_back_in_the_order_of_what_was_asked(services: list[Service]) -> None:
    told = [f"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{number}".encode() for number in range(7)]
    _, connected = made(services, *told, connections=1)

    with closing(connected):
        answers = connected.all("members", [request("GET", f"/{number}") for number in range(7)])

    assert answers == told


def test_a_service_that_stays_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "TRIES", 2)
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))

        with pytest.raises(LinliError, match="members does not answer"):
            Crowd({"members": nobody.getsockname()}, {"members": 1})


def test_a_service_that_takes_requests_and_never_answers_is_named(
    services: list[Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowd, "ANSWERS_WITHIN_S", 0.05)
    _, connected = made(services, MUTE)

    with closing(connected), pytest.raises(LinliError, match=r"members has had a request for .* without a word"):
        connected.all("members", [request("GET", "/")])
