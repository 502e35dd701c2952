"""Members, grievances and statistics as real processes, each with things that belong to people of one community."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

import uuid_utils.compat

from chassis.envelope import Event
from chassis.http.answer import FORM, JSON
from chassis.http.openapi import Declared, endpoints_of, read_docstring
from chassis.identity import Grant
from linli.services import service_class
from tests.service.grievances.every_action import STREET, Scene, seat_everybody
from tests.service.grievances.running import Grievances
from tests.service.members.running import HERE, Members, officer
from tests.service.statistics.running import Statistics
from tests.support.asking import Reply
from tests.support.forging import Forger
from tests.support.service import Service
from tests.support.waiting import wait_for

PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<choice>\w+)[^)]*\))?:)?(?P<name>\w+)>")
UNKNOWN = {"uuid": str(uuid4()), "int": "1", "area": HERE}
"""What an address holds where nobody has such a thing."""

SECRET = "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"

ROWS = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
AND relname NOT LIKE 'audit%%' AND relname NOT LIKE '%%yoyo%%' AND relname <> 'progress'
"""


@dataclass(frozen=True)
class Office:
    """One service. `things`: what an address of it calls an id → the id of such a thing that is somebody's."""

    service: Service
    forger: Forger
    things: Mapping[str, str]

    @property
    def declared(self) -> tuple[Declared, ...]:
        return declared(self.service.name)

    @property
    def insider(self) -> str:
        """The token of one who may do everything here."""
        return self.service.token_for("officer-1", *EVERY_ROLE)

    def ask(self, each: Declared, token: str | None) -> Reply:
        """The request its documentation shows, for things that are there; with a secret that opens nothing."""
        endpoint, headers = each.endpoint, {name.replace("-", "_"): SECRET for name in each.endpoint.headers}
        _, body, _ = read_docstring(each.docstring)
        if endpoint.versioned:
            headers["if_match"] = '"1"'
        query = re.search(rf"^{endpoint.method} \S+(\?\S+)$", each.docstring, re.MULTILINE)
        path = self.path_of(each) + (query[1] if query else "")
        if JSON in endpoint.body_media:
            return self.service.request(endpoint.method, path, body, token=token, **headers)
        form = b"service_code=repair&description=x"
        return self.service.request(endpoint.method, path, raw=form, token=token, content_type=FORM, **headers)

    def path_of(self, each: Declared) -> str:
        def value(found: re.Match[str]) -> str:
            return found["choice"] or self.things.get(found["name"]) or UNKNOWN.get(found["kind"], "unknown")

        return PARAMETER.sub(value, each.endpoint.path)

    def rows(self) -> dict[str, Any]:
        """All rows of all tables, by number and sum; those of the audit by number, as they are sealed meanwhile."""
        sums = [
            f"SELECT '{name}', count(*), sum(hashtextextended(t::text, 0)) FROM {name} AS t"
            for (name,) in self.service.rows(ROWS)
        ]
        sums.append("SELECT 'audit', (SELECT count(*) FROM audit_pending) + (SELECT count(*) FROM audit_log), 0")
        return {name: (count, checksum) for name, count, checksum in self.service.rows(" UNION ALL ".join(sums))}


@cache
def declared(service: str) -> tuple[Declared, ...]:
    return tuple(endpoints_of(service_class(service)))


def opened(service: Service) -> Office:
    """What it needs is told and made; its issuer has a second key."""
    forger = Forger(service.issuer)
    # Read when the first token comes.
    (service.process.log.parent / "jwks.json").write_text(json.dumps(forger.jwks()))
    match service:
        case Grievances():
            things = of_grievances(service.learn_places())
        case Members():
            things = of_members(service)
        case Statistics():
            service.learn_tree()
            things = {"code": HERE}
    return Office(service, forger, things)


def of_grievances(service: Grievances) -> dict[str, str]:
    scene = Scene(service, "property_office")
    seat_everybody(service)
    dispute, _ = scene.signed()
    joint_case = scene.convened()
    note = service.ask("POST", "/notes", {"area": HERE, "text": "三栋居民希望楼道装灯。"}, token=service.officer)
    complaint = {"dispute_id": dispute.json["dispute_id"], "matter": "楼道漏水三个月。"}
    referral = service.ask("POST", "/referrals", complaint, token=service.resident)
    [mediator, *_] = service.rows(
        "SELECT committee_id::text, appointment_id::text FROM mediators WHERE area = %s", HERE
    )
    [seat, *_] = service.rows("SELECT seat_id::text FROM seats WHERE area = %s", HERE)
    return {
        **{name: dispute.json[name] for name in ("dispute_id", "case_number")},
        **dict.fromkeys(("service_request_id", "token"), dispute.json["case_number"]),
        "joint_case_id": joint_case.json["joint_case_id"],
        "task_id": scene.task_of(joint_case, "party_committee").rpartition("/")[2],
        "note_id": note.json["note_id"],
        "referral_id": referral.json["referral_id"],
        **mediator._asdict(),
        **seat._asdict(),
    }


def of_members(service: Members) -> dict[str, str]:
    query = f"/grid-units?area={HERE}&kind=community"
    [community] = service.ask("GET", query, grant=officer()).json["items"]
    place = {"parent_id": community["grid_unit_id"], "kind": "compound", "label": "一期"}
    unit = service.ask("POST", "/grid-units", place, grant=officer())
    holder = {"holder_id": "leader-1", "holder_name": "王小明", "holder_phone": "13800138000"}
    leads = {"grid_unit_id": unit.json["grid_unit_id"], "level": "compound", **holder}
    tenure = service.ask("POST", "/tenures", leads, grant=officer())
    service.publish(resolved(unit.json["grid_unit_id"]))
    [notice] = wait_for(lambda: service.rows("SELECT notice_id::text FROM notices"))
    return {**{name: tenure.json[name] for name in ("tenure_id", "grid_unit_id")}, **notice._asdict()}


def resolved(grid_unit_id: str) -> Event:
    """What tells a place's leaders, as grievances tells it."""
    dispute_id = str(uuid_utils.compat.uuid7())
    data = {"dispute_id": dispute_id, "category": "parking", "grid_unit_id": grid_unit_id}
    event_id, now = uuid_utils.compat.uuid7(), datetime.now(UTC)
    return Event(event_id, "grievances", "dispute.resolved", dispute_id, 5, HERE, now, data)


EVERY_ROLE = tuple(
    Grant(role, area)
    for area, roles in {
        HERE: ("community_officer", "mediator", "grid_leader", "hotline", "resident"),
        STREET: ("street_officer",),
        "440305000000": ("district_officer", "auditor", "operator", "department_officer"),
    }.items()
    for role in roles
)
"""What opens any entrypoint of this community."""
