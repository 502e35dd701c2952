"""Shapes at the edge: asking for a timeline, and an entry of it."""

from marshmallow import Schema, fields, validate

from chassis.http import CursorField, PageQuery
from services.grievances.shapes import PURPOSES


class TimelineQuery(PageQuery):
    purpose = fields.String(
        load_default=None,
        validate=validate.OneOf(PURPOSES),
        metadata={
            "description": "opens the texts of comments for the assigned mediator or an officer; every opening is "
            "audited"
        },
    )
    cursor = CursorField(fields.AwareDateTime(), fields.Integer(), fields.String())


class TimelineEntry(Schema):
    """One thing that happened with a case."""

    at = fields.AwareDateTime(required=True, metadata={"description": "when it was done or recorded"})
    kind = fields.String(required=True, metadata={"example": "session.held"})
    kind_zh = fields.String(required=True, metadata={"example": "进行调解"})
    kind_en = fields.String(required=True, metadata={"example": "A session was held"})
    by = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "mediator", "description": "who, by the part in the case; null where it was not kept"},
    )
    by_zh = fields.String(required=True, allow_none=True, metadata={"example": "人民调解员"})
    by_en = fields.String(required=True, allow_none=True, metadata={"example": "Mediator"})
    account = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "mediator-chen", "description": "who did or recorded it; only for who works on the case"},
    )
    detail_zh = fields.String(required=True, allow_none=True, metadata={"example": "第1次；于2026-03-10"})
    detail_en = fields.String(required=True, allow_none=True, metadata={"example": "No. 1; on 2026-03-10"})
    told = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "example": {"number": 1, "on": "2026-03-10"},
            "description": "the same in codes, numbers, days and ids, by the kind",
        },
    )
    text = fields.String(
        required=True, allow_none=True, metadata={"description": "of a comment, where the reader may read it"}
    )
