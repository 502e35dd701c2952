"""Shapes at the edge: what is promised, that it was performed, and how both are shown."""

from marshmallow import Schema, fields, validate

OBLIGED = ("applicant", "respondent", "both")
PROGRESS = ("pending", "open", "overdue", "performed")


class PromiseGiven(Schema):
    """What one side, or both, will do until a day."""

    by = fields.String(required=True, validate=validate.OneOf(OBLIGED), metadata={"example": "respondent"})
    what = fields.String(
        required=True,
        validate=[validate.Length(1, 2_000), validate.Regexp(r"^\s*\S", error="Must say what is to be done.")],
        metadata={"example": "修复楼道漏点", "description": "sealed at rest"},
    )
    due_on = fields.Date(
        required=True, metadata={"example": "2026-03-31", "description": "the last Shanghai day for it"}
    )


class Performed(Schema):
    performed_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a Shanghai day; today when left out"}
    )


class ObligationView(Schema):
    number = fields.Integer(required=True, metadata={"example": 1, "description": "counted from 1"})
    by = fields.String(required=True, validate=validate.OneOf(OBLIGED), metadata={"example": "respondent"})
    what = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )
    due_on = fields.Date(required=True)
    performed_on = fields.Date(required=True, allow_none=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(PROGRESS),
        metadata={"example": "open", "description": "pending while its agreement is only drafted"},
    )
