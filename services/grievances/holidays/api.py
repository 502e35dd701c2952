"""The holiday table over HTTP; the operator's command loads it."""

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.holidays import handlers, schemas


class HolidaysApi:
    """Days off and weekend days worked 节假日安排."""

    database: Database

    @endpoint(
        "GET",
        "/holidays",
        roles=access.READERS,
        query=schemas.HolidaysQuery,
        answer=schemas.YearView,
        tag="deadlines",
        summary="The holiday table of one year",
    )
    def get_holidays(self, request: Request) -> Answer:
        """By which working days are counted; 404 for a year that was not loaded, whose weekends alone are off.

        GET /holidays?year=2026

        200 OK
        {"year": 2026, "source": "国务院办公厅关于2026年部分节假日安排的通知",
         "days": [{"day": "2026-10-01", "kind": "off", "name": "国庆节"}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(tx, handlers.get_year(tx, request.query["year"]))
