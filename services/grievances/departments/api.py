"""HTTP entrypoints of departments."""

from uuid import UUID

import uuid_utils.compat

from chassis.calendar import local_day
from chassis.database import Database
from chassis.http import Answer, Request, endpoint
from services.grievances import access
from services.grievances.access import eyes
from services.grievances.departments import handlers, schemas, store
from services.grievances.departments.model import Department, Level, Position, Seat

READERS = access.READERS | {"department_officer"}


class DepartmentsApi:
    """Keep the departments in charge, and who acts for them."""

    database: Database

    @endpoint(
        "POST",
        "/departments",
        roles=handlers.KEEPERS,
        body=schemas.AddDepartment,
        answer=schemas.DepartmentView,
        status=201,
        tag="departments",
        summary="Add a department",
    )
    def add_department(self, request: Request) -> Answer:
        """From now on matters can be referred to it.

        POST /departments
        {"code": "urban_management", "name_zh": "区城市管理局", "name_en": "District urban management bureau",
         "level": "district", "area": "440305000000"}

        201 Created
        {"code": "urban_management", "level": "district", "area": "440305000000", "in_use": true}
        """
        body = request.body
        department = Department(body["code"], body["name_zh"], body["name_en"], Level(body["level"]), body["area"])
        with self.database.transaction(eyes(request.actor)) as tx:
            handlers.add(tx, department, actor=request.actor)
            thing = f"/departments/{department.code}"
            return request.answer(tx, department, location="/departments", thing=thing, area=department.area)

    @endpoint(
        "GET",
        "/departments",
        roles=READERS,
        answer=schemas.Departments,
        tag="departments",
        summary="The departments matters can be referred to",
    )
    def list_departments(self, request: Request) -> Answer:
        """Those in use first; Chinese first.

        GET /departments

        200 OK
        {"departments": [{"code": "urban_management", "name_zh": "区城市管理局",
         "name_en": "District urban management bureau", "level": "district", "area": "440305000000", "in_use": true}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(None, {"departments": store.list_departments(tx)})

    @endpoint(
        "POST",
        "/departments/<code>/retire",
        roles=handlers.KEEPERS,
        answer=schemas.DepartmentView,
        tag="departments",
        summary="Give a department no new matters",
    )
    def retire_department(self, request: Request, code: str) -> Answer:
        """What it has, it keeps; no department is removed.

        POST /departments/urban_management/retire

        200 OK
        {"code": "urban_management", "in_use": false}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            department = handlers.retire(tx, code, actor=request.actor)
            return request.answer(tx, department, area=department.area)

    @endpoint(
        "POST",
        "/departments/<code>/restore",
        roles=handlers.KEEPERS,
        answer=schemas.DepartmentView,
        tag="departments",
        summary="Give a department new matters again",
    )
    def restore_department(self, request: Request, code: str) -> Answer:
        """For one that was retired.

        POST /departments/urban_management/restore

        200 OK
        {"code": "urban_management", "in_use": true}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            department = handlers.restore(tx, code, actor=request.actor)
            return request.answer(tx, department, area=department.area)

    @endpoint(
        "POST",
        "/departments/<code>/seats",
        roles=handlers.KEEPERS,
        body=schemas.AddDepartmentSeat,
        answer=schemas.DepartmentSeatView,
        status=201,
        tag="departments",
        summary="Say who acts for a department",
    )
    def add_department_seat(self, request: Request, code: str) -> Answer:
        """From now on the account sees and handles what is with the department, and nothing about the department.

        POST /departments/urban_management/seats
        {"account_id": "department-lin", "position": "staff"}

        201 Created
        {"seat_id": "01936f00-0000-7000-8000-0000000000d1", "department_code": "urban_management",
         "account_id": "department-lin"}
        """
        body = request.body
        today = local_day(request.now)
        seat = Seat(uuid_utils.compat.uuid7(), code, body["account_id"], Position(body["position"]), today)
        with self.database.transaction(eyes(request.actor)) as tx:
            handlers.seat(tx, seat, actor=request.actor)
            where = f"/departments/{code}/seats"
            return request.answer(tx, seat, location=where, thing=f"{where}/{seat.seat_id}")

    @endpoint(
        "GET",
        "/departments/<code>/seats",
        roles=handlers.KEEPERS | {"department_officer"} | access.OFFICERS,
        answer=schemas.DepartmentSeats,
        tag="departments",
        summary="Who acts for a department",
    )
    def list_department_seats(self, request: Request, code: str) -> Answer:
        """For the district, and for who acts for it.

        GET /departments/urban_management/seats

        200 OK
        {"seats": [{"seat_id": "01936f00-0000-7000-8000-0000000000d1", "account_id": "department-lin",
         "position": "staff", "since": "2026-03-10", "ended_on": null}]}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            return request.answer(None, {"seats": handlers.list_seats(tx, code, actor=request.actor)})

    @endpoint(
        "POST",
        "/departments/<code>/seats/<uuid:seat_id>/end",
        roles=handlers.KEEPERS,
        answer=schemas.DepartmentSeatView,
        tag="departments",
        summary="Say that somebody acts for a department no more",
    )
    def end_department_seat(self, request: Request, code: str, seat_id: UUID) -> Answer:
        """What was done stays; what it handled is given to a successor by the head of the department.

        POST /departments/urban_management/seats/01936f00-0000-7000-8000-0000000000d1/end

        200 OK
        {"seat_id": "01936f00-0000-7000-8000-0000000000d1", "account_id": "department-lin", "ended_on": "2026-04-01"}
        """
        with self.database.transaction(eyes(request.actor)) as tx:
            seat = handlers.end_seat(tx, code, seat_id, actor=request.actor, now=request.now)
            return request.answer(tx, seat)
