"""Open311: where a filing lies, how names and times read, what documents hold."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidInput, NotAllowed, NotAuthenticated, NotFound, TooManyRequests
from chassis.http.problems import refusal_of
from services.grievances.disputes.model import Party, PartyKind, Resolution, Side, State
from services.grievances.following.model import Level, Standing
from services.grievances.open311.documents import MEDIA, written
from services.grievances.open311.intake import MAX_TEXT, Community, Told, full_name, place
from services.grievances.open311.model import ServiceRequest, closed_alone, instant, span
from services.grievances.open311.refusals import in_open311

XINGHAI = Community("440305001012", "星海名城", "南头街道")
XING = Community("440305001013", "星海", "南头街道")
HAIYUE = Community("440305006011", "海月", "蛇口街道")
OTHER_HAIYUE = Community("440305007001", "海月", "粤海街道")
KNOWN = (XINGHAI, XING, HAIYUE, OTHER_HAIYUE)
NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


def told(description: str = "漏水", **where: str) -> Told:
    return Told(
        service_code="repair",
        relation="owner_property",
        applicant=Party(Side.APPLICANT, PartyKind.PERSON, "王小明", "13800138000"),
        respondent=Party(Side.RESPONDENT, PartyKind.ORGANISATION, "星海物业服务中心", None),
        description=description,
        **{"address_id": None, "community": None, "address_string": None, **where},
        respondent_body=None,
        ticket_kind=None,
        has_media=False,
    )


@pytest.mark.parametrize(
    ("where", "community"),
    [
        ({"address_id": "440305001012"}, XINGHAI),
        ({"community": "440305001012"}, XINGHAI),
        ({"community": "440305001012", "address_id": "440305001012"}, XINGHAI),
        ({"address_id": "440305006011", "address_string": "星海名城3栋"}, HAIYUE),
        ({"address_string": "3栋502，星海名城，南头街道"}, XINGHAI),
        ({"address_string": "星海12号"}, XING),
        ({"address_string": "440305006011 海月"}, HAIYUE),
        ({"address_string": "粤海街道海月5栋"}, OTHER_HAIYUE),
    ],
)
def test_a_filing_lies_in_the_community_that_it_names(where: dict[str, str], community: Community) -> None:
    assert place(told(**where), KNOWN) == community


@pytest.mark.parametrize(
    ("where", "field", "right"),
    [
        ({}, "/address_id", "attribute[community]"),
        ({"address_id": "440305001999"}, "/address_id", "440305001012"),
        ({"community": "440305001000"}, "/attribute[community]", "440305001012"),
        ({"community": "440305001012", "address_id": "440305006011"}, "/address_id", "one of them"),
        ({"address_string": "1234 5th street"}, "/address_string", "address_id"),
        ({"address_string": "海月5栋"}, "/address_string", "names 2 communities"),
        ({"address_string": "从星海名城到海月"}, "/address_string", "names 3 communities"),
    ],
)
def test_a_filing_that_names_no_one_community_is_told_what_would_be_right(
    where: dict[str, str], field: str, right: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        place(told(**where), KNOWN)

    assert refused.value.fields[0].pointer == field
    assert right in str(refused.value)


def test_the_address_is_kept_with_what_was_told() -> None:
    assert told("漏水", address_string="3栋502").summary == "漏水\n地址：3栋502"
    with pytest.raises(InvalidInput):
        _ = told("漏" * MAX_TEXT, address_string="3栋502").summary


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("小明", "王", "王小明"),
        (None, "王小明", "王小明"),
        ("王小明", None, "王小明"),
        ("John", "Smith", "John Smith"),
        ("José", "García", "José García"),
        ("John", None, "John"),
        (None, None, None),
    ],
)
def test_names_are_put_together_as_each_language_does(first: str | None, last: str | None, name: str | None) -> None:
    assert full_name(first, last) == name


@pytest.mark.parametrize(
    ("since", "until", "asked"),
    [
        (None, None, (NOW - timedelta(days=90), NOW)),
        (NOW - timedelta(days=200), None, (NOW - timedelta(days=200), NOW - timedelta(days=110))),
        (None, NOW - timedelta(days=200), (NOW - timedelta(days=290), NOW - timedelta(days=200))),
        (NOW - timedelta(days=90), NOW, (NOW - timedelta(days=90), NOW)),
    ],
)
def test_a_list_spans_ninety_days(since: datetime, until: datetime, asked: tuple[datetime, datetime]) -> None:
    assert span(since, until, NOW) == asked


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOW - timedelta(days=90, seconds=1), NOW),
        (NOW, NOW - timedelta(seconds=1)),
        (datetime.max.replace(tzinfo=UTC), None),
        (None, datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_a_longer_or_reversed_range_is_refused(since: datetime | None, until: datetime | None) -> None:
    with pytest.raises(InvalidInput):
        span(since, until, NOW)


def test_statuses_are_open_and_closed() -> None:
    assert [closed_alone(which) for which in ((), ("open",), ("closed",), ("open", "closed"))] == [
        None,
        False,
        True,
        None,
    ]
    with pytest.raises(InvalidInput):
        closed_alone(["open", "assigned"])


def standing(state: State, reason: str | None = None, in_charge: Level | None = None) -> ServiceRequest:
    resolution = Resolution.AGREEMENT if state is State.RESOLVED else None
    return ServiceRequest(
        dispute_id=UUID(int=1),
        service_request_id="440305001012-2026-0007",
        service_code="repair",
        service_name="维修与漏水",
        address_id=XINGHAI.code,
        address=XINGHAI.name,
        requested_at=NOW,
        changed_at=NOW,
        due_at=None,
        standing=Standing(state, reason, resolution, None, in_charge, ()),
        division="星海名城",
        is_confirmed=False,
    )


@pytest.mark.parametrize(
    ("request_", "status", "notes"),
    [
        (standing(State.ACCEPTED, None, Level.COMMUNITY), "open", "已受理"),
        (standing(State.LINKED), "closed", "与相同案件一并办理"),
        (standing(State.RESOLVED), "closed", "已化解；待申请人确认"),
        (
            standing(State.REFUSED, "party_refused"),
            "closed",
            "不予调解：当事人拒绝调解；仍可通过仲裁、行政途径、诉讼解决（人民调解法第三条、第二十六条）",
        ),
    ],
)
def test_a_status_says_why_and_what_stays_open(request_: ServiceRequest, status: str, notes: str) -> None:
    """人民调解法 Art. 3, 26: the other routes are named."""
    assert (request_.status, request_.status_notes) == (status, notes)


def test_who_is_responsible_is_a_level_and_never_a_person() -> None:
    assert standing(State.ACCEPTED, None, Level.STREET).agency_responsible == "星海名城（街道）"
    assert standing(State.RESOLVED).agency_responsible is None


@given(st.text())
def test_any_text_makes_a_document_that_can_be_read(text: str) -> None:
    # What is read here is what was written above, by nobody else.
    xml = fromstring(written("xml", "errors", [{"code": 400, "description": text}]))  # noqa: S314

    assert [element.tag for element in xml.iter()] == ["errors", "error", "code", "description"]
    assert json.loads(written("json", "errors", [text]))[0] == text


def test_a_document_is_utf_8_with_its_declaration() -> None:
    document = written("xml", "services", [{"service_name": "漏水 <&>", "metadata": True, "group": None}])

    assert (
        document
        == (
            '<?xml version="1.0" encoding="utf-8"?>\n<services><service><service_name>漏水 &lt;&amp;&gt;</service_name>'
            "<metadata>true</metadata><group /></service></services>"
        ).encode()
    )


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (NotAuthenticated("the bearer token is not valid here"), 403, "缺少有效的 api_key"),
        (NotAllowed("not here"), 403, "没有权限"),
        (NotFound("service_code was not found"), 404, "service_code was not found"),
        (InvalidInput("no", rule="人民调解法 Art. 17"), 400, "（人民调解法 Art. 17）"),
        (TooManyRequests("slowly", retry_after_s=3), 429, "slowly"),
    ],
)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_refusals_have_the_statuses_of_the_standard(error: Exception, status: int, text: str, form: str) -> None:
    answer = in_open311(refusal_of(error, path=f"/open311/v2/requests.{form}"))

    errors = json.loads(answer.body) if form == "json" else _read(answer.body)
    assert (answer.status, answer.header("content-type")) == (status, MEDIA[form])
    assert [int(one["code"]) for one in errors] == [status]
    assert text in errors[0]["description"]


def _read(body: bytes) -> list[dict[str, str | None]]:
    errors: Element = fromstring(body)  # noqa: S314
    assert errors.tag == "errors"
    return [{field.tag: field.text for field in error} for error in errors]


@pytest.mark.parametrize("text", ["2026-03-10T02:00:00Z", "2026-03-10T10:00:00+08:00", "2026-03-10T10:00:00 08:00"])
def test_a_time_is_read_in_the_format_of_the_standard(text: str) -> None:
    assert instant("start_date", text) == NOW


@pytest.mark.parametrize("text", ["2026-03-10", "2026-03-10T02:00:00", "10.3.2026", "yesterday"])
def test_a_time_without_its_offset_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="start_date"):
        instant("start_date", text)
