"""Stand-ins for the services the portal asks, over real HTTP: what they show can be changed, and they can go away."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

DISTRICT = {"code": "440305000000", "name": "南山区", "level": "district", "parent_code": None}
STREETS = [
    {"code": f"440305{number}000", "name": name, "level": "street", "parent_code": DISTRICT["code"]}
    for number, name in (
        ("001", "南头街道"),
        ("002", "南山街道"),
        ("003", "沙河街道"),
        ("005", "蛇口街道"),
        ("006", "招商街道"),
        ("007", "粤海街道"),
        ("008", "桃源街道"),
        ("009", "西丽街道"),
        ("400", "前海合作区"),
    )
]
XINGHAI = {"code": "440305001012", "name": "星海名城社区居委会", "level": "community", "parent_code": "440305001000"}
HAIYUE = {"code": "440305006011", "name": "海月社区居委会", "level": "community", "parent_code": "440305006000"}
AREAS = {area["code"]: area for area in [DISTRICT, *STREETS, XINGHAI, HAIYUE]}


COUNTS = ("registered", "accepted", "resolved", "refused", "terminated", "reopened", "linked", "overdue", "confirmed")


def figures(
    counts: Sequence[int], days: float | None = None, points: Sequence[int] = (0, 0, 0, 0, 0)
) -> dict[str, Any]:
    """Counts in the order of COUNTS; what is left out is 0."""
    given = dict(zip(COUNTS, [*counts, *[0] * (len(COUNTS) - len(counts))], strict=True))
    answers = sum(points)
    is_told = answers >= 5
    return {
        **given,
        "days_to_resolve_sum": int((days or 0) * given["resolved"]),
        "days_to_resolve_count": given["resolved"],
        "average_days_to_resolve": days,
        "satisfaction": {
            "answers": answers,
            "average": round(sum(at * n for at, n in enumerate(points, 1)) / answers, 1) if is_told else None,
            "distribution": list(points) if is_told else None,
        },
    }


NOTHING = figures(())
EVEN: dict[str, Any] = {
    "state": "even",
    "events": 0,
    "kept": 0,
    "as_of": "2026-11-20T02:42:00+00:00",
    "oldest_at": None,
    "unknown_since": None,
    "reason": None,
}


def token(
    actor_id: str = "officer-1", role: str = "district_officer", area: str = "440305000000", lifetime_s: float = 3600
) -> str:
    """A token that reads like a real one; the stand-ins believe it unless told otherwise."""
    expires = datetime.now(UTC) + timedelta(seconds=lifetime_s)
    claims = {"sub": actor_id, "exp": int(expires.timestamp()), "roles": [{"role": role, "area": area}]}
    parts = [json.dumps(part).encode() for part in ({"alg": "ES256"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), "signature"])


def actor_of(bearer: str) -> str:
    payload = bearer.split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])


@dataclass
class Statistics:
    """What `statistics` would answer. `change` moves the ETag as its change counter does."""

    change: int = 1
    total: dict[str, Any] = field(default_factory=lambda: NOTHING)
    before: dict[str, Any] = field(default_factory=lambda: NOTHING)
    children: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: list[dict[str, Any]] = field(default_factory=list)
    by_category: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    by_relation: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    behind: dict[str, Any] | None = field(default_factory=lambda: EVEN)
    is_down: bool = False
    refused: set[str] = field(default_factory=set)
    no_facts_for: set[str] = field(default_factory=set)
    no_parts_for: set[str] = field(default_factory=set)
    no_breakdown_for: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def show(self, **members: Any) -> None:
        for name, value in members.items():
            setattr(self, name, value)
        self.change += 1

    def app(self) -> Flask:
        app = Flask("statistics")
        app.before_request(lambda: _refusal(self.is_down, self.refused))
        app.after_request(self._noted)
        app.get("/statistics/<code>")(self._statistics)
        app.get("/statistics/<code>/children")(self._children)
        app.get("/statistics/<code>/by-category")(lambda code: self._breakdown(code, self.by_category))
        app.get("/statistics/<code>/by-relation", endpoint="relations")(
            lambda code: self._breakdown(code, self.by_relation)
        )
        app.get("/facts")(self._facts)
        return app

    def _noted(self, response: Response) -> Response:
        self.asked.append((request.path, _actor(), response.status_code))
        return response

    def _statistics(self, code: str) -> Response:
        if code not in AREAS:
            return Response(status=404)
        if _actor() in self.forbidden:
            return Response(status=403)
        if request.headers.get("If-None-Match") == f'"{self.change}"':
            return Response(status=304, headers={"ETag": f'"{self.change}"'})
        told = {"behind": self.behind} if self.behind else {}
        return self._tagged({**_head(code), **told, **self._of(AREAS[code], self.total, self.before)})

    def _children(self, code: str) -> Response:
        if _actor() in self.no_parts_for:
            return Response(status=403)
        children = [
            self._of(area, self.children.get(area["code"], NOTHING), NOTHING)
            for area in AREAS.values()
            if area["parent_code"] == code
        ]
        return self._tagged({**_head(code), "children": children})

    def _breakdown(self, code: str, parts: dict[tuple[str, ...], tuple[dict[str, Any], dict[str, Any]]]) -> Response:
        if _actor() in self.no_breakdown_for:
            return Response(status=403)
        told = [{"words": list(words), **self._of(AREAS[code], now, before)} for words, (now, before) in parts.items()]
        for part in told:
            del part["area"]
        return self._tagged({**_head(code), "parts": told})

    def _facts(self) -> Response:
        if _actor() in self.no_facts_for:
            return Response(status=403)
        area = AREAS[request.args["area"]]
        return self._tagged({"area": {"code": area["code"], "name": area["name"]}, "facts": self.facts})

    def _of(self, area: dict[str, Any], now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
        change = {
            name: round((now[name] - before[name]) * 100 / before[name], 1) if before[name] else None for name in COUNTS
        }
        year = {
            "accepted": {"now": now["accepted"], "year_before": before["accepted"]},
            "change_percent": change,
            "figures_year_before": before,
        }
        return {"area": area, "figures": now, "year_over_year": year}

    def _tagged(self, body: dict[str, Any]) -> Response:
        response = jsonify(body)
        response.headers["ETag"] = f'"{self.change}"'
        return response


CASE_NUMBER, CASE_SECRET = "440305001012-2026-0007", "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"
DISPUTE_ID = "01936f00-0000-7000-8000-00000000000a"

FOLLOWED: dict[str, Any] = {
    "case_number": CASE_NUMBER,
    "state": "accepted",
    "state_zh": "已受理",
    "reason_code": None,
    "reason_zh": None,
    "resolution": None,
    "closed_at": None,
    "other_routes": [],
    "other_routes_zh": [],
    "in_charge": "community",
    "in_charge_zh": "社区",
    "due": [{"rule": "dispute.assignment", "rule_zh": "确定调解员", "due_on": "2026-03-12"}],
    "category": "repair",
    "registered_at": "2026-03-06T01:00:00+00:00",
    "confirmed_at": None,
    "satisfaction": None,
    "may_confirm": False,
    "steps": [{"step": "registered", "step_zh": "登记", "taken_at": "2026-03-06T01:00:00+00:00", "reason_code": None}],
    "comments": [],
    "primary": None,
}

DISPUTE: dict[str, Any] = {
    "dispute_id": DISPUTE_ID,
    "case_number": CASE_NUMBER,
    "area": XINGHAI["code"],
    "grid_unit_id": None,
    "relation": "owner_property",
    "category": "repair",
    "state": "registered",
    "version": 1,
    "session_count": 0,
    "mediator_id": None,
    "reason_code": None,
    "agreement_form": None,
    "registered_at": "2026-03-06T01:00:00+00:00",
    "closed_at": None,
    "channel": "resident",
    "basis": "application",
    "ticket_kind": None,
    "respondent_body": None,
    "linked_to": None,
    "chosen_by": None,
    "resolution": None,
    "confirmed_at": None,
    "satisfaction": None,
    "other_routes": [],
    "other_routes_named": [],
    "on_behalf_of": None,
    "applicant": {"kind": "person", "name": "王**", "phone": "138****8000"},
    "respondent": {"kind": "organisation", "name": "星海物业服务中心", "phone": None},
    "summary": None,
    "decision": None,
}


@dataclass(frozen=True)
class Asked:
    """One request as `grievances` heard it."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Grievances:
    """What `grievances` would answer: `dispute` to whoever asks for one, `refusal` to whoever changes something."""

    dispute: dict[str, Any] = field(default_factory=lambda: dict(DISPUTE))
    followed: dict[str, Any] = field(default_factory=lambda: dict(FOLLOWED))
    items: list[dict[str, Any]] = field(default_factory=list)
    refusal: tuple[int, dict[str, Any]] | None = None
    asked: list[Asked] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("grievances")
        app.before_request(self._note)
        app.before_request(self._refuse)
        categories = [{"category": "repair", "name_zh": "维修与漏水", "name_en": "Repairs and leaks"}]
        relations = [{"relation": "owner_property", "name_zh": "业主与物业", "name_en": "Owner and property"}]
        mediators = [{"account_id": "mediator-chen", "name": "陈*", "area": XINGHAI["code"]}]
        fixed: dict[str, Callable[..., Any]] = {
            "/follow/<number>": self._followed,
            "/follow/<number>/referrals": lambda number: jsonify(referrals=[]),
            "/dispute-categories": lambda: jsonify(categories=categories),
            "/dispute-relations": lambda: jsonify(relations=relations),
            "/mediators": lambda: jsonify(mediators=mediators),
            "/disputes": lambda: jsonify(items=self.items, next=None),
            "/disputes/export": self._export,
            "/disputes/<dispute_id>": lambda dispute_id: jsonify(self.dispute),
        }
        for path, answer in fixed.items():
            app.get(path, endpoint=f"get {path}")(answer)
        app.post("/disputes")(self._file)
        app.post("/follow/<number>/<what>", endpoint="say")(lambda number, what: jsonify({}))
        app.post("/disputes/<dispute_id>/<what>", endpoint="step")(lambda dispute_id, what: jsonify(self.dispute))
        return app

    def sent(self) -> Asked:
        """The change that was asked for last."""
        return [one for one in self.asked if one.method == "POST"][-1]

    def _note(self) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.get_json(silent=True)
        self.asked.append(Asked(request.method, request.path, dict(request.args), headers, body))

    def _refuse(self) -> Response | None:
        if self.refusal is None or request.method != "POST":
            return None
        status, problem = self.refusal
        response = jsonify(problem)
        response.status_code = status
        return response

    def _followed(self, number: str) -> Response:
        if (number, request.headers.get("Case-Secret")) == (CASE_NUMBER, CASE_SECRET):
            return jsonify(self.followed)
        response = jsonify(detail="there is no case with this number and secret")
        response.status_code = 404
        return response

    def _file(self) -> Response:
        told = {**self.dispute, "follow_secret": CASE_SECRET, "similar": {"count": 0, "dispute_ids": []}}
        response = jsonify(told)
        response.status_code = 201
        return response

    def _export(self) -> Response:
        return Response("案号\n", content_type="text/csv; charset=utf-8", headers={"Content-Disposition": "attachment"})


@dataclass
class Members:
    """What `members` would answer: everybody's unread notices."""

    notices: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page_size: int = 50
    is_down: bool = False
    refused: set[str] = field(default_factory=set)

    def app(self) -> Flask:
        app = Flask("members")
        app.before_request(lambda: _refusal(self.is_down, self.refused))

        @app.get("/notices")
        def notices() -> Response:
            assert request.args["unread"] == "true"
            own = self.notices.get(_actor(), [])
            return jsonify(items=own[: self.page_size], next="more" if len(own) > self.page_size else None)

        @app.get("/divisions")
        def divisions() -> Response:
            return jsonify(items=list(AREAS.values()), next=None)

        @app.get("/notices/unread")
        def unread() -> Response:
            return jsonify(unread=len(self.notices.get(_actor(), [])))

        @app.post("/notices/<notice_id>/read")
        def read(notice_id: str) -> Response:
            own = self.notices.get(_actor(), [])
            found = [notice for notice in own if notice["notice_id"] == notice_id]
            if not found:
                return Response(status=404)
            own.remove(found[0])
            return jsonify(found[0])

        return app


def _actor() -> str:
    return actor_of(request.headers["Authorization"].removeprefix("Bearer "))


def _refusal(is_down: bool, refused: set[str]) -> Response | None:
    if is_down:
        return Response(status=503)
    return Response(status=401) if _actor() in refused else None


def _head(code: str) -> dict[str, Any]:
    return {
        "area": AREAS[code],
        "period": {"from": "2026-01-01", "to": "2026-11-20"},
        "period_year_before": {"from": "2025-01-01", "to": "2025-11-20"},
    }


@contextmanager
def served(app: Callable[..., Any], port: int = 0) -> Iterator[str]:
    """The address of a WSGI application served by threads of this process."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
