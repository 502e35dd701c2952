"""Every kind of entry that can stand in a timeline has its words, and every part in a case."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from services.grievances.deadlines import events as deadlines
from services.grievances.disputes import events as disputes
from services.grievances.disputes.model import Channel, Dispute
from services.grievances.notes.model import Step
from services.grievances.referrals.model import Command
from services.grievances.timeline.model import FILED_BY, KINDS, ROLES, Happening, Role, entry, role_of

QUERIES = Path(__file__).parents[3] / "services/grievances/timeline/queries.sql"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
DISPUTE = Dispute(UUID(int=1), "440305001012", None, "owner_owner", "noise", "resident-1", NOW)

POSSIBLE = {
    *(fact.type for fact in (*disputes.PUBLISHED, *deadlines.PUBLISHED)),
    *(f"referral.{command}" for command in ("register", *Command)),
    *(f"note.{step}" for step in Step),
    *re.findall(r"'([a-z]+\.[a-z_]+)'", QUERIES.read_text()),
    "agreement.withdrawn",
} - {"dispute.mediated", "note.closed"}
"""A session stands for the step that counts it; a note that became a case is not closed by itself."""


def test_every_kind_has_its_words_and_no_other_has() -> None:
    assert set(KINDS) == POSSIBLE


def test_every_part_has_its_words() -> None:
    assert set(ROLES) == set(Role)
    assert set(FILED_BY) == set(Channel)


@pytest.mark.parametrize("words", [KINDS, ROLES])
def test_words_are_chinese_and_english(words: dict[str, tuple[str, str]]) -> None:
    assert all(re.search("[一-鿿]", zh) and re.fullmatch("[A-Za-z' -]+", en) for zh, en in words.values())


@pytest.mark.parametrize(
    ("kind", "account", "told", "role"),
    [
        ("dispute.registered", "officer-1", {}, Role.COMPLAINANT),
        ("dispute.refused", "resident-1", {}, Role.COMPLAINANT),
        ("dispute.refused", "mediator-1", {}, Role.MEDIATOR),
        ("dispute.accepted", "mediator-1", {}, Role.OFFICER),
        ("dispute.accepted", "officer-1", {}, Role.OFFICER),
        ("dispute.accepted", None, {}, None),
        ("dispute.terminated", "system", {}, Role.CLOCK),
        ("comment.written", None, {"author": "complainant"}, Role.COMPLAINANT),
        ("comment.written", "officer-1", {"author": "worker"}, Role.OFFICER),
        ("agreement.signed", "officer-1", {"signer": "respondent"}, Role.RESPONDENT),
        ("agreement.confirmation_decided", "officer-1", {}, Role.COURT),
        ("joint.answered", "officer-1", {"body": "workstation"}, Role.BODY),
        ("referral.decline", "um-lin", {"department": {"zh": "局", "en": "Bureau"}}, Role.DEPARTMENT),
        ("referral.decline", "officer-1", {}, Role.OFFICER),
        ("deadline.missed", None, {}, Role.CLOCK),
    ],
)
def test_who_did_it_by_the_part_in_the_case(
    kind: str, account: str | None, told: dict[str, object], role: Role | None
) -> None:
    assert role_of(Happening(NOW, 1, "", kind, account, told), DISPUTE, frozenset({"mediator-1"})) is role


def test_what_has_no_word_yet_is_shown_as_it_is() -> None:
    shown = entry(Happening(NOW, 1, "", "dispute.newer", "officer-1"), DISPUTE, frozenset(), with_accounts=True)

    assert (shown.kind_zh, shown.account, shown.detail_zh) == ("dispute.newer", "officer-1", None)
