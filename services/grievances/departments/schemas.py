"""Shapes at the edge: departments and who acts for them."""

from marshmallow import Schema, fields, validate

from services.grievances.shapes import ACCOUNT, AREA, ONE_LINE

CODE = validate.Regexp(
    r"^[a-z][a-z0-9_]{0,39}(?!\n)$", error="Must be the code of a department, for example urban_management."
)
LEVELS = ("street", "district", "city")
POSITIONS = ("staff", "head")


class AddDepartment(Schema):
    """A department that can be in charge of a matter."""

    code = fields.String(
        required=True,
        validate=CODE,
        metadata={"example": "urban_management", "description": "a word; it goes out in facts"},
    )
    name_zh = fields.String(
        required=True, validate=[validate.Length(1, 100), ONE_LINE], metadata={"example": "区城市管理局"}
    )
    name_en = fields.String(
        required=True,
        validate=[validate.Length(1, 100), ONE_LINE],
        metadata={"example": "District urban management bureau"},
    )
    level = fields.String(
        required=True,
        validate=validate.OneOf(LEVELS),
        metadata={"example": "district", "description": "the level above it reviews (信访工作条例 Art. 35)"},
    )
    area = fields.String(
        required=True,
        validate=AREA,
        metadata={"example": "440305000000", "description": "the street or district it is in charge of"},
    )


class DepartmentView(Schema):
    code = fields.String(required=True, metadata={"example": "urban_management"})
    name_zh = fields.String(required=True, metadata={"example": "区城市管理局"})
    name_en = fields.String(required=True, metadata={"example": "District urban management bureau"})
    level = fields.String(required=True, metadata={"example": "district"})
    area = fields.String(required=True, metadata={"example": "440305000000"})
    in_use = fields.Boolean(required=True)


class Departments(Schema):
    departments = fields.List(fields.Nested(DepartmentView), required=True)


class AddDepartmentSeat(Schema):
    account_id = fields.String(required=True, validate=ACCOUNT, metadata={"example": "department-lin"})
    position = fields.String(
        load_default="staff",
        validate=validate.OneOf(POSITIONS),
        metadata={"description": "head 负责人: also approves extensions (信访工作条例 Art. 34)"},
    )


class DepartmentSeatView(Schema):
    seat_id = fields.UUID(required=True)
    department_code = fields.String(required=True, attribute="code", metadata={"example": "urban_management"})
    account_id = fields.String(required=True, metadata={"example": "department-lin"})
    position = fields.String(required=True, metadata={"example": "staff"})
    since = fields.Date(required=True)
    ended_on = fields.Date(required=True, allow_none=True)


class DepartmentSeats(Schema):
    seats = fields.List(fields.Nested(DepartmentSeatView), required=True)
