"""Tenures over HTTP."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, PageQuery, Request, endpoint
from services.members.access import GRID_READERS, OFFICERS, Purpose
from services.members.pages import cut
from services.members.tenures import handlers, schemas


class TenuresApi:
    """Officers appoint and relieve; who may read a place sees, masked, who answers for it."""

    database: Database

    @endpoint(
        "POST",
        "/tenures",
        roles=OFFICERS,
        body=schemas.StartTenure,
        answer=schemas.TenureView,
        status=201,
        summary="Appoint a leader (四级负责); the former one's tenure ends",
        tag="tenures",
    )
    def start_tenure(self, request: Request) -> Answer:
        """One current holder for each unit and level.

        POST /tenures
        {"grid_unit_id": "01936f00-0000-7000-8000-000000000003", "level": "building", "holder_id": "leader-7",
         "holder_name": "王小明", "holder_phone": "13800138000"}

        201
        {"tenure_id": "01936f00-0000-7000-8000-000000000004", "grid_unit_id": "01936f00-0000-7000-8000-000000000003",
         "level": "building", "holder_id": "leader-7", "holder_name": "王**", "holder_phone": "138****8000",
         "from_date": "2026-03-01", "until_date": null, "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            tenure = handlers.start(tx, handlers.Start(**request.body), actor=request.actor, now=request.now)
            return request.answer(
                tx, tenure, version=tenure.version, location=f"/tenures/{tenure.tenure_id}", area=tenure.area
            )

    @endpoint(
        "POST",
        "/tenures/<uuid:tenure_id>/end",
        roles=OFFICERS,
        body=schemas.EndTenure,
        answer=schemas.TenureView,
        versioned=True,
        summary="End a tenure; the level stays vacant",
        tag="tenures",
    )
    def end_tenure(self, request: Request, tenure_id: UUID) -> Answer:
        """From the day given, or today, the holder no longer answers.

        POST /tenures/01936f00-0000-7000-8000-000000000004/end
        If-Match: "1"
        {"until_date": "2026-03-31"}

        200
        {"tenure_id": "01936f00-0000-7000-8000-000000000004", "grid_unit_id": "01936f00-0000-7000-8000-000000000003",
         "level": "building", "holder_id": "leader-7", "holder_name": "王**", "holder_phone": "138****8000",
         "from_date": "2026-03-01", "until_date": "2026-03-31", "version": 2}
        """
        with self.database.transaction(request.access) as tx:
            tenure = handlers.end(
                tx,
                tenure_id,
                until_date=request.body["until_date"],
                version=request.version,
                actor=request.actor,
                now=request.now,
            )
            return request.answer(tx, tenure, version=tenure.version, area=tenure.area)

    @endpoint(
        "GET",
        "/tenures/<uuid:tenure_id>",
        roles=OFFICERS,
        answer=schemas.TenureView,
        summary="Read one tenure, masked",
        tag="tenures",
    )
    def get_tenure(self, request: Request, tenure_id: UUID) -> Answer:
        """One tenure by its id; its ETag is what ending it asks for.

        GET /tenures/01936f00-0000-7000-8000-000000000004

        200
        {"tenure_id": "01936f00-0000-7000-8000-000000000004", "grid_unit_id": "01936f00-0000-7000-8000-000000000003",
         "level": "building", "holder_id": "leader-7", "holder_name": "王**", "holder_phone": "138****8000",
         "from_date": "2026-03-01", "until_date": null, "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            tenure = handlers.get_tenure(tx, tenure_id, actor=request.actor)
            return request.answer(tx, tenure, version=tenure.version)

    @endpoint(
        "GET",
        "/grid-units/<uuid:grid_unit_id>/tenures",
        roles=OFFICERS,
        query=PageQuery,
        answer=schemas.TenureView,
        summary="List who has answered for a place, masked",
        tag="tenures",
    )
    def list_tenures(self, request: Request, grid_unit_id: UUID) -> Answer:
        """The history of one unit, the latest entered first.

        GET /grid-units/01936f00-0000-7000-8000-000000000003/tenures

        200
        {"items": [{"tenure_id": "01936f00-0000-7000-8000-000000000004",
         "grid_unit_id": "01936f00-0000-7000-8000-000000000003", "level": "building", "holder_id": "leader-7",
         "holder_name": "王**", "holder_phone": "138****8000", "from_date": "2026-03-01", "until_date": null,
         "version": 1}], "next": null}
        """
        query = request.query
        [before] = query["cursor"] or [None]
        with self.database.transaction(request.access) as tx:
            found = handlers.list_tenures(
                tx, grid_unit_id, before=before, limit=query["limit"] + 1, actor=request.actor
            )
            return request.page(tx, *cut(found, query["limit"], lambda tenure: (tenure.tenure_id,)))

    @endpoint(
        "GET",
        "/grid-units/<uuid:grid_unit_id>/leaders",
        roles=GRID_READERS,
        query=schemas.LeadersQuery,
        answer=schemas.LeadersView,
        summary="Who answers for a place, at the four levels",
        tag="tenures",
    )
    def get_leaders(self, request: Request, grid_unit_id: UUID) -> Answer:
        """For each level the holder on the nearest unit going up from the place, itself included.

        Names and phones are masked; an officer who states a purpose sees them in full, and that is audited.

        GET /grid-units/01936f00-0000-7000-8000-000000000003/leaders

        200
        {"grid_unit_id": "01936f00-0000-7000-8000-000000000003",
         "leaders": [{"tenure_id": "01936f00-0000-7000-8000-000000000004",
         "grid_unit_id": "01936f00-0000-7000-8000-000000000003", "level": "building", "holder_id": "leader-7",
         "holder_name": "王**", "holder_phone": "138****8000", "from_date": "2026-03-01", "until_date": null,
         "version": 1}], "vacant": ["household", "compound", "community"]}
        """
        stated = request.query["purpose"]
        purpose = Purpose(stated) if stated else None
        with self.database.transaction(request.access) as tx:
            leaders = handlers.get_leaders(tx, grid_unit_id, purpose=purpose, actor=request.actor)
            return request.answer(tx, leaders)
