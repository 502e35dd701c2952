"""Which port of 127.0.0.1 is whose, counted from one base."""

import os
import random
import socket
from contextlib import closing
from dataclasses import dataclass

import psutil

from linli.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
SERVICES = ("portal", "members", "grievances", "statistics")
SPAN = 60
DEFAULT_BASE = 8800
# Below the kernel's ephemeral range (from 32768): there, a free port may be an outgoing connection a moment later.
SEARCHED_BASES = range(12_000, 32_000, 100)


@dataclass(frozen=True)
class Ports:
    """The ports of one instance: web first, then relays, then parts. Another base is another instance."""

    base: int = DEFAULT_BASE

    def __post_init__(self) -> None:
        if not 1024 <= self.base <= 65535 - SPAN:
            raise EmbeddedError(f"port base {self.base} is out of range; use one from 1024 to {65535 - SPAN}")

    def http(self, service: str) -> int:
        """Where this service answers."""
        return self.base + _place(service)

    def relay_metrics(self, service: str) -> int:
        """Where the relay of this service's outbox shows its metrics."""
        return self.base + 10 + _place(service)

    def relay_wake(self, service: str) -> int:
        """The UDP port on which the relay is told that something was committed."""
        return self.base + 20 + _place(service)

    @property
    def portal(self) -> int:
        return self.http("portal")

    @property
    def members(self) -> int:
        return self.http("members")

    @property
    def grievances(self) -> int:
        return self.http("grievances")

    @property
    def statistics(self) -> int:
        return self.http("statistics")

    @property
    def postgres(self) -> int:
        return self.base + 50

    @property
    def amqp(self) -> int:
        return self.base + 51

    @property
    def distribution(self) -> int:
        """Erlang's own protocol between RabbitMQ and its tools."""
        return self.base + 52

    @property
    def epmd(self) -> int:
        """Erlang's name server."""
        return self.base + 53

    def named(self) -> dict[str, int]:
        """Every TCP port of the instance by what listens there."""
        services = {service: self.http(service) for service in SERVICES}
        relays = {f"{service} relay": self.relay_metrics(service) for service in SERVICES[1:]}
        return services | relays | self.of_parts()

    def of_parts(self) -> dict[str, int]:
        """The ports of PostgreSQL and RabbitMQ alone."""
        return {
            "PostgreSQL": self.postgres,
            "RabbitMQ": self.amqp,
            "RabbitMQ distribution": self.distribution,
            "RabbitMQ epmd": self.epmd,
        }

    def check_free(self) -> None:
        """Raise EmbeddedError about the first port that something else listens on."""
        check_free(self.named())


def check_free(named: dict[str, int]) -> None:
    """Raise EmbeddedError naming the taken port, what it is for, and who has it."""
    for purpose, port in named.items():
        if not is_free(port):
            raise EmbeddedError(
                f"port {port} on {HOST}, needed for {purpose}, is taken by {_holder(port)}; "
                "stop that, or choose other ports with --port-base"
            )


def is_free(port: int) -> bool:
    """Whether one could listen on this port of loopback now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        # As servers do, so that connections of an earlier run in TIME_WAIT do not count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_ports() -> Ports:
    """Ports nobody uses now, for an instance that does not care which; looked for from a random place."""
    bases = list(SEARCHED_BASES)
    random.shuffle(bases)
    for base in bases:
        ports = Ports(base)
        if all(is_free(port) for port in ports.named().values()):
            return ports
    raise EmbeddedError(f"no {SPAN} free ports from {SEARCHED_BASES[0]} to {SEARCHED_BASES[-1] + SPAN} on {HOST}")


def _place(service: str) -> int:
    if service not in SERVICES:
        raise EmbeddedError(f"no ports are set aside for service {service!r}; there are {', '.join(SERVICES)}")
    return SERVICES.index(service)


def _holder(port: int) -> str:
    for pid in listeners(port):
        try:
            return f"process {pid} ({psutil.Process(pid).name()})"
        except psutil.NoSuchProcess:
            continue
    who = "" if os.geteuid() == 0 else " of another user"
    return f"a process{who} that cannot be named"


def listeners(port: int) -> set[int]:
    """The processes that listen on this port, as far as we may know them."""
    return {
        each.pid
        for each in psutil.net_connections("tcp")
        if each.pid and each.status == psutil.CONN_LISTEN and each.laddr and each.laddr[1] == port
    }
