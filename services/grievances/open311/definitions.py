"""The services that are offered, and what each one asks for beside the standard's own fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.grievances.disputes.store import Category, RelationName
from services.grievances.open311.intake import Community

GROUP = "物业纠纷调解 Mediation of property disputes"

KINDS = {"person": "个人 Person", "organisation": "单位 Organisation"}
BODIES = {
    "party_committee": "社区党组织 Party committee",
    "workstation": "社区工作站 Community workstation",
    "residents_committee": "居民委员会 Residents' committee",
    "owners_committee": "业主委员会 Owners' committee",
    "property_office": "物业服务机构 Property office",
}
TICKETS = {"enquiry": "咨询 Enquiry", "ordinary": "一般 Ordinary", "complex": "复杂 Complex"}


@dataclass(frozen=True)
class Service:
    """A category as a service. Its number is told at once: `realtime`."""

    service_code: str
    service_name: str
    description: str
    keywords: str
    metadata: bool = True
    type: str = "realtime"
    group: str = GROUP


@dataclass(frozen=True)
class Value:
    key: str
    name: str


@dataclass(frozen=True)
class Attribute:
    """One question to whoever files."""

    code: str
    datatype: str
    required: bool
    order: int
    description: str
    datatype_description: str | None = None
    values: tuple[Value, ...] = ()
    variable: bool = True


@dataclass(frozen=True)
class Definition:
    service_code: str
    attributes: tuple[Attribute, ...]


def service_of(category: Category) -> Service:
    return Service(
        service_code=category.category,
        service_name=category.name_zh,
        description=f"{category.name_zh}：人民调解，不收费。{category.name_en}: mediation, free of charge.",
        keywords=f"{category.name_zh}, {category.name_en}, {category.category}, 物业, 调解",
    )


def definition_of(
    category: Category, relations: Sequence[RelationName], communities: Sequence[Community]
) -> Definition:
    """The same questions for every category.

    `community` is asked of everyone, since a client made for maps sends nothing else that locates here; one that sends
    address_id or address_string may leave it out.
    """
    related = [Value(one.relation, f"{one.name_zh} {one.name_en}") for one in relations]
    where = [Value(one.code, f"{one.name}（{one.street}）" if one.street else one.name) for one in communities]
    attributes = (
        _choice(1, "relation", "纠纷双方 Who stands against whom", related, required=True),
        _choice(2, "community", "所在社区 The community it lies in", where, required=True),
        _choice(3, "respondent_kind", "对方是个人还是单位 The other side is", _values(KINDS), required=True),
        _line(4, "respondent_name", "对方姓名或名称 Name of the other side", "1–100 个字 characters", required=True),
        _line(5, "respondent_phone", "对方电话 Phone of the other side", "例如 for example 0755-26666666"),
        _choice(6, "respondent_body", "被反映的社区组织（如有） The body complained of, if one is", _values(BODIES)),
        _choice(7, "ticket_kind", "工单类型（仅 12345 热线） Kind of ticket, for the hotline alone", _values(TICKETS)),
    )
    return Definition(category.category, attributes)


def _values(names: Mapping[str, str]) -> list[Value]:
    return [Value(*pair) for pair in names.items()]


def _choice(order: int, code: str, description: str, values: Iterable[Value], *, required: bool = False) -> Attribute:
    return Attribute(code, "singlevaluelist", required, order, description, values=tuple(values))


def _line(order: int, code: str, description: str, hint: str, *, required: bool = False) -> Attribute:
    return Attribute(code, "string", required, order, description, datatype_description=hint)
