"""The word for each code that people are shown in timelines, lists and on paper.

Categories, relations, divisions and departments are data and bring their own names. What whoever filed reads in the
follow view stands there (`following.model`); its Chinese is taken from it, so that nobody is told two words for one.
"""

from collections.abc import Mapping
from typing import NamedTuple

from services.grievances.following import model as following


class Word(NamedTuple):
    """One code's name."""

    zh: str
    en: str


Words = Mapping[str, Word]


def word(words: Words, code: str | None) -> Word | None:
    """The word for a code; a code that has none is shown as it is, for it may be newer than the words."""
    return None if code is None else words.get(code) or Word(code, code)


def zh(words: Words, code: str | None) -> str:
    """The Chinese word for a code, or an empty text for none."""
    found = word(words, code)
    return found.zh if found else ""


def _translated(chinese: Mapping[str, str], english: Mapping[str, str]) -> dict[str, Word]:
    return {code: Word(chinese[code], translation) for code, translation in english.items()}


STATES = _translated(
    following.STATES,
    {
        "registered": "Registered",
        "accepted": "Accepted",
        "assigned": "Mediator named",
        "mediating": "In mediation",
        "resolved": "Resolved",
        "refused": "Not mediated",
        "terminated": "Mediation terminated",
        "linked": "Worked on with the same case",
    },
)

REASONS = _translated(
    following.REASONS,
    {
        "party_refused": "A party refuses mediation",
        "reserved_for_authority": "The law gives it to an authority",
        "before_authority": "An authority has it already",
        "no_agreement": "No agreement",
        "party_ended": "A party ended it",
        "other_route_taken": "Another route was taken",
        "not_performed": "The agreement was not performed",
        "new_facts": "New facts",
        "parties_willing": "Both parties are willing again",
        "closed_in_error": "Closed in error",
        "not_confirmed": "The complainant did not confirm",
        "near_relative": "The mediator is a near relative",
        "interest": "The mediator has an interest",
        "challenged": "A party asked for another mediator",
        "unable": "The mediator cannot go on",
        "party_refused_mediator": "A party refuses the mediator",
    },
) | {
    "named_by_committee": Word("调解委员会指定", "Named by the committee"),
    "chosen_by_parties": Word("当事人选定", "Chosen by the parties"),
    "court": Word("应当通过诉讼等法定程序处理", "Court or another legal procedure decides it"),
    "arbitration": Word("应当通过仲裁处理", "Arbitration decides it"),
    "administrative": Word("应当通过行政复议、行政裁决等处理", "An administrative procedure decides it"),
    "discipline": Word("属于纪检监察机关受理范围", "Discipline inspection decides it"),
    "party_appeal": Word("属于党员申诉", "It is an appeal of a Party member"),
    "decided_finally": Word("复核意见已经作出", "It has been decided finally"),
}

RULES = _translated(
    following.RULES,
    {
        "dispute.acceptance": "Decide whether to accept",
        "dispute.assignment": "Name a mediator",
        "dispute.mediation": "Mediate",
        "hotline.enquiry": "Answer a hotline enquiry",
        "hotline.ordinary": "Settle a hotline ticket",
        "hotline.complex": "Settle a complex hotline ticket",
    },
) | {
    "note.handling": Word("处理民情日记", "Handle a note"),
    "agreement.signing": Word("签订调解协议", "Sign the agreement"),
    "agreement.performance": Word("履行调解协议", "Perform the agreement"),
    "agreement.judicial_confirmation": Word("申请司法确认", "Ask for judicial confirmation"),
    "joint.answer": Word("联合治理单位答复", "Answers of the bodies"),
    "joint.task": Word("联合治理任务", "A body's task"),
    "referral.sorting": Word("信访事项转送", "Sort the referral"),
    "referral.notice": Word("告知是否受理", "Tell whether it is accepted"),
    "referral.objection": Word("提出异议", "Object to the referral"),
    "referral.handling": Word("办理信访事项", "Handle the referral"),
    "referral.extension": Word("延期办理", "Extended handling"),
    "referral.review_request": Word("申请复查", "Ask for a review"),
    "referral.review": Word("复查", "Review"),
    "referral.rereview_request": Word("申请复核", "Ask for a re-review"),
    "referral.rereview": Word("复核", "Re-review"),
}

CHANNELS: Words = {
    "resident": Word("居民自行提交", "Resident"),
    "mediator": Word("调解员登记", "Mediator"),
    "grid_leader": Word("网格长登记", "Grid leader"),
    "officer": Word("社区工作人员登记", "Officer"),
    "hotline": Word("热线工单", "Hotline"),
    "open311": Word("开放接口", "Open311"),
}

BASES: Words = {
    "application": Word("当事人申请", "Application"),
    "own_initiative": Word("人民调解委员会主动调解", "The committee's own initiative"),
}

RESOLUTIONS: Words = {
    "agreement": Word("达成协议", "Agreement"),
    "decision": Word("作出决定", "Decision"),
}

FORMS: Words = {"written": Word("书面协议", "Written"), "oral": Word("口头协议", "Oral")}

BODIES: Words = {
    "party_committee": Word("社区党委", "Party committee"),
    "workstation": Word("社区工作站", "Workstation"),
    "residents_committee": Word("居委会", "Residents' committee"),
    "owners_committee": Word("业委会", "Owners' committee"),
    "property_office": Word("物业服务企业", "Property office"),
}

LEVELS: Words = {
    "community": Word("社区", "Community"),
    "street": Word("街道", "Street"),
    "district": Word("区", "District"),
}

SIDES: Words = {"applicant": Word("申请人", "Applicant"), "respondent": Word("被申请人", "Respondent")}

SIGNERS: Words = {
    **SIDES,
    "mediator": Word("人民调解员", "Mediator"),
    "committee": Word("人民调解委员会", "Mediation committee"),
}

MEANS: Words = {
    "signature": Word("签名", "Signature"),
    "seal": Word("盖章", "Seal"),
    "fingerprint": Word("按指印", "Fingerprint"),
}

OBLIGED: Words = {**SIDES, "both": Word("双方", "Both")}

PERFORMED: Words = {
    "yes": Word("已经履行", "Performed"),
    "partly": Word("部分履行", "Partly performed"),
    "no": Word("未履行", "Not performed"),
}

GUESTS: Words = {
    "relatives": Word("当事人的亲属", "Relatives"),
    "neighbours": Word("邻里", "Neighbours"),
    "colleagues": Word("同事", "Colleagues"),
    "experts": Word("具有专门知识、特定经验的人员", "Experts"),
    "organisations": Word("有关社会组织的人员", "Organisations"),
    "audience": Word("旁听人员", "Audience"),
}

OUTCOMES: Words = {
    "confirmed": Word("确认有效", "Confirmed"),
    "rejected": Word("驳回申请", "Rejected"),
}

ROUNDS: Words = {
    "handling": Word("办理", "Handling"),
    "review": Word("复查", "Review"),
    "rereview": Word("复核", "Re-review"),
}
