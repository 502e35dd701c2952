"""The mediation file over HTTP: a PDF whose Chinese can be read again; printed beside the service, not in it."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from chassis.calendar import local_day
from tests.service.grievances.running import FILING, Grievances
from tests.support.asking import Reply
from tests.support.instance import MakeDatabase, MakeVhost
from tests.support.service import running


@pytest.fixture(scope="module")
def resolved(service: Grievances) -> Reply:
    today = local_day(datetime.now(UTC)).isoformat()
    agreement = {
        "form": "written",
        "terms": "物业三月底前修复；王小明补缴物业费。\n双方再无争议。",
        "signatures": dict.fromkeys(("applicant", "respondent", "mediator", "committee"), today),
    }
    return service.step(service.mediating(), "resolve", agreement, token=service.mediator)


def take(service: Grievances, dispute: Reply, query: str = "?purpose=review", token: str | None = None) -> Reply:
    path = f"/disputes/{dispute.json['dispute_id']}/file{query}"
    return service.ask("GET", path, token=token or service.officer)


def words(reply: Reply) -> str:
    """All that can be read in a PDF, without white space."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(reply.body)).pages)


def fonts(reader: PdfReader) -> list[Any]:
    found = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert found
    return found


def test_the_file_holds_the_case_in_words_that_can_be_read_again(service: Grievances, resolved: Reply) -> None:
    reply = take(service, resolved)

    said = words(reply)
    number = resolved.json["case_number"]
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert reply.headers["cache-control"] == "no-store"
    assert f"-{number}.pdf" in reply.headers["content-disposition"]
    for told in (
        "调解卷宗",
        "卷内目录",
        "人民调解受理登记表",
        "人民调解记录",
        "人民调解协议书",
        "办理过程",
        "卷宗情况说明",
        "《中华人民共和国人民调解法》第二十七条",
        f"案号{number}",
        FILING["summary"],
        "王小明愿意先检测。",
        "物业三月底前修复；王小明补缴物业费。",
        "联系方式：13800138000",
    ):
        assert told in said, told


def test_its_pages_are_a4_numbered_and_listed(service: Grievances, resolved: Reply) -> None:
    reader = PdfReader(io.BytesIO(take(service, resolved).body))
    read = ["".join(page.extract_text().split()) for page in reader.pages]
    listed = dict(zip(("人民调解受理登记表", "人民调解记录", "人民调解协议书"), (1, 2, 3), strict=True))

    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}
    assert "—1—" not in read[0] + read[1]
    for name, number in listed.items():
        assert f"{number}{name}{number}" in read[1]
        assert name in read[number + 1]
        assert f"—{number}—" in read[number + 1]


def test_every_font_is_inside(service: Grievances, resolved: Reply) -> None:
    reader = PdfReader(io.BytesIO(take(service, resolved).body))

    assert all({"/FontFile2", "/FontFile3"} & font.keys() for font in fonts(reader))


@pytest.mark.parametrize(
    ("query", "who", "status"),
    [
        ("", "officer", 422),
        ("?purpose=contact", "officer", 422),
        ("?purpose=mediation", "mediator", 200),
        ("?purpose=review", "resident", 403),
    ],
)
def test_a_purpose_is_needed_and_a_right(
    service: Grievances, resolved: Reply, query: str, who: str, status: int
) -> None:
    assert take(service, resolved, query, getattr(service, who)).status == status


def test_others_are_answered_while_one_is_printed(service: Grievances, resolved: Reply) -> None:
    answered = 0
    with ThreadPoolExecutor(1) as pool:
        printed = pool.submit(take, service, resolved)
        while not printed.done():
            assert service.ask("GET", "/disputes?limit=1", token=service.officer).status == 200
            answered += 1

    assert printed.result().status == 200
    assert answered > 5


def test_beyond_as_many_as_may_be_one_is_told_to_come_back(service: Grievances, resolved: Reply) -> None:
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: take(service, resolved), range(6)))

    refused = [reply for reply in replies if reply.status != 200]
    assert sum(reply.status == 200 for reply in replies) >= 2
    assert refused
    assert {reply.problem for reply in refused} == {(503, "/problems/busy")}
    assert all(int(reply.headers["retry-after"]) > 0 for reply in refused)
    assert take(service, resolved).status == 200


def test_nothing_of_it_stands_in_the_logs(service: Grievances, resolved: Reply) -> None:
    take(service, resolved)

    assert "王小明" not in service.process.said()


def test_without_a_font_the_service_runs_and_says_which_is_missing(
    service_database: MakeDatabase, vhost: MakeVhost, tmp_path: Path
) -> None:
    nothing = tmp_path / "fonts.conf"
    nothing.write_text("<fontconfig></fontconfig>")
    with running(
        Grievances, service_database("grievances"), vhost(), tmp_path, FONTCONFIG_FILE=str(nothing)
    ) as service:
        service.learn_places()
        refused = take(service, service.file())

    assert refused.problem == (503, "/problems/not-equipped")
    assert "apt-get install fonts-noto-cjk" in refused.json["detail"]
