"""Shapes at the edge: asking for a mediation file."""

from marshmallow import Schema, fields, validate

PURPOSES = ("mediation", "review")
"""Who only wants to reach a party needs no file."""


class FileQuery(Schema):
    purpose = fields.String(
        required=True,
        validate=validate.OneOf(PURPOSES),
        metadata={"example": "review", "description": "why all of it is opened (PIPL Art. 6); audited"},
    )
