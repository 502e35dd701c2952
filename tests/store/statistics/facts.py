"""Makes the events that statistics hears, as its handlers receive them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from chassis.database import Database
from chassis.envelope import Event
from services.statistics import handlers, store
from services.statistics.model import Figures, total
from services.statistics.periods import Period
from services.statistics.store import LearntDivision

DISTRICT = "440305000000"
NANTOU, ZHAOSHANG = "440305001000", "440305006000"
XINGHAI, DAXIN, HAIYUE = "440305001012", "440305001003", "440305006011"
START = datetime(2026, 3, 10, 2, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))

TREE = (
    LearntDivision(DISTRICT, "南山区", "district", None, 1),
    LearntDivision(NANTOU, "南头街道", "street", DISTRICT, 1),
    LearntDivision(ZHAOSHANG, "招商街道", "street", DISTRICT, 1),
    LearntDivision(XINGHAI, "星海名城社区居委会", "community", NANTOU, 1),
    LearntDivision(DAXIN, "大新社区居委会", "community", NANTOU, 1),
    LearntDivision(HAIYUE, "海月社区居委会", "community", ZHAOSHANG, 1),
)


@dataclass(frozen=True)
class Told:
    """One fact about a dispute, before it has an envelope."""

    kind: str
    area: str = XINGHAI
    hours: int = 0
    days_open: int | None = None
    category: str | None = "noise"
    relation: str | None = "owner_owner"
    satisfaction: int | None = None


def events(told: Sequence[Told], *, first_id: int = 1) -> list[Event]:
    """Each with an id and a subject of its own, `hours` after the tenth of March."""
    return [
        Event(
            event_id=UUID(int=number),
            source="grievances",
            type=f"dispute.{fact.kind}",
            subject=str(UUID(int=number)),
            version=1,
            area=fact.area,
            time=START + timedelta(hours=fact.hours),
            data={
                "category": fact.category,
                "relation": fact.relation,
                "days_open": fact.days_open,
                "satisfaction": fact.satisfaction,
            },
        )
        for number, fact in enumerate(told, start=first_id)
    ]


def missed(due_at: datetime, area: str = XINGHAI, *, category: str | None = "noise", number: int = 7000) -> Event:
    """A missed deadline, noticed long after."""
    relation = category and "owner_owner"
    return Event(
        event_id=UUID(int=number),
        source="grievances",
        type="deadline.missed",
        subject=str(UUID(int=number)),
        version=1,
        area=area,
        time=due_at + timedelta(days=40),
        data={"due_at": due_at, "category": category, "relation": relation},
    )


def division_event(division: LearntDivision) -> Event:
    data = {"code": division.code, "name": division.name, "level": division.level, "parent_code": division.parent_code}
    return Event(
        event_id=UUID(int=division.version),
        source="members",
        type="division.registered",
        subject=division.code,
        version=division.version,
        area=division.code,
        time=START,
        data=data,
    )


def count(database: Database, batch: Sequence[Event]) -> None:
    with database.transaction() as tx:
        handlers.count(tx, batch)


def count_missed(database: Database, *batch: Event) -> None:
    with database.transaction() as tx:
        handlers.count_missed(tx, batch)


def learn(database: Database, divisions: Sequence[LearntDivision] = TREE) -> None:
    with database.transaction() as tx:
        handlers.learn_divisions(tx, [division_event(division) for division in divisions])


def sums(database: Database, area: str, period: Period = MARCH) -> Figures:
    with database.transaction() as tx:
        return total(store.sum_by_branch(tx, area, {"now": period})["now"].values())


def by_word(database: Database, area: str, kind: str = "category", period: Period = MARCH) -> dict[str, Figures]:
    """Figures of the period by each category, or relation, that there is anything of."""
    with database.transaction() as tx:
        parts = store.sum_by_word(tx, area, kind, period)
    return {part.words[0]: part.now for part in parts if part.now != Figures()}


def change_number(database: Database) -> int:
    with database.transaction() as tx:
        return store.get_change_number(tx)
