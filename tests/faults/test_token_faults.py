"""Tokens that do not hold, other people's ids, and ten times the rate, over HTTP (DESIGN §6: 25): all are refused, no
answer is an error of ours, and nothing is written."""

import re
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chassis.http.entrypoint import OWN as PROBE
from chassis.http.openapi import Declared
from chassis.http.rate import BURST_S
from chassis.identity import Grant
from linli import wire
from linli.wire import Wire
from tests.service.grievances.running import FILING, HAIYUE, XINGHAI, Grievances
from tests.service.members.running import Members, with_nanshan
from tests.service.statistics.running import Statistics
from tests.support.asking import HOST
from tests.support.fault_results import Report
from tests.support.forging import LARGE
from tests.support.instance import MakeDatabase, MakeVhost, ServiceDatabase
from tests.support.offices import EVERY_ROLE, Office, opened
from tests.support.service import Service, running
from tests.support.stage import FULL, Outcome, sized

RATE_PER_S = 20
EXCESS = 10
REFUSED = {401, 403, 404, 429}
HEADERS_TOO_LARGE = 431
EVERYBODYS = {
    "GET /divisions/<area:code>": "the official list, for whoever is signed in",
    "GET /organisations/<uuid:organisation_id>": "a party organisation, not a person",
    "GET /organisations/coverage/<area:code>": "how many there are",
}
RESIDENT = "another resident"
STRANGERS: dict[str, tuple[Grant, ...]] = {
    "people who work in another community": tuple(
        Grant(role, HAIYUE) for role in ("community_officer", "mediator", "grid_leader", "hotline")
    ),
    RESIDENT: (Grant("resident", XINGHAI),),
}
THEIR_OWN = {
    "GET /disputes/<uuid:dispute_id>",
    "GET /disputes/<uuid:dispute_id>/agreement",
    "GET /disputes/<uuid:dispute_id>/sessions",
    "GET /grid-units/<uuid:grid_unit_id>/leaders",
    "GET /joint-cases/<uuid:joint_case_id>",
    "GET /notes/<uuid:note_id>",
    "GET /referrals/<uuid:referral_id>",
    "GET /statistics/<area:code>",
    "GET /tenures/<uuid:tenure_id>",
}
"""What is there to be seen, so that a stranger is refused it and not merely finds nothing."""

OWN = {(RESIDENT, "GET /statistics/<area:code>"): "a year's figures of the community they live in"}


@pytest.fixture(scope="module")
def offices(
    module_database: MakeDatabase, module_vhost: MakeVhost, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Office]]:
    kinds: tuple[type[Service], ...] = (Members, Grievances, Statistics)
    grounds = [(kind, module_database(kind.name), module_vhost(), tmp_path_factory.mktemp(kind.name)) for kind in kinds]
    with_nanshan(grounds[0][1])
    with ExitStack() as stack, ThreadPoolExecutor(len(kinds)) as pool:

        def open_one(ground: tuple[type[Service], ServiceDatabase, str, Path]) -> Office:
            return opened(stack.enter_context(running(*ground, RATE_LIMIT_PER_S=str(RATE_PER_S))))

        yield list(pool.map(open_one, grounds))


@contextmanager
def nothing_written(offices: list[Office]) -> Iterator[None]:
    before = [office.rows() for office in offices]
    yield
    assert [office.rows() for office in offices] == before


def name_of(each: Declared) -> str:
    return f"{each.endpoint.method} {each.endpoint.path}"


def asks_for_a_token(each: Declared) -> bool:
    return isinstance(each.endpoint.roles, frozenset)


def is_somebodys(each: Declared) -> bool:
    """Whether its address names a thing, and not only the form of the answer."""
    named = re.sub(r"<any[^>]*>", "", each.endpoint.path)
    return "<" in named and each.endpoint.tag != PROBE and name_of(each) not in EVERYBODYS


def outcome_of(answers: Mapping[Any, int], refused: Container[int]) -> Outcome:
    """Facts are requests, effects those that were refused, missing those that were let in."""
    let_in = {asked: status for asked, status in answers.items() if status not in refused}
    assert not let_in, "\n".join(f"{asked}: {status}" for asked, status in let_in.items())
    return Outcome(len(answers), len(answers) - len(let_in), missing=len(let_in))


def told(statuses: Iterable[int]) -> str:
    return ", ".join(f"{number} × {status}" for status, number in sorted(Counter(statuses).items()))


@pytest.mark.fault(25)
def test_a_token_that_does_not_hold_opens_no_entrypoint(offices: list[Office], report: Report) -> None:
    answers: dict[tuple[str, str, str], int] = {}
    for office in offices:
        closed = [each for each in office.declared if asks_for_a_token(each)]
        bad = office.forger.bad("officer-1", *EVERY_ROLE)
        with nothing_written([office]):
            for at, (wrong, token) in enumerate(bad.items()):
                # In short each entrypoint is asked with some of them.
                for each in closed if FULL else closed[at :: len(bad)]:
                    answers[office.service.name, name_of(each), wrong] = office.ask(each, token).status

    large = {asked: answers.pop(asked) for asked in list(answers) if asked[2] == LARGE}
    done = f"{len(bad)} kinds of bad token: {told(answers.values())}; of a megabyte: {told(large.values())}"
    report(f"{done} (facts: requests, effects: refused)", outcome_of(answers, {401, 403}))
    assert set(large.values()) == {HEADERS_TOO_LARGE}


@pytest.mark.fault(25)
def test_tokens_that_hold_are_let_in_by_either_key_of_the_issuer(offices: list[Office], report: Report) -> None:
    """What shows that the others are refused for what is wrong with them."""
    answers = {
        (office.service.name, key): office.service.request("GET", path, token=token).status
        for office, path in zip(offices, ("/divisions", "/disputes", f"/statistics/{XINGHAI}"), strict=True)
        for key, token in office.forger.good("officer-1", *EVERY_ROLE).items()
    }

    report(f"good tokens: {told(answers.values())}", Outcome(len(answers), len(answers)))
    assert set(answers.values()) == {200}


@pytest.mark.fault(25)
def test_other_peoples_things_cannot_be_seen_or_changed_by_their_ids(offices: list[Office], report: Report) -> None:
    answers: dict[tuple[str, str], int] = {}
    numbers = count(1)
    with nothing_written(offices):
        for office in offices:
            for who, grants in STRANGERS.items():
                for each in office.declared:
                    if is_somebodys(each) and (who, name_of(each)) not in OWN:
                        # Each request by another stranger: what is refused here is no rate.
                        token = office.service.token_for(f"stranger-{next(numbers)}", *grants)
                        answers[who, name_of(each)] = office.ask(each, token).status
    seen = {
        name_of(each)
        for office in offices
        for each in office.declared
        if each.endpoint.method == "GET" and is_somebodys(each) and office.ask(each, office.insider).status == 200
    }

    done = f"other people's ids at {len(seen)} reads that are open to their own: {told(answers.values())}"
    report(f"{done} (facts: requests, effects: refused)", outcome_of(answers, {403, 404}))
    assert seen >= THEIR_OWN


@pytest.mark.fault(25)
def test_ten_times_the_rate_is_refused_to_one_caller_and_costs_no_other_one(
    offices: list[Office], report: Report
) -> None:
    [service] = [office.service for office in offices if isinstance(office.service, Grievances)]
    seconds = sized(1, 60)
    hasty, patient = (service.token_for(name, Grant("resident", XINGHAI)) for name in ("hasty", "patient"))
    filed_before = service.rows("SELECT count(*) FROM disputes")[0][0]
    connection = Wire.to((HOST, service.port))

    def file(token: str) -> int:
        connection.send(wire.request("POST", "/disputes", FILING, authorization=f"Bearer {token}"))
        while (answer := connection.answer()) is None:
            pass
        return wire.status(answer)

    asked = int(EXCESS * RATE_PER_S * seconds + BURST_S * RATE_PER_S)
    began = time.monotonic()
    statuses = [file(hasty) for _ in range(asked)]
    took_s = time.monotonic() - began
    others = {file(patient) for _ in range(RATE_PER_S)}
    connection.socket.close()

    taken, refused = statuses.count(201), statuses.count(429)
    done = f"{asked / took_s / RATE_PER_S:.0f} times the rate for {took_s:.1f} s: {told(statuses)}"
    outcome = Outcome(asked, taken + refused, missing=asked - taken - refused)
    report(f"{done} (facts: requests, effects: taken or refused)", outcome)
    assert refused > 0
    assert taken <= (BURST_S + took_s) * RATE_PER_S + 1
    assert others == {201}
    assert service.rows("SELECT count(*) FROM disputes")[0][0] == filed_before + taken + RATE_PER_S
