"""What codes are called on the pages about cases. Where a service sends its own Chinese word, that one is shown; the
words here are the same, and bring the English."""

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale, lazy_gettext

STATES: Mapping[str, Any] = {
    "registered": lazy_gettext("已登记"),
    "accepted": lazy_gettext("已受理"),
    "assigned": lazy_gettext("已确定调解员"),
    "mediating": lazy_gettext("调解中"),
    "resolved": lazy_gettext("已化解"),
    "refused": lazy_gettext("不予调解"),
    "terminated": lazy_gettext("调解终止"),
    "linked": lazy_gettext("与相同案件一并办理"),
}

STEPS: Mapping[str, Any] = {
    "registered": lazy_gettext("登记"),
    "accepted": lazy_gettext("受理"),
    "assigned": lazy_gettext("确定调解员"),
    "reassigned": lazy_gettext("更换调解员"),
    "unassigned": lazy_gettext("当事人不接受调解员"),
    "mediated": lazy_gettext("进行调解"),
    "resolved": lazy_gettext("化解"),
    "confirmed": lazy_gettext("申请人确认"),
    "refused": lazy_gettext("不予调解"),
    "terminated": lazy_gettext("终止调解"),
    "linked": lazy_gettext("与相同案件一并办理"),
    "reopened": lazy_gettext("重新办理"),
    "secret_renewed": lazy_gettext("更换查询码"),
}

RULES: Mapping[str, Any] = {
    "dispute.acceptance": lazy_gettext("决定是否受理"),
    "dispute.assignment": lazy_gettext("确定调解员"),
    "dispute.mediation": lazy_gettext("调解"),
    "hotline.enquiry": lazy_gettext("答复热线咨询"),
    "hotline.ordinary": lazy_gettext("办结热线工单"),
    "hotline.complex": lazy_gettext("办结热线工单"),
    "note.handling": lazy_gettext("处理民情日记"),
    "agreement.signing": lazy_gettext("签订调解协议"),
    "agreement.performance": lazy_gettext("履行调解协议"),
    "agreement.judicial_confirmation": lazy_gettext("申请司法确认"),
    "joint.answer": lazy_gettext("联合治理单位答复"),
    "joint.task": lazy_gettext("联合治理任务"),
    "referral.sorting": lazy_gettext("信访事项转送"),
    "referral.notice": lazy_gettext("告知是否受理"),
    "referral.objection": lazy_gettext("提出异议"),
    "referral.handling": lazy_gettext("办理信访事项"),
    "referral.extension": lazy_gettext("延期办理"),
    "referral.review_request": lazy_gettext("申请复查"),
    "referral.review": lazy_gettext("复查"),
    "referral.rereview_request": lazy_gettext("申请复核"),
    "referral.rereview": lazy_gettext("复核"),
}

REFUSAL_REASONS: Mapping[str, Any] = {
    "party_refused": lazy_gettext("当事人拒绝调解"),
    "reserved_for_authority": lazy_gettext("依法由有关机关处理"),
    "before_authority": lazy_gettext("有关机关已经受理"),
}
TERMINATION_REASONS: Mapping[str, Any] = {
    "no_agreement": lazy_gettext("未达成协议"),
    "party_ended": lazy_gettext("当事人要求终止"),
    "other_route_taken": lazy_gettext("已选择其他途径"),
}
REOPENING_REASONS: Mapping[str, Any] = {
    "not_performed": lazy_gettext("协议未履行"),
    "new_facts": lazy_gettext("出现新情况"),
    "parties_willing": lazy_gettext("双方愿意再次调解"),
    "closed_in_error": lazy_gettext("办结有误"),
    "not_confirmed": lazy_gettext("申请人未确认"),
}
REASSIGNMENT_REASONS: Mapping[str, Any] = {
    "near_relative": lazy_gettext("调解员是近亲属"),
    "interest": lazy_gettext("调解员有利害关系"),
    "challenged": lazy_gettext("当事人申请更换"),
    "unable": lazy_gettext("调解员不能继续"),
}
REASONS: Mapping[str, Any] = {
    **REFUSAL_REASONS,
    **TERMINATION_REASONS,
    **REOPENING_REASONS,
    **REASSIGNMENT_REASONS,
    "party_refused_mediator": lazy_gettext("当事人不接受调解员"),
}

ROUTES: Mapping[str, Any] = {
    "arbitration": lazy_gettext("仲裁"),
    "administrative": lazy_gettext("行政途径"),
    "court": lazy_gettext("诉讼"),
}

LEVELS: Mapping[str, Any] = {
    "community": lazy_gettext("社区"),
    "street": lazy_gettext("街道"),
    "district": lazy_gettext("区"),
}

CHANNELS: Mapping[str, Any] = {
    "resident": lazy_gettext("居民自行提交"),
    "mediator": lazy_gettext("调解员登记"),
    "grid_leader": lazy_gettext("网格长登记"),
    "officer": lazy_gettext("社区工作人员登记"),
    "hotline": lazy_gettext("热线工单"),
    "open311": lazy_gettext("开放接口"),
}

BASES: Mapping[str, Any] = {
    "application": lazy_gettext("当事人申请"),
    "own_initiative": lazy_gettext("人民调解委员会主动调解"),
}

TICKETS: Mapping[str, Any] = {
    "enquiry": lazy_gettext("咨询"),
    "ordinary": lazy_gettext("一般工单"),
    "complex": lazy_gettext("复杂工单"),
}

RESOLUTIONS: Mapping[str, Any] = {"agreement": lazy_gettext("达成协议"), "decision": lazy_gettext("作出决定")}

FORMS: Mapping[str, Any] = {"written": lazy_gettext("书面协议"), "oral": lazy_gettext("口头协议")}

BODIES: Mapping[str, Any] = {
    "party_committee": lazy_gettext("社区党委"),
    "workstation": lazy_gettext("社区工作站"),
    "residents_committee": lazy_gettext("居委会"),
    "owners_committee": lazy_gettext("业委会"),
    "property_office": lazy_gettext("物业服务企业"),
}

SIDES: Mapping[str, Any] = {"applicant": lazy_gettext("申请人"), "respondent": lazy_gettext("被申请人")}

SIGNERS: Mapping[str, Any] = {
    **SIDES,
    "mediator": lazy_gettext("人民调解员"),
    "committee": lazy_gettext("人民调解委员会"),
}

MEANS: Mapping[str, Any] = {
    "signature": lazy_gettext("签名"),
    "seal": lazy_gettext("盖章"),
    "fingerprint": lazy_gettext("按指印"),
}

OBLIGED: Mapping[str, Any] = {**SIDES, "both": lazy_gettext("双方")}

PERFORMED: Mapping[str, Any] = {
    "yes": lazy_gettext("已经履行"),
    "partly": lazy_gettext("部分履行"),
    "no": lazy_gettext("未履行"),
}

GUESTS: Mapping[str, Any] = {
    "relatives": lazy_gettext("当事人的亲属"),
    "neighbours": lazy_gettext("邻里"),
    "colleagues": lazy_gettext("同事"),
    "experts": lazy_gettext("具有专门知识、特定经验的人员"),
    "organisations": lazy_gettext("有关社会组织的人员"),
    "audience": lazy_gettext("旁听人员"),
}

AGREEMENTS: Mapping[str, Any] = {
    "draft": lazy_gettext("待签署"),
    "in_effect": lazy_gettext("已生效"),
    "withdrawn": lazy_gettext("已撤回"),
    "lapsed": lazy_gettext("已失效"),
}

OBLIGATIONS: Mapping[str, Any] = {
    "pending": lazy_gettext("协议待签"),
    "open": lazy_gettext("待履行"),
    "overdue": lazy_gettext("逾期未履行"),
    "performed": lazy_gettext("已履行"),
}

COURTS: Mapping[str, Any] = {
    "open": lazy_gettext("可以申请"),
    "lapsed": lazy_gettext("期限已过"),
    "applied": lazy_gettext("已申请"),
    "confirmed": lazy_gettext("确认有效"),
    "rejected": lazy_gettext("驳回申请"),
}

DUE: Mapping[str, Any] = {
    "waiting": lazy_gettext("期限内"),
    "near": lazy_gettext("即将到期"),
    "missed": lazy_gettext("超期"),
    "lapsed": lazy_gettext("期满未行使"),
}

JOINT: Mapping[str, Any] = {
    "open": lazy_gettext("进行中"),
    "decided": lazy_gettext("已作出决定"),
    "ended": lazy_gettext("已结束"),
}

REFERRALS: Mapping[str, Any] = {
    "registered": lazy_gettext("已登记"),
    "sorted": lazy_gettext("已转送"),
    "accepted": lazy_gettext("已受理"),
    "answered": lazy_gettext("已答复"),
    "contested": lazy_gettext("复查、复核中"),
    "closed": lazy_gettext("已终结"),
}

REFERRAL_STEPS: Mapping[str, Any] = {
    "register": lazy_gettext("登记信访事项"),
    "sort": lazy_gettext("转送、交办"),
    "object": lazy_gettext("提出异议退回"),
    "decline": lazy_gettext("不予受理"),
    "accept": lazy_gettext("予以受理"),
    "extend": lazy_gettext("延长办理期限"),
    "recuse": lazy_gettext("承办人回避"),
    "answer": lazy_gettext("书面答复"),
    "contest": lazy_gettext("申请复查、复核"),
    "withdraw": lazy_gettext("撤回信访事项"),
    "close": lazy_gettext("信访事项终结"),
}

PURPOSES: Mapping[str, Any] = {
    "mediation": lazy_gettext("开展调解"),
    "contact": lazy_gettext("联系当事人（只显示姓名、电话和事由）"),
    "review": lazy_gettext("检查办理情况"),
}

AUTHORS: Mapping[str, Any] = {"complainant": lazy_gettext("申请人"), "worker": lazy_gettext("工作人员")}

EVIDENCE: Mapping[str, Any] = {
    "same_applicant": lazy_gettext("申请人电话相同"),
    "same_matter": lazy_gettext("类别相同、地点相同、时间相近"),
    "same_respondent": lazy_gettext("被申请人相同"),
}


def word(words: Mapping[str, Any], code: str | None, served: str | None = None) -> str:
    """The word for a code. `served`: what the service itself calls it, in Chinese. A code without a word, as a newer
    service may have one, is shown as it is."""
    if code is None:
        return ""
    return served if served and is_chinese() else str(words.get(code, served or code))


def named(told: Mapping[str, Any] | None, name: str = "name") -> str:
    """What the service calls it, in the reader's language: `name_zh` or `name_en`."""
    if told is None:
        return ""
    language = "zh" if is_chinese() else "en"
    return str(told.get(f"{name}_{language}") or told.get(f"{name}_zh") or "")


def choices(words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list(words.items())


def is_chinese() -> bool:
    return str(get_locale()).startswith("zh")
