"""The services of a deployment: what each is called, where its class is, what it publishes and subscribes to."""

import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from chassis.consumer import declared, route
from chassis.inbox.subscriptions import Subscriptions
from chassis.topology import Route

CLASSES = {
    "members": "services.members.service:Members",
    "grievances": "services.grievances.service:Grievances",
    "statistics": "services.statistics.service:Statistics",
    "portal": "services.portal.service:Portal",
}

WITH_DATABASE = ("members", "grievances", "statistics")
WITH_PERSONAL_DATA = ("members", "grievances")


@dataclass(frozen=True)
class Published:
    """One type of fact of one service; `for_others` when nobody here needs to take it."""

    source: str
    type: str
    for_others: bool


def service_class(name: str) -> type:
    """The nameko service class; importing it brings in everything the service needs."""
    module, _, attribute = CLASSES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]


@cache
def published() -> tuple[Published, ...]:
    """Every fact that any service publishes."""
    found = []
    for name in WITH_DATABASE:
        events: Any = importlib.import_module(f"services.{name}.events")
        found += [Published(name, fact.type, fact.for_others) for fact in events.PUBLISHED]
    return tuple(found)


@cache
def subscriptions() -> tuple[Subscriptions, ...]:
    """Every (consumer, source) there is a queue for."""
    return tuple(one for name in WITH_DATABASE for one in declared(service_class(name)))


def publishers() -> tuple[str, ...]:
    """The services with an outbox to relay."""
    return tuple(dict.fromkeys(one.source for one in published()))


def routes() -> tuple[Route, ...]:
    """Every queue of the deployment."""
    return tuple(route(one) for one in subscriptions())
