"""`members`: who belongs and who leads. A table of contents."""

from chassis.config import PersonalDataServiceSettings
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


class Members(DivisionsApi, OrganisationsApi, GridApi, TenuresApi, NoticesApi, Service):
    """Divisions, organisations, grid, tenures, notices."""

    name = "members"
    settings = PersonalDataServiceSettings

    @subscribe("grievances", "dispute.resolved", schema=DisputeResolved)
    def notify_leaders(self, tx: Transaction, event: Event) -> None:
        """Tell the four leaders of the dispute's place."""
        resolution = Resolution(event.event_id, area=event.area, occurred_at=event.time, **event.data)
        notices.notify_leaders(tx, resolution, self.clock())
