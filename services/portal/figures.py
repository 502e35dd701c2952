"""What a person sees of one area: its sums, those one level down, and the newest facts in their own scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.person import Person
from services.portal.upstream import NotPermitted, Upstream

SHOWN_FACTS = "10"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """As `statistics` gave it. All but `total` is None when it is not for this person's roles."""

    etag: str | None
    total: dict[str, Any]
    children: list[dict[str, Any]] | None
    facts: list[dict[str, Any]] | None
    by_category: dict[str, Any] | None = None
    by_relation: dict[str, Any] | None = None


class FigureReader:
    """Asks `statistics` with a person's token. All methods raise UpstreamError."""

    def __init__(self, statistics: Upstream) -> None:
        self._statistics = statistics

    def has_changed(self, area: str, person: Person, etag: str | None) -> bool:
        """Whether the figures are others than those of the ETag; the cheapest question there is."""
        return self._statistics.get(f"/statistics/{area}", person, etag=etag).body is not None

    def snapshot(self, area: str, person: Person) -> Snapshot:
        """Whoever gets one has been let in by `statistics` itself, and sees no more than their own roles allow."""
        total = self._statistics.get(f"/statistics/{area}", person)
        children = self._if_permitted(f"/statistics/{area}/children", person)
        facts = self._if_permitted("/facts", person, {"area": area, "limit": SHOWN_FACTS})
        return Snapshot(
            etag=total.etag,
            total=total.body,
            children=None if children is None else children["children"],
            facts=None if facts is None else facts["facts"],
            by_category=self._if_permitted(f"/statistics/{area}/by-category", person),
            by_relation=self._if_permitted(f"/statistics/{area}/by-relation", person),
        )

    def _if_permitted(
        self, path: str, person: Person, parameters: Mapping[str, str] | None = None
    ) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._statistics.get(path, person, parameters).body
        except NotPermitted:
            return None
        return found


@dataclass(frozen=True)
class Inbox:
    """A person's newest unread notices, and how many there are of all."""

    notices: list[dict[str, Any]]
    unread: int


class NoticeReader:
    """Asks `members` for a person's own notices. All methods raise UpstreamError."""

    def __init__(self, members: Upstream) -> None:
        self._members = members

    def unread(self, person: Person) -> Inbox:
        """One page of them; their number is asked for only when there are more."""
        page = self._members.get("/notices", person, {"unread": "true"}).body
        if page["next"] is None:
            return Inbox(page["items"], len(page["items"]))
        return Inbox(page["items"], self._members.get("/notices/unread", person).body["unread"])

    def mark_read(self, notice_id: str, person: Person) -> None:
        self._members.post(f"/notices/{notice_id}/read", person)
