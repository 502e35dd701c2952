"""Asks `grievances`: with a person's own token, or with the secret that somebody shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.person import Person
from services.portal.upstream import (
    Command,
    Download,
    NotPermitted,
    Reply,
    Stranger,
    Unknown,
    Unreachable,
    Upstream,
)

Told = Mapping[str, Any]

LONGEST_PAGE = "100"

CASE_NUMBER = re.compile(r"[1-9][0-9]{11}-[0-9]{4}-[0-9]{4,9}")

FULL_PURPOSES = ("mediation", "review")
"""Whoever only has to reach a party opens names and phones, not what was said in sessions."""


@dataclass(frozen=True)
class Case:
    """A case as its reader may see it. A part is None when it is not for this reader, or not to be had at present."""

    dispute: Told
    version: str
    timeline: list[Told] | None
    due: list[Told] | None
    sessions: list[Told] | None
    agreements: list[Told] | None
    visits: list[Told] | None
    comments: list[Told] | None
    related: Told | None
    joint_cases: list[Told]
    referrals: list[Told]
    mediators: list[Told] | None
    purpose: str | None = None

    @property
    def draft(self) -> Told | None:
        return self._agreement("draft")

    @property
    def in_effect(self) -> Told | None:
        return self._agreement("in_effect")

    def _agreement(self, state: str) -> Told | None:
        return next((one for one in self.agreements or () if one["state"] == state), None)


class CaseReader:
    """All methods raise UpstreamError."""

    def __init__(self, grievances: Upstream) -> None:
        self._grievances = grievances

    # With number and secret

    def followed(self, number: str, stranger: Stranger) -> Told:
        """How the case of this number and secret stands, and how far its referrals have come."""
        address = _followed(number)
        found: dict[str, Any] = self._grievances.get(address, stranger).body
        referrals = self._grievances.get(f"{address}/referrals", stranger).body["referrals"]
        return found | {"referrals": referrals}

    def say(self, number: str, what: str, stranger: Stranger, command: Command) -> None:
        """`what`: comments, confirmation or withdrawal."""
        self._grievances.post(f"{_followed(number)}/{what}", stranger, command)

    # With an account

    def file(self, person: Person, command: Command) -> Told:
        filed: Told = self._grievances.post("/disputes", person, command).body
        return filed

    def page(self, person: Person, asked: Mapping[str, str]) -> Told:
        found: Told = self._grievances.get("/disputes", person, asked).body
        return found

    def categories(self, person: Person) -> list[Told]:
        found: list[Told] = self._grievances.get("/dispute-categories", person).body["categories"]
        return found

    def relations(self, person: Person) -> list[Told]:
        found: list[Told] = self._grievances.get("/dispute-relations", person).body["relations"]
        return found

    def case(self, dispute_id: str, person: Person, purpose: str | None = None, *, with_mediators: bool) -> Case:
        """All that this person may see of a case. With a purpose it is opened, which the service writes down."""
        address = f"/disputes/{dispute_id}"
        opening = {"purpose": purpose} if purpose else {}
        words = opening if purpose in FULL_PURPOSES else {}
        dispute = self._grievances.get(address, person, opening)
        timeline = self._whole(f"{address}/timeline", person, {})
        return Case(
            dispute=dispute.body,
            version=str(dispute.body["version"]),
            timeline=timeline,
            due=self._items("/deadlines", person, {"thing_id": dispute_id}),
            sessions=self._part(f"{address}/sessions", person, "sessions", words),
            agreements=self._part(f"{address}/agreements", person, "agreements", words),
            visits=self._part(f"{address}/visits", person, "visits", words),
            comments=self._items(f"{address}/comments", person, {**words, "limit": "50"}),
            related=self._one(f"{address}/duplicates", person),
            joint_cases=self._each("/joint-cases/{}", "joint_case_id", timeline, person),
            referrals=self._each("/referrals/{}/progress", "referral_id", timeline, person),
            mediators=self._mediators(dispute.body["area"], person) if with_mediators else None,
            purpose=purpose,
        )

    def do(self, path: str, person: Person, command: Command) -> Reply:
        return self._grievances.post(path, person, command)

    def download(self, path: str, person: Person, asked: Mapping[str, str]) -> Download:
        return self._grievances.download(path, person, asked)

    def _mediators(self, area: str, person: Person) -> list[Told] | None:
        return self._part("/mediators", person, "mediators", {"area": area})

    def _whole(self, path: str, person: Person, asked: Mapping[str, str]) -> list[Told] | None:
        """Every page of a list that is about one case, and so is never long."""
        try:
            found: list[Told] = []
            cursor: dict[str, str] = {}
            while True:
                page = self._grievances.get(path, person, {**asked, "limit": LONGEST_PAGE, **cursor}).body
                found += page["items"]
                if page["next"] is None:
                    return found
                cursor = {"cursor": page["next"]}
        except (NotPermitted, Unknown, Unreachable):
            return None

    def _each(self, path: str, name: str, timeline: list[Told] | None, person: Person) -> list[Told]:
        """What the timeline names, as far as this person may read it, the newest first."""
        named = dict.fromkeys(entry["told"][name] for entry in timeline or () if name in entry["told"])
        found = [self._one(path.format(one), person) for one in reversed(named)]
        return [one for one in found if one is not None]

    def _items(self, path: str, person: Person, asked: Mapping[str, str]) -> list[Told] | None:
        return self._part(path, person, "items", asked)

    def _part(self, path: str, person: Person, name: str, asked: Mapping[str, str]) -> list[Told] | None:
        found = self._one(path, person, asked)
        return None if found is None else list(found[name])

    def _one(self, path: str, person: Person, asked: Mapping[str, str] | None = None) -> Told | None:
        try:
            found: Told = self._grievances.get(path, person, asked).body
        except (NotPermitted, Unknown, Unreachable):
            return None
        return found


def _followed(number: str) -> str:
    """What is no case number is nobody's: as part of an address it could lead elsewhere."""
    return f"/follow/{number if CASE_NUMBER.fullmatch(number) else 'none'}"
