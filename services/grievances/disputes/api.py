"""HTTP entrypoints of disputes."""

from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import Purpose, eyes
from services.grievances.disputes import handlers, model, schemas, store
from services.grievances.duplicates import handlers as duplicates
from services.grievances.following.api import new_secret
from services.grievances.following.handlers import hash_of
from services.grievances.shapes import PurposeQuery


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
        `similar` are cases that may tell the same, as far as you see them; nothing is linked by itself.

        POST /disputes
        {"area": "440305001012", "relation": "owner_property", "category": "repair", "summary": "楼道漏水三个月",
         "applicant": {"name": "王小明", "phone": "13800138000"},
         "respondent": {"kind": "organisation", "name": "星海物业服务中心"}}

        201 Created
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "case_number": "440305001012-2026-0007",
         "area": "440305001012", "state": "registered", "version": 1, "follow_secret": "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"}
        """
        command = filing_of(request.body)
        dispute_id, secret = uuid_utils.compat.uuid7(), new_secret()
        with self.database.transaction(eyes(request.actor)) as tx:
            dispute = handlers.register(
                tx, command, dispute_id=dispute_id, actor=request.actor, now=request.now, secret_hash=hash_of(secret)
            )
            similar = duplicates.at_intake(tx, dispute, actor=request.actor, now=request.now)
            filed = handlers.Filed(**vars(dispute), follow_secret=secret, similar=similar)
            location = f"/disputes/{dispute_id}"
            return request.answer(
                tx, filed, version=dispute.version, location=location, area=dispute.area, confidential=True
            )

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>",
        roles=access.READERS,
        query=PurposeQuery,
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
        """The committee names a mediator of its register, who has no part in the dispute (人民调解法 Art. 13, 14, 19).

        Or it records whom the parties chose. Until the first session another one can be named.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/assign
        If-Match: "2"
        {"mediator_id": "mediator-chen", "chosen_by": "parties"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "assigned", "version": 3}
        """
        mediator_id, chosen_by = request.body["mediator_id"], model.ChosenBy(request.body["chosen_by"])
        with self.database.transaction(request.access) as tx:
            dispute = handlers.assign(tx, dispute_id, mediator_id=mediator_id, chosen_by=chosen_by, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/reassign",
        roles=access.STEPPERS,
        body=schemas.ReassignMediator,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="Replace the mediator by a successor (回避)",
    )
    def reassign_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """By the mediator or the committee: a near relative, an interest, a party's challenge, or unable to go on.

        The successor has the case at once (人民调解法 Art. 14; 信访工作条例 Art. 28). Who was not impartial takes no
        more part in it, by no office.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/reassign
        If-Match: "4"
        {"successor_id": "mediator-li", "reason_code": "near_relative"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "mediating", "version": 5,
         "mediator_id": "mediator-li"}
        """
        with self.database.transaction(request.access) as tx:
            dispute = handlers.reassign(
                tx,
                dispute_id,
                successor_id=request.body["successor_id"],
                reason=model.ReassignmentReason(request.body["reason_code"]),
                on_behalf_of=_side(request),
                **asked_by(request),
            )
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/unassign",
        roles=access.READERS,
        body=schemas.RefuseMediator,
        answer=schemas.DisputeView,
        versioned=True,
        tag="disputes",
        summary="Record that a party refuses the mediator",
    )
    def unassign_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """Said by who filed, or recorded for a side by the mediator or the committee (人民调解法 Art. 23).

        Another one is then named or chosen; the committee does not name this one again.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/unassign
        If-Match: "3"
        {"on_behalf_of": "respondent"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "accepted", "version": 4, "mediator_id": null}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            dispute = handlers.unassign(tx, dispute_id, on_behalf_of=_side(request), **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/mediator-changes",
        roles=access.READERS,
        answer=schemas.MediatorChanges,
        tag="disputes",
        summary="Who has had a dispute, and why that changed",
    )
    def list_mediator_changes(self, request: Request, dispute_id: UUID) -> Answer:
        """The first change first; who has it now, the dispute says.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/mediator-changes

        200 OK
        {"changes": [{"from_id": "mediator-chen", "to_id": "mediator-li", "reason_code": "near_relative",
         "on_behalf_of": null, "changed_by": "mediator-chen", "changed_at": "2026-03-06T01:00:00+00:00"}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            changes = handlers.list_mediator_changes(tx, dispute_id, actor=request.actor)
            return request.answer(tx, {"changes": changes})

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

        Once a mediator is named, by that one or an officer of the community. Who filed says it with …/withdrawal.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/refuse
        If-Match: "2"
        {"reason_code": "party_refused", "on_behalf_of": "respondent"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "refused", "version": 3,
         "other_routes": ["arbitration", "administrative", "court"],
         "other_routes_named": [{"route": "court", "name_zh": "诉讼", "name_en": "Court proceedings"}]}
        """
        reason = model.RefusalReason(request.body["reason_code"])
        with self.database.transaction(request.access) as tx:
            dispute = handlers.refuse(tx, dispute_id, reason=reason, on_behalf_of=_side(request), **asked_by(request))
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
            dispute = handlers.terminate(
                tx, dispute_id, reason=reason, on_behalf_of=_side(request), **asked_by(request)
            )
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


def _side(request: Request) -> model.Side | None:
    """On whose behalf a step is recorded, if on anybody's."""
    said = request.body["on_behalf_of"]
    return model.Side(said) if said else None


def filing_of(body: dict[str, Any]) -> handlers.Register:
    """What a body in the shape of RegisterDispute tells."""
    respondent = body["respondent"]
    return handlers.Register(
        area=body["area"],
        grid_unit_id=body["grid_unit_id"],
        relation=body["relation"],
        category=body["category"],
        summary=body["summary"],
        applicant=_party(model.Side.APPLICANT, {"kind": "person", **body["applicant"]}),
        respondent=_party(model.Side.RESPONDENT, respondent),
        basis=model.Basis(body["basis"]),
        respondent_body=model.Body(respondent["body"]) if respondent["body"] else None,
        ticket_kind=model.TicketKind(body["ticket_kind"]) if body["ticket_kind"] else None,
    )


def _party(side: model.Side, told: dict[str, Any]) -> model.Party:
    return model.Party(
        side=side,
        kind=model.PartyKind(told["kind"]),
        name=told["name"],
        phone=told["phone"],
        person_id=told["person_id"],
    )
