"""Shapes at the edge: recording a session, and how sessions are shown."""

from marshmallow import Schema, fields, validate

from services.grievances.shapes import ACCOUNT, ONE_LINE, SIDES

AT_MOST = validate.Range(0, 1000)


class Guests(Schema):
    """How many others came (人民调解法 Art. 20); who they are stands in the sealed record alone."""

    relatives = fields.Integer(strict=True, validate=AT_MOST, metadata={"example": 0})
    neighbours = fields.Integer(strict=True, validate=AT_MOST, metadata={"example": 2})
    colleagues = fields.Integer(strict=True, validate=AT_MOST, metadata={"example": 0})
    experts = fields.Integer(
        strict=True,
        validate=AT_MOST,
        metadata={"example": 1, "description": "people of special knowledge or experience"},
    )
    organisations = fields.Integer(strict=True, validate=AT_MOST, metadata={"example": 0})
    audience = fields.Integer(
        strict=True, validate=AT_MOST, metadata={"example": 0, "description": "who listened to an open session"}
    )


class RecordSession(Schema):
    """A session that was held (人民调解法 Art. 27)."""

    held_at = fields.AwareDateTime(
        required=True,
        metadata={
            "example": "2026-03-05T14:30:00+08:00",
            "description": "when it began: an instant with its offset, not in the future",
        },
    )
    ended_at = fields.AwareDateTime(
        load_default=None,
        allow_none=True,
        metadata={"example": "2026-03-05T16:00:00+08:00", "description": "after held_at, not in the future"},
    )
    is_public = fields.Boolean(
        load_default=False,
        metadata={
            "description": "whether the parties chose an open session (人民调解法 Art. 23): residents may come and "
            "listen; its record stays sealed like any other"
        },
    )
    attended = fields.List(
        fields.String(validate=validate.OneOf(SIDES)),
        load_default=list,
        validate=validate.Length(max=10),
        metadata={"example": ["applicant", "respondent"], "description": "the sides that came"},
    )
    mediators = fields.List(
        fields.String(validate=ACCOUNT),
        load_default=list,
        validate=validate.Length(max=9),
        metadata={
            "example": ["mediator-chen"],
            "description": "the accounts of all who mediated (人民调解法 Art. 19); yours when left out",
        },
    )
    guests = fields.Nested(Guests, load_default=dict)
    guests_agreed = fields.Boolean(
        load_default=False,
        metadata={"description": "whether the parties agreed to whom the mediator invited (人民调解法 Art. 20)"},
    )
    place = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(1, 200), ONE_LINE],
        metadata={"example": "星海名城社区调解室", "description": "where it was held; sealed at rest"},
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
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    is_public = fields.Boolean(
        required=True, metadata={"description": "open to who wanted to listen; it publishes nothing of the record"}
    )
    attended = fields.List(fields.String(), required=True)
    mediators = fields.List(
        fields.String(), required=True, metadata={"description": "none where it was recorded before it was asked"}
    )
    guests = fields.Nested(Guests, required=True)
    place = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless told, and opened for a stated purpose"}
    )
    record = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )


class Sessions(Schema):
    sessions = fields.List(fields.Nested(SessionView), required=True)
