"""The holiday table is data: seeded for two years, loaded by the year, and what hangs on it is counted anew."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import uuid_utils.compat

from chassis import metrics
from chassis.calendar import local_day
from chassis.database import Database, connect
from chassis.errors import InvalidInput, NotFound
from linli import importing
from linli.importing import load_holidays, read_holidays
from services.grievances.deadlines import handlers as deadlines
from services.grievances.deadlines.api import DeadlinesApi
from services.grievances.deadlines.model import Due, Thing
from services.grievances.holidays import handlers
from services.grievances.holidays.file import read_file, read_years
from services.grievances.holidays.model import Year
from tests.store.grievances.deadlines.timer import at, in_short, tell

TABLE = Path(__file__).parents[3] / "data" / "holidays.csv"

OF_2027 = """day,kind,name
2027-01-01,off,元旦
2027-02-08,off,春节
2027-02-09,off,春节
2027-02-10,off,春节
2027-04-05,off,清明节
2027-05-03,off,劳动节
2027-06-09,off,端午节
2027-09-15,off,中秋节
2027-10-01,off,国庆节
"""
"""Made up: the State Council has not told the real ones."""


def years(text: str = OF_2027) -> list[Year]:
    return read_years(text.encode(), "test")


def load(database: Database, given: list[Year]) -> handlers.Loaded:
    with database.transaction() as tx:
        return handlers.load(tx, given)


def year(database: Database, number: int) -> Year:
    with database.transaction() as tx:
        return handlers.get_year(tx, number)


def watch(database: Database, rule: str, start: str) -> tuple[Thing, Due]:
    thing = Thing("dispute", uuid_utils.compat.uuid7(), "440305001012", "noise", "owner_owner")
    with database.transaction() as tx:
        return thing, deadlines.watch(tx, thing, rule, at(start))


def kept(database: Database, thing: Thing) -> Any:
    with database.transaction() as tx:
        (row,) = tx.rows("SELECT * FROM deadlines WHERE thing_id = %s", (thing.thing_id,))
    return row


def last_day(database: Database, thing: Thing) -> tuple[str, bool]:
    row = kept(database, thing)
    return str(deadlines.model.last_day(row.due_at)), row.is_provisional


@pytest.mark.parametrize("number", [2025, 2026])
def test_two_years_are_seeded_as_the_file_has_them(database: Database, number: int) -> None:
    [in_file] = [one for one in read_file(TABLE, "test") if one.year == number]

    seeded = year(database, number)

    assert seeded.days == in_file.days
    assert "国务院办公厅" in seeded.source


def test_loading_the_same_again_changes_nothing(database: Database) -> None:
    loaded = load(database, read_file(TABLE, "test"))

    assert (loaded.changed, len(loaded.unchanged), loaded.moved) == ((), 2, 0)
    assert str(loaded) == "2025: unchanged\n2026: unchanged\n0 open due times moved"


def test_a_new_year_moves_what_reaches_into_it(database: Database) -> None:
    reaching, _ = watch(database, "dispute.acceptance", "2026-12-28T09:00")
    within, _ = watch(database, "dispute.acceptance", "2026-12-21T09:00")
    in_days, _ = watch(database, "dispute.mediation", "2026-12-28T09:00")
    right, _ = watch(database, "agreement.judicial_confirmation", "2027-01-11T09:00")
    assert (last_day(database, reaching), last_day(database, right)) == (("2027-01-04", True), ("2027-02-10", True))

    loaded = load(database, years())

    assert loaded.moved == 2
    assert last_day(database, reaching) == ("2027-01-05", False)
    assert last_day(database, right) == ("2027-02-11", False), "民法典 Art. 203"
    assert last_day(database, within) == ("2026-12-28", False)
    assert last_day(database, in_days) == ("2027-01-27", False)
    assert load(database, years()).moved == 0


def test_all_that_hangs_on_a_due_time_moves_with_it(database: Database) -> None:
    thing, due = watch(database, "dispute.acceptance", "2026-12-28T09:00")

    load(database, years())

    row = kept(database, thing)
    assert row.due_at - due.due_at == row.street_at - due.street_at == row.district_at - due.district_at
    assert row.due_at - due.due_at == row.next_at - due.near_at
    tell(database, row.next_at)
    tell(database, row.district_at)
    assert in_short(database) == [
        ("near", "community", 1),
        ("missed", "community", 2),
        ("escalated", "street", 3),
        ("escalated", "district", 4),
    ]


def test_what_was_told_as_near_waits_for_its_new_end_and_what_was_told_as_missed_stays(database: Database) -> None:
    near, _ = watch(database, "dispute.acceptance", "2026-12-28T09:00")
    missed, _ = watch(database, "hotline.enquiry", "2026-12-31T09:00")
    tell(database, at("2027-01-04T00:00"))
    assert (kept(database, near).stage, kept(database, missed).stage) == (1, 4)

    load(database, years())

    assert kept(database, near).next_at == kept(database, near).due_at == at("2027-01-06T00:00")
    assert last_day(database, missed) == ("2027-01-01", True)


def test_a_moved_due_time_is_not_taken_for_another_by_the_next_step(database: Database) -> None:
    thing, _ = watch(database, "dispute.acceptance", "2026-12-28T09:00")
    load(database, years())
    moved = kept(database, thing)

    with database.transaction() as tx:
        deadlines.watch(tx, thing, "dispute.acceptance", at("2026-12-28T09:00"))

    assert kept(database, thing) == moved


def test_a_moved_due_time_keeps_the_amount_it_began_with(database: Database) -> None:
    thing, _ = watch(database, "dispute.acceptance", "2026-12-28T09:00")
    with database.transaction() as tx:
        tx.execute("UPDATE deadline_rules SET amount = 10 WHERE rule = 'dispute.acceptance'")

    load(database, years())

    assert last_day(database, thing) == ("2027-01-05", False)


def test_a_corrected_year_takes_the_place_of_the_former(database: Database) -> None:
    """As in 2020, when the Spring Festival was prolonged while it lasted."""
    load(database, years())
    thing, _ = watch(database, "dispute.acceptance", "2027-02-05T09:00")
    before = last_day(database, thing)

    loaded = load(database, years(OF_2027 + "2027-02-11,off,春节\n2027-02-12,off,春节\n"))

    assert (before, last_day(database, thing)) == (("2027-02-17", False), ("2027-02-19", False))
    assert (loaded.moved, len(year(database, 2027).days)) == (1, 11)


def test_what_another_process_counted_by_the_old_table_is_set_right_within_the_hour(database: Database) -> None:
    thing, _ = watch(database, "dispute.acceptance", "2026-12-28T09:00")
    late, stale = Thing("dispute", uuid_utils.compat.uuid7(), "440305001012"), kept(database, thing)
    load(database, years())
    with database.transaction() as tx:
        deadlines.store.watch(
            tx,
            late,
            "state",
            "dispute.acceptance",
            stale.started_at,
            Due(stale.due_at, stale.next_at, stale.street_at, stale.district_at, stale.amount, provisional=True),
        )

    with database.transaction() as tx:
        assert deadlines.recount(tx) == 1

    assert last_day(database, late) == ("2027-01-05", False)


def test_a_gap_is_refused_and_nothing_is_loaded(database: Database) -> None:
    of_2028 = [Year(2028, "test", years()[0].days)]

    with pytest.raises(InvalidInput, match="the table of 2027 would be missing"):
        load(database, of_2028)

    with pytest.raises(NotFound, match="has no 2028; it has 2025, 2026"):
        year(database, 2028)


@pytest.mark.parametrize(
    ("now", "left"),
    [("2026-09-01T12:00", 121), ("2026-09-03T12:00", 119), ("2026-11-20T09:00", 41), ("2027-01-02T00:00", -2)],
)
def test_it_is_known_how_many_days_the_table_has_left(database: Database, now: str, left: int) -> None:
    with database.transaction() as tx:
        assert deadlines.days_left(tx, local_day(at(now))) == left


def test_a_warning_is_logged_once_a_day_with_fewer_than_120_days_left(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """The timer is given the service's clock; the notice comes in November, so there is time to load it."""
    timer = DeadlinesApi()
    timer.database = database

    def warned(now: str) -> int:
        caplog.clear()
        timer.look_ahead(at(now))
        return len(caplog.messages)

    instants = ("2026-09-02T12:00", "2026-09-03T00:00", "2026-09-03T01:00", "2026-09-04T00:00", "2027-03-01T09:00")
    assert [warned(now) for now in instants] == [0, 1, 0, 1, 1]
    assert metrics.REGISTRY.get_sample_value("linli_holiday_table_days_left") == -60

    load(database, years())
    assert warned("2027-03-02T09:00") == 0
    assert metrics.REGISTRY.get_sample_value("linli_holiday_table_days_left") == 304


def test_an_empty_table_has_no_days_left(database: Database, service_address: Any) -> None:
    with closing(connect(service_address.admin_url)) as admin, admin.cursor() as cursor:
        cursor.execute("DELETE FROM holidays; DELETE FROM holiday_years")

    with database.transaction() as tx:
        assert deadlines.days_left(tx, date(2026, 11, 20)) < 0
    thing, due = watch(database, "dispute.acceptance", "2026-09-30T09:00")
    assert (due.provisional, last_day(database, thing)) == (True, ("2026-10-07", True))


def test_the_operators_load_is_audited(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(OF_2027, "utf-8")

    loaded = load_holidays(database, read_holidays(file, "notice of 2026"))

    assert [one.year for one in loaded.changed] == [2027]
    assert year(database, 2027).source == "notice of 2026"
    with database.transaction() as tx:
        (row,) = tx.rows("SELECT actor_id, thing FROM audit_pending WHERE action = 'import_holidays'")
    assert row.actor_id.startswith("operator:")
    assert row.thing == "2027: 0 due times moved"


def test_a_wrong_file_names_itself_and_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "2027.csv"
    file.write_text(OF_2027 + "2027-10-02,off,国庆节\n", "utf-8")

    with pytest.raises(
        InvalidInput, match=r"2027.csv: 1 problem in the file; nothing was loaded\nline 11: 2027-10-02 is"
    ):
        importing.read_holidays(file, "test")
