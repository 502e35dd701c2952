"""Shapes at the edge: filing a dispute, the steps of its life, and how it is shown."""

from marshmallow import Schema, fields, validate

from services.grievances.shapes import ACCOUNT, AREA, BODIES, ONE_LINE, PHONE, SIDES

STATES = ("registered", "accepted", "assigned", "mediating", "resolved", "refused", "terminated", "linked")
BASES = ("application", "own_initiative")
TICKET_KINDS = ("enquiry", "ordinary", "complex")
REFUSAL_REASONS = ("party_refused", "reserved_for_authority", "before_authority")
TERMINATION_REASONS = ("no_agreement", "party_ended", "other_route_taken")
REOPENING_REASONS = ("not_performed", "new_facts", "parties_willing", "closed_in_error", "not_confirmed")
REASSIGNMENT_REASONS = ("near_relative", "interest", "challenged", "unable")
CHOOSERS = ("committee", "parties")


class Applicant(Schema):
    """Who asks for mediation 申请人. Sealed at rest."""

    name = fields.String(required=True, validate=[validate.Length(1, 100), ONE_LINE], metadata={"example": "王小明"})
    phone = fields.String(required=True, validate=PHONE, metadata={"example": "13800138000"})
    person_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=ACCOUNT,
        metadata={"description": "the applicant's account, when you file for somebody who has one"},
    )


class Respondent(Schema):
    """The other side 被申请人. Sealed at rest."""

    kind = fields.String(
        required=True, validate=validate.OneOf(("person", "organisation")), metadata={"example": "organisation"}
    )
    name = fields.String(
        required=True, validate=[validate.Length(1, 100), ONE_LINE], metadata={"example": "星海物业服务中心"}
    )
    phone = fields.String(load_default=None, allow_none=True, validate=PHONE, metadata={"example": "0755-26666666"})
    person_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=ACCOUNT,
        metadata={"description": "the respondent's account, if known: it can then neither mediate nor decide"},
    )
    body = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(BODIES),
        metadata={
            "description": "which of the community's five bodies is complained of, if one is: nobody who acts for it "
            "has a say in the case; an organisation that owners stand against is the property office"
        },
    )


class RegisterDispute(Schema):
    """A dispute as it is told at intake."""

    area = fields.String(
        required=True, validate=AREA, metadata={"example": "440305001012", "description": "the community"}
    )
    grid_unit_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "where in the community's grid; its leaders hear of the resolution"},
    )
    relation = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z_]{1,40}(?!\n)$", error="Must be one of GET /dispute-relations, for example owner_property."
        ),
        metadata={"example": "owner_property", "description": "one of GET /dispute-relations"},
    )
    basis = fields.String(
        load_default="application",
        validate=validate.OneOf(BASES),
        metadata={"description": "own_initiative: a mediator or officer offers mediation (人民调解法 Art. 17)"},
    )
    ticket_kind = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(TICKET_KINDS),
        metadata={"description": "of a hotline ticket, which the hotline alone files"},
    )
    category = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z_]{1,40}(?!\n)$", error="Must be one of GET /dispute-categories, for example repair."
        ),
        metadata={"example": "repair", "description": "one of GET /dispute-categories"},
    )
    summary = fields.String(
        required=True,
        validate=[validate.Length(1, 4000), validate.Regexp(r"^\s*\S", error="Must say what the dispute is about.")],
        metadata={"example": "楼道漏水三个月，物业未修。"},
    )
    applicant = fields.Nested(Applicant, required=True)
    respondent = fields.Nested(Respondent, required=True)


class AssignMediator(Schema):
    mediator_id = fields.String(
        required=True, validate=ACCOUNT, metadata={"example": "mediator-chen", "description": "one of GET /mediators"}
    )
    chosen_by = fields.String(
        load_default="committee",
        validate=validate.OneOf(CHOOSERS),
        metadata={"description": "who chose: the committee, or the parties together (人民调解法 Art. 19)"},
    )


class ReassignMediator(Schema):
    successor_id = fields.String(
        required=True, validate=ACCOUNT, metadata={"example": "mediator-li", "description": "one of GET /mediators"}
    )
    reason_code = fields.String(
        required=True, validate=validate.OneOf(REASSIGNMENT_REASONS), metadata={"example": "near_relative"}
    )
    on_behalf_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(SIDES),
        metadata={"description": "which side has challenged the mediator; with challenged alone"},
    )


class RefuseMediator(Schema):
    on_behalf_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(SIDES),
        metadata={"description": "which side refuses the mediator; who filed leaves it out"},
    )


class RefuseDispute(Schema):
    reason_code = fields.String(
        required=True, validate=validate.OneOf(REFUSAL_REASONS), metadata={"example": "party_refused"}
    )
    on_behalf_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(SIDES),
        metadata={"example": "respondent", "description": "which side refuses; with party_refused alone"},
    )


class TerminateDispute(Schema):
    reason_code = fields.String(
        required=True, validate=validate.OneOf(TERMINATION_REASONS), metadata={"example": "no_agreement"}
    )
    on_behalf_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(SIDES),
        metadata={"description": "which side ended it; with party_ended alone"},
    )


class ReopenDispute(Schema):
    reason_code = fields.String(
        required=True, validate=validate.OneOf(REOPENING_REASONS), metadata={"example": "not_performed"}
    )


class NamedRoute(Schema):
    route = fields.String(required=True, metadata={"example": "court"})
    name_zh = fields.String(required=True, metadata={"example": "诉讼"})
    name_en = fields.String(required=True, metadata={"example": "Court proceedings"})


class DisputeView(Schema):
    """A dispute without anybody's personal data."""

    dispute_id = fields.UUID(required=True)
    case_number = fields.String(required=True, metadata={"example": "440305001012-2026-0007"})
    area = fields.String(required=True, metadata={"example": "440305001012"})
    grid_unit_id = fields.UUID(required=True, allow_none=True)
    relation = fields.String(required=True, metadata={"example": "owner_property"})
    category = fields.String(required=True, metadata={"example": "repair"})
    state = fields.String(required=True, validate=validate.OneOf(STATES), metadata={"example": "mediating"})
    version = fields.Integer(required=True, metadata={"example": 4, "description": "the ETag, for If-Match"})
    session_count = fields.Integer(required=True, metadata={"example": 1})
    mediator_id = fields.String(required=True, allow_none=True, metadata={"example": "mediator-chen"})
    reason_code = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "of the last step that had one: refused, terminated, reopened, or given another mediator"
        },
    )
    agreement_form = fields.String(
        required=True, allow_none=True, metadata={"description": "written or oral, once there is an agreement"}
    )
    registered_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    channel = fields.String(required=True, metadata={"example": "resident", "description": "how it came in"})
    basis = fields.String(
        required=True, metadata={"example": "application", "description": "application or own_initiative"}
    )
    ticket_kind = fields.String(
        required=True, allow_none=True, metadata={"description": "of a hotline ticket: enquiry, ordinary or complex"}
    )
    respondent_body = fields.String(
        required=True, allow_none=True, metadata={"description": "which of the five bodies is complained of"}
    )
    linked_to = fields.UUID(
        required=True, allow_none=True, metadata={"description": "the case that is worked on for this one as well"}
    )
    chosen_by = fields.String(
        required=True, allow_none=True, metadata={"description": "who chose the mediator: committee or parties"}
    )
    resolution = fields.String(required=True, allow_none=True, metadata={"description": "agreement or decision"})
    confirmed_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "when the complainant confirmed that it is resolved"}
    )
    satisfaction = fields.Integer(
        required=True, allow_none=True, metadata={"description": "1–5, as the complainant said"}
    )
    other_routes = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "仲裁、行政、司法: what stays open when there is no agreement (人民调解法 Art. 26)"},
    )
    other_routes_named = fields.List(
        fields.Nested(NamedRoute), required=True, metadata={"description": "the same, as it is told to the parties"}
    )
    on_behalf_of = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "which side refused or ended mediation, where a party did"},
    )


class Similar(Schema):
    count = fields.Integer(required=True, metadata={"example": 1})
    dispute_ids = fields.List(
        fields.UUID(), required=True, metadata={"description": "the most likely first, at most 20"}
    )


class FiledDispute(DisputeView):
    """A dispute that was just filed."""

    follow_secret = fields.String(
        required=True,
        metadata={
            "example": "7K3M-9QXZ-0A1B-2C3D-4E5F-6G7F",
            "description": "查询码, for the applicant alone and told once: with the case number it opens GET /follow",
        },
    )
    similar = fields.Nested(
        Similar, required=True, metadata={"description": "cases that may tell the same, as far as you may see them"}
    )


class PartyView(Schema):
    kind = fields.String(required=True, metadata={"example": "person"})
    name = fields.String(required=True, metadata={"example": "王**"})
    phone = fields.String(required=True, allow_none=True, metadata={"example": "138****8000"})


class AppealRoute(Schema):
    """Where, how and until when the complainant may appeal (信访工作条例 Art. 35)."""

    body = fields.String(
        required=True,
        validate=[validate.Length(1, 200), ONE_LINE],
        metadata={"example": "南头街道办事处", "description": "the office to appeal to, by its name"},
    )
    within_days = fields.Integer(
        required=True,
        validate=validate.Range(30, 366),
        metadata={"example": 60, "description": "days from the decision; at least 30"},
    )
    how = fields.String(
        required=True, validate=[validate.Length(1, 200), ONE_LINE], metadata={"example": "向街道信访办书面提出"}
    )


class DecisionView(Schema):
    """A dated decision with the way to appeal (信访工作条例 Art. 32, 35)."""

    decided_on = fields.Date(required=True, metadata={"example": "2026-04-12"})
    decision = fields.String(required=True)
    document_number = fields.String(required=True)
    appeal_route = fields.Nested(AppealRoute, required=True)
    appeal_until = fields.Date(
        required=True, metadata={"example": "2026-06-11", "description": "the last day to appeal"}
    )


class DisputeDetail(DisputeView):
    """A dispute with its parties: masked, or opened for a stated purpose."""

    applicant = fields.Nested(PartyView, required=True)
    respondent = fields.Nested(PartyView, required=True)
    summary = fields.String(
        required=True, allow_none=True, metadata={"description": "null where the reader may not read it"}
    )
    decision = fields.Nested(
        DecisionView, required=True, allow_none=True, metadata={"description": "what it was resolved by, if not agreed"}
    )


class MediatorChange(Schema):
    from_id = fields.String(required=True, metadata={"example": "mediator-chen"})
    to_id = fields.String(required=True, allow_none=True, metadata={"example": "mediator-li"})
    reason_code = fields.String(required=True, metadata={"example": "near_relative"})
    on_behalf_of = fields.String(required=True, allow_none=True)
    changed_by = fields.String(required=True, metadata={"example": "officer-1"})
    changed_at = fields.AwareDateTime(required=True)


class MediatorChanges(Schema):
    changes = fields.List(fields.Nested(MediatorChange), required=True)


class Category(Schema):
    category = fields.String(required=True, metadata={"example": "repair"})
    name_zh = fields.String(required=True, metadata={"example": "维修与漏水"})
    name_en = fields.String(required=True, metadata={"example": "Repairs and leaks"})


class Relation(Schema):
    relation = fields.String(required=True, metadata={"example": "owner_property"})
    name_zh = fields.String(required=True, metadata={"example": "业主与物业"})
    name_en = fields.String(required=True, metadata={"example": "Owner and property company"})


class Relations(Schema):
    relations = fields.List(fields.Nested(Relation), required=True)


class Categories(Schema):
    categories = fields.List(fields.Nested(Category), required=True)
