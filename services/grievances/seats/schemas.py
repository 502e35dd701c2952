"""Shapes at the edge: giving and ending seats, and how they are shown."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.shapes import ACCOUNT, AREA, BODIES


class GiveSeat(Schema):
    """Who acts for which of the five bodies of a community."""

    area = fields.String(
        required=True, validate=AREA, metadata={"example": "440305001012", "description": "the community"}
    )
    body = fields.String(required=True, validate=validate.OneOf(BODIES), metadata={"example": "property_office"})
    account_id = fields.String(required=True, validate=ACCOUNT, metadata={"example": "property-li"})
    since = fields.Date(
        load_default=None, allow_none=True, metadata={"example": "2026-03-01", "description": "today unless given"}
    )


class EndSeat(Schema):
    ended_on = fields.Date(
        load_default=None, allow_none=True, metadata={"example": "2026-09-01", "description": "today unless given"}
    )


class SeatsQuery(PageQuery):
    area = fields.String(
        required=True,
        validate=AREA,
        metadata={"example": "440305001012", "description": "a community, street or district"},
    )
    cursor = CursorField(fields.Date(), fields.UUID())


class SeatView(Schema):
    seat_id = fields.UUID(required=True)
    area = fields.String(required=True, metadata={"example": "440305001012"})
    body = fields.String(required=True, validate=validate.OneOf(BODIES), metadata={"example": "property_office"})
    account_id = fields.String(required=True, metadata={"example": "property-li"})
    since = fields.Date(required=True, metadata={"example": "2026-03-01"})
    ended_on = fields.Date(required=True, allow_none=True)
