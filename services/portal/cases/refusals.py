"""What the services say of single fields, in the reader's language. What is not listed is shown as it was said."""

import re

from flask_babel import gettext, lazy_gettext

from services.portal.cases.words import is_chinese

SENTENCES = {
    "Missing data for required field.": lazy_gettext("请填写这一项。"),
    "Field may not be null.": lazy_gettext("请填写这一项。"),
    "Not a valid string.": lazy_gettext("请填写文字。"),
    "Not a valid integer.": lazy_gettext("请填写整数。"),
    "Not a valid date.": lazy_gettext("请填写日期，例如 2026-03-10。"),
    "Not a valid aware datetime.": lazy_gettext("请填写日期和时间。"),
    "Not a valid datetime.": lazy_gettext("请填写日期和时间。"),
    "Must be a phone number, for example 13800138000 or 0755-26666666.": lazy_gettext(
        "请填写电话号码，例如 13800138000 或 0755-26666666。"
    ),
    "Must be one line without control characters or surrounding spaces.": lazy_gettext("请写在一行里，前后不要空格。"),
    "Must say what the dispute is about.": lazy_gettext("请写明是什么事。"),
    "Must say what was discussed.": lazy_gettext("请写明谈了什么。"),
    "Must say what was agreed.": lazy_gettext("请写明达成了什么。"),
    "Must say what is to be done.": lazy_gettext("请写明做什么。"),
    "it is a party's own will; say whose: applicant or respondent": lazy_gettext("请选择是哪一方的意思。"),
    "Must say something.": lazy_gettext("请写点内容。"),
    "Must be the name of a court, for example 深圳市南山区人民法院.": lazy_gettext(
        "请填写法院全称，例如 深圳市南山区人民法院。"
    ),
}

_LONGER = re.compile(r"Longer than maximum length ([0-9]+)\.")
_BETWEEN = re.compile(r"Length must be between ([0-9]+) and ([0-9]+)\.")


def in_chinese(detail: str) -> str | None:
    """The Chinese sentence for what a service said; None where there is none, or the reader reads English."""
    if not is_chinese():
        return None
    if detail in SENTENCES:
        return str(SENTENCES[detail])
    if found := _LONGER.fullmatch(detail):
        return str(gettext("太长了，最多%(most)s个字。", most=found[1]))
    if found := _BETWEEN.fullmatch(detail):
        return str(gettext("应为%(least)s到%(most)s个字。", least=found[1], most=found[2]))
    return None
