"""A district's past: all that its years leave behind in every service, in the place of what is there.

`python -m bench.filling.past ADMIN_URL CASES YEARS [SEED]`

ADMIN_URL is the administrator's, without a database's name; the environment holds the sealing keys of grievances. Cases
are spread evenly over the years and stretch by stretch put into the tables of grievances; statistics and members hear
of each stretch while the next one is made. Prints JSON: cases, facts, and the seconds it took.
"""

import json
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime, timedelta

from bench.filling import grievances, members, statistics
from bench.filling.tables import bare
from chassis.calendar import system_clock
from chassis.database import Connection, connect

STRETCH = 50_000
"""Cases that are made at a time."""

YEAR = timedelta(days=365)


def fill(urls: Mapping[str, str], count: int, years: float, *, until: datetime, seed: int) -> int:
    """Put so many cases of these years in the place of all that is there; gives the facts they have told.

    `urls` are the administrator's, by service. Nothing may be under way: every fact sent and taken.
    """
    with ExitStack() as stack:

        def opened(service: str, tables: tuple[str, ...]) -> Connection:
            connection = stack.enter_context(closing(connect(urls[service])))
            stack.enter_context(bare(connection, tables))
            return connection

        since = until - years * YEAR
        source = grievances.Grievances(
            opened("grievances", grievances.TABLES), count, since=since, until=until, seed=seed
        )
        hearers = (
            statistics.Statistics(opened("statistics", statistics.TABLES), seed),
            members.Members(opened("members", members.TABLES), seed, until=until),
        )
        for one in (source, *hearers):
            one.empty()
        _play(source, hearers, count, stack.enter_context(ThreadPoolExecutor(len(hearers))))
        for one in (source, *hearers):
            one.finish()
        return source.facts


def _play(
    source: grievances.Grievances,
    hearers: tuple[statistics.Statistics | members.Members, ...],
    count: int,
    pool: ThreadPoolExecutor,
) -> None:
    """While one stretch is made, the others hear the one before it."""
    hearing = []
    for first in range(1, count + 1, STRETCH):
        facts = source.take(first, min(first + STRETCH - 1, count))
        for one in hearing:
            one.result()
        hearing = [pool.submit(hearer.take, facts) for hearer in hearers]
    for one in hearing:
        one.result()


def main(admin_url: str, count: str, years: str, seed: str = "1") -> None:
    begun = time.perf_counter()
    urls = {service: f"{admin_url}/{service}" for service in ("grievances", "statistics", "members")}
    facts = fill(urls, int(count), float(years), until=system_clock(), seed=int(seed))
    print(json.dumps({"cases": int(count), "facts": facts, "seconds": time.perf_counter() - begun}))


if __name__ == "__main__":
    main(*sys.argv[1:])
