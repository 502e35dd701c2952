"""Shapes at the edge: suggested duplicates, linking and unlinking."""

from marshmallow import Schema, fields, validate

from services.grievances.disputes.schemas import DisputeView

EVIDENCE = ("same_applicant", "same_matter", "same_respondent")
REASONS = ("closed_in_error", "new_facts")


class LinkDispute(Schema):
    to = fields.UUID(
        required=True,
        metadata={
            "example": "01936f00-0000-7000-8000-00000000000b",
            "description": "the open case that is worked on for both",
        },
    )


class UnlinkDispute(Schema):
    reason_code = fields.String(
        load_default="closed_in_error", validate=validate.OneOf(REASONS), metadata={"example": "new_facts"}
    )


class ReasonView(Schema):
    evidence = fields.String(required=True, validate=validate.OneOf(EVIDENCE), metadata={"example": "same_matter"})
    evidence_zh = fields.String(required=True, metadata={"example": "类别相同、地点相同、时间相近"})


class LookAlikeView(Schema):
    """A case that may tell the same story, and why: nobody's personal data."""

    dispute = fields.Nested(DisputeView, required=True)
    reasons = fields.List(fields.Nested(ReasonView), required=True)


class RelatedView(Schema):
    suggested = fields.List(
        fields.Nested(LookAlikeView), required=True, metadata={"description": "the most likely first, at most 20"}
    )
    linked = fields.List(
        fields.Nested(DisputeView), required=True, metadata={"description": "what is worked on with this one already"}
    )
