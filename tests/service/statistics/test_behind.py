"""Every answer says how far it is behind the facts, also while no figure changes."""

from contextlib import closing
from datetime import UTC, datetime

import pytest

from chassis.database import connect
from tests.service.statistics.running import Statistics, life
from tests.store.statistics.facts import DISTRICT
from tests.support.beating import Said
from tests.support.waiting import wait_for

PATHS = (
    f"/statistics/{DISTRICT}",
    f"/statistics/{DISTRICT}/children",
    f"/statistics/{DISTRICT}/by-category",
    f"/statistics/{DISTRICT}/by-relation",
    f"/facts?area={DISTRICT}",
)


def behind(statistics: Statistics, path: str = PATHS[0]) -> dict[str, object]:
    return dict(statistics.get(path).json["behind"])


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_that_all_is_counted(statistics: Statistics, path: str) -> None:
    statistics.wait_even()

    told = behind(statistics, path)

    assert set(told) == {"state", "events", "kept", "as_of", "oldest_at", "unknown_since", "reason"}
    assert (told["state"], told["unknown_since"], told["reason"]) == ("even", None, None)


def test_who_asks_again_hears_of_a_backlog_though_no_figure_has_changed(statistics: Statistics, relays: Said) -> None:
    etags = {path: statistics.get(path).headers["ETag"] for path in PATHS}
    relays.unsent = 1_000_000
    told = [
        wait_for(lambda: (answer := statistics.get(path, If_None_Match=etag)).status == 200 and answer)  # noqa: B023
        for path, etag in etags.items()
    ]
    relays.unsent = 0

    assert {(one.json["behind"]["state"], one.json["behind"]["events"]) for one in told} == {("behind", 1_000_000)}
    wait_for(lambda: statistics.get(PATHS[0], If_None_Match=etags[PATHS[0]]).status == 304)


def test_while_its_consumer_stands_still_the_board_says_how_much_waits(statistics: Statistics) -> None:
    """Another transaction holds what a batch must change; what is read for the board is free."""
    before = datetime.now(UTC)
    with closing(connect(statistics.database.admin_url)) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE newest_facts IN EXCLUSIVE MODE")
        statistics.publish(*(fact for _ in range(60) for fact in life("registered", "accepted")))
        told = wait_for(lambda: (said := behind(statistics))["events"] == 120 and said)
        cursor.execute("ROLLBACK")

    assert told["oldest_at"] == told["as_of"]
    assert abs(datetime.fromisoformat(str(told["as_of"])) - before).total_seconds() < 30
    wait_for(lambda: behind(statistics)["events"] == 0)


def test_a_fact_that_cannot_be_counted_is_told(statistics: Statistics) -> None:
    statistics.publish(*life("registered", area="nanshan"))

    told = wait_for(lambda: (said := behind(statistics))["events"] == 1 and said["oldest_at"] != said["as_of"] and said)

    assert told["oldest_at"] is not None
