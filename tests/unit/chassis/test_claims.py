"""Which rows the relay sends next: nothing is skipped, and a subject's facts leave in the order of their commits."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.relay.claims import SWEEPS, Claims
from chassis.relay.rows import Row


class FakeOutbox:
    """An outbox whose transactions take positions when they begin and show them when they commit."""

    def __init__(self) -> None:
        self.next_position = 1
        self.next_xid = 1
        self.visible: dict[int, Row] = {}
        self.open: dict[int, list[Row]] = {}
        self.looked_beyond: list[int] = []

    def begin(self, *subjects: str) -> int:
        xid, self.next_xid = self.next_xid, self.next_xid + 1
        self.open[xid] = []
        for subject in subjects:
            row = Row(self.next_position, UUID(int=self.next_position), "dispute.resolved", subject, True, "{}")
            self.next_position += 1
            self.open[xid].append(row)
        return xid

    def commit(self, xid: int) -> None:
        self.visible |= {row.position: row for row in self.open.pop(xid)}

    def roll_back(self, xid: int) -> None:
        del self.open[xid]

    def remove(self, rows: list[Row]) -> None:
        for row in rows:
            del self.visible[row.position]

    def after(self, position: int, limit: int) -> list[Row]:
        return [self.visible[key] for key in sorted(self.visible) if key > position][:limit]

    def after_or_at(self, position: int, gaps: list[int], limit: int) -> list[Row]:
        filled = [self.visible[key] for key in sorted(self.visible) if key in gaps]
        return filled + self.after(position, limit)

    def between(self, after: int, up_to: int, limit: int) -> list[Row]:
        self.looked_beyond.append(after)
        return [row for row in self.after(after, limit) if row.position <= up_to]

    def oldest_running(self) -> int:
        return min(self.open, default=self.next_xid)

    def next_new(self) -> int:
        return self.next_xid


def subjects(rows: list[Row]) -> list[str]:
    return [row.subject for row in rows]


def test_a_row_that_commits_late_is_sent_by_the_fast_path() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("first"))
    late = outbox.begin("late")
    outbox.commit(outbox.begin("early"))
    assert subjects(claims.fresh()) == ["first", "early"]
    outbox.commit(late)
    assert subjects(claims.fresh()) == ["late"]


def test_a_later_fact_of_a_subject_never_overtakes_an_earlier_one() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("other"))
    first_of_subject = outbox.begin("dispute")
    outbox.commit(outbox.begin("other"))
    claims.fresh()
    outbox.commit(first_of_subject)
    outbox.commit(outbox.begin("dispute"))
    assert [row.position for row in claims.fresh()] == [2, 4]


def test_positions_of_a_rolled_back_transaction_are_forgotten() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("a"))
    burnt = outbox.begin("never")
    outbox.commit(outbox.begin("b"))
    claims.fresh()
    outbox.roll_back(burnt)
    claims.fresh()
    assert not claims._gaps


def test_a_new_leader_knows_gaps_from_before_its_first_row() -> None:
    outbox = FakeOutbox()
    first_of_subject = outbox.begin("dispute")
    outbox.commit(outbox.begin("other"))
    claims = Claims(outbox, batch=10)
    claims.fresh()
    outbox.commit(first_of_subject)
    outbox.commit(outbox.begin("dispute"))
    assert [row.position for row in claims.fresh()] == [1, 3]


def test_a_held_subject_waits_for_the_sweep_and_others_do_not() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("stuck"))
    assert subjects(claims.fresh()) == ["stuck"]
    claims.hold(list(outbox.visible.values()))
    outbox.commit(outbox.begin("stuck", "free"))
    assert subjects(claims.fresh()) == ["free"]
    assert [subjects(page) for page in claims.sweep()] == [["stuck", "stuck", "free"]]


def test_a_sweep_sees_everything_up_to_the_watermark_page_by_page() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=2)
    outbox.commit(outbox.begin("a", "b", "c", "d", "e"))
    while claims.fresh():
        pass
    assert [subjects(page) for page in claims.sweep()] == [["a", "b"], ["c", "d"], ["e"]]


def test_a_sweep_does_not_look_again_where_everything_has_left() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("a", "b"))
    outbox.remove(claims.fresh())
    assert not list(claims.sweep())
    outbox.commit(outbox.begin("c"))
    outbox.remove(claims.fresh())
    assert not list(claims.sweep())
    assert outbox.looked_beyond == [0, 2]
    assert claims.all_sent_up_to == 3


def with_a_gap() -> tuple[FakeOutbox, Claims, int]:
    """Everything has left but for a transaction in the middle, which is open."""
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("first"))
    outbox.remove(claims.fresh())
    late = outbox.begin("late")
    outbox.commit(outbox.begin("last"))
    outbox.remove(claims.fresh())
    assert not list(claims.sweep())
    return outbox, claims, late


def test_before_a_gap_nobody_knows_whether_all_is_sent() -> None:
    outbox, claims, late = with_a_gap()
    before = claims.all_sent_up_to
    outbox.roll_back(late)
    claims.fresh()
    assert (before, claims.all_sent_up_to) == (1, 3)


def test_what_has_filled_a_gap_is_not_said_to_be_sent_before_it_is() -> None:
    outbox, claims, late = with_a_gap()
    outbox.commit(late)
    under_way = claims.fresh()
    before = claims.all_sent_up_to
    outbox.remove(under_way)
    assert not list(claims.sweep())
    assert (subjects(under_way), before, claims.all_sent_up_to) == (["late"], 1, 3)


def test_what_the_broker_would_not_take_is_swept_though_everything_before_had_left() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("a", "b"))
    rows = claims.fresh()
    list(claims.sweep())
    claims.hold(rows[1:])
    outbox.remove(rows[:1])
    assert [subjects(page) for page in claims.sweep()] == [["b"]]


def test_the_late_facts_of_a_large_transaction_are_swept_though_nobody_remembers_its_gaps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("chassis.relay.claims.MAX_GAPS", 2)
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("first"))
    outbox.remove(claims.fresh())
    large = outbox.begin("a", "b", "c", "d")
    outbox.commit(outbox.begin("last"))
    outbox.remove(claims.fresh())
    assert not [list(claims.sweep()) for _ in range(3) if list(claims.sweep())]
    outbox.commit(large)
    assert [subjects(page) for page in claims.sweep()] == [["a", "b", "c", "d"]]


def test_one_sweep_in_so_many_looks_through_everything() -> None:
    outbox = FakeOutbox()
    claims = Claims(outbox, batch=10)
    outbox.commit(outbox.begin("first"))
    outbox.remove(claims.fresh())
    list(claims.sweep())
    assert not list(claims.sweep())
    outbox.visible[1] = Row(1, UUID(int=1), "dispute.resolved", "out of the blue", True, "{}")
    assert [subjects(page) for _ in range(SWEEPS) for page in claims.sweep()] == [["out of the blue"]]


STEPS = ("begin", "commit", "roll back", "claim", "claim, refused", "sweep", "sweep, refused")


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 4)), max_size=80))
def test_everything_committed_is_sent_by_claims_and_sweeps_whatever_the_broker_refuses(
    steps: list[tuple[str, int]],
) -> None:
    outbox, sent = FakeOutbox(), []
    locked: dict[int, int] = {}
    committed: list[int] = []

    def give(rows: list[Row], taken: int | None) -> None:
        outbox.remove(rows[:taken])
        sent.extend(rows[:taken])
        claims.hold(rows[len(rows[:taken]) :])

    def act(step: str, number: int) -> None:
        if step == "begin" and number not in locked:
            locked[number] = outbox.begin(*[str(number)] * (number + 1))
        elif step in ("commit", "roll back") and number in locked:
            xid = locked.pop(number)
            if step == "commit":
                committed.extend(row.position for row in outbox.open[xid])
                outbox.commit(xid)
            else:
                outbox.roll_back(xid)
        elif step.startswith("claim"):
            give(claims.fresh(), number if "refused" in step else None)
        elif step.startswith("sweep"):
            for rows in claims.sweep():
                give(rows, number if "refused" in step else None)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("chassis.relay.claims.MAX_GAPS", 2)
        patched.setattr("chassis.relay.claims.LOOK_BACK", 1)
        patched.setattr("chassis.relay.claims.SWEEPS", 1_000)
        claims = Claims(outbox, batch=3)
        for step, number in [*steps, *(("commit", number) for number in range(5))]:
            act(step, number)
        for step in ["claim", "sweep"] * len(committed):
            act(step, 0)

    assert sorted(row.position for row in sent) == sorted(committed)
    assert not outbox.visible


@given(st.lists(st.tuples(st.sampled_from(["begin", "commit", "roll back", "claim"]), st.integers(0, 3)), max_size=60))
def test_everything_committed_is_claimed_once_and_in_the_order_of_its_subject(steps: list[tuple[str, int]]) -> None:
    outbox, sent = FakeOutbox(), []
    claims = Claims(outbox, batch=3)
    locked: dict[int, int] = {}
    committed: list[int] = []

    def claim() -> None:
        rows = claims.fresh()
        outbox.remove(rows)
        sent.extend(rows)

    for step, number in steps:
        if step == "begin" and number not in locked:
            locked[number] = outbox.begin(str(number))
        elif step in ("commit", "roll back") and number in locked:
            xid = locked.pop(number)
            if step == "commit":
                committed += [row.position for row in outbox.open[xid]]
                outbox.commit(xid)
            else:
                outbox.roll_back(xid)
        elif step == "claim":
            claim()
    while outbox.after(0, 1):
        before = len(sent)
        claim()
        assert len(sent) > before, "a committed row is never reached without a sweep"

    assert sorted(row.position for row in sent) == sorted(committed)
    for subject in {row.subject for row in sent}:
        positions = [row.position for row in sent if row.subject == subject]
        assert positions == sorted(positions)
