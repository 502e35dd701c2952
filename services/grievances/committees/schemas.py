"""Shapes at the edge: forming a committee, appointing mediators, and how both are shown."""

from marshmallow import Schema, fields, validate

from services.grievances.shapes import ACCOUNT, AREA, ONE_LINE

KINDS = ("member", "hired")
POSITIONS = ("chair", "vice_chair", "member")
END_REASONS = ("own_request", "dismissed")


class AppointMediator(Schema):
    """Whom the committee hires (人民调解法 Art. 13). The name is sealed at rest."""

    account_id = fields.String(required=True, validate=ACCOUNT, metadata={"example": "mediator-chen"})
    name = fields.String(required=True, validate=[validate.Length(1, 100), ONE_LINE], metadata={"example": "陈丽"})
    birth_on = fields.Date(
        required=True,
        metadata={"example": "1980-05-04", "description": "must be of age (Art. 14); looked at and not kept"},
    )


class Member(AppointMediator):
    """A member as elected."""

    gender = fields.String(
        required=True,
        validate=validate.OneOf(("female", "male")),
        metadata={"example": "female", "description": "for the rule that a committee has a woman in it (Art. 8)"},
    )
    position = fields.String(load_default="member", validate=validate.OneOf(POSITIONS), metadata={"example": "chair"})


class FormCommittee(Schema):
    """A committee as it was elected (人民调解法 Art. 8, 9)."""

    area = fields.String(
        required=True, validate=AREA, metadata={"example": "440305001012", "description": "a community or a street"}
    )
    formed_on = fields.Date(required=True, metadata={"example": "2026-03-01"})
    term_ends_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"example": "2029-03-01", "description": "the last day, three years on; checked when given"},
    )
    members = fields.List(
        fields.Nested(Member), required=True, validate=validate.Length(max=30), metadata={"description": "3–9 of them"}
    )


class EndAppointment(Schema):
    reason_code = fields.String(
        required=True, validate=validate.OneOf(END_REASONS), metadata={"example": "own_request"}
    )


class AreaQuery(Schema):
    area = fields.String(required=True, validate=AREA, metadata={"example": "440305001012"})


class MediatorView(Schema):
    """Who mediates, without what only a rule needed to know."""

    appointment_id = fields.UUID(required=True)
    committee_id = fields.UUID(required=True)
    area = fields.String(required=True, metadata={"example": "440305001012", "description": "the committee's"})
    account_id = fields.String(required=True, metadata={"example": "mediator-chen"})
    name = fields.String(required=True, metadata={"example": "陈*", "description": "masked"})
    kind = fields.String(required=True, validate=validate.OneOf(KINDS), metadata={"example": "member"})
    position = fields.String(required=True, allow_none=True, metadata={"description": "of a member: chair and so on"})
    since = fields.Date(required=True)
    term_ends_on = fields.Date(required=True, metadata={"description": "named for new cases up to this day"})
    ended_on = fields.Date(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata={"example": 1, "description": "the ETag, for If-Match"})


class Mediators(Schema):
    mediators = fields.List(fields.Nested(MediatorView), required=True)


class CommitteeView(Schema):
    """A committee by its numbers."""

    committee_id = fields.UUID(required=True)
    area = fields.String(required=True, metadata={"example": "440305001012"})
    formed_on = fields.Date(required=True)
    term_ends_on = fields.Date(required=True, metadata={"description": "the last day of its term"})
    member_count = fields.Integer(
        required=True, attribute="members", metadata={"example": 3, "description": "those still in it"}
    )
    women_count = fields.Integer(required=True, attribute="women", metadata={"example": 1})
    is_complete = fields.Boolean(
        required=True, metadata={"description": "whether those still in it are as 人民调解法 Art. 8 asks"}
    )


class FormedCommittee(CommitteeView):
    """A committee with its members as appointed."""

    mediators = fields.List(fields.Nested(MediatorView), required=True)


class Committees(Schema):
    committees = fields.List(fields.Nested(CommitteeView), required=True)
