"""What the demo prints and what it writes for programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from linli.demo.station import Outcome
from linli.ledger import Balance

FIGURES = ("registered", "accepted", "resolved", "refused")
CHINESE = {
    "registered": "登记",
    "accepted": "受理",
    "resolved": "化解",
    "refused": "不予受理",
    "reopened": "重新受理",
    "terminated": "终止",
}
STATES = {"open": "进行中", "accepted": "已受理", "decided": "已决定", "registered": "已登记", "sorted": "已转送"}
BODIES = {"owners_committee": "业委会", "property_office": "物业服务处", "residents_committee": "居委会"}
LEVELS = {"household": "联户", "building": "楼栋", "compound": "小区", "community": "社区"}


def statistics_table(rows: Sequence[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]) -> Table:
    """Before and after, at three levels; all figures side by side, never one alone."""
    table = _table("统计 statistics · 之前 → 之后 before → after")
    table.add_column("层级\nlevel", no_wrap=True)
    table.add_column("区划\ndivision", no_wrap=True)
    for name, chinese in CHINESE.items():
        table.add_column(f"{chinese}\n{name}", justify="right", no_wrap=True)
    for level, division, before, after in rows:
        table.add_row(level, division, *(f"{before[name]} → {after[name]}" for name in CHINESE))
    return table


def notices_table(dispute_id: str, notices: Sequence[Mapping[str, Any]]) -> Table:
    """The inboxes of one place's four leaders."""
    table = _table(f"通知 notices · 纠纷 dispute {dispute_id}")
    for column in ("层级 level", "收件人 reader", "内容 what", "地点 where"):
        table.add_column(column)
    for notice in notices:
        level = f"{LEVELS[notice['level']]} {notice['level']}"
        table.add_row(level, notice["reader"], f"{notice['kind']} · {notice['category']}", notice["place"])
    return table


def station_table(station: Outcome) -> Table:
    """What became of the waste-transfer station: heard by five bodies, referred, and seen by who filed it."""
    table = _table(f"海月垃圾转运站 waste station · 案号 case {station.dispute['case_number']}")
    for column in ("什么 what", "状态 state", "到期 due on", "详情 in short"):
        table.add_column(column)
    joint, referral = station.joint_case, station.referral["referral"]
    for task in joint["tasks"]:
        body = BODIES.get(task["body"], task["body"])
        told = f"{len(joint['answered'])} 方答复 answers · {body}有任务 has a task"
        table.add_row("五位一体 joint case", _state(joint), task["due_on"], told)
    department = station.referral["department"]
    name = department["name_zh"] if department else ""
    table.add_row("信访转送 referral", _state(referral), referral["due_on"] or "", f"{name} {referral['number']}")
    table.add_row("凭案号与密码 by secret", _state(station.followed), "", "无需账号 without an account")
    return table


def _state(thing: Mapping[str, Any]) -> str:
    return f"{STATES.get(thing['state'], '')} {thing['state']}".strip()


def ledger_table(balances: Sequence[Balance]) -> Table:
    """Each queue's two ends."""
    table = _table("账本 ledger · 事实与效果 facts and effects")
    for column in ("消费方 consumer", "来源 source", "facts", "effects", "kept", "missing", "extra"):
        table.add_column(column, justify="left" if " " in column else "right")
    for one in balances:
        numbers = (one.facts, one.effects, one.kept, one.missing, one.extra)
        table.add_row(one.consumer, one.source, *map(str, numbers))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def added(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, int]:
    """What the story added to a division's figures."""
    return {name: after[name] - before[name] for name in FIGURES}


def show(console: Console, *parts: Any) -> None:
    for part in parts:
        console.print(part)
        console.print()
