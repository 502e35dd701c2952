"""What the broker says of the deployment's queues.

Any login may ask how much is ready and how many consume. What is in hand, and which node leads a queue, only the node
itself tells: it is asked where it is this machine's own.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import amqp
from amqp.exceptions import AMQPError

from chassis import broker
from chassis.topology import Route
from linli.embedded.rabbitmq import RabbitMQ
from linli.status.seen import Queue

WITHIN_S = 3.0

# One line for each queue: name, unacknowledged, leader, number of members.
_ASKED = (
    "lists:flatten([begin I = rabbit_amqqueue:info(Q, [name, messages_unacknowledged, leader, members]), "
    "{resource, _, _, N} = proplists:get_value(name, I), "
    'io_lib:format("~s ~w ~w ~w;", [N, proplists:get_value(messages_unacknowledged, I), '
    "proplists:get_value(leader, I), length(proplists:get_value(members, I, []))]) end "
    '|| Q <- rabbit_amqqueue:list(<<"/">>), amqqueue:get_type(Q) =:= rabbit_quorum_queue]).'
)


def look_at_queues(amqp_url: str, routes: Sequence[Route]) -> dict[str, Queue]:
    """Each queue by its name, with what the broker gave up of it. Raises BrokerUnavailable when it does not answer."""
    connection = broker.open_connection(amqp_url, name="linli:status")
    until = time.monotonic() + WITHIN_S
    try:
        return {route.queue: _asked(connection, route, until) for route in routes}
    finally:
        broker.discard(connection)


def look_inside(node: RabbitMQ) -> dict[str, tuple[int, str, int]]:
    """By the queue's name: messages in hand, leader, members. Raises EmbeddedError."""
    found = {}
    for line in node.evaluate(_ASKED).strip().strip('"').split(";"):
        name, *told = line.split()[:4] or [""]
        if len(told) == 3:
            unacked, leader, members = told
            found[name] = (int(unacked) if unacked.isdecimal() else 0, leader, int(members))
    return found


def with_inside(queue: Queue, inside: dict[str, tuple[int, str, int]]) -> Queue:
    if queue.name not in inside:
        return queue
    unacked, leader, members = inside[queue.name]
    return replace(queue, unacked=unacked, leader=leader, members=members)


def _asked(connection: amqp.Connection, route: Route, until: float) -> Queue:
    try:
        main, returned = (_length(connection, name, until) for name in (route.queue, route.returned))
    except AMQPError as error:
        # The broker closes the channel on which it refuses something; the connection stays.
        return Queue(route.queue, trouble=_why(error))
    except OSError as error:
        return Queue(route.queue, trouble=f"the broker did not answer: {error or type(error).__name__}")
    return Queue(route.queue, main.message_count, None, main.consumer_count, returned.message_count)


def _length(connection: amqp.Connection, name: str, until: float) -> Any:
    with connection.channel() as channel, connection.transport.having_timeout(max(until - time.monotonic(), 0.1)):
        return channel.queue_declare(name, passive=True)


def _why(error: AMQPError) -> str:
    code = getattr(error, "reply_code", None)
    if code == 404:
        return "is not there"
    if code == 403:
        return "may not be looked at with this login"
    return str(error) or type(error).__name__
