"""Two who act at once over HTTP: exactly one wins, and the other is told what to read again."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from chassis.calendar import local_day
from tests.service.grievances.running import Grievances
from tests.support.asking import Reply

ROUNDS = 12

Step = tuple[str, Any]


class Rivals:
    """An officer and a colleague, or the assigned mediator, who press the button in the same instant."""

    def __init__(self, service: Grievances) -> None:
        self.service = service
        self.officer = service.officer
        self.other_officer = service.token("officer-3", "community_officer")
        self.mediator = service.mediator

    def accepted(self) -> Reply:
        return self.service.step(self.service.file(), "accept")

    def assigned(self) -> Reply:
        return self.service.step(self.accepted(), "assign", {"mediator_id": "mediator-1"})

    def race(self, dispute: Reply, steps: Sequence[tuple[str, Step]]) -> list[Reply]:
        """Each takes a step at the version both have read."""
        together = Barrier(2)

        def act(token: str, step: Step) -> Reply:
            together.wait(timeout=30)
            return self.service.step(dispute, *step, token=token)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(act, *zip(*steps, strict=True)))


@pytest.fixture(scope="module")
def rivals(service: Grievances) -> Rivals:
    return Rivals(service)


def oral() -> dict[str, Any]:
    today = local_day(datetime.now(UTC)).isoformat()
    return {"form": "oral", "terms": "王小明晚十点后不练琴", "confirmed_by_applicant_on": today}


Race = tuple[Callable[[Rivals], Reply], Callable[[Rivals], list[tuple[str, Step]]], str]

RACES: dict[str, Race] = {
    "accept and accept": (
        lambda rivals: rivals.service.file(),
        lambda rivals: [(rivals.officer, ("accept", None)), (rivals.other_officer, ("accept", None))],
        "dispute.accepted",
    ),
    "name one and name another": (
        lambda rivals: rivals.accepted(),
        lambda rivals: [
            (rivals.officer, ("assign", {"mediator_id": "mediator-1"})),
            (rivals.other_officer, ("assign", {"mediator_id": "mediator-2"})),
        ],
        "dispute.assigned",
    ),
    "hand over to one and to another": (
        lambda rivals: rivals.assigned(),
        lambda rivals: [
            (rivals.mediator, ("reassign", {"successor_id": "mediator-2", "reason_code": "near_relative"})),
            (rivals.officer, ("reassign", {"successor_id": "mediator-3", "reason_code": "unable"})),
        ],
        "dispute.reassigned",
    ),
    "resolve and resolve": (
        lambda rivals: rivals.service.mediating(),
        lambda rivals: [
            (rivals.mediator, ("resolve", oral())),
            (rivals.officer, ("resolve", oral())),
        ],
        "dispute.resolved",
    ),
}


@pytest.mark.parametrize("race", RACES)
def test_of_two_who_act_at_once_exactly_one_wins(rivals: Rivals, race: str) -> None:
    prepare, steps, fact = RACES[race]

    for _ in range(ROUNDS):
        dispute = prepare(rivals)
        replies = rivals.race(dispute, steps(rivals))

        won, lost = sorted(replies, key=lambda reply: reply.status)
        assert won.status == 200
        assert lost.status in (409, 412), lost.json
        assert told(rivals.service, dispute)[fact] == 1


def test_of_two_different_ends_one_holds(rivals: Rivals) -> None:
    """An agreement and a refusal at once: the case has one end, and one fact tells of it."""
    for _ in range(ROUNDS):
        dispute = rivals.service.mediating()
        refusal = {"reason_code": "party_refused", "on_behalf_of": "respondent"}
        replies = rivals.race(dispute, [(rivals.mediator, ("resolve", oral())), (rivals.officer, ("refuse", refusal))])

        won, lost = sorted(replies, key=lambda reply: reply.status)
        assert (won.status, lost.status in (409, 412)) == (200, True)
        ends = told(rivals.service, dispute)
        assert ends["dispute.resolved"] + ends["dispute.refused"] == 1
        assert ends[f"dispute.{won.json['state']}"] == 1
        [kept] = rivals.service.rows(
            "SELECT state, (SELECT count(*) FROM agreements AS a WHERE a.dispute_id = d.dispute_id) AS agreements "
            "FROM disputes AS d WHERE d.dispute_id = %s::uuid",
            dispute.json["dispute_id"],
        )
        assert kept == (won.json["state"], int(won.json["state"] == "resolved"))


def test_many_who_press_the_same_button_have_one_effect(service: Grievances) -> None:
    """Eight at once, without a version in their hands but the one all have read."""
    filed = service.file()
    together = Barrier(8)

    def accept(number: int) -> int:
        token = service.token(f"officer-{number}", "community_officer")
        together.wait(timeout=30)
        return service.step(filed, "accept", token=token).status

    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(accept, range(10, 18)))

    assert statuses[200] == 1
    assert statuses[409] + statuses[412] == 7
    assert told(service, filed) == {"dispute.registered": 1, "dispute.accepted": 1}


def told(service: Grievances, dispute: Reply) -> Counter[str]:
    """The facts about a dispute, by type."""
    rows = service.rows("SELECT envelope FROM outbox WHERE subject = %s", dispute.json["dispute_id"])
    return Counter(json.loads(row.envelope)["type"] for row in rows)
