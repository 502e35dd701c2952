"""Telling whoever listens, once a second, how much is committed and not yet sent (chassis.behind.beats)."""

import amqp
from amqp import spec

from chassis import topology
from chassis.behind import beats
from chassis.behind.beats import Beat
from chassis.envelope import CONTENT_TYPE

_TRANSIENT = 1


class Beats:
    """On a channel of its own: the publisher's counts its messages."""

    def __init__(self, connection: amqp.Connection) -> None:
        self._channel = connection.channel()

    def tell(self, beat: Beat) -> None:
        """To those that listen now; nobody keeps it. Raises what broker.LOST lists.

        Not `basic_publish`, which polls the socket before each message.
        """
        message = amqp.Message(beats.to_bytes(beat), content_type=CONTENT_TYPE, delivery_mode=_TRANSIENT)
        arguments = (0, topology.exchange(beat.source), beats.ROUTING_KEY, False, False)
        self._channel.send_method(spec.Basic.Publish, "Bssbb", arguments, message)
