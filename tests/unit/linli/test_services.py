"""What is known of the services without starting them."""

import subprocess
import sys
from typing import Any

import pytest

from chassis.topology import Route
from linli.embedded.ports import SERVICES as WITH_PORTS
from linli.services import (
    CLASSES,
    WITH_DATABASE,
    WITH_PERSONAL_DATA,
    published,
    publishers,
    routes,
    service_class,
    subscriptions,
)


@pytest.mark.parametrize("name", CLASSES)
def test_a_service_is_called_as_its_class_says(name: str) -> None:
    service: Any = service_class(name)

    assert service.name == name


def test_every_service_has_ports() -> None:
    assert set(CLASSES) == set(WITH_PORTS)


def test_just_the_services_with_personal_data_ask_for_keys() -> None:
    services: dict[str, Any] = {name: service_class(name) for name in CLASSES}
    asking = {
        name
        for name, service in services.items()
        if any(variable.name == "SEALING_KEYS" for variable in service.settings.variables())
    }

    assert asking == set(WITH_PERSONAL_DATA)


def test_just_the_services_with_facts_need_a_relay() -> None:
    assert publishers() == tuple(name for name in WITH_DATABASE if any(fact.source == name for fact in published()))


def test_there_is_a_queue_for_each_consumer_and_source() -> None:
    assert [(route.consumer, route.source) for route in routes()] == [
        (one.consumer, one.source) for one in subscriptions()
    ]
    assert Route("members", "grievances", ("dispute.resolved",)) in routes()


def test_nobody_listens_to_itself() -> None:
    assert [one.consumer for one in subscriptions() if one.consumer == one.source] == []


@pytest.mark.parametrize("module", ["linli.relaying", "linli.cli"])
def test_a_process_without_green_threads_loads_neither_nameko_nor_eventlet(module: str) -> None:
    """In a fresh interpreter: here both are loaded already."""
    code = f"import sys, {module}; print([name for name in ('nameko', 'eventlet') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
