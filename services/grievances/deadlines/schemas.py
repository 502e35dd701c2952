"""Shapes at the edge: what is due, and how long things may take."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.shapes import AREA

WORD = validate.Regexp(r"^[a-z_.]{1,60}(?!\n)$", error="Must be a name such as dispute or dispute.mediation.")
DAYS = validate.Range(0, 3650)


class DeadlinesQuery(PageQuery):
    """Narrows a list of what is due."""

    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    overdue = fields.Boolean(load_default=False, metadata={"description": "only what is too late"})
    near = fields.Boolean(load_default=False, metadata={"description": "only what will soon be too late"})
    thing = fields.String(
        load_default=None, validate=WORD, metadata={"description": "a kind, for example dispute, agreement or referral"}
    )
    thing_id = fields.UUID(
        load_default=None, metadata={"description": "what is due of one thing that you may see, wherever it lies"}
    )
    rule = fields.String(load_default=None, validate=WORD, metadata={"description": "one of GET /deadline-rules"})
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class DeadlineView(Schema):
    """When something is due, and who is responsible for it now."""

    deadline_id = fields.UUID(required=True)
    thing = fields.String(required=True, metadata={"example": "dispute"})
    thing_id = fields.UUID(required=True)
    slot = fields.String(
        required=True, metadata={"example": "state", "description": "several things can be due of one at a time"}
    )
    rule = fields.String(required=True, metadata={"example": "dispute.mediation"})
    area = fields.String(required=True, metadata={"example": "440305001012"})
    category = fields.String(required=True, allow_none=True, metadata={"example": "repair"})
    relation = fields.String(required=True, allow_none=True, metadata={"example": "owner_property"})
    started_at = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(required=True, metadata={"description": "the first instant that is too late"})
    due_on = fields.Date(
        required=True, attribute="last_day", metadata={"description": "the last Shanghai day that is in time"}
    )
    state = fields.String(
        required=True,
        validate=validate.OneOf(("waiting", "near", "missed", "lapsed")),
        metadata={"example": "near", "description": "lapsed: nobody missed a duty, a right was not used"},
    )
    level = fields.String(required=True, validate=validate.OneOf(("community", "street", "district")))
    provisional = fields.Boolean(
        required=True,
        metadata={"description": "counted past the end of the holiday table, by weekends alone; it may still move"},
    )


class RuleView(Schema):
    """How long one kind of thing may take."""

    rule = fields.String(required=True, metadata={"example": "dispute.mediation"})
    amount = fields.Integer(
        required=True, allow_none=True, metadata={"example": 30, "description": "null: each thing has its own last day"}
    )
    unit = fields.String(required=True, validate=validate.OneOf(("days", "working_days")), metadata={"example": "days"})
    is_duty = fields.Boolean(required=True, metadata={"description": "false: a right, which only lapses"})
    near_hours = fields.Integer(required=True, metadata={"example": 120, "description": "before the end: it is near"})
    street_after_days = fields.Integer(required=True, metadata={"example": 5})
    district_after_days = fields.Integer(required=True, metadata={"example": 10})
    law_maximum = fields.Integer(
        required=True, allow_none=True, metadata={"description": "what the law allows; null: the district chooses"}
    )
    source = fields.String(required=True, metadata={"example": "信访工作条例 Art. 34"})
    version = fields.Integer(required=True, metadata={"example": 1, "description": "for If-Match of a change"})


class Rules(Schema):
    rules = fields.List(fields.Nested(RuleView), required=True)


class SetRule(Schema):
    """How long things that begin from now on may take."""

    amount = fields.Integer(
        required=True, allow_none=True, strict=True, validate=validate.Range(1, 3650), metadata={"example": 20}
    )
    near_hours = fields.Integer(required=True, strict=True, validate=validate.Range(0, 8760), metadata={"example": 72})
    street_after_days = fields.Integer(required=True, strict=True, validate=DAYS, metadata={"example": 3})
    district_after_days = fields.Integer(required=True, strict=True, validate=DAYS, metadata={"example": 7})
