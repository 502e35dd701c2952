"""What of all that was seen needs an operator: a sentence each, and the command that helps."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linli.status.seen import Consumer, Database, Problem, Queue, Relay, Seen, Service

OLD_S = 60
"""Facts that wait longer than this wait for something that does not come by itself."""

OUTBOX_OLD_S = 30
KEPT_OLD_S = 600
"""After five attempts, the last two minutes apart, an event is dead; one that is kept longer stands behind another."""

TRANSACTION_OLD_S = 300
AUDIT_ROWS = 10_000
HOLIDAY_DAYS = 60


@dataclass(frozen=True)
class Help:
    """Which commands help here: in an instance in a data folder `linli up` starts processes again, and parts with it;
    in a deployment the platform does."""

    data: Path | None = None

    @property
    def option(self) -> str:
        """What our own commands must be given to mean this instance."""
        return "" if self.data is None else f" --data {self.data}"

    def start_again(self, process: str, pid: int | None = None) -> str:
        """`process` is the command that runs it in a deployment; `pid` when it runs and does nothing."""
        if self.data is None:
            return process
        return f"{f'kill -9 {pid}; ' if pid else ''}`linli up` starts it again, and prints why it ended"

    def part(self, log: str, deployed: str) -> str:
        """For PostgreSQL and RabbitMQ, which `linli up` starts once."""
        if self.data is None:
            return deployed
        return f"read {self.data}/log/{log}, stop `linli up{self.option}` and start it again"


def problems(seen: Seen, help_: Help) -> list[Problem]:
    """In the order of where to begin: what is down, what does not move, what waits for a person.

    What follows from a broker or a database that is down is not told again.
    """
    down = {one.service for one in seen.databases if not one.reachable}
    found = [
        *_of_parts(seen, help_),
        *(problem for one in seen.services if one.name not in down for problem in _of_service(one, seen, help_)),
        *(problem for one in seen.relays for problem in _of_relay(one, seen, help_)),
        *(problem for one in seen.queues for problem in _of_queue(one, help_)),
        *(problem for one in seen.consumers for problem in _of_consumer(one, seen, help_)),
        *(problem for one in seen.databases if one.reachable for problem in _of_database(one, help_)),
    ]
    return list(dict.fromkeys(found))


def _of_parts(seen: Seen, help_: Help) -> Iterator[Problem]:
    for one in seen.databases:
        if not one.reachable:
            yield Problem(
                f"the database of {one.service} does not answer ({one.trouble}); its requests are answered 503 and "
                "nothing is lost",
                help_.part("postgres.log", "pg_isready, then the server's log"),
            )
    if seen.broker is not None:
        yield Problem(
            f"the broker does not answer ({seen.broker}); commands go on, facts wait in the outboxes",
            help_.part("rabbitmq/node.log", "rabbitmq-diagnostics check_running, then the node's log"),
        )


def _of_service(one: Service, seen: Seen, help_: Help) -> Iterator[Problem]:
    told = "; ".join(one.trouble)
    if not one.reachable:
        doing = "runs and does not answer" if one.pid else "does not answer"
        yield Problem(f"{one.name} {doing}: {told}", help_.start_again(f"linli serve {one.name}", one.pid))
    elif not one.ready and (seen.broker is None or not _is_of_consumers(one)):
        yield Problem(f"{one.name} is not ready: {told}", f"read the log of {one.name}; it recovers by itself")
    if seen.broker is None:
        for source, reason in one.unsure_of.items():
            yield Problem(
                f"{one.name} cannot say whether it is behind {source}: {_SILENT[reason].format(source)}",
                f"linli status{help_.option} --watch 5",
            )


_SILENT = {
    "relay": "no relay of {} has spoken for 10 s",
    "broker": "the broker has not answered it for 10 s",
    "consumer": "nobody consumes its queue of {}",
}


def _is_of_consumers(one: Service) -> bool:
    return all(line.startswith("consumers:") for line in one.trouble)


def _of_relay(one: Relay, seen: Seen, help_: Help) -> Iterator[Problem]:
    if one.outbox_rows is None:
        return
    waiting = f"{one.outbox_rows:,} facts wait in its outbox, the oldest for {_age(one.oldest_unsent_s)}"
    waiting = waiting if one.outbox_rows else "nothing waits in its outbox yet"
    late = bool(one.outbox_rows) and (one.oldest_unsent_s or 0) > OUTBOX_OLD_S
    again = help_.start_again(f"linli relay {one.service}", one.pid)
    if one.leader is None and seen.broker is None:
        yield Problem(f"no relay leads {one.service}; {waiting}", again)
    elif one.trouble is not None:
        yield Problem(f"the relay of {one.service} does not answer ({one.trouble}); {waiting}", again)
    elif late and one.blocked:
        yield Problem(
            f"the broker reads nothing from the relay of {one.service} (memory or disk alarm); {waiting}",
            "rabbitmq-diagnostics alarms",
        )
    elif late and one.returned:
        yield Problem(
            f"facts of {one.service} found no queue {one.returned:,} times; {waiting}",
            "start the service that takes them: its queue is the one that is not there",
        )
    elif late and seen.broker is None:
        yield Problem(
            f"the relay of {one.service} leads and does not keep up; {waiting}", f"read its log ({one.service}-relay)"
        )


def _of_queue(one: Queue, help_: Help) -> Iterator[Problem]:
    service = one.name.partition(".")[0]
    if one.trouble is not None:
        yield Problem(f"queue {one.name} {one.trouble}", help_.start_again(f"linli serve {service}"))
        return
    if one.consumers == 0:
        waiting = f"{one.ready:,} messages wait in it" if one.ready else "it is empty, or has no leader"
        yield Problem(
            f"nobody consumes {one.name}; {waiting}", f"GET /readyz of {service}, and its log, say why it does not"
        )
    if one.returned:
        yield Problem(
            f"the broker gave up delivering {one.returned:,} messages of {one.name}; {service} keeps them as dead",
            f"linli dead-letters list --state dead{help_.option}",
        )


def _of_consumer(one: Consumer, seen: Seen, help_: Help) -> Iterator[Problem]:
    on_their_way = sum(part or 0 for part in (one.queued, one.in_hand))
    if on_their_way and one.as_of is not None and (age_s := (seen.at - one.as_of).total_seconds()) > OLD_S:
        yield Problem(
            f"{one.service} is behind {one.source} by about {on_their_way:,} facts, since {_age(age_s)} ago",
            f"linli status{help_.option} --watch 5",
        )
    if one.dead:
        reasons = ", ".join(f"{count:,} for {reason}" for reason, count in sorted(one.dead.items()))
        yield Problem(
            f"{sum(one.dead.values()):,} events of {one.source} are dead in {one.service}, without effect ({reasons})",
            f"linli dead-letters list --state dead{help_.option}; once the cause is mended: "
            f"linli dead-letters replay {one.service} --all{help_.option}",
        )
    elif one.failed and (one.oldest_kept_s or 0) > KEPT_OLD_S:
        states = ", ".join(f"{count:,} {state}" for state, count in sorted(one.failed.items()))
        yield Problem(
            f"events of {one.source} have been kept in {one.service} for {_age(one.oldest_kept_s)} ({states})",
            f"linli dead-letters list{help_.option}",
        )


def _of_database(one: Database, help_: Help) -> Iterator[Problem]:
    if one.migrations_outstanding:
        again = f"stop `linli up{help_.option}` and start it again" if help_.data else "DATABASE_URL=… linli migrate"
        count = len(one.migrations_outstanding)
        yield Problem(
            f"{count} migration{'s' if count > 1 else ''} of {one.service} outstanding, from "
            f"{one.migrations_outstanding[0]} on",
            again,
        )
    elif one.trouble:
        yield Problem(f"the database of {one.service} did not answer everything: {one.trouble}", "read its log")
    session = one.oldest_transaction
    if session is not None and session.age_s > TRANSACTION_OLD_S:
        yield Problem(
            f"a transaction has been open for {_age(session.age_s)} ({session.who}); nothing newer can be cleaned up",
            f'psql -c "SELECT pg_terminate_backend({session.pid})"',
        )
    if (one.audit_pending or 0) > AUDIT_ROWS:
        yield Problem(
            f"{one.audit_pending:,} audit rows of {one.service} are not sealed; the service does so while it runs",
            help_.start_again(f"linli serve {one.service}"),
        )
    if one.timers_late:
        yield Problem(
            f"{one.timers_late:,} due times of {one.service} should have been told {_age(one.timers_late_s)} ago",
            f"read the log of {one.service}: its timer fails",
        )
    if one.holiday_days_left is not None and one.holiday_days_left < HOLIDAY_DAYS:
        yield Problem(
            f"the holiday table speaks for {one.holiday_days_left} more days; later ones are counted by weekends alone",
            f"linli import holidays FILE.csv{help_.option}",
        )


def _age(seconds: float | None) -> str:
    if seconds is None:
        return "an unknown time"
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
