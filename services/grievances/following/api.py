"""HTTP entrypoints of following a case."""

import secrets
from typing import Any
from uuid import UUID

import uuid_utils.compat

from chassis.database import Access, Database
from chassis.http import PUBLIC, Answer, Request, endpoint
from services.grievances import access
from services.grievances.disputes.schemas import DisputeView
from services.grievances.following import handlers, model, schemas
from services.grievances.following.secret import SECRET_BITS, secret_of

SECRET_HEADER = "Case-Secret"  # noqa: S105 - the header's name
SECRET_HEADERS = {SECRET_HEADER: "the secret 查询码 that came with the case number, 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"}


class FollowingApi:
    """Follow a case, confirm that it is resolved, take it back: with number and secret, or the account that filed."""

    database: Database

    @endpoint(
        "GET",
        "/follow/<case_number>",
        roles=PUBLIC,
        headers=SECRET_HEADERS,
        answer=schemas.FollowedCase,
        tag="following",
        summary="Follow your case, without an account",
    )
    def follow_by_secret(self, request: Request, case_number: str) -> Answer:
        """How it stands, what is due until when, and what was done: by date and level, without anybody's name.

        The secret that came with the case number stands in the header Case-Secret. Every look is audited
        (信访工作条例 Art. 21).

        GET /follow/440305001012-2026-0007
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F

        200 OK
        {"case_number": "440305001012-2026-0007", "state": "accepted", "state_zh": "已受理", "in_charge": "community",
         "in_charge_zh": "社区",
         "due": [{"rule": "dispute.assignment", "rule_zh": "确定调解员", "due_on": "2026-03-12"}],
         "steps": [{"step": "registered", "step_zh": "登记", "taken_at": "2026-03-06T01:00:00+00:00"}]}
        """
        with self.database.transaction(handlers.NOBODY) as tx:
            return request.answer(None, handlers.get_followed(tx, shown(request, case_number), now=request.now))

    @endpoint(
        "POST",
        "/follow/<case_number>/confirmation",
        roles=PUBLIC,
        headers=SECRET_HEADERS,
        keyed=True,
        body=schemas.Feedback,
        answer=schemas.CaseState,
        tag="following",
        summary="Say whether your case is resolved, without an account",
    )
    def confirm_by_secret(self, request: Request, case_number: str) -> Answer:
        """Confirm it and how satisfied you are, or say that it is not resolved: then it is taken up again.

        POST /follow/440305001012-2026-0007/confirmation
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F
        {"confirmed": true, "satisfaction": 4}

        200 OK
        {"state": "resolved", "state_zh": "已化解", "closed_at": "2026-03-10T02:00:00+00:00"}
        """
        with self.database.transaction(handlers.NOBODY) as tx:
            dispute = handlers.get_shown(tx, shown(request, case_number))
            dispute = handlers.hear(tx, dispute, **_said(request), account=None, now=request.now)
            return request.answer(tx, model.standing(dispute, ()), area=dispute.area)

    @endpoint(
        "POST",
        "/follow/<case_number>/withdrawal",
        roles=PUBLIC,
        headers=SECRET_HEADERS,
        keyed=True,
        answer=schemas.CaseState,
        tag="following",
        summary="Refuse or end mediation of your case, without an account",
    )
    def withdraw_by_secret(self, request: Request, case_number: str) -> Answer:
        """Before a mediator has it, that refuses mediation (人民调解法 Art. 17), then it ends it (Art. 23).

        The other routes stay open (Art. 3).

        POST /follow/440305001012-2026-0007/withdrawal
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F

        200 OK
        {"state": "refused", "state_zh": "不予调解", "other_routes": ["arbitration", "administrative", "court"],
         "other_routes_zh": ["仲裁", "行政途径", "诉讼"]}
        """
        with self.database.transaction(handlers.NOBODY) as tx:
            dispute = handlers.get_shown(tx, shown(request, case_number))
            dispute = handlers.withdraw(tx, dispute, account=None, now=request.now)
            return request.answer(tx, model.standing(dispute, ()), area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/confirmation",
        roles=access.FILERS,
        body=schemas.Feedback,
        answer=DisputeView,
        versioned=True,
        tag="following",
        summary="Say whether the dispute you filed is resolved",
    )
    def confirm_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """Confirm it and how satisfied you are, or say that it is not resolved: then it is taken up again.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/confirmation
        If-Match: "5"
        {"confirmed": true, "satisfaction": 4}

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "resolved", "version": 6, "satisfaction": 4}
        """
        with self.database.transaction(_own_eyes(request)) as tx:
            dispute = handlers.get_own(tx, dispute_id, actor=request.actor, version=request.version or 0)
            dispute = handlers.hear(tx, dispute, **_said(request), account=request.actor.actor_id, now=request.now)
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/withdrawal",
        roles=access.FILERS,
        answer=DisputeView,
        versioned=True,
        tag="following",
        summary="Refuse or end mediation of the dispute you filed",
    )
    def withdraw_dispute(self, request: Request, dispute_id: UUID) -> Answer:
        """Before a mediator has it, that refuses mediation (人民调解法 Art. 17), then it ends it (Art. 23).

        POST /disputes/01936f00-0000-7000-8000-00000000000a/withdrawal
        If-Match: "4"

        200 OK
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "state": "terminated", "version": 5,
         "reason_code": "party_ended", "other_routes": ["arbitration", "administrative", "court"]}
        """
        with self.database.transaction(_own_eyes(request)) as tx:
            dispute = handlers.get_own(tx, dispute_id, actor=request.actor, version=request.version or 0)
            dispute = handlers.withdraw(tx, dispute, account=request.actor.actor_id, now=request.now)
            return request.answer(tx, dispute, version=dispute.version, area=dispute.area)

    @endpoint(
        "POST",
        "/disputes/<uuid:dispute_id>/secret",
        roles=access.STEPPERS,
        answer=schemas.RenewedSecret,
        status=201,
        tag="following",
        summary="Give a new secret to whoever lost it",
    )
    def renew_secret(self, request: Request, dispute_id: UUID) -> Answer:
        """By the assigned mediator or an officer of the community, who hands it to the applicant alone.

        The one before opens nothing any more, and who follows the case sees that it was renewed.

        POST /disputes/01936f00-0000-7000-8000-00000000000a/secret

        201 Created
        {"case_number": "440305001012-2026-0007", "follow_secret": "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"}
        """
        secret = new_secret()
        with self.database.transaction(request.access) as tx:
            dispute = handlers.renew_secret(tx, dispute_id, secret=secret, actor=request.actor, now=request.now)
            answer = {"case_number": dispute.case_number, "follow_secret": secret}
            return request.answer(tx, answer, area=dispute.area, confidential=True)


def new_secret() -> str:
    """A secret nobody can guess, to be told once and kept as `handlers.hash_of` it."""
    return secret_of(secrets.randbits(SECRET_BITS))


def shown(request: Request, case_number: str) -> handlers.Shown:
    """What somebody without an account shows."""
    return handlers.Shown(case_number, request.headers[SECRET_HEADER.lower()])


def _own_eyes(request: Request) -> Access:
    """See nothing but one's own cases, whatever the office."""
    return Access(request.actor.actor_id, ())


def _said(request: Request) -> dict[str, Any]:
    return {"said": model.Feedback(**request.body), "comment_id": uuid_utils.compat.uuid7()}
