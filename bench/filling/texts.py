"""What people tell, in many words: the same stories for the same seed."""

import random

POOL = 20_000
"""Distinct texts; each is told of some fifty disputes in a million."""

SUBJECTS = (
    "电梯",
    "楼道",
    "车位",
    "水管",
    "外墙",
    "噪声",
    "垃圾站",
    "物业费",
    "架空层",
    "消防通道",
    "空调",
    "门禁",
    "绿化",
    "宠物",
    "装修",
)
TROUBLES = (
    "停运",
    "渗水",
    "被占用",
    "破裂",
    "脱落",
    "扰民",
    "异味",
    "未公示",
    "被封闭",
    "堵塞",
    "滴水",
    "失灵",
    "无人养护",
    "伤人",
    "违规施工",
)
SPANS = ("三天", "一周", "半个月", "三个月", "半年", "两年")
ASKS = ("请协调处理", "要求尽快修复", "希望公开账目", "要求停止施工", "请上门查看", "要求赔偿损失", "多次反映无果")


def texts(seed: int) -> list[str]:
    """POOL different stories."""
    chosen = random.Random(seed)
    return [
        f"{chosen.randrange(1, 60)}栋{chosen.randrange(101, 3200)}室{chosen.choice(SUBJECTS)}{chosen.choice(TROUBLES)}"
        f"{chosen.choice(SPANS)}，{chosen.choice(SUBJECTS)}也{chosen.choice(TROUBLES)}，{chosen.choice(ASKS)}。"
        for _ in range(POOL)
    ]
