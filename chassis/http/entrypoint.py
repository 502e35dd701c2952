"""The declaration of one HTTP entrypoint: `@endpoint("POST", "/disputes", roles={...}, body=..., answer=...)`."""

import inspect
import logging
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from functools import wraps
from typing import Any, Final, Literal

from eventlet.event import Event
from marshmallow import Schema
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, register_entrypoint

from chassis import tracing
from chassis.database import Access
from chassis.errors import Malformed, NotAllowed, NotAuthenticated, Refused, Unavailable
from chassis.http import idempotency, problems, reading
from chassis.http.answer import FORM, JSON, NO_STORE, Answer, is_json
from chassis.http.cursors import PageQuery
from chassis.http.problems import Refusal, Renderer, refusal_of
from chassis.http.request import Call, Request
from chassis.http.server import WebServer
from chassis.identity import ANONYMOUS, ROLES, Actor

log = logging.getLogger(__name__)

LEAST_PUBLIC_KEY = 16

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
SchemaLike = Schema | type[Schema] | None
Handler = Callable[..., Answer]


class Public(Enum):
    PUBLIC = "no token needed"


PUBLIC: Final = Public.PUBLIC
"""Instead of roles: anyone may ask, without a token, as often as the rate of their address allows."""

OWN: Final = "service"
"""The tag of what every service answers about itself; asked by probes and scrapers, so no rate holds it up."""


class endpoint(Entrypoint):  # noqa: N801  a decorator, written like nameko's own `@http`
    """Answer this method and path with the decorated `(self, request, **path parameters) -> Answer`.

    `roles`: the token must hold one of them somewhere, else 403; where exactly is for the method to ask of
    `request.actor.require`. PUBLIC asks for no token. `versioned`: a change that needs If-Match. A `query` schema
    derived from PageQuery makes the answer a page. `example` is an answer for the documentation, when the docstring
    shows none. `workerless` answers even when every worker is taken, but gives the method no dependencies.
    `media` is the answer's content type where it is not JSON, or all that it may have.
    `body_media` are the content types the body may have: JSON, a form (FORM), or either; the same schema loads both.
    `headers` are those the method reads itself, from `request.headers` by their lower case, with what each means for
    the documentation. `refusal` gives whatever
    is refused here, or at an unknown address that begins like this one, the format of somebody else's standard.
    `keyed`: a PUBLIC POST takes an Idempotency-Key, too; as no token tells callers apart, it must be hard to guess.
    `token_field`: where somebody else's standard has the token, in a form or in the query of a GET; the Authorization
    header goes before it. It is taken out, so that neither method nor fingerprint sees it. PUBLIC then means that a
    token need not be given; one that is, is checked.
    """

    server = WebServer()

    def __init__(
        self,
        method: Method,
        path: str,
        *,
        roles: Collection[str] | Public,
        summary: str,
        body: SchemaLike = None,
        query: SchemaLike = None,
        answer: SchemaLike = None,
        status: int = 200,
        versioned: bool = False,
        tag: str | None = None,
        example: Any = None,
        media: str | Sequence[str] = JSON,
        workerless: bool = False,
        body_media: Sequence[str] = (JSON,),
        headers: Sequence[str] | Mapping[str, str] = (),
        refusal: Renderer | None = None,
        keyed: bool = False,
        token_field: str | None = None,
        etag: bool = False,
    ) -> None:
        super().__init__()
        self.method = method
        self.path = path
        self.roles = roles if isinstance(roles, Public) else frozenset(roles)
        self.summary = summary
        self.body = _instance(body)
        self.query = _instance(query)
        self.answer = _instance(answer)
        self.status = status
        self.versioned = versioned
        self.tag = tag
        self.example = example
        self.media = (media,) if isinstance(media, str) else tuple(media)
        self.json_media = next(filter(is_json, self.media), JSON)
        self.workerless = workerless
        self.body_media = tuple(body_media)
        self.headers = headers if isinstance(headers, Mapping) else dict.fromkeys(headers, "")
        self.refusal = refusal
        self.changes = method != "GET"
        self.etag = etag or versioned or _shows_version(self.answer, self.query)
        self.keyed = keyed
        self.token_field = token_field
        self.keeps_keys = method == "POST" and (keyed or not isinstance(roles, Public))
        self.limits_addresses = isinstance(roles, Public) and tag != OWN
        self._check()

    def _check(self) -> None:
        if not self.path.startswith("/"):
            raise ValueError(f"endpoint path {self.path!r} must start with /")
        if not isinstance(self.roles, Public) and (not self.roles or not self.roles <= ROLES):
            raise ValueError(f"roles of {self.path} must be PUBLIC or some of {', '.join(sorted(ROLES))}")
        if (self.body is not None or self.versioned) and not self.changes:
            raise ValueError(f"GET {self.path} takes no body and no If-Match")
        if self.keyed and not (isinstance(self.roles, Public) and self.method == "POST"):
            raise ValueError(f"keyed is for a PUBLIC POST, which {self.path} is not; others keep keys by themselves")
        if not self.body_media or not set(self.body_media) <= {JSON, FORM}:
            raise ValueError(f"body_media of {self.path} must be some of {JSON} and {FORM}")
        if not all(_HEADER.fullmatch(name) for name in self.headers):
            raise ValueError(f"headers of {self.path} must be names such as Case-Secret")

    def __call__(self, function: Handler) -> Handler:
        """Declare the method; refusals it raises become problem details inside the worker.

        So nameko neither logs nor counts a refusal as a failure, and a test that calls the method sees what a caller
        sees.
        """
        name, known = f"{self.method} {self.path}", {"http.request.method": self.method, "http.route": self.path}

        @wraps(function)
        def answered(service: Any, request: Request, **values: Any) -> Answer:
            with tracing.server_span(name, request.call.traceparent, known) as span:
                try:
                    answer = _checked(function(service, request, **values), function)
                except Exception as error:
                    answer = _refusal(service, request, error)
                span.set("http.response.status_code", answer.status)
                return answer

        register_entrypoint(answered, self)
        return answered

    @property
    def name(self) -> str:
        """What audit rows call the action: the method's name."""
        return str(self.method_name)

    def setup(self) -> None:
        self.server.register(self)

    def stop(self) -> None:
        self.server.drain()

    def rendered(self, payload: Any, *, many: bool = False) -> Any:
        return payload if self.answer is None else self.answer.dump(payload, many=many)

    def refused(self, refusal: Refusal) -> Answer:
        """The refusal in this entrypoint's format, with the headers that belong to any."""
        if self.refusal is None:
            return refusal.as_problem()
        try:
            answer = self.refusal(refusal)
        except Exception:
            log.exception("the refusals of %s have no format", self.path)
            return refusal.as_problem()
        missing = [pair for pair in (NO_STORE, *refusal.headers) if answer.header(pair[0]) is None]
        return replace(answer, headers=(*answer.headers, *missing))

    def handle(self, environ: reading.Environ, path: str, values: Mapping[str, Any]) -> Answer:
        """Check the request here, in the connection's own greenlet; only a good one takes up a worker."""
        server = self.server
        if self.token_field is None:
            actor, access = self._actor(environ)
        elif "HTTP_AUTHORIZATION" not in environ:  # until a body is read, nobody knows who asks
            server.count_anonymous(environ)
        parameters = reading.query_parameters(environ.get("QUERY_STRING", ""), self.query)
        if_match = environ.get("HTTP_IF_MATCH")
        version = reading.version_of(if_match) if self.versioned else None
        headers = reading.header_values(environ, self.headers)
        key = self._key(environ) if self.keeps_keys else None
        raw = self._read_body(environ)
        server.received(environ)
        if self.token_field is not None:
            actor, access = self._named(environ, raw if self.changes else parameters)
        query = reading.loaded(self.query, parameters, what="query")
        body = reading.loaded(self.body, raw, what="body")
        call = Call(
            endpoint=self,
            method=self.method,
            path=path,
            thing=self._thing(values),
            parameters=parameters,
            traceparent=environ.get("HTTP_TRACEPARENT"),
            if_none_match=environ.get("HTTP_IF_NONE_MATCH") if not self.changes else None,
            key=key,
            fingerprint=b""
            if key is None
            else idempotency.fingerprint(self.method, path, environ.get("QUERY_STRING", ""), raw, if_match, headers),
        )
        return self._run(Request(actor, access, body, query, version, server.clock(), call, headers), values)

    def _thing(self, values: Mapping[str, Any]) -> str:
        return _PARAMETER.sub(lambda found: str(values[found[1]]), self.path)

    def _actor(self, environ: reading.Environ) -> tuple[Actor, Access]:
        if isinstance(self.roles, Public):
            if self.limits_addresses:
                self.server.count_anonymous(environ)
            return ANONYMOUS, _NOTHING
        return self._known(reading.bearer_token(environ), self.roles)

    def _named(self, environ: reading.Environ, given: Any) -> tuple[Actor, Access]:
        """Who asks where the token may stand in a field of what is given; that field is taken out."""
        field = given.pop(self.token_field, None) if isinstance(given, dict) else None
        told = field.strip() if isinstance(field, str) and "HTTP_AUTHORIZATION" not in environ else ""
        if not isinstance(self.roles, Public):
            return self._known(told or reading.bearer_token(environ), self.roles)
        if not told and "HTTP_AUTHORIZATION" not in environ:
            return ANONYMOUS, _NOTHING
        return self.server.actor(told or reading.bearer_token(environ)), _NOTHING

    def _known(self, token: str, roles: Collection[str]) -> tuple[Actor, Access]:
        actor = self.server.actor(token)
        if not actor.has(*roles):
            raise NotAllowed(f"this needs one of the roles {', '.join(sorted(roles))}")
        return actor, Access(actor.actor_id, actor.areas(roles))

    def _key(self, environ: reading.Environ) -> str | None:
        key = reading.idempotency_key(environ.get("HTTP_IDEMPOTENCY_KEY"))
        if key is not None and self.keyed and len(key) < LEAST_PUBLIC_KEY:
            raise Malformed(
                f"without a token an Idempotency-Key must have {LEAST_PUBLIC_KEY} characters at least, such as a UUID"
            )
        return key

    def _read_body(self, environ: reading.Environ) -> Any:
        body = reading.body_bytes(environ, self.server.max_body_bytes)
        if not body:
            return {}
        if reading.media_of(environ, self.body_media) == FORM:
            return reading.form_of(body, self.body)
        return reading.json_of(body)

    def _run(self, request: Request, values: Mapping[str, Any]) -> Answer:
        if self.workerless:
            alone: Answer = getattr(self.container.service_cls(), self.method_name)(request, **values)
            return alone
        done = Event()

        def handed_over(_: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            done.send(result, exc_info)
            return result, exc_info

        try:
            self.container.spawn_worker(self, (request,), values, handle_result=handed_over)
        except ContainerBeingKilled as error:
            raise Unavailable("this process is being stopped") from error
        answer: Answer = done.wait()
        return answer


def _checked(answer: Any, function: Handler) -> Answer:
    if not isinstance(answer, Answer):
        raise TypeError(f"{function.__qualname__} must return request.answer(…) or request.page(…)")
    return answer


def _refusal(service: Any, request: Request, error: Exception) -> Answer:
    """The answer kept under the request's key if there is one, else the refusal."""
    call = request.call
    try:
        if call.key is not None and isinstance(error, Refused) and not isinstance(error, _NEVER_REPLAYED):
            again = idempotency.kept(service.database, request.actor.actor_id, call.key, call.fingerprint)
            if again is not None:
                return again
    except (Refused, Unavailable) as found:
        error = found
    log_unforeseen(error)
    return call.endpoint.refused(refusal_of(error, path=call.path, trace_id=tracing.current_trace_id()))


_PARAMETER = re.compile(r"<(?:[^:<>]+:)?([^:<>]+)>")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NEVER_REPLAYED = (NotAuthenticated, NotAllowed)
_NOTHING = Access(ANONYMOUS.actor_id, ())


def log_unforeseen(error: Exception) -> None:
    """Log what the caller is not told: an error that nobody foresaw, or what does not answer."""
    if problems.kind_of(error) is problems.INTERNAL:
        log.error("unforeseen error", exc_info=error)
    elif isinstance(error, Unavailable):
        log.warning("not available: %s", error)


def _shows_version(answer: Schema | None, query: Schema | None) -> bool:
    """Whether the answer is one thing with its version; a list's things have one each."""
    return answer is not None and "version" in answer.fields and not (answer.many or isinstance(query, PageQuery))


def _instance(schema: SchemaLike) -> Schema | None:
    return schema() if inspect.isclass(schema) else schema
