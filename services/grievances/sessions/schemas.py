"""Shapes at the edge: recording a session, and how sessions are shown."""

from marshmallow import Schema, fields, validate

SIDES = ("applicant", "respondent")


class RecordSession(Schema):
    """A session that was held (人民调解法 Art. 27)."""

    held_at = fields.AwareDateTime(
        required=True,
        metadata={
            "example": "2026-03-05T14:30:00+08:00",
            "description": "an instant with its offset, not in the future",
        },
    )
    is_public = fields.Boolean(
        load_default=False, metadata={"description": "whether the parties chose an open session (人民调解法 Art. 23)"}
    )
    attended = fields.List(
        fields.String(validate=validate.OneOf(SIDES)),
        load_default=list,
        validate=validate.Length(max=10),
        metadata={"example": ["applicant", "respondent"], "description": "the sides that came"},
    )
    record = fields.String(
        required=True,
        validate=[validate.Length(1, 20_000), validate.Regexp(r"^\s*\S", error="Must say what was discussed.")],
        metadata={"example": "双方同意先请第三方检测漏点。", "description": "the mediator's record; sealed at rest"},
    )


class SessionView(Schema):
    session_id = fields.UUID(required=True)
    number = fields.Integer(required=True, metadata={"example": 1})
    held_at = fields.AwareDateTime(required=True)
    is_public = fields.Boolean(required=True)
    attended = fields.List(fields.String(), required=True)
    record = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )


class Sessions(Schema):
    sessions = fields.List(fields.Nested(SessionView), required=True)
