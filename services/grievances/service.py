"""`grievances`: property disputes and their mediation 物业纠纷调解. A table of contents."""

from dataclasses import dataclass

from chassis.config import SealingSettings, ServiceSettings
from chassis.service import Service
from services.grievances.agreements.api import AgreementsApi
from services.grievances.disputes.api import DisputesApi
from services.grievances.places.api import PlacesApi
from services.grievances.sessions.api import SessionsApi


@dataclass(frozen=True, kw_only=True)
class GrievancesSettings(ServiceSettings, SealingSettings):
    """A service that keeps what people told it, so it must have keys to seal that before it starts."""


class Grievances(DisputesApi, SessionsApi, AgreementsApi, PlacesApi, Service):
    """Disputes, sessions, agreements, and the places they lie in."""

    name = "grievances"
    settings = GrievancesSettings
