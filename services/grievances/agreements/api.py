"""HTTP entrypoints of agreements."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.agreements import handlers, schemas
from services.grievances.agreements.model import Signer
from services.grievances.disputes.api import asked_by, purpose_of
from services.grievances.disputes.model import AgreementForm
from services.grievances.disputes.schemas import DisputeView, PurposeQuery


class AgreementsApi:
    """Resolve disputes by agreement and read what was agreed."""

    database: Database

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/resolve",
        roles=access.STEPPERS,
        body=schemas.ResolveDispute,
        answer=DisputeView,
        versioned=True,
        tag="agreements",
        summary="Resolve a dispute by an agreement",
    )
    def resolve_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """A written agreement binds from the last signature (人民调解法 Art. 29), an oral one when reached (Art. 30).

        Both sides must have attended a session; an oral agreement needs the day on which the applicant confirmed it.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/resolve
        If-Match: "4"
        {"form": "oral", "terms": "物业于三月底前修复漏点。", "reached_on": "2026-03-10",
         "confirmed_by_applicant_on": "2026-03-10"}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "resolved", "version": 5,
         "agreement_form": "oral"}
        """
        body = request.body
        command = handlers.Resolve(
            form=AgreementForm(body["form"]),
            terms=body["terms"],
            reached_on=body["reached_on"],
            signatures={Signer(signer): day for signer, day in body["signatures"].items()},
            confirmed_by_applicant_on=body["confirmed_by_applicant_on"],
        )
        agreement_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            dispute = handlers.resolve(tx, dispute_id, command, agreement_id=agreement_id, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/agreement",
        roles=access.READERS,
        query=PurposeQuery,
        answer=schemas.AgreementView,
        tag="agreements",
        summary="The agreement a dispute came to",
    )
    def get_agreement(self, request: Request, dispute_id: UUID) -> Answer:
        """Its terms only for a purpose, to the assigned mediator or an officer; every opening is audited.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/agreement

        200 OK
        {"form": "oral", "reached_on": "2026-03-10", "effective_on": "2026-03-10",
         "confirmed_by_applicant_on": "2026-03-10", "terms": null}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            agreement = handlers.get_agreement(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            return request.answer(tx, agreement)
