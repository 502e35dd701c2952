"""From a fact on the broker to a figure over HTTP."""

import random
from dataclasses import replace
from datetime import UTC, datetime

from chassis.identity import Grant
from tests.service.statistics.running import Statistics, life, missed
from tests.store.statistics.facts import DAXIN, DISTRICT, HAIYUE, NANTOU, XINGHAI, ZHAOSHANG
from tests.support.waiting import wait_for

COUNTS = ("registered", "accepted", "resolved", "refused", "terminated", "reopened", "linked", "overdue", "confirmed")
SPRING_2019 = datetime(2019, 4, 2, 3, tzinfo=UTC)


def figures(statistics: Statistics, area: str, year: int) -> dict[str, int]:
    answer = statistics.get(f"/statistics/{area}?year={year}")
    assert answer.status == 200, answer.text
    return {name: answer.json["figures"][name] for name in COUNTS}


def total(statistics: Statistics, year: int) -> int:
    return sum(figures(statistics, DISTRICT, year).values())


def test_facts_in_any_order_delivered_twice_count_once_at_three_levels(statistics: Statistics) -> None:
    time = SPRING_2019
    facts = [
        *life("registered", "accepted", "assigned", "mediated", "resolved", area=XINGHAI, time=time),
        *life("registered", "accepted", "assigned", "mediated", "resolved", "reopened", area=XINGHAI, time=time),
        *life("registered", "refused", area=DAXIN, time=time),
        *life("registered", "accepted", "terminated", area=HAIYUE, time=time),
        *life("registered", "linked", area=HAIYUE, time=time),
        *life("registered", "accepted", "assigned", "unassigned", "assigned", "reassigned", area=DAXIN, time=time),
        *life("registered", "accepted", "resolved", "confirmed", area=HAIYUE, time=time, satisfaction=5),
        missed(time, area=HAIYUE),
        missed(time, area=HAIYUE, category=None),
    ]
    deliveries = facts * 2
    random.Random(7).shuffle(deliveries)

    statistics.publish(*deliveries)
    wait_for(lambda: total(statistics, 2019) == 22)
    wait_for(lambda: statistics.count("SELECT count(*) FROM failed_events") == 0)

    def counts(*numbers: int) -> dict[str, int]:
        return dict(zip(COUNTS, numbers, strict=True))

    assert figures(statistics, XINGHAI, 2019) == counts(2, 2, 2, 0, 0, 1, 0, 0, 0)
    assert figures(statistics, DAXIN, 2019) == counts(2, 1, 0, 1, 0, 0, 0, 0, 0)
    assert figures(statistics, NANTOU, 2019) == counts(4, 3, 2, 1, 0, 1, 0, 0, 0)
    assert figures(statistics, ZHAOSHANG, 2019) == counts(3, 2, 1, 0, 1, 0, 1, 2, 1)
    assert figures(statistics, DISTRICT, 2019) == counts(7, 5, 3, 1, 1, 1, 1, 2, 1)


def test_a_fact_of_before_there_were_more_fields_is_counted(statistics: Statistics) -> None:
    """Fields are only added: `resolution` and `channel` came later."""
    time = datetime(2016, 4, 2, 3, tzinfo=UTC)
    facts = life("registered", "resolved", time=time)

    statistics.publish(
        *(
            replace(fact, data={k: v for k, v in fact.data.items() if k not in ("resolution", "channel")})
            for fact in facts
        )
    )

    wait_for(lambda: total(statistics, 2016) == 2)


def test_points_that_nobody_can_give_are_kept_dead(statistics: Statistics) -> None:
    dead = "SELECT count(*) FROM failed_events WHERE reason = 'schema'"

    statistics.publish(*life("confirmed", satisfaction=6))

    wait_for(lambda: statistics.count(dead) == 1)


def test_a_fact_is_on_the_running_list_with_its_place_and_without_its_parties(statistics: Statistics) -> None:
    [fact] = life("registered", area=HAIYUE)

    statistics.publish(fact)

    newest = wait_for(
        lambda: [
            one
            for one in statistics.get(f"/facts?area={DISTRICT}").json["facts"]
            if one["event_id"] == str(fact.event_id)
        ]
    )
    assert newest == [
        {
            "event_id": str(fact.event_id),
            "dispute_id": fact.subject,
            "type": "dispute.registered",
            "area": {"code": HAIYUE, "name": "海月社区居委会"},
            "category": "parking",
            "relation": "owner_property",
            "time": fact.time.isoformat(),
        }
    ]


def test_facts_are_told_of_the_places_one_works_in(statistics: Statistics) -> None:
    here, elsewhere = life("registered", area=DAXIN)[0], life("registered", area=HAIYUE)[0]
    statistics.publish(here, elsewhere)
    wait_for(
        lambda: (
            {str(here.event_id), str(elsewhere.event_id)}
            <= {one["event_id"] for one in statistics.get(f"/facts?area={DISTRICT}&limit=30").json["facts"]}
        )
    )

    seen = statistics.get(f"/facts?area={DISTRICT}&limit=30", Grant("street_officer", NANTOU)).json["facts"]

    assert str(here.event_id) in {one["event_id"] for one in seen}
    assert {one["area"]["code"] for one in seen} <= {XINGHAI, DAXIN}


def test_a_fact_of_an_unknown_place_is_counted_where_its_digits_say(statistics: Statistics) -> None:
    time = datetime(2018, 4, 2, 3, tzinfo=UTC)

    statistics.publish(*life("registered", area="440305009001", time=time))

    wait_for(lambda: total(statistics, 2018) == 1)
    assert figures(statistics, "440305009000", 2018)["registered"] == 1


def test_a_fact_whose_area_is_no_code_is_kept_dead_and_holds_up_nobody(statistics: Statistics) -> None:
    time = datetime(2017, 4, 2, 3, tzinfo=UTC)

    statistics.publish(*life("registered", area="nanshan", time=time), *life("registered", time=time))

    wait_for(lambda: total(statistics, 2017) == 1)
    wait_for(lambda: statistics.count("SELECT count(*) FROM failed_events WHERE reason = 'attributes'") == 1)
