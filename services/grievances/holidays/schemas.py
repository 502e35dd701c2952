"""Shapes at the edge: the holiday table of a year."""

from marshmallow import Schema, fields, validate


class HolidaysQuery(Schema):
    year = fields.Integer(
        required=True, validate=validate.Range(2000, 2100), metadata={"example": 2026, "description": "of Shanghai"}
    )


class HolidayView(Schema):
    day = fields.Date(required=True, metadata={"example": "2026-10-01"})
    kind = fields.Function(
        lambda holiday: "work" if holiday.is_working else "off",
        required=True,
        metadata={"type": "string", "enum": ["off", "work"], "description": "a weekday off, or a weekend day worked"},
    )
    name = fields.String(required=True, metadata={"example": "国庆节"})


class YearView(Schema):
    """What differs from the week's own rhythm in one year."""

    year = fields.Integer(required=True, metadata={"example": 2026})
    source = fields.String(required=True, metadata={"example": "国务院办公厅关于2026年部分节假日安排的通知"})
    days = fields.List(fields.Nested(HolidayView), required=True)
