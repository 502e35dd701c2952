"""A mediation file as HTML, to be printed: every word of it escaped, and nothing in it refers to anything outside."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from chassis.calendar import SHANGHAI, local_day
from services.grievances.casefile import model
from services.grievances.casefile.model import CaseFile
from services.grievances.words import model as words

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER = Path(__file__).parent

NUMERALS = "零一二三四五六七八九十"


def html(file: CaseFile) -> str:
    return _template().render(file=file, dispute=file.dispute, words=words, law=model.LAW)


def day(value: date | datetime | None) -> str:
    """2026年3月10日, in Shanghai."""
    if value is None:
        return ""
    shown = local_day(value) if isinstance(value, datetime) else value
    return f"{shown.year}年{shown.month}月{shown.day}日"


def minute(value: datetime | None) -> str:
    """2026年3月10日14时30分, in Shanghai."""
    if value is None:
        return ""
    local = value.astimezone(SHANGHAI)
    return f"{day(value)}{local.hour}时{local.minute:02d}分"


def span(begin: datetime, end: datetime | None) -> str:
    """2026年3月10日14时30分至16时00分; the second day only where it is another."""
    if end is None:
        return minute(begin)
    shown = minute(end)
    return f"{minute(begin)}至{shown.removeprefix(day(begin))}"


def ordinal(number: int) -> str:
    """一, 二, … 九十九, as headings are counted."""
    tens, ones = divmod(number, 10)
    if number <= len(NUMERALS) - 1:
        return NUMERALS[number]
    return f"{NUMERALS[tens] if tens > 1 else ''}十{NUMERALS[ones] if ones else ''}"


@cache
def _template() -> "Template":
    # Here, so that a service which prints nothing does not hold it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day,
        "minute": minute,
        "span": span,
        "ordinal": ordinal,
        "zh": lambda code, named: words.zh(named, code),
        "kind": model.kind_of,
    }
    return environment.get_template("casefile.html")
