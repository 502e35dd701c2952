"""Shapes at the edge: resolving a dispute by an agreement, and how the agreement is shown."""

from marshmallow import Schema, fields, validate


class Signatures(Schema):
    """The Shanghai days on which a written agreement was signed, sealed or fingerprinted (人民调解法 Art. 29)."""

    applicant = fields.Date(metadata={"example": "2026-03-10"})
    respondent = fields.Date(metadata={"example": "2026-03-10"})
    mediator = fields.Date(metadata={"example": "2026-03-10"})
    committee = fields.Date(metadata={"example": "2026-03-11"})


class ResolveDispute(Schema):
    """The agreement that resolves a dispute (人民调解法 Art. 28–30)."""

    form = fields.String(required=True, validate=validate.OneOf(("written", "oral")), metadata={"example": "written"})
    terms = fields.String(
        required=True,
        validate=[validate.Length(1, 20_000), validate.Regexp(r"^\s*\S", error="Must say what was agreed.")],
        metadata={"example": "物业于三月底前修复漏点，业主补缴物业费。", "description": "sealed at rest"},
    )
    reached_on = fields.Date(load_default=None, metadata={"description": "a Shanghai day; today when left out"})
    signatures = fields.Nested(
        Signatures,
        load_default=dict,
        metadata={"description": "all four for a written agreement, none for an oral one"},
    )
    confirmed_by_applicant_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "the Shanghai day the applicant confirmed an oral agreement; not for a written one"},
    )


class AgreementView(Schema):
    agreement_id = fields.UUID(required=True)
    form = fields.String(required=True, metadata={"example": "written"})
    reached_on = fields.Date(required=True)
    effective_on = fields.Date(required=True, metadata={"description": "the day from which it binds"})
    signatures = fields.Nested(Signatures, required=True)
    confirmed_by_applicant_on = fields.Date(required=True, allow_none=True)
    terms = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )
