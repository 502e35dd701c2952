"""What `linli verify` finds wrong with statistics, which facts of grievances have filled."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis import outbox
from chassis.database import Database
from chassis.envelope import CONTENT_TYPE
from chassis.inbox.delivery import Delivery
from chassis.inbox.effects import Inbox
from chassis.inbox.subscriptions import Subscriptions
from linli import recounting
from linli.verification import _of_days, _of_months
from services.grievances.deadlines.events import DeadlineMissed
from services.grievances.disputes import events as disputes
from services.statistics.service import Statistics
from tests.store.statistics.facts import DAXIN, DISTRICT, HAIYUE, XINGHAI, learn
from tests.support.instance import ServiceDatabase

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
SUBJECTS = {
    "noise": ("01936f00-0000-7000-8000-0000000000a1", "noise", "owner_owner", None, "2026-03-01T02:00:00+00:00"),
    "parking": ("01936f00-0000-7000-8000-0000000000a2", "parking", "owner_property", None, "2026-03-01T02:00:00+00:00"),
}
LIVES: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    (
        "noise",
        XINGHAI,
        (
            disputes.DisputeRegistered(*SUBJECTS["noise"]),
            disputes.DisputeAccepted(*SUBJECTS["noise"]),
            disputes.DisputeAssigned(*SUBJECTS["noise"]),
            disputes.DisputeReassigned(*SUBJECTS["noise"], reason_code="near_relative"),
            disputes.DisputeResolved(*SUBJECTS["noise"], agreement_form=None, days_open=9, resolution="decision"),
            disputes.DisputeConfirmed(*SUBJECTS["noise"], satisfaction=4),
            disputes.DisputeReopened(*SUBJECTS["noise"], reason_code="not_performed"),
            disputes.DisputeResolved(*SUBJECTS["noise"], agreement_form="oral", days_open=30),
            disputes.DisputeConfirmed(*SUBJECTS["noise"], satisfaction=None),
        ),
    ),
    (
        "parking",
        HAIYUE,
        (
            disputes.DisputeRegistered(*SUBJECTS["parking"]),
            disputes.DisputeLinked(*SUBJECTS["parking"], linked_to=SUBJECTS["noise"][0]),
        ),
    ),
)
DUE = ("01936f00-0000-7000-8000-0000000000b1", "dispute", SUBJECTS["noise"][0], "dispute.mediation")


@dataclass(frozen=True)
class Pair:
    """Both databases, after statistics has heard all that grievances has told."""

    grievances: Database
    statistics: Database

    def hear(self) -> None:
        with self.grievances.transaction() as tx:
            told = [row.envelope.encode() for row in tx.rows("SELECT envelope FROM outbox ORDER BY position")]
        Inbox(self.statistics, _bound()).apply([Delivery(body, CONTENT_TYPE) for body in told])

    def doctor(self, sql: str) -> None:
        with self.statistics.transaction() as tx:
            assert tx.execute(sql), "nothing was doctored"

    def differences(self) -> list[str]:
        return [*_of_days(self.grievances, self.statistics).differences, *_of_months(self.statistics).differences]


def _bound() -> Subscriptions:
    """Statistics' own subscriptions to grievances, with handlers of a service object."""
    service, bound = Statistics(), []
    for name in ("count", "count_missed"):
        [entrypoint] = getattr(Statistics, name).nameko_entrypoints
        bound.append(entrypoint.subscription(getattr(service, name)))
    return Subscriptions("statistics", "grievances", bound)


@pytest.fixture
def pair(service_database: Callable[[str], ServiceDatabase]) -> Iterator[Pair]:
    with ExitStack() as stack:
        databases = [
            Database(service_database(name).url, service=name, size=2) for name in ("grievances", "statistics")
        ]
        for database in databases:
            stack.callback(database.close)
        pair = Pair(*databases)
        learn(pair.statistics)
        with pair.grievances.transaction() as tx:
            for subject, area, life in LIVES:
                for version, fact in enumerate(life, start=1):
                    outbox.add(tx, fact, subject=SUBJECTS[subject][0], version=version, area=area, now=NOON)
            for number, category in ((1, "noise"), (2, None)):
                missed = DeadlineMissed(
                    *DUE,
                    "2026-02-28T16:00:00+00:00",
                    level="community",
                    category=category,
                    relation=category and "owner_owner",
                )
                outbox.add(tx, missed, subject=f"deadline-{number}", version=1, area=DAXIN, now=NOON)
        pair.hear()
        yield pair


def test_figures_that_the_facts_say_have_no_difference(pair: Pair) -> None:
    assert pair.differences() == []


@pytest.mark.parametrize("setting", ["statement_timeout", "idle_in_transaction_session_timeout"])
def test_a_recount_is_not_cut_off_while_the_other_side_sorts(pair: Pair, setting: str) -> None:
    """At ten years of facts that takes longer than any request of a service may."""
    with pair.grievances.transaction() as facts, pair.statistics.transaction() as kept:
        next(recounting.days(facts, kept))

        assert [tx.rows(f"SHOW {setting}")[0][0] for tx in (facts, kept)] == ["0", "0"]


def test_both_sides_are_counted_as_they_stand_at_one_moment(pair: Pair) -> None:
    """What is told and counted while one of them sorts is in neither."""
    with pair.grievances.transaction() as facts, pair.statistics.transaction() as kept:
        days, months = recounting.days(facts, kept), recounting.months(kept)
        with pair.grievances.transaction() as tx:
            accepted = disputes.DisputeAccepted(*SUBJECTS["parking"])
            outbox.add(
                tx, accepted, subject=SUBJECTS["parking"][0], version=3, area=HAIYUE, now=NOON + timedelta(days=1)
            )
        pair.hear()

        assert [*days] == [None] * 9
        assert not any(months)


def test_what_is_looked_at_is_counted(pair: Pair) -> None:
    """Three communities' days, each also by category and relation; the missed deadline of no category only once."""
    assert _of_days(pair.grievances, pair.statistics).looked_at.startswith("9 days")


def test_facts_that_were_sent_are_counted_too(pair: Pair) -> None:
    with pair.grievances.transaction() as tx:
        tx.execute("SELECT ensure_event_log_partition(%s)", (NOON.date().replace(day=1),))
        tx.execute(
            "INSERT INTO event_log (position, event_id, type, subject, mandatory, envelope, recorded_at, sent_at) "
            "SELECT position, event_id, type, subject, mandatory, envelope, recorded_at, %s FROM outbox",
            (NOON,),
        )
        tx.execute("DELETE FROM outbox")

    assert pair.differences() == []


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ("figures_by_day", f"{XINGHAI} on 2026-03-10"),
        ("figures_by_month", f"{XINGHAI} in 2026-03"),
        ("breakdown_by_day", f"{XINGHAI}, category noise, on 2026-03-10"),
        ("breakdown_by_month", f"{XINGHAI}, category noise, in 2026-03"),
    ],
)
def test_each_doctored_figure_is_found(pair: Pair, table: str, place: str) -> None:
    where = f"WHERE area = '{XINGHAI}'" + (" AND word = 'noise'" if table.startswith("breakdown") else "")
    pair.doctor(f"UPDATE {table} SET {', '.join(f'{figure} = {figure} + 1' for figure in recounting.FIGURES)} {where}")

    found = next(one for one in pair.differences() if one.startswith(f"{place}: "))
    assert [told.split()[0] for told in found.removeprefix(f"{place}: ").split("; ")] == list(recounting.FIGURES)


@pytest.mark.parametrize("area", ["440305001000", DISTRICT])
def test_a_doctored_sum_above_a_community_is_found(pair: Pair, area: str) -> None:
    pair.doctor(f"UPDATE breakdown_by_month SET accepted = 7 WHERE area = '{area}' AND word = 'owner_owner'")

    assert pair.differences() == [f"{area}, relation owner_owner, in 2026-03: accepted 7, its days say 1"]


def test_a_row_that_is_gone_is_found(pair: Pair) -> None:
    pair.doctor(f"DELETE FROM breakdown_by_day WHERE area = '{HAIYUE}' AND kind = 'relation'")

    assert (
        f"{HAIYUE}, relation owner_property, on 2026-03-10: registered 0, the facts say 1; linked 0, the facts say 1"
        in pair.differences()
    )


def test_a_row_of_no_fact_is_found(pair: Pair) -> None:
    pair.doctor("UPDATE figures_by_day SET day = day + 1 WHERE registered > 0")

    assert len([one for one in pair.differences() if "2026-03-11" in one]) == 2


def test_only_the_first_few_differences_are_told_and_how_many_there_are(pair: Pair) -> None:
    pair.doctor(
        "INSERT INTO breakdown_by_day SELECT area, kind, day + n, word, "
        + ", ".join(recounting.FIGURES)
        + " FROM breakdown_by_day, generate_series(1, 9) AS n"
    )

    differences = _of_days(pair.grievances, pair.statistics).differences

    assert len(differences) == 11
    assert differences[-1] == "and 44 more"
