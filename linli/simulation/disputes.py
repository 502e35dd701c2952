"""The steps of a dispute as requests, whichever part has told them: mediations and hotline tickets share one life."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from chassis.calendar import local_day
from linli.simulation import words
from linli.simulation.acts import Act, Ask, Case, Ground, Hear, Request, Told, Voice
from linli.wire import body_of

SERVICE = "grievances"
MEDIATORS = 3
"""Of a community's committee, the fewest that the law allows (人民调解法 Art. 8)."""

RESIDENTS = 40
"""Accounts with which a community's residents file (*)."""

HOTLINE_DESKS = 12
"""Accounts of the 12345 line (*)."""

SESSION_BEGAN = timedelta(minutes=45)
"""How long before it is recorded."""

BODIES = ("party_committee", "workstation", "residents_committee", "owners_committee", "property_office")

ADDS_A_VERSION = frozenset(
    {
        *("accept", "assign", "unassign", "reassign", "session", "resolve", "decide", "refuse", "terminate", "reopen"),
        *("confirm", "deny", "withdraw"),
    }
)


def officer(case: Case) -> Voice:
    """Acts for the committee."""
    return Voice(f"officer-{case.community.code}", "community_officer", case.community.code)


def mediator(case: Case, number: int) -> Voice:
    return Voice(f"mediator-{case.community.code}-{number}", "mediator", case.community.code)


def filer(case: Case, ground: Ground) -> Voice:
    """Whoever files has no step to take afterwards: a colleague takes them."""
    code, number = case.community.code, case.facts["filer"]
    match case.facts["channel"]:
        case "hotline":
            return Voice(f"hotline-{number % HOTLINE_DESKS}", "hotline", ground.district)
        case "officer":
            return Voice(f"desk-{code}", "community_officer", code)
        case "grid_leader":
            return Voice(f"leader-{code}-building-0", "grid_leader", code)
        case "mediator":
            return mediator(case, MEDIATORS - 1)
    return Voice(f"resident-{code}-{number % RESIDENTS}", "resident", code)


def register(act: Act, told: Told, ground: Ground) -> Request:
    case = act.case
    places = ground.households.get(case.community.code, ())
    at = case.facts["household"]
    body = words.filing(case, places[at % len(places)] if places and at is not None else None)
    if case.facts["channel"] == "mediator":
        body["basis"] = "own_initiative"
    if case.facts["channel"] == "hotline":
        body["ticket_kind"] = case.facts["ticket_kind"]
    return Request(SERVICE, "POST", "/disputes", body, filer(case, ground))


def accept(act: Act, told: Told, ground: Ground) -> Request:
    return _step(act, told, "accept", None, officer(act.case))


def assign(act: Act, told: Told, ground: Ground) -> Request:
    named = {"mediator_id": mediator(act.case, act.details["mediator"]).account, "chosen_by": act.details["chosen_by"]}
    return _step(act, told, "assign", named, officer(act.case))


def unassign(act: Act, told: Told, ground: Ground) -> Request:
    """The other side refuses the mediator (人民调解法 Art. 23)."""
    return _step(act, told, "unassign", {"on_behalf_of": "respondent"}, officer(act.case))


def reassign(act: Act, told: Told, ground: Ground) -> Request:
    """A mediator who is not impartial is replaced (人民调解法 Art. 14)."""
    successor = mediator(act.case, act.details["mediator"]).account
    return _step(act, told, "reassign", {"successor_id": successor, "reason_code": "interest"}, officer(act.case))


def session(act: Act, told: Told, ground: Ground) -> Request:
    held_at = max(act.at - SESSION_BEGAN, _midnight(act.at))
    body = {
        "held_at": held_at.isoformat(),
        "attended": ["applicant", "respondent"],
        "record": words.CALL if act.details.get("by_phone") else words.SESSION,
    }
    return _step(act, told, "sessions", body, mediator(act.case, act.details["mediator"]))


def resolve(act: Act, told: Told, ground: Ground) -> Request:
    today = local_day(act.at).isoformat()
    body: dict[str, Any] = {"form": act.details["form"], "terms": words.TERMS, "reached_on": today}
    if act.details["form"] == "written":
        body["signatures"] = dict.fromkeys(("applicant", "respondent", "mediator", "committee"), today)
    else:
        body["confirmed_by_applicant_on"] = today
    return _step(act, told, "resolve", body, mediator(act.case, act.details["mediator"]))


def refuse(act: Act, told: Told, ground: Ground) -> Request:
    side = "respondent" if act.details["reason"] == "party_refused" else None
    return _step(act, told, "refuse", {"reason_code": act.details["reason"], "on_behalf_of": side}, officer(act.case))


def terminate(act: Act, told: Told, ground: Ground) -> Request:
    side = "respondent" if act.details["reason"] == "party_ended" else None
    body = {"reason_code": act.details["reason"], "on_behalf_of": side}
    return _step(act, told, "terminate", body, mediator(act.case, act.details["mediator"]))


def visit(act: Act, told: Told, ground: Ground) -> Request:
    found = act.details["performed"]
    return _step(act, told, "visits", {"performed": found, "record": words.VISIT[found]}, officer(act.case))


def reopen(act: Act, told: Told, ground: Ground) -> Request:
    return _step(act, told, "reopen", {"reason_code": act.details["reason"]}, officer(act.case))


def link(act: Act, told: Told, ground: Ground) -> Request:
    """What was told again is worked on with what was told first."""
    path = f"/disputes/{told['again_id']}/link"
    return Request(SERVICE, "POST", path, {"to": told["dispute_id"]}, officer(act.case), if_match=1)


def convene(act: Act, told: Told, ground: Ground) -> Request:
    return _step(act, told, "joint-case", {"question": words.QUESTION}, officer(act.case))


def answer(act: Act, told: Told, ground: Ground) -> Request:
    body = {"body": act.details["body"], "answer": words.ANSWER}
    path = f"/joint-cases/{told['joint_case_id']}/answers"
    return Request(SERVICE, "POST", path, body, officer(act.case))


def decide(act: Act, told: Told, ground: Ground) -> Request:
    """In writing, with the way to appeal (信访工作条例 Art. 32, 35)."""
    decision = {
        "decided_on": local_day(act.at).isoformat(),
        "decision": words.DECISION,
        "document_number": f"社办〔{local_day(act.at).year}〕{act.case.number}"[:60],
        "appeal_route": {"body": "街道办事处", "within_days": 60, "how": "向街道信访办书面提出"},
    }
    path = f"/joint-cases/{told['joint_case_id']}/decision"
    return Request(SERVICE, "POST", path, decision, officer(act.case), if_match=1 + len(BODIES))


def confirm(act: Act, told: Told, ground: Ground) -> Request:
    return _by_secret(told, "confirmation", {"confirmed": True, "satisfaction": act.details["satisfaction"]})


def deny(act: Act, told: Told, ground: Ground) -> Request:
    """It is not resolved: so it is taken up again."""
    return _by_secret(told, "confirmation", {"confirmed": False})


def withdraw(act: Act, told: Told, ground: Ground) -> Request:
    return _by_secret(told, "withdrawal", None)


def _step(act: Act, told: Told, path: str, body: Any, voice: Voice) -> Request:
    return Request(SERVICE, "POST", f"/disputes/{told['dispute_id']}/{path}", body, voice, if_match=told["version"])


def _by_secret(told: Told, path: str, body: Any) -> Request:
    return Request(SERVICE, "POST", f"/follow/{told['case_number']}/{path}", body, secret=told["secret"])


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def registered(act: Act, told: Told, answer: bytes) -> Sequence[Request]:
    filed = body_of(answer)
    told |= {
        "dispute_id": filed["dispute_id"],
        "case_number": filed["case_number"],
        "secret": filed["follow_secret"],
        "version": 1,
    }
    return ()


def registered_again(act: Act, told: Told, answer: bytes) -> Sequence[Request]:
    told["again_id"] = body_of(answer)["dispute_id"]
    return ()


def convened(act: Act, told: Told, answer: bytes) -> Sequence[Request]:
    told["joint_case_id"] = body_of(answer)["joint_case_id"]
    return ()


def went_on(act: Act, told: Told, answer: bytes) -> Sequence[Request]:
    """A step's answer needs no reading: each adds one to the version."""
    told["version"] += act.step in ADDS_A_VERSION
    return ()


ASKS: Mapping[str, Ask] = {
    "register": register,
    "register again": register,
    **{
        made.__name__: made
        for made in (
            *(accept, assign, unassign, reassign, session, resolve, refuse, terminate, visit, reopen, link),
            *(convene, answer, decide, confirm, deny, withdraw),
        )
    },
}

_HEARS: Mapping[str, Hear] = {"register": registered, "register again": registered_again, "convene": convened}


def hear(act: Act, told: Told, answer: bytes) -> Sequence[Request]:
    return _HEARS.get(act.step, went_on)(act, told, answer)


BEGINS = frozenset({"register", "register again"})

FIGURES: Mapping[str, str] = {
    "register": "registered",
    "register again": "registered",
    "accept": "accepted",
    "resolve": "resolved",
    "decide": "resolved",
    "refuse": "refused",
    "withdraw": "refused",
    "terminate": "terminated",
    "reopen": "reopened",
    "deny": "reopened",
    "link": "linked",
    "confirm": "confirmed",
}
"""Which figure of statistics a step adds to. What is withdrawn here no mediator has yet, so it is refused."""
