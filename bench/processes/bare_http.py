"""A bare nameko service: `@http`, a marshmallow schema, two inserts and a commit; nothing else of what a service needs.

`python -m bench.processes.bare_http HOST:PORT DATABASE_URL`
"""

# ruff: noqa: E402 - patched before anything else is imported
import eventlet

eventlet.monkey_patch()

from eventlet.support.psycopg2_patcher import make_psycopg_green

make_psycopg_green()

import json
import sys
import uuid
from typing import Any

import psycopg2
from eventlet.queue import LightQueue
from marshmallow import Schema, fields, validate
from nameko.extensions import DependencyProvider
from nameko.runners import ServiceRunner
from nameko.web.handlers import http

CASE = "INSERT INTO bare_cases (case_id, area, category, mediator_id) VALUES (%s, %s, %s, %s)"
FACT = "INSERT INTO bare_facts (fact_id, case_id, body) VALUES (%s, %s, %s)"


class Case(Schema):
    area = fields.String(required=True, validate=validate.Length(equal=12))
    category = fields.String(required=True, validate=validate.Length(1, 40))
    mediator_id = fields.String(required=True, validate=validate.Length(1, 128))


class View(Schema):
    case_id = fields.UUID()
    area = fields.String()
    category = fields.String()
    mediator_id = fields.String()


class Connections(DependencyProvider):  # type: ignore[misc]
    """As many connections as there can be workers."""

    def setup(self) -> None:
        self.free = LightQueue()
        for _ in range(self.container.max_workers):
            self.free.put(psycopg2.connect(self.container.config["DATABASE_URL"]))

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.free


class Bare:
    name = "bare"
    connections = Connections()
    case, view = Case(), View()

    @http("POST", "/cases")  # type: ignore[untyped-decorator]
    def open_case(self, request: Any) -> tuple[int, dict[str, str], str]:
        case = {"case_id": uuid.uuid4(), **self.case.load(json.loads(request.get_data()))}
        answer = json.dumps(self.view.dump(case))
        connection = self.connections.get()
        with connection.cursor() as cursor:
            cursor.execute(CASE, (str(case["case_id"]), case["area"], case["category"], case["mediator_id"]))
            cursor.execute(FACT, (str(uuid.uuid4()), str(case["case_id"]), answer))
        connection.commit()
        self.connections.put(connection)
        return 201, {"Content-Type": "application/json"}, answer


def main(address: str, database_url: str) -> None:
    config = {"AMQP_URI": "", "WEB_SERVER_ADDRESS": address, "DATABASE_URL": database_url, "max_workers": 20}
    runner = ServiceRunner(config)
    runner.add_service(Bare)
    runner.start()
    runner.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
