"""What comes off the broker's socket in pieces of any size is handled frame by frame, each whole and once."""

import socket
from collections.abc import Iterator
from contextlib import closing
from struct import pack
from typing import Any

import pytest
from amqp.exceptions import RecoverableConnectionError, UnexpectedFrame

from chassis import broker

FRAMES = [(1, 1, b"method"), (2, 1, b""), (3, 1, b"x" * 70_000), (8, 0, b""), (1, 2, b"\xce")]


def encoded(frame: tuple[int, int, bytes]) -> bytes:
    kind, channel, payload = frame
    return pack(f">BHI{len(payload)}sB", kind, channel, len(payload), payload, broker.FRAME_END)


class Link:
    """What of an amqp.Connection reading frames needs."""

    connected = True

    def __init__(self, sock: socket.socket) -> None:
        self.transport: Any = self
        self.sock = sock
        self._quick_recv = sock.recv
        self._read_buffer = b""
        self.handled: list[tuple[int, int, bytes]] = []
        self.on_inbound_frame: Any = self.handled.append


@pytest.fixture
def ends() -> Iterator[tuple[Link, socket.socket]]:
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        yield Link(ours), theirs


@pytest.mark.parametrize("piece", [1, 7, 8, 1000, 65_536])
def test_frames_are_whole_whatever_pieces_they_come_in(ends: tuple[Link, socket.socket], piece: int) -> None:
    link, broker_end = ends
    frames = FRAMES[3:] if piece == 1 else FRAMES
    stream = b"".join(map(encoded, frames))

    for start in range(0, len(stream), piece):
        broker_end.sendall(stream[start : start + piece])
        while broker.drain(link, 0):
            pass

    assert link.handled == frames
    assert link._read_buffer == b""


def test_nothing_in_time_is_no_frame(ends: tuple[Link, socket.socket]) -> None:
    link, _ = ends

    assert broker.drain(link, 0) is False
    assert broker.drain(link, 0.01) is False


def test_a_frame_that_raises_is_not_handled_again(ends: tuple[Link, socket.socket]) -> None:
    link, broker_end = ends
    broker_end.sendall(encoded(FRAMES[0]) + encoded(FRAMES[3]))

    def refuse(frame: tuple[int, int, bytes]) -> None:
        link.on_inbound_frame = link.handled.append
        raise RuntimeError

    link.on_inbound_frame = refuse
    with pytest.raises(RuntimeError):
        broker.drain(link, 1)

    broker_end.sendall(encoded(FRAMES[1]))
    broker.drain(link, 1)
    assert link.handled == [FRAMES[3], FRAMES[1]]


def test_a_frame_without_its_end_mark_ends_the_connection(ends: tuple[Link, socket.socket]) -> None:
    link, broker_end = ends
    broker_end.sendall(encoded(FRAMES[0])[:-1] + b"\x00")

    with pytest.raises(UnexpectedFrame):
        broker.drain(link, 1)


def test_a_connection_that_was_closed_is_lost(ends: tuple[Link, socket.socket]) -> None:
    link, broker_end = ends
    broker_end.close()

    with pytest.raises(broker.LOST):
        broker.drain(link, 1)
    assert link.transport.connected is False
    with pytest.raises(RecoverableConnectionError):
        broker.drain(link, 1)
