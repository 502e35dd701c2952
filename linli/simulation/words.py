"""What people say: subjects, names and phones. All of it is made up; the same case says the same in every run."""

from hashlib import blake2b
from typing import Any

from linli.simulation.acts import Case, Mix

RELATIONS = Mix({"owner_property": 52, "owner_owner": 34, "owner_government": 11, "property_government": 3})
"""Who stands against whom (*)."""

CATEGORIES = Mix(
    {
        "repair": 20,
        "property_fee": 20,
        "noise": 18,
        "parking": 16,
        "common_area": 9,
        "waste": 7,
        "construction": 6,
        "other": 4,
    }
)
CATEGORIES_IN_THE_RAIN = Mix({**CATEGORIES.weights, "repair": 36, "waste": 10})
"""From April to September: leaks, damp and what rots (*)."""

SUBJECTS = {
    "repair": ("楼道渗水，报修后无人处理", "地下车库进水，排水泵不工作", "外墙瓷砖脱落", "电梯停运多日"),
    "property_fee": ("物业费上涨未公示", "公共收益账目不公开", "停车费重复收取", "空置房物业费争议"),
    "noise": ("楼上夜间装修", "广场舞音响扰民", "邻居犬吠不止", "商铺空调外机噪声"),
    "parking": ("固定车位被外来车辆占用", "充电桩车位被长期占用", "消防通道停车", "车位分配规则不公"),
    "common_area": ("架空层被封闭改作库房", "楼道堆放杂物", "屋顶私搭雨棚", "绿地被圈占种菜"),
    "waste": ("垃圾转运点紧邻住宅，气味扰民", "垃圾分类点清运不及时", "建筑垃圾长期堆放", "厨余垃圾桶破损"),
    "construction": ("工地夜间施工", "装修破坏承重墙", "道路开挖后未恢复", "施工围挡占用人行道"),
    "other": ("快递柜占用通道", "门禁系统失灵", "宠物伤人赔偿争议", "高空抛物"),
}
SPANS = ("三天", "一周", "半个月", "一个月", "三个月", "半年")
ASKS = ("请协调处理", "要求尽快修复", "希望公开账目", "请上门查看", "要求赔偿损失", "多次反映无果")

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "强",
    "磊",
    "洋",
    "艳",
    "勇",
    "军",
    "杰",
    "娟",
    "涛",
    "明",
    "秀英",
    "建国",
    "海燕",
)
ORGANISATIONS = {
    "owner_property": "物业服务中心",
    "owner_government": "街道办事处",
    "property_government": "街道办事处",
}

SESSION = "双方到场陈述，调解员释明规则，双方同意先行核实情况。"
CALL = "电话回访双方，说明情况并商定处理办法。"
TERMS = "责任方于三十日内处理完毕，双方互不追究。"
VISIT = {"yes": "已按约定履行。", "partly": "部分履行，其余正在进行。", "no": "尚未履行，当事人要求重新处理。"}
QUESTION = "居民反映的问题由谁负责、何时处理？"
ANSWER = "已知悉，将按职责配合处理。"
DECISION = "由责任单位于三十日内处理完毕，社区跟进。"


def filing(case: Case, household: str | None) -> dict[str, Any]:
    """The body of a filing, as its part has drawn it."""
    facts = case.facts
    number = _number(case.number)
    return {
        "area": case.community.code,
        "relation": facts["relation"],
        "category": facts["category"],
        "summary": _summary(facts["category"], number),
        "grid_unit_id": household,
        "applicant": {"name": person(number), "phone": phone(number)},
        "respondent": _respondent(case, number >> 40),
    }


def person(number: int) -> str:
    return SURNAMES[number % len(SURNAMES)] + GIVEN[(number >> 8) % len(GIVEN)]


def phone(number: int) -> str:
    """A mobile number that two cases hardly share."""
    return f"13{(number >> 16) % 1_000_000_000:09d}"


def _summary(category: str, number: int) -> str:
    told = SUBJECTS[category]
    subject = told[(number >> 4) % len(told)]
    span, ask = SPANS[(number >> 12) % len(SPANS)], ASKS[(number >> 20) % len(ASKS)]
    return f"{number % 40 + 1}栋{subject}，已有{span}，{ask}。"


def _respondent(case: Case, number: int) -> dict[str, Any]:
    relation = case.facts["relation"]
    if relation == "owner_owner":
        return {"kind": "person", "name": person(number)}
    return {"kind": "organisation", "name": f"{case.community.name}{ORGANISATIONS[relation]}"}


def _number(text: str) -> int:
    """Eight bytes that nobody can foresee and everybody gets again."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
