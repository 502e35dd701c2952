"""`members`: who belongs and who leads. A table of contents."""

from dataclasses import dataclass

from chassis.calendar import system_clock
from chassis.config import SealingSettings, ServiceSettings
from chassis.consumer import subscribe
from chassis.database import Transaction
from chassis.envelope import Event
from chassis.service import Service
from services.members.divisions.api import DivisionsApi
from services.members.grid.api import GridApi
from services.members.notices import handlers as notices
from services.members.notices.api import NoticesApi
from services.members.notices.model import Resolution
from services.members.notices.schemas import DisputeResolved
from services.members.organisations.api import OrganisationsApi
from services.members.tenures.api import TenuresApi


@dataclass(frozen=True, kw_only=True)
class MembersSettings(ServiceSettings, SealingSettings):
    """A service that keeps names and phones, so it must have keys to seal them before it starts."""


class Members(DivisionsApi, OrganisationsApi, GridApi, TenuresApi, NoticesApi, Service):
    """Divisions, organisations, grid, tenures, notices."""

    name = "members"
    settings = MembersSettings

    @subscribe("grievances", "dispute.resolved", schema=DisputeResolved)
    def notify_leaders(self, tx: Transaction, event: Event) -> None:
        """Tell the four leaders of the dispute's place."""
        resolution = Resolution(event.event_id, area=event.area, occurred_at=event.time, **event.data)
        notices.notify_leaders(tx, resolution, system_clock())
