"""Shapes at the edge: registering a referral, the steps on its way, and how it is shown."""

from marshmallow import Schema, fields, missing, validate

from chassis.http import CursorField, PageQuery
from services.grievances.departments.schemas import CODE, DepartmentView
from services.grievances.disputes.schemas import Applicant
from services.grievances.shapes import ACCOUNT, AREA, BODIES, ONE_LINE

STATES = ("registered", "sorted", "accepted", "answered", "contested", "closed")
DECLINE_REASONS = ("court", "arbitration", "administrative", "discipline", "party_appeal", "decided_finally")
RECUSAL_REASONS = ("near_relative", "interest", "challenged", "unable")
PURPOSES = ("sorting", "handling", "contact", "review")


def _text(example: str, description: str, *, required: bool = True) -> fields.String:
    return fields.String(
        required=required,
        load_default=missing if required else None,
        allow_none=not required,
        validate=[validate.Length(1, 20_000), validate.Regexp(r"^\s*\S", error="Must say something.")],
        metadata={"example": example, "description": f"{description}; sealed at rest"},
    )


class RegisterReferral(Schema):
    """What is referred: a dispute, or a matter of its own."""

    dispute_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "the case that the community cannot settle; its applicant complains"},
    )
    matter = _text("垃圾转运站夜间作业，臭味与噪声扰民。", "what is asked for, and why")
    area = fields.String(
        load_default=None,
        allow_none=True,
        validate=AREA,
        metadata={"example": "440305006011", "description": "the community, where no dispute is given"},
    )
    category = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(
            r"^[a-z_]{1,40}(?!\n)$", error="Must be one of GET /dispute-categories, for example waste."
        ),
        metadata={"example": "waste", "description": "one of GET /dispute-categories, where no dispute is given"},
    )
    complainant = fields.Nested(
        Applicant, load_default=None, allow_none=True, metadata={"description": "where no dispute is given"}
    )
    department_complained_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=CODE,
        metadata={"description": "it is never given the matter, and nobody who acts for it sees it"},
    )
    body_complained_of = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(BODIES),
        metadata={"description": "one of the community's five bodies; as the dispute has it, where one is given"},
    )
    accused_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=ACCOUNT,
        metadata={"description": "the account of the person complained of, if known, where no dispute is given"},
    )
    requested_department = fields.String(
        load_default=None, allow_none=True, validate=CODE, metadata={"description": "a wish; who sorts decides"}
    )


class SortReferral(Schema):
    department_code = fields.String(required=True, validate=CODE, metadata={"example": "urban_management"})
    reason = _text(
        "市容条例明确由城管部门负责。",
        "why it is in charge although it objected: the decision of a district_officer",
        required=False,
    )


class ObjectToReferral(Schema):
    reason = _text("该站由区环卫所管理，不属本局职责。", "in detail, why the department is not in charge")


class DeclineReferral(Schema):
    reason_code = fields.String(required=True, validate=validate.OneOf(DECLINE_REASONS), metadata={"example": "court"})
    explanation = _text("该纠纷已由法院立案。", "what the complainant is told")


class AcceptReferral(Schema):
    handler_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=ACCOUNT,
        metadata={
            "example": "department-lin",
            "description": "who handles it; the caller, unless another one is named",
        },
    )


class ExtendReferral(Schema):
    days = fields.Integer(required=True, metadata={"example": 30, "description": "at most 30 (信访工作条例 Art. 34)"})
    approver_id = fields.String(
        required=True,
        validate=ACCOUNT,
        metadata={"example": "department-head", "description": "a head of the department who does not handle it"},
    )
    reason = _text("需委托第三方检测。", "why it takes longer; told to who complains")


class RecuseReferral(Schema):
    successor_id = fields.String(required=True, validate=ACCOUNT, metadata={"example": "department-wu"})
    reason_code = fields.String(
        required=True, validate=validate.OneOf(RECUSAL_REASONS), metadata={"example": "interest"}
    )


class AnswerReferral(Schema):
    """The written answer 信访处理意见书, once it has been handed over."""

    answer = _text("转运站作业时间改为六时至二十时，月底前加装除臭设备。", "the answer with its facts, reasons and law")
    document_number = fields.String(
        required=True, validate=[validate.Length(1, 60), ONE_LINE], metadata={"example": "南城管信〔2026〕12号"}
    )
    answered_on = fields.Date(required=True, metadata={"example": "2026-05-20"})
    received_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"example": "2026-05-20", "description": "when who complains received it; today unless said"},
    )


class ContestReferral(Schema):
    grounds = _text("夜间仍在作业。", "why the answer is contested; none are needed", required=False)


class ReferralPurposeQuery(Schema):
    purpose = fields.String(
        load_default=None,
        validate=validate.OneOf(PURPOSES),
        metadata={"description": "opens what was told, as far as the purpose needs; every opening is audited"},
    )


class ReferralsQuery(PageQuery):
    """Narrows a list of referrals."""

    area = fields.String(load_default=None, validate=AREA, metadata={"description": "a community, street or district"})
    department_code = fields.String(
        load_default=None, validate=CODE, metadata={"description": "only what that department has now"}
    )
    dispute_id = fields.UUID(load_default=None, metadata={"description": "only what that dispute led to"})
    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    own = fields.Boolean(load_default=False, metadata={"description": "only what you have filed or complain of"})
    cursor = CursorField(fields.AwareDateTime(), fields.UUID())


class ReferralStanding(Schema):
    """How a referral stands, without anybody's name or account."""

    referral_id = fields.UUID(required=True)
    number = fields.String(required=True, metadata={"example": "XF-440305006011-2026-0003"})
    area = fields.String(required=True, metadata={"example": "440305006011"})
    dispute_id = fields.UUID(required=True, allow_none=True)
    category = fields.String(required=True, metadata={"example": "waste"})
    state = fields.String(required=True, validate=validate.OneOf(STATES), metadata={"example": "sorted"})
    round = fields.String(
        required=True, metadata={"example": "handling", "description": "handling, review 复查, rereview 复核"}
    )
    version = fields.Integer(required=True, metadata={"example": 2, "description": "the ETag, for If-Match"})
    department_code = fields.String(required=True, allow_none=True, metadata={"example": "urban_management"})
    requested_department = fields.String(required=True, allow_none=True)
    department_complained_of = fields.String(required=True, allow_none=True)
    body_complained_of = fields.String(required=True, allow_none=True)
    answering_level = fields.String(
        required=True, allow_none=True, metadata={"example": "district", "description": "whose answer is due or given"}
    )
    registered_at = fields.AwareDateTime(required=True)
    due_rule = fields.String(
        required=True, allow_none=True, metadata={"example": "referral.notice", "description": "of GET /deadline-rules"}
    )
    due_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"example": "2026-03-25", "description": "the last day for what is due"},
    )
    is_extended = fields.Boolean(required=True)
    appeal_until = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "the last day on which the answer can be contested (信访工作条例 Art. 35, 36)"},
    )
    appeal_level = fields.String(
        required=True, allow_none=True, metadata={"example": "district", "description": "who then answers: 上一级"}
    )
    outcome = fields.String(
        required=True, allow_none=True, metadata={"description": "answered, final, not_accepted, withdrawn"}
    )
    reason_code = fields.String(required=True, allow_none=True, metadata={"description": "why it was not accepted"})
    routes = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "where else to go with what was not accepted: courts, arbitration and so on"},
    )
    closed_at = fields.AwareDateTime(required=True, allow_none=True)


class ReferralView(ReferralStanding):
    """A referral without anybody's personal data."""

    handler_id = fields.String(required=True, allow_none=True, metadata={"example": "department-lin"})


class ComplainantView(Schema):
    name = fields.String(required=True, metadata={"example": "王**"})
    phone = fields.String(required=True, allow_none=True, metadata={"example": "138****8000"})


class ReferralDetail(ReferralView):
    """A referral with who complains: masked, or opened for a stated purpose."""

    complainant = fields.Nested(ComplainantView, required=True)
    matter = fields.String(
        required=True, allow_none=True, metadata={"description": "null where the reader may not read it"}
    )


class ProgressStep(Schema):
    step = fields.String(required=True, metadata={"example": "sort"})
    taken_at = fields.AwareDateTime(required=True)
    department_code = fields.String(required=True, allow_none=True, metadata={"example": "urban_management"})
    round = fields.String(required=True, metadata={"example": "handling"})
    due_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "from this instant on, what came next was late"}
    )


class ReferralProgress(Schema):
    """How far it has come, without anybody's name."""

    referral = fields.Nested(ReferralStanding, required=True)
    department = fields.Nested(DepartmentView, required=True, allow_none=True)
    steps = fields.List(fields.Nested(ProgressStep), required=True)
    notice = fields.String(required=True, metadata={"description": "nobody may retaliate (信访工作条例 Art. 18)"})


class FollowedReferrals(Schema):
    referrals = fields.List(fields.Nested(ReferralProgress), required=True)


class ReferralStep(ProgressStep):
    version = fields.Integer(required=True, metadata={"example": 2})
    taken_by = fields.String(
        required=True,
        allow_none=True,
        metadata={"example": "officer-2", "description": "null for who complains, unless opened for a purpose"},
    )
    named_id = fields.String(
        required=True, allow_none=True, metadata={"description": "the handler, successor or approver that it names"}
    )
    reason_code = fields.String(required=True, allow_none=True)
    words = fields.String(
        required=True, allow_none=True, metadata={"description": "the reason given; null unless opened for a purpose"}
    )


class ReferralSteps(Schema):
    steps = fields.List(fields.Nested(ReferralStep), required=True)


class ReferralAnswer(Schema):
    round = fields.String(required=True, metadata={"example": "handling"})
    answering_level = fields.String(required=True, metadata={"example": "district"})
    department_code = fields.String(required=True, metadata={"example": "urban_management"})
    answer = fields.String(
        required=True, allow_none=True, metadata={"description": "null unless opened for a stated purpose"}
    )
    document_number = fields.String(required=True, metadata={"example": "南城管信〔2026〕12号"})
    answered_on = fields.Date(required=True)
    received_on = fields.Date(required=True)
    appeal_until = fields.Date(required=True, allow_none=True)


class ReferralAnswers(Schema):
    answers = fields.List(fields.Nested(ReferralAnswer), required=True)
    notice = fields.String(required=True, metadata={"description": "nobody may retaliate (信访工作条例 Art. 18)"})
