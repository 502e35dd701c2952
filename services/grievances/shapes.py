"""Shapes that several slices share at the edge."""

from marshmallow import Schema, fields, validate

from chassis.identity import RESERVED

# `(?!\n)$`: Python's `$` alone would let a trailing newline pass.
AREA = validate.Regexp(r"^[1-9][0-9]{11}(?!\n)$", error="Must be a 12-digit division code, for example 440305001012.")
ONE_LINE = validate.Regexp(
    r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?(?!\n)$",
    error="Must be one line without control characters or surrounding spaces.",
)
ACCOUNT = validate.Regexp(
    r"^(?!1[3-9][0-9]{9}$|0[0-9]{2,3}-?[0-9]{7,8}$|[1-9][0-9]{5}(19|20)[0-9]{9}[0-9Xx]$"
    rf"|({'|'.join(sorted(RESERVED))})$)[A-Za-z0-9._:@-]{{1,128}}(?!\n)$",
    error="Must be the id of an account, for example mediator-chen; not a name, a phone or an ID number.",
)
"""An account's id: the `sub` of its token. It is kept open, so what tells who somebody is has no place in it; nor is it
that of our own timers, which must see what they are to tell of.
"""
PHONE = validate.Regexp(
    r"^\+?[0-9][0-9 ()-]{3,22}[0-9](?!\n)$", error="Must be a phone number, for example 13800138000 or 0755-26666666."
)
BODIES = ("party_committee", "workstation", "residents_committee", "owners_committee", "property_office")
SIDES = ("applicant", "respondent")
PURPOSES = ("mediation", "contact", "review")


class PurposeQuery(Schema):
    purpose = fields.String(
        load_default=None,
        validate=validate.OneOf(PURPOSES),
        metadata={
            "description": "opens personal data for the assigned mediator or an officer; every opening is audited"
        },
    )
