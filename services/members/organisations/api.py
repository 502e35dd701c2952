"""Party organisations over HTTP."""

from uuid import UUID

from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.members.access import EVERYONE, OFFICERS
from services.members.organisations import handlers, schemas
from services.members.pages import cut


class OrganisationsApi:
    """Officers register them in their area; everyone signed in sees them and the coverage by them."""

    database: Database

    @endpoint(
        "POST",
        "/organisations",
        roles=OFFICERS,
        body=schemas.RegisterOrganisation,
        answer=schemas.OrganisationView,
        status=201,
        summary="Register a party organisation (党组织)",
        tag="organisations",
    )
    def register_organisation(self, request: Request) -> Answer:
        """A committee, general branch, branch or group of a division, under another or under none.

        POST /organisations
        {"name": "星海名城社区党总支", "kind": "general_branch", "area": "440305001012"}

        201
        {"organisation_id": "01936f00-0000-7000-8000-000000000002", "name": "星海名城社区党总支",
         "kind": "general_branch", "area": "440305001012", "parent_id": null, "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            made = handlers.register(tx, handlers.Register(**request.body), actor=request.actor, now=request.now)
            return request.answer(
                tx, made, version=made.version, location=f"/organisations/{made.organisation_id}", area=made.area
            )

    @endpoint(
        "GET",
        "/organisations",
        roles=EVERYONE,
        query=schemas.OrganisationsQuery,
        answer=schemas.OrganisationView,
        summary="List the organisations of an area",
        tag="organisations",
    )
    def list_organisations(self, request: Request) -> Answer:
        """Those of a division and of all that lies in it, the latest registered first.

        GET /organisations?area=440305000000&kind=committee

        200
        {"items": [{"organisation_id": "01936f00-0000-7000-8000-000000000002", "name": "海月社区党委",
         "kind": "committee", "area": "440305006011", "parent_id": null, "version": 1}], "next": null}
        """
        query = request.query
        [before] = query["cursor"] or [None]
        with self.database.transaction(request.access) as tx:
            found = handlers.list_organisations(
                tx, area=query["area"], kind=query["kind"], before=before, limit=query["limit"] + 1
            )
            return request.page(tx, *cut(found, query["limit"], lambda organisation: (organisation.organisation_id,)))

    @endpoint(
        "GET",
        "/organisations/<uuid:organisation_id>",
        roles=EVERYONE,
        answer=schemas.OrganisationView,
        summary="Read one organisation",
        tag="organisations",
    )
    def get_organisation(self, request: Request, organisation_id: UUID) -> Answer:
        """One organisation by its id.

        GET /organisations/01936f00-0000-7000-8000-000000000002

        200
        {"organisation_id": "01936f00-0000-7000-8000-000000000002", "name": "海月社区党委", "kind": "committee",
         "area": "440305006011", "parent_id": null, "version": 1}
        """
        with self.database.transaction(request.access) as tx:
            found = handlers.get_organisation(tx, organisation_id)
            return request.answer(tx, found, version=found.version)

    @endpoint(
        "GET",
        "/organisations/coverage/<area:code>",
        roles=EVERYONE,
        answer=schemas.CoverageView,
        summary="How many communities have which organisation (组织全覆盖)",
        tag="organisations",
    )
    def get_coverage(self, request: Request, code: str) -> Answer:
        """The communities of an area, each counted once under the highest organisation it has.

        GET /organisations/coverage/440305000000

        200
        {"area": "440305000000", "communities": 98, "committee": 10, "general_branch": 39, "branch": 49, "none": 0}
        """
        with self.database.transaction(request.access) as tx:
            return request.answer(tx, handlers.get_coverage(tx, code))
