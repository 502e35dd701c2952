"""`portal`: the web front. A table of contents."""

import logging
import socket
import time
from typing import ClassVar

import eventlet
from eventlet import wsgi
from nameko.extensions import DependencyProvider

from chassis import metrics
from chassis.errors import Misconfigured
from chassis.http.connection import Connection, ServerLog
from chassis.http.server import WATCH_S, listening
from services.portal.app import create_app
from services.portal.connection import Protocol
from services.portal.pages import portal_of
from services.portal.settings import PortalSettings

STOPPING_S = 3
"""What is being answered when the process is told to stop is answered, if it takes no longer."""

MAX_CONNECTIONS = 2000
"""An open board holds one."""

SILENT_S = 60
"""A connection on which no request comes for so long is closed. Streams are written to, not read from."""

log = logging.getLogger(__name__)


class Pages(DependencyProvider):
    """Serves the Flask application in this process for as long as the service runs."""

    def setup(self) -> None:
        self._settings: PortalSettings = self.container.config["settings"]
        self._open = eventlet.GreenPool(MAX_CONNECTIONS)
        self._connections: dict[int, Connection] = {}

    def start(self) -> None:
        """Raises Misconfigured when one of the addresses cannot be listened on."""
        app = create_app(self._settings)
        self._portal = portal_of(app)
        self._listener = listening(*self._settings.http_address)
        self._server = wsgi.Server(
            self._listener,
            self._listener.getsockname(),
            app,
            protocol=Protocol,
            socket_timeout=SILENT_S,
            debug=False,
            log_output=False,
        )
        self._server.log = ServerLog(log.warning)
        if self._settings.metrics_address:
            _serve_metrics(*self._settings.metrics_address)
        self._threads = [eventlet.spawn(self._accept), eventlet.spawn(self._watch)]

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens, also when the system chose the port."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    def stop(self) -> None:
        """Open boards are told to go: they come back by themselves, to whichever process is there then."""
        self._threads[0].kill()
        for connection in list(self._connections.values()):
            if connection.is_idle:
                connection.shut(socket.SHUT_RD)
            connection[2] = wsgi.STATE_CLOSE
        self._portal.feeds.close()
        with eventlet.Timeout(STOPPING_S, False):
            self._open.waitall()
        self.kill()

    def kill(self) -> None:
        self._listener.close()
        for thread in self._threads:
            thread.kill()
        for conversation in list(self._open.coroutines_running):
            conversation.kill()

    def _accept(self) -> None:
        while True:
            try:
                sock, address = self._listener.accept()
            except OSError as error:
                log.warning("a connection could not be accepted: %s", error)
                eventlet.sleep(0.05)  # out of file descriptors: others must end first
            else:
                sock.settimeout(SILENT_S)
                self._open.spawn(self._converse, Connection(address, sock))

    def _converse(self, connection: Connection) -> None:
        self._connections[id(connection)] = connection
        try:
            self._server.process_request(connection)
        except OSError as error:
            log.debug("a connection was lost: %s", error)
        except Exception:
            log.exception("a connection ended with an unforeseen error")
        finally:
            connection[1].close()
            del self._connections[id(connection)]

    def _watch(self) -> None:
        """A request that drips in for ever holds nothing for long."""
        while True:
            eventlet.sleep(WATCH_S)
            now = time.monotonic()
            for connection in list(self._connections.values()):
                connection.cut(now)


def _serve_metrics(host: str, port: int) -> None:
    try:
        metrics.serve(host, port)
    except OSError as error:
        raise Misconfigured(
            f"PORTAL_METRICS_ADDRESS is {host}:{port}, where this process cannot listen: {error.strerror}; "
            "choose an address of this machine and a port that nobody uses"
        ) from error


class Portal:
    """One live board, and signing in."""

    name = "portal"
    settings: ClassVar[type[PortalSettings]] = PortalSettings

    pages = Pages()
