"""Shapes that several slices share at the edge."""

from typing import Any

from marshmallow import fields, validate


def account(**options: Any) -> fields.String:
    """An account's id, the `sub` of its tokens. It is kept open, so what tells who somebody is has no place in it."""
    return fields.String(
        validate=validate.Regexp(
            r"^(?!1[3-9][0-9]{9}\Z|0[0-9]{2,3}-?[0-9]{7,8}\Z|[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx]\Z)"
            r"[A-Za-z0-9._:@-]{1,128}\Z",
            error="Must be the id of an account, for example leader-7; not a name, a phone or an ID number.",
        ),
        **options,
    )


def division_code(**options: Any) -> fields.String:
    """A 12-digit division code."""
    message = "Must be a division code of 12 digits, for example 440305001012."
    return fields.String(
        validate=validate.Regexp(r"^[1-9][0-9]{11}\Z", error=message), metadata={"example": "440305001012"}, **options
    )
