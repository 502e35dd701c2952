"""Shapes at the edge: what has come up, and what is ordered."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.shapes import AREA

LEVELS = ("street", "district")


class EscalationsQuery(PageQuery):
    """Narrows a list of escalations."""

    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    level = fields.String(
        load_default=None,
        validate=validate.OneOf(LEVELS),
        metadata={"description": "the level it has come to; your own without it"},
    )
    open = fields.Boolean(
        load_default=None, metadata={"description": "true: the duty is still not done; false: it has moved on"}
    )
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class GiveInstruction(Schema):
    instruction = fields.String(
        required=True,
        validate=[validate.Length(1, 4000), validate.Regexp(r"^\s*\S", error="Must say what is to be done.")],
        metadata={"example": "请社区三日内召集双方调解，并书面报街道。", "description": "sealed at rest"},
    )


class EscalationView(Schema):
    """What a missed duty has brought up to a level, without what was ordered."""

    escalation_id = fields.UUID(required=True)
    deadline_id = fields.UUID(required=True)
    level = fields.String(required=True, validate=validate.OneOf(LEVELS), metadata={"example": "street"})
    thing = fields.String(required=True, metadata={"example": "dispute", "description": "what was due"})
    thing_id = fields.UUID(required=True)
    rule = fields.String(required=True, metadata={"example": "dispute.acceptance"})
    area = fields.String(required=True, metadata={"example": "440305001012"})
    category = fields.String(required=True, allow_none=True, metadata={"example": "repair"})
    relation = fields.String(required=True, allow_none=True, metadata={"example": "owner_property"})
    due_at = fields.AwareDateTime(required=True, metadata={"description": "the first instant that was too late"})
    raised_at = fields.AwareDateTime(required=True)
    answered_by = fields.String(required=True, allow_none=True, metadata={"example": "officer-li"})
    answered_at = fields.AwareDateTime(required=True, allow_none=True)
    settled_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "when what was due was done or replaced"}
    )


class EscalationDetail(EscalationView):
    """The same with what was ordered 督办意见."""

    instruction = fields.String(
        required=True, allow_none=True, metadata={"example": "请社区三日内召集双方调解，并书面报街道。"}
    )
