"""What a filled-in form becomes for a service, and where its refusal is shown."""

from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from services.portal.cases.forms import Field, Form
from services.portal.upstream import Problem

FIELDS = (
    Field("applicant.name", "姓名"),
    Field("held_at", "时间", "moment"),
    Field("attended", "到场", "many", choices=(("applicant", "申请人"), ("respondent", "被申请人"))),
    Field("is_public", "公开", "flag"),
    Field("visible", "给谁看", "bool"),
    Field("guests.experts", "专家", "number"),
    Field("promises.0.what", "做什么"),
    Field("promises.1.what", "做什么"),
)


def form(*given: tuple[str, str], problem: Problem | None = None) -> Form:
    return Form("filing", FIELDS, MultiDict(given), problem)


def test_a_name_with_dots_is_a_place_in_the_body() -> None:
    assert form(("applicant.name", " 王小明 ")).body()["applicant"] == {"name": "王小明"}


def test_nothing_is_sent_for_what_was_left_empty() -> None:
    assert form(("applicant.name", " "), ("guests.experts", "")).body() == {"attended": []}


@pytest.mark.parametrize(
    ("name", "text", "sent"),
    [
        ("held_at", "2026-03-05T14:30", "2026-03-05T14:30:00+08:00"),
        ("held_at", "2026-03-05T14:30:00+09:00", "2026-03-05T14:30:00+09:00"),
        ("held_at", "yesterday", "yesterday"),
        ("is_public", "yes", True),
        ("visible", "false", False),
        ("attended", "applicant", ["applicant"]),
    ],
)
def test_each_kind_of_field_is_sent_as_the_service_takes_it(name: str, text: str, sent: Any) -> None:
    assert form((name, text)).body()[name] == sent


@pytest.mark.parametrize(("text", "sent"), [("12", 12), ("-1", "-1"), ("twelve", "twelve")])
def test_what_is_no_number_goes_as_it_is_for_the_service_to_refuse(text: str, sent: Any) -> None:
    assert form(("guests.experts", text)).body()["guests"] == {"experts": sent}


def test_rows_left_empty_are_no_rows() -> None:
    assert form(("promises.0.what", ""), ("promises.1.what", "修")).body()["promises"] == [{"what": "修"}]


def test_what_is_wrong_stands_beside_its_field() -> None:
    problem = Problem(422, "a field breaks a rule", None, [("/applicant/name", "Too long."), ("/else", "Unknown.")])
    shown = form(("applicant.name", "王"), problem=problem)

    assert shown.errors("applicant.name") == ["Too long."]
    assert shown.errors("held_at") == []
    assert shown.told() == ["Unknown."]


def test_what_is_wrong_with_the_whole_is_told_of_the_whole() -> None:
    assert form(problem=Problem(409, "it has another mediator")).told() == ["it has another mediator"]


def test_what_is_wrong_with_one_of_several_answers_stands_beside_their_question() -> None:
    problem = Problem(422, "", None, [("/attended/0", "Must be one of: applicant, respondent.")])

    assert form(("attended", "cat"), problem=problem).errors("attended") == ["Must be one of: applicant, respondent."]


def test_a_form_sent_again_keeps_its_key_and_a_new_one_has_another() -> None:
    assert form(("key", "the-key-of-this-form")).key == "the-key-of-this-form"
    assert Form("filing").key != Form("filing").key


def test_a_row_that_is_folded_away_is_unfolded_when_it_is_wrong() -> None:
    folded = Field("place", "地点", fold="更多")

    assert not Form("session", [folded]).is_unfolded
    assert Form("session", [folded], None, Problem(422, "", None, [("/place", "Too long.")])).is_unfolded
