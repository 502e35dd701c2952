"""Shapes of divisions at the edge."""

from marshmallow import Schema, fields, validate

from chassis.http.cursors import CursorField, PageQuery
from services.members.shapes import division_code

LEVELS = ("district", "street", "community")


class DivisionsQuery(PageQuery):
    """The children of one division or the whole tree, of one level or of all."""

    limit = fields.Integer(
        load_default=100,
        validate=validate.Range(1, 1000),
        metadata={"description": "the most divisions of one page; a district rarely has 1,000"},
    )
    cursor = CursorField(division_code())
    parent = division_code(load_default=None)
    level = fields.String(load_default=None, validate=validate.OneOf(LEVELS))


class DivisionQuery(Schema):
    on = fields.Date(
        load_default=None, metadata={"description": "the name borne on this day; without it, the present one"}
    )


class DivisionView(Schema):
    code = division_code(required=True)
    name = fields.String(required=True, metadata={"example": "星海名城社区居委会"})
    level = fields.String(required=True, validate=validate.OneOf(LEVELS), metadata={"example": "community"})
    parent_code = division_code(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1})
