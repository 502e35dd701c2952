"""Shapes of the grid at the edge."""

from marshmallow import Schema, fields, validate

from chassis.http.cursors import CursorField, PageQuery
from services.members.shapes import division_code

KINDS = ("community", "compound", "building", "unit", "household")


class RegisterGridUnit(Schema):
    parent_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS[1:]), metadata={"example": "building"})
    label = fields.String(required=True, validate=validate.Length(1, 60), metadata={"example": "3栋"})


class GridUnitsQuery(PageQuery):
    """What lies in an area, or directly in one unit, of one kind or of all."""

    cursor = CursorField(fields.String(validate=validate.Regexp(r"^(/[0-9a-f-]{36})+\Z")))
    area = division_code(load_default=None)
    parent = fields.UUID(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(KINDS))


class GridUnitView(Schema):
    grid_unit_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS), metadata={"example": "building"})
    parent_id = fields.UUID(required=True, allow_none=True)
    path = fields.String(
        required=True, metadata={"description": "ids from the community's own unit down to this one: /<id>/<id>"}
    )
    label = fields.String(required=True, metadata={"example": "3栋"})
    area = division_code(required=True)
    version = fields.Integer(required=True, metadata={"example": 1})
