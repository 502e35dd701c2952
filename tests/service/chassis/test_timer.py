"""What a service does by the clock: again and again, one at a time, whatever comes of it."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chassis.identity import Grant, Issuer, new_signing_key
from chassis.timer import every
from tests.support.asking import ask
from tests.support.service_process import ServiceProcess, answers

Start = Callable[[str], ServiceProcess]
ISSUER = Issuer(new_signing_key(), "https://issuer.test", "linli")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A service of tests.service.chassis.ticking, once it answers."""
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(ISSUER.jwks()))
    settings = {"JWT_ISSUER": "https://issuer.test", "JWT_JWKS": str(keys)}
    with ExitStack() as stack:

        def started(name: str) -> ServiceProcess:
            command = [sys.executable, "-m", "tests.service.chassis.ticking", name]
            process = ServiceProcess(command, tmp_path / f"{name}.log", settings)
            stack.callback(process.stop)
            process.wait_until(lambda: answers(process.port, "/healthz"))
            return process

        yield started


def test_what_fails_is_counted_and_tried_again(start: Start) -> None:
    process = start("failing")

    process.wait_until(lambda: "run 4 after all failures" in process.said())

    metrics = ask(process.port, "GET", "/metrics").text
    assert 'linli_timer_failures_total{reason="unavailable",timer="count"} 1.0' in metrics
    assert 'linli_timer_failures_total{reason="unforeseen",timer="count"} 2.0' in metrics
    assert "nobody foresaw this" in process.said()


def test_what_there_is_more_of_is_done_at_once_by_the_services_clock(start: Start) -> None:
    process = start("telling")

    process.wait_until(lambda: "0 left" in process.said())

    told = [line for line in process.said().splitlines() if "left" in line]
    assert told == ["2 left at 2027, 2027", "1 left at 2027, 2027", "0 left at 2027, 2027"]


def test_two_runs_are_never_at_a_time_and_the_one_in_hand_ends_on_sigterm(start: Start) -> None:
    process = start("slow")
    process.wait_until(lambda: process.said().count("begun") >= 3)

    code = process.stop()

    said = process.said()
    assert code == 0
    assert "begun with 2 inside" not in said
    assert said.count("begun") == said.count("ended")


def test_an_idle_timer_does_not_hold_up_the_end(start: Start) -> None:
    process = start("telling")
    process.wait_until(lambda: "0 left" in process.said())

    assert process.stop(within_s=10) == 0


def test_a_service_that_lives_faster_does_by_the_clock_so_much_more_often(start: Start) -> None:
    process = start("hourly")

    process.wait_until(lambda: "hour 5" in process.said())


def test_a_token_holds_by_the_machines_time_whatever_year_the_service_lives_in(start: Start) -> None:
    process = start("distant")
    token = ISSUER.issue("operator-1", [Grant("operator", "440305000000")], 60)

    answer = ask(process.port, "GET", "/year", token=token)

    assert (answer.status, answer.json) == (200, {"year": 2127})


def test_a_timer_without_time_between_is_refused() -> None:
    with pytest.raises(ValueError, match="must be more than 0"):
        every(0)(lambda self, now: None)
