"""HTTP entrypoints of agreements."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Database, Transaction
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.agreements import handlers, schemas
from services.grievances.agreements.details import in_detail
from services.grievances.agreements.model import Means, Signer
from services.grievances.disputes.api import asked_by, purpose_of
from services.grievances.disputes.model import AgreementForm
from services.grievances.disputes.schemas import DisputeView
from services.grievances.obligations.model import Obliged
from services.grievances.shapes import PurposeQuery


class AgreementsApi:
    """Resolve disputes by agreement, at once or signature by signature, and read what was agreed."""

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
        Where the four do not sign together, draft it with POST …/agreement and record each signature.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/resolve
        If-Match: "4"
        {"form": "oral", "terms": "物业于三月底前修复漏点。", "reached_on": "2026-03-10",
         "confirmed_by_applicant_on": "2026-03-10",
         "obligations": [{"by": "respondent", "what": "修复楼道漏点", "due_on": "2026-03-31"}]}

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
            obligations=_promises(body["obligations"]),
        )
        agreement_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            dispute = handlers.resolve(tx, dispute_id, command, agreement_id=agreement_id, **asked_by(request))
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/agreement",
        roles=access.STEPPERS,
        body=schemas.DraftAgreement,
        answer=schemas.AgreementView,
        status=201,
        versioned=True,
        tag="agreements",
        summary="Draft a written agreement, to be signed",
    )
    def draft_agreement(self, request: Request, dispute_id: UUID) -> Answer:
        """It binds nobody before both parties, the mediator and the committee have signed (人民调解法 Art. 29).

        The version asked for is the dispute's, which does not change; the answer's ETag is the agreement's own. One
        draft waits at a time: to change a word of it, withdraw it and draft another. It lapses with its mediation.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/agreement
        If-Match: "4"
        {"terms": "物业于三月底前修复漏点。",
         "obligations": [{"by": "respondent", "what": "修复楼道漏点", "due_on": "2026-03-31"}]}

        201 Created
        {"agreement_id": "01936f00-0000-7000-8000-00000000000c", "version": 1, "state": "draft", "effective_on": null,
         "awaited": ["applicant", "respondent", "mediator", "committee"], "sign_until": "2026-03-25"}
        """
        body = request.body
        command = handlers.Draft(
            terms=body["terms"], reached_on=body["reached_on"], obligations=_promises(body["obligations"])
        )
        agreement_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            found = handlers.draft(tx, dispute_id, command, agreement_id=agreement_id, **asked_by(request))
            return _shown(request, tx, found, location=f"/disputes/{dispute_id}/agreement")

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/agreement/signatures",
        roles=access.STEPPERS,
        body=schemas.SignAgreement,
        answer=schemas.AgreementView,
        versioned=True,
        tag="agreements",
        summary="Record one signature under a draft",
    )
    def sign_agreement(self, request: Request, dispute_id: UUID) -> Answer:
        """With the last of the four the agreement binds, from the latest day, and the dispute is resolved (Art. 29).

        In whatever order; recorded by the assigned mediator or an officer of the community, the committee's seal by an
        officer alone. Who refuses to sign ends the mediation: terminate it, which names the other routes (Art. 26).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/agreement/signatures
        If-Match: "1"
        {"signer": "applicant", "means": "fingerprint", "signed_on": "2026-03-10"}

        200 OK
        {"agreement_id": "01936f00-0000-7000-8000-00000000000c", "version": 2, "state": "draft",
         "signatures": {"applicant": "2026-03-10"}, "signed_by": {"applicant": "fingerprint"},
         "awaited": ["respondent", "mediator", "committee"]}
        """
        body = request.body
        command = handlers.Sign(signer=Signer(body["signer"]), means=Means(body["means"]), signed_on=body["signed_on"])
        with self.database.transaction(request.access) as tx:
            return _shown(request, tx, handlers.sign(tx, dispute_id, command, **asked_by(request)))

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/agreement/withdraw",
        roles=access.STEPPERS,
        answer=schemas.AgreementView,
        versioned=True,
        tag="agreements",
        summary="Withdraw a draft before all have signed",
    )
    def withdraw_agreement(self, request: Request, dispute_id: UUID) -> Answer:
        """It stays as it was written, with who had signed it, among GET …/agreements; another one can be drafted.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/agreement/withdraw
        If-Match: "2"

        200 OK
        {"agreement_id": "01936f00-0000-7000-8000-00000000000c", "version": 2, "state": "withdrawn", "awaited": []}
        """
        with self.database.transaction(request.access) as tx:
            return _shown(request, tx, handlers.withdraw(tx, dispute_id, **asked_by(request)))

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/agreement",
        roles=access.READERS,
        query=PurposeQuery,
        answer=schemas.AgreementView,
        tag="agreements",
        summary="The agreement a dispute came to, or the draft of one",
    )
    def get_agreement(self, request: Request, dispute_id: UUID) -> Answer:
        """Terms and promises only for a purpose, to the assigned mediator or an officer; every opening is audited.

        The draft that waits for signatures, or else the agreement that binds: what of it is open or overdue, and how
        long both parties can ask the court to confirm it (人民调解法 Art. 33).

        GET /disputes/01936f00-0000-7000-8000-00000000000a/agreement

        200 OK
        {"form": "oral", "state": "in_effect", "reached_on": "2026-03-10", "effective_on": "2026-03-10",
         "confirmed_by_applicant_on": "2026-03-10", "terms": null,
         "obligations": [{"number": 1, "by": "respondent", "what": null, "due_on": "2026-03-31", "performed_on": null,
          "state": "open"}],
         "judicial_confirmation": {"apply_until": "2026-04-09", "days_left": 28, "state": "open"}}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.get_agreement(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            answer = request.answer(tx, in_detail(tx, found, found.dispute, request.now))
        # Never 304: what is overdue and how many days are left change without a change.
        return replace(answer, headers=(*answer.headers, ("ETag", f'"{found.revision}"')))

    @endpoint(
        "GET",
        "/disputes/<uuid:dispute_id>/agreements",
        roles=access.READERS,
        query=PurposeQuery,
        answer=schemas.Agreements,
        tag="agreements",
        summary="All agreements and drafts of a dispute",
    )
    def list_agreements(self, request: Request, dispute_id: UUID) -> Answer:
        """The last one first; those withdrawn, lapsed or broken are among them. Opened like a single one.

        GET /disputes/01936f00-0000-7000-8000-00000000000a/agreements

        200 OK
        {"agreements": [{"form": "written", "state": "withdrawn", "reached_on": "2026-03-10", "effective_on": null,
         "signatures": {"applicant": "2026-03-10"}, "terms": null}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_agreements(tx, dispute_id, actor=request.actor, purpose=purpose_of(request))
            shown = [in_detail(tx, one, one.dispute, request.now) for one in found]
            return request.answer(tx, {"agreements": shown})


def _shown(request: Request, tx: Transaction, found: handlers.AgreementOf, *, location: str | None = None) -> Answer:
    """The agreement after a change; its words are not shown back."""
    shown = in_detail(tx, found, found.dispute, request.now)
    return request.answer(tx, shown, version=shown.revision, location=location, area=found.dispute.area)


def _promises(given: Sequence[Mapping[str, Any]]) -> list[handlers.Promise]:
    return [
        handlers.Promise(uuid_utils.compat.uuid7(), Obliged(one["by"]), one["what"], one["due_on"]) for one in given
    ]
