"""How far behind, at the edge."""

from marshmallow import Schema, fields, validate


class Behind(Schema):
    """How far these figures are behind the facts they are counted from.

    `even`: whatever is older than ten seconds is counted. `behind`: about `events` facts are not. `unknown`: at least
    so many are not, and since `unknown_since` nobody can say whether there are more.
    """

    state = fields.String(required=True, validate=validate.OneOf(("even", "behind", "unknown")))
    events = fields.Integer(
        required=True,
        metadata={"example": 12, "description": "facts told and not counted, kept as failed or on their way"},
    )
    kept = fields.Integer(
        required=True, metadata={"example": 0, "description": "of them, those that failed and are kept (failed_events)"}
    )
    as_of = fields.AwareDateTime(
        required=True,
        allow_none=True,
        format="iso",
        metadata={"description": "what was committed until then is counted, or kept as failed; null while unknown"},
    )
    oldest_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        format="iso",
        metadata={"description": "no fact that is not counted is older; null when all are"},
    )
    unknown_since = fields.AwareDateTime(required=True, allow_none=True, format="iso")
    reason = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(("broker", "relay", "consumer")),
        metadata={"description": "what does not answer: the broker, the source's relay, this service's consumer"},
    )


class BehindSource(Behind):
    """How far this service is behind one source, and where what is not in effect lies."""

    source = fields.String(required=True, metadata={"example": "grievances"})
    unsent = fields.Integer(required=True, metadata={"description": "in the source's outbox, as its relay says"})
    queued = fields.Integer(required=True, metadata={"description": "ready in this service's queue"})
    in_hand = fields.Integer(required=True, metadata={"description": "with this service's consumer"})


class BehindSources(Schema):
    """Of a service that hears nobody, none."""

    sources = fields.List(fields.Nested(BehindSource), required=True)
