"""Two batches may be under way at a time; each row is moved after its own confirm, whatever happens to the others."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest

from chassis.errors import BrokerUnavailable
from chassis.relay.claims import Unsent
from chassis.relay.conveyor import Conveyor
from chassis.relay.publisher import Answers, ConfirmWindow, Letter
from chassis.relay.rows import Row

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Outbox:
    def __init__(self) -> None:
        self.moved: list[int] = []

    def ensure_partition(self, month: Any) -> None: ...

    def move(self, positions: list[int], now: datetime) -> None:
        self.moved += positions


class Held:
    def __init__(self) -> None:
        self.subjects: set[str] = set()

    def hold(self, rows: Collection[Unsent]) -> None:
        self.subjects |= {row.subject for row in rows}


class Wire:
    """A publisher whose broker answers as the test says, in the order of tags."""

    def __init__(self) -> None:
        self.window = ConfirmWindow()
        self.returns: set[str] = set()
        self.refuses: set[str] = set()
        self.breaks_after: int | None = None

    @property
    def unconfirmed(self) -> int:
        return len(self.window.pending)

    def send(self, letter: Letter) -> None:
        self.window.sent(letter)

    def flush(self) -> None: ...

    def settle(self, timeout_s: float, *, leaving: int = 0) -> Answers:
        while self.unconfirmed > leaving:
            tag, letter = next(iter(self.window.pending.items()))
            if self.breaks_after is not None and tag > self.breaks_after:
                raise BrokerUnavailable("gone")
            if letter.event_id in self.refuses:
                self.window.on_nack(tag, multiple=False)
                continue
            if letter.event_id in self.returns:
                self.window.on_return(letter.event_id)
            self.window.on_ack(tag, multiple=False)
        return self.window.take()

    def answers(self) -> Answers:
        return self.window.take()


class Belt:
    def __init__(self) -> None:
        self.outbox, self.held, self.wire = Outbox(), Held(), Wire()
        self.conveyor = Conveyor(
            "grievances",
            cast(Any, self.outbox),
            cast(Any, self.held),
            cast(Any, self.wire),
            confirm_timeout_s=1,
            clock=lambda: NOW,
        )


def rows(*positions: int) -> list[Row]:
    return [Row(at, UUID(int=at), "dispute.resolved", f"subject-{at}", True, "{}") for at in positions]


@pytest.fixture
def belt() -> Belt:
    return Belt()


def test_a_batch_stays_under_way_until_the_next_one_is_sent(belt: Belt) -> None:
    belt.conveyor.send(rows(1, 2))
    assert belt.outbox.moved == []

    belt.conveyor.send(rows(3))
    assert belt.outbox.moved == [1, 2]

    belt.conveyor.settle()
    assert belt.outbox.moved == [1, 2, 3]


def test_sending_no_rows_settles_everything(belt: Belt) -> None:
    belt.conveyor.send(rows(1, 2))

    belt.conveyor.send([])

    assert belt.outbox.moved == [1, 2]
    assert belt.wire.unconfirmed == 0


def test_a_lost_broker_leaves_moved_exactly_what_was_confirmed(belt: Belt) -> None:
    belt.wire.breaks_after = 3
    belt.conveyor.send(rows(1, 2))
    belt.conveyor.send(rows(3, 4, 5))

    with pytest.raises(BrokerUnavailable):
        belt.conveyor.settle()

    assert belt.outbox.moved == [1, 2, 3]


def test_a_returned_row_stays_and_its_subject_is_held(belt: Belt) -> None:
    belt.wire.returns = {str(UUID(int=2))}
    belt.conveyor.send(rows(1, 2, 3))

    belt.conveyor.settle()

    assert belt.outbox.moved == [1, 3]
    assert belt.held.subjects == {"subject-2"}


def test_what_refuses_a_row_twice_is_left_once_everything_else_is_moved(belt: Belt) -> None:
    belt.wire.refuses = {str(UUID(int=2))}
    belt.conveyor.send(rows(1, 2, 3))
    belt.conveyor.send(rows(2))

    with pytest.raises(BrokerUnavailable, match="refused 1 events twice"):
        belt.conveyor.send(rows(4, 5))

    assert belt.outbox.moved == [1, 3, 4, 5]
    assert belt.wire.unconfirmed == 0


def test_a_row_that_was_refused_once_and_then_taken_may_be_refused_again(belt: Belt) -> None:
    """As when its move was lost, and it is sent again."""
    for refuses in ({str(UUID(int=1))}, set[str](), {str(UUID(int=1))}):
        belt.wire.refuses = refuses
        belt.conveyor.send(rows(1))
        belt.conveyor.settle()

    assert belt.outbox.moved == [1]
