"""What `linli status` says of what it saw, and that it waits for nobody."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from linli.status.asking import Silence, ask_all
from linli.status.judging import Help, problems
from linli.status.seen import Consumer, Database, Queue, Relay, Seen, Service, Session
from linli.status.showing import as_data, drawn

NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)
SERVICE = Service("statistics", True, True, version="0.2.0", uptime_s=90, memory_bytes=80 << 20)
RELAY = Relay("grievances", "session 17", NOW, 1, 0, 0.0, NOW, 0, 0, False, 50 << 20, 4711)
QUEUE = Queue("statistics.from.grievances.v1", 0, 0, 1, 0, "linli@localhost", 1)
CONSUMER = Consumer("statistics", "grievances", 0, 0, 0, as_of=NOW)
DATABASE = Database("statistics", True, None, 9 << 20, (), Session(8, "statistics in statistics idle", 1.0), 0)
WELL = Seen(NOW, "a test", [SERVICE], [RELAY], [QUEUE], [CONSUMER], [DATABASE])
DEPLOYED = Help()


def told(seen: Seen, help_: Help = DEPLOYED) -> list[tuple[str, str]]:
    return [(one.sentence, one.command) for one in problems(seen, help_)]


def with_service(**changed: object) -> Seen:
    return replace(WELL, services=[replace(SERVICE, **changed)])  # type: ignore[arg-type]


def with_relay(**changed: object) -> Seen:
    return replace(WELL, relays=[replace(RELAY, **changed)])  # type: ignore[arg-type]


def with_queue(**changed: object) -> Seen:
    return replace(WELL, queues=[replace(QUEUE, **changed)])  # type: ignore[arg-type]


def with_consumer(**changed: object) -> Seen:
    return replace(WELL, consumers=[replace(CONSUMER, **changed)])  # type: ignore[arg-type]


def with_database(**changed: object) -> Seen:
    return replace(WELL, databases=[replace(DATABASE, **changed)])  # type: ignore[arg-type]


LONG = {"outbox_rows": 1_200_000, "oldest_unsent_s": 95.0}


@pytest.mark.parametrize(
    ("seen", "sentence", "command"),
    [
        (with_service(reachable=False, trouble=["nobody listens"]), "statistics does not answer", "linli serve stat"),
        (with_service(ready=False, trouble=["database: away"]), "statistics is not ready: database: away", "log"),
        (with_service(unsure_of={"grievances": "relay"}), "no relay of grievances has spoken", "linli status"),
        (with_relay(leader=None, **LONG), "no relay leads grievances; 1,200,000 facts wait", "linli relay grievances"),
        (with_relay(trouble="it is frozen"), "the relay of grievances does not answer (it is frozen)", "linli relay"),
        (with_relay(blocked=True, **LONG), "the broker reads nothing from the relay", "rabbitmq-diagnostics alarms"),
        (with_relay(returned=12, **LONG), "facts of grievances found no queue 12 times", "start the service"),
        (
            with_relay(**LONG),
            "does not keep up; 1,200,000 facts wait in its outbox, the oldest for 95 s",
            "log",
        ),
        (
            with_queue(trouble="is not there"),
            "queue statistics.from.grievances.v1 is not there",
            "linli serve statistics",
        ),
        (with_queue(consumers=0, ready=70), "nobody consumes statistics.from.grievances.v1; 70 messages", "/readyz"),
        (with_queue(consumers=0), "it is empty, or has no leader", "/readyz"),
        (with_queue(returned=2), "the broker gave up delivering 2 messages", "linli dead-letters list --state dead"),
        (
            with_consumer(queued=999_000, in_hand=1_000, as_of=NOW - timedelta(hours=3)),
            "statistics is behind grievances by about 1,000,000 facts, since 3 hours ago",
            "linli status --watch 5",
        ),
        (
            with_consumer(dead={"schema": 2, "handler": 1}, oldest_kept_s=5),
            "3 events of grievances are dead in statistics, without effect (1 for handler, 2 for schema)",
            "linli dead-letters replay statistics --all",
        ),
        (
            with_consumer(failed={"parked": 4, "waiting": 1}, oldest_kept_s=1200),
            "have been kept in statistics for 20 minutes (4 parked, 1 waiting)",
            "linli dead-letters list",
        ),
        (with_database(reachable=False, trouble="refused"), "the database of statistics does not answer", "pg_isready"),
        (
            with_database(migrations_outstanding=("0009_a",)),
            "1 migration of statistics outstanding, from 0009_a",
            "migrate",
        ),
        (with_database(trouble="relay: no table"), "did not answer everything: relay: no table", "log"),
        (
            with_database(oldest_transaction=Session(77, "somebody psql in statistics", 7200)),
            "a transaction has been open for 2 hours (somebody psql in statistics)",
            "pg_terminate_backend(77)",
        ),
        (with_database(audit_pending=10_001), "10,001 audit rows of statistics are not sealed", "linli serve"),
        (with_database(timers_late=3, timers_late_s=600.0), "3 due times of statistics should have been told", "log"),
        (with_database(holiday_days_left=59), "the holiday table speaks for 59 more days", "linli import holidays"),
        (replace(WELL, broker="refused"), "the broker does not answer (refused)", "rabbitmq-diagnostics"),
    ],
)
def test_each_trouble_has_one_sentence_and_the_command_that_helps(seen: Seen, sentence: str, command: str) -> None:
    [(said, helps)] = told(seen)

    assert sentence in said
    assert command in helps


@pytest.mark.parametrize(
    "seen",
    [
        WELL,
        with_relay(outbox_rows=40, oldest_unsent_s=2.0),
        with_relay(returned=12),
        with_queue(ready=300, unacked=500),
        with_consumer(queued=300, in_hand=500, as_of=NOW - timedelta(seconds=20)),
        with_consumer(failed={"waiting": 2}, oldest_kept_s=100),
        with_database(holiday_days_left=60, audit_pending=10_000, timers_late=0),
        with_database(oldest_transaction=Session(8, "a backup", 299)),
    ],
)
def test_what_comes_right_by_itself_is_no_trouble(seen: Seen) -> None:
    assert told(seen) == []


def test_in_an_instance_the_command_names_its_folder_and_the_process_that_does_nothing() -> None:
    seen = replace(
        with_service(reachable=False, pid=815, trouble=["frozen"]), relays=[replace(RELAY, leader=None, pid=None)]
    )

    (service, relay) = (command for _, command in told(seen, Help(Path("/srv/linli"))))

    assert service.startswith("kill -9 815; `linli up` starts it again")
    assert relay.startswith("`linli up` starts it again")
    [(_, dead)] = told(with_consumer(dead={"json": 1}), Help(Path("/srv/linli")))
    assert "linli dead-letters list --state dead --data /srv/linli" in dead


def test_what_follows_from_a_broker_that_is_down_is_not_told_again() -> None:
    seen = replace(
        with_service(ready=False, trouble=["consumers: the broker went away"], unsure_of={"grievances": "broker"}),
        broker="connection refused",
        relays=[replace(RELAY, leader=None, outbox_rows=12, oldest_unsent_s=99.0)],
        queues=[Queue(QUEUE.name)],
    )

    assert len(told(seen)) == 1


def test_what_follows_from_a_database_that_is_down_is_not_told_again() -> None:
    seen = replace(
        with_service(ready=False, trouble=["database: away"]), databases=[Database("statistics", False, "no")]
    )

    assert len(told(seen)) == 1


def test_one_transaction_that_all_databases_suffer_from_is_told_once() -> None:
    session = Session(9, "a backup", 4000)
    databases = [replace(DATABASE, service=name, oldest_transaction=session) for name in ("members", "statistics")]

    assert len(told(replace(WELL, databases=databases))) == 1


def shown(seen: Seen) -> str:
    console = Console(width=100, record=True, file=None, highlight=False, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(drawn(seen, problems(seen, DEPLOYED)))
    return captured.get()


def test_all_that_is_well_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(WELL)

    assert "✓ all well" in text
    assert "✗" not in text


def test_it_fits_a_hundred_columns_and_a_dash_is_what_is_not_known() -> None:
    unknown = Seen(
        NOW,
        "a test",
        [Service("statistics", False, trouble=["gone"])],
        [Relay("grievances")],
        [Queue("statistics.from.grievances.v1")],
        [Consumer("statistics", "grievances")],
        [Database("statistics", False, "refused")],
    )
    for seen in (WELL, unknown, with_consumer(failed={"parked": 12, "suspect": 1, "waiting": 3}, dead={"handler": 7})):
        assert max(map(len, shown(seen).splitlines())) <= 100
        assert "…" not in shown(seen)
    assert shown(unknown).count("–") >= 20


def test_machines_get_the_same(tmp_path: Path) -> None:
    seen = with_consumer(unsent=2, queued=3, in_hand=4, failed={"waiting": 1}, dead={"json": 5})

    data = json.loads(json.dumps(as_data(seen, problems(seen, DEPLOYED)), default=str))

    assert data["well"] is False
    assert data["consumers"][0]["events"] == 15
    assert data["relays"][0]["leader"] == "session 17"
    assert {"sentence", "command"} == set(data["problems"][0])


def test_what_is_not_known_makes_no_sum() -> None:
    assert replace(CONSUMER, queued=None).events is None


def test_nobody_is_waited_for_longer_than_asked() -> None:
    gate = threading.Event()
    begun = time.monotonic()

    answers = ask_all({"frozen": gate.wait, "well": lambda: True, "down": lambda: 1 // 0}, 0.2)

    gate.set()
    assert answers == {"frozen": Silence("no answer in time"), "well": True, "down": answers["down"]}
    assert isinstance(answers["down"], Silence)
    assert "division" in answers["down"].why
    assert time.monotonic() - begun < 10
