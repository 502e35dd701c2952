"""HTTP entrypoints of escalations."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.escalations import handlers, schemas


class EscalationsApi:
    """What has come up to street and district."""

    database: Database

    @endpoint(
        "GET",
        "/escalations",
        roles=access.ABOVE,
        query=schemas.EscalationsQuery,
        answer=schemas.EscalationView,
        tag="deadlines",
        summary="List what missed deadlines have brought up",
    )
    def list_escalations(self, request: Request) -> Answer:
        """To the street or the district, the longest waiting first. What complains of your own body is not shown.

        GET /escalations?level=street&open=true&limit=1

        200 OK
        {"items": [{"escalation_id": "01936f00-0000-7000-8000-0000000000e1", "level": "street", "thing": "dispute",
         "thing_id": "01936f00-0000-7000-8000-00000000000a", "rule": "dispute.acceptance", "area": "440305001012",
         "raised_at": "2026-03-19T16:00:01+00:00", "answered_at": null, "settled_at": null}], "next": "8J2hPw…"}
        """
        query, limit = request.query, request.query["limit"]
        with self.database.transaction(request.access) as tx:
            found = handlers.list_escalations(
                tx,
                actor=request.actor,
                area=query["area"],
                level=query["level"],
                is_open=query["open"],
                after=query["cursor"],
                count=limit + 1,
            )
        page = found[:limit]
        more = (page[-1].raised_at.isoformat(), page[-1].escalation_id) if len(found) > limit else None
        return request.page(None, page, more)

    @endpoint(
        "GET",
        "/escalations/<uuid:escalation_id>",
        roles=access.SEERS,
        answer=schemas.EscalationDetail,
        tag="deadlines",
        summary="Read an escalation and what was ordered",
    )
    def get_escalation(self, request: Request, escalation_id: UUID) -> Answer:
        """By those who work in its area: whom the order is for, and who gave it. Every opening is audited.

        GET /escalations/01936f00-0000-7000-8000-0000000000e1

        200 OK
        {"escalation_id": "01936f00-0000-7000-8000-0000000000e1", "level": "street", "thing": "dispute",
         "answered_by": "officer-li", "answered_at": "2026-03-20T02:00:00+00:00",
         "instruction": "请社区三日内召集双方调解，并书面报街道。"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(tx, handlers.get(tx, escalation_id, actor=request.actor))

    @endpoint(
        "POST",
        "/escalations/<uuid:escalation_id>/instruction",
        roles=access.ABOVE,
        body=schemas.GiveInstruction,
        answer=schemas.EscalationDetail,
        status=201,
        tag="deadlines",
        summary="Order what is to be done (督办意见)",
    )
    def give_instruction(self, request: Request, escalation_id: UUID) -> Answer:
        """Once, by an officer of the level or above it, while the duty is still not done; of two, one gets 409.

        POST /escalations/01936f00-0000-7000-8000-0000000000e1/instruction
        {"instruction": "请社区三日内召集双方调解，并书面报街道。"}

        201 Created
        {"escalation_id": "01936f00-0000-7000-8000-0000000000e1", "level": "street", "answered_by": "officer-li",
         "answered_at": "2026-03-20T02:00:00+00:00", "instruction": "请社区三日内召集双方调解，并书面报街道。"}
        """
        with self.database.transaction(request.access) as tx:
            escalation = handlers.instruct(
                tx, escalation_id, instruction=request.body["instruction"], actor=request.actor, now=request.now
            )
            return request.answer(tx, escalation, area=escalation.area, confidential=True)
