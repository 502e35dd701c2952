"""What we read of members' facts: no more than we keep, and tolerant of what they add."""

from marshmallow import EXCLUDE, Schema, fields


class DivisionRegistered(Schema):
    """Of `division.registered`."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True)
    parent_code = fields.String(required=True, allow_none=True)


class GridUnitRegistered(Schema):
    """Of `grid_unit.registered`; the community is the event's area."""

    class Meta:
        unknown = EXCLUDE

    grid_unit_id = fields.UUID(required=True)
    kind = fields.String(required=True)
    path = fields.String(required=True)
