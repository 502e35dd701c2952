"""What boards and work lists ask, of three levels: how long each question takes."""

import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from http.client import HTTPConnection
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlsplit

from bench import dispute_life
from bench.ground import BenchError
from chassis.identity import Grant
from linli.instance import Instance

BOARD = ("", "/children", "/by-category", "/by-relation")
LISTS = (
    *dispute_life.LISTS,
    "/deadlines?limit=20",
    "/deadlines?overdue=true&limit=20",
    "/escalations?open=true&limit=20",
)
"""Of these, /escalations is for street and district alone."""

INBOX = ("/notices?unread=true", "/notices", "/notices/unread")
LEVELS = (("community_officer", 12), ("street_officer", 9), ("district_officer", 6))


class Question(NamedTuple):
    """`name` tells it apart: its path without the area's own digits, and who asks."""

    name: str
    service: str
    path: str
    token: str


def board(instance: Instance, area: str, today: date) -> Iterator[Question]:
    """All that the portal's board asks, of each level: of this year, and of a day, a month, a year and ten years."""
    for role, digits in LEVELS:
        of = area[:digits].ljust(12, "0")
        token = instance.token(f"{role}-board", [Grant(role, of)])
        for part in BOARD:
            if part == "/children" and digits == 12:
                continue
            for span, asked in _periods(today).items():
                yield Question(f"{part or '/'} {span}, {role}", "statistics", f"/statistics/{of}{part}{asked}", token)
        yield Question(f"/facts, {role}", "statistics", f"/facts?area={of}&limit=10", token)


def _periods(today: date) -> dict[str, str]:
    def days(count: int) -> str:
        return f"?from={today - timedelta(days=count - 1)}&to={today}"

    return {"this year": "", "a day": days(1), "a month": days(30), "a year": days(365), "ten years": days(3650)}


def work_lists(instance: Instance, area: str, leader: str) -> Iterator[Question]:
    """Pages of all kinds of lists, asked for by officers of the three levels; and a leader's notices."""
    for path in LISTS:
        for role, digits in LEVELS:
            if path.startswith("/escalations") and digits == 12:
                continue
            token = instance.token(f"{role}-lists", [Grant(role, area[:digits].ljust(12, "0"))])
            yield Question(f"{path}, {role}", "grievances", path, token)
    token = instance.token(leader, [Grant("grid_leader", area)])
    for path in INBOX:
        yield Question(f"{path}, leader", "members", path, token)


class Answers(NamedTuple):
    """Of all questions together, and the median of each."""

    p50_ms: float
    p99_ms: float
    each_ms: dict[str, float]


def ask(instance: Instance, questions: Iterable[Question], repetitions: int) -> Answers:
    """Ask each so often, all in turn; the first time, when it is planned and read from disk, does not count.

    Raises BenchError for an answer that is no 200.
    """
    asked = list(questions)
    taken_ms: dict[str, list[float]] = {one.name: [] for one in asked}
    connections = {service: _connection(instance, service) for service in {one.service for one in asked}}
    for _ in range(repetitions + 1):
        for one in asked:
            begun = time.perf_counter()
            connections[one.service].request("GET", one.path, headers={"Authorization": f"Bearer {one.token}"})
            answer = connections[one.service].getresponse()
            said = answer.read()
            taken_ms[one.name].append((time.perf_counter() - begun) * 1000)
            if answer.status != 200:
                raise BenchError(f"{one.path} was answered with {answer.status}: {said[:300]!r}")
    warm = [taken for each in taken_ms.values() for taken in each[1:]]
    cut = quantiles(warm, n=100)
    return Answers(cut[49], cut[98], {name: median(each[1:]) for name, each in taken_ms.items()})


def _connection(instance: Instance, service: str) -> HTTPConnection:
    address = urlsplit(instance.http_url(service))
    return HTTPConnection(address.hostname or "", address.port or 0, timeout=60)
