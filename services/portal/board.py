"""The board as the page shows it: figures together, bars by place, the newest facts, in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date, format_datetime, format_decimal, gettext, lazy_gettext

from services.portal.figures import Snapshot
from services.portal.freshness import freshness
from services.portal.person import Person

FIGURES = (
    ("registered", lazy_gettext("登记")),
    ("accepted", lazy_gettext("受理")),
    ("resolved", lazy_gettext("化解")),
    ("terminated", lazy_gettext("终止")),
    ("refused", lazy_gettext("不予受理")),
    ("reopened", lazy_gettext("重新受理")),
    ("linked", lazy_gettext("并案")),
    ("overdue", lazy_gettext("超期未办")),
    ("confirmed", lazy_gettext("已确认")),
)
"""All of them or none: fewer complaints is never a target, so no figure is shown alone."""

FACTS = {
    "dispute.registered": lazy_gettext("登记"),
    "dispute.accepted": lazy_gettext("受理"),
    "dispute.assigned": lazy_gettext("指派"),
    "dispute.reassigned": lazy_gettext("改派"),
    "dispute.unassigned": lazy_gettext("待指派"),
    "dispute.mediated": lazy_gettext("调解"),
    "dispute.resolved": lazy_gettext("化解"),
    "dispute.confirmed": lazy_gettext("已确认"),
    "dispute.terminated": lazy_gettext("终止"),
    "dispute.refused": lazy_gettext("不予受理"),
    "dispute.linked": lazy_gettext("并案"),
    "dispute.reopened": lazy_gettext("重新受理"),
}

CATEGORIES = {
    "property_fee": lazy_gettext("物业费"),
    "repair": lazy_gettext("维修与漏水"),
    "parking": lazy_gettext("停车"),
    "noise": lazy_gettext("噪声"),
    "common_area": lazy_gettext("公共区域"),
    "waste": lazy_gettext("垃圾与环境卫生"),
    "construction": lazy_gettext("装修与施工"),
    "other": lazy_gettext("其他"),
}

RELATIONS = {
    "owner_government": lazy_gettext("业主与政府"),
    "owner_property": lazy_gettext("业主与物业"),
    "property_government": lazy_gettext("物业与政府"),
    "owner_owner": lazy_gettext("业主与业主"),
}

NOTICE_LEVELS = {
    "household": lazy_gettext("联户"),
    "building": lazy_gettext("楼栋"),
    "compound": lazy_gettext("小区"),
    "community": lazy_gettext("社区"),
}

ROLES = {
    "resident": lazy_gettext("居民"),
    "grid_leader": lazy_gettext("网格负责人"),
    "mediator": lazy_gettext("调解员"),
    "community_officer": lazy_gettext("社区工作人员"),
    "street_officer": lazy_gettext("街道工作人员"),
    "district_officer": lazy_gettext("区工作人员"),
    "hotline": lazy_gettext("热线话务员"),
    "department_officer": lazy_gettext("职能部门工作人员"),
    "operator": lazy_gettext("运维人员"),
    "auditor": lazy_gettext("审计人员"),
    "recorder": lazy_gettext("数据录入程序"),
}

LEVELS_BELOW = {"district": lazy_gettext("各街道"), "street": lazy_gettext("各社区")}


@dataclass(frozen=True)
class Row:
    """One place of the chart; widths are percent of the longest bar. `is_open` when this person may look into it."""

    code: str
    name: str
    figures: Mapping[str, Any]
    accepted_width: float
    resolved_width: float
    is_open: bool


@dataclass(frozen=True)
class Part:
    """One row of a breakdown: a category or relation, or several that are told together."""

    key: str
    name: str
    figures: Mapping[str, Any]
    year: Mapping[str, Any]


@dataclass(frozen=True)
class Breakdown:
    """Figures by category or by relation. `has_groups`: some are told together; `period` is the breakdown's own."""

    kind: str
    title: str
    head: str
    period: Mapping[str, str]
    parts: list[Part]
    has_groups: bool


def shown(snapshot: Snapshot, person: Person) -> dict[str, Any]:
    """What the template `_board.html` is given."""
    return {
        "total": snapshot.total,
        "freshness": freshness(snapshot.total),
        "rows": rows(snapshot, person),
        "breakdowns": breakdowns(snapshot),
        "facts": snapshot.facts,
        "is_empty": not any(snapshot.total["figures"][name] for name, _ in FIGURES),
    }


def rows(snapshot: Snapshot, person: Person) -> list[Row] | None:
    """None when the parts of this area are not for this person."""
    if snapshot.children is None:
        return None
    longest = max(
        (max(child["figures"]["accepted"], child["figures"]["resolved"]) for child in snapshot.children), default=0
    )
    return [
        Row(
            code=child["area"]["code"],
            name=child["area"]["name"],
            figures=child["figures"],
            accepted_width=_width(child["figures"]["accepted"], longest),
            resolved_width=_width(child["figures"]["resolved"], longest),
            is_open=person.covers(child["area"]["code"]),
        )
        for child in snapshot.children
    ]


def breakdowns(snapshot: Snapshot) -> list[Breakdown]:
    """Those that are for this person."""
    asked = (
        ("category", gettext("按纠纷类别"), gettext("类别"), CATEGORIES, snapshot.by_category),
        ("relation", gettext("按当事双方"), gettext("双方"), RELATIONS, snapshot.by_relation),
    )
    return [
        Breakdown(
            kind,
            title,
            head,
            told["period"],
            [_part(kind, part, names) for part in _in_order(told["parts"], names)],
            any(len(part["words"]) > 1 for part in told["parts"]),
        )
        for kind, title, head, names, told in asked
        if told is not None
    ]


def _in_order(parts: Iterable[Mapping[str, Any]], names: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """As the words are listed, whatever the figures: no order of merit. What is not listed comes after, groups last."""
    places = {word: at for at, word in enumerate(names)}
    return sorted(
        parts, key=lambda part: (len(part["words"]) > 1, places.get(part["words"][0], len(places)), part["words"])
    )


def _part(kind: str, part: Mapping[str, Any], names: Mapping[str, Any]) -> Part:
    """A word that has no name here is shown as it is."""
    name = gettext("、").join(str(names.get(word, word)) for word in part["words"])
    return Part(f"{kind}:{'+'.join(part['words'])}", name, part["figures"], part["year_over_year"])


def points(distribution: Sequence[int]) -> list[tuple[int, int, float]]:
    """Best first: how many points, given by how many, and the width of their bar in percent of the longest."""
    longest = max(distribution)
    return [(number, given, _width(given, longest)) for number, given in enumerate(distribution, 1)][::-1]


def count(value: int) -> str:
    return str(format_decimal(value))


def average(value: float | None) -> str:
    """To one decimal; a dash where there is nothing to average."""
    return "–" if value is None else str(format_decimal(value, "#,##0.0"))


def percent(change: float | None) -> str:
    """−50.0 %, with a sign; a dash where there was nothing a year before."""
    if change is None:
        return "–"
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return f"{sign}{format_decimal(abs(change), '#,##0.0')}%"


def day(text: str) -> str:
    return str(format_date(date.fromisoformat(text), gettext("yyyy年M月d日")))


def moment(text: str) -> str:
    """An instant as day and time in Shanghai."""
    return str(format_datetime(datetime.fromisoformat(text), gettext("M月d日 HH:mm")))


def _width(value: int, longest: int) -> float:
    return round(100 * value / longest, 1) if longest else 0.0
