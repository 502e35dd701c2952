"""HTTP entrypoints of referrals."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database, Transaction
from chassis.http import PUBLIC, Answer, Request, endpoint
from services.grievances.access import eyes
from services.grievances.disputes.api import asked_by
from services.grievances.disputes.model import Body, ReassignmentReason
from services.grievances.following import handlers as following
from services.grievances.following.api import SECRET_HEADERS, shown
from services.grievances.referrals import handlers, intake, model, rights, schemas
from services.grievances.referrals.model import Referral, State


class ReferralsApi:
    """Refer what the community cannot settle, take it through the terms of the law, ask how far it has come."""

    database: Database

    @endpoint(
        "POST",
        "/referrals",
        roles=rights.REFERRERS,
        body=schemas.RegisterReferral,
        answer=schemas.ReferralView,
        status=201,
        tag="referrals",
        summary="Register a referral",
    )
    def register_referral(self, request: Request) -> Answer:
        """Everything is registered and has a number; it is sorted within 15 days (信访工作条例 Art. 22).

        A dispute that the community cannot settle, or a matter of its own with area, category and complainant.

        POST /referrals
        {"dispute_id": "01936f00-0000-7000-8000-00000000000a", "matter": "垃圾转运站夜间作业，臭味与噪声扰民。",
         "department_complained_of": "waste_station"}

        201 Created
        {"referral_id": "01936f00-0000-7000-8000-0000000000e1", "number": "XF-440305006011-2026-0003",
         "state": "registered", "due_rule": "referral.sorting", "due_on": "2026-03-25", "version": 1}
        """
        body = request.body
        person = body["complainant"] or {"name": None, "phone": None, "person_id": None}
        command = intake.Register(
            matter=body["matter"],
            dispute_id=body["dispute_id"],
            area=body["area"],
            category=body["category"],
            name=person["name"],
            phone=person["phone"],
            complainant_id=person["person_id"],
            accused_id=body["accused_id"],
            body_complained_of=body["body_complained_of"] and Body(body["body_complained_of"]),
            department_complained_of=body["department_complained_of"],
            requested_department=body["requested_department"],
        )
        referral_id = uuid_utils.compat.uuid7()
        with self.database.transaction(eyes(request.actor)) as tx:
            referral = intake.register(tx, command, referral_id=referral_id, actor=request.actor, now=request.now)
            location = f"/referrals/{referral_id}"
            return request.answer(tx, referral, version=referral.version, location=location, area=referral.area)

    @endpoint(
        "GET",
        "/referrals",
        roles=rights.READERS,
        query=schemas.ReferralsQuery,
        answer=schemas.ReferralView,
        tag="referrals",
        summary="List referrals, newest first",
    )
    def list_referrals(self, request: Request) -> Answer:
        """Where you work, with the department you act for, or what you have filed; nobody's personal data.

        GET /referrals?state=registered&limit=1

        200 OK
        {"items": [{"referral_id": "01936f00-0000-7000-8000-0000000000e1", "number": "XF-440305006011-2026-0003",
         "state": "registered", "due_on": "2026-03-25", "version": 1}], "next": "8J2hPw…"}
        """
        query, limit = request.query, request.query["limit"]
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_referrals(
                tx,
                actor=request.actor,
                own=query["own"],
                area=query["area"],
                department=query["department_code"],
                dispute_id=query["dispute_id"],
                state=query["state"] and State(query["state"]),
                now=request.now,
                before=query["cursor"],
                count=limit + 1,
            )
        page = found[:limit]
        more = (page[-1].registered_at.isoformat(), page[-1].referral_id) if len(found) > limit else None
        return request.page(None, page, more)

    @endpoint(
        "GET",
        "/referrals/<uuid:referral_id>",
        roles=rights.READERS,
        query=schemas.ReferralPurposeQuery,
        answer=schemas.ReferralDetail,
        tag="referrals",
        summary="Read a referral, masked; with a purpose, opened",
    )
    def get_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Nobody who acts for whom it complains of sees it (信访工作条例 Art. 30, 46).

        The department in charge reads what was told for a purpose; who complains, only its handler and heads do.

        GET /referrals/01936f00-0000-7000-8000-0000000000e1

        200 OK
        {"referral_id": "01936f00-0000-7000-8000-0000000000e1", "state": "sorted", "version": 2,
         "complainant": {"name": "王**", "phone": "138****8000"}, "matter": null}
        """
        purpose = purpose_of(request)
        with self.database.transaction(eyes(request.actor)) as tx:
            referral = handlers.get_in_detail(tx, referral_id, actor=request.actor, purpose=purpose, now=request.now)
            return request.answer(tx, referral, version=referral.version)

    @endpoint(
        "GET",
        "/referrals/<uuid:referral_id>/progress",
        roles=rights.READERS,
        answer=schemas.ReferralProgress,
        tag="referrals",
        summary="Ask how far a referral has come",
    )
    def get_referral_progress(self, request: Request, referral_id: UUID) -> Answer:
        """Who complains may ask at any time (信访工作条例 Art. 21).

        GET /referrals/01936f00-0000-7000-8000-0000000000e1/progress

        200 OK
        {"referral": {"number": "XF-440305006011-2026-0003", "state": "sorted", "due_rule": "referral.notice",
          "due_on": "2026-03-27"},
         "department": {"code": "urban_management", "name_zh": "区城市管理局"},
         "steps": [{"step": "register", "taken_at": "2026-03-10T02:00:00+00:00", "round": "handling"},
          {"step": "sort", "taken_at": "2026-03-12T02:00:00+00:00", "department_code": "urban_management"}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(tx, handlers.get_progress(tx, referral_id, actor=request.actor, now=request.now))

    @endpoint(
        "GET",
        "/follow/<case_number>/referrals",
        roles=PUBLIC,
        headers=SECRET_HEADERS,
        answer=schemas.FollowedReferrals,
        tag="referrals",
        summary="Ask how far the referrals of your case have come, without an account",
    )
    def follow_referrals(self, request: Request, case_number: str) -> Answer:
        """With the case number and the secret that came with it, in the header Case-Secret (信访工作条例 Art. 21).

        GET /follow/440305006011-2026-0007/referrals
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F

        200 OK
        {"referrals": [{"referral": {"number": "XF-440305006011-2026-0003", "state": "sorted",
           "due_rule": "referral.notice", "due_on": "2026-03-27"},
          "department": {"code": "urban_management", "name_zh": "区城市管理局"}, "steps": []}]}
        """
        with self.database.transaction(following.NOBODY) as tx:
            dispute_id = following.open_case(tx, shown(request, case_number))
            found = handlers.list_followed(tx, dispute_id, now=request.now)
            return request.answer(None, {"referrals": found})

    @endpoint(
        "POST",
        "/follow/<case_number>/referrals/<number>/contest",
        roles=PUBLIC,
        headers=SECRET_HEADERS,
        keyed=True,
        body=schemas.ContestReferral,
        answer=schemas.ReferralStanding,
        tag="referrals",
        summary="Ask for a review of an answer to your case, without an account",
    )
    def contest_by_secret(self, request: Request, case_number: str, number: str) -> Answer:
        """Within 30 days of the answer; the level above answers in 30 (信访工作条例 Art. 35, 36).

        POST /follow/440305006011-2026-0007/referrals/XF-440305006011-2026-0003/contest
        Case-Secret: 7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F
        {"grounds": "夜间仍在作业。"}

        200 OK
        {"number": "XF-440305006011-2026-0003", "state": "contested", "round": "review", "due_rule": "referral.review",
         "due_on": "2026-06-29"}
        """
        with self.database.transaction(following.NOBODY) as tx:
            dispute_id = following.open_case(tx, shown(request, case_number))
            referral = handlers.contest_followed(tx, dispute_id, number, **request.body, now=request.now)
            return request.answer(tx, referral, area=referral.area)

    @endpoint(
        "GET",
        "/referrals/<uuid:referral_id>/steps",
        roles=rights.READERS,
        query=schemas.ReferralPurposeQuery,
        answer=schemas.ReferralSteps,
        tag="referrals",
        summary="Every step and hand-over of a referral",
    )
    def list_referral_steps(self, request: Request, referral_id: UUID) -> Answer:
        """For the offices: who did what and when; the reasons given only for a purpose, audited.

        GET /referrals/01936f00-0000-7000-8000-0000000000e1/steps

        200 OK
        {"steps": [{"version": 2, "step": "sort", "taken_by": "officer-2", "department_code": "urban_management",
         "words": null}]}
        """
        purpose = purpose_of(request)
        with self.database.transaction(eyes(request.actor)) as tx:
            steps = handlers.list_steps(tx, referral_id, actor=request.actor, purpose=purpose, now=request.now)
            return request.answer(tx, {"steps": steps})

    @endpoint(
        "GET",
        "/referrals/<uuid:referral_id>/answers",
        roles=rights.READERS,
        query=schemas.ReferralPurposeQuery,
        answer=schemas.ReferralAnswers,
        tag="referrals",
        summary="The written answers to a referral",
    )
    def list_referral_answers(self, request: Request, referral_id: UUID) -> Answer:
        """Their words for who complains, and for others for a purpose; audited.

        GET /referrals/01936f00-0000-7000-8000-0000000000e1/answers

        200 OK
        {"answers": [{"round": "handling", "answering_level": "district", "document_number": "南城管信〔2026〕12号",
         "answered_on": "2026-05-20", "appeal_until": "2026-06-19", "answer": null}]}
        """
        purpose = purpose_of(request)
        with self.database.transaction(eyes(request.actor)) as tx:
            answers = handlers.list_answers(tx, referral_id, actor=request.actor, purpose=purpose, now=request.now)
            return request.answer(tx, {"answers": answers, "notice": model.NO_RETALIATION})

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/sort",
        roles=rights.SORTERS,
        body=schemas.SortReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Give a referral to the department in charge",
    )
    def sort_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Within 15 days of registration (信访工作条例 Art. 22); never to the department complained of (Art. 30).

        To a department that objected, or after two objections, only a district_officer decides, with a reason.

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/sort
        If-Match: "1"
        {"department_code": "urban_management"}

        200 OK
        {"state": "sorted", "version": 2, "department_code": "urban_management", "due_rule": "referral.notice"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.sort(tx, referral_id, **request.body, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/object",
        roles=rights.IN_CHARGE,
        body=schemas.ObjectToReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Say that the department is not in charge",
    )
    def object_to_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Within 5 working days, with reasons (信访工作条例 Art. 23); it waits for sorting again, 15 days from now (c).

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/object
        If-Match: "2"
        {"reason": "该站由区环卫所管理，不属本局职责。"}

        200 OK
        {"state": "registered", "version": 3, "department_code": null, "due_rule": "referral.sorting"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.object_(tx, referral_id, **request.body, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/decline",
        roles=rights.IN_CHARGE,
        body=schemas.DeclineReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Record that a referral is not accepted",
    )
    def decline_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Because another procedure decides it, which is named to who complains (信访工作条例 Art. 22, 31).

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/decline
        If-Match: "1"
        {"reason_code": "court", "explanation": "该纠纷已由法院立案。"}

        200 OK
        {"state": "closed", "version": 2, "outcome": "not_accepted", "reason_code": "court",
         "routes": ["court", "procuratorate", "public_security"]}
        """
        body = request.body
        given = {"reason": model.DeclineReason(body["reason_code"]), "explanation": body["explanation"]}
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.decline(tx, referral_id, **given, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/accept",
        roles=rights.IN_CHARGE,
        body=schemas.AcceptReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Give notice that the department handles it",
    )
    def accept_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Within 15 days (信访工作条例 Art. 23); from now it has 60 days (Art. 34).

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/accept
        If-Match: "2"
        {"handler_id": "department-lin"}

        200 OK
        {"state": "accepted", "version": 3, "handler_id": "department-lin", "due_rule": "referral.handling"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.accept(tx, referral_id, **request.body, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/extend",
        roles=rights.IN_CHARGE,
        body=schemas.ExtendReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Take more time for a referral",
    )
    def extend_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Once, before the term is over, by at most 30 days, approved by a head (信访工作条例 Art. 34).

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/extend
        If-Match: "3"
        {"days": 30, "approver_id": "department-head", "reason": "需委托第三方检测。"}

        200 OK
        {"state": "accepted", "version": 4, "is_extended": true, "due_rule": "referral.extension"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.extend(tx, referral_id, **request.body, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/recuse",
        roles=rights.IN_CHARGE,
        body=schemas.RecuseReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Give a referral to another handler",
    )
    def recuse_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Who has an interest in it withdraws; a successor of the department has it at once (信访工作条例 Art. 28).

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/recuse
        If-Match: "3"
        {"successor_id": "department-wu", "reason_code": "interest"}

        200 OK
        {"state": "accepted", "version": 4, "handler_id": "department-wu"}
        """
        given = {
            "successor_id": request.body["successor_id"],
            "reason": ReassignmentReason(request.body["reason_code"]),
        }
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.recuse(tx, referral_id, **given, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/answer",
        roles=rights.IN_CHARGE,
        body=schemas.AnswerReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Record the written answer",
    )
    def answer_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Once it has been handed over; it can be contested within 30 days (信访工作条例 Art. 34–36).

        The handler's; a review is recorded for the level above by a district_officer with no part in it before.

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/answer
        If-Match: "3"
        {"answer": "作业时间改为六时至二十时，月底前加装除臭设备。", "document_number": "南城管信〔2026〕12号",
         "answered_on": "2026-05-20"}

        200 OK
        {"state": "answered", "version": 4, "appeal_until": "2026-06-19", "appeal_level": "city"}
        """
        reply = handlers.Reply(**request.body)
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.answer(tx, referral_id, reply, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/contest",
        roles=rights.READERS,
        body=schemas.ContestReferral,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Ask for a review, or a re-review",
    )
    def contest_referral(self, request: Request, referral_id: UUID) -> Answer:
        """Within 30 days; the level above answers in 30; after a re-review nothing more (信访工作条例 Art. 35, 36).

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/contest
        If-Match: "4"
        {"grounds": "夜间仍在作业。"}

        200 OK
        {"state": "contested", "version": 5, "round": "review", "due_rule": "referral.review"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.contest(tx, referral_id, **request.body, **asked_by(request)))

    @endpoint(
        "POST",
        "/referrals/<uuid:referral_id>/withdraw",
        roles=rights.READERS,
        answer=schemas.ReferralView,
        versioned=True,
        tag="referrals",
        summary="Withdraw a referral",
    )
    def withdraw_referral(self, request: Request, referral_id: UUID) -> Answer:
        """By who complains, as long as it is not answered.

        POST /referrals/01936f00-0000-7000-8000-0000000000e1/withdraw
        If-Match: "1"

        200 OK
        {"state": "closed", "version": 2, "outcome": "withdrawn"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return _answered(request, tx, handlers.withdraw(tx, referral_id, **asked_by(request)))


def purpose_of(request: Request) -> rights.Purpose | None:
    """The purpose that a read states, if any."""
    stated = request.query["purpose"]
    return rights.Purpose(stated) if stated else None


def _answered(request: Request, tx: Transaction, referral: Referral) -> Answer:
    return request.answer(tx, referral, version=referral.version, area=referral.area)
