"""Shapes that several slices share at the edge."""

from typing import Any

from marshmallow import fields, validate


def division_code(**options: Any) -> fields.String:
    """A 12-digit division code."""
    message = "Must be a division code of 12 digits, for example 440305001012."
    return fields.String(
        validate=validate.Regexp(r"^[1-9][0-9]{11}\Z", error=message), metadata={"example": "440305001012"}, **options
    )
