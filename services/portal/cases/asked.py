"""A case before somebody, now: what follows for what he or she is offered."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.cases import roles
from services.portal.cases.reader import Case, Told
from services.portal.person import Person


@dataclass(frozen=True)
class Asked:
    """A case before somebody, now."""

    case: Case
    person: Person
    now: datetime

    @property
    def dispute(self) -> Told:
        return self.case.dispute

    @property
    def is_own(self) -> bool:
        """Whether the person sees it because of having filed it, and does not work where it lies."""
        return not roles.holds(self.person, roles.SEERS, self.dispute["area"])

    @property
    def came_up(self) -> bool:
        """Whether the levels above the community have a say in it."""
        entries = self.case.timeline or ()
        return bool(self.dispute["respondent_body"]) or any(e["kind"] == "deadline.escalated" for e in entries)

    def works(self, working: frozenset[str] = roles.WORKERS) -> bool:
        return roles.holds(self.person, working | roles.ABOVE if self.came_up else working, self.dispute["area"])

    def conducts(self) -> bool:
        """Whether it is the person's own case as its mediator, or the person acts for the committee."""
        is_mediator = self.dispute["mediator_id"] == self.person.actor_id
        return is_mediator or self.works(roles.COMMITTEE)

    def has_work(self) -> bool:
        return self.conducts() if self.dispute["mediator_id"] else self.works()

    @property
    def is_complainant(self) -> bool:
        """Who may speak for whoever filed: the resident who did, and the hotline for its caller."""
        return self.is_own and roles.holds(self.person, frozenset({"resident", "hotline"}))

    @property
    def has_suggestions(self) -> bool:
        return bool(self.case.related and self.case.related["suggested"])

    @property
    def has_open_joint_case(self) -> bool:
        return any(one["state"] == "open" for one in self.case.joint_cases)

    def promises(self, *states: str) -> list[Told]:
        """What was agreed on and stands like this."""
        found = self.case.in_effect
        return [one for one in found["obligations"] if one["state"] in states] if found else []

    def court_is(self, state: str) -> bool:
        """Whether judicial confirmation stands like this."""
        found = self.case.in_effect
        return bool(found and found["judicial_confirmation"] and found["judicial_confirmation"]["state"] == state)
