"""HTTP entrypoints of disputes."""

from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import Purpose, eyes
from services.grievances.disputes import handlers, model, schemas, store
from services.grievances.following.api import new_secret
from services.grievances.following.handlers import hash_of


class DisputesApi:
    """File disputes, take them through their life, read them."""

    database: Database

    @endpoint(
        "POST",
        "/disputes",
        roles=access.FILERS,
        body=schemas.RegisterDispute,
        answer=schemas.FiledDispute,
        status=201,
        tag="disputes",
        summary="File a dispute",
    )
    def register_dispute(self, request: Request) -> Answer:
        """Everyone who files gets a case number; mediation is free of charge (人民调解法 Art. 4).

        With it comes a secret, told once: with both, the applicant follows the case without an account (GET /follow).

        POST /disputes
        {"area": "440305001012", "relation": "owner_property", "category": "repair", "summary": "楼道漏水三个月",
         "applicant": {"name": "王小明", "phone": "13800138000"},
         "respondent": {"kind": "organisation", "name": "星海物业服务中心"}}

        201 Created
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "case_number": "440305001012-2026-0007",
         "area": "440305001012", "state": "registered", "version": 1, "follow_secret": "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"}
        """
        body = request.body
        command = handlers.Register(
            area=body["area"],
            grid_unit_id=body["grid_unit_id"],
            relation=body["relation"],
            category=body["category"],
            summary=body["summary"],
            applicant=_party(model.Side.APPLICANT, {"kind": "person", **body["applicant"]}),
            respondent=_party(model.Side.RESPONDENT, body["respondent"]),
            basis=model.Basis(body["basis"]),
            respondent_body=model.Body(body["respondent"]["body"]) if body["respondent"]["body"] else None,
            ticket_kind=model.TicketKind(body["ticket_kind"]) if body["ticket_kind"] else None,
        )
        dispute_id, secret = uuid_utils.compat.uuid7(), new_secret()
        with self.database.transaction(eyes(request.actor)) as tx:
            dispute = handlers.register(
                tx, command, dispute_id=dispute_id, actor=request.actor, now=request.now, secret_hash=hash_of(secret)
            )
            filed = handlers.Filed(**vars(dispute), follow_secret=secret)
            location = f"/disputes/{dispute_id}"
            return request.answer(
                tx, filed, version=dispute.version, location=location, area=dispute.area, confidential=True
            )

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>",
        roles=access.READERS,
        query=schemas.PurposeQuery,
        answer=schemas.DisputeDetail,
        tag="disputes",
        summary="Read a dispute, masked; with a purpose, opened",
    )
    def get_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """Names and phones are masked unless the assigned mediator or an officer states a purpose, which is audited.

        GET /disputes/01936f00-0000-7000-8000-00000000000a

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "mediating", "version": 4,
         "applicant": {"kind": "person", "name": "王**", "phone": "138****8000"}, "summary": null}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            dispute = handlers.get_in_detail(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            return request.answer(tx, dispute, version=dispute.version)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/accept",
        roles=access.STEPPERS,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="Accept a registered dispute",
    )
    def accept_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """The mediation committee takes it on (人民调解法 Art. 17).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/accept
        If-Match: "1"

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "accepted", "version": 2}
        """
        with self.database.transaction(request.access) as tx:
            dispute = handlers.accept(tx, dispute_id, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/assign",
        roles=access.COMMITTEE | access.ABOVE,
        body=schemas.AssignMediator,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="Name the mediator",
    )
    def assign_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """The committee names a mediator, who has no part in the dispute (人民调解法 Art. 14, 19).

        Until the first session another one can be named, as the parties may refuse the first (Art. 23).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/assign
        If-Match: "2"
        {"mediator_id": "mediator-chen"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "assigned", "version": 3}
        """
        with self.database.transaction(request.access) as tx:
            dispute = handlers.assign(tx, dispute_id, mediator_id=request.body["mediator_id"], **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/refuse",
        roles=access.STEPPERS,
        body=schemas.RefuseDispute,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="Record that a dispute is not mediated",
    )
    def refuse_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """One party's clear refusal stops mediation at any time (人民调解法 Art. 17).

        Once a mediator is named, by that one or an officer of the community.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/refuse
        If-Match: "2"
        {"reason_code": "party_refused"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "refused", "version": 3,
         "other_routes": ["arbitration", "administrative", "court"]}
        """
        reason = model.RefusalReason(request.body["reason_code"])
        with self.database.transaction(request.access) as tx:
            dispute = handlers.refuse(tx, dispute_id, reason=reason, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/terminate",
        roles=access.STEPPERS,
        body=schemas.TerminateDispute,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="End a mediation that came to no agreement",
    )
    def terminate_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """The other routes are named to the parties (人民调解法 Art. 26).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/terminate
        If-Match: "4"
        {"reason_code": "no_agreement"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "terminated", "version": 5,
         "other_routes": ["arbitration", "administrative", "court"]}
        """
        reason = model.TerminationReason(request.body["reason_code"])
        with self.database.transaction(request.access) as tx:
            dispute = handlers.terminate(tx, dispute_id, reason=reason, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/reopen",
        roles=access.STEPPERS,
        body=schemas.ReopenDispute,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="Take a closed dispute up again",
    )
    def reopen_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """For example when what was agreed is not performed (人民调解法 Art. 31).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/reopen
        If-Match: "5"
        {"reason_code": "not_performed"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "accepted", "version": 6}
        """
        reason = model.ReopeningReason(request.body["reason_code"])
        with self.database.transaction(request.access) as tx:
            dispute = handlers.reopen(tx, dispute_id, reason=reason, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "GET",
        "/dispute-categories",
        roles=access.READERS,
        answer=schemas.Categories,
        tag="disputes",
        summary="What disputes can be about",
    )
    def list_categories(self, request: Request) -> Answer:
        """The categories in use, Chinese first.

        GET /dispute-categories

        200 OK
        {"categories": [{"category": "property_fee", "name_zh": "物业费", "name_en": "Property fees"}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(None, {"categories": store.list_categories(tx)})

    @endpoint(
        "GET",
        "/dispute-relations",
        roles=access.READERS,
        answer=schemas.Relations,
        tag="disputes",
        summary="Who can stand against whom",
    )
    def list_relations(self, request: Request) -> Answer:
        """The relations in use, Chinese first.

        GET /dispute-relations

        200 OK
        {"relations": [{"relation": "owner_property", "name_zh": "业主与物业",
         "name_en": "Owner and property company"}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(None, {"relations": store.list_relations(tx)})


def asked_by(request: Request) -> dict[str, Any]:
    """Who asks for a change, of which version, and when: what every command takes."""
    return {"actor": request.actor, "version": request.version, "now": request.now}


def purpose_of(request: Request) -> Purpose | None:
    """The purpose that a read states, if any."""
    stated = request.query["purpose"]
    return Purpose(stated) if stated else None


def _party(side: model.Side, told: dict[str, Any]) -> model.Party:
    return model.Party(
        side=side,
        kind=model.PartyKind(told["kind"]),
        name=told["name"],
        phone=told["phone"],
        person_id=told["person_id"],
    )
