"""Shapes of notices at the edge, and what `members` reads of a resolved dispute."""

from marshmallow import EXCLUDE, Schema, fields, validate

from chassis.http.cursors import PageQuery
from services.members.shapes import division_code

LEVELS = ("household", "building", "compound", "community")


class DisputeResolved(Schema):
    """Of `dispute.resolved`; whatever else it holds is none of our business."""

    class Meta:
        unknown = EXCLUDE

    dispute_id = fields.UUID(required=True)
    category = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]{1,40}\Z", error="Must be a word."))
    grid_unit_id = fields.UUID(load_default=None, allow_none=True)


class NoticesQuery(PageQuery):
    unread = fields.Boolean(load_default=False, metadata={"description": "only those not read yet"})


class NoticeView(Schema):
    notice_id = fields.UUID(required=True)
    level = fields.String(
        required=True,
        validate=validate.OneOf(LEVELS),
        metadata={"example": "building", "description": "the level at which the reader answers for the place"},
    )
    kind = fields.String(required=True, metadata={"example": "dispute.resolved"})
    dispute_id = fields.UUID(required=True)
    category = fields.String(required=True, metadata={"example": "parking"})
    area = division_code(required=True)
    grid_unit_id = fields.UUID(required=True, allow_none=True)
    place = fields.String(required=True, metadata={"example": "星海名城社区居委会 一期 3栋"})
    occurred_at = fields.AwareDateTime(required=True, format="iso")
    created_at = fields.AwareDateTime(required=True, format="iso")
    read_at = fields.AwareDateTime(required=True, allow_none=True, format="iso")


class UnreadView(Schema):
    unread = fields.Integer(required=True, metadata={"example": 3})
