"""W3C Trace Context across HTTP, outbox and broker, and OpenTelemetry spans where there is somewhere to send them.

The context always travels: an incoming traceparent is continued, otherwise a new trace begins. Spans are made only when
OTEL_EXPORTER_OTLP_ENDPOINT is set; without it OpenTelemetry is not even imported and a span costs two microseconds.
"""

import random
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, SpanContext

ATTRIBUTES = frozenset(
    {
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.batch.message_count",
        "messaging.destination.name",
        "messaging.system",
        "server.address",
        "linli.event_type",
        "linli.outcome",
        "linli.source",
    }
)
"""What a span may say. Names, phones, paths with ids and bodies have no place in a trace store."""

MAX_LINKS = 128
"""Of a batch, only the first so many facts are linked; OpenTelemetry drops the rest anyway."""

_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class TraceContext(NamedTuple):
    """Where we are in which trace: 32 and 16 lower-case hexadecimal digits."""

    trace_id: str
    span_id: str
    sampled: bool

    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


_here: ContextVar[TraceContext | None] = ContextVar("linli_trace", default=None)
_provider: "TracerProvider | None" = None


def current_traceparent() -> str | None:
    """The `traceparent` to write into a fact or to send with a request; None outside of any span."""
    here = _here.get()
    return here.traceparent() if here else None


def current_trace_id() -> str | None:
    """The trace's id for log lines and audit rows; None outside of any span."""
    here = _here.get()
    return here.trace_id if here else None


def parsed(traceparent: str | None) -> TraceContext | None:
    """Read a traceparent as W3C Trace Context asks; None when there is none or it does not hold."""
    if traceparent is None or len(traceparent) > 512 or not (match := _TRACEPARENT.fullmatch(traceparent)):
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "00" and rest:
        return None
    return TraceContext(trace_id, span_id, sampled=bool(int(flags, 16) & 1))


class CarriedSpan:
    """A span that nobody records: it only gives those inside it a context to pass on."""

    __slots__ = ("_context", "_token")

    def __init__(self, parent: TraceContext | None) -> None:
        span_id = f"{random.getrandbits(64) | 1:016x}"
        if parent is None:
            self._context = TraceContext(f"{random.getrandbits(128) | 1:032x}", span_id, False)
        else:
            self._context = TraceContext(parent.trace_id, span_id, parent.sampled)

    def __enter__(self) -> Self:
        self._token: Token[TraceContext | None] = _here.set(self._context)
        return self

    def __exit__(self, *_: object) -> None:
        _here.reset(self._token)

    def set(self, name: str, value: str | int) -> None:
        """Say something about the work; the name must be one of ATTRIBUTES."""
        _check((name,))


class RecordedSpan:
    """A span that OpenTelemetry sends on. An exception marks it by its type alone: messages may hold personal data."""

    def __init__(self, span: "Span") -> None:
        self._span = span
        self._leave = ExitStack()

    def __enter__(self) -> Self:
        from opentelemetry.trace import use_span

        use = use_span(self._span, end_on_exit=True, record_exception=False, set_status_on_exception=False)
        self._leave.enter_context(use)
        self._token = _here.set(_from_span(self._span.get_span_context()))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        from opentelemetry.trace import StatusCode

        _here.reset(self._token)
        if kind is not None:
            self._span.set_status(StatusCode.ERROR, kind.__name__)
        self._leave.close()

    def set(self, name: str, value: str | int) -> None:
        """Say something about the work; the name must be one of ATTRIBUTES."""
        _check((name,))
        self._span.set_attribute(name, value)


AnySpan = CarriedSpan | RecordedSpan


def server_span(name: str, traceparent: str | None, attributes: Mapping[str, str | int] | None = None) -> AnySpan:
    """Around the answer to one request; continues the caller's trace."""
    return _span("SERVER", name, parsed(traceparent), (), attributes)


def client_span(name: str, attributes: Mapping[str, str | int] | None = None) -> AnySpan:
    """Around a request to another service; send `current_traceparent()` from inside it."""
    return _span("CLIENT", name, _here.get(), (), attributes)


def producer_span(
    name: str, traceparents: Sequence[str | None] = (), attributes: Mapping[str, str | int] | None = None
) -> AnySpan:
    """Around sending facts to the broker. The facts keep the traceparent they were committed with."""
    return _span("PRODUCER", name, _here.get(), traceparents, attributes)


def consumer_span(
    name: str, traceparents: Sequence[str | None], attributes: Mapping[str, str | int] | None = None
) -> AnySpan:
    """Around the handling of facts: one fact continues its own trace, several are linked from a new one."""
    if len(traceparents) == 1:
        return _span("CONSUMER", name, parsed(traceparents[0]), (), attributes)
    return _span("CONSUMER", name, None, traceparents, attributes)


def start(service: str, endpoint: str | None) -> None:
    """Send this process's spans to an OTLP/HTTP collector; without an endpoint nothing is recorded.

    The OTEL_* variables of OpenTelemetry itself (sampler, headers, time-outs) hold as they are.
    """
    if endpoint is not None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        send_to(service, OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces"))


def send_to(service: str, exporter: "SpanExporter") -> None:
    """Send this process's spans to any exporter of OpenTelemetry."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    global _provider
    _provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter))


def stop() -> None:
    """Send what is still kept and stop recording; call it last in a shutdown."""
    global _provider
    if _provider is not None:
        provider, _provider = _provider, None
        provider.shutdown()


def _span(
    kind: str,
    name: str,
    parent: TraceContext | None,
    linked: Sequence[str | None],
    attributes: Mapping[str, str | int] | None,
) -> AnySpan:
    if attributes:
        _check(attributes)
    if _provider is None:
        return CarriedSpan(parent)
    from opentelemetry.context import Context
    from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, set_span_in_context

    context = set_span_in_context(NonRecordingSpan(_to_span(parent)), Context()) if parent else Context()
    seen = dict.fromkeys(found for text in linked[:MAX_LINKS] if (found := parsed(text)))
    span = _provider.get_tracer("linli").start_span(
        name,
        context=context,
        kind=SpanKind[kind],
        attributes=attributes,
        links=[Link(_to_span(context)) for context in seen],
    )
    return RecordedSpan(span)


def _check(names: Collection[str]) -> None:
    for name in names:
        if name not in ATTRIBUTES:
            raise ValueError(
                f"span attribute {name!r} is not listed in chassis.tracing.ATTRIBUTES; add it there or omit it"
            )


def _from_span(context: "SpanContext") -> TraceContext:
    return TraceContext(f"{context.trace_id:032x}", f"{context.span_id:016x}", bool(context.trace_flags & 1))


def _to_span(context: TraceContext) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags

    flags = TraceFlags(TraceFlags.SAMPLED if context.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(context.trace_id, 16), int(context.span_id, 16), is_remote=True, trace_flags=flags)
