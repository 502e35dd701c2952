"""The floor of consuming: a blocking process that reads 500 messages, writes them in one statement, acknowledges once.

`python -m bench.processes.raw_consumer AMQP_URL QUEUE DATABASE_URL COUNT`
"""

import json
import sys

import psycopg2

from bench import raw
from bench.effects import UPSERT_MANY


def main(amqp_url: str, queue: str, database_url: str, count: str) -> None:
    connection = psycopg2.connect(database_url)

    def apply(bodies: list[bytes]) -> None:
        events = [json.loads(body) for body in bodies]
        with connection.cursor() as cursor:
            cursor.execute(
                UPSERT_MANY,
                (
                    [event["id"] for event in events],
                    [event["data"]["dispute_id"] for event in events],
                    [event["area"] for event in events],
                ),
            )
        connection.commit()

    raw.consume(amqp_url, queue, int(count), raw.WINDOW, apply)
    print(json.dumps({"consumed": int(count)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
