"""The mediation file as HTML: which documents are in it, in whose words, and every word of it escaped."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from markupsafe import escape

from services.grievances.agreements.model import Agreement, Means, Signer
from services.grievances.casefile import paper
from services.grievances.casefile.model import CaseFile, committee_name
from services.grievances.confirmations.model import Confirmation, Outcome
from services.grievances.disputes.model import AgreementForm, Dispute, Party, PartyKind, Side, State
from services.grievances.joint.model import AppealRoute, Decision
from services.grievances.obligations.model import Obligation, Obliged
from services.grievances.sessions.model import Guest, Session
from services.grievances.visits.model import Performed, Visit

NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
HELD = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
DISPUTE = Dispute(
    UUID(int=1),
    "440305001012",
    None,
    "owner_property",
    "repair",
    "resident-1",
    datetime(2026, 3, 6, 1, tzinfo=UTC),
    serial=7,
    state=State.MEDIATING,
    version=4,
    session_count=1,
    mediator_id="mediator-1",
)
SESSION = Session(
    UUID(int=2),
    DISPUTE.dispute_id,
    1,
    HELD,
    False,
    ("applicant",),
    "王小明称漏水。\n\n物业称不属公共部位。",
    "mediator-1",
    HELD.replace(hour=8),
    "社区调解室",
    ("mediator-1", "mediator-2"),
    {Guest.NEIGHBOURS: 2},
)
AGREEMENT = Agreement(
    UUID(int=3),
    DISPUTE.dispute_id,
    AgreementForm.WRITTEN,
    "物业三月底前修复。",
    date(2026, 3, 10),
    {Signer.APPLICANT: date(2026, 3, 11)},
    "mediator-1",
    means={Signer.APPLICANT: Means.FINGERPRINT},
    obligations=(Obligation(UUID(int=4), 1, Obliged.RESPONDENT, "修复楼道", date(2026, 3, 31)),),
    steps_before=3,
)
SIGNED = replace(AGREEMENT, signatures=dict.fromkeys(Signer, date(2026, 3, 11)))
VISIT = Visit(
    UUID(int=5), DISPUTE.dispute_id, UUID(int=3), date(2026, 4, 2), Performed.PARTLY, "墙面未刷", "mediator-1"
)
DECISION = Decision(
    UUID(int=6),
    date(2026, 3, 12),
    "四月底前修复。",
    "12号",
    AppealRoute("南头街道办事处", 60, "书面提出"),
    date(2026, 5, 11),
    "officer-9",
)
FILE = CaseFile(
    dispute=DISPUTE,
    area_name="星海名城社区居委会",
    committee="星海名城社区人民调解委员会",
    category_zh="维修与漏水",
    relation_zh="业主与物业",
    applicant=Party(Side.APPLICANT, PartyKind.PERSON, "王小明", "13800138000"),
    respondent=Party(Side.RESPONDENT, PartyKind.ORGANISATION, "星海物业服务中心", None),
    summary="楼道漏水三个月。",
    sessions=(),
    agreements=(),
    visits=(),
    decision=None,
    entries=(),
    names={"mediator-1": "陈丽"},
    printed_at=NOW,
    printed_by="officer-1",
)


def text(file: CaseFile) -> str:
    """What is read, without marks and without white space."""
    body = paper.html(file).partition("<body>")[2]
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", body))


def names(**changes: Any) -> list[str]:
    return [document.name for document in replace(FILE, **changes).documents]


def test_a_case_just_registered_has_its_registration() -> None:
    assert names() == ["人民调解受理登记表", "办理过程", "卷宗情况说明"]


def test_the_documents_stand_in_the_order_of_the_law() -> None:
    confirmed = replace(SIGNED, confirmation=Confirmation(date(2026, 3, 12), "深圳市南山区人民法院"))

    assert names(sessions=(SESSION,), agreements=(confirmed,), visits=(VISIT,), decision=DECISION) == [
        "人民调解受理登记表",
        "人民调解记录",
        "人民调解协议书",
        "人民调解回访记录",
        "司法确认情况",
        "书面决定",
        "办理过程",
        "卷宗情况说明",
    ]


def test_several_sessions_are_counted() -> None:
    assert names(sessions=(SESSION, replace(SESSION, number=2)))[1:3] == [
        "人民调解记录（第1次）",
        "人民调解记录（第2次）",
    ]


def test_every_document_of_the_list_is_there() -> None:
    file = replace(FILE, sessions=(SESSION,), agreements=(SIGNED,), visits=(VISIT,), decision=DECISION)
    made = paper.html(file)

    for document in file.documents:
        assert made.count(f'id="{document.anchor}"') == 1
        assert f'href="#{document.anchor}"' in made


@pytest.mark.parametrize(
    ("agreement", "shown"),
    [
        (AGREEMENT, True),
        (SIGNED, True),
        (replace(AGREEMENT, is_withdrawn=True), False),
        (replace(AGREEMENT, steps_before=1), False),
    ],
)
def test_what_was_withdrawn_or_lapsed_is_no_part_of_the_file(agreement: Agreement, shown: bool) -> None:
    assert ("人民调解协议书" in names(agreements=(agreement,))) is shown


def test_the_cover_names_case_and_committee_and_the_law() -> None:
    said = text(FILE)

    assert said.startswith("星海名城社区人民调解委员会调解卷宗案号440305001012-2026-0007")
    assert "卷名王小明与星海物业服务中心维修与漏水纠纷" in said
    assert "人民调解员陈丽登记日期2026年3月6日调解日期尚未调解办理结果调解中" in said
    assert "《中华人民共和国人民调解法》第二十七条" in said


def test_the_registration_says_what_was_told_and_by_whom() -> None:
    said = text(FILE)

    assert "纠纷类型维修与漏水（业主与物业）案件来源当事人申请；居民自行提交登记时间2026年3月6日9时00分" in said
    assert "申请人王小明（自然人）联系方式：13800138000" in said
    assert "被申请人星海物业服务中心（法人或者其他组织）联系方式：未提供" in said
    assert "纠纷简要情况楼道漏水三个月。" in said


def test_a_record_says_when_where_and_who() -> None:
    said = text(replace(FILE, sessions=(SESSION,)))

    assert (
        "时间2026年3月10日14时30分至16时30分地点社区调解室到场当事人申请人王小明其他参加人邻里2人"
        "是否公开不公开调解人民调解员陈丽、mediator-2记录人陈丽调解记录王小明称漏水。物业称不属公共部位。" in said
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((10,), "2026年3月10日"),
        ((10, 12), "2026年3月10日至2026年3月12日"),
        ((12, 10, 11), "2026年3月10日至2026年3月12日"),
    ],
)
def test_the_cover_says_from_when_to_when_it_was_mediated(days: tuple[int, ...], told: str) -> None:
    sessions = tuple(replace(SESSION, number=place, held_at=HELD.replace(day=day)) for place, day in enumerate(days))

    assert f"调解日期{told}办理结果" in text(replace(FILE, sessions=sessions))


def test_an_agreement_shows_its_promises_signatures_and_days() -> None:
    said = text(replace(FILE, agreements=(SIGNED,)))

    assert "二、经调解，自愿达成如下协议物业三月底前修复。" in said
    assert "1被申请人修复楼道2026年3月31日未记录" in said
    assert "申请人：王小明（2026年3月11日按指印）被申请人：星海物业服务中心（2026年3月11日签署）" in said
    assert (
        "人民调解员：陈丽（2026年3月11日签署）人民调解委员会：星海名城社区人民调解委员会（2026年3月11日签署）" in said
    )
    assert "达成协议日期：2026年3月10日生效日期：2026年3月11日" in said


def test_a_draft_says_that_it_binds_nobody_yet() -> None:
    said = text(replace(FILE, agreements=(AGREEMENT,)))

    assert "草案：尚待被申请人、人民调解员、人民调解委员会签署，未生效" in said
    assert "生效日期：" not in said


def test_an_oral_agreement_has_its_own_form() -> None:
    oral = replace(SIGNED, form=AgreementForm.ORAL, signatures={}, confirmed_by_applicant_on=date(2026, 3, 10))
    said = text(replace(FILE, agreements=(oral,)))

    assert "人民调解口头协议登记表" in said
    assert "申请人确认日期：2026年3月10日" in said
    assert "生效日期：2026年3月10日" in said


def test_visits_confirmation_and_decision_are_told() -> None:
    confirmation = Confirmation(date(2026, 3, 12), "深圳市南山区人民法院", Outcome.CONFIRMED, date(2026, 3, 30))
    said = text(
        replace(FILE, agreements=(replace(SIGNED, confirmation=confirmation),), visits=(VISIT,), decision=DECISION)
    )

    assert "回访日期2026年4月2日履行情况部分履行回访人陈丽回访情况墙面未刷" in said
    assert "双方当事人于2026年3月12日共同申请司法确认人民法院深圳市南山区人民法院结果2026年3月30日确认有效" in said
    assert "可于2026年5月11日前向南头街道办事处申请复查。书面提出" in said


def test_who_came_to_no_agreement_reads_the_other_routes() -> None:
    """人民调解法 Art. 26."""
    ended = replace(FILE, dispute=replace(DISPUTE, state=State.TERMINATED))

    assert "已告知当事人可以依法通过仲裁、行政、司法等途径维护自己的权利" in text(ended)
    assert "第二十六条" not in text(FILE)


def test_the_end_says_by_whom_and_when_it_was_made() -> None:
    assert text(FILE).endswith("生成人：officer-1生成日期：2026年3月20日")


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 * 7 }}", "{% raw %}", "&lt;"])
def test_every_word_is_shown_as_it_was_written(word: str) -> None:
    party = replace(FILE.applicant, name=word, phone=word)
    made = paper.html(
        replace(
            FILE,
            summary=word,
            applicant=party,
            area_name=word,
            committee=word,
            category_zh=word,
            names={"mediator-1": word},
            sessions=(replace(SESSION, record=word, place=word),),
            agreements=(replace(SIGNED, terms=word),),
            visits=(replace(VISIT, record=word),),
            decision=replace(DECISION, decision=word, document_number=word),
        )
    )

    assert "<script>" not in made
    assert "<img" not in made
    assert made.count(str(escape(word))) >= 15


@pytest.mark.parametrize(
    ("area", "committee"),
    [
        ("星海名城社区居委会", "星海名城社区人民调解委员会"),
        ("大村村民委员会", "大村人民调解委员会"),
        ("南头街道", "南头街道人民调解委员会"),
        ("海月", "海月人民调解委员会"),
    ],
)
def test_a_committee_is_called_after_its_place(area: str, committee: str) -> None:
    assert committee_name(area) == committee


@pytest.mark.parametrize(("number", "told"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四")])
def test_numbers_in_headings_are_chinese(number: int, told: str) -> None:
    assert paper.ordinal(number) == told


def test_a_session_over_midnight_names_both_days() -> None:
    assert paper.span(HELD, HELD.replace(day=11)) == "2026年3月10日14时30分至2026年3月11日14时30分"
