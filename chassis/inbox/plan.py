"""What one transaction does with the events it was given."""

from dataclasses import dataclass, field

from chassis.envelope import Event
from chassis.inbox.failed_events import Arrival


@dataclass
class Plan:
    """What one transaction does with its events: decided before any handler runs, corrected when one fails."""

    apply: list[Arrival] = field(default_factory=list)
    applied: list[Event] = field(default_factory=list)
    stale: list[Event] = field(default_factory=list)
    parked: list[tuple[Arrival, str]] = field(default_factory=list)
    failed: list[tuple[Arrival, Exception]] = field(default_factory=list)
    known: list[Event] = field(default_factory=list)
    suspects: list[Arrival] = field(default_factory=list)
    duplicates: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    """Subject → lowest version that is not in effect; later ones wait behind it."""

    def is_held(self, event: Event) -> bool:
        lowest = self.held.get(event.subject)
        return lowest is not None and lowest < event.version

    def advanced(self) -> dict[str, int]:
        """The versions that this transaction brings into effect for subjects whose order is kept."""
        subjects = {event.subject for event in self.applied}
        return {subject: version for subject, version in self.versions.items() if subject in subjects}

    def hold(self, event: Event) -> None:
        self.held[event.subject] = min(event.version, self.held.get(event.subject, event.version))
