"""The edge speaks the service's own words, and has no place for what must not be there."""

import pytest
from marshmallow import ValidationError

from services.members.access import Purpose
from services.members.notices.schemas import DisputeResolved
from services.members.tenures import schemas

TENURE = {"grid_unit_id": "01936f00-0000-7000-8000-000000000003", "level": "building", "holder_name": "王小明"}


def test_a_purpose_is_one_of_few_as_the_audit_cannot_be_unwritten() -> None:
    assert tuple(purpose.value for purpose in Purpose) == schemas.PURPOSES
    with pytest.raises(ValidationError, match="Must be one of: contact, handover, review"):
        schemas.LeadersQuery().load({"purpose": "打给王小明 13800138000"})


@pytest.mark.parametrize("holder_id", ["leader-7", "01936f00-0000-7000-8000-00000000000a", "wang.xm@example.cn", "7"])
def test_a_holder_is_named_by_an_account(holder_id: str) -> None:
    assert schemas.StartTenure().load(TENURE | {"holder_id": holder_id})["holder_id"] == holder_id


@pytest.mark.parametrize(
    "holder_id",
    ["", "王小明", "Wang Xiaoming", "leader-7\n", "13800138000", "0755-26666666", "11010519491231002X", "a" * 129],
)
def test_a_name_a_phone_or_an_id_number_is_no_account(holder_id: str) -> None:
    with pytest.raises(ValidationError, match="the id of an account"):
        schemas.StartTenure().load(TENURE | {"holder_id": holder_id})


@pytest.mark.parametrize("category", ["", "王小明欠费", "Noise", "noise\n", "n" * 41, 7])
def test_a_category_heard_from_elsewhere_is_a_word(category: object) -> None:
    fact = {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "added_later": 1}

    assert DisputeResolved().load(fact | {"category": "property_fee"})["category"] == "property_fee"
    with pytest.raises(ValidationError, match="category"):
        DisputeResolved().load(fact | {"category": category})
