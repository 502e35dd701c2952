"""What a client's form tells, where it lies, and what the person who filed is answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.errors import FieldError, InvalidInput
from services.grievances.disputes.model import Body, Party, TicketKind
from services.grievances.open311.model import wrong

MAX_TEXT = 4000
NEEDED = ("relation", "respondent_kind", "respondent_name")
"""The attributes without which nothing is filed; where it lies is a question of its own."""


@dataclass(frozen=True)
class Community:
    """Where a dispute can lie, and the street above it, as far as it is known."""

    code: str
    name: str
    street: str | None


@dataclass(frozen=True)
class Told:
    """What a client's form tells; the community by its code, or by a text that names it.

    Of coordinates and media only that they were sent is known: neither is kept.
    """

    service_code: str
    relation: str
    applicant: Party
    respondent: Party
    description: str
    address_id: str | None
    community: str | None
    address_string: str | None
    respondent_body: Body | None
    ticket_kind: TicketKind | None
    has_media: bool

    @property
    def summary(self) -> str:
        """The description, with the address where one was told, as the mediator has to find it. Raises InvalidInput."""
        text = f"{self.description}\n地址：{self.address_string}" if self.address_string else self.description
        if len(text) > MAX_TEXT:
            detail = f"description and address_string together have {len(text)} characters; at most {MAX_TEXT} are kept"
            raise wrong("description", detail)
        return text


FIRST_OF_CJK = "\u2e80"


def full_name(first: str | None, last: str | None) -> str | None:
    """Family name first and unspaced where it is Chinese: 王小明; John Smith otherwise. None without any name."""
    given, family = first or "", last or ""
    if any(character >= FIRST_OF_CJK for character in given + family):
        return family + given
    return f"{given} {family}".strip() or None


def check_complete(body: Mapping[str, Any], name: str | None) -> None:
    """Raise InvalidInput for all that a service definition needs and was not sent, and without the applicant's name.

    A committee does not mediate for nobody.
    """
    detail = "was not provided"
    missing = [FieldError(f"/attribute[{code}]", detail) for code in NEEDED if body[code] is None]
    if name is None:
        missing.append(FieldError("/last_name", f"{detail}; give the applicant's name in last_name and first_name"))
    if missing:
        raise InvalidInput("; ".join(f"{one.pointer[1:]} {one.detail}" for one in missing), missing)


def place(told: Told, communities: Sequence[Community]) -> Community:
    """The community that is meant. Raises InvalidInput, with what would be right, unless it is exactly one."""
    codes = {code for code in (told.address_id, told.community) if code is not None}
    if len(codes) > 1:
        raise wrong("address_id", "names another community than attribute[community]; give one of them")
    if codes:
        return _of_code(codes.pop(), communities, "address_id" if told.address_id else "attribute[community]")
    if told.address_string is None:
        raise wrong(
            "address_id",
            "was not provided, and no coordinates are kept here, so that lat and long locate nothing; give the "
            "community's 12-digit code as address_id or attribute[community], or name it in address_string",
        )
    named = named_in(told.address_string, communities)
    if len(named) == 1:
        return named[0]
    found = f"names {len(named)} communities" if named else "names no community known here"
    raise wrong("address_string", f"{found}; give the 12-digit code of the community as address_id")


def _of_code(code: str, communities: Sequence[Community], field: str) -> Community:
    for community in communities:
        if community.code == code:
            return community
    example = f", for example {communities[0].code}" if communities else "; none is known yet"
    raise wrong(field, f"is no community known here; give its 12-digit code{example}")


def named_in(text: str, communities: Sequence[Community]) -> list[Community]:
    """Whose code or name stands in the text; the longest of names within others, those of a street named too."""
    if coded := [one for one in communities if one.code in text]:
        return coded
    found = [one for one in communities if one.name in text]
    found = [one for one in found if not any(one.name in other.name and one.name != other.name for other in found)]
    in_street = [one for one in found if one.street is not None and one.street in text]
    return in_street or found


@dataclass(frozen=True)
class Filed:
    """What a client is answered at once; `service_notice` holds the secret, which is told this one time."""

    dispute_id: UUID
    area: str
    service_request_id: str
    service_notice: str
    account_id: None = None


def notice(case_number: str, secret: str, community: Community, *, has_media: bool) -> str:
    """What the person who filed is to be told."""
    media = "图片等链接不予保存，请在调解时出示。" if has_media else ""
    return (
        f"已登记（{community.name}），案号 {case_number}，查询码 {secret}。查询码只告知这一次，请交申请人本人保管："
        f"凭案号和查询码可以查询进度、留言和确认结果。{media}人民调解不收取任何费用（人民调解法第四条）。"
    )
