"""`grievances`: property disputes and their mediation 物业纠纷调解. A table of contents."""

from typing import Any

from chassis.service import OwnSettings, Service
from services.grievances.agreements.api import AgreementsApi
from services.grievances.casefile.api import CaseFileApi
from services.grievances.comments.api import CommentsApi
from services.grievances.committees.api import CommitteesApi
from services.grievances.confirmations.api import ConfirmationsApi
from services.grievances.deadlines.api import DeadlinesApi
from services.grievances.departments.api import DepartmentsApi
from services.grievances.disputes.api import DisputesApi
from services.grievances.duplicates.api import DuplicatesApi
from services.grievances.escalations.api import EscalationsApi
from services.grievances.exports.api import ExportsApi
from services.grievances.following.api import FollowingApi
from services.grievances.holidays.api import HolidaysApi
from services.grievances.joint.api import JointApi
from services.grievances.notes.api import NotesApi
from services.grievances.obligations.api import ObligationsApi
from services.grievances.open311.api import Open311Api
from services.grievances.places.api import PlacesApi
from services.grievances.referrals.api import ReferralsApi
from services.grievances.seats.api import SeatsApi
from services.grievances.sessions.api import SessionsApi
from services.grievances.settings import GrievancesSettings
from services.grievances.timeline.api import TimelineApi
from services.grievances.visits.api import VisitsApi
from services.grievances.worklists.api import WorkListsApi


class Grievances(
    DisputesApi,
    WorkListsApi,
    ExportsApi,
    TimelineApi,
    CaseFileApi,
    FollowingApi,
    CommentsApi,
    SessionsApi,
    AgreementsApi,
    ObligationsApi,
    ConfirmationsApi,
    VisitsApi,
    CommitteesApi,
    NotesApi,
    DuplicatesApi,
    DeadlinesApi,
    EscalationsApi,
    HolidaysApi,
    JointApi,
    SeatsApi,
    DepartmentsApi,
    ReferralsApi,
    Open311Api,
    PlacesApi,
    Service,
):
    """People's mediation 人民调解, joint governance 五位一体 and referrals 信访转送 of one district.

    From filing to what came of it: sessions, agreements, decisions, answers; deadlines and escalations; work lists,
    exports, the case file; following with a secret, without an account; Open311 GeoReport v2.
    """

    name = "grievances"
    settings = GrievancesSettings
    configured: Any = OwnSettings()
