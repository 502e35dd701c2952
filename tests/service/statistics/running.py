"""The statistics service as a process of its own, and what tests say to it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat

from chassis.envelope import Event
from chassis.identity import Grant
from tests.store.statistics.facts import DISTRICT, TREE, XINGHAI, division_event
from tests.support.asking import Reply
from tests.support.service import Service
from tests.support.waiting import wait_for

OFFICER = Grant("district_officer", DISTRICT)


class Statistics(Service):
    name = "statistics"

    def get(self, path: str, grant: Grant | None = OFFICER, **headers: str) -> Reply:
        return self.request("GET", path, token=grant and self.token_for("somebody", grant), **headers)

    def learn_tree(self) -> "Statistics":
        """Tell it the six divisions of tests.store.statistics.facts; gives itself once it knows them."""
        self.publish(*(replace(division_event(one), event_id=uuid_utils.compat.uuid7()) for one in TREE))
        wait_for(lambda: self.count("SELECT count(*) FROM divisions WHERE version > 0") == len(TREE))
        return self

    def wait_even(self) -> None:
        """Until it knows that all it was told is counted."""
        wait_for(lambda: all(one["state"] == "even" for one in self.get("/behind", None).json["sources"]))

    def count(self, sql: str) -> int:
        """What the database holds."""
        [(number,)] = self.rows(sql)
        return int(number)


def life(
    *kinds: str,
    area: str = XINGHAI,
    time: datetime | None = None,
    days_open: int = 4,
    category: str = "parking",
    satisfaction: int | None = None,
) -> list[Event]:
    """The facts of one dispute, in the order of their versions."""
    dispute_id = str(uuid_utils.compat.uuid7())
    carried = {
        "dispute_id": dispute_id,
        "category": category,
        "relation": "owner_property",
        "grid_unit_id": None,
        "registered_at": "2026-03-01T02:00:00+00:00",
    }
    extra: dict[str, dict[str, Any]] = {
        "resolved": {"agreement_form": "written", "days_open": days_open, "resolution": "agreement"},
        "confirmed": {"satisfaction": satisfaction},
        "linked": {"linked_to": dispute_id},
        "mediated": {"session_number": 1},
    }
    return [
        Event(
            event_id=uuid_utils.compat.uuid7(),
            source="grievances",
            type=f"dispute.{kind}",
            subject=dispute_id,
            version=version,
            area=area,
            time=time or datetime.now(UTC),
            data=carried | extra.get(kind, {}),
        )
        for version, kind in enumerate(kinds, start=1)
    ]


def missed(due_at: datetime, *, area: str = XINGHAI, category: str | None = "parking") -> Event:
    """A deadline of a dispute that was missed; without a category, of a note."""
    deadline_id = str(uuid_utils.compat.uuid7())
    return Event(
        event_id=uuid_utils.compat.uuid7(),
        source="grievances",
        type="deadline.missed",
        subject=deadline_id,
        version=1,
        area=area,
        time=datetime.now(UTC),
        data={
            "deadline_id": deadline_id,
            "thing": "dispute" if category else "note",
            "thing_id": deadline_id,
            "rule": "dispute.mediation",
            "due_at": due_at.isoformat(),
            "level": "community",
            "category": category,
            "relation": category and "owner_property",
        },
    )
