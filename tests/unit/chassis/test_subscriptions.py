"""What a service says it takes from a source, before any message comes."""

from typing import Any

import pytest

from chassis import topology
from chassis.consumer import declared, grouped, route, subscribe
from chassis.envelope import CONTENT_TYPE, to_json
from chassis.errors import Misconfigured, UnreadableEvent
from chassis.inbox.subscriptions import Subscription, Subscriptions
from tests.support.facts import ThingData, event


def nothing(*_: Any) -> None:
    """A handler that is never called."""


def subscription(*types: str, source: str = "grievances", **options: Any) -> Subscription:
    return Subscription(source, types, nothing, ThingData(), **options)


class Listening:
    """As a service class: two sources, three handlers."""

    name = "listening"

    @subscribe("grievances", "thing.told", schema=ThingData, batch=True, in_sequence=True)
    def count(self, tx: Any, events: Any) -> None: ...

    @subscribe("grievances", "thing.changed", schema=ThingData)
    def follow(self, tx: Any, event: Any) -> None: ...

    @subscribe("members", "division.registered", schema=ThingData)
    def learn(self, tx: Any, event: Any) -> None: ...


def test_a_class_says_what_it_takes_from_each_source() -> None:
    members, grievances = sorted(declared(Listening), key=lambda one: one.source, reverse=True)

    assert (grievances.consumer, grievances.source) == ("listening", "grievances")
    assert sorted(grievances.types) == ["thing.changed", "thing.told"]
    assert (members.source, members.types) == ("members", ("division.registered",))


def test_each_type_goes_to_the_handler_that_named_it() -> None:
    grievances = next(one for one in declared(Listening) if one.source == "grievances")
    told = grievances.to(event())
    changed = grievances.to(event(type="thing.changed"))

    assert (told.name, told.batch, told.in_sequence) == ("count", True, True)
    assert (changed.name, changed.batch, changed.in_sequence) == ("follow", False, False)


def test_a_source_has_one_queue_bound_to_all_types_taken_from_it() -> None:
    grievances = next(one for one in declared(Listening) if one.source == "grievances")
    made = route(grievances)

    assert (made.queue, made.returned) == ("listening.from.grievances.v1", "listening.from.grievances.v1.returned")
    assert sorted(made.types) == ["thing.changed", "thing.told"]
    assert topology.exchange(made.source) == "grievances.events"


def test_two_handlers_of_one_type_are_refused() -> None:
    with pytest.raises(Misconfigured, match=r"statistics has two handlers for thing\.told of grievances"):
        Subscriptions("statistics", "grievances", [subscription("thing.told"), subscription("thing.told")])


def test_one_type_of_two_sources_has_two_queues() -> None:
    both = grouped("statistics", [subscription("thing.told"), subscription("thing.told", source="members")])

    assert [one.source for one in both] == ["grievances", "members"]


def test_what_is_read_has_the_data_its_handler_asked_for() -> None:
    taken = Subscriptions("statistics", "grievances", [subscription("thing.told")])
    read = taken.read(to_json(event("a", 3, act="wait")).encode(), CONTENT_TYPE)

    assert (read.subject, read.version, read.data) == ("a", 3, {"act": "wait"})


def test_fields_nobody_asked_for_are_left_out_and_those_left_out_have_their_default() -> None:
    taken = Subscriptions("statistics", "grievances", [subscription("thing.told")])
    read = taken.read(to_json(event()).replace('"act":""', '"new":1').encode(), CONTENT_TYPE)

    assert read.data == {"act": ""}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"type": "thing.other"}, "unknown"), ({"source": "members"}, "unknown"), ({"act": 7}, "schema")],
)
def test_what_nobody_takes_or_nobody_can_read_is_refused_with_its_reason(changed: dict[str, Any], reason: str) -> None:
    taken = Subscriptions("statistics", "grievances", [subscription("thing.told")])
    with pytest.raises(UnreadableEvent) as refused:
        taken.accept(event(**changed))

    assert refused.value.reason == reason


def test_a_refused_shape_names_the_field() -> None:
    taken = Subscriptions("statistics", "grievances", [subscription("thing.told")])
    with pytest.raises(UnreadableEvent, match=r"data of thing\.told does not fit: /act: Not a valid string"):
        taken.accept(event(act=7))  # type: ignore[arg-type]
