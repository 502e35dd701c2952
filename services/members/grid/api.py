"""The grid over HTTP."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.members.access import GRID_READERS, OFFICERS
from services.members.grid import handlers, schemas
from services.members.pages import cut


class GridApi:
    """Officers keep the grid of their area; leaders read their own part of it."""

    database: Database

    @endpoint(
        "POST",
        "/grid-units",
        roles=OFFICERS,
        body=schemas.RegisterGridUnit,
        answer=schemas.GridUnitView,
        status=201,
        summary="Add a place to the grid (网格)",
        tag="grid",
    )
    def register_grid_unit(self, request: Request) -> Answer:
        """A compound, building, unit or household in a larger place; the community's own unit is there already.

        POST /grid-units
        {"parent_id": "01936f00-0000-7000-8000-000000000001", "kind": "building", "label": "3栋"}

        201
        {"grid_unit_id": "01936f00-0000-7000-8000-000000000003", "kind": "building",
         "parent_id": "01936f00-0000-7000-8000-000000000001",
         "path": "/01936f00-0000-7000-8000-000000000001/01936f00-0000-7000-8000-000000000003", "label": "3栋",
         "area": "440305001012", "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            unit = handlers.register(tx, handlers.Register(**request.body), actor=request.actor, now=request.now)
            return request.answer(
                tx, unit, version=unit.version, location=f"/grid-units/{unit.grid_unit_id}", area=unit.area
            )

    @endpoint(
        "GET",
        "/grid-units",
        roles=GRID_READERS,
        query=schemas.GridUnitsQuery,
        answer=schemas.GridUnitView,
        summary="List the places of the caller's grid",
        tag="grid",
    )
    def list_grid_units(self, request: Request) -> Answer:
        """What the caller's roles show, each place before what lies in it.

        GET /grid-units?area=440305001012&kind=building

        200
        {"items": [{"grid_unit_id": "01936f00-0000-7000-8000-000000000003", "kind": "building",
         "parent_id": "01936f00-0000-7000-8000-000000000001",
         "path": "/01936f00-0000-7000-8000-000000000001/01936f00-0000-7000-8000-000000000003", "label": "3栋",
         "area": "440305001012", "version": 1}], "next": null}
        """
        query = request.query
        [after] = query["cursor"] or [""]
        with self.database.transaction(request.access) as tx:
            found = handlers.list_units(
                tx,
                actor=request.actor,
                area=query["area"],
                kind=query["kind"],
                parent_id=query["parent"],
                after=after,
                limit=query["limit"] + 1,
            )
            return request.page(tx, *cut(found, query["limit"], lambda unit: (unit.path,)))

    @endpoint(
        "GET",
        "/grid-units/<uuid:grid_unit_id>",
        roles=GRID_READERS,
        answer=schemas.GridUnitView,
        summary="Read one place",
        tag="grid",
    )
    def get_grid_unit(self, request: Request, grid_unit_id: UUID) -> Answer:
        """One place by its id.

        GET /grid-units/01936f00-0000-7000-8000-000000000003

        200
        {"grid_unit_id": "01936f00-0000-7000-8000-000000000003", "kind": "building",
         "parent_id": "01936f00-0000-7000-8000-000000000001",
         "path": "/01936f00-0000-7000-8000-000000000001/01936f00-0000-7000-8000-000000000003", "label": "3栋",
         "area": "440305001012", "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            unit = handlers.get_unit(tx, grid_unit_id, actor=request.actor)
            return request.answer(tx, unit, version=unit.version)
