"""Exports over HTTP: a file that opens, of any length in bounded memory, while others are answered; audited."""

import csv
import http.client
import io
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from chassis.database import connect
from tests.service.grievances.running import XINGHAI, Grievances
from tests.support.waiting import wait_for

MIB = 1024
FEW, MANY = ("440305006012", 10_000), ("440305006013", 50_000)
CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

FILL = """
INSERT INTO disputes (
    dispute_id, area, case_year, serial, relation, category, summary_sealed, filed_by, registered_at, state, version,
    session_count
)
SELECT gen_random_uuid(), %(area)s, 2026, n, 'owner_owner', 'noise', '\\x00', 'resident-1',
    timestamptz '2026-01-01' + n * interval '1 second', 'accepted', 2, 0
FROM generate_series(1, %(count)s) AS n
"""


@pytest.fixture(scope="module")
def filled(service: Grievances) -> Grievances:
    with closing(connect(service.database.admin_url)) as connection, connection.cursor() as cursor:
        for area, count in (FEW, MANY):
            cursor.execute(FILL, {"area": area, "count": count})
        cursor.execute("ANALYZE disputes")
    return service


def officer(service: Grievances, area: str = XINGHAI) -> str:
    return service.token("officer-5", "community_officer", area)


def export(service: Grievances, query: str, area: str = XINGHAI) -> Any:
    return service.ask("GET", f"/disputes/export?{query}", token=officer(service, area))


@contextmanager
def begun(service: Grievances, query: str, area: str) -> Iterator[http.client.HTTPResponse]:
    """An export whose answer has begun, to be read by the test."""
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        headers = {"authorization": f"Bearer {officer(service, area)}"}
        connection.request("GET", f"/disputes/export?{query}", headers=headers)
        yield connection.getresponse()


def audited(service: Grievances, area: str) -> list[str]:
    rows = service.rows(
        "SELECT purpose FROM (SELECT at, purpose, area, action FROM audit_pending "
        "UNION ALL SELECT at, purpose, area, action FROM audit_log) AS a "
        "WHERE area = %s AND action IN ('dispute.export', 'dispute.exported') ORDER BY at",
        area,
    )
    return [row.purpose for row in rows]


def memory(service: Grievances, field: str) -> int:
    """VmRSS or VmHWM of the service's process, in kB."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:"))


def forget_peak(service: Grievances) -> None:
    Path(f"/proc/{service.process.pid}/clear_refs").write_text("5")


def test_a_csv_as_excel_opens_it(service: Grievances) -> None:
    filed = service.file().json

    reply = export(service, f"area={XINGHAI}&state=registered")

    rows = list(csv.reader(io.StringIO(reply.body.decode("utf-8-sig"), newline="")))
    assert (reply.status, reply.headers["content-type"]) == (200, CSV)
    assert reply.body.startswith(b"\xef\xbb\xbf")
    assert rows[0][:3] == ["案号 Case number", "区划代码 Area code", "社区 Community"]
    assert rows[-1][:7] == [
        filed["case_number"],
        XINGHAI,
        "星海名城",
        "维修与漏水",
        "业主与物业",
        "已登记",
        "居民自行提交",
    ]
    assert "filename*=UTF-8''%E7%BA%A0%E7%BA%B7%E5%8F%B0%E8%B4%A6-" in reply.headers["content-disposition"]
    assert "王小明" not in reply.body.decode()


def test_a_workbook_as_excel_opens_it(service: Grievances) -> None:
    filed = service.file().json

    reply = export(service, "format=xlsx&open=true")

    sheet = load_workbook(io.BytesIO(reply.body)).active
    assert (reply.status, reply.headers["content-type"]) == (200, XLSX)
    assert sheet is not None
    last = [cell.value for cell in list(sheet.iter_rows())[-1]]
    assert last[0] == filed["case_number"]
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("format=ods", 422, "csv, xlsx"),
        ("from=2026-03-02&to=2026-03-01", 422, "must not be after"),
        ("from=yesterday", 422, "Not a valid date"),
        ("area=440305006011", 403, "needs one of the roles"),
        ("q=电梯", 422, "Unknown field"),
        # It would stand in the audit.
        ("category=13800138000", 422, "Must be a word"),
        ("relation=wang%20xiaoming", 422, "Must be a word"),
    ],
)
def test_what_is_wrong_is_refused_before_the_file_begins(
    service: Grievances, query: str, status: int, told: str
) -> None:
    reply = export(service, query.replace("电梯", "%E7%94%B5%E6%A2%AF"))

    assert reply.status == status
    assert told in reply.body.decode()


def test_it_is_for_officers_alone(service: Grievances) -> None:
    assert service.ask("GET", "/disputes/export", token=service.mediator).status == 403
    assert service.ask("GET", "/disputes/export", token=service.resident).status == 403
    assert service.ask("GET", "/disputes/export", token=None).status == 401


def test_days_of_registration_narrow_it(filled: Grievances) -> None:
    area, _ = FEW
    reply = export(filled, f"area={area}&from=2026-01-01&to=2026-01-01", area)

    # From the first second of UTC's day on, eight hours after Shanghai's began.
    assert reply.body.count(b"\r\n") == 1 + 10_000
    assert export(filled, f"area={area}&from={date(2026, 1, 2)}", area).body.count(b"\r\n") == 1


def test_the_audit_says_who_took_how_many_rows(filled: Grievances) -> None:
    area, count = FEW
    export(filled, f"area={area}&category=noise", area)

    asked = f"format csv, area {area}, category noise"
    assert audited(filled, area)[-2:] == [asked, f"{count} rows, all of them; {asked}"]


def test_a_caller_who_goes_away_leaves_a_trace_and_nothing_else(filled: Grievances) -> None:
    area, _ = MANY
    with begun(filled, f"area={area}&format=xlsx&state=accepted", area) as answer:
        assert answer.read(1000)

    wait_for(lambda: "then it broke off" in audited(filled, area)[-1])
    held = "SELECT FROM pg_stat_activity WHERE application_name LIKE %s AND state LIKE 'idle in%%'"
    assert filled.rows(held, "linli:grievances%") == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_fifty_thousand_rows_take_no_more_memory_than_ten_thousand(filled: Grievances, form: str) -> None:
    idle, peaks = memory(filled, "VmRSS"), []
    for area, count in (FEW, MANY):
        forget_peak(filled)
        with begun(filled, f"area={area}&format={form}", area) as answer:
            size = sum(len(piece) for piece in iter(lambda answer=answer: answer.read(64 * 1024), b""))
        peaks.append(memory(filled, "VmHWM"))
        assert size > 10 * count

    assert peaks[1] - idle < 40 * MIB
    assert peaks[1] < 1.1 * peaks[0]


def test_others_are_answered_while_a_long_one_goes_on(filled: Grievances) -> None:
    area, _ = MANY
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(export, filled, f"area={area}&format=xlsx", area)
        answered = 0
        while not long.done():
            assert filled.ask("GET", "/disputes?limit=1", token=filled.officer).status == 200
            answered += 1

    assert long.result().status == 200
    assert answered > 20


def test_the_service_holds_none_of_the_libraries_that_offices_need() -> None:
    """They live in processes of their own, or come with the first file; so nobody pays for what is not used."""
    asked = "import sys, services.grievances.service; print({'openpyxl', 'weasyprint', 'jinja2'} & sys.modules.keys())"
    held = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert held.stdout.strip() == "set()"
