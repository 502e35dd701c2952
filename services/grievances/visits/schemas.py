"""Shapes at the edge: recording a follow-up visit, and how visits are shown."""

from marshmallow import Schema, fields, validate

PERFORMED = ("yes", "partly", "no")


class RecordVisit(Schema):
    """A visit that was made 回访 (人民调解法 Art. 31)."""

    held_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a Shanghai day; today when left out"}
    )
    performed = fields.String(
        required=True,
        validate=validate.OneOf(PERFORMED),
        metadata={"example": "partly", "description": "whether what was agreed had been performed"},
    )
    record = fields.String(
        required=True,
        validate=[validate.Length(1, 20_000), validate.Regexp(r"^\s*\S", error="Must say what was found.")],
        metadata={"example": "漏点已修，墙面尚未粉刷。", "description": "sealed at rest"},
    )


class VisitView(Schema):
    visit_id = fields.UUID(required=True)
    agreement_id = fields.UUID(required=True)
    held_on = fields.Date(required=True)
    performed = fields.String(required=True, validate=validate.OneOf(PERFORMED), metadata={"example": "partly"})
    reopening_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the reason_code to reopen the dispute with, when nothing was performed"},
    )
    record = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )


class Visits(Schema):
    visits = fields.List(fields.Nested(VisitView), required=True)
