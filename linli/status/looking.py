"""One look at a whole deployment: everything at once, in a few seconds whatever is down."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chassis.calendar import system_clock
from chassis.consumer import route
from linli.embedded.rabbitmq import RabbitMQ
from linli.services import CLASSES, publishers, routes, subscriptions
from linli.status import processes
from linli.status.asking import Silence, ask_all
from linli.status.databases import Looked, look_at_database, look_at_server
from linli.status.places import Places
from linli.status.queues import look_at_queues, look_inside, with_inside
from linli.status.seen import Consumer, Database, Queue, Relay, Seen, Service, Session

WITHIN_S = 8.0
"""Longer than any one question may take, so that each can say itself why it has no answer."""


def look(places: Places) -> Seen:
    """Never raises for a part that is down, and never waits longer than WITHIN_S."""
    answers = ask_all(_questions(places), WITHIN_S)
    looked = {service: _database(service, answers[f"database {service}"]) for service in places.reach.database_urls}
    server = answers.get("server")
    queues = answers["queues"]
    by_name: Mapping[str, Queue] = {} if isinstance(queues, Silence) else queues
    inside = answers.get("node", {})
    return Seen(
        at=system_clock(),
        where=places.where,
        services=[_service(name, answers[f"service {name}"]) for name in places.services],
        relays=[_relay(places, service, looked[service], answers.get(f"relay {service}")) for service in publishers()],
        queues=[
            with_inside(by_name.get(one.queue, Queue(one.queue)), {} if isinstance(inside, Silence) else inside)
            for one in routes()
        ],
        consumers=[_consumer(one.consumer, one.source, route(one).queue, looked, by_name) for one in subscriptions()],
        databases=[
            replace(one.database, oldest_transaction=server) if isinstance(server, Session) else one.database
            for one in looked.values()
        ],
        broker=queues.why if isinstance(queues, Silence) else None,
        notes=_notes(places),
    )


def _notes(places: Places) -> list[str]:
    """Which addresses the environment could name besides."""
    unnamed = [f"{name.upper()}_URL" for name in CLASSES if name not in places.services]
    unnamed += [f"{name.upper()}_RELAY_URL" for name in publishers() if name not in places.relays]
    return [f"not asked, as nothing names them: {', '.join(unnamed)}"] if unnamed else []


def _questions(places: Places) -> dict[str, Callable[[], Any]]:
    asked: dict[str, Callable[[], Any]] = {"queues": lambda: look_at_queues(places.reach.amqp_url, routes())}
    for service, url in places.reach.database_urls.items():
        sources = [one.source for one in subscriptions() if one.consumer == service]
        asked[f"database {service}"] = _later(
            look_at_database, service, url, publishes=service in publishers(), sources=sources
        )
    for name, url in places.services.items():
        asked[f"service {name}"] = _later(processes.look_at_service, name, url, _process(places, name))
    for name, url in places.relays.items():
        asked[f"relay {name}"] = _later(processes.look_at_relay, url)
    if places.instance is not None:
        asked["server"] = _later(look_at_server, places.instance.admin_url)
        if places.instance.own_broker:
            asked["node"] = _later(look_inside, _node(places))
    return asked


def _later(question: Callable[..., Any], *given: Any, **named: Any) -> Callable[[], Any]:
    return lambda: question(*given, **named)


def _node(places: Places) -> RabbitMQ:
    assert places.instance is not None
    return RabbitMQ(places.instance.data, places.instance.ports, places.instance.secrets)


def _process(places: Places, name: str) -> Any:
    return places.instance and processes.process_of(places.instance.data / "run", name)


def _service(name: str, answer: Service | Silence) -> Service:
    return Service(name, False, trouble=[answer.why]) if isinstance(answer, Silence) else answer


def _database(service: str, answer: Looked | Silence) -> Looked:
    return Looked(Database(service, False, answer.why)) if isinstance(answer, Silence) else answer


def _relay(places: Places, service: str, looked: Looked, told: Any) -> Relay:
    found = looked.relay or Relay(service)
    process = _process(places, f"{service}-relay")
    counted = told if isinstance(told, dict) else {}
    return replace(
        found,
        returned=_whole(counted.get("linli_relay_returned_events_total")),
        refused=_whole(counted.get("linli_relay_nacked_events_total")),
        blocked=None if "linli_relay_blocked" not in counted else bool(counted["linli_relay_blocked"]),
        pid=process.pid if process else None,
        trouble=told.why if isinstance(told, Silence) else None,
        memory_bytes=processes.memory_of(process) or _whole(counted.get("process_resident_memory_bytes")),
    )


def _consumer(
    service: str, source: str, queue: str, looked: Mapping[str, Looked], queues: Mapping[str, Queue]
) -> Consumer:
    found = looked[service].consumers.get(source, Consumer(service, source))
    relay, known = looked[source].relay, queues.get(queue)
    queued = None if known is None or known.ready is None else known.ready + (known.returned or 0)
    return replace(found, unsent=None if relay is None else relay.outbox_rows, queued=queued)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
