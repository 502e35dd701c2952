"""From rows committed in an outbox to rows confirmed by a quorum queue and moved to event_log.

Ours is the process of the relay itself, started before; the rows come in one transaction, and time runs from before
its COMMIT until the last of them has left the outbox. The stock dispatcher and the floor have no database: they send
the same facts to the same queue from memory.
"""

import json
import time
from collections.abc import Iterable
from contextlib import closing
from io import StringIO

from bench import facts, ground
from bench.ground import BenchError, Database, Ground
from bench.results import Results
from bench.rounds import Scale, Tell, in_turns
from chassis import topology


def measure(stage: Ground, scale: Scale, tell: Tell) -> Results:
    amqp_url = stage.vhost("relay")
    route = ground.declare(amqp_url, "bench", facts.SOURCE, (facts.TYPE,))
    database = stage.database(facts.SOURCE, "bench_relay")
    exchange = topology.exchange(facts.SOURCE)

    def ours() -> float:
        with stage.process(
            "linli.relaying", facts.SOURCE, DATABASE_URL=database.url, AMQP_URL=amqp_url, LOG_LEVEL="WARNING"
        ):
            _insert(database, facts.envelopes(1))
            ground.wait_until("the relay sends", lambda: _is_empty(database))
            per_s = _drained_per_s(database, facts.read(stage.facts, scale.relay_rows))
        _check_moved(database, scale.relay_rows + 1)
        ground.purge(amqp_url, route.queue)
        return per_s

    def stock() -> float:
        told = stage.ask(
            "bench.processes.stock_dispatcher", amqp_url, facts.SOURCE, facts.TYPE, stage.facts, scale.stock_messages
        )
        ground.purge(amqp_url, route.queue)
        return float(told["per_s"])

    def raw() -> float:
        told = stage.ask("bench.processes.raw_publisher", amqp_url, exchange, facts.TYPE, stage.facts, scale.relay_rows)
        ground.purge(amqp_url, route.queue)
        return float(told["per_s"])

    found = in_turns(scale.rounds, {"relay": ours, "stock dispatcher": stock, "raw publishing": raw}, tell)
    return {
        "relay": {
            "per_s": found["relay"],
            "stock_per_s": found["stock dispatcher"],
            "raw_per_s": found["raw publishing"],
        }
    }


def _drained_per_s(database: Database, envelopes: list[str]) -> float:
    with closing(database.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("BEGIN")
        _copy(cursor, envelopes)
        cursor.execute("SELECT max(position) FROM outbox")
        ((last,),) = cursor.fetchall()
        started = time.perf_counter()
        cursor.execute("COMMIT")

        def is_sent() -> bool:
            cursor.execute("SELECT FROM outbox WHERE position = %s", (last,))
            return cursor.rowcount == 0

        ground.wait_until("the outbox is empty", is_sent, pause_s=0.005)
        return len(envelopes) / (time.perf_counter() - started)


def _insert(database: Database, envelopes: Iterable[str]) -> None:
    with closing(database.connect()) as connection, connection.cursor() as cursor:
        _copy(cursor, envelopes)


def _copy(cursor: object, envelopes: Iterable[str]) -> None:
    rows = StringIO()
    for envelope in envelopes:
        fact = json.loads(envelope)
        rows.write(f"{fact['id']}\t{fact['type']}\t{fact['subject']}\tt\t{envelope}\n")
    rows.seek(0)
    cursor.copy_expert("COPY outbox (event_id, type, subject, mandatory, envelope) FROM STDIN", rows)  # type: ignore[attr-defined]


def _is_empty(database: Database) -> bool:
    return not database.run("SELECT FROM outbox LIMIT 1")


def _check_moved(database: Database, rows: int) -> None:
    (row,) = database.run("SELECT (SELECT count(*) FROM outbox) AS unsent, (SELECT count(*) FROM event_log) AS sent")
    if (row.unsent, row.sent) != (0, rows):
        raise BenchError(f"{row.sent} of {rows} rows are in event_log and {row.unsent} in the outbox")
    database.run("TRUNCATE event_log")
