"""From a request to the entrypoint that answers it: routes, and the WSGI application over them."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, Rule

from chassis import metrics
from chassis.errors import Refused, Unavailable
from chassis.http import connection, problems
from chassis.http.answer import Answer
from chassis.http.connection import Protocol
from chassis.http.problems import Refusal, refusal_of
from chassis.http.stream import PIECE_BYTES, Stream

if TYPE_CHECKING:
    from chassis.http.entrypoint import endpoint

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "(none)"
MAX_DISCARDED_BYTES = 64 * 1024
LARGE_BYTES = 256 * 1024
"""From here on a slow caller could need longer than ANSWER_S for all of it at once."""

_PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_STATUSES = {status.value: str(status.value) for status in HTTPStatus}


class AreaConverter(BaseConverter):
    """`<area:code>` in a path: a 12-digit division code; anything else is not found."""

    regex = r"[1-9][0-9]{11}"


CONVERTERS = {"area": AreaConverter}


class Routes:
    """Which entrypoint answers a method and path."""

    def __init__(self, endpoints: Sequence["endpoint"]) -> None:
        rules = [Rule(one.path, methods=[one.method], endpoint=one) for one in endpoints]
        # A redirect would lose the body; an address is right or it is not found.
        strict = Map(rules, strict_slashes=False, merge_slashes=False, redirect_defaults=False, converters=CONVERTERS)
        self._match = strict.bind("linli").match
        self._tellers = [(_folder(one.path), one) for one in endpoints if one.refusal is not None]

    def find(self, environ: dict[str, Any]) -> "tuple[endpoint, dict[str, Any]]":
        """Raises werkzeug's NotFound or MethodNotAllowed. A path that is no UTF-8 or holds NUL is nowhere."""
        path: str = environ["PATH_INFO"]
        if not path.isascii():
            path = path.encode("latin-1").decode("utf-8", "replace")
        if "\0" in path or "\ufffd" in path:
            raise NotFound
        found: tuple[endpoint, dict[str, Any]] = self._match(path, environ["REQUEST_METHOD"])  # type: ignore[assignment]
        return found

    def nearest(self, path: str) -> "endpoint | None":
        """Whose way to refuse an address has that nobody answers: that of the entrypoint it begins like."""
        near = [(prefix, one) for prefix, one in self._tellers if len(prefix) > 1 and path.startswith(prefix)]
        return max(near, key=lambda pair: len(pair[0]), default=(None, None))[1]


class Application:
    """WSGI: from the environment to the answer. Nothing raised here leaves it."""

    def __init__(self, endpoints: Sequence["endpoint"], is_draining: Callable[[], bool]) -> None:
        self._routes = Routes(endpoints)
        self._is_draining = is_draining

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started = time.perf_counter()
        metrics.HTTP_IN_FLIGHT.inc()
        try:
            route, answer = self._answered(environ)
        finally:
            metrics.HTTP_IN_FLIGHT.dec()
        method = environ["REQUEST_METHOD"]
        self._end(environ)
        labels = (route, method if method in METHODS else "other", _STATUSES[answer.status])
        start_response(_PHRASES[answer.status], [*answer.headers, *_length(answer)])
        if isinstance(answer.stream, Stream):
            return self._streamed(environ, answer.stream, labels, started)
        metrics.labelled(metrics.HTTP_SECONDS, *labels).observe(time.perf_counter() - started)
        return [] if method == "HEAD" or not answer.body else [answer.body]

    def _streamed(
        self, environ: dict[str, Any], stream: Stream, labels: tuple[str, str, str], started: float
    ) -> Iterable[bytes]:
        protocol: Protocol = environ["linli.protocol"]

        def ended(whose: str | None) -> None:
            metrics.labelled(metrics.HTTP_SECONDS, *labels).observe(time.perf_counter() - started)
            if whose is not None:
                metrics.labelled(metrics.HTTP_BROKEN_STREAMS, labels[0], whose).inc()
            if self._is_draining():
                protocol.close_connection = True

        if environ["REQUEST_METHOD"] == "HEAD":
            stream.close()
            ended(None)
            return []
        environ["eventlet.minimum_write_chunk_size"] = 1  # a piece is written when it is there
        return stream.begin(protocol, ended)

    def _answered(self, environ: dict[str, Any]) -> tuple[str, Answer]:
        found, path = None, environ["RAW_PATH_INFO"][:1000]
        try:
            found, values = self._routes.find(environ)
            return found.path, _on_its_way(found.handle(environ, path, values))
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            detail = f"this address answers {allowed} only"
            refusal = Refusal(problems.METHOD_NOT_ALLOWED, detail, path, (("Allow", allowed),))
        except HTTPException:
            refusal = Refusal(problems.NOT_FOUND, "there is nothing at this address", path)
        except (Refused, Unavailable) as error:
            if isinstance(error, Unavailable):
                log.warning("not available: %s", error)
            refusal = refusal_of(error, path=path)
        except Exception as error:
            log.exception("unforeseen error at the edge")
            refusal = refusal_of(error, path=path)
        teller = found or self._routes.nearest(environ["PATH_INFO"])
        return found.path if found else UNMATCHED, teller.refused(refusal) if teller else refusal.as_problem()

    def _end(self, environ: dict[str, Any]) -> None:
        """Decide whether the connection stays open; a body that was refused unread ends it."""
        protocol: Protocol = environ["linli.protocol"]
        source = environ["eventlet.input"]
        unread = (source.content_length or 0) - source.position
        if source.chunk_length != 0 if source.chunked_input else unread > MAX_DISCARDED_BYTES:
            protocol.close_connection = protocol.unread = True
        elif self._is_draining() or protocol.conn_state.timed_out:
            protocol.close_connection = True
        protocol.conn_state.within(connection.ANSWER_S)


def _folder(path: str) -> str:
    """What an address begins with, up to the last slash before its first value."""
    return path.partition("<")[0].rpartition("/")[0] + "/"


def _on_its_way(answer: Answer) -> Answer:
    """With a Stream where it is one, or too large for one write. Raises what a stream raises at its beginning."""
    if answer.stream is not None:
        return replace(answer, stream=Stream(answer.stream))
    size = len(answer.body)
    if size <= LARGE_BYTES:
        return answer
    return replace(answer, stream=Stream(answer.body[at : at + PIECE_BYTES] for at in range(0, size, PIECE_BYTES)))


def _length(answer: Answer) -> tuple[tuple[str, str], ...]:
    is_told = answer.status not in (204, 304) and (answer.body or answer.stream is None)
    return (("Content-Length", str(len(answer.body))),) if is_told else ()
