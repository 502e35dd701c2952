"""HTTP entrypoints of committees and mediators."""

from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.committees import handlers, schemas
from services.grievances.committees.model import EndReason, Person, Position
from services.grievances.disputes.api import asked_by


class CommitteesApi:
    """Officers enter who was elected and hired; whoever may file sees among whom to choose."""

    database: Database

    @endpoint(
        "POST",
        "/committees",
        roles=access.OFFICERS,
        body=schemas.FormCommittee,
        answer=schemas.FormedCommittee,
        status=201,
        tag="committees",
        summary="Enter a mediation committee 人民调解委员会; the former one's term ends",
    )
    def form_committee(self, request: Request) -> Answer:
        """3–9 members, a woman among them, one chair, for three years (人民调解法 Art. 8, 9, 14).

        By an officer who is not one of them.

        POST /committees
        {"area": "440305001012", "formed_on": "2026-03-01", "members": [
         {"account_id": "mediator-chen", "name": "陈丽", "birth_on": "1980-05-04", "gender": "female",
          "position": "chair"},
         {"account_id": "mediator-li", "name": "李军", "birth_on": "1975-01-30", "gender": "male"},
         {"account_id": "mediator-he", "name": "何敏", "birth_on": "1990-11-12", "gender": "female"}]}

        201 Created
        {"committee_id": "01936f00-0000-7000-8000-00000000000c", "area": "440305001012", "formed_on": "2026-03-01",
         "term_ends_on": "2029-03-01", "member_count": 3, "women_count": 2, "is_complete": true}
        """
        body = request.body
        command = handlers.Form(
            committee_id=uuid_utils.compat.uuid7(),
            area=body["area"],
            formed_on=body["formed_on"],
            term_ends_on=body["term_ends_on"],
            members=[
                _person(told, is_woman=told["gender"] == "female", position=Position(told["position"]))
                for told in body["members"]
            ],
        )
        with self.database.transaction(request.access) as tx:
            committee, members = handlers.form(tx, command, actor=request.actor, now=request.now)
            shown = {**vars(committee), "is_complete": committee.is_complete, "mediators": members}
            where, what = f"/committees?area={committee.area}", f"/committees/{committee.committee_id}"
            return request.answer(tx, shown, location=where, thing=what, area=committee.area)

    @endpoint(
        "GET",
        "/committees",
        roles=access.READERS,
        query=schemas.AreaQuery,
        answer=schemas.Committees,
        tag="committees",
        summary="The current committees of an area and of those that hold it",
    )
    def list_committees(self, request: Request) -> Answer:
        """By their numbers; `is_complete` is false once too many have left, until a new one is formed.

        GET /committees?area=440305001012

        200 OK
        {"committees": [{"committee_id": "01936f00-0000-7000-8000-00000000000c", "area": "440305001012",
         "formed_on": "2026-03-01", "term_ends_on": "2029-03-01", "member_count": 3, "women_count": 2,
          "is_complete": true}]}
        """
        with self.database.transaction(request.access) as tx:
            committees = handlers.list_committees(tx, request.query["area"], actor=request.actor)
            return request.answer(tx, {"committees": committees})

    @endpoint(
        "POST",
        "/committees/<uuid:committee_id>/mediators",
        roles=access.OFFICERS,
        body=schemas.AppointMediator,
        answer=schemas.MediatorView,
        status=201,
        tag="committees",
        summary="Enter a mediator whom the committee has hired",
    )
    def appoint_mediator(self, request: Request, committee_id: UUID) -> Answer:
        """An adult, until the committee's own term ends (人民调解法 Art. 13, 14).

        POST /committees/01936f00-0000-7000-8000-00000000000c/mediators
        {"account_id": "mediator-wu", "name": "吴芳", "birth_on": "1969-08-21"}

        201 Created
        {"appointment_id": "01936f00-0000-7000-8000-00000000000d", "account_id": "mediator-wu", "name": "吴*",
         "kind": "hired", "position": null, "since": "2026-03-05", "term_ends_on": "2029-03-01", "version": 1}
        """
        person = _person(request.body)
        with self.database.transaction(request.access) as tx:
            hired = handlers.hire(tx, committee_id, person, actor=request.actor, now=request.now)
            return request.answer(tx, hired, version=hired.version, area=hired.area)

    @endpoint(
        "POST",
        "/mediators/<uuid:appointment_id>/end",
        roles=access.OFFICERS | {"mediator"},
        body=schemas.EndAppointment,
        answer=schemas.MediatorView,
        versioned=True,
        tag="committees",
        summary="Enter that a mediator has left or was dismissed",
    )
    def end_appointment(self, request: Request, appointment_id: UUID) -> Answer:
        """On the mediator's own request, or for a breach of duty (人民调解法 Art. 15).

        The account is named for no more cases; those it has go on until they are given to a successor.

        POST /mediators/01936f00-0000-7000-8000-00000000000d/end
        If-Match: "1"
        {"reason_code": "own_request"}

        200 OK
        {"appointment_id": "01936f00-0000-7000-8000-00000000000d", "account_id": "mediator-wu",
         "ended_on": "2026-09-30", "version": 2}
        """
        reason = EndReason(request.body["reason_code"])
        with self.database.transaction(request.access) as tx:
            ended = handlers.end(tx, appointment_id, reason=reason, **asked_by(request))
            return request.answer(tx, ended, version=ended.version, area=ended.area)

    @endpoint(
        "GET",
        "/mediators",
        roles=access.READERS,
        query=schemas.AreaQuery,
        answer=schemas.Mediators,
        tag="committees",
        summary="Who may be named or chosen as a mediator in an area",
    )
    def list_mediators(self, request: Request) -> Answer:
        """Of the area's own committee and of those above it, masked; the parties may choose among them (Art. 19).

        GET /mediators?area=440305001012

        200 OK
        {"mediators": [{"appointment_id": "01936f00-0000-7000-8000-00000000000d", "area": "440305001012",
         "account_id": "mediator-chen", "name": "陈*", "kind": "member", "position": "chair", "version": 1}]}
        """
        with self.database.transaction(request.access) as tx:
            found = handlers.list_mediators(tx, request.query["area"], actor=request.actor, now=request.now)
            return request.answer(tx, {"mediators": found})


def _person(told: dict[str, Any], *, is_woman: bool | None = None, position: Position | None = None) -> Person:
    return Person(
        appointment_id=uuid_utils.compat.uuid7(),
        account_id=told["account_id"],
        name=told["name"],
        birth_on=told["birth_on"],
        is_woman=is_woman,
        position=position,
    )
