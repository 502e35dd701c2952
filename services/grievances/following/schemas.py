"""Shapes at the edge: what whoever filed a case is shown of it, and says of it."""

from marshmallow import Schema, fields, validate

from services.grievances.comments.schemas import TEXT, CommentWritten
from services.grievances.disputes.schemas import STATES, DecisionView
from services.grievances.referrals.schemas import ReferralProgress

LEVELS = ("community", "street", "district")


class Feedback(Schema):
    """What the complainant says of a case that has ended."""

    confirmed = fields.Boolean(
        required=True, metadata={"example": True, "description": "false: it is not resolved; the case is open again"}
    )
    satisfaction = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(1, 5),
        metadata={"example": 4, "description": "1 (not at all) to 5, with a confirmation"},
    )
    comment = fields.String(load_default=None, allow_none=True, validate=TEXT)


class StepView(Schema):
    step = fields.String(required=True, metadata={"example": "accepted"})
    step_zh = fields.String(required=True, metadata={"example": "受理"})
    taken_at = fields.AwareDateTime(required=True)
    reason_code = fields.String(required=True, allow_none=True)


class TermView(Schema):
    rule = fields.String(required=True, metadata={"example": "dispute.mediation"})
    rule_zh = fields.String(required=True, metadata={"example": "调解"})
    due_on = fields.Date(required=True, metadata={"description": "the last day in time, in Shanghai"})


class CaseState(Schema):
    """How a case stands."""

    state = fields.String(required=True, validate=validate.OneOf(STATES), metadata={"example": "mediating"})
    state_zh = fields.String(required=True, metadata={"example": "调解中"})
    reason_code = fields.String(required=True, allow_none=True)
    reason_zh = fields.String(required=True, allow_none=True)
    resolution = fields.String(required=True, allow_none=True, metadata={"description": "agreement or decision"})
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    other_routes = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "what stays open when there is no agreement (人民调解法 Art. 26)"},
    )
    other_routes_zh = fields.List(fields.String(), required=True, metadata={"example": ["仲裁", "行政途径", "诉讼"]})


class StandingView(CaseState):
    in_charge = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(LEVELS),
        metadata={"example": "community", "description": "which level has to act; null once the case has ended"},
    )
    in_charge_zh = fields.String(required=True, allow_none=True, metadata={"example": "社区"})
    due = fields.List(fields.Nested(TermView), required=True, metadata={"description": "what is due until when"})


class CommentShown(CommentWritten):
    text = fields.String(required=True)


class FollowedCase(StandingView):
    """A case as whoever filed it follows it: by level and date, without anybody's name."""

    case_number = fields.String(required=True, metadata={"example": "440305001012-2026-0007"})
    category = fields.String(required=True, metadata={"example": "repair"})
    registered_at = fields.AwareDateTime(required=True)
    confirmed_at = fields.AwareDateTime(required=True, allow_none=True)
    satisfaction = fields.Integer(required=True, allow_none=True)
    may_confirm = fields.Boolean(required=True, metadata={"description": "whether it waits for your confirmation"})
    steps = fields.List(fields.Nested(StepView), required=True)
    comments = fields.List(fields.Nested(CommentShown), required=True, metadata={"description": "the newest 50"})
    primary = fields.Nested(
        StandingView,
        required=True,
        allow_none=True,
        metadata={"description": "how the case stands that is worked on for this one as well"},
    )
    primary_note_zh = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "what is to be told of that one: of its decision, only that it was given"},
    )
    primary_note_en = fields.String(required=True, allow_none=True)
    decision = fields.Nested(
        DecisionView,
        required=True,
        allow_none=True,
        metadata={"description": "what was decided, and how to appeal (信访工作条例 Art. 32, 35)"},
    )
    referrals = fields.List(
        fields.Nested(ReferralProgress),
        required=True,
        metadata={"description": "how far what was referred has come, and what is due until when (Art. 21)"},
    )


class RenewedSecret(Schema):
    """A new secret; it is told once."""

    case_number = fields.String(required=True, metadata={"example": "440305001012-2026-0007"})
    follow_secret = fields.String(required=True, metadata={"example": "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F"})
