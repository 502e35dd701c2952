"""Shapes at the edge: the parties' application to the court, its decision, and how long they can still apply."""

from marshmallow import Schema, fields, validate

from services.grievances.shapes import SIDES

OUTCOMES = ("confirmed", "rejected")
PROGRESS = ("open", "lapsed", "applied", "confirmed", "rejected")
COURT = validate.Regexp(
    r"^[一-鿿（）]{2,40}(法院|法庭)(?!\n)$", error="Must be the name of a court, for example 深圳市南山区人民法院."
)


class RequestConfirmation(Schema):
    """Both parties have asked the court together (人民调解法 Art. 33)."""

    applied_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a Shanghai day; today when left out"}
    )
    applicants = fields.List(
        fields.String(validate=validate.OneOf(SIDES)),
        required=True,
        validate=validate.Length(1, 2),
        metadata={"example": ["applicant", "respondent"], "description": "both, or it is refused"},
    )
    court = fields.String(required=True, validate=COURT, metadata={"example": "深圳市南山区人民法院"})


class DecideConfirmation(Schema):
    """What the court said."""

    outcome = fields.String(required=True, validate=validate.OneOf(OUTCOMES), metadata={"example": "confirmed"})
    decided_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a Shanghai day; today when left out"}
    )


class CountdownView(Schema):
    """司法确认: how long both parties can ask the court, and what came of it."""

    apply_until = fields.Date(
        required=True, attribute="until", metadata={"description": "the last Shanghai day for asking"}
    )
    days_left = fields.Integer(
        required=True, allow_none=True, metadata={"example": 12, "description": "0 on the last day; null otherwise"}
    )
    state = fields.String(required=True, validate=validate.OneOf(PROGRESS), metadata={"example": "open"})
    applied_on = fields.Date(required=True, allow_none=True)
    court = fields.String(required=True, allow_none=True)
    decision_until = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "until when the court decides, 30 days on; null where its word is not waited for"},
    )
    decided_on = fields.Date(required=True, allow_none=True)
    routes = fields.List(
        fields.String(),
        required=True,
        metadata={
            "example": [],
            "description": "enforcement 强制执行 of what was confirmed; mediation 变更协议 or court 起诉 when it was "
            "rejected; court when it was not asked in time",
        },
    )
