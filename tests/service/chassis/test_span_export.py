"""Spans of a green process reach an OTLP collector over HTTP, the last ones at its stop."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PROGRAM = """
import eventlet
eventlet.monkey_patch()
from chassis import tracing
tracing.start("members", "{endpoint}")

def handle(number):
    with tracing.server_span("GET /divisions", None, {{"http.route": "/divisions"}}):
        eventlet.sleep(0.01)

pool = eventlet.GreenPool()
for _ in pool.imap(handle, range(20)):
    pass
tracing.stop()
"""


@contextmanager
def collector() -> Iterator[tuple[str, Queue[bytes]]]:
    received: Queue[bytes] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.put(self.path.encode() + b"\n" + self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


def test_spans_of_greenlets_reach_the_collector() -> None:
    with collector() as (endpoint, received):
        program = PROGRAM.format(endpoint=endpoint)
        environment = os.environ | {"OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
        subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60, env=environment)

    path, _, body = received.get_nowait().partition(b"\n")
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    (scope,) = resource.scope_spans
    assert path == b"/v1/traces"
    assert len(scope.spans) == 20
    assert len({span.trace_id for span in scope.spans}) == 20
    assert {span.name for span in scope.spans} == {"GET /divisions"}
