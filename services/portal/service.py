"""`portal`: the web front. A table of contents."""

import logging
from typing import ClassVar

import eventlet
from eventlet import wsgi
from nameko.extensions import DependencyProvider

from chassis.http.server import listening
from services.portal.app import create_app
from services.portal.pages import portal_of
from services.portal.settings import PortalSettings

STOPPING_S = 3
"""What is being answered when the process is told to stop is answered, if it takes no longer."""

MAX_CONNECTIONS = 2000
"""An open board holds one."""

SILENT_S = 60
"""A connection on which no request comes for so long is closed. Streams are written to, not read from."""


class Pages(DependencyProvider):
    """Serves the Flask application in this process for as long as the service runs."""

    def setup(self) -> None:
        self._settings: PortalSettings = self.container.config["settings"]
        self._open = eventlet.GreenPool(MAX_CONNECTIONS)

    def start(self) -> None:
        app = create_app(self._settings)
        self._portal = portal_of(app)
        self._listener = listening(*self._settings.http_address)
        self._server = eventlet.spawn(
            wsgi.server,
            self._listener,
            app,
            custom_pool=self._open,
            socket_timeout=SILENT_S,
            log=logging.getLogger("services.portal.wsgi"),
            log_output=False,
        )

    @property
    def address(self) -> tuple[str, int]:
        """Where it really listens, also when the system chose the port."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    def stop(self) -> None:
        """Open boards are told to go: they come back by themselves, to whichever process is there then."""
        self._server.kill()
        self._portal.feeds.close()
        with eventlet.Timeout(STOPPING_S, False):
            self._open.waitall()
        self.kill()

    def kill(self) -> None:
        self._listener.close()
        for conversation in list(self._open.coroutines_running):
            conversation.kill()


class Portal:
    """One live board, and signing in."""

    name = "portal"
    settings: ClassVar[type[PortalSettings]] = PortalSettings

    pages = Pages()
