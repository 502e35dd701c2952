"""HTTP entrypoints of seats."""

from uuid import UUID

import uuid_utils.compat

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.disputes.model import Body
from services.grievances.seats import handlers, schemas


class SeatsApi:
    """The street and the district say who acts for which body; who works in an area sees it."""

    database: Database

    @endpoint(
        "POST",
        "/seats",
        roles=access.ABOVE,
        body=schemas.GiveSeat,
        answer=schemas.SeatView,
        status=201,
        tag="seats",
        summary="Give an account a seat of one of the five bodies (五位一体)",
    )
    def give_seat(self, request: Request) -> Answer:
        """From then on it speaks for the body, and has no say where the body is complained of (信访工作条例 Art. 28).

        POST /seats
        {"area": "440305001012", "body": "property_office", "account_id": "property-li"}

        201 Created
        {"seat_id": "01936f00-0000-7000-8000-00000000000e", "area": "440305001012", "body": "property_office",
         "account_id": "property-li", "since": "2026-03-01", "ended_on": null}
        """
        command = handlers.Give(**{**request.body, "body": Body(request.body["body"])})
        seat_id = uuid_utils.compat.uuid7()
        with self.database.transaction(request.access) as tx:
            seat = handlers.give(tx, command, seat_id=seat_id, actor=request.actor, now=request.now)
            where, what = f"/seats?area={seat.area}", f"/seats/{seat_id}"
            return request.answer(tx, seat, location=where, thing=what, area=seat.area)

    @endpoint(
        "POST",
        "/seats/<uuid:seat_id>/end",
        roles=access.ABOVE,
        body=schemas.EndSeat,
        answer=schemas.SeatView,
        tag="seats",
        summary="End a seat",
    )
    def end_seat(self, request: Request, seat_id: UUID) -> Answer:
        """The seat stays on record, with the day on which it ended.

        POST /seats/01936f00-0000-7000-8000-00000000000e/end
        {"ended_on": "2026-09-01"}

        200 OK
        {"seat_id": "01936f00-0000-7000-8000-00000000000e", "area": "440305001012", "body": "property_office",
         "account_id": "property-li", "since": "2026-03-01", "ended_on": "2026-09-01"}
        """
        with self.database.transaction(request.access) as tx:
            seat = handlers.end(tx, seat_id, on=request.body["ended_on"], actor=request.actor, now=request.now)
            return request.answer(tx, seat, area=seat.area)

    @endpoint(
        "GET",
        "/seats",
        roles=access.SEERS,
        query=schemas.SeatsQuery,
        answer=schemas.SeatView,
        tag="seats",
        summary="List who acts for which body",
    )
    def list_seats(self, request: Request) -> Answer:
        """Present and former seats of a community, street or district where you work.

        GET /seats?area=440305001012&limit=1

        200 OK
        {"items": [{"seat_id": "01936f00-0000-7000-8000-00000000000e", "area": "440305001012",
         "body": "property_office", "account_id": "property-li", "since": "2026-03-01", "ended_on": null}],
         "next": null}
        """
        query, limit = request.query, request.query["limit"]
        with self.database.transaction(eyes(request.actor)) as tx:
            found = handlers.list_seats(
                tx, area=query["area"], after=query["cursor"], count=limit + 1, actor=request.actor
            )
        page = found[:limit]
        more = (page[-1].since.isoformat(), page[-1].seat_id) if len(found) > limit else None
        return request.page(None, page, more)
