"""What happens in the story: which community gets a grid, and what becomes of each of the forty disputes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from services.members.divisions.model import Division

NAMED = ("440305001012", "440305006011")
"""星海名城 and 海月, which the sources describe; in another district the first communities of two streets."""

RELATIONS = ("owner_property", "owner_owner", "owner_government", "property_government")
SUBJECTS = (
    ("repair", "楼道渗水三个月，报修后无人处理。"),
    ("property_fee", "电梯停运期间仍按全额收取物业费。"),
    ("parking", "固定车位长期被外来车辆占用。"),
    ("noise", "楼上夜间装修，多次沟通无果。"),
    ("waste", "垃圾转运点紧邻住宅，气味扰民。"),
    ("common_area", "架空层被封闭改作库房。"),
)

DISPUTES, RESOLVED, REFUSED, REGISTERED_ONLY = 40, 30, 2, 4
"""The rest is accepted, and some of it assigned or in mediation, when the story ends."""

IN_GRID = 24
"""Disputes of the two communities with a grid; the others lie elsewhere in the district."""

STATION = 4
"""The number of the dispute about the waste-transfer station 垃圾转运站, which is accepted and goes further."""

STATION_SUMMARY = "垃圾转运站紧邻住宅，夜间作业气味与噪声扰民。"

COMPOUND, BUILDINGS, UNITS, HOUSEHOLDS = "一期", ("1栋", "2栋"), ("1单元", "2单元"), ("101", "502")
COMMITTEE = (
    ("陈丽", "1980-05-04", "female", "chair"),
    ("李军", "1975-01-30", "male", "member"),
    ("何敏", "1990-11-12", "female", "member"),
)
"""A community's mediation committee 人民调解委员会: name, day of birth, gender, position. The chair takes the cases."""

LEVELS = ("household", "building", "compound", "community")
LEADERS = {
    "household": ("党员联户人", "张秀英"),
    "building": ("党小组长", "李建国"),
    "compound": ("党支部书记", "王海燕"),
    "community": ("社区党委书记", "陈志强"),
}


@dataclass(frozen=True)
class Case:
    """One dispute of the story. `household` is its place in the grid, when its community has one."""

    number: int
    community: Division
    household: int | None
    relation: str
    category: str
    summary: str
    ending: str


def homes(divisions: Sequence[Division]) -> list[Division]:
    """The communities that get a grid: the named ones where they exist, else the first of two streets."""
    communities = [division for division in divisions if division.level == "community"]
    named = [division for division in communities if division.code in NAMED]
    if named:
        return named
    return _one_of_each_street(divisions)[:2]


def _one_of_each_street(divisions: Sequence[Division]) -> list[Division]:
    """The last community of every street: the sources' own two are not among Nanshan's."""
    last = {division.parent_code: division for division in divisions if division.level == "community"}
    return sorted(last.values(), key=lambda division: division.code)


def cases(divisions: Sequence[Division]) -> Iterator[Case]:
    """The forty, in the order they are filed. Raises ValueError when the district has no community."""
    grid = homes(divisions)
    others = [one for one in _one_of_each_street(divisions) if one not in grid] or grid
    if not grid:
        raise ValueError("the district has no community; a division file needs at least one of level community")
    places = [*islice(cycle(grid), IN_GRID), *islice(cycle(others), DISPUTES - IN_GRID)]
    # The station is 海月's, the second of the two.
    places[STATION], places[STATION + 1] = places[STATION + 1], places[STATION]
    for number, community in enumerate(places):
        household = number // len(grid) if number < IN_GRID else None
        if number == STATION:
            told = ("owner_government", "waste", STATION_SUMMARY)
        else:
            told = (RELATIONS[number % 4], *SUBJECTS[number % len(SUBJECTS)])
        yield Case(number, community, household, *told, _ending(number))


def _ending(number: int) -> str:
    """Spread so that both communities and all relations see every ending."""
    if number % 20 == 7:
        return "refused"
    if number % 10 == 9:
        return "registered"
    return ("accepted", "assigned", "mediating", "accepted")[number // 10] if number % 10 == 4 else "resolved"
