"""The grievances service: what it is made of."""

from chassis.service import Service
from services.grievances.agreements.api import AgreementsApi
from services.grievances.disputes.api import DisputesApi
from services.grievances.places.api import PlacesApi
from services.grievances.sessions.api import SessionsApi


class Grievances(DisputesApi, SessionsApi, AgreementsApi, PlacesApi, Service):
    """Property disputes and their mediation 物业纠纷调解."""

    name = "grievances"
