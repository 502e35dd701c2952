"""Celery, doing the consumers' job: a task for every event, which upserts a row, commits, and is acknowledged then.

`celery --app bench.peers.celery_app worker`, with AMQP_URL and DATABASE_URL in the environment.
"""

import os
from typing import Any

import psycopg
from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown

QUEUE = "bench_celery"

UPSERT = """
INSERT INTO effects (event_id, subject, area) VALUES (%s, %s, %s)
ON CONFLICT (event_id) DO UPDATE SET applied_at = clock_timestamp()
"""

app = Celery("bench_celery", broker=os.environ["AMQP_URL"])
app.conf.update(
    # "Using Quorum Queues" in Celery's chapter on RabbitMQ (5.5 and later); they are detected, so global QoS is off.
    task_default_queue=QUEUE,
    task_default_queue_type="quorum",
    task_default_exchange_type="topic",
    broker_transport_options={"confirm_publish": True},
    # "acknowledged after the task has been executed" (Configuration), and given back when the process is killed.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # "If you have many short-running tasks … this number should be large … Say 64, or 128" (Optimizing).
    worker_prefetch_multiplier=64,
    # "If you're doing mostly I/O you can have more processes" than the number of CPUs (Configuration).
    worker_concurrency=2 * (os.cpu_count() or 1),
    # "If you don't care about the results of a task, be sure to set the ignore_result option" (Tasks).
    task_ignore_result=True,
    broker_connection_retry_on_startup=True,
)

held: dict[str, psycopg.Connection[Any]] = {}
"""The connection of this pool process: one that was made before the fork must not be shared."""


@worker_process_init.connect
def connect(**_: Any) -> None:
    held["connection"] = psycopg.connect(os.environ["DATABASE_URL"])


@worker_process_shutdown.connect
def disconnect(**_: Any) -> None:
    held.pop("connection").close()


@app.task(name="note")
def note(event: dict[str, Any]) -> None:
    with held["connection"].transaction():
        held["connection"].execute(UPSERT, (event["id"], event["data"]["dispute_id"], event["area"]))
