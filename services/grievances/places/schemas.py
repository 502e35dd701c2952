"""What we read of members' facts: no more than we keep, and tolerant of what they add."""

from marshmallow import EXCLUDE, Schema, fields, validate

CODE = validate.Regexp(r"^[1-9][0-9]{11}(?!\n)$", error="Must be a 12-digit division code.")


class DivisionRegistered(Schema):
    """Of `division.registered`."""

    class Meta:
        unknown = EXCLUDE

    code = fields.String(required=True, validate=CODE)
    name = fields.String(required=True, validate=validate.Length(min=1))
    level = fields.String(required=True, validate=validate.Length(min=1))
    parent_code = fields.String(required=True, allow_none=True, validate=CODE)


class GridUnitRegistered(Schema):
    """Of `grid_unit.registered`; the community is the event's area."""

    class Meta:
        unknown = EXCLUDE

    grid_unit_id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.Length(min=1))
    path = fields.String(required=True, validate=validate.Regexp(r"^/.", error="Must begin with a slash."))
