"""HTTP entrypoint of the lists."""

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.model import State
from services.grievances.search.model import parts
from services.grievances.worklists import handlers, schemas
from services.grievances.worklists.model import Asked, Filter, Order


class WorkListsApi:
    """Lists of disputes."""

    database: Database

    @endpoint(
        "GET",
        "/disputes",
        roles=access.READERS,
        query=schemas.DisputesQuery,
        answer=schemas.WorkItem,
        tag="disputes",
        summary="List disputes, newest first or by what is due; search what was told",
    )
    def list_disputes(self, request: Request) -> Answer:
        """Where you work, or your own cases; nobody's personal data.

        GET /disputes?open=true&order=due&limit=1

        200 OK
        {"items": [{"dispute_id": "01936f00-0000-7000-8000-00000000000a", "case_number": "440305001012-2026-0007",
         "state": "mediating", "version": 4, "due_at": "2026-03-31T16:00:00+00:00",
         "due_rule": "dispute.mediation", "escalated_to": null}], "next": "8J2hPw…"}
        """
        query = request.query
        asked = Asked(
            area=query["area"],
            own=query["own"],
            order=Order.DUE if query["overdue"] else Order(query["order"]),
            narrowed=Filter(
                state=State(query["state"]) if query["state"] else None,
                only_open=query["open"],
                category=query["category"],
                relation=query["relation"],
                channel=query["channel"],
                mediator_id=request.actor.actor_id if query["mine"] else None,
            ),
            overdue_at=request.now if query["overdue"] else None,
            words=parts(query["q"]) if query["q"] is not None else (),
            case_number=query["case_number"],
        )
        with self.database.transaction(eyes(request.actor)) as tx:
            page, more = handlers.list_disputes(
                tx, asked, actor=request.actor, after=query["cursor"], count=query["limit"]
            )
        return request.page(None, page, more and (more[0].isoformat(), more[1]))
