"""FastStream, doing the consumers' job: a subscriber that upserts a row, commits, and is acknowledged then.

`faststream run bench.peers.faststream_app:app --workers 2`, with AMQP_URL and DATABASE_URL in the environment.
"""

import os
from uuid import UUID

import asyncpg
from faststream import AckPolicy, Context, FastStream
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from pydantic import BaseModel

EXCHANGE = "grievances.events"
QUEUE = "bench_faststream"
TYPE = "dispute.accepted"

UPSERT = """
INSERT INTO effects (event_id, subject, area) VALUES ($1, $2, $3)
ON CONFLICT (event_id) DO UPDATE SET applied_at = clock_timestamp()
"""

# asyncpg's own default for a pool, in each worker.
CONNECTIONS = 10
# Subscribers of RabbitMQ take no `max_workers` in 0.7: every message is a task of its own at once, so the prefetch is
# also how many run. Twice the connections, so that none of them waits for the broker.
PREFETCH = 2 * CONNECTIONS


class Data(BaseModel):
    dispute_id: str
    category: str
    relation: str
    grid_unit_id: str | None


class Fact(BaseModel):
    id: UUID
    area: str
    data: Data


broker = RabbitBroker(os.environ["AMQP_URL"], default_channel=Channel(prefetch_count=PREFETCH))
app = FastStream(broker)


@app.on_startup
async def connect() -> None:
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=CONNECTIONS, max_size=CONNECTIONS)
    app.context.set_global("pool", pool)


@app.after_shutdown
async def disconnect() -> None:
    await app.context.get("pool").close()


# The default policy rejects what a handler raised on, which loses it where there is no dead letter exchange.
@broker.subscriber(
    RabbitQueue(QUEUE, queue_type=QueueType.QUORUM, durable=True, routing_key=TYPE),
    RabbitExchange(EXCHANGE, type=ExchangeType.TOPIC, durable=True),
    ack_policy=AckPolicy.NACK_ON_ERROR,
)
async def note(fact: Fact, pool: asyncpg.Pool = Context()) -> None:  # noqa: B008 - FastStream's way to inject
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(UPSERT, fact.id, fact.data.dispute_id, fact.area)
