"""The HTTP server of a service: accepts connections, watches over them, and stops without breaking an answer."""

import logging
import socket
import time
from typing import TYPE_CHECKING, Any

import eventlet
from eventlet import wsgi
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.extensions import SharedExtension

from chassis.calendar import Clock, system_clock
from chassis.config import HttpSettings
from chassis.errors import Misconfigured
from chassis.http.application import Application
from chassis.http.clients import client_of
from chassis.http.connection import Connection, Protocol, ServerLog
from chassis.http.rate import RateLimit
from chassis.identity import Actor, Verifier

if TYPE_CHECKING:
    from chassis.http.entrypoint import endpoint

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 800
"""Below the 1024 files that a process may have open where nobody has raised it."""

BACKLOG = 1024
WATCH_S = 0.5


class WebServer(SharedExtension):
    """One for each service, shared by its entrypoints. Reads `settings` (HttpSettings) of nameko's configuration.

    `verifier` and `clock` beside them, when present, take the place of those made from the settings. Tokens hold by the
    machine's own time, whatever year the service plays.
    """

    def __init__(self) -> None:
        super().__init__()
        self._endpoints: list[endpoint] = []
        self._connections: dict[Any, Connection] = {}
        self._room = Semaphore(MAX_CONNECTIONS)
        self._listener: Any = None
        self._threads: list[Any] = []
        self._drained: Event | None = None
        self._empty = Event()

    def setup(self) -> None:
        config = self.container.config
        settings: HttpSettings = config["settings"]
        self.clock: Clock = config.get("clock", system_clock)
        self.max_body_bytes = settings.max_body_bytes
        self._address = settings.http_address
        self._grace_s: float = getattr(settings, "grace_s", 25.0)
        self._rate = RateLimit(settings.rate_limit_per_s)
        self._public_rate = RateLimit(settings.public_rate_limit_per_s)
        self._trusted_proxies = settings.trusted_proxies
        self._verifier: Verifier = config.get("verifier") or Verifier(
            settings.jwt_jwks, settings.jwt_issuer, settings.jwt_audience, settings.jwt_algorithms
        )

    def register(self, declared: "endpoint") -> None:
        self._endpoints.append(declared)

    def actor(self, token: str) -> Actor:
        """Who the token speaks for; counts the request against the caller's rate."""
        actor = self._verifier.actor(token)
        self._rate.take(actor.actor_id)
        return actor

    def count_anonymous(self, environ: dict[str, Any]) -> None:
        """Count a request without a token against the rate of the address it comes from."""
        self._public_rate.take(client_of(environ, self._trusted_proxies))

    def received(self, environ: dict[str, Any]) -> None:
        """The request is there as a whole: from here on the service itself takes the time."""
        environ["linli.protocol"].conn_state.within(None)

    def start(self) -> None:
        """Raises Misconfigured when the address cannot be listened on."""
        if self._listener is not None:
            return
        self._listener = listening(self._address.host, self._address.port)
        self._server = wsgi.Server(
            self._listener,
            self._listener.getsockname(),
            Application(self._endpoints, lambda: self.draining),
            protocol=Protocol,
            debug=False,
            log_output=False,
        )
        self._server.log = ServerLog(log.warning)
        self._threads = [eventlet.spawn(self._accept), eventlet.spawn(self._watch)]

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens, also when the system chose the port."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    @property
    def draining(self) -> bool:
        return self._drained is not None

    def _accept(self) -> None:
        while True:
            if not self._room.acquire(blocking=False):
                self._make_room()
                self._room.acquire()
            try:
                sock, address = self._listener.accept()
            except OSError as error:
                self._room.release()
                log.warning("a connection could not be accepted: %s", error)
                eventlet.sleep(0.05)  # out of file descriptors: others must end first
            else:
                self._take_in(sock, address)

    def _make_room(self) -> None:
        """End the connection that has been silent longest: many idle ones must not keep everybody else out."""
        idle = [found for found in self._connections.values() if found.is_idle and found.deadline is not None]
        if idle:
            min(idle, key=lambda found: found.deadline or 0.0).shut(socket.SHUT_RD)

    def _take_in(self, sock: Any, address: Any) -> None:
        sock.settimeout(None)  # deadlines are watched for all connections at once
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        found = Connection(address, sock)
        self._connections[eventlet.spawn(self._converse, found)] = found

    def _converse(self, found: Connection) -> None:
        try:
            self._server.process_request(found)
        except OSError as error:
            log.debug("a connection was lost: %s", error)
        except Exception:
            # An error here must not end the container, as nameko's managed threads do.
            log.exception("a connection ended with an unforeseen error")
        finally:
            found[1].close()
            self._room.release()
            self._connections.pop(eventlet.getcurrent(), None)
            if self.draining and not self._connections and not self._empty.ready():
                self._empty.send()

    def _watch(self) -> None:
        while True:
            eventlet.sleep(WATCH_S)
            now = time.monotonic()
            for found in list(self._connections.values()):
                found.cut(now)
                if self.draining and found.is_idle:
                    found.shut(socket.SHUT_RD)  # its answer was under way when the draining began

    def drain(self) -> None:
        """Accept nothing more and return when every request in hand is answered, or the grace period is over.

        Every entrypoint calls this when it stops, before nameko stops the dependencies its workers need.
        """
        if self._drained is not None:
            self._drained.wait()
            return
        self._drained = Event()
        if self._listener is not None:
            self._close_listener()
            for found in list(self._connections.values()):
                if found.is_idle:
                    found.shut(socket.SHUT_RD)  # a request already on its way in is still read and answered
            self._wait_until_empty()
        self._drained.send()

    def _close_listener(self) -> None:
        self._threads[0].kill()
        waiting = self._listener.fd
        while True:  # whoever has connected already is served
            try:
                raw, address = waiting.accept()
            except OSError:
                break
            if self._room.acquire(blocking=False):
                self._take_in(eventlet.greenio.GreenSocket(raw), address)
            else:
                raw.close()
        self._listener.close()

    def _wait_until_empty(self) -> None:
        if self._connections:
            with eventlet.Timeout(max(self._grace_s - 1.0, 0.5), False):
                self._empty.wait()
        if self._connections:
            log.warning("%d requests were cut off at the end of the grace period", len(self._connections))
        self._cut_off()

    def stop(self) -> None:
        self.drain()

    def kill(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self._cut_off()

    def _cut_off(self) -> None:
        for thread in (*self._threads, *self._connections):
            if thread is not eventlet.getcurrent():
                thread.kill()


def listening(host: str, port: int) -> Any:
    """A listening socket, of this process alone. Raises Misconfigured with what would be right."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return eventlet.listen((host, port), family=family, backlog=BACKLOG, reuse_port=False)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise Misconfigured(
            f"HTTP_ADDRESS is {host}:{port}, where this process cannot listen: {why}; "
            "choose an address of this machine and a port that nobody uses"
        ) from error
