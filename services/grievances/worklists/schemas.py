"""Shapes at the edge: asking for a list, and an item of it."""

from marshmallow import fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.disputes.schemas import STATES, DisputeView
from services.grievances.shapes import AREA

CASE_NUMBER = validate.Regexp(
    r"^[1-9][0-9]{11}-[0-9]{4}-[0-9]{4,9}(?!\n)$", error="Must be a case number, for example 440305001012-2026-0007."
)

CHANNELS = ("resident", "mediator", "grid_leader", "officer", "hotline", "open311")


class DisputesQuery(PageQuery):
    """Narrows a list of disputes."""

    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    own = fields.Boolean(load_default=False, metadata={"description": "only what you have filed, or was filed for you"})
    mine = fields.Boolean(load_default=False, metadata={"description": "only what you mediate"})
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    open = fields.Boolean(load_default=False, metadata={"description": "only what is not closed"})
    overdue = fields.Boolean(load_default=False, metadata={"description": "only what is late; what is latest first"})
    category = fields.String(load_default=None, validate=validate.Length(1, 40))
    relation = fields.String(load_default=None, validate=validate.Length(1, 40))
    channel = fields.String(load_default=None, validate=validate.OneOf(CHANNELS))
    case_number = fields.String(
        load_default=None,
        validate=CASE_NUMBER,
        metadata={"description": "the case of this number, if you see it", "example": "440305001012-2026-0007"},
    )
    order = fields.String(
        load_default="newest",
        validate=validate.OneOf(("newest", "due")),
        metadata={"description": "newest first, or what is due soonest first"},
    )
    q = fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={
            "example": "电梯 停运",
            "description": "for officers: parts that must all be in what was told, or in the name of the organisation "
            "complained of; each of two Chinese characters or more, or a whole number or word. A page may be short and "
            "still have a next one. Every search is audited.",
        },
    )
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class WorkItem(DisputeView):
    """A dispute in a list, with what is due of it next."""

    due_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "the first instant that is too late"}
    )
    due_rule = fields.String(
        required=True, allow_none=True, metadata={"example": "dispute.mediation", "description": "by which rule"}
    )
    escalated_to = fields.String(
        required=True, allow_none=True, metadata={"description": "the level a missed due time has brought it to"}
    )
