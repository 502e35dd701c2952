"""A source's relay as consumers hear it, where a test publishes facts itself: it says so and so much is unsent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

from chassis import broker, topology
from chassis.behind.beats import Beat
from chassis.relay.beats import Beats

EVERY_S = 0.2


@dataclass
class Said:
    """What it says: so many facts are unsent, the oldest for a minute."""

    unsent: int = 0


@contextmanager
def beating(amqp_url: str, *sources: str) -> Iterator[Said]:
    """Beats of these sources as long as this lasts."""
    said, stop = Said(), Event()
    thread = Thread(target=_beat, args=(amqp_url, sources, said, stop))
    thread.start()
    try:
        yield said
    finally:
        stop.set()
        thread.join()


def _beat(amqp_url: str, sources: Sequence[str], said: Said, stop: Event) -> None:
    connection = broker.open_connection(amqp_url, name="test:beats")
    try:
        for source in sources:
            topology.declare_exchange(connection.channel(), source)
        beats = Beats(connection)
        while not stop.wait(EVERY_S):
            now = datetime.now(UTC)
            for source in sources:
                beats.tell(Beat(source, now, said.unsent, now - timedelta(minutes=1) if said.unsent else None))
            while broker.drain(connection, 0.001):
                pass
            connection.heartbeat_tick()
    finally:
        broker.discard(connection)
