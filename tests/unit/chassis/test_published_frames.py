"""What the relay writes is byte for byte what py-amqp would have written."""

import amqp
import pytest
from amqp import spec
from amqp.method_framing import frame_writer
from amqp.serialization import dumps

from chassis.envelope import CONTENT_TYPE
from chassis.relay import frames

FRAME_MAX = 131_072
CHANNEL = 3
EVENT = "01936f00-0000-7000-8000-00000000000a"


class Connection:
    """What py-amqp's frame writer needs of a connection and of its transport."""

    frame_max = FRAME_MAX
    bytes_sent = 0

    def __init__(self) -> None:
        self.written = b""

    def write(self, part: bytes) -> None:
        self.written += bytes(part)


def by_py_amqp(exchange: str, routing_key: str, body: bytes, *, mandatory: bool) -> bytes:
    connection = Connection()
    message = amqp.Message(
        body,
        content_type=CONTENT_TYPE,
        content_encoding="utf-8",
        delivery_mode=frames.PERSISTENT,
        message_id=EVENT,
    )
    arguments = dumps("Bssbb", (0, exchange, routing_key, mandatory, False))
    frame_writer(connection, connection)(1, CHANNEL, spec.Basic.Publish, arguments, message)
    return connection.written


@pytest.mark.parametrize("mandatory", [True, False])
@pytest.mark.parametrize(
    ("exchange", "routing_key", "body"),
    [
        ("grievances.events", "dispute.resolved", b'{"id":1}'),
        ("", "statistics.from.grievances.v1", "楼道漏水".encode()),
        ("members.events", "x" * 255, b"y" * 100_000),
    ],
)
def test_frames_are_those_of_py_amqp(exchange: str, routing_key: str, body: bytes, mandatory: bool) -> None:
    ours = frames.published(CHANNEL, exchange, routing_key, body, EVENT, mandatory=mandatory)

    assert ours == by_py_amqp(exchange, routing_key, body, mandatory=mandatory)


def test_a_body_of_more_than_a_frame_does_not_fit() -> None:
    assert frames.fits(b"x" * (FRAME_MAX - 8), FRAME_MAX)
    assert not frames.fits(b"x" * (FRAME_MAX - 7), FRAME_MAX)
