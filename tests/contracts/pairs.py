"""Who must understand whom: every sample of every publisher beside each consumer that subscribes to its type."""

import importlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

from chassis.calendar import system_clock
from chassis.database import connect
from chassis.envelope import CONTENT_TYPE, Event, from_bytes, to_json
from chassis.inbox.delivery import Delivery
from chassis.inbox.subscriptions import Subscriptions
from linli.services import WITH_DATABASE, service_class, subscriptions

AREA = "440305001012"
AT = datetime(2026, 3, 10, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """One publisher's sample and one consumer of its type."""

    consumer: str
    source: str
    sample: Any

    def __str__(self) -> str:
        return f"{self.sample.type} of {self.source} to {self.consumer}"

    @property
    def subscribed(self) -> Subscriptions:
        """The consumer's own subscriptions to the source, each with the handler of a service object."""
        [found] = [one for one in subscriptions() if (one.consumer, one.source) == (self.consumer, self.source)]
        service, event = service_class(self.consumer)(), from_bytes(message(self).body, CONTENT_TYPE)
        service.clock = system_clock
        handlers = {(one := found.to(replace(event, type=name))).name: one for name in found.types}
        bound = [replace(one, handler=partial(one.handler, service)) for one in handlers.values()]
        return Subscriptions(self.consumer, self.source, bound)


def samples() -> Iterator[tuple[str, Any]]:
    """Every service's samples, each with the service that publishes it."""
    for source in WITH_DATABASE:
        for sample in importlib.import_module(f"services.{source}.events").SAMPLES:
            yield source, sample


def pairs() -> list[Pair]:
    return [
        Pair(one.consumer, source, sample)
        for source, sample in samples()
        for one in subscriptions()
        if one.source == source and sample.type in one.types
    ]


def data_of(sample: Any) -> dict[str, Any]:
    """The sample's data as it is on the wire."""
    read: dict[str, Any] = json.loads(message(Pair("", "members", sample)).body)["data"]
    return read


def message(pair: Pair, *, number: int = 1, more: dict[str, Any] | None = None, **attributes: Any) -> Delivery:
    """The sample as the relay sends it, version 1 of its subject; `more` is added to its data, the rest beside it."""
    data = {field.name: getattr(pair.sample, field.name) for field in fields(pair.sample)} | (more or {})
    event = Event(
        event_id=UUID(int=number),
        source=pair.source,
        type=pair.sample.type,
        subject=str(next(iter(data.values()))),
        version=1,
        area=AREA,
        time=AT,
        data=data,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    text = json.dumps(json.loads(to_json(event)) | attributes, ensure_ascii=False)
    return Delivery(text.encode(), f"{CONTENT_TYPE}; charset=utf-8")


def content(admin_url: str) -> dict[str, list[str]]:
    """Every row of every table, past all row security."""
    with closing(connect(admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%yoyo%'"
        )
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT row::text FROM {table} AS row ORDER BY 1")
            found[table] = [text for (text,) in cursor.fetchall()]
        return found
