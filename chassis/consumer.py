"""`@subscribe`: a nameko entrypoint for facts. How they are consumed is said in chassis.queue_consumer."""

import inspect
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, cast

from marshmallow import Schema
from nameko.containers import WorkerContext
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR, Entrypoint, ProviderCollector, SharedExtension

from chassis.config import ServiceSettings
from chassis.database import Database
from chassis.inbox.effects import Inbox
from chassis.inbox.subscriptions import Subscription, Subscriptions
from chassis.queue_consumer import QueueConsumer
from chassis.topology import Route


class Consumers(ProviderCollector, SharedExtension):
    """All the queues of one service: one QueueConsumer for each source its handlers name."""

    def __init__(self) -> None:
        super().__init__()
        self._queues: list[QueueConsumer] | None = None
        self._threads: list[Any] = []

    def start(self) -> None:
        if self._queues is not None:
            return
        settings: ServiceSettings = self.container.config["settings"]
        database: Database = self.container.config["database"]
        self._queues = [
            QueueConsumer(
                settings.amqp_url,
                route(subscriptions),
                Inbox(database, subscriptions, attempts=settings.consumer_attempts),
                batch=settings.consumer_batch,
            )
            for subscriptions in grouped(
                self.container.service_name, [provider.bound_subscription() for provider in self._providers]
            )
        ]
        self._threads = [self.container.spawn_managed_thread(queue.run) for queue in self._queues]

    def queues(self) -> list[QueueConsumer]:
        """One for each source, from the start of the service on, whichever of its extensions starts first."""
        self.start()
        return self._queues or []

    def halt(self) -> None:
        """Take nothing more; return when all that was taken is in effect and acknowledged."""
        for queue in self._queues or []:
            queue.stop()
        for thread in self._threads:
            thread.wait()

    def problems(self) -> list[str]:
        """What keeps this service's consumers from being ready; empty when all consume."""
        return [queue.problem for queue in self._queues or [] if queue.problem]


class Subscriber(Entrypoint):
    """The entrypoint behind `@subscribe`."""

    consumers = Consumers()

    def __init__(
        self, source: str, *types: str, schema: type[Schema], batch: bool = False, in_sequence: bool = False
    ) -> None:
        super().__init__()
        self.source = source
        self.types = types
        self.schema = schema
        self.batch = batch
        self.in_sequence = in_sequence

    def setup(self) -> None:
        self.consumers.register_provider(self)

    def stop(self) -> None:
        self.consumers.halt()
        self.consumers.unregister_provider(self)

    def subscription(self, handler: Callable[..., None]) -> Subscription:
        """What `@subscribe` said, for this handler."""
        return Subscription(
            self.source, self.types, handler, self.schema(), self.batch, self.in_sequence, handler.__name__
        )

    def bound_subscription(self) -> Subscription:
        """With the handler of a service object of its own, made once: under group commit no event has a worker."""
        service = self.container.service_cls()
        self.container._inject_dependencies(WorkerContext(self.container, service, self))
        return self.subscription(getattr(service, self.method_name))


def subscribe(source: str, *types: str, **options: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Handle a source's facts, exactly once each.

    `@subscribe("grievances", "dispute.resolved", schema=DisputeResolved)` on `(self, tx, event)`; with `batch=True` on
    `(self, tx, events)`; with `in_sequence=True` every version of a subject once and in order. The handler acts through
    `tx` only: it commits with the inbox row, and it may be run again after a rollback.
    """
    return cast(Callable[[Callable[..., None]], Callable[..., None]], Subscriber.decorator(source, *types, **options))


def declared(service: type) -> list[Subscriptions]:
    """What a service class subscribes to, by source, without starting it; its handlers are not bound to an object."""
    found = [
        entrypoint.subscription(method)
        for _, method in inspect.getmembers(service, inspect.isfunction)
        for entrypoint in getattr(method, ENTRYPOINT_EXTENSIONS_ATTR, ())
        if isinstance(entrypoint, Subscriber)
    ]
    return grouped(cast(Any, service).name, found)


def grouped(consumer: str, subscriptions: Iterable[Subscription]) -> list[Subscriptions]:
    """One Subscriptions for each source, in the order of their names."""
    ordered = sorted(subscriptions, key=lambda subscription: (subscription.source, subscription.name))
    return [
        Subscriptions(consumer, source, list(mine))
        for source, mine in groupby(ordered, lambda subscription: subscription.source)
    ]


def route(subscriptions: Subscriptions) -> Route:
    """The queue these subscriptions are served from."""
    return Route(subscriptions.consumer, subscriptions.source, subscriptions.types)
