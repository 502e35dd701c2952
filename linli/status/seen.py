"""What one look at a deployment saw. None is what could not be known; the sections say why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Service:
    """One service over HTTP. `trouble`: what /readyz says, or why there was no answer. `unsure_of`: sources of which
    it cannot say whether it is behind, with the reason (chassis.behind)."""

    name: str
    reachable: bool
    ready: bool = False
    trouble: Sequence[str] = ()
    version: str | None = None
    uptime_s: float | None = None
    memory_bytes: int | None = None
    pid: int | None = None
    """Of a process of this machine."""
    unsure_of: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Relay:
    """The relay of one service. `leader` names the session that leads, `standbys` the others that wait for it.

    `returned` and `refused` are counted by the relay itself since it began; `last_sent_at` is of the last fact.
    `trouble`: why it does not answer /metrics.
    """

    service: str
    leader: str | None = None
    leads_since: datetime | None = None
    standbys: int | None = None
    outbox_rows: int | None = None
    oldest_unsent_s: float | None = None
    last_sent_at: datetime | None = None
    returned: int | None = None
    refused: int | None = None
    blocked: bool | None = None
    memory_bytes: int | None = None
    pid: int | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class Queue:
    """One queue of the deployment. `returned`: messages the broker gave up delivering, which the consumer will keep."""

    name: str
    ready: int | None = None
    unacked: int | None = None
    consumers: int | None = None
    returned: int | None = None
    leader: str | None = None
    members: int | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class Consumer:
    """What of one source one service has not in effect. `events` = unsent + queued + in_hand + failed + dead, about.

    `failed` are counted by state (waiting, suspect, parked), `dead` by reason. `as_of`: what was committed until then
    is in effect or kept.
    """

    service: str
    source: str
    unsent: int | None = None
    queued: int | None = None
    in_hand: int | None = None
    failed: dict[str, int] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    oldest_kept_s: float | None = None
    as_of: datetime | None = None

    @property
    def events(self) -> int | None:
        """None when any part is not known."""
        on_their_way = (self.unsent, self.queued)
        if any(part is None for part in on_their_way):
            return None
        return sum(part or 0 for part in (*on_their_way, self.in_hand)) + self.kept

    @property
    def kept(self) -> int:
        return sum(self.failed.values()) + sum(self.dead.values())


@dataclass(frozen=True)
class Session:
    """The transaction that has been open longest; until it ends, nothing newer can be cleaned up."""

    pid: int
    who: str
    age_s: float


@dataclass(frozen=True)
class Database:
    """One service's database."""

    service: str
    reachable: bool
    trouble: str | None = None
    size_bytes: int | None = None
    migrations_outstanding: Sequence[str] = ()
    oldest_transaction: Session | None = None
    audit_pending: int | None = None
    timers_late: int | None = None
    timers_late_s: float | None = None
    holiday_days_left: int | None = None


@dataclass(frozen=True)
class Problem:
    """One thing that needs an operator: a sentence, and the command that helps."""

    sentence: str
    command: str


@dataclass(frozen=True)
class Seen:
    """Everything of one look. `broker` says why the broker could not be asked, `notes` what nobody asked for."""

    at: datetime
    where: str
    services: Sequence[Service]
    relays: Sequence[Relay]
    queues: Sequence[Queue]
    consumers: Sequence[Consumer]
    databases: Sequence[Database]
    broker: str | None = None
    notes: Sequence[str] = ()
