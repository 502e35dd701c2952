"""What is exported: which disputes, and what each row says. No person's data, no account: a file leaves the house."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from chassis.calendar import days_between, end_of_day, local_day
from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import OPEN_STATES, Resolution
from services.grievances.words.model import CHANNELS, RESOLUTIONS, STATES, zh

Key = tuple[datetime, UUID]
"""Where a page ends: the last dispute's registered_at and id. Neither changes, so no row is given twice or left out."""

Cell = str | int | date | None


class Format(StrEnum):
    """Text for any program, or Excel's own."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Asked:
    """What an export is narrowed to; days are Shanghai's, of registration, both included."""

    area: str | None = None
    state: str | None = None
    only_open: bool = False
    only_overdue: bool = False
    category: str | None = None
    relation: str | None = None
    channel: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Narrowed:
    """The same as the database takes it. `until`: the first instant that is too late."""

    state: str | None
    only_open: bool
    category: str | None
    relation: str | None
    channel: str | None
    overdue_at: datetime | None
    since: datetime | None
    until: datetime


@dataclass(frozen=True)
class Row:
    """One dispute as its row was when its page was read."""

    dispute_id: UUID
    case_number: str
    area: str
    area_name: str | None
    category_zh: str
    relation_zh: str
    state: str
    channel: str
    registered_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    resolution: str | None
    satisfaction: int | None

    @property
    def key(self) -> Key:
        return self.registered_at, self.dispute_id


class Column(NamedTuple):
    """A column's name, how wide it is in a sheet, and what a row has there at an instant."""

    name: str
    width: int
    value: Callable[[Row, datetime], Cell]


def narrow(asked: Asked, now: datetime) -> Narrowed:
    """Nothing that is registered after `now` is in it, so it comes to an end. Raises InvalidInput for days reversed."""
    if asked.first_day and asked.last_day and asked.first_day > asked.last_day:
        detail = f"from {asked.first_day} must not be after to {asked.last_day}"
        raise InvalidInput(detail, [FieldError("?from", detail), FieldError("?to", detail)])
    until = now + timedelta(microseconds=1)
    return Narrowed(
        state=asked.state,
        only_open=asked.only_open or asked.only_overdue,
        category=asked.category,
        relation=asked.relation,
        channel=asked.channel,
        overdue_at=now if asked.only_overdue else None,
        since=end_of_day(asked.first_day - timedelta(days=1)) if asked.first_day else None,
        until=min(until, end_of_day(asked.last_day)) if asked.last_day else until,
    )


def filename(asked: Asked, form: Format, now: datetime) -> str:
    """What the file is saved as: 纠纷台账-440305001012-2026-03-10.csv."""
    return f"纠纷台账-{asked.area or '全部'}-{local_day(now)}.{form}"


def described(asked: Asked, form: Format) -> str:
    """What was asked for, for the audit; codes, numbers and days alone."""
    narrowed = {name: value for name, value in vars(asked).items() if value not in (None, False)}
    return ", ".join(f"{name} {value}" for name, value in {"format": form, **narrowed}.items())


def cells(row: Row, now: datetime) -> list[Cell]:
    return [column.value(row, now) for column in COLUMNS]


def _state(row: Row, _: datetime) -> str:
    return "已作出决定" if row.resolution == Resolution.DECISION and row.state == "resolved" else zh(STATES, row.state)


def _due_on(row: Row, _: datetime) -> date | None:
    return row.due_at and local_day(row.due_at - timedelta(microseconds=1))


def _is_overdue(row: Row, now: datetime) -> str:
    return "是" if row.state in OPEN_STATES and row.due_at is not None and row.due_at <= now else "否"


COLUMNS = (
    Column("案号 Case number", 26, lambda row, _: row.case_number),
    Column("区划代码 Area code", 18, lambda row, _: row.area),
    Column("社区 Community", 16, lambda row, _: row.area_name),
    Column("类别 Category", 16, lambda row, _: row.category_zh),
    Column("关系 Relation", 16, lambda row, _: row.relation_zh),
    Column("状态 State", 22, _state),
    Column("来源 Channel", 18, lambda row, _: zh(CHANNELS, row.channel)),
    Column("登记日期 Registered on", 22, lambda row, _: local_day(row.registered_at)),
    Column("办结日期 Closed on", 20, lambda row, _: row.closed_at and local_day(row.closed_at)),
    Column("历时天数 Days open", 20, lambda row, now: days_between(row.registered_at, row.closed_at or now)),
    Column("期限 Due on", 14, _due_on),
    Column("是否逾期 Overdue", 18, _is_overdue),
    Column("化解方式 Resolution", 20, lambda row, _: zh(RESOLUTIONS, row.resolution) or None),
    Column("满意度 Satisfaction", 20, lambda row, _: row.satisfaction),
)
"""What a row says, in this order. The Chinese name and the English one stand in one header, so that a program finds
each column once."""
