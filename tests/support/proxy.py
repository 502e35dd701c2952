"""A TCP proxy between Linli and its broker that swallows what is said, or answers publishers in another way.

Of AMQP 0-9-1 it understands three things: which facts a channel publishes, the broker's confirms of them, which it
hands to `confirms` one by one, and the heartbeat the broker proposes. All else passes as it is. Real RabbitMQ stands
behind it.
"""

import re
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from random import Random
from struct import pack, unpack_from
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

HOST = "127.0.0.1"
METHOD, HEADER = 1, 2
TUNE, ACK, NACK = b"\x00\x0a\x00\x1e", b"\x00\x3c\x00\x50", b"\x00\x3c\x00\x78"
GREETING_BYTES = 8
EVENT_ID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
QUIET_S = 0.02
"""A broker that has said nothing for so long will say nothing more by itself: what is kept back is said now."""


class Confirmed(NamedTuple):
    """What the broker has taken: the message's tag on its channel, and the fact in it."""

    tag: int
    event_id: UUID


@dataclass(frozen=True)
class Answer:
    """One basic.ack, or basic.nack when not `taken`, of this tag or, with `multiple`, of all up to it."""

    tag: int
    taken: bool = True
    multiple: bool = False

    def frame(self, channel: int) -> bytes:
        payload = (ACK if self.taken else NACK) + pack(">QB", self.tag, self.multiple)
        return pack(">BHI", METHOD, channel, len(payload)) + payload + b"\xce"


class Confirms(Protocol):
    """What a publisher hears of what the broker has said. Connections are numbered from 1 as they come."""

    def answers(self, connection: int, confirmed: Sequence[Confirmed]) -> list[Answer]:
        """Say this now that the broker has confirmed these."""

    def rest(self, connection: int) -> list[Answer]:
        """Say this now that the broker is quiet."""


class Tags:
    """Which tags of a channel have been heard of; `low`: all up to this one."""

    def __init__(self) -> None:
        self.low = 0
        self._above: set[int] = set()

    def new(self, tag: int, multiple: bool) -> list[int]:
        """The tags that are heard of with this one for the first time."""
        named = range(self.low + 1, tag + 1) if multiple else [tag]
        return [one for one in named if one > self.low and one not in self._above]

    def add(self, tags: Iterable[int]) -> None:
        self._above.update(tags)
        while self.low + 1 in self._above:
            self.low += 1
            self._above.discard(self.low)


class Kept:
    """Keeps the confirms of some facts back, however often they are sent, each until it is released."""

    def __init__(self) -> None:
        self._keeps: set[UUID] = set()
        self._kept: dict[int, list[Confirmed]] = {}

    def keep(self, *event_ids: UUID) -> None:
        self._keeps.update(event_ids)

    def release(self, event_id: UUID) -> None:
        self._keeps.discard(event_id)

    def times(self, event_id: UUID) -> int:
        """How often the broker has confirmed this one in vain."""
        return sum(one.event_id == event_id for kept in list(self._kept.values()) for one in list(kept))

    def answers(self, connection: int, confirmed: Sequence[Confirmed]) -> list[Answer]:
        self._kept.setdefault(connection, []).extend(one for one in confirmed if one.event_id in self._keeps)
        return [Answer(one.tag) for one in confirmed if one.event_id not in self._keeps]

    def rest(self, connection: int) -> list[Answer]:
        kept = self._kept.get(connection, [])
        released = [one for one in kept if one.event_id not in self._keeps]
        for one in released:
            kept.remove(one)
        return [Answer(one.tag) for one in released]


class Mixed:
    """Answers in any way the protocol allows: late, backwards, several at once, and with a nack for what was taken."""

    def __init__(self, random: Random, refused: float = 0.1) -> None:
        self._random = random
        self._refused = refused
        self._kept: dict[int, list[int]] = {}
        self._answered: dict[int, Tags] = {}
        self.counts = dict.fromkeys(("one by one", "backwards", "several at once", "refused"), 0)
        """How many facts were answered for in each way; of refusals, how many were said."""

    def answers(self, connection: int, confirmed: Sequence[Confirmed]) -> list[Answer]:
        kept = self._kept.setdefault(connection, [])
        kept += [one.tag for one in confirmed]
        if not kept or self._random.random() < 0.5:
            return []
        return self._said(connection, sorted(self._random.sample(kept, self._random.randrange(1, len(kept) + 1))))

    def rest(self, connection: int) -> list[Answer]:
        return self._said(connection, sorted(self._kept.get(connection, ())))

    def _said(self, connection: int, tags: list[int]) -> list[Answer]:
        if not tags:
            return []
        self._kept[connection] = [tag for tag in self._kept[connection] if tag not in set(tags)]
        answered = self._answered.setdefault(connection, Tags())
        answered.add(tags)
        how = self._random.choice(("one by one", "backwards", "several at once"))
        # All up to the last one can be answered at once only where no earlier one stays without an answer.
        if how == "several at once" and answered.low < tags[-1]:
            how = "backwards"
        if how == "several at once":
            said = [Answer(tags[-1], self._taken(), multiple=True)]
        else:
            said = [Answer(tag, self._taken()) for tag in (tags if how == "one by one" else reversed(tags))]
        self.counts[how] += len(tags)
        self.counts["refused"] += sum(not answer.taken for answer in said)
        return said

    def _taken(self) -> bool:
        return self._random.random() >= self._refused


class _Frames:
    """Cuts one direction's bytes into frames: (kind, channel, the whole frame)."""

    def __init__(self, greeting: int = 0) -> None:
        self._unread = b""
        self._greeting = greeting

    def of(self, piece: bytes) -> Iterator[tuple[int, int, bytes]]:
        self._unread += piece
        start, self._greeting = self._greeting, 0
        while len(self._unread) - start >= 7:
            kind, channel, size = unpack_from(">BHI", self._unread, start)
            end = start + 8 + size
            if end > len(self._unread):
                break
            yield kind, channel, self._unread[start:end]
            start = end
        self._unread = self._unread[start:]


class _Link:
    """One client's connection and ours to the broker."""

    def __init__(self, number: int, client: socket.socket, broker: socket.socket, *, swallows: bool) -> None:
        self.number = number
        self.client = client
        self.broker = broker
        self.swallows = swallows
        self.channel = 0
        self.published: list[UUID] = []
        self.confirmed = Tags()
        self.answered = Tags()
        self.from_client = _Frames(GREETING_BYTES)
        self.from_broker = _Frames()

    def close(self) -> None:
        for sock in (self.client, self.broker):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


class Proxy:
    """Listens on a port of its own."""

    def __init__(self, url: str, *, confirms: Confirms | None = None, heartbeat_s: int | None = None) -> None:
        self._parts = urlsplit(url)
        self._confirms = confirms
        self._heartbeat_s = heartbeat_s
        self._links: list[_Link] = []
        self._threads: list[threading.Thread] = []
        self._swallows_new = False
        self.told: set[UUID] = set()
        """The facts that a publisher was told the broker has."""
        self._listener = socket.create_server((HOST, 0))
        self._spawn(self._accept)

    @property
    def url(self) -> str:
        """The broker's address by way of this proxy."""
        login = self._parts.netloc.rpartition("@")[0]
        port = self._listener.getsockname()[1]
        return urlunsplit(self._parts._replace(netloc=f"{login}@{HOST}:{port}"))

    @property
    def connections(self) -> int:
        """How many have come so far."""
        return len(self._links)

    def swallow(self, *, new_ones: bool = False) -> None:
        """From now on no byte passes on any connection there is, in either direction, and none is closed.

        With `new_ones` it is the same with those that come, until `let_through`: they are taken, and nobody answers.
        """
        self._swallows_new = new_ones
        for link in self._links:
            link.swallows = True

    def let_through(self) -> None:
        """Connections that come from now on work again; those that were cut stay so."""
        self._swallows_new = False

    def close(self) -> None:
        # A thread that waits in accept does not hear of a close.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for link in self._links:
            link.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                broker = socket.create_connection((self._parts.hostname or HOST, self._parts.port or 5672))
            except OSError:
                client.close()
                continue
            for sock in (client, broker):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            link = _Link(len(self._links) + 1, client, broker, swallows=self._swallows_new)
            self._links.append(link)
            self._spawn(self._pass, link, client, broker, self._asked)
            self._spawn(self._pass, link, broker, client, self._said)

    def _spawn(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _pass(
        self, link: _Link, source: socket.socket, target: socket.socket, passed: Callable[[_Link, bytes], bytes]
    ) -> None:
        """Until one side closes; that is told to the other unless the connection is cut."""
        try:
            while True:
                if source is link.broker and self._confirms and not select.select([source], [], [], QUIET_S)[0]:
                    piece = self._answering(link, self._confirms.rest(link.number))
                elif heard := source.recv(65536):
                    piece = passed(link, heard)
                else:
                    break
                if piece and not link.swallows:
                    target.sendall(piece)
        except (OSError, ValueError):
            pass  # closed by us, or by the other side
        if not link.swallows:
            link.close()

    @staticmethod
    def _asked(link: _Link, piece: bytes) -> bytes:
        """What the client says, as it is; noted is what it publishes."""
        for kind, _, frame in link.from_client.of(piece):
            if kind == HEADER and (found := EVENT_ID.search(frame)):
                link.published.append(UUID(found[0].decode()))
        return piece

    def _said(self, link: _Link, piece: bytes) -> bytes:
        """What the broker says, as the client gets to hear it."""
        return b"".join(self._heard(link, *found) for found in link.from_broker.of(piece))

    def _heard(self, link: _Link, kind: int, channel: int, frame: bytes) -> bytes:
        method = frame[7:11] if kind == METHOD else b""
        if method == TUNE and self._heartbeat_s is not None:
            return frame[:-3] + pack(">H", self._heartbeat_s) + frame[-1:]
        if self._confirms is None or method != ACK:
            return frame
        link.channel = channel
        tag, multiple = unpack_from(">QB", frame, 11)
        tags = link.confirmed.new(tag, bool(multiple))
        link.confirmed.add(tags)
        confirmed = [Confirmed(one, link.published[one - 1]) for one in tags]
        return self._answering(link, self._confirms.answers(link.number, confirmed))

    def _answering(self, link: _Link, answers: Sequence[Answer]) -> bytes:
        for answer in answers:
            tags = link.answered.new(answer.tag, answer.multiple)
            link.answered.add(tags)
            if answer.taken:
                self.told.update(link.published[tag - 1] for tag in tags)
        return b"".join(answer.frame(link.channel) for answer in answers)


@contextmanager
def proxied(url: str, *, confirms: Confirms | None = None, heartbeat_s: int | None = None) -> Iterator[Proxy]:
    """A proxy before the broker at this address, until the end of the block.

    `heartbeat_s` is what the broker seems to propose; both sides then use it where it is less than Linli's own.
    """
    proxy = Proxy(url, confirms=confirms, heartbeat_s=heartbeat_s)
    try:
        yield proxy
    finally:
        proxy.close()
