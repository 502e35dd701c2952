"""A small real service for the tests of the chassis' edge: `python -m tests.service.chassis.things`."""

# ruff: noqa: E402 - patched before anything else is imported
import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet

eventlet.monkey_patch()

import json
import os
import secrets
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID

import uuid_utils.compat
from marshmallow import Schema, fields, validate

from chassis import runner
from chassis.config import ServiceSettings
from chassis.errors import DatabaseUnavailable, NotFound, StaleVersion
from chassis.http import (
    FORM,
    JSON,
    PUBLIC,
    Answer,
    ChassisApi,
    CursorField,
    PageQuery,
    Refusal,
    Request,
    connection,
    endpoint,
    server,
    stream,
)
from chassis.service import OwnDatabase


class NewThing(Schema):
    title = fields.String(required=True, validate=validate.Length(1, 80))
    area = fields.String(required=True, validate=validate.Regexp(r"[1-9]\d{11}\Z"))
    size_m2 = fields.Integer(strict=True, load_default=None, allow_none=True)


class Rename(Schema):
    title = fields.String(required=True, validate=validate.Length(1, 80))


class ThingView(Schema):
    thing_id = fields.UUID()
    title = fields.String()
    area = fields.String()
    version = fields.Integer()


class Wish(Schema):
    """What somebody wishes for."""

    title = fields.String(required=True)
    size_m2 = fields.Integer(load_default=None)
    colours = fields.List(fields.String(), load_default=list)
    shape = fields.Raw(data_key="attribute[SHAPE]")


class Asked(Schema):
    about = fields.String(load_default=None)


class ListThings(PageQuery):
    cursor = CursorField(fields.UUID())


def _in_its_form(refusal: Refusal) -> Answer:
    """As Open311 does: a list of errors, in XML or JSON by the path."""
    if refusal.path.endswith(".xml"):
        return Answer(
            refusal.status,
            (("Content-Type", "text/xml"),),
            f"<errors><error><code>{refusal.status}</code></error></errors>".encode(),
        )
    told = [{"code": refusal.status, "description": refusal.detail}]
    return Answer(refusal.status, (("Content-Type", "application/json"),), json.dumps(told).encode())


def _badly(refusal: Refusal) -> Answer:
    raise KeyError("no format")


class Things(ChassisApi):
    """Things with a title, to try out the edge."""

    name = "things"
    settings: ClassVar[type[ServiceSettings]] = ServiceSettings
    database: Any = OwnDatabase()
    readiness: Any = {"always": lambda: None, "when told so": lambda: _ready()}

    @endpoint(
        "POST", "/things", roles={"mediator"}, body=NewThing, answer=ThingView, status=201, summary="Make a thing"
    )
    def make_thing(self, request: Request) -> Answer:
        """Makes a thing in one of the caller's areas.

        POST /things
        {"title": "一", "area": "440305001012"}

        201
        {"thing_id": "01920000-0000-7000-8000-000000000000", "title": "一", "area": "440305001012", "version": 1}
        """
        request.actor.require({"mediator"}, area=request.body["area"])
        thing_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            row = tx.rows(
                "INSERT INTO thing VALUES (%s, %s, %s, 1) RETURNING *",
                (thing_id, request.body["title"], request.body["area"]),
            )[0]
            return request.answer(tx, row, version=1, location=f"/things/{thing_id}", area=row.area)

    @endpoint("GET", "/things", roles={"mediator"}, query=ListThings, answer=ThingView, summary="All things")
    def list_things(self, request: Request) -> Answer:
        after, limit = request.query["cursor"], request.query["limit"]
        with self.database.transaction(request.access) as tx:
            rows = tx.rows(
                "SELECT * FROM thing WHERE %s::uuid IS NULL OR thing_id > %s ORDER BY thing_id LIMIT %s",
                (after and after[0], after and after[0], limit + 1),
            )
            more = len(rows) > limit
            return request.page(tx, rows[:limit], (rows[limit - 1].thing_id,) if more else None)

    @endpoint("GET", "/things/<uuid:thing_id>", roles={"mediator"}, answer=ThingView, summary="One thing")
    def get_thing(self, request: Request, thing_id: UUID) -> Answer:
        with self.database.transaction(request.access) as tx:
            row = _thing(tx, thing_id)
            return request.answer(tx, row, version=row.version)

    @endpoint(
        "POST",
        "/things/<uuid:thing_id>/rename",
        roles={"mediator"},
        body=Rename,
        answer=ThingView,
        versioned=True,
        summary="Give another title",
    )
    def rename_thing(self, request: Request, thing_id: UUID) -> Answer:
        with self.database.transaction(request.access) as tx:
            row = _thing(tx, thing_id)
            if row.version != request.version:
                raise StaleVersion(f"thing {thing_id}", request.version or 0, row.version)
            row = tx.rows(
                "UPDATE thing SET title = %s, version = version + 1 WHERE thing_id = %s RETURNING *",
                (request.body["title"], thing_id),
            )[0]
            return request.answer(tx, row, version=row.version)

    @endpoint("POST", "/things/<uuid:thing_id>/slowly", roles={"mediator"}, status=204, summary="Take a second")
    def do_slowly(self, request: Request, thing_id: UUID) -> Answer:
        with self.database.transaction(request.access) as tx:
            tx.execute("SELECT pg_sleep(1)")
            return request.answer(tx, None)

    @endpoint(
        "POST",
        "/wishes",
        roles={"mediator"},
        body=Wish,
        body_media=(JSON, FORM),
        headers=("Case-Secret",),
        summary="Wish for a thing",
    )
    def wish(self, request: Request) -> Answer:
        return request.answer(None, {"wish": request.body, "secret": request.headers["case-secret"]})

    @endpoint(
        "GET",
        "/facade/things/<uuid:thing_id>.<any(xml, json):form>",
        roles={"mediator"},
        refusal=_in_its_form,
        media=("application/json", "text/xml"),
        summary="One thing by another standard",
    )
    def get_by_facade(self, request: Request, thing_id: UUID, form: str) -> Answer:
        """As another standard wants it.

        GET /facade/things/01920000-0000-7000-8000-000000000000.xml

        200
        {"title": "一"}
        """
        with self.database.transaction(request.access) as tx:
            return request.answer(tx, {"title": _thing(tx, thing_id).title})

    @endpoint(
        "POST",
        "/facade/wishes.<any(xml, json):form>",
        roles={"mediator"},
        body=Rename,
        body_media=(FORM,),
        refusal=_in_its_form,
        token_field="api_key",
        media=("application/json", "text/xml"),
        status=200,
        summary="Wish by another standard",
    )
    def wish_by_facade(self, request: Request, form: str) -> Answer:
        with self.database.transaction(request.access) as tx:
            told = {"title": request.body["title"], "by": request.actor.actor_id}
            return request.file(tx, json.dumps(told).encode(), JSON, thing="/wishes/1", confidential=True)

    @endpoint(
        "GET",
        "/facade/me.json",
        roles=PUBLIC,
        query=Asked,
        token_field="api_key",
        summary="Who asks, if anybody says",
    )
    def get_me(self, request: Request) -> Answer:
        return request.answer(None, {"by": request.actor.actor_id, "asked": request.query})

    @endpoint("POST", "/misprint/things.xml", roles={"mediator"}, body=Rename, refusal=_badly, summary="Make one there")
    def make_by_facade(self, request: Request) -> Answer:
        raise RuntimeError("王小明 13800138000")

    @endpoint(
        "GET", "/streams/<kind>", roles={"mediator"}, media="text/csv; charset=utf-8", summary="Lines of a chosen kind"
    )
    def stream_lines(self, request: Request, kind: str) -> Answer:
        made: Iterator[bytes] = getattr(self, f"_{kind}")()
        return request.stream(_said(kind, made), "text/csv; charset=utf-8", filename=f"{kind} 台账.csv")

    def _numbers(self) -> Iterator[bytes]:
        for start in range(0, 20_000, 5_000):
            with self.database.transaction() as tx:
                rows = tx.rows("SELECT number FROM generate_series(%s, %s) number", (start, start + 4_999))
            yield from (b"%d\n" % row.number for row in rows)

    def _nothing(self) -> Iterator[bytes]:
        yield from ()

    def _refused(self) -> Iterator[bytes]:
        yield b"first line\n"
        raise NotFound("there is no second line")

    def _broken(self) -> Iterator[bytes]:
        yield b"x" * 200_000
        raise RuntimeError("王小明 13800138000")

    def _slow(self) -> Iterator[bytes]:
        for _ in range(3):
            with self.database.transaction() as tx:
                tx.execute("SELECT pg_sleep(0.8)")
            yield b"x" * stream.PIECE_BYTES

    def _large(self) -> Iterator[bytes]:
        for _ in range(32):
            yield b"x" * 1024 * 1024

    def _endless(self) -> Iterator[bytes]:
        while True:
            yield b""
            yield b"x" * 65536

    @endpoint("GET", "/file", roles={"mediator"}, media="application/pdf", summary="A file")
    def get_file(self, request: Request) -> Answer:
        return request.file(None, b"%PDF \xff", "application/pdf", filename="调解协议书.pdf")

    @endpoint("GET", "/large", roles={"mediator"}, media="application/zip", summary="A large file")
    def get_large(self, request: Request) -> Answer:
        return request.file(None, b"x" * 20_000_000, "application/zip")

    @endpoint("POST", "/file", roles={"mediator"}, media="application/pdf", summary="Make a file")
    def make_file(self, request: Request) -> Answer:
        with self.database.transaction(request.access) as tx:
            tx.execute("INSERT INTO thing VALUES (%s, 'file', %s, 1)", (uuid_utils.compat.uuid7(), "440305001012"))
            return request.file(tx, b"%PDF \xff", "application/pdf")

    @endpoint(
        "POST", "/open/things", roles=PUBLIC, body=NewThing, answer=ThingView, keyed=True, summary="Make one unnamed"
    )
    def make_openly(self, request: Request) -> Answer:
        with self.database.transaction() as tx:
            sql = "INSERT INTO thing VALUES (%s, %s, %s, 1) RETURNING *"
            row = tx.rows(sql, (uuid_utils.compat.uuid7(), request.body["title"], request.body["area"]))[0]
            return request.answer(tx, row)

    @endpoint("POST", "/secrets", roles={"mediator"}, status=201, summary="Be told a secret once")
    def tell_secret(self, request: Request) -> Answer:
        with self.database.transaction(request.access) as tx:
            told = {"secret": f"悄悄话-{secrets.token_hex(8)}"}
            return request.answer(tx, told, location="/secrets/1", confidential=True)

    @endpoint("POST", "/faults/<kind>", roles=PUBLIC, status=204, summary="Fail in a chosen way")
    def fail(self, request: Request, kind: str) -> Answer:
        if kind == "unavailable":
            raise DatabaseUnavailable("host db-7.internal does not answer")
        raise RuntimeError("王小明 13800138000")


def _said(kind: str, lines: Iterator[bytes]) -> Iterator[bytes]:
    """The same lines; says when it is closed, and the generator behind it with it."""
    try:
        yield from lines
    finally:
        print(f"{kind} is closed", flush=True)


def _thing(tx: Any, thing_id: UUID) -> Any:
    rows = tx.rows("SELECT * FROM thing WHERE thing_id = %s FOR UPDATE", (thing_id,))
    if not rows:
        raise NotFound(f"there is no thing {thing_id}")
    return rows[0]


def _ready() -> None:
    if not os.environ.get("READY"):
        raise DatabaseUnavailable("READY is not set")


if __name__ == "__main__":
    # The test cannot wait as long as a caller may.
    connection.REQUEST_S = float(os.environ.get("REQUEST_S", connection.REQUEST_S))
    connection.ANSWER_S = float(os.environ.get("ANSWER_S", connection.ANSWER_S))
    server.MAX_CONNECTIONS = int(os.environ.get("MAX_CONNECTIONS", server.MAX_CONNECTIONS))
    runner.serve(Things)
