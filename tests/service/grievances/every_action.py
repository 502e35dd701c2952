"""Every change of a dispute over HTTP, each with the state it needs and who may do it where a body is complained of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.calendar import local_day
from chassis.http.openapi import endpoints_of
from chassis.identity import Grant
from linli.services import service_class
from tests.service.grievances.running import FILING, XINGHAI, Grievances
from tests.support.asking import Reply
from tests.support.service import TOKEN_S

BODIES = ("party_committee", "workstation", "residents_committee", "owners_committee", "property_office")
STREET, DISTRICT = "440305001000", "440305000000"

ROLES: dict[str, tuple[Grant, ...]] = {
    "community_officer": (Grant("community_officer", XINGHAI),),
    "mediator": (Grant("mediator", XINGHAI),),
    "street_officer": (Grant("street_officer", STREET),),
    "district_officer": (Grant("district_officer", DISTRICT),),
}
ROLES["all of them"] = tuple(grant for grants in ROLES.values() for grant in grants)

EVERYWHERE = tuple(Grant(role, XINGHAI) for role in ("resident", "grid_leader", "hotline"))
"""Beside each, so that no entrypoint refuses by role alone."""


def today() -> str:
    return local_day(datetime.now(UTC)).isoformat()


def in_days(days: int) -> str:
    return (local_day(datetime.now(UTC)) + timedelta(days=days)).isoformat()


@dataclass(frozen=True)
class Attempt:
    """One request, and by whom it succeeds."""

    path: str
    body: Any
    etag: str | None
    token: str


@dataclass(frozen=True)
class Scene:
    """Disputes that complain of one body, taken as far as an attempt needs by the street."""

    service: Grievances
    accused: str

    def token(self, account: str, *grants: Grant) -> str:
        return self.service.issuer.issue(account, list(grants), TOKEN_S)

    @property
    def street(self) -> str:
        return self.token("street-head", Grant("street_officer", STREET))

    def against(self) -> dict[str, str]:
        """Tokens of all who act for the body complained of, by role."""
        found = {role: self.token(f"of-{self.accused}", *grants, *EVERYWHERE) for role, grants in ROLES.items()}
        if self.accused == "workstation":
            staff = {"its own staff": ROLES["community_officer"], "an unregistered mediator": ROLES["mediator"]}
            found |= {role: self.token("staff-1", *grants, *EVERYWHERE) for role, grants in staff.items()}
        return found

    def filed(self) -> Reply:
        respondent = FILING["respondent"] | {"body": self.accused}
        return self.service.file(respondent=respondent, relation="owner_property")

    def step(self, dispute: Reply, name: str, body: Any = None) -> Reply:
        reply = self.service.step(dispute, name, body, token=self.street)
        assert reply.status in (200, 201), reply.json
        return reply

    def accepted(self) -> Reply:
        return self.step(self.filed(), "accept")

    def assigned(self) -> Reply:
        return self.step(self.accepted(), "assign", {"mediator_id": "mediator-1"})

    def mediating(self) -> Reply:
        return self.step(self.assigned(), "sessions", self.service.session())

    def resolved(self) -> Reply:
        return self.step(self.mediating(), "resolve", a_resolution())

    def terminated(self) -> Reply:
        return self.step(self.mediating(), "terminate", {"reason_code": "no_agreement"})

    def drafted(self) -> tuple[Reply, Reply]:
        """The dispute and its draft."""
        dispute = self.mediating()
        return dispute, self.step(dispute, "agreement", a_draft())

    def signed(self) -> tuple[Reply, Reply]:
        """The dispute and its agreement, which binds since the last of four signatures."""
        dispute, agreement = self.drafted()
        for signer, means in (
            ("applicant", "fingerprint"),
            ("respondent", "seal"),
            ("mediator", "signature"),
            ("committee", "seal"),
        ):
            signature = {"signer": signer, "means": means, "signed_on": today()}
            agreement = self.ask(f"{path_of(dispute)}/agreement/signatures", signature, agreement)
        return dispute, agreement

    def applied(self) -> tuple[Reply, Reply]:
        """The dispute and its agreement, of which both parties have asked the court's confirmation."""
        dispute, agreement = self.signed()
        return dispute, self.ask(f"{path_of(dispute)}/agreement/judicial-confirmation", an_application(), agreement)

    def convened(self) -> Reply:
        return self.step(self.accepted(), "joint-case", {"question": "三栋二单元楼道漏水，由谁维修？"})

    def heard(self) -> Reply:
        """A joint case in which all have answered, each by its own account."""
        case = self.convened()
        for body in BODIES:
            token = self.token(f"of-{body}", Grant("resident", XINGHAI))
            case = self.service.ask(
                "POST", f"{joint(case)}/answers", {"body": body, "answer": "同意先检测。"}, token=token
            )
            assert case.status == 201, case.json
        return case

    def ask(self, path: str, body: Any, read: Reply) -> Reply:
        reply = self.service.ask("POST", path, body, token=self.street, if_match=read.headers["etag"])
        assert reply.status in (200, 201), reply.json
        return reply

    def task_of(self, case: Reply, body: str) -> str:
        given = self.service.ask("POST", f"{joint(case)}/tasks", a_task(body), token=self.street)
        assert given.status == 201, given.json
        return f"/joint-tasks/{given.json['task_id']}"

    def other(self) -> str:
        return next(body for body in BODIES if body != self.accused)

    def by_street(self, path: str, read: Reply | None, body: Any = None) -> Attempt:
        return Attempt(path, body, read.headers["etag"] if read else None, self.street)

    def by_resident(self, path: str, read: Reply | None, body: Any = None) -> Attempt:
        return Attempt(path, body, read.headers["etag"] if read else None, self.service.resident)


def path_of(dispute: Reply) -> str:
    return f"/disputes/{dispute.json['dispute_id']}"


def joint(case: Reply) -> str:
    return f"/joint-cases/{case.json['joint_case_id']}"


def a_resolution() -> dict[str, Any]:
    promise = {"by": "respondent", "what": "修复漏点", "due_on": in_days(20)}
    return {
        "form": "written",
        "terms": "物业修复漏点。",
        "signatures": dict.fromkeys(("applicant", "respondent", "mediator", "committee"), today()),
        "obligations": [promise],
    }


def a_draft() -> dict[str, Any]:
    promise = {"by": "respondent", "what": "修复漏点", "due_on": in_days(20)}
    return {"terms": "物业修复漏点。", "obligations": [promise]}


def an_application() -> dict[str, Any]:
    return {"applied_on": today(), "applicants": ["applicant", "respondent"], "court": "南山区人民法院"}


def a_task(body: str) -> dict[str, Any]:
    return {"body": body, "what": "请第三方检测漏点。", "due_on": in_days(10)}


def a_decision() -> dict[str, Any]:
    return {
        "decided_on": today(),
        "decision": "物业于月底前修复。",
        "document_number": "12号",
        "appeal_route": {"body": "南头街道办事处", "within_days": 60, "how": "书面提出"},
    }


def _of_dispute(state: str, name: str, body: Callable[[], Any] = lambda: None) -> Callable[[Scene], Attempt]:
    """A step of the dispute in this state, by the street."""

    def attempt(scene: Scene) -> Attempt:
        dispute = getattr(scene, state)()
        return scene.by_street(f"{path_of(dispute)}/{name}", dispute, body())

    return attempt


def _own(state: str, name: str, body: Callable[[], Any] = lambda: None) -> Callable[[Scene], Attempt]:
    """The same for what is the complainant's to say."""

    def attempt(scene: Scene) -> Attempt:
        dispute = getattr(scene, state)()
        return scene.by_resident(f"{path_of(dispute)}/{name}", dispute, body())

    return attempt


def _of_agreement(name: str, body: Callable[[], Any]) -> Callable[[Scene], Attempt]:
    def attempt(scene: Scene) -> Attempt:
        dispute, agreement = scene.signed()
        return scene.by_street(f"{path_of(dispute)}/agreement/{name}", agreement, body())

    return attempt


def _of_draft(name: str, body: Callable[[], Any] = lambda: None) -> Callable[[Scene], Attempt]:
    def attempt(scene: Scene) -> Attempt:
        dispute, draft = scene.drafted()
        return scene.by_street(f"{path_of(dispute)}/agreement/{name}", draft, body())

    return attempt


def _court_decided(scene: Scene) -> Attempt:
    dispute, applied = scene.applied()
    path = f"{path_of(dispute)}/agreement/judicial-confirmation/decision"
    return scene.by_street(path, applied, {"outcome": "confirmed", "decided_on": today()})


def _answer_for_another(scene: Scene) -> Attempt:
    case = scene.convened()
    answer = {"body": scene.other(), "answer": "同意先检测。"}
    other = scene.token(f"of-{scene.other()}", Grant("resident", XINGHAI))
    return Attempt(f"{joint(case)}/answers", answer, None, other)


def _task_of_another(scene: Scene) -> Attempt:
    task = scene.task_of(scene.convened(), scene.other())
    return scene.by_street(f"{task}/done", None, {"record": "已检测。"})


def _tasks(scene: Scene) -> Attempt:
    return scene.by_street(f"{joint(scene.convened())}/tasks", None, a_task(scene.other()))


def _decision(scene: Scene) -> Attempt:
    case = scene.heard()
    return scene.by_street(f"{joint(case)}/decision", case, a_decision())


def _linked(scene: Scene) -> Attempt:
    dispute, first = scene.filed(), scene.filed()
    return scene.by_street(f"{path_of(dispute)}/link", dispute, {"to": first.json["dispute_id"]})


def _unlinked(scene: Scene) -> Attempt:
    first = scene.filed()
    linked = scene.step(scene.filed(), "link", {"to": first.json["dispute_id"]})
    return scene.by_street(f"{path_of(linked)}/unlink", linked, {"reason_code": "new_facts"})


_OF = "POST /disputes/<uuid:dispute_id>"

ACTIONS: dict[str, Callable[[Scene], Attempt]] = {
    f"{_OF}/accept": _of_dispute("filed", "accept"),
    f"{_OF}/assign": _of_dispute("accepted", "assign", lambda: {"mediator_id": "mediator-1"}),
    f"{_OF}/reassign": _of_dispute(
        "assigned", "reassign", lambda: {"successor_id": "mediator-2", "reason_code": "near_relative"}
    ),
    f"{_OF}/unassign": _of_dispute("assigned", "unassign", lambda: {"on_behalf_of": "respondent"}),
    f"{_OF}/refuse": _of_dispute("filed", "refuse", lambda: {"reason_code": "before_authority"}),
    f"{_OF}/terminate": _of_dispute("mediating", "terminate", lambda: {"reason_code": "no_agreement"}),
    f"{_OF}/sessions": _of_dispute("assigned", "sessions", Grievances.session),
    f"{_OF}/resolve": _of_dispute("mediating", "resolve", a_resolution),
    f"{_OF}/reopen": _of_dispute("terminated", "reopen", lambda: {"reason_code": "new_facts"}),
    f"{_OF}/link": _linked,
    f"{_OF}/unlink": _unlinked,
    f"{_OF}/secret": _of_dispute("filed", "secret"),
    f"{_OF}/comments": _of_dispute("filed", "comments", lambda: {"text": "检测已约在周五上午。"}),
    f"{_OF}/confirmation": _own("resolved", "confirmation", lambda: {"confirmed": True, "satisfaction": 4}),
    f"{_OF}/withdrawal": _own("filed", "withdrawal"),
    f"{_OF}/agreement": _of_dispute("mediating", "agreement", a_draft),
    f"{_OF}/agreement/signatures": _of_draft(
        "signatures", lambda: {"signer": "applicant", "means": "seal", "signed_on": today()}
    ),
    f"{_OF}/agreement/withdraw": _of_draft("withdraw"),
    f"{_OF}/agreement/obligations/<int:number>/performed": _of_agreement(
        "obligations/1/performed", lambda: {"performed_on": today()}
    ),
    f"{_OF}/agreement/judicial-confirmation": _of_agreement("judicial-confirmation", an_application),
    f"{_OF}/agreement/judicial-confirmation/decision": _court_decided,
    f"{_OF}/visits": _of_dispute(
        "resolved", "visits", lambda: {"held_on": today(), "performed": "no", "record": "物业尚未派人。"}
    ),
    f"{_OF}/joint-case": _of_dispute("accepted", "joint-case", lambda: {"question": "由谁维修？"}),
    "POST /joint-cases/<uuid:joint_case_id>/answers": _answer_for_another,
    "POST /joint-cases/<uuid:joint_case_id>/tasks": _tasks,
    "POST /joint-tasks/<uuid:task_id>/done": _task_of_another,
    "POST /joint-cases/<uuid:joint_case_id>/decision": _decision,
    "POST /referrals": lambda scene: scene.by_street(
        "/referrals", None, {"dispute_id": scene.filed().json["dispute_id"], "matter": "楼道漏水三个月。"}
    ),
}
"""Entrypoint → the attempt, in a state in which it succeeds by another's hand."""

ELSEWHERE: dict[str, str] = {
    "POST /disputes": "everyone files, also with the office complained of; what comes after is not theirs",
    "POST /follow/<case_number>/comments": "the secret alone opens it, and only who filed has that",
    "POST /follow/<case_number>/confirmation": "the secret alone opens it, and only who filed has that",
    "POST /follow/<case_number>/withdrawal": "the secret alone opens it, and only who filed has that",
    "POST /follow/<case_number>/referrals/<number>/contest": "the secret alone opens it, and only who filed has that",
    "POST /seats": "from above alone; tests of the seats",
    "POST /seats/<uuid:seat_id>/end": "from above alone; tests of the seats",
    "POST /committees": "who mediates in a community, not a case",
    "POST /committees/<uuid:committee_id>/mediators": "who mediates in a community, not a case",
    "POST /mediators/<uuid:appointment_id>/end": "who mediates in a community, not a case",
    "PUT /deadline-rules/<rule>": "rules for all, not a case",
    "POST /escalations/<uuid:escalation_id>/instruction": "of who sees what is behind it; tests of the escalations",
    "POST /notes": "there is no case yet",
    "POST /notes/<uuid:note_id>/case": "there is no case yet",
    "POST /notes/<uuid:note_id>/close": "there is no case yet",
    "POST /notes/<uuid:note_id>/suggestion": "there is no case yet",
}
"""What changes no dispute, and why it cannot hide, move or close one."""

ELSEWHERE_BEGINS: dict[str, str] = {
    "POST /referrals/<uuid:referral_id>/": "referrals have a body or department of their own: tests of referrals",
    "POST /departments": "who is in charge of what, not a case",
    "POST /open311/": "files as everyone does",
}


DECLARED = sorted(
    f"{each.endpoint.method} {each.endpoint.path}"
    for each in endpoints_of(service_class("grievances"))
    if each.endpoint.changes
)


def seat_everybody(service: Grievances) -> None:
    """One account in each body, given by the street."""
    for body in BODIES:
        given = {"area": XINGHAI, "body": body, "account_id": f"of-{body}"}
        assert service.ask("POST", "/seats", given, token=Scene(service, body).street).status == 201


def everything(service: Grievances) -> dict[str, Any]:
    """All rows of all tables but the chassis's own bookkeeping, by one number each."""
    tables = service.rows(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
        "AND relname NOT LIKE 'audit%%' AND relname NOT LIKE '%%yoyo%%' AND relname NOT LIKE 'idempotency%%' "
        "AND relname NOT LIKE 'relay%%' AND relname NOT LIKE 'event_log%%' AND relname <> 'progress'"
    )
    sums = (f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)) FROM {name} AS t" for (name,) in tables)
    return {name: (count, checksum) for name, count, checksum in service.rows(" UNION ALL ".join(sums))}


def made(service: Grievances, attempt: Attempt, token: str) -> Reply:
    version = {} if attempt.etag is None else {"if_match": attempt.etag}
    return service.ask("POST", attempt.path, attempt.body, token=token, **version)


def nobody_of_it_does_and_another_does(scene: Scene, action: str) -> None:
    """Whoever acts for the body complained of is refused in every role and changes no row; the same request succeeds
    by another's hand.
    """
    attempt = ACTIONS[action](scene)
    before = everything(scene.service)

    refused = {role: made(scene.service, attempt, token) for role, token in scene.against().items()}

    assert {role: reply.status for role, reply in refused.items() if reply.status not in (403, 404)} == {}
    assert everything(scene.service) == before
    other = made(scene.service, attempt, attempt.token)
    assert other.status in (200, 201), other.json
