"""What `linli verify` finds wrong with notices, which nobody but their readers may see."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from chassis import outbox
from chassis.database import Database, connect
from linli.patience import take_time
from linli.verification import _NOTICES, _of_notices
from services.grievances.disputes import events as facts
from services.members.divisions.file import read_divisions
from services.members.divisions.handlers import load_divisions
from services.members.grid import store as grid_store
from services.members.notices import handlers as notices
from services.members.notices.model import Resolution
from services.members.tenures import handlers as tenures
from tests.store.members.district import AREA, DISTRICT, officer
from tests.support import sealing
from tests.support.instance import ServiceDatabase

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
DISPUTE = "01936f00-0000-7000-8000-0000000000a1"
RESOLVED = facts.DisputeResolved(
    DISPUTE, "noise", "owner_owner", None, "2026-03-01T02:00:00+00:00", agreement_form="oral", days_open=9
)


@dataclass(frozen=True)
class Pair:
    """Both databases, after one resolution was told to the community's leader."""

    grievances: Database
    members: Database
    admin_url: str

    def doctor(self, sql: str) -> None:
        with connect(self.admin_url, application_name="test").cursor() as cursor:
            cursor.execute(sql)
            assert cursor.rowcount, "nothing was doctored"

    def differences(self) -> list[str]:
        return list(_of_notices(self.grievances, self.members).differences)


@pytest.fixture(autouse=True)
def sealing_keys() -> Iterator[None]:
    with sealing.in_this_process():
        yield


@pytest.fixture
def pair(service_database: Callable[[str], ServiceDatabase]) -> Iterator[Pair]:
    with ExitStack() as stack:
        urls = {name: service_database(name) for name in ("grievances", "members")}
        grievances, members = (Database(urls[name].url, service=name, size=2) for name in urls)
        stack.callback(grievances.close)
        stack.callback(members.close)
        load_divisions(members, read_divisions(DISTRICT.encode()), NOON)
        with grievances.transaction() as tx:
            event_id = outbox.add(tx, RESOLVED, subject=DISPUTE, version=5, area=AREA, now=NOON)
        with members.transaction() as tx:
            community = grid_store.find_community(tx, AREA)
            assert community is not None
            leader = tenures.Start(community.grid_unit_id, "community", "leader-1", "王小明", "13800138000")
            tenures.start(tx, leader, actor=officer(), now=NOON)
            resolution = Resolution(event_id, UUID(DISPUTE), "noise", AREA, None, NOON)
            notices.notify_leaders(tx, resolution, NOON)
        yield Pair(grievances, members, urls["members"].admin_url)


def test_a_resolution_told_to_its_leaders_has_no_difference(pair: Pair) -> None:
    assert pair.differences() == []


def test_the_notices_themselves_are_looked_at(pair: Pair) -> None:
    assert _of_notices(pair.grievances, pair.members).looked_at == "1 resolutions, 1 notices"


def test_a_notice_that_is_gone_is_told(pair: Pair) -> None:
    pair.doctor("DELETE FROM notices")

    [difference] = pair.differences()
    assert difference.endswith("has notices at no level, while the fact names community")


def test_a_notice_at_a_level_that_was_not_told_is_told(pair: Pair) -> None:
    pair.doctor(
        "INSERT INTO notices SELECT gen_random_uuid(), event_id, 'building', recipient_id, kind, dispute_id, category,"
        " area, grid_unit_id, place, occurred_at, created_at FROM notices"
    )

    [difference] = pair.differences()
    assert difference.endswith("has notices at building, community, while the fact names community")


def test_a_resolution_that_nobody_was_told_of_is_told(pair: Pair) -> None:
    pair.doctor("DELETE FROM notices; DELETE FROM notifications")

    [difference] = pair.differences()
    assert difference.endswith("was told to nobody")


def reason(pair: Pair) -> str:
    [why] = _of_notices(pair.grievances, pair.members).reasons.values()
    return why.reason


def test_a_notice_that_is_missing_is_told_with_whether_anybody_held_the_place_then(pair: Pair) -> None:
    pair.doctor("DELETE FROM notices; DELETE FROM notifications")

    said = reason(pair)

    assert "members has not told it (no effect)" in said
    assert f"in {AREA} on 2026-03-10 there were tenures at community" in said


def test_a_missing_notice_of_a_place_that_nobody_held_says_so(pair: Pair) -> None:
    pair.doctor("DELETE FROM notices; DELETE FROM notifications")
    pair.doctor("UPDATE tenures SET from_date = '2026-03-11'")

    assert "there were tenures at no level" in reason(pair)


def test_a_notice_that_was_doctored_is_told_as_such(pair: Pair) -> None:
    pair.doctor(
        "INSERT INTO inbox (event_id, source, type, subject, version, outcome, occurred_at) "
        "SELECT event_id, 'grievances', 'dispute.resolved', dispute_id::text, 5, 'applied', now() FROM notifications"
    )
    pair.doctor("DELETE FROM notices")

    assert "a notice was removed or added by hand" in reason(pair)


def test_looking_at_all_notices_does_not_grow_with_the_square_of_them(pair: Pair) -> None:
    with pair.members.transaction() as tx:
        take_time(tx)
        plan = "\n".join(line for (line,) in tx.rows(f"EXPLAIN DECLARE plan NO SCROLL CURSOR FOR {_NOTICES}"))

    assert "Nested Loop" not in plan, plan
