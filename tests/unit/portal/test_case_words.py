"""The portal's words for codes are those of the service, which shows them in files, lists and timelines."""

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from services.grievances.agreements.schemas import STANDINGS
from services.grievances.comments.schemas import AUTHORS
from services.grievances.confirmations.schemas import PROGRESS as COURT_PROGRESS
from services.grievances.disputes.schemas import TICKET_KINDS
from services.grievances.duplicates.model import WORDS as EVIDENCE
from services.grievances.following import model as following
from services.grievances.joint.schemas import STATES as JOINT_STATES
from services.grievances.obligations.schemas import PROGRESS
from services.grievances.referrals.schemas import STATES as REFERRAL_STATES
from services.grievances.shapes import PURPOSES
from services.grievances.timeline.model import KINDS
from services.grievances.words import model as service
from services.portal.cases import words
from services.portal.cases.words import named, word


def chinese(table: Mapping[str, service.Word]) -> dict[str, str]:
    return {code: one.zh for code, one in table.items()}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (words.STATES, chinese(service.STATES)),
        (words.STEPS, following.STEPS),
        (words.RULES, chinese(service.RULES)),
        (words.REASONS, following.REASONS),
        (words.ROUTES, following.ROUTES),
        (words.LEVELS, chinese(service.LEVELS)),
        (words.CHANNELS, chinese(service.CHANNELS)),
        (words.BASES, chinese(service.BASES)),
        (words.RESOLUTIONS, chinese(service.RESOLUTIONS)),
        (words.FORMS, chinese(service.FORMS)),
        (words.BODIES, chinese(service.BODIES)),
        (words.SIGNERS, chinese(service.SIGNERS)),
        (words.MEANS, chinese(service.MEANS)),
        (words.OBLIGED, chinese(service.OBLIGED)),
        (words.PERFORMED, chinese(service.PERFORMED)),
        (words.GUESTS, chinese(service.GUESTS)),
        (words.EVIDENCE, EVIDENCE),
        (words.REFERRAL_STEPS, {code[9:]: one.zh for code, one in KINDS.items() if code.startswith("referral.")}),
    ],
)
def test_a_code_has_the_same_word_on_every_page_and_in_every_file(
    ours: Mapping[str, Any], theirs: Mapping[str, str]
) -> None:
    with in_language("zh"):
        assert {code: str(one) for code, one in ours.items()} == dict(theirs)


@pytest.mark.parametrize(
    ("ours", "codes"),
    [
        (words.AGREEMENTS, STANDINGS),
        (words.OBLIGATIONS, PROGRESS),
        (words.COURTS, COURT_PROGRESS),
        (words.JOINT, JOINT_STATES),
        (words.REFERRALS, REFERRAL_STATES),
        (words.PURPOSES, PURPOSES),
        (words.AUTHORS, AUTHORS),
        (words.TICKETS, TICKET_KINDS),
    ],
)
def test_every_code_of_the_service_has_a_word(ours: Mapping[str, Any], codes: tuple[str, ...]) -> None:
    assert set(ours) == set(codes)


def test_the_services_own_word_goes_before_ours_where_chinese_is_read() -> None:
    with in_language("zh"):
        assert word(words.STATES, "resolved", "已作出决定") == "已作出决定"
    with in_language("en"):
        assert word(words.STATES, "resolved", "已作出决定") == "Resolved"


def test_a_code_that_nobody_named_is_shown_as_it_is() -> None:
    with in_language("zh"):
        assert word(words.STATES, "suspended") == "suspended"


def test_what_has_two_names_is_called_by_the_readers() -> None:
    route = {"name_zh": "诉讼", "name_en": "Court proceedings"}

    with in_language("en"):
        assert named(route) == "Court proceedings"
    with in_language("zh"):
        assert named(route) == "诉讼"


def in_language(code: str) -> Any:
    app = Flask("services.portal.app")
    Babel(app, default_locale=code, default_timezone="Asia/Shanghai")
    return app.test_request_context()
