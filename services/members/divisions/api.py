"""The division tree over HTTP."""

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.members.access import EVERYONE
from services.members.divisions import handlers, schemas, store
from services.members.pages import cut


class DivisionsApi:
    """The official list; the operator's command loads it, everyone signed in reads it."""

    database: Database

    @endpoint(
        "GET",
        "/divisions",
        roles=EVERYONE,
        query=schemas.DivisionsQuery,
        answer=schemas.DivisionView,
        summary="List divisions (统计用区划)",
        tag="divisions",
    )
    def list_divisions(self, request: Request) -> Answer:
        """The district, its streets and their communities, by code; with `parent`, what lies directly in one.

        GET /divisions?parent=440305001000&limit=1

        200
        {"items": [{"code": "440305001001", "name": "南头城社区居委会", "level": "community",
         "parent_code": "440305001000", "version": 1}], "next": "AbCdEf"}
        """
        query = request.query
        [after] = query["cursor"] or [""]
        with self.database.transaction(request.access) as tx:
            found = store.page(tx, parent=query["parent"], level=query["level"], after=after, limit=query["limit"] + 1)
            return request.page(tx, *cut(found, query["limit"], lambda division: (division.code,)))

    @endpoint(
        "GET",
        "/divisions/<area:code>",
        roles=EVERYONE,
        query=schemas.DivisionQuery,
        answer=schemas.DivisionView,
        summary="Read one division, as it is or as it was called on a day",
        tag="divisions",
    )
    def get_division(self, request: Request, code: str) -> Answer:
        """One division by its code.

        GET /divisions/440305001012?on=2026-03-01

        200
        {"code": "440305001012", "name": "星海名城社区居委会", "level": "community", "parent_code": "440305001000",
         "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            division = handlers.get_division(tx, code, request.query["on"])
            return request.answer(tx, division, version=division.version)
