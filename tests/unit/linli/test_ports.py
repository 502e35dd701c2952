"""Which port is whose, and what is said when one is taken."""

import os
import socket
from collections.abc import Iterator

import pytest

from linli.embedded.errors import EmbeddedError
from linli.embedded.ports import HOST, Ports, check_free, free_ports


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as listener:
        yield listener.getsockname()[1]


def test_ports_are_counted_from_the_base() -> None:
    ports = Ports(8800)

    assert [ports.portal, ports.members, ports.grievances, ports.statistics] == [8800, 8801, 8802, 8803]
    assert [ports.relay_metrics(service) for service in ("members", "grievances", "statistics")] == [8811, 8812, 8813]
    assert [ports.relay_wake(service) for service in ("members", "grievances", "statistics")] == [8821, 8822, 8823]
    assert [ports.postgres, ports.amqp, ports.distribution, ports.epmd] == [8850, 8851, 8852, 8853]


def test_no_two_listeners_share_a_port() -> None:
    named = Ports(8800).named()

    assert len(set(named.values())) == len(named)


@pytest.mark.parametrize("base", [0, 80, 65_500, -1])
def test_a_base_out_of_range_is_refused(base: int) -> None:
    with pytest.raises(EmbeddedError, match=f"{base} is out of range; use one from 1024 to"):
        Ports(base)


def test_an_unknown_service_has_no_port() -> None:
    with pytest.raises(EmbeddedError, match="'elections'; there are portal, members"):
        Ports().http("elections")


def test_a_taken_port_is_named_with_its_holder(taken: int) -> None:
    with pytest.raises(EmbeddedError, match=rf"port {taken} .* needed for the board, .* process {os.getpid()} \("):
        check_free({"the board": taken})


def test_free_ports_are_free() -> None:
    free_ports().check_free()
