"""A delivery is the same whether py-amqp takes its frames apart or we do; what is no delivery stays py-amqp's."""

from struct import pack
from typing import Any, cast

import amqp
import pytest
from amqp import spec
from amqp.exceptions import UnexpectedFrame
from amqp.method_framing import frame_handler, frame_writer
from amqp.serialization import dumps
from hypothesis import given
from hypothesis import strategies as st

from chassis.deliveries import Delivered, Deliveries

CHANNEL = 5
Frame = tuple[int, int, bytes]


class Link:
    """A connection that hears frames, and a channel of it."""

    frame_max = 4096
    bytes_recv = bytes_sent = 0
    channel_id = CHANNEL

    def __init__(self) -> None:
        self.connection = self
        self.others: list[Frame] = []
        self.on_inbound_frame: Any = lambda frame: self.others.append(frame) or True
        self.received: list[Delivered] = []
        Deliveries(cast(Any, self), self.received.append)


def frames(body: bytes, *, tag: int = 7, redelivered: bool = False, **properties: Any) -> list[Frame]:
    """What py-amqp's own writer makes of a delivery, as frames."""
    written = bytearray()

    class Writing:
        frame_max = Link.frame_max
        bytes_sent = 0

        def write(self, part: bytes) -> None:
            written.extend(part)

    arguments = dumps("sLbss", ("events", tag, redelivered, "grievances.events", "dispute.resolved"))
    frame_writer(Writing(), Writing())(1, CHANNEL, spec.Basic.Deliver, arguments, amqp.Message(body, **properties))
    found, at = [], 0
    while at < len(written):
        size = int.from_bytes(written[at + 3 : at + 7])
        found.append((written[at], CHANNEL, bytes(written[at + 7 : at + 7 + size])))
        at += size + 8
    return found


def by_py_amqp(given_frames: list[Frame]) -> Delivered:
    heard: list[Any] = []
    handle = frame_handler(Link(), lambda *of: heard.append(of))
    for frame in given_frames:
        handle(frame)
    _, _, _, message = heard[0]
    consumer, tag, redelivered, _, _ = amqp.serialization.loads("sLbss", message.frame_args, 4)[0]
    content = message.body or b""  # an empty one is a text to py-amqp
    return Delivered(consumer, tag, redelivered, message.properties.get("content_type"), bytes(content))


@given(
    body=st.binary(max_size=20_000),
    tag=st.integers(1, 2**63 - 1),
    redelivered=st.booleans(),
    properties=st.fixed_dictionaries(
        {},
        optional={
            "content_type": st.text(st.characters(codec="utf-8"), max_size=60).filter(lambda t: len(t.encode()) < 256),
            "content_encoding": st.just("utf-8"),
            "application_headers": st.just({"x": 1}),
            "delivery_mode": st.just(2),
            "message_id": st.just("m"),
        },
    ),
)
def test_a_delivery_is_what_py_amqp_makes_of_it(
    body: bytes, tag: int, redelivered: bool, properties: dict[str, Any]
) -> None:
    link, sent = Link(), frames(body, tag=tag, redelivered=redelivered, **properties)

    whole = [link.on_inbound_frame(frame) for frame in sent]

    assert link.received == [by_py_amqp(sent)]
    assert whole == [False] * (len(sent) - 1) + [True]
    assert link.bytes_recv == len(sent)
    assert link.others == []


def test_deliveries_follow_each_other_and_others_pass_between_them() -> None:
    link = Link()
    heartbeat, ack = (8, 0, b""), (1, CHANNEL, pack(">HH", 60, 80) + b"\x00" * 9)
    first, second = frames(b"one", tag=1), frames(b"two", tag=2)

    for frame in [ack, first[0], heartbeat, first[1], first[2], ack, *second]:
        link.on_inbound_frame(frame)

    assert [(one.tag, one.body) for one in link.received] == [(1, b"one"), (2, b"two")]
    assert link.others == [ack, heartbeat, ack]


@pytest.mark.parametrize("cut", [(0, 0), (0, 2), (0, 1, 1), (0, 1, 2, 2)])
def test_frames_in_a_wrong_order_end_the_connection(cut: tuple[int, ...]) -> None:
    link, sent = Link(), frames(b"x" * 5000)

    with pytest.raises(UnexpectedFrame):  # noqa: PT012 - whichever frame it is noticed at
        for number in cut:
            link.on_inbound_frame(sent[number])
        link.on_inbound_frame((3, CHANNEL, b"x" * 5000))
