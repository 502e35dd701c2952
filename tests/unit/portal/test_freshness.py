"""What the board says of its own age, in two languages."""

from typing import Any

import pytest

from services.portal.freshness import Freshness, freshness
from tests.service.portal.upstreams import EVEN

BEHIND = EVEN | {"state": "behind", "events": 1_000_000}
UNKNOWN = EVEN | {"state": "unknown", "unknown_since": "2026-11-20T02:42:00+00:00"}


def said(behind: dict[str, Any] | None, today: str = "2026-11-20") -> Freshness:
    found = freshness({"behind": behind, "period": {"from": "2026-01-01", "to": today}})
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("behind", "zh", "en"),
    [
        (EVEN, "截至目前的事实均已计入。", "All facts so far are counted."),
        (EVEN | {"events": 7}, "截至目前的事实均已计入。", "All facts so far are counted."),
        (
            BEHIND,
            "数据截至 10:42，约有 1,000,000 条事实尚未计入。",
            "Figures as of 10:42; about 1,000,000 facts are not counted yet.",
        ),
        (BEHIND | {"as_of": None, "events": 5}, "约有 5 条事实尚未计入。", "About 5 facts are not counted yet."),
        (
            BEHIND | {"events": 3, "kept": 3},
            "有 3 条事实未能计入，等待运维人员处理；其余均已计入。",
            "3 facts could not be counted and wait for the operators; all others are counted.",
        ),
        (
            UNKNOWN | {"reason": "broker"},
            "数据截至 10:42。消息队列没有应答，此后的事实是否都已计入，暂时无法确认。",
            "Figures as of 10:42. The message queue does not answer, so nobody can say whether all facts since then "
            "are counted.",
        ),
        (
            UNKNOWN | {"reason": "relay"},
            "数据截至 10:42。调解服务没有报告是否还有待发的事实，此后的事实是否都已计入，暂时无法确认。",
            "Figures as of 10:42. The mediation service does not say whether it has facts to send, so nobody can say "
            "whether all facts since then are counted.",
        ),
        (
            UNKNOWN | {"reason": "consumer", "as_of": None, "events": 12},
            "统计服务没有在接收事实，此后的事实是否都已计入，暂时无法确认。已知约有 12 条尚未计入。",
            "The statistics service receives no facts at present, so nobody can say whether all facts since then are "
            "counted. About 12 are known not to be.",
        ),
    ],
)
def test_each_state_has_its_sentence(language: str, behind: dict[str, Any], zh: str, en: str) -> None:
    assert said(behind).sentence == {"zh": zh, "en": en}[language]


def test_a_time_of_another_day_is_told_with_its_day(language: str) -> None:
    sentence = said(BEHIND, today="2026-11-21").sentence

    assert {"zh": "11月20日 10:42", "en": "20 Nov 10:42"}[language] in sentence


@pytest.mark.usefixtures("language")
def test_the_day_is_the_one_in_shanghai() -> None:
    sentence = said(BEHIND | {"as_of": "2026-11-20T16:05:00+00:00"}, today="2026-11-21").sentence

    assert "00:05" in sentence
    assert "21" not in sentence


@pytest.mark.parametrize(
    ("behind", "lamp"), [(EVEN, "live"), (BEHIND, "late"), (UNKNOWN | {"reason": "relay"}, "late")]
)
@pytest.mark.usefixtures("language")
def test_only_figures_that_are_current_are_called_live(behind: dict[str, Any], lamp: str) -> None:
    assert said(behind).lamp == lamp


def test_figures_that_do_not_say_are_not_judged() -> None:
    assert freshness({"period": {"from": "2026-01-01", "to": "2026-11-20"}}) is None
