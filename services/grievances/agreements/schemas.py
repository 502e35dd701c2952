"""Shapes at the edge: resolving a dispute by an agreement, drafting and signing one, and how it is shown."""

from marshmallow import Schema, fields, validate

from services.grievances.confirmations.schemas import CountdownView
from services.grievances.obligations.schemas import ObligationView, PromiseGiven

SIGNERS = ("applicant", "respondent", "mediator", "committee")
MEANS = ("signature", "seal", "fingerprint")
STANDINGS = ("draft", "in_effect", "withdrawn", "lapsed")
SAID = validate.Regexp(r"^\s*\S", error="Must say what was agreed.")


class Signatures(Schema):
    """The Shanghai days on which a written agreement was signed, sealed or fingerprinted (人民调解法 Art. 29)."""

    applicant = fields.Date(metadata={"example": "2026-03-10"})
    respondent = fields.Date(metadata={"example": "2026-03-10"})
    mediator = fields.Date(metadata={"example": "2026-03-10"})
    committee = fields.Date(metadata={"example": "2026-03-11"})


class SignedBy(Schema):
    """How each signed; left out where it was not recorded."""

    applicant = fields.String(metadata={"example": "fingerprint"})
    respondent = fields.String(metadata={"example": "seal"})
    mediator = fields.String(metadata={"example": "signature"})
    committee = fields.String(metadata={"example": "seal"})


class Agreed(Schema):
    """What parties agree on, in whatever form."""

    terms = fields.String(
        required=True,
        validate=[validate.Length(1, 20_000), SAID],
        metadata={"example": "物业于三月底前修复漏点，业主补缴物业费。", "description": "sealed at rest"},
    )
    reached_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a Shanghai day; today when left out"}
    )
    obligations = fields.List(
        fields.Nested(PromiseGiven),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "who does what until when; the committee watches over it (人民调解法 Art. 31)"},
    )


class ResolveDispute(Agreed):
    """The agreement that resolves a dispute (人民调解法 Art. 28–30)."""

    form = fields.String(required=True, validate=validate.OneOf(("written", "oral")), metadata={"example": "written"})
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


class DraftAgreement(Agreed):
    """A written agreement that is still to be signed (人民调解法 Art. 28, 29)."""


class SignAgreement(Schema):
    """One signature, seal or fingerprint (人民调解法 Art. 29)."""

    signer = fields.String(required=True, validate=validate.OneOf(SIGNERS), metadata={"example": "applicant"})
    means = fields.String(
        required=True,
        validate=validate.OneOf(MEANS),
        metadata={
            "example": "fingerprint",
            "description": "any for the parties; the mediator gives a signature, the committee its seal",
        },
    )
    signed_on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "a Shanghai day; today when left out"}
    )


class AgreementView(Schema):
    agreement_id = fields.UUID(required=True)
    version = fields.Integer(
        required=True,
        attribute="revision",
        metadata={"example": 3, "description": "the ETag, for If-Match on what belongs to it"},
    )
    state = fields.String(required=True, validate=validate.OneOf(STANDINGS), metadata={"example": "in_effect"})
    form = fields.String(required=True, metadata={"example": "written"})
    reached_on = fields.Date(required=True)
    effective_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "the day from which it binds; null before all have signed"},
    )
    signatures = fields.Nested(Signatures, required=True)
    signed_by = fields.Nested(SignedBy, required=True, attribute="means")
    awaited = fields.List(
        fields.String(), required=True, metadata={"description": "who has still to sign a draft", "example": []}
    )
    sign_until = fields.Date(
        required=True, allow_none=True, metadata={"description": "the last day for the signatures under a draft"}
    )
    confirmed_by_applicant_on = fields.Date(required=True, allow_none=True)
    terms = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )
    obligations = fields.List(fields.Nested(ObligationView), required=True)
    judicial_confirmation = fields.Nested(
        CountdownView, required=True, allow_none=True, metadata={"description": "null before it binds"}
    )


class Agreements(Schema):
    agreements = fields.List(fields.Nested(AgreementView), required=True)
