"""How far behind the figures are, in a reader's words. What is late is said on the board, never left to be noticed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_datetime, format_decimal, gettext

from chassis.calendar import SHANGHAI


@dataclass(frozen=True)
class Freshness:
    """`state`: even, behind or unknown, and the sentence that says it."""

    state: str
    sentence: str

    @property
    def lamp(self) -> str:
        """The word of board.js: whether what is shown is live."""
        return "live" if self.state == "even" else "late"


def freshness(total: Mapping[str, Any]) -> Freshness | None:
    """Of figures as `statistics` gave them; None from a version of it that does not say."""
    told = total.get("behind")
    if told is None:
        return None
    sentences = {"even": _even, "behind": _behind, "unknown": _unknown}
    return Freshness(told["state"], sentences[told["state"]](told, total["period"]["to"]))


def _even(_told: Mapping[str, Any], _today: str) -> str:
    return str(gettext("截至目前的事实均已计入。"))


def _behind(told: Mapping[str, Any], today: str) -> str:
    count = format_decimal(told["events"])
    if told["kept"] == told["events"]:
        return str(gettext("有 %(n)s 条事实未能计入，等待运维人员处理；其余均已计入。", n=count))
    if told["as_of"] is None:
        return str(gettext("约有 %(n)s 条事实尚未计入。", n=count))
    time = _moment(told["as_of"], today)
    return str(gettext("数据截至 %(time)s，约有 %(n)s 条事实尚未计入。", time=time, n=count))


def _unknown(told: Mapping[str, Any], today: str) -> str:
    why = {
        "broker": gettext("消息队列没有应答"),
        "relay": gettext("调解服务没有报告是否还有待发的事实"),
        "consumer": gettext("统计服务没有在接收事实"),
    }[told["reason"]]
    parts = [gettext("%(why)s，此后的事实是否都已计入，暂时无法确认。", why=why)]
    if told["as_of"] is not None:
        parts.insert(0, gettext("数据截至 %(time)s。", time=_moment(told["as_of"], today)))
    if told["events"]:
        parts.append(gettext("已知约有 %(n)s 条尚未计入。", n=format_decimal(told["events"])))
    return "".join(parts)


def _moment(text: str, today: str) -> str:
    """The time of day, with the day when it is another one than today."""
    instant = datetime.fromisoformat(text)
    is_today = instant.astimezone(SHANGHAI).date().isoformat() == today
    return str(format_datetime(instant, "HH:mm" if is_today else gettext("M月d日 HH:mm")))
