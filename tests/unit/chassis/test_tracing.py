"""The trace goes on from hop to hop, recorded or not, and a span says nothing personal."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from chassis import tracing
from chassis.tracing import TraceContext, parsed

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
INCOMING = f"00-{TRACE_ID}-{SPAN_ID}-01"
OTHER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

# The cases of W3C Trace Context Level 1, 3.2.2 and 4.3.
HELD = {
    "sampled": (INCOMING, TraceContext(TRACE_ID, SPAN_ID, True)),
    "not sampled": (f"00-{TRACE_ID}-{SPAN_ID}-00", TraceContext(TRACE_ID, SPAN_ID, False)),
    "unknown flags": (f"00-{TRACE_ID}-{SPAN_ID}-ff", TraceContext(TRACE_ID, SPAN_ID, True)),
    "a later version": (f"cc-{TRACE_ID}-{SPAN_ID}-01", TraceContext(TRACE_ID, SPAN_ID, True)),
    "a later version with more": (f"cc-{TRACE_ID}-{SPAN_ID}-01-more", TraceContext(TRACE_ID, SPAN_ID, True)),
}
NOT_HELD = [
    None,
    "",
    "00",
    f"ff-{TRACE_ID}-{SPAN_ID}-01",
    f"00-{'0' * 32}-{SPAN_ID}-01",
    f"00-{TRACE_ID}-{'0' * 16}-01",
    f"00-{TRACE_ID.upper()}-{SPAN_ID}-01",
    f"00-{TRACE_ID}-{SPAN_ID}-1",
    f"00-{TRACE_ID}-{SPAN_ID}-01-more",
    f"00-{TRACE_ID}-{SPAN_ID}",
    f"cc-{TRACE_ID}-{SPAN_ID}-01more",
    f" {INCOMING}",
    f"{INCOMING}\n",
    "cc" + INCOMING[2:] + "-" + "x" * 1000,
]


@pytest.mark.parametrize(("traceparent", "context"), HELD.values(), ids=HELD.keys())
def test_a_traceparent_that_holds_is_read(traceparent: str, context: TraceContext) -> None:
    assert parsed(traceparent) == context


@pytest.mark.parametrize("traceparent", NOT_HELD)
def test_a_traceparent_that_does_not_hold_counts_as_none(traceparent: str | None) -> None:
    assert parsed(traceparent) is None


@given(text=st.text() | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{30,34}-[0-9a-f]{14,18}-[0-9a-f]{2}", fullmatch=True))
def test_reading_a_traceparent_never_fails(text: str) -> None:
    context = parsed(text)

    assert context is None or parsed(context.traceparent()) == context


@pytest.fixture(params=["carried", "recorded"])
def _both_ways(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == "recorded":
        tracing.send_to("members", InMemorySpanExporter())
    yield
    tracing.stop()


@pytest.mark.usefixtures("_both_ways")
def test_an_incoming_trace_is_continued_with_a_span_of_its_own() -> None:
    with tracing.server_span("GET /disputes", INCOMING):
        here = parsed(tracing.current_traceparent())

    assert here is not None
    assert (here.trace_id, here.sampled) == (TRACE_ID, True)
    assert here.span_id != SPAN_ID


@pytest.mark.usefixtures("_both_ways")
@pytest.mark.parametrize("traceparent", [None, "nonsense"])
def test_without_an_incoming_trace_a_new_one_begins(traceparent: str | None) -> None:
    found = set()
    for _ in range(2):
        with tracing.server_span("GET /disputes", traceparent):
            found.add(tracing.current_trace_id())

    assert len(found) == 2
    assert all(trace_id and re.fullmatch("(?!0{32})[0-9a-f]{32}", trace_id) for trace_id in found)


@pytest.mark.usefixtures("_both_ways")
def test_outside_of_a_span_there_is_no_trace() -> None:
    with pytest.raises(ValueError), tracing.server_span("GET /disputes", INCOMING):
        raise ValueError

    assert tracing.current_traceparent() is None
    assert tracing.current_trace_id() is None


@pytest.mark.usefixtures("_both_ways")
def test_one_fact_continues_the_trace_it_was_committed_in() -> None:
    with tracing.consumer_span("dispute.resolved", [INCOMING]):
        assert tracing.current_trace_id() == TRACE_ID


@pytest.mark.usefixtures("_both_ways")
def test_several_facts_are_handled_in_a_trace_of_their_own() -> None:
    with tracing.consumer_span("statistics.count", [INCOMING, OTHER, None]):
        assert tracing.current_trace_id() not in (None, TRACE_ID, parsed(OTHER))


@pytest.mark.usefixtures("_both_ways")
def test_spans_nest_and_a_request_to_another_service_goes_on_in_the_trace() -> None:
    with tracing.server_span("GET /", INCOMING):
        outer = tracing.current_traceparent()
        with tracing.client_span("GET /statistics"):
            assert tracing.current_trace_id() == TRACE_ID
            assert tracing.current_traceparent() != outer
        assert tracing.current_traceparent() == outer


@pytest.mark.usefixtures("_both_ways")
def test_an_attribute_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"span attribute 'holder\.name'"):
        tracing.server_span("GET /", None, {"holder.name": "王小明"})
    with tracing.server_span("GET /", None) as span, pytest.raises(ValueError, match=r"span attribute 'url\.full'"):
        span.set("url.full", "/members?name=王小明")


def test_without_an_exporter_opentelemetry_is_not_even_imported() -> None:
    program = "import sys, chassis.tracing as t; t.start('x', None); t.server_span('GET /', None).__enter__()"

    subprocess.run([sys.executable, "-c", f"{program}; sys.exit('opentelemetry' in sys.modules)"], check=True)


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    tracing.send_to("members", kept)
    yield kept
    tracing.stop()


def test_a_recorded_span_has_its_parent_kind_and_attributes(exporter: InMemorySpanExporter) -> None:
    with tracing.server_span("GET /disputes", INCOMING, {"http.route": "/disputes"}) as span:
        span.set("http.response.status_code", 200)
    tracing.stop()

    (sent,) = exporter.get_finished_spans()
    assert (sent.name, sent.kind.name) == ("GET /disputes", "SERVER")
    assert sent.parent is not None
    assert f"{sent.parent.span_id:016x}" == SPAN_ID
    assert dict(sent.attributes or {}) == {"http.route": "/disputes", "http.response.status_code": 200}
    assert sent.resource.attributes["service.name"] == "members"


def test_a_batch_links_each_trace_once(exporter: InMemorySpanExporter) -> None:
    with tracing.consumer_span("statistics.count", [INCOMING, OTHER, None, "nonsense", INCOMING]):
        pass
    tracing.stop()

    (sent,) = exporter.get_finished_spans()
    assert [f"{link.context.trace_id:032x}" for link in sent.links] == [TRACE_ID, OTHER.split("-")[1]]
    assert sent.parent is None


def test_an_error_leaves_its_type_and_nothing_of_its_message(exporter: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError), tracing.server_span("GET /", None):
        raise ValueError("王小明 13800138000")
    tracing.stop()

    (sent,) = exporter.get_finished_spans()
    assert (sent.status.status_code, sent.status.description) == (StatusCode.ERROR, "ValueError")
    assert "王小明" not in sent.to_json()


def test_a_caller_that_does_not_sample_is_not_recorded(exporter: InMemorySpanExporter) -> None:
    with tracing.server_span("GET /", f"00-{TRACE_ID}-{SPAN_ID}-00"):
        assert tracing.current_traceparent() is not None
    tracing.stop()

    assert exporter.get_finished_spans() == ()
