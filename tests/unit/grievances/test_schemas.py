"""The edge speaks the model's own words, and has no place for what must not be there."""

from enum import StrEnum
from typing import Any

import pytest
from marshmallow import Schema, ValidationError

from services.grievances import shapes
from services.grievances.access import Purpose
from services.grievances.agreements import schemas as agreements
from services.grievances.agreements.model import Signer
from services.grievances.disputes import model, schemas
from services.grievances.sessions import schemas as sessions

FILING: dict[str, Any] = {
    "area": "440305001012",
    "relation": "owner_owner",
    "category": "noise",
    "summary": "楼上深夜练琴",
    "applicant": {"name": "王小明", "phone": "13800138000"},
    "respondent": {"kind": "person", "name": "买买提·艾力"},
}


@pytest.mark.parametrize(
    ("words", "meanings"),
    [
        (schemas.STATES, model.State),
        (schemas.BASES, model.Basis),
        (schemas.TICKET_KINDS, model.TicketKind),
        (shapes.BODIES, model.Body),
        (schemas.REFUSAL_REASONS, model.RefusalReason),
        (schemas.TERMINATION_REASONS, model.TerminationReason),
        (schemas.REOPENING_REASONS, model.ReopeningReason),
        (shapes.PURPOSES, Purpose),
        (shapes.SIDES, model.Side),
        (tuple(agreements.Signatures().fields), Signer),
    ],
)
def test_the_edge_knows_exactly_the_models_words(words: tuple[str, ...], meanings: type[StrEnum]) -> None:
    assert words == tuple(meaning.value for meaning in meanings)


@pytest.mark.parametrize(
    "schema",
    [
        schemas.RegisterDispute,
        schemas.AssignMediator,
        schemas.RefuseDispute,
        schemas.TerminateDispute,
        schemas.ReopenDispute,
        sessions.RecordSession,
        agreements.ResolveDispute,
    ],
)
def test_art_4_there_is_no_place_for_a_fee(schema: type[Schema]) -> None:
    with pytest.raises(ValidationError) as refused:
        schema().load({"fee": 50})

    assert refused.value.normalized_messages()["fee"] == ["Unknown field."]
    assert not any("fee" in name or "price" in name for name in schema().fields)


@pytest.mark.parametrize("view", [schemas.DisputeView, sessions.SessionView, agreements.AgreementView])
def test_no_view_tells_who_filed(view: type[Schema]) -> None:
    assert not {"filed_by", "person_id", "recorded_by"} & set(view().fields)


@pytest.mark.parametrize("phone", ["13800138000", "+86 138-0013-8000", "0755-26666666", "12345"])
def test_phones_are_taken_as_people_write_them(phone: str) -> None:
    loaded = schemas.RegisterDispute().load(FILING | {"applicant": {"name": "王小明", "phone": phone}})

    assert loaded["applicant"]["phone"] == phone


@pytest.mark.parametrize("phone", ["", "1234", "13800138000\n", "一三八", "1" * 30, "138;DROP"])
def test_what_is_no_phone_is_refused(phone: str) -> None:
    with pytest.raises(ValidationError, match="phone number"):
        schemas.RegisterDispute().load(FILING | {"applicant": {"name": "王小明", "phone": phone}})


@pytest.mark.parametrize("name", ["", " ", " 王", "王\n", "王\t小明", "王" * 101])
def test_a_name_is_one_line(name: str) -> None:
    with pytest.raises(ValidationError):
        schemas.RegisterDispute().load(FILING | {"applicant": {"name": name, "phone": "13800138000"}})


def test_a_summary_has_up_to_4000_characters_and_says_something() -> None:
    schema = schemas.RegisterDispute()

    assert len(schema.load(FILING | {"summary": "漏" * 4000})["summary"]) == 4000
    for wrong in ("漏" * 4001, "", "  \n "):
        with pytest.raises(ValidationError):
            schema.load(FILING | {"summary": wrong})


@pytest.mark.parametrize("area", ["440305001012\n", "４４０３０５００１０１２", "040305001012", "4403050010"])
def test_an_area_is_twelve_ascii_digits(area: str) -> None:
    with pytest.raises(ValidationError, match="12-digit division code"):
        schemas.RegisterDispute().load(FILING | {"area": area})


@pytest.mark.parametrize("account", ["mediator-chen", "01936f00-0000-7000-8000-00000000000a", "chen@example.cn", "7"])
def test_an_account_is_taken_as_tokens_name_it(account: str) -> None:
    assert schemas.AssignMediator().load({"mediator_id": account})["mediator_id"] == account


@pytest.mark.parametrize(
    "account",
    ["", "陈调解", "Chen Jie", "mediator\n", "13800138000", "0755-26666666", "11010519491231002X", "a" * 129],
)
def test_a_name_a_phone_or_an_id_number_is_no_account(account: str) -> None:
    filing = FILING | {side: FILING[side] | {"person_id": account} for side in ("applicant", "respondent")}

    with pytest.raises(ValidationError, match="the id of an account"):
        schemas.AssignMediator().load({"mediator_id": account})
    with pytest.raises(ValidationError) as refused:
        schemas.RegisterDispute().load(filing)
    assert refused.value.normalized_messages().keys() == {"applicant", "respondent"}


@pytest.mark.parametrize("category", ["", "王小明欠费", "Noise", "noise\n", "n" * 41])
def test_a_category_is_a_word_of_the_list(category: str) -> None:
    with pytest.raises(ValidationError, match="Must be one of GET /dispute-categories"):
        schemas.RegisterDispute().load(FILING | {"category": category})
