"""Every fact has somebody who hears it, and nobody waits for a fact that nobody tells."""

import importlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from linli.services import WITH_DATABASE, published, subscriptions
from tests.guards.repository import SERVICES, python_files

EVENTS = {service: importlib.import_module(f"services.{service}.events") for service in WITH_DATABASE}
EVERY_SERVICE = pytest.mark.parametrize("service", WITH_DATABASE)
FACTS = [pytest.param(fact, id=fact.type) for events in EVENTS.values() for fact in events.PUBLISHED]


def test_every_service_with_events_is_in_the_deployment() -> None:
    assert set(WITH_DATABASE) == {service for service in SERVICES if service != "portal"}


def test_every_fact_has_a_consumer_or_is_for_others() -> None:
    heard = {(one.source, event_type) for one in subscriptions() for event_type in one.types}

    unheard = [fact for fact in published() if not fact.for_others and (fact.source, fact.type) not in heard]
    assert not unheard, "subscribe to it, or say for_others = True in events.py"


def test_a_fact_for_others_has_no_consumer_here() -> None:
    """It is published without `mandatory`: were its queue missing, nobody would notice the loss."""
    heard = {(one.source, event_type) for one in subscriptions() for event_type in one.types}

    assert not [fact for fact in published() if fact.for_others and (fact.source, fact.type) in heard]


def test_nobody_subscribes_to_a_fact_that_is_not_published() -> None:
    told = {(fact.source, fact.type) for fact in published()}

    assert {(one.source, event_type) for one in subscriptions() for event_type in one.types} <= told


def test_a_type_is_published_by_one_service_once() -> None:
    assert [kind for kind, count in Counter(fact.type for fact in published()).items() if count > 1] == []


@pytest.mark.parametrize("path", [path for path in python_files("services") if path.name == "events.py"], ids=str)
def test_every_fact_of_a_slice_is_published_by_its_service(path: Path) -> None:
    facts = importlib.import_module(".".join(path.with_suffix("").parts))
    told = {one for one in vars(facts).values() if isinstance(one, type) and "type" in vars(one)}

    assert told <= set(EVENTS[path.parts[1]].PUBLISHED)


@EVERY_SERVICE
def test_every_fact_has_exactly_one_sample(service: str) -> None:
    assert [type(sample) for sample in EVENTS[service].SAMPLES] == list(EVENTS[service].PUBLISHED)


@pytest.mark.parametrize("fact", FACTS)
def test_a_type_is_a_thing_and_what_happened_to_it(fact: Any) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", fact.type), "for example dispute.resolved"


@pytest.mark.parametrize("fact", FACTS)
def test_a_fact_is_frozen_and_says_what_it_means(fact: Any) -> None:
    assert fact.__dataclass_params__.frozen
    assert fact.__doc__
    assert not fact.__doc__.startswith(f"{fact.__name__}("), "the docstring is the dataclass's own"


def test_who_wants_every_version_takes_all_types_of_the_subject() -> None:
    """A type left out would be a gap for ever."""
    for one in subscriptions():
        for event_type in one.types:
            subscription = one.to(_event_of(event_type))
            if subscription.in_sequence:
                noun = event_type.partition(".")[0] + "."
                all_types = {fact.type for fact in published() if fact.source == one.source}
                assert {kind for kind in all_types if kind.startswith(noun)} <= set(subscription.types)


def _event_of(event_type: str) -> Any:
    class Asked:
        type = event_type

    return Asked()
