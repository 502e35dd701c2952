"""What is told about people lies in the clear in no table and no log, whichever way it came in.

Every text of every command below holds one word, a name and a phone, and each command has an Idempotency-Key, under
which its answer is kept. In rows they may stand nowhere: not in facts, kept answers, audit or what is sealed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import uuid_utils.compat

from tests.service.grievances.every_action import DISTRICT, STREET, in_days, today
from tests.service.grievances.running import FILING, XINGHAI, Grievances
from tests.support.asking import Reply
from tests.support.waiting import wait_for

WORD = "保密词句"
TEXT = f"{WORD}：王小明，电话13800138000"
PHONE = "13800138000"
FOUND = (WORD, "王小明", PHONE)

BROUGHT_UP = """
UPDATE deadlines SET due_at = now() - interval '9 days', street_at = now() - interval '6 days',
    district_at = now() + interval '1 day', next_at = now() - interval '10 days'
WHERE thing_id = %s
"""


@dataclass(frozen=True)
class Walk:
    """Commands one after another, each under a key of its own."""

    service: Grievances

    def ask(
        self, path: str, body: Any = None, *, by: str | None = None, of: Reply | None = None, **headers: str
    ) -> Reply:
        if of is not None:
            headers["if_match"] = of.headers["etag"]
        headers["idempotency_key"] = str(uuid_utils.compat.uuid7())
        token = None if "case_secret" in headers else by or self.service.officer
        reply = self.service.ask("POST", path, body or {}, token=token, **headers)
        assert reply.status in (200, 201), reply.text
        return reply

    def file(self, **changes: Any) -> Reply:
        return self.ask("/disputes", FILING | {"summary": TEXT} | changes, by=self.service.resident)

    def mediating(self) -> tuple[str, Reply, Reply]:
        filed = self.file()
        path = f"/disputes/{filed.json['dispute_id']}"
        case = self.ask(f"{path}/assign", {"mediator_id": "mediator-1"}, of=self.ask(f"{path}/accept", of=filed))
        return (
            path,
            filed,
            self.ask(f"{path}/sessions", self.service.session() | {"record": TEXT, "place": WORD}, of=case),
        )

    def agree(self) -> None:
        path, filed, case = self.mediating()
        promise = {"by": "respondent", "what": TEXT, "due_on": in_days(3)}
        paper = self.ask(f"{path}/agreement", {"terms": TEXT, "obligations": [promise]}, of=case)
        for signer, means in (
            ("applicant", "seal"),
            ("respondent", "seal"),
            ("mediator", "signature"),
            ("committee", "seal"),
        ):
            paper = self.ask(f"{path}/agreement/signatures", {"signer": signer, "means": means}, of=paper)
        resolved = self.service.ask("GET", path, token=self.service.officer)
        self.ask(f"{path}/visits", {"performed": "no", "record": TEXT}, of=resolved)
        said = {"confirmed": False, "comment": TEXT}
        shown = {"case_secret": filed.json["follow_secret"]}
        self.ask(f"/follow/{filed.json['case_number']}/confirmation", said, **shown)
        self.ask(f"/follow/{filed.json['case_number']}/comments", {"text": TEXT}, **shown)
        self.ask(f"{path}/comments", {"text": TEXT, "visible_to_complainant": False})
        self.ask(f"{path}/secret")

    def hear_the_bodies(self) -> None:
        """A text of a joint case is refused where it names a party; the word alone passes."""
        path, _, case = self.mediating()
        held = self.ask(f"{path}/joint-case", {"question": WORD}, of=case)
        joint = f"/joint-cases/{held.json['joint_case_id']}"
        self.ask(f"{joint}/answers", {"body": "party_committee", "answer": WORD})
        self.ask(f"{joint}/tasks", {"body": "party_committee", "what": WORD, "due_on": in_days(3)})
        [task] = self.service.ask("GET", joint, token=self.service.officer).json["tasks"]
        self.ask(f"/joint-tasks/{task['task_id']}/done", {"record": WORD})

    def note(self) -> None:
        place = {"area": XINGHAI, "text": TEXT}
        suggestion = self.ask("/notes", place)
        path = f"/notes/{suggestion.json['note_id']}"
        suggestion = self.ask(f"{path}/suggestion", of=suggestion)
        self.ask(f"{path}/close", {"outcome": "adopted", "answer": TEXT}, of=suggestion)
        case = self.ask("/notes", place)
        filing = {name: FILING[name] for name in ("relation", "category", "applicant", "respondent")}
        self.ask(f"/notes/{case.json['note_id']}/case", filing, of=case)

    def refer(self) -> None:
        district = self.service.district
        code = {"code": "sealed", "name_zh": "区城管局", "name_en": "x", "level": "district", "area": DISTRICT}
        self.ask("/departments", code, by=district)
        for account, position in (("d-1", "staff"), ("d-2", "head")):
            self.ask("/departments/sealed/seats", {"account_id": account, "position": position}, by=district)
        handler = self.service.token("d-1", "department_officer", DISTRICT)
        asked = {"dispute_id": self.file().json["dispute_id"], "matter": TEXT}
        referral = self.ask("/referrals", asked, by=self.service.resident)
        path, to = f"/referrals/{referral.json['referral_id']}", {"department_code": "sealed", "reason": TEXT}
        more = {"days": 3, "approver_id": "d-2", "reason": TEXT}
        answer = {"answer": TEXT, "document_number": "1", "answered_on": today()}
        for step, body, by in (
            ("sort", to, district),
            ("object", {"reason": TEXT}, handler),
            ("sort", to, district),
            ("accept", {}, handler),
            ("extend", more, handler),
            ("answer", answer, handler),
            ("contest", {"grounds": TEXT}, self.service.resident),
        ):
            referral = self.ask(f"{path}/{step}", body, by=by, of=referral)

    def order(self) -> None:
        thing_id = self.file().json["dispute_id"]
        self.service.rows(f"{BROUGHT_UP} RETURNING 1", thing_id)
        street = self.service.token("street-1", "street_officer", STREET)

        def came() -> list[str]:
            found = self.service.ask("GET", "/escalations?limit=100", token=street).json["items"]
            return [one["escalation_id"] for one in found if one["thing_id"] == thing_id]

        [escalation] = wait_for(came)
        self.ask(f"/escalations/{escalation}/instruction", {"instruction": TEXT}, by=street)

    def read(self) -> None:
        """What reading leaves behind: each opens all it can, for a purpose."""
        colleague = self.service.token("officer-2", "community_officer")
        for case in self.service.ask("GET", "/disputes?limit=20", token=colleague).json["items"]:
            for part in ("", "/sessions", "/agreements", "/comments", "/timeline"):
                path = f"/disputes/{case['dispute_id']}{part}?purpose=review"
                assert self.service.ask("GET", path, token=colleague).status in (200, 404)


@pytest.fixture(scope="module")
def told(service: Grievances) -> Grievances:
    walk = Walk(service)
    for part in (walk.agree, walk.hear_the_bodies, walk.note, walk.refer, walk.order, walk.read):
        part()
    return service


def columns(service: Grievances) -> Iterator[tuple[str, str, str]]:
    yield from service.rows(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY', 'character varying') ORDER BY 1, 2"
    )


def test_in_no_column_of_any_table(told: Grievances) -> None:
    lies_open = [
        (table, column, word)
        for table, column, kind in columns(told)
        for word in FOUND
        if told.rows(
            f'SELECT FROM "{table}" WHERE position(%s::bytea IN "{column}") > 0 LIMIT 1'
            if kind == "bytea"
            else f'SELECT FROM "{table}" WHERE "{column}"::text LIKE %s LIMIT 1',
            word.encode() if kind == "bytea" else f"%{word}%",
        )
    ]

    assert lies_open == []


def test_in_no_line_of_the_log(told: Grievances) -> None:
    said = told.process.said()

    assert [word for word in FOUND if word in said] == []


def test_in_no_metric(told: Grievances) -> None:
    shown = told.ask("GET", "/metrics", token=None).text

    assert [word for word in FOUND if word in shown] == []


def test_the_walk_has_told_it_everywhere(told: Grievances) -> None:
    """So that the tests above can fail: each of these tables holds what was sealed."""
    tables = (
        *("disputes", "dispute_parties", "sessions", "agreements", "obligations", "visits", "comments", "joint_cases"),
        *("joint_answers", "joint_tasks", "notes", "referrals", "referral_steps", "referral_answers", "escalations"),
        *("mediators", "idempotency_keys", "outbox"),
    )

    assert [table for table in tables if not told.rows(f"SELECT FROM {table} LIMIT 1")] == []
