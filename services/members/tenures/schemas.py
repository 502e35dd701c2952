"""Shapes of tenures at the edge. A holder has been masked before it comes here, unless a purpose was given."""

from marshmallow import Schema, fields, validate

from services.members.shapes import account

LEVELS = ("household", "building", "compound", "community")

PURPOSES = ("contact", "handover", "review")

_PHONE = r"^(1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?)\Z"


def _line(at_least: int, at_most: int) -> validate.Regexp:
    return validate.Regexp(
        rf"^\S[^\x00-\x1f\x7f]{{{at_least - 1},{at_most - 1}}}\Z",
        error=f"Must be {at_least} to {at_most} characters on one line that does not begin with a space.",
    )


class StartTenure(Schema):
    grid_unit_id = fields.UUID(required=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS), metadata={"example": "building"})
    holder_id = account(
        required=True,
        metadata={"example": "leader-7", "description": "the account, which is the `sub` of the holder's tokens"},
    )
    holder_name = fields.String(required=True, validate=_line(1, 50), metadata={"example": "王小明"})
    holder_phone = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(_PHONE, error="Must be a mobile or a landline, for example 13800138000."),
        metadata={"example": "13800138000"},
    )
    from_date = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "the first day; today when left out, never in the future"},
    )


class EndTenure(Schema):
    until_date = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "the first day without; today when left out"}
    )


class LeadersQuery(Schema):
    purpose = fields.String(
        load_default=None,
        validate=validate.OneOf(PURPOSES),
        metadata={"description": "what names and phones are needed for in full; officers only, kept in the audit"},
    )


class TenureView(Schema):
    """`until_date` is the first day on which the holder no longer answers, null for the current one."""

    tenure_id = fields.UUID(required=True)
    grid_unit_id = fields.UUID(required=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS), metadata={"example": "building"})
    holder_id = fields.String(required=True, attribute="holder.holder_id", metadata={"example": "leader-7"})
    holder_name = fields.String(required=True, attribute="holder.name", metadata={"example": "王**"})
    holder_phone = fields.String(
        required=True, allow_none=True, attribute="holder.phone", metadata={"example": "138****8000"}
    )
    from_date = fields.Date(required=True, metadata={"example": "2026-03-01"})
    until_date = fields.Date(required=True, allow_none=True, metadata={"example": None})
    version = fields.Integer(required=True, metadata={"example": 1})


class LeadersView(Schema):
    """`leaders` from the nearest level to the farthest; `vacant` are the levels nobody holds."""

    grid_unit_id = fields.UUID(required=True)
    leaders = fields.List(fields.Nested(TenureView), required=True)
    vacant = fields.List(fields.String(validate=validate.OneOf(LEVELS)), required=True)
